/* The tables of `top`: what a profile charges, by function and otherwise. */
#ifndef WS_TOP_H
#define WS_TOP_H

#include "base/regex.h"
#include "metrics/profile.h"

enum ws_top_by {
	WS_TOP_FUNC,
	WS_TOP_LINE, /* function, file and line */
	WS_TOP_FILE,
	WS_TOP_MAPPING,
	WS_TOP_LABEL /* value of one, or the whole track */
};

/* What is asked.  All zero: every function, by flat value. */
struct ws_top_ask {
	enum ws_top_by by;
	struct ws_sv label; /* key; empty: the whole track */
	/* NULL or what is kept and left out: whole samples, by any frame whose
	 * function, file or binary matches; without frames there is nothing
	 * to match (as `go tool pprof` has it). */
	const struct ws_regex *focus, *ignore;
	bool cum;        /* sort by that */
	bool no_inlines; /* what was inlined is its caller's */
};

struct ws_top_row {
	const char *name; /* lives with the dictionary */
	double flat, cum;
};

struct ws_top {
	struct ws_top_row *row;
	size_t n;
	double kept;      /* sum of magnitudes of what focus and ignore leave */
	uint64_t limited; /* names whose matching ran into the match limit */
};

/*
 * Flat and cumulative values, by falling |flat|, then |cum|, then name: the
 * rules of `go tool pprof -top` (cum counts a stack once even when the function
 * recurs in it).  Labels want a profile whose tracks were told apart.
 */
void ws_top_init(struct ws_top *t, const struct ws_profile *p,
    struct ws_dict *d, const struct ws_top_ask *ask);
void ws_top_fini(struct ws_top *t);

#endif
