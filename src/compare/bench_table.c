#include "compare/bench_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/str.h"

/* One table while its rows and columns are found. */
struct draft {
	const struct ws_measure *first;
	struct ws_htab *rows, *columns;
	const struct ws_measure **at; /* [row * n_column + column] */
	double **sorted;              /* likewise */
	size_t n_row, n_column;
};

struct work {
	struct ws_arena *arena;
	struct ws_bench_terms terms;
	struct ws_htab *keys; /* config and unit; index in draft[] */
	struct draft *draft;
	size_t cap;
	struct ws_against **test; /* those that Holm's correction counts */
	size_t n_test, cap_test;
};

static struct draft *
draft_of(struct work *w, const struct ws_measure *m)
{
	struct ws_buf key = { 0 };
	bool is_new;
	uint32_t i;

	ws_buf_puts(&key, m->config);
	ws_buf_putc(&key, '\0');
	ws_buf_puts(&key, m->unit);
	i = ws_htab_put(w->keys, key.p, key.n, &is_new);
	ws_buf_fini(&key);
	if (is_new) {
		w->draft = ws_grow(
		    w->draft, &w->cap, (size_t)i + 1, sizeof(*w->draft));
		w->draft[i] = (struct draft){ .first = m,
			.rows = ws_htab_new(),
			.columns = ws_htab_new() };
	}
	return &w->draft[i];
}

/* Columns keep one order in all tables: that of the measures. */
static void
find_tables(struct work *w, const struct ws_measure *m, size_t n)
{
	struct ws_htab *order = ws_htab_new();
	size_t i, k;

	for (i = 0; i < n; i++)
		ws_htab_put(order, m[i].column, strlen(m[i].column), NULL);
	for (i = 0; i < n; i++) {
		struct draft *d = draft_of(w, &m[i]);

		ws_htab_put(d->rows, m[i].row, strlen(m[i].row), NULL);
	}
	for (k = 0; k < ws_htab_count(order); k++)
		for (i = 0; i < n; i++) {
			struct ws_sv c = ws_htab_key(order, (uint32_t)k);
			struct draft *d;

			if (!ws_sv_is(c, m[i].column))
				continue;
			d = draft_of(w, &m[i]);
			ws_htab_put(d->columns, c.p, c.n, NULL);
		}
	ws_htab_free(order);
}

static void
fill_draft(struct work *w, struct draft *d)
{
	size_t cells;

	d->n_row = ws_htab_count(d->rows);
	d->n_column = ws_htab_count(d->columns);
	cells = d->n_row * d->n_column;
	d->at = ws_arena_alloc(w->arena, (cells + 1) * sizeof(*d->at));
	d->sorted = ws_arena_alloc(w->arena, (cells + 1) * sizeof(*d->sorted));
}

static void
place(struct work *w, const struct ws_measure *m)
{
	struct draft *d = draft_of(w, m);
	size_t row = ws_htab_get(d->rows, m->row, strlen(m->row));
	size_t column = ws_htab_get(d->columns, m->column, strlen(m->column));
	size_t i = row * d->n_column + column;

	if (m->n == 0 || d->at[i] != NULL)
		return;
	d->at[i] = m;
	d->sorted[i] = ws_arena_alloc(w->arena, m->n * sizeof(double));
	memcpy(d->sorted[i], m->value, m->n * sizeof(double));
	ws_sort_values(d->sorted[i], m->n);
}

/* The value that most have; of exact measures only. */
static double
mode_of(const double *v, size_t n)
{
	size_t best = 0, run = 0, i;
	double mode = v[0];

	for (i = 0; i < n; i++) {
		run = i > 0 && v[i] == v[i - 1] ? run + 1 : 1;
		if (run > best) {
			best = run;
			mode = v[i];
		}
	}
	return mode;
}

static struct ws_bench_cell *
make_cell(struct work *w, const struct ws_measure *m, const double *sorted)
{
	struct ws_bench_cell *c = ws_arena_alloc(w->arena, sizeof(*c));

	c->n = m->n;
	c->lo = sorted[0];
	c->hi = sorted[m->n - 1];
	c->drift = 1;
	if (m->exact) {
		c->center = (struct ws_interval){ mode_of(sorted, m->n), c->lo,
			c->hi, 1 };
		c->varies = c->lo != c->hi;
		return c;
	}
	ws_median_interval(sorted, m->n, w->terms.level, &c->center);
	c->drift = ws_drift(m->value, m->n);
	return c;
}

/* The shift of the logarithms is a ratio. */
static void
put_ratio(struct work *w, struct ws_against *x, const struct ws_bench_cell *a,
    const double *va, const struct ws_bench_cell *b, const double *vb)
{
	double *la, *lb;

	x->ratio = (struct ws_interval){ NAN, NAN, NAN, NAN };
	if (!(a->lo > 0 && b->lo > 0))
		return;
	la = ws_alloc_array(a->n + b->n, sizeof(*la));
	lb = la + a->n;
	for (size_t i = 0; i < a->n; i++)
		la[i] = log(va[i]);
	for (size_t i = 0; i < b->n; i++)
		lb[i] = log(vb[i]);
	ws_shift(la, a->n, lb, b->n, w->terms.level, &x->ratio);
	x->ratio.mid = exp(x->ratio.mid);
	x->ratio.lo = exp(x->ratio.lo);
	x->ratio.hi = exp(x->ratio.hi);
	free(la);
}

static double
change_of(double from, double to)
{
	if (from == to)
		return 0;
	return from == 0 ? NAN : to / from - 1;
}

static struct ws_against *
make_against(struct work *w, const struct draft *d, size_t base, size_t i,
    const struct ws_bench_row *row)
{
	struct ws_against *x = ws_arena_alloc(w->arena, sizeof(*x));
	const struct ws_bench_cell *a = row->cell[0], *b;
	struct ws_u_result u;

	b = row->cell[i - base];
	x->change = change_of(a->center.mid, b->center.mid);
	x->differs = a->center.mid != b->center.mid;
	ws_u_test(d->sorted[base], a->n, d->sorted[i], b->n, &u);
	x->p = x->holm = d->at[i]->exact ? 0 : u.p;
	x->exact = d->at[i]->exact;
	x->all_equal = u.method == WS_U_ALL_EQUAL;
	x->delta = u.delta;
	put_ratio(w, x, a, d->sorted[base], b, d->sorted[i]);
	if (x->exact)
		return x;
	w->test =
	    ws_grow(w->test, &w->cap_test, w->n_test + 1, sizeof(*w->test));
	w->test[w->n_test++] = x;
	return x;
}

static void
make_row(struct work *w, struct draft *d, size_t r, struct ws_bench_row *row)
{
	size_t n = d->n_column, base = r * n, k;
	const struct ws_bench_cell **cell =
	    ws_arena_alloc(w->arena, n * sizeof(*cell));
	struct ws_against **against =
	    ws_arena_alloc(w->arena, n * sizeof(*against));

	row->name = ws_arena_dup(w->arena, ws_htab_key(d->rows, (uint32_t)r));
	row->cell = cell;
	row->against = against;
	for (k = 0; k < n; k++)
		if (d->at[base + k] != NULL)
			cell[k] =
			    make_cell(w, d->at[base + k], d->sorted[base + k]);
	for (k = 1; k < n; k++)
		if (cell[0] != NULL && cell[k] != NULL)
			against[k] = make_against(w, d, base, base + k, row);
}

/* Of the centers of a column, and of their ratios to the base: 0 to 0 is 1,
 * and from 0 to anything else is no ratio. */
static void
sum_column(
    const struct ws_bench_table *t, size_t column, struct ws_column_sum *s)
{
	double *v = ws_alloc_array(2 * t->n_row + 1, sizeof(*v));
	double *ratio = v + t->n_row;
	size_t n = 0, n_ratio = 0, n_base = 0;
	bool bad = false;

	for (size_t r = 0; r < t->n_row; r++) {
		const struct ws_bench_cell *const *cell = t->row[r].cell;

		n_base += cell[0] != NULL;
		if (cell[column] == NULL)
			continue;
		v[n++] = cell[column]->center.mid;
		if (column == 0 || cell[0] == NULL)
			continue;
		ratio[n_ratio] =
		    change_of(cell[0]->center.mid, cell[column]->center.mid) +
		    1;
		bad |= isnan(ratio[n_ratio++]);
	}
	s->geomean = ws_geomean(v, n);
	s->set_differs = column > 0 && n_ratio != n_base;
	s->ratio = column > 0 && !bad ? ws_geomean(ratio, n_ratio) : NAN;
	free(v);
}

static bool
is_binary(const char *unit)
{
	struct ws_sv what = ws_sv_of(unit), word;

	what = ws_sv_split(&what, '/');
	while (what.n > 0) {
		word = ws_sv_split(&what, '-');
		if (ws_sv_is(word, "B") || ws_sv_is(word, "bytes"))
			return true;
	}
	return false;
}

static void
make_table(struct work *w, struct draft *d, struct ws_bench_table *t)
{
	struct ws_bench_row *row =
	    ws_arena_alloc(w->arena, d->n_row * sizeof(*row));
	struct ws_column_sum *sum =
	    ws_arena_alloc(w->arena, d->n_column * sizeof(*sum));
	const char **column =
	    ws_arena_alloc(w->arena, d->n_column * sizeof(*column));
	size_t i;

	t->config = d->first->config;
	t->unit = d->first->unit;
	t->better = d->first->better;
	t->told = d->first->told;
	t->binary = is_binary(t->unit);
	t->n_row = d->n_row;
	t->n_column = d->n_column;
	t->row = row;
	t->column = column;
	t->sum = sum;
	for (i = 0; i < d->n_column; i++)
		column[i] = ws_arena_dup(
		    w->arena, ws_htab_key(d->columns, (uint32_t)i));
	for (i = 0; i < d->n_row; i++)
		make_row(w, d, i, &row[i]);
	for (i = 0; i < d->n_column; i++)
		sum_column(t, i, &sum[i]);
}

static void
correct(struct work *w)
{
	double *p = ws_alloc_array(w->n_test + 1, sizeof(*p));
	size_t i;

	for (i = 0; i < w->n_test; i++)
		p[i] = w->test[i]->p;
	ws_holm(p, w->n_test);
	for (i = 0; i < w->n_test; i++)
		w->test[i]->holm = p[i];
	free(p);
}

static enum ws_direction
direction_of(
    const struct ws_bench_terms *terms, int better, const struct ws_against *x)
{
	bool small = !isnan(x->change) && fabs(x->change) < terms->least;

	if (x->holm > terms->alpha || small)
		return WS_SAME;
	if (better == 0 || isnan(x->change))
		return WS_OTHER;
	return (x->change > 0) == (better > 0) ? WS_BETTER : WS_WORSE;
}

static void
put_directions(struct work *w, const struct ws_bench_table *t)
{
	for (size_t r = 0; r < t->n_row; r++)
		for (size_t k = 1; k < t->n_column; k++) {
			struct ws_against *x = t->row[r].against[k];

			if (x != NULL)
				x->direction =
				    direction_of(&w->terms, t->better, x);
		}
}

static void
free_work(struct work *w)
{
	for (size_t i = 0; i < ws_htab_count(w->keys); i++) {
		ws_htab_free(w->draft[i].rows);
		ws_htab_free(w->draft[i].columns);
	}
	ws_htab_free(w->keys);
	free(w->draft);
	free(w->test);
}

const struct ws_bench_tables *
ws_bench_compare(struct ws_arena *a, const struct ws_measure *m, size_t n,
    const struct ws_bench_terms *terms)
{
	struct work w = { .arena = a, .terms = *terms, .keys = ws_htab_new() };
	struct ws_bench_tables *all = ws_arena_alloc(a, sizeof(*all));
	struct ws_bench_table *table;
	size_t i;

	find_tables(&w, m, n);
	all->n = ws_htab_count(w.keys);
	all->terms = *terms;
	all->need = ws_u_need(terms->alpha);
	all->need_mid = ws_median_need(terms->level);
	table = ws_arena_alloc(a, (all->n + 1) * sizeof(*table));
	all->table = table;
	for (i = 0; i < all->n; i++)
		fill_draft(&w, &w.draft[i]);
	for (i = 0; i < n; i++)
		place(&w, &m[i]);
	for (i = 0; i < all->n; i++)
		make_table(&w, &w.draft[i], &table[i]);
	correct(&w);
	for (i = 0; i < all->n; i++)
		put_directions(&w, &table[i]);
	all->tests = w.n_test;
	free_work(&w);
	return all;
}
