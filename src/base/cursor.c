#include "base/cursor.h"

#include <inttypes.h>
#include <string.h>

void
ws_cur_init(struct ws_cur *c, const void *p, size_t n, uint64_t off)
{
	/* An empty window may come with NULL, which must not be added to. */
	if (n == 0)
		p = "";
	*c = (struct ws_cur){ .p = p, .off = off };
	c->end = c->p + n;
}

void
ws_cur_fail(struct ws_cur *c, const char *what)
{
	if (c->bad != NULL)
		return;
	c->bad = what;
	c->bad_off = c->off;
	c->off += ws_cur_left(c);
	c->p = c->end;
}

/* The next n bytes, or NULL and failed. */
static const unsigned char *
advance(struct ws_cur *c, size_t n, const char *what)
{
	const unsigned char *p = c->p;

	if (ws_unlikely(n > ws_cur_left(c))) {
		ws_cur_fail(c, what);
		return NULL;
	}
	c->p += n;
	c->off += n;
	return p;
}

uint8_t
ws_cur_u8_end(struct ws_cur *c)
{
	ws_cur_fail(c, "a byte");
	return 0;
}

uint16_t
ws_cur_u16(struct ws_cur *c)
{
	const unsigned char *p = advance(c, 2, "a 16-bit integer");

	if (p == NULL)
		return 0;
	if (c->big)
		return (uint16_t)(p[0] << 8 | p[1]);
	return (uint16_t)(p[1] << 8 | p[0]);
}

static uint32_t
little(const unsigned char *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static uint32_t
big(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

uint32_t
ws_cur_u32(struct ws_cur *c)
{
	const unsigned char *p = advance(c, 4, "a 32-bit integer");

	if (p == NULL)
		return 0;
	return c->big ? big(p) : little(p);
}

static uint64_t
little64(const unsigned char *p)
{
	return (uint64_t)little(p + 4) << 32 | little(p);
}

uint64_t
ws_cur_u64(struct ws_cur *c)
{
	const unsigned char *p = advance(c, 8, "a 64-bit integer");

	if (p == NULL)
		return 0;
	if (c->big)
		return (uint64_t)big(p) << 32 | big(p + 4);
	return little64(p);
}

/* Byte by byte: near the end of the window, and past 8 bytes. */
static uint64_t
read_uleb(struct ws_cur *c)
{
	const unsigned char *p = c->p;
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		if (p == c->end) {
			ws_cur_fail(c, "the rest of a LEB128 number");
			return 0;
		}
		/* The tenth byte has room for one bit. */
		if (shift == 63 && *p > 1)
			break;
		v |= (uint64_t)(*p & 0x7f) << shift;
		if (*p++ < 0x80) {
			c->off += (uint64_t)(p - c->p);
			c->p = p;
			return v;
		}
	}
	ws_cur_fail(c, "a LEB128 number of at most 64 bits");
	return 0;
}

/*
 * Lengths are hard to predict, so up to 8 bytes are read without a branch on
 * them: the lowest clear top bit ends the number; then groups of 7 bits are
 * joined to groups of 14, 28 and 56.
 */
uint64_t
ws_cur_uleb_long(struct ws_cur *c)
{
	uint64_t v, ends;
	unsigned n;

	if (ws_unlikely(ws_cur_left(c) < 8))
		return read_uleb(c);
	v = little64(c->p);
	ends = ~v & 0x8080808080808080;
	if (ws_unlikely(ends == 0))
		return read_uleb(c);
	n = ws_lowest_bit(ends) / 8 + 1;
	v &= (ends ^ (ends - 1)) & 0x7f7f7f7f7f7f7f7f;
	v = (v & 0x007f007f007f007f) | (v & 0x7f007f007f007f00) >> 1;
	v = (v & 0x00003fff00003fff) | (v & 0x3fff00003fff0000) >> 2;
	v = (v & 0x000000000fffffff) | (v & 0x0fffffff00000000) >> 4;
	c->p += n;
	c->off += n;
	return v;
}

struct ws_sv
ws_cur_take(struct ws_cur *c, uint64_t n)
{
	const unsigned char *p = NULL;

	if (n <= SIZE_MAX)
		p = advance(c, (size_t)n, "a run of bytes");
	else
		ws_cur_fail(c, "a run of bytes");
	if (p == NULL)
		return WS_SV("");
	return (struct ws_sv){ (const char *)p, (size_t)n };
}

void
ws_cur_skip(struct ws_cur *c, uint64_t n)
{
	ws_cur_take(c, n);
}

struct ws_sv
ws_cur_line(struct ws_cur *c)
{
	size_t left = ws_cur_left(c);
	const unsigned char *newline;
	struct ws_sv line;

	if (left == 0) {
		ws_cur_fail(c, "a line");
		return WS_SV("");
	}
	newline = memchr(c->p, '\n', left);
	if (newline == NULL)
		return ws_cur_take(c, left);
	line = ws_cur_take(c, (uint64_t)(newline - c->p) + 1);
	line.n--;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* The child of a failed cursor has failed too: reading nothing from it must
 * not look like success. */
struct ws_cur
ws_cur_sub(struct ws_cur *c, uint64_t n)
{
	struct ws_cur sub = *c;

	ws_cur_skip(c, n);
	if (!ws_cur_ok(c)) {
		ws_cur_fail(&sub, c->bad);
		return sub;
	}
	sub.end = c->p;
	return sub;
}

uint64_t
ws_cur_count(struct ws_cur *c, uint64_t n, size_t min_size)
{
	/* Even items that may be empty are not believed without a byte each:
	 * a count must cost whoever sent it. */
	if (min_size == 0)
		min_size = 1;
	if (n > ws_cur_left(c) / min_size) {
		ws_cur_fail(c, "a count of items that fit");
		return 0;
	}
	return n;
}

enum ws_status
ws_cur_err(const struct ws_cur *c, struct ws_err *err)
{
	if (ws_cur_ok(c))
		return WS_OK;
	return ws_err_set(err, WS_CORRUPT, c->bad_off,
	    "wanted %s, %" PRIu64 " bytes were left", c->bad,
	    c->off - c->bad_off);
}
