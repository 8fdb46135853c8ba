/*
 * Which single artifacts the verdict rests on: all is judged again as if what
 * an artifact told were not there.  Only those that some vote looked at can
 * matter.  Another artifact of the same kind may tell the same once this one
 * is gone, so that a verdict may be safer than is said here, never less so.
 */
#include <string.h>

#include "diagnosis/parts.h"

static bool
is_listed(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

/* The artifacts behind the votes that are true; at most `max` of them. */
static size_t
list_witnesses(const struct ws_case *c, const char **out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct ws_judgement *j = &c->all[i];

		if (j->rule->kind != WS_RULE_VOTE || j->truth != WS_TRUE)
			continue;
		for (size_t k = 0; k < j->n_used && n < max; k++) {
			const struct ws_fact *f = j->used[k].fact;

			if (f != NULL && f->artifact != NULL &&
			    !is_listed(out, n, f->artifact))
				out[n++] = f->artifact;
		}
	}
	return n;
}

static bool
stands_without(
    const struct ws_case *c, const char *artifact, struct ws_verdict *v)
{
	struct ws_facts *view = ws_facts_without(c->facts, artifact);
	struct ws_eval *e =
	    ws_eval_without(c->eval, c->rules, c->facts, view, artifact);
	const struct ws_judgement *all;
	size_t n = ws_eval_all(e != NULL ? e : c->eval, &all);

	ws_verdict_reach(v, all, n, view);
	ws_eval_free(e);
	ws_facts_free(view);
	return v->outcome == c->verdict.outcome && v->cls == c->verdict.cls;
}

void
ws_rests_find(struct ws_case *c)
{
	const char *witness[WS_RESTS_TRIED];
	struct ws_rests *rests;
	struct ws_verdict v;
	size_t n;

	if (c->verdict.outcome > WS_OUT_OTHER)
		return;
	n = list_witnesses(c, witness, WS_LEN(witness));
	rests = ws_arena_alloc(c->arena, (n + 1) * sizeof(*rests));
	for (size_t i = 0; i < n; i++)
		if (!stands_without(c, witness[i], &v))
			rests[c->d->n_rests++] =
			    (struct ws_rests){ witness[i], v.outcome, v.cls };
	c->d->rests = rests;
}
