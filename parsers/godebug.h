/* The lines that GODEBUG makes the Go runtime print. */
#ifndef WS_GODEBUG_H
#define WS_GODEBUG_H

#include <stdbool.h>

#include "base/htab.h"
#include "base/str.h"
#include "ingest/source.h"
#include "model/batch.h"

/* One gctrace line; times in ns, sizes in bytes. */
struct godebug_gc {
	uint64_t number, procs;
	double at;      /* its start, since that of the program */
	double stop[2]; /* the world was stopped at its start and its end */
	double cpu;     /* without idle workers */
	double assist, background, idle;
	double start, end, live, goal;
	double stacks, globals; /* NaN before Go 1.18 */
	bool forced;
	bool whole; /* whether it is forced is known */
};

/* One SCHED line. */
struct godebug_sched {
	double at; /* ns since the start of the program */
	uint64_t procs, idle_procs, threads, spinning, idle_threads, locked;
	uint64_t global, local; /* queued goroutines */
	bool has_local;         /* false with scheddetail: P lines have it */
};

/* One line of scheddetail. */
struct godebug_detail {
	char kind; /* 'P', 'M' or 'G' */
	uint64_t status, queued;
	struct ws_sv reason; /* borrowed; of a G */
};

/* TORN: it begins like one, and something else is in it. */
enum godebug_found { GODEBUG_NONE, GODEBUG_GOOD, GODEBUG_TORN };

/* Anywhere in the line, as logs put things before and JSON behind. */
enum godebug_found godebug_gc_read(struct ws_sv line, struct godebug_gc *gc);
enum godebug_found godebug_sched_read(
    struct ws_sv line, struct godebug_sched *s);
enum godebug_found godebug_detail_read(
    struct ws_sv line, struct godebug_detail *d);
/* The name of a goroutine's state, into buf of 128 bytes; NULL for those that
 * are dead or not born. */
const char *godebug_state(const struct godebug_detail *d, char *buf);

enum {
	GODEBUG_RUNS = 32,  /* programs that print into one log */
	GODEBUG_STATES = 64 /* more are "other" */
};

/* The collections of one program. */
struct godebug_run {
	struct godebug_gc last;
	ws_id track;
};

struct godebug {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id clock;
	/* Collections. */
	struct godebug_run run[GODEBUG_RUNS];
	size_t n_run;
	uint64_t cycles, foreign, old;
	/* The scheduler. */
	struct godebug_sched row;
	bool in_row, in_detail;
	bool followed; /* by a line that is no detail of the row */
	ws_id sched_track;
	double sched_last; /* time of its last row that was put, or 0 */
	uint64_t rows, sched_runs, starts, cut, details;
	struct ws_htab *states;
	uint64_t count[GODEBUG_STATES];
	uint64_t goroutines;
	/* Lines of other kinds. */
	uint64_t torn, torn_off, pacer, scavenger;
};

void godebug_gc_take(struct godebug *g, const struct godebug_gc *gc);
void godebug_sched_take(struct godebug *g, const struct godebug_sched *s);
void godebug_detail_take(struct godebug *g, const struct godebug_detail *d);
/* Ends the row of the scheduler; `whole` when something came after it. */
void godebug_sched_end(struct godebug *g, bool whole);
void godebug_put(struct godebug *g, struct ws_event *ev, ws_id name,
    enum ws_unit unit, double value);

#endif
