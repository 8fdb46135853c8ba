/*
 * The plan: advice of the rules that voted for the leading class, then that of
 * secondary classes, best gain for its effort first.
 */
#include <math.h>
#include <string.h>

#include "diagnosis/parts.h"

static double
rank_of(const struct ws_action *x)
{
	double effort = x->advice->effort == 'S'   ? 1
			: x->advice->effort == 'M' ? 2
						   : 4;

	/* By the geometric middle: ends are factors apart. */
	return x->has_impact ? (sqrt(x->lo * x->hi) - 1) / effort : -1;
}

static bool
is_planned(const struct ws_diagnosis *d, const struct ws_advice *a)
{
	for (size_t i = 0; i < d->n_action; i++)
		if (d->action[i].advice == a)
			return true;
	return false;
}

static void
set_figures(struct ws_case *c, struct ws_action *x)
{
	const struct ws_advice *a = x->advice;
	double *value =
	    ws_arena_alloc(c->arena, (a->n_figure + 1) * sizeof(*value));
	struct ws_number n;

	for (size_t i = 0; i < a->n_figure; i++) {
		const struct ws_figure *f = &a->figure[i];

		value[i] = NAN;
		if (ws_eval_number(c->rules, c->facts, f->of, &n))
			value[i] = fmin(f->hi, fmax(f->lo, n.v));
	}
	x->figure = value;
}

/* Of what is unknown the rules that advise it say enough. */
static bool
fits(const struct ws_case *c, const struct ws_advice *a)
{
	return a->when == NULL ||
	       ws_eval_truth(c->rules, c->facts, a->when) != WS_FALSE;
}

/* Keeps the actions from `from` on by falling rank. */
static void
add_action(struct ws_case *c, const struct ws_advice *a, size_t from)
{
	struct ws_action *list = (struct ws_action *)c->d->action;
	struct ws_action new = { .advice = a };
	size_t at = c->d->n_action++;

	for (size_t i = 0; i < a->n_targets && new.n_target == 0; i++)
		new.n_target = ws_targets_find(c, a->targets[i], &new.target);
	ws_impact_set(c, &new);
	set_figures(c, &new);
	new.code = ws_pattern_fill(c, &new);
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

			if (a && !is_planned(c->d, a) && fits(c, a))
				add_action(c, a, from);
		}
	}
}

/* What the action leaves of the leaf: those of its class shrink. */
static double
part_left(const struct ws_action *x, const struct ws_leaf *l)
{
	const struct ws_advice *a = x->advice;

	if (!x->has_impact || a->impact == WS_IMPACT_SCALES || l->unused ||
	    a->cls >= WS_CLASSES ||
	    strcmp(l->cls, ws_class_defs[a->cls].key) != 0)
		return 1;
	return 1 - (a->lo + a->hi) / 2;
}

/* One step further: leaves of the class shrink, and so much of the unused time
 * is left that a unit of work takes what the impact's middle says. */
static void
take_step(const struct ws_action *x, struct ws_leaf *leaf, size_t n)
{
	double whole = 0, used = 0, unused = 0, rest;

	for (size_t i = 0; i < n; i++) {
		whole += leaf[i].share;
		leaf[i].share *= part_left(x, &leaf[i]);
		*(leaf[i].unused ? &unused : &used) += leaf[i].share;
	}
	if (!x->has_impact || unused <= 0)
		return;
	rest = fmax(0, whole / sqrt(x->lo * x->hi) - used);
	for (size_t i = 0; i < n; i++)
		if (leaf[i].unused)
			leaf[i].share *= fmin(1, rest / unused);
}

/* The largest, as a share of all. */
static struct ws_leaf
largest(const struct ws_leaf *leaf, size_t n)
{
	struct ws_leaf most = { .share = 0 };
	double whole = 0;

	for (size_t i = 0; i < n; i++) {
		whole += leaf[i].share;
		if (leaf[i].share > most.share)
			most = leaf[i];
	}
	most.share /= whole;
	return most;
}

/* Recomputes the account after each step, in the order of the plan. */
static void
look_ahead(struct ws_case *c)
{
	const struct ws_diagnosis *d = c->d;
	struct ws_action *list = (struct ws_action *)d->action;
	struct ws_leaf *left =
	    ws_arena_alloc(c->arena, (d->n_leaf + 1) * sizeof(*left));

	for (size_t k = 0; k < d->n_leaf; k++)
		left[k] = d->leaf[k];
	for (size_t i = 0; i < d->n_action; i++) {
		take_step(&list[i], left, d->n_leaf);
		list[i].then = largest(left, d->n_leaf);
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
	look_ahead(c);
}
