/*
 * A window on untrusted bytes.  Every read is checked; the first failure
 * sticks, later reads return 0 and ws_cur_left() returns 0, so a parser may
 * read a whole record and ask ws_cur_ok() once.
 *
 * Three habits make parsers safe: lengths become sub-windows (a record cannot
 * read its neighbour); counts pass ws_cur_count() before any allocation or
 * loop; loops run on ws_cur_left(), which is 0 after a failure.
 */
#ifndef WS_CURSOR_H
#define WS_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct ws_cur {
	const unsigned char *p, *end;
	uint64_t off;     /* offset of p in the artifact */
	uint64_t bad_off; /* where the first failure was */
	const char *bad;  /* what was wanted there; NULL while good */
	bool big;         /* big-endian fixed-width integers */
};

void ws_cur_init(struct ws_cur *c, const void *p, size_t n, uint64_t off);

static inline bool
ws_cur_ok(const struct ws_cur *c)
{
	return c->bad == NULL;
}

/* A failure moves p to the end, so that this is all there is to check. */
static inline size_t
ws_cur_left(const struct ws_cur *c)
{
	return (size_t)(c->end - c->p);
}

/* Marks the failure; the first one sticks.  `what` is a literal. */
void ws_cur_fail(struct ws_cur *c, const char *what);
uint8_t ws_cur_u8_end(struct ws_cur *c); /* ws_cur_u8 at the end */

static inline uint8_t
ws_cur_u8(struct ws_cur *c)
{
	if (ws_unlikely(c->p == c->end))
		return ws_cur_u8_end(c);
	c->off++;
	return *c->p++;
}

uint16_t ws_cur_u16(struct ws_cur *c);
uint32_t ws_cur_u32(struct ws_cur *c);
uint64_t ws_cur_u64(struct ws_cur *c);
/* Unsigned LEB128; fails past 10 bytes or 64 bits. */
uint64_t ws_cur_uleb_long(struct ws_cur *c); /* of any length */

static inline uint64_t
ws_cur_uleb(struct ws_cur *c)
{
	if (ws_unlikely(c->p == c->end || *c->p >= 0x80))
		return ws_cur_uleb_long(c);
	c->off++;
	return *c->p++;
}

/* The next n bytes; empty and failed when there are fewer. */
struct ws_sv ws_cur_take(struct ws_cur *c, uint64_t n);
void ws_cur_skip(struct ws_cur *c, uint64_t n);
/* The next line without its LF or CR LF; a last line needs no newline. */
struct ws_sv ws_cur_line(struct ws_cur *c);
/* A child window on the next n bytes; the parent moves past them. */
struct ws_cur ws_cur_sub(struct ws_cur *c, uint64_t n);
/* n when n items of at least min_size bytes can still follow, else 0 and
 * failed. */
uint64_t ws_cur_count(struct ws_cur *c, uint64_t n, size_t min_size);
/* The failure as an error: status corrupt, its offset and what was wanted. */
enum ws_status ws_cur_err(const struct ws_cur *c, struct ws_err *err);

#endif
