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
