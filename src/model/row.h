/*
 * Counters that come by the row: what one line of a table says of a track at a
 * time, as values under a heading.  They mean what their events would, in the
 * order of the heading, and cost a tenth; a sink that knows no rows gets the
 * events.
 *
 * Only what is measured again and again comes in rows: no sums (WS_N_TOTAL),
 * and nothing that a capture says of itself, as its duration, for which some
 * sinks look among the counters (see is_for_rows() in dict.c).
 */
#ifndef WS_ROW_H
#define WS_ROW_H

#include <stdint.h>

#include "model/event.h"

enum { WS_ROW_MAX = 64 };

/* The series that the values of rows are of.  Interned by ws_dict_heading(), so
 * that equal ones are one pointer. */
struct ws_heading {
	uint32_t n;

	struct ws_heading_series {
		ws_id name; /* 0: of no value */
		uint32_t unit;
	} series[];
};

struct ws_row {
	const struct ws_heading *heading;
	const double *value; /* as many as the heading has series */
	uint64_t has;        /* bit i: value[i] is one */
	int64_t t;
	ws_id track, peer, clock; /* as in an event */
};

#endif
