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

/*
 * The numbers of a row of a table.  What the row before had is kept, as most
 * columns of most tables seldom change.  { 0 } is a valid start.
 */
enum { WS_NUM_ROW = 64 };

struct ws_num_row {
	double v[WS_NUM_ROW];
	uint64_t text[WS_NUM_ROW]; /* that v was read from; 0: read it again */
	uint64_t
	    good; /* bit i: v[i] is all of field i, as by ws_num_digits() */
	uint64_t whole; /* bit i: and that was digits alone */
	uint64_t small; /* bit i: and it is below 1e8 */
};

/* Reads fields first to n - 1 of a line that ws_bytes_fields() has cut. */
void ws_num_row(struct ws_num_row *r, struct ws_sv line, const size_t *edge,
    size_t first, size_t n);

#endif
