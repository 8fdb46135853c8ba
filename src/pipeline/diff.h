/* Two bundles through the chain, and what is different. */
#ifndef WS_DIFF_H
#define WS_DIFF_H

#include "compare/compare.h"
#include "pipeline/measures.h"
#include "pipeline/pipeline.h"

struct ws_diff_options {
	struct ws_projection projection;
	struct ws_bench_terms terms;
	struct ws_sv plan; /* JSON of an earlier diagnosis; p NULL: none */
};

/* benchstat's level and alpha, and 2 % as the least change that counts. */
struct ws_diff_options ws_diff_defaults(void);

/*
 * Compares `before` with `after`; with a column key `after` may be NULL, and
 * the benchmarks of one are compared among themselves.  NULL with *err when
 * the plan cannot be read.  Lives in the arena and borrows from both runs.
 */
const struct ws_diff *ws_diff_make(struct ws_arena *a, struct ws_run *before,
    struct ws_run *after, const struct ws_diff_options *o, struct ws_err *err);

#endif
