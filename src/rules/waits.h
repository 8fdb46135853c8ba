/* What unused CPU time is put down to, as rules files declare it. */
#ifndef WS_WAITS_H
#define WS_WAITS_H

#include "rules/class.h"

struct ws_expr; /* src/rules/expr.h */

struct ws_waits {
	const char *id, *title, *file;
	unsigned line;
	enum ws_class cls;        /* WS_CLASS_NONE when it speaks for none */
	const struct ws_expr *of; /* part of the goroutines' time */
};

#endif
