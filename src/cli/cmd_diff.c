#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cli/cli.h"
#include "pipeline/diff.h"

/* A report of diagnose --json is below 1 MiB. */
enum { PLAN_MAX_BYTES = 16 << 20 };

static const struct ws_opt own[] = {
	{ 0, "format", WS_OPT_TEXT, WS_OPT_AT(format), "FORMAT",
	    "text (default), md or json" },
	{ 0, "json", WS_OPT_FLAG, WS_OPT_AT(json), NULL,
	    "one JSON document, schema whyslow.diff/1" },
	{ 'q', "quiet", WS_OPT_FLAG, WS_OPT_AT(quiet), NULL,
	    "one line: verdict, before, after" },
	{ 0, "plan", WS_OPT_TEXT, WS_OPT_AT(plan), "FILE",
	    "check the plan of a report by diagnose --json" },
	{ 0, "col", WS_OPT_TEXT, WS_OPT_AT(col), "KEY",
	    "compare benchmarks of one bundle by this key" },
	{ 0, "row", WS_OPT_TEXT, WS_OPT_AT(row), "KEY",
	    "make rows of this key instead of full names" },
	{ 0, "ignore", WS_OPT_LIST, WS_OPT_AT(ignored), "KEY",
	    "put results together that differ in this key (repeatable)" },
	{ 0, "filter", WS_OPT_LIST, WS_OPT_AT(filter), "KEY:VALUE",
	    "only benchmarks where this holds (repeatable)" },
	{ 0, "alpha", WS_OPT_TEXT, WS_OPT_AT(alpha), "P",
	    "what counts as beyond chance (0.05)" },
	{ 0, "least", WS_OPT_TEXT, WS_OPT_AT(least), "SHARE",
	    "relative change that counts at all (0.02)" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

/* What has to be freed at the end. */
struct job {
	struct ws_rules *rules;
	struct ws_run *run[2];
	struct ws_arena *arena;
	struct ws_buf plan;
};

static int
read_plan(const char *path, struct ws_buf *b)
{
	char part[8192];
	FILE *f = fopen(path, "rb");
	size_t n = 0;
	bool failed;

	if (f == NULL) {
		ws_cli_warn("%s: %s", path, strerror(errno));
		return WS_EXIT_NO_INPUT;
	}
	while (
	    b->n <= PLAN_MAX_BYTES && (n = fread(part, 1, sizeof(part), f)) > 0)
		ws_buf_put(b, part, n);
	failed = ferror(f) != 0;
	fclose(f);
	if (failed || b->n > PLAN_MAX_BYTES) {
		ws_cli_warn("%s: %s", path,
		    failed ? strerror(errno) : "more than 16 MiB is no plan");
		return failed ? WS_EXIT_IO : WS_EXIT_LIMIT;
	}
	ws_buf_puts(b, "");
	return WS_EXIT_OK;
}

static bool
read_share(const char *text, const char *option, double *out)
{
	if (text == NULL || ws_num_f64(ws_sv_of(text), 0, 1, out))
		return true;
	ws_cli_usage("--%s wants a number of 0 to 1, found '%s'", option, text);
	return false;
}

static bool
read_options(const struct ws_options *o, int argc, struct ws_diff_options *d)
{
	*d = ws_diff_defaults();
	d->projection = (struct ws_projection){ .col = o->col,
		.row = o->row,
		.ignore = o->ignored.item,
		.n_ignore = o->ignored.n,
		.filter = o->filter.item,
		.n_filter = o->filter.n };
	if (argc != 2 && (argc != 1 || o->col == NULL)) {
		ws_cli_usage("wanted two bundles, found %d; one will do with "
			     "--col",
		    argc);
		return false;
	}
	return ws_cli_check_format(o) &&
	       read_share(o->alpha, "alpha", &d->terms.alpha) &&
	       read_share(o->least, "least", &d->terms.least);
}

static void
print(const struct ws_options *o, const struct ws_diff *d)
{
	struct ws_style style = ws_cli_style(o);

	if (ws_cli_is_format(o, "json"))
		ws_report_diff_json(stdout, d);
	else if (o->quiet)
		ws_report_diff_line(stdout, d);
	else if (ws_cli_is_format(o, "md"))
		ws_report_diff_md(stdout, d, &style);
	else
		ws_report_diff(stdout, d, &style);
}

static int
compare(
    const struct ws_options *o, struct ws_diff_options *wanted, struct job *job)
{
	struct ws_err err = { WS_OK, WS_OFF_NONE, "" };
	const struct ws_diff *d;
	int status = WS_EXIT_OK;

	for (int i = 0; i < 2 && status == WS_EXIT_OK; i++)
		if (job->run[i] != NULL)
			status = ws_cli_status(job->run[i]);
	if (status != WS_EXIT_OK)
		return status;
	if (o->plan != NULL)
		wanted->plan = ws_buf_sv(&job->plan);
	d = ws_diff_make(job->arena, job->run[0], job->run[1], wanted, &err);
	if (d == NULL) {
		ws_cli_warn("%s: %s", o->plan, err.text);
		return WS_EXIT_DATA;
	}
	print(o, d);
	return d->change == WS_CHANGE_REGRESSED ? WS_EXIT_MATCHED : WS_EXIT_OK;
}

static int
run_job(const struct ws_options *o, struct ws_diff_options *wanted, int argc,
    char **argv, struct job *job)
{
	int status;

	if (o->plan != NULL) {
		status = read_plan(o->plan, &job->plan);
		if (status != WS_EXIT_OK)
			return status;
	}
	job->rules = ws_cli_rules(o);
	if (job->rules == NULL)
		return WS_EXIT_RULES;
	for (int i = 0; i < argc; i++) {
		job->run[i] = ws_cli_run(o, job->rules, 1, &argv[i], &status);
		if (job->run[i] == NULL)
			return status;
	}
	return compare(o, wanted, job);
}

static int
diff(struct ws_options *o, int argc, char **argv)
{
	struct ws_diff_options wanted;
	struct job job = { .arena = NULL };
	int status;

	if (!read_options(o, argc, &wanted))
		return WS_EXIT_USAGE;
	job.arena = ws_arena_new();
	status = run_job(o, &wanted, argc, argv, &job);
	ws_run_free(job.run[0]);
	ws_run_free(job.run[1]);
	ws_rules_free(job.rules);
	ws_arena_free(job.arena);
	ws_buf_fini(&job.plan);
	return status;
}

static const struct ws_opt *const opts[] = { own, ws_opt_rules, ws_opt_common,
	ws_opt_limits, NULL };

const struct ws_cmd ws_cmd_diff = { "diff", "BEFORE AFTER",
	"compare two bundles or benchmark files, and judge the change", opts,
	diff };
