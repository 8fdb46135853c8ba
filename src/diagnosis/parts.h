/* The steps of a diagnosis; ws_diagnose() runs them in this order. */
#ifndef WS_DIAGNOSIS_PARTS_H
#define WS_DIAGNOSIS_PARTS_H

#include "diagnosis/diagnosis.h"

#define WS_POINTS_MIN    3.0 /* below, no class is established */
#define WS_POINTS_STRONG 5.0 /* from two groups: unknown rivals do not count */
#define WS_POINTS_SECOND 2.0 /* a secondary class; also a clear margin */
#define WS_TARGETS_MAX   3
#define WS_RESTS_TRIED   64 /* artifacts taken away in turn, at most */

/* What the points of all classes say, before people's words. */
struct ws_verdict {
	enum ws_outcome outcome;
	enum ws_class cls;   /* the leader, or WS_CLASS_NONE */
	enum ws_class rival; /* of the highest hi among those not ruled out */
	double margin;       /* points over the next class, or over 0 */
	struct ws_score score[WS_CLASSES];
	enum ws_class candidate[WS_CLASSES];
	size_t n_candidate;
};

/* One diagnosis in the making. */
struct ws_case {
	struct ws_arena *arena;
	const struct ws_rules *rules;
	const struct ws_facts *facts;
	const struct ws_eval *eval;
	const struct ws_judgement *all; /* of eval */
	size_t n;
	struct ws_verdict verdict;
	struct ws_diagnosis *d;
};

/* The part of the available CPU time that is used; 1 where nothing tells. */
struct ws_used_cpu {
	double v, lo, hi;   /* lo and hi: by its sampling error */
	const char *source; /* the fact's name, or NULL */
};

struct ws_used_cpu ws_used_cpu(const struct ws_case *c);

void ws_verdict_reach(struct ws_verdict *v, const struct ws_judgement *all,
    size_t n, const struct ws_facts *f);
/* Share of one-at-a-time changes of a threshold by a quarter, up and down,
 * that keep outcome and class; 1 without thresholds. */
double ws_stability_try(const struct ws_case *c);
/* Fills d->rests of a verdict that is not open. */
void ws_rests_find(struct ws_case *c);
/* Needs d->stability and d->rests; fills d->confidence and d->basis. */
void ws_confidence_judge(struct ws_case *c);
void ws_evidence_order(struct ws_case *c);
void ws_accounting_make(struct ws_case *c);
void ws_missing_list(struct ws_case *c);
/* An unknown rule that only captures of another system could answer: it is no
 * doubt about this one, and not worth a word. */
bool ws_is_impossible(const struct ws_judgement *j, const struct ws_facts *f);
void ws_collect_list(struct ws_case *c);     /* needs the confidence */
void ws_collect_for_plan(struct ws_case *c); /* needs the plan */
void ws_plan_make(struct ws_case *c);        /* needs the confidence */
/* Fills in the range, the cap and what they rest on. */
void ws_impact_set(struct ws_case *c, struct ws_action *x);
/* The code of the action's advice (NULL: none) with the names of this bundle;
 * needs its targets. */
const char *ws_pattern_fill(struct ws_case *c, const struct ws_action *x);
void ws_sketch_make(struct ws_case *c);    /* needs the plan */
void ws_traps_list(struct ws_case *c);     /* quality findings too */
void ws_sentence_write(struct ws_case *c); /* needs all of the above */

/* The subjects of largest share of the fact of that name (NULL: none). */
size_t ws_targets_find(
    struct ws_case *c, const char *fact, const struct ws_target **out);
/* True for a vote of this class that is true; sign > 0 wants those for it,
 * < 0 those against it, 0 both. */
bool ws_vote_is(const struct ws_judgement *j, enum ws_class cls, int sign);
/* A copy of the text in the arena; empties the buffer. */
const char *ws_text_keep(struct ws_case *c, struct ws_buf *b);

#endif
