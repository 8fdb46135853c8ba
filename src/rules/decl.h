/* Declarations as they were parsed, with places. */
#ifndef WS_DECL_H
#define WS_DECL_H

#include "rules/expr.h"

/* An array of pointers that lives in an arena. */
struct ws_list {
	void **v;
	size_t n, cap;
};

void ws_list_add(struct ws_arena *a, struct ws_list *l, void *p);
/* One array of the elements that a list points to. */
void *ws_list_flat(struct ws_arena *a, const struct ws_list *l, size_t size);

struct ws_ref { /* something that is named, with its place */
	const char *name;
	struct ws_pos pos;
};

#define WS_RULE_FIELDS(X)                                                      \
	X(CLASS, "class")                                                      \
	X(WEIGHT, "weight")                                                    \
	X(GROUP, "group")                                                      \
	X(NEEDS, "needs")                                                      \
	X(WHEN, "when")                                                        \
	X(SAY, "say")                                                          \
	X(UNKNOWN, "unknown")                                                  \
	X(ADVISE, "advise")                                                    \
	X(SHARE, "share")                                                      \
	X(TARGETS, "targets")                                                  \
	X(WHY, "why")                                                          \
	X(ENABLED, "enabled")                                                  \
	X(DEPRECATED, "deprecated")

enum ws_rule_field {

#define X(id, key) WS_RF_##id,
	WS_RULE_FIELDS(X)
#undef X
	    WS_RULE_FIELDS_N
};

#define WS_ADVICE_FIELDS(X)                                                    \
	X(FOR, "for")                                                          \
	X(TITLE, "title")                                                      \
	X(EFFORT, "effort")                                                    \
	X(RISK, "risk")                                                        \
	X(WHEN, "when")                                                        \
	X(IMPACT, "impact")                                                    \
	X(TARGETS, "targets")                                                  \
	X(FIGURE, "figure")                                                    \
	X(STEP, "step")                                                        \
	X(CODE, "code")                                                        \
	X(SUCCESS, "success")                                                  \
	X(WHY, "why")

enum ws_advice_field {

#define X(id, key) WS_AF_##id,
	WS_ADVICE_FIELDS(X)
#undef X
	    WS_ADVICE_FIELDS_N
};

struct ws_rule_decl {
	struct ws_rule rule; /* first, so that pub and decl convert */
	struct ws_pos at;
	struct ws_pos field[WS_RULE_FIELDS_N]; /* where each value stands */
	unsigned set, overridden;              /* bits of ws_rule_field */
	struct ws_list advise;                 /* of ws_ref */
	unsigned seen;                         /* by tests: bits of ws_truth */
};

/* success.value as it stands in the file, until the fact's unit is known */
struct ws_success_decl {
	struct ws_success success;
	struct ws_pos fact_at, value_at;
	const char *text;
	bool negative;
};

struct ws_advice_decl {
	struct ws_advice advice;
	struct ws_pos at;
	struct ws_pos field[WS_ADVICE_FIELDS_N];
	unsigned set, overridden;
	struct ws_list step;            /* of char */
	struct ws_list figure, targets; /* of ws_figure, of ws_ref */
	struct ws_list success;         /* of ws_success_decl */
	bool used;
};

/* With the places that the check points to. */
struct ws_stage_decl {
	struct ws_stage stage; /* first, so that lists flatten */
	struct ws_pos pos, at;
};

struct ws_queue_decl {
	struct ws_queue queue;
	struct ws_pos pos;
};

struct ws_design_decl {
	struct ws_design design; /* first, so that pub and decl convert */
	struct ws_pos pos;
	struct ws_list stage, queue, note; /* the last of char */
};

struct ws_param_decl {
	struct ws_param param;
	struct ws_pos at;
	struct ws_pos default_at;
	bool used;
	unsigned overridden; /* bits: default, range */
};

#endif
