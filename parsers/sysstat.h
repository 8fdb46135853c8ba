/*
 * What the tables of sysstat have in common: a banner with the date, and but
 * for iostat headers that begin with the time at which an interval began, rows that begin
 * with the time at which it ended, and rows of averages at the end.
 */
#ifndef WS_SYSSTAT_H
#define WS_SYSSTAT_H

#include "ingest/cells.h"
#include "ingest/source.h"
#include "ingest/when.h"
#include "model/batch.h"

enum { WS_SYSSTAT_FIELDS = WS_COLUMNS_MAX };

struct ws_sysstat {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id ticks, local, utc; /* clocks */
	char date[64];           /* of the banner */
	size_t date_n;
	char clock[64]; /* of the current row, as printed */
	size_t clock_n;
	struct ws_when when; /* the same, when timed */
	bool timed;
	int64_t before; /* end of the interval before, or WS_T_NONE */
	int64_t days;   /* midnights passed since the banner */
	bool comma;     /* decimal commas */
	bool damaged;
	double cpus;   /* of the banner; 0: unknown */
	size_t prefix; /* fields that a log writer put before each line */
	uint64_t reports, rows;
};

/* A line that names columns. */
struct ws_sysstat_header {
	size_t prefix;
	struct ws_sv clock;   /* start of the interval; empty with -h */
	struct ws_sv columns; /* what follows the time */
	bool average;         /* its rows are averages of the whole log */
};

typedef bool ws_sysstat_is_first(struct ws_sv token);

void ws_sysstat_init(
    struct ws_sysstat *p, struct ws_source *src, struct ws_sink *sink);
/* Fills tallies and ends the batch. */
enum ws_status ws_sysstat_finish(
    struct ws_sysstat *p, const char *tool, struct ws_err *err);

/* True when the line is a header whose first column `first` knows. */
bool ws_sysstat_header(
    struct ws_sysstat_header *h, struct ws_sv line, ws_sysstat_is_first *first);
/* "Linux 6.1.0 (host) \t11/23/26 \t_x86_64_\t(2 CPU)"; another capture begins.
 * Puts what it says. */
bool ws_sysstat_banner(struct ws_sysstat *p, struct ws_sv line, bool ended);
/* How many fields the time at the start of a row takes: 1, 2 with AM or PM, 0
 * when there is none, as in rows of averages. */
size_t ws_sysstat_clock(const struct ws_sv *field, size_t n);
/* Makes a time that was read elsewhere the current one. */
void ws_sysstat_set_time(struct ws_sysstat *p, const struct ws_when *when);
/* A date and time in the words of the log. */
bool ws_sysstat_read_date(
    struct ws_sysstat *p, struct ws_sv text, struct ws_when *w);
/* A clock with the date of the banner, or without one of the day that the rest
 * of the bundle tells, or seconds since 1970. */
bool ws_sysstat_read_time(
    struct ws_sysstat *p, struct ws_sv clock, struct ws_when *w);
/* Puts a mark unless its text is empty. */
void ws_sysstat_mark(struct ws_sysstat *p, const char *key, struct ws_sv text);
void ws_sysstat_cpus(struct ws_sysstat *p, double cpus);
/* Another table over the same times follows: its clock starts anew. */
void ws_sysstat_rewind(struct ws_sysstat *p);
/* Makes a date and time, or seconds since 1970, the current one; a zone may
 * follow. */
bool ws_sysstat_stamp(struct ws_sysstat *p, struct ws_sv stamp);
/* Makes the time of a row the current one. */
void ws_sysstat_time(struct ws_sysstat *p, struct ws_sv clock);
/* Length of the current interval in ns, or 0; start is as in the header. */
int64_t ws_sysstat_interval(struct ws_sysstat *p, struct ws_sv start);
/* A counter at the current time. */
struct ws_event ws_sysstat_counter(const struct ws_sysstat *p, bool since_boot);
/* Without the fields of a log writer. */
struct ws_sv ws_sysstat_bare(const struct ws_sysstat *p, struct ws_sv line);
/* True when from here to the next banner all rows have the same time. */
bool ws_sysstat_is_single(const struct ws_sysstat *p, struct ws_cur rest);
/* Prefix and decimal mark, from the first table. */
void ws_sysstat_survey(
    struct ws_sysstat *p, struct ws_cur all, ws_sysstat_is_first *first);
/* CPU shares: a header whose first column is CPU, whether the cells of a row
 * are shares and make up the whole (an offline CPU has none), and the row's
 * series. */
size_t ws_sysstat_cpu_layout(struct ws_layout *l, struct ws_sv columns);
bool ws_sysstat_cpu_is_whole(
    const struct ws_layout *l, const struct ws_sv *cell);
void ws_sysstat_cpu_row(struct ws_sysstat *p, const struct ws_layout *l,
    const struct ws_sv *cell, bool since_boot);

/* What stands at the head of JSON: CPUs, kernel, date, host. */
void ws_sysstat_json_head(
    struct ws_sysstat *p, struct ws_sv key, struct ws_sv value);

void ws_sysstat_note(struct ws_sysstat *p, const char *text);
void ws_sysstat_fault(struct ws_sysstat *p, uint64_t off, const char *what);

/* The first table's header among the first lines, for a bid; borrows from
 * head.  Allocates nothing. */
bool ws_sysstat_find(
    struct ws_sysstat_header *h, struct ws_sv head, ws_sysstat_is_first *first);
/* JSON of sysstat with that key, as `"cpu-load"`, but for that of sadf. */
bool ws_sysstat_is_json(struct ws_sv head, const char *key);

#endif
