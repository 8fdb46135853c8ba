#include "base/stat.h"

#include <math.h>
#include <stdlib.h>

/* The 97.5 % point of the normal distribution. */
static const double z = 1.959963984540054;

void
ws_wilson(double hits, double n, double *lo, double *hi)
{
	double p, mid, half, scale;

	if (!(n > 0)) {
		*lo = 0;
		*hi = 1;
		return;
	}
	p = fmin(fmax(hits / n, 0), 1);
	scale = 1 + z * z / n;
	mid = (p + z * z / (2 * n)) / scale;
	half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
	*lo = fmax(mid - half, 0);
	*hi = fmin(mid + half, 1);
}

/* NaN sorts last, so that the order is total. */
static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	if (isnan(x) || isnan(y))
		return !!isnan(x) - !!isnan(y);
	return (x > y) - (x < y);
}

static void
swap(double *a, double *b)
{
	double t = *a;

	*a = *b;
	*b = t;
}

/* Moves NaN to the end; returns how many values there are before them. */
static size_t
put_nan_last(double *v, size_t n)
{
	size_t i, kept = 0;

	for (i = 0; i < n; i++)
		if (!isnan(v[i]))
			swap(&v[i], &v[kept++]);
	return kept;
}

/* The middle one of the first, the middle and the last. */
static double
pivot_of(const double *v, size_t n)
{
	double a = v[0], b = v[n / 2], c = v[n - 1];

	return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* Puts the kth value in order to v[k], no greater ones before and no smaller
 * ones behind it (C. A. R. Hoare, CACM 4, 1961).  Values that were chosen to
 * make this slow are sorted. */
static void
select_kth(double *v, size_t n, size_t k)
{
	size_t lo = 0, hi = n, i, j, rounds = 0;

	while (hi - lo > 1 && rounds++ < 64) {
		double pivot = pivot_of(v + lo, hi - lo);

		for (i = lo, j = hi - 1;; i++, j--) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i >= j)
				break;
			swap(&v[i], &v[j]);
		}
		/* All up to j are <= pivot, all from i are >= pivot. */
		if (k <= j && j + 1 < hi)
			hi = j + 1;
		else if (k >= i && i > lo)
			lo = i;
		else
			break;
	}
	if (hi - lo > 1)
		qsort(v + lo, hi - lo, sizeof(*v), compare);
}

static double
least(const double *v, size_t n)
{
	double x = v[0];
	size_t i;

	for (i = 1; i < n; i++)
		if (isnan(x) || v[i] < x)
			x = v[i];
	return x;
}

double
ws_quantile(double *v, size_t n, double q)
{
	double at, part;
	size_t i, real;

	if (n == 0 || isnan(q))
		return NAN;
	at = fmin(fmax(q, 0), 1) * (double)(n - 1);
	i = (size_t)at;
	part = at - (double)i;
	i = i < n ? i : n - 1;
	real = put_nan_last(v, n);
	if (i >= real)
		return NAN;
	select_kth(v, real, i);
	if (i + 1 >= n || part == 0)
		return v[i];
	return v[i] * (1 - part) + least(v + i + 1, n - i - 1) * part;
}

double
ws_median(double *v, size_t n)
{
	return ws_quantile(v, n, 0.5);
}
