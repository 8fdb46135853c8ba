/*
 * Where the CPU time went.  An account declared in the rules splits the used
 * time into exclusive leaves.  With a known utilization they become shares of
 * the time that was available, and the unused rest joins them; without one
 * they are shares of the used time, and say so.
 */
#include <math.h>

#include "diagnosis/parts.h"

#define LEAF_MIN 0.005 /* smaller leaves are added up in one */
#define NOTHING  1e-9

static bool
has_value(const struct ws_fact *f)
{
	return f && f->presence == WS_VALUE && isfinite(f->value);
}

/* The value cut to 0..most; 0 when there is none. */
static double
ratio_of(const struct ws_facts *f, uint32_t def, double most)
{
	const struct ws_fact *x = ws_facts_get(f, def, NULL);

	return has_value(x) ? fmin(most, fmax(0, x->value)) : 0;
}

static const struct ws_account *
find_account(const struct ws_case *c)
{
	const struct ws_queries *q = ws_rules_queries(c->rules);

	for (size_t i = 0; i < q->n_account; i++)
		for (size_t k = 0; k < q->account[i].n_leaf; k++)
			if (has_value(ws_facts_get(
				c->facts, q->account[i].leaf[k].fact, NULL)))
				return &q->account[i];
	return NULL;
}

/* Keeps the leaves by falling share; equal ones as they came. */
static void
put_leaf(struct ws_leaf *leaf, size_t *n, struct ws_leaf new)
{
	size_t at = (*n)++;

	for (; at > 0 && leaf[at - 1].share < new.share; at--)
		leaf[at] = leaf[at - 1];
	leaf[at] = new;
}

/* The leaves of the account, each scaled; returns what they leave of `used`. */
static double
put_used(struct ws_case *c, const struct ws_account *a, double used,
    const char *note)
{
	struct ws_leaf *leaf = (struct ws_leaf *)c->d->leaf;
	double rest = used;

	for (size_t i = 0; i < a->n_leaf; i++) {
		const struct ws_account_leaf *l = &a->leaf[i];
		const struct ws_fact *f = ws_facts_get(c->facts, l->fact, NULL);
		double share = used * ratio_of(c->facts, l->fact, 1);
		struct ws_buf b = { 0 };

		if (share <= LEAF_MIN || share > rest + NOTHING)
			continue;
		ws_buf_printf(
		    &b, "%s%s", f->artifact ? f->artifact : a->series, note);
		put_leaf(leaf, &c->d->n_leaf,
		    (struct ws_leaf){ .title = l->title,
			.cls = l->cls,
			.share = share,
			.source = ws_text_keep(c, &b) });
		rest -= share;
	}
	return rest;
}

static void
add_rest(struct ws_case *c, const char *title, const char *source, double share,
    bool unused)
{
	struct ws_leaf *leaf = (struct ws_leaf *)c->d->leaf;

	if (share > NOTHING)
		leaf[c->d->n_leaf++] = (struct ws_leaf){ .title = title,
			.source = source,
			.cls = "",
			.share = share,
			.unused = unused };
}

static void
add_unused(struct ws_case *c, double unused)
{
	double disk = ratio_of(c->facts, WS_F_HOST_IOWAIT, unused);

	if (disk <= LEAF_MIN)
		disk = 0;
	add_rest(c, "unused, waiting for disks", "host.cpu.iowait", disk, true);
	add_rest(
	    c, "unused, idle", "pprof.cpu.utilization", unused - disk, true);
}

void
ws_accounting_make(struct ws_case *c)
{
	const struct ws_account *a = find_account(c);
	bool is_known;
	double used, rest;

	if (!a)
		return;
	c->d->leaf =
	    ws_arena_alloc(c->arena, (a->n_leaf + 3) * sizeof(*c->d->leaf));
	is_known =
	    has_value(ws_facts_get(c->facts, WS_F_CPU_UTILIZATION, NULL));
	used = is_known ? ratio_of(c->facts, WS_F_CPU_UTILIZATION, 1) : 1;
	rest = put_used(c, a, used,
	    is_known ? "" : " (share of used CPU; utilization unknown)");
	add_rest(c, "everything else", a->series, rest, false);
	add_unused(c, 1 - used);
}
