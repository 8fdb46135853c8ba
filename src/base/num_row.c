/*
 * The numbers of a row of a table.  Nearly all have at most eight bytes, which
 * are one register: byte i of the text is byte i of that, whatever the machine.
 */
#include <math.h>

#include "base/num.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(WS_NO_SIMD)
#include <immintrin.h>
#define HAS_LANES 1
#define LANES     __attribute__((target("avx2")))
#endif

/* Digits, with their mark, that a double holds exactly. */
enum { EXACT_MAX = 16 };

/* What is behind the mark of the last eight. */
static const double power[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7 };

static inline uint64_t
load(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;

	return (uint64_t)b[7] << 56 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[5] << 40 | (uint64_t)b[4] << 32 |
	       (uint64_t)b[3] << 24 | (uint64_t)b[2] << 16 |
	       (uint64_t)b[1] << 8 | b[0];
}

#define BYTES(b) (UINT64_C(0x0101010101010101) * (b))

static uint64_t
load_few(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)(unsigned char)p[i] << 8 * (8 - n + i);
	return v;
}

/* The n bytes, 1 to 8, before line.p + to: the last one in the top byte, zeros
 * below the first. */
static inline uint64_t
load_text(struct ws_sv line, size_t to, size_t n)
{
	unsigned before = 64 - 8 * (unsigned)n;

	if (ws_likely(to >= 8))
		return load(line.p + to - 8) >> before << before;
	if (to - n + 8 <= line.n)
		return load(line.p + to - n) << before;
	return load_few(line.p + to - n, n);
}

/* The text as values of digits; zeros before the first stay. */
static inline uint64_t
digits_of(uint64_t text, size_t n)
{
	return text ^ BYTES('0') << (64 - 8 * (unsigned)n);
}

/* The top bit of each byte that is no digit's value. */
static inline uint64_t
not_digits(uint64_t digits)
{
	return (((digits & BYTES(0x7f)) + BYTES(0x76)) | digits) & BYTES(0x80);
}

static inline bool
is_mark(uint64_t digits, unsigned at)
{
	uint64_t c = digits >> 8 * at & 0xff;

	return c == ('.' ^ '0') || c == (',' ^ '0');
}

/* The digits behind byte `at`, and those before it one place up. */
static inline uint64_t
without(uint64_t digits, unsigned at)
{
	uint64_t before = (UINT64_C(1) << 8 * at) - 1;

	return (digits & ~(before << 8 | 0xff)) | (digits & before) << 8;
}

/* Takes the mark out; *fraction gets how many digits are behind it.  False when
 * there is anything else, or no digit behind the mark or before it, which byte
 * `first` is when the number begins with that. */
static inline bool
take_mark(uint64_t *digits, size_t first, unsigned *fraction)
{
	enum { TWO = 5 }; /* the mark before two decimals, which are usual */

	uint64_t odd = not_digits(*digits);
	unsigned at;

	*fraction = 0;
	if (odd == 0)
		return true;
	if (odd == UINT64_C(0x80) << 8 * TWO && first != TWO &&
	    is_mark(*digits, TWO)) {
		*digits = without(*digits, TWO);
		*fraction = 7 - TWO;
		return true;
	}
	at = ws_lowest_bit(odd) / 8;
	if ((odd & (odd - 1)) != 0 || at == first || at == 7 ||
	    !is_mark(*digits, at))
		return false;
	*digits = without(*digits, at);
	*fraction = 7 - at;
	return true;
}

/* Adds up neighbours to pairs, those to fours, those to eight digits. */
static inline uint64_t
sum_digits(uint64_t d)
{
	d = (d * 10 + (d >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
	d = (d * 100 + (d >> 16)) & UINT64_C(0x0000ffff0000ffff);
	return (d * 10000 + (d >> 32)) & UINT64_C(0xffffffff);
}

/* A plain decimal of n <= 8 bytes; NaN when it is none. */
static inline double
read_short(uint64_t text, size_t n, unsigned *fraction)
{
	uint64_t digits = digits_of(text, n);

	if (!take_mark(&digits, 8 - n, fraction))
		return NAN;
	return (double)sum_digits(digits) / power[*fraction];
}

/* The same of up to 16 bytes, of which the last eight have the mark, if any. */
static double
read_long(struct ws_sv line, size_t to, size_t n, unsigned *fraction)
{
	uint64_t last, lead;

	if (n > EXACT_MAX)
		return NAN;
	last = digits_of(load_text(line, to, 8), 8);
	lead = digits_of(load_text(line, to - 8, n - 8), n - 8);
	if (not_digits(lead) != 0 || !take_mark(&last, 8, fraction))
		return NAN;
	lead = sum_digits(lead) * (*fraction > 0 ? 10000000 : 100000000);
	return (double)(lead + sum_digits(last)) / power[*fraction];
}

#if defined(HAS_LANES)

/* Four fields: their digits as by digits_of(), and all ones in the lanes that
 * are digits alone, and in those that have a mark and two of them behind it. */
struct lanes {
	__m256i digits, whole, two;
};

LANES
static inline void
tell_kinds(struct lanes *l, __m256i usable, __m256i width)
{
	const __m256i nine = _mm256_set1_epi8(9), none = _mm256_setzero_si256();
	__m256i is_digit =
	    _mm256_cmpeq_epi8(_mm256_min_epu8(l->digits, nine), l->digits);
	__m256i odd = _mm256_xor_si256(is_digit, _mm256_cmpeq_epi8(none, none));
	/* '.' and ',' are one bit apart. */
	__m256i mark = _mm256_andnot_si256(
	    _mm256_set1_epi64x(('.' ^ ',') * (INT64_C(1) << 40)), l->digits);
	__m256i here = _mm256_cmpeq_epi64(
	    _mm256_and_si256(mark, _mm256_set1_epi64x(INT64_C(0xff) << 40)),
	    _mm256_set1_epi64x((',' ^ '0') * (INT64_C(1) << 40)));
	__m256i alone =
	    _mm256_cmpeq_epi64(odd, _mm256_set1_epi64x(INT64_C(0xff) << 40));
	/* The mark is not all there is before them. */
	__m256i led = _mm256_cmpgt_epi64(width, _mm256_set1_epi64x(3));

	l->whole = _mm256_and_si256(usable, _mm256_cmpeq_epi64(odd, none));
	l->two = _mm256_and_si256(
	    _mm256_and_si256(usable, led), _mm256_and_si256(here, alone));
}

/* The eight bytes before the end of each field, which needs so many before it in
 * the line.  One by one, as gathering them is slow on most machines. */
LANES
static inline __m256i
load_texts(const char *line, const uint32_t *edge, size_t n)
{
	uint64_t text[4];

	for (size_t i = 0; i < WS_LEN(text); i++) {
		uint32_t to = i < n ? edge[2 * i + 1] : 0;

		text[i] = to >= 8 ? load(line + to - 8) : 0;
	}
	return _mm256_set_epi64x((int64_t)text[3], (int64_t)text[2],
	    (int64_t)text[1], (int64_t)text[0]);
}

/* Of the first n: those with at most eight bytes, and eight before their end. */
LANES
static inline struct lanes
load_lanes(const char *line, const uint32_t *edge, size_t n)
{
	__m256i edges = _mm256_loadu_si256((const void *)edge);
	__m256i to = _mm256_srli_epi64(edges, 32);
	__m256i from = _mm256_and_si256(edges, _mm256_set1_epi64x(UINT32_MAX));
	__m256i width = _mm256_sub_epi64(to, from);
	__m256i before = _mm256_sub_epi64(
	    _mm256_set1_epi64x(64), _mm256_slli_epi64(width, 3));
	__m256i inside = _mm256_cmpgt_epi64(
	    _mm256_set1_epi64x((int64_t)n), _mm256_setr_epi64x(0, 1, 2, 3));
	__m256i has_eight = _mm256_cmpgt_epi64(to, _mm256_set1_epi64x(7));
	__m256i is_short = _mm256_cmpgt_epi64(_mm256_set1_epi64x(9), width);
	struct lanes l;

	l.digits =
	    _mm256_xor_si256(load_texts(line, edge, n), _mm256_set1_epi8('0'));
	l.digits =
	    _mm256_sllv_epi64(_mm256_srlv_epi64(l.digits, before), before);
	tell_kinds(&l,
	    _mm256_and_si256(inside, _mm256_and_si256(has_eight, is_short)),
	    width);
	return l;
}

/* The digits, what is before a mark being one byte up. */
LANES
static inline __m256i
without_mark(const struct lanes *l)
{
	const __m256i order = _mm256_broadcastsi128_si256(_mm_setr_epi8(
	    -1, 0, 1, 2, 3, 4, 6, 7, -1, 8, 9, 10, 11, 12, 14, 15));

	return _mm256_blendv_epi8(
	    l->digits, _mm256_shuffle_epi8(l->digits, order), l->two);
}

/* The sums of the eight digits in each of eight lanes, in order. */
LANES
static inline __m256i
sum_lanes(__m256i a, __m256i b)
{
	const __m256i tens = _mm256_set1_epi16(1 << 8 | 10);
	const __m256i hundreds = _mm256_set1_epi32(1 << 16 | 100);
	const __m256i all = _mm256_set1_epi32(1 << 16 | 10000);
	__m256i fours;

	a = _mm256_madd_epi16(_mm256_maddubs_epi16(a, tens), hundreds);
	b = _mm256_madd_epi16(_mm256_maddubs_epi16(b, tens), hundreds);
	fours = _mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), 0xd8);
	return _mm256_madd_epi16(fours, all);
}

LANES
static inline void
put_numbers(double *v, __m128i sums, __m256i two)
{
	__m256d by = _mm256_blendv_pd(
	    _mm256_set1_pd(1), _mm256_set1_pd(100), _mm256_castsi256_pd(two));

	_mm256_storeu_pd(v, _mm256_div_pd(_mm256_cvtepi32_pd(sums), by));
}

LANES
static inline uint64_t
lane_bits(__m256i a, __m256i b)
{
	return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(a)) |
	       (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(b)) << 4;
}

/* Reads fields of the two usual kinds; bits of the rest stay 0. */
LANES
static struct ws_num_row
read_together(struct ws_sv line, const uint32_t *edge, size_t n, double *v)
{
	struct ws_num_row row = { 0, 0, 0 };

	for (size_t i = 0; i < n; i += WS_NUM_STEP) {
		size_t left = n - i;
		struct lanes a = load_lanes(line.p, edge + 2 * i, left);
		struct lanes b = load_lanes(
		    line.p, edge + 2 * (i + 4), left > 4 ? left - 4 : 0);
		__m256i sums = sum_lanes(without_mark(&a), without_mark(&b));

		put_numbers(v + i, _mm256_castsi256_si128(sums), a.two);
		put_numbers(
		    v + i + 4, _mm256_extracti128_si256(sums, 1), b.two);
		row.whole |= lane_bits(a.whole, b.whole) << i;
		row.good |= lane_bits(a.two, b.two) << i;
	}
	row.good |= row.whole;
	row.small = row.good;
	return row;
}

static bool
has_avx2(void)
{
	return __builtin_cpu_supports("avx2");
}

#else

static struct ws_num_row
read_together(struct ws_sv line, const uint32_t *edge, size_t n, double *v)
{
	(void)line;
	(void)edge;
	(void)n;
	(void)v;
	return (struct ws_num_row){ 0, 0, 0 };
}

static bool
has_avx2(void)
{
	return false;
}

#endif

/* Reads field i alone. */
static void
read_field(struct ws_num_row *row, struct ws_sv line, const uint32_t *edge,
    size_t i, double *v)
{
	size_t to = edge[2 * i + 1], width = to - edge[2 * i];
	bool is_short = width <= 8;
	unsigned fraction = 0;
	uint64_t good;

	/* Most of what is left are words. */
	if ((unsigned char)line.p[edge[2 * i]] > '9') {
		v[i] = NAN;
		return;
	}
	v[i] = ws_likely(is_short)
		   ? read_short(load_text(line, to, width), width, &fraction)
		   : read_long(line, to, width, &fraction);
	good = !isnan(v[i]);
	row->good |= good << i;
	row->whole |= (good & (fraction == 0)) << i;
	row->small |= (good & is_short) << i;
}

struct ws_num_row
ws_num_row(struct ws_sv line, const uint32_t *edge, size_t n, double *v)
{
	struct ws_num_row row = { 0, 0, 0 };

	if (has_avx2())
		row = read_together(line, edge, n, v);
	for (uint64_t w = ws_low_bits(n) & ~row.good; w != 0; w &= w - 1)
		read_field(&row, line, edge, ws_lowest_bit(w), v);
	return row;
}
