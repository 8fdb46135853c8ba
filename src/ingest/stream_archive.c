/* What the two users of libarchive share: bytes in, and bytes out. */
#include <archive.h>
#include <errno.h>
#include <string.h>

#include "ingest/stream.h"

long
ws_feed_read(struct archive *a, void *feed, const void **p)
{
	struct ws_feed *f = feed;
	struct ws_sv v;

	(void)a;
	ws_stream_skip(f->from, f->lent);
	v = ws_stream_peek(f->from, 1);
	f->lent = v.n;
	*p = v.p;
	return (long)v.n;
}

/* False at the end or with an error, then *ret says which. */
static bool
next_block(struct ws_blocks *b, struct archive *a, int *ret)
{
	const void *p = NULL;
	la_int64_t off = 0;
	size_t n = 0;

	*ret = archive_read_data_block(a, &p, &n, &off);
	if (*ret == ARCHIVE_EOF && off > 0 && (uint64_t)off > b->at) {
		/* A sparse file may end in a hole. */
		b->start = (uint64_t)off;
		b->n = 0;
		return true;
	}
	if (*ret != ARCHIVE_OK && *ret != ARCHIVE_WARN)
		return false;
	if (off < 0 || (uint64_t)off < b->at) {
		archive_set_error(a, EINVAL, "blocks overlap");
		*ret = ARCHIVE_FATAL;
		return false;
	}
	b->p = p;
	b->n = n;
	b->start = (uint64_t)off;
	return true;
}

long
ws_blocks_read(
    struct ws_blocks *b, struct archive *a, unsigned char *p, size_t n)
{
	int ret;

	while (b->n == 0 && b->start <= b->at)
		if (!next_block(b, a, &ret))
			return ret == ARCHIVE_EOF ? 0 : -1;
	if (b->start > b->at) {
		if (n > b->start - b->at)
			n = (size_t)(b->start - b->at);
		memset(p, 0, n);
		b->at += n;
		return (long)n;
	}
	if (n > b->n)
		n = b->n;
	memcpy(p, b->p, n);
	b->p += n;
	b->n -= n;
	b->at += n;
	b->start += n;
	return (long)n;
}
