/*
 * Execution traces, added up while they stream by: times by state and stack,
 * who waits for whom, latencies, and how much there was of what over time.
 * Events are not kept; memory grows with the goroutines that live, distinct
 * stacks and names.
 *
 * At the end of an artifact the sums go on as samples, so that shares, sites
 * and `top` treat them like profiles (times in ns; each but trace.time and
 * trace.pair has a companion of counts, as trace.block.count):
 *   trace.time     all time of the program's goroutines; the leaf frame is the
 *		    name of the state, as "goroutine.blocked", then their stack
 *   trace.block    blocked, by the stack that waits
 *   trace.sync     of it: channels, select and package sync
 *   trace.net      of it: the network
 *   trace.sched    waiting for a P, by the stack that made it runnable
 *   trace.syscall  in system calls;  trace.cgo  in C
 *   trace.pair     blocked on each other; the leaf frame names both places
 *   trace.create.count  goroutines made, by the stack of the maker
 *   trace.life     how long they lived;  trace.kept.count  those that still do
 *   trace.hold     between getting on after a wait for another and waking the
 *		    next one, by the stack that wakes: at most how long who has
 *		    what both want keeps it
 * Goroutines of the runtime and of the tracer are in none of them.  Nor are
 * calls of unknown length in the times.
 */
#ifndef WS_TRACE_H
#define WS_TRACE_H

#include "metrics/hist.h"
#include "metrics/lanes.h"
#include "metrics/latencies.h"
#include "metrics/profile.h"

/* How the calls of one kind went. */
struct ws_trace_calls {
	uint64_t n, lost;      /* calls, and those that lost their P */
	uint64_t unknown;      /* of unknown length: in n, not in time */
	double time;           /* ns */
	struct ws_hist hist;   /* of those whose length is known */
	struct ws_hist gap[2]; /* from end to end; of those that lost the P */
	int64_t last[2];       /* end */
};

/* What one execution trace said. */
struct ws_trace {
	ws_id artifact;
	ws_id clock;     /* of its times */
	uint64_t events; /* about goroutines, Ps and the collector */
	uint64_t spans;  /* those that say how long: none, no trace */
	double lost;
	double duration; /* ns */
	double procs;    /* NaN when it was not told */
	uint64_t goroutines, created;
	double running, runnable, blocked, unknown; /* ns, of the program's */
	double p_used;                              /* ns */
	struct ws_hist sched;
	struct ws_trace_calls cgo, syscall;
	uint64_t gc_cycles;
	double gc_active, gc_work;  /* ns; CPU time of workers and sweeping */
	double gc_assist, gc_stall; /* ns of assists: running, and not */
	double stw, stw_max;        /* ns, without starting the trace */
	struct ws_hist life;        /* of goroutines made and ended in it */
	uint64_t kept;              /* made in it, and alive at its end */
	struct ws_hist hold;        /* from getting on to waking the next */
	struct ws_latencies latencies; /* user tasks and regions */
	struct ws_lanes lanes;
};

struct ws_traces;

/* Sums go to `profiles`, whose sink must come before, at the end of each
 * artifact. */
struct ws_traces *ws_traces_new(
    struct ws_dict *d, struct ws_profiles *profiles);
void ws_traces_free(struct ws_traces *t);
struct ws_sink *ws_traces_sink(struct ws_traces *t);
size_t ws_traces_count(const struct ws_traces *t);
/* In the order of the bundle. */
const struct ws_trace *ws_traces_get(const struct ws_traces *t, size_t i);
/* The trace to reason about, the one with the most events; NULL when there is
 * none with any. */
const struct ws_trace *ws_traces_best(const struct ws_traces *t);

/* Buckets of the lanes that the capture fills; what is behind them may hold
 * nothing. */
size_t ws_trace_buckets(const struct ws_trace *t);
/*
 * Share of the time in which goroutines of the program were runnable while a P
 * was idle.  Within a bucket (131 us in captures of up to 4 s) the two are
 * taken as unrelated: the product of their shares of it.
 */
double ws_trace_runnable_idle(const struct ws_trace *t);
/* Ps that the program could not use, in each bucket; owned by the caller. */
double *ws_trace_taken(const struct ws_trace *t);
/*
 * Minimum mutator utilisation: of all windows of this length, the least share
 * of the Ps' time that was left to the program, where `taken` was not.  Windows
 * begin at buckets, and within a bucket the collector's work counts as evenly
 * spread.  NaN when buckets are wider than the window or the capture is shorter.
 */
double ws_trace_mmu(
    const struct ws_trace *t, const double *taken, double window);

#endif
