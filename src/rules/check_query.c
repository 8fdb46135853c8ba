/* From declarations about stacks to the plain data of query.h. */
#include <string.h>

#include "rules/check.h"

/* What classifying frames has room for. */
enum { GROUPS_MAX = 256 };

/* Series that are not named as their source. */
static const struct {
	const char *series;
	enum ws_source_id source;
} others[] = {
	{ "pprof.alloc", WS_S_PPROF_HEAP },
	{ "pprof.inuse", WS_S_PPROF_HEAP },
	{ "trace", WS_S_GO_TRACE },
	{ "perf.futex", WS_S_PERF_CALLS },
	{ "perf.offcpu", WS_S_PERF_SCHED },
	{ "perf.oncpu", WS_S_PERF_SCHED },
	{ "perf.runqueue", WS_S_PERF_SCHED },
	{ "perf.switches", WS_S_PERF_SCHED },
	{ "perf.uninterruptible", WS_S_PERF_SCHED },
};

/* A series belongs to `name` when it is it, or one of its parts. */
static bool
is_part(struct ws_sv series, const char *name)
{
	return ws_sv_starts(series, name) &&
	       (series.n == strlen(name) || series.p[strlen(name)] == '.');
}

static void
no_series(struct ws_check *k, struct ws_sv series, struct ws_pos at)
{
	struct ws_near near;

	ws_near_init(&near, series);
	for (size_t i = 0; i < WS_S_COUNT_OF; i++)
		ws_near_offer(&near, ws_sv_of(ws_source_defs[i].name));
	ws_problems_error(&k->report, at, "no series '%.*s'%s",
	    WS_SV_ARG(series), ws_near_hint(&near));
}

static enum ws_source_id
source_of(struct ws_check *k, const char *series, struct ws_pos at)
{
	struct ws_sv s = ws_sv_of(series);
	enum ws_source_id best = WS_S_COUNT_OF;
	size_t longest = 0;

	for (size_t i = 0; i < WS_LEN(others); i++)
		if (is_part(s, others[i].series))
			return others[i].source;
	for (size_t i = 0; i < WS_S_COUNT_OF; i++) {
		const char *name = ws_source_defs[i].name;

		if (!is_part(s, name) || strlen(name) <= longest)
			continue;
		longest = strlen(name);
		best = (enum ws_source_id)i;
	}
	if (best == WS_S_COUNT_OF)
		no_series(k, s, at);
	return best;
}

static uint32_t
declare(struct ws_check *k, struct ws_fact_def def, struct ws_pos at)
{
	uint32_t id;

	if (def.source == WS_S_COUNT_OF)
		return UINT32_MAX;
	if (def.help == NULL)
		def.help = "";
	id = ws_catalogue_add(k->r->catalogue, &def);
	if (id == UINT32_MAX)
		ws_problems_error(
		    &k->report, at, "there is a fact %s already", def.name);
	return id;
}

static uint32_t
group_index(struct ws_check *k, const struct ws_ref *ref)
{
	uint32_t i = ws_htab_get(
	    k->r->name[WS_NAME_GROUP], ref->name, strlen(ref->name));
	struct ws_near near;

	if (i == WS_HTAB_NONE) {
		ws_problems_error(&k->report, ref->pos, "no group '%s'%s",
		    ref->name,
		    ws_decl_near(k->r, WS_NAME_GROUP, ref->name, &near));
		return 0;
	}
	((struct ws_group_decl *)k->r->decl[WS_NAME_GROUP].v[i])->used = true;
	return i;
}

/* At most WS_EXPR_NODES deep, so this may recur. */
static const struct ws_cond *
lower(struct ws_check *k, const struct ws_cond_decl *d)
{
	struct ws_cond *c;

	if (d == NULL)
		return NULL;
	c = ws_arena_alloc(k->r->arena, sizeof(*c));
	c->op = d->op;
	if (d->group.name != NULL)
		c->group = group_index(k, &d->group);
	if (d->over.name != NULL)
		c->over = group_index(k, &d->over);
	c->a = lower(k, d->a);
	c->b = lower(k, d->b);
	return c;
}

static void
make_groups(struct ws_check *k)
{
	const struct ws_list *all = &k->r->decl[WS_NAME_GROUP];
	struct ws_group *group =
	    ws_arena_alloc(k->r->arena, all->n * sizeof(*group));

	for (size_t i = 0; i < all->n; i++) {
		const struct ws_group_decl *d = all->v[i];

		group[i] = d->group;
		if (i == GROUPS_MAX)
			ws_problems_error(&k->report, d->at,
			    "more than %d groups", GROUPS_MAX);
	}
	k->r->queries.group = group;
	k->r->queries.n_group = all->n;
}

static void
make_share(
    struct ws_check *k, const struct ws_share_decl *d, struct ws_share *out)
{
	*out = (struct ws_share){ .fact = d->fact,
		.series = d->series,
		.where = lower(k, d->where),
		.of = lower(k, d->of),
		.is_sum = d->kind == WS_SUM };
}

/* A sum is in the unit of its series; of the series that parsers know, those
 * that count say so in their last word. */
static enum ws_unit
unit_of(const struct ws_share_decl *d)
{
	struct ws_sv series = ws_sv_of(d->series);

	if (d->kind != WS_SUM)
		return WS_U_RATIO;
	if (ws_sv_ends(series, ".samples") ||
	    ws_sv_ends(series, ".contentions") ||
	    ws_sv_ends(series, ".objects") || ws_sv_ends(series, ".count") ||
	    ws_sv_is(series, "pprof.goroutine") ||
	    ws_sv_is(series, "pprof.threadcreate"))
		return WS_U_COUNT;
	if (ws_sv_is(series, "pprof.alloc") || ws_sv_is(series, "pprof.inuse"))
		return WS_U_BYTES;
	return WS_U_TIME;
}

static void
make_sites(
    struct ws_check *k, const struct ws_share_decl *d, struct ws_sites *out)
{
	uint32_t *outside =
	    ws_arena_alloc(k->r->arena, d->outside.n * sizeof(*outside));

	for (size_t i = 0; i < d->outside.n; i++)
		outside[i] = group_index(k, d->outside.v[i]);
	*out = (struct ws_sites){ .fact = d->fact,
		.series = d->series,
		.where = lower(k, d->where),
		.outside = outside,
		.n_outside = d->outside.n,
		.elsewhere = WS_NO_FACT };
}

static struct ws_sites *
find_sites(const struct ws_queries *q, uint32_t fact)
{
	struct ws_sites *all = (struct ws_sites *)q->sites;

	for (size_t i = 0; i < q->n_sites; i++)
		if (all[i].fact == fact)
			return &all[i];
	return NULL;
}

/* The sites must stand above. */
static void
make_elsewhere(struct ws_check *k, const struct ws_share_decl *d)
{
	const struct ws_share_decl *of =
	    ws_decl_find(k->r, WS_NAME_SHARE, ws_sv_of(d->sites.name));
	struct ws_sites *sites = of != NULL && of->kind == WS_SITES
				     ? find_sites(&k->r->queries, of->fact)
				     : NULL;
	struct ws_near near;

	if (sites == NULL)
		ws_problems_error(&k->report, d->sites.pos,
		    "no sites '%s' above%s", d->sites.name,
		    ws_decl_near(k->r, WS_NAME_SHARE, d->sites.name, &near));
	else if (sites->elsewhere != WS_NO_FACT)
		ws_problems_error(&k->report, d->at,
		    "%s has an elsewhere already", d->sites.name);
	else
		sites->elsewhere = d->fact;
}

static const char *
series_of(const struct ws_check *k, const struct ws_share_decl *d)
{
	const struct ws_share_decl *of = d;

	if (d->kind == WS_ELSEWHERE)
		of = ws_decl_find(k->r, WS_NAME_SHARE, ws_sv_of(d->sites.name));
	return of != NULL ? of->series : NULL;
}

const char *
ws_share_kind_name(enum ws_share_kind k)
{
	static const char *const names[] = { [WS_SHARE] = "share",
		[WS_SUM] = "sum",
		[WS_SITES] = "sites",
		[WS_ELSEWHERE] = "elsewhere" };

	return names[k];
}

static void
make_shares(struct ws_check *k)
{
	const struct ws_list *all = &k->r->decl[WS_NAME_SHARE];
	struct ws_queries *q = &k->r->queries;
	struct ws_share *share =
	    ws_arena_alloc(k->r->arena, all->n * sizeof(*share));
	struct ws_sites *sites =
	    ws_arena_alloc(k->r->arena, all->n * sizeof(*sites));

	q->share = share;
	q->sites = sites;
	for (size_t i = 0; i < all->n; i++) {
		struct ws_share_decl *d = all->v[i];
		const char *series = series_of(k, d);

		d->fact = declare(k,
		    (struct ws_fact_def){ .name = d->name,
			.help = d->help,
			.subject = d->kind == WS_SITES ? "function" : NULL,
			.unit = unit_of(d),
			.source = series != NULL
				      ? source_of(k, series, d->series_at)
				      : WS_S_COUNT_OF },
		    d->at);
		if (d->kind == WS_ELSEWHERE)
			make_elsewhere(k, d);
		else if (d->kind == WS_SITES)
			make_sites(k, d, &sites[q->n_sites++]);
		else
			make_share(k, d, &share[q->n_share++]);
	}
}

static void
make_account(
    struct ws_check *k, const struct ws_account_decl *d, struct ws_account *out)
{
	enum ws_source_id source = source_of(k, d->series, d->series_at);
	struct ws_account_leaf *leaf =
	    ws_arena_alloc(k->r->arena, d->leaf.n * sizeof(*leaf));
	struct ws_buf b = { 0 };

	*out = (struct ws_account){ d->name, d->series, leaf, d->leaf.n };
	for (size_t i = 0; i < d->leaf.n; i++) {
		const struct ws_leaf_decl *l = d->leaf.v[i];

		b.n = 0;
		ws_buf_printf(&b, "account.%s.%s", d->name, l->id);
		leaf[i] = (struct ws_account_leaf){ .title = l->title,
			.cls = l->cls,
			.where = lower(k, l->where),
			.fact = declare(k,
			    (struct ws_fact_def){ .name = b.p,
				.help = l->title,
				.unit = WS_U_RATIO,
				.source = source },
			    l->at) };
	}
	ws_buf_fini(&b);
}

void
ws_check_queries(struct ws_check *k)
{
	const struct ws_list *all = &k->r->decl[WS_NAME_ACCOUNT];
	struct ws_account *account =
	    ws_arena_alloc(k->r->arena, all->n * sizeof(*account));

	make_groups(k);
	make_shares(k);
	for (size_t i = 0; i < all->n; i++)
		make_account(k, all->v[i], &account[i]);
	k->r->queries.account = account;
	k->r->queries.n_account = all->n;
}
