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

/* Reads a field that is no plain number. */
static void
read_cell(struct ws_cells *c, unsigned i)
{
	struct ws_cell n = ws_cell_read(ws_cells_at(c, i));

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
