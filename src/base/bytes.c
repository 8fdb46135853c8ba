#include "base/bytes.h"

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { STEP = 16, BLOCK = 64 };

#if defined(__SSE2__)

static __m128i
load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static unsigned
bits_of(__m128i v)
{
	return (unsigned)_mm_movemask_epi8(v);
}

static unsigned
controls_in_step(const char *p)
{
	__m128i v = load(p);

	return bits_of(_mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v));
}

static unsigned
blanks_in_step(const char *p)
{
	__m128i v = load(p);
	__m128i space = _mm_cmpeq_epi8(v, _mm_set1_epi8(' '));
	__m128i tab = _mm_cmpeq_epi8(v, _mm_set1_epi8('\t'));
	__m128i cr = _mm_cmpeq_epi8(v, _mm_set1_epi8('\r'));
	__m128i lf = _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'));

	return bits_of(
	    _mm_or_si128(_mm_or_si128(space, tab), _mm_or_si128(cr, lf)));
}

#else

static unsigned
controls_in_step(const char *p)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < STEP; i++)
		bits |= (unsigned)((unsigned char)p[i] < ' ') << i;
	return bits;
}

static unsigned
blanks_in_step(const char *p)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < STEP; i++)
		bits |= (unsigned)(p[i] == ' ' || p[i] == '\t' ||
				   p[i] == '\r' || p[i] == '\n')
			<< i;
	return bits;
}

#endif

size_t
ws_bytes_control(struct ws_sv s)
{
	size_t at = 0;
	unsigned bits;

	for (; s.n - at >= STEP; at += STEP) {
		bits = controls_in_step(s.p + at);
		if (bits != 0)
			return at + ws_lowest_bit(bits);
	}
	while (at < s.n && (unsigned char)s.p[at] >= ' ')
		at++;
	return at;
}

/* Bit i: byte i of a block is a blank. */
static inline uint64_t
blanks_in_block(const char *p)
{
	return (uint64_t)blanks_in_step(p) |
	       (uint64_t)blanks_in_step(p + STEP) << STEP |
	       (uint64_t)blanks_in_step(p + 2 * STEP) << 2 * STEP |
	       (uint64_t)blanks_in_step(p + 3 * STEP) << 3 * STEP;
}

/* The same of n bytes before the end of a line, n < BLOCK; what would be behind
 * them is blank. */
static uint64_t
blanks_in_rest(struct ws_sv line, size_t n)
{
	char block[BLOCK];

	if (line.n >= BLOCK)
		return blanks_in_block(line.p + line.n - BLOCK) >> (BLOCK - n) |
		       ~UINT64_C(0) << n;
	memset(block, ' ', sizeof(block));
	memcpy(block, line.p + line.n - n, n);
	return blanks_in_block(block);
}

size_t
ws_bytes_fields(struct ws_sv line, size_t *edge, size_t max)
{
	uint64_t inside = 0; /* 1: the byte before is of a field */
	size_t at, n = 0;

	for (at = 0; at < line.n; at += BLOCK) {
		uint64_t text = line.n - at >= BLOCK
				    ? ~blanks_in_block(line.p + at)
				    : ~blanks_in_rest(line, line.n - at);
		uint64_t edges = text ^ (text << 1 | inside);

		inside = text >> (BLOCK - 1);
		if (n >= 2 * max) {
			n += ws_bits(edges);
			continue;
		}
		for (; edges != 0; edges &= edges - 1)
			edge[n++] = at + ws_lowest_bit(edges);
	}
	if (n < 2 * max)
		edge[n] = line.n;
	return (n + inside) / 2;
}
