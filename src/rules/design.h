/*
 * A concurrency design as rules files declare it: stages that run at once, the
 * queues between them, who owns what and who closes it.  Numbers are
 * expressions over facts, so that a design is sized by what was measured.
 */
#ifndef WS_DESIGN_H
#define WS_DESIGN_H

#include "rules/class.h"

struct ws_expr; /* src/rules/expr.h */

struct ws_stage {
	const char *name;
	const struct ws_expr *runs; /* goroutines or processes of it */
	const char *does, *owns;
	const char
	    *at; /* fact with subjects: the function it is now; or NULL */
};

struct ws_queue {
	const char *name, *from, *to;
	const struct ws_expr *holds; /* capacity in items */
	double lo, hi;               /* within which */
	const char *closed;          /* by whom, and when */
	const char *full;            /* what happens then */
};

struct ws_design {
	const char *id, *title, *why, *file;
	unsigned line;
	enum ws_class cls;
	const struct ws_expr *when; /* NULL: whenever the class is decided */
	const struct ws_stage *stage;
	size_t n_stage;
	const struct ws_queue *queue;
	size_t n_queue;
	const char *const *note;
	size_t n_note;
};

#endif
