/*
 * Dates with times as counter tools print them, in any locale: ISO 8601 with
 * or without an offset, 23.11.2026, 11/23/26, 2026年11月22日 19時31分40秒,
 * 12 h clocks with AM and PM, Arabic-Indic digits in the date.
 */
#ifndef WS_WHEN_H
#define WS_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/clock.h"
#include "model/dict.h"

/* How many midnights a log of times without dates may pass, about 27 years: so
 * its times stay in range, wherever they began. */
enum { WS_MIDNIGHTS_MAX = 10000 };

/* Which of the first two numbers of a date with slashes is the day. */
enum ws_day_order {
	WS_DAY_UNKNOWN,
	WS_DAY_FIRST,
	WS_DAY_SECOND,
	WS_DAY_ORDERS
};

struct ws_when {
	int64_t ns;     /* since 1970, in UTC or in the unknown local zone */
	bool utc;       /* the text had an offset from UTC, and it is applied */
	bool ambiguous; /* day and month might be the other way round */
	bool settled;   /* they might, and it was not the text that told */
	/* As which it was read, when ambiguous or when a number above 12 shows
	 * it; else unknown. */
	enum ws_day_order order;
	int64_t other; /* ns in the other order, when ambiguous; else ns */
};

/*
 * The whole text is one date and time, or the result is false.  A date of
 * three numbers with slashes is read as day/month when a field says so (13 or
 * more) or the locale has decimal commas; as month/day with a 12 h clock or a
 * two-digit year (the C locale); else as day/month.
 */
bool ws_when_read(struct ws_sv text, bool decimal_comma, struct ws_when *out);

/* Takes an ambiguous time in that order, if it is known. */
void ws_when_settle(struct ws_when *w, enum ws_day_order order);

/* The day since 1970 that a time is on. */
int64_t ws_when_day(int64_t ns);

/* The next date in a path ("2026-02-03T00-29-12Z/x.txt", 20260203), looked for
 * from *at on, which is moved behind its start; false without one. */
bool ws_when_in_path(struct ws_sv path, size_t *at, int64_t *day);

/* A clock of such times, or of ticks, which are rows. */
ws_id ws_when_clock(
    struct ws_dict *d, enum ws_clock_kind kind, uint64_t resolution);

#endif
