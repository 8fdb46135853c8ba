/* Parameters: named thresholds. */
#include "rules/parse.h"

enum { DEFAULT_BIT = 1, RANGE_BIT = 2 };

static bool
parse_unit(struct ws_parser *p, enum ws_unit *out)
{
	struct ws_sv name = p->tok.text;

	/* "bytes/s" is three words here. */
	if (p->tok.kind != WS_T_WORD)
		return ws_p_wanted(p, "a unit");
	if (!ws_unit_by_name(name, out))
		return ws_p_error(p, "no unit '%.*s'", WS_SV_ARG(name));
	ws_p_next(p);
	if (*out == WS_U_BYTES && ws_p_accept(p, WS_T_SLASH)) {
		if (!ws_p_want_word(p, "s"))
			return false;
		*out = WS_U_BRATE;
	}
	if (*out == WS_U_TEXT || *out == WS_U_BOOL)
		return ws_p_error(
		    p, "a parameter cannot be of unit %s", ws_unit_name(*out));
	return true;
}

static bool
check_range(struct ws_parser *p, const struct ws_param_decl *d)
{
	const struct ws_param *a = &d->param;

	if (a->value >= a->lo && a->value <= a->hi)
		return true;
	ws_problems_error(&p->report, d->default_at,
	    "the default of %s is outside its range", a->name);
	return true;
}

/* param NAME : UNIT = VALUE in LOW..HIGH help "..." [source "..."]; */
bool
ws_parse_param(struct ws_parser *p)
{
	struct ws_param_decl *d = ws_arena_alloc(p->arena, sizeof(*d));
	struct ws_param *a = &d->param;
	struct ws_ref name;

	if (!ws_p_ref(p, "the parameter's name", &name))
		return false;
	d->at = name.pos;
	a->name = name.name;
	a->line = name.pos.line;
	a->file = p->r->texts.v[name.pos.file]->base;
	if (!ws_p_want(p, WS_T_COLON) || !parse_unit(p, &a->unit) ||
	    !ws_p_want(p, WS_T_EQ))
		return false;
	d->default_at = p->tok.pos;
	if (!ws_p_literal(p, a->unit, &a->value) || !ws_p_want_word(p, "in") ||
	    !ws_p_range(p, a->unit, &a->lo, &a->hi) ||
	    !ws_p_want_word(p, "help") ||
	    !ws_p_string(p, "the help in quotes", &a->help))
		return false;
	a->initial = a->value;
	if (ws_p_accept_word(p, "source") &&
	    !ws_p_string(p, "the source in quotes", &a->source))
		return false;
	return ws_p_want(p, WS_T_SEMI) && check_range(p, d) &&
	       ws_p_add(p, WS_NAME_PARAM, &name, d);
}

static void
mark_overridden(struct ws_parser *p, struct ws_param_decl *d, unsigned bit,
    struct ws_pos at)
{
	if (d->overridden & bit)
		ws_problems_warning(&p->report, at,
		    "%s was overridden before, that had no effect",
		    d->param.name);
	d->overridden |= bit;
}

static bool
override_field(struct ws_parser *p, const struct ws_token *key, void *arg)
{
	struct ws_param_decl *d = arg;
	struct ws_param *a = &d->param;

	if (ws_sv_is(key->text, "default")) {
		mark_overridden(p, d, DEFAULT_BIT, key->pos);
		d->default_at = p->tok.pos;
		return ws_p_literal(p, a->unit, &a->value);
	}
	if (ws_sv_is(key->text, "range")) {
		mark_overridden(p, d, RANGE_BIT, key->pos);
		return ws_p_range(p, a->unit, &a->lo, &a->hi);
	}
	return ws_p_error_at(p, key->pos,
	    "no field '%.*s', a parameter has default and range",
	    WS_SV_ARG(key->text));
}

bool
ws_override_param(struct ws_parser *p)
{
	struct ws_param_decl *d;
	struct ws_near near;
	struct ws_ref name;

	if (!ws_p_ref(p, "the parameter's name", &name))
		return false;
	d = ws_decl_find(p->r, WS_NAME_PARAM, ws_sv_of(name.name));
	if (d == NULL)
		return ws_p_error_at(p, name.pos,
		    "no parameter '%s' was declared before%s", name.name,
		    ws_decl_near(p->r, WS_NAME_PARAM, name.name, &near));
	return ws_p_block(p, override_field, d) && check_range(p, d);
}
