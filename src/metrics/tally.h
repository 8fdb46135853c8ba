/*
 * Sums and counts by a pair of ids, as a state and a stack, or two stacks.  An
 * event costs one look-up.
 */
#ifndef WS_TALLY_H
#define WS_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/compat.h"

struct ws_tally_row {
	uint32_t a, b; /* never both 0 */
	uint64_t n;
	double sum;
};

/* All zero is an empty one. */
struct ws_tally {
	struct ws_tally_row *row; /* in the order of first appearance */
	size_t n, cap;
	uint32_t *index;          /* open addressing; row + 1, or 0 */
	size_t n_index;           /* a power of two, or 0 */
	size_t limit;             /* of rows, or 0 */
	struct ws_tally_row rest; /* what came when there were `limit` */
};

static inline size_t
ws_tally_hash(uint32_t a, uint32_t b)
{
	uint64_t x = ((uint64_t)a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(x >> 32);
}

/* The rest of ws_tally_add: the row of a pair, made when it is new. */
struct ws_tally_row *ws_tally_row_of(
    struct ws_tally *t, uint32_t a, uint32_t b);

static inline void
ws_tally_add(
    struct ws_tally *t, uint32_t a, uint32_t b, double value, uint64_t n)
{
	size_t at = ws_tally_hash(a, b) & (t->n_index - 1);
	uint32_t i = t->n_index > 0 ? t->index[at] : 0;
	struct ws_tally_row *r = i > 0 ? &t->row[i - 1] : NULL;

	if (ws_unlikely(r == NULL || r->a != a || r->b != b))
		r = ws_tally_row_of(t, a, b);
	r->sum += value;
	r->n += n;
}

void ws_tally_fini(struct ws_tally *t);

#endif
