#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/infer.h"
#include "metrics/bench_parts.h"

/* A change of less than this is no warm-up, however certain. */
static const double warm_least = 0.02;
static const double alpha = 0.05;

/* What the working point was measured in: its runs, or the seconds of one. */
struct series {
	const struct ws_series *s;
	bool is_rate;
	bool is_interval; /* values are of one second */
};

static struct series
series_of(const struct ws_measured *m, const struct ws_bench_point *work)
{
	const struct ws_series *seconds = ws_counters_find(m->counters,
	    WS_N_BENCH_INTERVAL, work->main->artifact, work->main->track);

	if (seconds != NULL && seconds->n >= work->main->n)
		return (struct series){ seconds, true, true };
	return (struct series){ work->main, work->is_rate, false };
}

static double
median_of(const double *v, size_t n)
{
	double *copy = ws_alloc_array(n + 1, sizeof(*copy)), mid;

	memcpy(copy, v, n * sizeof(*copy));
	ws_sort_values(copy, n);
	mid = ws_quantile8(copy, n, 0.5);
	free(copy);
	return mid;
}

/*
 * Values at the start that belong to the warm-up: one change in the first half
 * that is no chance, and from slow to fast.  Caches fill, heaps grow and CPUs
 * speed up; what gets slower is no warm-up.
 */
static size_t
warm_up(const struct series *x)
{
	size_t at = 0, n = x->s->n;
	double p = ws_change_point(x->s->value, n, &at), ratio;

	if (p > alpha || at == 0 || at > n / 2)
		return 0;
	ratio =
	    median_of(x->s->value, at) / median_of(x->s->value + at, n - at);
	if (x->is_rate)
		ratio = 1 / ratio;
	return ratio > 1 + warm_least ? at : 0;
}

/* Beyond three times the quartile distance (J. Tukey, Exploratory Data
 * Analysis, 1977: far out). */
static double
outliers(const double *sorted, size_t n)
{
	double q1 = ws_quantile8(sorted, n, 0.25);
	double q3 = ws_quantile8(sorted, n, 0.75), far = 3 * (q3 - q1);
	double found = 0;

	for (size_t i = 0; i < n; i++)
		found += sorted[i] < q1 - far || sorted[i] > q3 + far;
	return found;
}

/* Half of the interval of the median over the median. */
static double
precision(const double *sorted, size_t n)
{
	struct ws_interval c;

	ws_median_interval(sorted, n, 0.95, &c);
	if (isinf(c.lo) || isinf(c.hi))
		return NAN;
	return fmax(c.hi / c.mid - 1, 1 - c.lo / c.mid);
}

static void
put_series(const struct ws_measured *m, const struct ws_bench_point *work,
    const struct series *x, size_t warm)
{
	size_t n = x->s->n - warm;
	double *v = ws_alloc_array(n + 1, sizeof(*v));

	memcpy(v, x->s->value + warm, n * sizeof(*v));
	ws_bench_put(m, work, WS_F_BENCH_DRIFT, ws_drift(v, n));
	ws_sort_values(v, n);
	ws_bench_put(m, work, WS_F_BENCH_OUTLIERS, outliers(v, n));
	ws_bench_put(m, work, WS_F_BENCH_PRECISION, precision(v, n));
	if (x->is_interval || warm > 0) {
		double mid = ws_quantile8(v, n, 0.5);
		double rate = x->is_rate ? mid : 1e9 / mid;

		ws_bench_put(m, work, WS_F_BENCH_STEADY_RATE, rate);
	}
	free(v);
}

/* Seconds that were measured after the warm-up, of all runs together. */
static double
steady_time(const struct ws_measured *m, const struct ws_bench_point *work,
    const struct series *x, size_t warm)
{
	double run = ws_bench_of(m, work, WS_N_BENCH_DURATION);
	double runs = (double)work->main->seen;

	if (x->is_interval)
		return (double)(x->s->n - warm) * 1e9;
	if (isnan(run))
		run = ws_bench_time(work) *
		      ws_bench_of(m, work, WS_N_BENCH_ITERATIONS);
	/* Without a count of iterations a time is of one run: hyperfine. */
	if (isnan(run) && !work->is_rate)
		run = ws_bench_time(work);
	return run * (runs - (double)warm * (double)x->s->every);
}

static double
known(double v, bool elsewhere)
{
	return isnan(v) && elsewhere ? 1 : v;
}

/* What a benchmark of a service should tell, after brief and study: throughput
 * and its tail, CPU, memory, faults; these may also come from pidstat. */
static void
put_missing(const struct ws_measured *m, const struct ws_bench_point *work)
{
	struct ws_counters *c = m->counters;

	const struct {
		const char *what;
		double value;
	} wanted[] = {
		{ "p50", ws_bench_percentile(m, work, 50) },
		{ "p95", ws_bench_percentile(m, work, 95) },
		{ "p99", ws_bench_percentile(m, work, 99) },
		{ "CPU time", known(ws_measured_get(m, WS_F_BENCH_CORES),
				  ws_counters_find(c, WS_N_PROCESS_CPU_TOTAL, 0,
				      0) != NULL) },
		{ "memory (RSS)",
		    known(ws_measured_get(m, WS_F_BENCH_RSS),
			ws_counters_find(c, WS_N_PROCESS_RSS, 0, 0) != NULL) },
		{ "page faults",
		    known(ws_measured_get(m, WS_F_BENCH_MINOR_FAULTS),
			ws_counters_find(c, WS_N_PROCESS_FAULTS_MINOR, 0, 0) !=
			    NULL) },
	};
	struct ws_fact fact = WS_FACT_OF(WS_F_BENCH_MISSING, NAN);
	struct ws_buf b = { 0 };

	for (size_t i = 0; i < WS_LEN(wanted); i++)
		if (isnan(wanted[i].value))
			ws_buf_printf(
			    &b, "%s%s", b.n > 0 ? ", " : "", wanted[i].what);
	if (b.n > 0) {
		fact.text = b.p;
		fact.artifact = ws_dict_text(m->dict, work->main->artifact).p;
		ws_facts_put(m->facts, &fact);
	}
	ws_bench_put(m, work, WS_F_BENCH_HAS_TAIL,
	    !isnan(wanted[1].value) + !isnan(wanted[2].value));
	ws_bench_put(m, work, WS_F_BENCH_HAS_RESOURCES,
	    !isnan(wanted[3].value) + !isnan(wanted[4].value) +
		!isnan(wanted[5].value));
	ws_buf_fini(&b);
}

void
ws_bench_harness(const struct ws_measured *m, const struct ws_bench_point *work)
{
	struct series x = series_of(m, work);
	size_t warm = warm_up(&x);
	double errors = ws_bench_of(m, work, WS_N_BENCH_ERRORS);

	ws_bench_put(m, work, WS_F_BENCH_WARM, (double)warm / (double)x.s->n);
	ws_bench_put(
	    m, work, WS_F_BENCH_STEADY_TIME, steady_time(m, work, &x, warm));
	ws_bench_put(m, work, WS_F_BENCH_ERRORS,
	    errors / ws_bench_of(m, work, WS_N_BENCH_REQUESTS));
	put_series(m, work, &x, warm);
	put_missing(m, work);
}
