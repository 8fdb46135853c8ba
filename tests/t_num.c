/* base/num: the whole field or failure, and a failure leaves *out alone. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/num.h"
#include "tap.h"

static void
test_u64(void)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "0x10",
		"1e3", "1.0", "1_000", "1,000", "18446744073709551616",
		"99999999999999999999999", "a", "\xb2" };
	uint64_t v = 7;

	for (size_t i = 0; i < WS_LEN(bad); i++)
		ok(!ws_num_u64(ws_sv_of(bad[i]), 0, UINT64_MAX, &v) && v == 7,
		    "u64 rejects case %zu, '%s'", i, bad[i]);
	ok(!ws_num_u64(WS_SV("1\0"), 0, UINT64_MAX, &v), "u64 rejects NUL");
	ok(ws_num_u64(WS_SV("18446744073709551615"), 0, UINT64_MAX, &v) &&
		v == UINT64_MAX,
	    "u64 largest");
	ok(ws_num_u64(WS_SV("0"), 0, 0, &v) && v == 0, "u64 zero");
	ok(ws_num_u64(WS_SV("000000000000000000000000012"), 0, 12, &v) &&
		v == 12,
	    "u64 leading zeros, at hi");
	ok(!ws_num_u64(WS_SV("13"), 0, 12, &v) && v == 12, "u64 above hi");
	ok(!ws_num_u64(WS_SV("4"), 5, 12, &v), "u64 below lo");
	ok(ws_num_u64((struct ws_sv){ "129", 2 }, 0, 99, &v) && v == 12,
	    "u64 ends with the view");
}

static void
test_i64(void)
{
	static const char *const bad[] = { "", "-", "+", "--1", "+-1", "- 1",
		"9223372036854775808", "-9223372036854775809", "1-", "1.5",
		"0x1" };
	int64_t v = 7;

	for (size_t i = 0; i < WS_LEN(bad); i++)
		ok(!ws_num_i64(ws_sv_of(bad[i]), INT64_MIN, INT64_MAX, &v) &&
			v == 7,
		    "i64 rejects '%s'", bad[i]);
	ok(ws_num_i64(
	       WS_SV("-9223372036854775808"), INT64_MIN, INT64_MAX, &v) &&
		v == INT64_MIN,
	    "i64 smallest");
	ok(ws_num_i64(WS_SV("9223372036854775807"), INT64_MIN, INT64_MAX, &v) &&
		v == INT64_MAX,
	    "i64 largest");
	ok(ws_num_i64(WS_SV("-0"), 0, 0, &v) && v == 0, "i64 minus zero");
	ok(ws_num_i64(WS_SV("+5"), -9, 9, &v) && v == 5, "i64 plus");
	ok(ws_num_i64(WS_SV("-5"), -5, 9, &v) && v == -5, "i64 at lo");
	ok(!ws_num_i64(WS_SV("-6"), -5, 9, &v) && v == -5, "i64 below lo");
}

static void
test_f64(void)
{
	static const char *const bad[] = { "", " 1", "1 ", "0x1p3", "inf",
		"-inf", "nan", "NAN", "infinity", "1e999", "-1e999", "1e",
		"1e+", ".", "-", "e5", "1.2.3", "1,5", "1-2", "--1", "1f",
		"nan(1)" };
	static const char long_number[] = "1.00000000000000000000000000000000"
					  "000000000000000000000000000001";
	double v = 7;

	for (size_t i = 0; i < WS_LEN(bad); i++)
		ok(!ws_num_f64(ws_sv_of(bad[i]), -DBL_MAX, DBL_MAX, &v) &&
			v == 7,
		    "f64 rejects '%s'", bad[i]);
	ok(!ws_num_f64(WS_SV("1\0"), 0, 2, &v) && v == 7, "f64 rejects NUL");
	ok(ws_num_f64(WS_SV("-12.5e-1"), -2, 2, &v) && v == -1.25, "f64 all");
	ok(ws_num_f64(WS_SV("+1E2"), 0, 100, &v) && v == 100, "f64 at hi");
	ok(ws_num_f64(WS_SV(".5"), 0.5, 1, &v) && v == 0.5, "f64 at lo");
	ok(!ws_num_f64(WS_SV("0.49"), 0.5, 1, &v) && v == 0.5, "f64 below");
	ok(!ws_num_f64(WS_SV("1.01"), 0.5, 1, &v) && v == 0.5, "f64 above");
	ok(ws_num_f64((struct ws_sv){ "1.25e9", 4 }, 0, 2, &v) && v == 1.25,
	    "f64 ends with the view");
	ok(ws_num_f64((struct ws_sv){ long_number, 63 }, 0, 2, &v) && v == 1,
	    "f64 63 characters");
	ok(sizeof(long_number) == 65 &&
		!ws_num_f64((struct ws_sv){ long_number, 64 }, 0, 2, &v),
	    "f64 not 64");
}

/* Short decimals take a way of their own; it must round as strtod does. */
static void
test_rounding(void)
{
	uint64_t state = 1, differ = 0, tested = 0;

	for (int i = 0; i < 200000; i++) {
		char text[40], *end;
		double got = -1, want;
		int places;

		state = state * UINT64_C(6364136223846793005) +
			UINT64_C(1442695040888963407);
		places = (int)(state >> 59) % 17;
		snprintf(text, sizeof(text), "%s%.*f", i % 2 ? "-" : "", places,
		    (double)(state >> 20) / (double)(1 << state % 30));
		want = strtod(text, &end);
		differ += !ws_num_f64(ws_sv_of(text), -1e300, 1e300, &got) ||
			  got != want;
		tested++;
	}
	ok(differ == 0, "%llu decimals as strtod reads them",
	    (unsigned long long)tested);
}

static void
test_decimal(void)
{
	static const char *const none[] = { "", "-", ".", "1.", ".1", "1.2.3",
		"1,2.3", "1e5", "--1", "+-1", " 1", "1 ",
		"12345678901234567." };
	double v = 7;
	size_t read = 0;

	for (size_t i = 0; i < WS_LEN(none); i++)
		read += ws_num_decimal(ws_sv_of(none[i]), &v);
	ok(read == 0 && v == 7, "what is no decimal");
	ok(ws_num_decimal(WS_SV("-1,25"), &v) && v == -1.25, "a comma");
	ok(ws_num_decimal(WS_SV("+12345678901234567890.5"), &v) &&
		v == 12345678901234567890.5,
	    "more digits than a double has");
	ok(ws_num_digits(WS_SV("1.25 x"), &v) == 4 && v == 1.25,
	    "what text begins with");
	ok(ws_num_digits(WS_SV("12345678901234567 "), &v) == 17 && isnan(v),
	    "too long to be exact");
	ok(ws_num_digits(WS_SV("-1"), &v) == 0 &&
		ws_num_digits(WS_SV("1. "), &v) == 0,
	    "no sign, no mark at the end");
}

int
main(void)
{
	test_u64();
	test_i64();
	test_f64();
	test_rounding();
	test_decimal();
	return tap_done();
}
