/* base/stat: against values worked out by hand or from the literature. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/stat.h"
#include "tap.h"

static bool
is_near(double got, double want, double eps)
{
	return fabs(got - want) <= eps;
}

static void
test_wilson(void)
{
	static const struct {
		double hits, n, lo, hi, eps;
	} cases[] = {
		{ 45, 300, 0.114, 0.195, 0.0005 },
		{ 7.5, 50, 0.076, 0.274, 0.0005 },
		{ 450, 3000, 0.138, 0.163, 0.0005 },
		/* No hits: 0 .. z^2 / (n + z^2); all hits mirrors it. */
		{ 0, 10, 0, 0.277533, 1e-6 },
		{ 10, 10, 0.722467, 1, 1e-6 },
		{ 5, 10, 0.236593, 0.763407, 1e-6 },
		{ 0, 0, 0, 1, 0 },
		{ 3, -1, 0, 1, 0 },
		{ 12, 10, 0.722467, 1, 1e-6 },
		{ -1, 10, 0, 0.277533, 1e-6 },
	};

	double lo, hi;

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		lo = hi = -7;
		ws_wilson(cases[i].hits, cases[i].n, &lo, &hi);
		ok(is_near(lo, cases[i].lo, cases[i].eps) &&
			is_near(hi, cases[i].hi, cases[i].eps),
		    "wilson %g of %g: %.6f..%.6f", cases[i].hits, cases[i].n,
		    lo, hi);
	}
	ws_wilson(1, NAN, &lo, &hi);
	ok(lo == 0 && hi == 1, "wilson of NaN draws");
}

static void
test_quantile(void)
{
	double odd[] = { 3, 1, 2 };
	double even[] = { 4, 1, 3, 2 };
	double one[] = { 5 };
	double ten[] = { 100, 90, 80, 70, 60, 50, 40, 30, 20, 10 };
	double holes[] = { NAN, 2, NAN, 1 };

	ok(ws_median(odd, 3) == 2, "median of three");
	ok(odd[0] == 3 && odd[2] == 2, "the values stay where they are");
	ok(ws_median(even, 4) == 2.5, "median of four");
	ok(ws_median(one, 1) == 5, "median of one");
	ok(isnan(ws_median(one, 0)), "median of none");
	ok(ws_quantile(ten, 10, 0) == 10, "the least");
	ok(ws_quantile(ten, 10, 1) == 100, "the largest");
	ok(is_near(ws_quantile(ten, 10, 0.25), 32.5, 1e-12), "q 0.25");
	ok(is_near(ws_quantile(ten, 10, 0.99), 99.1, 1e-12), "q 0.99");
	ok(ws_quantile(ten, 10, -1) == 10 && ws_quantile(ten, 10, 9) == 100,
	    "q is clamped");
	ok(isnan(ws_quantile(ten, 10, NAN)), "q NaN");
	ok(ws_quantile(holes, 4, 0) == 1 && isnan(ws_quantile(holes, 4, 1)),
	    "NaN sorts last");
}

enum { MANY = 3000 };

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return isnan(x) || isnan(y) ? isnan(x) - isnan(y) : (x > y) - (x < y);
}

/* All ranks of the values, beside those of a sort. */
static bool
is_as_sorted(const double *v)
{
	static double sorted[MANY];
	double q, got;

	memcpy(sorted, v, sizeof(sorted));
	qsort(sorted, MANY, sizeof(*sorted), compare);
	for (size_t i = 0; i + 1 < MANY; i += 7) {
		/* Half of the way to the next. */
		q = ((double)i + 0.5) / (MANY - 1);
		got = ws_quantile(v, MANY, q);
		q = sorted[i] / 2 + sorted[i + 1] / 2;
		if (isnan(q) != isnan(got) ||
		    (!isnan(q) && got != q && fabs(got - q) > 1e-6 * fabs(q)))
			return false;
	}
	return true;
}

static void
test_many(void)
{
	static double v[MANY];
	uint32_t x = 1;
	size_t i;

	for (i = 0; i < MANY; i++) {
		x = x * 1664525 + 1013904223;
		v[i] = (double)(x >> 8) / 1000;
	}
	ok(is_as_sorted(v), "many values");
	for (i = 0; i < MANY; i += 2)
		v[i] = -3.25;
	ok(is_as_sorted(v), "half of them the same");
	for (i = 0; i < MANY; i++)
		v[i] = exp(v[i] / 100);
	ok(is_as_sorted(v), "few that are far larger than the others");
	for (i = 0; i < MANY; i += 5)
		v[i] = NAN;
	ok(is_as_sorted(v), "some NaN");
	v[1] = INFINITY;
	ok(is_as_sorted(v), "one infinite");
	v[2] = -DBL_MAX;
	v[1] = DBL_MAX;
	ok(is_as_sorted(v), "a range that no number holds");
}

int
main(void)
{
	test_wilson();
	test_quantile();
	test_many();
	return tap_done();
}
