#include "ingest/cells.h"

enum { CELL_MAX = 40 };

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

struct ws_cell
ws_cell_read(struct ws_sv cell)
{
	struct ws_cell n = { 0, false, false };
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
	struct ws_cell n = ws_cell_read(cell);

	if (n.good)
		*out = n.v;
	return n.good;
}

double
ws_cell_in_unit(const struct ws_column *col, const struct ws_cell *n)
{
	return n->bytes ? n->v : n->v * col->factor;
}

bool
ws_cell_value(const struct ws_column *col, struct ws_sv cell, double *out)
{
	struct ws_cell n = ws_cell_read(cell);

	if (n.good)
		*out = ws_cell_in_unit(col, &n);
	return n.good;
}

void
ws_cells_skip(struct ws_cells *c, size_t k)
{
	if (k > c->n_cut)
		k = c->n_cut;
	if (k == 0)
		return;
	c->n -= c->n == c->n_cut ? k : 0;
	c->n_cut -= k;
	c->edge += 2 * k;
	c->v += k;
	/* A shift by all 64 bits is not defined. */
	c->good = c->good >> (k - 1) >> 1;
	c->bytes = c->bytes >> (k - 1) >> 1;
	c->whole = c->whole >> (k - 1) >> 1;
	c->small = c->small >> (k - 1) >> 1;
}

/* Reads a cell that is no plain number: v[i] and its bits. */
static void
read_odd_cell(struct ws_cells *c, unsigned i, double *v)
{
	struct ws_sv text = ws_cells_at(c, i);
	struct ws_cell one;

	/* Most of them are words, and no number begins with a letter. */
	if ((unsigned char)text.p[0] > '9')
		return;
	one = ws_cell_read(text);
	if (!one.good)
		return;
	v[i] = one.v;
	c->good |= UINT64_C(1) << i;
	c->bytes |= (uint64_t)one.bytes << i;
}

void
ws_cells_numbers(struct ws_cells *c, double *v)
{
	struct ws_num_row row = { 0, 0, 0 };

	if (c->n_cut > 0)
		row = ws_num_row(c->line.text, c->edge, c->n_cut, v);
	c->v = v;
	c->good = row.good;
	c->whole = row.whole;
	c->small = row.small;
	c->bytes = 0;
	for (uint64_t w = ws_low_bits(c->n_cut) & ~row.good; w != 0; w &= w - 1)
		read_odd_cell(c, ws_lowest_bit(w), v);
}

void
ws_cells_cut(struct ws_cells *c, uint32_t *edge)
{
	c->n = ws_bytes_fields(c->line.text, edge, WS_COLUMNS_MAX);
	c->n_cut = c->n < WS_COLUMNS_MAX ? c->n : WS_COLUMNS_MAX;
	c->edge = edge;
}

void
ws_cells_read(struct ws_cells *c, uint32_t *edge, double *v)
{
	ws_cells_cut(c, edge);
	ws_cells_numbers(c, v);
}
