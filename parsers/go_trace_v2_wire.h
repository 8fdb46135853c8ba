/* Numbers of v2 execution traces: unsigned LEB128. */
#ifndef WS_PARSERS_GO_TRACE_V2_WIRE_H
#define WS_PARSERS_GO_TRACE_V2_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compat.h"

/* An unsigned LEB128 at *pp, at most 10 bytes, not past end. */
bool v2_uleb_slow(
    const unsigned char **pp, const unsigned char *end, uint64_t *out);

static inline bool
v2_uleb(const unsigned char **pp, const unsigned char *end, uint64_t *out)
{
	const unsigned char *p = *pp;

	if (ws_likely(p < end && *p < 0x80)) {
		*out = *p;
		*pp = p + 1;
		return true;
	}
	return v2_uleb_slow(pp, end, out);
}

#define V2_STOPS UINT64_C(0x8080808080808080)

/* The next 8 bytes, the first one lowest. */
static inline uint64_t
v2_word(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	       (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

/* 7 of 8 bits each, of bytes without their top bits: parts that are neighbours
 * are joined by moving the lower one up, and the whole goes down in the end. */
static inline uint64_t
v2_squeeze(uint64_t w)
{
	w += w & UINT64_C(0x00ff00ff00ff00ff);
	w += (w & UINT64_C(0x0000ffff0000ffff)) * 3;
	w += (w & UINT64_C(0x00000000ffffffff)) * 15;
	return w >> 7;
}

/* The number of up to 8 bytes at p, and what is behind it; NULL when it is
 * longer.  Eight bytes can be read. */
static inline const unsigned char *
v2_number(const unsigned char *p, uint64_t *number)
{
	uint64_t w = v2_word(p), stops = ~w & V2_STOPS;

	if (ws_unlikely(stops == 0))
		return NULL;
	*number = v2_squeeze(w & (stops ^ (stops - 1)) & ~V2_STOPS);
	return p + ws_lowest_bit(stops) / 8 + 1;
}

#endif
