/*
 * Tracepoints in pairs: from switch to switch, from the entry of a system call
 * to its exit, from the issue of a block request to its completion.  They become
 * samples of time, WS_N_PERF_OFFCPU and its kin in model/names.def; wake-ups
 * become edges.  For all formats that hold perf's tracepoints.
 *
 * Off the CPU is who sleeps.  Who was preempted, and who was woken and has no
 * CPU yet, is in the run queue.
 *
 * A wait whose end or beginning was not recorded does not count.  So perf
 * record -p, which sees a thread leave the CPU but not come back, gives no time
 * off the CPU, unless the end of a system call shows that it runs again.
 */
#ifndef WS_PERF_WAITS_H
#define WS_PERF_WAITS_H

#include "model/batch.h"
#include "perf_call.h"

/* One tracepoint: when, which thread, and from where. */
struct ws_perf_at {
	int64_t t;
	uint64_t tid;
	ws_id track, stack;
};

struct ws_perf_waits;

/* Samples go to `out`, with that clock.  Calls come in the order of time. */
struct ws_perf_waits *ws_perf_waits_new(struct ws_batch *out, ws_id clock);
void ws_perf_waits_free(struct ws_perf_waits *w);

struct ws_dict *ws_perf_waits_dict(const struct ws_perf_waits *w);
/* The track that a thread last had, or 0. */
ws_id ws_perf_waits_track(const struct ws_perf_waits *w, uint64_t tid);
/* `at` left the CPU in that state ('R', 'S', 'D', ...; 0 when unknown), and the
 * thread `next` got it.  Thread 0 is the idle one, and waits for nothing. */
void ws_perf_waits_switch(struct ws_perf_waits *w, const struct ws_perf_at *at,
    char state, uint64_t next);
/* The thread got a CPU. */
void ws_perf_waits_in(struct ws_perf_waits *w, int64_t t, uint64_t tid);
/* `at` made the thread runnable, whose track is `peer`. */
void ws_perf_waits_wakeup(struct ws_perf_waits *w, const struct ws_perf_at *at,
    uint64_t tid, ws_id peer);
/* `waits`: it is a futex call, and one that waits. */
void ws_perf_waits_enter(struct ws_perf_waits *w, const struct ws_perf_at *at,
    const struct ws_perf_call *call, bool waits);
void ws_perf_waits_exit(struct ws_perf_waits *w, const struct ws_perf_at *at,
    const struct ws_perf_call *call);
/* A block request of a device, named "MAJOR,MINOR", at a sector; track and
 * thread of `at` are not looked at. */
void ws_perf_waits_issue(struct ws_perf_waits *w, const struct ws_perf_at *at,
    ws_id device, uint64_t sector);
void ws_perf_waits_complete(
    struct ws_perf_waits *w, int64_t t, ws_id device, uint64_t sector);
/* A lock of the kernel that another holds; its address is 0 when not told. */
void ws_perf_waits_lock(
    struct ws_perf_waits *w, const struct ws_perf_at *at, uint64_t lock);
void ws_perf_waits_locked(
    struct ws_perf_waits *w, const struct ws_perf_at *at, uint64_t lock);

#endif
