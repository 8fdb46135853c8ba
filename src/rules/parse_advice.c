/* Advice: what to do, how much it may bring, and how to see that it worked. */
#include "rules/parse.h"

#include <math.h>
#include <string.h>

static const char *const keys[] = {
#define X(id, key) [WS_AF_##id] = key,
	WS_ADVICE_FIELDS(X)
#undef X
};

static bool
parse_effort(struct ws_parser *p, struct ws_advice *a)
{
	if (p->tok.kind != WS_T_WORD || p->tok.text.n != 1 ||
	    strchr("SML", p->tok.text.p[0]) == NULL)
		return ws_p_wanted(p, "S, M or L");
	a->effort = p->tok.text.p[0];
	ws_p_next(p);
	return true;
}

/* Takes the word of a kind of impact. */
static bool
parse_kind(struct ws_parser *p, enum ws_impact_kind *out)
{
	static const struct {
		const char *word;
		enum ws_impact_kind kind;
	} kinds[] = { { "none", WS_IMPACT_NONE },
		{ "removes", WS_IMPACT_REMOVES }, { "frees", WS_IMPACT_FREES },
		{ "scales", WS_IMPACT_SCALES } };

	for (size_t i = 0; i < WS_LEN(kinds); i++)
		if (ws_p_accept_word(p, kinds[i].word)) {
			*out = kinds[i].kind;
			return true;
		}
	return ws_p_wanted(p, "'removes', 'frees', 'scales' or 'none'");
}

/* impact {none | {removes|frees|scales} EXPR [leaving EXPR] by LOW..HIGH} */
static bool
parse_impact(struct ws_parser *p, struct ws_advice *a)
{
	struct ws_pos at;

	a->of = a->leaving = NULL;
	a->lo = a->hi = 0;
	if (!parse_kind(p, &a->impact))
		return false;
	if (a->impact == WS_IMPACT_NONE)
		return true;
	if ((a->of = ws_parse_expr(p)) == NULL)
		return false;
	if (ws_p_accept_word(p, "leaving") &&
	    (a->leaving = ws_parse_expr(p)) == NULL)
		return false;
	if (!ws_p_want_word(p, "by"))
		return false;
	at = p->tok.pos;
	if (!ws_p_range(p, WS_U_RATIO, &a->lo, &a->hi))
		return false;
	return (a->lo >= 0 && a->hi <= 1) ||
	       ws_p_error_at(p, at, "an impact is within 0%%..100%%");
}

static bool
parse_step(struct ws_parser *p, struct ws_advice_decl *d)
{
	const char *step;

	if (!ws_p_string(p, "a step in quotes", &step))
		return false;
	ws_list_add(p->arena, &d->step, (void *)(uintptr_t)step);
	d->advice.step = (const char *const *)d->step.v;
	d->advice.n_step = d->step.n;
	return true;
}

/* targets FACT { or FACT } */
static bool
parse_targets(struct ws_parser *p, struct ws_advice_decl *d)
{
	struct ws_ref *ref;

	d->targets = (struct ws_list){ 0 };
	do {
		ref = ws_arena_alloc(p->arena, sizeof(*ref));
		if (!ws_p_ref(p, "a fact with subjects", ref))
			return false;
		ws_list_add(p->arena, &d->targets, ref);
	} while (ws_p_accept_word(p, "or"));
	return true;
}

/* figure "label" EXPR [in LOW..HIGH]: bare numbers, so of counts only */
static bool
parse_figure(struct ws_parser *p, struct ws_advice_decl *d)
{
	struct ws_figure *f = ws_arena_alloc(p->arena, sizeof(*f));

	f->lo = -INFINITY;
	f->hi = INFINITY;
	if (!ws_p_string(p, "what it is, in quotes", &f->label) ||
	    (f->of = ws_parse_expr(p)) == NULL)
		return false;
	if (ws_p_accept_word(p, "in") &&
	    !ws_p_range(p, WS_U_NONE, &f->lo, &f->hi))
		return false;
	ws_list_add(p->arena, &d->figure, f);
	return true;
}

/* success FACT OP LITERAL */
static bool
parse_success(struct ws_parser *p, struct ws_advice_decl *d)
{
	struct ws_success_decl *s = ws_arena_alloc(p->arena, sizeof(*s));
	struct ws_ref fact;
	enum ws_op op;

	if (!ws_p_ref(p, "a fact", &fact) || !ws_p_comparison(p, &op))
		return false;
	s->success.fact = fact.name;
	s->success.op = ws_op_sign(op);
	s->fact_at = fact.pos;
	s->negative = ws_p_accept(p, WS_T_MINUS);
	s->value_at = p->tok.pos;
	if (p->tok.kind != WS_T_NUMBER && p->tok.kind != WS_T_WORD)
		return ws_p_wanted(p, "a number");
	s->text = ws_arena_dup(p->arena, p->tok.text);
	ws_p_next(p);
	ws_list_add(p->arena, &d->success, s);
	return true;
}

static bool
parse_value(
    struct ws_parser *p, enum ws_advice_field field, struct ws_advice_decl *d)
{
	struct ws_advice *a = &d->advice;

	switch (field) {
	case WS_AF_FOR:
		return ws_p_class(p, &a->cls);
	case WS_AF_TITLE:
		return ws_p_string(p, "the title in quotes", &a->title);
	case WS_AF_EFFORT:
		return parse_effort(p, a);
	case WS_AF_RISK:
		return ws_p_string(p, "the risk in quotes", &a->risk);
	case WS_AF_WHEN:
		return (a->when = ws_parse_expr(p)) != NULL;
	case WS_AF_IMPACT:
		return parse_impact(p, a);
	case WS_AF_TARGETS:
		return parse_targets(p, d);
	case WS_AF_FIGURE:
		return parse_figure(p, d);
	case WS_AF_STEP:
		return parse_step(p, d);
	case WS_AF_CODE:
		return ws_p_string(p, "the code in quotes", &a->code);
	case WS_AF_SUCCESS:
		return parse_success(p, d);
	case WS_AF_WHY:
		return ws_p_string(p, "the reason in quotes", &a->why);
	default:
		return false;
	}
}

static bool
is_repeated(int field)
{
	return field == WS_AF_FIGURE || field == WS_AF_STEP ||
	       field == WS_AF_SUCCESS;
}

static bool
advice_field(struct ws_parser *p, const struct ws_token *key, void *arg)
{
	struct ws_advice_decl *d = arg;
	struct ws_near near;
	int f = 0;

	ws_near_init(&near, key->text);
	for (; f < WS_ADVICE_FIELDS_N && !ws_sv_is(key->text, keys[f]); f++)
		ws_near_offer(&near, ws_sv_of(keys[f]));
	if (f == WS_ADVICE_FIELDS_N)
		return ws_p_error_at(p, key->pos,
		    "an advice has no field "
		    "'%.*s'%s",
		    WS_SV_ARG(key->text), ws_near_hint(&near));
	if (d->set & 1U << f && !is_repeated(f))
		return ws_p_error_at(p, key->pos, "a second '%s'", keys[f]);
	/* Of an override, the first step replaces all there were. */
	if (f == WS_AF_FIGURE && !(d->set & 1U << f))
		d->figure = (struct ws_list){ 0 };
	if (f == WS_AF_STEP && !(d->set & 1U << f))
		d->step = (struct ws_list){ 0 };
	if (f == WS_AF_SUCCESS && !(d->set & 1U << f))
		d->success = (struct ws_list){ 0 };
	d->set |= 1U << f;
	d->field[f] = p->tok.pos;
	return parse_value(p, (enum ws_advice_field)f, d);
}

bool
ws_parse_advice(struct ws_parser *p)
{
	struct ws_advice_decl *d = ws_arena_alloc(p->arena, sizeof(*d));
	struct ws_ref name;

	if (!ws_p_ref(p, "the advice's id", &name))
		return false;
	d->at = name.pos;
	d->advice.id = name.name;
	d->advice.cls = WS_CLASS_NONE;
	d->advice.file = p->r->texts.v[name.pos.file]->base;
	d->advice.line = name.pos.line;
	return ws_p_block(p, advice_field, d) &&
	       ws_p_add(p, WS_NAME_ADVICE, &name, d);
}

static void
mark_overridden(struct ws_parser *p, struct ws_advice_decl *d,
    const struct ws_advice_decl *by)
{
	int f;

	for (f = 0; f < WS_ADVICE_FIELDS_N; f++)
		if (by->set & d->overridden & 1U << f)
			ws_problems_warning(&p->report, by->field[f],
			    "%s of %s was overridden before, that had no "
			    "effect",
			    keys[f], d->advice.id);
}

bool
ws_override_advice(struct ws_parser *p)
{
	struct ws_advice_decl *d, over;
	struct ws_near near;
	struct ws_ref name;

	if (!ws_p_ref(p, "the advice's id", &name))
		return false;
	d = ws_decl_find(p->r, WS_NAME_ADVICE, ws_sv_of(name.name));
	if (d == NULL)
		return ws_p_error_at(p, name.pos,
		    "no advice '%s' was declared before%s", name.name,
		    ws_decl_near(p->r, WS_NAME_ADVICE, name.name, &near));
	over = *d;
	over.set = 0;
	if (!ws_p_block(p, advice_field, &over))
		return false;
	mark_overridden(p, d, &over);
	over.overridden |= over.set;
	over.set |= d->set;
	*d = over;
	return true;
}
