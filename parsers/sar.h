/* The part of sar that is in JSON. */
#ifndef WS_SAR_H
#define WS_SAR_H

#include "sysstat.h"

typedef void ws_sar_row(void *ctx, struct ws_sv columns,
    const struct ws_sv *cell, size_t n, uint64_t off);

/* Calls row with the columns of sar and as many cells. */
void ws_sar_read_json(
    struct ws_sysstat *s, ws_sar_row *row, void *ctx, struct ws_cur all);

#endif
