/* What the names of perf's events mean, for all formats that perf writes. */
#ifndef WS_PERF_EVENT_H
#define WS_PERF_EVENT_H

#include "base/units.h"
#include "model/dict.h"

/*
 * Several events of one recording can mean the same: cycles and cpu-clock,
 * page-faults and exceptions:page_fault_user.  They would count twice, so one
 * of them is the well-known series, and the others are series of their own: of
 * the events that are known before the first is asked for, the best; without,
 * the first that is asked for.  minor-faults and major-faults are parts of
 * page-faults, and no page faults in themselves.  All zero is a valid start.
 */
struct ws_perf_roles {
	struct ws_perf_role {
		ws_id event; /* its name, 0: none yet */
		unsigned rank;
	} cpu, faults, switches;
};

struct ws_perf_event {
	ws_id series;       /* WS_N_PERF_..., or "perf.EVENT" */
	enum ws_unit unit;  /* of the value: TIME for clocks, else COUNT */
	bool is_tracepoint; /* "system:name" */
};

/* The event itself: without modifiers (cycles:ppp), the unit that counts it
 * (cpu_core/cycles/P) and aliases (cpu-cycles, faults, cs). */
struct ws_sv ws_perf_event_name(struct ws_sv printed);
/* The recording has that event. */
void ws_perf_event_known(
    struct ws_perf_roles *r, struct ws_dict *d, struct ws_sv printed);
/* Its series and unit. */
struct ws_perf_event ws_perf_event_of(
    struct ws_perf_roles *r, struct ws_dict *d, struct ws_sv printed);

#endif
