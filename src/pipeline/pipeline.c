#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/nodes.h"

struct ws_run {
	const struct ws_rules *rules;
	struct ws_arena *arena;
	struct ws_dict *dict;
	struct ws_metrics *metrics;
	struct ws_bundle *bundle;
	struct ws_nodes *nodes;
	struct ws_facts *facts;
	struct ws_eval *eval; /* NULL until something asks for a diagnosis */
	const struct ws_diagnosis *diagnosis;
	struct ws_report report;
};

/* Which node the run is about; the count of nodes when the bundle is not
 * parted, or --host and --process found none (an error). */
static enum ws_status
choose(const struct ws_nodes *g, const struct ws_choice *want, size_t *node,
    struct ws_err *err)
{
	size_t n = ws_nodes_count(g);
	const char *word = want->host != NULL ? want->host : want->process;

	*node = ws_nodes_find(g, want->host, want->process);
	if (word == NULL || *node < n)
		return WS_OK;
	return ws_err_set(err, WS_IO, WS_OFF_NONE,
	    n == 0 ? "the bundle is of one process; nothing to choose for '%s'"
		   : "no host or process '%s' in the bundle; `whyslow ls` has "
		     "them",
	    word);
}

static struct ws_metrics *
metrics_for(const struct ws_run *run, const struct ws_choice *want)
{
	struct ws_metrics *m =
	    ws_metrics_new(run->dict, ws_rules_queries(run->rules));

	if (want->tracks)
		ws_profiles_keep_tracks(ws_metrics_profiles(m));
	return m;
}

/* Reads the bundle once more, for one of its nodes alone. */
static enum ws_status
read_node(struct ws_run *run, const char *path, const struct ws_limits *limits,
    const struct ws_choice *want, struct ws_err *err)
{
	struct ws_sink *pick;
	struct ws_bundle *again;

	ws_metrics_free(run->metrics);
	run->metrics = metrics_for(run, want);
	pick = ws_nodes_sink(run->nodes, (size_t)run->report.node,
	    ws_metrics_sink(run->metrics));
	again = ws_bundle_read(path, limits, pick, err);
	ws_bundle_free(again);
	ws_sink_free(pick);
	return again != NULL ? WS_OK : WS_IO;
}

static enum ws_status
read_bundle(struct ws_run *run, const char *path,
    const struct ws_limits *limits, const struct ws_choice *want,
    struct ws_err *err)
{
	size_t node;

	run->bundle =
	    ws_bundle_read(path, limits, ws_metrics_sink(run->metrics), err);
	if (run->bundle == NULL)
		return WS_IO;
	run->nodes = ws_nodes_new(run->bundle);
	if (choose(run->nodes, want, &node, err) != WS_OK)
		return WS_IO;
	run->report.node = (int)node;
	/* Standard input cannot be read again. */
	if (node < ws_nodes_count(run->nodes)) {
		if (strcmp(path, "-") == 0)
			return ws_err_set(err, WS_IO, WS_OFF_NONE,
			    "several processes on standard input; put the "
			    "bundle into a file");
		if (read_node(run, path, limits, want, err) != WS_OK)
			return WS_IO;
	}
	return WS_OK;
}

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
		from->events, from->lost, from->off, NULL, from->n_records,
		WS_NODE_ALL };
	record =
	    ws_arena_alloc(run->arena, (from->n_records + 1) * sizeof(*record));
	for (i = 0; i < from->n_records; i++)
		record[i] = (struct ws_report_record){ from->records[i].type,
			from->records[i].n };
	to->record = record;
}

static void
fill_nodes(struct ws_run *run)
{
	struct ws_report *r = &run->report;
	size_t i, n = ws_nodes_count(run->nodes);
	struct ws_report_node *node =
	    ws_arena_alloc(run->arena, (n + 1) * sizeof(*node));

	for (i = 0; i < n; i++) {
		const struct ws_node *g = ws_nodes_get(run->nodes, i);

		node[i] = (struct ws_report_node){ g->name, g->host, g->program,
			g->artifacts };
	}
	r->nodes = node;
	r->n_node = n;
}

/* A report tells the same of the same files, in whatever order an archive has
 * them.  Two members may have one name; then by what was found in them. */
static int
compare_artifacts(const void *a, const void *b)
{
	const struct ws_report_artifact *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	if (c == 0)
		c = (x->bytes > y->bytes) - (x->bytes < y->bytes);
	return c != 0 ? c : (x->events > y->events) - (x->events < y->events);
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
	fill_nodes(run);
	for (i = 0; i < r->n_artifact; i++) {
		copy_entry(run, &artifact[i], &entry[i]);
		if (r->n_node > 0)
			artifact[i].node = ws_nodes_of(run->nodes, i);
	}
	if (r->n_artifact > 0)
		qsort(artifact, r->n_artifact, sizeof(*artifact),
		    compare_artifacts);
	r->artifact = artifact;
	r->rules = run->rules;
	r->facts = run->facts;
}

struct ws_run *
ws_run_read(const char *path, const struct ws_rules *rules,
    const struct ws_limits *limits, const struct ws_choice *want,
    struct ws_err *err)
{
	struct ws_run *run = ws_alloc(sizeof(*run));

	run->rules = rules;
	run->arena = ws_arena_new();
	run->dict = ws_dict_new();
	run->metrics = metrics_for(run, want);
	run->facts = ws_facts_new(ws_rules_catalogue(rules));
	if (read_bundle(run, path, limits, want, err) != WS_OK) {
		ws_run_free(run);
		return NULL;
	}
	ws_metrics_name(run->metrics);
	fill_report(run, path);
	return run;
}

struct ws_run *
ws_run_new(const char *path, const struct ws_rules *rules,
    const struct ws_limits *limits, const struct ws_choice *want,
    struct ws_err *err)
{
	struct ws_run *run = ws_run_read(path, rules, limits, want, err);

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
	ws_nodes_free(run->nodes);
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
