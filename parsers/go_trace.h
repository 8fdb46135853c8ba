/*
 * What the readers of Go execution traces share: the states of goroutines and
 * Ps, open ranges, and the events made of them.  A reader decodes and orders
 * its format's records and calls these functions in the order of time; the
 * model emits a SPAN when a state or range is left.
 *
 * Memory grows with what is alive, never with the length of the trace.
 */
#ifndef WS_PARSERS_GO_TRACE_H
#define WS_PARSERS_GO_TRACE_H

#include "go_trace_state.h"

void ws_gt_init(struct ws_gt *m, struct ws_source *src, struct ws_sink *sink);
void ws_gt_fini(struct ws_gt *m);
/* Sets the clock of the events that follow. */
void ws_gt_clock(struct ws_gt *m, const struct ws_clock *c);
/* Emits what is still open, up to the last time seen, and capture.duration,
 * and flushes.  The status is the sink's, or WS_PARTIAL after a fault. */
enum ws_status ws_gt_finish(struct ws_gt *m);
/* Emits what is open like ws_gt_finish, and forgets everything: what follows
 * is not connected (a gap, or an order that makes no sense). */
void ws_gt_reset(struct ws_gt *m);

/* Damage at an offset of the artifact: a fault, and a LOSS of `lost` records
 * or bytes unless that is 0.  Faults after the first 1000 are only counted. */
void ws_gt_fault(struct ws_gt *m, uint64_t off, uint64_t lost, const char *fmt,
    ...) WS_PRINTF(4, 5);

/* The goroutine of an id (not 0), made on the first call; ws_gt_find gives NULL
 * instead.  Valid until ws_gt_end or ws_gt_reset. */
struct ws_gt_go *ws_gt_get(struct ws_gt *m, uint64_t id);
/* The P of an id, made on the first call; NULL for ws_gt_find_proc. */
struct ws_gt_proc *ws_gt_find_proc(struct ws_gt *m, uint64_t id);
struct ws_gt_proc *ws_gt_get_proc(struct ws_gt *m, uint64_t id);

/*
 * The goroutine enters a state at t: emits the SPAN of the one it leaves.  The
 * stack is where it entered the state: its own for blocked and syscalls, which
 * then also names its entry function; for runnable ones what made them so.
 * `reason` is the producer's word (dict id) or 0.  Entering the state it is in
 * begins a new span.
 */
void ws_gt_go_state(struct ws_gt *m, struct ws_gt_go *g, enum ws_gt_state state,
    int64_t t, struct ws_gt_why why);
/* A running goroutine stops being so on its own account (preempted, Gosched):
 * runnable, and the stack is its own. */
void ws_gt_go_stop(
    struct ws_gt *m, struct ws_gt_go *g, int64_t t, struct ws_gt_why why);
/* A goroutine in a syscall loses its P.  Without effect in other states. */
void ws_gt_go_lost(struct ws_gt *m, struct ws_gt_go *g, int64_t t);
/* A syscall of unknown length, during which g is said to run on. */
void ws_gt_go_call(struct ws_gt *m, struct ws_gt_go *g, int64_t t, ws_id stack);
/* A blocked (or, when `state` of g says so, other) goroutine becomes runnable:
 * its SPAN, then the EDGE.  `waker` may be NULL. */
void ws_gt_go_unblock(struct ws_gt *m, struct ws_gt_go *g,
    const struct ws_gt_go *waker, int64_t t, ws_id stack);
/* A new goroutine: the EDGE, its entry, and the state it begins in.  The
 * creator may be NULL, the entry stack (root frame = entry function) 0. */
void ws_gt_go_create(struct ws_gt *m, struct ws_gt_go *g,
    const struct ws_gt_go *creator, int64_t t, struct ws_gt_birth birth);
/* Tells the entry function by a stack of the goroutine, unless it was told or
 * the stack is 0 or cut (128 frames). */
void ws_gt_go_entry(
    struct ws_gt *m, struct ws_gt_go *g, int64_t t, ws_id stack);
void ws_gt_go_label(
    struct ws_gt *m, const struct ws_gt_go *g, int64_t t, ws_id label);
/* The last SPAN, open ranges and regions, MARK G_END; frees g. */
void ws_gt_go_end(struct ws_gt *m, struct ws_gt_go *g, int64_t t);

void ws_gt_proc_state(struct ws_gt *m, struct ws_gt_proc *p,
    enum ws_gt_proc_state state, int64_t t);

/* Ranges: &m->gc, &m->stw, &g->assist, &p->sweep.  Beginning an open one is
 * without effect; ending one that is not open gives false. */
void ws_gt_range_begin(
    struct ws_gt *m, struct ws_gt_range *r, int64_t t, struct ws_gt_why why);
/* name is WS_N_GC_*; track 0, or that of the goroutine or P. */
bool ws_gt_range_end(
    struct ws_gt *m, struct ws_gt_range *r, ws_id name, ws_id track, int64_t t);

/* User tasks, by their id; false when it is (begin) or is not (end) open. */
bool ws_gt_task_begin(
    struct ws_gt *m, uint64_t id, int64_t t, struct ws_gt_why why);
bool ws_gt_task_end(struct ws_gt *m, uint64_t id, int64_t t);
/* User regions nest; `why.reason` is the type.  An end that fits none (it
 * began before the trace) emits nothing; one that is not the innermost closes
 * those within.  False when it was neither the innermost nor the first. */
void ws_gt_region_begin(
    struct ws_gt *m, struct ws_gt_go *g, int64_t t, struct ws_gt_why why);
bool ws_gt_region_end(
    struct ws_gt *m, struct ws_gt_go *g, int64_t t, ws_id type);
/* A user's log line; category and g may be none. */
void ws_gt_log(struct ws_gt *m, const struct ws_gt_go *g, int64_t t,
    ws_id category, struct ws_gt_why why);

/* WS_N_GO_MAXPROCS (COUNT), WS_N_HEAP_ALLOC and WS_N_HEAP_GOAL (BYTES). */
void ws_gt_counter(struct ws_gt *m, ws_id name, int64_t t, uint64_t value);
/* A CPU sample; goroutine 0 when none. */
void ws_gt_sample(struct ws_gt *m, uint64_t goroutine, int64_t t, ws_id stack);
/* True when a call with this stack is one into C and not of the system: a
 * wrapper _Cfunc_ as leaf, runtime.cgocall or the like near it, and no
 * syscall function of Windows or macOS, which go the same way. */
bool ws_gt_is_cgo(struct ws_gt *m, ws_id stack);

/*
 * The readers.  The cursor is behind the 16 bytes of the header, and is left
 * at its end, or at the header of the next capture when one follows.  The
 * model is fresh; ws_gt_finish is the caller's.  Damage is told by
 * ws_gt_fault; the result is WS_OK, or the reason why nothing was read.
 */
enum ws_status ws_gt_parse_v1(
    struct ws_gt *m, struct ws_cur *c, unsigned version, struct ws_err *err);
enum ws_status ws_gt_parse_v2(
    struct ws_gt *m, struct ws_cur *c, unsigned version, struct ws_err *err);
/* The N of a whole header "go 1.N trace" at p, or 0. */
unsigned ws_gt_header(const void *p, size_t n);

#endif
