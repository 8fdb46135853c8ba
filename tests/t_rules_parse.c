/* Reading rules: everything that can be declared, and every complaint. */
#include <sys/stat.h>
#include <unistd.h>

#include "rules_kit.h"

/* One of everything. */
static const char whole[] =
    "pack \"core\" version \"1.0\" engine 1;\n"
    "param a.min : ratio = 20% in 5%..60% help \"h\" source \"s\";\n"
    "param t.min : time = 5us in 1us..1ms help \"h\";\n"
    "param b.min : bytes/s = 64MiB/s in 1B/s..1GiB/s help \"h\";\n"
    "param v.min : version = 1.19 in 1.0..1.99 help \"h\";\n"
    "group fmt.format \"formatting\" {\n"
    "\texact \"fmt.Sprintf\" \"fmt.Fprintf\";\n"
    "\tprefix \"fmt.(*pp).\";\n"
    "\tregex \"^fmt\\\\.\" since go1.19 until 1.26;\n"
    "}\n"
    "group rt { prefix \"runtime.\"; }\n"
    "share s.any = pprof.cpu where any frame in group fmt.format help \"x\";\n"
    "share s.leaf = pprof.alloc where leaf frame in group rt or not (any "
    "frame matches \"^a\" and frame in group rt under group fmt.format) of "
    "any frame in group rt;\n"
    "sites s.site = pprof.mutex where not leaf frame matches \"^a\" outside "
    "group rt, fmt.format help \"y\";\n"
    "account cpu = pprof.cpu {\n"
    "\tleaf gc \"collection\" class E where any frame in group rt;\n"
    "\tleaf user \"user code\" rest;\n"
    "}\n"
    "rule A-1 {\n"
    "\tclass A; weight +3; group g;\n"
    "\tneeds pprof.cpu and (vmstat or iostat);\n"
    "\twhen s.any > 20% and (s.leaf > $a.min or not known(go.version)) and\n"
    "\t    go.version >= $v.min and disk.bytes > $b.min;\n"
    "\tsay \"{s.any} of {$a.min} at {s.site:subject} {{x}\";\n"
    "\tunknown \"why\" \" not\" collect \"cmd\";\n"
    "\tadvise do-it; targets s.site; why \"w\";\n"
    "}\n"
    "trap t1 { when max(s.any, 3%) - 1% > 2 * 3% / 4; say \"x\"; share s.any;\n"
    "\ttargets s.site; why \"w\"; }\n"
    "quality q1 { when pprof.cpu.duration < -(-$t.min); say \"x\";\n"
    "\twhy \"w\"; }\n"
    "rule A-0 { class A; weight -1; group g; when false; say \"x\";\n"
    "\twhy \"w\"; deprecated by A-1; enabled no; }\n"
    "advice do-it { for A; title \"t\"; effort M; risk \"r\";\n"
    "\timpact removes s.any * s.leaf by 80%..99%;\n"
    "\ttargets s.site or disk.util;\n"
    "\tstep \"1\"; step \"2\"; code \"a\n\tb \\\"c\\\" \\\\\";\n"
    "\tsuccess s.any < 10%; success pprof.cpu.total > -5ms; why \"w\";\n"
    "\twhen s.any > 5%; }\n"
    "waits w.a \"waiting\" class B first(s.any, s.leaf);\n"
    "waits w.b \"more\" s.leaf;\n"
    "advice other { for compute-bound; title \"t\"; effort L;\n"
    "\timpact scales bench.scaling.efficiency by 40%..90%; step \"s\";\n"
    "\tsuccess s.any = 0; }\n"
    "override rule A-1 { weight +2; advise do-it, other; }\n"
    "override param a.min { default 30%; range 5%..70%; }\n"
    "override advice other { impact none; step \"z\"; }\n";

static void
test_whole(void)
{
	struct kit k;
	const struct ws_rule *r;
	const struct ws_advice *a;
	const struct ws_queries *q;
	const struct ws_param *const *params;
	const char *const *files;

	ok(kit_rules(&k, whole), "one of everything is accepted");
	ok(k.n_warnings == 0, "without a warning");
	printf("# %s\n", k.warnings.p);
	r = ws_rules_find(k.r, WS_SV("A-1"));
	ok(r->weight == 2 && r->cls == WS_CLASS_A && r->n_advise == 2 &&
		r->line == 19,
	    "an override changes its fields only");
	is_str(r->unknown, "why not", "neighbouring strings are one");
	a = ws_rules_find_advice(k.r, WS_SV("do-it"));
	ok(a->n_step == 2 && a->effort == 'M' && a->n_success == 2 &&
		a->lo == 0.8 && a->success[1].value == -5e6 &&
		a->n_targets == 2 && strcmp(a->targets[1], "disk.util") == 0,
	    "an advice has all its parts");
	is_str(a->code, "a\n\tb \"c\" \\", "code keeps its lines");
	a = ws_rules_find_advice(k.r, WS_SV("other"));
	ok(a->n_step == 1 && strcmp(a->step[0], "z") == 0 && a->of == NULL,
	    "an overridden list is replaced");
	q = ws_rules_queries(k.r);
	ok(q->n_group == 3 && q->n_share == 2 && q->n_sites == 1 &&
		q->n_account == 1,
	    "equal regexes share a group");
	ok(q->group[0].n_pat == 4 && q->group[0].pat[3].since == 1019 &&
		q->group[0].pat[3].until == 1026,
	    "patterns carry their releases");
	ok(ws_catalogue_get(ws_rules_catalogue(k.r), q->share[1].fact)
			->source == WS_S_PPROF_HEAP &&
		q->share[1].where->op == WS_COND_OR,
	    "series know their source");
	ok(kit_fact_id(&k, "account.cpu.user") == q->account[0].leaf[1].fact,
	    "leaves are facts");
	ok(ws_rules_params(k.r, &params) == 4 && params[0]->value == 0.3 &&
		params[0]->initial == 0.2 && fabs(params[0]->hi - 0.7) < 1e-9,
	    "a parameter knows what it was");
	ok(ws_rules_files(k.r, &files) == 1, "one file");
	is_str(files[0], "t.rules (core 1.0)", "and its pack");
	ok(kit_check(&k) == WS_OK && ws_rules_queries(k.r)->n_share == 2 &&
		k.n_warnings == 0,
	    "checking again changes nothing");
	kit_fini(&k);
}

/* What is shown can be read, and is shown the same again. */
static void
test_show(void)
{
	static const char *const ids[] = { "a.min", "t.min", "b.min", "v.min",
		"fmt.format", "rt", "s.any", "s.leaf", "s.site", "cpu", "A-1",
		"t1", "q1", "A-0", "do-it", "other" };
	struct ws_buf one = { 0 }, two = { 0 };
	struct kit a, b;
	bool found = true;

	kit_rules(&a, whole);
	for (size_t i = 0; i < WS_LEN(ids); i++)
		found = ws_rules_show(a.r, ws_sv_of(ids[i]), &one) && found;
	ok(found, "everything can be shown");
	ok(strstr(one.p, "# changed, was 20%\nparam a.min : ratio = 30% in "
			 "5%..70%\n") != NULL,
	    "a changed parameter is marked");
	ok(kit_rules(&b, one.p), "what is shown can be read");
	for (size_t i = 0; i < WS_LEN(ids); i++)
		ws_rules_show(b.r, ws_sv_of(ids[i]), &two);
	/* But for the places and marks, which are comments. */
	for (char *p = one.p; (p = strstr(p, "# ")) != NULL;)
		memmove(
		    p, strchr(p, '\n') + 1, strlen(strchr(p, '\n') + 1) + 1);
	for (char *p = two.p; (p = strstr(p, "# ")) != NULL;)
		memmove(
		    p, strchr(p, '\n') + 1, strlen(strchr(p, '\n') + 1) + 1);
	is_str(two.p, one.p, "and shows the same again");
	ok(!ws_rules_show(a.r, WS_SV("nothing"), &one), "unknown names do not");
	ws_buf_fini(&one);
	ws_buf_fini(&two);
	kit_fini(&a);
	kit_fini(&b);
}

/* A text, and the first line of what is said of it. */
static const struct bad {
	const char *text, *want;
} bad[] = {
	{ "rul X { }", "1:1: no statement 'rul', did you mean 'rule'?" },
	{ "{", "1:1: wanted a statement, found '{'" },
	{ "rule \"x\" {}", "1:6: wanted the rule's id, found a string" },
	{ "rule X ;", "1:8: wanted '{', found ';'" },
	{ "rule X {", "1:9: wanted '}', found the end of the file" },
	{ "rule X { wen 1; }",
	    "1:10: a rule has no field 'wen', did you mean 'when'?" },
	{ "trap X { class A; }", "1:10: a trap has no field 'class'" },
	{ "rule X { weight 4; }",
	    "1:17: a weight is -3, -2, -1, 1, 2 or 3, found 4" },
	{ "rule X { weight 1.5; }",
	    "1:17: a weight is -3, -2, -1, 1, 2 or 3, found 1.5" },
	{ "rule X { class Z; }", "1:16: no class 'Z'" },
	{ "rule X {\n\tclass A;\n\tclass A; }", "3:2: a second 'class'" },
	{ "rule X { say \"a\\q\"; }", "1:14: unknown escape in this string, "
				      "known are \\n \\t \\\" \\\\" },
	{ "rule X { say \"a", "1:14: this string has no end" },
	{ "rule X { when 1 < 2 < 3; }",
	    "1:21: comparisons cannot be chained, use 'and'" },
	{ "rule X { when a > ; }",
	    "1:19: wanted a fact, a number or '(', found ';'" },
	{ "rule X { when (a; }", "1:17: wanted ')', found ';'" },
	{ "rule X { when min(a); }", "1:20: wanted ',', found ')'" },
	{ "rule X { when known(1); }", "1:21: wanted a fact, found '1'" },
	{ "rule X { needs pprof.cpv; }",
	    "1:16: no source 'pprof.cpv', did you mean 'pprof.cpu'?" },
	{ "rule X { enabled maybe; }",
	    "1:18: wanted 'yes' or 'no', found 'maybe'" },
	{ "rule X { deprecated Y; }", "1:21: wanted 'by', found 'Y'" },
	{ "rule X { advise ; }",
	    "1:17: wanted the id of an advice, found ';'" },
	{ "param x = 3;", "1:9: wanted ':', found '='" },
	{ "param x : tine = 3;", "1:11: no unit 'tine'" },
	{ "param x : text = 3;", "1:16: a parameter cannot be of unit text" },
	{ "param x : time = 3% in 1s..2s help \"h\";",
	    "1:18: '3%' is no time literal" },
	{ "param x : ratio = 3% in 9%..5% help \"h\";",
	    "1:25: this range ends before it starts" },
	{ "param x : ratio = 90% in 5%..60% help \"h\";",
	    "1:19: the default of x is outside its range" },
	{ "param x : ratio = 9% in 5%..60%;",
	    "1:32: wanted 'help', found ';'" },
	{ "group g { }", "1:7: group g has no pattern" },
	{ "group g { exat \"x\"; }",
	    "1:11: no kind of pattern 'exat', did you mean 'exact'?" },
	{ "group g { exact; }",
	    "1:16: wanted a name or pattern in quotes, found ';'" },
	{ "group g { exact \"x\" since go1.20 until go1.19; }",
	    "1:46: 'until' is before 'since'" },
	{ "group g { exact \"x\" since 20%; }",
	    "1:27: '20%' is no version literal" },
	{ "share s = pprof.cpu;", "1:20: wanted 'where', found ';'" },
	{ "share s = pprof.cpu where frame in group g;",
	    "1:43: wanted 'under', found ';'" },
	{ "share s = pprof.cpu where some;",
	    "1:27: wanted 'any', 'leaf', 'frame', 'not' or '(', found 'some'" },
	{ "share s = pprof.cpu where any frame on;",
	    "1:37: wanted 'in group' or 'matches', found 'on'" },
	{ "account a = pprof.cpu { leaf x \"x\" where any frame matches "
	  "\"a\"; }",
	    "1:9: account a must end in a leaf that takes the rest" },
	{ "account a = pprof.cpu { leaf x \"x\" rest; leaf y \"y\" rest; }",
	    "1:47: leaf y comes after the rest" },
	{ "advice a { effort X; }", "1:19: wanted S, M or L, found 'X'" },
	{ "advice a { impact some; }",
	    "1:19: wanted 'removes', 'frees', 'scales' or 'none', found "
	    "'some'" },
	{ "advice a { impact removes x by 80%..120%; }",
	    "1:32: an impact is within 0%..100%" },
	{ "advice a { success x 3; }", "1:22: wanted a comparison, found '3'" },
	{ "advice a { targets disk.util or; }",
	    "1:32: wanted a fact with subjects, found ';'" },
	{ "advice a { stop \"x\"; }",
	    "1:12: an advice has no field 'stop', did you mean 'step'?" },
	{ "override foo x { }",
	    "1:10: wanted 'rule', 'trap', 'quality', 'param' or 'advice', "
	    "found 'foo'" },
	{ "override rule X { }", "1:15: no rule 'X' was declared before" },
	{ "override param x { }",
	    "1:16: no parameter 'x' was declared before" },
	{ "override advice x { }", "1:17: no advice 'x' was declared before" },
	{ "pack \"x\" version \"1\" engine 2;",
	    "1:29: engine 2 is wanted, this is engine 1" },
	{ "test \"x\" { }", "1:1: a test belongs in a *.test file" },
	{ "@", "1:1: this character means nothing here" },
	{ "group g { exact \"a\"; }\ngroup g { exact \"a\"; }",
	    "2:7: group g is declared twice" },
	{ "design d { for A; title \"t\"; stage \"a\" runs 1 does \"x\"; }\n"
	  "design d { for A; title \"t\"; stage \"a\" runs 1 does \"x\"; }",
	    "2:8: design d is declared twice" },
	{ "account a = pprof.cpu { leaf l \"l\" rest; }\n"
	  "account a = pprof.cpu { leaf l \"l\" rest; }",
	    "2:9: account a is declared twice" },
	{ "waits a.b \"t\" host.cpu.idle;\nwaits a.b \"t\" host.cpu.idle;",
	    "2:7: waits a.b is declared twice" },
};

/* The second line is the source, the third a caret under the column. */
static bool
caret_fits(const char *message)
{
	struct ws_sv s = ws_sv_of(message), head = ws_sv_split(&s, '\n');
	struct ws_sv line = ws_sv_split(&s, '\n');
	struct ws_sv caret = ws_sv_split(&s, '\n');
	uint64_t column;

	ws_sv_split(&head, ':');
	ws_sv_split(&head, ':');
	if (!ws_num_u64(ws_sv_split(&head, ':'), 1, 1000, &column) ||
	    line.n < 4 || caret.n == 0 || caret.p[caret.n - 1] != '^')
		return false;
	return ws_sv_trim(caret).n == 1 && caret.n == 4 + column;
}

static void
test_bad(void)
{
	unsigned carets = 0;

	for (size_t i = 0; i < WS_LEN(bad); i++) {
		char want[200];
		struct ws_sv rest;
		struct kit k;

		kit_init(&k);
		if (kit_load(&k, "f", bad[i].text) != WS_CORRUPT)
			printf("# not refused: %s\n", bad[i].text);
		snprintf(want, sizeof(want), "f:%s", bad[i].want);
		carets += caret_fits(k.errors.p);
		rest = ws_buf_sv(&k.errors);
		k.errors.p[ws_sv_split(&rest, '\n').n] = '\0';
		is_str(k.errors.p, want, bad[i].text);
		kit_fini(&k);
	}
	ok(carets == WS_LEN(bad), "%u of them have a caret", carets);
}

/* Errors that need all names: the whole message is told apart by its text. */
static const struct bad unchecked[] = {
	{ "share s = cpu where any frame in group g;", "no series 'cpu'" },
	{ "share s = pprof.cpu where any frame in group g;", "no group 'g'" },
	{ "share go.version = pprof.cpu where any frame matches \"a\";",
	    "there is a fact go.version already" },
	{ "rule X { }", "X has no 'when'" },
	{ "rule X { }", "X has no 'say'" },
	{ "rule X { }", "X has no 'class'" },
	{ "rule X { }", "X has no 'weight'" },
	{ "rule X { }", "X has no 'group'" },
	{ "quality X { when go.versio > 1.1; say \"\"; }",
	    "no fact 'go.versio', did you mean 'go.version'?" },
	{ "quality X { when host.cpus > $a; say \"\"; }", "no parameter 'a'" },
	{ "quality X { when host.cpus; say \"\"; }",
	    "wanted a comparison or another truth, found a value of unit "
	    "count" },
	{ "quality X { when pprof.cpu.total > 3%; say \"\"; }",
	    "'>' cannot join time and ratio" },
	{ "quality X { when pprof.cpu.total + host.cpus > 3ms; say \"\"; }",
	    "'+' cannot join time and count" },
	{ "quality X { when pprof.cpu.total * pprof.cpu.total > 1; say \"\"; }",
	    "'*' cannot join time and time" },
	{ "quality X { when -go.version < 1; say \"\"; }",
	    "'-' cannot negate version" },
	{ "quality X { when true < false; say \"\"; }",
	    "'<' cannot compare bool, only '=' and '!=' can" },
	{ "quality X { when count(host.cpus) > 1; say \"\"; }",
	    "host.cpus has no subjects that could be counted" },
	{ "quality X { when 1x > 1; say \"\"; }", "'1x' is no number" },
	{ "quality X { when true; say \"{a}\"; }", "no fact 'a'" },
	{ "quality X { when true; say \"{a\"; }",
	    "'{' without '}' in this text" },
	{ "quality X { when true; say \"a[b\"; }",
	    "'[' without ']' in this text" },
	{ "quality X { when true; say \"a[b[c]]\"; }",
	    "'[' without ']' in this text" },
	{ "quality X { when true; say \"{$a}\"; }", "no parameter 'a'" },
	{ "quality X { when true; say \"{host.cpus:subject}\"; }",
	    "host.cpus has no subject" },
	{ "quality X { when true; say \"{host.cpus:x}\"; }",
	    "wanted {host.cpus} or {host.cpus:subject} in this text" },
	{ "trap X { when true; say \"\"; targets host.cpus; }",
	    "host.cpus has no subjects to aim at" },
	{ "trap X { when true; say \"\"; share host.cpus; }",
	    "host.cpus is of unit count, wanted a ratio" },
	{ "trap X { when true; say \"\"; advise x; }", "no advice 'x'" },
	{ "quality X { when true; say \"\"; deprecated by Y; }",
	    "no rule 'Y'" },
	{ "advice a { impact removes host.cpus by 1%..2%; }",
	    "an impact is of a ratio, found count" },
	{ "advice a { when host.cpus; }",
	    "wanted a comparison or another truth, found a value of unit "
	    "count" },
	{ "advice a { code \"${host.cpus}\"; }",
	    "host.cpus has no subjects to aim at" },
	{ "advice a { code \"${a}\"; }", "no fact 'a'" },
	{ "advice a { targets disk.util or host.cpus; }",
	    "host.cpus has no subjects to aim at" },
	{ "advice a { code \"a ${a\"; }", "'${' without '}' in this code" },
	{ "advice a { code \"${disk.util:x|y}\"; }",
	    "wanted ${FACT|DEFAULT} or ${FACT:func|DEFAULT} in this code" },
	{ "waits a \"t\" host.cpus;",
	    "a part of the waiting is a ratio, found count" },
	{ "advice a { success host.cpus > 3%; }",
	    "host.cpus is of unit count, '3%' is not" },
	{ "advice a { success host.cpu > 3%; }",
	    "no fact 'host.cpu', did you mean 'host.cpus'?" },
	{ "advice a { }", "advice a has no 'title'" },
};

static void
test_unchecked(void)
{
	for (size_t i = 0; i < WS_LEN(unchecked); i++) {
		struct kit k;
		bool good;

		kit_init(&k);
		good = kit_load(&k, "f", unchecked[i].text) == WS_OK &&
		       kit_check(&k) == WS_CORRUPT && caret_fits(k.errors.p);
		if (!ok(good && strstr(k.errors.p, unchecked[i].want) != NULL,
			"%s", unchecked[i].want))
			printf("# %s\n", k.errors.p);
		kit_fini(&k);
	}
}

static void
test_warnings(void)
{
	static const char text[] =
	    "param p : ratio = 5% in 1%..9% help \"h\";\n"
	    "group g { exact \"x\"; }\n"
	    "advice a { for A; title \"t\"; effort S; impact none; step \"s\"; "
	    "}\n"
	    "quality q { when true; say \"x\"; }\n"
	    "override quality q { enabled no; }\n"
	    "override quality q { say \"y\"; }\n"
	    "override quality q { say \"z\"; }\n"
	    "override param p { default 6%; }\n"
	    "override param p { default 7%; }\n";
	static const char *const wants[] = { "parameter p is not used",
		"group g is not used", "no rule advises a",
		"q does not say why",
		"advice a does not say how to see its success",
		"q is overridden, but never judged",
		"f:7:26: say of q was overridden before, that had no effect",
		"f:9:20: p was overridden before, that had no effect" };
	struct kit k;

	kit_init(&k);
	kit_load(&k, "f", text);
	ok(kit_check(&k) == WS_OK && k.n_errors == 0, "warnings are no errors");
	ok(k.n_warnings == WS_LEN(wants), "%u warnings", k.n_warnings);
	for (size_t i = 0; i < WS_LEN(wants); i++)
		ok(strstr(k.warnings.p, wants[i]) != NULL, "%s", wants[i]);
	kit_fini(&k);
}

static void
test_recovery(void)
{
	struct kit k;
	struct ws_buf b = { 0 };

	kit_init(&k);
	kit_load(&k, "f",
	    "rule A { class Q; weight 9;\n say 3; }\n"
	    "rule B { class A;\n\n"
	    "rule C { nonsense; }\n"
	    "param x;\nparam y : ratio = 1% in 0%..2% help \"h\"\n");
	ok(k.n_errors == 7, "%u errors of one file", k.n_errors);
	printf("# %s\n", k.errors.p);
	ok(kit_check(&k) == WS_CORRUPT && k.n_errors == 7,
	    "the check adds nothing to a broken file");
	kit_fini(&k);
	for (int i = 0; i < 40; i++)
		ws_buf_puts(&b, "rule X;\n");
	kit_init(&k);
	kit_load(&k, "f", b.p);
	ok(k.n_errors == 21 && strstr(k.errors.p, "too many errors") != NULL,
	    "twenty errors are enough");
	kit_fini(&k);
	ws_buf_fini(&b);
}

/* Limits: size, nesting, length of expressions. */
static void
test_limits(void)
{
	struct ws_buf b = { 0 };
	struct kit k;

	kit_init(&k);
	while (b.n <= 1 << 20)
		ws_buf_puts(&b, "# a comment that is long\n");
	ok(kit_load(&k, "f", b.p) == WS_LIMIT, "a file of 1 MiB is too long");
	kit_fini(&k);
	b.n = 0;
	ws_buf_puts(&b, "quality X { when ");
	for (int i = 0; i < 100000; i++)
		ws_buf_putc(&b, "(-"[i % 2]);
	kit_init(&k);
	kit_load(&k, "f", b.p);
	ok(strstr(k.errors.p, "nested deeper than 64") != NULL, "nesting ends");
	kit_fini(&k);
	b.n = 0;
	ws_buf_puts(&b, "quality X { when 1");
	for (int i = 0; i < 100000; i++)
		ws_buf_puts(&b, "+1");
	kit_init(&k);
	kit_load(&k, "f", b.p);
	ok(strstr(k.errors.p, "more than 1000 operands") != NULL,
	    "long expressions end");
	kit_fini(&k);
	b.n = 0;
	ws_buf_puts(&b, "share x = pprof.cpu where ");
	for (int i = 0; i < 100000; i++)
		ws_buf_puts(&b, "not ");
	kit_init(&k);
	kit_load(&k, "f", b.p);
	ok(strstr(k.errors.p, "nested deeper than 64") != NULL,
	    "conditions too");
	kit_fini(&k);
	ws_buf_fini(&b);
}

/* Cut at every byte, and with every byte replaced: refused or accepted, but
 * never a crash; what was cut inside of a statement is refused. */
static void
test_torn(void)
{
	size_t n = sizeof(whole) - 1, refused = 0;
	struct ws_buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct ws_complain c;
		struct kit k;

		kit_init(&k);
		c = kit_complain(&k);
		if (ws_rules_load_text(
			k.r, "f", (struct ws_sv){ whole, i }, &c) != WS_OK)
			refused++;
		kit_check(&k);
		kit_fini(&k);
		b.n = 0;
		ws_buf_puts(&b, whole);
		b.p[i] = "\0\"{};(\xff"[i % 7];
		kit_init(&k);
		c = kit_complain(&k);
		ws_rules_load_text(k.r, "f", ws_buf_sv(&b), &c);
		kit_check(&k);
		kit_fini(&k);
	}
	ok(refused > n * 9 / 10 && refused < n, "%zu of %zu cuts are refused",
	    refused, n);
	ws_buf_fini(&b);
}

static void
test_set(void)
{
	struct ws_err err;
	struct kit k;
	const struct ws_param *const *p;

	kit_rules(&k, whole);
	ws_rules_params(k.r, &p);
	ok(ws_rules_set(k.r, WS_SV("a.min=25%"), &err) == WS_OK &&
		p[0]->value == 0.25,
	    "a parameter can be set");
	ws_rules_set(k.r, WS_SV("a.mn=25%"), &err);
	is_str(err.text, "no parameter 'a.mn', did you mean 'a.min'?",
	    "an unknown one cannot");
	ws_rules_set(k.r, WS_SV("a.min=5s"), &err);
	is_str(err.text, "a.min: wanted a value of unit ratio, found '5s'",
	    "nor to another unit");
	ws_rules_set(k.r, WS_SV("a.min=90%"), &err);
	is_str(err.text, "a.min: wanted 5.00 % to 70.0 %, found 90%",
	    "nor out of its range");
	ws_rules_set(k.r, WS_SV("a.min"), &err);
	is_str(err.text, "wanted name=value, found 'a.min'", "nor to nothing");
	ok(p[0]->value == 0.25, "failures change nothing");
	kit_fini(&k);
}

static void
put_file(const char *dir, const char *name, const char *text)
{
	struct ws_buf path = { 0 };
	FILE *f;

	ws_buf_printf(&path, "%s/%s", dir, name);
	f = fopen(path.p, "w");
	if (ok(f != NULL, "%s can be written", name)) {
		fputs(text, f);
		fclose(f);
	}
	ws_buf_fini(&path);
}

static void
drop_file(const char *dir, const char *name)
{
	struct ws_buf path = { 0 };

	ws_buf_printf(&path, "%s/%s", dir, name);
	remove(path.p);
	ws_buf_fini(&path);
}

/* Symbols come first, files by name, others are left alone. */
static void
test_folder(void)
{
	const char *top = getenv("top_builddir");
	struct ws_buf dir = { 0 }, symbols = { 0 };
	const char *const *files;
	struct ws_complain c;
	struct kit k;

	ws_buf_printf(&dir, "%s/t_rules_parse.%ld", top != NULL ? top : ".",
	    (long)getpid());
	ws_buf_printf(&symbols, "%s/symbols", dir.p);
	mkdir(dir.p, 0777);
	mkdir(symbols.p, 0777);
	kit_init(&k);
	c = kit_complain(&k);
	ok(ws_rules_load_dir(k.r, dir.p, &c) == WS_CORRUPT &&
		strstr(k.errors.p, "no *.rules file") != NULL,
	    "a folder without rules is an error");
	kit_fini(&k);
	put_file(
	    dir.p, "b.rules", "override quality q { say \"y\"; why \"w\"; }\n");
	put_file(dir.p, "a.rules",
	    "share s = pprof.cpu where any frame in group g;\n"
	    "quality q { when s > 1%; say \"x\"; }\n");
	put_file(dir.p, "a.test", "nonsense\n");
	put_file(symbols.p, "g.sym",
	    "group g { exact \"x\"; }\ngroup h { exact \"x\"; }\n");
	kit_init(&k);
	c = kit_complain(&k);
	ok(ws_rules_load_dir(k.r, dir.p, &c) == WS_OK &&
		kit_check(&k) == WS_OK && k.n_warnings == 0,
	    "a folder is loaded");
	ok(ws_rules_files(k.r, &files) == 3 && strcmp(files[0], "g.sym") == 0 &&
		strcmp(files[2], "b.rules") == 0,
	    "in order");
	is_str(ws_rules_find(k.r, WS_SV("q"))->say, "y",
	    "later files override earlier ones");
	kit_fini(&k);
	drop_file(dir.p, "a.rules");
	drop_file(dir.p, "a.test");
	drop_file(dir.p, "b.rules");
	drop_file(symbols.p, "g.sym");
	remove(symbols.p);
	ok(remove(dir.p) == 0, "nothing is left behind");
	ws_buf_fini(&dir);
	ws_buf_fini(&symbols);
}

static void
test_files(void)
{
	struct ws_complain c;
	struct kit k;

	kit_init(&k);
	c = kit_complain(&k);
	ok(ws_rules_load(k.r, "/nonexistent/x.rules", &c) == WS_IO,
	    "a file that is not there is an error");
	ok(ws_rules_load_dir(k.r, "/nonexistent", &c) == WS_IO,
	    "and a folder too");
	ok(k.n_errors == 2 && kit_check(&k) == WS_CORRUPT,
	    "both are told and stay");
	kit_fini(&k);
}

int
main(void)
{
	test_whole();
	test_show();
	test_bad();
	test_unchecked();
	test_warnings();
	test_recovery();
	test_limits();
	test_torn();
	test_set();
	test_files();
	test_folder();
	return tap_done();
}
