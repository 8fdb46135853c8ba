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
	struct begun off, call, lock;
	int64_t ready; /* since when it wants a CPU, or WS_T_NONE */
	char state;    /* in which it went off */
	bool futex;    /* the call is a futex that waits */
	bool named;    /* the call's name is known */
};

struct request {
	struct begun begun;
	uint64_t sector;
	ws_id device;
};

struct ws_perf_waits {
	struct ws_batch *out;
	ws_id clock;
	struct ws_htab *tids; /* index = thread */
	struct thread *thread;
	size_t cap;
	struct request request[REQUESTS]; /* in the order of issue */
	size_t n_requests;
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
	return w;
}

void
ws_perf_waits_free(struct ws_perf_waits *w)
{
	if (w == NULL)
		return;
	ws_htab_free(w->tids);
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
			.call = none,
			.lock = none,
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
ws_perf_waits_switch(struct ws_perf_waits *w, const struct ws_perf_at *prev,
    char state, const struct ws_perf_at *next)
{
	struct thread *h = thread_of(w, prev->tid);

	if (h != NULL) {
		h->track = prev->track;
		h->off = begun_at(prev);
		h->state = state;
		h->ready = state == 'R' ? prev->t : WS_T_NONE;
	}
	h = next != NULL ? thread_of(w, next->tid) : NULL;
	if (h == NULL)
		return;
	if (h->track == 0)
		h->track = next->track;
	back(w, h, next->t);
}

void
ws_perf_waits_wakeup(struct ws_perf_waits *w, int64_t t, uint64_t tid)
{
	struct thread *h = thread_of(w, tid);

	/* A thread that was not seen going off may be running. */
	if (h != NULL && h->off.t != WS_T_NONE && h->ready == WS_T_NONE)
		h->ready = t;
}

/* An event of the thread itself: it is on a CPU. */
static void
runs(struct ws_perf_waits *w, struct thread *h, const struct ws_perf_at *at)
{
	h->track = at->track;
	if (h->off.t != WS_T_NONE && at->t > h->off.t)
		back(w, h, at->t);
}

/* The stack with the call in front of it, as the kernel names it. */
static ws_id
stack_in_call(struct ws_perf_waits *w, ws_id stack, struct ws_sv call)
{
	struct ws_dict *d = w->out->sink->dict;
	struct ws_frame f = { 0 };
	struct ws_buf b = { 0 };
	const ws_id *frame;
	size_t n = ws_dict_get_stack(d, stack, &frame);

	w->frame = ws_grow(w->frame, &w->cap_frame, n + 1, sizeof(*w->frame));
	if (n > 0)
		memcpy(w->frame + 1, frame, n * sizeof(*frame));
	ws_buf_puts(&b, "sys_");
	ws_buf_putsv(&b, call);
	f.func = ws_dict_str(d, ws_buf_sv(&b));
	ws_buf_fini(&b);
	w->frame[0] = ws_dict_frame(d, &f);
	return ws_dict_stack(d, w->frame, n + 1);
}

void
ws_perf_waits_enter(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv call, bool waits)
{
	struct thread *h = thread_of(w, at->tid);
	bool named = !ws_sv_starts(call, "nr_");

	if (h == NULL)
		return;
	runs(w, h, at);
	/* A recording may have both tracepoints of a call, and the raw one
	 * tells less. */
	if (h->named && !named && h->call.t != WS_T_NONE &&
	    at->t - h->call.t < SAME_CALL)
		return;
	h->named = named;
	h->call = begun_at(at);
	h->call.stack = stack_in_call(w, at->stack, call);
	h->futex = waits && ws_sv_is(call, "futex");
}

void
ws_perf_waits_exit(struct ws_perf_waits *w, const struct ws_perf_at *at)
{
	struct thread *h = thread_of(w, at->tid);

	if (h == NULL)
		return;
	runs(w, h, at);
	put(w, WS_N_PERF_SYSCALL, &h->call, at->t);
	if (h->futex)
		put(w, WS_N_PERF_FUTEX, &h->call, at->t);
	h->call.t = WS_T_NONE;
	h->futex = false;
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

static ws_id
device_id(const struct ws_perf_waits *w, struct ws_sv device)
{
	return ws_dict_str(w->out->sink->dict, device);
}

void
ws_perf_waits_issue(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv device, uint64_t sector)
{
	ws_id id = device_id(w, device);
	size_t i = find_request(w, id, sector);

	/* A requeued request is issued again: its time began before. */
	if (i < w->n_requests)
		return;
	if (w->n_requests == REQUESTS)
		forget(w, 0);
	w->request[w->n_requests++] =
	    (struct request){ { at->t, at->stack, id }, sector, id };
}

void
ws_perf_waits_complete(
    struct ws_perf_waits *w, int64_t t, struct ws_sv device, uint64_t sector)
{
	size_t i = find_request(w, device_id(w, device), sector);

	if (i == w->n_requests)
		return;
	put(w, WS_N_PERF_BLOCK, &w->request[i].begun, t);
	forget(w, i);
}

void
ws_perf_waits_lock(struct ws_perf_waits *w, const struct ws_perf_at *at)
{
	struct thread *h = thread_of(w, at->tid);

	if (h == NULL)
		return;
	runs(w, h, at);
	h->lock = begun_at(at);
}

void
ws_perf_waits_locked(struct ws_perf_waits *w, const struct ws_perf_at *at)
{
	struct thread *h = thread_of(w, at->tid);

	if (h == NULL)
		return;
	runs(w, h, at);
	put(w, WS_N_PERF_LOCK, &h->lock, at->t);
	h->lock.t = WS_T_NONE;
}
