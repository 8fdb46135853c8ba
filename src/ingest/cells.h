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

/* The cells of a row, each at the place of its column.  { 0 } is a valid start,
 * and the next row is read faster into what has the last one. */
struct ws_cells {
	struct ws_sv line;
	size_t n; /* places that are taken or left out */
	size_t edge[WS_BYTES_EDGES(WS_COLUMNS_MAX)];
	struct ws_num_row row; /* row.v: of good cells */
	uint64_t good, bytes;  /* bit i: as of ws_number */
	uint64_t whole, small; /* as of ws_num_row */
};

/* Cuts and reads a line whose first field has place `first`; returns how many
 * fields it has, which may be more than there are places. */
size_t ws_cells_read(struct ws_cells *c, struct ws_sv line, size_t first);

static inline struct ws_sv
ws_cells_at(const struct ws_cells *c, size_t i)
{
	size_t from = c->edge[2 * i], to = c->edge[2 * i + 1];

	return (struct ws_sv){ c->line.p + from, to - from };
}

#endif
