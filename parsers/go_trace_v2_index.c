/*
 * The batches of a v2 execution trace.  A generation is read whole before its
 * events, as its tables come last.  Bytes that are no batch (a program's own
 * output in the same file, damage) are skipped up to the next batch, which the
 * padded size in its header gives away.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "go_trace_v2.h"

struct head {
	struct v2_batch batch;
	uint64_t gen, size;
	const unsigned char *next; /* behind the batch; past the end when cut */
	bool experiment, padded;
};

/* The tracer writes the size last, into 10 bytes that it left free. */
static bool
is_padded(const unsigned char *p, const unsigned char *end)
{
	static const unsigned char tail[] = { 0x80, 0x80, 0x80, 0x80, 0x80,
		0x80, 0x00 };

	return end - p >= 10 && p[0] & 0x80 && p[1] & 0x80 && p[2] & 0x80 &&
	       memcmp(p + 3, tail, sizeof(tail)) == 0;
}

static bool
read_head(const struct v2 *v, const unsigned char *p, struct head *h)
{
	h->experiment = p < v->end && *p == V2_EXPERIMENT;
	if (p == v->end || (*p != V2_BATCH && !h->experiment))
		return false;
	p += h->experiment ? 2 : 1;
	if (p > v->end || !v2_uleb(&p, v->end, &h->gen) ||
	    !v2_uleb(&p, v->end, &h->batch.m) ||
	    !v2_uleb(&p, v->end, &h->batch.time))
		return false;
	h->padded = is_padded(p, v->end);
	if (!v2_uleb(&p, v->end, &h->size))
		return false;
	if (h->gen == 0 || h->size > V2_BATCH_MAX)
		return false;
	h->batch.p = p;
	h->batch.next = 0;
	h->batch.end =
	    h->size > (size_t)(v->end - p) ? v->end : p + (size_t)h->size;
	return true;
}

static bool
is_cut(const struct head *h)
{
	return (size_t)(h->batch.end - h->batch.p) < h->size;
}

static bool
is_header(const struct v2 *v, const unsigned char *p)
{
	return ws_gt_header(p, (size_t)(v->end - p)) != 0;
}

/* Whether a batch, the end of a generation or of the capture is at p. */
static bool
is_boundary(const struct v2 *v, const unsigned char *p)
{
	struct head h;

	return p == v->end || *p == V2_END || is_header(v, p) ||
	       read_head(v, p, &h);
}

/* Finds the next batch after bytes that are none. */
static void
skip_foreign(struct v2 *v)
{
	const unsigned char *from = v->p, *p = from;
	struct head h;

	for (; p < v->end; p++) {
		if (*p == V2_END && v->end - p == 1)
			break;
		if (*p == V2_END && p[1] == V2_BATCH &&
		    read_head(v, p + 1, &h) && h.padded)
			break;
		if (is_header(v, p))
			break;
		if ((*p == V2_BATCH || *p == V2_EXPERIMENT) &&
		    read_head(v, p, &h) && h.padded &&
		    (is_cut(&h) || is_boundary(v, h.batch.end) ||
			h.gen - v->gen <= 1))
			break;
	}
	/* At least one byte, or the same one would be found for ever. */
	if (p == from && p < v->end)
		p++;
	v->p = p;
	ws_gt_fault(v->m, v2_off(v, from), (uint64_t)(p - from),
	    "wanted a batch, found %" PRIu64 " other bytes",
	    (uint64_t)(p - from));
}

static void
add_batch(struct v2 *v, const struct head *h)
{
	v->n_indexed++;
	if (is_cut(h))
		ws_gt_fault(v->m, v2_off(v, h->batch.p),
		    h->size - (uint64_t)(h->batch.end - h->batch.p),
		    "a batch of %" PRIu64 " bytes is cut after %" PRIu64,
		    h->size, (uint64_t)(h->batch.end - h->batch.p));
	if (h->experiment) {
		v->n_experiment++;
		return;
	}
	if (v2_take_table(v, &h->batch))
		return;
	if (v->n_batches >= UINT32_MAX - 1)
		return;
	v->batch = ws_grow(
	    v->batch, &v->cap_batches, v->n_batches + 1, sizeof(*v->batch));
	v->batch[v->n_batches] = h->batch;
	v->batch[v->n_batches++].cut = is_cut(h);
}

/* A batch of another generation that stands alone within this one has a
 * damaged number. */
static bool
is_stray(const struct v2 *v, const struct head *h)
{
	struct head next;

	return h->gen != v->gen + 1 && read_head(v, h->batch.end, &next) &&
	       next.gen == v->gen;
}

/* One batch; false when it belongs to the next generation. */
static bool
take_batch(struct v2 *v, const struct head *h)
{
	if (v->n_indexed == 0) {
		v->gen_at = v->p;
		v->gen = h->gen;
	} else if (h->gen != v->gen) {
		if (!is_stray(v, h))
			return false;
		ws_gt_fault(v->m, v2_off(v, v->p),
		    (uint64_t)(h->batch.end - v->p),
		    "a batch of generation %" PRIu64 " within generation "
		    "%" PRIu64,
		    h->gen, v->gen);
		v->p = h->batch.end;
		return true;
	}
	add_batch(v, h);
	v->p = h->batch.end;
	return true;
}

static void
begin_generation(struct v2 *v)
{
	v->n_batches = v->n_indexed = 0;
	v->whole = false;
	v2_tables_clear(v);
}

/* What the lack of an end means depends on the version: 1.26 writes one. */
static void
check_end(struct v2 *v)
{
	if (v->version >= 26 && !v->whole)
		ws_gt_fault(v->m, v2_off(v, v->p), 0,
		    "generation %" PRIu64 " has no end; the trace was cut",
		    v->gen);
	else if (v->n_batches > 0 && !v->has_tables)
		ws_gt_fault(v->m, v2_off(v, v->gen_at), 0,
		    "generation %" PRIu64 " has events but no strings and "
		    "stacks; the trace was cut",
		    v->gen);
}

/* Resynchronises v to another generation than the one that should follow. */
static void
check_number(struct v2 *v, uint64_t before)
{
	if (v->generations == 0 || v->gen == before + 1)
		return;
	ws_gt_fault(v->m, v2_off(v, v->gen_at), 1,
	    "wanted generation %" PRIu64 ", found %" PRIu64, before + 1,
	    v->gen);
	v2_forget(v);
}

static bool
read_batches(struct v2 *v)
{
	struct head h;

	while (v->p < v->end && !is_header(v, v->p)) {
		if (*v->p == V2_END && v->version >= 26) {
			v->p++;
			v->whole = true;
			if (v->n_indexed > 0)
				return true;
			continue;
		}
		if (!read_head(v, v->p, &h)) {
			skip_foreign(v);
			continue;
		}
		if (!take_batch(v, &h))
			return true;
	}
	return v->n_indexed > 0;
}

bool
v2_index(struct v2 *v)
{
	uint64_t before = v->gen;

	begin_generation(v);
	if (!read_batches(v))
		return false;
	check_number(v, before);
	check_end(v);
	v->generations++;
	v->ordinal++;
	if (v->initial == 0)
		v->initial = v->ordinal;
	return true;
}
