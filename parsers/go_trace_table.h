/* Records of one size by 64-bit id, for the readers of Go execution traces.
 * They do not move, and their memory is used again once they are removed. */
#ifndef WS_PARSERS_GO_TRACE_TABLE_H
#define WS_PARSERS_GO_TRACE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/dict.h"

/* Why and where: the producer's word and a stack, as dict ids or 0. */
struct ws_gt_why {
	ws_id reason, stack;
};

/* How a goroutine begins. */
struct ws_gt_birth {
	ws_id stack;   /* where the creator was */
	ws_id entry;   /* stack whose root is the entry function */
	uint8_t state; /* enum ws_gt_state */
};

/* What a removed record has as its id, so that a pointer that was kept can be
 * told from a good one: its memory lives as long as the table. */
#define WS_GT_NO_ID UINT64_MAX

struct ws_gt_slot {
	uint64_t id;
	void *record; /* NULL: free */
};

struct ws_gt_table {
	size_t size; /* of a record, which begins with its uint64_t id */
	struct ws_gt_slot *slot; /* open addressing, linear probing */
	unsigned bits;           /* log2 of the number of slots; 0: none */
	size_t n;
	uint64_t seed; /* against ids chosen to collide */
	void *free;    /* removed records, linked by their first word */
	void **chunk;  /* what to free in the end */
	size_t n_chunks, cap_chunks, left;
};

void ws_gt_table_init(struct ws_gt_table *t, size_t size);
void ws_gt_table_fini(struct ws_gt_table *t);

/* Where the search for an id begins. */
static inline size_t
ws_gt_table_home(const struct ws_gt_table *t, uint64_t id)
{
	uint64_t h = (id ^ t->seed) * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (size_t)(h >> (64 - t->bits));
}

/* The record of an id, or NULL. */
static inline void *
ws_gt_table_find(const struct ws_gt_table *t, uint64_t id)
{
	size_t i;

	if (t->bits == 0)
		return NULL;
	i = ws_gt_table_home(t, id);
	while (t->slot[i].id != id && t->slot[i].record != NULL)
		i = (i + 1) & (((size_t)1 << t->bits) - 1);
	return t->slot[i].record;
}

/* The record of an id; a new one is zero but for its id. */
void *ws_gt_table_get(struct ws_gt_table *t, uint64_t id);
void ws_gt_table_remove(struct ws_gt_table *t, uint64_t id);
/* The t->n records ordered by id, in an array to be freed; NULL for none. */
void **ws_gt_table_list(const struct ws_gt_table *t);
/* Removes all records. */
void ws_gt_table_clear(struct ws_gt_table *t);

#endif
