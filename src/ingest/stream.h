/*
 * Internal to ingest: bytes that are pulled, from memory, from a descriptor,
 * or through a decoder of other streams.  All of them look ahead, count what
 * they gave, and stop at the limits.
 */
#ifndef WS_STREAM_H
#define WS_STREAM_H

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "ingest/limits.h"

/* What all streams of one bundle spend together. */
struct ws_budget {
	const struct ws_limits *limits;
	uint64_t unpacked; /* bytes out of decoders */
	uint64_t members;  /* bytes out of archive members */
	bool spent;        /* a limit of the whole bundle was reached */
};

struct ws_stream;

struct ws_stream_ops {
	/* Up to n bytes (n > 0); 0 at the end or after filling s->err. */
	size_t (*read)(struct ws_stream *s, unsigned char *p, size_t n);
	void (*free)(struct ws_stream *s); /* of what ops own, may be NULL */
};

struct ws_stream {
	const struct ws_stream_ops *ops; /* NULL: all of it is in memory */
	struct ws_stream *from;          /* owned; what is decoded, or NULL */
	struct ws_stream *root;          /* the undecoded bytes below */
	struct ws_budget *budget;
	struct sha256_ctx *hash; /* fed with what comes out, or NULL */
	uint64_t *total;         /* what the ratio is taken of */
	uint64_t out;            /* bytes so far, consumed or ahead */
	uint64_t at;             /* bytes consumed */
	const unsigned char *p;  /* ahead */
	size_t n;
	unsigned char *buf; /* what p points into, unless in memory */
	size_t cap;
	size_t passed; /* of what is in memory: hashed already, see below */
	const uint64_t *part; /* borrowed; see ws_source_parts() */
	size_t n_part;
	bool is_mapped; /* p is a mapping of a file, from its first page on */
	bool ended;
	struct ws_err err; /* sticky; WS_OK while sound */
};

/* All take over `from`; none returns NULL. */
struct ws_stream *ws_stream_new_mem(
    struct ws_budget *b, const void *p, size_t n);
/* Does not close fd; gives at most max-bytes. */
struct ws_stream *ws_stream_new_fd(struct ws_budget *b, int fd);
/* Any number of gzip members, one after the other. */
struct ws_stream *ws_stream_new_gunzip(struct ws_stream *from);

enum ws_filter { WS_FILTER_XZ, WS_FILTER_ZSTD, WS_FILTER_BZIP2, WS_FILTER_LZ4 };

struct ws_stream *ws_stream_new_filter(
    struct ws_stream *from, enum ws_filter filter);
void ws_stream_free(struct ws_stream *s); /* and what it decodes */

/* For implementations: s is the start of a struct of n bytes. */
void ws_stream_init(
    struct ws_stream *s, const struct ws_stream_ops *ops, struct ws_budget *b);
/* How many of n new bytes the limits allow; fewer sets s->err. */
size_t ws_stream_charge(struct ws_stream *s, uint64_t *account, size_t n);
/* Ends s with damage; the first error sticks. */
void ws_stream_damage(struct ws_stream *s, enum ws_status status,
    const char *fmt, ...) WS_PRINTF(3, 4);

/* The bytes ahead: at least `want` of them unless the stream ends before. */
struct ws_sv ws_stream_peek(struct ws_stream *s, size_t want);
void ws_stream_skip(struct ws_stream *s, size_t n); /* n <= bytes ahead */
size_t ws_stream_read(struct ws_stream *s, void *p, size_t n);
/* Appends all that is left; false when it is more than max bytes. */
bool ws_stream_slurp(struct ws_stream *s, uint64_t max, struct ws_buf *b);
void ws_stream_drain(struct ws_stream *s);
bool ws_stream_in_memory(const struct ws_stream *s);
/* The first n bytes of what is in memory will hardly be wanted again: they are
 * hashed now, and the pages of a mapped file go.  Reading them again works, and
 * costs. */
void ws_stream_pass(struct ws_stream *s, size_t n);

/* For libarchive: arg of ws_feed_read. */
struct ws_feed {
	struct ws_stream *from;
	size_t lent; /* bytes ahead that libarchive still looks at */
};

struct archive;
long ws_feed_read(struct archive *a, void *feed, const void **p);

/* The data of libarchive's current member, block by block: unlike
 * archive_read_data() this loses nothing of what comes before damage. */
struct ws_blocks {
	const unsigned char *p;
	size_t n;
	uint64_t at;    /* bytes given so far */
	uint64_t start; /* of what is left of the block; zeros are before it */
};

/* Up to n bytes, 0 at the end, -1 with libarchive's error. */
long ws_blocks_read(
    struct ws_blocks *b, struct archive *a, unsigned char *p, size_t n);

#endif
