/*
 * Results of benchmarks and load tools, every value of them: by artifact, the
 * configuration that held ("pkg: x"), name and unit.  The tables of `diff` and
 * the facts about scaling are made from it.
 */
#ifndef WS_BENCHES_H
#define WS_BENCHES_H

#include "model/sink.h"

/*
 * Of more values in one series, or in all, every second one is dropped, again
 * and again; more series than WS_BENCH_ALL are refused (WS_LIMIT).  Results
 * under more configurations than WS_BENCH_CONFIGS are left out.
 */
enum {
	WS_BENCH_MAX = 1 << 10,
	WS_BENCH_VALUES = 1 << 23,
	WS_BENCH_ALL = 1 << 18,
	WS_BENCH_CONFIGS = 1 << 10
};

/* One unit of one benchmark. */
struct ws_bench {
	ws_id artifact, track;
	ws_id config; /* "key: value" lines, by key; 0: none */
	ws_id name;   /* of the counter */
	ws_id unit;   /* in whole units: "sec/op", "B/s", "p99-sec" */
	enum ws_unit kind;
	double *value; /* in the base unit, in the order of the artifact */
	size_t n, cap;
	uint64_t seen, every;
	uint64_t first, last; /* numbers of the first and last result */
	uint32_t next;        /* the bench whose value came after this one's */
};

/* What a "Unit" line says; the last one holds. */
struct ws_bench_unit {
	bool exact; /* assume=exact */
	int better; /* 1: higher, -1: lower, 0: not known */
	bool told;  /* by a Unit line, not by the name */
};

struct ws_benches;

struct ws_benches *ws_benches_new(struct ws_dict *d);
void ws_benches_free(struct ws_benches *b);
struct ws_sink *ws_benches_sink(struct ws_benches *b);
size_t ws_benches_count(const struct ws_benches *b);
const struct ws_bench *ws_benches_get(const struct ws_benches *b, size_t i);
/* Results under too many configurations. */
uint64_t ws_benches_left_out(const struct ws_benches *b);
/* Results under too many configurations. */
uint64_t ws_benches_left_out(const struct ws_benches *b);
/* What was told of a unit, else what its name says: times, sizes, faults and
 * allocations are better when lower, rates when higher. */
struct ws_bench_unit ws_benches_unit(const struct ws_benches *b, ws_id unit);
/* True when a format holds results of benchmarks. */
bool ws_is_bench_format(struct ws_sv format);
/* The factor from base units to those of the table: 1e-9 for times. */
double ws_bench_factor(enum ws_unit kind);

#endif
