/*
 * Pressure and the quota of a cgroup.  Of several cgroups the one that was
 * throttled most is told of, or without a quota that which used most.
 */
#include <math.h>

#include "metrics/family.h"

/* The longest window of a single snapshot beside the rate of two. */
static void
put_pressure(const struct ws_measured *m)
{
	static const struct {
		ws_id rate, minute;
		uint32_t fact;
	} known[] = {
		{ WS_N_PSI_CPU_SOME, WS_N_PSI_CPU_SOME_MINUTE,
		    WS_F_PSI_CPU_SOME },
		{ WS_N_PSI_IO_SOME, WS_N_PSI_IO_SOME_MINUTE, WS_F_PSI_IO_SOME },
		{ WS_N_PSI_IO_FULL, WS_N_PSI_IO_FULL_MINUTE, WS_F_PSI_IO_FULL },
		{ WS_N_PSI_MEM_SOME, WS_N_PSI_MEM_SOME_MINUTE,
		    WS_F_PSI_MEM_SOME },
		{ WS_N_PSI_MEM_FULL, WS_N_PSI_MEM_FULL_MINUTE,
		    WS_F_PSI_MEM_FULL },
	};

	size_t i;

	for (i = 0; i < WS_LEN(known); i++) {
		const struct ws_series *s =
		    ws_counters_find(m->counters, known[i].rate, 0, 0);

		if (s == NULL)
			s = ws_counters_find(
			    m->counters, known[i].minute, 0, 0);
		if (s == NULL)
			continue;
		ws_facts_source(m->facts, WS_S_PROC, WS_VALUE,
		    ws_dict_text(m->dict, s->artifact).p, (double)s->seen);
		ws_measured_put(m, known[i].fact, ws_series_median(s),
		    s->artifact, (double)s->seen);
	}
}

static const struct ws_series *
largest(const struct ws_measured *m, ws_id name)
{
	const struct ws_series *best = NULL;
	size_t i, n = ws_counters_count(m->counters);

	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);

		if (s->name == name && s->n > 0 &&
		    (best == NULL ||
			ws_series_median(s) > ws_series_median(best)))
			best = s;
	}
	return best;
}

static size_t
folder_length(struct ws_sv path)
{
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	return path.n;
}

/* The series of another file of the same cgroup; of several devices that with
 * the most. */
static const struct ws_series *
beside(const struct ws_measured *m, ws_id name, ws_id artifact)
{
	struct ws_sv at = ws_dict_text(m->dict, artifact);
	size_t i, n = ws_counters_count(m->counters);

	const struct ws_series *best = NULL;

	at.n = folder_length(at);
	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);
		struct ws_sv path = ws_dict_text(m->dict, s->artifact);

		path.n = folder_length(path);
		if (s->name == name && s->n > 0 && ws_sv_eq(path, at) &&
		    (best == NULL ||
			ws_series_median(s) > ws_series_median(best)))
			best = s;
	}
	return best;
}

static void
put_cgroup(const struct ws_measured *m)
{
	static const struct {
		ws_id name;
		uint32_t fact;
	} known[] = {
		{ WS_N_CGROUP_THROTTLED, WS_F_CGROUP_THROTTLED },
		{ WS_N_CGROUP_USAGE, WS_F_CGROUP_USAGE },
		{ WS_N_CGROUP_THROTTLED_TIME, WS_F_CGROUP_HELD },
		{ WS_N_CGROUP_QUOTA, WS_F_CGROUP_QUOTA },
		{ WS_N_CGROUP_MEM_HIGH, WS_F_CGROUP_MEM_HIGH },
		{ WS_N_CGROUP_READ, WS_F_CGROUP_READ },
		{ WS_N_CGROUP_WRITE, WS_F_CGROUP_WRITE },
	};

	/* The first of these that is known tells which cgroup. */
	static const ws_id of_names[] = { WS_N_CGROUP_THROTTLED,
		WS_N_CGROUP_USAGE, WS_N_CGROUP_QUOTA, WS_N_CGROUP_READ,
		WS_N_CGROUP_WRITE };
	const struct ws_series *of = NULL;
	size_t i;

	for (i = 0; of == NULL && i < WS_LEN(of_names); i++)
		of = largest(m, of_names[i]);
	for (i = 0; of != NULL && i < WS_LEN(known); i++) {
		const struct ws_series *s =
		    beside(m, known[i].name, of->artifact);

		if (s == NULL)
			continue;
		ws_facts_source(m->facts, WS_S_PROC, WS_VALUE,
		    ws_dict_text(m->dict, s->artifact).p, (double)s->seen);
		ws_measured_put(m, known[i].fact, ws_series_median(s),
		    s->artifact, (double)s->seen);
	}
}

/* The wait for each CPU, over the CPUs of the file that has the most. */
static void
put_waiting(const struct ws_measured *m)
{
	const struct ws_series *any =
	    ws_counters_find(m->counters, WS_N_SCHED_WAITING, 0, 0);
	size_t i, n = ws_counters_count(m->counters);
	double sum = 0, cpus = 0;

	for (i = 0; any != NULL && i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);

		if (s->name != WS_N_SCHED_WAITING || s->n == 0 ||
		    s->artifact != any->artifact)
			continue;
		sum += ws_series_median(s);
		cpus++;
	}
	if (cpus > 0)
		ws_measured_put(m, WS_F_HOST_WAITING_CPU, sum / cpus,
		    any->artifact, (double)any->seen);
}

void
ws_family_pressure(const struct ws_measured *m)
{
	put_waiting(m);
	put_pressure(m);
	put_cgroup(m);
}
