/*
 * The second pass over an old Go execution trace.  The records of one P are in
 * order; those of all Ps are merged by what each needs its goroutine to be,
 * and among those that may come next by time.  Sequence numbers tell one
 * unblocking of a goroutine from another, the clocks of CPUs may disagree.
 *
 * In header 5 every record has its place in one sequence over all Ps, which
 * then stands for the time.
 *
 * Traces that make no sense are read too: callbacks from threads of C came
 * without a beginning before Go 1.20, and bytes get lost.  A record that
 * waits for what does not come is let through as if it had come.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "go_trace_v1.h"

enum { DEAD, RUNNABLE, RUNNING, WAITING };

enum { AWAITED = 1 }; /* flag of a goroutine: a stream is parked on it */

/* How far the clocks of CPUs may disagree: 10 ms, in ticks when the rate is
 * not known at the rate of most machines. */
enum { SLACK_TICKS = 1 << 19, SLACKS_A_SECOND = 100 };

/* Tries of parked heads in vain, for each event and some, after which a file
 * was made to be slow: from there on time alone is the order. */
enum { TRIES_AN_EVENT = 64, TRIES_FREE = 1 << 16 };

struct order {
	struct v1 *v;
	struct v1_stream **ready; /* a heap */
	size_t n_ready;
	struct v1_stream **parked;
	size_t n_parked;
	uint64_t oldest; /* no parked head has a lower key */
	uint64_t slack, rank;
	uint64_t events, tries;
	bool forced; /* ready heads may not be so any more */
	bool blind;  /* time is the order */
};

/* What an event needs of its goroutine, and makes of it. */
struct step {
	uint64_t g;
	uint64_t seq;
	bool any; /* whatever its sequence number is */
	uint8_t from, to, add;
};

static struct v1_event *
head_of(struct v1_stream *s)
{
	return &s->ev[s->at];
}

/* False when the event may come at any time. */
static bool
step_of(const struct v1_event *e, struct step *n)
{
	*n = (struct step){ .g = e->g, .any = true };
	switch ((enum v1_type)e->type) {
	case V1_CREATE:
		*n = (struct step){ e->a[0], 0, false, DEAD, RUNNABLE, 1 };
		break;
	case V1_WAITING:
	case V1_IN_CALL:
		*n = (struct step){ e->g, 1, false, RUNNABLE, WAITING, 1 };
		break;
	case V1_START:
	case V1_START_LABEL:
		*n =
		    (struct step){ e->g, e->a[1], false, RUNNABLE, RUNNING, 1 };
		break;
	case V1_START_LOCAL:
		*n = (struct step){ e->g, 0, true, RUNNABLE, RUNNING, 1 };
		break;
	case V1_UNBLOCK:
	case V1_CALL_EXIT:
		*n = (struct step){ e->a[0], e->a[1], false, WAITING, RUNNABLE,
			1 };
		break;
	case V1_UNBLOCK_LOCAL:
	case V1_EXIT_LOCAL:
		*n = (struct step){ e->a[0], 0, true, WAITING, RUNNABLE, 1 };
		break;
	case V1_SCHED:
	case V1_PREEMPT:
		*n = (struct step){ e->g, 0, true, RUNNING, RUNNABLE, 0 };
		break;
	case V1_SLEEP:
	case V1_BLOCK:
	case V1_BLOCK_SEND:
	case V1_BLOCK_RECV:
	case V1_BLOCK_SELECT:
	case V1_BLOCK_SYNC:
	case V1_BLOCK_COND:
	case V1_BLOCK_NET:
	case V1_BLOCK_GC:
	case V1_CALL_LOST:
		*n = (struct step){ e->g, 0, true, RUNNING, WAITING, 0 };
		break;
	default:
		return false;
	}
	return n->g != 0;
}

static bool
is_ready(const struct order *o, const struct v1_event *e)
{
	struct v1 *v = o->v;
	const struct ws_gt_go *g;
	struct step n;

	if (o->blind)
		return true;
	if (e->type == V1_GC_START)
		return e->a[0] == v->gc_seq;
	if (!step_of(e, &n))
		return true;
	g = ws_gt_find(v->m, n.g);
	if (g == NULL)
		return n.from == DEAD;
	return g->status == n.from && (n.any || g->seq == n.seq);
}

static bool
sooner(const struct v1_stream *a, const struct v1_stream *b)
{
	uint64_t ka = a->ev[a->at].key, kb = b->ev[b->at].key;

	return ka != kb ? ka < kb : a->rank < b->rank;
}

static void
push(struct order *o, struct v1_stream *s)
{
	size_t i = o->n_ready++, up;

	s->rank = o->rank++;
	for (; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!sooner(s, o->ready[up]))
			break;
		o->ready[i] = o->ready[up];
	}
	o->ready[i] = s;
}

static struct v1_stream *
pop(struct order *o)
{
	struct v1_stream *top = o->ready[0], *s = o->ready[--o->n_ready];
	size_t i = 0, down;

	while ((down = 2 * i + 1) < o->n_ready) {
		if (down + 1 < o->n_ready &&
		    sooner(o->ready[down + 1], o->ready[down]))
			down++;
		if (!sooner(o->ready[down], s))
			break;
		o->ready[i] = o->ready[down];
		i = down;
	}
	o->ready[i] = s;
	return top;
}

static void
park(struct order *o, struct v1_stream *s)
{
	const struct v1_event *e = head_of(s);
	struct step n;

	if (e->type == V1_GC_START)
		o->v->gc_awaited = true;
	else if (step_of(e, &n))
		ws_gt_get(o->v->m, n.g)->flags |= AWAITED;
	if (o->n_parked == 0 || e->key < o->oldest)
		o->oldest = e->key;
	o->parked[o->n_parked++] = s;
}

static void
place(struct order *o, struct v1_stream *s)
{
	if (is_ready(o, head_of(s)))
		push(o, s);
	else
		park(o, s);
}

static void
count_tries(struct order *o, size_t n)
{
	o->tries += n;
	if (o->blind || o->tries / TRIES_AN_EVENT <= TRIES_FREE + o->events)
		return;
	o->blind = true;
	v1_fault(o->v, V1_F_DISORDER, head_of(o->parked[0])->off);
}

/* Something that parked heads wait for has come: tries them all. */
static void
wake(struct order *o)
{
	size_t n = o->n_parked;

	count_tries(o, n);
	o->n_parked = 0;
	for (size_t i = 0; i < n; i++)
		place(o, o->parked[i]);
}

/* What the event makes of its goroutine. */
static void
advance(struct order *o, const struct v1_event *e)
{
	struct v1 *v = o->v;
	struct ws_gt_go *g;
	struct step n;
	bool awaited;

	o->events++;
	if (o->blind)
		return;
	if (e->type == V1_GC_START) {
		v->gc_seq = e->a[0] + 1;
		awaited = v->gc_awaited;
		v->gc_awaited = false;
	} else if (step_of(e, &n)) {
		g = ws_gt_get(v->m, n.g);
		g->seq = (n.any ? g->seq : n.seq) + n.add;
		g->status = n.to;
		awaited = g->flags & AWAITED;
		g->flags &= (uint8_t)~AWAITED;
	} else {
		return;
	}
	if (awaited)
		wake(o);
}

/* The stream whose parked head is the oldest; parked ones are few. */
static size_t
find_oldest(struct order *o)
{
	size_t at = 0;

	for (size_t i = 1; i < o->n_parked; i++)
		if (head_of(o->parked[i])->key < head_of(o->parked[at])->key)
			at = i;
	o->oldest = head_of(o->parked[at])->key;
	return at;
}

/*
 * The head of a parked stream, against what it needs, once it is older than
 * all that is ready by more than clocks disagree; or NULL.
 */
static struct v1_stream *
force(struct order *o)
{
	struct v1_stream *s;
	uint64_t limit = UINT64_MAX;
	size_t at;

	if (o->n_ready > 0)
		limit = head_of(o->ready[0])->key;
	if (o->n_parked == 0 ||
	    (limit != UINT64_MAX &&
		(limit < o->slack || o->oldest >= limit - o->slack)))
		return NULL;
	count_tries(o, o->n_parked);
	at = find_oldest(o);
	if (limit != UINT64_MAX && o->oldest >= limit - o->slack)
		return NULL;
	s = o->parked[at];
	o->parked[at] = o->parked[--o->n_parked];
	o->forced = true;
	v1_fault(o->v, V1_F_DISORDER, head_of(s)->off);
	return s;
}

static struct v1_stream *
pick(struct order *o)
{
	struct v1_stream *s;

	for (;;) {
		s = force(o);
		if (s != NULL || o->n_ready == 0)
			return s;
		s = pop(o);
		if (!o->forced || is_ready(o, head_of(s)))
			return s;
		park(o, s);
	}
}

static void
decode(struct v1 *v, struct v1_stream *s, const struct v1_record *r)
{
	struct v1_event *e = head_of(s);
	const struct v1_kind *k = &v1_kinds[r->type];
	unsigned n = r->n, lead = v->wire.lead;

	s->ticks = (int64_t)((uint64_t)s->ticks + r->a[lead - 1]);
	e->stack = k->flags & V1_STK ? v1_stack(v, r->a[--n], r->off) : 0;
	for (unsigned i = 0; i < 4; i++)
		e->a[i] = lead + i < n ? r->a[lead + i] : 0;
	e->type = r->type;
	e->off = r->off;
	e->text = r->text;
	e->ticks = s->ticks;
	e->key = (uint64_t)s->ticks - (uint64_t)v->min;
	if (v->wire.version < 7)
		e->key = s->seq += r->a[0];
	e->p = s->id;
	e->g = k->flags & V1_OWN ? e->a[0] : s->g;
	if (r->type == V1_START || r->type == V1_START_LOCAL ||
	    r->type == V1_START_LABEL)
		s->g = e->a[0];
	else if (k->flags & V1_LEAVES)
		s->g = 0;
}

static bool
next_batch(struct v1 *v, struct v1_stream *s)
{
	const struct v1_batch *b;
	struct v1_record r;

	if (s->next == 0)
		return false;
	b = &v->batch[s->next - 1];
	s->next = b->next;
	s->torn = b->torn;
	v1_done(v, v->behind, b->off);
	v->behind = b->off > v->behind ? b->off : v->behind;
	s->cur = v1_window(v, b->off, b->end);
	v1_read(&v->wire, &s->cur, &r);
	s->ticks = (int64_t)r.a[v->wire.lead];
	s->seq = r.a[1];
	return true;
}

/* What is missing behind the last record: its goroutine may be anything. */
static void
put_gap(struct v1_stream *s)
{
	struct v1_event *e = head_of(s);
	uint64_t key = s->ev[!s->at].key;

	*e = (struct v1_event){ .type = V1_NONE,
		.ticks = s->ticks,
		.key = key,
		.p = s->id,
		.g = s->g };
	s->g = 0;
	s->torn = false;
}

static bool
is_table(uint8_t type)
{
	return v1_kinds[type].flags & V1_PLAIN;
}

/* Makes the next event the head; CPU samples need no order and go at once. */
static void
fill(struct v1 *v, struct v1_stream *s)
{
	struct v1_record r;

	s->at = !s->at;
	s->live = true;
	do {
		while (ws_cur_left(&s->cur) > 0) {
			if (!v1_read(&v->wire, &s->cur, &r) || is_table(r.type))
				continue;
			decode(v, s, &r);
			if (r.type != V1_SAMPLE)
				return;
			v1_emit_sample(v, head_of(s));
		}
		if (s->torn) {
			put_gap(s);
			return;
		}
	} while (next_batch(v, s));
	s->live = false;
}

static void
start(struct order *o)
{
	struct v1 *v = o->v;

	for (size_t i = 0; i < v->n_streams; i++) {
		struct v1_stream *s = v->stream[i];

		s->next = s->first;
		ws_cur_init(&s->cur, "", 0, 0);
		fill(v, s);
		if (s->live)
			place(o, s);
	}
}

void
v1_order(struct v1 *v)
{
	struct order o = {
		.v = v, .slack = SLACK_TICKS, .blind = v->wire.version < 7
	};
	struct v1_stream *s;
	struct v1_event *e;

	o.ready = ws_alloc_array(v->n_streams + 1, sizeof(struct v1_stream *));
	o.parked = ws_alloc_array(v->n_streams + 1, sizeof(struct v1_stream *));
	if (v->freq > 0)
		o.slack = v->freq / SLACKS_A_SECOND;
	start(&o);
	while (v->m->out.status == WS_OK && (s = pick(&o)) != NULL) {
		e = head_of(s);
		advance(&o, e);
		fill(v, s);
		if (s->live)
			place(&o, s);
		v1_emit(v, e, s->live ? head_of(s) : NULL);
	}
	free(o.ready);
	free(o.parked);
}
