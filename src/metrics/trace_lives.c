/* Facts of execution traces about how long things lived, and how many at a
 * time. */
#include <math.h>
#include <stdlib.h>

#include "base/stat.h"
#include "metrics/family.h"
#include "metrics/trace_parts.h"

static void
put(const struct ws_measured *m, const struct ws_trace *t, uint32_t def,
    double value, uint64_t n)
{
	ws_measured_put(m, def, value, t->artifact, (double)n);
}

/* How many run at a time, by the buckets of the lanes; too few of those say
 * nothing of a distribution. */
static void
put_running(const struct ws_measured *m, const struct ws_trace *t)
{
	enum { FEWEST = 100 };

	size_t n = ws_trace_buckets(t);
	double *level;

	if (n < FEWEST)
		return;
	level = ws_lanes_levels(&t->lanes, WS_LANE_RUNNING);
	put(m, t, WS_F_TRACE_RUNNING_P10, ws_quantile(level, n, 0.1), n);
	put(m, t, WS_F_TRACE_RUNNING_P50, ws_quantile(level, n, 0.5), n);
	put(m, t, WS_F_TRACE_RUNNING_P90, ws_quantile(level, n, 0.9), n);
	free(level);
}

static void
put_lives(const struct ws_measured *m, const struct ws_trace *t)
{
	const struct ws_hist *h = &t->life;

	put(m, t, WS_F_TRACE_MADE, (double)t->created, t->created);
	if (t->created > 0)
		put(m, t, WS_F_TRACE_KEPT, (double)t->kept / (double)t->created,
		    t->created);
	put(m, t, WS_F_TRACE_LIFE_P50, ws_hist_quantile(h, 0.5), h->n);
	put(m, t, WS_F_TRACE_LIFE_P99, ws_hist_quantile(h, 0.99), h->n);
	h = &t->hold;
	put(m, t, WS_F_TRACE_HOLDS, (double)h->n, h->n);
	put(m, t, WS_F_TRACE_HOLD_P50, ws_hist_quantile(h, 0.5), h->n);
	put(m, t, WS_F_TRACE_HOLD_P99, ws_hist_quantile(h, 0.99), h->n);
}

static void
put_latency(const struct ws_measured *m, const struct ws_trace *t,
    const struct ws_latency *l)
{
	const uint32_t *def =
	    l->what == WS_N_TASK
		? (const uint32_t[]){ WS_F_TRACE_TASK_N, WS_F_TRACE_TASK_P50,
			  WS_F_TRACE_TASK_P95, WS_F_TRACE_TASK_P99 }
		: (const uint32_t[]){ WS_F_TRACE_REGION_N,
			  WS_F_TRACE_REGION_P50, WS_F_TRACE_REGION_P95,
			  WS_F_TRACE_REGION_P99 };
	const double value[] = { (double)l->hist.n,
		ws_hist_quantile(&l->hist, 0.5),
		ws_hist_quantile(&l->hist, 0.95),
		ws_hist_quantile(&l->hist, 0.99) };

	for (size_t i = 0; i < WS_LEN(value); i++) {
		struct ws_fact f = WS_FACT_OF(def[i], value[i]);

		f.subject =
		    l->type != 0 ? ws_dict_text(m->dict, l->type).p : "other";
		f.artifact = ws_dict_text(m->dict, t->artifact).p;
		f.samples = (double)l->hist.n;
		ws_facts_put(m->facts, &f);
	}
}

void
ws_family_trace_lives(const struct ws_measured *m)
{
	const struct ws_trace *t = ws_traces_best(m->traces);

	if (t == NULL || !(t->duration > 0))
		return;
	put_running(m, t);
	put_lives(m, t);
	for (size_t i = 0; i < t->latencies.n; i++)
		put_latency(m, t, t->latencies.v[i]);
}
