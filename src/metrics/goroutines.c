#include "metrics/goroutines.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The slot of the key, or the free one where it belongs. */
static struct ws_goroutine *
slot_of(const struct ws_goroutines *g, uint32_t key)
{
	size_t at = ws_goroutines_home(g, key);

	while (g->slot[at].number != 0 && g->slot[at].number != key)
		at = (at + 1) & (g->n_slot - 1);
	return &g->slot[at];
}

static void
rehash(struct ws_goroutines *g)
{
	struct ws_goroutine *old = g->slot;
	size_t i, n = g->n_slot;

	g->n_slot = n > 0 ? 2 * n : 64;
	g->slot = ws_alloc_array(g->n_slot, sizeof(*g->slot));
	for (i = 0; i < n; i++)
		if (old[i].number != 0)
			*slot_of(g, old[i].number) = old[i];
	free(old);
}

struct ws_goroutine *
ws_goroutines_look(struct ws_goroutines *g, uint32_t number)
{
	uint32_t key = number + 1;
	struct ws_goroutine *s;

	if (2 * (g->n + 1) > g->n_slot)
		rehash(g);
	s = slot_of(g, key);
	if (s->number == 0) {
		g->n++;
		*s = (struct ws_goroutine){ .number = key,
			.call_end = INT64_MIN,
			.born = INT64_MIN,
			.got = INT64_MIN };
	}
	return s;
}

struct ws_goroutine *
ws_goroutines_find(const struct ws_goroutines *g, uint32_t number)
{
	struct ws_goroutine *s;

	if (g->n_slot == 0)
		return NULL;
	s = slot_of(g, number + 1);
	return s->number != 0 ? s : NULL;
}

/* Moves back what would not be found any more behind a free slot. */
void
ws_goroutines_remove(struct ws_goroutines *g, struct ws_goroutine *which)
{
	size_t mask = g->n_slot - 1, hole = (size_t)(which - g->slot);
	size_t at = hole;

	for (;;) {
		at = (at + 1) & mask;
		if (g->slot[at].number == 0)
			break;
		if (((at - ws_goroutines_home(g, g->slot[at].number)) & mask) <
		    ((at - hole) & mask))
			continue;
		g->slot[hole] = g->slot[at];
		hole = at;
	}
	g->slot[hole].number = 0;
	g->n--;
}

void
ws_goroutines_fini(struct ws_goroutines *g)
{
	free(g->slot);
	*g = (struct ws_goroutines){ 0 };
}

void
ws_goroutine_off(struct ws_goroutine *g, int64_t from, int64_t to)
{
	struct ws_g_off *last = g->n_off > 0 ? &g->off[g->n_off - 1] : NULL;

	if (last != NULL && last->to == from) {
		last->to = to;
		last->sum += to - from;
		return;
	}
	if (g->n_off == WS_G_OFFS) {
		g->off[0].to = g->off[1].to;
		g->off[0].sum += g->off[1].sum;
		memmove(&g->off[1], &g->off[2],
		    (WS_G_OFFS - 2) * sizeof(g->off[0]));
		g->n_off--;
	}
	g->off[g->n_off++] = (struct ws_g_off){ from, to, to - from };
}

int64_t
ws_goroutine_off_within(const struct ws_goroutine *g, int64_t from, int64_t to)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < g->n_off; i++) {
		const struct ws_g_off *o = &g->off[i];
		int64_t a = o->from > from ? o->from : from;
		int64_t b = o->to < to ? o->to : to;

		if (b <= a)
			continue;
		if (o->sum == o->to - o->from)
			sum += b - a;
		else
			sum += (int64_t)((double)o->sum * (double)(b - a) /
					 (double)(o->to - o->from));
	}
	return sum;
}
