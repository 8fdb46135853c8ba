/*
 * Samples.  The order of what a sample holds is not that of the bits that ask
 * for it: it is that of perf_output_sample() in kernel/events/core.c, which is
 * also what tools/perf/util/evsel.c reads.
 */
#include "perf_data_sample.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"

/* Bits that nothing before CALLCHAIN or RAW depends on. */
#define BRANCH_HW_INDEX (UINT64_C(1) << 17)
#define READ_ENABLED    (UINT64_C(1) << 0)
#define READ_RUNNING    (UINT64_C(1) << 1)
#define READ_ID         (UINT64_C(1) << 2)
#define READ_GROUP      (UINT64_C(1) << 3)

enum {
	HINTS = 1 << 10,
	X86_IP = 8,
	ARM64_PC = 32,
	BEGUN = 16 /* samples that wait for memory; a power of two */
};

/* What a thread was called when last asked. */
struct track_hint {
	uint32_t pid, tid;
	ws_id comm, track;
};

/* The last count of an event in a thread. */
struct count_key {
	uint64_t id;
	uint32_t tid, zero;
};

/* A sample whose chain is being looked up.  A recording has millions of chains
 * that are found in no order: each look-up would wait for memory, so that some
 * are on their way at once. */
struct begun {
	struct pd_sample s;
	struct ws_event ev;
	struct pd_chain chain;
};

struct samples {
	struct pd_taker to; /* first: samples are found from it */
	struct pd *d;
	struct pd_defer *defer;
	struct pd_stacks *stacks;
	struct track_hint hint[HINTS];
	struct ws_htab *counted;
	uint64_t *last; /* by index of count_key */
	size_t cap_last;
	uint64_t bad;
	uint64_t bad_off;
	struct pd_order *order; /* NULL when no tracepoint is of use */
	struct begun begun[BEGUN];
	unsigned first, n_begun;
};

static unsigned
n_bits(uint64_t x)
{
	unsigned n = 0;

	for (; x != 0; x &= x - 1)
		n++;
	return n;
}

static struct pd_in
read_counts(struct pd_in *in, uint64_t format)
{
	struct pd_in counts = *in;
	unsigned times = n_bits(format & (READ_ENABLED | READ_RUNNING)),
		 more = n_bits(format & (READ_ID | PD_READ_LOST));
	uint64_t n;

	if (format & READ_GROUP) {
		n = pd_u64(in);
		pd_skip_items(in, times, 8);
		pd_skip_items(in, n, 8 + 8 * (uint64_t)more);
	} else {
		pd_skip_items(in, 1 + times + more, 8);
	}
	counts.end = in->p;
	return counts;
}

static void
skip_branches(struct pd_in *in, uint64_t type)
{
	uint64_t n = pd_u64(in);

	if (type & BRANCH_HW_INDEX)
		pd_u64(in);
	pd_skip_items(in, n, 24);
}

/* The instruction pointer of user registers, on machines where its place is
 * known by how many registers there are and which bit is asked for. */
static uint64_t
read_registers(struct pd *d, struct pd_in *in, uint64_t mask)
{
	struct pd_in regs;
	struct ws_sv arch = ws_dict_text(d->sink->dict, d->about.arch);
	unsigned ip = ws_sv_is(arch, "x86_64")    ? X86_IP
		      : ws_sv_is(arch, "aarch64") ? ARM64_PC
						  : 64;

	if (pd_u64(in) == 0)
		return 0;
	regs = *in;
	pd_skip_items(in, n_bits(mask), 8);
	if (in->bad || ip > 63 || !(mask >> ip & 1))
		return 0;
	pd_skip_items(&regs, n_bits(mask & ((UINT64_C(1) << ip) - 1)), 8);
	return pd_u64(&regs);
}

/* What comes after the call chain; the rest of the record is not needed. */
static void
read_rest(struct pd *d, struct pd_in *in, struct pd_sample *s)
{
	const struct pd_attr *a = s->attr;
	uint64_t type = a->sample_type;

	if (type & PD_RAW)
		s->raw = pd_sub(in, pd_u32(in));
	if (type & PD_BRANCH)
		skip_branches(in, a->branch_type);
	if (type & PD_REGS_USER)
		s->user_ip = read_registers(d, in, a->regs_user);
	if (type & PD_STACK_USER)
		d->user_stacks += pd_u64(in) != 0;
}

bool
pd_sample_read(struct pd *d, const struct pd_rec *r, struct pd_sample *s)
{
	struct pd_in in = pd_body(d, r);
	uint64_t type, id = 0;

	*s = (struct pd_sample){ .off = r->off, .seq = r->seq };
	if (d->id_at >= 0 && r->n >= 8 * ((size_t)d->id_at + 1))
		id = pd_load64(r->p + 8 * (size_t)d->id_at, d->big);
	s->attr = pd_attr_of(d, id);
	if (s->attr == NULL)
		return false;
	type = s->attr->sample_type;
	s->mode = r->misc & PD_MISC_CPUMODE;
	if (type & PD_IDENTIFIER)
		pd_u64(&in);
	if (type & PD_IP)
		s->ip = pd_u64(&in);
	if (type & PD_TID) {
		s->pid = pd_u32(&in);
		s->tid = pd_u32(&in);
	}
	if (type & PD_TIME)
		s->time = pd_u64(&in);
	pd_skip(
	    &in, 8 * n_bits(type & (PD_ADDR | PD_ID | PD_STREAM_ID | PD_CPU)));
	s->period = type & PD_PERIOD ? pd_u64(&in) : s->attr->period;
	if (type & PD_READ)
		s->read = read_counts(&in, s->attr->read_format);
	if (type & PD_CALLCHAIN) {
		uint64_t n = pd_u64(&in);

		s->chain = in;
		pd_skip_items(&in, n, 8);
		s->chain.end = in.p;
	}
	if (type & (PD_RAW | PD_REGS_USER | PD_STACK_USER))
		read_rest(d, &in, s);
	return !in.bad;
}

ws_id
pd_track(struct pd *d, uint32_t pid, uint32_t tid, ws_id comm)
{
	struct ws_buf b = { 0 };
	ws_id track;

	ws_buf_printf(&b, "%" PRId32 "/%" PRId32, (int32_t)pid, (int32_t)tid);
	if (comm != 0) {
		ws_buf_putc(&b, ' ');
		ws_buf_putsv(&b, ws_dict_text(d->sink->dict, comm));
	}
	track = ws_dict_str(d->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return track;
}

static ws_id
track_of(struct samples *w, const struct pd_sample *s)
{
	struct pd *d = w->d;
	ws_id comm;
	struct track_hint *h = &w->hint[(s->tid ^ s->tid >> 10) % HINTS];

	if (!(s->attr->sample_type & PD_TID))
		return 0;
	comm = pd_maps_comm(d->maps, s->tid, d->has_time ? s->time : s->seq);
	if (h->track != 0 && h->pid == s->pid && h->tid == s->tid &&
	    h->comm == comm)
		return h->track;
	*h = (struct track_hint){ s->pid, s->tid, comm,
		pd_track(d, s->pid, s->tid, comm) };
	return h->track;
}

static void
note_time(struct pd *d, uint64_t time)
{
	int64_t t = (int64_t)(time & INT64_MAX);

	if (d->first == WS_T_NONE || t < d->first)
		d->first = t;
	if (d->last == WS_T_NONE || t > d->last)
		d->last = t;
}

static void
put(struct samples *w, struct ws_event *ev, struct pd_attr *a, uint64_t period)
{
	ev->name = a->series;
	ev->unit = a->unit;
	ev->value = (double)period;
	a->samples++;
	ws_batch_put(&w->d->out, ev);
}

/* What was counted since the thread's last sample of the event. */
static uint64_t
delta(struct samples *w, uint64_t id, uint32_t tid, uint64_t count)
{
	struct count_key key = { id, tid, 0 };
	bool is_new;
	uint32_t i = ws_htab_put(w->counted, &key, sizeof(key), &is_new);
	uint64_t was;

	if (is_new) {
		w->last = ws_grow(
		    w->last, &w->cap_last, (size_t)i + 1, sizeof(*w->last));
		w->last[i] = 0;
	}
	was = w->last[i];
	w->last[i] = count;
	return count >= was ? count - was : count;
}

/* Counts are running totals: a sample is one of every event in the group that
 * counted something since. */
static void
put_counts(struct samples *w, const struct pd_sample *s, struct ws_event *ev)
{
	uint64_t format = s->attr->read_format, n = 1, count, id, part;
	struct pd_in in = s->read;

	if (format & READ_GROUP) {
		n = pd_u64(&in);
		pd_skip_items(
		    &in, n_bits(format & (READ_ENABLED | READ_RUNNING)), 8);
	}
	while (n-- > 0 && !in.bad) {
		count = pd_u64(&in);
		if (!(format & READ_GROUP))
			pd_skip_items(&in,
			    n_bits(format & (READ_ENABLED | READ_RUNNING)), 8);
		id = format & READ_ID ? pd_u64(&in) : 0;
		if (format & PD_READ_LOST)
			pd_u64(&in);
		part = in.bad ? 0 : delta(w, id, s->tid, count);
		if (part != 0)
			put(w, ev, pd_attr_of(w->d, id), part);
	}
}

static void
put_sample(struct samples *w, const struct pd_sample *s, struct ws_event *ev)
{
	ev->track = track_of(w, s);
	if (pd_left(&s->read) > 0)
		put_counts(w, s, ev);
	else
		put(w, ev, s->attr, s->period);
	if (s->attr->point != PD_P_NONE && w->order != NULL)
		pd_order_put(w->order, s, ev->stack, ev->track);
}

/* Ends the first n of the samples that were begun. */
static void
end_samples(struct samples *w, unsigned n)
{
	struct begun *b;

	for (; n > 0; n--) {
		b = &w->begun[w->first++ % BEGUN];
		w->n_begun--;
		b->ev.stack = pd_stack_of(w->stacks, &b->chain);
		put_sample(w, &b->s, &b->ev);
	}
}

/* A sample with all of its chain, whose bytes will not stay. */
static void
take_whole(struct pd_taker *to, const struct pd_sample *s, struct ws_event *ev)
{
	struct samples *w = (struct samples *)to;
	struct pd_chain chain = pd_chain_of(w->stacks, s);

	ev->stack = pd_stack_of(w->stacks, &chain);
	put_sample(w, s, ev);
}

static void
take_sample(struct samples *w, const struct pd_rec *r)
{
	struct pd *d = w->d;
	struct begun *b;

	if (w->n_begun == BEGUN)
		end_samples(w, 1);
	b = &w->begun[(w->first + w->n_begun) % BEGUN];
	b->ev = WS_EVENT(WS_EV_SAMPLE);
	if (!pd_sample_read(d, r, &b->s)) {
		if (w->bad++ == 0)
			w->bad_off = r->off;
		return;
	}
	if (b->s.attr->sample_type & PD_TIME) {
		b->ev.t = (int64_t)(b->s.time & INT64_MAX);
		note_time(d, b->s.time);
	}
	b->ev.clock = d->clock;
	if (pd_defer_put(w->defer, &b->s, &b->ev))
		return;
	if (r->is_packed) {
		take_whole(&w->to, &b->s, &b->ev);
		return;
	}
	b->chain = pd_chain_of(w->stacks, &b->s);
	w->n_begun++;
}

static void
visit(struct pd *d, const struct pd_rec *r)
{
	struct samples *w = d->samples;

	if (r->type == PD_R_SAMPLE) {
		take_sample(w, r);
		return;
	}
	end_samples(w, w->n_begun);
	if (r->type == PD_R_DEFERRED)
		pd_defer_chain(w->defer, r);
	else if (w->order == NULL)
		return;
	else if (r->type == PD_R_FINISHED_ROUND)
		pd_order_round(w->order);
	else if ((r->type == PD_R_SWITCH || r->type == PD_R_SWITCH_CPU_WIDE) &&
		 !(r->misc & PD_MISC_DATA))
		pd_order_in(w->order, r);
}

static bool
has_points(const struct pd *d)
{
	for (size_t i = 0; i < d->n_attr; i++)
		if (d->attr[i].point != PD_P_NONE)
			return true;
	return false;
}

void
pd_samples(struct pd *d)
{
	struct samples *w = ws_alloc(sizeof(*w));

	w->to.take = take_whole;
	w->d = d;
	w->defer = pd_defer_new(d, &w->to);
	w->stacks = pd_stacks_new(d);
	w->counted = ws_htab_new();
	if (has_points(d) && d->has_time)
		w->order = pd_order_new(d);
	d->samples = w;
	pd_walk(d, false, visit);
	end_samples(w, w->n_begun);
	pd_defer_finish(w->defer);
	if (w->order != NULL)
		pd_order_finish(w->order);
	d->samples = NULL;
	if (w->bad > 0)
		pd_fault(d, w->bad_off,
		    "%" PRIu64 " samples are shorter than what they hold",
		    w->bad);
	d->bad_samples = w->bad;
	pd_defer_free(w->defer);
	pd_order_free(w->order);
	pd_stacks_free(w->stacks);
	ws_htab_free(w->counted);
	free(w->last);
	free(w);
}
