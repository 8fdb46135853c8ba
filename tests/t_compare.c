/* src/compare: tables, directions, what moved, and the verdict of a change. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/compare.h"
#include "rules_kit.h"

static const struct ws_bench_terms terms = { 0.95, 0.05, 0.02 };

static const double slow[] = { 100, 101, 102, 103, 104, 105, 106, 107 };
static const double fast[] = { 50, 51, 52, 53, 54, 55, 56, 57 };
static const double same[] = { 100.5, 101.5, 102.5, 103.5, 104.5, 105.5, 99,
	108 };
static const double ones[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
static const double nulls[] = { 0, 0, 0, 0, 0, 0, 0, 0 };

static struct ws_measure
cell(const char *row, const char *column, const char *unit, const double *v)
{
	return (
	    struct ws_measure){ "", row, column, unit, v, 8, false, -1, false };
}

static const struct ws_against *
against(const struct ws_bench_tables *b, size_t table, size_t row)
{
	return b->table[table].row[row].against[1];
}

static void
test_table(void)
{
	struct ws_arena *a = ws_arena_new();
	struct ws_measure m[] = {
		cell("X", "old", "sec/op", slow),
		cell("Y", "old", "sec/op", slow),
		cell("Gone", "old", "sec/op", slow),
		cell("X", "new", "sec/op", fast),
		cell("Y", "new", "sec/op", same),
		cell("X", "old", "B/op", ones),
		cell("X", "new", "B/op", nulls),
		cell("Y", "old", "B/op", nulls),
		cell("Y", "new", "B/op", ones),
		cell("Z", "old", "B/op", nulls),
		cell("Z", "new", "B/op", nulls),
	};
	const struct ws_bench_tables *b =
	    ws_bench_compare(a, m, WS_LEN(m), &terms);
	const struct ws_bench_table *t = &b->table[0];

	ok(b->n == 2 && t->n_row == 3 && t->n_column == 2, "two tables");
	ok(b->tests == 5 && b->need == 4 && b->need_mid == 6,
	    "five comparisons: %zu", b->tests);
	ok(t->row[0].cell[0]->center.mid == 103.5, "median of the base");
	ok(fabs(against(b, 0, 0)->change - (53.5 / 103.5 - 1)) < 1e-12,
	    "change of the medians");
	/* 2 / C(16, 8), the least there is, five times */
	ok(fabs(against(b, 0, 0)->p - 2 / 12870.0) < 1e-12 &&
		fabs(against(b, 0, 0)->holm - 10 / 12870.0) < 1e-12,
	    "p and its correction");
	ok(against(b, 0, 0)->direction == WS_BETTER &&
		against(b, 0, 0)->delta == -1,
	    "less time is better");
	ok(against(b, 0, 0)->ratio.lo > 0.48 &&
		against(b, 0, 0)->ratio.hi < 0.56,
	    "interval of the ratio");
	ok(against(b, 0, 1)->direction == WS_SAME, "chance is the same");
	ok(against(b, 0, 2) == NULL, "nothing to compare with");
	ok(t->sum[1].set_differs && !t->sum[0].set_differs, "sets differ");
	ok(fabs(t->sum[1].ratio - sqrt(53.5 / 103.5 * against(b, 0, 1)->change +
				       53.5 / 103.5)) < 1e-12,
	    "geomean of the ratios");
	ok(against(b, 1, 0)->change == -1 &&
		against(b, 1, 0)->direction == WS_BETTER,
	    "to nothing");
	ok(isnan(against(b, 1, 1)->change) &&
		against(b, 1, 1)->direction == WS_OTHER,
	    "from nothing there is no ratio");
	ok(against(b, 1, 2)->all_equal && against(b, 1, 2)->change == 0,
	    "0 to 0 is no change");
	ok(isnan(b->table[1].sum[1].ratio) && isnan(b->table[1].sum[1].geomean),
	    "and no geomeans of zeros");
	ws_arena_free(a);
}

/* What two rows of times and one of allocations lead to. */
static void
leads_to(const double *x, const double *y, const double *allocs,
    const char *work, enum ws_change want)
{
	struct ws_arena *a = ws_arena_new();
	struct ws_measure m[] = {
		cell("X", "old", "sec/op", slow),
		cell("X", "new", "sec/op", x),
		cell("Y", "old", "sec/op", slow),
		cell("Y", "new", "sec/op", y),
		cell("X", "old", "allocs/op", ones),
		cell("X", "new", "allocs/op", allocs),
	};
	struct ws_diff d = { .name = { "old", "new" } };

	d.bench = ws_bench_compare(a, m, WS_LEN(m), &terms);
	ws_compare_verdict(a, &d, work);
	ok(d.change == want, "%s: %s", ws_change_name(want), d.sentence);
	ws_arena_free(a);
}

static void
test_verdict(void)
{
	static const double slower[] = { 200, 201, 202, 203, 204, 205, 206,
		207 };
	static const double twos[] = { 2, 2, 2, 2, 2, 2, 2, 2 };

	leads_to(fast, same, ones, NULL, WS_CHANGE_CONFIRMED);
	leads_to(same, same, ones, NULL, WS_CHANGE_NONE);
	leads_to(slower, same, ones, NULL, WS_CHANGE_REGRESSED);
	leads_to(fast, slower, ones, NULL, WS_CHANGE_REGRESSED);
	leads_to(fast, slower, ones, "X", WS_CHANGE_CONFIRMED);
	leads_to(fast, slower, ones, "Y", WS_CHANGE_REGRESSED);
	leads_to(fast, same, twos, NULL, WS_CHANGE_CONFIRMED);
	leads_to(same, same, twos, NULL, WS_CHANGE_REGRESSED);
}

static void
test_moved_class(void)
{
	struct ws_arena *a = ws_arena_new();
	struct ws_measure m[] = { cell("X", "old", "sec/op", slow),
		cell("X", "new", "sec/op", fast) };
	struct ws_diagnosis b = { .outcome = WS_OUT_DECIDED,
		.cls = WS_CLASS_B };
	struct ws_diagnosis e = { .outcome = WS_OUT_DECIDED,
		.cls = WS_CLASS_E };
	struct ws_diff d = { .name = { "old", "new" },
		.diagnosis = { &b, &e } };

	d.bench = ws_bench_compare(a, m, WS_LEN(m), &terms);
	ws_compare_verdict(a, &d, "X");
	ok(d.change == WS_CHANGE_MOVED && fabs(d.gain - 103.5 / 53.5) < 1e-9,
	    "moved: %s", d.sentence);
	d.diagnosis[1] = &b;
	ws_compare_verdict(a, &d, "X");
	ok(d.change == WS_CHANGE_CONFIRMED &&
		strstr(d.sentence, "B still limits") != NULL,
	    "stayed: %s", d.sentence);
	e.outcome = WS_OUT_OPEN;
	d.diagnosis[1] = &e;
	ws_compare_verdict(a, &d, "X");
	ok(d.change == WS_CHANGE_CONFIRMED, "an open one has not moved: %s",
	    d.sentence);
	d.bench = ws_bench_compare(a, m, 1, &terms);
	ws_compare_verdict(a, &d, NULL);
	ok(d.change == WS_CHANGE_UNMEASURED, "nothing to compare");
	ws_arena_free(a);
}

static void
put(struct ws_facts *f, uint32_t def, double v, double lo, double samples)
{
	struct ws_fact fact = WS_FACT_OF(def, v);

	if (!isnan(lo)) {
		fact.lo = lo;
		fact.hi = 2 * v - lo;
		fact.samples = samples;
	}
	ws_facts_put(f, &fact);
}

static const struct ws_moved *
of_fact(const struct ws_moved *m, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(m[i].def->name, name) == 0)
			return &m[i];
	return NULL;
}

static void
test_facts(void)
{
	struct ws_arena *a = ws_arena_new();
	struct ws_catalogue *c = ws_catalogue_new();
	struct ws_facts *f = ws_facts_new(c), *g = ws_facts_new(c);
	const struct ws_moved *m;
	size_t n;

	put(f, WS_F_HOST_BUSY, 0.5, NAN, 0);
	put(g, WS_F_HOST_BUSY, 0.52, NAN, 0);
	put(f, WS_F_HOST_SYS, 0.1, NAN, 0);
	put(g, WS_F_HOST_SYS, 0.2, NAN, 0);
	put(f, WS_F_HOST_IDLE, 0, NAN, 0);
	put(g, WS_F_HOST_IDLE, 0.2, NAN, 0);
	put(f, WS_F_HOST_USER, 0.1, NAN, 0);
	put(f, WS_F_CPU_UTILIZATION, 0.30, 0.2, 100);
	put(g, WS_F_CPU_UTILIZATION, 0.36, 0.3, 100);
	put(f, WS_F_MEMSTATS_GC_CPU, 0.30, 0.2, 1000);
	put(g, WS_F_MEMSTATS_GC_CPU, 0.40, 0.3, 1000);
	put(f, WS_F_BENCH_RUNS, 1, NAN, 0);
	put(g, WS_F_BENCH_RUNS, 9, NAN, 0);
	n = ws_compare_facts(a, f, g, 0.05, &m);
	ok(n == 5, "five facts of both, none of benchmarks: %zu", n);
	ok(!of_fact(m, n, "host.cpu.busy")->moved, "4 %% is no move");
	ok(of_fact(m, n, "host.cpu.sys")->moved, "twice is");
	ok(of_fact(m, n, "host.cpu.idle")->moved &&
		isnan(of_fact(m, n, "host.cpu.idle")->change),
	    "from nothing is, too");
	ok(!of_fact(m, n, "pprof.cpu.utilization")->moved,
	    "30 and 36 of 100 samples: chance");
	ok(of_fact(m, n, "pprof.memstats.gc_cpu")->moved,
	    "300 and 400 of 1000: none");
	ok(m[n - 1].moved == false && m[0].moved, "those that moved first");
	ws_facts_free(f);
	ws_facts_free(g);
	ws_catalogue_free(c);
	ws_arena_free(a);
}

static void
test_shares(void)
{
	static const struct ws_function before[] = { { "a", 500, 900 },
		{ "b", 300, 300 }, { "c", 2, 2 } };
	static const struct ws_function after[] = { { "a", 300, 900 },
		{ "b", 310, 310 }, { "d", 150, 150 } };
	const struct ws_profile_side side[2] = { { before, 3, 1000, 1000 },
		{ after, 3, 1000, 1000 } };
	struct ws_arena *a = ws_arena_new();
	struct ws_share_changes c = { .series = "pprof.cpu" };

	ws_compare_shares(a, side, 0.05, &c);
	ok(c.n == 4, "functions of either");
	ok(strcmp(c.row[0].name, "a") == 0 && c.row[0].moved &&
		fabs(c.row[0].flat[1] - 0.3) < 1e-12,
	    "the largest difference first");
	ok(strcmp(c.row[1].name, "d") == 0 && c.row[1].moved &&
		c.row[1].flat[0] == 0,
	    "one that is new");
	ok(strcmp(c.row[2].name, "b") == 0 && !c.row[2].moved, "chance");
	ok(isnan(c.row[3].p) && !c.row[3].moved, "too few samples");
	ws_arena_free(a);
}

int
main(void)
{
	test_table();
	test_verdict();
	test_moved_class();
	test_facts();
	test_shares();
	return tap_done();
}
