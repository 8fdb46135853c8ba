/*
 * How much of several states there was over time, in a bounded number of
 * buckets.  Spans may come in any order and overlap; what is kept is the exact
 * integral of each lane over each bucket.  When the capture outgrows the
 * buckets they are joined in pairs, so that memory does not grow with it.
 */
#ifndef WS_LANES_H
#define WS_LANES_H

#include <stddef.h>
#include <stdint.h>

enum ws_lane {
	WS_LANE_RUNNING,  /* goroutines of the program that run */
	WS_LANE_RUNNABLE, /* that wait for a P */
	WS_LANE_BLOCKED,
	WS_LANE_CALL,   /* in system calls or C */
	WS_LANE_P,      /* Ps in use */
	WS_LANE_GC,     /* Ps that collect garbage, those of a stop left out */
	WS_LANE_ACTIVE, /* a collection is going on */
	WS_LANE_STW,    /* the world is stopped */
	WS_LANES
};

enum {
	WS_LANES_FINEST = 17,      /* log2 of the first bucket's ns: 131 us */
	WS_LANES_BUCKETS = 1 << 15 /* how many there may be */
};

/*
 * A span that stays in a bucket adds to `part`.  One that does not adds what it
 * has of its first and lacks of its last, and is switched on after the first
 * and off after the last by `step`.
 */
struct ws_lane_bucket {
	int64_t part[WS_LANES]; /* ns */
	int32_t step[WS_LANES]; /* change of the level at the bucket's start */
	double heap;            /* largest value seen, or 0 */
};

struct ws_lanes {
	struct ws_lane_bucket *bucket;
	size_t n, cap;
	int64_t origin; /* ns, of bucket 0; any when n is 0 */
	unsigned shift; /* log2 of a bucket's ns */
};

void ws_lanes_init(struct ws_lanes *l);
void ws_lanes_fini(struct ws_lanes *l);
/* Times may be 2^61 ns from 0, far beyond any clock, and no more. */
#define WS_LANES_REACH ((int64_t)1 << 61)

/* The rest of ws_lanes_add. */
void ws_lanes_add_far(
    struct ws_lanes *l, enum ws_lane lane, int64_t from, int64_t to);

/* The lane is on from `from` to `to`; nothing when to <= from. */
static inline void
ws_lanes_add(struct ws_lanes *l, enum ws_lane lane, int64_t from, int64_t to)
{
	uint64_t at = (uint64_t)(from - l->origin) >> l->shift;

	if (at == (uint64_t)(to - l->origin) >> l->shift && at + 1 < l->n &&
	    to > from)
		l->bucket[at].part[lane] += to - from;
	else
		ws_lanes_add_far(l, lane, from, to);
}

void ws_lanes_heap(struct ws_lanes *l, int64_t at, double bytes);
/* The mean level of a lane in each of the l->n buckets; owned by the caller. */
double *ws_lanes_levels(const struct ws_lanes *l, enum ws_lane lane);
/* ns of a bucket. */
double ws_lanes_width(const struct ws_lanes *l);

#endif
