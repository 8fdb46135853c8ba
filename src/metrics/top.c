#include "metrics/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"

/* Rows under construction.  A frame's row is looked up once. */
struct table {
	const struct ws_dict *dict;
	struct ws_htab *names; /* index = row */
	struct ws_top_row *row;
	uint32_t *seen; /* of a row: last entry counted, plus 1 */
	size_t cap, cap_seen;
	uint32_t *row_of_frame; /* plus 1; 0 = not looked up yet */
};

/* The name that `go tool pprof` gives a frame at function granularity: of a
 * frame without symbol the base name of its binary. */
static struct ws_sv
name_of(const struct table *t, ws_id id, struct ws_buf *scratch)
{
	const struct ws_frame *f = ws_dict_get_frame(t->dict, id);
	struct ws_sv map;
	size_t i;

	if (f->func != 0)
		return ws_dict_text(t->dict, f->func);
	scratch->n = 0;
	map = ws_dict_text(t->dict, f->mapping);
	for (i = map.n; i > 0 && map.p[i - 1] != '/'; i--)
		;
	map = ws_sv_from(map, i);
	if (map.n > 0)
		ws_buf_printf(scratch, "[%.*s]", WS_SV_ARG(map));
	else
		ws_buf_puts(scratch, "<unknown>");
	return ws_buf_sv(scratch);
}

static uint32_t
row_of(struct table *t, ws_id frame, struct ws_buf *scratch)
{
	struct ws_sv name;
	uint32_t row;
	bool is_new;

	if (t->row_of_frame[frame] != 0)
		return t->row_of_frame[frame] - 1;
	name = name_of(t, frame, scratch);
	row = ws_htab_put(t->names, name.p, name.n, &is_new);
	if (is_new) {
		t->row =
		    ws_grow(t->row, &t->cap, (size_t)row + 1, sizeof(*t->row));
		t->seen = ws_grow(
		    t->seen, &t->cap_seen, (size_t)row + 1, sizeof(*t->seen));
		t->row[row] = (struct ws_top_row){ 0 };
		t->seen[row] = 0;
	}
	t->row_of_frame[frame] = row + 1;
	return row;
}

static void
count(struct table *t, const struct ws_profile_entry *e, uint32_t mark,
    struct ws_buf *scratch)
{
	const ws_id *frame;
	size_t i, n = ws_dict_get_stack(t->dict, e->stack, &frame);

	for (i = 0; i < n; i++) {
		uint32_t row = row_of(t, frame[i], scratch);

		if (i == 0)
			t->row[row].flat += e->value;
		if (t->seen[row] == mark)
			continue;
		t->seen[row] = mark;
		t->row[row].cum += e->value;
	}
}

static int
by_flat(const void *pa, const void *pb)
{
	const struct ws_top_row *a = pa, *b = pb;

	if (fabs(a->flat) != fabs(b->flat))
		return fabs(a->flat) > fabs(b->flat) ? -1 : 1;
	if (fabs(a->cum) != fabs(b->cum))
		return fabs(a->cum) > fabs(b->cum) ? -1 : 1;
	return strcmp(a->name, b->name);
}

size_t
ws_profile_top(
    const struct ws_profile *p, struct ws_dict *d, struct ws_top_row **rows)
{
	struct table t = { .dict = d, .names = ws_htab_new() };
	struct ws_buf scratch = { 0 };
	size_t i, n;

	t.row_of_frame =
	    ws_alloc_array(ws_dict_frames(d) + 1, sizeof(*t.row_of_frame));
	for (i = 0; i < p->n; i++)
		count(&t, &p->entry[i], (uint32_t)i + 1, &scratch);
	n = ws_htab_count(t.names);
	for (i = 0; i < n; i++) {
		ws_id id = ws_dict_str(d, ws_htab_key(t.names, (uint32_t)i));

		t.row[i].name = id != 0 ? ws_dict_text(d, id).p : "";
	}
	if (n > 1)
		qsort(t.row, n, sizeof(*t.row), by_flat);
	ws_htab_free(t.names);
	ws_buf_fini(&scratch);
	free(t.row_of_frame);
	free(t.seen);
	*rows = t.row;
	return n;
}
