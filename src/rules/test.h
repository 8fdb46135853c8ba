/*
 * Rule tests: facts in, truths and verdicts out.  A test that asserts nothing
 * or names an unknown rule is an error; coverage wants each rule seen true,
 * false and unknown.
 */
#ifndef WS_RULES_TEST_H
#define WS_RULES_TEST_H

#include "rules/eval.h"

struct ws_test_hooks {
	/* The verdict on facts: a class key or outcome, for `expect verdict`.
	 * The commands to collect next go to *collects. */
	const char *(*verdict)(
	    void *arg, const struct ws_facts *f, struct ws_buf *collects);
	/* One line for each test that ran: "file:line: name", passed, and
	 * what differed. */
	void (*result)(
	    void *arg, const char *name, bool passed, const char *detail);
	void *arg;
};

struct ws_test_totals {
	unsigned passed, failed;
	unsigned uncovered; /* rules not seen true, false and unknown */
};

/* Runs one *.test file against checked rules.  Coverage is accumulated in the
 * rule set; ws_rules_test_coverage() tells what is missing at the end. */
enum ws_status ws_rules_test(struct ws_rules *r, const char *path,
    const struct ws_test_hooks *h, const struct ws_complain *c,
    struct ws_test_totals *t);
/* Appends "RULE: never true, unknown" lines (b may be NULL); returns how many
 * rules.  Only what a test expects of a rule counts as seen; of a rules file
 * that no test speaks of, nothing is asked. */
unsigned ws_rules_test_coverage(const struct ws_rules *r, struct ws_buf *b);

#endif
