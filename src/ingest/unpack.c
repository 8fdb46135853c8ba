/* What bytes are packed with is told by the bytes, never by a name. */
#include <string.h>

#include "ingest/reader.h"
#include "ingest/unxz.h"

enum {
	LAYERS = 3,
	TAR_BLOCK = 512,
	TAR_SUM = 148,
	TAR_SUM_SIZE = 8,
	TAR_MAGIC = 257
};

static const struct {
	enum ws_packing packing;
	const char *magic;
} magics[] = {
	{ WS_PACK_GZIP, "\x1f\x8b" },
	{ WS_PACK_XZ, "\xfd"
		      "7zXZ" },
	{ WS_PACK_ZSTD, "\x28\xb5\x2f\xfd" },
	{ WS_PACK_LZ4, "\x04\x22\x4d\x18" },
	{ WS_PACK_ZIP, "PK\3\4" },
	{ WS_PACK_ZIP, "PK\5\6" },
};

static bool
is_bzip2(struct ws_sv head)
{
	struct ws_sv block = ws_sv_from(head, 4);

	return ws_sv_starts(head, "BZh") && head.n > 4 && head.p[3] >= '1' &&
	       head.p[3] <= '9' &&
	       (ws_sv_starts(block, "\x31\x41\x59\x26\x53\x59") ||
		   ws_sv_starts(block, "\x17\x72\x45\x38\x50\x90"));
}

/* Octal with blanks before and a NUL or blank behind; -1 when it is not. */
static long
read_octal(struct ws_sv s)
{
	long v = 0;

	if (s.n > 0 && s.p[s.n - 1] == '\0')
		s.n--;
	while (s.n > 0 && s.p[s.n - 1] == '\0')
		s.n--;
	s = ws_sv_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '7')
			return -1;
		v = v * 8 + (s.p[i] - '0');
	}
	return s.n > 0 ? v : -1;
}

/* ustar has a magic; tar of old has the sum of its header. */
static bool
is_tar(struct ws_sv head)
{
	struct ws_sv sum;
	long total = 0;

	if (head.n < TAR_BLOCK)
		return false;
	if (memcmp(head.p + TAR_MAGIC, "ustar", 5) == 0)
		return true;
	for (size_t i = 0; i < TAR_BLOCK; i++)
		total += i >= TAR_SUM && i < TAR_SUM + TAR_SUM_SIZE
			     ? ' '
			     : (unsigned char)head.p[i];
	sum = (struct ws_sv){ head.p + TAR_SUM, TAR_SUM_SIZE };
	return head.p[0] != '\0' && read_octal(sum) == total;
}

enum ws_packing
ws_packing_of(struct ws_stream *s)
{
	struct ws_sv head = ws_stream_peek(s, TAR_BLOCK);

	for (size_t i = 0; i < WS_LEN(magics); i++)
		if (ws_sv_starts(head, magics[i].magic))
			return magics[i].packing;
	if (is_bzip2(head))
		return WS_PACK_BZIP2;
	return is_tar(head) ? WS_PACK_TAR : WS_PACK_NONE;
}

static struct ws_stream *
unpack_one(struct ws_stream *s, enum ws_packing packing)
{
	switch (packing) {
	case WS_PACK_GZIP:
		return ws_stream_new_gunzip(s);
	case WS_PACK_XZ:
		return ws_stream_new_filter(s, WS_FILTER_XZ);
	case WS_PACK_ZSTD:
		return ws_stream_new_filter(s, WS_FILTER_ZSTD);
	case WS_PACK_BZIP2:
		return ws_stream_new_filter(s, WS_FILTER_BZIP2);
	case WS_PACK_LZ4:
		return ws_stream_new_filter(s, WS_FILTER_LZ4);
	case WS_PACK_NONE:
	case WS_PACK_TAR:
	case WS_PACK_ZIP:
		break;
	}
	return NULL;
}

struct ws_stream *
ws_unpack(struct ws_stream *s, enum ws_packing *packing)
{
	struct ws_stream *inner;

	for (int layer = 0;; layer++) {
		*packing = ws_packing_of(s);
		inner = layer < LAYERS ? unpack_one(s, *packing) : NULL;
		if (inner == NULL)
			return s;
		s = inner;
	}
}

enum ws_status
ws_unxz(const void *p, size_t n, const struct ws_limits *l, struct ws_buf *out)
{
	struct ws_budget budget = { .limits = l };
	struct ws_stream *s = ws_stream_new_filter(
	    ws_stream_new_mem(&budget, p, n), WS_FILTER_XZ);
	bool fits = ws_stream_slurp(s, l->artifact, out);
	enum ws_status status = fits ? s->err.status : WS_LIMIT;

	ws_stream_free(s);
	return status;
}
