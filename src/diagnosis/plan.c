/*
 * The plan: advice of the rules that voted for the leading class, then that of
 * secondary classes, best gain for its effort first.
 *
 * A remedy that removes a part r of a share f of the time speeds the program
 * up by 1 / (1 - f r) (G. Amdahl, AFIPS 1967), at most by 1 / (1 - f).  One
 * that lets throughput scale m times gains 1 + (m - 1) r.  Ranges are rounded
 * outward to two digits, but never beyond the cap.
 */
#include <math.h>

#include "diagnosis/parts.h"

#define SHARE_MAX 0.999 /* a cap of 1000 is as good as none */

static double
round_to_two(double x, double (*how)(double))
{
	double unit = pow(10, floor(log10(x)) - 1);
	double near = round(x / unit);

	/* 1.3 / 0.1 is not quite 13, and must not become 12. */
	return (fabs(x / unit - near) < 1e-9 ? near : how(x / unit)) * unit;
}

static double
gain_of(const struct ws_advice *a, double of, double part)
{
	return a->impact == WS_IMPACT_REMOVES ? 1 / (1 - of * part)
					      : 1 + (of - 1) * part;
}

static void
set_impact(const struct ws_case *c, struct ws_action *x)
{
	const struct ws_advice *a = x->advice;
	double of;

	if (a->impact == WS_IMPACT_NONE || !a->of ||
	    !ws_eval_number(c->rules, c->facts, a->of, &of) || isnan(of))
		return;
	if (a->impact == WS_IMPACT_REMOVES)
		of = fmin(SHARE_MAX, fmax(0, of));
	else
		of = fmax(1, of);
	x->cap = gain_of(a, of, 1);
	if (!isfinite(x->cap))
		return;
	x->has_impact = true;
	x->lo = fmax(1, round_to_two(gain_of(a, of, a->lo), floor));
	x->hi = fmin(x->cap, round_to_two(gain_of(a, of, a->hi), ceil));
}

static double
rank_of(const struct ws_action *x)
{
	double effort = x->advice->effort == 'S'   ? 1
			: x->advice->effort == 'M' ? 2
						   : 4;

	return x->has_impact ? ((x->lo + x->hi) / 2 - 1) / effort : -1;
}

static bool
is_planned(const struct ws_diagnosis *d, const struct ws_advice *a)
{
	for (size_t i = 0; i < d->n_action; i++)
		if (d->action[i].advice == a)
			return true;
	return false;
}

/* Keeps the actions from `from` on by falling rank. */
static void
add_action(struct ws_case *c, const struct ws_advice *a, size_t from)
{
	struct ws_action *list = (struct ws_action *)c->d->action;
	struct ws_action new = { .advice = a };
	size_t at = c->d->n_action++;

	set_impact(c, &new);
	new.n_target = ws_targets_find(c, a->targets, &new.target);
	for (; at > from && rank_of(&list[at - 1]) < rank_of(&new); at--)
		list[at] = list[at - 1];
	list[at] = new;
}

static void
add_class(struct ws_case *c, enum ws_class cls)
{
	size_t from = c->d->n_action;

	for (size_t i = 0; i < c->d->n_evidence; i++) {
		const struct ws_judgement *j = c->d->evidence[i];

		if (!ws_vote_is(j, cls, 1))
			continue;
		for (size_t k = 0; k < j->rule->n_advise; k++) {
			const struct ws_advice *a = ws_rules_find_advice(
			    c->rules, ws_sv_of(j->rule->advise[k]));

			if (a && !is_planned(c->d, a))
				add_action(c, a, from);
		}
	}
}

/* No plan without a diagnosis: an open verdict asks for captures instead. */
static bool
deserves_plan(const struct ws_case *c)
{
	return c->verdict.outcome == WS_OUT_DECIDED;
}

void
ws_plan_make(struct ws_case *c)
{
	const struct ws_advice *const *all;
	size_t n = ws_rules_advice(c->rules, &all);

	if (!deserves_plan(c))
		return;
	c->d->action =
	    ws_arena_alloc(c->arena, (n + 1) * sizeof(*c->d->action));
	add_class(c, c->verdict.cls);
	for (enum ws_class cls = 0; cls < WS_CLASSES; cls++)
		if (c->d->score[cls].state == WS_SECONDARY &&
		    ws_class_defs[cls].is_class)
			add_class(c, cls);
}
