#include <stdlib.h>

#include "cli/cli.h"

static void
explain_rule(const struct ws_rules *rules, const struct ws_facts *facts,
    const struct ws_rule *rule)
{
	struct ws_buf b = { 0 };

	ws_eval_explain(rules, facts, rule, &b);
	fwrite(b.p, 1, b.n, stdout);
	ws_buf_fini(&b);
}

static void
print_score(const struct ws_score *s)
{
	printf("%s  %s\n  points %.1f, at worst %.1f, at best %.1f: %s\n\n",
	    ws_class_defs[s->cls].key, ws_class_defs[s->cls].name, s->points,
	    s->lo, s->hi, ws_class_state_name(s->state));
}

static void
explain_class(
    struct ws_run *run, const struct ws_rules *rules, enum ws_class cls)
{
	const struct ws_rule *const *rule;
	size_t i, n = ws_rules_all(rules, &rule);

	print_score(&ws_run_diagnosis(run)->score[cls]);
	for (i = 0; i < n; i++)
		if (rule[i]->cls == cls && rule[i]->enabled)
			explain_rule(rules, ws_run_facts(run), rule[i]);
}

static int
unknown_id(const struct ws_rules *rules, const char *id)
{
	const struct ws_rule *const *rule;
	size_t i, n = ws_rules_all(rules, &rule);
	const char **names = ws_alloc_array(n + 1, sizeof(*names)), *near;

	for (i = 0; i < n; i++)
		names[i] = rule[i]->id;
	near = ws_did_you_mean(id, names, n);
	ws_cli_usage("explain: no class or rule is called '%s'%s%s%s", id,
	    near != NULL ? ", did you mean " : "", near != NULL ? near : "",
	    near != NULL ? "?" : "; see whyslow rules ls");
	free(names);
	return WS_EXIT_USAGE;
}

static int
explain_id(const struct ws_options *o, const struct ws_rules *rules, int argc,
    char **argv)
{
	enum ws_class cls = ws_class_by_key(ws_sv_of(argv[0]));
	const struct ws_rule *rule = ws_rules_find(rules, ws_sv_of(argv[0]));
	struct ws_run *run;
	int status;

	if (cls == WS_CLASSES && rule == NULL)
		return unknown_id(rules, argv[0]);
	run = ws_cli_run(o, rules, argc - 1, argv + 1, &status);
	if (run == NULL)
		return status;
	if (rule != NULL)
		explain_rule(rules, ws_run_facts(run), rule);
	else
		explain_class(run, rules, cls);
	status = ws_cli_status(run);
	ws_run_free(run);
	return status;
}

static int
explain(struct ws_options *o, int argc, char **argv)
{
	struct ws_rules *rules;
	int status;

	if (argc != 2) {
		ws_cli_usage("explain: wanted a class or rule and a bundle");
		return WS_EXIT_USAGE;
	}
	rules = ws_cli_rules(o);
	if (rules == NULL)
		return WS_EXIT_RULES;
	status = explain_id(o, rules, argc, argv);
	ws_rules_free(rules);
	return status;
}

static const struct ws_opt *const opts[] = { ws_opt_rules, ws_opt_common,
	ws_opt_choice, ws_opt_limits, NULL };

const struct ws_cmd ws_cmd_explain = { "explain", "ID BUNDLE",
	"show the arithmetic behind a rule, or all rules of a class", opts,
	explain };
