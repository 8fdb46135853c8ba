/*
 * Names for the addresses of recordings, and what was left without.  They are
 * found before anybody looks at functions, as that changes the stacks of
 * profiles.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "metrics/family.h"
#include "symbols/resolve.h"

static ws_id
map_stack(void *ctx, ws_id stack)
{
	return ws_resolver_stack(ctx, stack);
}

/* The value of a profile by what its innermost function is. */
struct named {
	double all, unnamed;
	double *by_mapping; /* of the unnamed, by mapping id */
	size_t cap;
};

static void
add_unnamed(struct named *n, ws_id mapping, double value)
{
	size_t was = n->cap;

	n->unnamed += value;
	if (mapping >= was) {
		n->by_mapping = ws_grow(n->by_mapping, &n->cap,
		    (size_t)mapping + 1, sizeof(*n->by_mapping));
		for (size_t i = was; i < n->cap; i++)
			n->by_mapping[i] = 0;
	}
	n->by_mapping[mapping] += value;
}

static void
add_up(const struct ws_measured *m, const struct ws_profile *p, struct named *n)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct ws_frame *f;
		const ws_id *frames;
		size_t depth =
		    ws_dict_get_stack(m->dict, p->entry[i].stack, &frames);

		f = ws_dict_get_frame(m->dict, depth > 0 ? frames[0] : 0);
		n->all += p->entry[i].value;
		if (f->func == 0)
			add_unnamed(n, f->mapping, p->entry[i].value);
	}
}

static void
put_share(const struct ws_measured *m, const struct ws_profile *p, uint32_t def,
    const char *subject, double share)
{
	struct ws_fact f = WS_FACT_OF(def, share);

	f.subject = subject;
	f.artifact = ws_dict_text(m->dict, p->artifact).p;
	f.samples = (double)p->samples;
	ws_facts_put(m->facts, &f);
}

/* Whose names were refused, and how much that is. */
static void
put_refused(const struct ws_measured *m, const struct ws_profile *p,
    const struct ws_resolver *r, const struct named *n)
{
	enum ws_refusal why;
	ws_id mapping;

	for (size_t i = 0; ws_resolver_mapping(r, i, &mapping, &why); i++)
		if (why != WS_REFUSED_NOT && mapping < n->cap &&
		    n->by_mapping[mapping] > 0)
			put_share(m, p, WS_F_PERF_REFUSED,
			    ws_dict_text(m->dict, mapping).p,
			    n->by_mapping[mapping] / n->all);
}

static bool
has_addresses(const struct ws_dict *d)
{
	size_t n = ws_dict_frames(d);

	for (size_t i = 1; i <= n; i++)
		if (ws_dict_get_frame(d, (ws_id)i)->func == 0)
			return true;
	return false;
}

struct ws_resolver *
ws_names_find(struct ws_dict *d, struct ws_profiles *profiles)
{
	struct ws_resolver *r;

	if (!has_addresses(d))
		return NULL;
	r = ws_resolver_new(d);
	ws_profiles_map(profiles, map_stack, r);
	return r;
}

void
ws_family_names(const struct ws_measured *m)
{
	const struct ws_profile *p;
	struct named n = { 0 };

	p = ws_profiles_find(m->profiles, WS_N_PERF_CPU);
	if (p != NULL && !ws_profile_is_difference(p)) {
		add_up(m, p, &n);
		if (n.all > 0)
			put_share(m, p, WS_F_PERF_UNRESOLVED, NULL,
			    n.unnamed / n.all);
		if (m->names != NULL && n.all > 0)
			put_refused(m, p, m->names, &n);
	}
	free(n.by_mapping);
}
