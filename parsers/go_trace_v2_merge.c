/*
 * The events of a generation of a v2 execution trace, in their order: by time
 * between threads, but where an event has to wait for another thread's (clocks
 * of CPUs differ), the others go first.  When that leads nowhere the rest of
 * the generation is taken by time alone, and the next one begins anew.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "go_trace_v2.h"

enum {
	NS_PER_UNIT = 64,              /* on all systems with a fine clock */
	FAST = 1 + (1 + V2_ARGS) * 10, /* bytes no event is longer than */
	SCANS_FREE = 1 << 20,          /* out of turn, and how many per event */
	SCANS_PER_EVENT = 32
};

void
v2_forget(struct v2 *v)
{
	ws_gt_reset(v->m);
	ws_gt_table_clear(&v->threads);
	v->gc = V2_GC_ANY;
	v->initial = 0;
	v->last = INT64_MIN;
}

/* One event at c->p, byte by byte: what the fast way leaves. */
static bool
decode(const struct v2 *v, struct v2_cursor *c)
{
	const struct v2_event *e = &v2_events[*c->p];
	const unsigned char *p = c->p + 1;
	uint64_t dt;
	bool good = true;

	c->at = c->p;
	c->type = *c->p;
	if (e->take == NULL)
		return false;
	for (unsigned i = 0; i <= e->args && good; i++)
		good = v2_uleb(&p, c->end, &c->number[i]);
	c->p = p;
	dt = c->number[0];
	if (!good || dt > v->dt_max)
		return false;
	c->ts += (int64_t)((double)dt * v->ns);
	return c->ts < c->limit;
}

/* Whether there is an event at c->p, sound and not at the end of a batch; if
 * so it is decoded. */
static inline bool
decode_fast(const struct v2 *v, struct v2_cursor *c)
{
	const unsigned char *p = c->p;
	const struct v2_event *e;
	int64_t ts;

	if (ws_unlikely(c->end - p < FAST))
		return false;
	e = &v2_events[*p++];
	if (ws_unlikely(e->take == NULL))
		return false;
	for (unsigned i = 0; i <= e->args; i++) {
		p = v2_number(p, &c->number[i]);
		if (ws_unlikely(p == NULL))
			return false;
	}
	if (ws_unlikely(c->number[0] > v->dt_max))
		return false;
	ts = c->ts + (int64_t)((double)(int64_t)c->number[0] * v->ns);
	if (ws_unlikely(ts >= c->limit))
		return false;
	c->ts = ts;
	c->type = *c->p;
	c->at = c->p;
	c->p = p;
	return true;
}

static bool
next_batch(const struct v2 *v, struct v2_cursor *c)
{
	const struct v2_batch *b;

	c->batch = c->batch == 0 ? c->first : v->batch[c->batch - 1].next;
	if (c->batch == 0)
		return false;
	b = &v->batch[c->batch - 1];
	c->p = b->p;
	c->end = b->end;
	c->ts = (int64_t)((double)b->time * v->ns);
	c->limit = c->ts + (int64_t)V2_JUMP_NS;
	return true;
}

static void
drop_rest(struct v2 *v, struct v2_cursor *c)
{
	if (!v->batch[c->batch - 1].cut)
		ws_gt_fault(v->m, v2_off(v, c->at), (uint64_t)(c->end - c->at),
		    "wanted an event, found type %u and what follows; the rest "
		    "of its batch is left out",
		    c->type);
	v2_lose(v, c->thread);
	c->p = c->end;
}

static bool
next_of_all(struct v2 *v, struct v2_cursor *c)
{
	for (;;) {
		while (ws_unlikely(c->p == c->end))
			if (!next_batch(v, c))
				return false;
		if (ws_likely(decode(v, c)))
			return true;
		drop_rest(v, c);
	}
}

/* Decodes the thread's next event; false when there is none. */
static inline bool
next_event(struct v2 *v, struct v2_cursor *c)
{
	return ws_likely(decode_fast(v, c)) || next_of_all(v, c);
}

static bool
before(const struct v2_cursor *a, const struct v2_cursor *b)
{
	return a->ts < b->ts || (a->ts == b->ts && a < b);
}

static void
sift_down(struct v2 *v, size_t i)
{
	struct v2_cursor **h = v->heap, *c = h[i];

	for (;;) {
		size_t kid = 2 * i + 1;

		if (kid >= v->n_heap)
			break;
		if (kid + 1 < v->n_heap && before(h[kid + 1], h[kid]))
			kid++;
		if (before(c, h[kid]))
			break;
		h[i] = h[kid];
		i = kid;
	}
	h[i] = c;
}

static void
take_up(struct v2 *v, struct v2_cursor *c)
{
	v->c = c;
	v->thread = c->thread;
}

static inline enum v2_step
try_event(struct v2 *v)
{
	const struct v2_cursor *c = v->c;
	enum v2_step step = v2_events[c->type].take(v, c->number + 1);

	if (ws_likely(step == V2_DONE)) {
		v->counts[c->type]++;
		v->events++;
	}
	return step;
}

static void
break_order(struct v2 *v, const struct v2_cursor *c)
{
	v->lax = true;
	ws_gt_fault(v->m, v2_off(v, c->at), 0,
	    "%s contradicts the events before it; the rest of generation "
	    "%" PRIu64 " is ordered by time alone",
	    v2_events[c->type].name, v->gen);
}

static int
by_time(const void *a, const void *b)
{
	const struct v2_cursor *x = *(struct v2_cursor *const *)a;
	const struct v2_cursor *y = *(struct v2_cursor *const *)b;

	return before(x, y) ? -1 : before(y, x);
}

static int
sample_by_time(const void *a, const void *b)
{
	const struct v2_sample *x = a, *y = b;

	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	if (x->g != y->g)
		return x->g < y->g ? -1 : 1;
	return x->stack < y->stack ? -1 : x->stack > y->stack;
}

static void
put_samples(struct v2 *v, int64_t until)
{
	while (v->sample_at < v->n_samples &&
	       v->samples[v->sample_at].ts <= until) {
		const struct v2_sample *s = &v->samples[v->sample_at++];

		ws_gt_sample(v->m, s->g, s->ts, v2_stack(v, s->stack));
		v->n_cpu++;
	}
}

/* The event of heap[i] is done: the next one, or away with the thread. */
static void
move_on(struct v2 *v, size_t i)
{
	if (!next_event(v, v->heap[i]))
		v->heap[i] = v->heap[--v->n_heap];
	if (i < v->n_heap)
		sift_down(v, i);
}

/* The first of all events is taken up, behind the samples before it; then it is
 * the turn of its thread until v->turn. */
static void
begin_turn(struct v2 *v)
{
	v->c = NULL;
	if (v->n_heap == 0)
		return;
	sift_down(v, 0);
	take_up(v, v->heap[0]);
	put_samples(v, v->heap[0]->ts);
	v->turn = v->sample_at < v->n_samples ? v->samples[v->sample_at].ts
					      : INT64_MAX;
	for (size_t i = 1; i < v->n_heap && i <= 2; i++)
		if (v->heap[i]->ts < v->turn)
			v->turn = v->heap[i]->ts;
}

/* Lets the first other thread go on whose event need not wait. */
static void
out_of_turn(struct v2 *v)
{
	const struct v2_cursor *head = v->heap[0];
	enum v2_step step = V2_WAIT;
	size_t i;

	v->scans += v->n_heap;
	if (v->scans < SCANS_FREE + SCANS_PER_EVENT * v->events) {
		qsort(v->heap, v->n_heap, sizeof(*v->heap), by_time);
		for (i = 1; i < v->n_heap && step == V2_WAIT; i++) {
			take_up(v, v->heap[i]);
			step = try_event(v);
		}
		if (step == V2_DONE)
			move_on(v, i - 1);
		else if (step == V2_BAD)
			head = v->heap[i - 1];
	}
	if (step != V2_DONE)
		break_order(v, head);
	begin_turn(v);
}

/* The first event of all is done; a thread mostly has many in its turn. */
static inline void
go_on(struct v2 *v)
{
	struct v2_cursor *c = v->c;

	if (ws_unlikely(!next_event(v, c)))
		v->heap[0] = v->heap[--v->n_heap];
	else if (ws_likely(c->ts < v->turn))
		return;
	begin_turn(v);
}

static void
skip(struct v2 *v)
{
	v->skipped++;
	move_on(v, 0);
	begin_turn(v);
}

static void
run(struct v2 *v)
{
	begin_turn(v);
	while (v->c != NULL && v->m->out.status == WS_OK) {
		enum v2_step step = try_event(v);

		if (ws_likely(step == V2_DONE))
			go_on(v);
		else if (v->lax)
			skip(v);
		else if (step == V2_WAIT)
			out_of_turn(v);
		else
			break_order(v, v->c);
	}
	put_samples(v, INT64_MAX);
}

static struct v2_cursor *
cursor_of(struct v2 *v, uint64_t id)
{
	struct v2_thread *m = ws_gt_table_get(&v->threads, id);
	struct v2_cursor *c;

	if (m->gen == v->ordinal)
		return &v->cursor[m->cursor];
	m->gen = v->ordinal;
	m->cursor = v->n_cursors;
	v->cursor = ws_grow(
	    v->cursor, &v->cap_cursors, v->n_cursors + 1, sizeof(*v->cursor));
	c = &v->cursor[v->n_cursors++];
	memset(c, 0, sizeof(*c));
	c->thread = id == V2_NO_THREAD ? NULL : m;
	return c;
}

static int
compare_times(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint64_t
median_time(const struct v2 *v)
{
	uint64_t *times = ws_alloc_array(v->n_batches, sizeof(*times)), t;

	for (size_t i = 0; i < v->n_batches; i++)
		times[i] = v->batch[i].time;
	qsort(times, v->n_batches, sizeof(*times), compare_times);
	t = times[v->n_batches / 2];
	free(times);
	return t;
}

/* Chains the batches of each thread, without those whose time is absurd. */
static void
group(struct v2 *v)
{
	double middle = (double)median_time(v) * v->ns;

	v->n_cursors = 0;
	for (size_t i = 0; i < v->n_batches; i++) {
		struct v2_batch *b = &v->batch[i];
		double d = (double)b->time * v->ns - middle;
		struct v2_cursor *c;

		if (middle > 4e18 || d > V2_JUMP_NS || d < -V2_JUMP_NS) {
			ws_gt_fault(v->m, v2_off(v, b->p),
			    (uint64_t)(b->end - b->p),
			    "the time of a batch is far from the others'");
			continue;
		}
		c = cursor_of(v, b->m);
		if (c->first == 0)
			c->first = (uint32_t)i + 1;
		else
			v->batch[c->last - 1].next = (uint32_t)i + 1;
		c->last = (uint32_t)i + 1;
	}
}

static void
fill_heap(struct v2 *v)
{
	v->heap = ws_grow(v->heap, &v->cap_heap, v->n_cursors + 1,
	    sizeof(struct v2_cursor *));
	v->n_heap = 0;
	for (size_t i = 0; i < v->n_cursors; i++)
		if (next_event(v, &v->cursor[i]))
			v->heap[v->n_heap++] = &v->cursor[i];
	qsort(v->heap, v->n_heap, sizeof(struct v2_cursor *), by_time);
}

static void
set_clock(struct v2 *v)
{
	struct ws_clock c = { .kind = WS_CLOCK_MONOTONIC, .ns_per_tick = 1 };

	if (v->has_clock)
		return;
	c.resolution = v->ns < 1 ? 1 : (uint64_t)v->ns;
	ws_gt_clock(v->m, &c);
	v->has_clock = true;
}

static void
set_unit(struct v2 *v)
{
	if (!v->has_frequency && (v->n_batches > 0 || v->n_samples > 0))
		ws_gt_fault(v->m, v2_off(v, v->gen_at), 0,
		    "generation %" PRIu64 " does not tell the unit of time; "
		    "%s",
		    v->gen,
		    v->frequency > 0 ? "that of the one before holds"
				     : "64 ns, the usual one, is taken");
	v->ns = v->frequency > 0 ? 1e9 / (double)v->frequency : NS_PER_UNIT;
	v->dt_max = (uint64_t)fmin(V2_JUMP_NS / v->ns, 9e18);
}

static void
order_samples(struct v2 *v)
{
	for (size_t i = 0; i < v->n_samples; i++) {
		double ns = (double)v->samples[i].ts * v->ns;

		v->samples[i].ts = ns < 4e18 ? (int64_t)ns : v->last;
	}
	if (v->n_samples > 1)
		qsort(v->samples, v->n_samples, sizeof(*v->samples),
		    sample_by_time);
}

static void
end_generation(struct v2 *v)
{
	if (v->bad_refs > 0)
		ws_gt_fault(v->m, v2_off(v, v->gen_at), 0,
		    "%" PRIu64 " strings and stacks are named that generation "
		    "%" PRIu64 " does not have",
		    v->bad_refs, v->gen);
	if (v->skipped > 0)
		ws_gt_fault(v->m, v2_off(v, v->gen_at), v->skipped,
		    "%" PRIu64 " events of generation %" PRIu64 " make no "
		    "sense in their place",
		    v->skipped, v->gen);
	if (v->lax)
		v2_forget(v);
	v->lax = false;
	v->skipped = 0;
}

void
v2_merge(struct v2 *v)
{
	set_unit(v);
	set_clock(v);
	order_samples(v);
	v->n_heap = 0;
	if (v->n_batches > 0) {
		group(v);
		fill_heap(v);
	}
	run(v);
	end_generation(v);
}
