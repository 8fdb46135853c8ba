#include <math.h>
#include <stdlib.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/num.h"
#include "metrics/family.h"

/*
 * A benchmark's name is its base, a level of concurrency that one of its
 * key=value parts states, and the -N of GOMAXPROCS that testing appends when
 * it is not 1 (Go design 14313).  Results that differ in the level only are one
 * series.  When no part states a level, the -N is the level (go test -cpu).
 *
 * A bundle has one working point.  With several series, the one with the most
 * results of all levels is taken, the first of them on a tie.
 */
struct point {
	const struct ws_series *time; /* ns per operation */
	double level;
	uint32_t series; /* index of its key */
};

struct points {
	struct point *p;
	size_t n, cap;
};

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

static struct points
read_all(const struct ws_measured *m, struct ws_htab *keys)
{
	struct points all = { 0 };
	size_t i, n = ws_counters_count(m->counters);

	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);
		struct name name;

		if (s->name != WS_N_BENCH_TIME || s->n == 0)
			continue;
		name = read_name(ws_dict_text(m->dict, s->track));
		all.p = ws_grow(all.p, &all.cap, all.n + 1, sizeof(*all.p));
		all.p[all.n++] = (struct point){ s,
			isnan(name.level) ? name.procs : name.level,
			series_of(keys, s->artifact, &name) };
	}
	return all;
}

static uint32_t
largest_series(const struct points *all, uint32_t n_series)
{
	uint64_t *results =
	    ws_alloc_array((size_t)n_series + 1, sizeof(*results));
	uint32_t best = 0, k;
	size_t i;

	for (i = 0; i < all->n; i++)
		results[all->p[i].series] += all->p[i].time->seen;
	for (k = 1; k < n_series; k++)
		if (results[k] > results[best])
			best = k;
	free(results);
	return best;
}

static int
by_level(const void *pa, const void *pb)
{
	const struct point *a = pa, *b = pb;

	if (a->level != b->level)
		return a->level < b->level ? -1 : 1;
	return (a->time->track > b->time->track) -
	       (a->time->track < b->time->track);
}

/* The points of the series to report, by level. */
static struct points
read_points(const struct ws_measured *m)
{
	struct ws_htab *keys = ws_htab_new();
	struct points all = read_all(m, keys);
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
static const struct point *
working_point(const struct points *ps)
{
	const struct point *best = &ps->p[0];
	size_t i;

	for (i = 1; i < ps->n; i++)
		if (ps->p[i].time->seen >= best->time->seen)
			best = &ps->p[i];
	return best;
}

static double
of_name(const struct ws_measured *m, const struct point *p, ws_id name)
{
	return ws_series_median(ws_counters_find(
	    m->counters, name, p->time->artifact, p->time->track));
}

static double
of_unit(const struct ws_measured *m, const struct point *p, const char *unit)
{
	return of_name(m, p, ws_dict_cstr(m->dict, unit));
}

static void
put(const struct ws_measured *m, const struct point *p, uint32_t def, double v)
{
	ws_measured_put(m, def, v, p->time->artifact, (double)p->time->seen);
}

static void
put_name(const struct ws_measured *m, const struct point *p)
{
	struct ws_fact fact = WS_FACT_OF(WS_F_BENCH_NAME, NAN);

	fact.text = ws_dict_text(m->dict, p->time->track).p;
	fact.artifact = ws_dict_text(m->dict, p->time->artifact).p;
	ws_facts_put(m->facts, &fact);
}

static void
put_working_point(const struct ws_measured *m, const struct point *p)
{
	double time = ws_series_median(p->time);
	double run = time * of_name(m, p, WS_N_BENCH_ITERATIONS) / 1e9;
	double bytes = of_name(m, p, WS_N_BENCH_ALLOC_BYTES);
	double cores = of_unit(m, p, "cpu-cores");

	put_name(m, p);
	put(m, p, WS_F_BENCH_RUNS, (double)p->time->seen);
	put(m, p, WS_F_BENCH_TIME, time);
	put(m, p, WS_F_BENCH_SPREAD,
	    (ws_series_quantile(p->time, 1) - ws_series_quantile(p->time, 0)) /
		time);
	put(m, p, WS_F_BENCH_ALLOC_BYTES, bytes);
	put(m, p, WS_F_BENCH_ALLOCS, of_name(m, p, WS_N_BENCH_ALLOCS));
	put(m, p, WS_F_BENCH_ALLOC_RATE, bytes / time * 1e9);
	put(m, p, WS_F_BENCH_CORES, cores);
	put(m, p, WS_F_BENCH_UTILIZATION, cores / ws_measured_cpus(m));
	put(m, p, WS_F_BENCH_MINOR_FAULTS, of_unit(m, p, "minor-faults") / run);
	put(m, p, WS_F_BENCH_MAJOR_FAULTS, of_unit(m, p, "major-faults") / run);
}

/* Best throughput over that of the lowest level.  A time of 0 is one that was
 * too short to be measured. */
static double
best_gain(const struct points *ps)
{
	double low = ws_series_median(ps->p[0].time), best = NAN;
	size_t i;

	for (i = 0; i < ps->n; i++) {
		double time = ws_series_median(ps->p[i].time);

		if (low > 0 && time > 0)
			best = fmax(best, low / time);
	}
	return best;
}

/* Throughput is the reciprocal of ns/op, which testing computes from the wall
 * time of all workers together. */
static void
put_scaling(const struct ws_measured *m, const struct points *ps)
{
	const struct point *low = &ps->p[0], *high = &ps->p[ps->n - 1];
	double best, cpus = ws_measured_cpus(m), allowed;

	put(m, high, WS_F_BENCH_LEVELS, (double)ps->n);
	if (ps->n < 2)
		return;
	best = best_gain(ps);
	put(m, high, WS_F_BENCH_GAIN, best);
	allowed = isnan(cpus) ? NAN : fmin(high->level, cpus) / low->level;
	if (allowed > 1)
		put(m, high, WS_F_BENCH_EFFICIENCY, best / allowed);
	put(m, high, WS_F_BENCH_TAIL,
	    of_unit(m, high, "p99-ns") / of_unit(m, low, "p99-ns"));
}

/* The working point of the benchmark, and how it scales with workers. */
void
ws_family_bench(const struct ws_measured *m)
{
	struct points ps = read_points(m);
	const struct point *work;

	if (ps.n > 0) {
		work = working_point(&ps);
		ws_facts_source(m->facts, WS_S_BENCH, WS_VALUE,
		    ws_dict_text(m->dict, work->time->artifact).p,
		    (double)work->time->seen);
		put(m, work, WS_F_BENCH_MAX_LEVEL, work->level);
		put_working_point(m, work);
		put_scaling(m, &ps);
	}
	free(ps.p);
}
