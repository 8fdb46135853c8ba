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

/* The series of another file of the same cgroup. */
static const struct ws_series *
beside(const struct ws_measured *m, ws_id name, ws_id artifact)
{
	struct ws_sv at = ws_dict_text(m->dict, artifact);
	size_t i, n = ws_counters_count(m->counters);

	at.n = folder_length(at);
	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);
		struct ws_sv path = ws_dict_text(m->dict, s->artifact);

		path.n = folder_length(path);
		if (s->name == name && s->n > 0 && ws_sv_eq(path, at))
			return s;
	}
	return NULL;
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
	};
	const struct ws_series *of = largest(m, WS_N_CGROUP_THROTTLED);
	size_t i;

	if (of == NULL)
		of = largest(m, WS_N_CGROUP_USAGE);
	if (of == NULL)
		of = largest(m, WS_N_CGROUP_QUOTA);
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

void
ws_family_pressure(const struct ws_measured *m)
{
	put_pressure(m);
	put_cgroup(m);
}
