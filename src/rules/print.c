/* Expressions and literals as they could stand in a file. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "rules/expr.h"

static int
binds(enum ws_op op)
{
	static const int table[] = {
#define X(id, sign, b) b,
		WS_OPS(X)
#undef X
	};

	return table[op];
}

void
ws_string_print(struct ws_buf *b, const char *s)
{
	static const char from[] = "\n\t\"\\", to[] = "nt\"\\";
	const char *at;

	ws_buf_putc(b, '"');
	for (; *s != '\0'; s++) {
		at = strchr(from, *s);
		if (at != NULL)
			ws_buf_printf(b, "\\%c", to[at - from]);
		else
			ws_buf_putc(b, *s);
	}
	ws_buf_putc(b, '"');
}

/* As few digits as read back to the same. */
static void
put_number(struct ws_buf *b, double v, const char *suffix)
{
	char text[400];
	int digits = 0;
	double back;

	do {
		snprintf(text, sizeof(text), "%.*f", digits, v);
		if (!ws_num_f64(ws_sv_of(text), -1e300, 1e300, &back))
			back = v;
	} while (back != v && ++digits <= 17);
	ws_buf_puts(b, text);
	ws_buf_puts(b, suffix);
}

/* The largest step of which the value is a whole number, or the base. */
static void
put_stepped(struct ws_buf *b, double v, const char *const *names,
    const double *steps, size_t n)
{
	size_t i = n - 1;

	while (i > 0 && (v == 0 || fmod(v, steps[i]) != 0))
		i--;
	put_number(b, v / steps[i], names[i]);
}

void
ws_literal_print(struct ws_buf *b, double v, enum ws_unit unit)
{
	static const char *const time_names[] = { "ns", "us", "ms", "s" };
	static const double time_steps[] = { 1, 1e3, 1e6, 1e9 };
	static const char *const byte_names[] = { "B", "KiB", "MiB", "GiB" };
	static const char *const brate_names[] = { "B/s", "KiB/s", "MiB/s",
		"GiB/s" };
	static const double byte_steps[] = { 1, 1024, 1048576, 1073741824 };
	static const char *const rate_names[] = { "/s", "k/s", "M/s", "G/s" };
	double percent = v * 100;

	switch (unit) {
	case WS_U_RATIO:
		/* 7 * 0.01 * 100 is not quite 7. */
		if (round(percent) * 0.01 == v || round(percent) / 100 == v)
			percent = round(percent);
		put_number(b, percent, "%");
		break;
	case WS_U_TIME:
		put_stepped(b, v, time_names, time_steps, 4);
		break;
	case WS_U_RATE:
		put_stepped(b, v, rate_names, time_steps, 4);
		break;
	case WS_U_BYTES:
		put_stepped(b, v, byte_names, byte_steps, 4);
		break;
	case WS_U_BRATE:
		put_stepped(b, v, brate_names, byte_steps, 4);
		break;
	case WS_U_VERSION:
		ws_buf_printf(b, "%.0f.%.0f", floor(v / 1000), fmod(v, 1000));
		break;
	case WS_U_BOOL:
		ws_buf_puts(b, v != 0 ? "true" : "false");
		break;
	default:
		put_number(b, v, "");
	}
}

static void
put_operand(struct ws_buf *b, const struct ws_expr *x, bool parentheses)
{
	if (parentheses)
		ws_buf_putc(b, '(');
	ws_expr_print(b, x);
	if (parentheses)
		ws_buf_putc(b, ')');
}

static void
put_binary(struct ws_buf *b, const struct ws_expr *x)
{
	int own = binds(x->op);
	/* Comparisons do not chain; the rest joins from the left. */
	bool chains = !ws_op_is_comparison(x->op);

	put_operand(b, x->a, binds(x->a->op) < own + !chains);
	ws_buf_printf(b, " %s ", ws_op_sign(x->op));
	put_operand(b, x->b, binds(x->b->op) <= own);
}

void
ws_expr_print(struct ws_buf *b, const struct ws_expr *x)
{
	switch (x->op) {
	case WS_OP_STRING:
		ws_string_print(b, x->text);
		break;
	case WS_OP_NUMBER:
	case WS_OP_FACT:
	case WS_OP_SOURCE:
	case WS_OP_PARAM:
		ws_buf_puts(b, ws_op_sign(x->op));
		ws_buf_puts(b, x->text);
		break;
	case WS_OP_KNOWN:
	case WS_OP_COUNT:
	case WS_OP_MIN:
	case WS_OP_MAX:
	case WS_OP_FIRST:
		ws_buf_printf(b, "%s(", ws_op_sign(x->op));
		ws_expr_print(b, x->a);
		if (x->b != NULL) {
			ws_buf_puts(b, ", ");
			ws_expr_print(b, x->b);
		}
		ws_buf_putc(b, ')');
		break;
	case WS_OP_NOT:
	case WS_OP_NEG:
		ws_buf_puts(b, x->op == WS_OP_NOT ? "not " : "-");
		put_operand(b, x->a, binds(x->a->op) < binds(x->op));
		break;
	default:
		put_binary(b, x);
	}
}
