/*
 * A parser table for tests of ingest alone: it stands before the real one, as
 * libws.a is not asked for what the test has itself.  Also what tests need to
 * pack bytes.
 */
#ifndef FAKE_PARSERS_H
#define FAKE_PARSERS_H

#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"
#include "ingest/parser.h"

static inline enum ws_bid
fake_bid(const struct ws_artifact *a, const char *magic, enum ws_bid bid)
{
	return ws_sv_starts(a->head, magic) ? bid : WS_BID_NO;
}

/* LINES: a mark with the text of each line, at its offset. */
static enum ws_bid
lines_bid(const struct ws_artifact *a)
{
	return fake_bid(a, "LINES", WS_BID_SHAPE);
}

static enum ws_status
lines_parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_event e = WS_EVENT(WS_EV_MARK);
	struct ws_sv line;
	uint64_t off;

	(void)err;
	while (ws_source_line(src, &line, &off)) {
		e.peer = ws_dict_str(sink->dict, line);
		e.t = (int64_t)off;
		ws_sink_events(sink, &e, 1);
		ws_source_tally(src, line.n > 5 ? "long" : "short", 1);
	}
	ws_source_version(src, "%d", 7);
	return WS_OK;
}

/* BLOB: a sample of the sum of all bytes, and a fault when there is a '!'. */
static enum ws_bid
blob_bid(const struct ws_artifact *a)
{
	return fake_bid(a, "BLOB", WS_BID_MAGIC);
}

static enum ws_status
blob_parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_event e = WS_EVENT(WS_EV_SAMPLE);
	enum ws_status status;
	struct ws_cur c;

	status = ws_source_all(src, &c, err);
	while (ws_cur_left(&c) > 0) {
		uint64_t off = c.off;
		uint8_t byte = ws_cur_u8(&c);

		e.value += byte;
		if (byte == '!') {
			ws_sink_fault(sink, off, "a cry");
			status = ws_status_worst(status, WS_PARTIAL);
		}
	}
	if (status <= WS_PARTIAL)
		ws_sink_events(sink, &e, 1);
	ws_source_detail(src, "a blob");
	return status;
}

/* LAZY: reads nothing at all. */
static enum ws_bid
lazy_bid(const struct ws_artifact *a)
{
	return fake_bid(a, "LAZY", WS_BID_EXACT);
}

static enum ws_status
lazy_parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	(void)src;
	(void)sink;
	(void)err;
	return WS_OK;
}

/* TWIN: bids the same as LINES for "LINES TWIN", and more than a name. */
static enum ws_bid
twin_bid(const struct ws_artifact *a)
{
	return fake_bid(a, "LINES TWIN", WS_BID_SHAPE);
}

/* Bids on names that end in .pb, whatever is in them. */
static enum ws_bid
named_bid(const struct ws_artifact *a)
{
	return ws_sv_ends(a->name, ".pb") ? WS_BID_NAME : WS_BID_NO;
}

static const struct ws_parser fake_lines = { "lines", "lines", lines_bid,
	lines_parse };
static const struct ws_parser fake_blob = { "blob", "blob", blob_bid,
	blob_parse };
static const struct ws_parser fake_lazy = { "lazy", "lazy", lazy_bid,
	lazy_parse };
static const struct ws_parser fake_twin = { "twin", "twin", twin_bid,
	lazy_parse };
static const struct ws_parser fake_named = { "named", "named", named_bid,
	lazy_parse };

const struct ws_parser *const ws_parsers[] = { &fake_lines, &fake_blob,
	&fake_lazy, &fake_twin, &fake_named };
const size_t ws_n_parsers = WS_LEN(ws_parsers);

/* Appends one gzip member that holds the bytes `times` times. */
static inline void
put_gzip(struct ws_buf *out, struct ws_sv s, size_t times)
{
	enum { ROOM = 1 << 16 };

	unsigned char *room = ws_alloc(ROOM);
	z_stream z = { 0 };
	int ret = Z_OK;

	if (deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	for (size_t i = 0; i < times || ret != Z_STREAM_END; i++) {
		z.next_in = (unsigned char *)(uintptr_t)s.p;
		z.avail_in = i < times ? (unsigned)s.n : 0;
		do {
			z.next_out = room;
			z.avail_out = ROOM;
			ret =
			    deflate(&z, i + 1 < times ? Z_NO_FLUSH : Z_FINISH);
			ws_buf_put(out, room, ROOM - z.avail_out);
		} while (z.avail_out == 0);
		if (ret == Z_STREAM_END)
			break;
	}
	deflateEnd(&z);
	free(room);
}

#endif
