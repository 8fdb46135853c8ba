/*
 * Are the tests of the shipped rules worth anything?  Each comparison of each
 * rule is turned around, each condition made always true and always false, each
 * number halved and doubled, each threshold moved to the ends of its range: some
 * test must notice.  A test that is none is found here.
 */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "rules/suite.h"
#include "tap.h"

/* The shipped rules and their tests. */
struct shipped {
	struct ws_rules *rules;
	struct ws_suite suite;
	struct ws_facts **facts; /* of each test */
};

static void
complain(void *arg, const char *text)
{
	(void)arg;
	printf("# %s\n", text);
}

/* Whether the expression has that parameter in it. */
static bool
uses(const struct ws_expr *x, uint32_t param)
{
	return x != NULL && ((x->op == WS_OP_PARAM && x->index == param) ||
				uses(x->a, param) || uses(x->b, param));
}

static bool
is_met(const struct shipped *s, const struct ws_facts *f,
    const struct ws_expect *e)
{
	bool weak;
	enum ws_truth t = ws_eval_rule(s->rules, f, &e->rule->rule, &weak);

	return (!e->has_truth || t == e->truth) && (!e->weak || weak);
}

/* A test that speaks of the rule fails; of any rule, when that is NULL. */
static bool
notices(const struct shipped *s, const struct ws_rule_decl *rule)
{
	for (size_t i = 0; i < s->suite.test.n; i++) {
		const struct ws_test_decl *t = s->suite.test.v[i];

		for (size_t k = 0; k < t->expect.n; k++) {
			const struct ws_expect *e = t->expect.v[k];

			if (e->kind == WS_EXPECT_RULE &&
			    (rule == NULL || e->rule == rule) &&
			    !is_met(s, s->facts[i], e))
				return true;
		}
	}
	return false;
}

static enum ws_op
turned(enum ws_op op)
{
	switch (op) {
	case WS_OP_LT:
		return WS_OP_GE;
	case WS_OP_LE:
		return WS_OP_GT;
	case WS_OP_GT:
		return WS_OP_LE;
	case WS_OP_GE:
		return WS_OP_LT;
	case WS_OP_EQ:
		return WS_OP_NE;
	default:
		return WS_OP_EQ;
	}
}

/* Puts true or false in place of a condition. */
static void
replace(const struct shipped *s, const struct ws_rule_decl *rule,
    struct ws_expr *x, bool by)
{
	struct ws_buf b = { 0 };
	const struct ws_expr was = *x;

	ws_expr_print(&b, x);
	x->op = WS_OP_NUMBER;
	x->value = by;
	ok(notices(s, rule), "%s: %.*s always %s", rule->rule.id, (int)b.n, b.p,
	    by ? "true" : "false");
	*x = was;
	ws_buf_fini(&b);
}

/* Halves and doubles each number of a comparison, one at a time.  Less than
 * one of what comes whole is none, as is less than a half. */
static void
change_numbers(const struct shipped *s, const struct ws_rule_decl *rule,
    const char *comparison, struct ws_expr *x)
{
	static const double factor[] = { 0.5, 2 };
	const double was = x->value;

	if (x->a != NULL)
		change_numbers(s, rule, comparison, x->a);
	if (x->b != NULL)
		change_numbers(s, rule, comparison, x->b);
	if (x->op != WS_OP_NUMBER || was == 0)
		return;
	for (size_t i = strcmp(x->text, "1") == 0; i < WS_LEN(factor); i++) {
		x->value = was * factor[i];
		ok(notices(s, rule), "%s: %s, %s times %g", rule->rule.id,
		    comparison, x->text, factor[i]);
	}
	x->value = was;
}

/* Each change of a comparison. */
static void
change_comparison(
    const struct shipped *s, const struct ws_rule_decl *rule, struct ws_expr *x)
{
	struct ws_buf b = { 0 };
	enum ws_op op = x->op;

	ws_expr_print(&b, x);
	ws_buf_putc(&b, '\0');
	change_numbers(s, rule, b.p, x);
	x->op = turned(op);
	ok(notices(s, rule), "%s: %s turned around", rule->rule.id, b.p);
	x->op = op;
	ws_buf_fini(&b);
}

/* Changes each condition below x, one at a time. */
static void
change_conditions(
    const struct shipped *s, const struct ws_rule_decl *rule, struct ws_expr *x)
{
	if (x->op == WS_OP_AND || x->op == WS_OP_OR || x->op == WS_OP_NOT) {
		change_conditions(s, rule, x->a);
		if (x->b != NULL)
			change_conditions(s, rule, x->b);
		return;
	}
	if (ws_op_is_comparison(x->op))
		change_comparison(s, rule, x);
	replace(s, rule, x, false);
	replace(s, rule, x, true);
}

/* Moves a parameter to an end of its range, for those that judge by it. */
static void
move_param(const struct shipped *s, uint32_t param, bool up)
{
	struct ws_param_decl *d = s->rules->decl[WS_NAME_PARAM].v[param];
	const struct ws_list *rules = &s->rules->decl[WS_NAME_RULE];
	double was = d->param.value, to = up ? d->param.hi : d->param.lo;
	bool judges = false, seen = false;

	d->param.value = to;
	for (size_t i = 0; i < rules->n && !seen; i++) {
		const struct ws_rule_decl *rule = rules->v[i];

		if (!ws_rule_is_judged(&rule->rule) ||
		    !uses(rule->rule.when, param))
			continue;
		judges = true;
		seen = notices(s, rule);
	}
	d->param.value = was;
	if (judges && to != was)
		ok(seen, "$%s at the %s end of its range", d->param.name,
		    up ? "upper" : "lower");
}

static void
read_suite(struct shipped *s, const char *srcdir)
{
	const struct ws_complain c = { .error = complain };
	struct ws_buf pattern = { 0 };
	glob_t found;

	ws_buf_printf(&pattern, "%s/rules/*.test", srcdir);
	ws_buf_putc(&pattern, '\0');
	if (glob(pattern.p, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			ok(ws_suite_read(s->rules, found.gl_pathv[i], &c,
			       &s->suite) == WS_OK,
			    "%s", strrchr(found.gl_pathv[i], '/') + 1);
		globfree(&found);
	}
	ws_buf_fini(&pattern);
	s->facts = ws_alloc_array(s->suite.test.n, sizeof(*s->facts));
	for (size_t i = 0; i < s->suite.test.n; i++)
		s->facts[i] = ws_test_facts(s->rules, s->suite.test.v[i]);
}

static void
read_shipped(struct shipped *s, const char *srcdir)
{
	const struct ws_complain c = { .error = complain };
	struct ws_buf dir = { 0 };

	s->rules = ws_rules_new();
	ws_buf_printf(&dir, "%s/rules", srcdir);
	ws_buf_putc(&dir, '\0');
	ok(ws_rules_load_dir(s->rules, dir.p, &c) == WS_OK &&
		ws_rules_check(s->rules, &c) == WS_OK,
	    "the rules load");
	ws_buf_fini(&dir);
	read_suite(s, srcdir);
}

int
main(void)
{
	const char *srcdir = getenv("srcdir");
	struct shipped s = { .suite = { .test = { 0 } } };
	const struct ws_list *rules, *params;

	read_shipped(&s, srcdir != NULL ? srcdir : ".");
	rules = &s.rules->decl[WS_NAME_RULE];
	params = &s.rules->decl[WS_NAME_PARAM];
	ok(s.suite.test.n > 100 && !notices(&s, NULL),
	    "unchanged, the rules are what the tests expect");
	for (size_t i = 0; i < rules->n; i++) {
		const struct ws_rule_decl *d = rules->v[i];

		if (ws_rule_is_judged(&d->rule))
			change_conditions(
			    &s, d, (struct ws_expr *)(uintptr_t)d->rule.when);
	}
	for (uint32_t i = 0; i < params->n; i++) {
		move_param(&s, i, false);
		move_param(&s, i, true);
	}
	for (size_t i = 0; i < s.suite.test.n; i++)
		ws_facts_free(s.facts[i]);
	free(s.facts);
	ws_rules_free(s.rules);
	return tap_done();
}
