/*
 * Bytes of perf.data in either order.  The cursor of base/cursor.h does the
 * same; this one is inlined whole, as a large file is little but 64-bit words.
 */
#ifndef WS_PARSERS_PERF_DATA_IN_H
#define WS_PARSERS_PERF_DATA_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

struct pd_in {
	const unsigned char *p, *end;
	bool big, bad; /* bad: something was wanted that is not there */
};

static inline uint32_t
pd_load32(const unsigned char *p, bool big)
{
	if (big)
		return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		       (uint32_t)p[2] << 8 | p[3];
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

/* Written so that compilers make one load of it. */
static inline uint64_t
pd_load64(const unsigned char *p, bool big)
{
	if (big)
		return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 |
		       (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 |
		       (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
		       (uint64_t)p[6] << 8 | p[7];
	return (uint64_t)p[7] << 56 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[5] << 40 | (uint64_t)p[4] << 32 |
	       (uint64_t)p[3] << 24 | (uint64_t)p[2] << 16 |
	       (uint64_t)p[1] << 8 | p[0];
}

static inline size_t
pd_left(const struct pd_in *in)
{
	return (size_t)(in->end - in->p);
}

static inline bool
pd_has(struct pd_in *in, uint64_t n)
{
	if (ws_likely(n <= pd_left(in)))
		return true;
	in->bad = true;
	in->p = in->end;
	return false;
}

static inline uint64_t
pd_u64(struct pd_in *in)
{
	if (!pd_has(in, 8))
		return 0;
	in->p += 8;
	return pd_load64(in->p - 8, in->big);
}

static inline uint32_t
pd_u32(struct pd_in *in)
{
	if (!pd_has(in, 4))
		return 0;
	in->p += 4;
	return pd_load32(in->p - 4, in->big);
}

uint16_t pd_load16(const unsigned char *p, bool big);
uint16_t pd_u16(struct pd_in *in);
uint8_t pd_u8(struct pd_in *in);
/* A window on the next n bytes. */
struct pd_in pd_sub(struct pd_in *in, uint64_t n);
/* Up to a NUL or the end. */
struct ws_sv pd_text(const struct pd_in *in);

static inline void
pd_skip(struct pd_in *in, uint64_t n)
{
	if (pd_has(in, n))
		in->p += n;
}

/* n items of `size` bytes each; false when there are fewer. */
static inline bool
pd_skip_items(struct pd_in *in, uint64_t n, uint64_t size)
{
	if (n > pd_left(in) / size) {
		in->bad = true;
		in->p = in->end;
		return false;
	}
	in->p += n * size;
	return true;
}

#endif
