/* Tests as they were parsed: facts to put, and what is expected of them. */
#ifndef WS_SUITE_H
#define WS_SUITE_H

#include "rules/ruleset.h"

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

#endif
