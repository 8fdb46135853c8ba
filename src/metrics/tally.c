#include "metrics/tally.h"

#include <stdlib.h>

#include "base/mem.h"

static void
put_index(struct ws_tally *t, uint32_t row)
{
	size_t at = ws_tally_hash(t->row[row].a, t->row[row].b);

	while (t->index[at & (t->n_index - 1)] != 0)
		at++;
	t->index[at & (t->n_index - 1)] = row + 1;
}

static void
rehash(struct ws_tally *t)
{
	size_t i;

	t->n_index = t->n_index > 0 ? 2 * t->n_index : 256;
	free(t->index);
	t->index = ws_alloc_array(t->n_index, sizeof(*t->index));
	for (i = 0; i < t->n; i++)
		put_index(t, (uint32_t)i);
}

static struct ws_tally_row *
new_row(struct ws_tally *t, uint32_t a, uint32_t b)
{
	if (t->limit > 0 && t->n >= t->limit)
		return &t->rest;
	t->row = ws_grow(t->row, &t->cap, t->n + 1, sizeof(*t->row));
	t->row[t->n] = (struct ws_tally_row){ .a = a, .b = b };
	t->n++;
	/* Mostly empty, so that the first look mostly finds it. */
	if (t->n * 4 > t->n_index)
		rehash(t);
	else
		put_index(t, (uint32_t)t->n - 1);
	return &t->row[t->n - 1];
}

struct ws_tally_row *
ws_tally_row_of(struct ws_tally *t, uint32_t a, uint32_t b)
{
	size_t at = ws_tally_hash(a, b);
	uint32_t i;

	if (t->n_index == 0)
		return new_row(t, a, b);
	while ((i = t->index[at & (t->n_index - 1)]) != 0) {
		struct ws_tally_row *r = &t->row[i - 1];

		if (r->a == a && r->b == b)
			return r;
		at++;
	}
	return new_row(t, a, b);
}

void
ws_tally_fini(struct ws_tally *t)
{
	free(t->row);
	free(t->index);
	*t = (struct ws_tally){ .limit = t->limit };
}
