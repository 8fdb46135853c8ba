/* xz data inside an artifact. */
#ifndef WS_UNXZ_H
#define WS_UNXZ_H

#include <stddef.h>

#include "base/err.h"
#include "ingest/limits.h"

/* Appends what n bytes at p unpack to, under the limits of the bundle. */
enum ws_status ws_unxz(
    const void *p, size_t n, const struct ws_limits *l, struct ws_buf *out);

#endif
