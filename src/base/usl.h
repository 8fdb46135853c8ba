/*
 * The Universal Scalability Law (N. Gunther, Guerrilla Capacity Planning,
 * 2007): throughput of n workers is
 *
 *	X(n) = lambda n / (1 + sigma (n - 1) + kappa n (n - 1))
 *
 * sigma is the part of the work that is serial, kappa what it costs each worker
 * to agree with each other one.
 */
#ifndef WS_USL_H
#define WS_USL_H

#include <stdbool.h>
#include <stddef.h>

struct ws_usl {
	double lambda, sigma, kappa;
	double peak;  /* n of the most throughput; infinite when kappa is 0 */
	double error; /* root mean square of the relative residuals */
};

/*
 * Fits n[] and X[] (both above 0) by least squares of n/X, which is linear in
 * the parameters, weighted so that relative errors count; sigma and kappa are
 * not below 0.  False with fewer than 3 levels.
 */
bool ws_usl_fit(
    const double *n, const double *x, size_t count, struct ws_usl *out);

#endif
