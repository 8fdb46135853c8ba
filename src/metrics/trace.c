#include "metrics/trace.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "metrics/trace_parts.h"

/* Pairs of stacks are many where everybody waits for everybody. */
enum { PAIRS_MAX = 1 << 16 };

static void
begin(struct ws_sink *s, const struct ws_origin *o)
{
	struct ws_traces *t = (struct ws_traces *)s;
	struct ws_trace *x = ws_alloc(sizeof(*x));

	x->artifact = o->artifact;
	x->duration = x->procs = NAN;
	ws_lanes_init(&x->lanes);
	t->trace =
	    ws_grow(t->trace, &t->cap, t->n + 1, sizeof(struct ws_trace *));
	t->trace[t->n++] = t->open = x;
	t->first = INT64_MAX;
	t->last = INT64_MIN;
	t->proc_max = 0;
	t->waiter = 0;
}

enum ws_g_kind
ws_trace_kind_of(struct ws_sv entry)
{
	if (ws_sv_starts(entry, "runtime/trace."))
		return WS_G_SYSTEM;
	if (!ws_sv_starts(entry, "runtime.") ||
	    ws_sv_is(entry, "runtime.main") ||
	    ws_sv_is(entry, "runtime.goexit") ||
	    ws_sv_starts(entry, "runtime.cgocallback"))
		return WS_G_PROGRAM;
	return WS_G_SYSTEM;
}

/* Time that it ran untold is the runtime's or that of its entry function. */
static void
tell_kind(struct ws_traces *t, struct ws_goroutine *g, enum ws_g_kind kind)
{
	if (g->running > 0) {
		ws_tally_add(&t->sums, WS_TRACE_RUN, 0, -g->running, 0);
		if (kind == WS_G_PROGRAM)
			ws_tally_add(
			    &t->sums, WS_TRACE_RUN, g->entry, g->running, 1);
		else
			t->open->running -= g->running;
		g->running = 0;
	}
	g->kind = (uint8_t)kind;
}

static void
tell_entry(struct ws_traces *t, struct ws_goroutine *g, ws_id entry)
{
	if (entry == 0 || g->entry == entry)
		return;
	g->entry = entry;
	tell_kind(t, g, ws_trace_kind_of(ws_dict_text(t->sink.dict, entry)));
}

/* A stack of its own ends in its entry function. */
static void
tell_stack(struct ws_traces *t, struct ws_goroutine *g, ws_id stack)
{
	const ws_id *frame;
	size_t n;

	if (g->kind != WS_G_UNTOLD || stack == 0)
		return;
	n = ws_dict_get_stack(t->sink.dict, stack, &frame);
	tell_entry(t, g, ws_dict_get_frame(t->sink.dict, frame[n - 1])->func);
}

static enum ws_trace_what
what_is(struct ws_sv reason)
{
	static const char *const sync[] = { "sync", "sync.(*Cond).Wait",
		"chan send", "chan receive", "select", "" };
	size_t i;

	for (i = 0; i < WS_LEN(sync); i++)
		if (ws_sv_is(reason, sync[i]))
			return WS_TRACE_SYNC;
	if (ws_sv_is(reason, "network"))
		return WS_TRACE_NET;
	return ws_sv_is(reason, "sleep") ? WS_TRACE_SLEEP : WS_TRACE_OTHER;
}

static enum ws_trace_what
reason_of(struct ws_traces *t, const struct ws_event *e)
{
	enum ws_trace_what what;
	size_t i;

	if (e->stack == 0)
		return WS_TRACE_UNTOLD;
	for (i = 0; i < t->n_reason; i++)
		if (t->reason[i].text == e->peer)
			return t->reason[i].what;
	what = what_is(ws_dict_text(t->sink.dict, e->peer));
	if (t->n_reason < WS_TRACE_REASONS)
		t->reason[t->n_reason++] =
		    (struct ws_trace_reason){ e->peer, what };
	return what;
}

static void
add(struct ws_traces *t, enum ws_trace_what what, const struct ws_event *e)
{
	ws_tally_add(&t->sums, what, e->stack, (double)e->dur, 1);
}

static void
add_lane(struct ws_traces *t, enum ws_lane lane, const struct ws_event *e)
{
	ws_lanes_add(&t->open->lanes, lane, e->t, e->t + e->dur);
}

/* A label tells of the whole span: it is set right after the start. */
static void
add_running(
    struct ws_traces *t, struct ws_goroutine *g, const struct ws_event *e)
{
	double time = (double)e->dur;

	if (g->label == WS_G_GC) {
		t->open->gc_work += time;
		add_lane(t, WS_LANE_GC, e);
	}
	g->label = WS_G_NO_LABEL;
	if (g->kind == WS_G_SYSTEM)
		return;
	t->open->running += time;
	ws_tally_add(&t->sums, WS_TRACE_RUN, g->entry, time, 1);
	if (g->kind == WS_G_UNTOLD)
		g->running += time;
	add_lane(t, WS_LANE_RUNNING, e);
}

static void
add_runnable(
    struct ws_traces *t, struct ws_goroutine *g, const struct ws_event *e)
{
	ws_goroutine_off(g, e->t, e->t + e->dur);
	if (g->kind == WS_G_SYSTEM)
		return;
	if (g->woken)
		g->got = e->t + e->dur;
	g->woken = false;
	t->open->runnable += (double)e->dur;
	ws_hist_add(&t->open->sched, e->dur);
	add(t, WS_TRACE_WAIT, e);
	add_lane(t, WS_LANE_RUNNABLE, e);
}

/* Without a stack, a call may be one into C or of the system. */
static void
add_untold(
    struct ws_traces *t, struct ws_goroutine *g, const struct ws_event *e)
{
	ws_goroutine_off(g, e->t, e->t + e->dur);
	if (g->kind == WS_G_SYSTEM)
		return;
	t->open->unknown += (double)e->dur;
	add(t, WS_TRACE_UNTOLD, e);
}

static void
add_blocked(
    struct ws_traces *t, struct ws_goroutine *g, const struct ws_event *e)
{
	enum ws_trace_what what = reason_of(t, e);

	tell_stack(t, g, e->stack);
	ws_goroutine_off(g, e->t, e->t + e->dur);
	if (g->kind == WS_G_SYSTEM)
		return;
	if (what == WS_TRACE_UNTOLD)
		t->open->unknown += (double)e->dur;
	else
		t->open->blocked += (double)e->dur;
	add(t, what, e);
	add_lane(t, WS_LANE_BLOCKED, e);
	if (what == WS_TRACE_SYNC) {
		g->got = INT64_MIN;
		t->waiter = e->track;
		t->wait_stack = e->stack;
		t->wait_time = (double)e->dur;
	}
}

/* Which calls end is known of the two kinds apart: a call whose P is taken
 * seems to end there, until its rest comes. */
static void
count_gap(struct ws_trace_calls *c, int64_t end, bool is_rest)
{
	if (c->last[is_rest] != 0 && end >= c->last[is_rest])
		ws_hist_add(&c->gap[is_rest], end - c->last[is_rest]);
	c->last[is_rest] = end;
}

/* A call that loses its P comes in two spans, one behind the other. */
static void
count_call(struct ws_trace_calls *c, struct ws_goroutine *g,
    const struct ws_event *e, bool is_rest)
{
	bool goes_on = is_rest && g->call_end == e->t;

	c->lost += is_rest;
	c->n += !goes_on;
	c->time += (double)e->dur;
	if (goes_on)
		ws_hist_sub(&c->hist, g->call_time);
	count_gap(c, e->t + e->dur, is_rest);
	g->call_time = (goes_on ? g->call_time : 0) + e->dur;
	g->call_end = e->t + e->dur;
	ws_hist_add(&c->hist, g->call_time);
}

static void
add_call(struct ws_traces *t, struct ws_goroutine *g, const struct ws_event *e)
{
	bool is_cgo = e->name == WS_N_G_CGO || e->name == WS_N_G_CGO_LOST;
	bool is_rest =
	    e->name == WS_N_G_CGO_LOST || e->name == WS_N_G_SYSCALL_LOST;
	struct ws_trace_calls *c = is_cgo ? &t->open->cgo : &t->open->syscall;
	enum ws_trace_what what = is_cgo ? WS_TRACE_CGO : WS_TRACE_SYSCALL;
	bool goes_on = is_rest && g->call_end == e->t;

	if (e->stack == 0) {
		add_untold(t, g, e);
		return;
	}
	tell_stack(t, g, e->stack);
	ws_goroutine_off(g, e->t, e->t + e->dur);
	if (g->kind == WS_G_SYSTEM)
		return;
	count_call(c, g, e, is_rest);
	ws_tally_add(&t->sums, what, e->stack, (double)e->dur, !goes_on);
	add_lane(t, WS_LANE_CALL, e);
}

/* Counted, but of no length that anybody knows. */
static void
add_untimed(struct ws_traces *t, const struct ws_event *e)
{
	bool is_cgo = e->name == WS_N_G_CGO;
	struct ws_trace_calls *c = is_cgo ? &t->open->cgo : &t->open->syscall;
	struct ws_goroutine *g =
	    ws_goroutines_get(&t->live, ws_track_number(e->track));

	tell_stack(t, g, e->stack);
	if (g->kind == WS_G_SYSTEM || (!is_cgo && e->name != WS_N_G_SYSCALL))
		return;
	c->n++;
	c->unknown++;
	ws_tally_add(
	    &t->sums, is_cgo ? WS_TRACE_CGO : WS_TRACE_SYSCALL, e->stack, 0, 1);
}

/* Only while the goroutine runs is it work of the collector; while it waits
 * for its turn or for work to be done it is held up. */
static void
add_assist(struct ws_traces *t, const struct ws_event *e)
{
	struct ws_goroutine *g =
	    ws_goroutines_get(&t->live, ws_track_number(e->track));
	int64_t at = e->t, to = e->t + e->dur;
	int64_t off = ws_goroutine_off_within(g, at, to);
	size_t i;

	t->open->gc_assist += (double)(e->dur - off);
	t->open->gc_stall += (double)off;
	for (i = 0; i < g->n_off; i++) {
		const struct ws_g_off *o = &g->off[i];

		if (o->to <= at)
			continue;
		ws_lanes_add(&t->open->lanes, WS_LANE_GC, at,
		    o->from < to ? o->from : to);
		at = o->to;
	}
	ws_lanes_add(&t->open->lanes, WS_LANE_GC, at, to);
}

static void
add_stop(struct ws_traces *t, const struct ws_event *e)
{
	struct ws_sv kind = ws_dict_text(t->sink.dict, e->peer);

	if (ws_sv_is(kind, "start trace") || ws_sv_is(kind, "stop trace"))
		return;
	t->open->stw += (double)e->dur;
	t->open->stw_max = fmax(t->open->stw_max, (double)e->dur);
	add_lane(t, WS_LANE_STW, e);
}

static void
add_proc(struct ws_traces *t, const struct ws_event *e)
{
	uint32_t number = ws_track_number(e->track);

	if (number >= t->proc_max)
		t->proc_max = number + 1;
	if (e->name == WS_N_P_IDLE)
		return;
	t->open->p_used += (double)e->dur;
	add_lane(t, WS_LANE_P, e);
}

static void
add_gc(struct ws_traces *t, const struct ws_event *e)
{
	switch (e->name) {
	case WS_N_GC_ACTIVE:
		t->open->gc_cycles++;
		t->open->gc_active += (double)e->dur;
		add_lane(t, WS_LANE_ACTIVE, e);
		break;
	case WS_N_GC_STW:
		add_stop(t, e);
		break;
	case WS_N_GC_SWEEP:
		t->open->gc_work += (double)e->dur;
		add_lane(t, WS_LANE_GC, e);
		break;
	case WS_N_GC_ASSIST:
		add_assist(t, e);
		break;
	case WS_N_TASK:
	case WS_N_REGION:
		ws_latencies_add(&t->open->latencies, e->name, e->peer, e->dur);
		break;
	default:
		break;
	}
}

static bool
is_state(ws_id name)
{
	return name >= WS_N_G_RUNNING && name <= WS_N_G_UNKNOWN;
}

static struct ws_goroutine *
goroutine(struct ws_traces *t, const struct ws_event *e)
{
	return ws_goroutines_get(&t->live, ws_track_number(e->track));
}

static void
add_state(struct ws_traces *t, const struct ws_event *e)
{
	switch (e->name) {
	case WS_N_G_RUNNING:
		add_running(t, goroutine(t, e), e);
		break;
	case WS_N_G_RUNNABLE:
		add_runnable(t, goroutine(t, e), e);
		break;
	case WS_N_G_BLOCKED:
		add_blocked(t, goroutine(t, e), e);
		break;
	case WS_N_G_UNKNOWN:
		add_untold(t, goroutine(t, e), e);
		break;
	case WS_N_G_SYSCALL:
	case WS_N_G_SYSCALL_LOST:
	case WS_N_G_CGO:
	case WS_N_G_CGO_LOST:
		add_call(t, goroutine(t, e), e);
		break;
	case WS_N_P_RUNNING:
	case WS_N_P_IDLE:
	case WS_N_P_SYSCALL:
		add_proc(t, e);
		break;
	default:
		add_gc(t, e);
		break;
	}
}

/* Whether arithmetic with its times stays in range. */
static inline bool
is_sound(const struct ws_event *e)
{
	const uint64_t half = WS_LANES_REACH / 2;

	return (uint64_t)e->t + half <= 2 * half && (uint64_t)e->dur <= half;
}

static void
add_span(struct ws_traces *t, const struct ws_event *e)
{
	t->waiter = 0;
	t->open->clock = e->clock;
	t->open->events++;
	t->open->spans++;
	if (ws_unlikely(!is_sound(e))) {
		if (e->dur == WS_T_NONE && is_state(e->name))
			add_untimed(t, e);
		return;
	}
	t->first = e->t < t->first ? e->t : t->first;
	t->last = e->t + e->dur > t->last ? e->t + e->dur : t->last;
	add_state(t, e);
}

static void
add_birth(struct ws_traces *t, const struct ws_event *e)
{
	struct ws_goroutine *g;

	t->open->created++;
	ws_tally_add(&t->sums, WS_TRACE_CREATE, e->stack, 0, 1);
	/* Dumps tell who made whom, but no time. */
	if (e->t == WS_T_NONE || e->stack == 0)
		return;
	g = ws_goroutines_get(&t->live, ws_track_number(e->peer));
	g->born = e->t;
	g->maker = e->stack;
}

static void
add_death(struct ws_traces *t, struct ws_goroutine *g, int64_t at)
{
	t->open->goroutines += g->kind != WS_G_SYSTEM;
	if (g->born != INT64_MIN && g->kind != WS_G_SYSTEM && at >= g->born) {
		ws_hist_add(&t->open->life, at - g->born);
		ws_tally_add(&t->sums, WS_TRACE_LIFE, g->maker,
		    (double)(at - g->born), 1);
	}
	ws_goroutines_remove(&t->live, g);
}

/* Who waited goes on, and who woke it had kept what it waited for since it got
 * on itself, at most. */
static void
add_hand_over(struct ws_traces *t, const struct ws_event *e)
{
	struct ws_goroutine *g;

	ws_tally_add(&t->pairs, t->wait_stack, e->stack, t->wait_time, 1);
	if (!ws_trace_waits(t, t->wait_stack))
		return;
	g = ws_goroutines_get(&t->live, ws_track_number(e->peer));
	g->woken = true;
	if (e->track == 0)
		return;
	g = ws_goroutines_get(&t->live, ws_track_number(e->track));
	if (g->got != INT64_MIN && e->t >= g->got) {
		ws_hist_add(&t->open->hold, e->t - g->got);
		ws_tally_add(&t->sums, WS_TRACE_HOLD, e->stack,
		    (double)(e->t - g->got), 1);
	}
	g->got = INT64_MIN;
}

static void
add_edge(struct ws_traces *t, const struct ws_event *e)
{
	t->open->events++;
	if (e->name == WS_N_EDGE_CREATE)
		add_birth(t, e);
	else if (e->name == WS_N_EDGE_UNBLOCK && t->waiter == e->peer &&
		 e->stack != 0)
		add_hand_over(t, e);
}

static enum ws_g_label
label_of(struct ws_sv text)
{
	if (!ws_sv_starts(text, "GC "))
		return WS_G_LABELLED;
	return ws_sv_is(text, "GC (idle)") ? WS_G_GC_IDLE : WS_G_GC;
}

static void
add_mark(struct ws_traces *t, const struct ws_event *e)
{
	struct ws_goroutine *g;

	if (!ws_track_is_numbered(e->track) ||
	    ws_track_kind(e->track) != WS_TRACK_GOROUTINE)
		return;
	t->open->events++;
	g = ws_goroutines_get(&t->live, ws_track_number(e->track));
	if (e->name == WS_N_G_ENTRY) {
		tell_entry(t, g, e->peer);
	} else if (e->name == WS_N_G_LABEL) {
		g->label =
		    (uint8_t)label_of(ws_dict_text(t->sink.dict, e->peer));
		if (g->label != WS_G_LABELLED && g->kind != WS_G_SYSTEM)
			tell_kind(t, g, WS_G_SYSTEM);
	} else if (e->name == WS_N_G_END) {
		add_death(t, g, e->t);
	}
}

static void
add_counter(struct ws_traces *t, const struct ws_event *e)
{
	struct ws_trace *x = t->open;

	if (e->name == WS_N_GO_MAXPROCS && e->value > 0)
		x->procs = e->value;
	else if (e->name == WS_N_CAPTURE_DURATION && x->events > 0)
		x->duration = e->value;
	else if (e->name == WS_N_HEAP_ALLOC && e->t >= -WS_LANES_REACH / 2 &&
		 e->t <= WS_LANES_REACH / 2)
		ws_lanes_heap(&x->lanes, e->t, e->value);
}

static void
add_other(struct ws_traces *t, const struct ws_event *e)
{
	if (e->kind == WS_EV_EDGE)
		add_edge(t, e);
	else if (e->kind == WS_EV_MARK)
		add_mark(t, e);
	else if (e->kind == WS_EV_COUNTER)
		add_counter(t, e);
	else if (e->kind == WS_EV_LOSS)
		t->open->lost += e->value;
	t->waiter = 0;
}

static enum ws_status
events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct ws_traces *t = (struct ws_traces *)s;
	static const struct ws_origin unknown;
	size_t i;

	if (t->open == NULL)
		begin(s, &unknown);
	for (i = 0; i < n; i++) {
		if (ws_likely(ev[i].kind == WS_EV_SPAN))
			add_span(t, &ev[i]);
		else
			add_other(t, &ev[i]);
	}
	return WS_OK;
}

static void
free_trace(struct ws_trace *x)
{
	ws_lanes_fini(&x->lanes);
	ws_latencies_fini(&x->latencies);
	free(x);
}

static void
count_alive(struct ws_traces *t, const struct ws_goroutine *g)
{
	if (g->number == 0 || g->kind == WS_G_SYSTEM)
		return;
	t->open->goroutines++;
	if (g->born == INT64_MIN)
		return;
	t->open->kept++;
	ws_tally_add(&t->sums, WS_TRACE_KEPT, g->maker, 0, 1);
}

static void
end(struct ws_sink *s, enum ws_status status)
{
	struct ws_traces *t = (struct ws_traces *)s;
	struct ws_trace *x = t->open;
	size_t i;

	(void)status;
	if (x == NULL)
		return;
	for (i = 0; i < t->live.n_slot; i++)
		count_alive(t, &t->live.slot[i]);
	if (isnan(x->procs) && t->proc_max > 0)
		x->procs = t->proc_max;
	if (!(x->duration > 0))
		x->duration =
		    t->last > t->first ? (double)(t->last - t->first) : NAN;
	/* A goroutine dump too tells who made whom, but nothing over time. */
	if (x->spans > 0)
		ws_traces_emit(t);
	else
		free_trace(t->trace[--t->n]);
	ws_goroutines_fini(&t->live);
	ws_tally_fini(&t->sums);
	ws_tally_fini(&t->pairs);
	t->open = NULL;
}

static const struct ws_sink_ops ops = {
	.begin = begin, .events = events, .end = end
};

struct ws_traces *
ws_traces_new(struct ws_dict *d, struct ws_profiles *profiles)
{
	struct ws_traces *t = ws_alloc(sizeof(*t));

	t->sink.ops = &ops;
	t->sink.dict = d;
	t->sink.ignores = WS_EV_ROWS;
	t->profiles = profiles;
	t->pairs.limit = PAIRS_MAX;
	return t;
}

void
ws_traces_free(struct ws_traces *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->n; i++)
		free_trace(t->trace[i]);
	free(t->trace);
	ws_goroutines_fini(&t->live);
	ws_tally_fini(&t->sums);
	ws_tally_fini(&t->pairs);
	free(t->sync);
	free(t);
}

struct ws_sink *
ws_traces_sink(struct ws_traces *t)
{
	return &t->sink;
}

size_t
ws_traces_count(const struct ws_traces *t)
{
	return t->n;
}

const struct ws_trace *
ws_traces_get(const struct ws_traces *t, size_t i)
{
	return t->trace[i];
}

const struct ws_trace *
ws_traces_best(const struct ws_traces *t)
{
	const struct ws_trace *best = NULL;
	size_t i;

	for (i = 0; i < t->n; i++)
		if (best == NULL || t->trace[i]->events > best->events)
			best = t->trace[i];
	return best;
}
