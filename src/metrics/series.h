/* The values of every counter series, and the last text of every mark. */
#ifndef WS_SERIES_H
#define WS_SERIES_H

#include "model/sink.h"

/* Above this many values every second one is dropped, again and again, so
 * that memory does not grow with the length of a log. */
enum { WS_SERIES_MAX = 1 << 16 };

/* Nor with the number of names in it: the events of more series than
 * WS_SERIES_ALL are refused (WS_LIMIT), and when more values are kept than
 * WS_SERIES_VALUES, the longest series are thinned. */
enum { WS_SERIES_ALL = 1 << 20, WS_SERIES_VALUES = 1 << 24 };

/* One counter of one track of one artifact, in the order of the log, without
 * averages since boot; n is 0 when there was nothing else. */
struct ws_series {
	ws_id artifact, track, name;
	size_t log; /* index for ws_counters_log */
	enum ws_unit unit;
	uint32_t nth; /* it is, of all */
	double *value;
	size_t n, cap;
	uint64_t seen;          /* values before thinning */
	uint64_t every;         /* one in this many was kept; a power of two */
	struct ws_series *next; /* whose value came next, last time */
	uint64_t boot;          /* averages since boot that were left out */
};

/* One artifact that was begun, whatever was in it. */
struct ws_log {
	ws_id artifact, format;
	enum ws_status status; /* of the end; WS_OK before */
	uint64_t marks;
	uint64_t totals; /* sums that say nothing alone: see totals.h */
};

struct ws_mark {
	ws_id artifact, name, text;
};

struct ws_counters;

struct ws_counters *ws_counters_new(struct ws_dict *d);
void ws_counters_free(struct ws_counters *c);
struct ws_sink *ws_counters_sink(struct ws_counters *c);
size_t ws_counters_count(const struct ws_counters *c);
const struct ws_series *ws_counters_get(const struct ws_counters *c, size_t i);
size_t ws_counters_logs(const struct ws_counters *c);
const struct ws_log *ws_counters_log(const struct ws_counters *c, size_t i);
/* The series with the most values among those of a name (and of an artifact
 * and track, unless 0), those of sar coming last; on a tie that of the artifact whose name sorts first,
 * then the first; NULL when none has a value.  The
 * first call after events builds an index. */
const struct ws_series *ws_counters_find(
    struct ws_counters *c, ws_id name, ws_id artifact, ws_id track);
/* Which of two series, neither NULL, that function would take; on a tie a. */
const struct ws_series *ws_counters_better(const struct ws_counters *c,
    const struct ws_series *a, const struct ws_series *b);
/* Text of the last mark of a name in the artifact whose name sorts last, or an
 * empty view; *artifact may be NULL. */
struct ws_sv ws_counters_text(
    const struct ws_counters *c, const char *name, ws_id *artifact);
/* Median and 0..1 quantile of the kept values; NaN when there are none. */
double ws_series_median(const struct ws_series *s);
double ws_series_quantile(const struct ws_series *s, double q);

/* The sum of all values, as the kept ones tell; NaN when there are none. */
double ws_series_sum(const struct ws_series *s);

/* The highest mean of WS_WINDOW values that follow each other; NaN unless there
 * are more. */
enum { WS_WINDOW = 5 };

double ws_series_worst(const struct ws_series *s);

#endif
