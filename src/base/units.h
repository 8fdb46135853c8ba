/*
 * Units of facts, events and literals in rules.  Values are kept in the base
 * unit named below; ws_unit_format() writes them for people.
 */
#ifndef WS_UNITS_H
#define WS_UNITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#define WS_UNITS(X)                                                            \
	X(NONE, "none")       /* a number of an unknown unit */                \
	X(COUNT, "count")     /* how many */                                   \
	X(RATIO, "ratio")     /* 0.46 is 46 % */                               \
	X(TIME, "time")       /* nanoseconds */                                \
	X(RATE, "rate")       /* per second */                                 \
	X(BYTES, "bytes")     /* bytes */                                      \
	X(BRATE, "bytes/s")   /* bytes per second */                           \
	X(BOOL, "bool")       /* 0 or 1 */                                     \
	X(VERSION, "version") /* major * 1000 + minor; 1.26 is 1026 */         \
	X(TEXT, "text")       /* no number; compared with = and != only */

enum ws_unit {

#define X(id, name) WS_U_##id,
	WS_UNITS(X)
#undef X
	    WS_U_COUNT_OF
};

const char *ws_unit_name(enum ws_unit u);
/* False when there is no unit of that name. */
bool ws_unit_by_name(struct ws_sv name, enum ws_unit *out);
/* "46.2 %", "12.7 M/s", "300 us", "64.0 MiB", "1.26": three significant
 * digits, at most 31 bytes and a NUL. */
void ws_unit_format(char out[32], double value, enum ws_unit u);
/* Reads a literal of the rules language: "25%", "10ms", "64MiB", "100k/s",
 * "12", "1.26" (as version only when `want` says so).  False if malformed. */
bool ws_unit_parse(
    struct ws_sv s, enum ws_unit want, double *value, enum ws_unit *unit);

#endif
