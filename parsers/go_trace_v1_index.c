/* The first pass over an old Go execution trace: which records each P has,
 * and the tables, which come last in the file. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "go_trace_v1.h"

enum {
	HEADER = 16,
	PROCS_MAX = 1 << 12,
	SOUND_RECORDS = 8 /* behind a batch that is believed after damage */
};

/* What the pass knows at one place. */
struct pass {
	struct v1 *v;
	struct v1_batch *batch; /* the last one, or NULL */
	uint64_t batch_off;
	int64_t ticks;
	int64_t anchor; /* ticks of the last batch */
	bool anchored;
};

static struct v1_stream *
stream_of(struct v1 *v, uint64_t p)
{
	struct v1_stream *s = ws_gt_table_find(&v->streams, p);

	if (s != NULL)
		return s;
	s = ws_gt_table_get(&v->streams, p);
	v->stream = ws_grow(v->stream, &v->cap_streams, v->n_streams + 1,
	    sizeof(struct v1_stream *));
	v->stream[v->n_streams++] = s;
	return s;
}

static void
put_batch(struct pass *in, const struct v1_record *r, uint64_t end)
{
	struct v1 *v = in->v;
	struct v1_stream *s = stream_of(v, r->a[0]);
	struct v1_batch *b;

	v->batch =
	    ws_grow(v->batch, &v->cap_batches, v->n_batches + 1, sizeof(*b));
	b = &v->batch[v->n_batches++];
	*b = (struct v1_batch){ .off = r->off, .end = end };
	if (s->last > 0)
		v->batch[s->last - 1].next = (uint32_t)v->n_batches;
	else
		s->first = (uint32_t)v->n_batches;
	s->last = (uint32_t)v->n_batches;
	in->batch = b;
}

static int64_t
batch_ticks(const struct v1 *v, const struct v1_record *r)
{
	return (int64_t)r->a[v->wire.version < 7 ? 2 : 1];
}

static bool
is_sound_batch(const struct pass *in, const struct v1_record *r)
{
	bool is_proc = r->a[0] < PROCS_MAX || r->a[0] == UINT64_MAX;

	return is_proc && in->v->n_batches < UINT32_MAX &&
	       (!in->anchored || !v1_is_far(batch_ticks(in->v, r), in->anchor));
}

static void
take_string(struct v1 *v, const struct v1_record *r)
{
	struct v1_name *s = ws_gt_table_get(&v->strings, r->a[0]);

	if (s->is != 0)
		v1_fault(v, V1_F_TWICE, r->off);
	else
		s->is = ws_dict_str(v->m->dict, r->text);
}

/* Frames have strings, which may come later. */
static void
take_stack_record(struct v1 *v, const struct v1_record *r)
{
	v->stack_off = ws_grow(v->stack_off, &v->cap_stack_off,
	    v->n_stack_off + 1, sizeof(*v->stack_off));
	v->stack_off[v->n_stack_off++] = r->off;
}

static void
see_ticks(struct v1 *v, int64_t ticks)
{
	if (!v->any || ticks < v->min)
		v->min = ticks;
	v->any = true;
}

/* False when its time cannot be. */
static bool
take_event(struct pass *in, const struct v1_record *r)
{
	struct v1 *v = in->v;
	int64_t step = (int64_t)r->a[v->wire.lead - 1];

	if (v1_is_far(step, 0))
		return false;
	if (in->batch == NULL) {
		v1_fault(v, V1_F_NO_BATCH, r->off);
		return true;
	}
	in->ticks = (int64_t)((uint64_t)in->ticks + (uint64_t)step);
	if (r->type == V1_SAMPLE && !v1_is_far((int64_t)r->a[1], in->anchor))
		see_ticks(v, (int64_t)r->a[1]);
	else if (r->type != V1_SAMPLE)
		see_ticks(v, in->ticks);
	return true;
}

static bool
take_record(struct pass *in, const struct v1_record *r, uint64_t end)
{
	struct v1 *v = in->v;

	switch (r->type) {
	case V1_BATCH:
		if (!is_sound_batch(in, r))
			return false;
		put_batch(in, r, end);
		in->ticks = in->anchor = batch_ticks(v, r);
		in->anchored = true;
		break;
	case V1_FREQUENCY:
		v->freq = r->a[0];
		break;
	case V1_STRING:
		take_string(v, r);
		break;
	case V1_STACK:
		take_stack_record(v, r);
		break;
	case V1_TIMER:
		break;
	default:
		if (!take_event(in, r))
			return false;
		break;
	}
	v->counts[r->type]++;
	if (in->batch != NULL)
		in->batch->end = end;
	return true;
}

/* A batch that could be one, with records behind it that could be. */
static bool
is_start(const struct pass *in, struct ws_cur c)
{
	struct v1_record r;

	if (!v1_read(&in->v->wire, &c, &r) || r.type != V1_BATCH ||
	    !is_sound_batch(in, &r))
		return false;
	for (unsigned i = 0; i < SOUND_RECORDS && ws_cur_left(&c) > 0; i++)
		if (!v1_read(&in->v->wire, &c, &r))
			return false;
	return true;
}

/* The next place behind `off` where reading can go on, or the end. */
static uint64_t
find_start(const struct pass *in, uint64_t off)
{
	const struct v1 *v = in->v;
	uint64_t end = v->base_off + v->size;

	while (++off < end) {
		const unsigned char *p = v->base + (off - v->base_off);

		/* Written with two arguments, in header 5 with three. */
		if (*p == (V1_BATCH | 1 << 6) &&
		    is_start(in, v1_window(v, off, end)))
			return off;
		if (*p == 'g' && ws_gt_header(p, (size_t)(end - off)) != 0)
			return off;
	}
	return end;
}

static void
damage(struct pass *in, struct ws_cur *c, uint64_t off, const char *what)
{
	struct v1 *v = in->v;
	uint64_t next = find_start(in, off);
	uint64_t end = v->base_off + v->size;

	ws_gt_fault(v->m, off, next - off,
	    "%s: wanted %s, lost %" PRIu64 " bytes",
	    next == end ? "cut or damaged" : "damaged", what, next - off);
	if (in->batch != NULL)
		in->batch->torn = true;
	in->batch = NULL;
	*c = v1_window(v, next, end);
}

static bool
at_header(const struct ws_cur *c)
{
	return ws_cur_left(c) >= HEADER && *c->p == 'g' &&
	       ws_gt_header(c->p, ws_cur_left(c)) != 0;
}

static ws_id
put_frame(struct v1 *v, struct ws_cur *c, uint64_t off)
{
	struct ws_frame f = { 0 };
	uint64_t line;

	f.addr = ws_cur_uleb(c);
	if (v->wire.version >= 7) {
		f.func = v1_string(v, ws_cur_uleb(c), off);
		f.file = v1_string(v, ws_cur_uleb(c), off);
		line = ws_cur_uleb(c);
		f.line = line <= UINT32_MAX ? (uint32_t)line : 0;
	}
	/* Frames are told apart by what they say, not by the address. */
	if (f.func != 0)
		f.addr = 0;
	return ws_dict_frame(v->m->dict, &f);
}

enum { FRAMES_MAX = 128 };

static void
put_stack(struct v1 *v, uint64_t off)
{
	struct ws_cur c = v1_window(v, off, v->base_off + v->size);
	ws_id frames[FRAMES_MAX];
	struct v1_name *s;
	struct v1_record r;
	uint64_t id, n;

	v1_read(&v->wire, &c, &r);
	id = ws_cur_uleb(&r.body);
	n = ws_cur_uleb(&r.body);
	if (n > FRAMES_MAX) {
		ws_gt_fault(v->m, off, 1,
		    "wanted a stack of at most %d frames, found %" PRIu64,
		    FRAMES_MAX, n);
		return;
	}
	for (uint64_t i = 0; i < n && ws_cur_ok(&r.body); i++)
		frames[i] = put_frame(v, &r.body, off);
	if (!ws_cur_ok(&r.body) || ws_cur_left(&r.body) > 0) {
		ws_gt_fault(v->m, off, 1,
		    "wanted a stack of %" PRIu64 " frames and no more", n);
		return;
	}
	s = ws_gt_table_get(&v->stacks, id);
	if (s->is != 0)
		v1_fault(v, V1_F_TWICE, off);
	else
		s->is = ws_dict_stack(v->m->dict, frames, (size_t)n);
}

static ws_id
look_up(struct v1 *v, const struct ws_gt_table *t, uint64_t id, uint64_t off)
{
	const struct v1_name *name;

	if (id == 0)
		return 0;
	name = ws_gt_table_find(t, id);
	if (name == NULL)
		v1_fault(
		    v, t == &v->strings ? V1_F_NO_STRING : V1_F_NO_STACK, off);
	return name == NULL ? 0 : name->is;
}

ws_id
v1_string(struct v1 *v, uint64_t id, uint64_t off)
{
	return look_up(v, &v->strings, id, off);
}

ws_id
v1_stack(struct v1 *v, uint64_t id, uint64_t off)
{
	return look_up(v, &v->stacks, id, off);
}

void
v1_index(struct v1 *v, struct ws_cur *c)
{
	struct pass in = { .v = v };
	struct v1_record r;
	uint64_t off = c->off;

	while (ws_cur_left(c) > 0 && !at_header(c)) {
		v1_done(v, off, c->off);
		off = c->off;
		if (!v1_read(&v->wire, c, &r))
			damage(&in, c, off, c->bad);
		else if (!take_record(&in, &r, c->off))
			damage(&in, c, off, "a time near the ones before");
	}
	for (size_t i = 0; i < v->n_stack_off; i++)
		put_stack(v, v->stack_off[i]);
}
