/*
 * What gctrace lines say over their window.  The percentage that they print is
 * since the start of the program; here are sums over the windows between
 * collections, which come in step: one value of each series for each window.
 */
#include <math.h>

#include "metrics/family.h"

#define SECOND 1e9

struct log {
	const struct ws_measured *m;
	ws_id artifact, track;
	double cycles;
};

static const struct ws_series *
series(const struct log *l, ws_id name)
{
	return ws_counters_find(l->m->counters, name, l->artifact, l->track);
}

static double
sum_of(const struct log *l, ws_id name)
{
	return ws_series_sum(series(l, name));
}

static void
put(const struct log *l, uint32_t def, double v)
{
	ws_measured_put(l->m, def, v, l->artifact, l->cycles);
}

static double
share(double part, double whole)
{
	return whole > 0 && !isnan(part) ? fmin(part / whole, 1) : NAN;
}

/* The largest share of any run of windows that lasts a second; NaN when no
 * such run is there, or when windows were thinned out. */
static double
peak(const struct log *l)
{
	const struct ws_series *cpu = series(l, WS_N_GO_GC_CPU);
	const struct ws_series *room = series(l, WS_N_GO_GC_ROOM);
	const struct ws_series *time = series(l, WS_N_GO_GC_INTERVAL);
	double c = 0, r = 0, t = 0, best = NAN;
	size_t first = 0;

	if (cpu == NULL || room == NULL || time == NULL || time->every > 1 ||
	    cpu->n != room->n || cpu->n != time->n)
		return NAN;
	for (size_t i = 0; i < cpu->n; i++) {
		c += cpu->value[i];
		r += room->value[i];
		t += time->value[i];
		while (t - time->value[first] >= SECOND) {
			c -= cpu->value[first];
			r -= room->value[first];
			t -= time->value[first++];
		}
		if (t >= SECOND)
			best = fmax(isnan(best) ? 0 : best, share(c, r));
	}
	return best;
}

/* Mean of the last third over mean of the first. */
static double
growth(const struct ws_series *s)
{
	double first = 0, last = 0;
	size_t third = s == NULL ? 0 : s->n / 3;

	for (size_t i = 0; i < third; i++) {
		first += s->value[i];
		last += s->value[s->n - 1 - i];
	}
	return first > 0 ? last / first : NAN;
}

static void
put_cycles(const struct log *l)
{
	const struct ws_series *forced = series(l, WS_N_GO_GC_FORCED);
	const struct ws_series *live = series(l, WS_N_GO_GC_HEAP_LIVE);

	put(l, WS_F_GCT_CYCLES, l->cycles);
	put(l, WS_F_GCT_STW_MAX,
	    ws_series_quantile(series(l, WS_N_GO_GC_STOP), 1));
	put(l, WS_F_GCT_LIVE, ws_series_median(live));
	put(l, WS_F_GCT_GOAL,
	    ws_series_median(series(l, WS_N_GO_GC_HEAP_GOAL)));
	put(l, WS_F_GCT_GROWTH, growth(live));
	if (forced != NULL)
		put(l, WS_F_GCT_FORCED,
		    ws_series_sum(forced) / (double)forced->seen);
}

static void
put_windows(const struct log *l)
{
	const struct ws_series *windows = series(l, WS_N_GO_GC_INTERVAL);
	double time = ws_series_sum(windows), room = sum_of(l, WS_N_GO_GC_ROOM);
	double assist = sum_of(l, WS_N_GO_GC_ASSIST), stops;
	double marked = assist + sum_of(l, WS_N_GO_GC_BACKGROUND);

	/* Stops are told of every collection, also of the last. */
	stops = sum_of(l, WS_N_GO_GC_STOP);
	if (!(time > 0))
		return;
	stops *= (double)windows->seen / l->cycles;
	put(l, WS_F_GCT_DURATION, time);
	put(l, WS_F_GCT_RATE, (double)windows->seen / time * SECOND);
	put(l, WS_F_GCT_CPU, share(sum_of(l, WS_N_GO_GC_CPU), room));
	put(l, WS_F_GCT_MARK, share(marked, room));
	put(l, WS_F_GCT_PEAK, peak(l));
	put(l, WS_F_GCT_ASSIST, share(assist, room));
	put(l, WS_F_GCT_ASSIST_SHARE, share(assist, marked));
	put(l, WS_F_GCT_STW_TOTAL, share(stops, time));
	put(l, WS_F_GCT_ALLOC,
	    fmax(sum_of(l, WS_N_GO_GC_ALLOCATED), 0) / time * SECOND);
}

/* Collections of the program that printed most of them. */
void
ws_family_gctrace(const struct ws_measured *m)
{
	const struct ws_series *procs =
	    ws_counters_find(m->counters, WS_N_GO_GC_PROCS, 0, 0);
	struct log l = { .m = m };

	if (procs == NULL)
		return;
	l.artifact = procs->artifact;
	l.track = procs->track;
	l.cycles = (double)procs->seen;
	ws_facts_source(m->facts, WS_S_GCTRACE, WS_VALUE,
	    ws_dict_text(m->dict, l.artifact).p, l.cycles);
	if (isnan(ws_measured_get(m, WS_F_GO_MAXPROCS)))
		put(&l, WS_F_GO_MAXPROCS, procs->value[procs->n - 1]);
	put_cycles(&l);
	put_windows(&l);
}
