/* Names of folders and files that tell when, or how often, and not what. */
#ifndef WS_MOMENT_H
#define WS_MOMENT_H

#include "base/str.h"

/* "t0", "0003", "2026-11-23T00-29-12Z", "before", "run-2" */
bool ws_is_moment(struct ws_sv s);
/* Two names that differ in nothing but that: "12-diskstats", "42-diskstats". */
bool ws_differ_in_moment(struct ws_sv a, struct ws_sv b);

#endif
