/* Judging rules: truth, why unknown, and what was looked at. */
#include "rules/eval.h"

#include <stdlib.h>
#include <string.h>

#include "rules/value.h"

struct ws_eval {
	struct ws_arena *arena;
	struct ws_judgement *list;
	uint64_t *params; /* of each, see params_in() */
	size_t n;
};

/* One rule being judged. */
struct judging {
	struct ws_scene scene;
	struct ws_arena *arena;
	struct ws_list used;   /* of ws_used */
	struct ws_list reason; /* of ws_reason */
};

static void
add_used(struct judging *j, uint32_t def)
{
	struct ws_used *u;

	for (size_t i = 0; i < j->used.n; i++)
		if (((struct ws_used *)j->used.v[i])->def == def)
			return;
	u = ws_arena_alloc(j->arena, sizeof(*u));
	u->def = def;
	u->fact = ws_scene_fact(&j->scene, def);
	u->presence = ws_facts_presence(j->scene.f, def);
	ws_list_add(j->arena, &j->used, u);
}

static void
collect_used(struct judging *j, const struct ws_expr *x)
{
	if (x->op == WS_OP_FACT)
		add_used(j, x->index);
	if (x->a != NULL)
		collect_used(j, x->a);
	if (x->b != NULL)
		collect_used(j, x->b);
}

static void
add_reason(struct judging *j, struct ws_buf *text, enum ws_source_id source)
{
	struct ws_reason *r;
	bool known = false;

	for (size_t i = 0; i < j->reason.n && !known; i++) {
		r = j->reason.v[i];
		known = strcmp(r->text, text->p) == 0;
	}
	if (!known) {
		r = ws_arena_alloc(j->arena, sizeof(*r));
		r->text = ws_arena_dup(j->arena, ws_buf_sv(text));
		r->source = source;
		ws_list_add(j->arena, &j->reason, r);
	}
	ws_buf_fini(text);
}

static void
missing_fact(struct judging *j, uint32_t def)
{
	const struct ws_fact_def *d =
	    ws_catalogue_get(ws_facts_catalogue(j->scene.f), def);
	struct ws_buf b = { 0 };

	ws_buf_puts(&b, d->name);
	ws_buf_puts(&b, ": ");
	ws_presence_print(&b, d->source, ws_facts_presence(j->scene.f, def));
	add_reason(j, &b, d->source);
}

/* Nothing that is collected makes a zero divisor better. */
static void
bad_arithmetic(struct judging *j, const struct ws_expr *x)
{
	struct ws_buf b = { 0 };

	ws_expr_print(&b, x);
	ws_buf_puts(&b,
	    x->op == WS_OP_DIV ? ": division by zero" : ": no finite value");
	add_reason(j, &b, WS_S_COUNT_OF);
}

/* Walks down what is unknown to where that begins. */
static void
collect_reasons(struct judging *j, const struct ws_expr *x)
{
	size_t before = j->reason.n;
	bool unknown;

	if (x->op == WS_OP_FACT) {
		if (ws_scene_fact(&j->scene, x->index) == NULL)
			missing_fact(j, x->index);
		return;
	}
	unknown = x->unit == WS_U_BOOL
		      ? ws_truth_of(&j->scene, x).truth == WS_UNKNOWN
		      : !ws_value_of(&j->scene, x).known;
	if (!unknown)
		return;
	if (x->op == WS_OP_COUNT) {
		missing_fact(j, x->a->index);
		return;
	}
	if (x->a != NULL)
		collect_reasons(j, x->a);
	if (x->b != NULL)
		collect_reasons(j, x->b);
	if (j->reason.n == before && x->unit != WS_U_BOOL)
		bad_arithmetic(j, x);
}

/* The sources that would have to be there: all of an `or`, and of an `and`
 * those that are not. */
static void
collect_needs(struct judging *j, const struct ws_expr *x)
{
	enum ws_source_id source = (enum ws_source_id)x->index;
	struct ws_buf b = { 0 };

	if (ws_needs_met(&j->scene, x))
		return;
	if (x->op != WS_OP_SOURCE) {
		collect_needs(j, x->a);
		collect_needs(j, x->b);
		return;
	}
	ws_buf_puts(&b, x->text);
	ws_buf_puts(&b, ": ");
	ws_presence_print(
	    &b, source, ws_facts_source_presence(j->scene.f, source));
	add_reason(j, &b, source);
}

/* A rule's own words come first, with what was found missing behind them. */
static void
own_words(struct judging *j, const struct ws_rule *rule)
{
	struct ws_reason *own;
	const struct ws_reason *first;
	struct ws_list all = { 0 };

	if (rule->unknown == NULL)
		return;
	own = ws_arena_alloc(j->arena, sizeof(*own));
	own->text = rule->unknown;
	own->source = WS_S_COUNT_OF;
	if (j->reason.n > 0) {
		first = j->reason.v[0];
		own->source = first->source;
	}
	ws_list_add(j->arena, &all, own);
	for (size_t i = 0; i < j->reason.n; i++)
		ws_list_add(j->arena, &all, j->reason.v[i]);
	j->reason = all;
}

static void
fill_in(struct judging *j, struct ws_judgement *out)
{
	struct ws_buf b = { 0 };

	if (out->truth == WS_TRUE) {
		ws_say_print(&b, &j->scene, out->rule->say);
		out->text = ws_arena_dup(j->arena, ws_buf_sv(&b));
		ws_buf_fini(&b);
	}
	if (out->truth == WS_UNKNOWN)
		own_words(j, out->rule);
	out->reason =
	    ws_list_flat(j->arena, &j->reason, sizeof(struct ws_reason));
	out->n_reason = j->reason.n;
}

static bool
is_in_need(const struct ws_scene *s, const struct ws_rule *rule)
{
	return rule->needs != NULL && !ws_needs_met(s, rule->needs);
}

static struct ws_kleene
truth_of_rule(const struct ws_scene *s, const struct ws_rule *rule)
{
	return is_in_need(s, rule) ? (struct ws_kleene){ WS_UNKNOWN, false }
				   : ws_truth_of(s, rule->when);
}

static void
judge(struct judging *j, const struct ws_rule *rule, struct ws_judgement *out)
{
	struct ws_kleene k = truth_of_rule(&j->scene, rule);

	j->reason = (struct ws_list){ 0 };
	if (is_in_need(&j->scene, rule))
		collect_needs(j, rule->needs);
	else if (k.truth == WS_UNKNOWN)
		collect_reasons(j, rule->when);
	*out = (struct ws_judgement){
		.rule = rule, .truth = k.truth, .weak = k.weak
	};
	fill_in(j, out);
}

/* The facts that the rule looks at. */
static void
tell_used(struct judging *j, struct ws_judgement *out)
{
	j->used = (struct ws_list){ 0 };
	collect_used(j, out->rule->when);
	out->used = ws_list_flat(j->arena, &j->used, sizeof(struct ws_used));
	out->n_used = j->used.n;
}

static uint32_t
param_index(const struct ws_rules *r, const char *name)
{
	return name == NULL
		   ? WS_HTAB_NONE
		   : ws_htab_get(r->name[WS_NAME_PARAM], name, strlen(name));
}

static bool
has_param(const struct ws_expr *x, uint32_t param)
{
	if (x->op == WS_OP_PARAM && x->index == param)
		return true;
	return (x->a != NULL && has_param(x->a, param)) ||
	       (x->b != NULL && has_param(x->b, param));
}

/* A bit for each parameter, by its number's last six bits. */
static uint64_t
params_in(const struct ws_expr *x)
{
	uint64_t own =
	    x->op == WS_OP_PARAM ? UINT64_C(1) << (x->index & 63) : 0;

	return own | (x->a != NULL ? params_in(x->a) : 0) |
	       (x->b != NULL ? params_in(x->b) : 0);
}

struct ws_eval *
ws_eval_new(const struct ws_rules *r, const struct ws_facts *f,
    const char *scaled, double scale)
{
	struct ws_eval *e = ws_alloc(sizeof(*e));
	struct judging j = { .scene = { r, f, param_index(r, scaled), scale } };
	const struct ws_rule *const *all;
	/* Names of rules that were not checked lead nowhere. */
	size_t n = r->checked ? ws_rules_all(r, &all) : 0;

	e->arena = j.arena = ws_arena_new();
	e->list = ws_arena_alloc(e->arena, n * sizeof(*e->list));
	e->params = ws_arena_alloc(e->arena, n * sizeof(*e->params));
	for (size_t i = 0; i < n; i++) {
		if (!ws_rule_is_judged(all[i]))
			continue;
		judge(&j, all[i], &e->list[e->n]);
		tell_used(&j, &e->list[e->n]);
		e->params[e->n++] = params_in(all[i]->when);
	}
	return e;
}

static bool
is_same(const struct ws_judgement *a, const struct ws_judgement *b)
{
	if (a->truth != b->truth || a->weak != b->weak ||
	    a->n_reason != b->n_reason)
		return false;
	for (size_t i = 0; i < a->n_reason; i++)
		if (a->reason[i].source != b->reason[i].source)
			return false;
	return true;
}

/* Whether the judgement needs no words to be seen to be the same: reasons are
 * given of what is unknown only, and no parameter moves what a rule needs. */
static bool
stays(const struct ws_scene *s, const struct ws_judgement *was)
{
	struct ws_kleene k = truth_of_rule(s, was->rule);

	return k.truth == was->truth && k.weak == was->weak &&
	       (k.truth != WS_UNKNOWN || is_in_need(s, was->rule));
}

static struct ws_eval *
copy_eval(struct ws_arena *a, const struct ws_eval *from)
{
	struct ws_eval *e = ws_alloc(sizeof(*e));

	e->arena = a;
	e->n = from->n;
	e->params = from->params;
	e->list = ws_arena_alloc(a, e->n * sizeof(*e->list));
	memcpy(e->list, from->list, e->n * sizeof(*e->list));
	return e;
}

/* Judges those again that `looks` at what has changed; NULL when none differs. */
static struct ws_eval *
judge_again(struct judging *j, const struct ws_eval *before,
    bool (*looks)(const struct ws_eval *, size_t, const void *), const void *at)
{
	struct ws_eval *e = NULL;
	struct ws_judgement now;

	j->arena = ws_arena_new();
	for (size_t i = 0; i < before->n; i++) {
		const struct ws_judgement *was = &before->list[i];

		if (!looks(before, i, at))
			continue;
		judge(j, was->rule, &now);
		if (is_same(&now, was))
			continue;
		if (e == NULL)
			e = copy_eval(j->arena, before);
		tell_used(j, &now);
		e->list[i] = now;
	}
	if (e == NULL)
		ws_arena_free(j->arena);
	return e;
}

static bool
looks_at_param(const struct ws_eval *e, size_t i, const void *at)
{
	const struct ws_judgement *was = &e->list[i];
	const struct ws_scene *s = at;

	return (e->params[i] >> (s->scaled & 63) & 1) != 0 &&
	       has_param(was->rule->when, s->scaled) && !stays(s, was);
}

/* What is taken away, and the facts with it and without. */
struct loss {
	const char *artifact;
	struct ws_scene with, without;
};

/* Sources that a rule needs may hang on the artifact as well. */
static bool
looks_at_lost(const struct ws_eval *e, size_t i, const void *at)
{
	const struct ws_judgement *j = &e->list[i];
	const struct loss *lost = at;

	for (size_t k = 0; k < j->n_used; k++)
		if (j->used[k].fact != NULL &&
		    j->used[k].fact->artifact != NULL &&
		    strcmp(j->used[k].fact->artifact, lost->artifact) == 0)
			return true;
	return is_in_need(&lost->with, j->rule) !=
	       is_in_need(&lost->without, j->rule);
}

struct ws_eval *
ws_eval_again(const struct ws_eval *before, const struct ws_rules *r,
    const struct ws_facts *f, const char *scaled, double scale)
{
	struct judging j = { .scene = { r, f, param_index(r, scaled), scale } };

	return judge_again(&j, before, looks_at_param, &j.scene);
}

struct ws_eval *
ws_eval_without(const struct ws_eval *before, const struct ws_rules *r,
    const struct ws_facts *f, const struct ws_facts *view, const char *artifact)
{
	struct judging j = { .scene = { r, view, WS_HTAB_NONE, 1 } };
	struct loss lost = { artifact, { r, f, WS_HTAB_NONE, 1 }, j.scene };

	return judge_again(&j, before, looks_at_lost, &lost);
}

void
ws_eval_free(struct ws_eval *e)
{
	if (e == NULL)
		return;
	ws_arena_free(e->arena);
	free(e);
}

size_t
ws_eval_all(const struct ws_eval *e, const struct ws_judgement **out)
{
	*out = e->list;
	return e->n;
}

bool
ws_eval_number(const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_expr *x, struct ws_number *value)
{
	struct ws_scene s = { r, f, WS_HTAB_NONE, 1 };
	struct ws_value v = ws_value_of(&s, x);

	if (v.known)
		*value = (struct ws_number){ v.v, v.lo, v.hi };
	return v.known;
}

enum ws_truth
ws_eval_rule(const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_rule *rule, bool *weak)
{
	struct ws_scene s = { r, f, WS_HTAB_NONE, 1 };
	struct ws_kleene k = truth_of_rule(&s, rule);

	*weak = k.weak;
	return k.truth;
}

enum ws_truth
ws_eval_truth(
    const struct ws_rules *r, const struct ws_facts *f, const struct ws_expr *x)
{
	struct ws_scene s = { r, f, WS_HTAB_NONE, 1 };

	return ws_truth_of(&s, x).truth;
}

enum ws_unit
ws_expr_unit(const struct ws_expr *x)
{
	return x->unit;
}
