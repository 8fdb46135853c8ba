/*
 * The event model: six kinds carry every input format.  This is the first of
 * the two narrow waists (the other is src/facts/fact.h).
 */
#ifndef WS_EVENT_H
#define WS_EVENT_H

#include <stdint.h>

#include "base/units.h"
#include "model/clock.h"
#include "model/dict.h"

enum ws_event_kind {
	WS_EV_SPAN,    /* track was in state `name` for `dur` */
	WS_EV_SAMPLE,  /* `value` of `unit` was charged to `stack` */
	WS_EV_COUNTER, /* series `name` of `track` had `value` at `t` */
	WS_EV_MARK,    /* `name` happened at `t`; `peer` is its text, if any */
	WS_EV_EDGE,    /* `track` made `peer` go on */
	WS_EV_LOSS,    /* the capture itself lost `value` records */
	WS_EV_KINDS
};

struct ws_event {
	int64_t t, dur; /* ns on `clock`, or WS_T_NONE */
	double value;
	ws_id track; /* goroutine, thread, device, benchmark, label set; or 0 */
	ws_id peer;  /* see the kinds; of a COUNTER: WS_N_SINCE_BOOT or 0 */
	ws_id name;
	ws_id stack;
	ws_id clock;
	uint8_t kind; /* enum ws_event_kind */
	uint8_t unit; /* enum ws_unit */
};

/* An event with nothing in it but its kind: no times, no ids. */
#define WS_EVENT(k)                                                            \
	((struct ws_event){ .t = WS_T_NONE, .dur = WS_T_NONE, .kind = (k) })

enum ws_known_name {
	WS_N_NONE,

#define WS_NAME(id, text, help) WS_N_##id,
#include "model/names.def"
#undef WS_NAME
	WS_N_COUNT_OF
};

/* "span", "sample", ... */
const char *ws_event_kind_name(enum ws_event_kind k);
/* The sentence of names.def, or NULL for other ids. */
const char *ws_known_name_help(ws_id id);

#endif
