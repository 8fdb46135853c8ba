/*
 * Text for terminals.  Everything is a row of cells that are wrapped side by
 * side, each in its own columns, or a grid of rows with columns as wide as
 * their widest cell.  All text is taken as untrusted.
 */
#ifndef WS_REPORT_PAGE_H
#define WS_REPORT_PAGE_H

#include "base/str.h"
#include "report/report.h"

/* Looks are for terminals that have colours; words say the same. */
enum ws_look { WS_PLAIN, WS_BOLD, WS_GOOD, WS_DOUBT, WS_BAD };

struct ws_page {
	FILE *f;
	const struct ws_style *style;
};

enum ws_flow {
	WS_FLOW,    /* broken at blanks */
	WS_COMMAND, /* the same, with backslashes that a shell understands */
	WS_WHOLE,   /* one line however long: names in it may have blanks */
	WS_RIGHT    /* set against the right border */
};

struct ws_cell {
	const char *text;   /* NULL is empty */
	unsigned at, width; /* columns; width 0: up to the right border */
	enum ws_flow flow;
	enum ws_look look;
};

void ws_page_row(const struct ws_page *p, const struct ws_cell *cell, size_t n);
/* One wrapped text. */
void ws_page_text(const struct ws_page *p, unsigned at, const char *text);
/* An empty line and a title. */
void ws_page_title(const struct ws_page *p, const char *title);

struct ws_grid {
	const char *const *head;
	size_t n_column, n_row;
	/* Puts the text of each cell of row i; buffers come empty. */
	void (*row)(const void *ctx, size_t i, struct ws_buf *cell);
	const void *ctx;
	unsigned right; /* bit k: column k is set right */
};

/* Never cuts and never wraps: grids are for grep. */
void ws_page_grid(const struct ws_page *p, const struct ws_grid *g);

unsigned ws_page_width(const struct ws_page *p); /* at least 60 */
/* Columns that a terminal needs for safe text. */
unsigned ws_text_columns(struct ws_sv s);

#endif
