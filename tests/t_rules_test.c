/* Tests of rules: what they can say, what is no test, and coverage. */
#include <stdio.h>
#include <unistd.h>

#include "rules_kit.h"

static const char rules[] =
    "rule A-1 { class A; weight 1; group g; when host.blocked > 5;\n"
    "  say \"x\"; why \"w\"; }\n"
    "rule A-2 { class A; weight 1; group g; needs pprof.mutex;\n"
    "  when count(disk.util) = 1 and disk.util[vda] > 1%; }\n";

static const char sound[] =
    "rule A-1 { class A; weight 1; group g; when host.blocked > 5;\n"
    "  say \"x\"; why \"w\"; }\n"
    "rule A-2 { class A; weight 1; group g; needs pprof.mutex;\n"
    "  when count(disk.util) = 1 and disk.util > 1%; say \"x\"; why \"w\"; "
    "}\n"
    "rule A-3 { class A; weight 1; group g; when true; say \"x\"; why \"w\";\n"
    "  enabled no; }\n";

struct heard {
	struct kit k;
	struct ws_test_totals totals;
	struct ws_buf results;
	bool gives_verdict;
};

static const char *
verdict(void *arg, const struct ws_facts *f, struct ws_buf *collects)
{
	(void)arg;
	ws_buf_puts(collects, "perf stat -p PID\n");
	return ws_facts_source_presence(f, WS_S_VMSTAT) == WS_VALUE ? "A"
								    : "open";
}

static void
result(void *arg, const char *name, bool passed, const char *detail)
{
	struct heard *h = arg;

	ws_buf_printf(
	    &h->results, "%s %s|%s\n", passed ? "pass" : "fail", name, detail);
}

/* Runs one test text against the sound rules. */
static enum ws_status
run(struct heard *h, const char *text)
{
	const char *dir = getenv("top_builddir");
	struct ws_test_hooks hooks = { verdict, result, h };
	struct ws_buf path = { 0 };
	struct ws_complain c;
	enum ws_status status;
	FILE *f;

	ws_buf_printf(&path, "%s/t_rules_test.%ld.test",
	    dir != NULL ? dir : ".", (long)getpid());
	f = fopen(path.p, "w");
	if (f == NULL)
		return WS_IO;
	fputs(text, f);
	fclose(f);
	c = kit_complain(&h->k);
	h->results.n = 0;
	ws_buf_puts(&h->results, "");
	if (!h->gives_verdict)
		hooks.verdict = NULL;
	status = ws_rules_test(h->k.r, path.p, &hooks, &c, &h->totals);
	remove(path.p);
	ws_buf_fini(&path);
	return status;
}

static void
heard_init(struct heard *h)
{
	*h = (struct heard){ .gives_verdict = true };
	kit_rules(&h->k, sound);
}

static void
heard_fini(struct heard *h)
{
	kit_fini(&h->k);
	ws_buf_fini(&h->results);
}

static void
test_pass(void)
{
	struct heard h;
	struct ws_buf b = { 0 };

	heard_init(&h);
	ok(run(&h, "test \"one\" { set host.blocked = 6 ~ 4..8;\n"
		   "  missing disk.*, go.version; expect A-1 true weak;\n"
		   "  expect A-1 weak; expect A-2 unknown; expect verdict A;\n"
		   "  expect collects \"perf stat\"; }\n"
		   "test \"two\" { set host.blocked = 5; empty pprof.mutex;\n"
		   "  set disk.util[\"v d\"] = 2%; expect A-1 false;\n"
		   "  expect A-2 true; }\n") == WS_OK,
	    "a sound file runs");
	ok(h.totals.passed == 2 && h.totals.failed == 0 &&
		h.totals.uncovered == 2,
	    "%u passed, %u failed, %u uncovered", h.totals.passed,
	    h.totals.failed, h.totals.uncovered);
	ok(ws_rules_test_coverage(h.k.r, &b) == 2, "two rules are not covered");
	is_str(
	    b.p, "A-1: never unknown\nA-2: never false\n", "and what of them");
	ok(run(&h, "test \"three\" { disabled pprof.block; expect A-1, A-2 "
		   "unknown; }\n"
		   "test \"four\" { empty pprof.mutex; set disk.util[a] = 1%;\n"
		   "  expect A-2 false; expect verdict open; }\n") == WS_OK,
	    "a second file adds to it");
	ok(h.totals.passed == 4 && h.totals.uncovered == 0,
	    "everything is covered");
	heard_fini(&h);
	ws_buf_fini(&b);
}

static void
test_fail(void)
{
	static const char text[] = "test \"t\" { set host.blocked = 6;\n"
				   "  expect A-1 false; expect A-1 weak;\n"
				   "  expect A-2 true; expect verdict B;\n"
				   "  expect collects \"top\"; }\n";
	static const char *const wants[] = { ":1: t|",
		"A-1: wanted false, found true\n",
		"A-1: wanted a weak one, found true\n",
		"A-2: wanted true, found unknown (pprof.mutex: no mutex "
		"profile in the bundle)\n",
		"verdict: wanted B, found A\n",
		"collects: wanted top, found perf stat" };
	struct heard h;

	heard_init(&h);
	ok(run(&h, text) == WS_OK && h.totals.failed == 1, "a test can fail");
	for (size_t i = 0; i < WS_LEN(wants); i++)
		if (!ok(strstr(h.results.p, wants[i]) != NULL, "%s", wants[i]))
			printf("# %s\n", h.results.p);
	h.gives_verdict = false;
	run(&h, "test \"t\" { expect verdict A; }");
	ok(strstr(h.results.p, "wanted A, found none") != NULL,
	    "a verdict that nobody gives is a failure");
	heard_fini(&h);
}

static void
test_refused(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "test \"t\" { set host.blocked = 6; }",
		    "this test expects nothing" },
		{ "", "no test in this file" },
		{ "# nothing", "no test in this file" },
		{ "test \"t\" { expect A-9 true; }", "no rule 'A-9'" },
		{ "test \"t\" { expect A-3 true; }",
		    "A-3 is disabled or deprecated, so never judged" },
		{ "test \"t\" { expect A-1; }",
		    "wanted 'true', 'false', 'unknown' or 'weak', found ';'" },
		{ "test \"t\" { set host.bloked = 1; }",
		    "no fact 'host.bloked', did you mean 'host.blocked'?" },
		{ "test \"t\" { set host.blocked = 1%; }",
		    "'1%' is no count literal" },
		{ "test \"t\" { set host.blocked[x] = 1; }",
		    "host.blocked has no subjects" },
		{ "test \"t\" { set host.blocked = 1 ~ 2..3; }",
		    "the value is outside its interval" },
		{ "test \"t\" { missing nosuch.*; }",
		    "'nosuch.*' matches no fact" },
		{ "test \"t\" { set host.blocked = 1; missing host.*;\n"
		  "  expect A-1 false; }",
		    "host.blocked is set and missing" },
		{ "test \"t\" { set host.blocked = 1; missing vmstat.*;\n"
		  "  expect A-1 false; }",
		    "host.blocked is set and missing" },
		{ "test \"t\" { empty mutex; }", "no source 'mutex'" },
		{ "test \"t\" { expects A-1 true; }", "found 'expects'" },
		{ "param x : ratio = 1% in 0%..1% help \"h\";",
		    "a param belongs in a *.rules file" },
	};

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		struct heard h;
		enum ws_status status;

		heard_init(&h);
		status = run(&h, cases[i].text);
		if (!ok(status == WS_CORRUPT &&
			    strstr(h.k.errors.p, cases[i].want) != NULL &&
			    h.totals.passed + h.totals.failed == 0,
			"%s", cases[i].want))
			printf("# %s\n", h.k.errors.p);
		heard_fini(&h);
	}
}

/* Cut at every byte: a file of tests runs or is refused. */
static void
test_torn(void)
{
	static const char text[] =
	    "test \"a\" { set host.blocked = 6 ~ 4..8, disk.util[\"v\"] = "
	    "2%; missing vmstat.*, go.version; empty pprof.mutex;\n"
	    "  expect A-1, A-2 true weak; expect collects \"x\"; }\n";
	size_t refused = 0;
	char part[sizeof(text)];
	struct heard h;

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		memcpy(part, text, i);
		part[i] = '\0';
		heard_init(&h);
		refused += run(&h, part) == WS_CORRUPT;
		heard_fini(&h);
	}
	/* All but the one that lacks only its last newline. */
	ok(refused + 1 >= sizeof(text) - 2, "%zu cuts are refused", refused);
}

static void
test_without_rules(void)
{
	struct heard h = { .gives_verdict = true };
	struct ws_test_hooks hooks = { NULL, NULL, NULL };
	struct ws_complain c;

	kit_init(&h.k);
	kit_load(&h.k, "f", rules);
	kit_check(&h.k);
	ok(h.k.n_errors > 0, "a subject cannot stand in a rule");
	ok(run(&h, "test \"t\" { expect A-1 true; }") == WS_CORRUPT,
	    "broken rules are not tested");
	c = kit_complain(&h.k);
	heard_fini(&h);
	heard_init(&h);
	c.arg = &h.k;
	ok(ws_rules_test(h.k.r, "/nonexistent.test", &hooks, &c, &h.totals) ==
		WS_IO,
	    "a file that is not there is an error");
	heard_fini(&h);
}

int
main(void)
{
	test_pass();
	test_fail();
	test_refused();
	test_torn();
	test_without_rules();
	return tap_done();
}
