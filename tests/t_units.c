/* base/units: what people read, and what rules may write. */
#include <math.h>

#include "base/units.h"
#include "tap.h"

static void
test_names(void)
{
	enum ws_unit u = WS_U_COUNT_OF;

	for (int i = 0; i < WS_U_COUNT_OF; i++)
		ok(ws_unit_by_name(
		       ws_sv_of(ws_unit_name((enum ws_unit)i)), &u) &&
			u == (enum ws_unit)i,
		    "name of unit %d comes back", i);
	is_str(ws_unit_name(WS_U_BRATE), "bytes/s", "bytes/s");
	ok(!ws_unit_by_name(WS_SV("seconds"), &u) && u == WS_U_TEXT,
	    "no such unit");
	ok(!ws_unit_by_name(WS_SV(""), &u), "no name");
}

static const struct {
	double value;
	enum ws_unit unit;
	const char *want;
} formats[] = {
	{ 0.462, WS_U_RATIO, "46.2 %" },
	{ 0.0523, WS_U_RATIO, "5.23 %" },
	{ 0.0003, WS_U_RATIO, "0.03 %" },
	{ 0.00001, WS_U_RATIO, "< 0.01 %" },
	{ -0.00001, WS_U_RATIO, "> -0.01 %" },
	{ 0, WS_U_RATIO, "0 %" },
	{ -0.0, WS_U_RATIO, "0 %" },
	{ 1, WS_U_RATIO, "100 %" },
	{ 0.9996, WS_U_RATIO, "100 %" },
	{ 0.09996, WS_U_RATIO, "10.0 %" },
	{ 2.5, WS_U_RATIO, "250 %" },
	{ -0.125, WS_U_RATIO, "-12.5 %" },
	{ 0, WS_U_TIME, "0 ns" },
	{ 12, WS_U_TIME, "12 ns" },
	{ 12.34, WS_U_TIME, "12.3 ns" },
	{ 999.7, WS_U_TIME, "1.00 us" },
	{ 300e3, WS_U_TIME, "300 us" },
	{ 999.4e3, WS_U_TIME, "999 us" },
	{ 999.6e3, WS_U_TIME, "1.00 ms" },
	{ 10e6, WS_U_TIME, "10.0 ms" },
	{ 59.9e9, WS_U_TIME, "59.9 s" },
	{ 59.97e9, WS_U_TIME, "1.00 min" },
	{ 90e9, WS_U_TIME, "1.50 min" },
	{ 7200e9, WS_U_TIME, "2.00 h" },
	{ -2500, WS_U_TIME, "-2.50 us" },
	{ 12.7e6, WS_U_RATE, "12.7 M/s" },
	{ 100e3, WS_U_RATE, "100 k/s" },
	{ 300, WS_U_RATE, "300 /s" },
	{ 0.5, WS_U_RATE, "0.500 /s" },
	{ 2.25e9, WS_U_RATE, "2.25 G/s" },
	{ 512, WS_U_BYTES, "512 B" },
	{ 1023, WS_U_BYTES, "1023 B" },
	{ 1024, WS_U_BYTES, "1.00 KiB" },
	{ 67108864, WS_U_BYTES, "64.0 MiB" },
	{ 1610612736, WS_U_BYTES, "1.50 GiB" },
	{ 10485760, WS_U_BRATE, "10.0 MiB/s" },
	{ 0, WS_U_COUNT, "0" },
	{ -0.0, WS_U_COUNT, "0" },
	{ 99999, WS_U_COUNT, "99999" },
	{ 100000, WS_U_COUNT, "100 k" },
	{ 12345678, WS_U_COUNT, "12.3 M" },
	{ 1.5, WS_U_COUNT, "1.50" },
	{ 0.05, WS_U_NONE, "0.05" },
	{ 1, WS_U_BOOL, "true" },
	{ 0, WS_U_BOOL, "false" },
	{ 1026, WS_U_VERSION, "1.26" },
	{ 1004, WS_U_VERSION, "1.4" },
	{ 6001, WS_U_VERSION, "6.1" },
	{ NAN, WS_U_TIME, "nan" },
	{ -INFINITY, WS_U_BYTES, "-inf" },
};

static void
test_format(void)
{
	static const double extremes[] = { 1e308, -1e308, 1e-308, -1e-308,
		9.995e14, -9.995e14, 1e15, 123456789012345.6 };
	char out[32];
	char name[64];

	for (size_t i = 0; i < WS_LEN(formats); i++) {
		snprintf(name, sizeof(name), "format case %zu", i);
		memset(out, 'x', sizeof(out));
		ws_unit_format(out, formats[i].value, formats[i].unit);
		is_str(out, formats[i].want, name);
	}
	for (size_t i = 0; i < WS_LEN(extremes) * WS_U_COUNT_OF; i++) {
		double v = extremes[i / WS_U_COUNT_OF];
		enum ws_unit u = (enum ws_unit)(i % WS_U_COUNT_OF);

		memset(out, 'x', sizeof(out));
		ws_unit_format(out, v, u);
		ok(memchr(out, '\0', 24) != NULL, "%g as %s is short: %.31s", v,
		    ws_unit_name(u), out);
	}
}

static const struct {
	const char *text;
	enum ws_unit want;
	double value;
	enum ws_unit unit;
} literals[] = {
	{ "25%", WS_U_RATIO, 0.25, WS_U_RATIO },
	{ "0.5%", WS_U_NONE, 0.005, WS_U_RATIO },
	{ "-5%", WS_U_NONE, -0.05, WS_U_RATIO },
	{ "7ns", WS_U_NONE, 7, WS_U_TIME },
	{ "2us", WS_U_NONE, 2000, WS_U_TIME },
	{ "10ms", WS_U_TIME, 1e7, WS_U_TIME },
	{ "1.5s", WS_U_NONE, 1.5e9, WS_U_TIME },
	{ "5min", WS_U_NONE, 300e9, WS_U_TIME },
	{ "2h", WS_U_NONE, 7200e9, WS_U_TIME },
	{ "100B", WS_U_NONE, 100, WS_U_BYTES },
	{ "4KiB", WS_U_NONE, 4096, WS_U_BYTES },
	{ "64MiB", WS_U_NONE, 67108864, WS_U_BYTES },
	{ "2GiB", WS_U_NONE, 2147483648, WS_U_BYTES },
	{ "10MB", WS_U_NONE, 1e7, WS_U_BYTES },
	{ "3kB", WS_U_NONE, 3000, WS_U_BYTES },
	{ "3/s", WS_U_NONE, 3, WS_U_RATE },
	{ "100k/s", WS_U_NONE, 1e5, WS_U_RATE },
	{ "12.7M/s", WS_U_NONE, 12.7e6, WS_U_RATE },
	{ "10MiB/s", WS_U_NONE, 10485760, WS_U_BRATE },
	{ "1MB/s", WS_U_NONE, 1e6, WS_U_BRATE },
	{ "9B/s", WS_U_NONE, 9, WS_U_BRATE },
	{ "12", WS_U_NONE, 12, WS_U_COUNT },
	{ "1k", WS_U_NONE, 1000, WS_U_COUNT },
	{ "1.26", WS_U_NONE, 1.26, WS_U_COUNT },
	{ "1.26", WS_U_VERSION, 1026, WS_U_VERSION },
	{ "1.4", WS_U_VERSION, 1004, WS_U_VERSION },
	{ "go1.26", WS_U_NONE, 1026, WS_U_VERSION },
	{ "go1.26", WS_U_VERSION, 1026, WS_U_VERSION },
	{ "true", WS_U_NONE, 1, WS_U_BOOL },
	{ "false", WS_U_BOOL, 0, WS_U_BOOL },
};

static void
test_parse(void)
{
	static const char *const bad[] = { "", "%", "ms", "10 ms", "10m",
		"10MS", "25%%", "25%/s", "10ms/s", "k", "1k/", "/s", "1/s/s",
		"--1", "1.2.3", "1e3", "0x10", "go", "go1", "go1.", "go.5",
		"go1.26.1", "go1.1000", "goto", "nan", "inf", "True", "1 ",
		"5kk", "10KIB" };
	enum ws_unit unit;
	double v;

	for (size_t i = 0; i < WS_LEN(literals); i++) {
		v = NAN;
		unit = WS_U_COUNT_OF;
		ok(ws_unit_parse(ws_sv_of(literals[i].text), literals[i].want,
		       &v, &unit) &&
			unit == literals[i].unit &&
			fabs(v - literals[i].value) <= 1e-12 * fabs(v),
		    "'%s' is %g", literals[i].text, v);
	}
	v = 7;
	unit = WS_U_TEXT;
	for (size_t i = 0; i < WS_LEN(bad); i++)
		ok(!ws_unit_parse(ws_sv_of(bad[i]), WS_U_NONE, &v, &unit) &&
			v == 7 && unit == WS_U_TEXT,
		    "rejects '%s'", bad[i]);
	ok(!ws_unit_parse(WS_SV("12"), WS_U_VERSION, &v, &unit) && v == 7,
	    "a version has a minor number");
	ok(!ws_unit_parse(WS_SV("1\0"), WS_U_NONE, &v, &unit), "rejects NUL");
}

int
main(void)
{
	test_names();
	test_format();
	test_parse();
	return tap_done();
}
