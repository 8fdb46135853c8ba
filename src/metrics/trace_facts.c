/* Facts of execution traces that need more than the sums by stack. */
#include <math.h>
#include <stdlib.h>

#include "metrics/family.h"

#define MS 1e6

/* Ends of calls that it takes to say that they are evenly spaced. */
enum { TURNS_MIN = 100 };

static double
clamp(double v, double lo, double hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

size_t
ws_trace_buckets(const struct ws_trace *t)
{
	double n = floor(t->duration / ws_lanes_width(&t->lanes));

	return n > 0 ? n < (double)t->lanes.n ? (size_t)n : t->lanes.n : 0;
}

double
ws_trace_runnable_idle(const struct ws_trace *t)
{
	double *runnable, *used, sum = 0;
	size_t i, n = ws_trace_buckets(t);

	if (n == 0 || !(t->procs > 0))
		return NAN;
	runnable = ws_lanes_levels(&t->lanes, WS_LANE_RUNNABLE);
	used = ws_lanes_levels(&t->lanes, WS_LANE_P);
	for (i = 0; i < n; i++)
		sum +=
		    clamp(runnable[i], 0, 1) * clamp(t->procs - used[i], 0, 1);
	free(runnable);
	free(used);
	return sum / (double)n;
}

double *
ws_trace_taken(const struct ws_trace *t)
{
	double *gc = ws_lanes_levels(&t->lanes, WS_LANE_GC);
	double *stw = ws_lanes_levels(&t->lanes, WS_LANE_STW);
	size_t i;

	for (i = 0; i < t->lanes.n; i++) {
		double stopped = clamp(stw[i], 0, 1);

		gc[i] = clamp(gc[i], 0, t->procs * (1 - stopped)) +
			t->procs * stopped;
	}
	free(stw);
	return gc;
}

double
ws_trace_mmu(const struct ws_trace *t, const double *taken, double window)
{
	double width = ws_lanes_width(&t->lanes), sum = 0, worst = 0, part;
	size_t i, n = ws_trace_buckets(t), in = (size_t)(window / width);

	if (!(t->procs > 0) || in == 0 || n < in + 1)
		return NAN;
	part = window / width - (double)in;
	for (i = 0; i < in; i++)
		sum += taken[i];
	for (i = 0; i + in < n; i++) {
		double all = sum + part * taken[i + in];

		worst = all > worst ? all : worst;
		sum += taken[i + in] - taken[i];
	}
	return clamp(1 - worst * width / (window * t->procs), 0, 1);
}

/* The trace, and what its times are parts of. */
struct put {
	const struct ws_measured *m;
	const struct ws_trace *t;
	double goroutine_time, p_time, seconds;
};

static void
put(const struct put *p, uint32_t def, double value)
{
	ws_measured_put(p->m, def, value, p->t->artifact, (double)p->t->events);
}

static void
put_sched(const struct put *p)
{
	const struct ws_hist *h = &p->t->sched;

	put(p, WS_F_TRACE_SCHED_WAITS, (double)h->n);
	put(p, WS_F_TRACE_SCHED_RATE_P,
	    (double)h->n / p->seconds / p->t->procs);
	if (h->n == 0)
		return;
	put(p, WS_F_TRACE_SCHED_P50, ws_hist_quantile(h, 0.5));
	put(p, WS_F_TRACE_SCHED_P95, ws_hist_quantile(h, 0.95));
	put(p, WS_F_TRACE_SCHED_P99, ws_hist_quantile(h, 0.99));
	put(p, WS_F_TRACE_SCHED_MAX, (double)h->max);
}

static void
put_gc(const struct put *p)
{
	const struct ws_trace *t = p->t;
	double *taken = ws_trace_taken(t);

	put(p, WS_F_TRACE_GC_CYCLES, (double)t->gc_cycles);
	put(p, WS_F_TRACE_GC_RATE, (double)t->gc_cycles / p->seconds);
	put(p, WS_F_TRACE_GC_ACTIVE, t->gc_active / t->duration);
	put(p, WS_F_TRACE_GC_CPU, (t->gc_work + t->gc_assist) / p->p_time);
	put(p, WS_F_TRACE_GC_ASSIST, t->gc_assist / p->p_time);
	put(p, WS_F_TRACE_GC_STALL, t->gc_stall / p->goroutine_time);
	put(p, WS_F_TRACE_STW_TOTAL, t->stw / t->duration);
	put(p, WS_F_TRACE_STW_MAX, t->stw_max);
	put(p, WS_F_TRACE_MMU_1, ws_trace_mmu(t, taken, 1 * MS));
	put(p, WS_F_TRACE_MMU_10, ws_trace_mmu(t, taken, 10 * MS));
	put(p, WS_F_TRACE_MMU_100, ws_trace_mmu(t, taken, 100 * MS));
	free(taken);
}

/* The facts of one kind of call, as offsets from its first. */
enum {
	CALLS,
	RATE,
	RATE_P,
	SHARE,
	ACTIVE,
	MEAN,
	P50,
	P99,
	LOST,
	AT_ONCE,
	TURNS
};

/* Calls of unknown length pass for running: that is how much a share could be
 * larger. */
static void
put_part(const struct put *p, uint32_t def, const struct ws_trace_calls *c,
    double whole)
{
	struct ws_fact f = WS_FACT_OF(def, c->time / whole);

	if (!(whole > 0))
		return;
	f.artifact = ws_dict_text(p->m->dict, p->t->artifact).p;
	f.samples = (double)c->n;
	if (c->unknown > 0) {
		f.lo = f.value;
		f.hi = fmin(1, (c->time + p->t->running) / whole);
	}
	ws_facts_put(p->m->facts, &f);
}

static void
put_calls(const struct put *p, uint32_t first, const struct ws_trace_calls *c)
{
	const struct ws_trace *t = p->t;
	double busy = t->running + t->cgo.time + t->syscall.time;
	const struct ws_hist *gap;

	put(p, first + CALLS, (double)c->n);
	put(p, first + RATE, (double)c->n / p->seconds);
	put(p, first + RATE_P, (double)c->n / p->seconds / t->procs);
	put_part(p, first + SHARE, c, p->goroutine_time);
	put_part(p, first + ACTIVE, c, busy);
	put(p, first + AT_ONCE, c->time / t->duration);
	if (c->n == 0)
		return;
	put(p, first + LOST, (double)c->lost / (double)c->n);
	gap = &c->gap[2 * c->lost > c->n];
	if (gap->n >= TURNS_MIN)
		put(p, first + TURNS,
		    ws_hist_quantile(gap, 0.1) / ws_hist_mean(gap));
	/* The calls that nobody timed are the short ones. */
	if (c->unknown > 0)
		return;
	put(p, first + MEAN, ws_hist_mean(&c->hist));
	put(p, first + P50, ws_hist_quantile(&c->hist, 0.5));
	put(p, first + P99, ws_hist_quantile(&c->hist, 0.99));
}

/* Facts of the execution trace; its shares by stack are queries. */
void
ws_family_trace(const struct ws_measured *m)
{
	const struct ws_trace *t = ws_traces_best(m->traces);
	struct put p = { .m = m, .t = t };

	if (t == NULL)
		return;
	ws_facts_source(m->facts, WS_S_GO_TRACE,
	    t->duration > 0 ? WS_VALUE : WS_EMPTY,
	    ws_dict_text(m->dict, t->artifact).p, (double)t->events);
	if (!(t->duration > 0))
		return;
	p.goroutine_time = t->running + t->runnable + t->blocked + t->unknown +
			   t->cgo.time + t->syscall.time;
	p.p_time = t->procs * t->duration;
	p.seconds = t->duration / 1e9;
	put(&p, WS_F_TRACE_DURATION, t->duration);
	put(&p, WS_F_TRACE_EVENTS, (double)t->events);
	put(&p, WS_F_TRACE_LOST, t->lost);
	put(&p, WS_F_TRACE_PROCS, t->procs);
	put(&p, WS_F_TRACE_GOROUTINES, (double)t->goroutines);
	put(&p, WS_F_TRACE_P_UTIL, t->p_used / p.p_time);
	put(&p, WS_F_TRACE_RUNNING, t->running / t->duration);
	put(&p, WS_F_TRACE_RUNNABLE, t->runnable / t->duration);
	put(&p, WS_F_TRACE_RUNNABLE_IDLE, ws_trace_runnable_idle(t));
	put(&p, WS_F_TRACE_CREATE_RATE, (double)t->created / p.seconds);
	put_sched(&p);
	put_gc(&p);
	put_calls(&p, WS_F_TRACE_CGO_CALLS, &t->cgo);
	put_calls(&p, WS_F_TRACE_SYSCALL_CALLS, &t->syscall);
}
