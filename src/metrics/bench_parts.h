/* What the facts of benchmarks share: the levels of one series. */
#ifndef WS_BENCH_PARTS_H
#define WS_BENCH_PARTS_H

#include "metrics/family.h"

/* One level of concurrency. */
struct ws_bench_point {
	const struct ws_series *main; /* ns per operation, or a rate */
	bool is_rate;
	double level;
	uint32_t series; /* index of its key */
};

struct ws_bench_points {
	struct ws_bench_point *p; /* by level */
	size_t n, cap;
};

/* Median time of an operation: of a rate its reciprocal, which all workers
 * have part in, as with testing's ns/op. */
double ws_bench_time(const struct ws_bench_point *p);
/* A second; NaN when the time is 0, too short to be measured. */
double ws_bench_rate(const struct ws_bench_point *p);
/* Median of another counter of the same benchmark; NaN without one. */
double ws_bench_of(
    const struct ws_measured *m, const struct ws_bench_point *p, ws_id name);
double ws_bench_of_unit(const struct ws_measured *m,
    const struct ws_bench_point *p, const char *unit);
/* Percentile 50, 95 or 99 in ns, under whichever name it comes. */
double ws_bench_percentile(
    const struct ws_measured *m, const struct ws_bench_point *p, int percent);
void ws_bench_put(const struct ws_measured *m, const struct ws_bench_point *p,
    uint32_t def, double v);
/* Speed-up, the law, the best level, the tail. */
void ws_bench_scaling(
    const struct ws_measured *m, const struct ws_bench_points *ps);
/* Whether the working point was measured well. */
void ws_bench_harness(
    const struct ws_measured *m, const struct ws_bench_point *work);

#endif
