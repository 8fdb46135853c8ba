/*
 * Tracepoints of a recording, read and put in the order of time, for
 * perf_waits.c to make pairs of.  Pairs span CPUs, whose buffers come one after
 * the other in the file, so what is of interest waits in a queue until the round
 * after its own has ended; then nothing older can come (perf's FINISHED_ROUND).
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "perf_data_sample.h"
#include "perf_waits.h"

enum {
	FIELDS = 3,
	QUEUE_MAX = 1 << 20 /* without rounds, the older half is taken */
};

/* Which fields of a tracepoint are read, and where they are in recordings that
 * do not describe them: 64-bit kernels of 4.x to 6.18.  Of an array the second
 * is read. */
static const struct wanted {
	const char *name[FIELDS];

	struct {
		uint32_t off, size;
	} at[FIELDS];
} wanted[] = {
	[PD_P_SWITCH] = { { "prev_pid", "next_pid", "prev_state" },
	    { { 24, 4 }, { 56, 4 }, { 32, 8 } } },
	[PD_P_WAKEUP] = { { "pid" }, { { 24, 4 } } },
	[PD_P_SYS_ENTER] = { { NULL }, { { 0, 0 } } },
	[PD_P_SYS_EXIT] = { { NULL }, { { 0, 0 } } },
	[PD_P_FUTEX] = { { "op" }, { { 24, 8 } } },
	[PD_P_RAW_SYS_ENTER] = { { "id", "args" }, { { 8, 8 }, { 16, 48 } } },
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
	ws_id stack, track;
	const struct pd_attr *attr; /* NULL of SWITCHED_IN */
	uint8_t point;
};

struct pd_order {
	struct pd *d;
	struct ws_perf_waits *waits;
	struct item *item;
	size_t n, cap;
	uint64_t newest, limit; /* of this round, of the one before */
};

struct pd_order *
pd_order_new(struct pd *d)
{
	struct pd_order *o = ws_alloc(sizeof(*o));

	o->d = d;
	o->waits = ws_perf_waits_new(&d->out, d->clock);
	return o;
}

void
pd_order_free(struct pd_order *o)
{
	if (o == NULL)
		return;
	ws_perf_waits_free(o->waits);
	free(o->item);
	free(o);
}

/* The letter of a state as the tracepoint prints it; of several the first. */
static char
state_of(uint64_t bits)
{
	static const char letter[] = "SDTtXZPI";

	for (size_t i = 0; i < sizeof(letter) - 1; i++)
		if (bits >> i & 1)
			return letter[i];
	return 'R';
}

static void
take_wakeup(
    struct pd_order *o, const struct item *i, const struct ws_perf_at *at)
{
	struct pd_maps *maps = o->d->maps;
	uint32_t tid = (uint32_t)i->field[0];
	ws_id peer = ws_perf_waits_track(o->waits, tid);

	if (peer == 0)
		peer = pd_track(o->d, pd_maps_pid(maps, tid), tid,
		    pd_maps_comm(maps, tid, i->time));
	ws_perf_waits_wakeup(o->waits, at, tid, peer);
}

static void
take_raw(struct pd_order *o, const struct item *i, const struct ws_perf_at *at)
{
	struct ws_dict *dict = o->d->sink->dict;
	struct ws_perf_call call = ws_perf_call_nr(
	    dict, i->field[0], ws_dict_text(dict, o->d->about.arch));

	if (call.name == 0)
		return;
	if (i->point == PD_P_RAW_SYS_EXIT)
		ws_perf_waits_exit(o->waits, at, &call);
	else
		ws_perf_waits_enter(o->waits, at, &call,
		    call.is_futex && ws_perf_futex_waits(i->field[1]));
}

static ws_id
device_of(struct pd_order *o, uint64_t dev)
{
	enum { MINOR_BITS = 20 };
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_printf(&b, "%" PRIu64 ",%" PRIu64, dev >> MINOR_BITS,
	    dev & ((1u << MINOR_BITS) - 1));
	id = ws_dict_str(o->d->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

static void
take_switch(
    struct pd_order *o, const struct item *i, const struct ws_perf_at *at)
{
	struct ws_perf_at prev = *at;

	prev.tid = (uint32_t)i->field[0];
	ws_perf_waits_switch(
	    o->waits, &prev, state_of(i->field[2]), (uint32_t)i->field[1]);
}

static void
take_item(struct pd_order *o, const struct item *i)
{
	const struct ws_perf_at at = { (int64_t)i->time, i->tid, i->track,
		i->stack };

	switch (i->point) {
	case PD_P_SWITCH:
		take_switch(o, i, &at);
		break;
	case PD_P_SWITCHED_IN:
		ws_perf_waits_in(o->waits, at.t, at.tid);
		break;
	case PD_P_WAKEUP:
		take_wakeup(o, i, &at);
		break;
	case PD_P_FUTEX:
		ws_perf_waits_enter(o->waits, &at, &i->attr->call,
		    ws_perf_futex_waits(i->field[0]));
		break;
	case PD_P_SYS_ENTER:
		ws_perf_waits_enter(o->waits, &at, &i->attr->call, false);
		break;
	case PD_P_SYS_EXIT:
		ws_perf_waits_exit(o->waits, &at, &i->attr->call);
		break;
	case PD_P_RAW_SYS_ENTER:
	case PD_P_RAW_SYS_EXIT:
		take_raw(o, i, &at);
		break;
	case PD_P_BLOCK_ISSUE:
		ws_perf_waits_issue(
		    o->waits, &at, device_of(o, i->field[0]), i->field[1]);
		break;
	case PD_P_BLOCK_COMPLETE:
		ws_perf_waits_complete(
		    o->waits, at.t, device_of(o, i->field[0]), i->field[1]);
		break;
	case PD_P_LOCK_BEGIN:
		ws_perf_waits_lock(o->waits, &at, i->field[0]);
		break;
	default:
		ws_perf_waits_locked(o->waits, &at, i->field[0]);
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
	enum { ARGS = 6 }; /* of a system call */

	size_t n = pd_left(&s->raw);
	const unsigned char *p = s->raw.p;

	if (off <= n && (size == 4 * ARGS || size == 8 * ARGS)) {
		size /= ARGS;
		off += size;
	}
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
		.attr = s->attr,
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
