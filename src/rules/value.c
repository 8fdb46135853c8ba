/*
 * Three-valued logic with intervals.  A value without evidence is unknown and
 * stays so through arithmetic; a sampled value carries the interval in which
 * it lies, and a comparison that the interval does not decide is weak.
 */
#include "rules/value.h"

#include <math.h>
#include <string.h>

static const struct ws_value unknown_value = { .known = false };

const struct ws_fact *
ws_scene_fact(const struct ws_scene *s, uint32_t def)
{
	const struct ws_fact *fact = ws_facts_get(s->f, def, NULL);
	const struct ws_fact_def *d;

	if (fact == NULL || fact->presence != WS_VALUE)
		return NULL;
	d = ws_catalogue_get(ws_facts_catalogue(s->f), def);
	if (d->unit == WS_U_TEXT)
		return fact->text != NULL ? fact : NULL;
	return isfinite(fact->value) ? fact : NULL;
}

static struct ws_value
exact(double v)
{
	return (
	    struct ws_value){ .known = isfinite(v), .v = v, .lo = v, .hi = v };
}

static struct ws_value
fact_value(const struct ws_scene *s, const struct ws_expr *x)
{
	const struct ws_fact *fact = ws_scene_fact(s, x->index);
	struct ws_value v;

	if (fact == NULL)
		return unknown_value;
	if (x->unit == WS_U_TEXT)
		return (struct ws_value){ .known = true, .text = fact->text };
	v = exact(fact->value);
	if (isnan(fact->lo) || isnan(fact->hi))
		return v;
	v.lo = fact->lo;
	v.hi = fact->hi;
	v.sampled = true;
	return v;
}

static struct ws_value
param_value(const struct ws_scene *s, const struct ws_expr *x)
{
	const struct ws_param_decl *d = s->r->decl[WS_NAME_PARAM].v[x->index];

	return exact(d->param.value * (x->index == s->scaled ? s->scale : 1));
}

/* How many subjects: none is known only of what was collected. */
static struct ws_value
count_value(const struct ws_scene *s, const struct ws_expr *x)
{
	const struct ws_fact_def *d =
	    ws_catalogue_get(ws_facts_catalogue(s->f), x->a->index);
	const struct ws_fact *const *list;
	size_t n = ws_facts_of(s->f, x->a->index, &list), subjects = 0;

	for (size_t i = 0; i < n; i++)
		subjects +=
		    list[i]->subject != NULL && list[i]->presence == WS_VALUE;
	if (subjects == 0 &&
	    ws_facts_source_presence(s->f, d->source) < WS_EMPTY)
		return unknown_value;
	return exact((double)subjects);
}

/* Infinity times zero is zero: of intervals without an end. */
static double
times(double a, double b)
{
	return a == 0 || b == 0 ? 0 : a * b;
}

static void
widen(struct ws_value *v, double end)
{
	v->lo = fmin(v->lo, end);
	v->hi = fmax(v->hi, end);
}

/* A division by a whole number is exact more often than the product with its
 * inverse. */
static double
scaled_by(double v, double factor)
{
	return factor < 1 ? v / round(1 / factor) : v * factor;
}

static struct ws_value
multiply(const struct ws_value *a, const struct ws_value *b, double factor)
{
	struct ws_value v = exact(scaled_by(a->v * b->v, factor));

	widen(&v, scaled_by(times(a->lo, b->lo), factor));
	widen(&v, scaled_by(times(a->lo, b->hi), factor));
	widen(&v, scaled_by(times(a->hi, b->lo), factor));
	widen(&v, scaled_by(times(a->hi, b->hi), factor));
	return v;
}

static struct ws_value
divide(const struct ws_value *a, const struct ws_value *b, double factor)
{
	struct ws_value inverse, v;

	if (b->v == 0)
		return unknown_value;
	inverse = exact(1 / b->v);
	if (b->lo <= 0 && b->hi >= 0) {
		inverse.lo = b->lo < 0 ? -INFINITY : 1 / b->hi;
		inverse.hi = b->hi > 0 ? INFINITY : 1 / b->lo;
	} else {
		inverse.lo = 1 / b->hi;
		inverse.hi = 1 / b->lo;
	}
	v = multiply(a, &inverse, factor);
	/* Without the detour over the inverse, and its rounding. */
	v.v = a->v / b->v * factor;
	widen(&v, v.v);
	v.known = isfinite(v.v);
	if (!a->sampled && !b->sampled)
		v.lo = v.hi = v.v;
	return v;
}

static struct ws_value
combine(enum ws_op op, const struct ws_value *a, const struct ws_value *b)
{
	struct ws_value v;

	switch (op) {
	case WS_OP_ADD:
		v = exact(a->v + b->v);
		v.lo = a->lo + b->lo;
		v.hi = a->hi + b->hi;
		return v;
	case WS_OP_SUB:
		v = exact(a->v - b->v);
		v.lo = a->lo - b->hi;
		v.hi = a->hi - b->lo;
		return v;
	case WS_OP_MIN:
		v = exact(fmin(a->v, b->v));
		v.lo = fmin(a->lo, b->lo);
		v.hi = fmin(a->hi, b->hi);
		return v;
	default:
		v = exact(fmax(a->v, b->v));
		v.lo = fmax(a->lo, b->lo);
		v.hi = fmax(a->hi, b->hi);
		return v;
	}
}

static struct ws_value
arithmetic(const struct ws_scene *s, const struct ws_expr *x)
{
	struct ws_value a = ws_value_of(s, x->a);
	struct ws_value b = ws_value_of(s, x->b), v;

	if (x->op == WS_OP_FIRST)
		return a.known ? a : b;
	if (!a.known || !b.known)
		return unknown_value;
	if (x->op == WS_OP_MUL)
		v = multiply(&a, &b, x->value);
	else if (x->op == WS_OP_DIV)
		v = divide(&a, &b, x->value);
	else
		v = combine(x->op, &a, &b);
	v.sampled = a.sampled || b.sampled;
	return v;
}

static struct ws_value
negated(const struct ws_scene *s, const struct ws_expr *x)
{
	struct ws_value a = ws_value_of(s, x->a), v = a;

	v.v = -a.v;
	v.lo = -a.hi;
	v.hi = -a.lo;
	return v;
}

/* Of a truth that stands in a comparison; a weak one may be either. */
static struct ws_value
truth_value(const struct ws_scene *s, const struct ws_expr *x)
{
	struct ws_kleene k = ws_truth_of(s, x);
	struct ws_value v = exact(k.truth == WS_TRUE);

	if (k.truth == WS_UNKNOWN)
		return unknown_value;
	if (k.weak) {
		v.sampled = true;
		v.lo = 0;
		v.hi = 1;
	}
	return v;
}

struct ws_value
ws_value_of(const struct ws_scene *s, const struct ws_expr *x)
{
	switch (x->op) {
	case WS_OP_NUMBER:
		return exact(x->value);
	case WS_OP_STRING:
		return (struct ws_value){ .known = true, .text = x->text };
	case WS_OP_FACT:
		return fact_value(s, x);
	case WS_OP_PARAM:
		return param_value(s, x);
	case WS_OP_COUNT:
		return count_value(s, x);
	case WS_OP_NEG:
		return negated(s, x);
	default:
		return x->unit == WS_U_BOOL ? truth_value(s, x)
					    : arithmetic(s, x);
	}
}

static bool
holds(enum ws_op op, double a, double b)
{
	switch (op) {
	case WS_OP_LT:
		return a < b;
	case WS_OP_LE:
		return a <= b;
	case WS_OP_GT:
		return a > b;
	case WS_OP_GE:
		return a >= b;
	case WS_OP_EQ:
		return a == b;
	default:
		return a != b;
	}
}

/* Whether every pair of values in the two intervals compares alike. */
static bool
decided(enum ws_op op, const struct ws_value *a, const struct ws_value *b)
{
	bool one;

	if (op == WS_OP_EQ || op == WS_OP_NE)
		return a->hi < b->lo || a->lo > b->hi ||
		       (a->lo == a->hi && b->lo == b->hi);
	one = holds(op, a->lo, b->lo);
	return holds(op, a->lo, b->hi) == one &&
	       holds(op, a->hi, b->lo) == one && holds(op, a->hi, b->hi) == one;
}

static struct ws_kleene
compare(const struct ws_scene *s, const struct ws_expr *x)
{
	struct ws_value a = ws_value_of(s, x->a);
	struct ws_value b = ws_value_of(s, x->b);
	struct ws_kleene k = { WS_UNKNOWN, false };
	bool same;

	if (!a.known || !b.known)
		return k;
	if (a.text != NULL && b.text != NULL) {
		same = strcmp(a.text, b.text) == 0;
		k.truth = same == (x->op == WS_OP_EQ) ? WS_TRUE : WS_FALSE;
		return k;
	}
	k.truth = holds(x->op, a.v, b.v) ? WS_TRUE : WS_FALSE;
	k.weak = (a.sampled || b.sampled) && !decided(x->op, &a, &b);
	return k;
}

static enum ws_truth
mirrored(enum ws_truth t)
{
	return (enum ws_truth)(WS_TRUE - t);
}

/* `and` is the lesser of the two.  What decides alone is weak only when all
 * that decide are; what needs both is weak when either is. */
static struct ws_kleene
both(struct ws_kleene a, struct ws_kleene b)
{
	struct ws_kleene k = { a.truth < b.truth ? a.truth : b.truth, false };

	if (k.truth == WS_TRUE)
		k.weak = a.weak || b.weak;
	else if (k.truth == WS_FALSE)
		k.weak = (a.truth != WS_FALSE || a.weak) &&
			 (b.truth != WS_FALSE || b.weak);
	return k;
}

static struct ws_kleene
opposite(struct ws_kleene k)
{
	k.truth = mirrored(k.truth);
	return k;
}

static struct ws_kleene
bool_fact(const struct ws_scene *s, const struct ws_expr *x)
{
	struct ws_value v = fact_value(s, x);
	struct ws_kleene k = { WS_UNKNOWN, false };

	if (v.known)
		k.truth = v.v != 0 ? WS_TRUE : WS_FALSE;
	return k;
}

static enum ws_truth
as_truth(bool b)
{
	return b ? WS_TRUE : WS_FALSE;
}

struct ws_kleene
ws_truth_of(const struct ws_scene *s, const struct ws_expr *x)
{
	struct ws_kleene k = { WS_UNKNOWN, false };

	switch (x->op) {
	case WS_OP_AND:
		return both(ws_truth_of(s, x->a), ws_truth_of(s, x->b));
	case WS_OP_OR:
		return opposite(both(opposite(ws_truth_of(s, x->a)),
		    opposite(ws_truth_of(s, x->b))));
	case WS_OP_NOT:
		return opposite(ws_truth_of(s, x->a));
	case WS_OP_KNOWN:
		k.truth = as_truth(ws_scene_fact(s, x->a->index) != NULL);
		return k;
	case WS_OP_NUMBER:
		k.truth = as_truth(x->value != 0);
		return k;
	case WS_OP_FACT:
		return bool_fact(s, x);
	default:
		return compare(s, x);
	}
}

bool
ws_needs_met(const struct ws_scene *s, const struct ws_expr *x)
{
	if (x->op == WS_OP_AND)
		return ws_needs_met(s, x->a) && ws_needs_met(s, x->b);
	if (x->op == WS_OP_OR)
		return ws_needs_met(s, x->a) || ws_needs_met(s, x->b);
	return ws_facts_source_presence(s->f, (enum ws_source_id)x->index) >=
	       WS_EMPTY;
}
