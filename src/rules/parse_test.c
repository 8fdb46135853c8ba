/* Tests.  Names are resolved at once: the rules were checked before. */
#include <math.h>

#include "rules/parse.h"
#include "rules/suite.h"

/* FACT or FACT[subject] */
static bool
parse_fact(struct ws_parser *p, struct ws_fact *f)
{
	const struct ws_catalogue *c = p->r->catalogue;
	struct ws_near near;
	struct ws_ref ref;
	const struct ws_fact_def *def;

	if (!ws_p_ref(p, "a fact", &ref))
		return false;
	*f = WS_FACT_OF(ws_catalogue_find(c, ws_sv_of(ref.name)), 0);
	if (f->def == UINT32_MAX)
		return ws_p_error_at(p, ref.pos, "no fact '%s'%s", ref.name,
		    ws_fact_near(c, ref.name, &near));
	def = ws_catalogue_get(c, f->def);
	if (!ws_p_accept(p, WS_T_LBRACKET))
		return true;
	if (def->subject == NULL)
		return ws_p_error(p, "%s has no subjects", ref.name);
	if (p->tok.kind == WS_T_STRING) {
		if (!ws_p_string(p, "a subject", &f->subject))
			return false;
	} else if (!ws_p_name(p, "a subject", &f->subject)) {
		return false;
	}
	return ws_p_want(p, WS_T_RBRACKET);
}

/* FACT = VALUE [~ LOW..HIGH] */
static bool
parse_setting(struct ws_parser *p, struct ws_test_decl *t)
{
	struct ws_fact *f = ws_arena_alloc(p->arena, sizeof(*f));
	const struct ws_fact_def *def;
	struct ws_pos at;

	if (!parse_fact(p, f) || !ws_p_want(p, WS_T_EQ))
		return false;
	def = ws_catalogue_get(p->r->catalogue, f->def);
	ws_list_add(p->arena, &t->fact, f);
	if (def->unit == WS_U_TEXT)
		return ws_p_string(p, "a text in quotes", &f->text);
	if (!ws_p_literal(p, def->unit, &f->value))
		return false;
	at = p->tok.pos;
	if (!ws_p_accept(p, WS_T_TILDE))
		return true;
	if (!ws_p_range(p, def->unit, &f->lo, &f->hi))
		return false;
	return (f->value >= f->lo && f->value <= f->hi) ||
	       ws_p_error_at(p, at, "the value is outside its interval");
}

static bool
parse_set(struct ws_parser *p, struct ws_test_decl *t)
{
	do {
		if (!parse_setting(p, t))
			return false;
	} while (ws_p_accept(p, WS_T_COMMA));
	return true;
}

/* "a.b" is itself, "a.*" all that is longer than "a."; "source.*" is all that
 * comes from the source, however it is named. */
static bool
glob_matches(const char *glob, const struct ws_fact_def *def)
{
	struct ws_sv g = ws_sv_of(glob), name = ws_sv_of(def->name);

	if (!ws_sv_ends(g, ".*"))
		return ws_sv_eq(g, name);
	g.n -= 2;
	if (ws_sv_is(g, ws_source_defs[def->source].name))
		return true;
	return name.n > g.n + 1 && name.p[g.n] == '.' &&
	       ws_sv_eq(g, (struct ws_sv){ name.p, g.n });
}

static bool
matches_any(const struct ws_catalogue *c, const char *glob)
{
	for (uint32_t i = 0; i < ws_catalogue_count(c); i++)
		if (glob_matches(glob, ws_catalogue_get(c, i)))
			return true;
	return false;
}

/* missing NAME, PREFIX.*, ... */
static bool
parse_missing(struct ws_parser *p, struct ws_test_decl *t)
{
	struct ws_near near;

	do {
		struct ws_ref *ref = ws_arena_alloc(p->arena, sizeof(*ref));

		ref->pos = p->tok.pos;
		if (p->tok.kind != WS_T_GLOB && p->tok.kind != WS_T_WORD)
			return ws_p_wanted(
			    p, "a fact or a name ending in '.*'");
		ref->name = ws_arena_dup(p->arena, p->tok.text);
		if (!matches_any(p->r->catalogue, ref->name))
			return ws_p_error(p, "'%s' matches no fact%s",
			    ref->name,
			    ws_fact_near(p->r->catalogue, ref->name, &near));
		ws_p_next(p);
		ws_list_add(p->arena, &t->missing, ref);
	} while (ws_p_accept(p, WS_T_COMMA));
	return true;
}

static bool
parse_sources(
    struct ws_parser *p, struct ws_test_decl *t, enum ws_presence presence)
{
	do {
		struct ws_told_source *s = ws_arena_alloc(p->arena, sizeof(*s));
		struct ws_ref ref;

		if (!ws_p_ref(p, "a source", &ref))
			return false;
		s->presence = presence;
		s->source = ws_source_by_name(ws_sv_of(ref.name));
		if (s->source == WS_S_COUNT_OF)
			return ws_p_error_at(
			    p, ref.pos, "no source '%s'", ref.name);
		ws_list_add(p->arena, &t->source, s);
	} while (ws_p_accept(p, WS_T_COMMA));
	return true;
}

static bool
parse_said(struct ws_parser *p, struct ws_expect *e)
{
	static const enum ws_truth truths[] = { WS_FALSE, WS_UNKNOWN, WS_TRUE };

	for (size_t i = 0; i < WS_LEN(truths); i++) {
		if (!ws_p_accept_word(p, ws_truth_name(truths[i])))
			continue;
		e->has_truth = true;
		e->truth = truths[i];
	}
	e->weak = ws_p_accept_word(p, "weak");
	return e->weak || e->has_truth ||
	       ws_p_wanted(p, "'true', 'false', 'unknown' or 'weak'");
}

static bool
parse_rule_ids(struct ws_parser *p, struct ws_list *out)
{
	do {
		struct ws_rule_decl *d;
		struct ws_near near;
		struct ws_ref ref;

		if (!ws_p_ref(p, "a rule, 'verdict' or 'collects'", &ref))
			return false;
		d = ws_decl_find(p->r, WS_NAME_RULE, ws_sv_of(ref.name));
		if (d == NULL)
			return ws_p_error_at(p, ref.pos, "no rule '%s'%s",
			    ref.name,
			    ws_decl_near(p->r, WS_NAME_RULE, ref.name, &near));
		if (!ws_rule_is_judged(&d->rule))
			return ws_p_error_at(p, ref.pos,
			    "%s is disabled or deprecated, so never judged",
			    ref.name);
		ws_list_add(p->arena, out, d);
	} while (ws_p_accept(p, WS_T_COMMA));
	return true;
}

/* expect RULE, ... {true|false|unknown} [weak] */
static bool
expect_rules(struct ws_parser *p, struct ws_test_decl *t)
{
	struct ws_expect said = { .kind = WS_EXPECT_RULE }, *e;
	struct ws_list rules = { 0 };

	if (!parse_rule_ids(p, &rules) || !parse_said(p, &said))
		return false;
	for (size_t i = 0; i < rules.n; i++) {
		e = ws_arena_alloc(p->arena, sizeof(*e));
		*e = said;
		e->rule = rules.v[i];
		ws_list_add(p->arena, &t->expect, e);
	}
	return true;
}

static bool
parse_expect(struct ws_parser *p, struct ws_test_decl *t)
{
	struct ws_expect *e;

	if (!ws_p_is_word(p, "verdict") && !ws_p_is_word(p, "collects"))
		return expect_rules(p, t);
	e = ws_arena_alloc(p->arena, sizeof(*e));
	e->kind =
	    ws_p_is_word(p, "verdict") ? WS_EXPECT_VERDICT : WS_EXPECT_COLLECTS;
	ws_p_next(p);
	ws_list_add(p->arena, &t->expect, e);
	if (e->kind == WS_EXPECT_VERDICT)
		return ws_p_name(p, "a class or an outcome", &e->text);
	return ws_p_string(p, "part of a command, in quotes", &e->text);
}

static bool
test_field(struct ws_parser *p, const struct ws_token *key, void *arg)
{
	struct ws_test_decl *t = arg;

	if (ws_sv_is(key->text, "set"))
		return parse_set(p, t);
	if (ws_sv_is(key->text, "missing"))
		return parse_missing(p, t);
	if (ws_sv_is(key->text, "expect"))
		return parse_expect(p, t);
	for (int i = WS_ABSENT; i <= WS_EMPTY; i++)
		if (ws_sv_is(key->text, ws_presence_name((enum ws_presence)i)))
			return parse_sources(p, t, (enum ws_presence)i);
	return ws_p_error_at(p, key->pos,
	    "wanted set, missing, empty, disabled, unsupported, absent or "
	    "expect, found '%.*s'",
	    WS_SV_ARG(key->text));
}

/* What is set cannot be missing. */
static void
check_missing(struct ws_parser *p, const struct ws_test_decl *t)
{
	for (size_t i = 0; i < t->missing.n; i++) {
		const struct ws_ref *ref = t->missing.v[i];

		for (size_t n = 0; n < t->fact.n; n++) {
			const struct ws_fact *f = t->fact.v[n];
			const struct ws_fact_def *def =
			    ws_catalogue_get(p->r->catalogue, f->def);

			if (glob_matches(ref->name, def))
				ws_problems_error(&p->report, ref->pos,
				    "%s is set and missing", def->name);
		}
	}
}

/* test "NAME" { STATEMENT; ... } */
bool
ws_parse_test(struct ws_parser *p)
{
	struct ws_test_decl *t = ws_arena_alloc(p->arena, sizeof(*t));

	t->at = p->tok.pos;
	if (!ws_p_string(p, "the test's name in quotes", &t->name) ||
	    !ws_p_block(p, test_field, t))
		return false;
	if (t->expect.n == 0)
		ws_problems_error(
		    &p->report, t->at, "this test expects nothing");
	check_missing(p, t);
	ws_list_add(p->arena, &p->suite->test, t);
	return true;
}
