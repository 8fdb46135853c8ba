#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/infer.h"
#include "base/mem.h"
#include "base/usl.h"
#include "metrics/bench_parts.h"

/* The law has three parameters, and noise a say: Gunther wants six levels, and
 * three runs of each tell how much they differ. */
enum { LAW_LEVELS = 6, LAW_RUNS = 3 };

/* Above these the levels do not follow the law, or the runs of a level each
 * other. */
static const double law_error_most = 0.15;
static const double law_spread_most = 0.25;
/* A level within this of the best does as much. */
static const double as_good = 0.05;

/* Best throughput over that of the lowest level. */
static double
best_rate(const struct ws_bench_points *ps)
{
	double best = NAN;

	for (size_t i = 0; i < ps->n; i++)
		best = fmax(best, ws_bench_rate(&ps->p[i]));
	return best;
}

/* Rates or times differ by the same ratio. */
static double
spread_of(const struct ws_series *s)
{
	return (ws_series_quantile(s, 1) - ws_series_quantile(s, 0)) /
	       ws_series_median(s);
}

static void
refuse(const struct ws_measured *m, const struct ws_bench_point *p,
    const char *why)
{
	struct ws_fact fact = WS_FACT_OF(WS_F_BENCH_USL_REFUSED, NAN);

	fact.text = why;
	fact.artifact = ws_dict_text(m->dict, p->main->artifact).p;
	ws_facts_put(m->facts, &fact);
}

/* Why the series is not for the law, or "". */
static void
objection(const struct ws_bench_points *ps, char *why, size_t size)
{
	*why = '\0';
	if (ps->n < LAW_LEVELS)
		snprintf(why, size, "%zu levels, wanted %d", ps->n, LAW_LEVELS);
	for (size_t i = 0; i < ps->n && *why == '\0'; i++) {
		const struct ws_bench_point *p = &ps->p[i];

		if (!(ws_bench_rate(p) > 0))
			snprintf(why, size, "level %g has no rate", p->level);
		else if (p->main->seen < LAW_RUNS)
			snprintf(why, size,
			    "level %g has %" PRIu64 " runs, wanted %d",
			    p->level, p->main->seen, LAW_RUNS);
		else if (spread_of(p->main) > law_spread_most)
			snprintf(why, size,
			    "the runs of level %g differ by %.0f %%, wanted "
			    "at most %.0f %%",
			    p->level, 100 * spread_of(p->main),
			    100 * law_spread_most);
	}
}

static void
put_law(const struct ws_measured *m, const struct ws_bench_points *ps)
{
	const struct ws_bench_point *high = &ps->p[ps->n - 1];
	double *level, *rate;
	struct ws_usl law;
	char why[160];

	objection(ps, why, sizeof(why));
	if (*why != '\0') {
		refuse(m, high, why);
		return;
	}
	level = ws_alloc_array(2 * ps->n, sizeof(*level));
	rate = level + ps->n;
	for (size_t i = 0; i < ps->n; i++) {
		level[i] = ps->p[i].level;
		rate[i] = ws_bench_rate(&ps->p[i]);
	}
	if (!ws_usl_fit(level, rate, ps->n, &law))
		refuse(m, high, "no such curve has positive throughput");
	else if (law.error > law_error_most) {
		snprintf(why, sizeof(why),
		    "the levels are off the curve by %.0f %%, wanted at most "
		    "%.0f %%",
		    100 * law.error, 100 * law_error_most);
		refuse(m, high, why);
	} else {
		ws_bench_put(m, high, WS_F_BENCH_USL_SIGMA, fmin(law.sigma, 1));
		ws_bench_put(m, high, WS_F_BENCH_USL_KAPPA, law.kappa);
		ws_bench_put(m, high, WS_F_BENCH_USL_PEAK, law.peak);
		ws_bench_put(m, high, WS_F_BENCH_USL_ERROR, law.error);
	}
	free(level);
}

static void
put_of_level(const struct ws_measured *m, const struct ws_bench_point *p,
    uint32_t def, double v)
{
	struct ws_fact fact = WS_FACT_OF(def, v);
	char subject[32];

	if (!isfinite(v))
		return;
	snprintf(subject, sizeof(subject), "%g", p->level);
	fact.subject = subject;
	fact.artifact = ws_dict_text(m->dict, p->main->artifact).p;
	fact.samples = (double)p->main->seen;
	ws_facts_put(m->facts, &fact);
}

static void
put_levels(const struct ws_measured *m, const struct ws_bench_points *ps)
{
	for (size_t i = 0; i < ps->n; i++) {
		const struct ws_bench_point *p = &ps->p[i];

		put_of_level(m, p, WS_F_BENCH_LEVEL_RATE, ws_bench_rate(p));
		put_of_level(
		    m, p, WS_F_BENCH_LEVEL_TAIL, ws_bench_percentile(m, p, 99));
	}
}

/* The lowest level that does as much as the best. */
static const struct ws_bench_point *
best_level(const struct ws_bench_points *ps, double best)
{
	for (size_t i = 0; i < ps->n; i++)
		if (ws_bench_rate(&ps->p[i]) >= best * (1 - as_good))
			return &ps->p[i];
	return NULL;
}

/* The median of a level is known to an interval only. */
static struct ws_interval
rate_interval(const struct ws_bench_point *p)
{
	size_t n = p->main->n;
	double *sorted = ws_alloc_array(n + 1, sizeof(*sorted));
	struct ws_interval c, rate;

	memcpy(sorted, p->main->value, n * sizeof(*sorted));
	ws_sort_values(sorted, n);
	ws_median_interval(sorted, n, 0.95, &c);
	free(sorted);
	rate.mid = ws_bench_rate(p);
	rate.lo = rate.mid * (p->is_rate ? c.lo / c.mid : c.mid / c.hi);
	rate.hi = rate.mid * (p->is_rate ? c.hi / c.mid : c.mid / c.lo);
	return rate;
}

/* What the highest level lacks of the best. */
static void
put_lost(
    const struct ws_measured *m, const struct ws_bench_point *high, double best)
{
	struct ws_interval rate = rate_interval(high);
	struct ws_fact fact =
	    WS_FACT_OF(WS_F_BENCH_RETROGRADE, 1 - rate.mid / best);

	if (!isfinite(fact.value))
		return;
	if (rate.lo > 0 && isfinite(rate.hi)) {
		fact.lo = 1 - fmin(best, rate.hi) / best;
		fact.hi = 1 - rate.lo / best;
	}
	fact.artifact = ws_dict_text(m->dict, high->main->artifact).p;
	fact.samples = (double)high->main->seen;
	ws_facts_put(m->facts, &fact);
}

static void
put_best(
    const struct ws_measured *m, const struct ws_bench_points *ps, double best)
{
	const struct ws_bench_point *high = &ps->p[ps->n - 1];
	const struct ws_bench_point *at = best_level(ps, best);

	if (at == NULL)
		return;
	ws_bench_put(m, at, WS_F_BENCH_BEST_LEVEL, at->level);
	put_lost(m, high, best);
	ws_bench_put(m, high, WS_F_BENCH_TAIL_PAST_BEST,
	    ws_bench_percentile(m, high, 99) / ws_bench_percentile(m, at, 99));
}

void
ws_bench_scaling(const struct ws_measured *m, const struct ws_bench_points *ps)
{
	const struct ws_bench_point *low = &ps->p[0], *high = &ps->p[ps->n - 1];
	double best, cpus = ws_measured_cpus(m), allowed, gain;

	ws_bench_put(m, high, WS_F_BENCH_LEVELS, (double)ps->n);
	if (ps->n < 2)
		return;
	best = best_rate(ps);
	gain = best / ws_bench_rate(low);
	ws_bench_put(m, high, WS_F_BENCH_GAIN, gain);
	allowed = isnan(cpus) ? NAN : fmin(high->level, cpus) / low->level;
	if (allowed > 1)
		ws_bench_put(m, high, WS_F_BENCH_EFFICIENCY, gain / allowed);
	ws_bench_put(m, high, WS_F_BENCH_TAIL,
	    ws_bench_percentile(m, high, 99) / ws_bench_percentile(m, low, 99));
	put_best(m, ps, best);
	put_levels(m, ps);
	put_law(m, ps);
}
