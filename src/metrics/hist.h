/*
 * A histogram of times with buckets that grow with the value: 16 for each
 * doubling, so that a quantile is off by 3 % at most.
 */
#ifndef WS_HIST_H
#define WS_HIST_H

#include <stdint.h>

enum { WS_HIST_FINE = 16, WS_HIST_BUCKETS = 60 * WS_HIST_FINE };

struct ws_hist {
	uint64_t n;
	double sum;
	int64_t max;
	uint64_t bucket[WS_HIST_BUCKETS];
};

/* A negative value counts as 0. */
void ws_hist_add(struct ws_hist *h, int64_t v);
/* Takes back a value that was added; the maximum stays. */
void ws_hist_sub(struct ws_hist *h, int64_t v);
/* Middle of the bucket of the nearest rank, no more than the maximum; values
 * below 32 and the maximum are exact.  NaN when nothing was added. */
double ws_hist_quantile(const struct ws_hist *h, double q);
double ws_hist_mean(const struct ws_hist *h);

#endif
