/*
 * Sums and counts by a pair of ids, as a state and a stack, or two stacks.  An
 * event costs one look-up.
 */
#ifndef WS_TALLY_H
#define WS_TALLY_H

#include <stddef.h>
#include <stdint.h>

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

void ws_tally_add(
    struct ws_tally *t, uint32_t a, uint32_t b, double value, uint64_t n);
void ws_tally_fini(struct ws_tally *t);

#endif
