/*
 * Benchmarks side by side: tables of one unit with a column for each of what is
 * compared, the first being the base.  Medians, intervals, p and geometric
 * means are benchstat's (base/infer.h); corrected p, effect sizes and
 * directions are ours.
 */
#ifndef WS_COMPARE_BENCH_TABLE_H
#define WS_COMPARE_BENCH_TABLE_H

#include <stdint.h>

#include "base/infer.h"
#include "base/mem.h"

/* All values of one cell, in the order in which they were measured. */
struct ws_measure {
	const char *config; /* "pkg: x" lines, or "" */
	const char *row, *column, *unit;
	const double *value;
	size_t n;
	bool exact; /* measured without error: no test is needed */
	int better; /* 1: higher values, -1: lower ones, 0: not known */
	bool told;  /* its user says so: worse is a regression */
};

struct ws_bench_terms {
	double level, alpha;
	double least; /* relative change that matters at all */
};

enum ws_direction { WS_SAME, WS_BETTER, WS_WORSE, WS_OTHER };

struct ws_bench_cell {
	size_t n;
	struct ws_interval center; /* infinite bounds: too few values */
	double lo, hi;             /* least and largest value */
	double drift;              /* p that its halves are alike */
	bool varies;               /* was said to be exact, and is not */
};

/* A cell against that of the base. */
struct ws_against {
	double change; /* of the centers, 0.1 is 10 % more; NaN: from 0 */
	double p, holm;
	double delta;             /* Cliff's */
	struct ws_interval ratio; /* of typical values, new over old */
	bool all_equal, exact;
	bool differs; /* the centers are not the same number */
	enum ws_direction direction;
};

struct ws_bench_row {
	const char *name;
	const struct ws_bench_cell *const *cell; /* by column; NULL: none */
	struct ws_against *const *against;
};

struct ws_column_sum {
	double geomean; /* NaN: some center is not above 0 */
	double ratio;   /* geometric mean of the ratios to the base; NaN */
	bool set_differs;
};

struct ws_bench_table {
	const char *config, *unit;
	int better;
	bool told;
	bool binary; /* shown with Ki, Mi */
	const char *const *column;
	size_t n_column;
	const struct ws_bench_row *row;
	size_t n_row;
	const struct ws_column_sum *sum;
};

struct ws_bench_tables {
	struct ws_bench_terms terms;
	const struct ws_bench_table *table;
	size_t n;
	size_t tests;    /* comparisons that Holm's correction counts */
	size_t need;     /* samples a side to find a difference at alpha */
	size_t need_mid; /* samples for a finite interval */
};

/* Tables in the order of the measures.  Everything lives in the arena or is
 * borrowed from the measures. */
const struct ws_bench_tables *ws_bench_compare(struct ws_arena *a,
    const struct ws_measure *m, size_t n, const struct ws_bench_terms *terms);

#endif
