/*
 * Records one after the other.  COMPRESSED and COMPRESSED2 hold pieces of one
 * zstd stream for the whole file, cut anywhere: records straddle them.
 */
#include <zstd.h>

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "perf_data.h"

enum {
	HEADER = 8,
	ENVELOPE = HEADER + 8, /* of COMPRESSED2, before its data */
	STEP = 8 << 20,        /* pages are given back in such steps */
	ROOM = 256 << 10,
	AHEAD = 2048, /* bytes that will be wanted soon */
	LINE = 64     /* of the cache */
};

/* Bytes out for one in, past 64 MiB, are limited as in ingest/stream.c. */
static const uint64_t ratio_from = 64ull << 20;

struct walk {
	struct pd *d;
	bool first, stop;
	void (*visit)(struct pd *d, const struct pd_rec *r);
	uint64_t seq;
	ZSTD_DCtx *zstd;
	unsigned char *buf; /* unpacked bytes that are not yet visited */
	size_t n, cap;
	uint64_t in, out;
	bool broken; /* the packed stream is */
};

static inline struct pd_rec
header_at(const struct pd *d, const unsigned char *p, size_t *size)
{
	uint32_t rest = pd_load32(p + 4, d->big);
	struct pd_rec r = { .type = pd_load32(p, d->big),
		.misc = (uint16_t)(d->big ? rest >> 16 : rest) };

	*size = d->big ? rest & UINT16_MAX : rest >> 16;
	r.p = p + HEADER;
	return r;
}

static void
fault(struct walk *w, uint64_t off, const char *what, uint64_t n)
{
	if (w->first)
		pd_fault(w->d, off, "%s (%" PRIu64 ")", what, n);
}

static void
visit(struct walk *w, struct pd_rec *r)
{
	r->seq = ++w->seq;
	w->visit(w->d, r);
	if (w->d->out.status != WS_OK)
		w->stop = true;
}

/* Visits what is whole in the buffer and keeps the rest. */
static void
visit_unpacked(struct walk *w, uint64_t off)
{
	size_t at = 0, size;

	while (w->n - at >= HEADER && !w->stop) {
		struct pd_rec r = header_at(w->d, w->buf + at, &size);

		if (size < HEADER) {
			fault(
			    w, off, "a record too short, in packed data", size);
			w->broken = true;
			w->n = 0;
			return;
		}
		if (size > w->n - at)
			break;
		r.n = size - HEADER;
		r.off = off;
		r.is_packed = true;
		at += size;
		visit(w, &r);
	}
	w->n -= at;
	if (w->n > 0)
		memmove(w->buf, w->buf + at, w->n);
}

static bool
may_grow(struct walk *w, uint64_t off)
{
	const struct ws_limits *l = w->d->limits;

	if (w->out <= l->bytes &&
	    (w->out <= ratio_from || w->out / (l->ratio + 1) <= w->in))
		return true;
	if (w->first)
		ws_err_set(&w->d->why, WS_LIMIT, off,
		    "%" PRIu64 " bytes out of %" PRIu64
		    " packed ones (max-bytes, max-ratio)",
		    w->out, w->in);
	w->stop = true;
	return false;
}

static void
unpack(struct walk *w, uint64_t off, const unsigned char *p, size_t n)
{
	ZSTD_inBuffer in = { p, n, 0 };
	size_t ret;

	if (w->zstd == NULL && (w->zstd = ZSTD_createDCtx()) == NULL)
		ws_out_of_memory(n);
	w->in += n;
	do {
		ZSTD_outBuffer out;

		w->buf = ws_grow(w->buf, &w->cap, w->n + ROOM, 1);
		out = (ZSTD_outBuffer){ w->buf + w->n, w->cap - w->n, 0 };
		ret = ZSTD_decompressStream(w->zstd, &out, &in);
		if (ZSTD_isError(ret)) {
			fault(w, off, "packed data are damaged", n);
			w->broken = true;
			return;
		}
		w->n += out.pos;
		w->out += out.pos;
		visit_unpacked(w, off);
		if (out.pos < out.size && in.pos == in.size)
			return;
	} while (!w->stop && !w->broken && may_grow(w, off));
}

static bool
plausible(const struct pd *d, uint64_t at)
{
	size_t size;
	struct pd_rec r;

	if (at == d->data_end)
		return true;
	if (at > d->data_end || d->data_end - at < HEADER)
		return false;
	r = header_at(d, d->base + at, &size);
	return r.type > 0 && r.type < PD_TYPES && size >= HEADER;
}

/*
 * Where a COMPRESSED2 ends.  Writers since 6.16 let the 16-bit size wrap when
 * the data fill it; then the length of the data holds, and no padding follows.
 */
static uint64_t
end_of_packed(const struct pd *d, uint64_t off, size_t size, uint64_t data_size)
{
	uint64_t exact, aligned;

	if (data_size > d->data_end - off - ENVELOPE)
		return off + size;
	exact = off + ENVELOPE + data_size;
	aligned = (exact - off + 7) / 8 * 8 + off;
	if (size >= ENVELOPE && data_size <= size - ENVELOPE &&
	    plausible(d, off + size))
		return off + size;
	return plausible(d, aligned) ? aligned : exact;
}

/* Bytes of a record in the file, with what follows it uncounted. */
static uint64_t
whole_size(struct walk *w, const struct pd_rec *r, uint64_t off, size_t size)
{
	const struct pd *d = w->d;
	uint64_t left = d->data_end - off, extra = 0;

	if (r->type == PD_R_COMPRESSED2 && left >= ENVELOPE)
		return end_of_packed(d, off, size, pd_load64(r->p, d->big)) -
		       off;
	if (size > left)
		return size;
	if (r->type == PD_R_TRACING_DATA && size >= HEADER + 4)
		extra = ((uint64_t)pd_load32(r->p, d->big) + 7) / 8 * 8;
	else if (r->type == PD_R_AUXTRACE && size >= HEADER + 8)
		extra = pd_load64(r->p, d->big);
	return extra > left ? left + 1 : size + extra;
}

static void
take_packed(struct walk *w, const struct pd_rec *r)
{
	uint64_t n = r->n;
	const unsigned char *p = r->p;

	if (w->first)
		w->d->count[r->type]++;
	if (w->broken)
		return;
	if (r->type == PD_R_COMPRESSED2) {
		n = pd_load64(p, w->d->big);
		p += 8;
		if (n > r->n - 8) {
			fault(w, r->off, "packed data are missing", n);
			w->broken = true;
			return;
		}
	}
	unpack(w, r->off, p, (size_t)n);
}

static void
give_back(struct walk *w, uint64_t *done, uint64_t off)
{
	if (off - *done < STEP)
		return;
	ws_source_passed(w->d->src, off);
	*done = off;
}

/* The processor sees where this leads, but not past the end of a page. */
static uint64_t
fetch(const struct pd *d, uint64_t from, uint64_t to)
{
	for (; from < to && from < d->data_end; from += LINE)
		ws_prefetch(d->base + from);
	return from;
}

static void
walk_records(struct walk *w)
{
	struct pd *d = w->d;
	uint64_t off = d->data_off, done = off, fetched = off, whole;
	size_t size;

	while (!w->stop && d->data_end - off >= HEADER) {
		struct pd_rec r = header_at(d, d->base + off, &size);

		whole = size;
		if (r.type >= PD_R_ATTR)
			whole = whole_size(w, &r, off, size);
		if (whole < HEADER) {
			fault(w, off, "a record too short to have a header",
			    whole);
			return;
		}
		if (whole > d->data_end - off) {
			fault(
			    w, off, "the last record is cut, of bytes", whole);
			return;
		}
		r.n = (size_t)whole - HEADER;
		r.off = off;
		off += whole;
		fetched = fetch(d, fetched, off + AHEAD);
		if (r.type == PD_R_COMPRESSED ||
		    (r.type == PD_R_COMPRESSED2 && r.n >= 8))
			take_packed(w, &r);
		else
			visit(w, &r);
		give_back(w, &done, off);
	}
	if (!w->stop && off < d->data_end)
		fault(w, off, "bytes after the last record", d->data_end - off);
}

/* One stretch of records, with a packed stream of its own. */
static void
walk_part(struct walk *w)
{
	walk_records(w);
	if (w->n > 0 && !w->broken && !w->stop)
		fault(
		    w, w->d->data_end, "packed data end inside a record", w->n);
	if (w->first)
		w->d->packed += w->in;
	ZSTD_freeDCtx(w->zstd);
	w->zstd = NULL;
	w->broken = false;
	w->n = 0;
	w->in = w->out = 0;
}

void
pd_walk(struct pd *d, bool first,
    void (*visitor)(struct pd *d, const struct pd_rec *r))
{
	struct walk w = { .d = d, .first = first, .visit = visitor };
	uint64_t off = d->data_off, end = d->data_end;

	walk_part(&w);
	for (size_t i = 1; i < d->n_part && !w.stop; i++) {
		d->data_off = d->part[i - 1];
		d->data_end = d->part[i];
		walk_part(&w);
	}
	d->data_off = off;
	d->data_end = end;
	free(w.buf);
}
