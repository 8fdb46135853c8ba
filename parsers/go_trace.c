/*
 * Go execution traces, as written by runtime/trace (go test -trace,
 * net/http/pprof's /debug/pprof/trace, the flight recorder), of Go 1.5 and
 * later.  The header "go 1.N trace" in 16 bytes names the version of the
 * format, which is that of the Go release that brought it: 5 to 21 are one
 * family (go_trace_v1.c), 22 and later another (go_trace_v2.c).
 *
 * HTTP headers before the trace (curl -i) are skipped, and several traces in
 * one file are read as several captures.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "go_trace.h"

enum {
	HEADER = 16,
	LAST_V1 = 21,
	HTTP_MAX = 16 * 1024 /* bytes of HTTP headers */
};

static const uint8_t known[] = { 5, 7, 8, 9, 10, 11, 19, 21, 22, 23, 25, 26 };

unsigned
ws_gt_header(const void *p, size_t n)
{
	const unsigned char *h = p;
	static const char start[] = "go 1.", end[] = " trace";
	unsigned version = 0;
	size_t i = sizeof(start) - 1;

	if (n < HEADER || memcmp(h, start, i) != 0)
		return 0;
	for (; h[i] >= '0' && h[i] <= '9' && i < sizeof(start) + 1; i++)
		version = version * 10 + (h[i] - '0');
	if (memcmp(h + i, end, sizeof(end) - 1) != 0)
		return 0;
	for (i += sizeof(end) - 1; i < HEADER; i++)
		if (h[i] != 0)
			return 0;
	return version;
}

static bool
is_known(unsigned version)
{
	for (size_t i = 0; i < WS_LEN(known); i++)
		if (known[i] == version)
			return true;
	return false;
}

/* The length of HTTP response headers at the start, or 0. */
static size_t
http_length(struct ws_sv s)
{
	size_t n;

	if (!ws_sv_starts(s, "HTTP/1.") && !ws_sv_starts(s, "HTTP/2"))
		return 0;
	s.n = s.n < HTTP_MAX ? s.n : HTTP_MAX;
	n = ws_sv_find(s, "\r\n\r\n");
	if (n < s.n)
		return n + 4;
	n = ws_sv_find(s, "\n\n");
	return n < s.n ? n + 2 : 0;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	size_t http = http_length(a->head);
	struct ws_sv s = ws_sv_from(a->head, http);
	unsigned version = ws_gt_header(s.p, s.n);

	if (version == 0)
		return WS_BID_NO;
	return http == 0 && is_known(version) ? WS_BID_EXACT : WS_BID_MAGIC;
}

static enum ws_status
read_capture(
    struct ws_gt *m, struct ws_cur *c, unsigned version, struct ws_err *err)
{
	uint64_t off = c->off;
	enum ws_status status;

	ws_source_version(m->src, "go1.%u", version);
	ws_cur_skip(c, HEADER);
	if (!is_known(version))
		ws_gt_fault(m, off, 0,
		    "the version go 1.%u is not known; read like %s", version,
		    version <= LAST_V1 ? "the ones before" : "go 1.26");
	status = version <= LAST_V1 ? ws_gt_parse_v1(m, c, version, err)
				    : ws_gt_parse_v2(m, c, version, err);
	return ws_status_worst(status, ws_gt_finish(m));
}

/* One capture after the other; a later one is damage to whom asked for one. */
static enum ws_status
read_captures(struct ws_source *src, struct ws_sink *sink, struct ws_cur *c,
    struct ws_err *err)
{
	struct ws_gt *m = ws_alloc(sizeof(*m));
	enum ws_status status = WS_OK, one;
	unsigned version, n = 0;

	while ((version = ws_gt_header(c->p, ws_cur_left(c))) != 0) {
		struct ws_err own = { 0 };

		ws_gt_init(m, src, sink);
		one = read_capture(m, c, version, &own);
		if (one > WS_OK && own.status == WS_OK)
			own = m->why;
		ws_gt_fini(m);
		/* What one lacks the others make up for. */
		if (one == WS_CORRUPT && (n > 0 || ws_cur_left(c) > 0))
			one = WS_PARTIAL;
		if (one > status && err != NULL)
			*err = own;
		status = ws_status_worst(status, one);
		n++;
		if (one > WS_CORRUPT)
			break;
	}
	free(m);
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_cur c = { 0 };
	enum ws_status read = ws_source_all(src, &c, err), status;
	struct ws_err own = { 0 };
	size_t http;

	if (read > WS_PARTIAL)
		return read;
	http =
	    http_length((struct ws_sv){ (const char *)c.p, ws_cur_left(&c) });
	ws_cur_skip(&c, http);
	if (ws_gt_header(c.p, ws_cur_left(&c)) == 0)
		return ws_err_set(err, WS_CORRUPT, c.off,
		    "wanted the header of an execution trace, found none");
	status = read_captures(src, sink, &c, &own);
	/* Damage of the stream says more than what it did to the events. */
	if (status > read && err != NULL)
		*err = own;
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_go_trace = {
	.name = "go-trace",
	.title = "Go execution trace",
	.bid = bid,
	.parse = parse,
};
