/*
 * What the files of the reader of v2 execution traces share.  A generation is
 * indexed (go_trace_v2_index.c), its tables are read (go_trace_v2_tables.c),
 * then the batches of its threads are merged (go_trace_v2_merge.c) into the
 * handlers of the events (go_trace_v2_events.c, go_trace_v2_ranges.c).
 */
#ifndef WS_PARSERS_GO_TRACE_V2_H
#define WS_PARSERS_GO_TRACE_V2_H

#include "go_trace_v2_at_hand.h"
#include "go_trace_v2_wire.h"

static inline uint64_t
v2_off(const struct v2 *v, const void *at)
{
	return v->base_off + (uint64_t)((const unsigned char *)at - v->base);
}

/* go_trace_v2_index.c: collects the batches of the next generation; false at
 * the end of the capture. */
bool v2_index(struct v2 *v);

/* go_trace_v2_tables.c */
void v2_tables_init(struct v2 *v);
void v2_tables_fini(struct v2 *v);
void v2_tables_clear(struct v2 *v);
/* A batch that is not one of events; true when it was one. */
bool v2_take_table(struct v2 *v, const struct v2_batch *b);
/* The dict ids of local ids; 0 and a count in bad_refs when there is none. */
ws_id v2_string(struct v2 *v, uint64_t id);
ws_id v2_stack(struct v2 *v, uint64_t id);

/* Forgets all states: what follows is not connected to what was before. */
void v2_forget(struct v2 *v);
/* go_trace_v2_merge.c: emits the generation that was indexed. */
void v2_merge(struct v2 *v);

/* What became of an event. */
enum v2_step {
	V2_DONE,
	V2_WAIT, /* its turn comes after another thread's event */
	V2_BAD   /* it contradicts what went before */
};

struct v2_event {
	const char *name;
	uint8_t args; /* behind the time */
	enum v2_step (*take)(struct v2 *v, const uint64_t *arg);
};

/* By type; those without a function are no timed events. */
extern const struct v2_event v2_events[256];

/* What the thread did is not known from here on, nor what became of the
 * goroutine and the P it had. */
void v2_lose(struct v2 *v, struct v2_thread *m);
/* go_trace_v2_ranges.c: events that change no state. */
enum v2_step v2_procs_change(struct v2 *v, const uint64_t *arg);
enum v2_step v2_stw_begin(struct v2 *v, const uint64_t *arg);
enum v2_step v2_stw_end(struct v2 *v, const uint64_t *arg);
enum v2_step v2_gc_active(struct v2 *v, const uint64_t *arg);
enum v2_step v2_gc_begin(struct v2 *v, const uint64_t *arg);
enum v2_step v2_gc_end(struct v2 *v, const uint64_t *arg);
enum v2_step v2_sweep_active(struct v2 *v, const uint64_t *arg);
enum v2_step v2_sweep_begin(struct v2 *v, const uint64_t *arg);
enum v2_step v2_sweep_end(struct v2 *v, const uint64_t *arg);
enum v2_step v2_assist_active(struct v2 *v, const uint64_t *arg);
enum v2_step v2_assist_begin(struct v2 *v, const uint64_t *arg);
enum v2_step v2_assist_end(struct v2 *v, const uint64_t *arg);
enum v2_step v2_heap_alloc(struct v2 *v, const uint64_t *arg);
enum v2_step v2_heap_goal(struct v2 *v, const uint64_t *arg);
enum v2_step v2_label(struct v2 *v, const uint64_t *arg);
enum v2_step v2_task_begin(struct v2 *v, const uint64_t *arg);
enum v2_step v2_task_end(struct v2 *v, const uint64_t *arg);
enum v2_step v2_region_begin(struct v2 *v, const uint64_t *arg);
enum v2_step v2_region_end(struct v2 *v, const uint64_t *arg);
enum v2_step v2_log(struct v2 *v, const uint64_t *arg);
enum v2_step v2_experiment(struct v2 *v, const uint64_t *arg);

#endif
