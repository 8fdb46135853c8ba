/*
 * Numbers in text: the whole field or failure, never the locale.  A failure
 * leaves *out alone.
 */
#ifndef WS_NUM_H
#define WS_NUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Decimal digits only, lo <= value <= hi. */
bool ws_num_u64(struct ws_sv s, uint64_t lo, uint64_t hi, uint64_t *out);
bool ws_num_i64(struct ws_sv s, int64_t lo, int64_t hi, int64_t *out);
/* Digits with a sign before and at most one '.' or ',' inside, and nothing
 * else; the double nearest to it, as strtod. */
bool ws_num_decimal(struct ws_sv s, double *out);
/* The same of what s begins with, without a sign: how many bytes it has, or 0.
 * NaN when they are more than a double holds exactly, for ws_num_decimal(). */
size_t ws_num_digits(struct ws_sv s, double *out);
/* Decimal, optional sign, fraction and exponent; finite, lo <= value <= hi. */
bool ws_num_f64(struct ws_sv s, double lo, double hi, double *out);

/* What the fields of a row are, as bits from that of the first one on. */
struct ws_num_row {
	uint64_t good;  /* all of it is a number, as by ws_num_digits() */
	uint64_t whole; /* and digits alone */
	uint64_t small; /* and below 1e8 */
};

/* Reads the first n <= WS_NUM_ROW fields of a line that was cut by
 * ws_bytes_fields() or ws_bytes_line().  v[] gets NaN where there is no number,
 * and has room for a multiple of WS_NUM_STEP: what is behind n is not kept. */
enum { WS_NUM_ROW = 64, WS_NUM_STEP = 8 };

struct ws_num_row ws_num_row(
    struct ws_sv line, const uint32_t *edge, size_t n, double *v);

#endif
