/* The little statistics that facts need. */
#ifndef WS_STAT_H
#define WS_STAT_H

#include <stddef.h>

/*
 * The 95 % Wilson score interval of a share seen `hits` times in `n` draws
 * (E. B. Wilson, JASA 22, 1927).  hits may be fractional.  n <= 0 gives 0..1.
 */
void ws_wilson(double hits, double n, double *lo, double *hi);

/* Median by linear interpolation of order statistics; NaN sorts last.
 * n == 0 gives NaN. */
double ws_median(const double *v, size_t n);
/* The q-quantile (0..1), same rules. */
double ws_quantile(const double *v, size_t n, double q);

#endif
