/* The arithmetic of one rule, a comparison a line. */
#include <math.h>
#include <string.h>

#include "rules/value.h"

static void
put_value(struct ws_buf *b, const struct ws_value *v, enum ws_unit unit)
{
	char text[32], lo[32], hi[32];

	if (!v->known) {
		ws_buf_puts(b, "unknown");
		return;
	}
	if (v->text != NULL) {
		ws_buf_putc(b, '"');
		ws_buf_put_safe(b, ws_sv_of(v->text));
		ws_buf_putc(b, '"');
		return;
	}
	ws_unit_format(text, v->v, unit);
	ws_buf_puts(b, text);
	if (!v->sampled)
		return;
	ws_unit_format(lo, v->lo, unit);
	ws_unit_format(hi, v->hi, unit);
	ws_buf_printf(b, " (%s..%s)", lo, hi);
}

/* Pads the line that began at `start` to a column. */
static void
pad(struct ws_buf *b, size_t start, size_t column)
{
	do
		ws_buf_putc(b, ' ');
	while (b->n - start < column);
}

enum { VALUES = 48, TRUTH = 84 };

/* The truth of the line that began at `start`. */
static void
put_truth(struct ws_buf *b, size_t start, struct ws_kleene k)
{
	pad(b, start, TRUTH);
	ws_buf_printf(
	    b, "%s%s\n", ws_truth_name(k.truth), k.weak ? ", weak" : "");
}

static void
put_line(struct ws_buf *b, const struct ws_scene *s, const struct ws_expr *x,
    int indent)
{
	struct ws_value v;
	size_t start = b->n;

	ws_buf_printf(b, "%*s", indent, "");
	ws_expr_print(b, x);
	if (b->n - start >= VALUES) {
		ws_buf_putc(b, '\n');
		start = b->n;
	}
	pad(b, start, VALUES);
	if (ws_op_is_comparison(x->op)) {
		v = ws_value_of(s, x->a);
		put_value(b, &v, x->a->unit);
		ws_buf_printf(b, " %s ", ws_op_sign(x->op));
		v = ws_value_of(s, x->b);
		put_value(b, &v, x->b->unit);
		if (x->b->op == WS_OP_PARAM)
			ws_buf_puts(b, " (param)");
	}
	put_truth(b, start, ws_truth_of(s, x));
}

static void put_lines(struct ws_buf *b, const struct ws_scene *s,
    const struct ws_expr *x, int indent);

/* The sides of a chain of one operator. */
static void
put_chain(struct ws_buf *b, const struct ws_scene *s, const struct ws_expr *x,
    enum ws_op op, int indent)
{
	if (x->op != op || (op != WS_OP_AND && op != WS_OP_OR)) {
		put_lines(b, s, x, indent);
		return;
	}
	put_chain(b, s, x->a, op, indent);
	put_chain(b, s, x->b, op, indent);
}

/* What joins the lines below, with the truth of x. */
static void
put_joint(struct ws_buf *b, const struct ws_scene *s, const struct ws_expr *x,
    int indent, const char *word)
{
	size_t start = b->n;

	ws_buf_printf(b, "%*s%s", indent, "", word);
	put_truth(b, start, ws_truth_of(s, x));
}

/* A comparison a line; what is joined stands below what joins it. */
static void
put_lines(struct ws_buf *b, const struct ws_scene *s, const struct ws_expr *x,
    int indent)
{
	const struct ws_expr *of = x->op == WS_OP_NOT ? x->a : x;
	bool is_not = x->op == WS_OP_NOT;

	if (of->op == WS_OP_AND)
		put_joint(b, s, x, indent, is_not ? "not all of" : "all of");
	else if (of->op == WS_OP_OR)
		put_joint(b, s, x, indent, is_not ? "none of" : "any of");
	else if (is_not)
		put_joint(b, s, x, indent, "not");
	if (is_not || of->op == WS_OP_AND || of->op == WS_OP_OR)
		put_chain(b, s, of, of->op, indent + 2);
	else
		put_line(b, s, x, indent);
}

/* The sides of an outermost `and` need no word: all must hold. */
static void
put_condition(
    struct ws_buf *b, const struct ws_scene *s, const struct ws_expr *x)
{
	if (x->op == WS_OP_AND)
		put_chain(b, s, x, WS_OP_AND, 4);
	else
		put_lines(b, s, x, 4);
}

static void
put_head(struct ws_buf *b, const struct ws_rule *rule)
{
	ws_buf_puts(b, rule->id);
	if (rule->kind == WS_RULE_TRAP)
		ws_buf_puts(b, "  trap");
	else if (rule->kind == WS_RULE_QUALITY)
		ws_buf_puts(b, "  quality");
	else if (rule->cls < WS_CLASSES)
		ws_buf_printf(b, "  class %s  weight %+d  group %s",
		    ws_class_defs[rule->cls].key, rule->weight,
		    rule->group != NULL ? rule->group : "");
	ws_buf_printf(b, "  %s:%u", rule->file, rule->line);
}

static void
put_needs(struct ws_buf *b, const struct ws_scene *s, const struct ws_expr *x)
{
	size_t start = b->n;

	ws_buf_puts(b, "    needs ");
	ws_expr_print(b, x);
	pad(b, start, TRUTH);
	ws_buf_puts(b, ws_needs_met(s, x) ? "met\n" : "not met\n");
}

void
ws_eval_explain(const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_rule *rule, struct ws_buf *b)
{
	struct ws_scene s = { r, f, WS_HTAB_NONE, 1 };
	struct ws_kleene k = ws_truth_of(&s, rule->when);

	if (rule->needs != NULL && !ws_needs_met(&s, rule->needs))
		k = (struct ws_kleene){ WS_UNKNOWN, false };
	put_head(b, rule);
	ws_buf_printf(
	    b, "   -> %s%s\n", ws_truth_name(k.truth), k.weak ? ", weak" : "");
	if (rule->deprecated != NULL)
		ws_buf_printf(
		    b, "    not judged: deprecated by %s\n", rule->deprecated);
	else if (!rule->enabled)
		ws_buf_puts(b, "    not judged: disabled\n");
	if (rule->needs != NULL)
		put_needs(b, &s, rule->needs);
	put_condition(b, &s, rule->when);
}

/* An expression of any unit and its value, on a line. */
static void
put_number(struct ws_buf *b, const struct ws_scene *s, const struct ws_expr *x,
    unsigned indent)
{
	struct ws_value v = ws_value_of(s, x);
	size_t start = b->n;

	ws_buf_printf(b, "%*s", (int)indent, "");
	ws_expr_print(b, x);
	if (b->n - start >= VALUES) {
		ws_buf_putc(b, '\n');
		start = b->n;
	}
	pad(b, start, VALUES);
	put_value(b, &v, x->unit);
	ws_buf_putc(b, '\n');
}

static void
put_operands(
    struct ws_buf *b, const struct ws_scene *s, const struct ws_expr *x)
{
	if (x->a != NULL)
		put_operands(b, s, x->a);
	if (x->b != NULL)
		put_operands(b, s, x->b);
	if (x->op == WS_OP_FACT || x->op == WS_OP_PARAM)
		put_number(b, s, x, 8);
}

void
ws_eval_show(const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_expr *x, struct ws_buf *b)
{
	struct ws_scene s = { r, f, WS_HTAB_NONE, 1 };

	if (x->unit == WS_U_BOOL) {
		put_condition(b, &s, x);
		return;
	}
	put_number(b, &s, x, 4);
	if (x->a != NULL)
		put_operands(b, &s, x);
}
