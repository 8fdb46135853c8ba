/* Sites: which functions of the program are behind what a query selects. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/queries.h"

enum { KEEP = 5 };

struct site {
	ws_id func, file;
	uint32_t line;
	double value;
};

/* Sums per frame; `touched` lists the frames that have one. */
struct tally {
	double *value;
	bool *seen;
	ws_id *touched;
	size_t n, cap;
	double whole;
};

/* Per set of groups: whether the site lies further from the leaf. */
static bool *
skipped_sets(const struct ws_frames *f, const struct ws_sites *q)
{
	uint32_t set, n = ws_frames_sets(f);
	bool *skip = ws_alloc_array(n, sizeof(*skip));
	size_t i;

	skip[WS_SET_UNKNOWN] = true;
	for (set = WS_SET_UNKNOWN + 1; set < n; set++)
		for (i = 0; i < q->n_outside; i++)
			skip[set] |=
			    ws_gset_has(ws_frames_set(f, set), q->outside[i]);
	return skip;
}

static bool *
selected_kinds(const struct ws_stacks *s, const struct ws_sites *q)
{
	uint32_t k, n = ws_stacks_kinds(s);
	bool *selected = ws_alloc_array((size_t)n + 1, sizeof(*selected));

	for (k = 0; k < n; k++)
		selected[k] = ws_stacks_meet(s, k, q->where);
	return selected;
}

static void
charge(struct tally *t, ws_id frame, double value)
{
	t->value[frame] += value;
	if (t->seen[frame])
		return;
	t->seen[frame] = true;
	t->touched =
	    ws_grow(t->touched, &t->cap, t->n + 1, sizeof(*t->touched));
	t->touched[t->n++] = frame;
}

/* Walks stacks to their sites. */
struct walk {
	const struct ws_asked *asked;
	bool *skip, *selected;
	bool *is_site; /* of a function, or NULL when nobody asks */
};

/* The frame nearest to the leaf that is not skipped; 0 when all are. */
static ws_id
site_of(const struct walk *w, ws_id stack)
{
	const struct ws_frames *f = w->asked->stacks->frames;
	const ws_id *frame;
	size_t k, n = ws_dict_get_stack(w->asked->m->dict, stack, &frame);

	for (k = 0; k < n; k++)
		if (!w->skip[ws_frames_set_of(f, frame[k])])
			return frame[k];
	return 0;
}

static ws_id
func_of(const struct walk *w, ws_id frame)
{
	return ws_dict_get_frame(w->asked->m->dict, frame)->func;
}

static void
tally_sites(const struct walk *w, struct tally *t)
{
	const struct ws_stacks *s = w->asked->stacks;
	const struct ws_profile *p = s->profile;
	ws_id frame;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (!w->selected[s->kind[i]])
			continue;
		t->whole += p->entry[i].value;
		frame = site_of(w, p->entry[i].stack);
		if (frame == 0)
			continue;
		charge(t, frame, p->entry[i].value);
		if (w->is_site != NULL)
			w->is_site[func_of(w, frame)] = true;
	}
}

/* What the program's other functions cost, whatever they call. */
static void
put_elsewhere(const struct walk *w, uint32_t fact)
{
	const struct ws_profile *p = w->asked->stacks->profile;
	double part = 0, whole = 0;
	ws_id frame;
	size_t i;

	for (i = 0; i < p->n; i++) {
		whole += p->entry[i].value;
		frame = site_of(w, p->entry[i].stack);
		if (frame != 0 && !w->is_site[func_of(w, frame)])
			part += p->entry[i].value;
	}
	ws_asked_put_ratio(w->asked, fact, NULL, part, whole);
}

static int
by_place(const void *pa, const void *pb)
{
	const struct site *a = pa, *b = pb;

	if (a->func != b->func)
		return a->func < b->func ? -1 : 1;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

/* Ties in the order of first appearance, which is the same for every run. */
static int
by_value(const void *pa, const void *pb)
{
	const struct site *a = pa, *b = pb;

	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	return by_place(pa, pb);
}

/* Frames that differ in their address only are one site.  The number of
 * sites, which are in falling order of value. */
static size_t
fold(struct site *site, size_t n)
{
	size_t i, k = 0;

	if (n == 0)
		return 0;
	qsort(site, n, sizeof(*site), by_place);
	for (i = 1; i < n; i++)
		if (by_place(&site[i], &site[k]) == 0)
			site[k].value += site[i].value;
		else
			site[++k] = site[i];
	qsort(site, k + 1, sizeof(*site), by_value);
	return k + 1;
}

/* "main.(*Cache).Get cache.go:88" */
static void
put_name(const struct ws_dict *d, const struct site *s, struct ws_buf *b)
{
	struct ws_sv file = ws_dict_text(d, s->file);
	size_t i;

	for (i = file.n; i > 0 && file.p[i - 1] != '/'; i--)
		;
	b->n = 0;
	ws_buf_putsv(b, ws_dict_text(d, s->func));
	if (i < file.n)
		ws_buf_printf(b, " %.*s", WS_SV_ARG(ws_sv_from(file, i)));
	if (i < file.n && s->line != 0)
		ws_buf_printf(b, ":%u", s->line);
}

static void
put_sites(
    const struct ws_asked *a, const struct ws_sites *q, const struct tally *t)
{
	struct site *site = ws_alloc_array(t->n + 1, sizeof(*site));
	struct ws_buf name = { 0 };
	size_t i, n;

	for (i = 0; i < t->n; i++) {
		const struct ws_frame *f =
		    ws_dict_get_frame(a->m->dict, t->touched[i]);

		site[i] = (struct site){ f->func, f->file, f->line,
			t->value[t->touched[i]] };
	}
	n = fold(site, t->n);
	for (i = 0; i < n && i < KEEP && site[i].value > 0; i++) {
		put_name(a->m->dict, &site[i], &name);
		ws_asked_put_ratio(a, q->fact, name.p, site[i].value, t->whole);
	}
	ws_buf_fini(&name);
	free(site);
}

static void
clear(struct tally *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		t->value[t->touched[i]] = 0;
		t->seen[t->touched[i]] = false;
	}
	t->n = 0;
	t->whole = 0;
}

static void
ask_sites(const struct ws_asked *a, const struct ws_sites *q, struct tally *t)
{
	struct walk w = { a, skipped_sets(a->stacks->frames, q),
		selected_kinds(a->stacks, q), NULL };

	if (q->elsewhere != WS_NO_FACT)
		w.is_site = ws_alloc_array(
		    ws_dict_strings(a->m->dict) + 1, sizeof(*w.is_site));
	tally_sites(&w, t);
	put_sites(a, q, t);
	if (q->elsewhere != WS_NO_FACT)
		put_elsewhere(&w, q->elsewhere);
	free(w.skip);
	free(w.selected);
	free(w.is_site);
}

void
ws_asked_sites(const struct ws_asked *a, const char *series)
{
	const struct ws_queries *q = a->m->queries;
	size_t i, n = ws_dict_frames(a->m->dict) + 1;
	struct tally t = { .value = ws_alloc_array(n, sizeof(*t.value)),
		.seen = ws_alloc_array(n, sizeof(*t.seen)) };

	for (i = 0; i < q->n_sites; i++) {
		if (strcmp(q->sites[i].series, series) != 0)
			continue;
		ask_sites(a, &q->sites[i], &t);
		clear(&t);
	}
	free(t.value);
	free(t.seen);
	free(t.touched);
}
