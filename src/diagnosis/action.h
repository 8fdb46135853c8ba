/* What a diagnosis says to do: where the time goes, actions, a design. */
#ifndef WS_ACTION_H
#define WS_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/advice.h"
#include "rules/design.h"

struct ws_leaf { /* of the time accounting: exclusive, adding up to 1 */
	const char *title, *source, *cls;
	double share;
	bool unused; /* nobody used these CPUs */
};

struct ws_target {
	const char *subject;
	double share;
};

struct ws_action {
	const struct ws_advice *advice;
	bool has_impact;
	double lo, hi, cap;   /* factors of throughput; 1.5 is 50 % more; cap is
			       infinite when nothing in the bundle bounds it */
	const char *basis;    /* what they rest on; NULL without impact */
	const char *code;     /* of the advice, with names of this bundle */
	const double *figure; /* of each of the advice; NaN: not known */
	const struct ws_target *target;
	size_t n_target;
	/* What is largest in the account of time when this and the actions
	 * before it have done the middle of what they may; share NaN when
	 * there is no account. */
	struct ws_leaf then;
};

/* A design with the numbers of this bundle. */
struct ws_sketch {
	const struct ws_design *design;
	/* Of each stage: how many run (NaN: not known), and the function that
	 * it is now (NULL: not known). */
	const double *runs;
	const char *const *at;
	const double *holds; /* of each queue */
};

#endif
