/*
 * Tracepoints in pairs: from switch to switch, from the entry of a system call
 * to its exit, from the issue of a block request to its completion.  They become
 * samples of time: WS_N_PERF_OFFCPU and its kin.  For all formats that hold
 * perf's tracepoints.
 *
 * A wait whose end or beginning was not recorded does not count.  So perf
 * record -p, which sees a thread leave the CPU but not come back, gives no time
 * off the CPU, unless the end of a system call shows that it runs again.
 */
#ifndef WS_PERF_WAITS_H
#define WS_PERF_WAITS_H

#include "model/sink.h"

/* One tracepoint: when, which thread, and from where. */
struct ws_perf_at {
	int64_t t;
	uint64_t tid;
	ws_id track, stack;
};

struct ws_perf_waits;

/* Samples go to `out`, with that clock. */
struct ws_perf_waits *ws_perf_waits_new(struct ws_batch *out, ws_id clock);
void ws_perf_waits_free(struct ws_perf_waits *w);

struct ws_dict *ws_perf_waits_dict(const struct ws_perf_waits *w);
/* The track that a thread last had, or 0. */
ws_id ws_perf_waits_track(const struct ws_perf_waits *w, uint64_t tid);
/* `at` left the CPU in that state ('R', 'S', 'D', ...; 0 when unknown), and
 * `next` got it.  Thread 0 is the idle one, and waits for nothing. */
void ws_perf_waits_switch(struct ws_perf_waits *w,
    const struct ws_perf_at *prev, char state, const struct ws_perf_at *next);
/* Somebody made the thread runnable. */
void ws_perf_waits_wakeup(struct ws_perf_waits *w, int64_t t, uint64_t tid);
/* `call` is its name, "futex", or "nr_202" when only its number is known; of a
 * futex, whether it is one that waits. */
void ws_perf_waits_enter(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv call, bool waits);
void ws_perf_waits_exit(struct ws_perf_waits *w, const struct ws_perf_at *at);
/* A block request of a device, named as the kernel does, at a sector; track
 * and thread of `at` are not looked at. */
void ws_perf_waits_issue(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv device, uint64_t sector);
void ws_perf_waits_complete(
    struct ws_perf_waits *w, int64_t t, struct ws_sv device, uint64_t sector);
/* A lock of the kernel that another holds. */
void ws_perf_waits_lock(struct ws_perf_waits *w, const struct ws_perf_at *at);
void ws_perf_waits_locked(struct ws_perf_waits *w, const struct ws_perf_at *at);

#endif
