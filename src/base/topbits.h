/* Which of many bytes have their top bit set. */
#ifndef WS_TOPBITS_H
#define WS_TOPBITS_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { WS_TOP_BITS = 64 };

/* The top bits of the 64 bytes at p, that of the first one lowest. */
static inline uint64_t
ws_top_bits(const unsigned char *p)
{
	uint64_t bits = 0;
	unsigned i;

#if defined(__SSE2__)
	for (i = 0; i < WS_TOP_BITS; i += 16) {
		__m128i part = _mm_loadu_si128((const __m128i *)(p + i));

		bits |= (uint64_t)(unsigned)_mm_movemask_epi8(part) << i;
	}
#else
	for (i = 0; i < WS_TOP_BITS; i++)
		bits |= (uint64_t)(p[i] >> 7) << i;
#endif
	return bits;
}

#endif
