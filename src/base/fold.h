/* The step that hashes are made of. */
#ifndef WS_FOLD_H
#define WS_FOLD_H

#include <stdint.h>

#include "base/compat.h"

/* Both halves of the 128-bit product, folded. */
static inline uint64_t
ws_fold(uint64_t a, uint64_t b)
{
#if defined(WS_U128)
	WS_U128 product = a;

	product *= b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
	uint64_t m1 = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
	uint64_t m2 = (a & UINT32_MAX) * (b >> 32) + (m1 & UINT32_MAX);
	uint64_t high = (a >> 32) * (b >> 32) + (m1 >> 32) + (m2 >> 32);

	return (m2 << 32 | (low & UINT32_MAX)) ^ high;
#endif
}

#endif
