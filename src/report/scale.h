/* Numbers of one row on one scale, as benchstat shows them (package benchunit
 * of golang.org/x/perf): four digits of the value nearest to zero, with a
 * prefix of 1000 or, for bytes, of 1024. */
#ifndef WS_SCALE_H
#define WS_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct ws_scale {
	int decimals;
	double factor;
	const char *prefix;
};

/* Of n values; NaN is left out. */
struct ws_scale ws_scale_of(const double *v, size_t n, bool binary, bool utf8);
void ws_scale_put(struct ws_buf *b, const struct ws_scale *s, double v);

#endif
