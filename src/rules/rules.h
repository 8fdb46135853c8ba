/*
 * The rules language: loading, checking and judging.  Rules see facts, never
 * events.  The grammar is in whyslow-rules(5).
 */
#ifndef WS_RULES_H
#define WS_RULES_H

#include "base/err.h"
#include "facts/fact.h"
#include "facts/query.h"
#include "rules/advice.h"
#include "rules/design.h"
#include "rules/waits.h"

/* Kleene's three values: `and` is min, `or` is max, `not` mirrors. */
enum ws_truth { WS_FALSE, WS_UNKNOWN, WS_TRUE };

const char *ws_truth_name(enum ws_truth t);

struct ws_expr; /* src/rules/expr.h */

struct ws_param {
	const char *name, *help, *source, *file;
	enum ws_unit unit;
	double value, initial, lo, hi; /* value differs once overridden */
	unsigned line;
};

/* The three kinds of block with a `when`: a rule votes for or against a class,
 * a trap names an anti-pattern, a quality finding doubts the capture. */
enum ws_rule_kind { WS_RULE_VOTE, WS_RULE_TRAP, WS_RULE_QUALITY };

struct ws_rule {
	enum ws_rule_kind kind;
	const char *id, *file;
	unsigned line;
	enum ws_class cls;
	int weight;        /* of a vote, signed; of a quality finding: -1 caps
			      the confidence at medium, -2 at low; else 0 */
	const char *group; /* correlated evidence votes once */
	const struct ws_expr *needs; /* presence of sources; NULL: none */
	const struct ws_expr *when;
	const char *say;               /* text with {placeholders} */
	const char *unknown, *collect; /* may be NULL */
	const char *why;     /* source of the rule, for explain; may be NULL */
	const char *share;   /* trap: fact that says how much; may be NULL */
	const char *targets; /* fact with subjects: sites; may be NULL */
	const char *const *advise; /* ids of advice */
	size_t n_advise;
	bool enabled;
	const char *deprecated; /* id of its successor, or NULL */
};

struct ws_rules;

/* Who hears about problems in rules files: "file:line:col: message", the
 * source line and a caret, in one text of several lines. */
struct ws_complain {
	void (*error)(void *arg, const char *text);
	void (*warning)(void *arg, const char *text); /* may be NULL */
	void *arg;
};

struct ws_rules *ws_rules_new(void);
void ws_rules_free(struct ws_rules *r);
/* Adds a file of rules.  Later files may override fields of what earlier ones
 * declared (`override rule X { weight +2; }`). */
enum ws_status ws_rules_load(
    struct ws_rules *r, const char *path, const struct ws_complain *c);
enum ws_status ws_rules_load_text(struct ws_rules *r, const char *name,
    struct ws_sv text, const struct ws_complain *c);
/* Every *.rules of a folder and *.sym of its folder symbols/, by name. */
enum ws_status ws_rules_load_dir(
    struct ws_rules *r, const char *path, const struct ws_complain *c);
/* "name=value"; an error for unknown names, wrong units and range. */
enum ws_status ws_rules_set(
    struct ws_rules *r, struct ws_sv setting, struct ws_err *err);
/* Must be called after the last load: resolves names, checks units, lints.
 * WS_CORRUPT when any error was complained of. */
enum ws_status ws_rules_check(struct ws_rules *r, const struct ws_complain *c);

/* Valid after a successful check. */
const struct ws_catalogue *ws_rules_catalogue(const struct ws_rules *r);
const struct ws_queries *ws_rules_queries(const struct ws_rules *r);
size_t ws_rules_all(
    const struct ws_rules *r, const struct ws_rule *const **out);
size_t ws_rules_params(
    const struct ws_rules *r, const struct ws_param *const **out);
size_t ws_rules_advice(
    const struct ws_rules *r, const struct ws_advice *const **out);
size_t ws_rules_designs(
    const struct ws_rules *r, const struct ws_design *const **out);
size_t ws_rules_waits(
    const struct ws_rules *r, const struct ws_waits *const **out);
const struct ws_rule *ws_rules_find(const struct ws_rules *r, struct ws_sv id);
const struct ws_advice *ws_rules_find_advice(
    const struct ws_rules *r, struct ws_sv id);
/* A rule, param, share, group or advice as it reads now, for `rules show`:
 * appended to *b; false when there is none of that name. */
bool ws_rules_show(const struct ws_rules *r, struct ws_sv id, struct ws_buf *b);
/* Name and version of each pack, and the SHA-free list of files. */
size_t ws_rules_files(const struct ws_rules *r, const char *const **out);

#endif
