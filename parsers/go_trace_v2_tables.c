/*
 * The tables of a generation of a v2 execution trace: strings and stacks are
 * put into the dictionary when an event first names them, as their numbers
 * change with every generation.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/topbits.h"
#include "go_trace_v2.h"

enum {
	STRING_MAX = 1024,
	FRAMES_MAX = 128,
	NEAR_MAX = 1 << 17,
	PCS_FIRST = 1 << 12
};

struct far_ref {
	uint64_t id;
	struct v2_ref ref;
};

static void
refs_fini(struct v2_refs *r)
{
	free(r->near);
	ws_gt_table_fini(&r->far);
}

static struct v2_ref *
find_near(const struct v2 *v, const struct v2_refs *r, uint64_t id)
{
	return id < r->n && r->near[id].gen == v->table_gen ? &r->near[id]
							    : NULL;
}

/* NULL when this generation has none of that number. */
static struct v2_ref *
find_ref(const struct v2 *v, const struct v2_refs *r, uint64_t id)
{
	struct far_ref *far;

	if (ws_likely(id < r->n))
		return find_near(v, r, id);
	far = ws_gt_table_find(&r->far, id);
	return far == NULL ? NULL : &far->ref;
}

/* The first of a number holds; the tracer never writes a second. */
static void
add_ref(const struct v2 *v, struct v2_refs *r, const uint64_t *a,
    const unsigned char *p)
{
	struct v2_ref ref = {
		.p = p, .gen = v->table_gen, .n = (uint16_t)a[1]
	};
	struct far_ref *far;

	if (find_ref(v, r, a[0]) != NULL)
		return;
	if (a[0] < NEAR_MAX) {
		if (a[0] >= r->n) {
			r->near = ws_grow(r->near, &r->cap, (size_t)a[0] + 1,
			    sizeof(*r->near));
			memset(r->near + r->n, 0,
			    (r->cap - r->n) * sizeof(*r->near));
			r->n = r->cap;
		}
		r->near[a[0]] = ref;
		return;
	}
	far = ws_gt_table_get(&r->far, a[0]);
	far->ref = ref;
}

static void
make_slots(struct v2_pcs *t, size_t n)
{
	t->slot = ws_alloc_array(n, sizeof(*t->slot));
	t->mask = n - 1;
	t->shift = 64;
	for (; n > 1; n /= 2)
		t->shift--;
}

void
v2_tables_init(struct v2 *v)
{
	ws_gt_table_init(&v->strings.far, sizeof(struct far_ref));
	ws_gt_table_init(&v->stacks.far, sizeof(struct far_ref));
	make_slots(&v->pcs, PCS_FIRST);
}

void
v2_tables_fini(struct v2 *v)
{
	refs_fini(&v->strings);
	refs_fini(&v->stacks);
	free(v->pcs.slot);
	free(v->samples);
}

void
v2_tables_clear(struct v2 *v)
{
	ws_gt_table_clear(&v->strings.far);
	ws_gt_table_clear(&v->stacks.far);
	v->table_gen++;
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
	uint64_t a[2];

	if (*(*p)++ != V2_STRING || !read_numbers(p, end, a, 2) ||
	    a[1] > STRING_MAX || a[1] > (size_t)(end - *p))
		return false;
	add_ref(v, &v->strings, a, *p);
	*p += a[1];
	return true;
}

/* Behind n numbers; one that is too long may go unnoticed until it is read. */
static bool
skip_numbers(const unsigned char **pp, const unsigned char *end, size_t n)
{
	const unsigned char *p = *pp;
	uint64_t x;

	while (n > 0 && end - p >= 8) {
		uint64_t stops = ~v2_word(p) & V2_STOPS;
		size_t here = (stops >> 7) * UINT64_C(0x0101010101010101) >> 56;

		if (here == 0)
			break;
		if (here < n) {
			n -= here;
			p += 8;
			continue;
		}
		while (--n > 0)
			stops &= stops - 1;
		p += ws_lowest_bit(stops) / 8 + 1;
	}
	for (; n > 0; n--)
		if (!v2_uleb(&p, end, &x))
			return false;
	*pp = p;
	return true;
}

static bool
read_stack(struct v2 *v, const unsigned char **p, const unsigned char *end)
{
	const unsigned char *at;
	uint64_t a[2];

	if (*(*p)++ != V2_STACK || !read_numbers(p, end, a, 2) ||
	    a[1] > FRAMES_MAX)
		return false;
	at = *p;
	if (!skip_numbers(p, end, 4 * (size_t)a[1]))
		return false;
	add_ref(v, &v->stacks, a, at);
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
	ws_source_time(v->m->src, (int64_t)(arg[1] * 1000000000 + arg[2]));
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

static ws_id
bad_ref(struct v2 *v)
{
	v->bad_refs++;
	return 0;
}

ws_id
v2_string(struct v2 *v, uint64_t id)
{
	struct v2_ref *s;

	if (id == 0)
		return 0;
	s = find_ref(v, &v->strings, id);
	if (s == NULL)
		return bad_ref(v);
	if (!s->asked) {
		s->asked = true;
		s->id = ws_dict_str(
		    v->m->dict, (struct ws_sv){ (const char *)s->p, s->n });
	}
	return s->id;
}

/* Where a counter is, or belongs. */
static struct v2_pc *
find_pc(const struct v2 *v, uint64_t pc)
{
	const struct v2_pcs *t = &v->pcs;
	size_t i = (size_t)((pc ^ v->strings.far.seed) *
				UINT64_C(0x9e3779b97f4a7c15) >>
			    t->shift);

	while (t->slot[i].pc != pc && t->slot[i].frame != 0)
		i = (i + 1) & t->mask;
	return &t->slot[i];
}

static void
add_pc(struct v2 *v, uint64_t pc, ws_id frame)
{
	struct v2_pcs *t = &v->pcs, old = *t;

	if (2 * t->n > t->mask) {
		make_slots(t, 2 * (t->mask + 1));
		for (size_t i = 0; i <= old.mask; i++)
			if (old.slot[i].frame != 0)
				*find_pc(v, old.slot[i].pc) = old.slot[i];
		free(old.slot);
	}
	*find_pc(v, pc) = (struct v2_pc){ pc, frame };
	t->n++;
}

/* Remembered by its key unless that is 0, or it names what this generation
 * does not have. */
static ws_id
make_frame(struct v2 *v, const uint64_t *a, uint64_t key)
{
	struct ws_frame frame = { 0 };
	uint64_t bad = v->bad_refs;
	ws_id id;

	frame.func = v2_string(v, a[1]);
	frame.file = v2_string(v, a[2]);
	frame.line = a[3] > UINT32_MAX ? 0 : (uint32_t)a[3];
	/* Calls from two places in a line are one to people. */
	frame.addr = frame.func == 0 ? a[0] : 0;
	id = ws_dict_frame(v->m->dict, &frame);
	if (key != 0 && v->bad_refs == bad)
		add_pc(v, key, id);
	return id;
}

/* The frame at *pp, and behind it; 0 when it makes no sense.  Known ones go by
 * the bytes of their counter, which need no decoding. */
static ws_id
take_frame(struct v2 *v, const unsigned char **pp)
{
	const unsigned char *p = *pp;
	uint64_t a[4], w, stops, key = 0;
	ws_id id = 0;

	if (ws_likely(v->end - p >= 16)) {
		w = v2_word(p);
		stops = ~w & V2_STOPS;
		key = stops == 0 ? 0 : w & (stops ^ (stops - 1));
	}
	if (ws_likely(key != 0)) {
		p += ws_lowest_bit(stops) / 8 + 1;
		id = find_pc(v, key)->frame;
		stops = ~v2_word(p) & V2_STOPS;
		stops &= stops - 1;
		stops &= stops - 1;
		p += stops == 0 ? 0 : ws_lowest_bit(stops) / 8 + 1;
	}
	if (ws_likely(id != 0 && stops != 0)) {
		*pp = p;
		return id;
	}
	return !read_numbers(pp, v->end, a, 4) ? 0
	       : id != 0                       ? id
					       : make_frame(v, a, key);
}

/* Takes frames of known counters while they lie in 64 bytes, and returns how
 * many; where one ends does not wait for the one before to be read. */
static unsigned
take_known(
    const struct v2 *v, const unsigned char **pp, ws_id *frames, unsigned n)
{
	const unsigned char *p = *pp;
	uint64_t ends, last, key;
	unsigned i, at = 0;

	if (v->end - p < WS_TOP_BITS + 8)
		return 0;
	/* Which of the bytes end a number. */
	ends = ~ws_top_bits(p);
	for (i = 0; i < n; i++) {
		/* Of the counter, the function, the file, the line. */
		last = ends & (ends - 1);
		last &= last - 1;
		last &= last - 1;
		key = v2_word(p + at);
		if (last == 0 || (~key & V2_STOPS) == 0)
			break;
		key &= (~key & V2_STOPS) ^ ((~key & V2_STOPS) - 1);
		frames[i] = find_pc(v, key)->frame;
		if (ws_unlikely(frames[i] == 0))
			break;
		at = ws_lowest_bit(last) + 1;
		ends = last & (last - 1);
	}
	*pp = p + at;
	return i;
}

static ws_id
make_stack(struct v2 *v, const struct v2_ref *s)
{
	ws_id frames[FRAMES_MAX];
	const unsigned char *p = s->p;

	for (unsigned i = 0, known; i < s->n; i += known) {
		known = take_known(v, &p, frames + i, s->n - i);
		if (known > 0)
			continue;
		known = 1;
		frames[i] = take_frame(v, &p);
		if (ws_unlikely(frames[i] == 0))
			return bad_ref(v);
	}
	return ws_dict_stack(v->m->dict, frames, s->n);
}

/* The tracer numbers stacks as it meets them, so that the next ones to be asked
 * for are mostly the next ones, which no cache holds. */
static void
fetch_stack(const struct v2 *v, uint64_t id)
{
	enum { LINE = 64, AHEAD = 2 };

	const struct v2_ref *next = find_near(v, &v->stacks, id + AHEAD);

	for (unsigned i = 0; next != NULL && i < 4; i++)
		if (v->end - next->p > i * LINE)
			ws_prefetch(next->p + i * LINE);
}

ws_id
v2_stack(struct v2 *v, uint64_t id)
{
	struct v2_ref *s;

	if (id == 0)
		return 0;
	s = find_ref(v, &v->stacks, id);
	if (ws_unlikely(s == NULL))
		return bad_ref(v);
	if (ws_unlikely(!s->asked)) {
		s->asked = true;
		fetch_stack(v, id);
		s->id = make_stack(v, s);
	}
	return s->id;
}
