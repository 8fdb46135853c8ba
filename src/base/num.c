#include "base/num.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Digits of at least one and nothing else, at most UINT64_MAX. */
static bool
read_digits(struct ws_sv s, uint64_t *out)
{
	uint64_t v = 0;
	unsigned digit;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		digit = (unsigned char)s.p[i] - (unsigned)'0';
		if (digit > 9)
			return false;
		if (v > UINT64_MAX / 10 || v * 10 > UINT64_MAX - digit)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

bool
ws_num_u64(struct ws_sv s, uint64_t lo, uint64_t hi, uint64_t *out)
{
	uint64_t v;

	if (!read_digits(s, &v) || v < lo || v > hi)
		return false;
	*out = v;
	return true;
}

bool
ws_num_i64(struct ws_sv s, int64_t lo, int64_t hi, int64_t *out)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	bool has_sign = negative || (s.n > 0 && s.p[0] == '+');
	uint64_t most = (uint64_t)INT64_MAX + negative;
	uint64_t size;
	int64_t v;

	if (!read_digits(ws_sv_from(s, has_sign), &size) || size > most)
		return false;
	/* -1 before and after: the size of INT64_MIN is not an int64_t. */
	if (negative && size > 0)
		v = -(int64_t)(size - 1) - 1;
	else
		v = (int64_t)size;
	if (v < lo || v > hi)
		return false;
	*out = v;
	return true;
}

/*
 * A plain decimal of at most 15 digits: both the digits and the power of ten
 * are doubles without error, so that one division rounds as strtod does (W.
 * Clinger, PLDI 1990), at a tenth of its time.
 */
static bool
read_plain(struct ws_sv s, double *out)
{
	static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
	bool negative = s.n > 0 && s.p[0] == '-', has_point = false;
	uint64_t digits = 0;
	size_t n = 0, fraction = 0;

	for (size_t i = negative; i < s.n; i++) {
		unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';

		if (s.p[i] == '.' && !has_point) {
			has_point = true;
			continue;
		}
		if (digit > 9 || ++n >= sizeof(tens) / sizeof(tens[0]))
			return false;
		digits = digits * 10 + digit;
		fraction += has_point;
	}
	if (n == 0)
		return false;
	*out = (double)digits / tens[fraction];
	if (negative)
		*out = -*out;
	return true;
}

bool
ws_num_f64(struct ws_sv s, double lo, double hi, double *out)
{
	char text[64];
	char *end;
	double v;

	if (read_plain(s, &v)) {
		if (!(v >= lo && v <= hi))
			return false;
		*out = v;
		return true;
	}
	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	/* strtod also reads blanks, hexadecimal, "inf" and "nan"; a NUL in
	 * the field ends the span early, too. */
	if (strspn(text, "0123456789+-.eE") != s.n)
		return false;
	v = strtod(text, &end);
	if (end != text + s.n || !isfinite(v) || !(v >= lo && v <= hi))
		return false;
	*out = v;
	return true;
}

/* Powers of ten that a double holds exactly. */
static const double exact[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
	1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };

/* For numbers of more digits than a double holds. */
static bool
read_long_decimal(struct ws_sv s, double *out)
{
	char text[64];

	if (s.n >= sizeof(text))
		return false;
	for (size_t i = 0; i < s.n; i++)
		text[i] = s.p[i] == ',' ? '.' : s.p[i];
	return ws_num_f64((struct ws_sv){ text, s.n }, -1e30, 1e30, out);
}

size_t
ws_num_digits(struct ws_sv s, double *out)
{
	const char *p = s.p, *end = s.p + s.n, *mark = NULL;
	uint64_t digits = 0;
	unsigned digit;
	size_t n;

	for (; p < end; p++) {
		digit = (unsigned char)*p - (unsigned)'0';
		if (digit <= 9)
			digits = digits * 10 + digit;
		else if ((*p == '.' || *p == ',') && mark == NULL && p > s.p)
			mark = p;
		else
			break;
	}
	n = (size_t)(p - s.p);
	if (n == 0 || mark == p - 1)
		return 0;
	/* Both are exact, so that their quotient is rounded once, correctly. */
	*out = NAN;
	if (n <= WS_LEN(exact))
		*out = (double)digits / exact[mark != NULL ? p - mark - 1 : 0];
	return n;
}

/* Byte i of the text is byte i of the number, whatever the machine. */
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
	return (double)sum_digits(digits) / exact[*fraction];
}

/* The same of up to 16 bytes, of which the last eight have the mark, if any. */
static double
read_long(struct ws_sv line, size_t to, size_t n, unsigned *fraction)
{
	uint64_t last, lead;

	if (n > WS_LEN(exact))
		return NAN;
	last = digits_of(load_text(line, to, 8), 8);
	lead = digits_of(load_text(line, to - 8, n - 8), n - 8);
	if (not_digits(lead) != 0 || !take_mark(&last, 8, fraction))
		return NAN;
	lead = sum_digits(lead) * (*fraction > 0 ? 10000000 : 100000000);
	return (double)(lead + sum_digits(last)) / exact[*fraction];
}

void
ws_num_row(struct ws_num_row *r, struct ws_sv line, const size_t *edge,
    size_t first, size_t n)
{
	uint64_t read = 0, good = 0, whole = 0, wide = 0;
	uint64_t bit = UINT64_C(1) << first;

	for (size_t i = first; i < n; i++, bit <<= 1) {
		size_t to = edge[2 * i + 1], width = to - edge[2 * i];
		unsigned fraction = 0;
		uint64_t text = 0;

		if (ws_likely(width <= 8)) {
			text = load_text(line, to, width);
			if (text == r->text[i])
				continue;
			r->v[i] = read_short(text, width, &fraction);
		} else {
			r->v[i] = read_long(line, to, width, &fraction);
			wide |= bit;
		}
		r->text[i] = text;
		read |= bit;
		good |= isnan(r->v[i]) ? 0 : bit;
		whole |= fraction == 0 ? bit : 0;
	}
	r->good = (r->good & ~read) | good;
	r->whole = (r->whole & ~read) | (good & whole);
	r->small = (r->small & ~read) | (good & ~wide);
}

bool
ws_num_decimal(struct ws_sv s, double *out)
{
	bool has_sign = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
	struct ws_sv digits = ws_sv_from(s, has_sign);
	double v;

	if (digits.n == 0 || ws_num_digits(digits, &v) != digits.n)
		return false;
	if (isnan(v))
		return read_long_decimal(s, out);
	*out = s.p[0] == '-' ? -v : v;
	return true;
}
