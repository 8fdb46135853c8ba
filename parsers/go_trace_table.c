#include "go_trace_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

enum { FIRST_BITS = 6, CHUNK = 64, FEW = 16 /* slots for one record */ };

void
ws_gt_table_init(struct ws_gt_table *t, size_t size)
{
	memset(t, 0, sizeof(*t));
	assert(size >= 2 * sizeof(uint64_t) && size % sizeof(uint64_t) == 0);
	t->size = size;
	/* Without entropy, ids made to collide cost time and no more. */
	if (getentropy(&t->seed, sizeof(t->seed)) != 0)
		t->seed = (uintptr_t)t;
}

void
ws_gt_table_fini(struct ws_gt_table *t)
{
	for (size_t i = 0; i < t->n_chunks; i++)
		free(t->chunk[i]);
	free(t->chunk);
	free(t->slot);
	memset(t, 0, sizeof(*t));
}

/* The slot of an id, or the free one where it would go. */
static size_t
probe(const struct ws_gt_table *t, uint64_t id)
{
	size_t mask = ((size_t)1 << t->bits) - 1, i = ws_gt_table_home(t, id);

	while (t->slot[i].record != NULL && t->slot[i].id != id)
		i = (i + 1) & mask;
	return i;
}

static void
grow(struct ws_gt_table *t)
{
	struct ws_gt_slot *old = t->slot;
	size_t n = t->bits == 0 ? 0 : (size_t)1 << t->bits;

	t->bits = t->bits == 0 ? FIRST_BITS : t->bits + 1;
	t->slot = ws_alloc_array((size_t)1 << t->bits, sizeof(*t->slot));
	for (size_t i = 0; i < n; i++)
		if (old[i].record != NULL)
			t->slot[probe(t, old[i].id)] = old[i];
	free(old);
}

static void *
take_record(struct ws_gt_table *t)
{
	void *r = t->free;

	if (r != NULL) {
		memcpy(&t->free, (uint64_t *)r + 1, sizeof(t->free));
		memset(r, 0, t->size);
		return r;
	}
	if (t->left == 0) {
		t->chunk = ws_grow(t->chunk, &t->cap_chunks, t->n_chunks + 1,
		    sizeof(*t->chunk));
		t->chunk[t->n_chunks++] = ws_alloc_array(CHUNK, t->size);
		t->left = CHUNK;
	}
	t->left--;
	return (char *)t->chunk[t->n_chunks - 1] + t->left * t->size;
}

void *
ws_gt_table_get(struct ws_gt_table *t, uint64_t id)
{
	size_t i;

	if (t->bits == 0 || t->n >= (size_t)1 << (t->bits - 1))
		grow(t);
	i = probe(t, id);
	if (t->slot[i].record == NULL) {
		t->slot[i].id = id;
		t->slot[i].record = take_record(t);
		memcpy(t->slot[i].record, &id, sizeof(id));
		t->n++;
	}
	return t->slot[i].record;
}

/* Moves later records of a run into the hole, so that no tombstones are
 * needed. */
static void
close_hole(struct ws_gt_table *t, size_t hole)
{
	size_t mask = ((size_t)1 << t->bits) - 1, i = hole;

	for (;;) {
		size_t from;

		i = (i + 1) & mask;
		if (t->slot[i].record == NULL)
			break;
		from = ws_gt_table_home(t, t->slot[i].id);
		if (((i - from) & mask) < ((i - hole) & mask))
			continue;
		t->slot[hole] = t->slot[i];
		hole = i;
	}
	t->slot[hole].record = NULL;
}

static void
give_back(struct ws_gt_table *t, void *record)
{
	const uint64_t none = WS_GT_NO_ID;

	memcpy(record, &none, sizeof(none));
	memcpy((uint64_t *)record + 1, &t->free, sizeof(t->free));
	t->free = record;
}

void
ws_gt_table_remove(struct ws_gt_table *t, uint64_t id)
{
	size_t i;

	if (t->bits == 0)
		return;
	i = probe(t, id);
	if (t->slot[i].record == NULL)
		return;
	give_back(t, t->slot[i].record);
	close_hole(t, i);
	t->n--;
}

static int
by_id(const void *a, const void *b)
{
	void *const *pa = a, *const *pb = b;
	uint64_t x, y;

	memcpy(&x, *pa, sizeof(x));
	memcpy(&y, *pb, sizeof(y));
	return x < y ? -1 : x > y;
}

void **
ws_gt_table_list(const struct ws_gt_table *t)
{
	void **list;
	size_t n = 0;

	if (t->n == 0)
		return NULL;
	list = ws_alloc_array(t->n, sizeof(*list));
	for (size_t i = 0; i < (size_t)1 << t->bits; i++)
		if (t->slot[i].record != NULL)
			list[n++] = t->slot[i].record;
	qsort(list, n, sizeof(*list), by_id);
	return list;
}

/* Many slots of which few were used go away, so that clearing costs as much as
 * was put in and not as much as ever was. */
void
ws_gt_table_clear(struct ws_gt_table *t)
{
	size_t slots = t->bits == 0 ? 0 : (size_t)1 << t->bits;
	bool few = slots > 1 << FIRST_BITS && t->n < slots / FEW;

	for (size_t i = 0; i < slots; i++) {
		if (t->slot[i].record != NULL)
			give_back(t, t->slot[i].record);
		t->slot[i].record = NULL;
	}
	t->n = 0;
	if (!few)
		return;
	free(t->slot);
	t->slot = NULL;
	t->bits = 0;
}
