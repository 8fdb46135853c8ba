#include "metrics/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "metrics/family.h"
#include "metrics/totals.h"
#include "symbols/resolve.h"

struct ws_metrics {
	struct ws_measured m;
	struct ws_totals *totals;
	struct ws_sink *fan;
	bool named; /* ws_metrics_name() has run */
};

static void (*const families[])(const struct ws_measured *) = {
	ws_family_names,
	ws_family_env, /* first: others ask it for CPUs and the Go release */
	ws_family_gctrace,
	ws_family_schedtrace,
	ws_family_runtime,
	ws_family_capture,
	ws_family_memstats,
	ws_family_goroutines,
	ws_family_pprof_top,
	ws_family_host,
	ws_family_disk,
	ws_family_process,
	ws_family_pressure,
	ws_family_bench,
	ws_family_trace,
	ws_family_macos,
	ws_family_perf,
	ws_family_perf_stat,
	ws_family_trace_lives,
};

struct ws_metrics *
ws_metrics_new(struct ws_dict *d, const struct ws_queries *q)
{
	struct ws_metrics *m = ws_alloc(sizeof(*m));
	struct ws_sink *sink[6];

	m->m.dict = d;
	m->m.queries = q;
	m->m.profiles = ws_profiles_new(d);
	m->m.counters = ws_counters_new(d);
	m->m.traces = ws_traces_new(d, m->m.profiles);
	m->m.macos = ws_macos_new(d);
	sink[0] = ws_profiles_sink(m->m.profiles);
	sink[1] = ws_counters_sink(m->m.counters);
	sink[2] = ws_traces_sink(m->m.traces);
	m->totals = ws_totals_new(d);
	m->m.benches = ws_benches_new(d);
	sink[3] = ws_totals_sink(m->totals);
	sink[4] = ws_benches_sink(m->m.benches);
	sink[5] = ws_macos_sink(m->m.macos);
	m->fan = ws_sink_new_fan(d, sink, WS_LEN(sink));
	return m;
}

void
ws_metrics_free(struct ws_metrics *m)
{
	if (m == NULL)
		return;
	ws_resolver_free(m->m.names);
	ws_sink_free(m->fan);
	ws_profiles_free(m->m.profiles);
	ws_counters_free(m->m.counters);
	ws_totals_free(m->totals);
	ws_traces_free(m->m.traces);
	ws_macos_free(m->m.macos);
	ws_benches_free(m->m.benches);
	free(m);
}

struct ws_sink *
ws_metrics_sink(struct ws_metrics *m)
{
	return m->fan;
}

/* The series that a source stands for, whatever format they came in.  Facts of
 * the machine are made of a log with shares of CPU time alone: see host.c. */
static const struct part {
	ws_id first, last;
	enum ws_source_id source;
} parts[] = {
	{ WS_N_CPU_USER, WS_N_CPU_GUEST, WS_S_VMSTAT },
	{ WS_N_DISK_OPS, WS_N_DISK_UTIL, WS_S_IOSTAT },
	{ WS_N_PROCESS_CPU_USER, WS_N_PROCESS_THREADS, WS_S_PIDSTAT },
};

/* Formats that are a kind of evidence; by_part: when the series of its part are
 * in them, as they may hold something else. */
static const struct known {
	const char *format;
	enum ws_source_id source;
	bool by_marks, by_values, by_part;
} known[] = {
	{ "env", WS_S_ENV, true, true, false },
	{ "iostat", WS_S_IOSTAT, false, true, false },
	{ "mac-iostat", WS_S_IOSTAT, false, true, false },
	{ "mac-top", WS_S_MAC_TOP, false, true, false },
	{ "perf-stat", WS_S_PERF_STAT, false, true, false },
	{ "pidstat", WS_S_PIDSTAT, false, true, false },
	{ "vm-stat", WS_S_VM_STAT, false, true, false },
	{ "vmstat", WS_S_VMSTAT, false, true, true },
};

/* Formats of many parts: what they stand for, their series tell. */
static const char *const mixed[] = { "procfs", "sar", "top", WS_TOTALS_RATES };

/* What one log held, in numbers of series. */
struct held {
	const struct known *format; /* NULL: none of those */
	bool mixed;                 /* one of these */
	uint64_t plain;             /* without averages since boot */
	uint64_t running;           /* with them, and with intervals after */
	uint64_t boot;              /* with nothing else */
	uint64_t others;            /* of another part */
	uint64_t values;            /* of the longest of the first three */
};

static void
know_format(struct held *h, struct ws_sv format)
{
	size_t k;

	for (k = 0; k < WS_LEN(known); k++)
		if (ws_sv_is(format, known[k].format))
			h->format = &known[k];
	for (k = 0; k < WS_LEN(mixed); k++)
		h->mixed = h->mixed || ws_sv_is(format, mixed[k]);
}

/* The part that a series is of, or NULL. */
static const struct part *
part_of(const struct ws_series *s)
{
	size_t k;

	for (k = 0; k < WS_LEN(parts); k++)
		if (s->name >= parts[k].first && s->name <= parts[k].last)
			return &parts[k];
	return NULL;
}

static void
count_series(struct held *h, const struct ws_series *s)
{
	const struct part *part = part_of(s);

	if (h->format != NULL && h->format->by_part &&
	    (part == NULL || part->source != h->format->source)) {
		h->others++;
		return;
	}
	h->plain += s->boot == 0;
	h->running += s->boot > 0 && s->n > 0;
	h->boot += s->boot > 0 && s->n == 0;
	h->values = s->seen > h->values ? s->seen : h->values;
}

static struct held *
count_held(const struct ws_measured *m)
{
	const struct ws_counters *c = m->counters;
	size_t i, n = ws_counters_count(c), logs = ws_counters_logs(c);
	struct held *held = ws_alloc_array(logs + 1, sizeof(*held));

	for (i = 0; i < logs; i++)
		know_format(&held[i],
		    ws_dict_text(m->dict, ws_counters_log(c, i)->format));
	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(c, i);

		count_series(&held[s->log], s);
	}
	return held;
}

static void
tell_parts(const struct ws_measured *m, const struct held *held)
{
	size_t i, n = ws_counters_count(m->counters);

	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);
		const struct part *part = part_of(s);

		if (s->n > 0 && held[s->log].mixed && part != NULL)
			ws_facts_source(m->facts, part->source, WS_VALUE,
			    ws_dict_text(m->dict, s->artifact).p,
			    (double)s->seen);
	}
}

/* A log that has averages since boot and no interval after them says nothing
 * about the time in question, not even by its run queue. */
static bool
has_values(const struct held *h)
{
	return h->running > 0 || (h->boot == 0 && h->plain > 0);
}

/* Not empty, but nothing of its part. */
static bool
is_other(const struct held *h)
{
	return h->others > 0 && h->plain + h->running + h->boot == 0;
}

static void
tell_log(
    const struct ws_measured *m, const struct ws_log *log, const struct held *h)
{
	const char *artifact = ws_dict_text(m->dict, log->artifact).p;
	bool has;

	if (h->format == NULL) {
		if (ws_is_bench_format(ws_dict_text(m->dict, log->format)) &&
		    log->status <= WS_PARTIAL)
			ws_facts_source(m->facts, WS_S_BENCH, WS_EMPTY,
			    artifact, (double)h->values);
		return;
	}
	has = (h->format->by_values && has_values(h)) ||
	      (h->format->by_marks && log->marks > 0);
	/* Of sums, the rates that they make have a log of their own. */
	if (log->totals > 0 || is_other(h))
		return;
	if (has || log->status <= WS_PARTIAL)
		ws_facts_source(m->facts, h->format->source,
		    has ? WS_VALUE : WS_EMPTY, artifact, (double)h->values);
}

/*
 * Which kind of evidence the artifacts are, by their format.  Benchmarks have
 * results only when their own family says so, profiles tell it all in theirs.
 */
static void
tell_sources(const struct ws_measured *m)
{
	struct held *held = count_held(m);
	size_t i, n = ws_counters_logs(m->counters);

	for (i = 0; i < n; i++)
		tell_log(m, ws_counters_log(m->counters, i), &held[i]);
	tell_parts(m, held);
	free(held);
}

void
ws_metrics_name(struct ws_metrics *m)
{
	if (m->named)
		return;
	m->named = true;
	m->m.names = ws_names_find(m->m.dict, m->m.profiles);
}

enum ws_status
ws_metrics_finish(struct ws_metrics *m, struct ws_facts *f, struct ws_err *err)
{
	size_t i;

	ws_metrics_name(m);
	m->m.facts = f;
	ws_totals_resolve(m->totals, m->m.counters);
	tell_sources(&m->m);
	for (i = 0; i < WS_LEN(families); i++)
		families[i](&m->m);
	ws_facts_rule_out(f);
	return ws_family_queries(&m->m, err);
}

struct ws_profiles *
ws_metrics_profiles(const struct ws_metrics *m)
{
	return m->m.profiles;
}

const struct ws_benches *
ws_metrics_benches(const struct ws_metrics *m)
{
	return m->m.benches;
}

const struct ws_traces *
ws_metrics_traces(const struct ws_metrics *m)
{
	return m->m.traces;
}

void
ws_measured_put(const struct ws_measured *m, uint32_t def, double value,
    ws_id artifact, double samples)
{
	struct ws_fact fact = WS_FACT_OF(def, value);

	if (!isfinite(value))
		return;
	fact.artifact = ws_dict_text(m->dict, artifact).p;
	fact.samples = samples;
	ws_facts_put(m->facts, &fact);
}

double
ws_measured_get(const struct ws_measured *m, uint32_t def)
{
	const struct ws_fact *f = ws_facts_get(m->facts, def, NULL);

	return f != NULL && f->presence == WS_VALUE ? f->value : NAN;
}

double
ws_measured_cpus(const struct ws_measured *m)
{
	return fmin(ws_measured_get(m, WS_F_HOST_CPUS),
	    ws_measured_get(m, WS_F_GO_MAXPROCS));
}
