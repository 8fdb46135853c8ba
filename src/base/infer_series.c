#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/infer.h"
#include "base/mem.h"

enum { SERIES_MIN = 8 };

struct ranked {
	double p;
	size_t at;
};

/* NaN last. */
static int
by_p(const void *va, const void *vb)
{
	const struct ranked *a = va, *b = vb;

	if (isnan(a->p) || isnan(b->p))
		return !!isnan(a->p) - !!isnan(b->p);
	if (a->p != b->p)
		return a->p < b->p ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

void
ws_holm(double *p, size_t n)
{
	struct ranked *r = ws_alloc_array(n + 1, sizeof(*r));
	double most = 0;
	size_t i, tests = 0;

	for (i = 0; i < n; i++) {
		r[i] = (struct ranked){ p[i], i };
		tests += !isnan(p[i]);
	}
	if (n > 1)
		qsort(r, n, sizeof(*r), by_p);
	for (i = 0; i < tests; i++) {
		most = fmax(most, fmin(r[i].p * (double)(tests - i), 1));
		p[r[i].at] = most;
	}
	free(r);
}

static double
log_choose(double n, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* Fisher's exact test: the tables with the same sums that are no likelier
 * than this one. */
static double
fisher(double x, double na, double nb, double hits)
{
	double lo = fmax(0, hits - nb), hi = fmin(hits, na), sum = 0, k;
	double all = log_choose(na + nb, hits);
	double seen = log_choose(na, x) + log_choose(nb, hits - x) - all;

	for (k = lo; k <= hi; k++) {
		double w = log_choose(na, k) + log_choose(nb, hits - k) - all;

		if (w <= seen + 1e-7)
			sum += exp(w);
	}
	return fmin(sum, 1);
}

double
ws_two_shares(double hits_a, double na, double hits_b, double nb)
{
	double hits = hits_a + hits_b, n = na + nb, share, least, z;

	if (!(na > 0 && nb > 0) || hits <= 0 || hits >= n)
		return 1;
	share = hits / n;
	least = fmin(na, nb) * fmin(share, 1 - share);
	/* Few hits make a short sum, and few misses are hits of the rest. */
	if (least < 5 && share <= 0.5)
		return fisher(round(hits_a), round(na), round(nb), round(hits));
	if (least < 5)
		return fisher(
		    round(na - hits_a), round(na), round(nb), round(n - hits));
	z = (hits_a / na - hits_b / nb) /
	    sqrt(share * (1 - share) * (1 / na + 1 / nb));
	return 2 * ws_normal_below(-fabs(z));
}

/* Mean ranks, from 1. */
static double *
ranks_of(const double *v, size_t n)
{
	struct ranked *r = ws_alloc_array(n + 1, sizeof(*r));
	double *rank = ws_alloc_array(n + 1, sizeof(*rank));
	size_t i, j;

	for (i = 0; i < n; i++)
		r[i] = (struct ranked){ v[i], i };
	if (n > 1)
		qsort(r, n, sizeof(*r), by_p);
	for (i = 0; i < n; i = j) {
		for (j = i + 1; j < n && r[j].p == r[i].p; j++)
			;
		for (size_t k = i; k < j; k++)
			rank[r[k].at] = (double)(i + 1 + j) / 2;
	}
	free(r);
	return rank;
}

double
ws_change_point(const double *v, size_t n, size_t *at)
{
	double *rank, sum = 0, most = 0, size = (double)n;
	size_t i;

	*at = 0;
	if (n < SERIES_MIN)
		return 1;
	rank = ranks_of(v, n);
	for (i = 0; i + 1 < n; i++) {
		double u;

		sum += rank[i];
		u = fabs(2 * sum - (double)(i + 1) * (size + 1));
		if (u > most) {
			most = u;
			*at = i + 1;
		}
	}
	free(rank);
	return fmin(
	    2 * exp(-6 * most * most / (size * size * size + size * size)), 1);
}

double
ws_drift(const double *v, size_t n)
{
	size_t half = n / 2;
	struct ws_u_result r;
	double *copy;

	if (n < SERIES_MIN)
		return 1;
	copy = ws_alloc_array(n, sizeof(*copy));
	memcpy(copy, v, n * sizeof(*copy));
	ws_sort_values(copy, half);
	ws_sort_values(copy + half, n - half);
	ws_u_test(copy, half, copy + half, n - half, &r);
	free(copy);
	return r.p;
}
