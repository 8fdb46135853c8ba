#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <string.h>

struct ws_run {
	const struct ws_rules *rules;
	struct ws_arena *arena;
	struct ws_dict *dict;
	struct ws_metrics *metrics;
	struct ws_bundle *bundle;
	struct ws_facts *facts;
	struct ws_eval *eval; /* NULL until something asks for a diagnosis */
	const struct ws_diagnosis *diagnosis;
	struct ws_report report;
};

/* The last part of the path, so that no report tells where it was made, but
 * for the command at its end, which has to work. */
static struct ws_sv
base_name(const char *path)
{
	struct ws_sv s = ws_sv_of(path);
	size_t i;

	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	for (i = s.n; i > 0 && s.p[i - 1] != '/'; i--)
		;
	return i < s.n ? ws_sv_from(s, i) : s;
}

static void
copy_entry(struct ws_run *run, struct ws_report_artifact *to,
    const struct ws_entry *from)
{
	struct ws_report_record *record;
	size_t i;

	*to = (struct ws_report_artifact){ from->name, from->format,
		from->version, from->detail, from->status, from->bytes,
		from->events, from->lost, from->off, NULL, from->n_records };
	record =
	    ws_arena_alloc(run->arena, (from->n_records + 1) * sizeof(*record));
	for (i = 0; i < from->n_records; i++)
		record[i] = (struct ws_report_record){ from->records[i].type,
			from->records[i].n };
	to->record = record;
}

static void
fill_report(struct ws_run *run, const char *path)
{
	struct ws_report *r = &run->report;
	struct ws_report_artifact *artifact;
	const struct ws_entry *entry;
	struct ws_err err = { .off = WS_OFF_NONE };
	size_t i;

	r->bundle = ws_arena_dup(run->arena, base_name(path));
	r->path = ws_arena_dup(run->arena, ws_sv_of(path));
	r->sha256 = ws_bundle_sha256(run->bundle);
	r->status = ws_bundle_status(run->bundle, &err);
	r->detail = r->status == WS_OK
			? ""
			: ws_arena_dup(run->arena, ws_sv_of(err.text));
	entry = ws_bundle_entries(run->bundle, &r->n_artifact);
	artifact =
	    ws_arena_alloc(run->arena, (r->n_artifact + 1) * sizeof(*artifact));
	for (i = 0; i < r->n_artifact; i++)
		copy_entry(run, &artifact[i], &entry[i]);
	r->artifact = artifact;
	r->rules = run->rules;
	r->facts = run->facts;
}

struct ws_run *
ws_run_read(const char *path, const struct ws_rules *rules,
    const struct ws_limits *limits, bool tracks, struct ws_err *err)
{
	struct ws_run *run = ws_alloc(sizeof(*run));

	run->rules = rules;
	run->arena = ws_arena_new();
	run->dict = ws_dict_new();
	run->metrics = ws_metrics_new(run->dict, ws_rules_queries(rules));
	run->facts = ws_facts_new(ws_rules_catalogue(rules));
	if (tracks)
		ws_profiles_keep_tracks(ws_metrics_profiles(run->metrics));
	run->bundle =
	    ws_bundle_read(path, limits, ws_metrics_sink(run->metrics), err);
	if (run->bundle == NULL) {
		ws_run_free(run);
		return NULL;
	}
	fill_report(run, path);
	return run;
}

struct ws_run *
ws_run_new(const char *path, const struct ws_rules *rules,
    const struct ws_limits *limits, struct ws_err *err)
{
	struct ws_run *run = ws_run_read(path, rules, limits, false, err);

	if (run != NULL &&
	    ws_metrics_finish(run->metrics, run->facts, err) != WS_OK) {
		ws_run_free(run);
		return NULL;
	}
	return run;
}

void
ws_run_free(struct ws_run *run)
{
	if (run == NULL)
		return;
	ws_eval_free(run->eval);
	ws_facts_free(run->facts);
	ws_metrics_free(run->metrics);
	ws_bundle_free(run->bundle);
	ws_dict_free(run->dict);
	ws_arena_free(run->arena);
	free(run);
}

struct ws_dict *
ws_run_dict(const struct ws_run *run)
{
	return run->dict;
}

const struct ws_bundle *
ws_run_bundle(const struct ws_run *run)
{
	return run->bundle;
}

const struct ws_facts *
ws_run_facts(const struct ws_run *run)
{
	return run->facts;
}

struct ws_profiles *
ws_run_profiles(const struct ws_run *run)
{
	return ws_metrics_profiles(run->metrics);
}

const struct ws_benches *
ws_run_benches(const struct ws_run *run)
{
	return ws_metrics_benches(run->metrics);
}

const struct ws_traces *
ws_run_traces(const struct ws_run *run)
{
	return ws_metrics_traces(run->metrics);
}

const struct ws_diagnosis *
ws_run_diagnosis(struct ws_run *run)
{
	if (run->diagnosis == NULL) {
		run->eval = ws_eval_new(run->rules, run->facts, NULL, 1);
		run->diagnosis =
		    ws_diagnose(run->arena, run->rules, run->facts, run->eval);
	}
	return run->diagnosis;
}

size_t
ws_run_judgements(struct ws_run *run, const struct ws_judgement **out)
{
	ws_run_diagnosis(run);
	return ws_eval_all(run->eval, out);
}

const struct ws_report *
ws_run_report(struct ws_run *run, bool diagnose)
{
	if (diagnose)
		run->report.diagnosis = ws_run_diagnosis(run);
	return &run->report;
}
