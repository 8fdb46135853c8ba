/* Names of folders and files that tell when, or how often, and not what. */
#ifndef WS_MOMENT_H
#define WS_MOMENT_H

#include "base/str.h"

/* "t0", "0003", "2026-11-23T00-29-12Z", "before", "run-2"; not "10.0.0.7". */
bool ws_is_moment(struct ws_sv s);
/* "70", which may as well be the name of a thing; not "0003". */
bool ws_is_bare_number(struct ws_sv s);
/* The next moment in the name of a file, from *at on: of "run-2.stat.0009"
 * "run-2", then "0009".  False when there is none. */
bool ws_moment_next(struct ws_sv name, size_t *at, struct ws_sv *moment);

#endif
