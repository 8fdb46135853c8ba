/* Judging: Kleene's logic, intervals, presence, units, reasons. */
#include "rules_kit.h"

/* Facts for truths: known true, known false, unknown. */
static const char *const letters = "FUT"; /* by enum ws_truth */

/* The truth of one condition; *weak may be NULL. */
static enum ws_truth
judged(
    const char *when, void (*put)(struct kit *, struct ws_facts *), bool *weak)
{
	struct ws_buf b = { 0 };
	struct ws_facts *f;
	struct ws_eval *e;
	const struct ws_judgement *j;
	enum ws_truth truth;
	struct kit k;

	ws_buf_printf(&b, "quality Q { when %s; say \"x\"; why \"w\"; }", when);
	if (!ok(kit_rules(&k, b.p), "accepted: %s", when))
		exit(tap_done());
	f = ws_facts_new(ws_rules_catalogue(k.r));
	put(&k, f);
	e = ws_eval_new(k.r, f, NULL, 1);
	j = kit_judgement(e, "Q");
	truth = j->truth;
	if (weak != NULL)
		*weak = j->weak;
	ok(truth != WS_UNKNOWN || j->n_reason > 0, "unknown has a reason: %s",
	    when);
	ws_eval_free(e);
	ws_facts_free(f);
	kit_fini(&k);
	ws_buf_fini(&b);
	return truth;
}

/* Sampled: runnable in 4..6 around 5; exact: blocked 5, cpus 0. */
static void
put_some(struct kit *k, struct ws_facts *f)
{
	static const double range[] = { 4, 6 };
	struct ws_fact disk = WS_FACT_OF(kit_fact_id(k, "disk.util"), 0.5);

	kit_put(k, f, "host.runnable", 5, range);
	kit_put(k, f, "host.blocked", 5, NULL);
	kit_put(k, f, "host.cpus", 0, NULL);
	kit_put(k, f, "go.version", 1021, NULL);
	kit_put(k, f, "pprof.cpu.total", 2e9, NULL);
	kit_put(k, f, "pprof.cpu.duration", 4e9, NULL);
	kit_put(k, f, "host.switches", 1000, NULL);
	kit_put(k, f, "pprof.alloc.total", 4e9, NULL);
	kit_put(k, f, "host.cpu.user", 0.5, NULL);
	disk.subject = "sda";
	ws_facts_put(f, &disk);
	disk.subject = "vda";
	disk.value = 0.75;
	ws_facts_put(f, &disk);
	ws_facts_source(f, WS_S_IOSTAT, WS_VALUE, "iostat.txt", 1);
	ws_facts_source(f, WS_S_PPROF_MUTEX, WS_EMPTY, "mutex.pb.gz", 0);
	ws_facts_source(f, WS_S_PPROF_BLOCK, WS_DISABLED, NULL, 0);
	ws_facts_source(f, WS_S_PPROF_GOROUTINE, WS_UNSUPPORTED_HERE, NULL, 0);
}

static void
test_kleene(void)
{
	static const char *const operand[] = { "false", "disk.await > 1s",
		"true" };
	/* Rows and columns are false, unknown, true. */
	static const char *const and_table[] = { "FFF", "FUU", "FUT" };
	static const char *const or_table[] = { "FUT", "UUT", "TTT" };
	static const char not_table[] = "TUF";
	char text[100];

	for (int a = 0; a < 3; a++) {
		for (int b = 0; b < 3; b++) {
			snprintf(text, sizeof(text), "%s and %s", operand[a],
			    operand[b]);
			ok(letters[judged(text, put_some, NULL)] ==
				and_table[a][b],
			    "%s", text);
			snprintf(text, sizeof(text), "%s or %s", operand[a],
			    operand[b]);
			ok(letters[judged(text, put_some, NULL)] ==
				or_table[a][b],
			    "%s", text);
		}
		snprintf(text, sizeof(text), "not %s", operand[a]);
		ok(letters[judged(text, put_some, NULL)] == not_table[a], "%s",
		    text);
	}
}

/* A condition, its truth ('w' behind it when weak). */
static const struct {
	const char *when, *want;
} cases[] = {
	/* precedence */
	{ "true or false and false", "T" },
	{ "(true or false) and false", "F" },
	{ "not false and false", "F" },
	{ "not (false and false)", "T" },
	{ "host.blocked + 2 * 3 = 11", "T" },
	{ "host.blocked - 2 - 1 = 2", "T" },
	{ "host.blocked / 5 / 5 = 0.2", "T" },
	{ "-host.blocked < -4", "T" },
	{ "not host.blocked > 9", "T" },
	/* comparisons */
	{ "host.blocked < 5", "F" },
	{ "host.blocked <= 5", "T" },
	{ "host.blocked > 5", "F" },
	{ "host.blocked >= 5", "T" },
	{ "host.blocked = 5", "T" },
	{ "host.blocked != 5", "F" },
	/* units */
	{ "go.version >= 1.21", "T" },
	{ "go.version < go1.9", "F" },
	{ "pprof.cpu.total = 2000ms", "T" },
	{ "pprof.cpu.total / pprof.cpu.duration = 50%", "T" },
	{ "host.switches * pprof.cpu.total = 2k", "T" },
	{ "host.blocked / pprof.cpu.duration = 1.25/s", "T" },
	{ "pprof.alloc.total / pprof.cpu.duration = 1GB/s", "T" },
	{ "host.blocked / host.switches = 5ms", "T" },
	{ "host.cpu.user * host.blocked = 2.5", "T" },
	{ "host.cpu.user * pprof.cpu.total = 1s", "T" },
	{ "host.cpu.user * host.cpu.user = 25%", "T" },
	{ "2 * host.cpu.user = 100%", "T" },
	{ "pprof.cpu.total / host.blocked = 400ms", "T" },
	{ "host.cpu.user > 0", "T" },
	{ "min(host.cpu.user, 30%) = 30%", "T" },
	{ "max(host.blocked, 7) = 7", "T" },
	/* known, count, subjects */
	{ "known(host.blocked)", "T" },
	{ "known(disk.await)", "F" },
	{ "known(host.blocked) = true", "T" },
	{ "count(disk.util) = 2", "T" },
	{ "count(disk.await) = 0", "T" },
	{ "disk.util = 75%", "T" },
	/* what cannot be computed */
	{ "host.blocked / host.cpus > 100%", "U" },
	{ "host.blocked / disk.queue > 100%", "U" },
	{ "disk.queue * 0 = 0", "U" },
	{ "not host.blocked / host.cpus > 100%", "U" },
	/* sampled: 5 within 4..6 */
	{ "host.runnable > 3", "T" },
	{ "host.runnable > 4", "Tw" },
	{ "host.runnable >= 4", "T" },
	{ "host.runnable > 5.5", "Fw" },
	{ "host.runnable > 6", "F" },
	{ "host.runnable < 5.5", "Tw" },
	{ "host.runnable <= 6", "T" },
	{ "host.runnable = 5", "Tw" },
	{ "host.runnable != 7", "T" },
	{ "host.runnable > host.blocked - 2", "T" },
	{ "host.runnable + host.runnable > 7", "T" },
	{ "host.runnable + host.runnable > 9", "Tw" },
	{ "host.runnable - host.runnable < 1", "Tw" },
	{ "host.runnable * -1 < -3", "T" },
	{ "host.runnable * host.runnable > 15", "T" },
	{ "host.runnable * host.runnable > 17", "Tw" },
	{ "12 / host.runnable > 210%", "Tw" },
	{ "12 / host.runnable >= 199%", "T" },
	{ "1 / (host.runnable - 4.5) > 100%", "Tw" },
	{ "min(host.runnable, 4.5) > 3", "T" },
	{ "max(host.runnable, 5.5) < 5.8", "Tw" },
	{ "-host.runnable < -3", "T" },
	{ "-host.runnable < -4.5", "Tw" },
	/* weak through and, or, not */
	{ "host.runnable > 4 and true", "Tw" },
	{ "host.runnable > 4 and false", "F" },
	{ "host.runnable > 5.5 and true", "Fw" },
	{ "host.runnable > 5.5 and false", "F" },
	{ "host.runnable > 5.5 and host.runnable > 5.9", "Fw" },
	{ "host.runnable > 4 or true", "T" },
	{ "host.runnable > 4 or false", "Tw" },
	{ "host.runnable > 5.5 or false", "Fw" },
	{ "not host.runnable > 4", "Fw" },
	{ "(host.runnable > 4) = true", "Tw" },
	{ "(disk.await > 1s) = true", "U" },
	{ "host.runnable > 4 and disk.await > 1s", "U" },
	{ "host.runnable > 5.5 and disk.await > 1s", "Fw" },
};

static void
test_cases(void)
{
	for (size_t i = 0; i < WS_LEN(cases); i++) {
		bool weak;
		char got[3] = { 0 };

		got[0] = letters[judged(cases[i].when, put_some, &weak)];
		got[1] = weak ? 'w' : '\0';
		is_str(got, cases[i].want, cases[i].when);
	}
}

static const char pack[] =
    "param cut : count = 5 in 1..50 help \"h\";\n"
    "rule A-1 { class A; weight +3; group g; needs pprof.cpu or vmstat;\n"
    "  when host.blocked > $cut and disk.util > 50%;\n"
    "  say \"{host.blocked} over {$cut} at {disk.util:subject} {disk.await}\";"
    " why \"w\"; }\n"
    "rule A-2 { class A; weight -1; group g; when disk.await > 1s;\n"
    "  say \"x\"; unknown \"own words\" collect \"cmd\"; why \"w\"; }\n"
    "rule A-3 { class A; weight -1; group g; when true; say \"x\";\n"
    "  why \"w\"; enabled no; }\n"
    "rule A-4 { class A; weight -1; group g; when true; say \"x\";\n"
    "  why \"w\"; deprecated by A-1; }\n"
    "quality Q-1 { when (disk.await > 1s or host.blocked > 1) and\n"
    "  pprof.mutex.count > 1 and pprof.block.count > 1 and\n"
    "  pprof.goroutine.count > 1 and host.runnable / host.cpus > 100% and\n"
    "  disk.queue > 1; say \"x\"; why \"w\"; }\n";

static bool
has_reason(const struct ws_judgement *j, const char *text)
{
	for (size_t i = 0; i < j->n_reason; i++)
		if (strcmp(j->reason[i].text, text) == 0)
			return true;
	printf("# no reason: %s\n", text);
	return false;
}

static void
test_reasons(const struct ws_eval *e)
{
	const struct ws_judgement *j = kit_judgement(e, "Q-1");

	ok(j->truth == WS_UNKNOWN && j->n_reason == 5, "%zu reasons",
	    j->n_reason);
	ok(has_reason(j, "pprof.mutex.count: the mutex profile was collected, "
			 "nothing in it"),
	    "empty");
	ok(has_reason(j, "pprof.block.count: the block profile was not "
			 "switched on"),
	    "disabled");
	ok(has_reason(j, "pprof.goroutine.count: this version or system has "
			 "no goroutine profile to tell it"),
	    "unsupported");
	ok(has_reason(j, "host.runnable / host.cpus: division by zero"),
	    "division by zero");
	ok(has_reason(j, "disk.queue: the iostat log in the bundle does not "
			 "tell"),
	    "a source without the fact");
	ok(j->n_used == 8, "every fact looked at is listed");
	j = kit_judgement(e, "A-2");
	ok(j->n_reason == 2 && j->reason[0].source == WS_S_IOSTAT,
	    "own words have the source of what is missing");
	is_str(j->reason[0].text, "own words", "and come first");
	ok(kit_judgement(e, "A-3") == NULL && kit_judgement(e, "A-4") == NULL,
	    "disabled and deprecated rules are not judged");
}

/* With one parameter scaled, given what is true without that. */
static void
test_again(const struct kit *k, const struct ws_facts *f)
{
	struct ws_eval *e = ws_eval_new(k->r, f, NULL, 1), *again;

	ok(ws_eval_again(e, k->r, f, "cut", 1.01) == NULL,
	    "a scale that changes nothing gives nothing");
	again = ws_eval_again(e, k->r, f, "cut", 1.25);
	ok(again != NULL && kit_judgement(again, "A-1")->truth == WS_FALSE,
	    "one that changes a truth gives it");
	ok(again != NULL && kit_judgement(again, "A-2")->text ==
				kit_judgement(e, "A-2")->text,
	    "and the others as they were");
	ws_eval_free(again);
	ws_eval_free(e);
}

static void
test_judgements(void)
{
	struct kit k;
	struct ws_facts *f;
	struct ws_eval *e;
	const struct ws_judgement *j;

	kit_rules(&k, pack);
	f = ws_facts_new(ws_rules_catalogue(k.r));
	e = ws_eval_new(k.r, f, NULL, 1);
	j = kit_judgement(e, "A-1");
	ok(j->truth == WS_UNKNOWN && j->n_reason == 2 &&
		j->reason[0].source == WS_S_PPROF_CPU,
	    "without what it needs a rule is unknown");
	is_str(j->reason[1].text, "vmstat: no vmstat log in the bundle",
	    "each missing source is a reason");
	ok(j->used[0].fact == NULL && j->used[0].presence == WS_ABSENT,
	    "what is not there is listed as such");
	ws_eval_free(e);
	put_some(&k, f);
	kit_put(&k, f, "host.blocked", 6, NULL);
	ws_facts_source(f, WS_S_VMSTAT, WS_EMPTY, NULL, 0);
	e = ws_eval_new(k.r, f, NULL, 1);
	j = kit_judgement(e, "A-1");
	ok(j->truth == WS_TRUE && j->n_used == 2 && j->used[1].fact != NULL,
	    "an empty source satisfies needs");
	is_str(j->text, "6 over 5 at vda unknown", "what it says");
	test_reasons(e);
	ws_eval_free(e);
	e = ws_eval_new(k.r, f, "cut", 1.25);
	ok(kit_judgement(e, "A-1")->truth == WS_FALSE,
	    "a scaled parameter changes the truth");
	ws_eval_free(e);
	e = ws_eval_new(k.r, f, "cut", 0.8);
	is_str(kit_judgement(e, "A-1")->text, "6 over 4 at vda unknown",
	    "and what is said");
	test_again(&k, f);
	ws_eval_free(e);
	ws_facts_free(f);
	kit_fini(&k);
}

static void
test_explain(void)
{
	static const double range[] = { 4, 6 };
	struct ws_buf b = { 0 };
	struct ws_facts *f;
	struct kit k;

	kit_rules(&k, pack);
	f = ws_facts_new(ws_rules_catalogue(k.r));
	kit_put(&k, f, "host.blocked", 5.5, range);
	ws_facts_source(f, WS_S_VMSTAT, WS_VALUE, NULL, 1);
	ws_eval_explain(k.r, f, ws_rules_find(k.r, WS_SV("A-1")), &b);
	is_str(b.p,
	    "A-1  class A  weight +3  group g  t.rules:2   -> unknown\n"
	    "    needs pprof.cpu or vmstat                     "
	    "                                  met\n"
	    "    host.blocked > $cut                         "
	    "5.50 (4..6) > 5 (param)             true, weak\n"
	    "    disk.util > 50%                             "
	    "unknown > 50.0 %                    unknown\n",
	    "the arithmetic of a rule");
	ws_buf_fini(&b);
	ws_facts_free(f);
	kit_fini(&k);
}

static void
test_say(void)
{
	static const struct {
		const char *say, *text;
	} says[] = {
		{ "a[, {host.blocked} b] c", "a, 2 b c" },
		{ "a[, {host.swap} b] c", "a c" },
		{ "a[, {disk.util:subject}]", "a, vda" },
		{ "a[, {disk.await:subject}][, {host.blocked}]", "a, 2" },
		{ "a [[b] {{c} {host.swap}", "a [b] {c} unknown" },
		{ "[{$cut}]", "5" },
	};
	struct ws_buf text = { 0 };
	struct ws_facts *f;
	struct ws_eval *e;
	struct kit k;

	for (size_t i = 0; i < WS_LEN(says); i++) {
		text.n = 0;
		ws_buf_printf(&text,
		    "param cut : count = 5 in 1..9 help \"h\";\n"
		    "quality Q { when host.blocked < $cut; say \"%s\"; "
		    "why \"w\"; }",
		    says[i].say);
		kit_rules(&k, text.p);
		f = ws_facts_new(ws_rules_catalogue(k.r));
		put_some(&k, f);
		kit_put(&k, f, "host.blocked", 2, NULL);
		e = ws_eval_new(k.r, f, NULL, 1);
		is_str(kit_judgement(e, "Q")->text, says[i].text, says[i].say);
		ws_eval_free(e);
		ws_facts_free(f);
		kit_fini(&k);
	}
	ws_buf_fini(&text);
}

/* Whether a line has the words at that indent, and ends so. */
static bool
has_line(const char *text, const char *start, const char *end)
{
	const char *at = strstr(text, start);
	size_t n = at != NULL ? strcspn(at + 1, "\n") + 1 : 0;

	return n >= strlen(end) &&
	       strncmp(at + n - strlen(end), end, strlen(end)) == 0;
}

static void
test_explain_joints(void)
{
	static const char text[] =
	    "quality Q { when host.blocked > 1 and (host.rows > 1 or\n"
	    "  host.rows < 0 and host.swap > 0 or host.cpus > 9)\n"
	    "  and not (host.cpus > 1 and host.cpus > 2)\n"
	    "  and not (host.cpus > 3 or host.cpus > 4)\n"
	    "  and not host.cpus > 5; say \"x\"; why \"w\"; }\n";
	struct ws_buf b = { 0 };
	struct ws_facts *f;
	struct kit k;

	kit_rules(&k, text);
	f = ws_facts_new(ws_rules_catalogue(k.r));
	kit_put(&k, f, "host.blocked", 2, NULL);
	kit_put(&k, f, "host.rows", 2, NULL);
	kit_put(&k, f, "host.cpus", 2, NULL);
	ws_eval_explain(k.r, f, ws_rules_find(k.r, WS_SV("Q")), &b);
	ok(has_line(b.p, "\n    host.blocked > 1", "true") &&
		has_line(b.p, "\n    any of", " true") &&
		has_line(b.p, "\n      host.rows > 1", "true") &&
		has_line(b.p, "\n      all of", " false") &&
		has_line(b.p, "\n        host.swap > 0", "unknown") &&
		has_line(b.p, "\n      host.cpus > 9", "false"),
	    "what `or` joins stands below it, and `and` in that again");
	ok(has_line(b.p, "\n    not all of", " true") &&
		has_line(b.p, "\n    none of", " true") &&
		has_line(b.p, "\n    not   ", " true") &&
		has_line(b.p, "\n      host.cpus > 5", "false"),
	    "what `not` turns around, too");
	ws_buf_fini(&b);
	ws_facts_free(f);
	kit_fini(&k);
}

static void
test_explain_long(void)
{
	static const char text[] =
	    "quality Q { when host.blocked + host.blocked + host.blocked +\n"
	    "  host.blocked > 5; say \"x\"; why \"w\"; }\n";
	struct ws_buf b = { 0 };
	struct ws_facts *f;
	struct kit k;

	kit_rules(&k, text);
	f = ws_facts_new(ws_rules_catalogue(k.r));
	kit_put(&k, f, "host.blocked", 2, NULL);
	ws_eval_explain(k.r, f, ws_rules_find(k.r, WS_SV("Q")), &b);
	ok(strstr(b.p, "host.blocked > 5\n") != NULL &&
		strstr(b.p, "\n                                            "
			    "    8 > 5  ") != NULL,
	    "a long comparison has its values below");
	ws_buf_fini(&b);
	ws_facts_free(f);
	kit_fini(&k);
}

static void
test_number(void)
{
	static const char text[] =
	    "share s = pprof.cpu where any frame matches \"a\";\n"
	    "quality Q { when s > 1%; say \"x\"; why \"w\"; }\n"
	    "rule A-1 { class A; weight 1; group g; when s > 1%; say \"x\";\n"
	    "  why \"w\"; advise a; }\n"
	    "advice a { for A; title \"t\"; effort S; step \"s\";\n"
	    "  impact removes s * 50% by 10%..20%; success s < 1%; }\n";
	const struct ws_advice *a;
	struct ws_facts *f;
	struct kit k;
	struct ws_number v = { 7, 7, 7 };

	kit_rules(&k, text);
	f = ws_facts_new(ws_rules_catalogue(k.r));
	a = ws_rules_find_advice(k.r, WS_SV("a"));
	ok(!ws_eval_number(k.r, f, a->of, &v) && v.v == 7,
	    "an unknown impact stays unknown");
	kit_put(&k, f, "s", 0.5, NULL);
	ok(ws_eval_number(k.r, f, a->of, &v) && v.v == 0.25 && v.lo == v.hi,
	    "a known one is computed");
	ws_facts_free(f);
	kit_fini(&k);
}

/* Wrong units, both named, whichever way round. */
static void
test_units(void)
{
	static const enum ws_unit sane[] = { WS_U_NONE, WS_U_COUNT, WS_U_RATIO,
		WS_U_TIME, WS_U_RATE, WS_U_BYTES, WS_U_BRATE };

	static const char *const names[] = { "2", "host.cpus", "host.cpu.user",
		"pprof.cpu.total", "host.switches", "pprof.alloc.total",
		"host.swap" };
	static const char signs[] = "*/+";
	/* Rows as above: what can be multiplied, divided, added to what. */
	static const char *const good[] = { "1111111 1111100 1100000",
		"1111111 1111100 1100000", "1111111 1110000 0010000",
		"1110101 1111000 0001000", "1111010 1110100 0000100",
		"1110100 1111011 0000010", "1111000 1110111 0000001" };
	unsigned wrong = 0;

	for (size_t a = 0; a < WS_LEN(sane); a++) {
		for (size_t c = 0; c < 3 * WS_LEN(sane); c++) {
			size_t b = c % WS_LEN(sane), sign = c / WS_LEN(sane);
			char text[200];
			struct kit k;
			bool fits, want;

			snprintf(text, sizeof(text),
			    "quality Q { when known(go.version) or "
			    "%s %c %s != 0; say \"x\"; }",
			    names[a], signs[sign], names[b]);
			kit_init(&k);
			kit_load(&k, "f", text);
			fits = kit_check(&k) == WS_OK;
			want = good[a][sign * 8 + b] == '1';
			if (fits != want)
				printf("# %s: %s\n", text, k.errors.p);
			wrong += fits != want;
			kit_fini(&k);
		}
	}
	ok(wrong == 0, "%u of 147 pairs of units differ from the table", wrong);
}

int
main(void)
{
	test_kleene();
	test_cases();
	test_judgements();
	test_say();
	test_explain();
	test_explain_joints();
	test_explain_long();
	test_number();
	test_units();
	return tap_done();
}
