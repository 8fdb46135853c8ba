/*
 * Internal to ingest: which number of an artifact's dates is the day, and of
 * which day its times without a date are, from whatever in the bundle is
 * certain of its days.
 *
 * A first reading collects what each artifact shows, and withholds the events of
 * those whose dates are unsure (ingest/gate.h).  Then evidence is asked in this
 * order, and the first kind that tells anything counts:
 *
 *  1. other dates of the artifact: a number above 12 in one of the same form,
 *     else a day that it is certain of;
 *  2. a date in its path;
 *  3. days that other artifacts are certain of, or else dates in their paths;
 *  4. when the archive that it is in says that it was written.
 *
 * A day is evidence for the one reading that it is at most two days away from:
 * zones are unknown, and logs go on over midnight.  Evidence of one kind for
 * both readings settles nothing, and neither does what comes after it.
 *
 * Times without a date get the day when all evidence of days in the bundle is of
 * one and the same.
 */
#ifndef WS_DATES_H
#define WS_DATES_H

#include "ingest/when.h"

/* Days since 1970, the first and the last one; none when first > last. */
struct ws_days {
	int64_t first, last;
};

/* What one artifact shows, in a reading of it. */
struct ws_dates {
	const char *name;          /* its path in the bundle; borrowed */
	struct ws_days days;       /* that it is certain of */
	bool shown[WS_DAY_ORDERS]; /* orders that numbers above 12 show */
	/* Its dates may be read in either order, the first of them as these
	 * days. */
	bool ambiguous;
	int64_t as[WS_DAY_ORDERS];
	enum ws_day_order taken; /* the order in which they were read */
	bool disputed; /* they were read as they look, since evidence differs */
	bool waits;    /* nobody has seen its events yet */
	bool undated;  /* it has times of day without a date */
	int64_t written; /* s since 1970, as its archive says; 0: unknown */
};

/* How its dates are to be read.  Words are borrowed names, or constant. */
struct ws_dating {
	enum ws_day_order order; /* unknown: as they look */
	const char *by;          /* who tells; NULL: nobody */
	const char *against;     /* who tells otherwise, so that nobody does */
	int64_t day;             /* of times without a date */
	const char *day_by;      /* who tells that; NULL: nobody */
};

void ws_dates_init(struct ws_dates *d, const char *name);
/* A time on a wall clock, in ns since 1970, that the artifact is certain of.
 * One before 2000 is of a clock that was never set, and is left out, as is
 * one after 2200, which no date can be (when.h). */
void ws_dates_add(struct ws_dates *d, int64_t ns);
/* Keeps what a date of the artifact shows, before it is settled. */
void ws_dates_show(struct ws_dates *d, const struct ws_when *w);

/* Appends what is to be said of the artifact's dates, which may be nothing. */
void ws_dates_say(
    const struct ws_dates *d, const struct ws_dating *known, struct ws_buf *b);

/* True when the rest of the bundle might tell more of them than they do. */
bool ws_dates_are_unsure(const struct ws_dates *d);
/* What the artifact tells alone. */
void ws_dates_judge_alone(const struct ws_dates *d, struct ws_dating *out);
/* What all n artifacts of a bundle tell of each of them, in out[n]; the same in
 * whatever order they are. */
void ws_dates_judge(
    const struct ws_dates *all, size_t n, struct ws_dating *out);

#endif
