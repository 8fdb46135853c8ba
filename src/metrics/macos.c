/*
 * Facts of macOS.  Tracks are "PID/TID NAME", or "?/TID NAME" where a capture
 * tells only the thread; thread numbers are unique on a machine until it is
 * booted again, so the same number in two captures is the same thread.
 */
#include "metrics/macos.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/num.h"
#include "metrics/family.h"

enum owned { OWNED_CPU, OWNED_SYSCALL, OWNED_FAULTS, OWNED };

static const ws_id owned_series[OWNED] = { WS_N_INSTR_CPU, WS_N_INSTR_SYSCALL,
	WS_N_INSTR_FAULTS };

/* Captures that name threads, by the series that they have. */
enum { SEEN_INSTRUMENTS = 1, SEEN_SAMPLE = 2, SEEN_FS_USAGE = 4 };

/* By id of the track. */
struct sums {
	double *sum;
	size_t cap, n;
};

struct ws_macos {
	struct ws_sink sink;
	struct sums owned[OWNED];
	uint8_t *seen; /* of a track */
	size_t cap_seen, n_seen;
	double state[WS_N_T_UNKNOWN - WS_N_T_RUNNING + 1];
	uint64_t wakes, faults;
	ws_id artifact, threads; /* the one that is read, one with states */
};

static void
add(struct sums *s, ws_id track, double v)
{
	size_t n = (size_t)track + 1;

	if (n > s->n) {
		s->sum = ws_grow(s->sum, &s->cap, n, sizeof(*s->sum));
		memset(s->sum + s->n, 0, (n - s->n) * sizeof(*s->sum));
		s->n = n;
	}
	s->sum[track] += v;
}

static void
see(struct ws_macos *m, ws_id track, uint8_t what)
{
	size_t n = (size_t)track + 1;

	if (ws_track_is_numbered(track) || track == 0)
		return;
	if (n > m->n_seen) {
		m->seen = ws_grow(m->seen, &m->cap_seen, n, 1);
		memset(m->seen + m->n_seen, 0, n - m->n_seen);
		m->n_seen = n;
	}
	m->seen[track] |= what;
}

static void
take_sample(struct ws_macos *m, const struct ws_event *e)
{
	if (e->name < WS_N_INSTR_CPU || e->name > WS_N_FS_USAGE_BYTES ||
	    ws_track_is_numbered(e->track))
		return;
	if (e->name == WS_N_INSTR_CPU) {
		add(&m->owned[OWNED_CPU], e->track, e->value);
	} else if (e->name == WS_N_INSTR_SYSCALL) {
		add(&m->owned[OWNED_SYSCALL], e->track, e->value);
	} else if (e->name == WS_N_INSTR_FAULTS) {
		add(&m->owned[OWNED_FAULTS], e->track, e->value);
		m->faults++;
	}
	if (e->name < WS_N_SAMPLE_WALL)
		see(m, e->track, SEEN_INSTRUMENTS);
	else if (e->name < WS_N_DTRACE_CPU)
		see(m, e->track, SEEN_SAMPLE);
	else if (e->name >= WS_N_FS_USAGE_TIME)
		see(m, e->track, SEEN_FS_USAGE);
}

static void
take_span(struct ws_macos *m, const struct ws_event *e)
{
	if (e->name < WS_N_T_RUNNING || e->name > WS_N_T_UNKNOWN)
		return;
	m->state[e->name - WS_N_T_RUNNING] += (double)e->dur;
	m->threads = m->artifact;
	see(m, e->track, SEEN_INSTRUMENTS);
}

static enum ws_status
events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct ws_macos *m = (struct ws_macos *)s;

	for (size_t i = 0; i < n; i++) {
		if (ev[i].kind == WS_EV_SAMPLE)
			take_sample(m, &ev[i]);
		else if (ev[i].kind == WS_EV_SPAN)
			take_span(m, &ev[i]);
		else if (ev[i].kind == WS_EV_EDGE)
			m->wakes += ev[i].name == WS_N_INSTR_WAKE;
	}
	return WS_OK;
}

static void
begin(struct ws_sink *s, const struct ws_origin *o)
{
	((struct ws_macos *)s)->artifact = o->artifact;
	/* Those are of goroutines alone, and come by the million. */
	s->ignores = ws_sv_is(ws_dict_text(s->dict, o->format), "go-trace")
			 ? WS_EV_ALL
			 : WS_EV_ALL & ~(1u << WS_EV_SAMPLE | 1u << WS_EV_SPAN |
					   1u << WS_EV_EDGE);
}

struct ws_macos *
ws_macos_new(struct ws_dict *d)
{
	static const struct ws_sink_ops ops = { .begin = begin,
		.events = events };
	struct ws_macos *m = ws_alloc(sizeof(*m));

	m->sink.ops = &ops;
	m->sink.dict = d;
	return m;
}

void
ws_macos_free(struct ws_macos *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < OWNED; i++)
		free(m->owned[i].sum);
	free(m->seen);
	free(m);
}

struct ws_sink *
ws_macos_sink(struct ws_macos *m)
{
	return &m->sink;
}

/* What is before the slash or blank of a track, and the thread behind it. */
static struct ws_sv
process_of(struct ws_sv track, struct ws_sv *thread)
{
	size_t n = 0;

	while (n < track.n && track.p[n] != '/' && track.p[n] != ' ')
		n++;
	*thread = ws_sv_from(track, n);
	if (thread->n > 0 && thread->p[0] == '/') {
		*thread = ws_sv_from(*thread, 1);
		*thread = ws_sv_field(thread);
	} else {
		thread->n = 0;
	}
	return (struct ws_sv){ track.p, n };
}

/* The part of the process that has the most; NaN without any time. */
static double
largest_part(const struct ws_dict *d, const struct sums *s)
{
	struct ws_htab *pids = ws_htab_new();
	double *sum = ws_alloc_array(s->n + 1, sizeof(*sum));
	double whole = 0, most = 0;
	struct ws_sv thread;

	for (ws_id track = 0; track < s->n; track++) {
		struct ws_sv pid = process_of(ws_dict_text(d, track), &thread);
		uint32_t i;
		bool is_new;

		if (!(s->sum[track] > 0))
			continue;
		i = ws_htab_put(pids, pid.p, pid.n, &is_new);
		sum[i] = (is_new ? 0 : sum[i]) + s->sum[track];
		whole += s->sum[track];
		most = fmax(most, sum[i]);
	}
	free(sum);
	ws_htab_free(pids);
	return whole > 0 ? most / whole : NAN;
}

static void
put_parts(const struct ws_measured *m)
{
	static const uint32_t fact[OWNED] = { WS_F_INSTR_CPU_PROCESS,
		WS_F_INSTR_SYSCALL_PROCESS, WS_F_INSTR_FAULT_PROCESS };

	for (size_t i = 0; i < OWNED; i++) {
		const struct ws_profile *p =
		    ws_profiles_find(m->profiles, owned_series[i]);

		if (p != NULL)
			ws_measured_put(m, fact[i],
			    largest_part(m->dict, &m->macos->owned[i]),
			    p->artifact, (double)p->samples);
	}
}

/* The length of the one recording there is; NaN when there are several. */
static double
recorded(const struct ws_measured *m)
{
	size_t n = ws_counters_count(m->counters);
	double v = NAN;

	for (size_t i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);

		if (s->name != WS_N_INSTR_DURATION || s->n == 0)
			continue;
		if (!isnan(v) && v != s->value[0])
			return NAN;
		v = s->value[0];
	}
	return v;
}

/* The table of contents tells the length; else what the rows cover does for
 * rates, but not for CPUs: a program that waits has no rows. */
static void
put_loads(const struct ws_measured *m)
{
	const struct ws_profile *cpu =
	    ws_profiles_find(m->profiles, WS_N_INSTR_CPU);
	const struct ws_profile *faults =
	    ws_profiles_find(m->profiles, WS_N_INSTR_FAULTS);
	const struct ws_profile *wall =
	    ws_profiles_find(m->profiles, WS_N_SAMPLE_WALL);
	double length = recorded(m);

	if (wall != NULL)
		ws_measured_put(m, WS_F_SAMPLE_DURATION, wall->duration,
		    wall->artifact, NAN);
	if (cpu != NULL && length > 0)
		ws_measured_put(m, WS_F_INSTR_CPU_CORES, cpu->total / length,
		    cpu->artifact, (double)cpu->samples);
	if (faults == NULL)
		return;
	length = length > 0 ? length : faults->duration;
	ws_measured_put(m, WS_F_INSTR_FAULT_RATE,
	    (double)m->macos->faults / length * 1e9, faults->artifact,
	    (double)faults->samples);
	ws_measured_put(m, WS_F_INSTR_FAULT_LOAD, faults->total / length,
	    faults->artifact, (double)faults->samples);
}

static double
state(const struct ws_macos *x, ws_id name)
{
	return x->state[name - WS_N_T_RUNNING];
}

static void
put_threads(const struct ws_measured *m)
{
	const struct ws_macos *x = m->macos;
	double known = 0;

	/* Of an unknown state nothing is known, and an idle thread is none. */
	for (ws_id s = WS_N_T_RUNNING; s < WS_N_T_UNKNOWN; s++)
		if (s != WS_N_T_IDLE && s != WS_N_T_TERMINATED)
			known += state(x, s);
	if (!(known > 0))
		return;
	ws_facts_source(m->facts, WS_S_INSTRUMENTS_THREADS, WS_VALUE,
	    ws_dict_text(m->dict, x->threads).p, NAN);
	ws_measured_put(m, WS_F_INSTR_THREADS_RUNNING,
	    (state(x, WS_N_T_RUNNING) + state(x, WS_N_T_INTERRUPTED)) / known,
	    x->threads, NAN);
	ws_measured_put(m, WS_F_INSTR_THREADS_RUNNABLE,
	    (state(x, WS_N_T_RUNNABLE) + state(x, WS_N_T_PREEMPTED)) / known,
	    x->threads, NAN);
	ws_measured_put(m, WS_F_INSTR_THREADS_BLOCKED,
	    (state(x, WS_N_T_BLOCKED) + state(x, WS_N_T_THROTTLED)) / known,
	    x->threads, NAN);
	ws_measured_put(m, WS_F_INSTR_WAKES, (double)x->wakes, x->threads, NAN);
}

static void
put_joined(const struct ws_measured *m)
{
	const struct ws_macos *x = m->macos;
	struct ws_htab *tids = ws_htab_new();
	uint8_t *seen = ws_alloc(x->n_seen + 1), all = 0;
	double joined = 0;

	for (ws_id track = 1; track < x->n_seen; track++) {
		struct ws_sv tid;
		uint64_t v;
		uint32_t i;

		if (x->seen[track] == 0)
			continue;
		process_of(ws_dict_text(m->dict, track), &tid);
		if (!ws_num_u64(tid, 1, UINT64_MAX, &v))
			continue;
		i = ws_htab_put(tids, tid.p, tid.n, NULL);
		seen[i] |= x->seen[track];
		all |= x->seen[track];
	}
	for (uint32_t i = 0; i < ws_htab_count(tids); i++)
		joined += (seen[i] & (seen[i] - 1)) != 0;
	if ((all & (all - 1)) != 0)
		ws_measured_put(m, WS_F_MACOS_JOINED, joined, 0, NAN);
	free(seen);
	ws_htab_free(tids);
}

static double
median(const struct ws_measured *m, ws_id artifact, ws_id name)
{
	return ws_series_median(
	    ws_counters_find(m->counters, name, artifact, 0));
}

static void
put_vm(const struct ws_measured *m)
{
	const struct ws_series *log =
	    ws_counters_find(m->counters, WS_N_VM_FAULTS, 0, 0);
	double rows;
	ws_id a;

	if (log == NULL)
		return;
	a = log->artifact;
	rows = (double)log->seen;
	ws_measured_put(
	    m, WS_F_VM_FAULTS, median(m, a, WS_N_VM_FAULTS), a, rows);
	ws_measured_put(m, WS_F_VM_SWAPPING,
	    median(m, a, WS_N_VM_SWAP_INS) + median(m, a, WS_N_VM_SWAP_OUTS), a,
	    rows);
	ws_measured_put(m, WS_F_VM_COMPRESSING,
	    median(m, a, WS_N_VM_COMPRESSIONS) +
		median(m, a, WS_N_VM_DECOMPRESSIONS),
	    a, rows);
	ws_measured_put(
	    m, WS_F_VM_PAGE_INS, median(m, a, WS_N_VM_PAGE_INS), a, rows);
}

void
ws_family_macos(const struct ws_measured *m)
{
	put_parts(m);
	put_loads(m);
	put_threads(m);
	put_joined(m);
	put_vm(m);
}
