#include "perf_waits.h"

#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"

enum {
	REQUESTS = 1024,   /* more are not out at once on one machine's disks */
	SAME_CALL = 100000 /* ns between two tracepoints of one call */
};

/* From where something began; t is WS_T_NONE when nothing did. */
struct begun {
	int64_t t;
	ws_id stack, track;
};

struct thread {
	ws_id track;
	struct begun off, in_call, in_lock;
	int64_t ready; /* since when it wants a CPU, or WS_T_NONE */
	uint64_t lock;
	struct ws_perf_call call;
	char state; /* in which it went off */
	bool waits; /* the call is a futex that waits */
};

struct request {
	struct begun begun;
	uint64_t sector;
	ws_id device;
};

/* A stack with the name of a call in front of it is made once. */
struct in_call {
	ws_id stack, name;
};

struct ws_perf_waits {
	struct ws_batch *out;
	ws_id clock;
	struct ws_htab *tids; /* index = thread */
	struct thread *thread;
	size_t cap;
	struct request request[REQUESTS]; /* in the order of issue */
	size_t n_requests;
	struct ws_htab *in_calls; /* struct in_call */
	ws_id *stack_in_call;     /* by index of it */
	size_t cap_stack;
	ws_id *frame; /* scratch */
	size_t cap_frame;
};

struct ws_perf_waits *
ws_perf_waits_new(struct ws_batch *out, ws_id clock)
{
	struct ws_perf_waits *w = ws_alloc(sizeof(*w));

	w->out = out;
	w->clock = clock;
	w->tids = ws_htab_new();
	w->in_calls = ws_htab_new();
	return w;
}

void
ws_perf_waits_free(struct ws_perf_waits *w)
{
	if (w == NULL)
		return;
	ws_htab_free(w->tids);
	ws_htab_free(w->in_calls);
	free(w->stack_in_call);
	free(w->thread);
	free(w->frame);
	free(w);
}

/* NULL for the idle thread. */
static struct thread *
thread_of(struct ws_perf_waits *w, uint64_t tid)
{
	static const struct begun none = { .t = WS_T_NONE };
	uint32_t i;
	bool is_new;

	if (tid == 0)
		return NULL;
	i = ws_htab_put(w->tids, &tid, sizeof(tid), &is_new);
	if (is_new) {
		w->thread = ws_grow(
		    w->thread, &w->cap, (size_t)i + 1, sizeof(*w->thread));
		w->thread[i] = (struct thread){ .off = none,
			.in_call = none,
			.in_lock = none,
			.ready = WS_T_NONE };
	}
	return &w->thread[i];
}

struct ws_dict *
ws_perf_waits_dict(const struct ws_perf_waits *w)
{
	return w->out->sink->dict;
}

ws_id
ws_perf_waits_track(const struct ws_perf_waits *w, uint64_t tid)
{
	uint32_t i = ws_htab_get(w->tids, &tid, sizeof(tid));

	return i == WS_HTAB_NONE ? 0 : w->thread[i].track;
}

/* What lasted from `from` to t.  Clocks of CPUs differ a little, so an end
 * before the beginning is none. */
static void
put(struct ws_perf_waits *w, ws_id series, const struct begun *from, int64_t t)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);

	if (from->t == WS_T_NONE || t < from->t)
		return;
	ev.t = from->t;
	ev.clock = w->clock;
	ev.name = series;
	ev.unit = WS_U_TIME;
	ev.value = (double)(t - from->t);
	ev.track = from->track;
	ev.stack = from->stack;
	ws_batch_put(w->out, &ev);
}

static struct begun
begun_at(const struct ws_perf_at *at)
{
	return (struct begun){ at->t, at->stack, at->track };
}

/* The thread is on a CPU again. */
static void
back(struct ws_perf_waits *w, struct thread *h, int64_t t)
{
	struct begun ready = { h->ready, h->off.stack, h->track };

	if (h->off.t != WS_T_NONE && h->state != 'R') {
		put(w, WS_N_PERF_OFFCPU, &h->off, t);
		if (h->state == 'D')
			put(w, WS_N_PERF_UNINTERRUPTIBLE, &h->off, t);
	}
	if (h->ready != WS_T_NONE)
		put(w, WS_N_PERF_RUNQUEUE, &ready, t);
	h->off.t = h->ready = WS_T_NONE;
}

void
ws_perf_waits_switch(struct ws_perf_waits *w, const struct ws_perf_at *at,
    char state, uint64_t next)
{
	struct thread *h = thread_of(w, at->tid);

	if (h != NULL) {
		h->track = at->track;
		h->off = begun_at(at);
		h->state = state;
		h->ready = state == 'R' ? at->t : WS_T_NONE;
	}
	ws_perf_waits_in(w, at->t, next);
}

void
ws_perf_waits_in(struct ws_perf_waits *w, int64_t t, uint64_t tid)
{
	struct thread *h = thread_of(w, tid);

	if (h != NULL)
		back(w, h, t);
}

void
ws_perf_waits_wakeup(struct ws_perf_waits *w, const struct ws_perf_at *at,
    uint64_t tid, ws_id peer)
{
	struct thread *h = thread_of(w, tid);
	struct ws_event ev = WS_EVENT(WS_EV_EDGE);

	ev.t = at->t;
	ev.clock = w->clock;
	ev.name = WS_N_EDGE_UNBLOCK;
	ev.track = at->track;
	ev.stack = at->stack;
	ev.peer = peer;
	ws_batch_put(w->out, &ev);
	/* A thread that was not seen going off may be running. */
	if (h != NULL && h->off.t != WS_T_NONE && h->ready == WS_T_NONE)
		h->ready = at->t;
}

/* An event of the thread itself: it is on a CPU. */
static void
runs(struct ws_perf_waits *w, struct thread *h, const struct ws_perf_at *at)
{
	h->track = at->track;
	if (h->off.t != WS_T_NONE && at->t > h->off.t)
		back(w, h, at->t);
}

static ws_id
make_stack(struct ws_perf_waits *w, ws_id stack, ws_id name)
{
	struct ws_dict *d = w->out->sink->dict;
	struct ws_frame f = { .func = name };
	const ws_id *frame;
	size_t n = ws_dict_get_stack(d, stack, &frame);

	w->frame = ws_grow(w->frame, &w->cap_frame, n + 1, sizeof(*w->frame));
	if (n > 0)
		memcpy(w->frame + 1, frame, n * sizeof(*frame));
	w->frame[0] = ws_dict_frame(d, &f);
	return ws_dict_stack(d, w->frame, n + 1);
}

/* The stack with the call in front of it, as the kernel names it. */
static ws_id
stack_in_call(struct ws_perf_waits *w, ws_id stack, ws_id name)
{
	struct in_call key = { stack, name };
	bool is_new;
	uint32_t i = ws_htab_put(w->in_calls, &key, sizeof(key), &is_new);

	if (is_new) {
		w->stack_in_call = ws_grow(w->stack_in_call, &w->cap_stack,
		    (size_t)i + 1, sizeof(*w->stack_in_call));
		w->stack_in_call[i] = make_stack(w, stack, name);
	}
	return w->stack_in_call[i];
}

void
ws_perf_waits_enter(struct ws_perf_waits *w, const struct ws_perf_at *at,
    const struct ws_perf_call *call, bool waits)
{
	struct thread *h = thread_of(w, at->tid);

	if (h == NULL)
		return;
	runs(w, h, at);
	/* A recording may have both tracepoints of a call, and the raw one
	 * tells less. */
	if (h->call.is_named && !call->is_named && h->in_call.t != WS_T_NONE &&
	    at->t - h->in_call.t < SAME_CALL)
		return;
	h->call = *call;
	h->in_call = begun_at(at);
	h->in_call.stack = stack_in_call(w, at->stack, call->name);
	h->waits = waits;
}

/* Whether it may be the end of the call: that of another, whose start was not
 * recorded, has another name. */
static bool
is_end_of(const struct thread *h, const struct ws_perf_call *call)
{
	return h->call.name == call->name || h->call.is_named != call->is_named;
}

void
ws_perf_waits_exit(struct ws_perf_waits *w, const struct ws_perf_at *at,
    const struct ws_perf_call *call)
{
	struct thread *h = thread_of(w, at->tid);

	if (h == NULL)
		return;
	runs(w, h, at);
	if (is_end_of(h, call)) {
		put(w, WS_N_PERF_SYSCALL, &h->in_call, at->t);
		if (h->waits)
			put(w, WS_N_PERF_FUTEX, &h->in_call, at->t);
	}
	h->in_call.t = WS_T_NONE;
	h->waits = false;
}

static void
forget(struct ws_perf_waits *w, size_t i)
{
	w->n_requests--;
	memmove(w->request + i, w->request + i + 1,
	    (w->n_requests - i) * sizeof(*w->request));
}

/* n_requests when it is not out. */
static size_t
find_request(const struct ws_perf_waits *w, ws_id device, uint64_t sector)
{
	size_t i;

	for (i = 0; i < w->n_requests; i++)
		if (w->request[i].sector == sector &&
		    w->request[i].device == device)
			break;
	return i;
}

void
ws_perf_waits_issue(struct ws_perf_waits *w, const struct ws_perf_at *at,
    ws_id device, uint64_t sector)
{
	/* A requeued request is issued again: its time began before. */
	if (find_request(w, device, sector) < w->n_requests)
		return;
	if (w->n_requests == REQUESTS)
		forget(w, 0);
	w->request[w->n_requests++] =
	    (struct request){ { at->t, at->stack, device }, sector, device };
}

void
ws_perf_waits_complete(
    struct ws_perf_waits *w, int64_t t, ws_id device, uint64_t sector)
{
	size_t i = find_request(w, device, sector);

	if (i == w->n_requests)
		return;
	put(w, WS_N_PERF_BLOCK, &w->request[i].begun, t);
	forget(w, i);
}

void
ws_perf_waits_lock(
    struct ws_perf_waits *w, const struct ws_perf_at *at, uint64_t lock)
{
	struct thread *h = thread_of(w, at->tid);

	if (h == NULL)
		return;
	runs(w, h, at);
	h->in_lock = begun_at(at);
	h->lock = lock;
}

void
ws_perf_waits_locked(
    struct ws_perf_waits *w, const struct ws_perf_at *at, uint64_t lock)
{
	struct thread *h = thread_of(w, at->tid);

	if (h == NULL)
		return;
	runs(w, h, at);
	/* An interrupt may wait for a lock of its own meanwhile. */
	if (h->lock == lock)
		put(w, WS_N_PERF_LOCK, &h->in_lock, at->t);
	h->in_lock.t = WS_T_NONE;
}
