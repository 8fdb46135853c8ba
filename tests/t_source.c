/* Reading an artifact piece by piece, from memory and through a decoder. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "ingest/source_open.h"
#include "tap.h"

enum { SIZE = 300000 };

static void
fill(char *p)
{
	size_t i;

	for (i = 0; i < SIZE; i++)
		p[i] = (char)(i * 2654435761u >> 13);
}

static size_t
pack(const char *p, unsigned char *out, size_t room)
{
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)p,
		.avail_in = SIZE,
		.next_out = out,
		.avail_out = (unsigned)room };

	deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return room - z.avail_out;
}

/* Reads pieces of growing size to the end and compares. */
static bool
read_pieces(struct ws_source *src, const char *want)
{
	size_t at = 0, piece = 1;
	struct ws_sv v;

	for (;; piece = piece * 3 + 1) {
		v = ws_source_ahead(src, piece);
		if (v.n < piece && at + v.n != SIZE)
			return false;
		if (memcmp(v.p, want + at, v.n) != 0)
			return false;
		if (v.n < piece)
			return ws_source_at(src) == at;
		ws_source_skip(src, piece);
		at += piece;
	}
}

static void
try_stream(struct ws_stream *s, const char *want, uint64_t limit, bool whole)
{
	struct ws_arena *a = ws_arena_new();
	struct ws_source *src = ws_source_new(s, WS_SV("x"), a);
	struct ws_err err = { .status = WS_OK };
	bool good = read_pieces(src, want);
	enum ws_status status = ws_source_status(src, &err);

	ok(whole ? good && status == WS_OK : status == WS_LIMIT,
	    "pieces of %s within %llu bytes: %s",
	    ws_stream_in_memory(s) ? "memory" : "a decoder",
	    (unsigned long long)limit, ws_status_name(status));
	ws_source_free(src);
	ws_stream_free(s);
	ws_arena_free(a);
}

int
main(void)
{
	struct ws_limits limits;
	struct ws_budget budget = { .limits = &limits };
	char *p = ws_alloc(SIZE);
	size_t room = SIZE + 4096, n;
	unsigned char *packed = ws_alloc(room);

	fill(p);
	n = pack(p, packed, room);
	ws_limits_init(&limits);
	try_stream(
	    ws_stream_new_mem(&budget, p, SIZE), p, limits.artifact, true);
	try_stream(ws_stream_new_gunzip(ws_stream_new_mem(&budget, packed, n)),
	    p, limits.artifact, true);
	limits.artifact = 1000;
	try_stream(ws_stream_new_gunzip(ws_stream_new_mem(&budget, packed, n)),
	    p, limits.artifact, false);
	free(p);
	free(packed);
	return tap_done();
}
