/*
 * Any word of a report down to where it comes from: a class to its rules, a
 * rule to its comparisons, an action to its arithmetic, a fact to its artifact
 * and its query, a parameter or group to its declaration.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "report/text.h"

/* One question. */
struct asked {
	const struct ws_rules *rules;
	struct ws_run *run;
	const char *id;
};

static void
print(struct ws_buf *b)
{
	if (b->n > 0)
		fwrite(b->p, 1, b->n, stdout);
	ws_buf_fini(b);
}

static void
explain_rule(const struct asked *a, const struct ws_rule *rule)
{
	struct ws_buf b = { 0 };

	ws_eval_explain(a->rules, ws_run_facts(a->run), rule, &b);
	print(&b);
}

static void
explain_class(const struct asked *a, enum ws_class cls)
{
	const struct ws_score *s = &ws_run_diagnosis(a->run)->score[cls];
	const struct ws_rule *const *rule;
	size_t i, n = ws_rules_all(a->rules, &rule);

	printf("%s  %s\n  points %.1f, at worst %.1f, at best %.1f: %s\n\n",
	    ws_class_defs[s->cls].key, ws_class_defs[s->cls].name, s->points,
	    s->lo, s->hi, ws_class_state_name(s->state));
	for (i = 0; i < n; i++)
		if (rule[i]->cls == cls && rule[i]->enabled)
			explain_rule(a, rule[i]);
}

/* The whole verdict: every class with its points. */
static void
explain_verdict(const struct asked *a)
{
	const struct ws_diagnosis *d = ws_run_diagnosis(a->run);

	printf("%s\n%s\n\n", d->sentence, d->basis);
	printf(
	    "%-3s %7s %7s %7s  %s\n", "", "points", "worst", "best", "state");
	for (enum ws_class c = 0; c < WS_CLASSES; c++)
		printf("%-3s %7.1f %7.1f %7.1f  %-10s %s\n",
		    ws_class_defs[c].is_class ? ws_class_defs[c].key : "-",
		    d->score[c].points, d->score[c].lo, d->score[c].hi,
		    ws_class_state_name(d->score[c].state),
		    ws_class_defs[c].name);
	putchar('\n');
	for (size_t i = 0; i < d->n_evidence; i++)
		explain_rule(a, d->evidence[i]->rule);
}

static void
put_fact(
    struct ws_buf *b, const struct ws_fact_def *def, const struct ws_fact *f)
{
	char text[32], lo[32], hi[32];

	ws_buf_printf(b, "  %s", f->subject != NULL ? f->subject : "value");
	if (f->presence != WS_VALUE) {
		ws_buf_printf(b, ": %s", ws_presence_name(f->presence));
	} else if (def->unit == WS_U_TEXT) {
		ws_buf_printf(b, ": %s", f->text);
	} else {
		ws_unit_format(text, f->value, def->unit);
		ws_buf_printf(b, ": %s", text);
	}
	if (f->presence == WS_VALUE && !isnan(f->lo)) {
		ws_unit_format(lo, f->lo, def->unit);
		ws_unit_format(hi, f->hi, def->unit);
		ws_buf_printf(b, " (95 %%: %s to %s)", lo, hi);
	}
	if (f->samples > 0)
		ws_buf_printf(b, ", of %.0f samples", f->samples);
	if (f->lost > 0)
		ws_buf_printf(b, ", %.0f lost", f->lost);
	if (f->artifact != NULL)
		ws_buf_printf(b, ", from %s", f->artifact);
	ws_buf_putc(b, '\n');
}

/* The rules that looked at it. */
static void
put_users(struct ws_buf *b, const struct asked *a, uint32_t def)
{
	const struct ws_judgement *all;
	size_t n = ws_run_judgements(a->run, &all);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < all[i].n_used; k++)
			if (all[i].used[k].def == def) {
				ws_buf_printf(b, "  used by %s: %s\n",
				    all[i].rule->id,
				    ws_truth_name(all[i].truth));
				break;
			}
}

static void
explain_fact(const struct asked *a, uint32_t id)
{
	const struct ws_facts *facts = ws_run_facts(a->run);
	const struct ws_fact_def *def =
	    ws_catalogue_get(ws_facts_catalogue(facts), id);
	const struct ws_fact *const *list;
	struct ws_buf b = { 0 }, safe = { 0 };
	size_t i, n = ws_facts_of(facts, id, &list);

	ws_buf_printf(&b, "fact %s: %s\n", def->name, def->help);
	for (i = 0; i < n; i++)
		put_fact(&b, def, list[i]);
	if (n == 0)
		ws_buf_printf(&b, "  no value: it comes from %s\n",
		    ws_source_defs[def->source].title);
	put_users(&b, a, id);
	for (i = 0; i < b.n; i++)
		if (b.p[i] == '\n')
			ws_buf_putc(&safe, '\n');
		else
			ws_buf_put_safe(&safe, (struct ws_sv){ &b.p[i], 1 });
	print(&safe);
	ws_buf_fini(&b);
}

static const struct ws_action *
find_action(const struct ws_diagnosis *d, const struct ws_advice *advice)
{
	for (size_t i = 0; i < d->n_action; i++)
		if (d->action[i].advice == advice)
			return &d->action[i];
	return NULL;
}

/* What it came to in this bundle, with the code. */
static void
put_action(struct ws_buf *b, const struct ws_action *x)
{
	ws_buf_puts(b, "  expected: ");
	ws_impact_show(b, x);
	ws_buf_putc(b, '\n');
	if (x->code != NULL)
		ws_buf_printf(b, "  code:\n%s\n", x->code);
}

/* The condition that it is given on. */
static void
put_condition(
    struct ws_buf *b, const struct asked *a, const struct ws_advice *advice)
{
	if (advice->when == NULL)
		return;
	ws_buf_puts(b, "  only where this is not false:\n");
	ws_eval_show(a->rules, ws_run_facts(a->run), advice->when, b);
}

static void
explain_advice(const struct asked *a, const struct ws_advice *advice)
{
	static const char *const kinds[] = { [WS_IMPACT_REMOVES] = "removes",
		[WS_IMPACT_FREES] = "removes, with what waits for it",
		[WS_IMPACT_SCALES] = "lets scale" };
	const struct ws_facts *facts = ws_run_facts(a->run);
	const struct ws_action *x =
	    find_action(ws_run_diagnosis(a->run), advice);
	struct ws_buf b = { 0 };

	ws_buf_printf(
	    &b, "advice %s  %s:%u\n", advice->id, advice->file, advice->line);
	if (x == NULL)
		ws_buf_puts(&b, "  not in the plan of this bundle\n");
	put_condition(&b, a, advice);
	if (advice->of != NULL) {
		ws_buf_printf(&b, "  %s, %g %% to %g %% of it:\n",
		    kinds[advice->impact], 100 * advice->lo, 100 * advice->hi);
		ws_eval_show(a->rules, facts, advice->of, &b);
	}
	if (advice->leaving != NULL) {
		ws_buf_puts(&b, "  leaving at least, of the used CPU time:\n");
		ws_eval_show(a->rules, facts, advice->leaving, &b);
	}
	for (size_t i = 0; i < advice->n_figure; i++) {
		ws_buf_printf(&b, "  %s:\n", advice->figure[i].label);
		ws_eval_show(a->rules, facts, advice->figure[i].of, &b);
	}
	if (x != NULL)
		put_action(&b, x);
	ws_buf_putc(&b, '\n');
	print(&b);
}

/* What the waiting of that name comes to in this bundle. */
static void
explain_waits(const struct asked *a)
{
	const struct ws_waits *const *w;
	size_t n = ws_rules_waits(a->rules, &w);
	struct ws_buf b = { 0 };

	for (size_t i = 0; i < n; i++)
		if (strcmp(w[i]->id, a->id) == 0)
			ws_eval_show(
			    a->rules, ws_run_facts(a->run), w[i]->of, &b);
	print(&b);
}

/* Everything of that name but classes; false when there is nothing. */
static bool
explain_name(const struct asked *a)
{
	struct ws_sv id = ws_sv_of(a->id);
	const struct ws_rule *rule = ws_rules_find(a->rules, id);
	const struct ws_advice *advice = ws_rules_find_advice(a->rules, id);
	uint32_t fact = ws_catalogue_find(ws_rules_catalogue(a->rules), id);
	struct ws_buf b = { 0 };

	if (rule != NULL) {
		explain_rule(a, rule);
		return true;
	}
	if (advice != NULL)
		explain_advice(a, advice);
	if (fact != UINT32_MAX)
		explain_fact(a, fact);
	explain_waits(a);
	if (ws_rules_show(a->rules, id, &b))
		print(&b);
	else if (fact == UINT32_MAX)
		return false;
	return true;
}

static bool
is_name(const struct ws_rules *rules, const char *id)
{
	struct ws_sv s = ws_sv_of(id);
	struct ws_buf b = { 0 };
	bool found =
	    strcmp(id, "verdict") == 0 || ws_class_by_key(s) != WS_CLASSES ||
	    ws_catalogue_find(ws_rules_catalogue(rules), s) != UINT32_MAX ||
	    ws_rules_show(rules, s, &b);

	ws_buf_fini(&b);
	return found;
}

static int
unknown_id(const struct ws_rules *rules, const char *id)
{
	const struct ws_catalogue *c = ws_rules_catalogue(rules);
	const struct ws_rule *const *rule;
	size_t i, n = ws_rules_all(rules, &rule), m = ws_catalogue_count(c);
	const char **names = ws_alloc_array(n + m + 1, sizeof(*names)), *near;

	for (i = 0; i < n; i++)
		names[i] = rule[i]->id;
	for (i = 0; i < m; i++)
		names[n + i] = ws_catalogue_get(c, (uint32_t)i)->name;
	near = ws_did_you_mean(id, names, n + m);
	ws_cli_usage("explain: no class, rule, fact or advice is called "
		     "'%s'%s%s%s",
	    id, near != NULL ? ", did you mean " : "", near != NULL ? near : "",
	    near != NULL ? "?" : "; see whyslow rules ls");
	free(names);
	return WS_EXIT_USAGE;
}

static int
explain_id(const struct ws_options *o, const struct ws_rules *rules, int argc,
    char **argv)
{
	struct asked a = { rules, NULL, argv[0] };
	enum ws_class cls = ws_class_by_key(ws_sv_of(argv[0]));
	int status;

	if (!is_name(rules, a.id))
		return unknown_id(rules, a.id);
	a.run = ws_cli_run(o, rules, argc - 1, argv + 1, &status);
	if (a.run == NULL)
		return status;
	if (cls != WS_CLASSES)
		explain_class(&a, cls);
	else if (!explain_name(&a))
		explain_verdict(&a);
	status = ws_cli_status(a.run);
	ws_run_free(a.run);
	return status;
}

static int
explain(struct ws_options *o, int argc, char **argv)
{
	struct ws_rules *rules;
	int status;

	if (argc != 2) {
		ws_cli_usage("explain: wanted 'verdict', a class, rule, fact "
			     "or advice, and a bundle");
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
	"show where a verdict, class, rule, fact or advice comes from", opts,
	explain };
