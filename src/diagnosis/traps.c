/* Traps and quality findings that were seen, and the sites they name. */
#include <math.h>

#include "diagnosis/parts.h"

#define TARGET_MIN 0.01 /* of the largest: less is not worth a look */

static uint32_t
find_fact(const struct ws_case *c, const char *name)
{
	return name ? ws_catalogue_find(
			  ws_facts_catalogue(c->facts), ws_sv_of(name))
		    : UINT32_MAX;
}

size_t
ws_targets_find(
    struct ws_case *c, const char *fact, const struct ws_target **out)
{
	const struct ws_fact *const *f;
	uint32_t def = find_fact(c, fact);
	struct ws_target *list;
	size_t n, kept = 0;

	*out = NULL;
	if (def == UINT32_MAX)
		return 0;
	n = ws_facts_of(c->facts, def, &f);
	list = ws_arena_alloc(c->arena, WS_TARGETS_MAX * sizeof(*list));
	for (size_t i = 0; i < n && kept < WS_TARGETS_MAX; i++)
		if (f[i]->presence == WS_VALUE && f[i]->subject &&
		    f[i]->value >= TARGET_MIN * f[0]->value)
			list[kept++] =
			    (struct ws_target){ .subject = f[i]->subject,
				    .share = f[i]->value };
	*out = list;
	return kept;
}

static double
share_of(const struct ws_case *c, const struct ws_rule *r)
{
	uint32_t def = find_fact(c, r->share);
	const struct ws_fact *f =
	    def == UINT32_MAX ? NULL : ws_facts_get(c->facts, def, NULL);

	return f && f->presence == WS_VALUE ? f->value : NAN;
}

/* By falling share; those without one at the end, as the rules name them. */
static bool
comes_before(const struct ws_trap_seen *a, const struct ws_trap_seen *b)
{
	return a->share > b->share || (isnan(b->share) && !isnan(a->share));
}

static void
add_trap(struct ws_case *c, const struct ws_judgement *j)
{
	struct ws_trap_seen *list = (struct ws_trap_seen *)c->d->trap;
	struct ws_trap_seen new = { .judgement = j,
		.share = share_of(c, j->rule) };
	size_t at = c->d->n_trap++;

	new.n_target = ws_targets_find(c, j->rule->targets, &new.target);
	for (; at > 0 && comes_before(&new, &list[at - 1]); at--)
		list[at] = list[at - 1];
	list[at] = new;
}

void
ws_traps_list(struct ws_case *c)
{
	const struct ws_judgement **quality =
	    ws_arena_alloc(c->arena, (c->n + 1) * sizeof(*quality));

	c->d->quality = quality;
	c->d->trap = ws_arena_alloc(c->arena, (c->n + 1) * sizeof(*c->d->trap));
	for (size_t i = 0; i < c->n; i++) {
		const struct ws_judgement *j = &c->all[i];

		if (j->truth != WS_TRUE)
			continue;
		/* A trap has no vote that could count half: it is sure or it
		 * is left out. */
		if (j->rule->kind == WS_RULE_TRAP && !j->weak)
			add_trap(c, j);
		else if (j->rule->kind == WS_RULE_QUALITY)
			quality[c->d->n_quality++] = j;
	}
}
