/* The true votes in the order people want to read them. */
#include <math.h>
#include <stdlib.h>

#include "diagnosis/parts.h"

static double
strength(const struct ws_judgement *j)
{
	double size = abs(j->rule->weight);

	return j->weak ? size / 2 : size;
}

/* Adds the votes of one class and sign, strongest first. */
static void
add_votes(struct ws_case *c, enum ws_class cls, int sign)
{
	const struct ws_judgement **list =
	    (const struct ws_judgement **)c->d->evidence;
	size_t from = c->d->n_evidence, at;

	for (size_t i = 0; i < c->n; i++) {
		const struct ws_judgement *j = &c->all[i];

		if (!ws_vote_is(j, cls, sign))
			continue;
		at = c->d->n_evidence++;
		for (; at > from && strength(list[at - 1]) < strength(j); at--)
			list[at] = list[at - 1];
		list[at] = j;
	}
}

void
ws_evidence_order(struct ws_case *c)
{
	const struct ws_verdict *v = &c->verdict;
	enum ws_class first =
	    v->n_candidate > 0 ? v->candidate[0] : WS_CLASS_NONE;

	c->d->evidence =
	    ws_arena_alloc(c->arena, (c->n + 1) * sizeof(*c->d->evidence));
	if (first != WS_CLASS_NONE) {
		add_votes(c, first, 1);
		add_votes(c, first, -1);
	}
	for (enum ws_class cls = 0; cls < WS_CLASSES; cls++) {
		if (cls == first)
			continue;
		add_votes(c, cls, 1);
		add_votes(c, cls, -1);
	}
}
