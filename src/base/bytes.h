/* Bytes of large texts, many at once. */
#ifndef WS_BYTES_H
#define WS_BYTES_H

#include <stddef.h>

#include "base/str.h"

/* The offset of the first byte below a space, which is most often the end of a
 * line; s.n when there is none. */
size_t ws_bytes_control(struct ws_sv s);

/*
 * Cuts a line into fields, which are runs without space, tab, CR and LF.
 * edge[] gets where each begins and where it ends, in turn, of at most max
 * fields, and has room for more: WS_BYTES_EDGES(max).  Returns the number of
 * fields, which may be larger than max.  Fields behind the first 4 GiB of a
 * line are not found.
 */
#define WS_BYTES_EDGES(max) (2 * (max) + 64)
size_t ws_bytes_fields(struct ws_sv line, uint32_t *edge, size_t max);

/* The same of the line that `ahead` begins with, in one pass: it ends at the
 * first byte below a space, be that a line end or not, whose offset is
 * returned; ahead.n when there is none.  *fields gets their number. */
size_t ws_bytes_line(
    struct ws_sv ahead, uint32_t *edge, size_t max, size_t *fields);

#endif
