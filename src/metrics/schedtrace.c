/*
 * What schedtrace rows say.  A row is a look at one moment, so that shares are
 * of rows, or of what was seen in all of them.
 */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/family.h"

struct log {
	const struct ws_measured *m;
	ws_id artifact, track;
	double rows;
};

static const struct ws_series *
series(const struct log *l, ws_id name)
{
	return ws_counters_find(l->m->counters, name, l->artifact, l->track);
}

static void
put(const struct log *l, uint32_t def, double v)
{
	ws_measured_put(l->m, def, v, l->artifact, l->rows);
}

static double
last(const struct ws_series *s)
{
	return s->value[s->n - 1];
}

/* Rows of three series that come in step. */
static double
runnable_idle(const struct ws_series *idle, const struct ws_series *queued)
{
	size_t hits = 0;

	if (idle == NULL || queued == NULL || idle->n != queued->n)
		return NAN;
	for (size_t i = 0; i < idle->n; i++)
		hits += idle->value[i] > 0 && queued->value[i] > 0;
	return (double)hits / (double)idle->n;
}

static void
put_rows(const struct log *l, const struct ws_series *procs)
{
	const struct ws_series *idle = series(l, WS_N_GO_SCHED_IDLE_PROCS);
	const struct ws_series *queued = series(l, WS_N_GO_SCHED_QUEUED);
	const struct ws_series *threads = series(l, WS_N_GO_SCHED_THREADS);
	const struct ws_series *calls = series(l, WS_N_GO_SCHED_IN_CALLS);

	put(l, WS_F_SCT_ROWS, l->rows);
	put(l, WS_F_SCT_DURATION,
	    ws_series_sum(series(l, WS_N_GO_SCHED_INTERVAL)));
	put(l, WS_F_SCT_IDLE, ws_series_sum(idle) / ws_series_sum(procs));
	put(l, WS_F_SCT_RUNNABLE, ws_series_sum(queued) / l->rows);
	put(l, WS_F_SCT_RUNNABLE_P,
	    ws_series_sum(queued) / ws_series_sum(procs));
	put(l, WS_F_SCT_RUNNABLE_IDLE, runnable_idle(idle, queued));
	put(l, WS_F_SCT_THREADS, ws_series_quantile(threads, 1));
	if (threads != NULL)
		put(l, WS_F_SCT_GROWTH, last(threads) - threads->value[0]);
	put(l, WS_F_SCT_CALLS, ws_series_sum(calls) / l->rows);
}

static bool
is_one_of(struct ws_sv s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ws_sv_is(s, list[i]))
			return true;
	return false;
}

/* Goroutines of the runtime, by what they wait for when there is nothing to
 * do; profiles leave them out too. */
static bool
is_system(struct ws_sv state)
{
	static const char *const list[] = { "waiting: force gc (idle)",
		"waiting: GC sweep wait", "waiting: GC scavenge wait",
		"waiting: finalizer wait", "waiting: cleanup wait",
		"waiting: GC worker (idle)", "waiting: GC worker (active)",
		"waiting: GC worker init", "waiting: timer goroutine (idle)",
		"waiting: trace reader (blocked)",
		"waiting: GOMAXPROCS updater (idle)" };

	return is_one_of(state, list, WS_LEN(list));
}

static bool
is_lock(struct ws_sv state)
{
	static const char *const list[] = { "waiting: semacquire",
		"waiting: sync.Mutex.Lock", "waiting: sync.RWMutex.Lock",
		"waiting: sync.RWMutex.RLock", "waiting: sync.Cond.Wait" };

	return is_one_of(state, list, WS_LEN(list));
}

static bool
is_chan(struct ws_sv state)
{
	static const char *const list[] = { "waiting: chan receive",
		"waiting: chan send", "waiting: select" };

	return is_one_of(state, list, WS_LEN(list));
}

static bool
is_gc(struct ws_sv state)
{
	static const char *const list[] = { "waiting: GC assist wait",
		"waiting: GC assist marking", "waiting: garbage collection",
		"waiting: wait for GC cycle",
		"waiting: garbage collection scan",
		"waiting: GC mark termination",
		"waiting: GC weak to strong wait",
		"waiting: flushing proc caches" };

	return is_one_of(state, list, WS_LEN(list));
}

static bool
is_syscall(struct ws_sv state)
{
	return ws_sv_is(state, "syscall");
}

/* The state of a series of this log, or an empty view. */
static struct ws_sv
state_of(const struct log *l, const struct ws_series *s)
{
	struct ws_sv run = ws_dict_text(l->m->dict, l->track), state;

	if (s->name != WS_N_GO_SCHED_STATE || s->artifact != l->artifact ||
	    s->n == 0)
		return ws_sv_of(NULL);
	state = ws_dict_text(l->m->dict, s->track);
	if (!ws_sv_starts(state, run.p) ||
	    !ws_sv_starts(ws_sv_from(state, run.n), ": "))
		return ws_sv_of(NULL);
	return ws_sv_from(state, run.n + 2);
}

/* How many were seen in states of which `is` is true, in all rows. */
static double
count(const struct log *l, bool (*is)(struct ws_sv))
{
	double n = 0;

	for (size_t i = 0; i < ws_counters_count(l->m->counters); i++) {
		const struct ws_series *s = ws_counters_get(l->m->counters, i);
		struct ws_sv state = state_of(l, s);

		if (state.n > 0 && is(state))
			n += ws_series_sum(s);
	}
	return n;
}

static void
put_state(const struct log *l, const struct ws_series *s, double all)
{
	struct ws_sv state = state_of(l, s);
	struct ws_fact fact =
	    WS_FACT_OF(WS_F_SCT_STATE, ws_series_sum(s) / all);

	if (state.n == 0 || is_system(state) || !isfinite(fact.value))
		return;
	fact.subject = state.p;
	fact.artifact = ws_dict_text(l->m->dict, l->artifact).p;
	fact.samples = l->rows;
	ws_facts_put(l->m->facts, &fact);
}

static void
put_states(const struct log *l)
{
	const struct ws_series *all = series(l, WS_N_GO_SCHED_GOROUTINES);
	double n = ws_series_sum(all) - count(l, is_system);

	if (all == NULL)
		return;
	put(l, WS_F_SCT_GOROUTINES, n / (double)all->seen);
	if (!(n > 0))
		return;
	put(l, WS_F_SCT_LOCK, count(l, is_lock) / n);
	put(l, WS_F_SCT_CHAN, count(l, is_chan) / n);
	put(l, WS_F_SCT_GC, count(l, is_gc) / n);
	put(l, WS_F_SCT_SYSCALL, count(l, is_syscall) / n);
	for (size_t i = 0; i < ws_counters_count(l->m->counters); i++)
		put_state(l, ws_counters_get(l->m->counters, i), n);
}

/* The scheduler of the program that printed most rows. */
void
ws_family_schedtrace(const struct ws_measured *m)
{
	const struct ws_series *procs =
	    ws_counters_find(m->counters, WS_N_GO_SCHED_PROCS, 0, 0);
	struct log l = { .m = m };

	if (procs == NULL)
		return;
	l.artifact = procs->artifact;
	l.track = procs->track;
	l.rows = (double)procs->seen;
	ws_facts_source(m->facts, WS_S_SCHEDTRACE, WS_VALUE,
	    ws_dict_text(m->dict, l.artifact).p, l.rows);
	if (isnan(ws_measured_get(m, WS_F_GO_MAXPROCS)))
		put(&l, WS_F_GO_MAXPROCS, last(procs));
	put_rows(&l, procs);
	put_states(&l);
}
