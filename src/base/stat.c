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

double
ws_quantile(double *v, size_t n, double q)
{
	double at, part;
	size_t i;

	if (n == 0 || isnan(q))
		return NAN;
	qsort(v, n, sizeof(*v), compare);
	at = fmin(fmax(q, 0), 1) * (double)(n - 1);
	i = (size_t)at;
	part = at - (double)i;
	if (i + 1 >= n || part == 0)
		return v[i < n ? i : n - 1];
	return v[i] * (1 - part) + v[i + 1] * part;
}

double
ws_median(double *v, size_t n)
{
	return ws_quantile(v, n, 0.5);
}
