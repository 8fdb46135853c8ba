/* The parts of the check to each other. */
#ifndef WS_CHECK_H
#define WS_CHECK_H

#include "rules/ruleset.h"

struct ws_check {
	struct ws_rules *r;
	struct ws_problems report;
};

/* Declares the facts of shares, sites and accounts, and makes r->queries. */
void ws_check_queries(struct ws_check *k);
void ws_check_rules(struct ws_check *k);
void ws_check_advice(struct ws_check *k);
void ws_check_designs(struct ws_check *k);
void ws_check_waits(struct ws_check *k);
/* Warnings about what is declared and never used. */
void ws_check_unused(struct ws_check *k);
/* Tells when the expression (NULL: none) is wrong, or not true or false. */
void ws_check_truth(struct ws_check *k, const struct ws_expr *x);
/* Tells when the fact (NULL: none) is none or has no subjects to aim at. */
void ws_check_subjects(struct ws_check *k, const char *name, struct ws_pos at);
/* The fact of that name; NULL after telling that there is none. */
const struct ws_fact_def *ws_check_fact(
    struct ws_check *k, const char *name, struct ws_pos at);

#endif
