#include "metrics/lanes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
ws_lanes_init(struct ws_lanes *l)
{
	*l = (struct ws_lanes){ .shift = WS_LANES_FINEST };
}

void
ws_lanes_fini(struct ws_lanes *l)
{
	free(l->bucket);
	ws_lanes_init(l);
}

static void
grow(struct ws_lanes *l, size_t n)
{
	if (n <= l->n)
		return;
	l->bucket = ws_grow(l->bucket, &l->cap, n, sizeof(*l->bucket));
	memset(l->bucket + l->n, 0, (n - l->n) * sizeof(*l->bucket));
	l->n = n;
}

/* Two buckets as one: what is switched on in its middle is a part of it, and
 * a level from the next one on, which the result is to add there. */
static void
join(struct ws_lane_bucket *to, const struct ws_lane_bucket *a,
    const struct ws_lane_bucket *b, int32_t *carry, unsigned shift)
{
	struct ws_lane_bucket joint;
	size_t i;

	for (i = 0; i < WS_LANES; i++) {
		/* The step times the width: many products at once are slow. */
		joint.part[i] = a->part[i] + b->part[i] +
				(int64_t)((uint64_t)b->step[i] << shift);
		joint.step[i] = a->step[i] + carry[i];
		carry[i] = b->step[i];
	}
	joint.heap = a->heap > b->heap ? a->heap : b->heap;
	*to = joint;
}

/* Buckets become twice as wide, in place. */
static void
widen(struct ws_lanes *l)
{
	static const struct ws_lane_bucket none;
	size_t k, n = l->n / 2 + 2;
	int32_t carry[WS_LANES] = { 0 };

	l->bucket =
	    ws_grow(l->bucket, &l->cap, l->n > n ? l->n : n, sizeof(none));
	for (k = 0; k < n; k++) {
		const struct ws_lane_bucket *b = l->bucket + 2 * k;

		join(&l->bucket[k], 2 * k < l->n ? b : &none,
		    2 * k + 1 < l->n ? b + 1 : &none, carry, l->shift);
	}
	l->n = n;
	l->shift++;
}

/* Moves the origin back, by whole buckets. */
static void
move_origin(struct ws_lanes *l, int64_t t)
{
	size_t more;

	for (;;) {
		more = (size_t)((uint64_t)(l->origin - t) >> l->shift) + 1;
		if (more + l->n <= WS_LANES_BUCKETS)
			break;
		widen(l);
	}
	l->bucket =
	    ws_grow(l->bucket, &l->cap, l->n + more, sizeof(*l->bucket));
	memmove(l->bucket + more, l->bucket, l->n * sizeof(*l->bucket));
	memset(l->bucket, 0, more * sizeof(*l->bucket));
	l->n += more;
	l->origin -= (int64_t)((uint64_t)more << l->shift);
}

/* ns from the origin; the bucket of it exists, and the one behind. */
static uint64_t
place(struct ws_lanes *l, int64_t t)
{
	uint64_t off;

	if (l->n == 0) {
		l->origin = t;
		grow(l, 2);
	} else if (t < l->origin) {
		move_origin(l, t);
	}
	off = (uint64_t)(t - l->origin);
	while ((off >> l->shift) + 2 > WS_LANES_BUCKETS)
		widen(l);
	grow(l, (size_t)(off >> l->shift) + 2);
	return off;
}

/* Whether the bucket of what is so far from the origin and the one behind
 * exist. */
static inline bool
has_place(const struct ws_lanes *l, uint64_t off)
{
	return (off >> l->shift) + 1 < l->n;
}

void
ws_lanes_add_far(
    struct ws_lanes *l, enum ws_lane lane, int64_t from, int64_t to)
{
	uint64_t a = (uint64_t)(from - l->origin);
	uint64_t b = (uint64_t)(to - l->origin);
	size_t i, k;

	if (to <= from)
		return;
	if (!has_place(l, a) || !has_place(l, b)) {
		/* The first may move the origin; the second, which is later,
		 * does not, but may widen the buckets. */
		a = place(l, from);
		b = place(l, to);
	}
	i = (size_t)(a >> l->shift);
	k = (size_t)(b >> l->shift);
	if (i == k) {
		l->bucket[i].part[lane] += (int64_t)(b - a);
		return;
	}
	l->bucket[i].part[lane] +=
	    (int64_t)((((uint64_t)i + 1) << l->shift) - a);
	l->bucket[i + 1].step[lane]++;
	l->bucket[k].part[lane] -=
	    (int64_t)((((uint64_t)k + 1) << l->shift) - b);
	l->bucket[k + 1].step[lane]--;
}

void
ws_lanes_heap(struct ws_lanes *l, int64_t at, double bytes)
{
	uint64_t off = (uint64_t)(at - l->origin);
	struct ws_lane_bucket *b;

	if (!has_place(l, off))
		off = place(l, at);
	b = &l->bucket[off >> l->shift];
	if (bytes > b->heap)
		b->heap = bytes;
}

double *
ws_lanes_levels(const struct ws_lanes *l, enum ws_lane lane)
{
	double *level = ws_alloc_array(l->n + 1, sizeof(*level));
	double whole = 1 / ws_lanes_width(l); /* exact, of a power of two */
	int64_t on = 0;
	size_t i;

	for (i = 0; i < l->n; i++) {
		on += l->bucket[i].step[lane];
		level[i] = (double)on + (double)l->bucket[i].part[lane] * whole;
	}
	return level;
}

double
ws_lanes_width(const struct ws_lanes *l)
{
	return (double)((uint64_t)1 << l->shift);
}
