/*
 * Where the CPU time went.  An account declared in the rules splits the used
 * time into exclusive leaves.  With a known utilization they become shares of
 * the time that was available, and the unused rest joins them; without one
 * they are shares of the used time, and say so.
 *
 * Of the rest the machine's counters tell what others used, and the kernel where
 * no tick of a profile can fall.  CPUs are unused while disks are waited for,
 * which those counters tell too, and while goroutines wait: their waits are
 * declared in the rules, as parts of the goroutines' time, and share out what the
 * disks leave.  What nobody's waiting explains is idle.
 */
#include <math.h>

#include "diagnosis/parts.h"

#define LEAF_MIN   0.005 /* smaller leaves are added up in one */
#define OTHERS_MIN 0.05
#define NOTHING    1e-9

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
add_leaf(struct ws_case *c, struct ws_leaf new)
{
	struct ws_leaf *leaf = (struct ws_leaf *)c->d->leaf;

	if (new.share > NOTHING)
		leaf[c->d->n_leaf++] = new;
}

/* The part of the goroutines' time; 0 where nothing tells. */
static double
part_of(const struct ws_case *c, const struct ws_waits *w)
{
	struct ws_number n;

	return ws_eval_number(c->rules, c->facts, w->of, &n) && n.v > 0 ? n.v
									: 0;
}

/* Shares out `unused`, and returns what no waiting explains. */
static double
add_waits(struct ws_case *c, double unused)
{
	const struct ws_waits *const *w;
	struct ws_leaf *leaf = (struct ws_leaf *)c->d->leaf + c->d->n_leaf;
	size_t n = ws_rules_waits(c->rules, &w), kept = 0;
	double sum = 0, left = unused;

	for (size_t i = 0; i < n; i++)
		sum += part_of(c, w[i]);
	for (size_t i = 0; i < n; i++) {
		double share = unused * part_of(c, w[i]) / fmax(1, sum);
		const char *cls =
		    w[i]->cls < WS_CLASSES ? ws_class_defs[w[i]->cls].key : "";

		if (share <= LEAF_MIN)
			continue;
		put_leaf(leaf, &kept,
		    (struct ws_leaf){ .title = w[i]->title,
			.source = w[i]->id,
			.cls = cls,
			.share = share,
			.unused = true });
		left -= share;
	}
	/* Too little for a line of its own. */
	if (kept > 0 && left <= LEAF_MIN) {
		leaf[0].share += left;
		left = 0;
	}
	c->d->n_leaf += kept;
	return left;
}

/* What the machine used beyond the profile: other programs, and the kernel where
 * no tick of the profiler can come.  Counters and profile seldom have the same
 * seconds, so that little is nothing. */
static double
add_others(struct ws_case *c, double unused)
{
	double busy = ratio_of(c->facts, WS_F_HOST_BUSY, 1);
	double share = fmin(unused, busy - (1 - unused));

	if (share <= OTHERS_MIN)
		return unused;
	add_leaf(c,
	    (struct ws_leaf){ .title = "used by the kernel or other programs",
		.source = "host.cpu.busy",
		.cls = "",
		.share = share,
		.unused = true });
	return unused - share;
}

static void
add_unused(struct ws_case *c, double unused)
{
	double disk, left;

	unused = add_others(c, unused);
	disk = ratio_of(c->facts, WS_F_HOST_IOWAIT, unused);
	if (disk <= LEAF_MIN)
		disk = 0;
	add_leaf(c, (struct ws_leaf){ .title = "unused, waiting for disks",
			.source = "host.cpu.iowait",
			.cls = "D",
			.share = disk,
			.unused = true });
	left = add_waits(c, unused - disk);
	add_leaf(c, (struct ws_leaf){ .title = "unused, idle",
			.source = "pprof.cpu.utilization",
			.cls = "",
			.share = left,
			.unused = true });
}

void
ws_accounting_make(struct ws_case *c)
{
	const struct ws_account *a = find_account(c);
	const struct ws_waits *const *w;
	size_t most = ws_rules_waits(c->rules, &w);
	bool is_known;
	double used, rest;

	if (!a)
		return;
	most += a->n_leaf + 4;
	c->d->leaf = ws_arena_alloc(c->arena, most * sizeof(*c->d->leaf));
	is_known =
	    has_value(ws_facts_get(c->facts, WS_F_CPU_UTILIZATION, NULL));
	used = is_known ? ratio_of(c->facts, WS_F_CPU_UTILIZATION, 1) : 1;
	rest = put_used(c, a, used,
	    is_known ? "" : " (share of used CPU; utilization unknown)");
	add_leaf(c, (struct ws_leaf){ .title = "everything else",
			.source = a->series,
			.cls = "",
			.share = rest });
	add_unused(c, 1 - used);
}
