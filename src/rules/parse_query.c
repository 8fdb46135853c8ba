/* Symbol groups, and what is asked of stacks: shares, sites, accounts. */
#include "rules/parse.h"

static struct ws_cond_decl *
cond_node(struct ws_parser *p, enum ws_cond_op op)
{
	struct ws_cond_decl *c;

	if (!ws_p_node(p))
		return NULL;
	c = ws_arena_alloc(p->arena, sizeof(*c));
	c->op = op;
	return c;
}

/* `matches "re"` is a group of its own; equal ones share it. */
static bool
anonymous_group(struct ws_parser *p, struct ws_ref *out)
{
	struct ws_group_decl *g = ws_arena_alloc(p->arena, sizeof(*g));
	struct ws_pattern *pat = ws_arena_alloc(p->arena, sizeof(*pat));
	struct ws_buf b = { 0 };

	out->pos = g->at = p->tok.pos;
	if (!ws_p_string(p, "a regular expression in quotes", &pat->text))
		return false;
	ws_buf_printf(&b, "/%s/", pat->text);
	out->name = ws_arena_dup(p->arena, ws_buf_sv(&b));
	ws_buf_fini(&b);
	pat->how = WS_MATCH_REGEX;
	pat->line = out->pos.line;
	g->group = (struct ws_group){ out->name, NULL,
		p->r->texts.v[out->pos.file]->base, pat, 1 };
	g->anonymous = true;
	ws_decl_add(p->r, WS_NAME_GROUP, out->name, g);
	return true;
}

static bool
group_ref(struct ws_parser *p, struct ws_ref *out)
{
	return ws_p_want_word(p, "group") &&
	       ws_p_ref(p, "the name of a group", out);
}

static bool
in_or_matches(struct ws_parser *p, struct ws_cond_decl *c)
{
	if (ws_p_accept_word(p, "matches"))
		return anonymous_group(p, &c->group);
	if (!ws_p_accept_word(p, "in"))
		return ws_p_wanted(p, "'in group' or 'matches'");
	return group_ref(p, &c->group);
}

/* {any|leaf} frame {in group G|matches "re"}, frame in group G under group H */
static struct ws_cond_decl *
parse_frame(struct ws_parser *p)
{
	struct ws_cond_decl *c = cond_node(p, WS_COND_UNDER);

	if (c == NULL)
		return NULL;
	if (ws_p_accept_word(p, "any"))
		c->op = WS_COND_ANY;
	else if (ws_p_accept_word(p, "leaf"))
		c->op = WS_COND_LEAF;
	else if (!ws_p_is_word(p, "frame")) {
		ws_p_wanted(p, "'any', 'leaf', 'frame', 'not' or '('");
		return NULL;
	}
	if (!ws_p_want_word(p, "frame"))
		return NULL;
	if (c->op != WS_COND_UNDER)
		return in_or_matches(p, c) ? c : NULL;
	if (!ws_p_want_word(p, "in") || !group_ref(p, &c->group) ||
	    !ws_p_want_word(p, "under") || !group_ref(p, &c->over))
		return NULL;
	return c;
}

static struct ws_cond_decl *cond_or(struct ws_parser *p);

static struct ws_cond_decl *
cond_not(struct ws_parser *p)
{
	struct ws_cond_decl *c;

	if (p->tok.kind != WS_T_LPAREN && !ws_p_is_word(p, "not"))
		return parse_frame(p);
	if (!ws_p_deeper(p))
		return NULL;
	if (ws_p_accept(p, WS_T_LPAREN)) {
		c = cond_or(p);
		if (c == NULL || !ws_p_want(p, WS_T_RPAREN))
			return NULL;
	} else {
		ws_p_next(p);
		c = cond_node(p, WS_COND_NOT);
		if (c == NULL || (c->a = cond_not(p)) == NULL)
			return NULL;
	}
	p->depth--;
	return c;
}

static struct ws_cond_decl *
cond_chain(struct ws_parser *p, const char *word, enum ws_cond_op op,
    struct ws_cond_decl *(*operand)(struct ws_parser *))
{
	struct ws_cond_decl *a = operand(p), *c;

	while (a != NULL && ws_p_accept_word(p, word)) {
		c = cond_node(p, op);
		if (c == NULL)
			return NULL;
		c->a = a;
		c->b = operand(p);
		if (c->b == NULL)
			return NULL;
		a = c;
	}
	return a;
}

static struct ws_cond_decl *
cond_and(struct ws_parser *p)
{
	return cond_chain(p, "and", WS_COND_AND, cond_not);
}

static struct ws_cond_decl *
cond_or(struct ws_parser *p)
{
	return cond_chain(p, "or", WS_COND_OR, cond_and);
}

struct ws_cond_decl *
ws_parse_cond(struct ws_parser *p)
{
	p->depth = p->nodes = 0;
	return cond_or(p);
}

static bool
parse_release(struct ws_parser *p, const char *word, uint32_t *out)
{
	double value;

	if (!ws_p_accept_word(p, word))
		return true;
	if (!ws_p_literal(p, WS_U_VERSION, &value))
		return false;
	*out = (uint32_t)value;
	return true;
}

/* exact|prefix|regex "..." ["..." ...] [since V] [until V] */
static bool
parse_patterns(struct ws_parser *p, enum ws_match how, struct ws_list *out)
{
	struct ws_pattern *pat;
	uint32_t since = 0, until = 0;
	size_t first = out->n;

	do {
		pat = ws_arena_alloc(p->arena, sizeof(*pat));
		pat->how = how;
		pat->line = p->tok.pos.line;
		ws_list_add(p->arena, out, pat);
		if (p->tok.kind != WS_T_STRING)
			return ws_p_wanted(p, "a name or pattern in quotes");
		/* Each string is a pattern here: neighbours are not joined. */
		if (!ws_p_one_string(p, &pat->text))
			return false;
		if (pat->text[0] == '\0')
			return ws_p_error(p, "an empty pattern");
	} while (p->tok.kind == WS_T_STRING);
	if (!parse_release(p, "since", &since) ||
	    !parse_release(p, "until", &until))
		return false;
	if (until != 0 && until < since)
		return ws_p_error(p, "'until' is before 'since'");
	for (size_t i = first; i < out->n; i++) {
		pat = out->v[i];
		pat->since = since;
		pat->until = until;
	}
	return true;
}

static bool
group_field(struct ws_parser *p, const struct ws_token *key, void *arg)
{
	static const char *const words[] = { [WS_MATCH_EXACT] = "exact",
		[WS_MATCH_PREFIX] = "prefix",
		[WS_MATCH_REGEX] = "regex" };
	struct ws_near near;

	ws_near_init(&near, key->text);
	for (size_t i = 0; i < WS_LEN(words); i++) {
		if (ws_sv_is(key->text, words[i]))
			return parse_patterns(p, (enum ws_match)i, arg);
		ws_near_offer(&near, ws_sv_of(words[i]));
	}
	return ws_p_error_at(p, key->pos, "no kind of pattern '%.*s'%s",
	    WS_SV_ARG(key->text), ws_near_hint(&near));
}

bool
ws_parse_group(struct ws_parser *p)
{
	struct ws_group_decl *g = ws_arena_alloc(p->arena, sizeof(*g));
	struct ws_list pat = { 0 };
	struct ws_ref name;

	if (!ws_p_ref(p, "the group's name", &name))
		return false;
	g->group.name = name.name;
	g->group.file = p->r->texts.v[name.pos.file]->base;
	g->at = name.pos;
	if (p->tok.kind == WS_T_STRING &&
	    !ws_p_string(p, "what the group is", &g->group.help))
		return false;
	if (!ws_p_block(p, group_field, &pat))
		return false;
	if (pat.n == 0)
		ws_problems_error(
		    &p->report, g->at, "group %s has no pattern", name.name);
	g->group.pat = ws_list_flat(p->arena, &pat, sizeof(struct ws_pattern));
	g->group.n_pat = pat.n;
	return ws_p_add(p, WS_NAME_GROUP, &name, g);
}

/* NAME = SERIES */
static bool
parse_head(struct ws_parser *p, struct ws_share_decl *s, struct ws_ref *name)
{
	if (!ws_p_ref(p, "the name of the new fact", name) ||
	    !ws_p_want(p, WS_T_EQ))
		return false;
	s->name = name->name;
	s->at = name->pos;
	s->series_at = p->tok.pos;
	return ws_p_name(p, "a series, like pprof.cpu", &s->series);
}

static bool
parse_tail(
    struct ws_parser *p, struct ws_share_decl *s, const struct ws_ref *name)
{
	if (ws_p_accept_word(p, "help") &&
	    !ws_p_string(p, "the help in quotes", &s->help))
		return false;
	return ws_p_want(p, WS_T_SEMI) && ws_p_add(p, WS_NAME_SHARE, name, s);
}

/* share NAME = SERIES where COND [of COND] [help "..."]; */
bool
ws_parse_share(struct ws_parser *p)
{
	struct ws_share_decl *s = ws_arena_alloc(p->arena, sizeof(*s));
	struct ws_ref name;

	if (!parse_head(p, s, &name) || !ws_p_want_word(p, "where") ||
	    (s->where = ws_parse_cond(p)) == NULL)
		return false;
	if (ws_p_accept_word(p, "of") && (s->of = ws_parse_cond(p)) == NULL)
		return false;
	return parse_tail(p, s, &name);
}

/* sum NAME = SERIES where COND [help "..."]; */
bool
ws_parse_sum(struct ws_parser *p)
{
	struct ws_share_decl *s = ws_arena_alloc(p->arena, sizeof(*s));
	struct ws_ref name;

	s->kind = WS_SUM;
	if (!parse_head(p, s, &name) || !ws_p_want_word(p, "where") ||
	    (s->where = ws_parse_cond(p)) == NULL)
		return false;
	return parse_tail(p, s, &name);
}

static bool
parse_outside(struct ws_parser *p, struct ws_share_decl *s)
{
	if (!ws_p_want_word(p, "group"))
		return false;
	do {
		struct ws_ref *g = ws_arena_alloc(p->arena, sizeof(*g));

		if (!ws_p_ref(p, "the name of a group", g))
			return false;
		ws_list_add(p->arena, &s->outside, g);
	} while (ws_p_accept(p, WS_T_COMMA));
	return true;
}

/* sites NAME = SERIES [where COND] [outside group G, ...] [help "..."]; */
bool
ws_parse_sites(struct ws_parser *p)
{
	struct ws_share_decl *s = ws_arena_alloc(p->arena, sizeof(*s));
	struct ws_ref name;

	s->kind = WS_SITES;
	if (!parse_head(p, s, &name))
		return false;
	if (ws_p_accept_word(p, "where") &&
	    (s->where = ws_parse_cond(p)) == NULL)
		return false;
	if (ws_p_accept_word(p, "outside") && !parse_outside(p, s))
		return false;
	return parse_tail(p, s, &name);
}

/* elsewhere NAME of SITES [help "..."]; */
bool
ws_parse_elsewhere(struct ws_parser *p)
{
	struct ws_share_decl *s = ws_arena_alloc(p->arena, sizeof(*s));
	struct ws_ref name;

	s->kind = WS_ELSEWHERE;
	if (!ws_p_ref(p, "the name of the new fact", &name) ||
	    !ws_p_want_word(p, "of") || !ws_p_ref(p, "sites", &s->sites))
		return false;
	s->name = name.name;
	s->at = name.pos;
	return parse_tail(p, s, &name);
}

/* leaf NAME "title" [class X] {where COND|rest}; */
static bool
account_field(struct ws_parser *p, const struct ws_token *key, void *arg)
{
	struct ws_account_decl *a = arg;
	struct ws_leaf_decl *l = ws_arena_alloc(p->arena, sizeof(*l));
	const struct ws_leaf_decl *last;
	enum ws_class cls;

	if (!ws_sv_is(key->text, "leaf"))
		return ws_p_error_at(p, key->pos, "wanted 'leaf', found '%.*s'",
		    WS_SV_ARG(key->text));
	l->at = p->tok.pos;
	l->cls = "";
	if (!ws_p_name(p, "the leaf's name", &l->id) ||
	    !ws_p_string(p, "the leaf's title in quotes", &l->title))
		return false;
	if (ws_p_accept_word(p, "class")) {
		if (!ws_p_class(p, &cls))
			return false;
		l->cls = ws_class_defs[cls].key;
	}
	if (!ws_p_accept_word(p, "rest") &&
	    (!ws_p_want_word(p, "where") ||
		(l->where = ws_parse_cond(p)) == NULL))
		return false;
	last = a->leaf.n > 0 ? a->leaf.v[a->leaf.n - 1] : NULL;
	if (last != NULL && last->where == NULL)
		return ws_p_error_at(
		    p, l->at, "leaf %s comes after the rest", l->id);
	ws_list_add(p->arena, &a->leaf, l);
	return true;
}

/* account NAME = SERIES { leaf ...; ... } */
bool
ws_parse_account(struct ws_parser *p)
{
	struct ws_account_decl *a = ws_arena_alloc(p->arena, sizeof(*a));
	const struct ws_leaf_decl *last;
	struct ws_ref name;

	if (!ws_p_ref(p, "the account's name", &name) || !ws_p_want(p, WS_T_EQ))
		return false;
	a->name = name.name;
	a->at = name.pos;
	a->series_at = p->tok.pos;
	if (!ws_p_name(p, "a series, like pprof.cpu", &a->series) ||
	    !ws_p_block(p, account_field, a))
		return false;
	last = a->leaf.n > 0 ? a->leaf.v[a->leaf.n - 1] : NULL;
	if (last == NULL || last->where != NULL)
		ws_problems_error(&p->report, a->at,
		    "account %s must end in a leaf that takes the rest",
		    a->name);
	return ws_p_add(p, WS_NAME_ACCOUNT, &name, a);
}
