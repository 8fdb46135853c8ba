/*
 * Events of old Go execution traces to the common model.
 *
 * A syscall or cgo call has a known length only when its P was taken away:
 * then GoSysBlock is the next record of the P, and GoSysExit tells the end.
 * Of the others just the begin was written.
 */
#include "go_trace_v1.h"

/* A time in ns, in the clock that the model was given; T_NONE without one. */
static int64_t
time_of(const struct v1 *v, int64_t ticks)
{
	const double most = 4e18; /* the difference of two is no overflow */
	double ns = ticks > v->min ? most : -most;

	if (v->freq == 0)
		return WS_T_NONE;
	if (!v1_is_far(ticks, v->min))
		ns = (double)(ticks - v->min) * (1e9 / (double)v->freq);
	if (ns > most || ns < -most)
		ns = ns > 0 ? most : -most;
	return (int64_t)ns;
}

/* The same, but not before the goroutine came into its state: the clocks of
 * two CPUs may disagree. */
static int64_t
time_for(const struct v1 *v, const struct ws_gt_go *g, int64_t ticks)
{
	int64_t t = time_of(v, ticks);

	return g->state != WS_GT_NONE && t < g->since ? g->since : t;
}

/* Records of the P's goroutine: NULL when it has none. */
static struct ws_gt_go *
own(struct v1 *v, const struct v1_event *e)
{
	if (e->g != 0)
		return ws_gt_get(v->m, e->g);
	v1_fault(v, V1_F_NO_GO, e->off);
	return NULL;
}

/* Header 5 has the address of the entry function in its place. */
static ws_id
entry_of(struct v1 *v, const struct v1_event *e)
{
	return v->wire.version < 7 ? 0 : v1_stack(v, e->a[1], e->off);
}

static void
emit_create(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_birth birth = { e->stack, entry_of(v, e), WS_GT_RUNNABLE };
	struct ws_gt_go *g, *creator;
	int64_t t;

	if (e->a[0] == 0)
		return;
	/* First: the table may grow, the records do not move. */
	g = ws_gt_get(v->m, e->a[0]);
	creator = e->g != 0 ? ws_gt_find(v->m, e->g) : NULL;
	t = time_for(v, g, e->ticks);
	if (v->started) {
		ws_gt_go_create(v->m, g, creator, t, birth);
		return;
	}
	/* It was there before; what else is told of it follows. */
	ws_gt_go_entry(v->m, g, t, birth.entry);
	ws_gt_go_state(v->m, g, WS_GT_RUNNABLE, t, (struct ws_gt_why){ 0, 0 });
}

/* In the snapshot: what the goroutine is in, instead of runnable. */
static void
be_found(struct v1 *v, struct ws_gt_go *g, enum ws_gt_state state, int64_t t)
{
	if (!v->started)
		g->state = WS_GT_NONE;
	ws_gt_go_state(v->m, g, state, t, (struct ws_gt_why){ 0, 0 });
}

static void
emit_start(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_go *g = own(v, e);
	int64_t t;

	if (g == NULL)
		return;
	t = time_for(v, g, e->ticks);
	be_found(v, g, WS_GT_RUNNING, t);
	if (e->type == V1_START_LABEL)
		ws_gt_go_label(v->m, g, t, v1_string(v, e->a[2], e->off));
}

static void
emit_block(struct v1 *v, const struct v1_event *e)
{
	static const char *const reasons[V1_TYPES] = {
		[V1_STOP] = "forever",
		[V1_SCHED] = "runtime.Gosched",
		[V1_PREEMPT] = "preempted",
		[V1_SLEEP] = "sleep",
		[V1_BLOCK] = "",
		[V1_BLOCK_SEND] = "chan send",
		[V1_BLOCK_RECV] = "chan receive",
		[V1_BLOCK_SELECT] = "select",
		[V1_BLOCK_SYNC] = "sync",
		[V1_BLOCK_COND] = "sync.(*Cond).Wait",
		[V1_BLOCK_NET] = "network",
		[V1_BLOCK_GC] = "GC mark assist wait for work",
	};
	struct ws_gt_why why = { ws_dict_cstr(v->m->dict, reasons[e->type]),
		e->stack };
	struct ws_gt_go *g = own(v, e);

	if (g == NULL)
		return;
	if (e->type == V1_SCHED || e->type == V1_PREEMPT)
		ws_gt_go_stop(v->m, g, time_for(v, g, e->ticks), why);
	else
		ws_gt_go_state(
		    v->m, g, WS_GT_BLOCKED, time_for(v, g, e->ticks), why);
}

static void
emit_unblock(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_go *g, *waker;

	if (e->a[0] == 0)
		return;
	g = ws_gt_get(v->m, e->a[0]);
	waker = e->g != 0 ? ws_gt_find(v->m, e->g) : NULL;
	ws_gt_go_unblock(v->m, g, waker, time_for(v, g, e->ticks), e->stack);
}

static void
set_proc(struct v1 *v, const struct v1_event *e, enum ws_gt_proc_state state)
{
	struct ws_gt_proc *p;
	int64_t t = time_of(v, e->ticks);

	if (e->p == UINT64_MAX)
		return;
	p = ws_gt_get_proc(v->m, e->p);
	if (p->state != WS_GT_P_NONE && t < p->since)
		t = p->since;
	ws_gt_proc_state(v->m, p, state, t);
}

static void
emit_call(struct v1 *v, const struct v1_event *e, const struct v1_event *next)
{
	struct ws_gt_go *g = own(v, e);
	int64_t t;

	if (g == NULL)
		return;
	t = time_for(v, g, e->ticks);
	if (next == NULL || next->type != V1_CALL_LOST || next->g != e->g) {
		ws_gt_go_call(v->m, g, t, e->stack);
		return;
	}
	ws_gt_go_state(
	    v->m, g, WS_GT_SYSCALL, t, (struct ws_gt_why){ 0, e->stack });
	set_proc(v, e, WS_GT_P_SYSCALL);
}

static void
emit_lost(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_go *g = own(v, e);
	int64_t t;

	if (g == NULL)
		return;
	t = time_for(v, g, e->ticks);
	if (g->state == WS_GT_SYSCALL)
		ws_gt_go_lost(v->m, g, t);
	else
		ws_gt_go_state(
		    v->m, g, WS_GT_SYSCALL_LOST, t, (struct ws_gt_why){ 0, 0 });
}

/* The record was written when a P was found for the goroutine; it carries the
 * time at which the call had ended. */
static void
emit_exit(struct v1 *v, const struct v1_event *e)
{
	int64_t real = (int64_t)e->a[e->type == V1_CALL_EXIT ? 2 : 1];
	struct ws_gt_go *g;

	if (e->a[0] == 0)
		return;
	if (real == 0 || real < v->min || v1_is_far(real, e->ticks))
		real = e->ticks;
	g = ws_gt_get(v->m, e->a[0]);
	ws_gt_go_state(v->m, g, WS_GT_RUNNABLE, time_for(v, g, real),
	    (struct ws_gt_why){ 0, 0 });
}

static void
emit_found(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_go *g = own(v, e);

	if (g != NULL)
		be_found(v, g,
		    e->type == V1_WAITING ? WS_GT_BLOCKED : WS_GT_SYSCALL_LOST,
		    time_for(v, g, e->ticks));
}

/* What stopped the world, as the tracer of later versions puts it. */
static ws_id
stw_kind(const struct v1 *v, uint64_t kind)
{
	static const char *const old[] = { "GC mark termination",
		"GC sweep termination" };
	static const char *const kinds[] = { "", "GC mark termination",
		"GC sweep termination", "write heap dump", "goroutine profile",
		"goroutine profile cleanup", "all goroutine stack trace",
		"read mem stats", "AllThreadsSyscall", "GOMAXPROCS",
		"start trace", "stop trace" };
	const char *s = "";

	if (v->wire.version >= 21)
		s = kind < WS_LEN(kinds) ? kinds[kind] : "";
	else if (v->wire.version >= 10)
		s = kind < WS_LEN(old) ? old[kind] : "";
	return ws_dict_cstr(v->m->dict, s);
}

static void
emit_sweep(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_proc *p;
	int64_t t = time_of(v, e->ticks);

	if (e->p == UINT64_MAX)
		return;
	p = ws_gt_get_proc(v->m, e->p);
	if (e->type == V1_SWEEP_START)
		ws_gt_range_begin(
		    v->m, &p->sweep, t, (struct ws_gt_why){ 0, e->stack });
	else
		ws_gt_range_end(v->m, &p->sweep, WS_N_GC_SWEEP,
		    ws_track(WS_TRACK_PROC, e->p), t);
}

static void
emit_assist(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_go *g = own(v, e);
	int64_t t = time_of(v, e->ticks);

	if (g == NULL)
		return;
	if (e->type == V1_ASSIST_START)
		ws_gt_range_begin(
		    v->m, &g->assist, t, (struct ws_gt_why){ 0, e->stack });
	else
		ws_gt_range_end(v->m, &g->assist, WS_N_GC_ASSIST,
		    ws_track(WS_TRACK_GOROUTINE, e->g), t);
}

/* Before header 10 every P stops and goes on by itself: the world is stopped
 * from the first to the last. */
static void
emit_stw(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_why why = { stw_kind(v, e->a[0]), 0 };
	int64_t t = time_of(v, e->ticks);

	if (e->type == V1_STW_START) {
		v->stopped = v->wire.version < 10 ? v->stopped + 1 : 1;
		ws_gt_range_begin(v->m, &v->m->stw, t, why);
		return;
	}
	if (v->stopped > 0)
		v->stopped--;
	if (v->stopped == 0)
		ws_gt_range_end(v->m, &v->m->stw, WS_N_GC_STW, 0, t);
}

static void
emit_gc(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_why why = { 0, e->stack };
	int64_t t = time_of(v, e->ticks);

	if (e->type == V1_GC_START) {
		ws_gt_range_begin(v->m, &v->m->gc, t, why);
		return;
	}
	ws_gt_range_end(v->m, &v->m->gc, WS_N_GC_ACTIVE, 0, t);
	v->stopped = 0;
}

static void
emit_user(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_why why = { 0, e->stack };
	struct ws_gt_go *g = e->g != 0 ? ws_gt_get(v->m, e->g) : NULL;
	int64_t t = time_of(v, e->ticks);

	if (e->type == V1_TASK_CREATE) {
		why.reason = v1_string(v, e->a[2], e->off);
		ws_gt_task_begin(v->m, e->a[0], t, why);
	} else if (e->type == V1_TASK_END) {
		ws_gt_task_end(v->m, e->a[0], t);
	} else if (e->type == V1_LOG) {
		why.reason = ws_dict_str(v->m->dict, e->text);
		ws_gt_log(v->m, g, t, v1_string(v, e->a[1], e->off), why);
	} else if (g == NULL) {
		v1_fault(v, V1_F_NO_GO, e->off);
	} else {
		why.reason = v1_string(v, e->a[2], e->off);
		if (e->a[1] == 0)
			ws_gt_region_begin(v->m, g, t, why);
		else
			ws_gt_region_end(v->m, g, t, why.reason);
	}
}

static void
emit_counter(struct v1 *v, const struct v1_event *e)
{
	ws_id name = WS_N_GO_MAXPROCS;

	if (e->type == V1_GOMAXPROCS)
		v->started = true;
	else
		name =
		    e->type == V1_HEAP_ALLOC ? WS_N_HEAP_ALLOC : WS_N_HEAP_GOAL;
	ws_gt_counter(v->m, name, time_of(v, e->ticks), e->a[0]);
}

/* Records are missing: what the P's goroutine did there is not known. */
static void
emit_gap(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_go *g = e->g != 0 ? ws_gt_find(v->m, e->g) : NULL;

	if (g != NULL)
		ws_gt_go_state(v->m, g, WS_GT_UNKNOWN, time_for(v, g, e->ticks),
		    (struct ws_gt_why){ 0, 0 });
}

static void
emit_end(struct v1 *v, const struct v1_event *e)
{
	struct ws_gt_go *g = own(v, e);

	if (g != NULL)
		ws_gt_go_end(v->m, g, time_for(v, g, e->ticks));
}

void
v1_emit_sample(struct v1 *v, const struct v1_event *e)
{
	int64_t ticks = (int64_t)e->a[0];

	if (v1_is_far(ticks, v->min))
		ticks = e->ticks;
	ws_gt_sample(v->m, e->a[2], time_of(v, ticks), e->stack);
}

static void
count_back(struct v1 *v, const struct v1_event *e)
{
	if (e->ticks < v->last_ticks)
		v1_fault(v, V1_F_BACK, e->off);
	v->last_ticks = e->ticks;
}

static void
emit_go(struct v1 *v, const struct v1_event *e, const struct v1_event *next)
{
	switch ((enum v1_type)e->type) {
	case V1_CREATE:
		emit_create(v, e);
		break;
	case V1_START:
	case V1_START_LOCAL:
	case V1_START_LABEL:
		emit_start(v, e);
		break;
	case V1_END:
		emit_end(v, e);
		break;
	case V1_UNBLOCK:
	case V1_UNBLOCK_LOCAL:
		emit_unblock(v, e);
		break;
	case V1_CALL:
		emit_call(v, e, next);
		break;
	case V1_CALL_LOST:
		emit_lost(v, e);
		break;
	case V1_CALL_EXIT:
	case V1_EXIT_LOCAL:
		emit_exit(v, e);
		break;
	case V1_WAITING:
	case V1_IN_CALL:
		emit_found(v, e);
		break;
	case V1_FUTILE:
		break;
	default:
		emit_block(v, e);
		break;
	}
}

void
v1_emit(struct v1 *v, const struct v1_event *e, const struct v1_event *next)
{
	count_back(v, e);
	switch ((enum v1_type)e->type) {
	case V1_NONE:
		emit_gap(v, e);
		break;
	case V1_GOMAXPROCS:
	case V1_HEAP_ALLOC:
	case V1_HEAP_GOAL:
		emit_counter(v, e);
		break;
	case V1_PROC_START:
		set_proc(v, e, WS_GT_P_RUNNING);
		break;
	case V1_PROC_STOP:
		set_proc(v, e, WS_GT_P_IDLE);
		break;
	case V1_GC_START:
	case V1_GC_DONE:
		emit_gc(v, e);
		break;
	case V1_STW_START:
	case V1_STW_DONE:
		emit_stw(v, e);
		break;
	case V1_SWEEP_START:
	case V1_SWEEP_DONE:
		emit_sweep(v, e);
		break;
	case V1_ASSIST_START:
	case V1_ASSIST_DONE:
		emit_assist(v, e);
		break;
	case V1_TASK_CREATE:
	case V1_TASK_END:
	case V1_REGION:
	case V1_LOG:
		emit_user(v, e);
		break;
	default:
		emit_go(v, e, next);
		break;
	}
}
