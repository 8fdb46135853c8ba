/* Numbers of v2 execution traces: unsigned LEB128. */
#ifndef WS_PARSERS_GO_TRACE_V2_WIRE_H
#define WS_PARSERS_GO_TRACE_V2_WIRE_H

#include <stdbool.h>
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

/* 7 of 8 bits each, by halves. */
static inline uint64_t
v2_squeeze(uint64_t w)
{
	w = (w & UINT64_C(0x007f007f007f007f)) |
	    (w & UINT64_C(0x7f007f007f007f00)) >> 1;
	w = (w & UINT64_C(0x00003fff00003fff)) |
	    (w & UINT64_C(0x3fff00003fff0000)) >> 2;
	return (w & UINT64_C(0x000000000fffffff)) |
	       (w & UINT64_C(0x0fffffff00000000)) >> 4;
}

#endif
