/* The event at hand of a v2 execution trace: its time, its thread, and what the
 * thread has. */
#ifndef WS_PARSERS_GO_TRACE_V2_AT_HAND_H
#define WS_PARSERS_GO_TRACE_V2_AT_HAND_H

#include "go_trace_v2_state.h"

/* The time at which the event at hand is emitted: its own, or later when that
 * has passed already.  To be told to the model. */
static inline int64_t
v2_stamp(struct v2 *v)
{
	int64_t ts = v->c->ts;

	return v->last = ts > v->last ? ts : v->last + 1;
}

/* The goroutine of the thread, or NULL. */
static inline struct ws_gt_go *
v2_go(const struct v2_thread *m)
{
	return m != NULL && m->g != NULL && m->g->id == m->gid ? m->g : NULL;
}

static inline void
v2_set_go(struct v2_thread *m, struct ws_gt_go *g)
{
	if (m == NULL)
		return;
	m->g = g;
	m->gid = g == NULL ? WS_GT_NO_ID : g->id;
}

static inline bool
v2_has_proc(const struct v2 *v)
{
	return v->thread != NULL && v->thread->p != NULL;
}

/* Whether the thread has a P and a goroutine. */
static inline bool
v2_runs(const struct v2 *v)
{
	return v2_has_proc(v) && v2_go(v->thread) != NULL;
}

/* Whether seq follows, in this generation. */
static inline bool
v2_follows(const struct v2 *v, uint32_t gen, uint64_t have, uint64_t seq)
{
	return gen == v->ordinal && seq == have + 1;
}

#endif
