/* The rule set inside: declarations with their places, by kind and name. */
#ifndef WS_RULESET_H
#define WS_RULESET_H

#include "base/htab.h"
#include "rules/decl_query.h"

enum ws_name_kind {
	WS_NAME_RULE,
	WS_NAME_PARAM,
	WS_NAME_GROUP,
	WS_NAME_ADVICE,
	WS_NAME_DESIGN,
	WS_NAME_SHARE,
	WS_NAME_ACCOUNT,
	WS_NAME_WAITS,
	WS_NAME_KINDS
};

struct ws_rules {
	struct ws_arena *arena;
	struct ws_texts texts;
	struct ws_list decl[WS_NAME_KINDS];  /* in the order of the files */
	struct ws_htab *name[WS_NAME_KINDS]; /* name to index in decl */
	struct ws_list files;                /* of char: what to tell of each */
	struct ws_catalogue *catalogue;      /* made by the check */
	struct ws_queries queries;
	bool broken; /* a load failed */
	bool checked;
};

/* Keeps a copy of a text; its number. */
uint32_t ws_rules_add_text(
    struct ws_rules *r, const char *name, struct ws_sv text, bool is_test);
/* Reads a whole file, telling what is wrong with it. */
enum ws_status ws_rules_read(
    const char *path, struct ws_buf *b, struct ws_problems *report);
/* The declaration of that name, or NULL. */
void *ws_decl_find(
    const struct ws_rules *r, enum ws_name_kind k, struct ws_sv name);
/* False when the name is taken. */
bool ws_decl_add(
    struct ws_rules *r, enum ws_name_kind k, const char *name, void *decl);
/* ", did you mean 'x'?" over all names of a kind. */
const char *ws_decl_near(const struct ws_rules *r, enum ws_name_kind k,
    const char *wrong, struct ws_near *n);
const char *ws_fact_near(
    const struct ws_catalogue *c, const char *wrong, struct ws_near *n);
bool ws_rule_is_judged(const struct ws_rule *r);

/* Types the expression; false (and told) when it makes no sense. */
bool ws_expr_check(
    struct ws_rules *r, struct ws_expr *x, struct ws_problems *report);

/* Reads a literal of a wanted unit; false when it is of another. */
bool ws_literal_read(
    const char *text, enum ws_unit want, double *value, enum ws_unit *unit);

#endif
