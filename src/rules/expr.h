/* Expressions: a tree that the parser builds, the check types, and eval and
 * show walk.  At most WS_EXPR_NODES nodes, so walking may recur. */
#ifndef WS_EXPR_H
#define WS_EXPR_H

#include "rules/complain.h"

enum { WS_EXPR_NODES = 1000, WS_NESTING_MAX = 64 };

/* WS_OP(ID, "sign", how tightly it binds).  first(a, b) is b where a is
 * unknown. */
#define WS_OPS(X)                                                              \
	X(NUMBER, "", 9)                                                       \
	X(STRING, "", 9)                                                       \
	X(FACT, "", 9)                                                         \
	X(PARAM, "$", 9)                                                       \
	X(SOURCE, "", 9)                                                       \
	X(KNOWN, "known", 9)                                                   \
	X(COUNT, "count", 9)                                                   \
	X(MIN, "min", 9)                                                       \
	X(MAX, "max", 9)                                                       \
	X(FIRST, "first", 9)                                                   \
	X(NEG, "-", 7)                                                         \
	X(MUL, "*", 6)                                                         \
	X(DIV, "/", 6)                                                         \
	X(ADD, "+", 5)                                                         \
	X(SUB, "-", 5)                                                         \
	X(LT, "<", 4)                                                          \
	X(LE, "<=", 4)                                                         \
	X(GT, ">", 4)                                                          \
	X(GE, ">=", 4)                                                         \
	X(EQ, "=", 4)                                                          \
	X(NE, "!=", 4)                                                         \
	X(NOT, "not", 3)                                                       \
	X(AND, "and", 2)                                                       \
	X(OR, "or", 1)

enum ws_op {

#define X(id, sign, binds) WS_OP_##id,
	WS_OPS(X)
#undef X
};

struct ws_expr {
	enum ws_op op;
	enum ws_unit unit; /* of the result, after the check */
	struct ws_pos pos; /* of the operator, or of the operand */
	const char *text;  /* as written: literal, name without '$', string */
	double value;      /* of a number; of * and /: a factor that turns
			       nanoseconds into seconds or back, else 1 */
	uint32_t index;    /* of the fact, parameter or source */
	struct ws_expr *a, *b;
};

const char *ws_op_sign(enum ws_op op);

static inline bool
ws_op_is_comparison(enum ws_op op)
{
	return op >= WS_OP_LT && op <= WS_OP_NE;
}

/* As it could stand in a file, with the fewest parentheses. */
void ws_expr_print(struct ws_buf *b, const struct ws_expr *x);
/* A string literal with quotes and escapes. */
void ws_string_print(struct ws_buf *b, const char *s);
/* A literal that reads back to the same value: "20%", "5us", "1.26". */
void ws_literal_print(struct ws_buf *b, double value, enum ws_unit unit);

/*
 * The unit of a binary arithmetic expression; WS_U_COUNT_OF when the two do
 * not go together.  *factor is what the result must be multiplied with.
 */
enum ws_unit ws_unit_result(
    enum ws_op op, enum ws_unit a, enum ws_unit b, double *factor);
/* Whether values of the two units may be added and compared. */
bool ws_unit_fits(enum ws_unit a, enum ws_unit b);

/* One of two numbers or truths, for evaluation. */
struct ws_value {
	bool known;
	bool sampled;     /* lo and hi differ from v by sampling */
	double v, lo, hi; /* lo = hi = v when not sampled */
	const char *text; /* of a text fact or string */
};

struct ws_kleene {
	enum ws_truth truth;
	bool weak;
};

#endif
