#include "report/scale.h"

#include <math.h>

#include "base/compat.h"

struct step {
	double factor;
	const char *prefix, *ascii;
};

static const struct step decimal[] = { { 1e12, "T", "T" }, { 1e9, "G", "G" },
	{ 1e6, "M", "M" }, { 1e3, "k", "k" }, { 1, "", "" }, { 1e-3, "m", "m" },
	{ 1e-6, "\xc2\xb5", "u" }, { 1e-9, "n", "n" } };
/* Fractions of a byte have no prefix. */
static const struct step binary[] = { { 1099511627776, "Ti", "Ti" },
	{ 1073741824, "Gi", "Gi" }, { 1048576, "Mi", "Mi" },
	{ 1024, "Ki", "Ki" }, { 1, "", "" } };

/* The number with four digits, after rounding: 99.995 is 100.0. */
static int
decimals_of(double v)
{
	if (v >= 99.995)
		return 1;
	if (v >= 9.9995)
		return 2;
	return v >= 0.99995 ? 3 : 0;
}

static double
least_of(const double *v, size_t n)
{
	double least = 0;

	for (size_t i = 0; i < n; i++) {
		double x = fabs(v[i]);

		if (x > 0 && isfinite(x) && (least == 0 || x < least))
			least = x;
	}
	return least;
}

struct ws_scale
ws_scale_of(const double *v, size_t n, bool is_binary, bool utf8)
{
	const struct step *step = is_binary ? binary : decimal, *last = step;
	size_t n_step = is_binary ? WS_LEN(binary) : WS_LEN(decimal), i;
	double least = least_of(v, n), bound = 0.99995;
	int more = 3;

	if (least == 0)
		return (struct ws_scale){ 3, 1, "" };
	for (i = 0; i < n_step; i++) {
		int d = decimals_of(least / step[i].factor);

		last = &step[i];
		if (d > 0)
			return (struct ws_scale){ d, last->factor,
				utf8 ? last->prefix : last->ascii };
	}
	while (least / last->factor < bound && more < 10) {
		bound /= 10;
		more++;
	}
	return (struct ws_scale){ more, last->factor,
		utf8 ? last->prefix : last->ascii };
}

void
ws_scale_put(struct ws_buf *b, const struct ws_scale *s, double v)
{
	ws_buf_printf(b, "%.*f%s", s->decimals, v / s->factor, s->prefix);
}
