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

/* The top bit of a value of at least WS_HIST_FINE. */
static inline unsigned
ws_hist_top(uint64_t x)
{
#if defined(__GNUC__)
	return 63 - (unsigned)__builtin_clzll(x);
#else
	unsigned n = 0;

	while (x >>= 1)
		n++;
	return n;
#endif
}

/* Values below 16 have a bucket each; above, the four bits after the top one
 * tell the bucket within the doubling. */
static inline unsigned
ws_hist_bucket(int64_t v)
{
	uint64_t x = v > 0 ? (uint64_t)v : 0;
	unsigned top;

	if (x < WS_HIST_FINE)
		return (unsigned)x;
	top = ws_hist_top(x);
	return (top - 3) * WS_HIST_FINE + (unsigned)(x >> (top - 4) & 15);
}

/* A negative value counts as 0. */
static inline void
ws_hist_add(struct ws_hist *h, int64_t v)
{
	h->n++;
	h->sum += v > 0 ? (double)v : 0;
	h->max = v > h->max ? v : h->max;
	h->bucket[ws_hist_bucket(v)]++;
}

/* Takes back a value that was added; the maximum stays. */
void ws_hist_sub(struct ws_hist *h, int64_t v);
/* Middle of the bucket of the nearest rank, no more than the maximum; values
 * below 32 and the maximum are exact.  NaN when nothing was added. */
double ws_hist_quantile(const struct ws_hist *h, double q);
double ws_hist_mean(const struct ws_hist *h);

#endif
