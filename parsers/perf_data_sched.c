/*
 * Waits, out of pairs of tracepoints: off and on a CPU, into and out of a
 * system call, a block request's issue and completion, a kernel lock's wait.
 * Pairs span CPUs, whose buffers come one after the other in the file, so what
 * is of interest waits in a queue until the round after its own has ended; then
 * nothing older can come (perf's FINISHED_ROUND), and it is taken by time.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "perf_data_sample.h"

enum {
	FIELDS = 3,
	QUEUE_MAX = 1 << 20, /* without rounds, the older half is taken */
	REQUESTS_MAX =
	    1024,         /* out at once; the older half is given up for more */
	STATE_MASK = 0xff /* of a thread; 0 is runnable */
};

/* Which fields of a tracepoint are read, and where they are in recordings that
 * do not describe them: 64-bit kernels of 4.x to 6.18. */
static const struct wanted {
	const char *name[FIELDS];

	struct {
		uint32_t off, size;
	} at[FIELDS];
} wanted[] = {
	[PD_P_SWITCH] = { { "prev_pid", "next_pid", "prev_state" },
	    { { 24, 4 }, { 56, 4 }, { 32, 8 } } },
	[PD_P_WAKEUP] = { { "pid" }, { { 24, 4 } } },
	[PD_P_SYS_ENTER] = { { "__syscall_nr" }, { { 8, 4 } } },
	[PD_P_SYS_EXIT] = { { "__syscall_nr" }, { { 8, 4 } } },
	[PD_P_RAW_SYS_ENTER] = { { "id" }, { { 8, 8 } } },
	[PD_P_RAW_SYS_EXIT] = { { "id" }, { { 8, 8 } } },
	[PD_P_BLOCK_ISSUE] = { { "dev", "sector" }, { { 8, 4 }, { 16, 8 } } },
	[PD_P_BLOCK_COMPLETE] = { { "dev", "sector" },
	    { { 8, 4 }, { 16, 8 } } },
	[PD_P_LOCK_BEGIN] = { { "lock_addr" }, { { 8, 8 } } },
	[PD_P_LOCK_END] = { { "lock_addr" }, { { 8, 8 } } },
	[PD_P_SWITCHED_IN] = { { NULL }, { { 0, 0 } } },
};

struct item {
	uint64_t time, seq;
	uint64_t field[FIELDS];
	uint32_t tid;
	ws_id stack, track, event;
	uint8_t point;
};

/* What a thread is in; times are WS_T_NONE when it is in nothing. */
struct thread {
	int64_t off, call, lock;
	uint64_t lock_addr;
	ws_id off_stack, call_stack, lock_stack;
	ws_id off_track, call_track, lock_track;
	ws_id call_name;
	bool preempted;
};

struct request {
	uint64_t dev, sector;
	int64_t t;
	ws_id stack;
};

struct pd_order {
	struct pd *d;
	struct item *item;
	size_t n, cap;
	uint64_t newest, limit; /* of this round, of the one before */
	struct ws_htab *tids;
	struct thread *thread; /* by index of the tid */
	size_t cap_thread;
	struct request request[REQUESTS_MAX];
	size_t n_request;
	ws_id preempted;
};

struct pd_order *
pd_order_new(struct pd *d)
{
	struct pd_order *o = ws_alloc(sizeof(*o));

	o->d = d;
	o->tids = ws_htab_new();
	o->preempted = ws_dict_cstr(d->sink->dict, "perf.preempted");
	return o;
}

void
pd_order_free(struct pd_order *o)
{
	if (o == NULL)
		return;
	free(o->item);
	free(o->thread);
	ws_htab_free(o->tids);
	free(o);
}

static struct thread *
thread_of(struct pd_order *o, uint32_t tid)
{
	bool is_new;
	uint32_t i = ws_htab_put(o->tids, &tid, sizeof(tid), &is_new);

	if (is_new) {
		o->thread = ws_grow(o->thread, &o->cap_thread, (size_t)i + 1,
		    sizeof(*o->thread));
		o->thread[i] = (struct thread){
			.off = WS_T_NONE, .call = WS_T_NONE, .lock = WS_T_NONE
		};
	}
	return &o->thread[i];
}

static void
put_wait(struct pd_order *o, ws_id name, int64_t from, uint64_t to,
    const struct ws_event *of)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);

	if ((int64_t)to < from)
		return;
	ev.t = from;
	ev.clock = o->d->clock;
	ev.name = name;
	ev.unit = WS_U_TIME;
	ev.value = (double)((int64_t)to - from);
	ev.stack = of->stack;
	ev.track = of->track;
	ws_batch_put(&o->d->out, &ev);
}

static void
take_in(struct pd_order *o, uint32_t tid, uint64_t time)
{
	struct thread *t = thread_of(o, tid);
	struct ws_event of = { .stack = t->off_stack, .track = t->off_track };

	if (t->off != WS_T_NONE)
		put_wait(o, t->preempted ? o->preempted : WS_N_PERF_OFFCPU,
		    t->off, time, &of);
	t->off = WS_T_NONE;
}

static void
take_switch(struct pd_order *o, const struct item *i)
{
	uint32_t prev = (uint32_t)i->field[0], next = (uint32_t)i->field[1];
	struct thread *t;

	if (next != 0)
		take_in(o, next, i->time);
	if (prev == 0)
		return;
	t = thread_of(o, prev);
	t->off = (int64_t)i->time;
	t->off_stack = i->stack;
	t->off_track = i->track;
	t->preempted = (i->field[2] & STATE_MASK) == 0;
}

static void
take_wakeup(struct pd_order *o, const struct item *i)
{
	struct ws_event ev = WS_EVENT(WS_EV_EDGE);
	struct pd_maps *maps = o->d->maps;
	uint32_t tid = (uint32_t)i->field[0];

	ev.t = (int64_t)i->time;
	ev.clock = o->d->clock;
	ev.name = WS_N_EDGE_UNBLOCK;
	ev.track = i->track;
	ev.stack = i->stack;
	ev.peer = pd_track(o->d, pd_maps_pid(maps, tid), tid,
	    pd_maps_comm(maps, tid, i->time));
	ws_batch_put(&o->d->out, &ev);
}

/* The stack with the name of the call in front, as its own function. */
static ws_id
with_call(struct pd_order *o, ws_id stack, ws_id name)
{
	struct ws_dict *dict = o->d->sink->dict;
	struct ws_frame f = { .func = name };
	const ws_id *frames;
	size_t n = ws_dict_get_stack(dict, stack, &frames);
	ws_id *v = ws_alloc_array(n + 1, sizeof(*v));

	v[0] = ws_dict_frame(dict, &f);
	if (n > 0)
		memcpy(v + 1, frames, n * sizeof(*v));
	stack = ws_dict_stack(dict, v, n + 1);
	free(v);
	return stack;
}

static void
take_enter(struct pd_order *o, const struct item *i)
{
	struct thread *t = thread_of(o, i->tid);

	t->call = (int64_t)i->time;
	t->call_stack = i->stack;
	t->call_track = i->track;
	t->call_name = pd_syscall(o->d, i->event, i->field[0]);
}

static void
take_exit(struct pd_order *o, const struct item *i)
{
	struct thread *t = thread_of(o, i->tid);
	struct ws_event of = { .track = t->call_track };
	ws_id name;

	/* It may be the end of a call whose start was not recorded. */
	if (t->call != WS_T_NONE &&
	    t->call_name == pd_syscall(o->d, i->event, i->field[0])) {
		of.stack = with_call(o, t->call_stack, t->call_name);
		name = ws_sv_is(ws_dict_text(o->d->sink->dict, t->call_name),
			   "sys_futex")
			   ? WS_N_PERF_FUTEX
			   : WS_N_PERF_SYSCALL;
		put_wait(o, name, t->call, i->time, &of);
	}
	t->call = WS_T_NONE;
}

static void
take_issue(struct pd_order *o, const struct item *i)
{
	if (o->n_request == REQUESTS_MAX) {
		o->n_request /= 2;
		memmove(o->request, o->request + o->n_request,
		    o->n_request * sizeof(o->request[0]));
	}
	o->request[o->n_request++] = (struct request){ i->field[0], i->field[1],
		(int64_t)i->time, i->stack };
}

static void
take_complete(struct pd_order *o, const struct item *i)
{
	enum { MINOR_BITS = 20 };
	struct ws_event of = { .track = 0 };
	struct ws_buf b = { 0 };
	size_t k;

	for (k = 0; k < o->n_request; k++)
		if (o->request[k].dev == i->field[0] &&
		    o->request[k].sector == i->field[1])
			break;
	if (k == o->n_request)
		return;
	ws_buf_printf(&b, "%" PRIu64 ",%" PRIu64, i->field[0] >> MINOR_BITS,
	    i->field[0] & ((1u << MINOR_BITS) - 1));
	of.track = ws_dict_str(o->d->sink->dict, ws_buf_sv(&b));
	of.stack = o->request[k].stack;
	ws_buf_fini(&b);
	put_wait(o, WS_N_PERF_BLOCK, o->request[k].t, i->time, &of);
	o->n_request--;
	memmove(o->request + k, o->request + k + 1,
	    (o->n_request - k) * sizeof(o->request[0]));
}

static void
take_lock(struct pd_order *o, const struct item *i)
{
	struct thread *t = thread_of(o, i->tid);
	struct ws_event of = { .stack = t->lock_stack, .track = t->lock_track };

	if (i->point == PD_P_LOCK_BEGIN) {
		t->lock = (int64_t)i->time;
		t->lock_addr = i->field[0];
		t->lock_stack = i->stack;
		t->lock_track = i->track;
		return;
	}
	if (t->lock != WS_T_NONE && t->lock_addr == i->field[0])
		put_wait(o, WS_N_PERF_LOCK, t->lock, i->time, &of);
	t->lock = WS_T_NONE;
}

static void
take_item(struct pd_order *o, const struct item *i)
{
	switch (i->point) {
	case PD_P_SWITCH:
		take_switch(o, i);
		break;
	case PD_P_SWITCHED_IN:
		take_in(o, i->tid, i->time);
		break;
	case PD_P_WAKEUP:
		take_wakeup(o, i);
		break;
	case PD_P_SYS_ENTER:
	case PD_P_RAW_SYS_ENTER:
		take_enter(o, i);
		break;
	case PD_P_SYS_EXIT:
	case PD_P_RAW_SYS_EXIT:
		take_exit(o, i);
		break;
	case PD_P_BLOCK_ISSUE:
		take_issue(o, i);
		break;
	case PD_P_BLOCK_COMPLETE:
		take_complete(o, i);
		break;
	default:
		take_lock(o, i);
		break;
	}
}

static int
compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Takes what is not newer than the time, but at least `least` of them. */
static void
take_until(struct pd_order *o, uint64_t time, size_t least)
{
	size_t i;

	if (o->n == 0)
		return;
	qsort(o->item, o->n, sizeof(*o->item), compare_items);
	for (i = 0; i < o->n && (i < least || o->item[i].time <= time); i++)
		take_item(o, &o->item[i]);
	o->n -= i;
	memmove(o->item, o->item + i, o->n * sizeof(*o->item));
}

void
pd_order_round(struct pd_order *o)
{
	take_until(o, o->limit, 0);
	o->limit = o->newest;
}

void
pd_order_finish(struct pd_order *o)
{
	take_until(o, UINT64_MAX, 0);
}

static void
put_item(struct pd_order *o, const struct item *i)
{
	if (o->n == QUEUE_MAX)
		take_until(o, o->limit, QUEUE_MAX / 2);
	o->item = ws_grow(o->item, &o->cap, o->n + 1, sizeof(*o->item));
	o->item[o->n++] = *i;
	if (i->time > o->newest)
		o->newest = i->time;
}

/* False when the record does not reach so far. */
static bool
read_field(const struct pd_sample *s, uint32_t off, uint32_t size, uint64_t *v)
{
	size_t n = pd_left(&s->raw);
	const unsigned char *p = s->raw.p;

	if (off > n || size > n - off)
		return false;
	if (size == 8)
		*v = pd_load64(p + off, s->raw.big);
	else if (size == 4)
		*v = pd_load32(p + off, s->raw.big);
	else if (size == 2)
		*v = pd_load16(p + off, s->raw.big);
	return size == 2 || size == 4 || size == 8;
}

void
pd_order_put(
    struct pd_order *o, const struct pd_sample *s, ws_id stack, ws_id track)
{
	struct item i = { .time = s->time & INT64_MAX,
		.seq = s->seq,
		.tid = s->tid,
		.stack = stack,
		.track = track,
		.event = pd_attr_name(o->d, s->attr),
		.point = s->attr->point };
	const struct wanted *w = &wanted[i.point];
	const struct pd_format *f = pd_format_of(o->d, s->attr->config);
	const struct pd_field *field;

	for (unsigned k = 0; k < FIELDS && w->name[k] != NULL; k++) {
		uint32_t off = w->at[k].off, size = w->at[k].size;

		field = f != NULL ? pd_format_field(o->d, f, w->name[k]) : NULL;
		if (field != NULL) {
			off = field->off;
			size = field->size;
		}
		if (!read_field(s, off, size, &i.field[k]))
			return;
	}
	put_item(o, &i);
}

void
pd_order_in(struct pd_order *o, const struct pd_rec *r)
{
	struct pd_trailer t = pd_trailer_of(o->d, r);
	struct item i = { .time = t.time & INT64_MAX,
		.seq = r->seq,
		.tid = t.tid,
		.point = PD_P_SWITCHED_IN };

	if (t.time != 0 && t.tid != 0)
		put_item(o, &i);
}
