/* The facts table and the catalogue. */
#include <stdlib.h>

#include "facts/fact.h"
#include "tap.h"

static struct ws_catalogue *cat;

static void
put(struct ws_facts *f, uint32_t def, double v, const char *subject)
{
	struct ws_fact fact = WS_FACT_OF(def, v);

	fact.subject = subject;
	ws_facts_put(f, &fact);
}

static void
test_catalogue(void)
{
	struct ws_fact_def def = { "my.fact", "help", NULL, WS_U_RATIO,
		WS_S_VMSTAT };
	uint32_t id = ws_catalogue_add(cat, &def);

	ok(id == WS_F_FIXED, "declared facts follow the fixed ones");
	ok(ws_catalogue_add(cat, &def) == UINT32_MAX, "a name is taken once");
	ok(ws_catalogue_find(cat, WS_SV("my.fact")) == id, "found by name");
	ok(ws_catalogue_find(cat, WS_SV("nope")) == UINT32_MAX, "no such name");
	ok(ws_catalogue_find(cat, WS_SV("host.cpus")) == WS_F_HOST_CPUS,
	    "fixed facts have their ids");
	ok(ws_source_by_name(WS_SV("iostat")) == WS_S_IOSTAT, "a source");
	ok(ws_source_by_name(WS_SV("iosta")) == WS_S_COUNT_OF, "no source");
}

static void
test_order(void)
{
	struct ws_facts *f = ws_facts_new(cat);
	const struct ws_fact *const *all;

	ok(ws_facts_all(f, &all) == 0, "a new table is empty");
	ok(ws_facts_get(f, WS_F_DISK_UTIL, NULL) == NULL, "and has no fact");
	put(f, WS_F_DISK_UTIL, 0.2, "sdc");
	put(f, WS_F_DISK_UTIL, NAN, "none");
	put(f, WS_F_DISK_UTIL, 0.9, "sda");
	put(f, WS_F_DISK_UTIL, 0.2, "sdb");
	put(f, WS_F_HOST_CPUS, 8, NULL);
	ok(ws_facts_all(f, &all) == 5, "five facts");
	ok(all[0]->def == WS_F_HOST_CPUS, "in the order of the catalogue");
	is_str(all[1]->subject, "sda", "then by falling value");
	is_str(all[2]->subject, "sdb", "then by subject");
	is_str(all[3]->subject, "sdc", "of equal ones");
	is_str(all[4]->subject, "none", "what has no value comes last");
	is_str(ws_facts_get(f, WS_F_DISK_UTIL, NULL)->subject, "sda",
	    "without a subject the largest is meant");
	ok(ws_facts_get(f, WS_F_DISK_UTIL, "sdc")->value == 0.2, "by subject");
	ok(ws_facts_get(f, WS_F_DISK_UTIL, "sd") == NULL, "whole subjects");
	put(f, WS_F_DISK_UTIL, 0.95, "sdc");
	ok(ws_facts_of(f, WS_F_DISK_UTIL, &all) == 4, "a fact is replaced");
	is_str(all[0]->subject, "sdc", "and moves to its place");
	ok(ws_facts_of(f, WS_F_HOST_CPUS, &all) == 1, "one of the bundle");
	ok(ws_facts_of(f, WS_F_DISK_SIZE, &all) == 0, "none of an id");
	ws_facts_free(f);
}

static void
test_copies(void)
{
	struct ws_facts *f = ws_facts_new(cat);
	char text[] = "linux", artifact[] = "env.txt";
	struct ws_fact fact = WS_FACT_OF(WS_F_GO_OS, NAN);
	const struct ws_fact *got;

	fact.text = text;
	fact.artifact = artifact;
	ws_facts_put(f, &fact);
	text[0] = artifact[0] = 'X';
	got = ws_facts_get(f, WS_F_GO_OS, NULL);
	is_str(got->text, "linux", "the text is copied");
	is_str(got->artifact, "env.txt", "and the artifact");
	ws_facts_free(f);
}

static void
test_presence(void)
{
	struct ws_facts *f = ws_facts_new(cat);
	struct ws_fact empty = WS_FACT_OF(WS_F_HOST_SWAP, NAN);

	ok(ws_facts_presence(f, WS_F_HOST_IDLE) == WS_ABSENT, "absent");
	ws_facts_source(f, WS_S_VMSTAT, WS_EMPTY, "a", 0);
	ok(ws_facts_presence(f, WS_F_HOST_IDLE) == WS_EMPTY, "empty");
	ws_facts_source(f, WS_S_VMSTAT, WS_VALUE, "b", 3);
	ok(ws_facts_presence(f, WS_F_HOST_IDLE) == WS_VALUE,
	    "that of the source");
	ws_facts_source(f, WS_S_VMSTAT, WS_EMPTY, "c", 100);
	ok(ws_facts_source_presence(f, WS_S_VMSTAT) == WS_VALUE,
	    "the best presence wins");
	is_str(ws_facts_source_artifact(f, WS_S_VMSTAT), "b", "its artifact");
	ws_facts_source(f, WS_S_VMSTAT, WS_VALUE, "d", 9);
	is_str(ws_facts_source_artifact(f, WS_S_VMSTAT), "d", "more records");
	ws_facts_source(f, WS_S_VMSTAT, WS_VALUE, "e", 9);
	is_str(ws_facts_source_artifact(f, WS_S_VMSTAT), "d", "first on a tie");
	put(f, WS_F_HOST_IDLE, 0, NULL);
	ok(ws_facts_presence(f, WS_F_HOST_IDLE) == WS_VALUE, "zero is a value");
	empty.presence = WS_EMPTY;
	ws_facts_put(f, &empty);
	ok(ws_facts_presence(f, WS_F_HOST_SWAP) == WS_EMPTY,
	    "a fact's own presence comes first");
	ok(ws_facts_source_artifact(f, WS_S_IOSTAT) == NULL, "no artifact");
	is_str(ws_presence_name(WS_DISABLED), "disabled", "presence by name");
	ws_facts_free(f);
}

/* Quadratic work would take minutes. */
static void
test_many(void)
{
	enum { N = 200000 };

	struct ws_facts *f = ws_facts_new(cat);
	const struct ws_fact *const *all;
	char name[32];
	size_t i, n;
	bool falling = true;

	for (i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "d%zu", i);
		put(f, WS_F_DISK_OPS, (double)(i * 7919 % N), name);
	}
	n = ws_facts_of(f, WS_F_DISK_OPS, &all);
	for (i = 1; i < n; i++)
		falling &= all[i - 1]->value >= all[i]->value;
	ok(n == N && falling, "%d subjects in order", N);
	ok(ws_facts_get(f, WS_F_DISK_OPS, "d3")->value == 3 * 7919, "one");
	ws_facts_free(f);
}

static void
put_from(struct ws_facts *f, uint32_t def, const char *artifact)
{
	struct ws_fact fact = WS_FACT_OF(def, 1);

	fact.artifact = artifact;
	ws_facts_put(f, &fact);
}

static void
test_without(void)
{
	struct ws_facts *f = ws_facts_new(cat), *w;

	put_from(f, WS_F_DISK_UTIL, "iostat.txt");
	put_from(f, WS_F_DISK_SIZE, "iostat-2.txt");
	put_from(f, WS_F_GO_MAXPROCS, "env.txt");
	put(f, WS_F_DISK_QUEUE, 1, "sdb");
	ws_facts_source(f, WS_S_IOSTAT, WS_VALUE, "iostat.txt", 5);
	ws_facts_source(f, WS_S_ENV, WS_VALUE, "env.txt", 1);
	ws_facts_source(f, WS_S_VMSTAT, WS_UNSUPPORTED_HERE, NULL, 0);
	w = ws_facts_without(f, "iostat.txt");
	ok(ws_facts_get(w, WS_F_DISK_UTIL, NULL) == NULL &&
		ws_facts_get(w, WS_F_DISK_SIZE, NULL) != NULL &&
		ws_facts_get(w, WS_F_GO_MAXPROCS, NULL) != NULL,
	    "what the artifact told is gone, and only that");
	ok(ws_facts_get(w, WS_F_DISK_SIZE, "sda") == NULL &&
		ws_facts_get(w, WS_F_DISK_QUEUE, "sdb") != NULL,
	    "by subject, too");
	ok(ws_facts_source_presence(w, WS_S_IOSTAT) == WS_VALUE,
	    "another artifact tells of the same source");
	is_str(ws_facts_source_artifact(w, WS_S_IOSTAT), "iostat-2.txt",
	    "and stands for it");
	ok(ws_facts_source_presence(w, WS_S_VMSTAT) == WS_UNSUPPORTED_HERE,
	    "other sources are as they were");
	ws_facts_free(w);
	w = ws_facts_without(f, "env.txt");
	ok(ws_facts_source_presence(w, WS_S_ENV) == WS_ABSENT &&
		ws_facts_source_artifact(w, WS_S_ENV) == NULL,
	    "a source without its only artifact is absent");
	ok(ws_facts_get(f, WS_F_GO_MAXPROCS, NULL) != NULL,
	    "the original is whole");
	ws_facts_free(w);
	ws_facts_free(f);
}

int
main(void)
{
	cat = ws_catalogue_new();
	test_catalogue();
	test_order();
	test_copies();
	test_presence();
	test_many();
	test_without();
	ws_catalogue_free(cat);
	return tap_done();
}
