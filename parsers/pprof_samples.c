/*
 * Samples on their way from the first pass to the second.  What a sample says
 * of places and labels is kept as its bytes, once for all samples that say the
 * same; values are added up.  So memory goes by what is distinct and not by
 * how long the file is, and needs no tables, which may come last.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pprof.h"

enum { DISTINCT_MAX = 16 << 20 };

/* The sample being read. */
struct values {
	uint64_t v[PPROF_VALUES_MAX];
	uint32_t n;
};

void
pprof_samples_init(struct pprof_samples *s)
{
	s->keys = ws_htab_new();
	s->labels = ws_htab_new();
}

void
pprof_samples_fini(struct pprof_samples *s)
{
	ws_htab_free(s->keys);
	ws_htab_free(s->labels);
	free(s->v.v);
	free(s->sums.v);
	ws_buf_fini(&s->key);
}

static void
put_varint(struct ws_buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		ws_buf_putc(b, (char)(v | 0x80));
	ws_buf_putc(b, (char)v);
}

static void
take_value(struct values *v, uint64_t value)
{
	if (v->n < PPROF_VALUES_MAX)
		v->v[v->n] = value;
	v->n++;
}

static bool
take_values(struct values *v, struct pprof_field *f)
{
	uint64_t value;

	if (f->wire == PPROF_VARINT) {
		take_value(v, f->value);
		return true;
	}
	if (f->wire != PPROF_BYTES)
		return false;
	while (f->in.p < f->in.end) {
		if (!pprof_varint(&f->in, &value))
			return false;
		take_value(v, value);
	}
	return true;
}

/* A label that is new when as many are known as are kept apart: then only
 * its key counts. */
static bool
fold(struct pprof_samples *s, struct pprof_in in)
{
	uint64_t v[4]; /* key, str, num, num_unit */
	struct ws_buf part = { 0 };

	if (!pprof_numbers(in, v, WS_LEN(v)))
		return false;
	if (ws_htab_count(s->labels) < PPROF_LABELS_MAX) {
		ws_htab_put(s->labels, v, sizeof(v), NULL);
		return false;
	}
	if (ws_htab_get(s->labels, v, sizeof(v)) != WS_HTAB_NONE)
		return false;
	put_varint(&part, 1 << 3);
	put_varint(&part, v[0]);
	put_varint(&part, 2 << 3);
	put_varint(&part, PPROF_OTHER);
	put_varint(&s->key, 3 << 3 | PPROF_BYTES);
	put_varint(&s->key, part.n);
	ws_buf_putsv(&s->key, ws_buf_sv(&part));
	ws_buf_fini(&part);
	return true;
}

/* Fills the key; false when the sample is damaged. */
static bool
read_key(struct pprof_samples *s, struct pprof_in in, struct values *v)
{
	const unsigned char *at = in.p;
	struct pprof_field f;
	bool good = true, folded = false;

	s->key.n = 0;
	for (; good && pprof_next(&in, &f); at = in.p) {
		if (f.number == 2) {
			good = take_values(v, &f);
			continue;
		}
		if (f.number != 1 && f.number != 3)
			continue;
		if (f.number == 3 && f.wire == PPROF_BYTES && fold(s, f.in))
			folded = true;
		else
			ws_buf_put(&s->key, at, (size_t)(in.p - at));
	}
	s->folded += folded;
	/* Samples that differ in this are not the same. */
	ws_buf_putc(&s->key, (char)(v->n < UINT8_MAX ? v->n : UINT8_MAX));
	return good && in.bad == NULL;
}

static void
add_sample(struct pprof *p, const struct values *v, uint64_t off)
{
	struct pprof_samples *s = &p->kept;
	struct pprof_sample *sample;
	uint32_t n = v->n < PPROF_VALUES_MAX ? v->n : PPROF_VALUES_MAX;

	s->v.v = ws_grow(s->v.v, &s->v.cap, s->v.n + 1, sizeof(*s->v.v));
	s->sums.v =
	    ws_grow(s->sums.v, &s->sums.cap, s->sums.n + n, sizeof(*s->sums.v));
	sample = &s->v.v[s->v.n++];
	*sample = (struct pprof_sample){ off, s->sums.n, v->n, 0 };
	memset(s->sums.v + s->sums.n, 0, n * sizeof(*s->sums.v));
	s->sums.n += n;
	s->key_bytes += s->key.n;
	if (s->v.n >= DISTINCT_MAX || s->key_bytes > p->limits->artifact)
		pprof_over(p, "distinct samples");
}

static int64_t
add(int64_t a, int64_t b)
{
	if (b > 0 && a > INT64_MAX - b)
		return INT64_MAX;
	if (b < 0 && a < INT64_MIN - b)
		return INT64_MIN;
	return a + b;
}

void
pprof_samples_add(struct pprof *p, struct pprof_in in)
{
	struct pprof_samples *s = &p->kept;
	struct pprof_sample *sample;
	struct values v;
	uint32_t i, at;
	bool is_new;

	p->samples++;
	v.n = 0;
	if (!read_key(s, in, &v)) {
		pprof_fault(p, PPROF_F_BAD_SAMPLE, in.p);
		p->lost++;
		return;
	}
	at = ws_htab_put(s->keys, s->key.p, s->key.n, &is_new);
	if (is_new)
		add_sample(p, &v,
		    p->tape.window_at + (uint64_t)(in.p - p->tape.window));
	sample = &s->v.v[at];
	sample->count += sample->count < UINT32_MAX;
	if (sample->n_values != v.n)
		return; /* both have more than any profile has types */
	for (i = 0; i < v.n && i < PPROF_VALUES_MAX; i++)
		s->sums.v[sample->first + i] =
		    add(s->sums.v[sample->first + i], (int64_t)v.v[i]);
}

struct pprof_in
pprof_samples_get(const struct pprof_samples *s, size_t i)
{
	struct ws_sv key = ws_htab_key(s->keys, (uint32_t)i);
	const unsigned char *p = (const unsigned char *)key.p;

	return (struct pprof_in){ .p = p, .end = p + key.n - 1 };
}
