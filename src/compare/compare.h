/*
 * Two bundles compared: facts that moved, functions whose share of a profile
 * changed, what became of the bottleneck, and whether a plan was met.
 */
#ifndef WS_COMPARE_H
#define WS_COMPARE_H

#include "compare/bench_table.h"
#include "diagnosis/diagnosis.h"

/* A fact that both have. */
struct ws_moved {
	const struct ws_fact_def *def;
	const char *subject; /* or NULL */
	const struct ws_fact *before, *after;
	double change;  /* relative; NaN from 0 */
	double p, holm; /* of sampled shares; NaN: not sampled */
	bool moved;     /* beyond chance, or by a tenth when not sampled */
};

/* A function's values in one profile; flat is what is tested. */
struct ws_function {
	const char *name;
	double flat, cum;
};

/* The profile of a series, as the pipeline hands it over. */
struct ws_profile_side {
	const struct ws_function *function;
	size_t n;
	double total, samples;
};

struct ws_share_change {
	const char *name;
	double flat[2], cum[2]; /* shares of the total, before and after */
	double p, holm;         /* of the flat share; NaN: too few samples */
	bool moved;
};

struct ws_share_changes {
	const char *series;
	double total[2], samples[2];
	enum ws_unit unit;
	const struct ws_share_change *row; /* largest difference first */
	size_t n;
};

struct ws_class_change {
	enum ws_class cls;
	const struct ws_score *score[2];
	size_t votes[2];         /* true rules for it */
	const char *gone, *come; /* rules true before only, after only; or "" */
};

enum ws_met { WS_MET, WS_NOT_MET, WS_MET_UNKNOWN };

/* One success metric of an earlier plan. */
struct ws_goal {
	const char *advice, *fact, *op;
	double value;
	enum ws_unit unit;
	double found; /* NaN: missing after, for this reason: */
	enum ws_presence presence;
	enum ws_met met;
};

enum ws_change {
	WS_CHANGE_CONFIRMED, /* better */
	WS_CHANGE_MOVED,     /* better, and something else limits now */
	WS_CHANGE_NONE,      /* no significant change */
	WS_CHANGE_REGRESSED, /* worse */
	WS_CHANGE_UNMEASURED /* nothing that both have was measured twice */
};

struct ws_diff {
	const char *name[2]; /* base names; the second may be NULL */
	const struct ws_bench_tables *bench;
	const struct ws_moved *moved; /* those that moved first */
	size_t n_moved;
	const struct ws_share_changes *profile;
	size_t n_profile;
	const struct ws_class_change *cls;
	size_t n_cls;
	const struct ws_goal *goal;
	size_t n_goal;
	const struct ws_diagnosis *diagnosis[2]; /* NULL of benchmarks alone */
	const char *const *note; /* what the reader should know */
	size_t n_note;
	enum ws_change change;
	const char *headline; /* of the benchmark row that decides, or NULL */
	double gain;          /* throughput after over before; NaN */
	const char *sentence;
};

/* Facts of the bundle, and of subjects that both have. */
size_t ws_compare_facts(struct ws_arena *a, const struct ws_facts *before,
    const struct ws_facts *after, double alpha, const struct ws_moved **out);
/* Functions of either profile. */
void ws_compare_shares(struct ws_arena *a, const struct ws_profile_side side[2],
    double alpha, struct ws_share_changes *out);
/* Classes and outcomes that rules spoke for, before or after. */
size_t ws_compare_classes(struct ws_arena *a,
    const struct ws_diagnosis *const d[2], const struct ws_class_change **out);
/*
 * The success metrics of the plan in a document of `diagnose --json`, judged by
 * the facts after.  WS_CORRUPT with *err when it is none; *n is 0 when its plan
 * names no metrics.
 */
enum ws_status ws_compare_goals(struct ws_arena *a, struct ws_sv json,
    const struct ws_facts *after, const struct ws_goal **out, size_t *n,
    struct ws_err *err);
/* Fills change, headline, gain and sentence from the rest.  `benchmark` is the
 * row of the working point, or NULL. */
void ws_compare_verdict(
    struct ws_arena *a, struct ws_diff *d, const char *benchmark);
/* "confirmed", "moved", "no-significant-change", "regressed", "unmeasured". */
const char *ws_change_name(enum ws_change c);

#endif
