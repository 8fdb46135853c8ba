/* The cells of a table's rows, as numbers. */
#ifndef WS_CELLS_H
#define WS_CELLS_H

#include "base/bytes.h"
#include "base/num.h"
#include "ingest/columns.h"

/* What a cell holds. */
struct ws_cell {
	double v;
	bool good;  /* it is a number */
	bool bytes; /* and had a suffix, so that it is in bytes */
};

/* A cell: a plain number with '.' or ',' as decimal mark, an optional human
 * suffix (k M G T P, factor 1024; B; s for 512 bytes) and an optional '%'.
 * With a suffix it is in bytes. */
struct ws_cell ws_cell_read(struct ws_sv cell);
bool ws_cell_number(struct ws_sv cell, double *out);
/* The same in the base unit of its column; a suffix replaces the factor. */
bool ws_cell_value(const struct ws_column *col, struct ws_sv cell, double *out);
double ws_cell_in_unit(const struct ws_column *col, const struct ws_cell *n);

/* A line and its cells.  Bits are from the first cell on. */
struct ws_cells {
	struct ws_line line;
	size_t blank;          /* lines without any that stood before it */
	size_t n;              /* fields of the line */
	size_t n_cut;          /* of them, at most WS_COLUMNS_MAX */
	const uint32_t *edge;  /* where these begin and end in it, in turn */
	const double *v;       /* NaN where there is no number */
	uint64_t good, bytes;  /* as of ws_cell */
	uint64_t whole, small; /* as of ws_num_row */
};

static inline struct ws_sv
ws_cells_at(const struct ws_cells *c, size_t i)
{
	size_t from = c->edge[2 * i], to = c->edge[2 * i + 1];

	return (struct ws_sv){ c->line.text.p + from, to - from };
}

/* Leaves out the first k cells, which a log writer put before the row, or all.
 * A line with more fields than are cut keeps their number: it is no row. */
void ws_cells_skip(struct ws_cells *c, size_t k);

/* Cuts c->line into `edge`, which has WS_BYTES_EDGES(WS_COLUMNS_MAX). */
void ws_cells_cut(struct ws_cells *c, uint32_t *edge);
/* Reads what is cut into v[WS_COLUMNS_MAX]. */
void ws_cells_numbers(struct ws_cells *c, double *v);
/* Both. */
void ws_cells_read(struct ws_cells *c, uint32_t *edge, double *v);

/* Room for the cells of one line. */
struct ws_cells_room {
	uint32_t edge[WS_BYTES_EDGES(WS_COLUMNS_MAX)];
	double v[WS_COLUMNS_MAX];
};

#endif
