/* Compiler extensions, in one place: everything else is C11 and POSIX. */
#ifndef WS_COMPAT_H
#define WS_COMPAT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define WS_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define WS_NORETURN          __attribute__((noreturn))
#define WS_UNUSED            __attribute__((unused))
#define ws_likely(x)         __builtin_expect(!!(x), 1)
#define ws_unlikely(x)       __builtin_expect(!!(x), 0)
/* GCC takes a function with nothing but these for one without an effect. */
#define ws_prefetch(p)                                                         \
	do {                                                                   \
		__builtin_prefetch(p);                                         \
		__asm__ volatile("");                                          \
	} while (0)
#else
#define WS_PRINTF(fmt, args)
#define WS_NORETURN
#define WS_UNUSED
#define ws_likely(x)   (x)
#define ws_unlikely(x) (x)
#define ws_prefetch(p) ((void)(p))
#endif

#if defined(__SIZEOF_INT128__)
#define WS_U128 __extension__ unsigned __int128
#endif

/* The number of the lowest bit set in x, which is not 0. */
static inline unsigned
ws_lowest_bit(uint64_t x)
{
#if defined(__GNUC__)
	return (unsigned)__builtin_ctzll(x);
#else
	unsigned n = 0;

	for (; (x & 1) == 0; x >>= 1)
		n++;
	return n;
#endif
}

/* The n lowest bits, n <= 64. */
static inline uint64_t
ws_low_bits(size_t n)
{
	return n > 0 ? ~UINT64_C(0) >> (64 - n) : 0;
}

/* How many bits are set: of pairs, of fours, of bytes, and of all. */
static inline unsigned
ws_bits(uint64_t x)
{
	x -= x >> 1 & UINT64_C(0x5555555555555555);
	x = (x & UINT64_C(0x3333333333333333)) +
	    (x >> 2 & UINT64_C(0x3333333333333333));
	x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (unsigned)(x * UINT64_C(0x0101010101010101) >> 56);
}

#define WS_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
