#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/num.h"
#include "ingest/columns.h"

enum { ESC = 0x1b, CELL_MAX = 40, LINE_BYTES = 1 << 20, FIELDS_MAX = 128 };

static bool
has_mark(struct ws_sv s)
{
	return ws_sv_starts(s, "\xef\xbb\xbf");
}

static bool
is_clean(struct ws_sv s)
{
	if (has_mark(s))
		return false;
	/* Most lines have no control characters at all. */
	s = ws_sv_from(s, ws_bytes_control(s));
	return s.n == 0 || (memchr(s.p, ESC, s.n) == NULL &&
			       memchr(s.p, '\r', s.n) == NULL &&
			       memchr(s.p, '\0', s.n) == NULL);
}

/* The length of a terminal control sequence (ECMA-48 5.4) at the start of s,
 * a lone ESC being one byte long. */
static size_t
sequence_length(struct ws_sv s)
{
	size_t i = 2;

	if (s.n < 2 || s.p[1] != '[')
		return 1;
	while (i < s.n && (s.p[i] < '@' || s.p[i] > '~'))
		i++;
	return i < s.n ? i + 1 : s.n;
}

static struct ws_sv
clean(struct ws_buf *b, struct ws_sv s)
{
	if (is_clean(s))
		return s;
	if (has_mark(s))
		s = ws_sv_from(s, 3);
	b->n = 0;
	while (s.n > 0) {
		size_t skip = 1;

		if (s.p[0] == ESC)
			skip = sequence_length(s);
		else if (s.p[0] != '\r' && s.p[0] != '\0')
			ws_buf_putc(b, s.p[0]);
		s = ws_sv_from(s, skip);
	}
	return ws_buf_sv(b);
}

bool
ws_lines_next(struct ws_lines *l, struct ws_line *line)
{
	struct ws_sv raw;

	if (l->src != NULL) {
		if (!ws_source_line(l->src, &raw, &line->off))
			return false;
		line->ended = ws_source_line_ended(l->src);
		line->text = raw;
		if (!ws_source_line_plain(l->src) || has_mark(raw))
			line->text = clean(&l->buf, raw);
		return true;
	}
	if (ws_cur_left(&l->cur) == 0)
		return false;
	line->off = l->cur.off;
	raw = ws_cur_line(&l->cur);
	line->ended = l->cur.p[-1] == '\n' && raw.n <= LINE_BYTES;
	if (raw.n > LINE_BYTES)
		raw.n = LINE_BYTES;
	line->text = clean(&l->buf, raw);
	return true;
}

void
ws_lines_fini(struct ws_lines *l)
{
	ws_buf_fini(&l->buf);
}

static const struct ws_column *
find_column(struct ws_sv token, const struct ws_column *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ws_sv_is(token, table[i].token))
			return &table[i];
	return NULL;
}

size_t
ws_layout_read(struct ws_layout *l, struct ws_sv line,
    const struct ws_column *table, size_t n_table)
{
	size_t known = 0;

	l->n = 0;
	if (line.n > sizeof(l->text))
		return 0;
	if (line.n > 0)
		memcpy(l->text, line.p, line.n);
	l->n = ws_row_split(
	    (struct ws_sv){ l->text, line.n }, l->token, WS_COLUMNS_MAX);
	if (l->n > WS_COLUMNS_MAX) {
		l->n = 0;
		return 0;
	}
	for (size_t i = 0; i < l->n; i++) {
		l->col[i] = find_column(l->token[i], table, n_table);
		known += l->col[i] != NULL;
	}
	return known;
}

size_t
ws_layout_find(const struct ws_layout *l, const char *token)
{
	size_t i = 0;

	while (i < l->n && !ws_sv_is(l->token[i], token))
		i++;
	return i;
}

struct ws_sv
ws_row_after(struct ws_sv line, size_t fields)
{
	for (size_t i = 0; i < fields; i++)
		ws_sv_field(&line);
	if (fields > 0 && line.n > 0)
		line = ws_sv_from(line, 1);
	return line;
}

struct ws_sv
ws_row_before(struct ws_sv line, size_t fields)
{
	struct ws_sv rest = line;

	for (size_t i = 0; i < fields; i++)
		ws_sv_field(&rest);
	return (struct ws_sv){ line.p, (size_t)(rest.p - line.p) };
}

enum ws_status
ws_rows_end(struct ws_batch *out, uint64_t rows, bool damaged, const char *tool,
    struct ws_err *err)
{
	enum ws_status status = ws_batch_flush(out);

	if (status != WS_OK)
		return status;
	if (damaged)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu whole rows; others were cut or damaged",
		    (unsigned long long)rows);
	if (rows == 0)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "a header of %s, but no row below it", tool);
	return WS_OK;
}

/* Bytes of a human suffix, or 0 when it is none. */
static double
suffix_bytes(char c)
{
	static const struct {
		char letter;
		double bytes;
	} table[] = {
		{ 'B', 1.0 },
		{ 's', 512.0 },
		{ 'k', 1024.0 },
		{ 'M', 1048576.0 },
		{ 'G', 1073741824.0 },
		{ 'T', 1099511627776.0 },
		{ 'P', 1125899906842624.0 },
	};

	if (c <= '9')
		return 0;
	for (size_t i = 0; i < WS_LEN(table); i++)
		if (table[i].letter == c)
			return table[i].bytes;
	return 0;
}

struct ws_number
ws_cell_read(struct ws_sv cell)
{
	struct ws_number n = { 0, false, false };
	double suffix = 0;

	if (cell.n > 1 && cell.p[cell.n - 1] == '%')
		cell.n--;
	else if (cell.n > 1)
		suffix = suffix_bytes(cell.p[cell.n - 1]);
	if (suffix > 0)
		cell.n--;
	/* No exponent: no table prints one, and a device may be called 1e5. */
	n.good = cell.n < CELL_MAX && ws_num_decimal(cell, &n.v);
	n.bytes = suffix > 0;
	if (n.bytes)
		n.v *= suffix;
	return n;
}

bool
ws_cell_number(struct ws_sv cell, double *out)
{
	struct ws_number n = ws_cell_read(cell);

	if (n.good)
		*out = n.v;
	return n.good;
}

double
ws_number_value(const struct ws_column *col, const struct ws_number *n)
{
	return n->bytes ? n->v : n->v * col->factor;
}

bool
ws_cell_value(const struct ws_column *col, struct ws_sv cell, double *out)
{
	struct ws_number n = ws_cell_read(cell);

	if (n.good)
		*out = ws_number_value(col, &n);
	return n.good;
}

size_t
ws_row_split(struct ws_sv line, struct ws_sv *field, size_t max)
{
	size_t edge[WS_BYTES_EDGES(FIELDS_MAX)], n;

	assert(max <= FIELDS_MAX);
	n = ws_bytes_fields(line, edge, max);
	for (size_t i = 0; i < n && i < max; i++)
		field[i] = (struct ws_sv){ line.p + edge[2 * i],
			edge[2 * i + 1] - edge[2 * i] };
	return n;
}

/* Reads a field that is no plain number. */
static void
read_cell(struct ws_cells *c, unsigned i)
{
	struct ws_number n = ws_cell_read(ws_cells_at(c, i));

	if (!n.good)
		return;
	c->row.v[i] = n.v;
	c->row.text[i] = 0;
	c->good |= UINT64_C(1) << i;
	c->bytes |= (uint64_t)n.bytes << i;
}

size_t
ws_cells_read(struct ws_cells *c, struct ws_sv line, size_t first)
{
	size_t room = WS_COLUMNS_MAX - first;
	size_t n = ws_bytes_fields(line, c->edge + 2 * first, room);
	uint64_t all;

	c->line = line;
	c->n = first + (n < room ? n : room);
	ws_num_row(&c->row, line, c->edge, first, c->n);
	all = ws_low_bits(c->n) & ~ws_low_bits(first);
	c->good = c->row.good & all;
	c->whole = c->row.whole & all;
	c->small = c->row.small & all;
	c->bytes = 0;
	for (uint64_t w = all & ~c->good; w != 0; w &= w - 1)
		read_cell(c, ws_lowest_bit(w));
	return n;
}
