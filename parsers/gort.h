/*
 * What Go programs tell of their runtime, whatever the form: the names of
 * package runtime/metrics, of expvar's memstats and of client_golang, each with
 * the series that it is.
 */
#ifndef WS_GORT_H
#define WS_GORT_H

#include <stdbool.h>

#include "ingest/source.h"
#include "model/batch.h"

struct gort_meaning {
	const char *key; /* "/gc/heap/live:bytes", "NumGC", "go_threads" */
	ws_id name;
	enum ws_unit unit;
	double factor;
	bool total; /* adds up since the start */
};

/* NULL when the key is of no interest. */
const struct gort_meaning *gort_runtime(struct ws_sv key);
const struct gort_meaning *gort_memstats(struct ws_sv key);
/* Of client_golang, also those it makes of runtime/metrics; without the tail
 * _bucket of histograms. */
const struct gort_meaning *gort_prometheus(struct ws_sv name);
/* "/PATH:UNIT", known or not. */
bool gort_is_key(struct ws_sv key);

enum { GORT_SEEN = 64, GORT_INSTANCES = 16 };

/* A program in the artifact. */
struct gort_instance {
	ws_id track;
	ws_id seen[GORT_SEEN]; /* series that have a value in this dump */
	size_t n_seen;
	uint64_t dumps;
};

/* Values of one artifact: a dump ends where a series comes again. */
struct gort {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	uint64_t dumps, values, buckets, other, foreign, torn;
	struct gort_instance instance[GORT_INSTANCES];
	size_t n_instance;
	ws_id track; /* whose values come, or 0 */
};

/* Only what is finite and not negative; also below. */
void gort_put(struct gort *g, const struct gort_meaning *m, double v);
/* `count` events that took up to `bound` of the meaning's unit, of the series'
 * histogram in this dump; only where count > 0. */
void gort_bucket(
    struct gort *g, const struct gort_meaning *m, double bound, double count);
/* Must be called at the end. */
enum ws_status gort_finish(struct gort *g, struct ws_err *err);
/* Numbers as JSON and Prometheus have them, with Inf and NaN in any spelling. */
bool gort_number(struct ws_sv s, double *v);

#endif
