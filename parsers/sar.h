/* The parts of sar that sadf prints in other forms. */
#ifndef WS_SAR_H
#define WS_SAR_H

#include "sysstat.h"

typedef void ws_sar_row(void *ctx, struct ws_sv columns,
    const struct ws_sv *cell, size_t n, uint64_t off);

/* Calls row with the columns of sar and as many cells, of JSON or XML. */
void ws_sar_read_json(
    struct ws_sysstat *s, ws_sar_row *row, void *ctx, struct ws_cur all);

struct ws_sysstat_json;

/* XML of sadf -x. */
bool ws_sar_is_xml(struct ws_sv head);
void ws_sar_read_xml(struct ws_sysstat_json *j, struct ws_cur all);
/* Lines of sadf -p, of which the first one has a column that is known. */
bool ws_sar_is_pairs(struct ws_sv head, ws_sysstat_is_first *is_known);
void ws_sar_read_pairs(
    struct ws_sysstat *s, ws_sar_row *row, void *ctx, struct ws_source *src);

#endif
