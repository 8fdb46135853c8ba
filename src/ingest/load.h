/*
 * What parsers of load tools share: one run of a tool becomes counters of one
 * track, "URL/clients=16", so that runs that differ in the load only are one
 * series.
 */
#ifndef WS_LOAD_H
#define WS_LOAD_H

#include "ingest/parser.h"

struct json_t;

/* A run under construction; { 0 } is a valid start.  NaN or a negative value
 * is none. */
struct ws_load {
	struct ws_buf title;
	double clients;
	double rate, bytes_rate;                  /* a second */
	double mean, p50, p90, p95, p99, longest; /* ns */
	double requests, errors, duration;        /* duration in ns */
};

/* Where runs go. */
struct ws_loads {
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id clock;
	uint64_t runs;
	bool damaged;
};

void ws_load_begin(struct ws_load *l, struct ws_sv title);
void ws_load_fini(struct ws_load *l);
void ws_loads_init(struct ws_loads *all, struct ws_sink *sink);
/* The track of a run. */
ws_id ws_load_track(const struct ws_loads *all, const struct ws_load *l);
/* Puts the run's counters. */
void ws_loads_put(struct ws_loads *all, const struct ws_load *l);
/* One more counter of the run that is put next, or of none. */
void ws_loads_value(struct ws_loads *all, ws_id track, ws_id name,
    enum ws_unit unit, double value);
void ws_loads_fault(struct ws_loads *all, uint64_t off, const char *what);
/* Flushes, tallies the runs and gives the status of the parse. */
enum ws_status ws_loads_end(struct ws_loads *all, struct ws_source *src,
    enum ws_status read, struct ws_err *err);

/*
 * The JSON document that c holds, as a tree of jansson for json_decref(); flags
 * are those of json_loadb().  NULL, and WS_CORRUPT or WS_LIMIT, when it is none,
 * or larger than reports are: a tree takes some fifty bytes for each.  `what` is
 * what was wanted, "a summary of k6".
 */
enum ws_status ws_load_document(struct ws_cur *c, size_t flags,
    const char *what, struct json_t **out, struct ws_err *err);

/* Latencies of single requests.  Of more than a million every second one is
 * dropped, again and again.  { 0 } is a valid start. */
struct ws_load_times {
	double *ns;
	size_t n, cap;
	uint64_t seen, every;
	double sum;
};

void ws_load_times_add(struct ws_load_times *l, double ns);
/* Fills mean, percentiles (nearest rank) and the longest; nothing of none. */
void ws_load_times_put(struct ws_load_times *l, struct ws_load *to);
void ws_load_times_fini(struct ws_load_times *l);

/* "1.75ms", "12.3µs", "1m2.5s", "1h2m": a sum of numbers with units, in ns. */
bool ws_duration_read(struct ws_sv s, double *ns);
/* "576.11KB", "1.11MB": powers of 1024, as wrk prints them. */
bool ws_size_read(struct ws_sv s, double *bytes);
/* What follows `label` in the line, trimmed; false when it is not there.  The
 * label may stand behind blanks. */
bool ws_label_read(struct ws_sv line, const char *label, struct ws_sv *rest);
/* The percentiles that are kept: the place for 50, 90, 95 or 99; else NULL. */
double *ws_load_percentile(struct ws_load *l, double percent);

#endif
