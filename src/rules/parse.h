/* The parser's parts to each other.  Recursive descent with one word of
 * foresight; what is wrong is told once, then skipped to the next ';' or '}'. */
#ifndef WS_PARSE_H
#define WS_PARSE_H

#include "rules/lex.h"
#include "rules/ruleset.h"

struct ws_suite;

struct ws_parser {
	struct ws_rules *r;
	struct ws_arena *arena;
	struct ws_lexer lex;
	struct ws_token tok; /* the next one */
	struct ws_problems report;
	bool panic;             /* told, not yet recovered */
	unsigned depth, nodes;  /* of the expression being read */
	struct ws_suite *suite; /* of a *.test file, else NULL */
};

/* Parses r->texts[file].  False when anything was wrong. */
bool ws_parse(struct ws_rules *r, uint32_t file, struct ws_suite *suite,
    const struct ws_complain *c);

/* All of these return false, or NULL, after telling what is wrong. */
bool ws_p_error(struct ws_parser *p, const char *fmt, ...) WS_PRINTF(2, 3);
bool ws_p_error_at(struct ws_parser *p, struct ws_pos at, const char *fmt, ...)
    WS_PRINTF(3, 4);
bool ws_p_wanted(struct ws_parser *p, const char *what);
void ws_p_next(struct ws_parser *p);
/* Takes the token when it is of that kind; says nothing otherwise. */
bool ws_p_accept(struct ws_parser *p, enum ws_token_kind k);
bool ws_p_want(struct ws_parser *p, enum ws_token_kind k);
bool ws_p_is_word(const struct ws_parser *p, const char *word);
bool ws_p_accept_word(struct ws_parser *p, const char *word);
bool ws_p_want_word(struct ws_parser *p, const char *word);
bool ws_p_name(struct ws_parser *p, const char *what, const char **out);
bool ws_p_ref(struct ws_parser *p, const char *what, struct ws_ref *out);
/* One or more string literals, joined. */
bool ws_p_string(struct ws_parser *p, const char *what, const char **out);
/* The string literal that is the next token. */
bool ws_p_one_string(struct ws_parser *p, const char **out);
/* A number with an optional sign, as text, and as a value of that unit. */
bool ws_p_literal(struct ws_parser *p, enum ws_unit want, double *out);
/* LOW..HIGH */
bool ws_p_range(struct ws_parser *p, enum ws_unit want, double *lo, double *hi);
/* Counts a node of an expression or condition, and nesting. */
bool ws_p_node(struct ws_parser *p);
bool ws_p_deeper(struct ws_parser *p);
/* Adds a declaration; a second one of that name is told and forgotten. */
bool ws_p_add(struct ws_parser *p, enum ws_name_kind k,
    const struct ws_ref *name, void *decl);
/* '{' FIELD ';' ... '}': calls field() at each key, already taken. */
bool ws_p_block(struct ws_parser *p,
    bool (*field)(struct ws_parser *, const struct ws_token *, void *),
    void *arg);

/* Statements, after their first word. */
bool ws_parse_param(struct ws_parser *p);
bool ws_parse_group(struct ws_parser *p);
bool ws_parse_share(struct ws_parser *p);
bool ws_parse_sum(struct ws_parser *p);
bool ws_parse_sites(struct ws_parser *p);
bool ws_parse_elsewhere(struct ws_parser *p);
bool ws_parse_account(struct ws_parser *p);
bool ws_parse_rule(struct ws_parser *p, enum ws_rule_kind kind);
bool ws_parse_advice(struct ws_parser *p);
bool ws_parse_design(struct ws_parser *p);
bool ws_parse_waits(struct ws_parser *p);
bool ws_parse_override(struct ws_parser *p);
bool ws_parse_test(struct ws_parser *p);

/* The fields of an override, over those of the declaration. */
bool ws_override_rule(struct ws_parser *p);
bool ws_override_advice(struct ws_parser *p);
bool ws_override_param(struct ws_parser *p);

/* The class of that key, of A to E and the other outcomes. */
bool ws_p_class(struct ws_parser *p, enum ws_class *out);

/* Expressions: of values and truths, and of sources (for `needs`). */
struct ws_expr *ws_parse_expr(struct ws_parser *p);
struct ws_expr *ws_parse_needs(struct ws_parser *p);
/* A condition on stacks. */
struct ws_cond_decl *ws_parse_cond(struct ws_parser *p);
/* [+|-] comparison sign, as in `success`. */
bool ws_p_comparison(struct ws_parser *p, enum ws_op *out);

#endif
