/* Running tests of rules. */
#include "rules/test.h"

#include <string.h>

#include "rules/parse.h"
#include "rules/suite.h"

/* One test being run. */
struct run {
	const struct ws_test_decl *test;
	const struct ws_test_hooks *hooks;
	struct ws_facts *facts;
	struct ws_eval *eval;
	const char *verdict;    /* NULL: nobody asked yet */
	struct ws_buf collects; /* told with the verdict */
	struct ws_buf detail;   /* what differed */
};

struct ws_facts *
ws_test_facts(const struct ws_rules *r, const struct ws_test_decl *t)
{
	const struct ws_catalogue *c = r->catalogue;
	struct ws_facts *facts = ws_facts_new(c);

	for (size_t i = 0; i < t->fact.n; i++) {
		const struct ws_fact *f = t->fact.v[i];

		ws_facts_put(facts, f);
		ws_facts_source(facts, ws_catalogue_get(c, f->def)->source,
		    WS_VALUE, NULL, 1);
	}
	for (size_t i = 0; i < t->source.n; i++) {
		const struct ws_told_source *s = t->source.v[i];

		ws_facts_source(facts, s->source, s->presence, NULL, 0);
	}
	ws_facts_rule_out(facts);
	return facts;
}

static void
differs(struct run *t, const char *what, const char *wanted, const char *found)
{
	ws_buf_printf(&t->detail, "%s%s: wanted %s, found %s",
	    t->detail.n > 0 ? "\n" : "", what, wanted, found);
}

static const struct ws_judgement *
judgement_of(const struct run *t, const struct ws_rule *rule)
{
	const struct ws_judgement *all;
	size_t n = ws_eval_all(t->eval, &all);

	for (size_t i = 0; i < n; i++)
		if (all[i].rule == rule)
			return &all[i];
	return NULL;
}

static void
expect_rule(struct run *t, const struct ws_expect *e)
{
	const struct ws_judgement *j = judgement_of(t, &e->rule->rule);
	struct ws_buf found = { 0 };

	if (j == NULL) {
		differs(t, e->rule->rule.id, "a judgement", "none");
		return;
	}
	e->rule->seen |= 1U << j->truth;
	ws_buf_puts(&found, ws_truth_name(j->truth));
	for (size_t i = 0; i < j->n_reason; i++)
		ws_buf_printf(
		    &found, "%s%s", i == 0 ? " (" : "; ", j->reason[i].text);
	if (j->n_reason > 0)
		ws_buf_putc(&found, ')');
	if (e->has_truth && j->truth != e->truth)
		differs(t, e->rule->rule.id, ws_truth_name(e->truth), found.p);
	if (e->weak && !j->weak)
		differs(t, e->rule->rule.id, "a weak one", found.p);
	ws_buf_fini(&found);
}

static void
ask_verdict(struct run *t)
{
	if (t->verdict != NULL || t->hooks->verdict == NULL)
		return;
	t->verdict = t->hooks->verdict(t->hooks->arg, t->facts, &t->collects);
	ws_buf_puts(&t->collects, "");
}

static void
expect_verdict(struct run *t, const struct ws_expect *e)
{
	ask_verdict(t);
	if (t->verdict == NULL)
		differs(t, "verdict", e->text, "none, nobody gives any here");
	else if (e->kind == WS_EXPECT_VERDICT &&
		 strcmp(t->verdict, e->text) != 0)
		differs(t, "verdict", e->text, t->verdict);
	else if (e->kind == WS_EXPECT_COLLECTS &&
		 strstr(t->collects.p, e->text) == NULL)
		differs(t, "collects", e->text,
		    t->collects.n > 0 ? t->collects.p : "nothing");
}

static void
tell_result(struct run *t, const struct ws_rules *r)
{
	const struct ws_test_decl *d = t->test;
	struct ws_buf name = { 0 };

	ws_buf_puts(&t->detail, "");
	ws_buf_printf(&name, "%s:%u: %s", r->texts.v[d->at.file]->base,
	    d->at.line, d->name);
	if (t->hooks->result != NULL)
		t->hooks->result(
		    t->hooks->arg, name.p, t->detail.n == 0, t->detail.p);
	ws_buf_fini(&name);
}

static bool
run_test(const struct ws_rules *r, const struct ws_test_decl *d,
    const struct ws_test_hooks *h)
{
	struct run t = { .test = d, .hooks = h };
	bool passed;

	t.facts = ws_test_facts(r, d);
	t.eval = ws_eval_new(r, t.facts, NULL, 1);
	for (size_t i = 0; i < d->expect.n; i++) {
		const struct ws_expect *e = d->expect.v[i];

		if (e->kind == WS_EXPECT_RULE)
			expect_rule(&t, e);
		else
			expect_verdict(&t, e);
	}
	tell_result(&t, r);
	passed = t.detail.n == 0;
	ws_eval_free(t.eval);
	ws_facts_free(t.facts);
	ws_buf_fini(&t.collects);
	ws_buf_fini(&t.detail);
	return passed;
}

enum ws_status
ws_suite_read(struct ws_rules *r, const char *path, const struct ws_complain *c,
    struct ws_suite *suite)
{
	struct ws_problems report;
	struct ws_buf b = { 0 };
	enum ws_status status;
	uint32_t file;

	ws_problems_init(&report, c, &r->texts);
	if (!r->checked) {
		ws_problems_plain(
		    &report, "%s: the rules have not passed a check", path);
		return WS_CORRUPT;
	}
	status = ws_rules_read(path, &b, &report);
	if (status == WS_OK) {
		file = ws_rules_add_text(r, path, ws_buf_sv(&b), true);
		if (!ws_parse(r, file, suite, c))
			status = WS_CORRUPT;
	}
	ws_buf_fini(&b);
	if (status == WS_OK && suite->test.n == 0) {
		ws_problems_plain(&report, "%s: no test in this file", path);
		return WS_CORRUPT;
	}
	return status;
}

void
ws_suite_run(const struct ws_rules *r, const struct ws_suite *suite,
    const struct ws_test_hooks *h, struct ws_test_totals *t)
{
	for (size_t i = 0; i < suite->test.n; i++) {
		if (run_test(r, suite->test.v[i], h))
			t->passed++;
		else
			t->failed++;
	}
}

enum ws_status
ws_rules_test(struct ws_rules *r, const char *path,
    const struct ws_test_hooks *h, const struct ws_complain *c,
    struct ws_test_totals *t)
{
	struct ws_suite suite = { .test = { 0 } };
	enum ws_status status = ws_suite_read(r, path, c, &suite);

	if (status != WS_OK)
		return status;
	ws_suite_run(r, &suite, h, t);
	t->uncovered = ws_rules_test_coverage(r, NULL);
	return WS_OK;
}

static void
put_uncovered(struct ws_buf *b, const struct ws_rule_decl *d)
{
	static const enum ws_truth order[] = { WS_TRUE, WS_FALSE, WS_UNKNOWN };

	const char *sep = " ";

	ws_buf_printf(b, "%s: never", d->rule.id);
	for (size_t i = 0; i < WS_LEN(order); i++) {
		if (d->seen & 1U << order[i])
			continue;
		ws_buf_printf(b, "%s%s", sep, ws_truth_name(order[i]));
		sep = ", ";
	}
	ws_buf_putc(b, '\n');
}

/* Whether a test named any rule of the file that this one stands in. */
static bool
is_file_tested(const struct ws_list *all, const struct ws_rule_decl *d)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct ws_rule_decl *other = all->v[i];

		if (other->seen != 0 &&
		    strcmp(other->rule.file, d->rule.file) == 0)
			return true;
	}
	return false;
}

unsigned
ws_rules_test_coverage(const struct ws_rules *r, struct ws_buf *b)
{
	const struct ws_list *all = &r->decl[WS_NAME_RULE];
	const unsigned whole =
	    1U << WS_FALSE | 1U << WS_UNKNOWN | 1U << WS_TRUE;
	unsigned n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct ws_rule_decl *d = all->v[i];

		if (!ws_rule_is_judged(&d->rule) || d->seen == whole ||
		    !is_file_tested(all, d))
			continue;
		n++;
		if (b != NULL)
			put_uncovered(b, d);
	}
	return n;
}
