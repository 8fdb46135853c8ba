#include "metrics/hist.h"

#include <math.h>

#include "base/compat.h"

static unsigned
top_bit(uint64_t x)
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
static unsigned
bucket_of(int64_t v)
{
	uint64_t x = v > 0 ? (uint64_t)v : 0;
	unsigned top;

	if (x < WS_HIST_FINE)
		return (unsigned)x;
	top = top_bit(x);
	return (top - 3) * WS_HIST_FINE + (unsigned)(x >> (top - 4) & 15);
}

static double
middle_of(unsigned bucket)
{
	unsigned top = bucket / WS_HIST_FINE + 3, low = bucket % WS_HIST_FINE;

	if (bucket < WS_HIST_FINE)
		return bucket;
	return ldexp(WS_HIST_FINE + low + (top > 4 ? 0.5 : 0), (int)top - 4);
}

void
ws_hist_add(struct ws_hist *h, int64_t v)
{
	h->n++;
	h->sum += v > 0 ? (double)v : 0;
	h->max = v > h->max ? v : h->max;
	h->bucket[bucket_of(v)]++;
}

void
ws_hist_sub(struct ws_hist *h, int64_t v)
{
	h->n--;
	h->sum -= v > 0 ? (double)v : 0;
	h->bucket[bucket_of(v)]--;
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
