#include <string.h>

#include "cli/cli.h"

static const struct ws_opt own[] = {
	{ 0, "format", WS_OPT_TEXT, WS_OPT_AT(format), "FORMAT",
	    "text (default), md (a note for a bug report) or json" },
	{ 0, "json", WS_OPT_FLAG, WS_OPT_AT(json), NULL,
	    "one JSON document, schema whyslow.report/1" },
	{ 'q', "quiet", WS_OPT_FLAG, WS_OPT_AT(quiet), NULL,
	    "one line: class, confidence, bundle" },
	{ 0, "fail-on", WS_OPT_TEXT, WS_OPT_AT(fail_on), "CLASS[:CONFIDENCE]",
	    "exit with 1 when that is the verdict" },
	{ 0, "strict", WS_OPT_FLAG, WS_OPT_AT(strict), NULL,
	    "exit with 2 when the verdict is open or insufficient" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

/* What --fail-on asks for. */
struct gate {
	struct ws_sv cls;
	enum ws_confidence least;
	bool ok;
};

static struct gate
read_gate(const char *text)
{
	struct ws_sv rest = ws_sv_of(text);
	struct gate g = { .cls = ws_sv_split(&rest, ':'), .least = WS_LOW };
	enum ws_confidence c;

	g.ok = rest.n == 0;
	for (c = WS_LOW; c <= WS_HIGH; c++)
		if (ws_sv_is(rest, ws_confidence_name(c))) {
			g.least = c;
			g.ok = true;
		}
	g.ok &= ws_class_by_key(g.cls) != WS_CLASSES;
	return g;
}

static bool
matches(const struct gate *g, const struct ws_diagnosis *d)
{
	return (d->outcome == WS_OUT_DECIDED || d->outcome == WS_OUT_OTHER) &&
	       d->cls == ws_class_by_key(g->cls) && d->confidence >= g->least;
}

static void
print(const struct ws_options *o, const struct ws_report *r)
{
	struct ws_style style = ws_cli_style(o);

	if (ws_cli_is_format(o, "json"))
		ws_report_json(stdout, r);
	else if (ws_cli_is_format(o, "md"))
		ws_report_md(stdout, r);
	else if (o->quiet)
		ws_report_line(stdout, r);
	else
		ws_report_text(stdout, r, &style);
}

static int
verdict_status(const struct ws_options *o, struct ws_run *run)
{
	const struct ws_diagnosis *d = ws_run_diagnosis(run);
	struct gate g;
	int status = ws_cli_status(run);

	if (status != WS_EXIT_OK)
		return status;
	if (o->fail_on != NULL) {
		g = read_gate(o->fail_on);
		if (matches(&g, d))
			return WS_EXIT_MATCHED;
	}
	if (o->strict && d->outcome >= WS_OUT_OPEN)
		return WS_EXIT_OPEN;
	return WS_EXIT_OK;
}

static int
diagnose(struct ws_options *o, int argc, char **argv)
{
	struct ws_rules *rules;
	struct ws_run *run;
	int status;

	if (o->fail_on != NULL && !read_gate(o->fail_on).ok) {
		ws_cli_usage("--fail-on wants CLASS or CLASS:CONFIDENCE, as "
			     "D or D:high, found '%s'",
		    o->fail_on);
		return WS_EXIT_USAGE;
	}
	if (!ws_cli_check_format(o))
		return WS_EXIT_USAGE;
	rules = ws_cli_rules(o);
	if (rules == NULL)
		return WS_EXIT_RULES;
	run = ws_cli_run(o, rules, argc, argv, &status);
	if (run != NULL) {
		print(o, ws_run_report(run, true));
		status = verdict_status(o, run);
	}
	ws_run_free(run);
	ws_rules_free(rules);
	return status;
}

static const struct ws_opt *const opts[] = { own, ws_opt_rules, ws_opt_common,
	ws_opt_choice, ws_opt_limits, NULL };

const struct ws_cmd ws_cmd_diagnose = { "diagnose", "BUNDLE",
	"name the bottleneck, with its evidence and a plan (the default)", opts,
	diagnose };
