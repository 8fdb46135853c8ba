/*
 * gzip (RFC 1952) through zlib.  Not through libarchive: here the limits act
 * on every byte, and of a torn file all that can be decoded is given.
 */
#include <inttypes.h>
#include <limits.h>
#include <zlib.h>

#include "base/mem.h"
#include "ingest/stream.h"

struct gunzip {
	struct ws_stream stream;
	z_stream z;
	bool in_member;
};

enum { GZIP_WINDOW = 15 + 16 };

/* Padding with zeros is what tape and block devices leave behind. */
static bool
only_zeros(struct ws_stream *from)
{
	struct ws_sv v;

	while ((v = ws_stream_peek(from, 1)).n > 0) {
		for (size_t i = 0; i < v.n; i++)
			if (v.p[i] != '\0')
				return false;
		ws_stream_skip(from, v.n);
	}
	return true;
}

/* An error below is the cause of what is missing here. */
static bool
is_broken_below(struct ws_stream *s)
{
	const struct ws_err *below = &s->from->err;

	if (below->status != WS_OK)
		ws_stream_damage(s, below->status, "%s", below->text);
	return below->status != WS_OK;
}

/* Stands before a member or at the end; false at the end. */
static bool
next_member(struct gunzip *g)
{
	struct ws_stream *from = g->stream.from;
	struct ws_sv v = ws_stream_peek(from, 2);

	if (v.n < 2 && is_broken_below(&g->stream))
		return false;
	if (v.n == 0)
		return false;
	if (!ws_sv_starts(v, "\x1f\x8b")) {
		if (!only_zeros(from))
			ws_stream_damage(&g->stream, WS_PARTIAL,
			    "bytes after the gzip data, at compressed byte "
			    "%" PRIu64 ", are not gzip",
			    from->at);
		return false;
	}
	if (inflateReset(&g->z) != Z_OK)
		ws_out_of_memory(sizeof g->z);
	return g->in_member = true;
}

/* One call of inflate; the result is that of inflate. */
static int
inflate_some(struct gunzip *g, unsigned char *p, size_t n, size_t *got)
{
	struct ws_stream *from = g->stream.from;
	struct ws_sv v = ws_stream_peek(from, 1);
	size_t in = v.n < UINT_MAX ? v.n : UINT_MAX;
	int ret;

	if (in == 0)
		return Z_BUF_ERROR;
	/* zlib's next_in is const only by way of a macro. */
	g->z.next_in = (unsigned char *)(uintptr_t)v.p;
	g->z.avail_in = (unsigned)in;
	g->z.next_out = p;
	g->z.avail_out = (unsigned)n;
	ret = inflate(&g->z, Z_NO_FLUSH);
	ws_stream_skip(from, in - g->z.avail_in);
	*got = n - g->z.avail_out;
	return ret;
}

static void
report(struct gunzip *g, int ret)
{
	struct ws_stream *s = &g->stream;
	uint64_t at = s->from->at;

	if (ret == Z_MEM_ERROR)
		ws_out_of_memory(sizeof g->z);
	if (ret == Z_BUF_ERROR && is_broken_below(s))
		return;
	if (ret == Z_BUF_ERROR)
		ws_stream_damage(s, WS_PARTIAL,
		    "gzip data cut off after %" PRIu64 " compressed bytes", at);
	else
		ws_stream_damage(s, WS_PARTIAL,
		    "gzip data damaged before compressed byte %" PRIu64 ": %s",
		    at, g->z.msg != NULL ? g->z.msg : "not deflate");
}

static size_t
read_gzip(struct ws_stream *s, unsigned char *p, size_t n)
{
	struct gunzip *g = (struct gunzip *)s;
	size_t got = 0;
	int ret;

	if (n > UINT_MAX)
		n = UINT_MAX;
	while (got == 0) {
		if (!g->in_member && !next_member(g))
			return 0;
		ret = inflate_some(g, p, n, &got);
		if (ret == Z_STREAM_END)
			g->in_member = false;
		else if (ret != Z_OK && got == 0)
			report(g, ret);
		if (s->ended)
			return 0;
	}
	return ws_stream_charge(s, &s->budget->unpacked, got);
}

static void
free_gzip(struct ws_stream *s)
{
	inflateEnd(&((struct gunzip *)s)->z);
}

struct ws_stream *
ws_stream_new_gunzip(struct ws_stream *from)
{
	static const struct ws_stream_ops ops = { read_gzip, free_gzip };
	struct gunzip *g = ws_alloc(sizeof *g);

	ws_stream_init(&g->stream, &ops, from->budget);
	g->stream.from = from;
	g->stream.root = from->root;
	if (inflateInit2(&g->z, GZIP_WINDOW) != Z_OK)
		ws_out_of_memory(sizeof g->z);
	return &g->stream;
}
