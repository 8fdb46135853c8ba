/*
 * The tables of a generation of a v2 execution trace: strings and stacks are
 * put into the dictionary when an event first names them, as their numbers
 * change with every generation.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "go_trace_v2.h"

enum { STRING_MAX = 1024, FRAMES_MAX = 128 };

struct string {
	uint64_t id;
	const unsigned char *p;
	uint32_t n;
	ws_id text; /* once it was asked for */
	bool asked;
};

struct stack {
	uint64_t id;
	const unsigned char *p; /* of the first frame */
	uint32_t n;             /* frames */
	ws_id stack;            /* once it was asked for */
	bool asked;
};

/* A program counter: the same function wherever it stands. */
struct frame {
	uint64_t pc;
	ws_id frame;
};

void
v2_tables_init(struct v2 *v)
{
	ws_gt_table_init(&v->strings, sizeof(struct string));
	ws_gt_table_init(&v->stacks, sizeof(struct stack));
	ws_gt_table_init(&v->frames, sizeof(struct frame));
}

void
v2_tables_fini(struct v2 *v)
{
	ws_gt_table_fini(&v->strings);
	ws_gt_table_fini(&v->stacks);
	ws_gt_table_fini(&v->frames);
	free(v->samples);
}

void
v2_tables_clear(struct v2 *v)
{
	ws_gt_table_clear(&v->strings);
	ws_gt_table_clear(&v->stacks);
	ws_gt_table_clear(&v->frames);
	v->n_samples = v->sample_at = 0;
	v->has_frequency = v->has_tables = false;
	v->bad_refs = 0;
}

bool
v2_uleb_slow(const unsigned char **pp, const unsigned char *end, uint64_t *out)
{
	const unsigned char *p = *pp;
	uint64_t value = 0;

	for (unsigned shift = 0; p < end && shift < 70; shift += 7) {
		unsigned char c = *p++;

		if (shift == 63 && c > 1)
			return false;
		value |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) {
			*out = value;
			*pp = p;
			return true;
		}
	}
	return false;
}

static bool
read_numbers(const unsigned char **p, const unsigned char *end, uint64_t *out,
    unsigned n)
{
	while (n-- > 0)
		if (!v2_uleb(p, end, out++))
			return false;
	return true;
}

static bool
read_string(struct v2 *v, const unsigned char **p, const unsigned char *end)
{
	struct string *s;
	uint64_t a[2];

	if (*(*p)++ != V2_STRING || !read_numbers(p, end, a, 2) ||
	    a[1] > STRING_MAX || a[1] > (size_t)(end - *p))
		return false;
	s = ws_gt_table_get(&v->strings, a[0]);
	/* The first of a number holds; the tracer never writes a second. */
	if (s->p == NULL) {
		s->p = *p;
		s->n = (uint32_t)a[1];
	}
	*p += a[1];
	return true;
}

static bool
read_stack(struct v2 *v, const unsigned char **p, const unsigned char *end)
{
	const unsigned char *at;
	uint64_t a[2], f[4];
	struct stack *s;

	if (*(*p)++ != V2_STACK || !read_numbers(p, end, a, 2) ||
	    a[1] > FRAMES_MAX)
		return false;
	at = *p;
	for (uint64_t i = 0; i < a[1]; i++)
		if (!read_numbers(p, end, f, 4))
			return false;
	s = ws_gt_table_get(&v->stacks, a[0]);
	if (s->p == NULL) {
		s->p = at;
		s->n = (uint32_t)a[1];
	}
	return true;
}

/* time, M, P, G, stack; the time in units until all tables are read. */
static bool
read_sample(struct v2 *v, const unsigned char **p, const unsigned char *end)
{
	struct v2_sample *s;
	uint64_t a[5];

	if (*(*p)++ != V2_SAMPLE || !read_numbers(p, end, a, 5) ||
	    a[0] > INT64_MAX)
		return false;
	v->samples = ws_grow(
	    v->samples, &v->cap_samples, v->n_samples + 1, sizeof(*v->samples));
	s = &v->samples[v->n_samples++];
	s->ts = (int64_t)a[0];
	s->g = a[3];
	s->stack = a[4];
	return true;
}

/* The wall clock's time at a time of the trace. */
static void
take_snapshot(struct v2 *v, uint64_t time, const uint64_t *arg)
{
	struct ws_clock c = { .kind = WS_CLOCK_MONOTONIC,
		.how = WS_CLOCK_EXACT,
		.ns_per_tick = 1,
		.resolution = 1 };
	double unit = v->frequency == 0 ? 0 : 1e9 / (double)v->frequency;
	double ns = (double)time * unit;

	if (v->has_clock || unit == 0 || ns > 4e18 || arg[2] >= 1000000000 ||
	    arg[1] > 4000000000u)
		return;
	c.offset = (int64_t)(arg[1] * 1000000000 + arg[2]) - (int64_t)ns;
	c.resolution = unit < 1 ? 1 : (uint64_t)unit;
	ws_gt_clock(v->m, &c);
	v->has_clock = true;
}

static bool
read_sync(struct v2 *v, const unsigned char **p, const unsigned char *end,
    uint64_t *time)
{
	uint64_t a[4];

	switch (*(*p)++) {
	case V2_FREQUENCY:
		if (!v2_uleb(p, end, &a[0]) || a[0] == 0)
			return false;
		v->frequency = a[0];
		v->has_frequency = true;
		return true;
	case V2_SNAPSHOT:
		if (!read_numbers(p, end, a, 4))
			return false;
		*time += a[0];
		take_snapshot(v, *time, a + 1);
		return true;
	default:
		return false;
	}
}

/* Records of one kind until the end of the batch. */
static bool
read_records(struct v2 *v, unsigned kind, const unsigned char **p,
    const struct v2_batch *b)
{
	uint64_t time = b->time;
	bool good = true;

	while (good && *p < b->end) {
		if (kind == V2_STRINGS)
			good = read_string(v, p, b->end);
		else if (kind == V2_STACKS)
			good = read_stack(v, p, b->end);
		else if (kind == V2_SAMPLES)
			good = read_sample(v, p, b->end);
		else
			good = read_sync(v, p, b->end, &time);
	}
	return good;
}

bool
v2_take_table(struct v2 *v, const struct v2_batch *b)
{
	static const char *const names[] = { [V2_STACKS] = "stacks",
		[V2_STRINGS] = "strings",
		[V2_SAMPLES] = "CPU samples",
		[V2_FREQUENCY] = "frequency" };
	const unsigned char *p = b->p;
	unsigned kind = p < b->end ? *p : 0;

	if (kind == V2_SYNC)
		kind = V2_FREQUENCY;
	else if (kind != V2_STACKS && kind != V2_STRINGS &&
		 kind != V2_SAMPLES && kind != V2_FREQUENCY)
		return false;
	v->has_tables |= kind == V2_STACKS || kind == V2_STRINGS;
	/* Before 1.25 the batch of the frequency is nothing but its record. */
	p += *p != V2_FREQUENCY;
	if (!read_records(v, kind, &p, b))
		ws_gt_fault(v->m, v2_off(v, p), (uint64_t)(b->end - p) + 1,
		    "a record in a batch of %s that makes no sense",
		    names[kind]);
	return true;
}

ws_id
v2_string(struct v2 *v, uint64_t id)
{
	struct string *s;

	if (id == 0)
		return 0;
	s = ws_gt_table_find(&v->strings, id);
	if (s == NULL) {
		v->bad_refs++;
		return 0;
	}
	if (!s->asked) {
		s->asked = true;
		s->text = ws_dict_str(
		    v->m->dict, (struct ws_sv){ (const char *)s->p, s->n });
	}
	return s->text;
}

static ws_id
make_frame(struct v2 *v, const uint64_t *a)
{
	struct frame *f = ws_gt_table_get(&v->frames, a[0]);
	struct ws_frame frame = { 0 };

	if (f->frame != 0)
		return f->frame;
	frame.func = v2_string(v, a[1]);
	frame.file = v2_string(v, a[2]);
	frame.line = a[3] > UINT32_MAX ? 0 : (uint32_t)a[3];
	/* Calls from two places in a line are one to people. */
	frame.addr = frame.func == 0 ? a[0] : 0;
	f->frame = ws_dict_frame(v->m->dict, &frame);
	return f->frame;
}

ws_id
v2_stack(struct v2 *v, uint64_t id)
{
	ws_id frames[FRAMES_MAX];
	const unsigned char *p, *end = v->end;
	struct stack *s;

	if (id == 0)
		return 0;
	s = ws_gt_table_find(&v->stacks, id);
	if (s == NULL) {
		v->bad_refs++;
		return 0;
	}
	if (s->asked)
		return s->stack;
	p = s->p;
	for (uint32_t i = 0; i < s->n; i++) {
		uint64_t a[4];

		read_numbers(&p, end, a, 4);
		frames[i] = make_frame(v, a);
	}
	s->asked = true;
	s->stack = ws_dict_stack(v->m->dict, frames, s->n);
	return s->stack;
}
