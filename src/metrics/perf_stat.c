/*
 * Facts of perf stat.  Counts are summed over the rows of -A and the like and
 * over the intervals of -I.  Of several outputs in a bundle the one with most
 * CPU time is looked at: the others were made while less was done.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "metrics/family.h"

struct stat {
	const struct ws_measured *m;
	ws_id artifact;
	double elapsed; /* ns, NaN when unknown */
};

static ws_id
event_id(const struct ws_measured *m, const char *event)
{
	char name[80];

	snprintf(name, sizeof(name), "perf.stat.%s", event);
	return ws_dict_cstr(m->dict, name);
}

/* The sum of all rows; NaN when there is none. */
static double
sum_of(const struct ws_measured *m, ws_id artifact, const char *event)
{
	ws_id name = event_id(m, event);
	double sum = NAN;
	size_t i;

	for (i = 0; i < ws_counters_count(m->counters); i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);

		if (s->name == name && s->artifact == artifact && s->n > 0)
			sum = (isnan(sum) ? 0 : sum) + ws_series_sum(s);
	}
	return sum;
}

static double
least_of(const struct ws_measured *m, ws_id artifact, const char *event)
{
	ws_id name = event_id(m, event);
	double least = NAN;
	size_t i, k;

	for (i = 0; i < ws_counters_count(m->counters); i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);

		if (s->name != name || s->artifact != artifact)
			continue;
		for (k = 0; k < s->n; k++)
			least = fmin(least, s->value[k]);
	}
	return least;
}

static double
get(const struct stat *s, const char *event)
{
	return sum_of(s->m, s->artifact, event);
}

static void
put(const struct stat *s, uint32_t def, double value)
{
	ws_measured_put(s->m, def, value, s->artifact, NAN);
}

static void
put_rate(const struct stat *s, uint32_t def, const char *event)
{
	put(s, def, get(s, event) * 1e9 / s->elapsed);
}

/* CSV and JSON tell no time elapsed, but the CPU time and how many CPUs that
 * was on the average. */
static double
elapsed_of(const struct ws_measured *m, ws_id artifact)
{
	double v = sum_of(m, artifact, "elapsed");

	return !isnan(v) ? v
			 : sum_of(m, artifact, "task-clock") /
			       sum_of(m, artifact, "cpus_utilized");
}

/* The text of a mark is that of the last artifact; the events that a machine
 * cannot count are the same in all. */
static bool
is_unsupported(const struct ws_measured *m)
{
	return ws_counters_text(m->counters, "perf.stat.not_supported", NULL)
		   .n > 0;
}

static void
put_ratio(
    const struct stat *s, uint32_t def, const char *part, const char *whole)
{
	double v = get(s, part) / get(s, whole);
	struct ws_fact f = WS_FACT_OF(def, NAN);

	if (isfinite(v)) {
		put(s, def, v);
		return;
	}
	if (!is_unsupported(s->m))
		return;
	f.presence = WS_UNSUPPORTED_HERE;
	f.artifact = ws_dict_text(s->m->dict, s->artifact).p;
	ws_facts_put(s->m->facts, &f);
}

/* What is a process's own, and nothing when the whole machine was counted. */
static void
put_process(const struct stat *s)
{
	double cores = get(s, "task-clock") / s->elapsed;
	double user = get(s, "user"), sys = get(s, "sys");

	if (isnan(get(s, "task-clock")))
		return;
	put(s, WS_F_PERF_STAT_CORES, cores);
	put(s, WS_F_PERF_STAT_UTILIZATION, cores / ws_measured_cpus(s->m));
	put(s, WS_F_PERF_STAT_SYS, sys / (user + sys));
	put_rate(s, WS_F_PERF_STAT_SWITCHES, "context-switches");
	put_rate(s, WS_F_PERF_STAT_MIGRATIONS, "cpu-migrations");
	put_rate(s, WS_F_PERF_STAT_FAULTS, "page-faults");
	put_rate(s, WS_F_PERF_STAT_MAJOR, "major-faults");
}

static bool
is_machine(const struct stat *s)
{
	ws_id from = 0;
	struct ws_sv of =
	    ws_counters_text(s->m->counters, "perf.stat.of", &from);

	return from == s->artifact && (ws_sv_find(of, "system wide") < of.n ||
					  ws_sv_find(of, "CPU(s)") < of.n);
}

static void
put_counts(const struct stat *s)
{
	double least = least_of(s->m, s->artifact, "running");

	put(s, WS_F_PERF_STAT_ELAPSED, s->elapsed);
	if (!is_machine(s))
		put_process(s);
	put_ratio(s, WS_F_PERF_STAT_IPC, "instructions", "cycles");
	put_ratio(
	    s, WS_F_PERF_STAT_STALLED, "stalled-cycles-backend", "cycles");
	put_ratio(s, WS_F_PERF_STAT_CACHE, "cache-misses", "cache-references");
	put_ratio(s, WS_F_PERF_STAT_BRANCH, "branch-misses", "branches");
	put(s, WS_F_PERF_STAT_RUNNING, isnan(least) ? 1 : least);
}

/* The artifact with the most CPU time; 0 when there is none of perf stat. */
static ws_id
busiest(const struct ws_measured *m)
{
	size_t logs = ws_counters_logs(m->counters), i;
	double *task = ws_alloc_array(logs + 1, sizeof(*task)), most = -1;
	ws_id clock = event_id(m, "task-clock"), best = 0;

	for (i = 0; i < ws_counters_count(m->counters); i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);

		if (s->name == clock && s->n > 0)
			task[s->log] += ws_series_sum(s);
	}
	for (i = 0; i < logs; i++) {
		const struct ws_log *log = ws_counters_log(m->counters, i);

		if (task[i] > most &&
		    ws_sv_is(ws_dict_text(m->dict, log->format), "perf-stat")) {
			most = task[i];
			best = log->artifact;
		}
	}
	free(task);
	return best;
}

void
ws_family_perf_stat(const struct ws_measured *m)
{
	struct stat best = { m, busiest(m), NAN };

	if (best.artifact == 0)
		return;
	best.elapsed = elapsed_of(m, best.artifact);
	put_counts(&best);
}
