#include <string.h>

#include "diagnosis/parts.h"

static void
copy_verdict(struct ws_diagnosis *d, const struct ws_verdict *v)
{
	d->outcome = v->outcome;
	d->cls = v->cls;
	memcpy(d->score, v->score, sizeof(d->score));
	memcpy(d->candidate, v->candidate, sizeof(d->candidate));
	d->n_candidate = v->n_candidate;
}

const struct ws_diagnosis *
ws_diagnose(struct ws_arena *a, const struct ws_rules *r,
    const struct ws_facts *f, const struct ws_eval *e)
{
	struct ws_case c = { .arena = a, .rules = r, .facts = f, .eval = e };

	c.d = ws_arena_alloc(a, sizeof(*c.d));
	c.n = ws_eval_all(e, &c.all);
	ws_verdict_reach(&c.verdict, c.all, c.n, f);
	copy_verdict(c.d, &c.verdict);
	c.d->stability = ws_stability_try(&c);
	ws_rests_find(&c);
	ws_confidence_judge(&c);
	ws_evidence_order(&c);
	ws_accounting_make(&c);
	ws_missing_list(&c);
	ws_collect_list(&c);
	ws_plan_make(&c);
	ws_collect_for_plan(&c);
	ws_sketch_make(&c);
	ws_traps_list(&c);
	ws_sentence_write(&c);
	return c.d;
}
