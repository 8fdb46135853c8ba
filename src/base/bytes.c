#include "base/bytes.h"

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(WS_NO_SIMD)
#include <emmintrin.h>
#endif

enum { STEP = 16, BLOCK = 64 };

#if defined(__SSE2__) && !defined(WS_NO_SIMD)

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

static unsigned
spaces_in_step(const char *p)
{
	return bits_of(_mm_cmpeq_epi8(load(p), _mm_set1_epi8(' ')));
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

static unsigned
spaces_in_step(const char *p)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < STEP; i++)
		bits |= (unsigned)(p[i] == ' ') << i;
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

/* What is asked of each byte of a block: bit i is of byte i. */
typedef unsigned in_step(const char *p);

static inline uint64_t
in_block(const char *p, in_step *ask)
{
	return (uint64_t)ask(p) | (uint64_t)ask(p + STEP) << STEP |
	       (uint64_t)ask(p + 2 * STEP) << 2 * STEP |
	       (uint64_t)ask(p + 3 * STEP) << 3 * STEP;
}

/* The block at `at`, or a copy that `fill` goes on behind the end of s. */
static inline const char *
block_at(struct ws_sv s, size_t at, char copy[BLOCK], char fill)
{
	if (ws_likely(s.n - at >= BLOCK))
		return s.p + at;
	memset(copy, fill, BLOCK);
	if (s.n > at)
		memcpy(copy, s.p + at, s.n - at);
	return copy;
}

/* Where fields begin and end, in turn. */
struct edges {
	uint32_t *edge;
	size_t n, max;
	uint64_t inside; /* 1: the last byte was of a field */
};

/* text: the bytes of the block at `at` that are of fields. */
static inline void
add_edges(struct edges *e, size_t at, uint64_t text)
{
	uint64_t edges = text ^ (text << 1 | e->inside);

	e->inside = text >> (BLOCK - 1);
	if (ws_unlikely(e->n >= e->max)) {
		e->n += ws_bits(edges);
		return;
	}
	for (; edges != 0; edges &= edges - 1)
		e->edge[e->n++] = (uint32_t)(at + ws_lowest_bit(edges));
}

size_t
ws_bytes_fields(struct ws_sv line, uint32_t *edge, size_t max)
{
	struct edges e = { edge, 0, 2 * max, 0 };
	char copy[BLOCK];

	if (line.n > UINT32_MAX - BLOCK)
		line.n = UINT32_MAX - BLOCK;
	/* The last block has at least one blank behind the line. */
	for (size_t at = 0; at <= line.n; at += BLOCK)
		add_edges(&e, at,
		    ~in_block(block_at(line, at, copy, ' '), blanks_in_step));
	return e.n / 2;
}

size_t
ws_bytes_line(struct ws_sv ahead, uint32_t *edge, size_t max, size_t *fields)
{
	struct edges e = { edge, 0, 2 * max, 0 };
	uint64_t spaces, controls = 0;
	size_t at;
	char copy[BLOCK];

	if (ahead.n > UINT32_MAX - BLOCK)
		ahead.n = UINT32_MAX - BLOCK;
	for (at = 0; controls == 0; at += BLOCK) {
		const char *p = block_at(ahead, at, copy, '\n');

		controls = in_block(p, controls_in_step);
		spaces = in_block(p, spaces_in_step);
		/* Of what is before the first of them. */
		add_edges(&e, at, ~spaces & ((controls & -controls) - 1));
	}
	*fields = e.n / 2;
	return at - BLOCK + ws_lowest_bit(controls);
}
