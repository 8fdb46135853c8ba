/* What can only be known once all files are loaded: names, units, omissions. */
#include "rules/check.h"

#include <stdlib.h>
#include <string.h>

const struct ws_fact_def *
ws_check_fact(struct ws_check *k, const char *name, struct ws_pos at)
{
	uint32_t id = ws_catalogue_find(k->r->catalogue, ws_sv_of(name));
	struct ws_near near;

	if (id != UINT32_MAX)
		return ws_catalogue_get(k->r->catalogue, id);
	ws_problems_error(&k->report, at, "no fact '%s'%s", name,
	    ws_fact_near(k->r->catalogue, name, &near));
	return NULL;
}

void
ws_check_subjects(struct ws_check *k, const char *name, struct ws_pos at)
{
	const struct ws_fact_def *def;

	if (name == NULL)
		return;
	def = ws_check_fact(k, name, at);
	if (def != NULL && def->subject == NULL)
		ws_problems_error(
		    &k->report, at, "%s has no subjects to aim at", name);
}

/* One {placeholder} of `say`: fact, fact:subject or $param. */
static void
check_placeholder(struct ws_check *k, struct ws_sv inner, struct ws_pos at)
{
	const struct ws_fact_def *def;
	struct ws_param_decl *param;
	struct ws_near near;
	struct ws_sv name;
	const char *text;

	if (ws_sv_starts(inner, "$")) {
		text = ws_arena_dup(k->r->arena, ws_sv_from(inner, 1));
		param = ws_decl_find(k->r, WS_NAME_PARAM, ws_sv_of(text));
		if (param != NULL)
			param->used = true;
		else
			ws_problems_error(&k->report, at, "no parameter '%s'%s",
			    text,
			    ws_decl_near(k->r, WS_NAME_PARAM, text, &near));
		return;
	}
	name = ws_sv_split(&inner, ':');
	text = ws_arena_dup(k->r->arena, name);
	def = ws_check_fact(k, text, at);
	if (inner.n > 0 && !ws_sv_is(inner, "subject"))
		ws_problems_error(&k->report, at,
		    "wanted {%s} or {%s:subject} in this text", text, text);
	else if (def != NULL && inner.n > 0 && def->subject == NULL)
		ws_problems_error(&k->report, at, "%s has no subject", text);
}

/* "[[" is a bracket; what is between two cannot have them again. */
static void
check_brackets(struct ws_check *k, const char *say, struct ws_pos at)
{
	while ((say = strchr(say, '[')) != NULL) {
		if (say[1] == '[') {
			say += 2;
			continue;
		}
		say += 1 + strcspn(say + 1, "[]");
		if (*say != ']') {
			ws_problems_error(
			    &k->report, at, "'[' without ']' in this text");
			return;
		}
	}
}

/* "{{" is a brace. */
static void
check_say(struct ws_check *k, const char *say, struct ws_pos at)
{
	const char *end;

	while ((say = strchr(say, '{')) != NULL) {
		if (say[1] == '{') {
			say += 2;
			continue;
		}
		end = strchr(say, '}');
		if (end == NULL) {
			ws_problems_error(
			    &k->report, at, "'{' without '}' in this text");
			return;
		}
		say++;
		check_placeholder(
		    k, (struct ws_sv){ say, (size_t)(end - say) }, at);
		say = end + 1;
	}
}

/* ${FACT|DEFAULT} and ${FACT:func|DEFAULT} of an advice's code; `at` is a fact,
 * too: what the advice is aimed at. */
static void
check_code(struct ws_check *k, const char *code, struct ws_pos at)
{
	struct ws_sv inner, name;
	const char *end;

	while (code != NULL && (code = strstr(code, "${")) != NULL) {
		code += 2;
		end = strchr(code, '}');
		if (end == NULL) {
			ws_problems_error(
			    &k->report, at, "'${' without '}' in this code");
			return;
		}
		inner = (struct ws_sv){ code, (size_t)(end - code) };
		inner = ws_sv_split(&inner, '|');
		name = ws_sv_split(&inner, ':');
		if (!ws_sv_is(name, "at"))
			ws_check_subjects(
			    k, ws_arena_dup(k->r->arena, name), at);
		if (inner.n > 0 && !ws_sv_is(inner, "func"))
			ws_problems_error(&k->report, at,
			    "wanted ${FACT|DEFAULT} or ${FACT:func|DEFAULT} "
			    "in this code");
		code = end;
	}
}

static void
want_fields(struct ws_check *k, const struct ws_rule_decl *d)
{
	static const struct {
		enum ws_rule_field field;
		const char *key;
		bool of_votes;
	} wanted[] = { { WS_RF_WHEN, "when", false },
		{ WS_RF_SAY, "say", false }, { WS_RF_CLASS, "class", true },
		{ WS_RF_WEIGHT, "weight", true },
		{ WS_RF_GROUP, "group", true } };

	for (size_t i = 0; i < WS_LEN(wanted); i++) {
		if (d->set & 1U << wanted[i].field ||
		    (wanted[i].of_votes && d->rule.kind != WS_RULE_VOTE))
			continue;
		ws_problems_error(&k->report, d->at, "%s has no '%s'",
		    d->rule.id, wanted[i].key);
	}
	if (!(d->set & 1U << WS_RF_WHY))
		ws_problems_warning(
		    &k->report, d->at, "%s does not say why", d->rule.id);
}

void
ws_check_truth(struct ws_check *k, const struct ws_expr *x)
{
	/* The declaration owns it; only readers get it as const. */
	struct ws_expr *own = (struct ws_expr *)(uintptr_t)x;

	if (own == NULL || !ws_expr_check(k->r, own, &k->report))
		return;
	if (own->unit != WS_U_BOOL)
		ws_problems_error(&k->report, own->pos,
		    "wanted a comparison or another truth, found a value of "
		    "unit %s",
		    ws_unit_name(own->unit));
}

static void
check_advise(struct ws_check *k, const struct ws_rule_decl *d)
{
	struct ws_advice_decl *advice;
	const struct ws_ref *ref;
	struct ws_near near;

	for (size_t i = 0; i < d->advise.n; i++) {
		ref = d->advise.v[i];
		advice =
		    ws_decl_find(k->r, WS_NAME_ADVICE, ws_sv_of(ref->name));
		if (advice != NULL)
			advice->used = true;
		else
			ws_problems_error(&k->report, ref->pos,
			    "no advice '%s'%s", ref->name,
			    ws_decl_near(
				k->r, WS_NAME_ADVICE, ref->name, &near));
	}
}

static void
check_rule(struct ws_check *k, struct ws_rule_decl *d)
{
	const struct ws_rule *r = &d->rule;
	const struct ws_fact_def *def;
	struct ws_near near;

	want_fields(k, d);
	ws_check_truth(k, d->rule.when);
	check_advise(k, d);
	if (r->say != NULL)
		check_say(k, r->say, d->field[WS_RF_SAY]);
	if (r->say != NULL)
		check_brackets(k, r->say, d->field[WS_RF_SAY]);
	ws_check_subjects(k, r->targets, d->field[WS_RF_TARGETS]);
	if (r->share != NULL) {
		def = ws_check_fact(k, r->share, d->field[WS_RF_SHARE]);
		if (def != NULL && def->unit != WS_U_RATIO)
			ws_problems_error(&k->report, d->field[WS_RF_SHARE],
			    "%s is of unit %s, wanted a ratio", r->share,
			    ws_unit_name(def->unit));
	}
	if (r->deprecated != NULL &&
	    ws_rules_find(k->r, ws_sv_of(r->deprecated)) == NULL)
		ws_problems_error(&k->report, d->field[WS_RF_DEPRECATED],
		    "no rule '%s'%s", r->deprecated,
		    ws_decl_near(k->r, WS_NAME_RULE, r->deprecated, &near));
	if (!ws_rule_is_judged(r) &&
	    (d->overridden & ~(1U << WS_RF_ENABLED | 1U << WS_RF_DEPRECATED)))
		ws_problems_warning(&k->report, d->at,
		    "%s is overridden, but never judged", r->id);
}

void
ws_check_rules(struct ws_check *k)
{
	const struct ws_list *all = &k->r->decl[WS_NAME_RULE];

	for (size_t i = 0; i < all->n; i++)
		check_rule(k, all->v[i]);
}

static void
check_success(struct ws_check *k, struct ws_success_decl *s)
{
	const struct ws_fact_def *def =
	    ws_check_fact(k, s->success.fact, s->fact_at);

	if (def == NULL)
		return;
	if (!ws_literal_read(
		s->text, def->unit, &s->success.value, &s->success.unit)) {
		ws_problems_error(&k->report, s->value_at,
		    "%s is of unit %s, '%s' is not", s->success.fact,
		    ws_unit_name(def->unit), s->text);
		return;
	}
	if (s->negative)
		s->success.value = -s->success.value;
}

static void
check_leaving(struct ws_check *k, const struct ws_advice *a)
{
	struct ws_expr *x = (struct ws_expr *)(uintptr_t)a->leaving;

	if (x != NULL && ws_expr_check(k->r, x, &k->report) &&
	    x->unit != WS_U_RATIO)
		ws_problems_error(&k->report, x->pos,
		    "what is left is a ratio, found %s", ws_unit_name(x->unit));
}

static void
check_impact(struct ws_check *k, const struct ws_advice_decl *d)
{
	struct ws_expr *of = (struct ws_expr *)(uintptr_t)d->advice.of;
	bool scales = d->advice.impact == WS_IMPACT_SCALES;

	check_leaving(k, &d->advice);
	if (of == NULL || !ws_expr_check(k->r, of, &k->report))
		return;
	if (of->unit != WS_U_RATIO &&
	    !(scales && ws_unit_fits(of->unit, WS_U_COUNT)))
		ws_problems_error(&k->report, of->pos,
		    "an impact is of %s, found %s",
		    scales ? "a ratio or a count" : "a ratio",
		    ws_unit_name(of->unit));
}

static void
check_figures(struct ws_check *k, struct ws_advice_decl *d)
{
	for (size_t i = 0; i < d->figure.n; i++) {
		const struct ws_figure *f = d->figure.v[i];

		ws_expr_check(
		    k->r, (struct ws_expr *)(uintptr_t)f->of, &k->report);
	}
	d->advice.figure =
	    ws_list_flat(k->r->arena, &d->figure, sizeof(struct ws_figure));
	d->advice.n_figure = d->figure.n;
}

static void
check_targets(struct ws_check *k, struct ws_advice_decl *d)
{
	const char **name =
	    ws_arena_alloc(k->r->arena, (d->targets.n + 1) * sizeof(*name));

	for (size_t i = 0; i < d->targets.n; i++) {
		const struct ws_ref *ref = d->targets.v[i];

		ws_check_subjects(k, ref->name, ref->pos);
		name[i] = ref->name;
	}
	d->advice.targets = name;
	d->advice.n_targets = d->targets.n;
}

static void
check_one_advice(struct ws_check *k, struct ws_advice_decl *d)
{
	static const struct {
		enum ws_advice_field field;
		const char *key;
	} wanted[] = { { WS_AF_FOR, "for" }, { WS_AF_TITLE, "title" },
		{ WS_AF_EFFORT, "effort" }, { WS_AF_IMPACT, "impact" },
		{ WS_AF_STEP, "step" } };

	for (size_t i = 0; i < WS_LEN(wanted); i++)
		if (!(d->set & 1U << wanted[i].field))
			ws_problems_error(&k->report, d->at,
			    "advice %s has no '%s'", d->advice.id,
			    wanted[i].key);
	if (d->success.n == 0)
		ws_problems_warning(&k->report, d->at,
		    "advice %s does not say how to see its success",
		    d->advice.id);
	ws_check_truth(k, d->advice.when);
	check_impact(k, d);
	check_figures(k, d);
	check_targets(k, d);
	check_code(k, d->advice.code, d->field[WS_AF_CODE]);
	for (size_t i = 0; i < d->success.n; i++)
		check_success(k, d->success.v[i]);
	d->advice.success =
	    ws_list_flat(k->r->arena, &d->success, sizeof(struct ws_success));
	d->advice.n_success = d->success.n;
}

void
ws_check_advice(struct ws_check *k)
{
	const struct ws_list *all = &k->r->decl[WS_NAME_ADVICE];

	for (size_t i = 0; i < all->n; i++)
		check_one_advice(k, all->v[i]);
}

void
ws_check_unused(struct ws_check *k)
{
	const struct ws_list *decl = k->r->decl;

	for (size_t i = 0; i < decl[WS_NAME_PARAM].n; i++) {
		const struct ws_param_decl *d = decl[WS_NAME_PARAM].v[i];

		if (!d->used)
			ws_problems_warning(&k->report, d->at,
			    "parameter %s is not used", d->param.name);
	}
	for (size_t i = 0; i < decl[WS_NAME_GROUP].n; i++) {
		const struct ws_group_decl *d = decl[WS_NAME_GROUP].v[i];

		/* Symbol files are a library: nobody uses all of it. */
		if (!d->used && !ws_sv_ends(ws_sv_of(d->group.file), ".sym"))
			ws_problems_warning(&k->report, d->at,
			    "group %s is not used", d->group.name);
	}
	for (size_t i = 0; i < decl[WS_NAME_ADVICE].n; i++) {
		const struct ws_advice_decl *d = decl[WS_NAME_ADVICE].v[i];

		if (!d->used)
			ws_problems_warning(&k->report, d->at,
			    "no rule advises %s", d->advice.id);
	}
}

/* "core.rules (core 1.0)" */
static void
list_files(struct ws_rules *r)
{
	struct ws_buf b = { 0 };

	r->files = (struct ws_list){ 0 };
	for (size_t i = 0; i < r->texts.n; i++) {
		const struct ws_text *t = r->texts.v[i];

		if (t->is_test)
			continue;
		b.n = 0;
		ws_buf_puts(&b, t->base);
		if (t->pack != NULL && t->version != NULL)
			ws_buf_printf(&b, " (%s %s)", t->pack, t->version);
		ws_list_add(
		    r->arena, &r->files, ws_arena_dup(r->arena, ws_buf_sv(&b)));
	}
	ws_buf_fini(&b);
}

/* A second check starts from the declarations again. */
static void
reset(struct ws_rules *r)
{
	struct ws_list *decl = r->decl;

	ws_catalogue_free(r->catalogue);
	r->catalogue = ws_catalogue_new();
	r->queries = (struct ws_queries){ 0 };
	for (size_t i = 0; i < decl[WS_NAME_PARAM].n; i++)
		((struct ws_param_decl *)decl[WS_NAME_PARAM].v[i])->used =
		    false;
	for (size_t i = 0; i < decl[WS_NAME_GROUP].n; i++)
		((struct ws_group_decl *)decl[WS_NAME_GROUP].v[i])->used =
		    false;
	for (size_t i = 0; i < decl[WS_NAME_ADVICE].n; i++)
		((struct ws_advice_decl *)decl[WS_NAME_ADVICE].v[i])->used =
		    false;
}

enum ws_status
ws_rules_check(struct ws_rules *r, const struct ws_complain *c)
{
	struct ws_check k = { .r = r };

	/* What a broken file lacks would only be told as unknown names. */
	if (r->broken)
		return WS_CORRUPT;
	ws_problems_init(&k.report, c, &r->texts);
	reset(r);
	ws_check_queries(&k);
	ws_check_rules(&k);
	ws_check_advice(&k);
	ws_check_designs(&k);
	ws_check_waits(&k);
	if (k.report.errors == 0)
		ws_check_unused(&k);
	list_files(r);
	r->checked = k.report.errors == 0;
	return r->checked ? WS_OK : WS_CORRUPT;
}
