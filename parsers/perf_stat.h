/* Rows of perf stat, whatever they were printed as. */
#ifndef WS_PERF_STAT_H
#define WS_PERF_STAT_H

#include "ingest/columns.h"
#include "ingest/source.h"
#include "model/batch.h"

enum ws_perf_count {
	WS_PERF_COUNTED,
	WS_PERF_NOT_COUNTED,
	WS_PERF_NOT_SUPPORTED
};

struct ws_perf_stat_row {
	int64_t t;          /* end of the interval, ns since the start */
	struct ws_sv label; /* CPU, core, thread; empty: all together */
	struct ws_sv event, unit;
	enum ws_perf_count count;
	double value;
	double running;       /* part of the time that it was counted, or 0 */
	double cpus_utilized; /* or 0 */
};

struct ws_perf_stat {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id clock;
	int64_t last; /* end of the last interval */
	char sep;
	bool elapsed, damaged;
	uint64_t rows, others;
};

void ws_perf_stat_put(struct ws_perf_stat *p, const struct ws_perf_stat_row *r);
/* A line of -j; false when it is none. */
bool ws_perf_stat_json(struct ws_perf_stat *p, struct ws_sv line);

#endif
