/* Judging facts by rules. */
#ifndef WS_EVAL_H
#define WS_EVAL_H

#include "rules/rules.h"

/* One fact as a rule used it. */
struct ws_used {
	uint32_t def;               /* in the catalogue */
	const struct ws_fact *fact; /* NULL when there was none */
	enum ws_presence presence;
};

/* Why a rule is unknown. */
struct ws_reason {
	const char *text; /* "pprof.cgo.share: no CPU profile in the bundle" */
	enum ws_source_id source; /* what to collect */
};

struct ws_judgement {
	const struct ws_rule *rule;
	enum ws_truth truth;
	bool weak;        /* rests on a comparison its interval straddles */
	const char *text; /* `say` filled in; only when true */
	const struct ws_used *used;
	size_t n_used;
	const struct ws_reason *reason; /* of unknown */
	size_t n_reason;
};

struct ws_eval;

/*
 * Judges every enabled rule.  Pure: the same rules and facts give the same
 * result.  `scale` multiplies the value of the param named `scaled` (NULL:
 * none), which is how the stability of a verdict is tried.
 */
struct ws_eval *ws_eval_new(const struct ws_rules *r, const struct ws_facts *f,
    const char *scaled, double scale);
/* The same again with a param scaled, given what was judged without that,
 * which has to live on: only rules that compare with the param are judged
 * anew.  NULL: all are true, false and unknown as before, for want of the same
 * evidence. */
struct ws_eval *ws_eval_again(const struct ws_eval *before,
    const struct ws_rules *r, const struct ws_facts *f, const char *scaled,
    double scale);
/* The same again from a view of the facts that lacks what the artifact told:
 * only rules that looked at it are judged anew.  NULL as above. */
struct ws_eval *ws_eval_without(const struct ws_eval *before,
    const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_facts *view, const char *artifact);
void ws_eval_free(struct ws_eval *e);
size_t ws_eval_all(const struct ws_eval *e, const struct ws_judgement **out);
/* The arithmetic of one rule, for `explain`: each comparison with its numbers
 * and truth, appended to *b. */
void ws_eval_explain(const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_rule *rule, struct ws_buf *b);
/* "pprof.cgo.share  94.9 % (85.1 %..98.3 %)": an expression with its value,
 * and below it each fact and parameter in it, or each comparison of a
 * condition; appended to *b. */
void ws_eval_show(const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_expr *x, struct ws_buf *b);
/* Of a checked expression. */
enum ws_unit ws_expr_unit(const struct ws_expr *x);

/* A number with the interval that sampling leaves it; lo = v = hi without. */
struct ws_number {
	double v, lo, hi;
};

/* The truth of one rule, without what explains it. */
enum ws_truth ws_eval_rule(const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_rule *rule, bool *weak);
/* The truth of a condition outside a rule. */
enum ws_truth ws_eval_truth(const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_expr *x);
/* The value of an expression of an advice; false when unknown. */
bool ws_eval_number(const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_expr *x, struct ws_number *value);

#endif
