#include "ingest/stream.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "ingest/source.h"

enum {
	AHEAD =
	    WS_HEAD + 1, /* tells a file of WS_HEAD bytes from a longer one */
	FIRST_READ = 1 << 16,
	READ_MAX = 1 << 20,
	MAPPED_CHUNK = 4 << 20
};

static const uint64_t ratio_from = 64ull << 20;

void
ws_stream_init(
    struct ws_stream *s, const struct ws_stream_ops *ops, struct ws_budget *b)
{
	s->ops = ops;
	s->budget = b;
	s->root = s;
	s->total = &s->out;
	s->err.off = WS_OFF_NONE;
}

void
ws_stream_free(struct ws_stream *s)
{
	struct ws_stream *from;

	for (; s != NULL; s = from) {
		from = s->from;
		if (s->ops != NULL && s->ops->free != NULL)
			s->ops->free(s);
		free(s->buf);
		free(s);
	}
}

void
ws_stream_damage(
    struct ws_stream *s, enum ws_status status, const char *fmt, ...)
{
	struct ws_buf b = { 0 };
	va_list ap;

	s->ended = true;
	if (s->err.status != WS_OK)
		return;
	va_start(ap, fmt);
	ws_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	ws_err_set(&s->err, status, s->out, "%s", b.p);
	ws_buf_fini(&b);
}

size_t
ws_stream_charge(struct ws_stream *s, uint64_t *account, size_t n)
{
	const struct ws_limits *l = s->budget->limits;
	uint64_t in = s->root->out, ratio = l->ratio > 0 ? l->ratio : 1, out;

	if (n > l->bytes - *account) {
		n = (size_t)(l->bytes - *account);
		s->budget->spent = true;
		ws_stream_damage(s, WS_LIMIT,
		    "more than %" PRIu64 " bytes out of one bundle (max-bytes)",
		    l->bytes);
	}
	*account += n;
	/* The total is of s itself, which counts later, or of its archive. */
	if (s->total != &s->out)
		*s->total += n;
	out = *s->total + (s->total == &s->out ? n : 0);
	if (out > ratio_from && out / ratio > in)
		ws_stream_damage(s, WS_LIMIT,
		    "%" PRIu64 " bytes out of %" PRIu64 ", more than %" PRIu64
		    " to 1 (max-ratio)",
		    out, in, ratio);
	return n;
}

/* What the stream gives next, counted and hashed. */
static size_t
pull(struct ws_stream *s, unsigned char *p, size_t n)
{
	size_t got;

	if (s->ended || s->ops == NULL)
		return 0;
	got = s->ops->read(s, p, n);
	assert(got <= n);
	if (got == 0)
		s->ended = true;
	s->out += got;
	if (s->hash != NULL)
		sha256_update(s->hash, got, p);
	return got;
}

/* Moves what is ahead to the front of the buffer and fills the buffer. */
static void
fill(struct ws_stream *s, size_t want)
{
	size_t size = want > AHEAD ? want : AHEAD, got;

	if (s->cap < size) {
		unsigned char *buf = ws_alloc_array(size, 1);

		if (s->n > 0)
			memcpy(buf, s->p, s->n);
		free(s->buf);
		s->buf = buf;
		s->cap = size;
	} else if (s->n > 0) {
		memmove(s->buf, s->p, s->n);
	}
	s->p = s->buf;
	while (s->n < s->cap) {
		got = pull(s, s->buf + s->n, s->cap - s->n);
		if (got == 0)
			break;
		s->n += got;
	}
}

struct ws_sv
ws_stream_peek(struct ws_stream *s, size_t want)
{
	if (s->n < want && !s->ended)
		fill(s, want);
	return (struct ws_sv){ s->n > 0 ? (const char *)s->p : "", s->n };
}

/* Of a large file only the part ahead stays in memory. */
static void
give_back(const struct ws_stream *s, uint64_t chunk)
{
	size_t back = (size_t)(s->at - chunk * MAPPED_CHUNK);

	madvise((void *)(uintptr_t)(s->p - back),
	    back / MAPPED_CHUNK * MAPPED_CHUNK, MADV_DONTNEED);
}

void
ws_stream_skip(struct ws_stream *s, size_t n)
{
	uint64_t before = s->at / MAPPED_CHUNK;

	assert(n <= s->n);
	if (n == 0)
		return;
	s->p += n;
	s->n -= n;
	s->at += n;
	if (s->is_mapped && s->at / MAPPED_CHUNK != before)
		give_back(s, before);
}

size_t
ws_stream_read(struct ws_stream *s, void *p, size_t n)
{
	size_t got;

	if (n == 0)
		return 0;
	if (s->n > 0) {
		got = n < s->n ? n : s->n;
		memcpy(p, s->p, got);
		ws_stream_skip(s, got);
		return got;
	}
	got = pull(s, p, n);
	s->at += got;
	return got;
}

bool
ws_stream_slurp(struct ws_stream *s, uint64_t limit, struct ws_buf *b)
{
	size_t max = limit < SIZE_MAX / 4 ? (size_t)limit : SIZE_MAX / 4;
	size_t got, room;

	do {
		b->p = ws_grow(b->p, &b->cap, b->n + FIRST_READ, 1);
		room = b->cap - b->n;
		if (room > max + 1 - b->n)
			room = max + 1 - b->n;
		got = ws_stream_read(s, b->p + b->n, room);
		b->n += got;
	} while (got > 0 && b->n <= max);
	return b->n <= max;
}

void
ws_stream_drain(struct ws_stream *s)
{
	struct ws_sv v;

	do {
		v = ws_stream_peek(s, 1);
		ws_stream_skip(s, v.n);
	} while (v.n > 0);
}

bool
ws_stream_in_memory(const struct ws_stream *s)
{
	return s->ops == NULL;
}

struct ws_stream *
ws_stream_new_mem(struct ws_budget *b, const void *p, size_t n)
{
	struct ws_stream *s = ws_alloc(sizeof *s);

	ws_stream_init(s, NULL, b);
	s->p = p;
	s->n = n;
	s->out = n;
	s->ended = true;
	return s;
}

struct fd_stream {
	struct ws_stream stream;
	int fd;
};

static size_t
read_fd(struct ws_stream *s, unsigned char *p, size_t n)
{
	int fd = ((struct fd_stream *)s)->fd;
	uint64_t max = s->budget->limits->bytes;
	ssize_t got;

	if (n > READ_MAX)
		n = READ_MAX;
	do
		got = read(fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		ws_stream_damage(s, WS_IO, "read: %s", strerror(errno));
		return 0;
	}
	if ((uint64_t)got > max - s->out) {
		got = (ssize_t)(max - s->out);
		ws_stream_damage(s, WS_LIMIT,
		    "more than %" PRIu64 " bytes (max-bytes)", max);
	}
	return (size_t)got;
}

struct ws_stream *
ws_stream_new_fd(struct ws_budget *b, int fd)
{
	static const struct ws_stream_ops ops = { .read = read_fd };
	struct fd_stream *s = ws_alloc(sizeof *s);

	ws_stream_init(&s->stream, &ops, b);
	s->fd = fd;
	return &s->stream;
}

void
ws_stream_pass(struct ws_stream *s, size_t n)
{
	enum { CHUNK = 1 << 20 };

	const unsigned char *p = s->p - s->at;

	/* Whole chunks, so that what goes ends with a page. */
	if (n < s->out)
		n -= n % CHUNK;
	while (s->passed < n) {
		size_t part = n - s->passed < CHUNK ? n - s->passed : CHUNK;

		if (s->hash != NULL)
			sha256_update(s->hash, part, p + s->passed);
		s->passed += part;
		/* At once, as the rest may be what nobody looked at. */
		if (s->is_mapped)
			madvise((void *)(p + s->passed - part), part,
			    MADV_DONTNEED);
	}
	/* What was read a second time. */
	if (s->is_mapped && n > 0)
		madvise((void *)p, n, MADV_DONTNEED);
}
