/* What to do about a class of bottleneck, as rules files declare it. */
#ifndef WS_ADVICE_H
#define WS_ADVICE_H

#include "facts/fact.h"
#include "rules/class.h"

struct ws_expr; /* src/rules/expr.h */

/* How an advice changes throughput; src/diagnosis/impact.c has the sums. */
enum ws_impact_kind {
	WS_IMPACT_NONE,
	WS_IMPACT_REMOVES, /* Amdahl: a share of CPU time goes away */
	WS_IMPACT_FREES,   /* the same, and the waiting with it */
	WS_IMPACT_SCALES   /* throughput can rise to what scaling allows */
};

struct ws_success { /* `fact op value` that a later bundle must meet */
	const char *fact, *op;
	double value;
	enum ws_unit unit;
};

/* A size that the remedy wants, worked out of what was measured. */
struct ws_figure {
	const char *label; /* "items of a batch" */
	const struct ws_expr *of;
	double lo, hi; /* cut to these; infinite without */
};

struct ws_advice {
	const char *id, *title, *risk, *why, *file;
	unsigned line;
	enum ws_class cls;
	char effort;                /* 'S', 'M' or 'L' */
	const struct ws_expr *when; /* NULL: whenever a rule advises it */
	enum ws_impact_kind impact;
	const struct ws_expr *of;      /* the share; of SCALES: the most */
	const struct ws_expr *leaving; /* share of the used CPU time that no
					  remedy of this kind touches, or NULL */
	double lo, hi;                 /* part of it that the remedy gets */
	/* Facts with subjects; the first that has some is aimed at. */
	const char *const *targets;
	size_t n_targets;
	const char *const *step;
	size_t n_step;
	const struct ws_figure *figure;
	size_t n_figure;
	const char *code; /* Go code of the pattern, or NULL */
	const struct ws_success *success;
	size_t n_success;
};

#endif
