#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/num.h"
#include "metrics/bench_parts.h"

/*
 * A benchmark's name is its base, a level of concurrency that one of its
 * key=value parts states, and the -N of GOMAXPROCS that testing appends when
 * it is not 1 (Go design 14313).  Results that differ in the level only are one
 * series.  When no part states a level, the -N is the level (go test -cpu).
 *
 * A bundle has one working point.  With several series, the one with the most
 * results of all levels is taken, the first of them on a tie.
 */
/* The name of a result, taken apart.  "n=1000" is a size and no level. */
struct name {
	struct ws_sv before, after; /* the part with the level */
	double level;               /* NaN when no part states one */
	double procs;               /* 1 when there is no suffix */
};

static bool
is_level_key(struct ws_sv key)
{
	static const char *const known[] = { "workers", "goroutines", "threads",
		"clients", "concurrency", "conc", "parallel", "parallelism",
		"connections", "conns", "procs", "g" };
	size_t i;

	for (i = 0; i < WS_LEN(known); i++)
		if (ws_sv_is(key, known[i]))
			return true;
	return false;
}

static void
cut_procs(struct ws_sv *name, double *procs)
{
	size_t i = name->n;
	uint64_t n;

	while (i > 0 && name->p[i - 1] != '-' && name->p[i - 1] != '/')
		i--;
	if (i == 0 || name->p[i - 1] != '-' ||
	    !ws_num_u64(ws_sv_from(*name, i), 2, 65536, &n))
		return;
	*procs = (double)n;
	name->n = i - 1;
}

static struct name
read_name(struct ws_sv text)
{
	struct name name = { .level = NAN, .procs = 1 };
	struct ws_sv rest, part, key;
	uint64_t n;

	cut_procs(&text, &name.procs);
	name.before = rest = text;
	while (rest.n > 0) {
		const char *start = rest.p;

		part = ws_sv_split(&rest, '/');
		key = ws_sv_split(&part, '=');
		if (!is_level_key(key) || !ws_num_u64(part, 1, 1000000, &n))
			continue;
		name.level = (double)n;
		name.before =
		    (struct ws_sv){ text.p, (size_t)(start - text.p) };
		name.after = rest;
	}
	return name;
}

/* The key of a result's series: what its results have in common. */
static uint32_t
series_of(struct ws_htab *keys, ws_id artifact, const struct name *name)
{
	struct ws_buf b = { 0 };
	uint32_t i;

	ws_buf_printf(
	    &b, "%u %g ", artifact, isnan(name->level) ? 0 : name->procs);
	ws_buf_putsv(&b, name->before);
	ws_buf_putc(&b, '\0');
	ws_buf_putsv(&b, name->after);
	i = ws_htab_put(keys, b.p, b.n, NULL);
	ws_buf_fini(&b);
	return i;
}

/* Times of operations; a rate counts where there is no time. */
static bool
is_main(const struct ws_measured *m, const struct ws_series *s)
{
	if (s->n == 0)
		return false;
	if (s->name == WS_N_BENCH_TIME)
		return true;
	return s->name == WS_N_BENCH_RATE &&
	       ws_counters_find(
		   m->counters, WS_N_BENCH_TIME, s->artifact, s->track) == NULL;
}

static struct ws_bench_points
read_all(const struct ws_measured *m, struct ws_htab *keys)
{
	struct ws_bench_points all = { 0 };
	size_t i, n = ws_counters_count(m->counters);

	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);
		struct name name;

		if (!is_main(m, s))
			continue;
		name = read_name(ws_dict_text(m->dict, s->track));
		all.p = ws_grow(all.p, &all.cap, all.n + 1, sizeof(*all.p));
		all.p[all.n++] =
		    (struct ws_bench_point){ s, s->name == WS_N_BENCH_RATE,
			    isnan(name.level) ? name.procs : name.level,
			    series_of(keys, s->artifact, &name) };
	}
	return all;
}

static uint32_t
largest_series(const struct ws_bench_points *all, uint32_t n_series)
{
	uint64_t *results =
	    ws_alloc_array((size_t)n_series + 1, sizeof(*results));
	uint32_t best = 0, k;
	size_t i;

	for (i = 0; i < all->n; i++)
		results[all->p[i].series] += all->p[i].main->seen;
	for (k = 1; k < n_series; k++)
		if (results[k] > results[best])
			best = k;
	free(results);
	return best;
}

static int
by_level(const void *pa, const void *pb)
{
	const struct ws_bench_point *a = pa, *b = pb;

	if (a->level != b->level)
		return a->level < b->level ? -1 : 1;
	return (a->main->track > b->main->track) -
	       (a->main->track < b->main->track);
}

/* The points of the series to report, by level. */
static struct ws_bench_points
read_points(const struct ws_measured *m)
{
	struct ws_htab *keys = ws_htab_new();
	struct ws_bench_points all = read_all(m, keys);
	uint32_t series = largest_series(&all, ws_htab_count(keys));
	size_t i, n = 0;

	for (i = 0; i < all.n; i++)
		if (all.p[i].series == series)
			all.p[n++] = all.p[i];
	all.n = n;
	if (n > 1)
		qsort(all.p, n, sizeof(*all.p), by_level);
	ws_htab_free(keys);
	return all;
}

/* The level with the most repetitions; the higher one on a tie. */
static const struct ws_bench_point *
working_point(const struct ws_bench_points *ps)
{
	const struct ws_bench_point *best = &ps->p[0];
	size_t i;

	for (i = 1; i < ps->n; i++)
		if (ps->p[i].main->seen >= best->main->seen)
			best = &ps->p[i];
	return best;
}

double
ws_bench_time(const struct ws_bench_point *p)
{
	double v = ws_series_median(p->main);

	return p->is_rate ? 1e9 / v : v;
}

double
ws_bench_rate(const struct ws_bench_point *p)
{
	double time = ws_bench_time(p);

	return time > 0 ? 1e9 / time : NAN;
}

double
ws_bench_of(
    const struct ws_measured *m, const struct ws_bench_point *p, ws_id name)
{
	return ws_series_median(ws_counters_find(
	    m->counters, name, p->main->artifact, p->main->track));
}

double
ws_bench_of_unit(const struct ws_measured *m, const struct ws_bench_point *p,
    const char *unit)
{
	return ws_bench_of(m, p, ws_dict_cstr(m->dict, unit));
}

double
ws_bench_percentile(
    const struct ws_measured *m, const struct ws_bench_point *p, int percent)
{
	static const char *const words[] = { "ns", "ns/op", "us", "us/op",
		"\xc2\xb5s", "ms", "ms/op", "sec", "sec/op" };
	ws_id known = percent == 50   ? WS_N_BENCH_P50
		      : percent == 95 ? WS_N_BENCH_P95
				      : WS_N_BENCH_P99;
	double v = ws_bench_of(m, p, known);
	char unit[32];

	for (size_t i = 0; i < WS_LEN(words) && isnan(v); i++) {
		snprintf(unit, sizeof(unit), "p%d-%s", percent, words[i]);
		v = ws_bench_of_unit(m, p, unit);
	}
	return v;
}

void
ws_bench_put(const struct ws_measured *m, const struct ws_bench_point *p,
    uint32_t def, double v)
{
	ws_measured_put(m, def, v, p->main->artifact, (double)p->main->seen);
}

static void
put_name(const struct ws_measured *m, const struct ws_bench_point *p)
{
	struct ws_fact fact = WS_FACT_OF(WS_F_BENCH_NAME, NAN);

	fact.text = ws_dict_text(m->dict, p->main->track).p;
	fact.artifact = ws_dict_text(m->dict, p->main->artifact).p;
	ws_facts_put(m->facts, &fact);
}

/* Range of the repetitions over their median. */
static double
spread(const struct ws_bench_point *p)
{
	return (ws_series_quantile(p->main, 1) -
		   ws_series_quantile(p->main, 0)) /
	       ws_series_median(p->main);
}

/* What the operating system gave it, in any of the words for it. */
static void
put_resources(const struct ws_measured *m, const struct ws_bench_point *p)
{
	double run =
	    ws_bench_time(p) * ws_bench_of(m, p, WS_N_BENCH_ITERATIONS) / 1e9;
	double cores = ws_bench_of_unit(m, p, "cpu-cores");
	double rss = ws_bench_of_unit(m, p, "maxrss-bytes");

	if (isnan(cores))
		cores = (ws_bench_of(m, p, WS_N_BENCH_USER) +
			    ws_bench_of(m, p, WS_N_BENCH_SYSTEM)) /
			ws_bench_time(p);
	if (isnan(rss))
		rss = ws_bench_of(m, p, WS_N_BENCH_RSS);
	ws_bench_put(m, p, WS_F_BENCH_CORES, cores);
	ws_bench_put(m, p, WS_F_BENCH_UTILIZATION, cores / ws_measured_cpus(m));
	ws_bench_put(m, p, WS_F_BENCH_RSS, rss);
	ws_bench_put(m, p, WS_F_BENCH_MINOR_FAULTS,
	    ws_bench_of_unit(m, p, "minor-faults") / run);
	ws_bench_put(m, p, WS_F_BENCH_MAJOR_FAULTS,
	    ws_bench_of_unit(m, p, "major-faults") / run);
}

static void
put_working_point(const struct ws_measured *m, const struct ws_bench_point *p)
{
	double time = ws_bench_time(p);
	double bytes = ws_bench_of(m, p, WS_N_BENCH_ALLOC_BYTES);

	put_name(m, p);
	ws_bench_put(m, p, WS_F_BENCH_RUNS, (double)p->main->seen);
	ws_bench_put(m, p, WS_F_BENCH_TIME, time);
	ws_bench_put(m, p, WS_F_BENCH_THROUGHPUT, ws_bench_rate(p));
	ws_bench_put(m, p, WS_F_BENCH_P50, ws_bench_percentile(m, p, 50));
	ws_bench_put(m, p, WS_F_BENCH_P95, ws_bench_percentile(m, p, 95));
	ws_bench_put(m, p, WS_F_BENCH_P99, ws_bench_percentile(m, p, 99));
	ws_bench_put(m, p, WS_F_BENCH_SPREAD, spread(p));
	ws_bench_put(m, p, WS_F_BENCH_ALLOC_BYTES, bytes);
	ws_bench_put(
	    m, p, WS_F_BENCH_ALLOCS, ws_bench_of(m, p, WS_N_BENCH_ALLOCS));
	ws_bench_put(m, p, WS_F_BENCH_ALLOC_RATE, bytes / time * 1e9);
	put_resources(m, p);
}

/* The working point of the benchmark, and how it scales with workers. */
void
ws_family_bench(const struct ws_measured *m)
{
	struct ws_bench_points ps = read_points(m);
	const struct ws_bench_point *work;

	if (ps.n > 0) {
		work = working_point(&ps);
		ws_facts_source(m->facts, WS_S_BENCH, WS_VALUE,
		    ws_dict_text(m->dict, work->main->artifact).p,
		    (double)work->main->seen);
		ws_bench_put(m, work, WS_F_BENCH_MAX_LEVEL, work->level);
		put_working_point(m, work);
		ws_bench_harness(m, work);
		ws_bench_scaling(m, &ps);
	}
	free(ps.p);
}
