#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "rules/test.h"
#include "symbols/classify.h"

static const struct ws_opt own[] = {
	{ 0, "werror", WS_OPT_FLAG, WS_OPT_AT(werror), NULL,
	    "check: warnings are errors too" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

static void
print_params(const struct ws_rules *r)
{
	const struct ws_param *const *p;
	size_t i, n = ws_rules_params(r, &p);

	for (i = 0; i < n; i++) {
		char value[32];

		ws_unit_format(value, p[i]->value, p[i]->unit);
		printf("param    %-28s %-10s %s\n", p[i]->name, value,
		    p[i]->help != NULL ? p[i]->help : "");
	}
}

static const char *
class_key(const struct ws_rule *rule)
{
	static const char *const kind[] = { "", "trap", "quality" };

	return rule->kind == WS_RULE_VOTE ? ws_class_defs[rule->cls].key
					  : kind[rule->kind];
}

static int
list(const struct ws_rules *r)
{
	const struct ws_rule *const *rule;
	const struct ws_advice *const *advice;
	size_t i, n = ws_rules_all(r, &rule);

	for (i = 0; i < n; i++)
		printf("%-8s %-28s %+d  %s\n", class_key(rule[i]), rule[i]->id,
		    rule[i]->weight, rule[i]->say);
	n = ws_rules_advice(r, &advice);
	for (i = 0; i < n; i++)
		printf("advice   %-28s %s   %s\n", advice[i]->id,
		    ws_class_defs[advice[i]->cls].key, advice[i]->title);
	print_params(r);
	return WS_EXIT_OK;
}

static int
show(const struct ws_rules *r, int argc, char **argv)
{
	struct ws_buf b = { 0 };
	int i, status = WS_EXIT_OK;

	if (argc == 0) {
		ws_cli_usage("rules show: wanted the name of a rule, param, "
			     "share, group or advice");
		return WS_EXIT_USAGE;
	}
	for (i = 0; i < argc; i++)
		if (!ws_rules_show(r, ws_sv_of(argv[i]), &b)) {
			ws_cli_warn("rules show: nothing is called '%s'; see "
				    "whyslow rules ls",
			    argv[i]);
			status = WS_EXIT_USAGE;
		}
	fwrite(b.p != NULL ? b.p : "", 1, b.n, stdout);
	ws_buf_fini(&b);
	return status;
}

static void
count_problem(void *arg, const char *text)
{
	++*(unsigned *)arg;
	fprintf(stderr, "%s\n", text);
}

/* The rules say nothing wrong; their patterns may. */
static bool
patterns_compile(const struct ws_rules *r)
{
	struct ws_err err = { WS_OK, WS_OFF_NONE, "" };
	struct ws_symset *s = ws_symset_new(ws_rules_queries(r), 0, &err);

	if (s == NULL)
		ws_cli_warn("%s", err.text);
	ws_symset_free(s);
	return s != NULL;
}

/* Checks files on top of the shipped rules, telling warnings too. */
static int
check(const struct ws_options *o, int argc, char **argv)
{
	struct ws_options with = *o;
	unsigned problems = 0;
	struct ws_complain c = { count_problem, count_problem, &problems };
	struct ws_rules *r;
	int i;

	for (i = 0; i < argc && with.rules.n < WS_LIST_MAX; i++)
		with.rules.item[with.rules.n++] = argv[i];
	r = ws_cli_rules_with(&with, &c);
	if (r == NULL || !patterns_compile(r) || (o->werror && problems > 0)) {
		ws_rules_free(r);
		return WS_EXIT_RULES;
	}
	ws_rules_free(r);
	printf("rules ok, %u warning%s\n", problems, problems == 1 ? "" : "s");
	return WS_EXIT_OK;
}

/* What `expect verdict` and `expect collects` compare with. */
struct tester {
	const struct ws_rules *rules;
	bool quiet;
};

static const char *
verdict(void *arg, const struct ws_facts *f, struct ws_buf *collects)
{
	const struct tester *t = arg;
	struct ws_arena *a = ws_arena_new();
	struct ws_eval *e = ws_eval_new(t->rules, f, NULL, 1);
	const struct ws_diagnosis *d = ws_diagnose(a, t->rules, f, e);
	const char *key = d->outcome == WS_OUT_DECIDED
			      ? ws_class_defs[d->cls].key
			      : ws_outcome_key(d);
	size_t i;

	for (i = 0; i < d->n_collect; i++) {
		ws_buf_puts(collects, d->collect[i].command);
		ws_buf_putc(collects, '\n');
	}
	ws_eval_free(e);
	ws_arena_free(a);
	return key;
}

static void
result(void *arg, const char *name, bool passed, const char *detail)
{
	const struct tester *t = arg;

	if (!passed)
		printf("FAIL %s\n%s", name, detail);
	else if (!t->quiet)
		printf("ok   %s\n", name);
}

static int
finish_tests(const struct ws_rules *r, const struct ws_test_totals *t)
{
	struct ws_buf b = { 0 };
	unsigned uncovered = ws_rules_test_coverage(r, &b);

	fwrite(b.p != NULL ? b.p : "", 1, b.n, stdout);
	ws_buf_fini(&b);
	printf("%u passed, %u failed; %u rule%s not seen true, false and "
	       "unknown\n",
	    t->passed, t->failed, uncovered, uncovered == 1 ? "" : "s");
	return t->failed > 0 || uncovered > 0 ? WS_EXIT_RULES : WS_EXIT_OK;
}

static int
test(struct ws_rules *r, int argc, char **argv)
{
	struct tester t = { r, false };
	struct ws_test_hooks hooks = { verdict, result, &t };
	struct ws_test_totals totals = { 0 };
	unsigned problems = 0;
	struct ws_complain c = { count_problem, count_problem, &problems };
	int i;

	if (argc == 0) {
		ws_cli_usage("rules test: wanted *.test files");
		return WS_EXIT_USAGE;
	}
	for (i = 0; i < argc; i++)
		if (ws_rules_test(r, argv[i], &hooks, &c, &totals) != WS_OK)
			return WS_EXIT_RULES;
	return finish_tests(r, &totals);
}

static int
rules(struct ws_options *o, int argc, char **argv)
{
	static const char *const words[] = { "ls", "show", "check", "test" };
	const char *word = argc > 0 ? argv[0] : "", *near;
	struct ws_rules *r;
	int status = WS_EXIT_USAGE;

	if (strcmp(word, "check") == 0)
		return check(o, argc - 1, argv + 1);
	near = ws_did_you_mean(word, words, WS_LEN(words));
	if (near == NULL || strcmp(near, word) != 0) {
		ws_cli_usage("rules: wanted ls, show, check or test, found "
			     "'%s'",
		    word);
		return status;
	}
	r = ws_cli_rules(o);
	if (r == NULL)
		return WS_EXIT_RULES;
	if (strcmp(word, "ls") == 0)
		status = list(r);
	else if (strcmp(word, "show") == 0)
		status = show(r, argc - 1, argv + 1);
	else
		status = test(r, argc - 1, argv + 1);
	ws_rules_free(r);
	return status;
}

static const struct ws_opt *const opts[] = { own, ws_opt_rules, ws_opt_common,
	NULL };

const struct ws_cmd ws_cmd_rules = { "rules", "ls|show|check|test [ARG ...]",
	"list, print, check or test the rules", opts, rules };
