/* What the parts of a diff in text or Markdown share. */
#ifndef WS_REPORT_DIFF_PARTS_H
#define WS_REPORT_DIFF_PARTS_H

#include "compare/compare.h"
#include "report/page.h"

struct ws_sheet {
	struct ws_page page;
	bool markdown;
};

void ws_sheet_title(const struct ws_sheet *s, const char *title);
void ws_sheet_text(const struct ws_sheet *s, const char *text);
/* Sets a grid as a table of either kind. */
void ws_sheet_grid(const struct ws_sheet *s, const struct ws_grid *g);
/* The tables of benchmarks, with what their signs mean. */
void ws_sheet_benches(
    const struct ws_sheet *s, const struct ws_bench_tables *b);
/* "9%", an infinity, or "?" when the interval passes 0. */
void ws_put_spread(struct ws_buf *b, const struct ws_bench_cell *c, bool utf8);
/* "~", "+3.41%", "0.00%" or "?". */
void ws_put_change(struct ws_buf *b, const struct ws_against *x, double alpha);
/* "p=0.008 n=10", "p=0.1 n=3+4", "n=1". */
void ws_put_chance(struct ws_buf *b, const struct ws_bench_row *row, size_t k);
const char *ws_direction_name(enum ws_direction d);

#endif
