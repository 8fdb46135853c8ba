/* The parts of the first screen; those without content print nothing. */
#ifndef WS_REPORT_TEXT_H
#define WS_REPORT_TEXT_H

#include "report/page.h"

void ws_text_plan(const struct ws_page *p, const struct ws_report *r);
void ws_text_traps(const struct ws_page *p, const struct ws_report *r);
void ws_text_unsure(const struct ws_page *p, const struct ws_report *r);
void ws_text_next(const struct ws_page *p, const struct ws_report *r);

/* The buffer as a C string, also when nothing was put. */
const char *ws_text_str(struct ws_buf *b);
/* Appends ", text" unless the list has it already; NULL and "" are left out. */
void ws_text_join(struct ws_buf *b, const char *text);
/* Nothing when the bundle is of one process. */
void ws_text_nodes(const struct ws_page *p, const struct ws_report *r);

#endif
