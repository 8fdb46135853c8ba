/* The parts of the first screen; those without content print nothing. */
#ifndef WS_REPORT_TEXT_H
#define WS_REPORT_TEXT_H

#include "report/page.h"

void ws_text_bench(const struct ws_page *p, const struct ws_report *r);
void ws_text_plan(const struct ws_page *p, const struct ws_report *r);
void ws_text_design(const struct ws_page *p, const struct ws_report *r);
void ws_text_traps(const struct ws_page *p, const struct ws_report *r);
void ws_text_unsure(const struct ws_page *p, const struct ws_report *r);
void ws_text_next(const struct ws_page *p, const struct ws_report *r);

/* Appends row i of what the benchmark says, which may be nothing; its label, or
 * NULL behind the last or without a benchmark. */
const char *ws_bench_row(struct ws_buf *b, const struct ws_report *r, size_t i);
/* Appended to *b: the chain of stages and queues that begins with that queue,
 * and how many queues came before its end; one stage; one queue. */
size_t ws_design_line(struct ws_buf *b, const struct ws_sketch *s, size_t from);
void ws_design_stage(struct ws_buf *b, const struct ws_sketch *s, size_t i);
void ws_design_queue(struct ws_buf *b, const struct ws_sketch *s, size_t i);
/* "1.8x to 50x, never above 97x (why)", or that it is not known. */
void ws_impact_show(struct ws_buf *b, const struct ws_action *x);
const char *ws_effort_name(const struct ws_advice *a);
/* "items of a batch: 500"; false when it is not known. */
bool ws_figure_show(struct ws_buf *b, const struct ws_action *x, size_t i);
/* "then, garbage collection is largest: 34 % of what is left" or nothing. */
void ws_then_show(struct ws_buf *b, const struct ws_action *x);

/* The buffer as a C string, also when nothing was put. */
const char *ws_text_str(struct ws_buf *b);
/* Appends ", text" unless the list has it already; NULL and "" are left out. */
void ws_text_join(struct ws_buf *b, const char *text);
/* Nothing when the bundle is of one process. */
void ws_text_nodes(const struct ws_page *p, const struct ws_report *r);

#endif
