/*
 * The concurrency design: the first of the rules files that is for the decided
 * class and whose condition holds, sized by the facts.
 */
#include <math.h>

#include "diagnosis/parts.h"

static double
number_of(const struct ws_case *c, const struct ws_expr *x)
{
	struct ws_number n;

	return x != NULL && ws_eval_number(c->rules, c->facts, x, &n) ? n.v
								      : NAN;
}

static const struct ws_design *
find_design(const struct ws_case *c)
{
	const struct ws_design *const *all;
	size_t n = ws_rules_designs(c->rules, &all);

	for (size_t i = 0; i < n; i++)
		if (all[i]->cls == c->verdict.cls &&
		    (all[i]->when == NULL || ws_eval_truth(c->rules, c->facts,
						 all[i]->when) == WS_TRUE))
			return all[i];
	return NULL;
}

/* Whole, within the queue's limits; a power of two, as it is a guess. */
static double
capacity_of(const struct ws_case *c, const struct ws_queue *q)
{
	double v = number_of(c, q->holds);

	return isnan(v)
		   ? v
		   : fmin(q->hi, fmax(q->lo, exp2(ceil(log2(fmax(1, v))))));
}

void
ws_sketch_make(struct ws_case *c)
{
	const struct ws_design *d;
	struct ws_sketch *s;
	const char **at;
	double *runs, *holds;

	if (c->verdict.outcome != WS_OUT_DECIDED ||
	    (d = find_design(c)) == NULL)
		return;
	s = ws_arena_alloc(c->arena, sizeof(*s));
	runs = ws_arena_alloc(c->arena, (d->n_stage + 1) * sizeof(*runs));
	at = ws_arena_alloc(c->arena, (d->n_stage + 1) * sizeof(*at));
	holds = ws_arena_alloc(c->arena, (d->n_queue + 1) * sizeof(*holds));
	for (size_t i = 0; i < d->n_stage; i++) {
		const struct ws_target *target;

		runs[i] = fmax(1, ceil(number_of(c, d->stage[i].runs) - 1e-9));
		if (isnan(number_of(c, d->stage[i].runs)))
			runs[i] = NAN;
		if (ws_targets_find(c, d->stage[i].at, &target) > 0)
			at[i] = target[0].subject;
	}
	for (size_t i = 0; i < d->n_queue; i++)
		holds[i] = capacity_of(c, &d->queue[i]);
	*s = (struct ws_sketch){ d, runs, at, holds };
	c->d->sketch = s;
}
