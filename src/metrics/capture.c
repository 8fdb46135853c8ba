#include <math.h>

#include "metrics/family.h"

/* Which kind of evidence a series is, and the fact that holds its total. */
static const struct kind {
	ws_id series;
	enum ws_source_id source;
	uint32_t total;
} kinds[] = {
	{ WS_N_PPROF_CPU, WS_S_PPROF_CPU, WS_F_CPU_TOTAL },
	{ WS_N_PPROF_CPU_SAMPLES, WS_S_PPROF_CPU, WS_F_CPU_SAMPLES },
	{ WS_N_PPROF_BLOCK, WS_S_PPROF_BLOCK, WS_F_BLOCK_TOTAL },
	{ WS_N_PPROF_BLOCK_COUNT, WS_S_PPROF_BLOCK, WS_F_BLOCK_COUNT },
	{ WS_N_PPROF_MUTEX, WS_S_PPROF_MUTEX, WS_F_MUTEX_TOTAL },
	{ WS_N_PPROF_MUTEX_COUNT, WS_S_PPROF_MUTEX, WS_F_MUTEX_COUNT },
	{ WS_N_PPROF_ALLOC, WS_S_PPROF_HEAP, WS_F_ALLOC_TOTAL },
	{ WS_N_PPROF_ALLOC_COUNT, WS_S_PPROF_HEAP, WS_F_ALLOC_OBJECTS },
	{ WS_N_PPROF_INUSE, WS_S_PPROF_HEAP, WS_F_INUSE_TOTAL },
	{ WS_N_PPROF_GOROUTINE, WS_S_PPROF_GOROUTINE, WS_F_GOROUTINES },
	{ WS_N_PPROF_THREADCREATE, WS_S_PPROF_THREADCREATE, WS_F_THREADS },
	{ WS_N_INSTR_CPU, WS_S_INSTRUMENTS, WS_F_INSTR_CPU_TOTAL },
	{ WS_N_INSTR_SYSCALL, WS_S_INSTRUMENTS_SYSCALL,
	    WS_F_INSTR_SYSCALL_TOTAL },
	{ WS_N_INSTR_FAULTS, WS_S_INSTRUMENTS_FAULTS, WS_F_INSTR_FAULT_TOTAL },
	{ WS_N_SAMPLE_WALL, WS_S_SAMPLE, WS_F_SAMPLE_TOTAL },
	{ WS_N_DTRACE_CPU, WS_S_DTRACE, WS_F_DTRACE_TOTAL },
	{ WS_N_FS_USAGE_TIME, WS_S_FS_USAGE, WS_F_FS_USAGE_TOTAL },
};

static enum ws_presence
presence(const struct ws_profile *p)
{
	if (ws_profile_is_difference(p))
		return WS_UNSUPPORTED_HERE;
	/* Of the heap a window is a difference, even if nothing shrank. */
	if (p->series == WS_N_PPROF_INUSE && p->duration > 0)
		return WS_UNSUPPORTED_HERE;
	return p->samples > 0 ? WS_VALUE : WS_EMPTY;
}

/* No samples are no value, as a profile may not have been switched on; but
 * over a known time they say that the program used no CPU. */
static bool
has_total(const struct ws_profile *p, enum ws_source_id source)
{
	return presence(p) == WS_VALUE ||
	       (presence(p) == WS_EMPTY && source == WS_S_PPROF_CPU &&
		   p->duration > 0);
}

static void
put_kind(const struct ws_measured *m, const struct kind *k)
{
	const struct ws_profile *p = ws_profiles_find(m->profiles, k->series);
	double samples;

	if (p == NULL)
		return;
	samples = (double)p->samples;
	ws_facts_source(m->facts, k->source, presence(p),
	    ws_dict_text(m->dict, p->artifact).p, samples);
	if (has_total(p, k->source))
		ws_measured_put(m, k->total, p->total, p->artifact, samples);
}

static void
put_cores(const struct ws_measured *m)
{
	const struct ws_profile *p =
	    ws_profiles_find(m->profiles, WS_N_PPROF_CPU);
	double hits, cores;

	if (p == NULL || ws_profile_is_difference(p) || !(p->duration > 0))
		return;
	hits = p->period > 0 ? p->total / p->period : (double)p->samples;
	cores = p->total / p->duration;
	ws_measured_put(m, WS_F_CPU_DURATION, p->duration, p->artifact, NAN);
	ws_measured_put(m, WS_F_CPU_CORES, cores, p->artifact, hits);
	ws_measured_put(m, WS_F_CPU_UTILIZATION, cores / ws_measured_cpus(m),
	    p->artifact, hits);
}

/* Less than this between two heap profiles, and they are of one moment. */
static const int64_t growth_min = INT64_C(10) * 1000000000;

static void
put_growth_of(const struct ws_measured *m, double bytes, double ns,
    const struct ws_profile *p)
{
	ws_measured_put(
	    m, WS_F_INUSE_GROWTH, bytes, p->artifact, (double)p->samples);
	ws_measured_put(m, WS_F_INUSE_GROWTH_RATE, bytes / ns * 1e9,
	    p->artifact, (double)p->samples);
}

/* The first or the last heap profile that is of a moment. */
static const struct ws_profile *
heap_at(const struct ws_measured *m, bool last)
{
	size_t i, n = ws_profiles_count(m->profiles);
	const struct ws_profile *best = NULL;

	for (i = 0; i < n; i++) {
		const struct ws_profile *p = ws_profiles_get(m->profiles, i);

		if (p->series != WS_N_PPROF_INUSE || p->rough > 0 ||
		    p->duration > 0 || p->time == WS_T_NONE ||
		    ws_profile_is_difference(p))
			continue;
		if (best == NULL ||
		    (last ? p->time > best->time : p->time < best->time))
			best = p;
	}
	return best;
}

/* Between the first and the last, or what one that was fetched with seconds=
 * says itself: it is the difference of two. */
static void
put_growth(const struct ws_measured *m)
{
	const struct ws_profile *first = heap_at(m, false);
	const struct ws_profile *last = heap_at(m, true), *p;
	size_t i, n = ws_profiles_count(m->profiles);

	if (last != NULL && last->time - first->time >= growth_min) {
		put_growth_of(m, last->total - first->total,
		    (double)(last->time - first->time), last);
		return;
	}
	for (i = 0; i < n; i++) {
		p = ws_profiles_get(m->profiles, i);
		if (p->series != WS_N_PPROF_INUSE || !(p->duration > 0))
			continue;
		put_growth_of(m, p->total, p->duration, p);
		return;
	}
}

/* A counter of the artifact that the goroutines are taken from. */
static void
put_hidden(const struct ws_measured *m)
{
	const struct ws_profile *p =
	    ws_profiles_find(m->profiles, WS_N_PPROF_GOROUTINE);
	const struct ws_series *s;

	if (p == NULL || presence(p) != WS_VALUE)
		return;
	s = ws_counters_find(
	    m->counters, WS_N_PPROF_GOROUTINE_HIDDEN, p->artifact, 0);
	if (s != NULL)
		ws_measured_put(m, WS_F_GOROUTINES_HIDDEN,
		    s->value[s->n - 1] / p->total, p->artifact,
		    (double)p->samples);
}

/* Totals of the profiles, and how busy the program was. */
void
ws_family_capture(const struct ws_measured *m)
{
	size_t i;

	for (i = 0; i < WS_LEN(kinds); i++)
		put_kind(m, &kinds[i]);
	put_cores(m);
	put_growth(m);
	put_hidden(m);
}
