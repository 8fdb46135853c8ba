#include "metrics/hist.h"

#include <math.h>

static double
middle_of(unsigned bucket)
{
	unsigned top = bucket / WS_HIST_FINE + 3, low = bucket % WS_HIST_FINE;

	if (bucket < WS_HIST_FINE)
		return bucket;
	return ldexp(WS_HIST_FINE + low + (top > 4 ? 0.5 : 0), (int)top - 4);
}

void
ws_hist_sub(struct ws_hist *h, int64_t v)
{
	h->n--;
	h->sum -= v > 0 ? (double)v : 0;
	h->bucket[ws_hist_bucket(v)]--;
}

double
ws_hist_quantile(const struct ws_hist *h, double q)
{
	uint64_t rank = (uint64_t)ceil(q * (double)h->n), seen = 0;
	unsigned i;

	if (h->n == 0)
		return NAN;
	if (rank >= h->n)
		return (double)h->max;
	rank = rank == 0 ? 1 : rank;
	for (i = 0; i < WS_HIST_BUCKETS - 1; i++) {
		seen += h->bucket[i];
		if (seen >= rank)
			break;
	}
	return fmin(middle_of(i), (double)h->max);
}

double
ws_hist_mean(const struct ws_hist *h)
{
	return h->n > 0 ? h->sum / (double)h->n : NAN;
}
