/* Rules, traps and quality findings: one kind of block, one table of keys. */
#include "rules/parse.h"

#include <string.h>

enum {
	VOTE = 1 << WS_RULE_VOTE,
	TRAP = 1 << WS_RULE_TRAP,
	QUALITY = 1 << WS_RULE_QUALITY,
	ALL = VOTE | TRAP | QUALITY
};

static const char *const kind_words[] = { [WS_RULE_VOTE] = "rule",
	[WS_RULE_TRAP] = "trap",
	[WS_RULE_QUALITY] = "quality" };

static bool
parse_weight(struct ws_parser *p, struct ws_rule_decl *d)
{
	struct ws_pos at = p->tok.pos;
	double v;

	if (!ws_p_literal(p, WS_U_NONE, &v))
		return false;
	if (v != (int)v || v < -3 || v > 3 || v == 0)
		return ws_p_error_at(
		    p, at, "a weight is -3, -2, -1, 1, 2 or 3, found %g", v);
	d->rule.weight = (int)v;
	return true;
}

/* unknown "text" [collect "command"] */
static bool
parse_unknown(struct ws_parser *p, struct ws_rule_decl *d)
{
	d->rule.collect = NULL;
	if (!ws_p_string(p, "why it is unknown, in quotes", &d->rule.unknown))
		return false;
	return !ws_p_accept_word(p, "collect") ||
	       ws_p_string(p, "a command in quotes", &d->rule.collect);
}

static bool
parse_advise(struct ws_parser *p, struct ws_rule_decl *d)
{
	const char **ids;

	d->advise = (struct ws_list){ 0 };
	do {
		struct ws_ref *ref = ws_arena_alloc(p->arena, sizeof(*ref));

		if (!ws_p_ref(p, "the id of an advice", ref))
			return false;
		ws_list_add(p->arena, &d->advise, ref);
	} while (ws_p_accept(p, WS_T_COMMA));
	ids = ws_arena_alloc(p->arena, d->advise.n * sizeof(*ids));
	for (size_t i = 0; i < d->advise.n; i++)
		ids[i] = ((struct ws_ref *)d->advise.v[i])->name;
	d->rule.advise = ids;
	d->rule.n_advise = d->advise.n;
	return true;
}

static bool
parse_enabled(struct ws_parser *p, struct ws_rule_decl *d)
{
	d->rule.enabled = ws_p_is_word(p, "yes");
	return ws_p_accept_word(p, "yes") || ws_p_accept_word(p, "no") ||
	       ws_p_wanted(p, "'yes' or 'no'");
}

static bool
parse_value(
    struct ws_parser *p, enum ws_rule_field field, struct ws_rule_decl *d)
{
	struct ws_rule *r = &d->rule;

	switch (field) {
	case WS_RF_CLASS:
		return ws_p_class(p, &r->cls);
	case WS_RF_WEIGHT:
		return parse_weight(p, d);
	case WS_RF_GROUP:
		return ws_p_name(p, "the name of a group of votes", &r->group);
	case WS_RF_NEEDS:
		return (r->needs = ws_parse_needs(p)) != NULL;
	case WS_RF_WHEN:
		return (r->when = ws_parse_expr(p)) != NULL;
	case WS_RF_SAY:
		return ws_p_string(p, "a sentence in quotes", &r->say);
	case WS_RF_UNKNOWN:
		return parse_unknown(p, d);
	case WS_RF_ADVISE:
		return parse_advise(p, d);
	case WS_RF_SHARE:
		return ws_p_name(p, "a fact", &r->share);
	case WS_RF_TARGETS:
		return ws_p_name(p, "a fact with subjects", &r->targets);
	case WS_RF_WHY:
		return ws_p_string(p, "the reason in quotes", &r->why);
	case WS_RF_ENABLED:
		return parse_enabled(p, d);
	case WS_RF_DEPRECATED:
		return ws_p_want_word(p, "by") &&
		       ws_p_name(p, "the id of its successor", &r->deprecated);
	default:
		return false;
	}
}

static const struct {
	const char *key;
	unsigned kinds;
} fields[] = {

#define X(id, key) [WS_RF_##id] = { key, ALL },
	WS_RULE_FIELDS(X)
#undef X
};

static unsigned
allowed_in(enum ws_rule_field field)
{
	switch (field) {
	case WS_RF_CLASS:
	case WS_RF_GROUP:
		return VOTE;
	case WS_RF_WEIGHT:
		return VOTE | QUALITY;
	case WS_RF_SHARE:
		return TRAP;
	case WS_RF_ADVISE:
	case WS_RF_TARGETS:
		return VOTE | TRAP;
	default:
		return ALL;
	}
}

static bool
is_allowed(int field, enum ws_rule_kind kind)
{
	return allowed_in((enum ws_rule_field)field) & 1U << kind;
}

/* WS_RULE_FIELDS_N after telling, when there is no such field. */
static enum ws_rule_field
find_field(
    struct ws_parser *p, const struct ws_token *key, enum ws_rule_kind kind)
{
	struct ws_near near;
	int f;

	for (f = 0; f < WS_RULE_FIELDS_N; f++)
		if (is_allowed(f, kind) && ws_sv_is(key->text, fields[f].key))
			return (enum ws_rule_field)f;
	ws_near_init(&near, key->text);
	for (f = 0; f < WS_RULE_FIELDS_N; f++)
		if (is_allowed(f, kind))
			ws_near_offer(&near, ws_sv_of(fields[f].key));
	ws_p_error_at(p, key->pos, "a %s has no field '%.*s'%s",
	    kind_words[kind], WS_SV_ARG(key->text), ws_near_hint(&near));
	return WS_RULE_FIELDS_N;
}

static bool
rule_field(struct ws_parser *p, const struct ws_token *key, void *arg)
{
	struct ws_rule_decl *d = arg;
	enum ws_rule_field f = find_field(p, key, d->rule.kind);

	if (f == WS_RULE_FIELDS_N)
		return false;
	if (d->set & 1U << f)
		return ws_p_error_at(
		    p, key->pos, "a second '%s'", fields[f].key);
	d->set |= 1U << f;
	d->field[f] = p->tok.pos;
	return parse_value(p, f, d);
}

bool
ws_parse_rule(struct ws_parser *p, enum ws_rule_kind kind)
{
	struct ws_rule_decl *d = ws_arena_alloc(p->arena, sizeof(*d));
	struct ws_ref name;

	if (!ws_p_ref(p, "the rule's id", &name))
		return false;
	d->at = name.pos;
	d->rule.kind = kind;
	d->rule.id = name.name;
	d->rule.cls = WS_CLASS_NONE;
	d->rule.file = p->r->texts.v[name.pos.file]->base;
	d->rule.line = name.pos.line;
	d->rule.enabled = true;
	return ws_p_block(p, rule_field, d) &&
	       ws_p_add(p, WS_NAME_RULE, &name, d);
}

static void
mark_overridden(
    struct ws_parser *p, struct ws_rule_decl *d, const struct ws_rule_decl *by)
{
	int f;

	for (f = 0; f < WS_RULE_FIELDS_N; f++) {
		if (!(by->set & 1U << f))
			continue;
		if (d->overridden & 1U << f)
			ws_problems_warning(&p->report, by->field[f],
			    "%s of %s was overridden before, that had no "
			    "effect",
			    fields[f].key, d->rule.id);
		d->field[f] = by->field[f];
	}
	d->overridden |= by->set;
	d->set |= by->set;
}

/* Reads into a copy, so that a field may be given again, once. */
bool
ws_override_rule(struct ws_parser *p)
{
	struct ws_rule_decl *d, over;
	struct ws_near near;
	struct ws_ref name;

	if (!ws_p_ref(p, "the rule's id", &name))
		return false;
	d = ws_decl_find(p->r, WS_NAME_RULE, ws_sv_of(name.name));
	if (d == NULL)
		return ws_p_error_at(p, name.pos,
		    "no rule '%s' was declared before%s", name.name,
		    ws_decl_near(p->r, WS_NAME_RULE, name.name, &near));
	over = *d;
	over.set = 0;
	if (!ws_p_block(p, rule_field, &over))
		return false;
	mark_overridden(p, d, &over);
	d->rule = over.rule;
	d->advise = over.advise;
	return true;
}

/* override {rule|trap|quality|param|advice} NAME { FIELD; ... } */
bool
ws_parse_override(struct ws_parser *p)
{
	if (ws_p_accept_word(p, "param"))
		return ws_override_param(p);
	if (ws_p_accept_word(p, "advice"))
		return ws_override_advice(p);
	if (ws_p_accept_word(p, "rule") || ws_p_accept_word(p, "trap") ||
	    ws_p_accept_word(p, "quality"))
		return ws_override_rule(p);
	return ws_p_wanted(p, "'rule', 'trap', 'quality', 'param' or 'advice'");
}
