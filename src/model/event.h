/*
 * The event model: six kinds carry every input format.  This is the first of
 * the two narrow waists (the other is src/facts/fact.h).
 */
#ifndef WS_EVENT_H
#define WS_EVENT_H

#include <stdbool.h>
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
	ws_id peer;  /* see the kinds; of a COUNTER: WS_N_SINCE_BOOT,
			WS_N_TOTAL or 0;
			of a SAMPLE: the goroutine that it is of, or 0 */
	ws_id name;
	ws_id stack;
	ws_id clock;
	uint8_t kind; /* enum ws_event_kind */
	uint8_t unit; /* enum ws_unit */
};

/*
 * Goroutines, threads and their kin come by the million, so they are numbered
 * instead of interned: `track` (and `peer` of an EDGE) has the top bit set, the
 * kind below it and the low 27 bits of the number.
 */
enum ws_track_kind {
	WS_TRACK_GOROUTINE,
	WS_TRACK_PROC, /* a P of the Go scheduler */
	WS_TRACK_THREAD,
	WS_TRACK_TASK,
	WS_TRACK_KINDS
};

enum { WS_TRACK_NUMBER_BITS = 27 };

static inline ws_id
ws_track(enum ws_track_kind kind, uint64_t number)
{
	return UINT32_C(1) << 31 | (ws_id)kind << WS_TRACK_NUMBER_BITS |
	       (ws_id)(number & ((UINT32_C(1) << WS_TRACK_NUMBER_BITS) - 1));
}

static inline bool
ws_track_is_numbered(ws_id track)
{
	return track >> 31;
}

static inline enum ws_track_kind
ws_track_kind(ws_id track)
{
	return (enum ws_track_kind)(track >> WS_TRACK_NUMBER_BITS & 0xf);
}

static inline uint32_t
ws_track_number(ws_id track)
{
	return track & ((UINT32_C(1) << WS_TRACK_NUMBER_BITS) - 1);
}

/* "goroutine", "proc", "thread", "task". */
const char *ws_track_kind_name(enum ws_track_kind k);

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
