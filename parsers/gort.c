/* Names of what the Go runtime tells, and dumps of it. */
#include "gort.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "ingest/scan.h"
#include "model/event.h"

#define S 1e9

/* Go 1.16 to 1.27; /cpu and /sync since 1.20, states of goroutines since 1.26.
 * /gc/pauses became /sched/pauses/total/gc in 1.22, and is printed still. */
static const struct gort_meaning runtime[] = {
	{ "/sched/gomaxprocs:threads", WS_N_GO_RT_PROCS, WS_U_COUNT, 1, false },
	{ "/sched/goroutines:goroutines", WS_N_GO_RT_GOROUTINES, WS_U_COUNT, 1,
	    false },
	{ "/sched/goroutines/runnable:goroutines", WS_N_GO_RT_RUNNABLE,
	    WS_U_COUNT, 1, false },
	{ "/sched/goroutines/not-in-go:goroutines", WS_N_GO_RT_NOT_IN_GO,
	    WS_U_COUNT, 1, false },
	{ "/sched/threads/total:threads", WS_N_GO_RT_THREADS, WS_U_COUNT, 1,
	    false },
	{ "/gc/heap/live:bytes", WS_N_GO_RT_HEAP_LIVE, WS_U_BYTES, 1, false },
	{ "/gc/heap/goal:bytes", WS_N_GO_RT_HEAP_GOAL, WS_U_BYTES, 1, false },
	{ "/gc/limiter/last-enabled:gc-cycle", WS_N_GO_RT_LIMITER, WS_U_COUNT,
	    1, false },
	{ "/cpu/classes/total:cpu-seconds", WS_N_GO_RT_CPU_TOTAL, WS_U_TIME, S,
	    true },
	{ "/cpu/classes/idle:cpu-seconds", WS_N_GO_RT_CPU_IDLE, WS_U_TIME, S,
	    true },
	{ "/cpu/classes/gc/total:cpu-seconds", WS_N_GO_RT_CPU_GC, WS_U_TIME, S,
	    true },
	{ "/cpu/classes/gc/mark/idle:cpu-seconds", WS_N_GO_RT_CPU_GC_IDLE,
	    WS_U_TIME, S, true },
	{ "/cpu/classes/gc/mark/assist:cpu-seconds", WS_N_GO_RT_CPU_ASSIST,
	    WS_U_TIME, S, true },
	{ "/sync/mutex/wait/total:seconds", WS_N_GO_RT_MUTEX_WAIT, WS_U_TIME, S,
	    true },
	{ "/gc/cycles/total:gc-cycles", WS_N_GO_RT_CYCLES, WS_U_COUNT, 1,
	    true },
	{ "/gc/cycles/forced:gc-cycles", WS_N_GO_RT_FORCED, WS_U_COUNT, 1,
	    true },
	{ "/gc/heap/allocs:bytes", WS_N_GO_RT_ALLOC, WS_U_BYTES, 1, true },
	{ "/gc/heap/allocs:objects", WS_N_GO_RT_OBJECTS, WS_U_COUNT, 1, true },
	{ "/cgo/go-to-c-calls:calls", WS_N_GO_RT_CGO_CALLS, WS_U_COUNT, 1,
	    true },
	{ "/sched/latencies:seconds", WS_N_GO_RT_LATENCY, WS_U_TIME, S, false },
	{ "/sched/pauses/total/gc:seconds", WS_N_GO_RT_PAUSE, WS_U_TIME, S,
	    false },
};

static const struct gort_meaning memstats[] = {
	{ "TotalAlloc", WS_N_GO_RT_ALLOC, WS_U_BYTES, 1, true },
	{ "NextGC", WS_N_GO_RT_HEAP_GOAL, WS_U_BYTES, 1, false },
	{ "NumGC", WS_N_GO_RT_CYCLES, WS_U_COUNT, 1, true },
	{ "NumForcedGC", WS_N_GO_RT_FORCED, WS_U_COUNT, 1, true },
	{ "PauseTotalNs", WS_N_GO_RT_STOPPED, WS_U_TIME, 1, true },
	{ "LastGC", WS_N_GO_RT_LAST_GC, WS_U_TIME, 1, false },
};

/* The collectors of client_golang that are on by default. */
static const struct gort_meaning client[] = {
	{ "go_goroutines", WS_N_GO_RT_GOROUTINES, WS_U_COUNT, 1, false },
	{ "go_threads", WS_N_GO_RT_THREADS, WS_U_COUNT, 1, false },
	{ "go_gc_duration_seconds_sum", WS_N_GO_RT_STOPPED, WS_U_TIME, S,
	    true },
	{ "go_gc_duration_seconds_count", WS_N_GO_RT_CYCLES, WS_U_COUNT, 1,
	    true },
	{ "go_memstats_alloc_bytes_total", WS_N_GO_RT_ALLOC, WS_U_BYTES, 1,
	    true },
	{ "go_memstats_next_gc_bytes", WS_N_GO_RT_HEAP_GOAL, WS_U_BYTES, 1,
	    false },
	{ "go_memstats_last_gc_time_seconds", WS_N_GO_RT_LAST_GC, WS_U_TIME, S,
	    false },
	{ "process_cpu_seconds_total", WS_N_GO_RT_CPU_PROCESS, WS_U_TIME, S,
	    true },
	{ "process_start_time_seconds", WS_N_GO_RT_START, WS_U_TIME, S, false },
};

static const struct gort_meaning *
find(const struct gort_meaning *m, size_t n, struct ws_sv key)
{
	for (size_t i = 0; i < n; i++)
		if (ws_sv_is(key, m[i].key))
			return &m[i];
	return NULL;
}

const struct gort_meaning *
gort_runtime(struct ws_sv key)
{
	return find(runtime, WS_LEN(runtime), key);
}

const struct gort_meaning *
gort_memstats(struct ws_sv key)
{
	return find(memstats, WS_LEN(memstats), key);
}

/* "/gc/heap/live:bytes" is go_gc_heap_live_bytes; totals end in _total. */
static bool
is_exported(const struct gort_meaning *m, struct ws_sv name)
{
	size_t n = strlen(m->key), i;

	if (!ws_scan_text(&name, "go") || name.n < n)
		return false;
	for (i = 0; i < n; i++)
		if (name.p[i] !=
		    (strchr("/:-", m->key[i]) != NULL ? '_' : m->key[i]))
			return false;
	return ws_sv_is(ws_sv_from(name, n), m->total ? "_total" : "");
}

const struct gort_meaning *
gort_prometheus(struct ws_sv name)
{
	for (size_t i = 0; i < WS_LEN(runtime); i++)
		if (is_exported(&runtime[i], name))
			return &runtime[i];
	return find(client, WS_LEN(client), name);
}

bool
gort_is_key(struct ws_sv key)
{
	size_t colon = ws_sv_find(key, ":");

	if (key.n < 4 || key.n > 120 || key.p[0] != '/' || colon + 1 >= key.n)
		return false;
	for (size_t i = 0; i < key.n; i++)
		if (!ws_scan_is_word(key.p[i]) &&
		    strchr("/:-.*", key.p[i]) == NULL)
			return false;
	return true;
}

static void
end_dump(struct gort *g, struct gort_instance *in)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	if (in->n_seen == 0)
		return;
	in->n_seen = 0;
	g->dumps++;
	ev.name = WS_N_GO_RT_DUMP;
	ev.track = in->track;
	ev.unit = WS_U_COUNT;
	ev.value = (double)++in->dumps;
	ws_batch_put(&g->out, &ev);
}

/* NULL when there are too many. */
static struct gort_instance *
instance(struct gort *g)
{
	struct gort_instance *in = g->instance;

	while (in < g->instance + g->n_instance && in->track != g->track)
		in++;
	if (in == g->instance + GORT_INSTANCES)
		return NULL;
	g->n_instance += in == g->instance + g->n_instance;
	in->track = g->track;
	return in;
}

/* The time of the last collection before the first one. */
static bool
is_never(const struct gort_meaning *m, double v)
{
	return m->name == WS_N_GO_RT_LAST_GC && !(v > 0);
}

void
gort_put(struct gort *g, const struct gort_meaning *m, double v)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	struct gort_instance *in = instance(g);

	if (in == NULL) {
		g->foreign++;
		return;
	}
	if (!isfinite(v * m->factor) || v < 0 || is_never(m, v))
		return;
	for (size_t i = 0; i < in->n_seen; i++)
		if (in->seen[i] == m->name)
			end_dump(g, in);
	if (in->n_seen < GORT_SEEN)
		in->seen[in->n_seen++] = m->name;
	ev.name = m->name;
	ev.track = g->track;
	ev.unit = (uint8_t)m->unit;
	ev.value = v * m->factor;
	g->values++;
	ws_batch_put(&g->out, &ev);
}

void
gort_bucket(
    struct gort *g, const struct gort_meaning *m, double bound, double count)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	struct ws_buf track = { 0 };

	if (!(count > 0) || !isfinite(count) || !(bound >= 0) ||
	    instance(g) == NULL)
		return;
	ws_buf_putsv(&track, ws_dict_text(g->sink->dict, g->track));
	ws_buf_puts(&track, track.n > 0 ? " le " : "le ");
	if (bound * m->factor < 1e18)
		ws_buf_printf(&track, "%.0f", bound * m->factor);
	else
		ws_buf_puts(&track, "+Inf");
	ev.name = m->name;
	ev.track = ws_dict_str(g->sink->dict, ws_buf_sv(&track));
	ev.unit = WS_U_COUNT;
	ev.value = count;
	g->buckets++;
	ws_batch_put(&g->out, &ev);
	ws_buf_fini(&track);
}

static void
tell(const struct gort *g)
{
	ws_source_tally(g->src, "dump", g->dumps);
	ws_source_tally(g->src, "value", g->values);
	if (g->buckets > 0)
		ws_source_tally(g->src, "bucket", g->buckets);
	if (g->other > 0)
		ws_source_tally(g->src, "metric that is not read", g->other);
	if (g->foreign > 0)
		ws_source_tally(
		    g->src, "value of one instance too many", g->foreign);
	ws_source_detail(g->src, "%llu dumps, %llu values",
	    (unsigned long long)g->dumps, (unsigned long long)g->values);
}

enum ws_status
gort_finish(struct gort *g, struct ws_err *err)
{
	enum ws_status status;

	for (size_t i = 0; i < g->n_instance; i++)
		end_dump(g, &g->instance[i]);
	tell(g);
	status = ws_batch_flush(&g->out);
	if (status != WS_OK)
		return status;
	if (g->values == 0)
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "wanted metrics of the Go runtime, found none");
	if (g->torn > 0)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu places of the text are torn, beside %llu values",
		    (unsigned long long)g->torn, (unsigned long long)g->values);
	return WS_OK;
}

/* Lower case, without sign; s has no more than 9 bytes. */
static bool
is_word(struct ws_sv s, const char *low)
{
	size_t i = 0;

	while (i < s.n && low[i] != '\0' && (s.p[i] | 0x20) == low[i])
		i++;
	return i == s.n && low[i] == '\0';
}

bool
gort_number(struct ws_sv s, double *v)
{
	bool minus = ws_scan_text(&s, "-");

	if (!minus)
		ws_scan_text(&s, "+");
	if (is_word(s, "inf") || is_word(s, "infinity")) {
		*v = minus ? -INFINITY : INFINITY;
		return true;
	}
	if (is_word(s, "nan")) {
		*v = NAN;
		return true;
	}
	if (s.n == 0 || s.p[0] == '-' || s.p[0] == '+' ||
	    !ws_num_f64(s, 0, DBL_MAX, v))
		return false;
	*v = minus ? -*v : *v;
	return true;
}
