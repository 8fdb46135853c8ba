/* The first screen keeps its width and lets nothing hostile through; the JSON
 * document has every key of its contract. */
#include <jansson.h>

#include "diagnose.h"
#include "report/page.h"
#include "report/report.h"

#define HOSTILE                                                                \
	"evil\033[31m\xe2\x80\xae"                                             \
	"name\n\xff"

static const char pack[] =
    "group sync.lock \"locks\" { exact \"sync.(*Mutex).lockSlow\"; }\n"
    "sites lock.sites = pprof.mutex outside group sync.lock help \"who\";\n"
    "account cpu = pprof.cpu {\n"
    "  leaf locks \"waiting for locks\" class B\n"
    "    where any frame in group sync.lock;\n"
    "  leaf go \"Go code\" rest;\n"
    "}\n"
    "advice cut-it { for B; title \"Make the call outside of the lock\";\n"
    "  effort M; risk \"readers may see the old value for a moment longer\";\n"
    "  impact removes pprof.cpu.utilization by 80%..100%;\n"
    "  targets lock.sites; step \"find what the lock protects\";\n"
    "  step \"copy it under the lock, then let go of it before the slow call "
    "is made, and take the lock again for the result\"; step \"measure\";\n"
    "  step \"compare\"; success pprof.cpu.utilization < 10%; }\n"
    "rule B-ONE { class B; weight +3; group lock;\n"
    "  when pprof.mutex.count > 0;\n"
    "  say \"goroutines waited {pprof.mutex.count} times for locks, which is "
    "more than the work itself takes\";\n"
    "  targets lock.sites; advise cut-it; }\n"
    "rule B-TWO { class B; weight +3; group queue;\n"
    "  when pprof.cpu.samples > 0; say \"queues\"; advise cut-it; }\n"
    "rule B-NOT { class B; weight -1; group calm;\n"
    "  when pprof.block.count > 0; say \"few waits\"; }\n"
    "rule E-NOT { class E; weight -2; group gc; when host.rows > 0;\n"
    "  say \"there is little garbage\"; }\n"
    "rule D-ONE { class D; weight +2; group disk; when host.blocked > 0;\n"
    "  say \"some tasks wait for disks\"; }\n"
    "rule C-ASK { class C; weight +3; group ask; when bench.runs > 0;\n"
    "  say \"asked\"; unknown \"no benchmark\"; }\n"
    "trap T-ONE { when pprof.mutex.count > 0; say \"a global lock\";\n"
    "  share pprof.cpu.utilization; targets lock.sites; }\n"
    "quality Q-ONE { weight -1; when pprof.cpu.samples < 200;\n"
    "  say \"only {pprof.cpu.samples} samples\"; }\n";

static const struct ws_report_record records[] = { { "sample", 100 },
	{ HOSTILE, 2 } };

static const struct ws_report_artifact artifacts[] = {
	{ "cpu.pb.gz", "pprof", "cpu", "", WS_OK, 1000, 100, 0, WS_OFF_NONE,
	    records, 2, -1 },
	{ HOSTILE, "perf", "1", "torn in a record " HOSTILE, WS_PARTIAL, 9, 8,
	    7, 0x1f400, NULL, 0, -1 },
	{ "notes.html", NULL, "", "no parser knows it", WS_UNSUPPORTED, 5, 0, 0,
	    WS_OFF_NONE, NULL, 0, -1 },
};

static struct lab
full_lab(void)
{
	struct lab l = lab_new(pack);

	lab_set(&l, "go.version", 1022);
	lab_set(&l, "host.cpus", 8);
	lab_set(&l, "pprof.mutex.count", 12345);
	lab_set(&l, "pprof.cpu.samples", 100);
	lab_set(&l, "pprof.cpu.utilization", 0.46);
	lab_set(&l, "pprof.block.count", 1);
	lab_set(&l, "host.rows", 1);
	lab_set(&l, "host.blocked", 1);
	lab_set(&l, "account.cpu.locks", 0.25);
	lab_set(&l, "account.cpu.go", 0.75);
	lab_set(&l, "bench.time_per_op", 1000);
	lab_put(&l, "pprof.cpu.cores", 2, 1.5, 2.5);
	lab_site(&l, "lock.sites",
	    "github.com/example/service/internal/store.(*" HOSTILE
	    "WithAVeryLongNameThatNoLineCanHoldAtAllBecauseItGoesOn).Get",
	    0.7);
	lab_judge(&l);
	return l;
}

static struct ws_report
report_of(const struct lab *l)
{
	return (struct ws_report){ .bundle = HOSTILE ".tar.gz",
		.sha256 = "00",
		.detail = "",
		.artifact = artifacts,
		.n_artifact = WS_LEN(artifacts),
		.rules = l->rules,
		.facts = l->facts,
		.diagnosis = l->d };
}

/* What a writer writes, as a string that the caller frees. */
static char *
written(const struct ws_report *r, const struct ws_style *s,
    void (*put)(FILE *, const struct ws_report *, const struct ws_style *))
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	put(f, r, s);
	fclose(f);
	return text;
}

static void
put_line(FILE *f, const struct ws_report *r, const struct ws_style *s)
{
	(void)s;
	ws_report_line(f, r);
}

static void
put_json(FILE *f, const struct ws_report *r, const struct ws_style *s)
{
	(void)s;
	ws_report_json(f, r);
}

static void
put_ls_json(FILE *f, const struct ws_report *r, const struct ws_style *s)
{
	(void)s;
	ws_report_ls_json(f, r);
}

static void
put_facts_json(FILE *f, const struct ws_report *r, const struct ws_style *s)
{
	(void)s;
	ws_report_facts_json(f, r);
}

/* The widest line but the command to paste, which is not broken; UINT_MAX when
 * a line ends in a blank. */
static unsigned
widest(const char *text)
{
	struct ws_sv rest = ws_sv_of(text);
	unsigned most = 0, n;

	while (rest.n > 0) {
		struct ws_sv line = ws_sv_split(&rest, '\n');

		if (ws_sv_ends(line, " "))
			return ~0u;
		n = ws_sv_starts(line, "  whyslow explain ")
			? 0
			: ws_text_columns(line);
		most = n > most ? n : most;
	}
	return most;
}

static bool
is_harmless(const char *text)
{
	return !strchr(text, '\033') && !strstr(text, "\xe2\x80\xae") &&
	       !strchr(text, '\xff');
}

static void
test_screen(void)
{
	static const char *const wanted[] = { "VERDICT", "class B", "WHY",
		"against: few waits", "ALSO SEEN", "NOT THE CAUSE",
		"little garbage", "WHERE THE TIME GOES", "Go code", "PLAN",
		"1.1x to 4.1x, which is the cap", "TRAPS", "UNSURE",
		"no benchmark", "only 100 samples", "0x1f400", "NEXT",
		"confidence MEDIUM",
		"3 artifacts, 2 used, 1 damaged, 1 ignored", "Go 1.22",
		"8 CPUs", "whyslow explain B-ONE" };
	struct lab l = full_lab();
	struct ws_report r = report_of(&l);

	for (unsigned width = 60; width <= 120; width += 20) {
		struct ws_style s = { .width = width, .utf8 = true };
		char *text = written(&r, &s, ws_report_text);

		ok(widest(text) <= width, "fits %u columns, no blanks at ends",
		    width);
		ok(is_harmless(text), "nothing hostile comes through");
		for (size_t i = 0; width == 80 && i < WS_LEN(wanted); i++)
			ok(strstr(text, wanted[i]) != NULL, "says \"%s\"",
			    wanted[i]);
		free(text);
	}
	lab_free(&l);
}

static void
test_color(void)
{
	struct lab l = full_lab();
	struct ws_report r = report_of(&l);
	struct ws_style plain = { .width = 80 };
	struct ws_style color = { .width = 80, .color = true };
	char *a = written(&r, &plain, ws_report_text);
	char *b = written(&r, &color, ws_report_text);
	char *to = b;

	for (const char *p = b; *p; p++) {
		if (*p == '\033')
			p = strchr(p, 'm');
		else
			*to++ = *p;
	}
	*to = '\0';
	ok(strlen(b) > 0 && strcmp(a, b) == 0,
	    "colours add nothing but colours");
	free(a);
	free(b);
	lab_free(&l);
}

static void
test_grids(void)
{
	struct lab l = full_lab();
	struct ws_report r = report_of(&l);
	struct ws_style s = { .width = 80, .utf8 = true };
	char *ls = written(&r, &s, ws_report_ls);
	char *facts = written(&r, &s, ws_report_facts);
	char *line = written(&r, &s, put_line);

	ok(widest(ls) < ~0u && is_harmless(ls), "ls is harmless");
	ok(strstr(ls, "pprof") && strstr(ls, "0x1f400"),
	    "ls has the artifacts");
	ok(widest(facts) < ~0u && is_harmless(facts), "facts are harmless");
	ok(strstr(facts, "46.0 %") && strstr(facts, "1.5") &&
		strstr(facts, "made.up"),
	    "facts have values, intervals and artifacts");
	ok(is_harmless(line) && strncmp(line, "B medium evil", 13) == 0,
	    "one line: class, confidence, bundle");
	free(ls);
	free(facts);
	free(line);
	lab_free(&l);
}

/* What is printed to be pasted into a shell is quoted. */
static void
test_quoting(void)
{
	struct lab l = full_lab();
	struct ws_report r = report_of(&l);
	struct ws_style s = { .width = 80 };
	char *text;

	r.bundle = "a$(b)'c.tar";
	text = written(&r, &s, ws_report_text);
	ok(strstr(text, "explain B-ONE 'a$(b)'\\''c.tar'\n") != NULL,
	    "a name that a shell would read is quoted");
	free(text);
	r.bundle = "issue-4711.tar.gz";
	text = written(&r, &s, ws_report_text);
	ok(strstr(text, "explain B-ONE issue-4711.tar.gz\n") != NULL,
	    "a plain one is not");
	free(text);
	lab_free(&l);
}

/* The value at "key.key.0.key", where a number indexes an array. */
static json_t *
at_path(json_t *doc, const char *path)
{
	struct ws_sv rest = ws_sv_of(path);

	while (doc && rest.n > 0) {
		struct ws_sv key = ws_sv_split(&rest, '.');

		doc = json_is_array(doc)
			  ? json_array_get(doc, (size_t)(key.p[0] - '0'))
			  : json_object_getn(doc, key.p, key.n);
	}
	return doc;
}

static json_t *
parse(char *text)
{
	json_error_t err;
	json_t *doc = json_loads(text, JSON_REJECT_DUPLICATES, &err);

	ok(doc != NULL, "it is JSON");
	if (!doc)
		printf("# line %d: %s\n", err.line, err.text);
	free(text);
	return doc;
}

static void
test_contract(void)
{
	static const char *const paths[] = { "schema", "bundle.sha256",
		"bundle.artifacts.0.name", "bundle.artifacts.0.format",
		"bundle.artifacts.0.version", "bundle.artifacts.0.status",
		"bundle.artifacts.0.detail", "bundle.artifacts.0.bytes",
		"bundle.artifacts.0.events", "bundle.artifacts.0.lost",
		"environment.go", "environment.os", "environment.arch",
		"environment.cpus", "verdict.outcome", "verdict.class",
		"verdict.name", "verdict.confidence", "verdict.candidates.0",
		"verdict.points", "verdict.stability", "verdict.sentence",
		"classes.0.class", "classes.0.points", "classes.0.lo",
		"classes.0.hi", "classes.0.state", "evidence.0.rule",
		"evidence.0.class", "evidence.0.weight", "evidence.0.truth",
		"evidence.0.weak", "evidence.0.text", "evidence.0.facts.0.name",
		"evidence.0.facts.0.value", "evidence.0.facts.0.unit",
		"evidence.0.facts.0.artifact", "evidence.0.facts.0.samples",
		"evidence.0.facts.0.lo", "evidence.0.facts.0.hi",
		"missing.0.rule", "missing.0.reason", "missing.0.collect",
		"accounting.0.leaf", "accounting.0.share",
		"accounting.0.source", "plan.0.id", "plan.0.class",
		"plan.0.title", "plan.0.effort", "plan.0.risk",
		"plan.0.targets.0", "plan.0.impact.metric", "plan.0.impact.lo",
		"plan.0.impact.hi", "plan.0.impact.cap", "plan.0.steps.0",
		"plan.0.success.0.fact", "plan.0.success.0.op",
		"plan.0.success.0.value", "design", "traps.0.id",
		"traps.0.text", "traps.0.share", "traps.0.targets.0",
		"benchmark.time_per_op", "quality.0.id", "quality.0.text" };
	struct lab l = full_lab();
	struct ws_report r = report_of(&l);
	json_t *doc = parse(written(&r, NULL, put_json));

	for (size_t i = 0; i < WS_LEN(paths); i++)
		ok(at_path(doc, paths[i]) != NULL, "has %s", paths[i]);
	is_str(json_string_value(at_path(doc, "schema")), "whyslow.report/1",
	    "the schema");
	is_str(json_string_value(at_path(doc, "verdict.outcome")), "decided",
	    "the outcome");
	is_str(json_string_value(at_path(doc, "environment.go")), "1.22",
	    "the Go release");
	ok(json_is_null(at_path(doc, "environment.os")), "unknown is null");
	ok(near(json_number_value(at_path(doc, "benchmark.time_per_op")), 1000),
	    "the benchmark");
	ok(json_array_size(at_path(doc, "classes")) == WS_CLASSES,
	    "all classes and outcomes");
	json_decref(doc);
	lab_free(&l);
}

/* A document without anything to tell still has its keys. */
static void
test_empty(void)
{
	static const char *const keys[] = { "bundle", "environment", "verdict",
		"classes", "evidence", "missing", "accounting", "plan",
		"design", "traps", "benchmark", "quality" };
	struct ws_style s = { .width = 80 };
	struct lab l = lab_new("");
	struct ws_report r;
	json_t *doc;
	char *text;

	lab_judge(&l);
	r = report_of(&l);
	r.n_artifact = 0;
	doc = parse(written(&r, NULL, put_json));
	for (size_t i = 0; i < WS_LEN(keys); i++)
		ok(json_object_get(doc, keys[i]) != NULL, "has %s", keys[i]);
	is_str(json_string_value(at_path(doc, "verdict.outcome")),
	    "insufficient", "nothing is insufficient");
	ok(json_is_null(at_path(doc, "verdict.class")) &&
		json_is_null(at_path(doc, "benchmark")),
	    "no class, no benchmark");
	json_decref(doc);
	text = written(&r, &s, ws_report_text);
	ok(strstr(text, "insufficient") && widest(text) <= 80, "as text");
	free(text);
	lab_free(&l);
}

static void
test_lists(void)
{
	struct lab l = full_lab();
	struct ws_report r = report_of(&l);
	json_t *doc = parse(written(&r, NULL, put_ls_json));
	json_t *fact;

	ok(json_integer_value(at_path(doc, "artifacts.0.records")) == 102,
	    "ls counts records");
	ok(json_object_size(at_path(doc, "artifacts.0.records_by_type")) == 2,
	    "by type");
	json_decref(doc);
	doc = parse(written(&r, NULL, put_facts_json));
	is_str(json_string_value(at_path(doc, "schema")), "whyslow.facts/1",
	    "the schema of facts");
	fact = at_path(doc, "facts.0");
	for (const char *const *k = (const char *const[]){ "name", "subject",
		 "value", "unit", "presence", "artifact", "samples", "lost",
		 "lo", "hi", NULL };
	     *k; k++)
		ok(json_object_get(fact, *k) != NULL, "a fact has %s", *k);
	json_decref(doc);
	lab_free(&l);
}

static void
put_rows(FILE *f, const struct ws_report *r, const struct ws_style *s)
{
	const struct ws_page p = { f, s };

	(void)r;
	ws_page_text(&p, 50, "alpha beta gamma");
	ws_page_row(&p,
	    &(struct ws_cell){
		.text = "one two three four", .width = 10, .flow = WS_COMMAND },
	    1);
	ws_page_row(&p,
	    (struct ws_cell[]){ { .text = "a", .at = 2 },
		{ .text = "b", .at = 50, .flow = WS_RIGHT } },
	    2);
	ws_page_row(
	    &p, &(struct ws_cell){ .text = "unbreakable", .width = 6 }, 1);
	ws_page_text(
	    &p, 54, "\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\xe7\xac\xa6");
}

static void
test_wrap(void)
{
	static const char want[] =
	    "                                                  alpha beta\n"
	    "                                                  gamma\n"
	    "one two \\\nthree four\n"
	    "  a                                                        b\n"
	    "unbrea\nkable\n"
	    "                                                      "
	    "\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97\n"
	    "                                                      "
	    "\xe7\xac\xa6\n";
	struct ws_style s = { .width = 60, .utf8 = true };
	char *text = written(NULL, &s, put_rows);

	is_str(text, want, "cells are wrapped in their columns");
	free(text);
	s.utf8 = false;
	text = written(NULL, &s, put_rows);
	ok(strstr(text, "\\u{4E") != NULL, "ASCII where UTF-8 is not wanted");
	free(text);
}

int
main(void)
{
	test_screen();
	test_color();
	test_grids();
	test_quoting();
	test_contract();
	test_empty();
	test_lists();
	test_wrap();
	return tap_done();
}
