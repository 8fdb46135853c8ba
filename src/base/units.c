#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

/* A step of a scale: what one of it is in the base unit, and its name. */
struct step {
	double size;
	const char *name;
};

/* Ascending, ended by a NULL name. */
static const struct step time_steps[] = { { 1, "ns" }, { 1e3, "us" },
	{ 1e6, "ms" }, { 1e9, "s" }, { 60e9, "min" }, { 3600e9, "h" },
	{ 0, NULL } };
static const struct step byte_steps[] = { { 1, "B" }, { 1024, "KiB" },
	{ 1048576, "MiB" }, { 1073741824, "GiB" }, { 1099511627776, "TiB" },
	{ 0, NULL } };
static const struct step decimal_steps[] = { { 1, "" }, { 1e3, "k" },
	{ 1e6, "M" }, { 1e9, "G" }, { 1e12, "T" }, { 0, NULL } };
/* Read, never written. */
static const struct step decimal_byte_steps[] = { { 1e3, "kB" }, { 1e3, "KB" },
	{ 1e6, "MB" }, { 1e9, "GB" }, { 1e12, "TB" }, { 0, NULL } };
static const struct step percent_steps[] = { { 0.01, "%" }, { 0, NULL } };

/* Below this, counts are written out. */
static const double count_scaled_from = 100000;

static const char *const unit_names[] = {
#define X(id, name) name,
	WS_UNITS(X)
#undef X
};

const char *
ws_unit_name(enum ws_unit u)
{
	return (unsigned)u < WS_LEN(unit_names) ? unit_names[u] : "none";
}

bool
ws_unit_by_name(struct ws_sv name, enum ws_unit *out)
{
	for (size_t i = 0; i < WS_LEN(unit_names); i++) {
		if (!ws_sv_is(name, unit_names[i]))
			continue;
		*out = (enum ws_unit)i;
		return true;
	}
	return false;
}

/* Decimals that make three significant digits of v >= 0; the bounds are those
 * of the rounded number: 9.996 is 10.0. */
static int
decimals(double v)
{
	if (v >= 99.95)
		return 0;
	return v >= 9.995 ? 1 : 2;
}

static double
rounded(double v)
{
	double scale = pow(10, decimals(v));

	return v < 1e15 ? round(v * scale) / scale : v;
}

/* Three significant digits and any of the base unit that are whole. */
static void
put_number(char out[32], double v, bool keep_whole)
{
	double size = fabs(v);

	if (size >= 1e15 || (size > 0 && size < 0.0995))
		snprintf(out, 32, "%.3g", v);
	else if (keep_whole && v == floor(v))
		snprintf(out, 32, "%.0f", v);
	else if (size < 0.9995 && size > 0)
		snprintf(out, 32, "%.3f", v);
	else
		snprintf(out, 32, "%.*f", decimals(size), v);
}

/* Number, blank, name of the step, tail. */
static void
put_scaled(char out[32], double v, const struct step *steps, const char *tail)
{
	const struct step *s = steps;
	char number[32];

	while (s[1].name != NULL &&
	       rounded(fabs(v) / s->size) * s->size >= s[1].size)
		s++;
	put_number(number, v / s->size, s == steps);
	snprintf(out, 32, "%.20s%s%s%s", number,
	    s->name[0] != '\0' || tail[0] != '\0' ? " " : "", s->name, tail);
}

static void
put_count(char out[32], double v)
{
	if (fabs(v) >= count_scaled_from)
		put_scaled(out, v, decimal_steps, "");
	else
		put_number(out, v, true);
}

/* Two decimals at most: a share of samples is never known better. */
static void
put_ratio(char out[32], double v)
{
	double percent = v * 100;
	double size = fabs(percent);

	if (percent == 0 || percent == 100)
		snprintf(out, 32, "%.0f %%", percent + 0.0);
	else if (size >= 1e15)
		snprintf(out, 32, "%.3g %%", percent);
	else if (size < 0.005)
		snprintf(out, 32, "%s0.01 %%", percent < 0 ? "> -" : "< ");
	else
		snprintf(out, 32, "%.*f %%", decimals(size), percent);
}

static void
put_version(char out[32], double v)
{
	if (v >= 0 && v < 1e9)
		snprintf(out, 32, "%.0f.%.0f", floor(v / 1000),
		    floor(fmod(v, 1000)));
	else
		snprintf(out, 32, "%.3g", v);
}

void
ws_unit_format(char out[32], double value, enum ws_unit u)
{
	if (!isfinite(value)) {
		/* Of which printf would write "-nan" on some machines. */
		snprintf(out, 32, "%s",
		    isnan(value) ? "nan"
		    : value < 0  ? "-inf"
				 : "inf");
		return;
	}
	value += 0.0; /* -0 is written as 0 */
	switch (u) {
	case WS_U_RATIO:
		put_ratio(out, value);
		break;
	case WS_U_TIME:
		put_scaled(out, value, time_steps, "");
		break;
	case WS_U_RATE:
		put_scaled(out, value, decimal_steps, "/s");
		break;
	case WS_U_BYTES:
		put_scaled(out, value, byte_steps, "");
		break;
	case WS_U_BRATE:
		put_scaled(out, value, byte_steps, "/s");
		break;
	case WS_U_BOOL:
		snprintf(out, 32, "%s", value != 0 ? "true" : "false");
		break;
	case WS_U_VERSION:
		put_version(out, value);
		break;
	default:
		put_count(out, value);
	}
}

/* What may follow the number of a literal. */
static const struct suffix {
	const struct step *steps;
	const char *tail; /* after the name of the step */
	enum ws_unit unit;
} suffixes[] = {
	{ decimal_steps, "", WS_U_COUNT },
	{ decimal_steps, "/s", WS_U_RATE },
	{ percent_steps, "", WS_U_RATIO },
	{ time_steps, "", WS_U_TIME },
	{ byte_steps, "", WS_U_BYTES },
	{ byte_steps, "/s", WS_U_BRATE },
	{ decimal_byte_steps, "", WS_U_BYTES },
	{ decimal_byte_steps, "/s", WS_U_BRATE },
};

static bool
find_suffix(struct ws_sv s, double *size, enum ws_unit *unit)
{
	const struct suffix *x = suffixes;

	for (; x < suffixes + WS_LEN(suffixes); x++) {
		if (!ws_sv_ends(s, x->tail))
			continue;
		for (const struct step *t = x->steps; t->name != NULL; t++) {
			struct ws_sv name = { s.p, s.n - strlen(x->tail) };

			if (!ws_sv_is(name, t->name))
				continue;
			*size = t->size;
			*unit = x->unit;
			return true;
		}
	}
	return false;
}

/* MAJOR.MINOR, both below 1000000 and 1000. */
static bool
parse_version(struct ws_sv s, double *value)
{
	struct ws_sv head = ws_sv_split(&s, '.');
	uint64_t major, minor;

	if (!ws_num_u64(head, 0, 999999, &major) ||
	    !ws_num_u64(s, 0, 999, &minor))
		return false;
	*value = (double)(major * 1000 + minor);
	return true;
}

static bool
parse_quantity(struct ws_sv s, double *value, enum ws_unit *unit)
{
	struct ws_sv number = { s.p, 0 };
	double size, v;
	enum ws_unit u;

	while (number.n < s.n && strchr("+-.0123456789", s.p[number.n]) &&
	       s.p[number.n] != '\0')
		number.n++;
	if (!ws_num_f64(number, -1e18, 1e18, &v) ||
	    !find_suffix(ws_sv_from(s, number.n), &size, &u))
		return false;
	*value = v * size;
	*unit = u;
	return true;
}

bool
ws_unit_parse(
    struct ws_sv s, enum ws_unit want, double *value, enum ws_unit *unit)
{
	bool is_go = ws_sv_starts(s, "go");

	if (ws_sv_is(s, "true") || ws_sv_is(s, "false")) {
		*value = ws_sv_is(s, "true");
		*unit = WS_U_BOOL;
		return true;
	}
	if (!is_go && want != WS_U_VERSION)
		return parse_quantity(s, value, unit);
	if (!parse_version(ws_sv_from(s, is_go ? 2 : 0), value))
		return false;
	*unit = WS_U_VERSION;
	return true;
}
