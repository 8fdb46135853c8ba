/* Benchmark results of runs as the cells of tables: which part of a name or of
 * the configuration makes tables, rows and columns. */
#ifndef WS_MEASURES_H
#define WS_MEASURES_H

#include "compare/bench_table.h"
#include "metrics/benches.h"

/* A key is one of the configuration ("pkg"), ".name", ".fullname", or a part
 * of the name, "/size" of "X/size=4k", "/gomaxprocs". */
struct ws_projection {
	const char *col;           /* NULL: a column for each run */
	const char *row;           /* NULL: .fullname */
	const char *const *ignore; /* keys that make no tables of their own */
	size_t n_ignore;
	const char *const *filter; /* "key:value", all of which must hold */
	size_t n_filter;
};

enum { WS_COLUMNS_COMPARED = 6 };

struct ws_measures {
	struct ws_measure *m;
	size_t n;
	const char **note; /* what makes the runs unlike each other */
	size_t n_note;
	uint64_t left_out; /* results in a column or configuration too many */
};

struct ws_bench_side {
	const struct ws_benches *benches;
	const struct ws_dict *dict;
	const char *label;
};

/* Everything lives in the arena. */
struct ws_measures ws_measures_make(struct ws_arena *a,
    const struct ws_bench_side *run, size_t n_run,
    const struct ws_projection *p);
/* The name of a row: without "Benchmark". */
struct ws_sv ws_bench_row_name(struct ws_sv name);

#endif
