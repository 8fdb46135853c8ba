/*
 * A family of facts: a function from what was accumulated to facts.  Adding
 * one is a file with such a function and its line in metrics.c.
 */
#ifndef WS_FAMILY_H
#define WS_FAMILY_H

#include "base/err.h"
#include "facts/fact.h"
#include "facts/query.h"
#include "metrics/benches.h"
#include "metrics/macos.h"
#include "metrics/profile.h"
#include "metrics/series.h"
#include "metrics/trace.h"

struct ws_measured {
	struct ws_dict *dict;
	const struct ws_queries *queries;
	struct ws_profiles *profiles;
	struct ws_resolver *names; /* NULL when all functions had theirs */
	struct ws_counters *counters;
	struct ws_traces *traces;
	struct ws_macos *macos;
	struct ws_benches *benches;
	struct ws_facts *facts;
};

/* Puts names into the stacks; what it found, or NULL when all had names. */
struct ws_resolver *ws_names_find(
    struct ws_dict *d, struct ws_profiles *profiles);
void ws_family_names(const struct ws_measured *m);
void ws_family_env(const struct ws_measured *m);
void ws_family_gctrace(const struct ws_measured *m);    /* after env */
void ws_family_schedtrace(const struct ws_measured *m); /* after env */
void ws_family_runtime(const struct ws_measured *m);    /* after env */
void ws_family_capture(const struct ws_measured *m);    /* after env */
void ws_family_goroutines(const struct ws_measured *m);
void ws_family_pprof_top(const struct ws_measured *m);
void ws_family_host(const struct ws_measured *m); /* after env */
void ws_family_memstats(const struct ws_measured *m);
void ws_family_disk(const struct ws_measured *m);
void ws_family_pressure(const struct ws_measured *m);
void ws_family_process(const struct ws_measured *m);   /* after env */
void ws_family_bench(const struct ws_measured *m);     /* after env */
void ws_family_perf(const struct ws_measured *m);      /* after env */
void ws_family_perf_stat(const struct ws_measured *m); /* after env */
void ws_family_trace(const struct ws_measured *m);
void ws_family_trace_lives(const struct ws_measured *m);
void ws_family_macos(const struct ws_measured *m); /* after capture */
/* Shares, sums, sites and accounts that rules files declare; fails when a
 * symbol group does not compile. */
enum ws_status ws_family_queries(
    const struct ws_measured *m, struct ws_err *err);

/* Puts a fact of the bundle; NaN and infinity (a division by zero) put
 * nothing. */
void ws_measured_put(const struct ws_measured *m, uint32_t def, double value,
    ws_id artifact, double samples);
/* The value of a fact of the bundle; NaN when there is none. */
double ws_measured_get(const struct ws_measured *m, uint32_t def);
/* CPUs that the program may use: the lesser of the machine's and GOMAXPROCS;
 * NaN when neither is known. */
double ws_measured_cpus(const struct ws_measured *m);

#endif
