/*
 * Comparing measured samples without assuming how they are distributed.  The
 * first half gives what benchstat prints (package benchmath, AssumeNothing, of
 * golang.org/x/perf; statistics of github.com/aclements/go-moremath), the
 * second what it lacks.  No value is NaN; samples are sorted, rising, where it
 * says so.
 */
#ifndef WS_INFER_H
#define WS_INFER_H

#include <stdbool.h>
#include <stddef.h>

struct ws_interval {
	double mid, lo, hi; /* lo and hi may be infinite: too few samples */
	double level;       /* what it covers, at least what was asked for */
};

enum ws_u_method { WS_U_EXACT, WS_U_NORMAL, WS_U_ALL_EQUAL, WS_U_EMPTY };

struct ws_u_result {
	double u;     /* pairs where the first is larger, ties counting half */
	double p;     /* two-sided; 1 when all values are equal */
	double delta; /* Cliff's delta, -1..1: above 0 when the second sample
			 is larger (N. Cliff, Psychol. Bull. 114, 1993) */
	enum ws_u_method method;
};

/* Rising; NaN last. */
void ws_sort_values(double *v, size_t n);
/* Quantile 8 of Hyndman and Fan (Am. Stat. 50, 1996): position
 * 1/3 + q (n + 1/3), linear between order statistics.  Sorted; NaN of none. */
double ws_quantile8(const double *v, size_t n, double q);
/*
 * The median and the order statistics that enclose it with the level asked
 * for.  Up to 30 values the binomial distribution is exact, summed from its
 * mode to the likelier neighbour, the lower one on a tie; above, its normal
 * approximation with continuity correction.  Sorted.
 */
void ws_median_interval(
    const double *v, size_t n, double level, struct ws_interval *out);
/* The fewest values that have a finite interval; 0 when 50 have none. */
size_t ws_median_need(double level);
/* Geometric mean; NaN unless there are values and all are positive. */
double ws_geomean(const double *v, size_t n);
/*
 * Mann and Whitney's U test (Ann. Math. Stat. 18, 1947), two-sided.  Exact up
 * to 50 values each, with ties (J. Klotz, JASA 61, 1966) up to 25 each; else
 * normal with the corrections for ties and continuity.  Both sorted.  Agrees
 * with go-moremath but for samples of different size with ties, see the code.
 */
void ws_u_test(const double *a, size_t na, const double *b, size_t nb,
    struct ws_u_result *out);
/* The fewest values a side that could differ at alpha: the least p of n
 * against n is 2 n! n! / (2n)!.  0 when 9 do not suffice. */
size_t ws_u_need(double alpha);
/* P of a standard normal value below z, and the z that has p below it. */
double ws_normal_below(double z);
double ws_normal_point(double p);

/*
 * The shift from a to b, median of all differences b - a, with the interval
 * that turns the U test round (Hodges and Lehmann, Ann. Math. Stat. 34, 1963).
 * Infinite bounds when there are too few values.  Both sorted, not empty.
 */
void ws_shift(const double *a, size_t na, const double *b, size_t nb,
    double level, struct ws_interval *out);
/* Holm's step-down correction (Scand. J. Stat. 6, 1979): p[i] becomes the
 * least family-wise level at which it is rejected.  NaN is left out. */
void ws_holm(double *p, size_t n);
/* Two-sided p that shares hits/n of two draws are the same: pooled normal
 * test; exact (Fisher) when fewer than 5 hits or misses are expected. */
double ws_two_shares(double hits_a, double na, double hits_b, double nb);
/*
 * The most likely place of one change in a series: values from *at on differ
 * from those before.  The result is the p of no change (A. Pettitt, Appl.
 * Stat. 28, 1979), 1 with fewer than 8 values.
 */
double ws_change_point(const double *v, size_t n, size_t *at);
/* P that the halves of a series are alike (U test); 1 below 8 values. */
double ws_drift(const double *v, size_t n);

#endif
