/* What the names of perf's events mean, for all formats that perf writes. */
#ifndef WS_PERF_EVENT_H
#define WS_PERF_EVENT_H

#include "base/units.h"
#include "model/dict.h"

/*
 * Several events of one recording can mean the same: cycles and cpu-clock,
 * page-faults and exceptions:page_fault_user.  They would count twice, so the
 * first of them is the well-known series, and the others are series of their
 * own.  All zero is a valid start.
 */
struct ws_perf_roles {
	ws_id cpu, faults, switches; /* names of the events that have it */
};

struct ws_perf_event {
	ws_id series;       /* WS_N_PERF_..., or "perf.EVENT" */
	enum ws_unit unit;  /* of the value: TIME for clocks, else COUNT */
	bool is_tracepoint; /* "system:name" */
};

/* The event itself: without modifiers (cycles:ppp), the unit that counts it
 * (cpu_core/cycles/P) and aliases (cpu-cycles, faults, cs). */
struct ws_sv ws_perf_event_name(struct ws_sv printed);
/* Its series.  The first call for an event decides about its role. */
struct ws_perf_event ws_perf_event_of(
    struct ws_perf_roles *r, struct ws_dict *d, struct ws_sv printed);

#endif
