#include "metrics/top.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"

enum { LOOKED = 1, FOCUSED = 2, IGNORED = 4 };

struct cell {
	double flat, cum;
	uint32_t seen; /* last entry counted, plus 1 */
};

/* Rows under construction.  A frame's row is looked up once. */
struct table {
	const struct ws_dict *dict;
	const struct ws_top_ask *ask;
	struct ws_htab *names; /* index = row */
	struct cell *cell;
	size_t cap;
	uint32_t *row_of_frame; /* plus 1; 0 = not looked up yet */
	unsigned char *match;   /* of a frame; NULL without focus and ignore */
	struct ws_matcher *matcher;
	uint64_t limited;
	struct ws_buf scratch;
};

/* The base name of a binary in brackets, for frames without symbol. */
static void
put_mapping(struct table *t, const struct ws_frame *f)
{
	struct ws_sv map = ws_dict_text(t->dict, f->mapping);
	size_t i;

	for (i = map.n; i > 0 && map.p[i - 1] != '/'; i--)
		;
	map = ws_sv_from(map, i);
	if (map.n > 0)
		ws_buf_printf(&t->scratch, "[%.*s]", WS_SV_ARG(map));
	else
		ws_buf_puts(&t->scratch, "<unknown>");
}

/* A function with its place, as far as that is known. */
static void
put_line(struct table *t, const struct ws_frame *f)
{
	ws_buf_putsv(&t->scratch, ws_dict_text(t->dict, f->func));
	if (f->file != 0 || f->line != 0)
		ws_buf_putc(&t->scratch, ' ');
	ws_buf_putsv(&t->scratch, ws_dict_text(t->dict, f->file));
	if (f->line != 0)
		ws_buf_printf(&t->scratch, ":%u", (unsigned)f->line);
}

static struct ws_sv
text_or_mapping(struct table *t, const struct ws_frame *f, ws_id text)
{
	if (text != 0)
		return ws_dict_text(t->dict, text);
	put_mapping(t, f);
	return ws_buf_sv(&t->scratch);
}

/* The name that `go tool pprof` gives a frame at that granularity. */
static struct ws_sv
name_of(struct table *t, ws_id id)
{
	const struct ws_frame *f = ws_dict_get_frame(t->dict, id);

	t->scratch.n = 0;
	switch (t->ask->by) {
	case WS_TOP_LINE:
		if (f->func == 0)
			break;
		put_line(t, f);
		return ws_buf_sv(&t->scratch);
	case WS_TOP_FILE:
		return text_or_mapping(t, f, f->file);
	case WS_TOP_MAPPING:
		if (f->mapping == 0)
			return WS_SV("<unknown>");
		return ws_dict_text(t->dict, f->mapping);
	case WS_TOP_FUNC:
	case WS_TOP_LABEL:
		break;
	}
	return text_or_mapping(t, f, f->func);
}

static uint32_t
row_of(struct table *t, struct ws_sv name)
{
	uint32_t row;
	bool is_new;

	row = ws_htab_put(t->names, name.p, name.n, &is_new);
	if (is_new) {
		t->cell = ws_grow(
		    t->cell, &t->cap, (size_t)row + 1, sizeof(*t->cell));
		t->cell[row] = (struct cell){ 0 };
	}
	return row;
}

/* The innermost frame that is not left out; the outermost one never is. */
static size_t
skip_inlined(const struct table *t, const ws_id *frame, size_t i, size_t n)
{
	if (!t->ask->no_inlines)
		return i;
	while (i + 1 < n && ws_dict_get_frame(t->dict, frame[i])->inlined)
		i++;
	return i;
}

static void
count(struct table *t, const struct ws_profile_entry *e, uint32_t mark)
{
	const ws_id *frame;
	size_t i, n = ws_dict_get_stack(t->dict, e->stack, &frame);
	size_t leaf = skip_inlined(t, frame, 0, n);
	struct cell *cell;
	uint32_t row;

	for (i = leaf; i < n; i = skip_inlined(t, frame, i + 1, n)) {
		row = t->row_of_frame[frame[i]];
		if (ws_unlikely(row == 0)) {
			row = row_of(t, name_of(t, frame[i])) + 1;
			t->row_of_frame[frame[i]] = row;
		}
		cell = &t->cell[row - 1];
		if (i == leaf)
			cell->flat += e->value;
		if (cell->seen == mark)
			continue;
		cell->seen = mark;
		cell->cum += e->value;
	}
}

/* The value of a label in "k=v, k2=v2", or all of it. */
static struct ws_sv
label_of(const struct table *t, ws_id track)
{
	struct ws_sv all, key = t->ask->label, s;
	size_t end;

	if (track == 0 || ws_track_is_numbered(track))
		return WS_SV("");
	all = ws_dict_text(t->dict, track);
	if (key.n == 0)
		return all;
	for (; all.n > 0; all = ws_sv_from(all, end + 2)) {
		end = ws_sv_find(all, ", ");
		s = (struct ws_sv){ all.p, end < all.n ? end : all.n };
		if (s.n > key.n && memcmp(s.p, key.p, key.n) == 0 &&
		    s.p[key.n] == '=')
			return ws_sv_from(s, key.n + 1);
		if (end + 2 > all.n)
			break;
	}
	return WS_SV("");
}

static void
count_label(struct table *t, const struct ws_profile_entry *e)
{
	struct ws_sv name = label_of(t, e->track);
	uint32_t row = row_of(t, name.n > 0 ? name : WS_SV("(none)"));

	t->cell[row].flat += e->value;
	t->cell[row].cum += e->value;
}

static bool
matches(struct table *t, const struct ws_regex *r, const struct ws_frame *f)
{
	const ws_id text[] = { f->func, f->file, f->mapping };
	enum ws_found found;
	size_t i;

	for (i = 0; r != NULL && i < WS_LEN(text); i++) {
		if (text[i] == 0)
			continue;
		found = ws_regex_match(
		    r, t->matcher, ws_dict_text(t->dict, text[i]));
		t->limited += found == WS_FOUND_LIMIT;
		if (found == WS_FOUND_YES)
			return true;
	}
	return false;
}

static unsigned
look(struct table *t, ws_id frame)
{
	const struct ws_frame *f = ws_dict_get_frame(t->dict, frame);
	unsigned m = LOOKED;

	if (matches(t, t->ask->ignore, f))
		m |= IGNORED;
	else if (t->ask->focus == NULL || matches(t, t->ask->focus, f))
		m |= FOCUSED;
	return t->match[frame] = (unsigned char)m;
}

static bool
is_kept(struct table *t, ws_id stack)
{
	const ws_id *frame;
	size_t i, n = ws_dict_get_stack(t->dict, stack, &frame);
	unsigned all = 0, m;

	if (t->match == NULL)
		return true;
	for (i = 0; i < n; i++) {
		m = t->match[frame[i]];
		all |= m != 0 ? m : look(t, frame[i]);
	}
	return (all & (FOCUSED | IGNORED)) == FOCUSED;
}

static int
compare(double a, double b)
{
	return fabs(a) == fabs(b) ? 0 : fabs(a) > fabs(b) ? -1 : 1;
}

static int
by_flat(const void *pa, const void *pb)
{
	const struct ws_top_row *a = pa, *b = pb;
	int order = compare(a->flat, b->flat);

	if (order == 0)
		order = compare(a->cum, b->cum);
	return order != 0 ? order : strcmp(a->name, b->name);
}

static int
by_cum(const void *pa, const void *pb)
{
	const struct ws_top_row *a = pa, *b = pb;
	int order = compare(a->cum, b->cum);

	if (order == 0)
		order = compare(a->flat, b->flat);
	return order != 0 ? order : strcmp(a->name, b->name);
}

static void
put_rows(const struct table *t, struct ws_dict *d, struct ws_top *top)
{
	uint32_t i, n = ws_htab_count(t->names);

	top->n = n;
	top->row = ws_alloc_array((size_t)n + 1, sizeof(*top->row));
	for (i = 0; i < n; i++) {
		ws_id id = ws_dict_str(d, ws_htab_key(t->names, i));

		top->row[i] =
		    (struct ws_top_row){ id != 0 ? ws_dict_text(d, id).p : "",
			    t->cell[i].flat, t->cell[i].cum };
	}
	if (n > 1)
		qsort(top->row, n, sizeof(*top->row),
		    t->ask->cum ? by_cum : by_flat);
}

void
ws_top_init(struct ws_top *top, const struct ws_profile *p, struct ws_dict *d,
    const struct ws_top_ask *ask)
{
	struct table t = { .dict = d, .ask = ask, .names = ws_htab_new() };
	size_t i, frames = ws_dict_frames(d) + 1;

	*top = (struct ws_top){ 0 };
	t.row_of_frame = ws_alloc_array(frames, sizeof(*t.row_of_frame));
	if (ask->focus != NULL || ask->ignore != NULL) {
		t.match = ws_alloc_array(frames, 1);
		t.matcher = ws_matcher_new();
	}
	for (i = 0; i < p->n; i++) {
		if (!is_kept(&t, p->entry[i].stack))
			continue;
		top->kept += fabs(p->entry[i].value);
		if (ask->by == WS_TOP_LABEL)
			count_label(&t, &p->entry[i]);
		else
			count(&t, &p->entry[i], (uint32_t)i + 1);
	}
	put_rows(&t, d, top);
	top->limited = t.limited;
	ws_htab_free(t.names);
	ws_matcher_free(t.matcher);
	ws_buf_fini(&t.scratch);
	free(t.row_of_frame);
	free(t.match);
	free(t.cell);
}

void
ws_top_fini(struct ws_top *t)
{
	free(t->row);
}
