/* Clocks: what the times of an artifact mean, and which may be compared. */
#ifndef WS_CLOCK_H
#define WS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define WS_T_NONE INT64_MIN /* no time; never 0 */

enum ws_clock_kind {
	WS_CLOCK_NONE,
	WS_CLOCK_WALL,       /* ns since 1970 UTC */
	WS_CLOCK_WALL_LOCAL, /* the same in an unknown time zone */
	WS_CLOCK_MONOTONIC,
	WS_CLOCK_BOOT,
	WS_CLOCK_TICKS /* ordered, of unknown rate: rows of a log */
};

/* How the offset to the bundle's time is known. */
enum ws_clock_how {
	WS_CLOCK_UNKNOWN,
	WS_CLOCK_GUESSED,
	WS_CLOCK_ANCHORED,
	WS_CLOCK_EXACT
};

struct ws_clock {
	enum ws_clock_kind kind;
	enum ws_clock_how how;
	double ns_per_tick;  /* 0 when unknown */
	int64_t offset;      /* bundle time = t * ns_per_tick + offset */
	uint64_t resolution; /* ns; 0 when unknown */
};

const char *ws_clock_kind_name(enum ws_clock_kind k);
/* True when times of a and b can be put on one axis: both at least anchored,
 * or both the same wall clock. */
bool ws_clock_comparable(const struct ws_clock *a, const struct ws_clock *b);

#endif
