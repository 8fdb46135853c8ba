/* Units of benchmark results ("ns/op", "p99-ms", "items/s"), in the words of
 * Go proposal 14313. */
#ifndef WS_BENCH_UNIT_H
#define WS_BENCH_UNIT_H

#include "base/units.h"
#include "model/dict.h"

/*
 * The name of the counter that a unit makes: a well-known one for the units of
 * package testing, else the unit itself.  A value times the factor is in the
 * base unit *u; a unit that cannot be told is WS_U_NONE.
 */
ws_id ws_bench_unit_read(
    struct ws_dict *d, struct ws_sv unit, enum ws_unit *u, double *factor);
/* One of package testing. */
bool ws_bench_unit_is_builtin(struct ws_sv unit);

#endif
