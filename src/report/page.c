#include "report/page.h"

#include <limits.h>
#include <stdlib.h>

#define WIDTH_MIN 60

/* Ranges of characters that take no column, and those that take two: the
 * blocks of Unicode 15 that are wide throughout, not every single character. */
static const struct range {
	uint32_t from, to;
	unsigned columns;
} ranges[] = {
	{ 0x0300, 0x036f, 0 },
	{ 0x1100, 0x115f, 2 },
	{ 0x200b, 0x200d, 0 },
	{ 0x20d0, 0x20ff, 0 },
	{ 0x2e80, 0xa4cf, 2 },
	{ 0xac00, 0xd7a3, 2 },
	{ 0xf900, 0xfaff, 2 },
	{ 0xfe00, 0xfe0f, 0 },
	{ 0xfe30, 0xfe6f, 2 },
	{ 0xff00, 0xff60, 2 },
	{ 0xffe0, 0xffe6, 2 },
	{ 0x1f300, 0x1f64f, 2 },
	{ 0x1f900, 0x1f9ff, 2 },
	{ 0x20000, 0x3fffd, 2 },
};

static unsigned
columns_of(uint32_t c)
{
	for (size_t i = 0; i < WS_LEN(ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return ranges[i].columns;
	return 1;
}

unsigned
ws_text_columns(struct ws_sv s)
{
	unsigned n = 0;
	uint32_t c = 0;
	size_t len;

	for (; s.n > 0; s = ws_sv_from(s, len ? len : 1)) {
		len = ws_sv_utf8(s, &c);
		n += len ? columns_of(c) : 1;
	}
	return n;
}

static void
put_ascii(struct ws_buf *b, struct ws_sv s)
{
	uint32_t c = 0;
	size_t len;

	for (; s.n > 0; s = ws_sv_from(s, len ? len : 1)) {
		len = ws_sv_utf8(s, &c);
		if (len > 1)
			ws_buf_printf(b, "\\u{%04X}", (unsigned)c);
		else
			ws_buf_putc(b, s.p[0]);
	}
}

static void
put_shown(const struct ws_page *p, struct ws_buf *b, struct ws_sv s)
{
	struct ws_buf safe = { 0 };

	ws_buf_put_safe(&safe, s);
	if (p->style->utf8)
		ws_buf_putsv(b, ws_buf_sv(&safe));
	else
		put_ascii(b, ws_buf_sv(&safe));
	ws_buf_fini(&safe);
}

unsigned
ws_page_width(const struct ws_page *p)
{
	return p->style->width < WIDTH_MIN ? WIDTH_MIN : p->style->width;
}

/* Bytes of s that fit into the columns: at least one character. */
static size_t
fitting(struct ws_sv s, unsigned columns)
{
	unsigned used = 0;
	uint32_t c = 0;
	size_t at = 0, len;

	while (at < s.n) {
		len = ws_sv_utf8(ws_sv_from(s, at), &c);
		used += len ? columns_of(c) : 1;
		if (used > columns && at > 0)
			break;
		at += len ? len : 1;
	}
	return at;
}

/* Cuts the next line off *s: at the last blank that fits, else in a word. */
static struct ws_sv
take_line(struct ws_sv *s, unsigned columns)
{
	struct ws_sv line = *s;
	size_t at;

	line.n = fitting(*s, columns);
	if (line.n < s->n) {
		for (at = line.n; at > 0 && s->p[at] != ' '; at--)
			;
		if (at > 0)
			line.n = at;
	}
	*s = ws_sv_from(*s, line.n);
	while (s->n > 0 && s->p[0] == ' ')
		*s = ws_sv_from(*s, 1);
	return ws_sv_trim(line);
}

static const char *
look_code(const struct ws_page *p, enum ws_look look)
{
	static const char *const codes[] = { [WS_PLAIN] = "",
		[WS_BOLD] = "\033[1m",
		[WS_GOOD] = "\033[1;32m",
		[WS_DOUBT] = "\033[1;33m",
		[WS_BAD] = "\033[1;31m" };

	return p->style->color ? codes[look] : "";
}

static void
put_look(const struct ws_page *p, struct ws_sv s, enum ws_look look)
{
	const char *code = look_code(p, look);

	fprintf(p->f, "%s%.*s%s", code, WS_SV_ARG(s), *code ? "\033[0m" : "");
}

/* What is left to print of one cell. */
struct column {
	struct ws_buf text;
	struct ws_sv rest;
	unsigned at, width;
};

static void
start_column(
    const struct ws_page *p, const struct ws_cell *cell, struct column *c)
{
	unsigned border = ws_page_width(p);

	put_shown(p, &c->text, ws_sv_trim(ws_sv_of(cell->text)));
	c->rest = ws_buf_sv(&c->text);
	c->at = cell->at < border ? cell->at : border - 1;
	c->width = border - c->at;
	if (cell->width > 0 && cell->width < c->width)
		c->width = cell->width;
	if (cell->flow == WS_WHOLE)
		c->width = UINT_MAX;
}

/* Prints the next line of a cell; returns the column it ends in. */
static unsigned
put_line(const struct ws_page *p, const struct ws_cell *cell, struct column *c,
    unsigned pos)
{
	bool is_command = cell->flow == WS_COMMAND &&
			  ws_text_columns(c->rest) > c->width && c->width > 2;
	struct ws_sv line =
	    take_line(&c->rest, is_command ? c->width - 2 : c->width);
	unsigned n = ws_text_columns(line);
	unsigned at = c->at;

	if (cell->flow == WS_RIGHT && n < c->width)
		at += c->width - n;
	fprintf(p->f, "%*s", at > pos ? (int)(at - pos) : 0, "");
	put_look(p, line, cell->look);
	if (is_command && c->rest.n > 0) {
		fputs(" \\", p->f);
		n += 2;
	}
	return at + n;
}

static bool
is_left(const struct column *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c[i].rest.n > 0)
			return true;
	return false;
}

void
ws_page_row(const struct ws_page *p, const struct ws_cell *cell, size_t n)
{
	struct column *c = ws_alloc_array(n, sizeof(*c));

	for (size_t i = 0; i < n; i++)
		start_column(p, &cell[i], &c[i]);
	while (is_left(c, n)) {
		unsigned pos = 0;

		for (size_t i = 0; i < n; i++)
			if (c[i].rest.n > 0)
				pos = put_line(p, &cell[i], &c[i], pos);
		fputc('\n', p->f);
	}
	for (size_t i = 0; i < n; i++)
		ws_buf_fini(&c[i].text);
	free(c);
}

void
ws_page_text(const struct ws_page *p, unsigned at, const char *text)
{
	ws_page_row(p, &(struct ws_cell){ .text = text, .at = at }, 1);
}

void
ws_page_title(const struct ws_page *p, const char *title)
{
	fputc('\n', p->f);
	ws_page_row(p, &(struct ws_cell){ .text = title, .look = WS_BOLD }, 1);
}

/* The cells of all rows, head first, as safe text. */
static struct ws_buf *
fill_grid(const struct ws_page *p, const struct ws_grid *g, unsigned *width)
{
	size_t n = (g->n_row + 1) * g->n_column;
	struct ws_buf *cell = ws_alloc_array(n, sizeof(*cell));
	struct ws_buf *raw = ws_alloc_array(g->n_column, sizeof(*raw));
	unsigned columns;

	for (size_t i = 0; i < n; i++) {
		size_t row = i / g->n_column, k = i % g->n_column;

		if (row > 0 && k == 0)
			g->row(g->ctx, row - 1, raw);
		if (row == 0)
			ws_buf_puts(&raw[k], g->head[k]);
		put_shown(p, &cell[i], ws_buf_sv(&raw[k]));
		ws_buf_fini(&raw[k]);
		raw[k] = (struct ws_buf){ 0 };
		columns = ws_text_columns(ws_buf_sv(&cell[i]));
		if (columns > width[k])
			width[k] = columns;
	}
	free(raw);
	return cell;
}

/* Blanks are put only before the next text, so that no line ends in any. */
static void
put_grid_row(const struct ws_page *p, const struct ws_grid *g,
    const struct ws_buf *cell, const unsigned *width)
{
	unsigned blanks = 0;

	for (size_t k = 0; k < g->n_column; k++) {
		struct ws_sv s = ws_buf_sv(&cell[k]);
		unsigned pad = width[k] - ws_text_columns(s);
		bool is_right = g->right >> k & 1;

		if (s.n > 0) {
			blanks += is_right ? pad : 0;
			fprintf(p->f, "%*s%.*s", (int)blanks, "", WS_SV_ARG(s));
			blanks = 2 + (is_right ? 0 : pad);
		} else {
			blanks += width[k] + 2;
		}
	}
	fputc('\n', p->f);
}

void
ws_page_grid(const struct ws_page *p, const struct ws_grid *g)
{
	unsigned *width = ws_alloc_array(g->n_column, sizeof(*width));
	struct ws_buf *cell = fill_grid(p, g, width);
	size_t n = (g->n_row + 1) * g->n_column;

	for (size_t i = 0; i < n; i += g->n_column)
		put_grid_row(p, g, &cell[i], width);
	for (size_t i = 0; i < n; i++)
		ws_buf_fini(&cell[i]);
	free(cell);
	free(width);
}
