#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/diff_parts.h"
#include "report/scale.h"

/* Cells of a base, and of a column against it. */
enum { VALUE, SPREAD, BASE_CELLS, CHANGE = BASE_CELLS, CHANCE, RATIO, CELLS };

enum { COLUMNS_MAX = 6, HEAD_MAX = 1 + BASE_CELLS + (COLUMNS_MAX - 1) * CELLS };

struct view {
	const struct ws_bench_tables *all;
	const struct ws_bench_table *t;
	bool utf8;
};

const char *
ws_direction_name(enum ws_direction d)
{
	static const char *const names[] = { "same", "better", "worse",
		"different" };

	return (unsigned)d < WS_LEN(names) ? names[d] : "same";
}

static int
sign_of(double v)
{
	return (v > 0) - (v < 0);
}

void
ws_put_spread(struct ws_buf *b, const struct ws_bench_cell *c, bool utf8)
{
	const struct ws_interval *i = &c->center;
	int sign = sign_of(i->mid);

	if (isinf(i->lo) || isinf(i->hi))
		ws_buf_puts(b, utf8 ? "\xe2\x88\x9e" : "inf");
	else if (sign != sign_of(i->lo) || sign != sign_of(i->hi))
		ws_buf_puts(b, "?");
	else if (sign == 0)
		ws_buf_puts(b, "0%");
	else
		ws_buf_printf(b, "%.0f%%",
		    100 * fmax(i->hi / i->mid - 1, 1 - i->lo / i->mid));
}

void
ws_put_change(struct ws_buf *b, const struct ws_against *x, double alpha)
{
	if (!x->exact && x->p > alpha)
		ws_buf_puts(b, "~");
	else if (isnan(x->change))
		ws_buf_puts(b, "?");
	else if (x->change == 0 && !x->differs)
		ws_buf_puts(b, "0.00%");
	else
		ws_buf_printf(b, "%+.2f%%", 100 * x->change);
}

void
ws_put_chance(struct ws_buf *b, const struct ws_bench_row *row, size_t k)
{
	const struct ws_against *x = row->against[k];

	if (!x->exact)
		ws_buf_printf(b, "p=%.3f ", x->p);
	ws_buf_printf(b, "n=%zu", row->cell[0]->n);
	if (row->cell[k]->n != row->cell[0]->n)
		ws_buf_printf(b, "+%zu", row->cell[k]->n);
}

static size_t
first_of(size_t column)
{
	return column == 0 ? 1 : 1 + BASE_CELLS + (column - 1) * CELLS;
}

static void
put_ratio(struct ws_buf *b, const struct ws_against *x, double alpha)
{
	if (x->exact || isnan(x->ratio.lo) || isinf(x->ratio.hi))
		return;
	ws_buf_printf(b, "x%.3g..%.3g", x->ratio.lo, x->ratio.hi);
	if (x->p <= alpha && x->holm > alpha)
		ws_buf_puts(b, " !");
}

static void
put_cell(const struct view *v, const struct ws_bench_row *row, size_t k,
    const struct ws_scale *scale, struct ws_buf *cell)
{
	const struct ws_bench_cell *c = row->cell[k];
	const struct ws_against *x = row->against[k];

	if (c == NULL)
		return;
	ws_scale_put(&cell[VALUE], scale, c->center.mid);
	ws_buf_puts(&cell[SPREAD], v->utf8 ? "\xc2\xb1 " : "+-");
	ws_put_spread(&cell[SPREAD], c, v->utf8);
	if (x == NULL)
		return;
	ws_put_change(&cell[CHANGE], x, v->all->terms.alpha);
	ws_buf_puts(&cell[CHANCE], "(");
	ws_put_chance(&cell[CHANCE], row, k);
	ws_buf_puts(&cell[CHANCE], ")");
	put_ratio(&cell[RATIO], x, v->all->terms.alpha);
}

static void
put_sums(const struct view *v, struct ws_buf *cell)
{
	const struct ws_bench_table *t = v->t;

	ws_buf_puts(&cell[0], "geomean");
	for (size_t k = 0; k < t->n_column; k++) {
		struct ws_buf *at = &cell[first_of(k)];
		struct ws_scale scale =
		    ws_scale_of(&t->sum[k].geomean, 1, t->binary, v->utf8);

		if (!isnan(t->sum[k].geomean))
			ws_scale_put(&at[VALUE], &scale, t->sum[k].geomean);
		if (k == 0)
			continue;
		if (isnan(t->sum[k].ratio))
			ws_buf_puts(&at[CHANGE], "?");
		else
			ws_buf_printf(&at[CHANGE], "%+.2f%%",
			    100 * (t->sum[k].ratio - 1));
	}
}

static void
put_row(const void *ctx, size_t i, struct ws_buf *cell)
{
	const struct view *v = ctx;
	const struct ws_bench_row *row = &v->t->row[i];
	double mid[COLUMNS_MAX];
	struct ws_scale scale;
	size_t k, n = 0;

	if (i == v->t->n_row) {
		put_sums(v, cell);
		return;
	}
	for (k = 0; k < v->t->n_column; k++)
		if (row->cell[k] != NULL)
			mid[n++] = row->cell[k]->center.mid;
	scale = ws_scale_of(mid, n, v->t->binary, v->utf8);
	ws_buf_puts(&cell[0], row->name);
	for (k = 0; k < v->t->n_column; k++)
		put_cell(v, row, k, &scale, &cell[first_of(k)]);
}

/* What is to be said of a table, each once. */
struct remarks {
	bool few, few_mid, equal, chance, varies, differs, no_geomean;
};

static void
find_remarks(const struct view *v, struct remarks *r)
{
	size_t need = v->all->need;

	for (size_t i = 0; i < v->t->n_row; i++)
		for (size_t k = 0; k < v->t->n_column; k++) {
			const struct ws_bench_cell *c = v->t->row[i].cell[k];
			const struct ws_against *x = v->t->row[i].against[k];

			if (c == NULL)
				continue;
			r->few_mid |=
			    isinf(c->center.lo) || isinf(c->center.hi);
			r->varies |= c->varies;
			if (x == NULL || x->exact)
				continue;
			r->equal |= x->all_equal;
			r->few |= !x->all_equal && c->n < need &&
				  v->t->row[i].cell[0]->n < need &&
				  x->p > v->all->terms.alpha;
			r->chance |= x->p <= v->all->terms.alpha &&
				     x->holm > v->all->terms.alpha;
		}
	for (size_t k = 0; k < v->t->n_column && v->t->n_row > 1; k++) {
		r->differs |= v->t->sum[k].set_differs;
		r->no_geomean |= isnan(v->t->sum[k].geomean);
	}
}

static void remark(const struct ws_sheet *s, bool is_so, const char *fmt, ...)
    WS_PRINTF(3, 4);

static void
remark(const struct ws_sheet *s, bool is_so, const char *fmt, ...)
{
	struct ws_buf b = { 0 };
	va_list ap;

	if (!is_so)
		return;
	va_start(ap, fmt);
	ws_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	ws_sheet_text(s, b.p);
	ws_buf_fini(&b);
}

static void
put_remarks(const struct ws_sheet *s, const struct ws_bench_tables *b,
    const struct remarks *r)
{
	if (r->few_mid || r->few || r->equal || r->chance || r->varies ||
	    r->differs || r->no_geomean)
		fputc('\n', s->page.f);
	remark(s, r->few_mid,
	    "no interval: needs %zu samples for one at level %g", b->need_mid,
	    b->terms.level);
	remark(s, r->few,
	    "~ without a chance: needs %zu samples to detect a difference at "
	    "alpha level %g",
	    b->need, b->terms.alpha);
	remark(s, r->equal, "p=1.000 also stands where all samples are equal");
	remark(s, r->chance,
	    "!: may be chance, as %zu comparisons were made (Holm)", b->tests);
	remark(s, r->varies,
	    "values that were said to be exact differ from run to run");
	remark(s, r->differs,
	    "the sets of benchmarks differ; geometric means may not be "
	    "comparable");
	remark(s, r->no_geomean,
	    "no geometric mean of values that are not above 0");
}

static void
put_config(const struct ws_sheet *s, const char *config, const char *last)
{
	struct ws_sv rest = ws_sv_of(config);
	struct ws_buf b = { 0 };

	if (last != NULL && strcmp(config, last) == 0)
		return;
	while (rest.n > 0) {
		ws_buf_puts(&b, b.n > 0 ? ", " : "");
		ws_buf_putsv(&b, ws_sv_split(&rest, '\n'));
	}
	if (b.n > 0)
		ws_sheet_text(s, b.p);
	ws_buf_fini(&b);
}

static void
put_table(const struct ws_sheet *s, const struct view *v)
{
	const struct ws_bench_table *t = v->t;
	const char *head[HEAD_MAX];
	struct ws_grid grid = { .head = head,
		.n_column = first_of(t->n_column - 1) +
			    (t->n_column > 1 ? CELLS : BASE_CELLS),
		.n_row = t->n_row + (t->n_row > 1),
		.row = put_row,
		.ctx = v };

	for (size_t i = 0; i < HEAD_MAX; i++)
		head[i] = "";
	head[0] = t->unit;
	for (size_t k = 0; k < t->n_column; k++) {
		size_t at = first_of(k);

		head[at] = t->column[k];
		grid.right |= 1u << at | 1u << (at + SPREAD);
		if (k == 0)
			continue;
		head[at + CHANGE] = "vs base";
		head[at + RATIO] = "95 % of ratio";
		grid.right |= 1u << (at + CHANGE);
	}
	ws_sheet_grid(s, &grid);
}

void
ws_sheet_benches(const struct ws_sheet *s, const struct ws_bench_tables *b)
{
	struct remarks remarks = { 0 };
	const char *last = NULL;

	if (b->n == 0)
		return;
	ws_sheet_title(s, "BENCHMARKS");
	for (size_t i = 0; i < b->n; i++) {
		const struct view v = { b, &b->table[i], s->page.style->utf8 };

		if (b->table[i].n_column > COLUMNS_MAX)
			continue;
		if (i > 0)
			fputc('\n', s->page.f);
		put_config(s, b->table[i].config, last);
		last = b->table[i].config;
		put_table(s, &v);
		find_remarks(&v, &remarks);
	}
	put_remarks(s, b, &remarks);
}
