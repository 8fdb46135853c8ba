/* `whyslow diff` for people: on a terminal, or as Markdown for a review. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/diff_parts.h"
#include "report/text.h"

/* Rows of a section; JSON has all. */
enum { FACTS_SHOWN = 20, FUNCTIONS_SHOWN = 15 };

void
ws_sheet_title(const struct ws_sheet *s, const char *title)
{
	if (s->markdown)
		fprintf(s->page.f, "\n## %s\n\n", title);
	else
		ws_page_title(&s->page, title);
}

void
ws_sheet_text(const struct ws_sheet *s, const char *text)
{
	ws_page_text(&s->page, s->markdown ? 0 : 2, text);
	if (s->markdown)
		fputc('\n', s->page.f);
}

static void
put_md_cells(const struct ws_sheet *s, const struct ws_buf *cell, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		struct ws_buf safe = { 0 };

		ws_buf_put_safe(&safe, ws_buf_sv(&cell[k]));
		fputs("| ", s->page.f);
		for (size_t i = 0; i < safe.n; i++)
			fprintf(s->page.f,
			    strchr("|\\*_`<[", safe.p[i]) != NULL ? "\\%c"
								  : "%c",
			    safe.p[i]);
		fputc(' ', s->page.f);
		ws_buf_fini(&safe);
	}
	fputs("|\n", s->page.f);
}

static void
put_md_grid(const struct ws_sheet *s, const struct ws_grid *g)
{
	struct ws_buf *cell = ws_alloc_array(g->n_column, sizeof(*cell));

	for (size_t i = 0; i <= g->n_row; i++) {
		for (size_t k = 0; k < g->n_column && i == 0; k++)
			ws_buf_puts(&cell[k], g->head[k]);
		if (i > 0)
			g->row(g->ctx, i - 1, cell);
		put_md_cells(s, cell, g->n_column);
		for (size_t k = 0; k < g->n_column; k++) {
			ws_buf_fini(&cell[k]);
			cell[k] = (struct ws_buf){ 0 };
			if (i == 0)
				fputs(g->right >> k & 1 ? "|---:" : "|---",
				    s->page.f);
		}
		if (i == 0)
			fputs("|\n", s->page.f);
	}
	free(cell);
}

void
ws_sheet_grid(const struct ws_sheet *s, const struct ws_grid *g)
{
	if (s->markdown)
		put_md_grid(s, g);
	else
		ws_page_grid(&s->page, g);
}

static const char *
change_title(enum ws_change c)
{
	static const char *const titles[] = { "confirmed",
		"improved, but the bottleneck moved", "no significant change",
		"regressed", "not measured" };

	return (unsigned)c < WS_LEN(titles) ? titles[c] : "not measured";
}

static void
put_verdict(const struct ws_sheet *s, const struct ws_diff *d)
{
	struct ws_buf b = { 0 };

	ws_buf_puts(&b, d->name[0]);
	if (d->name[1] != NULL)
		ws_buf_printf(&b, " -> %s", d->name[1]);
	if (s->markdown)
		fputs("# ", s->page.f);
	ws_page_text(&s->page, 0, b.p);
	b.n = 0;
	ws_buf_printf(&b, "CHANGE  %s", change_title(d->change));
	fputc('\n', s->page.f);
	if (s->markdown)
		fprintf(s->page.f, "**%s**\n\n", change_title(d->change));
	else
		ws_page_row(&s->page,
		    &(struct ws_cell){ .text = b.p,
			.look = d->change == WS_CHANGE_REGRESSED ? WS_BAD
								 : WS_BOLD },
		    1);
	ws_sheet_text(s, d->sentence);
	ws_buf_fini(&b);
}

enum { FACT, FROM, TO, MOVE, P, FACT_COLUMNS };

static const char *const fact_head[FACT_COLUMNS] = { "FACT", "BEFORE", "AFTER",
	"CHANGE", "P" };

static void
put_p(struct ws_buf *b, double p)
{
	if (!isnan(p))
		ws_buf_printf(b, "%.3f", p);
}

static void
put_value(
    struct ws_buf *b, const struct ws_fact_def *def, const struct ws_fact *f)
{
	char text[32];

	ws_unit_format(text, f->value, def->unit);
	ws_buf_puts(b, text);
	if (isnan(f->lo) || isnan(f->hi) || def->unit != WS_U_RATIO)
		return;
	ws_buf_printf(b, " (%.3g..%.3g)", 100 * f->lo, 100 * f->hi);
}

static void
put_fact(const void *ctx, size_t i, struct ws_buf *cell)
{
	const struct ws_diff *d = ctx;
	const struct ws_moved *m = &d->moved[i];

	ws_buf_puts(&cell[FACT], m->def->name);
	if (m->subject != NULL)
		ws_buf_printf(&cell[FACT], " %s", m->subject);
	put_value(&cell[FROM], m->def, m->before);
	put_value(&cell[TO], m->def, m->after);
	if (!isnan(m->change))
		ws_buf_printf(&cell[MOVE],
		    m->change > 9.99 ? "x%.3g" : "%+.1f%%",
		    m->change > 9.99 ? m->change + 1 : 100 * m->change);
	put_p(&cell[P], m->holm);
}

static void
put_rest(const struct ws_sheet *s, size_t n, size_t shown, const char *what)
{
	struct ws_buf b = { 0 };

	if (n <= shown)
		return;
	ws_buf_printf(&b, "and %zu more %s; --json has all", n - shown, what);
	ws_sheet_text(s, b.p);
	ws_buf_fini(&b);
}

static void
put_facts(const struct ws_sheet *s, const struct ws_diff *d)
{
	struct ws_grid grid = { .head = fact_head,
		.n_column = FACT_COLUMNS,
		.row = put_fact,
		.ctx = d,
		.right = 1u << FROM | 1u << TO | 1u << MOVE | 1u << P };
	size_t n = 0;

	while (n < d->n_moved && d->moved[n].moved)
		n++;
	if (n == 0)
		return;
	grid.n_row = n < FACTS_SHOWN ? n : FACTS_SHOWN;
	ws_sheet_title(s, "FACTS THAT MOVED");
	ws_sheet_grid(s, &grid);
	put_rest(s, n, FACTS_SHOWN, "facts");
}

enum { FUNCTION, FLAT0, FLAT1, CUM0, CUM1, CHANCE, SHARE_COLUMNS };

static const char *const share_head[SHARE_COLUMNS] = { "FUNCTION",
	"FLAT BEFORE", "AFTER", "CUM BEFORE", "AFTER", "P" };

static void
put_share(const void *ctx, size_t i, struct ws_buf *cell)
{
	const struct ws_share_changes *c = ctx;
	const struct ws_share_change *r = &c->row[i];

	ws_buf_puts(&cell[FUNCTION], r->name);
	ws_buf_printf(&cell[FLAT0], "%.2f%%", 100 * r->flat[0]);
	ws_buf_printf(&cell[FLAT1], "%.2f%%", 100 * r->flat[1]);
	ws_buf_printf(&cell[CUM0], "%.2f%%", 100 * r->cum[0]);
	ws_buf_printf(&cell[CUM1], "%.2f%%", 100 * r->cum[1]);
	put_p(&cell[CHANCE], r->holm);
}

static void
put_profile(const struct ws_sheet *s, const struct ws_share_changes *c)
{
	char before[32], after[32];
	struct ws_buf b = { 0 };
	struct ws_grid grid = { .head = share_head,
		.n_column = SHARE_COLUMNS,
		.n_row = c->n < FUNCTIONS_SHOWN ? c->n : FUNCTIONS_SHOWN,
		.row = put_share,
		.ctx = c,
		.right = 1u << FLAT0 | 1u << FLAT1 | 1u << CUM0 | 1u << CUM1 |
			 1u << CHANCE };

	ws_unit_format(before, c->total[0], c->unit);
	ws_unit_format(after, c->total[1], c->unit);
	ws_buf_printf(
	    &b, "PROFILE %s: %s -> %s in all", c->series, before, after);
	ws_sheet_title(s, b.p);
	ws_buf_fini(&b);
	ws_sheet_grid(s, &grid);
	put_rest(s, c->n, FUNCTIONS_SHOWN, "functions");
}

enum { CLASS, NAME, STATE0, STATE1, RULES, CLASS_COLUMNS };

static const char *const class_head[CLASS_COLUMNS] = { "CLASS", "", "BEFORE",
	"AFTER", "RULES" };

static void
put_class(const void *ctx, size_t i, struct ws_buf *cell)
{
	const struct ws_diff *d = ctx;
	const struct ws_class_change *c = &d->cls[i];

	if (ws_class_defs[c->cls].is_class)
		ws_buf_puts(&cell[CLASS], ws_class_defs[c->cls].key);
	ws_buf_puts(&cell[NAME], ws_class_defs[c->cls].name);
	for (int k = 0; k < 2; k++)
		ws_buf_printf(&cell[STATE0 + k], "%s, %g points",
		    ws_class_state_name(c->score[k]->state),
		    c->score[k]->points);
	if (*c->gone != '\0')
		ws_buf_printf(&cell[RULES], "no more %s", c->gone);
	if (*c->come != '\0')
		ws_buf_printf(&cell[RULES], "%snow %s",
		    *c->gone != '\0' ? "; " : "", c->come);
}

static void
put_classes(const struct ws_sheet *s, const struct ws_diff *d)
{
	struct ws_grid grid = { .head = class_head,
		.n_column = CLASS_COLUMNS,
		.n_row = d->n_cls,
		.row = put_class,
		.ctx = d };

	if (d->n_cls == 0)
		return;
	ws_sheet_title(s, "EVIDENCE");
	ws_sheet_grid(s, &grid);
}

enum { MET, GOAL, FOUND, ADVICE, GOAL_COLUMNS };

static const char *const goal_head[GOAL_COLUMNS] = { "MET", "WANTED", "FOUND",
	"ADVICE" };

static void
put_goal(const void *ctx, size_t i, struct ws_buf *cell)
{
	static const char *const met[] = { "yes", "no", "unknown" };
	const struct ws_goal *g = &((const struct ws_diff *)ctx)->goal[i];
	char text[32];

	ws_buf_puts(&cell[MET], met[g->met]);
	ws_unit_format(text, g->value, g->unit);
	ws_buf_printf(&cell[GOAL], "%s %s %s", g->fact, g->op, text);
	if (!isnan(g->found)) {
		ws_unit_format(text, g->found, g->unit);
		ws_buf_puts(&cell[FOUND], text);
	} else {
		ws_buf_puts(&cell[FOUND], ws_presence_name(g->presence));
	}
	ws_buf_puts(&cell[ADVICE], g->advice);
}

static void
put_goals(const struct ws_sheet *s, const struct ws_diff *d)
{
	struct ws_grid grid = { .head = goal_head,
		.n_column = GOAL_COLUMNS,
		.n_row = d->n_goal,
		.row = put_goal,
		.ctx = d };

	if (d->n_goal == 0)
		return;
	ws_sheet_title(s, "PLAN");
	ws_sheet_grid(s, &grid);
}

static void
put_sheet(const struct ws_sheet *s, const struct ws_diff *d)
{
	put_verdict(s, d);
	ws_sheet_benches(s, d->bench);
	put_goals(s, d);
	put_classes(s, d);
	put_facts(s, d);
	for (size_t i = 0; i < d->n_profile; i++)
		put_profile(s, &d->profile[i]);
	if (d->n_note > 0)
		ws_sheet_title(s, "NOTES");
	for (size_t i = 0; i < d->n_note; i++)
		ws_sheet_text(s, d->note[i]);
}

void
ws_report_diff(FILE *f, const struct ws_diff *d, const struct ws_style *s)
{
	const struct ws_sheet sheet = { { f, s }, false };

	put_sheet(&sheet, d);
}

void
ws_report_diff_md(FILE *f, const struct ws_diff *d, const struct ws_style *s)
{
	const struct ws_sheet sheet = { { f, s }, true };

	put_sheet(&sheet, d);
}

void
ws_report_diff_line(FILE *f, const struct ws_diff *d)
{
	struct ws_buf b = { 0 };

	ws_buf_puts(&b, ws_change_name(d->change));
	for (int i = 0; i < 2 && d->name[i] != NULL; i++) {
		ws_buf_puts(&b, " ");
		ws_buf_put_safe(&b, ws_sv_of(d->name[i]));
	}
	fprintf(f, "%s\n", b.p);
	ws_buf_fini(&b);
}
