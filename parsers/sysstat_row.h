/* A row of a table of sysstat: of a line, or of an object of JSON or XML. */
#ifndef WS_SYSSTAT_ROW_H
#define WS_SYSSTAT_ROW_H

#include "ingest/cells.h"

struct ws_sysstat_row {
	const struct ws_cells *line; /* NULL: of an object */
	size_t first;                /* cell of the line */
	const struct ws_sv *cell;    /* of the object */
};

static inline struct ws_sv
ws_sysstat_text(const struct ws_sysstat_row *r, size_t i)
{
	return r->line != NULL ? ws_cells_at(r->line, r->first + i)
			       : r->cell[i];
}

static inline struct ws_cell
ws_sysstat_number(const struct ws_sysstat_row *r, size_t i)
{
	const struct ws_cells *c = r->line;

	if (c == NULL)
		return ws_cell_read(r->cell[i]);
	i += r->first;
	return (struct ws_cell){ c->v[i], c->good >> i & 1, c->bytes >> i & 1 };
}

/* From cell i to the end of the line, without blanks there. */
static inline struct ws_sv
ws_sysstat_text_from(const struct ws_cells *c, size_t i)
{
	return ws_sv_trim(ws_sv_from(c->line.text, c->edge[2 * i]));
}

/* False for nearly all rows: only they have numbers in their second half. */
static inline bool
ws_sysstat_may_be_header(const struct ws_cells *c)
{
	return c->good >> (c->n_cut / 2) == 0;
}

#endif
