/* Events of v2 execution traces that change no state: collections, user
 * annotations, counters. */
#include "go_trace_v2.h"

/* Bits in the flags of goroutines and Ps: open ranges. */
enum { IN_STW = 1, IN_ASSIST = 2, IN_SWEEP = 1 };

static struct ws_gt_why
why(ws_id reason, ws_id stack)
{
	return (struct ws_gt_why){ reason, stack };
}

enum v2_step
v2_procs_change(struct v2 *v, const uint64_t *arg)
{
	if (!v2_runs(v) && !v->lax)
		return V2_BAD;
	ws_gt_counter(v->m, WS_N_GO_MAXPROCS, v2_stamp(v), arg[0]);
	return V2_DONE;
}

enum v2_step
v2_stw_begin(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g;

	if (!v2_runs(v))
		return V2_BAD;
	g = v2_go(v->thread);
	if (g->flags & IN_STW && !v->lax)
		return V2_BAD;
	g->flags |= IN_STW;
	ws_gt_range_begin(v->m, &v->m->stw, v2_stamp(v),
	    why(v2_string(v, arg[0]), v2_stack(v, arg[1])));
	return V2_DONE;
}

enum v2_step
v2_stw_end(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g;

	(void)arg;
	if (!v2_runs(v))
		return V2_BAD;
	g = v2_go(v->thread);
	if (!(g->flags & IN_STW) && !v->lax)
		return V2_BAD;
	g->flags &= (uint8_t)~IN_STW;
	ws_gt_range_end(v->m, &v->m->stw, WS_N_GC_STW, 0, v2_stamp(v));
	return V2_DONE;
}

static enum v2_step
gc_on(struct v2 *v, uint64_t seq, ws_id stack)
{
	v->gc = V2_GC_ON;
	v->gc_seq = seq;
	ws_gt_range_begin(v->m, &v->m->gc, v2_stamp(v), why(0, stack));
	return V2_DONE;
}

enum v2_step
v2_gc_active(struct v2 *v, const uint64_t *arg)
{
	if (v->ordinal == v->initial && !v->lax)
		return v->gc == V2_GC_ANY ? gc_on(v, arg[0], 0) : V2_BAD;
	if (arg[0] != v->gc_seq + 1 && !v->lax)
		return V2_WAIT;
	if (v->gc != V2_GC_ON && !v->lax)
		return V2_BAD;
	return gc_on(v, arg[0], 0);
}

enum v2_step
v2_gc_begin(struct v2 *v, const uint64_t *arg)
{
	if (v->gc != V2_GC_ANY && !v->lax) {
		if (arg[0] != v->gc_seq + 1)
			return V2_WAIT;
		if (v->gc == V2_GC_ON || !v2_runs(v))
			return V2_BAD;
	}
	return gc_on(v, arg[0], v2_stack(v, arg[1]));
}

enum v2_step
v2_gc_end(struct v2 *v, const uint64_t *arg)
{
	if (arg[0] != v->gc_seq + 1 && !v->lax)
		return V2_WAIT;
	if ((v->gc != V2_GC_ON || !v2_runs(v)) && !v->lax)
		return V2_BAD;
	v->gc = V2_GC_OFF;
	v->gc_seq = arg[0];
	ws_gt_range_end(v->m, &v->m->gc, WS_N_GC_ACTIVE, 0, v2_stamp(v));
	return V2_DONE;
}

/* A range said to be open: in the first generation that is news. */
static bool
may_be_active(const struct v2 *v, bool open)
{
	return v->lax || open == (v->ordinal != v->initial);
}

enum v2_step
v2_sweep_active(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_proc *p = ws_gt_find_proc(v->m, arg[0]);

	if (p == NULL || !may_be_active(v, p->flags & IN_SWEEP))
		return V2_BAD;
	p->flags |= IN_SWEEP;
	ws_gt_range_begin(v->m, &p->sweep, v2_stamp(v), why(0, 0));
	return V2_DONE;
}

enum v2_step
v2_sweep_begin(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_proc *p;

	if (!v2_has_proc(v))
		return V2_BAD;
	p = v->thread->p;
	if (p->flags & IN_SWEEP && !v->lax)
		return V2_BAD;
	p->flags |= IN_SWEEP;
	ws_gt_range_begin(
	    v->m, &p->sweep, v2_stamp(v), why(0, v2_stack(v, arg[0])));
	return V2_DONE;
}

enum v2_step
v2_sweep_end(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_proc *p;

	(void)arg;
	if (!v2_has_proc(v))
		return V2_BAD;
	p = v->thread->p;
	if (!(p->flags & IN_SWEEP) && !v->lax)
		return V2_BAD;
	p->flags &= (uint8_t)~IN_SWEEP;
	ws_gt_range_end(v->m, &p->sweep, WS_N_GC_SWEEP,
	    ws_track(WS_TRACK_PROC, p->id), v2_stamp(v));
	return V2_DONE;
}

enum v2_step
v2_assist_active(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g = ws_gt_find(v->m, arg[0]);

	if (g == NULL || !may_be_active(v, g->flags & IN_ASSIST))
		return V2_BAD;
	g->flags |= IN_ASSIST;
	ws_gt_range_begin(v->m, &g->assist, v2_stamp(v), why(0, 0));
	return V2_DONE;
}

enum v2_step
v2_assist_begin(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g;

	if (!v2_runs(v))
		return V2_BAD;
	g = v2_go(v->thread);
	if (g->flags & IN_ASSIST && !v->lax)
		return V2_BAD;
	g->flags |= IN_ASSIST;
	ws_gt_range_begin(
	    v->m, &g->assist, v2_stamp(v), why(0, v2_stack(v, arg[0])));
	return V2_DONE;
}

enum v2_step
v2_assist_end(struct v2 *v, const uint64_t *arg)
{
	struct ws_gt_go *g;

	(void)arg;
	if (!v2_runs(v))
		return V2_BAD;
	g = v2_go(v->thread);
	if (!(g->flags & IN_ASSIST) && !v->lax)
		return V2_BAD;
	g->flags &= (uint8_t)~IN_ASSIST;
	ws_gt_range_end(v->m, &g->assist, WS_N_GC_ASSIST,
	    ws_track(WS_TRACK_GOROUTINE, g->id), v2_stamp(v));
	return V2_DONE;
}

enum v2_step
v2_heap_alloc(struct v2 *v, const uint64_t *arg)
{
	if (!v2_has_proc(v) && !v->lax)
		return V2_BAD;
	ws_gt_counter(v->m, WS_N_HEAP_ALLOC, v2_stamp(v), arg[0]);
	return V2_DONE;
}

enum v2_step
v2_heap_goal(struct v2 *v, const uint64_t *arg)
{
	if (!v2_has_proc(v) && !v->lax)
		return V2_BAD;
	ws_gt_counter(v->m, WS_N_HEAP_GOAL, v2_stamp(v), arg[0]);
	return V2_DONE;
}

enum v2_step
v2_label(struct v2 *v, const uint64_t *arg)
{
	if (!v2_runs(v))
		return V2_BAD;
	ws_gt_go_label(
	    v->m, v2_go(v->thread), v2_stamp(v), v2_string(v, arg[0]));
	return V2_DONE;
}

enum v2_step
v2_task_begin(struct v2 *v, const uint64_t *arg)
{
	if (!v2_runs(v) && !v->lax)
		return V2_BAD;
	if (ws_gt_table_find(&v->m->tasks, arg[0]) != NULL && !v->lax)
		return V2_BAD;
	ws_gt_task_begin(v->m, arg[0], v2_stamp(v),
	    why(v2_string(v, arg[2]), v2_stack(v, arg[3])));
	return V2_DONE;
}

enum v2_step
v2_task_end(struct v2 *v, const uint64_t *arg)
{
	if (!v2_runs(v) && !v->lax)
		return V2_BAD;
	/* One that began before the trace has no span. */
	ws_gt_task_end(v->m, arg[0], v2_stamp(v));
	return V2_DONE;
}

enum v2_step
v2_region_begin(struct v2 *v, const uint64_t *arg)
{
	if (!v2_runs(v))
		return V2_BAD;
	ws_gt_region_begin(v->m, v2_go(v->thread), v2_stamp(v),
	    why(v2_string(v, arg[1]), v2_stack(v, arg[2])));
	return V2_DONE;
}

/* Programs may end regions in a wrong order: that is no damage. */
enum v2_step
v2_region_end(struct v2 *v, const uint64_t *arg)
{
	if (!v2_runs(v))
		return V2_BAD;
	ws_gt_region_end(
	    v->m, v2_go(v->thread), v2_stamp(v), v2_string(v, arg[1]));
	return V2_DONE;
}

enum v2_step
v2_log(struct v2 *v, const uint64_t *arg)
{
	if (!v2_runs(v))
		return V2_BAD;
	ws_gt_log(v->m, v2_go(v->thread), v2_stamp(v), v2_string(v, arg[1]),
	    why(v2_string(v, arg[2]), v2_stack(v, arg[3])));
	return V2_DONE;
}

/* The AllocFree experiment: counted, as nothing asks for it. */
enum v2_step
v2_experiment(struct v2 *v, const uint64_t *arg)
{
	(void)arg;
	if (v->thread == NULL && !v->lax)
		return V2_BAD;
	ws_gt_see(v->m, v2_stamp(v));
	return V2_DONE;
}
