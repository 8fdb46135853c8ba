/*
 * Expressions, by precedence:
 *   or > and > not > comparison (one, never chained) > + - > * / > unary -
 */
#include "rules/parse.h"

static struct ws_expr *
node(struct ws_parser *p, enum ws_op op, struct ws_pos at)
{
	struct ws_expr *x;

	if (!ws_p_node(p))
		return NULL;
	x = ws_arena_alloc(p->arena, sizeof(*x));
	x->op = op;
	x->pos = at;
	return x;
}

static struct ws_expr *
leaf(struct ws_parser *p, enum ws_op op)
{
	struct ws_expr *x = node(p, op, p->tok.pos);

	if (x == NULL)
		return NULL;
	x->text = ws_arena_dup(p->arena, p->tok.text);
	ws_p_next(p);
	return x;
}

static struct ws_expr *parse_or(struct ws_parser *p);
static struct ws_expr *parse_sum(struct ws_parser *p);

/* (EXPR), after the parenthesis */
static struct ws_expr *
parse_inner(struct ws_parser *p)
{
	struct ws_expr *x;

	if (!ws_p_deeper(p))
		return NULL;
	x = parse_or(p);
	p->depth--;
	if (x == NULL || !ws_p_want(p, WS_T_RPAREN))
		return NULL;
	return x;
}

/* A, B, ...: op(op(A, B), C) */
static struct ws_expr *
parse_arguments(struct ws_parser *p, struct ws_expr *x)
{
	struct ws_expr *outer;

	x->a = parse_sum(p);
	if (x->a == NULL || !ws_p_want(p, WS_T_COMMA))
		return NULL;
	for (;;) {
		x->b = parse_sum(p);
		if (x->b == NULL)
			return NULL;
		if (!ws_p_accept(p, WS_T_COMMA))
			return x;
		outer = node(p, x->op, x->pos);
		if (outer == NULL)
			return NULL;
		outer->a = x;
		x = outer;
	}
}

/* known(FACT), count(FACT), min(A, B...), max(A, B...), first(A, B...), after
 * the name */
static struct ws_expr *
parse_call(struct ws_parser *p, enum ws_op op, struct ws_pos at)
{
	struct ws_expr *x = node(p, op, at);

	if (x == NULL || !ws_p_want(p, WS_T_LPAREN) || !ws_p_deeper(p))
		return NULL;
	if (op == WS_OP_KNOWN || op == WS_OP_COUNT) {
		if (p->tok.kind != WS_T_WORD) {
			ws_p_wanted(p, "a fact");
			return NULL;
		}
		x->a = leaf(p, WS_OP_FACT);
		if (x->a == NULL)
			return NULL;
	} else {
		x = parse_arguments(p, x);
	}
	p->depth--;
	return x != NULL && ws_p_want(p, WS_T_RPAREN) ? x : NULL;
}

static bool
is_literal(struct ws_sv s)
{
	double value;
	enum ws_unit unit;

	return ws_unit_parse(s, WS_U_NONE, &value, &unit);
}

static struct ws_expr *
parse_word(struct ws_parser *p)
{
	static const enum ws_op calls[] = { WS_OP_KNOWN, WS_OP_COUNT, WS_OP_MIN,
		WS_OP_MAX, WS_OP_FIRST };
	struct ws_pos at = p->tok.pos;

	for (size_t i = 0; i < WS_LEN(calls); i++)
		if (ws_p_accept_word(p, ws_op_sign(calls[i])))
			return parse_call(p, calls[i], at);
	if (ws_p_is_word(p, "and") || ws_p_is_word(p, "or") ||
	    ws_p_is_word(p, "not")) {
		ws_p_wanted(p, "a fact, a number or '('");
		return NULL;
	}
	/* true, false, go1.26 */
	return leaf(p, is_literal(p->tok.text) ? WS_OP_NUMBER : WS_OP_FACT);
}

static struct ws_expr *
parse_string(struct ws_parser *p)
{
	struct ws_expr *x = node(p, WS_OP_STRING, p->tok.pos);

	if (x == NULL || !ws_p_string(p, "a string", &x->text))
		return NULL;
	return x;
}

static struct ws_expr *
parse_primary(struct ws_parser *p)
{
	switch (p->tok.kind) {
	case WS_T_WORD:
		return parse_word(p);
	case WS_T_PARAM:
		return leaf(p, WS_OP_PARAM);
	case WS_T_NUMBER:
		return leaf(p, WS_OP_NUMBER);
	case WS_T_STRING:
		return parse_string(p);
	case WS_T_LPAREN:
		ws_p_next(p);
		return parse_inner(p);
	default:
		ws_p_wanted(p, "a fact, a number or '('");
		return NULL;
	}
}

static struct ws_expr *
parse_unary(struct ws_parser *p)
{
	struct ws_expr *x;

	if (p->tok.kind != WS_T_MINUS)
		return parse_primary(p);
	x = node(p, WS_OP_NEG, p->tok.pos);
	ws_p_next(p);
	if (x == NULL || !ws_p_deeper(p))
		return NULL;
	x->a = parse_unary(p);
	p->depth--;
	return x->a != NULL ? x : NULL;
}

/* What stands at the token: an operator of that tightness, or false. */
static bool
at_operator(const struct ws_parser *p, int binds, enum ws_op *op)
{
	static const struct {
		enum ws_token_kind kind;
		enum ws_op op;
		int binds;
	} table[] = {
		{ WS_T_STAR, WS_OP_MUL, 6 },
		{ WS_T_SLASH, WS_OP_DIV, 6 },
		{ WS_T_PLUS, WS_OP_ADD, 5 },
		{ WS_T_MINUS, WS_OP_SUB, 5 },
		{ WS_T_LT, WS_OP_LT, 4 },
		{ WS_T_LE, WS_OP_LE, 4 },
		{ WS_T_GT, WS_OP_GT, 4 },
		{ WS_T_GE, WS_OP_GE, 4 },
		{ WS_T_EQ, WS_OP_EQ, 4 },
		{ WS_T_NE, WS_OP_NE, 4 },
	};

	for (size_t i = 0; i < WS_LEN(table); i++) {
		if (table[i].kind != p->tok.kind || table[i].binds != binds)
			continue;
		*op = table[i].op;
		return true;
	}
	*op = binds == 2 ? WS_OP_AND : WS_OP_OR;
	return binds <= 2 && ws_p_is_word(p, ws_op_sign(*op));
}

/* A OP B OP C, from the left, of operators that bind as tightly. */
static struct ws_expr *
parse_chain(struct ws_parser *p, int binds,
    struct ws_expr *(*operand)(struct ws_parser *))
{
	struct ws_expr *a = operand(p), *x;
	enum ws_op op;

	while (a != NULL && at_operator(p, binds, &op)) {
		x = node(p, op, p->tok.pos);
		ws_p_next(p);
		if (x == NULL)
			return NULL;
		x->a = a;
		x->b = operand(p);
		if (x->b == NULL)
			return NULL;
		a = x;
	}
	return a;
}

static struct ws_expr *
parse_product(struct ws_parser *p)
{
	return parse_chain(p, 6, parse_unary);
}

static struct ws_expr *
parse_sum(struct ws_parser *p)
{
	return parse_chain(p, 5, parse_product);
}

bool
ws_p_comparison(struct ws_parser *p, enum ws_op *out)
{
	if (!at_operator(p, 4, out))
		return ws_p_wanted(p, "a comparison");
	ws_p_next(p);
	return true;
}

static struct ws_expr *
parse_comparison(struct ws_parser *p)
{
	struct ws_expr *a = parse_sum(p), *x;
	enum ws_op op;

	if (a == NULL || !at_operator(p, 4, &op))
		return a;
	x = node(p, op, p->tok.pos);
	ws_p_next(p);
	if (x == NULL)
		return NULL;
	x->a = a;
	x->b = parse_sum(p);
	if (x->b == NULL)
		return NULL;
	if (at_operator(p, 4, &op)) {
		ws_p_error(p, "comparisons cannot be chained, use 'and'");
		return NULL;
	}
	return x;
}

static struct ws_expr *
parse_not(struct ws_parser *p)
{
	struct ws_pos at = p->tok.pos;
	struct ws_expr *x;

	if (!ws_p_accept_word(p, "not"))
		return parse_comparison(p);
	x = node(p, WS_OP_NOT, at);
	if (x == NULL || !ws_p_deeper(p))
		return NULL;
	x->a = parse_not(p);
	p->depth--;
	return x->a != NULL ? x : NULL;
}

static struct ws_expr *
parse_and(struct ws_parser *p)
{
	return parse_chain(p, 2, parse_not);
}

static struct ws_expr *
parse_or(struct ws_parser *p)
{
	return parse_chain(p, 1, parse_and);
}

struct ws_expr *
ws_parse_expr(struct ws_parser *p)
{
	p->depth = p->nodes = 0;
	return parse_or(p);
}

static struct ws_expr *
parse_source(struct ws_parser *p)
{
	struct ws_near near;
	struct ws_expr *x;

	if (p->tok.kind != WS_T_WORD) {
		ws_p_wanted(p, "a source");
		return NULL;
	}
	x = leaf(p, WS_OP_SOURCE);
	if (x == NULL)
		return NULL;
	x->unit = WS_U_BOOL;
	x->index = ws_source_by_name(ws_sv_of(x->text));
	if (x->index < WS_S_COUNT_OF)
		return x;
	ws_near_init(&near, ws_sv_of(x->text));
	for (size_t i = 0; i < WS_S_COUNT_OF; i++)
		ws_near_offer(&near, ws_sv_of(ws_source_defs[i].name));
	ws_p_error_at(
	    p, x->pos, "no source '%s'%s", x->text, ws_near_hint(&near));
	return NULL;
}

static struct ws_expr *parse_needs_or(struct ws_parser *p);

static struct ws_expr *
parse_needs_primary(struct ws_parser *p)
{
	struct ws_expr *x;

	if (!ws_p_accept(p, WS_T_LPAREN))
		return parse_source(p);
	if (!ws_p_deeper(p))
		return NULL;
	x = parse_needs_or(p);
	p->depth--;
	return x != NULL && ws_p_want(p, WS_T_RPAREN) ? x : NULL;
}

static struct ws_expr *
parse_needs_and(struct ws_parser *p)
{
	return parse_chain(p, 2, parse_needs_primary);
}

static struct ws_expr *
parse_needs_or(struct ws_parser *p)
{
	return parse_chain(p, 1, parse_needs_and);
}

struct ws_expr *
ws_parse_needs(struct ws_parser *p)
{
	p->depth = p->nodes = 0;
	return parse_needs_or(p);
}
