/*
 * Pressure and the quota of a cgroup.  Of several cgroups the one that was
 * throttled most is told of, or without a quota that which used most.
 */
#include <math.h>

#include "metrics/family.h"

/* The series of the machine before that of a cgroup that has a name. */
static const struct ws_series *
of_machine(const struct ws_measured *m, ws_id name)
{
	const struct ws_series *best =
	    ws_counters_find(m->counters, name, 0, 0);
	size_t i, n = ws_counters_count(m->counters);

	for (i = 0; i < n && best != NULL; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);

		if (s->name == name && s->n > 0 && s->track == 0)
			best = best->track != 0
				   ? s
				   : ws_counters_better(m->counters, best, s);
	}
	return best;
}

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
		const struct ws_series *s = of_machine(m, known[i].rate);

		if (s == NULL)
			s = of_machine(m, known[i].minute);
		if (s == NULL)
			continue;
		ws_facts_source(m->facts, WS_S_PROC, WS_VALUE,
		    ws_dict_text(m->dict, s->artifact).p, (double)s->seen);
		ws_measured_put(m, known[i].fact, ws_series_median(s),
		    s->artifact, (double)s->seen);
	}
}

/* The series with the largest median so far. */
struct largest {
	const struct ws_series *s; /* NULL: none yet */
	double median;
};

static void
compare_with(
    const struct ws_measured *m, struct largest *l, const struct ws_series *s)
{
	double median = ws_series_median(s);

	if (l->s == NULL || median > l->median ||
	    (median == l->median &&
		ws_counters_better(m->counters, l->s, s) == s))
		*l = (struct largest){ s, median };
}

static const struct ws_series *
largest(const struct ws_measured *m, ws_id name)
{
	struct largest best = { NULL, 0 };
	size_t i, n = ws_counters_count(m->counters);

	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);

		if (s->name == name && s->n > 0)
			compare_with(m, &best, s);
	}
	return best.s;
}

static size_t
folder_length(struct ws_sv path)
{
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	return path.n;
}

/* The cgroup that a track names, before the device of one. */
static struct ws_sv
group_of(const struct ws_measured *m, const struct ws_series *s)
{
	struct ws_sv group = ws_dict_text(m->dict, s->track);

	if (s->name != WS_N_CGROUP_READ && s->name != WS_N_CGROUP_WRITE)
		return group;
	while (group.n > 0 && group.p[group.n - 1] != ' ')
		group.n--;
	group.n -= group.n > 0;
	return group;
}

/* Of the same cgroup, which the folder says, or the text. */
static bool
is_beside(const struct ws_measured *m, const struct ws_series *a,
    const struct ws_series *b)
{
	struct ws_sv x = ws_dict_text(m->dict, a->artifact);
	struct ws_sv y = ws_dict_text(m->dict, b->artifact);

	x.n = folder_length(x);
	y.n = folder_length(y);
	return ws_sv_eq(x, y) && ws_sv_eq(group_of(m, a), group_of(m, b));
}

/* The series of another file of the same cgroup; of several devices that with
 * the most. */
static const struct ws_series *
beside(const struct ws_measured *m, ws_id name, const struct ws_series *of)
{
	struct largest best = { NULL, 0 };
	size_t i, n = ws_counters_count(m->counters);

	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);

		if (s->name == name && s->n > 0 && is_beside(m, s, of))
			compare_with(m, &best, s);
	}
	return best.s;
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
		const struct ws_series *s = beside(m, known[i].name, of);

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
