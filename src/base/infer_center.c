#include <math.h>
#include <stdlib.h>

#include "base/infer.h"

enum { EXACT_MAX = 30, EXACT_TOSSES = 20, NEED_MAX = 50 };

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	if (isnan(x) || isnan(y))
		return !!isnan(x) - !!isnan(y);
	return (x > y) - (x < y);
}

void
ws_sort_values(double *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof(*v), compare);
}

double
ws_quantile8(const double *v, size_t n, double q)
{
	double at, part;
	size_t k;

	if (n == 0)
		return NAN;
	at = 1 / 3.0 + fmin(fmax(q, 0), 1) * ((double)n + 1 / 3.0);
	if (at < 1)
		return v[0];
	k = (size_t)at;
	part = at - (double)k;
	return k >= n ? v[n - 1] : v[k - 1] + part * (v[k] - v[k - 1]);
}

double
ws_normal_below(double z)
{
	return erfc(-z / sqrt(2)) / 2;
}

/* By halving: called a few times a report, and right to the last bit. */
double
ws_normal_point(double p)
{
	double lo = -40, hi = 40, mid = 0;
	int i;

	for (i = 0; i < 100; i++) {
		mid = (lo + hi) / 2;
		if (ws_normal_below(mid) < p)
			lo = mid;
		else
			hi = mid;
	}
	return mid;
}

/* Values lo to hi - 1 of the sample, counted from 1, bound the median when
 * lo <= K < hi for K values below it. */
struct band {
	double lo, hi, level;
};

/*
 * P(K = k) for n tosses of a coin.  Up to 20 tosses exact; above with the
 * rounding of go-moremath, which decides between two intervals of the same
 * level: of 24 values it takes the 8th to the 18th, not the 7th to the 17th.
 */
static double
toss(double n, double k)
{
	double ways = 1;

	if (k < 0 || k > n)
		return 0;
	if (n > EXACT_TOSSES && k > 0 && k < n)
		ways = exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1));
	for (double i = 1; i <= k && n <= EXACT_TOSSES; i++)
		ways = ways * (n - k + i) / i;
	return ldexp(ways, -(int)n);
}

static struct band
exact_band(double n, double level)
{
	double mode = ceil((n + 1) / 2) - 1;
	struct band b = { mode, mode + 1, toss(n, mode) };

	while (b.level < level && (b.lo > 0 || b.hi <= n)) {
		double left = toss(n, b.lo - 1), right = toss(n, b.hi);

		if (left >= right) {
			b.lo--;
			b.level += left;
		} else {
			b.hi++;
			b.level += right;
		}
	}
	return b;
}

static double
normal_between(double n, double lo, double hi)
{
	double sigma = sqrt(n) / 2;

	return ws_normal_below((hi - 0.5 - n / 2) / sigma) -
	       ws_normal_below((lo - 0.5 - n / 2) / sigma);
}

static struct band
normal_band(double n, double level)
{
	double half = -ws_normal_point((1 - level) / 2) * sqrt(n) / 2, less;
	struct band b;

	b.lo = floor(n / 2 - half - 0.5) + 1;
	b.hi = ceil(n / 2 + half - 0.5) + 1;
	b.level = normal_between(n, b.lo, b.hi);
	less = normal_between(n, b.lo, b.hi - 1);
	if (less >= level && less < b.level) {
		b.hi--;
		b.level = less;
	}
	if (b.lo <= 0 && b.hi >= n + 1)
		b.level = 1;
	return b;
}

static struct band
band_of(size_t n, double level)
{
	if (level >= 1)
		return (struct band){ 0, (double)n + 1, 1 };
	return n <= EXACT_MAX ? exact_band((double)n, level)
			      : normal_band((double)n, level);
}

void
ws_median_interval(
    const double *v, size_t n, double level, struct ws_interval *out)
{
	struct band b;

	*out = (struct ws_interval){ NAN, -INFINITY, INFINITY, 1 };
	if (n == 0)
		return;
	b = band_of(n, level);
	out->mid = ws_quantile8(v, n, 0.5);
	out->level = b.level;
	if (b.lo >= 1)
		out->lo = v[(size_t)b.lo - 1];
	if (b.hi <= (double)n)
		out->hi = v[(size_t)b.hi - 1];
}

size_t
ws_median_need(double level)
{
	for (size_t n = 2; n <= NEED_MAX; n++) {
		struct band b = band_of(n, level);

		if (b.lo >= 1 && b.hi <= (double)n)
			return n;
	}
	return 0;
}

double
ws_geomean(const double *v, size_t n)
{
	double mean = 0;

	for (size_t i = 0; i < n; i++) {
		if (!(v[i] > 0))
			return NAN;
		mean += (log(v[i]) - mean) / (double)(i + 1);
	}
	return n > 0 ? exp(mean) : NAN;
}
