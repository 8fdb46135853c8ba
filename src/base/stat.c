#include "base/stat.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

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
		x = v[i] < x ? v[i] : x;
	return x;
}

/* Of the values that are not NaN. */
struct range {
	double lo, hi;
	size_t n;
};

static void
widen(struct range *r, double x)
{
	r->lo = x < r->lo ? x : r->lo;
	r->hi = x > r->hi ? x : r->hi;
	r->n += !isnan(x);
}

static struct range
range_of(const double *v, size_t n)
{
	/* Two that do not wait for each other. */
	struct range a = { INFINITY, -INFINITY, 0 }, b = a;
	size_t i;

	for (i = 0; i + 1 < n; i += 2) {
		widen(&a, v[i]);
		widen(&b, v[i + 1]);
	}
	if (i < n)
		widen(&a, v[i]);
	return (struct range){ fmin(a.lo, b.lo), fmax(a.hi, b.hi), a.n + b.n };
}

/* Which of the values are near the one that is wanted. */
struct part {
	double lo, scale;   /* bucket of x: (x - lo) * scale, rounded down */
	size_t first, last; /* buckets */
	size_t before, n; /* values before the first and from it to the last */
};

enum { BUCKETS = 1024 };

/* Its bucket is that rounded down. */
static inline double
place_of(const struct part *p, double x)
{
	return (x - p->lo) * p->scale;
}

/* The buckets of the values k and k + 1 in order; between them is none. */
static struct part
find_part(const double *v, size_t n, const struct range *r, size_t k)
{
	struct part p = { .lo = r->lo,
		.scale = (BUCKETS - 1) / (r->hi - r->lo) };
	size_t count[BUCKETS] = { 0 };
	size_t i;

	/* Infinite, or too near to each other: all are in one. */
	if (!(p.scale > 0 && isfinite(p.scale)))
		return (struct part){ .lo = 0, .n = r->n };
	for (i = 0; i < n; i++)
		if (!isnan(v[i]))
			count[(int)place_of(&p, v[i])]++;
	for (; p.before + count[p.first] <= k; p.first++)
		p.before += count[p.first];
	p.n = count[p.first];
	for (p.last = p.first; p.before + p.n <= k + 1 && k + 1 < r->n;)
		p.n += count[++p.last];
	return p;
}

/* Copies the values of a part, without a branch for each. */
static double *
copy_part(const struct part *p, const double *v, size_t n)
{
	double *copy = ws_alloc_array(p->n + 1, sizeof(*copy));
	double from = (double)p->first, to = (double)p->last + 1, place;
	size_t i, m = 0;

	for (i = 0; i < n && m < p->n; i++) {
		place = p->scale > 0 ? place_of(p, v[i]) : 0;
		copy[m] = v[i];
		m += place >= from && place < to && !isnan(v[i]);
	}
	return copy;
}

/* Values k and k + 1 in order; NaN sorts last.  Counters are often the same for
 * long, all or those around the one that is wanted. */
static void
find_two(const double *v, size_t n, size_t k, double two[2])
{
	struct range r = range_of(v, n);
	struct part p = { .n = r.n };
	double *near = NULL;

	if (k < r.n && r.lo < r.hi) {
		p = find_part(v, n, &r, k);
		near = copy_part(&p, v, n);
		r = range_of(near, p.n);
		k -= p.before;
	}
	two[0] = k < p.n ? r.lo : NAN;
	two[1] = k + 1 < p.n ? r.lo : NAN;
	if (k < p.n && r.lo < r.hi) {
		select_kth(near, p.n, k);
		two[0] = near[k];
		if (k + 1 < p.n)
			two[1] = least(near + k + 1, p.n - k - 1);
	}
	free(near);
}

double
ws_quantile(const double *v, size_t n, double q)
{
	double at, part, two[2];
	size_t i;

	if (n == 0 || isnan(q))
		return NAN;
	at = fmin(fmax(q, 0), 1) * (double)(n - 1);
	i = (size_t)at;
	part = at - (double)i;
	i = i < n ? i : n - 1;
	find_two(v, n, i, two);
	if (i + 1 >= n || part == 0)
		return two[0];
	return two[0] * (1 - part) + two[1] * part;
}

double
ws_median(const double *v, size_t n)
{
	return ws_quantile(v, n, 0.5);
}
