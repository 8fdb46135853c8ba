/*
 * Events of v2 execution traces that change the state of a goroutine or a P,
 * and the table of all.  Each says whether it may happen now; the rules are
 * those of internal/trace of Go.  In lax mode nothing waits, and what can be
 * taken at its word is.
 */
#include "go_trace_v2.h"

/* As GoStatus and ProcStatus write them; 0 is a state never told. */
enum { RUNNABLE = 1, RUNNING, SYSCALL, WAITING };

enum { P_RUNNING = 1, P_IDLE, P_SYSCALL, P_ABANDONED };

static bool
go_follows(const struct v2 *v, const struct ws_gt_go *g, uint64_t seq)
{
	return v2_follows(v, g->gen, g->seq, seq);
}

static struct ws_gt_why
why(ws_id reason, ws_id stack)
{
	return (struct ws_gt_why){ reason, stack };
}

/* A known one, or when nothing is checked any more, any. */
static struct ws_gt_go *
known_go(struct v2 *v, uint64_t id)
{
	if (id == WS_GT_NO_ID)
		return NULL;
	return v->lax ? ws_gt_get(v->m, id) : ws_gt_find(v->m, id);
}

static struct ws_gt_proc *
known_proc(struct v2 *v, uint64_t id)
{
	struct ws_gt_proc *p = ws_gt_find_proc(v->m, id);

	return p == NULL && v->lax ? ws_gt_get_proc(v->m, id) : p;
}

static void
set_proc(struct v2 *v, struct ws_gt_proc *p, unsigned status, int64_t t)
{
	static const enum ws_gt_proc_state states[] = { [P_RUNNING] =
							    WS_GT_P_RUNNING,
		[P_IDLE] = WS_GT_P_IDLE,
		[P_SYSCALL] = WS_GT_P_SYSCALL,
		[P_ABANDONED] = WS_GT_P_IDLE };

	p->status = (uint8_t)status;
	ws_gt_proc_state(v->m, p, states[status], t);
}

void
v2_lose(struct v2 *v, struct v2_thread *m)
{
	struct ws_gt_go *g = v2_go(m);

	if (m == NULL || v->last == INT64_MIN)
		return;
	if (g != NULL) {
		g->status = 0;
		ws_gt_go_state(v->m, g, WS_GT_UNKNOWN, v->last, why(0, 0));
	}
	if (m->p != NULL) {
		m->p->status = 0;
		ws_gt_proc_state(v->m, m->p, WS_GT_P_NONE, v->last);
	}
	v2_set_go(m, NULL);
	m->p = NULL;
}

static enum v2_step
proc_status(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_proc *p;
	uint64_t status = arg[1];

	if (status < P_RUNNING || status > P_ABANDONED)
		return V2_BAD;
	p = ws_gt_find_proc(v->m, arg[0]);
	/* Abandoned in the eyes of the one who tells, still held by the
	 * thread that is in the call. */
	if (p != NULL && p->status == P_SYSCALL && status == P_ABANDONED)
		status = P_SYSCALL;
	if (p != NULL && p->status != 0 && p->status != status && !v->lax)
		return V2_BAD;
	p = ws_gt_get_proc(v->m, arg[0]);
	p->gen = v->ordinal;
	p->seq = 0;
	set_proc(v, p, (unsigned)status, v2_stamp(v));
	if (v->thread != NULL && (arg[1] == P_RUNNING || arg[1] == P_SYSCALL))
		v->thread->p = p;
	return V2_DONE;
}

static enum v2_step
proc_start(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_proc *p = known_proc(v, arg[0]);

	if (!v->lax && (p == NULL || p->status != P_IDLE ||
			   !v2_follows(v, p->gen, p->seq, arg[1])))
		return V2_WAIT;
	if (v->thread == NULL)
		return V2_BAD;
	if (v->thread->p != NULL && !v->lax)
		return V2_WAIT;
	p->seq = arg[1];
	set_proc(v, p, P_RUNNING, v2_stamp(v));
	v->thread->p = p;
	return V2_DONE;
}

static enum v2_step
proc_stop(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = v2_go(v->thread);
	struct ws_gt_proc *p;

	(void)arg;
	if (!v2_has_proc(v))
		return V2_BAD;
	p = v->thread->p;
	if (p->status != P_RUNNING && p->status != P_SYSCALL && !v->lax)
		return V2_BAD;
	set_proc(v, p, P_IDLE, v2_stamp(v));
	v->thread->p = NULL;
	if (g != NULL)
		ws_gt_go_lost(v->m, g, v->last);
	return V2_DONE;
}

static enum v2_step
proc_steal(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_proc *p = known_proc(v, arg[0]);
	struct v2_thread *victim = NULL;
	struct ws_gt_go *g;
	bool held;

	if (!v->lax &&
	    (p == NULL ||
		(p->status != P_SYSCALL && p->status != P_ABANDONED) ||
		!v2_follows(v, p->gen, p->seq, arg[1])))
		return V2_WAIT;
	/* Who held an abandoned one is not known. */
	held = p->status != P_ABANDONED;
	if (held)
		victim = ws_gt_table_find(&v->threads, arg[2]);
	if (!v->lax && held && (victim == NULL || victim->p != p))
		return V2_BAD;
	p->seq = arg[1];
	set_proc(v, p, P_IDLE, v2_stamp(v));
	if (victim == NULL || victim->p != p)
		return V2_DONE;
	victim->p = NULL;
	g = v2_go(victim);
	if (g != NULL)
		ws_gt_go_lost(v->m, g, v->last);
	return V2_DONE;
}

/* Binds a goroutine in a syscall to the thread that is in the call. */
static bool
bind_syscall(struct v2 *v, struct ws_gt_go *g, uint64_t mid)
{
	struct v2_thread *m;

	if (mid == V2_NO_THREAD)
		return v->lax;
	m = ws_gt_table_find(&v->threads, mid);
	if (m != NULL && v2_go(m) != g && !v->lax &&
	    (m != v->thread || v->ordinal != v->initial))
		return false;
	v2_set_go(m != NULL ? m : ws_gt_table_get(&v->threads, mid), g);
	return true;
}

static enum ws_gt_state
first_state(const struct v2 *v, unsigned status, uint64_t mid)
{
	const struct v2_thread *m;

	if (status != SYSCALL)
		return (enum ws_gt_state)status;
	m = mid == V2_NO_THREAD ? NULL : ws_gt_table_find(&v->threads, mid);
	return m != NULL && m->p != NULL ? WS_GT_SYSCALL : WS_GT_SYSCALL_LOST;
}

static enum v2_step
go_status_at(struct v2 *v, const uint64_t *arg, ws_id stack)
{
	struct ws_gt_go *g = ws_gt_find(v->m, arg[0]);
	unsigned status = arg[2] <= WAITING ? (unsigned)arg[2] : 0;
	bool is_new = g == NULL, is_lost = g != NULL && g->status == 0, fits;

	if (status == 0 || arg[0] == WS_GT_NO_ID)
		return V2_BAD;
	fits = is_new ? v->ordinal == v->initial : g->status == status;
	if (!fits && !is_lost && !v->lax)
		return V2_BAD;
	if (is_new)
		g = ws_gt_get(v->m, arg[0]);
	if (status == SYSCALL && !bind_syscall(v, g, arg[1])) {
		if (is_new)
			ws_gt_table_remove(&v->m->gos, arg[0]);
		return V2_BAD;
	}
	g->status = (uint8_t)status;
	g->gen = v->ordinal;
	g->seq = 0;
	ws_gt_see(v->m, v2_stamp(v));
	if (is_new || !fits)
		ws_gt_go_state(v->m, g, first_state(v, status, arg[1]), v->last,
		    why(0, stack));
	if (status == RUNNING)
		v2_set_go(v->thread, g);
	return V2_DONE;
}

static enum v2_step
go_status(struct v2 *v, const uint64_t *arg)
{
	return go_status_at(v, arg, 0);
}

static enum v2_step
go_status_stack(struct v2 *v, const uint64_t *arg)
{
	return go_status_at(v, arg, v2_stack(v, arg[3]));
}

static enum v2_step
create(struct v2 *v, const uint64_t *arg, unsigned status)
{
	struct ws_gt_go *creator = v2_go(v->thread), *g;
	struct ws_gt_birth birth = { .state = (uint8_t)status };

	if (arg[0] == WS_GT_NO_ID || (!v2_has_proc(v) && !v->lax))
		return V2_BAD;
	if (creator != NULL && creator->status != RUNNING && !v->lax)
		return V2_BAD;
	if (!v->lax && ws_gt_find(v->m, arg[0]) != NULL)
		return V2_BAD;
	g = ws_gt_get(v->m, arg[0]);
	g->status = (uint8_t)status;
	g->gen = v->ordinal;
	g->seq = 0;
	birth.entry = v2_stack(v, arg[1]);
	birth.stack = v2_stack(v, arg[2]);
	ws_gt_go_create(v->m, g, creator, v2_stamp(v), birth);
	return V2_DONE;
}

static enum v2_step
go_create(struct v2 *v, const uint64_t *arg)
{
	return create(v, arg, RUNNABLE);
}

static enum v2_step
go_create_blocked(struct v2 *v, const uint64_t *arg)
{
	return create(v, arg, WAITING);
}

/* The goroutine that runs here and may stop doing so, or NULL. */
static struct ws_gt_go *
running_go(const struct v2 *v)
{
	struct ws_gt_go *g = v2_go(v->thread);

	if (v->lax)
		return g;
	return v2_runs(v) && g->status == RUNNING ? g : NULL;
}

/* Another one that was said to run here has left without a word. */
static void
displace(struct v2 *v, const struct ws_gt_go *g, int64_t t)
{
	struct ws_gt_go *old = v2_go(v->thread);

	if (old == NULL || old == g || old->status != RUNNING)
		return;
	old->status = 0;
	ws_gt_go_state(v->m, old, WS_GT_UNKNOWN, t, why(0, 0));
}

static enum v2_step
go_start(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = known_go(v, arg[0]);

	if (!v->lax &&
	    (g == NULL || g->status != RUNNABLE || !go_follows(v, g, arg[1])))
		return V2_WAIT;
	if (g == NULL || (!v->lax && (!v2_has_proc(v) || v2_go(v->thread))))
		return V2_BAD;
	g->status = RUNNING;
	g->seq = arg[1];
	ws_gt_go_state(v->m, g, WS_GT_RUNNING, v2_stamp(v), why(0, 0));
	displace(v, g, v->last);
	v2_set_go(v->thread, g);
	return V2_DONE;
}

static enum v2_step
go_destroy(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = running_go(v);

	(void)arg;
	if (g == NULL)
		return V2_BAD;
	ws_gt_go_end(v->m, g, v2_stamp(v));
	v2_set_go(v->thread, NULL);
	return V2_DONE;
}

static enum v2_step
go_stop(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = running_go(v);

	if (g == NULL)
		return V2_BAD;
	g->status = RUNNABLE;
	ws_gt_go_stop(v->m, g, v2_stamp(v),
	    why(v2_string(v, arg[0]), v2_stack(v, arg[1])));
	v2_set_go(v->thread, NULL);
	return V2_DONE;
}

static enum v2_step
go_block(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = running_go(v);

	if (g == NULL)
		return V2_BAD;
	g->status = WAITING;
	ws_gt_go_state(v->m, g, WS_GT_BLOCKED, v2_stamp(v),
	    why(v2_string(v, arg[0]), v2_stack(v, arg[1])));
	v2_set_go(v->thread, NULL);
	return V2_DONE;
}

static enum v2_step
go_unblock(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = known_go(v, arg[0]);

	if (!v->lax &&
	    (g == NULL || g->status != WAITING || !go_follows(v, g, arg[1])))
		return V2_WAIT;
	if (g == NULL)
		return V2_BAD;
	g->status = RUNNABLE;
	g->seq = arg[1];
	ws_gt_go_unblock(
	    v->m, g, v2_go(v->thread), v2_stamp(v), v2_stack(v, arg[2]));
	return V2_DONE;
}

/* A coroutine hands over: it wakes the other, waits or ends, and the other
 * runs at once.  Three events, as the tools of Go count them. */
static enum v2_step
switch_to(struct v2 *v, const uint64_t *arg, bool ends)
{
	struct ws_gt_go *self = running_go(v), *g = known_go(v, arg[0]);

	if (self == NULL)
		return V2_BAD;
	if (!v->lax &&
	    (g == NULL || g->status != WAITING || !go_follows(v, g, arg[1])))
		return V2_WAIT;
	if (g == NULL || g == self)
		return V2_BAD;
	ws_gt_go_unblock(v->m, g, self, v2_stamp(v), 0);
	if (ends) {
		ws_gt_go_end(v->m, self, v2_stamp(v));
	} else {
		self->status = WAITING;
		ws_gt_go_state(
		    v->m, self, WS_GT_BLOCKED, v2_stamp(v), why(0, 0));
	}
	v->counts[ends ? V2_GO_DESTROY : V2_GO_BLOCK]++;
	g->status = RUNNING;
	g->seq = arg[1];
	ws_gt_go_state(v->m, g, WS_GT_RUNNING, v2_stamp(v), why(0, 0));
	v->counts[V2_GO_START]++;
	v2_set_go(v->thread, g);
	return V2_DONE;
}

static enum v2_step
go_switch(struct v2 *v, const uint64_t *arg)
{
	return switch_to(v, arg, false);
}

static enum v2_step
go_switch_destroy(struct v2 *v, const uint64_t *arg)
{
	return switch_to(v, arg, true);
}

/*
 * Where a call is made.  Go 1.22 loses the stack where a callback returns into C:
 * it writes none, or a frame of zeros.  What makes a system call has frames.
 */
static ws_id
call_stack(struct v2 *v, uint64_t ref)
{
	ws_id stack = v2_stack(v, ref);

	return v->version == 22 && (ref == 0 || stack == v->lost_stack)
		   ? v->callback_stack
		   : stack;
}

static enum v2_step
syscall_begin(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = running_go(v);
	struct ws_gt_proc *p;

	if (g == NULL || !v2_has_proc(v))
		return V2_BAD;
	p = v->thread->p;
	if (!v2_follows(v, p->gen, p->seq, arg[0]) && !v->lax)
		return V2_BAD;
	p->seq = arg[0];
	g->status = SYSCALL;
	ws_gt_go_state(
	    v->m, g, WS_GT_SYSCALL, v2_stamp(v), why(0, call_stack(v, arg[1])));
	set_proc(v, p, P_SYSCALL, v->last);
	return V2_DONE;
}

static enum v2_step
syscall_end(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = v2_go(v->thread);

	(void)arg;
	if (!v2_runs(v))
		return V2_BAD;
	if ((g->status != SYSCALL || v->thread->p->status != P_SYSCALL) &&
	    !v->lax)
		return V2_BAD;
	g->status = RUNNING;
	ws_gt_go_state(v->m, g, WS_GT_RUNNING, v2_stamp(v), why(0, 0));
	set_proc(v, v->thread->p, P_RUNNING, v->last);
	return V2_DONE;
}

static enum v2_step
syscall_end_blocked(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = v2_go(v->thread);

	(void)arg;
	if (!v->lax && v2_has_proc(v) && v->thread->p->status == P_SYSCALL)
		return V2_WAIT;
	if (g == NULL || (g->status != SYSCALL && !v->lax))
		return V2_BAD;
	g->status = RUNNABLE;
	ws_gt_go_state(v->m, g, WS_GT_RUNNABLE, v2_stamp(v), why(0, g->stack));
	v2_set_go(v->thread, NULL);
	return V2_DONE;
}

/* A thread that C made enters Go for the first time. */
static enum v2_step
create_syscall(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_birth birth = { .state = WS_GT_SYSCALL_LOST };
	struct ws_gt_go *g;

	if (v->thread == NULL || arg[0] == WS_GT_NO_ID)
		return V2_BAD;
	if (!v->lax &&
	    (v2_go(v->thread) != NULL || ws_gt_find(v->m, arg[0]) != NULL))
		return V2_BAD;
	g = ws_gt_get(v->m, arg[0]);
	g->status = SYSCALL;
	g->gen = v->ordinal;
	g->seq = 0;
	ws_gt_go_create(v->m, g, NULL, v2_stamp(v), birth);
	v2_set_go(v->thread, g);
	return V2_DONE;
}

/* And leaves it for good: its P, if any, is up for others. */
static enum v2_step
destroy_syscall(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = v2_go(v->thread);

	(void)arg;
	if (g == NULL || (g->status != SYSCALL && !v->lax))
		return V2_BAD;
	if (v2_has_proc(v)) {
		if (v->thread->p->status != P_SYSCALL && !v->lax)
			return V2_BAD;
		set_proc(v, v->thread->p, P_ABANDONED, v2_stamp(v));
		v->thread->p = NULL;
		v->counts[V2_PROC_STEAL]++;
	}
	ws_gt_go_end(v->m, g, v2_stamp(v));
	v2_set_go(v->thread, NULL);
	return V2_DONE;
}

const struct v2_event v2_events[256] = {
	[9] = { "ProcsChange", 2, v2_procs_change },
	[10] = { "ProcStart", 2, proc_start },
	[11] = { "ProcStop", 0, proc_stop },
	[V2_PROC_STEAL] = { "ProcSteal", 3, proc_steal },
	[13] = { "ProcStatus", 2, proc_status },
	[14] = { "GoCreate", 3, go_create },
	[15] = { "GoCreateSyscall", 1, create_syscall },
	[V2_GO_START] = { "GoStart", 2, go_start },
	[V2_GO_DESTROY] = { "GoDestroy", 0, go_destroy },
	[18] = { "GoDestroySyscall", 0, destroy_syscall },
	[19] = { "GoStop", 2, go_stop },
	[V2_GO_BLOCK] = { "GoBlock", 2, go_block },
	[21] = { "GoUnblock", 3, go_unblock },
	[22] = { "GoSyscallBegin", 2, syscall_begin },
	[23] = { "GoSyscallEnd", 0, syscall_end },
	[24] = { "GoSyscallEndBlocked", 0, syscall_end_blocked },
	[25] = { "GoStatus", 3, go_status },
	[26] = { "STWBegin", 2, v2_stw_begin },
	[27] = { "STWEnd", 0, v2_stw_end },
	[28] = { "GCActive", 1, v2_gc_active },
	[29] = { "GCBegin", 2, v2_gc_begin },
	[30] = { "GCEnd", 1, v2_gc_end },
	[31] = { "GCSweepActive", 1, v2_sweep_active },
	[32] = { "GCSweepBegin", 1, v2_sweep_begin },
	[33] = { "GCSweepEnd", 2, v2_sweep_end },
	[34] = { "GCMarkAssistActive", 1, v2_assist_active },
	[35] = { "GCMarkAssistBegin", 1, v2_assist_begin },
	[36] = { "GCMarkAssistEnd", 0, v2_assist_end },
	[37] = { "HeapAlloc", 1, v2_heap_alloc },
	[38] = { "HeapGoal", 1, v2_heap_goal },
	[39] = { "GoLabel", 1, v2_label },
	[40] = { "UserTaskBegin", 4, v2_task_begin },
	[41] = { "UserTaskEnd", 2, v2_task_end },
	[42] = { "UserRegionBegin", 3, v2_region_begin },
	[43] = { "UserRegionEnd", 3, v2_region_end },
	[44] = { "UserLog", 4, v2_log },
	[45] = { "GoSwitch", 2, go_switch },
	[46] = { "GoSwitchDestroy", 2, go_switch_destroy },
	[47] = { "GoCreateBlocked", 3, go_create_blocked },
	[48] = { "GoStatusStack", 4, go_status_stack },
	[128] = { "Span", 3, v2_experiment },
	[129] = { "SpanAlloc", 3, v2_experiment },
	[130] = { "SpanFree", 1, v2_experiment },
	[131] = { "HeapObject", 2, v2_experiment },
	[132] = { "HeapObjectAlloc", 2, v2_experiment },
	[133] = { "HeapObjectFree", 1, v2_experiment },
	[134] = { "GoroutineStack", 2, v2_experiment },
	[135] = { "GoroutineStackAlloc", 2, v2_experiment },
	[136] = { "GoroutineStackFree", 1, v2_experiment },
};
