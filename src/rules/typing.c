/*
 * Names and units of expressions.  Units add up only with themselves and bare
 * numbers with counts; products and quotients are those of the table.
 */
#include "rules/ruleset.h"

#include <string.h>

const char *
ws_op_sign(enum ws_op op)
{
	static const char *const signs[] = {
#define X(id, sign, binds) sign,
		WS_OPS(X)
#undef X
	};

	return signs[op];
}

bool
ws_unit_fits(enum ws_unit a, enum ws_unit b)
{
	return a == b || (a == WS_U_NONE && b == WS_U_COUNT) ||
	       (a == WS_U_COUNT && b == WS_U_NONE);
}

/* Times are nanoseconds, rates are per second. */
static const double per_second = 1e9, seconds = 1e-9;

static const struct product {
	enum ws_unit a, b, result;
	const double *factor;
} products[] = {
	{ WS_U_RATE, WS_U_TIME, WS_U_COUNT, &seconds },
	{ WS_U_BRATE, WS_U_TIME, WS_U_BYTES, &seconds },
	{ WS_U_RATE, WS_U_BYTES, WS_U_BRATE, NULL },
}, quotients[] = {
	{ WS_U_COUNT, WS_U_TIME, WS_U_RATE, &per_second },
	{ WS_U_NONE, WS_U_TIME, WS_U_RATE, &per_second },
	{ WS_U_BYTES, WS_U_TIME, WS_U_BRATE, &per_second },
	{ WS_U_COUNT, WS_U_RATE, WS_U_TIME, &per_second },
	{ WS_U_NONE, WS_U_RATE, WS_U_TIME, &per_second },
	{ WS_U_BYTES, WS_U_BRATE, WS_U_TIME, &per_second },
	{ WS_U_BRATE, WS_U_RATE, WS_U_BYTES, NULL },
	{ WS_U_BRATE, WS_U_BYTES, WS_U_RATE, NULL },
	{ WS_U_NONE, WS_U_RATIO, WS_U_COUNT, NULL },
};

static enum ws_unit
lookup(
    const struct product *p, size_t n, const enum ws_unit u[2], double *factor)
{
	for (; n > 0; n--, p++) {
		if (p->a != u[0] || p->b != u[1])
			continue;
		if (p->factor != NULL)
			*factor = *p->factor;
		return p->result;
	}
	return WS_U_COUNT_OF;
}

static enum ws_unit
multiplied(const enum ws_unit u[2], double *factor)
{
	/* What only scales, from the weakest: the other's unit stays. */
	static const enum ws_unit scales[] = { WS_U_NONE, WS_U_RATIO,
		WS_U_COUNT };

	const enum ws_unit swapped[2] = { u[1], u[0] };
	enum ws_unit result;

	for (size_t i = 0; i < WS_LEN(scales); i++) {
		if (u[0] == scales[i])
			return u[1];
		if (u[1] == scales[i])
			return u[0];
	}
	result = lookup(products, WS_LEN(products), u, factor);
	if (result == WS_U_COUNT_OF)
		result = lookup(products, WS_LEN(products), swapped, factor);
	return result;
}

static enum ws_unit
divided(const enum ws_unit u[2], double *factor)
{
	enum ws_unit result;

	if (u[1] == WS_U_NONE)
		return u[0];
	if (ws_unit_fits(u[0], u[1]))
		return WS_U_RATIO;
	result = lookup(quotients, WS_LEN(quotients), u, factor);
	if (result == WS_U_COUNT_OF &&
	    (u[1] == WS_U_COUNT || u[1] == WS_U_RATIO))
		return u[0];
	return result;
}

static bool
is_quantity(enum ws_unit u)
{
	return u != WS_U_BOOL && u != WS_U_VERSION && u != WS_U_TEXT;
}

enum ws_unit
ws_unit_result(enum ws_op op, enum ws_unit a, enum ws_unit b, double *factor)
{
	const enum ws_unit u[2] = { a, b };

	*factor = 1;
	if (!is_quantity(a) || !is_quantity(b))
		return WS_U_COUNT_OF;
	if (op == WS_OP_MUL)
		return multiplied(u, factor);
	if (op == WS_OP_DIV)
		return divided(u, factor);
	if (!ws_unit_fits(a, b))
		return WS_U_COUNT_OF;
	return a == WS_U_NONE ? b : a;
}

bool
ws_literal_read(
    const char *text, enum ws_unit want, double *value, enum ws_unit *unit)
{
	if (!ws_unit_parse(ws_sv_of(text), want, value, unit))
		return false;
	/* A number without a unit becomes what is wanted of it. */
	if (*unit == WS_U_COUNT &&
	    (want == WS_U_NONE || want == WS_U_COUNT || *value == 0) &&
	    is_quantity(want))
		*unit = want;
	return *unit == want;
}

struct typing {
	struct ws_rules *r;
	struct ws_problems *report;
};

static bool
check_fact(struct typing *t, struct ws_expr *x)
{
	const struct ws_fact_def *def;
	struct ws_near near;

	x->index = ws_catalogue_find(t->r->catalogue, ws_sv_of(x->text));
	if (x->index == UINT32_MAX) {
		ws_problems_error(t->report, x->pos, "no fact '%s'%s", x->text,
		    ws_fact_near(t->r->catalogue, x->text, &near));
		return false;
	}
	def = ws_catalogue_get(t->r->catalogue, x->index);
	x->unit = def->unit;
	return true;
}

static bool
check_param(struct typing *t, struct ws_expr *x)
{
	const struct ws_list *params = &t->r->decl[WS_NAME_PARAM];
	struct ws_param_decl *d;
	struct ws_near near;

	x->index =
	    ws_htab_get(t->r->name[WS_NAME_PARAM], x->text, strlen(x->text));
	if (x->index == WS_HTAB_NONE) {
		ws_problems_error(t->report, x->pos, "no parameter '%s'%s",
		    x->text, ws_decl_near(t->r, WS_NAME_PARAM, x->text, &near));
		return false;
	}
	d = params->v[x->index];
	d->used = true;
	x->unit = d->param.unit;
	return true;
}

static bool
check_number(struct typing *t, struct ws_expr *x)
{
	if (!ws_unit_parse(ws_sv_of(x->text), WS_U_NONE, &x->value, &x->unit)) {
		ws_problems_error(
		    t->report, x->pos, "'%s' is no number", x->text);
		return false;
	}
	if (x->unit == WS_U_COUNT)
		x->unit = WS_U_NONE;
	return true;
}

static bool
check_count(struct typing *t, struct ws_expr *x)
{
	const struct ws_fact_def *def;

	if (!check_fact(t, x->a))
		return false;
	def = ws_catalogue_get(t->r->catalogue, x->a->index);
	x->unit = WS_U_COUNT;
	if (def->subject != NULL)
		return true;
	ws_problems_error(t->report, x->a->pos,
	    "%s has no subjects that could be counted", x->a->text);
	return false;
}

/* A bare number beside a version is one, and a bare 0 has any unit. */
static void
adapt(struct ws_expr *x, enum ws_unit other)
{
	double value;
	enum ws_unit unit;

	if (x->op != WS_OP_NUMBER || x->unit != WS_U_NONE ||
	    !ws_literal_read(x->text, other, &value, &unit))
		return;
	x->value = value;
	x->unit = unit;
}

static bool
mismatch(struct typing *t, const struct ws_expr *x)
{
	enum ws_unit a = x->a->unit, b = x->b->unit;
	bool bare = (a == WS_U_RATIO && b == WS_U_NONE) ||
		    (a == WS_U_NONE && b == WS_U_RATIO);

	ws_problems_error(t->report, x->pos, "'%s' cannot join %s and %s%s",
	    ws_op_sign(x->op), ws_unit_name(a), ws_unit_name(b),
	    bare ? ": a ratio of 1 is written 100%" : "");
	return false;
}

static bool
check_arithmetic(struct typing *t, struct ws_expr *x)
{
	if (x->op != WS_OP_MUL && x->op != WS_OP_DIV) {
		adapt(x->a, x->b->unit);
		adapt(x->b, x->a->unit);
	}
	x->unit = ws_unit_result(x->op, x->a->unit, x->b->unit, &x->value);
	return x->unit != WS_U_COUNT_OF || mismatch(t, x);
}

static bool
check_comparison(struct typing *t, struct ws_expr *x)
{
	enum ws_unit u;

	adapt(x->a, x->b->unit);
	adapt(x->b, x->a->unit);
	x->unit = WS_U_BOOL;
	if (!ws_unit_fits(x->a->unit, x->b->unit))
		return mismatch(t, x);
	u = x->a->unit;
	if ((u != WS_U_TEXT && u != WS_U_BOOL) || x->op == WS_OP_EQ ||
	    x->op == WS_OP_NE)
		return true;
	ws_problems_error(t->report, x->pos,
	    "'%s' cannot compare %s, only '=' and '!=' can", ws_op_sign(x->op),
	    ws_unit_name(u));
	return false;
}

static bool
want_truth(struct typing *t, const struct ws_expr *x)
{
	if (x->unit == WS_U_BOOL)
		return true;
	ws_problems_error(t->report, x->pos,
	    "wanted a comparison or another truth, found a value of unit %s",
	    ws_unit_name(x->unit));
	return false;
}

static bool
check_operator(struct typing *t, struct ws_expr *x)
{
	bool good;

	switch (x->op) {
	case WS_OP_NEG:
		x->unit = x->a->unit;
		if (is_quantity(x->unit))
			return true;
		ws_problems_error(t->report, x->pos, "'-' cannot negate %s",
		    ws_unit_name(x->unit));
		return false;
	case WS_OP_NOT:
		x->unit = WS_U_BOOL;
		return want_truth(t, x->a);
	case WS_OP_AND:
	case WS_OP_OR:
		x->unit = WS_U_BOOL;
		good = want_truth(t, x->a);
		return want_truth(t, x->b) && good;
	default:
		return ws_op_is_comparison(x->op) ? check_comparison(t, x)
						  : check_arithmetic(t, x);
	}
}

static bool
check(struct typing *t, struct ws_expr *x)
{
	bool good;

	switch (x->op) {
	case WS_OP_NUMBER:
		return check_number(t, x);
	case WS_OP_STRING:
		x->unit = WS_U_TEXT;
		return true;
	case WS_OP_FACT:
		return check_fact(t, x);
	case WS_OP_PARAM:
		return check_param(t, x);
	case WS_OP_KNOWN:
		x->unit = WS_U_BOOL;
		return check_fact(t, x->a);
	case WS_OP_COUNT:
		return check_count(t, x);
	case WS_OP_SOURCE:
		return true;
	default:
		good = check(t, x->a);
		good = (x->b == NULL || check(t, x->b)) && good;
		return good && check_operator(t, x);
	}
}

bool
ws_expr_check(struct ws_rules *r, struct ws_expr *x, struct ws_problems *report)
{
	struct typing t = { r, report };

	return check(&t, x);
}
