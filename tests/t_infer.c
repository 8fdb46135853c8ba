/* base/infer: against values from the literature and from benchstat, against
 * counting everything out, and by simulation. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/infer.h"
#include "tap.h"

static bool
is_near(double got, double want, double eps)
{
	return fabs(got - want) <= eps;
}

static void
test_median(void)
{
	static const struct {
		size_t n;
		double lo, hi, level; /* order statistics; 0 and n + 1: none */
	} cases[] = {
		{ 1, 0, 2, 1 },
		{ 2, 0, 3, 1 },
		{ 5, 0, 5, 0.96875 },
		{ 6, 1, 6, 0.96875 },
		{ 7, 1, 7, 0.984375 },
		{ 8, 1, 7, 0.9609375 },
		{ 9, 2, 8, 0.9609375 },
		{ 10, 2, 9, 0.978515625 },
		{ 20, 6, 15, 0.9586105 },
		{ 24, 8, 18, 0.9567148 },
		{ 30, 10, 21, 0.9572260 },
		{ 31, 10, 22, 0.968859 },
		{ 100, 40, 60, 0.953419 },
	};

	double v[100];
	struct ws_interval c;

	for (size_t i = 0; i < WS_LEN(v); i++)
		v[i] = (double)i + 1;
	for (size_t i = 0; i < WS_LEN(cases); i++) {
		double n = (double)cases[i].n;
		double lo = cases[i].lo < 1 ? -INFINITY : cases[i].lo;
		double hi = cases[i].hi > n ? INFINITY : cases[i].hi;

		ws_median_interval(v, cases[i].n, 0.95, &c);
		ok(c.mid == (n + 1) / 2 && c.lo == lo && c.hi == hi &&
			is_near(c.level, cases[i].level, 1e-4),
		    "median of %g: %g in %g..%g, %.6f", n, c.mid, c.lo, c.hi,
		    c.level);
	}
	ws_median_interval(v, 0, 0.95, &c);
	ok(isnan(c.mid) && isinf(c.lo), "median of none");
	ws_median_interval(v, 10, 1, &c);
	ok(isinf(c.lo) && isinf(c.hi), "certainty has no bounds");
	ok(ws_median_need(0.95) == 6, "6 values for 95 %%");
	ok(ws_median_need(0.99) == 8, "8 values for 99 %%");
	ok(ws_median_need(1) == 0, "none for 100 %%");
}

static void
test_quantile(void)
{
	double v[] = { 10, 20, 40, 80 };

	ok(ws_quantile8(v, 4, 0.5) == 30, "median of four");
	ok(ws_quantile8(v, 4, 0) == 10 && ws_quantile8(v, 4, 1) == 80, "ends");
	/* 1/3 + 0.25 * 13/3 = 17/12 */
	ok(is_near(ws_quantile8(v, 4, 0.25), 10 + 10 * 5 / 12.0, 1e-12),
	    "first quartile");
	ok(isnan(ws_quantile8(v, 0, 0.5)), "of none");
	ok(is_near(ws_geomean(v, 4), pow(640000, 0.25), 1e-12), "geomean");
	v[0] = 0;
	ok(isnan(ws_geomean(v, 4)), "no geomean with a zero");
	ok(isnan(ws_geomean(v, 0)), "no geomean of none");
	ok(is_near(ws_normal_point(0.975), 1.959963984540054, 1e-12),
	    "97.5 %% point");
}

/* Twice U of the first sample, counted pair by pair. */
static unsigned
twice_u(const double *a, size_t na, const double *b, size_t nb)
{
	unsigned u = 0;

	for (size_t i = 0; i < na; i++)
		for (size_t j = 0; j < nb; j++)
			u += a[i] > b[j] ? 2 : a[i] == b[j];
	return u;
}

/* The share of all labellings whose U is as far out on its side, doubled. */
static double
counted_p(const double *a, size_t na, const double *b, size_t nb)
{
	double all[16], x[16], y[16], below = 0, above = 0, n = 0;
	size_t size = na + nb;
	unsigned seen = twice_u(a, na, b, nb);
	unsigned most = 2 * (unsigned)(na * nb);

	memcpy(all, a, na * sizeof(*a));
	memcpy(all + na, b, nb * sizeof(*b));
	for (unsigned m = 0; m < 1u << size; m++) {
		size_t nx = 0, ny = 0;

		for (size_t i = 0; i < size; i++)
			if (m >> i & 1)
				x[nx++ % 16] = all[i];
			else
				y[ny++ % 16] = all[i];
		if (nx != na)
			continue;
		n++;
		below += twice_u(x, na, y, nb) <= seen;
		above += twice_u(x, na, y, nb) >= seen;
	}
	if (2 * seen == most)
		return 1;
	return fmin(2 * (2 * seen < most ? below : above) / n, 1);
}

static void
check_p(const double *a, size_t na, const double *b, size_t nb)
{
	struct ws_u_result r;
	double want = counted_p(a, na, b, nb);

	ws_u_test(a, na, b, nb, &r);
	ok(is_near(r.p, want, 1e-12) &&
		r.u * 2 == (double)twice_u(a, na, b, nb),
	    "U of %zu and %zu: u %g p %.9f, counted %.9f", na, nb, r.u, r.p,
	    want);
}

static void
test_u(void)
{
	static const double a[] = { 1, 2, 3, 5, 7, 9 };
	static const double b[] = { 4, 6, 8, 10, 11, 12, 13 };
	static const double t[] = { 1, 1, 2, 2, 2, 4 };
	static const double s[] = { 2, 2, 3, 4, 4, 4, 5 };
	static const double same[] = { 3, 3, 3 };
	static const double fives[] = { 5, 5, 5, 5, 5, 5 };
	struct ws_u_result r;

	check_p(a, 6, b, 7);
	check_p(b, 7, a, 6);
	check_p(a, 3, b, 3);
	check_p(t, 6, s, 7);
	check_p(s, 7, t, 6);
	check_p(a, 1, b, 1);
	check_p(t, 4, t, 4);
	check_p(t, 2, s, 7);
	check_p(fives, 6, t, 1);
	check_p(t, 1, fives, 6);
	check_p(fives, 6, a, 3);
	ws_u_test(same, 3, same, 2, &r);
	ok(r.p == 1 && r.method == WS_U_ALL_EQUAL, "all equal");
	ws_u_test(a, 0, b, 7, &r);
	ok(r.p == 1 && r.method == WS_U_EMPTY, "none");
	ws_u_test(a, 3, b, 3, &r);
	ok(r.delta == 1 && is_near(r.p, 0.1, 1e-12), "no overlap: delta 1");
	ws_u_test(b, 3, a, 3, &r);
	ok(r.delta == -1, "and -1 the other way");
	ok(ws_u_need(0.05) == 4 && ws_u_need(0.01) == 5, "samples needed");
	ok(ws_u_need(1e-9) == 0, "more than 9 needed");
}

static void
test_u_normal(void)
{
	double a[60], b[60];
	struct ws_u_result r;

	/* 60 against 60, shifted by 10 places: U1 = 1275, z = -2.7532 */
	for (int i = 0; i < 60; i++) {
		a[i] = i;
		b[i] = i + 10.5;
	}
	ws_u_test(a, 60, b, 60, &r);
	ok(r.method == WS_U_NORMAL && r.u == 1225 &&
		is_near(r.p,
		    2 * ws_normal_below(
			    (1225 + 0.5 - 1800) / sqrt(60 * 60 * 121 / 12.0)),
		    1e-12),
	    "normal above 50: u %g p %.6f", r.u, r.p);
	for (int i = 0; i < 60; i++)
		a[i] = b[i] = 1;
	ws_u_test(a, 60, b, 60, &r);
	ok(r.p == 1 && r.method == WS_U_ALL_EQUAL, "60 equal ones");
}

static void
test_shift(void)
{
	static const double a[] = { 1, 2, 4, 8 };
	static const double b[] = { 11, 13, 16, 23 };
	struct ws_interval s;

	/* Differences: 3 5 7 8 8 9 9 10 11 12 12 14 15 15 19 21 22 ... */
	ws_shift(a, 4, b, 4, 0.95, &s);
	ok(is_near(s.mid, 11.5, 1e-9), "shift %g", s.mid);
	ok(is_near(s.lo, 3, 1e-9) && is_near(s.hi, 22, 1e-9),
	    "its interval %g..%g", s.lo, s.hi);
	ws_shift(a, 3, b, 3, 0.95, &s);
	ok(isinf(s.lo) && isinf(s.hi), "3 against 3 have no bounds");
	ws_shift(a, 1, b, 1, 0.95, &s);
	ok(is_near(s.mid, 10, 1e-9), "one against one");
}

static void
test_many(void)
{
	double p[] = { 0.01, 0.04, NAN, 0.03, 0.005 };
	static const double want[] = { 0.03, 0.06, NAN, 0.06, 0.02 };
	bool good = true;

	ws_holm(p, WS_LEN(p));
	for (size_t i = 0; i < WS_LEN(p); i++)
		good &= isnan(want[i]) ? isnan(p[i])
				       : is_near(p[i], want[i], 1e-12);
	ok(good, "Holm's correction");
	/* Fisher's tea: 3 of 4 against 1 of 4 */
	ok(is_near(ws_two_shares(3, 4, 1, 4), 0.485714, 1e-6), "tea");
	ok(is_near(ws_two_shares(10, 100, 30, 100), 0.000407, 1e-6),
	    "10 %% and 30 %% of 100: %.6f", ws_two_shares(10, 100, 30, 100));
	ok(ws_two_shares(0, 50, 0, 60) == 1, "no hits");
	ok(ws_two_shares(5, 0, 5, 10) == 1, "no draws");
	ok(is_near(ws_two_shares(0, 1000, 4, 1000), 0.124625, 1e-6),
	    "0 and 4 of 1000: %.6f", ws_two_shares(0, 1000, 4, 1000));
}

static void
test_change(void)
{
	double v[40];
	double p;
	size_t at = 0;

	for (size_t i = 0; i < 40; i++)
		v[i] = (i < 10 ? 200 : 100) + (double)(i * 7 % 5);
	p = ws_change_point(v, 40, &at);
	ok(p < 0.001 && at == 10, "a change after 10: found %zu", at);
	ok(ws_drift(v, 40) < 0.05, "and so the halves differ");
	for (size_t i = 0; i < 40; i++)
		v[i] = (double)(i * 7 % 5);
	ok(ws_change_point(v, 40, &at) > 0.5, "no change in a pattern");
	ok(ws_drift(v, 40) > 0.5, "and no drift");
	ok(ws_change_point(v, 7, &at) == 1, "too short to tell");
	for (size_t i = 0; i < 40; i++)
		v[i] = 1;
	ok(ws_change_point(v, 40, &at) == 1, "all equal");
}

/* Steele, Lea and Flood's splitmix64. */
static double
uniform(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

enum shape { NORMAL, LOGNORMAL, EXPONENTIAL, ROUNDED, SHAPES };

static const char *const shape_name[SHAPES] = { "normal", "log-normal",
	"exponential", "rounded" };

/* The median of all is 0, 1, ln 2 and 0. */
static double
draw(enum shape shape, uint64_t *state)
{
	double z = sqrt(-2 * log(uniform(state))) *
		   cos(2 * 3.141592653589793 * uniform(state));

	switch (shape) {
	case LOGNORMAL:
		return exp(z);
	case EXPONENTIAL:
		return -log(uniform(state));
	case ROUNDED:
		return round(z * 20) / 20;
	default:
		return z;
	}
}

static void
fill(double *v, size_t n, enum shape shape, uint64_t *state)
{
	for (size_t i = 0; i < n; i++)
		v[i] = draw(shape, state);
	ws_sort_values(v, n);
}

enum { ROUNDS = 10000 };

/* Shares of rounds in which the interval held the median. */
static void
simulate_median(size_t n, enum shape shape)
{
	static const double median[SHAPES] = { 0, 1, 0.6931471805599453, 0 };
	uint64_t state = 1000 * n + shape;
	struct ws_interval c;
	double v[64], held = 0;

	for (int i = 0; i < ROUNDS; i++) {
		fill(v, n, shape, &state);
		ws_median_interval(v, n, 0.95, &c);
		held += c.lo <= median[shape] && median[shape] <= c.hi;
	}
	held /= ROUNDS;
	ok(held >= 0.93 && held <= (n == 10 ? 0.985 : 0.97),
	    "median of %zu %s: 95 %% interval holds it in %.2f %%", n,
	    shape_name[shape], 100 * held);
}

/* The U test at 5 % under the null, and the shift's interval about a shift. */
static void
simulate_two(size_t n, enum shape shape, int rounds)
{
	uint64_t state = 77 * n + shape;
	double a[64], b[64], rejected = 0, held = 0;
	struct ws_u_result r;
	struct ws_interval s;

	for (int i = 0; i < rounds; i++) {
		fill(a, n, shape, &state);
		fill(b, n, shape, &state);
		ws_u_test(a, n, b, n, &r);
		rejected += r.p <= 0.05;
		for (size_t k = 0; k < n; k++)
			b[k] += 2;
		ws_shift(a, n, b, n, 0.95, &s);
		held += s.lo <= 2 + 1e-9 && 2 - 1e-9 <= s.hi;
	}
	rejected /= rounds;
	held /= rounds;
	ok(rejected >= 0.04 && rejected <= 0.06,
	    "U of %zu %s: rejects %.2f %% under the null", n, shape_name[shape],
	    100 * rejected);
	ok(held >= 0.93 && held <= 0.97,
	    "shift of %zu %s: interval holds it in %.2f %%", n,
	    shape_name[shape], 100 * held);
}

static void
test_simulations(void)
{
	/* 10 values: 2nd to 9th, which is 97.9 %; the 3rd to 9th have less
	 * than 95 %. */
	static const size_t sizes[] = { 6, 9, 10, 20, 30, 50 };

	for (size_t i = 0; i < WS_LEN(sizes); i++)
		for (enum shape s = NORMAL; s < ROUNDED; s++)
			simulate_median(sizes[i], s);
	for (enum shape s = NORMAL; s < SHAPES; s++) {
		simulate_two(6, s, ROUNDS);
		simulate_two(10, s, ROUNDS);
	}
	simulate_two(20, NORMAL, ROUNDS / 4);
	simulate_two(20, ROUNDED, ROUNDS / 4);
	simulate_two(30, EXPONENTIAL, ROUNDS / 4);
}

int
main(void)
{
	test_median();
	test_quantile();
	test_u();
	test_u_normal();
	test_shift();
	test_many();
	test_change();
	test_simulations();
	return tap_done();
}
