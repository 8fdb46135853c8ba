/* Commands that print one stage of a run: ls and facts. */
#include "cli/cli.h"

static const struct ws_opt json_only[] = {
	{ 0, "json", WS_OPT_FLAG, WS_OPT_AT(json), NULL, "JSON instead" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

static const struct ws_opt strict_only[] = {
	{ 0, "strict", WS_OPT_FLAG, WS_OPT_AT(strict), NULL,
	    "any fault makes an artifact corrupt: exit 65" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

static const struct ws_opt *const ls_opts[] = { json_only, strict_only,
	ws_opt_rules, ws_opt_common, ws_opt_limits, NULL };
static const struct ws_opt *const opts[] = { json_only, ws_opt_rules,
	ws_opt_common, ws_opt_choice, ws_opt_limits, NULL };

/* How a stage is written. */
struct writer {
	void (*text)(FILE *, const struct ws_report *, const struct ws_style *);
	void (*json)(FILE *, const struct ws_report *);
};

static int
show(struct ws_options *o, int argc, char **argv, const struct writer *w)
{
	struct ws_rules *rules = ws_cli_rules(o);
	struct ws_style style = ws_cli_style(o);
	struct ws_run *run;
	int status;

	if (rules == NULL)
		return WS_EXIT_RULES;
	o->limits.strict = o->strict;
	run = ws_cli_run(o, rules, argc, argv, &status);
	if (run != NULL) {
		if (o->json)
			w->json(stdout, ws_run_report(run, false));
		else
			w->text(stdout, ws_run_report(run, false), &style);
		status = o->strict ? ws_cli_strict_status(ws_run_bundle(run))
				   : ws_cli_status(run);
	}
	ws_run_free(run);
	ws_rules_free(rules);
	return status;
}

static int
ls(struct ws_options *o, int argc, char **argv)
{
	static const struct writer w = { ws_report_ls, ws_report_ls_json };

	return show(o, argc, argv, &w);
}

static int
facts(struct ws_options *o, int argc, char **argv)
{
	static const struct writer w = { ws_report_facts,
		ws_report_facts_json };

	return show(o, argc, argv, &w);
}

const struct ws_cmd ws_cmd_ls = { "ls", "BUNDLE",
	"list the artifacts: what was read, and what was not and why", ls_opts,
	ls };
const struct ws_cmd ws_cmd_facts = { "facts", "BUNDLE",
	"print the numbers that the rules see, with their sources", opts,
	facts };
