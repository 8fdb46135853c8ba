/* Tests as they were parsed: facts to put, and what is expected of them. */
#ifndef WS_SUITE_H
#define WS_SUITE_H

#include "rules/ruleset.h"
#include "rules/test.h"

struct ws_suite {
	struct ws_list test; /* of ws_test_decl */
};

enum ws_expect_kind { WS_EXPECT_RULE, WS_EXPECT_VERDICT, WS_EXPECT_COLLECTS };

struct ws_expect {
	enum ws_expect_kind kind;
	struct ws_rule_decl *rule;
	bool has_truth, weak; /* what is said of a rule */
	enum ws_truth truth;
	const char *text; /* key of the verdict, or part of a command */
};

struct ws_told_source {
	enum ws_source_id source;
	enum ws_presence presence;
};

struct ws_test_decl {
	const char *name;
	struct ws_pos at;
	struct ws_list fact;    /* of ws_fact */
	struct ws_list source;  /* of ws_told_source */
	struct ws_list missing; /* of ws_ref: names, or "prefix.*" */
	struct ws_list expect;  /* of ws_expect */
};

/* Adds the tests of a file to the suite. */
enum ws_status ws_suite_read(struct ws_rules *r, const char *path,
    const struct ws_complain *c, struct ws_suite *suite);
/* The facts that a test puts; they are the caller's to free. */
struct ws_facts *ws_test_facts(
    const struct ws_rules *r, const struct ws_test_decl *t);
/* Runs all tests; coverage is accumulated in the rule set. */
void ws_suite_run(const struct ws_rules *r, const struct ws_suite *suite,
    const struct ws_test_hooks *h, struct ws_test_totals *t);

#endif
