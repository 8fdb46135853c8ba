/* The first pass over a profile: everything but samples goes into tables,
 * whatever the order of the fields; strings are not interned yet. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pprof.h"

/* Entries of one table: far more than any real profile has, and a bound on
 * what a small hostile file can make us hold. */
enum { STRINGS_MAX = 16 << 20, ENTRIES_MAX = 8 << 20, TYPES_MAX = 256 };

/* Room for one more entry, or NULL at the cap. */
#define PPROF_PUSH(p, table, cap_at, what)                                     \
	((p)->table.n >= (size_t)(cap_at)                                      \
		? (pprof_over(p, what), NULL)                                  \
		: ((p)->table.v = ws_grow((p)->table.v, &(p)->table.cap,       \
		       (p)->table.n + 1, sizeof(*(p)->table.v)),               \
		      &(p)->table.v[(p)->table.n++]))

void
pprof_faults(struct pprof *p, enum pprof_fault_kind k, uint64_t off, uint64_t n)
{
	struct pprof_fault *f = &p->faults[k];

	if (f->n == 0)
		f->off = off;
	f->n += n;
}

static uint64_t
offset_of(const struct pprof *p, const void *at)
{
	return p->tape.window_at +
	       (uint64_t)((const unsigned char *)at - p->tape.window);
}

void
pprof_fault(struct pprof *p, enum pprof_fault_kind k, const void *at)
{
	pprof_faults(p, k, at == NULL ? WS_OFF_NONE : offset_of(p, at), 1);
}

bool
pprof_over(struct pprof *p, const char *what)
{
	p->limit = true;
	p->limit_what = what;
	return false;
}

static bool
read_type(struct pprof *p, struct pprof_in in, struct pprof_type *out)
{
	uint64_t v[2];

	if (!pprof_numbers(in, v, WS_LEN(v))) {
		pprof_fault(p, PPROF_F_BAD_MESSAGE, in.p);
		return false;
	}
	*out = (struct pprof_type){ .type = v[0], .unit = v[1] };
	return true;
}

static void
add_type(struct pprof *p, struct pprof_in in)
{
	struct pprof_type t = { 0 }, *slot;

	/* A damaged type keeps its place: values go by position. */
	if (!read_type(p, in, &t))
		t.type = t.unit = UINT64_MAX;
	slot = PPROF_PUSH(p, types, TYPES_MAX, "sample types");
	if (slot)
		*slot = t;
}

static void
add_string(struct pprof *p, struct pprof_in in)
{
	struct pprof_string *s;
	uint64_t n = (uint64_t)(in.end - in.p);

	s = PPROF_PUSH(p, strings, STRINGS_MAX, "strings");
	if (!s)
		return;
	if (n > p->limits->string || n >= UINT32_MAX) {
		pprof_fault(p, PPROF_F_LONG_STRING, in.p);
		n = p->limits->string;
		n = n < UINT32_MAX ? n : UINT32_MAX - 1;
	}
	s->at = p->text.n;
	s->n = (uint32_t)n;
	s->id = PPROF_NONE;
	ws_buf_put(&p->text, in.p, (size_t)n);
	if (p->strings.n == 1 && n > 0)
		pprof_fault(p, PPROF_F_FIRST_STRING, in.p);
	if (p->text.n > p->limits->artifact)
		pprof_over(p, "bytes of all strings");
}

static void
add_function(struct pprof *p, struct pprof_in in)
{
	struct pprof_function *f;
	uint64_t v[5];

	if (!pprof_numbers(in, v, WS_LEN(v))) {
		pprof_fault(p, PPROF_F_BAD_MESSAGE, in.p);
		return;
	}
	f = PPROF_PUSH(p, functions, ENTRIES_MAX, "functions");
	/* A few C++ producers write only the mangled name. */
	if (f)
		*f = (struct pprof_function){
			.id = v[0], .name = v[1] ? v[1] : v[2], .file = v[3]
		};
}

static void
add_mapping(struct pprof *p, struct pprof_in in)
{
	struct pprof_mapping *m;
	uint64_t v[10];

	if (!pprof_numbers(in, v, WS_LEN(v))) {
		pprof_fault(p, PPROF_F_BAD_MESSAGE, in.p);
		return;
	}
	m = PPROF_PUSH(p, mappings, ENTRIES_MAX, "mappings");
	if (m)
		*m = (struct pprof_mapping){ .id = v[0],
			.start = v[1],
			.limit = v[2],
			.offset = v[3],
			.file = v[4],
			.build_id = v[5] };
}

static bool
add_line(struct pprof *p, struct pprof_in in)
{
	struct pprof_line *l;
	uint64_t v[3];

	if (!pprof_numbers(in, v, WS_LEN(v)))
		return false;
	l = PPROF_PUSH(p, lines, ENTRIES_MAX, "lines");
	if (!l)
		return false;
	l->function = v[0];
	l->line = v[1] <= UINT32_MAX ? (uint32_t)v[1] : 0;
	return true;
}

/* Lines go straight into their table; the caller takes them back when the
 * message turns out to be damaged. */
static bool
read_location(struct pprof *p, struct pprof_in in, struct pprof_location *l)
{
	struct pprof_field f;

	while (pprof_next(&in, &f)) {
		if (f.number == 4) {
			if (f.wire != PPROF_BYTES)
				return false;
			if (l->n >= p->limits->depth)
				pprof_fault(p, PPROF_F_DEEP, f.in.p);
			else if (!add_line(p, f.in))
				return false;
			else
				l->n++;
			continue;
		}
		if (f.number > 3)
			continue;
		if (f.wire != PPROF_VARINT)
			return false;
		if (f.number == 1)
			l->id = f.value;
		else if (f.number == 2)
			l->mapping = f.value;
		else
			l->addr = f.value;
	}
	return in.bad == NULL;
}

static void
add_location(struct pprof *p, struct pprof_in in)
{
	struct pprof_location l = { 0 }, *slot;
	struct pprof_line *line;

	l.first = (uint32_t)p->lines.n;
	if (!read_location(p, in, &l)) {
		p->lines.n = l.first;
		pprof_fault(p, PPROF_F_BAD_MESSAGE, in.p);
		return;
	}
	if (l.n == 0) {
		line = PPROF_PUSH(p, lines, ENTRIES_MAX, "lines");
		if (!line)
			return;
		*line = (struct pprof_line){ 0 };
		l.bare = true;
		l.n = 1;
	}
	slot = PPROF_PUSH(p, locations, ENTRIES_MAX, "locations");
	if (slot)
		*slot = l;
}

static void
add_message(struct pprof *p, const struct pprof_field *f)
{
	switch (f->number) {
	case 1:
		add_type(p, f->in);
		break;
	case 2:
		pprof_samples_add(p, f->in);
		break;
	case 3:
		add_mapping(p, f->in);
		break;
	case 4:
		add_location(p, f->in);
		break;
	case 5:
		add_function(p, f->in);
		break;
	case 6:
		add_string(p, f->in);
		break;
	default: /* 11: a later one replaces an earlier one */
		p->has_period_type = read_type(p, f->in, &p->period_type);
	}
}

static void
add_comment(struct pprof *p, uint64_t index)
{
	uint64_t *slot;

	slot = PPROF_PUSH(p, comments, 4096, "comments");
	if (slot)
		*slot = index;
}

static void
add_comments(struct pprof *p, struct pprof_in in)
{
	uint64_t v;

	while (in.p < in.end && pprof_varint(&in, &v))
		add_comment(p, v);
	if (in.bad)
		pprof_fault(p, PPROF_F_BAD_FIELD, in.p);
}

static void
add_number(struct pprof *p, const struct pprof_field *f, const void *at)
{
	switch (f->number) {
	case 7:
		p->drop = f->value;
		break;
	case 8:
		p->keep = f->value;
		break;
	case 9:
		if (p->time != 0)
			pprof_fault(p, PPROF_F_CONCATENATED, at);
		p->time = (int64_t)f->value;
		break;
	case 10:
		p->duration = (int64_t)f->value;
		break;
	case 12:
		p->period = (int64_t)f->value;
		break;
	case 13:
		add_comment(p, f->value);
		break;
	case 14:
		p->default_type = f->value;
		break;
	default: /* 15, documentation: nothing here opens it */
		break;
	}
}

/* How much is looked at in one piece when all of it is there. */
enum { PIECE = 1 << 20 };

/* Moves the window on; false when the file has no more. */
static bool
refill(struct pprof_tape *t)
{
	size_t have = (size_t)(t->in.end - t->in.p), want = have + 1;
	struct ws_sv v;

	/* A length may lie: no more at once than was there already. */
	if (t->in.missing > 0)
		want =
		    have + (t->in.missing < have + PIECE ? (size_t)t->in.missing
							 : have + PIECE);
	ws_source_skip(t->src, (size_t)(t->in.p - t->window));
	v = ws_source_ahead(t->src, want);
	if (v.n > PIECE && v.n > want)
		v.n = want < PIECE ? PIECE : want;
	t->window = t->in.p = (const unsigned char *)v.p;
	t->window_at = ws_source_at(t->src);
	t->in.end = t->window + v.n;
	if (v.n <= have)
		return false;
	t->in.bad = NULL;
	t->in.missing = 0;
	return true;
}

static bool
next_field(struct pprof_tape *t, struct pprof_field *f)
{
	while (!pprof_next(&t->in, f))
		if ((t->in.bad && t->in.missing == 0) || !refill(t))
			return false;
	return true;
}

/*
 * Whether another profile begins with this field: producers start with sample
 * types (1), a time (9) or a period type (11), and end with strings, so that
 * one of these behind strings which was before them as well is not the same
 * profile's.  Where strings come first, it is the "" of a second table.
 */
static bool
is_another(struct pprof *p, const struct pprof_field *f)
{
	uint32_t bit = UINT32_C(1) << f->number;
	const uint32_t first = 1u << 1 | 1u << 9 | 1u << 11;
	bool is_string = f->number == 6, was_string = p->was_string;

	p->was_string = is_string;
	if (p->strings.n > 0 && p->before & bit & first)
		return true;
	if (is_string && p->strings.n > 0 && !was_string &&
	    f->wire == PPROF_BYTES && f->in.p == f->in.end)
		return true;
	if (is_string && p->strings.n == 0)
		p->before = p->seen;
	p->seen |= bit;
	return false;
}

static void
add_field(struct pprof *p, struct pprof_field *f, const void *at)
{
	bool message = f->number <= 6 || f->number == 11;

	if (f->number == 13 && f->wire == PPROF_BYTES)
		add_comments(p, f->in);
	else if (f->wire != (message ? PPROF_BYTES : PPROF_VARINT))
		pprof_fault(p, PPROF_F_BAD_FIELD, at);
	else if (message)
		add_message(p, f);
	else
		add_number(p, f, at);
	p->fields++;
}

void
pprof_index(struct pprof *p)
{
	struct pprof_tape *t = &p->tape;
	uint64_t off = p->start = offset_of(p, t->in.p);
	const unsigned char *at;
	struct pprof_field f;

	for (; !p->limit && next_field(t, &f); off = offset_of(p, t->in.p)) {
		at = t->window + (off - t->window_at);
		if (f.number > 15)
			continue;
		if (is_another(p, &f)) {
			t->in.p = at;
			p->more = true;
			return;
		}
		add_field(p, &f, at);
	}
	if (t->in.bad) {
		pprof_fault(p, PPROF_F_CUT, t->in.p);
		/* What was cut was the record of a sample: one is lost. */
		p->lost += *t->in.p == (2 << 3 | PPROF_BYTES);
	}
}

void
pprof_tables_fini(struct pprof *p)
{
	free(p->types.v);
	free(p->strings.v);
	free(p->functions.v);
	free(p->mappings.v);
	free(p->locations.v);
	free(p->lines.v);
	free(p->comments.v);
	free(p->frames);
	ws_buf_fini(&p->text);
	pprof_samples_fini(&p->kept);
	pprof_ids_fini(&p->function_ids);
	pprof_ids_fini(&p->mapping_ids);
	pprof_ids_fini(&p->location_ids);
}
