/* The parsers of perf stat, perf report and folded stacks. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_perf_stat;
extern const struct ws_parser ws_parser_perf_report;
extern const struct ws_parser ws_parser_perf_trace;
extern const struct ws_parser ws_parser_perf_sched;
extern const struct ws_parser ws_parser_perf_lock;
extern const struct ws_parser ws_parser_folded;

static void
parse_file(struct parsed *r, const struct ws_parser *parser, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, parser, path, p == NULL ? "" : p, n);
	free(p);
}

static double
count(const struct parsed *r, const char *event, const char *label)
{
	char name[80];

	snprintf(name, sizeof(name), "perf.stat.%s", event);
	return parsed_value(r, label, ws_dict_cstr(r->sink.dict, name), 0);
}

/* The same run of a program as text, CSV and JSON. */
static void
test_stat_shapes(void)
{
	static const struct {
		const char *path;
		double task, faults;
	} want[] = {
		{ "perf-stat/text/input.txt", 885.52e6, 164169 },
		{ "perf-stat/csv/input.txt", 912.36e6, 164172 },
		{ "perf-stat/semicolon/input.txt", 940.23e6, 164172 },
		{ "perf-stat/json/input.txt", 910.883934e6, 164167 },
		{ "perf-stat/runs/input.txt", 945.72e6, 164169 },
		{ "perf-stat/runs-csv/input.txt", 880.62e6, 164167 },
		{ "perf-stat/runs-json/input.txt", 959.562353e6, 164170 },
	};
	struct parsed r;

	for (size_t i = 0; i < WS_LEN(want); i++) {
		parse_file(&r, &ws_parser_perf_stat, want[i].path);
		ok(r.bid == WS_BID_SHAPE && r.status == WS_OK,
		    "%s is perf stat", want[i].path);
		ok(fabs(count(&r, "task-clock", "") - want[i].task) < 1 &&
			count(&r, "page-faults", "") == want[i].faults,
		    "%s: values", want[i].path);
		is_str(parsed_mark(&r, "perf.stat.not_supported", 0), "cycles",
		    "what the machine cannot count");
		ok(isnan(count(&r, "cycles", "")), "is no value");
		parsed_fini(&r);
	}
}

static void
test_stat_rows(void)
{
	struct parsed r;

	parse_file(&r, &ws_parser_perf_stat, "perf-stat/text/input.txt");
	ok(count(&r, "elapsed", "") == 2199591371.0 &&
		count(&r, "user", "") == 576314000.0 &&
		count(&r, "sys", "") == 310628000.0,
	    "the tail");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_perf_stat, "perf-stat/runs/input.txt");
	ok(count(&r, "elapsed", "") == 1404000000.0, "a mean of runs");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_perf_stat, "perf-stat/threads/input.txt");
	ok(count(&r, "task-clock", "lock worker-1370") == 7950000 &&
		isnan(count(&r, "task-clock", "main thread-1364")),
	    "threads, one of which was not counted");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_perf_stat, "perf-stat/interval/input.txt");
	ok(parsed_counter(&r, "",
	       ws_dict_cstr(r.sink.dict, "perf.stat.task-clock"), 1) != NULL &&
		count(&r, "elapsed", "") == 319994639.0,
	    "intervals, and the end of the last one");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_perf_stat, "perf-stat/hardware/input.txt");
	ok(count(&r, "task-clock", "") == 12034567890.0 &&
		count(&r, "cycles", "") == 24567890123.0 &&
		count(&r, "elapsed", "") == 6004687393.0,
	    "decimal commas, and blanks between digits");
	ok(fabs(count(&r, "running", "cycles") - 0.8331) < 1e-9,
	    "the share of time that an event was counted");
	parsed_fini(&r);
}

static void
test_stat_cuts(void)
{
	static const char *const path[] = { "perf-stat/text/input.txt",
		"perf-stat/runs-csv/input.txt", "perf-stat/json/input.txt",
		"perf-stat/threads/input.txt" };

	for (size_t i = 0; i < WS_LEN(path); i++) {
		size_t n;
		char *p = read_testdata(path[i], &n);

		ok(parse_every_cut(&ws_parser_perf_stat, p, n) == 0,
		    "%s: %zu cuts say nothing new", path[i], n);
		free(p);
	}
}

static double
total(const struct parsed *r, ws_id series)
{
	double sum = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SAMPLE && r->ev[i].name == series)
			sum += r->ev[i].value;
	return sum;
}

static void
test_report(void)
{
	struct parsed r;

	parse_file(
	    &r, &ws_parser_perf_report, "perf-report/two-events/input.txt");
	ok(r.bid == WS_BID_SHAPE && r.status == WS_OK &&
		total(&r, WS_N_PERF_CPU) == 2000000 &&
		total(&r, WS_N_PERF_FAULTS) == 400,
	    "two events");
	ok(parsed_count(&r, WS_EV_LOSS, 0) == 1, "and the lost samples");
	parsed_fini(&r);
	parse_file(
	    &r, &ws_parser_perf_report, "perf-report/children/input.txt");
	ok(r.status == WS_OK &&
		parsed_count(&r, WS_EV_SAMPLE, WS_N_PERF_CPU) == 1 &&
		fabs(total(&r, WS_N_PERF_CPU) - 0.5136 * 959919832) < 1,
	    "with children the own share counts");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_perf_report, "perf-report/torn/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 1, "a cut row");
	parsed_fini(&r);
}

static void
test_folded(void)
{
	struct parsed r;

	parse_file(&r, &ws_parser_folded, "folded/marks/input.txt");
	ok(r.bid == WS_BID_SHAPE && r.status == WS_OK &&
		total(&r, WS_N_PERF_CPU) == 23.5,
	    "counts, one of them a fraction");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_folded, "folded/difference/input.txt");
	ok(r.ev[0].value == 10 && r.ev[1].value == -5,
	    "two counts are a difference");
	parsed_fini(&r);
	parse_mem(
	    &r, &ws_parser_folded, "x/offcpu.folded", "a;b 7\na;c 8\n", 12);
	ok(total(&r, WS_N_PERF_OFFCPU) == 15, "the name tells off CPU");
	parsed_fini(&r);
	parse_mem(&r, &ws_parser_folded, "x", "a;b c\n", 6);
	ok(r.bid == WS_BID_NO, "a line without a count is no stack");
	parsed_fini(&r);
}

static void
test_trace(void)
{
	struct parsed r;
	ws_id calls;

	parse_file(&r, &ws_parser_perf_trace, "perf-trace/errno/input.txt");
	calls = ws_dict_cstr(r.sink.dict, "perf.trace.calls");
	ok(r.bid == WS_BID_SHAPE && r.status == WS_OK &&
		r.ev[0].value == 1205908000.0,
	    "time in a call");
	ok(parsed_value(&r, "futex 32471 lock worker", calls, 0) == 180,
	    "calls of the second thread");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_perf_trace, "perf-trace/old-total/input.txt");
	ok(total(&r, WS_N_PERF_SYSCALL) == 910750000.0,
	    "a table without a column of errors");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_perf_trace, "perf-trace/torn/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 1, "a cut row");
	parsed_fini(&r);
}

static void
test_sched(void)
{
	struct parsed r;

	parse_file(&r, &ws_parser_perf_sched, "perf-sched/wakeups/input.txt");
	ok(r.bid == WS_BID_SHAPE && r.status == WS_OK &&
		total(&r, WS_N_PERF_ONCPU) == 190000 &&
		total(&r, WS_N_PERF_OFFCPU) == 1500000 &&
		total(&r, WS_N_PERF_RUNQUEUE) == 260000,
	    "times of threads, not of wake-ups and idle CPUs");
	ok(ws_sv_is(
	       ws_dict_text(r.sink.dict, r.ev[0].track), "40/42 my svc[2]"),
	    "a comm with brackets and blanks");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_perf_sched, "perf-sched/torn/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 1, "a cut row");
	parsed_fini(&r);
}

/* A comm that is longer than any, which each row has in its name. */
static void
test_long_comm(void)
{
	struct ws_buf b = { 0 };
	struct parsed r;

	ws_buf_puts(&b, " Summary of events:\n\n ");
	for (int i = 0; i < 1000; i++)
		ws_buf_putc(&b, 'x');
	ws_buf_puts(&b, " (7), 2 events, 5.4%\n\n"
			"   syscall calls total min avg max stddev\n"
			"   read 1 1.5 0.1 0.1 0.1 0.00%\n");
	parse_mem(&r, &ws_parser_perf_trace, "t", b.p, b.n);
	ok(r.n > 0 && ws_dict_text(r.sink.dict, r.ev[0].track).n < 100,
	    "a long comm is cut");
	parsed_fini(&r);
	ws_buf_fini(&b);
}

/* Sums of every layout of perf lock. */
static void
test_lock(void)
{
	static const struct {
		const char *path;
		double waits, ns;
	} want[] = {
		{ "perf-lock/contention/input.txt", 69294, 239183540 },
		{ "perf-lock/threads/input.txt", 69520, 239912750 },
		{ "perf-lock/callers/input.txt", 66230, 229490000 },
		{ "perf-lock/report/input.txt", 57542, 221320000 },
		{ "perf-lock/addresses/input.txt", 20, 62500015547 },
		{ "perf-lock/owners/input.txt", 407, 593310 },
		{ "perf-lock/cgroups/input.txt", 20, 1512000 },
		{ "perf-lock/separated/input.txt", 512, 7659670 },
		{ "perf-lock/separated-callers/input.txt", 491, 7560800 },
		{ "perf-lock/report-ns/input.txt", 59, 1009999 },
		{ "perf-lock/nobody/input.txt", 0, 0 },
	};
	struct parsed r;

	for (size_t i = 0; i < WS_LEN(want); i++) {
		parse_file(&r, &ws_parser_perf_lock, want[i].path);
		ok(r.bid == WS_BID_SHAPE && r.status == WS_OK && r.faults == 0,
		    "%s", want[i].path);
		ok(total(&r, WS_N_PERF_LOCK_COUNT) == want[i].waits,
		    "  %.0f waits", total(&r, WS_N_PERF_LOCK_COUNT));
		ok(fabs(total(&r, WS_N_PERF_LOCK) - want[i].ns) < 1,
		    "  of %.0f ns", total(&r, WS_N_PERF_LOCK));
		parsed_fini(&r);
	}
}

/* No cut adds to what is there, and what is whole stays. */
static void
test_lock_cuts(const char *path)
{
	double was = 0, now = 0;
	struct parsed r;
	unsigned less = 0;
	size_t n;
	char *p = read_testdata(path, &n);

	for (size_t i = 0; p != NULL && i <= n; i++) {
		parse_mem(&r, &ws_parser_perf_lock, "cut", p, i);
		now = total(&r, WS_N_PERF_LOCK);
		less += now < was;
		was = now;
		parsed_fini(&r);
	}
	ok(less == 0 && now > 0, "%s: %zu cuts", path, n);
	free(p);
}

static void
test_lock_lines(void)
{
	static const char *const none[] = {
		"contended total wait\n 1 2 us\n",
		"max wait avg wait type caller\n",
		"Name acquired\n",
		"# output: contended, total wait; type, caller\n",
		"# output: contended",
		"total wait time was 12 s\n",
	};
	struct parsed r;
	char text[] = " contended   total wait         type   caller\n\n"
		      "   1x   2.00 us     spinlock   f+0x1\n"
		      "    1   2.00 xs     spinlock   f+0x1\n"
		      "    1  -2.00 us     spinlock   f+0x1\n"
		      "    1   2.00 us\n"
		      "    1   2.00 us     spinlock   good+0x1\n";

	for (size_t i = 0; i < WS_LEN(none); i++) {
		parse_mem(
		    &r, &ws_parser_perf_lock, "x", none[i], strlen(none[i]));
		ok(r.bid == WS_BID_NO && r.n == 0, "no table: %zu", i);
		parsed_fini(&r);
	}
	parse_mem(&r, &ws_parser_perf_lock, "x", text, sizeof(text) - 1);
	ok(total(&r, WS_N_PERF_LOCK) == 2000 && r.n == 2,
	    "rows are whole or no rows");
	parsed_fini(&r);
}

int
main(void)
{
	test_lock();
	test_lock_cuts("perf-lock/callers/input.txt");
	test_lock_cuts("perf-lock/report/input.txt");
	test_lock_cuts("perf-lock/owners/input.txt");
	test_lock_cuts("perf-lock/separated/input.txt");
	test_lock_cuts("perf-lock/separated-callers/input.txt");
	test_lock_lines();
	test_stat_shapes();
	test_stat_rows();
	test_stat_cuts();
	test_report();
	test_trace();
	test_sched();
	test_folded();
	test_long_comm();
	return tap_done();
}
