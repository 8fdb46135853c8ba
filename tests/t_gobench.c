/* The parser of go test -bench, on the test data and on its cuts. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_gobench;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_gobench, path, p == NULL ? "" : p, n);
	free(p);
}

static bool
near(double got, double want)
{
	return fabs(got - want) <= 1e-9 * fabs(want);
}

/* The value of a custom unit of the first result with it. */
static const struct ws_event *
custom(struct parsed *r, const char *track, const char *unit)
{
	return parsed_counter(r, track, ws_dict_cstr(r->sink.dict, unit), 0);
}

static void
test_real(void)
{
	static const char name[] = "BenchmarkClibGlobalLock/workers=1-2";
	const struct ws_event *ev;
	struct parsed r;

	parse_file(&r, "gobench/real/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_BENCH_TIME) == 21,
	    "21 results");
	is_str(r.entry.version, "go1.26.10", "the release of Go");
	is_str(parsed_mark(&r, "goos", 0), "linux", "goos");
	is_str(parsed_mark(&r, "pkg", 0), "example.com/service", "pkg");
	ok(parsed_value(&r, name, WS_N_BENCH_ITERATIONS, 1) == 20292 &&
		parsed_value(&r, name, WS_N_BENCH_TIME, 1) == 34515.5 &&
		parsed_value(&r, name, WS_N_BENCH_ALLOC_BYTES, 1) == 0 &&
		parsed_value(&r, name, WS_N_BENCH_ALLOCS, 1) == 0,
	    "the second result");
	ev = custom(&r, name, "p99-ns");
	ok(ev != NULL && ev->value == 60097 && ev->unit == WS_U_TIME &&
		ev->t == 0,
	    "p99-ns is a time");
	ev = custom(&r, name, "items/s");
	ok(ev != NULL && ev->value == 29841 && ev->unit == WS_U_RATE,
	    "items/s is a rate");
	ev = custom(&r, name, "maxrss-bytes");
	ok(ev != NULL && ev->value == 8318976 && ev->unit == WS_U_BYTES,
	    "maxrss-bytes is a size");
	ev = custom(&r, name, "cpu-cores");
	ok(ev != NULL && ev->value == 1.08 && ev->unit == WS_U_NONE,
	    "cpu-cores is a number");
	ev = parsed_counter(
	    &r, "BenchmarkClibGlobalLock/workers=16-2", WS_N_BENCH_TIME, 8);
	ok(ev != NULL && ev->value == 34189.8 && ev->t == 20,
	    "the last result is number 20");
	parsed_fini(&r);
}

static void
test_units(void)
{
	static const char name[] = "BenchmarkServe/conns=8-4";

	static const struct {
		const char *unit;
		enum ws_unit u;
		double want;
	} units[] = {
		{ "p99-ns", WS_U_TIME, 900 },
		{ "p50-ms", WS_U_TIME, 3.5e6 },
		{ "queue-us/op", WS_U_TIME, 4000 },
		{ "items/s", WS_U_RATE, 12 },
		{ "heap-MB", WS_U_BYTES, 7e6 },
		{ "sent-bytes", WS_U_BYTES, 2 },
		{ "B/s", WS_U_BRATE, 10 },
		{ "hit-ratio", WS_U_NONE, 0.25 },
	};
	struct parsed r;

	parse_file(&r, "gobench/units/input.txt");
	for (size_t i = 0; i < WS_LEN(units); i++) {
		const struct ws_event *ev = custom(&r, name, units[i].unit);

		ok(ev != NULL && ev->unit == units[i].u &&
			near(ev->value, units[i].want),
		    "%s is of %s", units[i].unit, ws_unit_name(units[i].u));
	}
	ok(parsed_value(&r, name, WS_N_BENCH_BYTES_RATE, 0) == 2e6,
	    "MB/s in bytes");
	ok(custom(&r, name, "drift") == NULL, "NaN is no value");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_BENCH_TIME) == 2 &&
		parsed_value(&r, name, WS_N_BENCH_TIME, 1) == 1600 &&
		r.status == WS_PARTIAL && r.faults == 3,
	    "a bad number, a value without unit and a panic are faults");
	is_str(parsed_mark(&r, "unit-meta", 0), "p99-ns better=lower",
	    "Unit line");
	is_str(parsed_mark(&r, "note", 0), "before", "any key");
	parsed_fini(&r);
}

static void
test_noise(void)
{
	struct parsed r;

	parse_file(&r, "gobench/mixed/input.txt");
	ok(r.status == WS_OK && r.faults == 0 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_BENCH_TIME) == 24,
	    "24 results between logs");
	is_str(parsed_mark(&r, "bench.failed", 0), "BenchmarkFail",
	    "a failure is noted");
	parsed_fini(&r);
	parse_file(&r, "gobench/split-by-log/input.txt");
	ok(r.status == WS_OK &&
		parsed_value(&r, "BenchmarkLog-8", WS_N_BENCH_TIME, 0) ==
		    12000 &&
		parsed_value(&r, "BenchmarkLog-8", WS_N_BENCH_ALLOC_BYTES, 0) ==
		    64 &&
		parsed_value(&r, "BenchmarkQuiet-8", WS_N_BENCH_TIME, 0) ==
		    6000 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_BENCH_TIME) == 2,
	    "a line split by a log is joined");
	parsed_fini(&r);
	parse_file(&r, "gobench/verbose/input.txt");
	ok(r.status == WS_OK &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_BENCH_TIME) == 2 &&
		parsed_value(&r, "BenchmarkLog-2", WS_N_BENCH_TIME, 0) == 0.267,
	    "-v names each benchmark twice");
	parsed_fini(&r);
}

static void
test_json(void)
{
	static const char two[] =
	    "{\"Action\":\"output\",\"Package\":\"a\",\"Output\":"
	    "\"BenchmarkA \\t\"}\n"
	    "not an event\n"
	    "{\"Action\":\"output\",\"Package\":\"b\",\"Output\":"
	    "\"BenchmarkB \\t 5 7 ns/op\\nBenchmarkC 1\"}\n"
	    "{\"Action\":\"output\",\"Package\":\"a\",\"Output\":"
	    "\" 3 9 ns/op\\n\"}\n"
	    "{\"Action\":\"output\",\"Package\":\"b\",\"Output\":"
	    "\"0 2 ns/op\\n\"}\n"
	    "{\"Action\":\n";
	struct parsed r;

	parse_file(&r, "gobench/json/input.json");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE &&
		parsed_value(&r, "BenchmarkFoo-2", WS_N_BENCH_TIME, 0) ==
		    78.89 &&
		near(parsed_value(
			 &r, "BenchmarkFoo-2", WS_N_BENCH_BYTES_RATE, 0),
		    1267.56e6) &&
		parsed_value(&r, "BenchmarkTiny-2", WS_N_BENCH_TIME, 0) ==
		    0.1551,
	    "results of events");
	is_str(parsed_mark(&r, "pkg", 0), "gen/b", "configuration of events");
	parsed_fini(&r);
	parse_mem(&r, &ws_parser_gobench, "two", two, sizeof(two) - 1);
	ok(parsed_value(&r, "BenchmarkA", WS_N_BENCH_TIME, 0) == 9 &&
		parsed_value(&r, "BenchmarkB", WS_N_BENCH_TIME, 0) == 7 &&
		parsed_value(&r, "BenchmarkC", WS_N_BENCH_ITERATIONS, 0) == 10,
	    "output is joined by package");
	ok(r.status == WS_PARTIAL && r.faults == 1, "half an event is a fault");
	parsed_fini(&r);
}

/* What is not read of too many packages is told. */
static void
test_many_packages(void)
{
	struct ws_buf b = { 0 };
	struct parsed r;

	for (int i = 0; i < 5000; i++)
		ws_buf_printf(&b,
		    "{\"Action\":\"output\",\"Package\":\"p%d\","
		    "\"Output\":\"BenchmarkA 5 %d ns/op\\n\"}\n",
		    i, i);
	parse_mem(&r, &ws_parser_gobench, "many", b.p, b.n);
	ok(parsed_value(&r, "BenchmarkA", WS_N_BENCH_TIME, 4095) == 4095,
	    "thousands of packages are read");
	ok(r.status == WS_PARTIAL && r.faults > 0, "the rest is a fault");
	parsed_fini(&r);
	ws_buf_fini(&b);
}

static void
check_bid(const char *path, enum ws_bid want)
{
	struct parsed r;

	parse_file(&r, path);
	ok(r.bid == want, "%s", path);
	parsed_fini(&r);
}

static void
test_end_of_file(void)
{
	static const char whole[] = "BenchmarkX 10 5 ns/op";
	static const char cut[] = "BenchmarkX 10 5 ns/op 7 p99-n";
	struct parsed r;

	parse_mem(&r, &ws_parser_gobench, "x", whole, sizeof(whole) - 1);
	ok(parsed_value(&r, "BenchmarkX", WS_N_BENCH_TIME, 0) == 5,
	    "a unit of package testing is whole without a line end");
	parsed_fini(&r);
	parse_mem(&r, &ws_parser_gobench, "x", cut, sizeof(cut) - 1);
	ok(r.n == 2 && r.status == WS_PARTIAL &&
		parsed_value(&r, "BenchmarkX", WS_N_BENCH_TIME, 0) == 5,
	    "another is not");
	parsed_fini(&r);
}

static void
test_cuts(void)
{
	static const char *const files[] = { "real/input.txt",
		"units/input.txt", "mixed/input.txt", "split-by-log/input.txt",
		"json/input.json", "smallest/input.txt" };
	char path[128];

	for (size_t i = 0; i < WS_LEN(files); i++) {
		size_t n;
		char *p;

		snprintf(path, sizeof(path), "gobench/%s", files[i]);
		p = read_testdata(path, &n);
		ok(n > 0 && parse_every_cut(&ws_parser_gobench, p, n) == 0,
		    "%s cut at each of %zu bytes", files[i], n);
		free(p);
	}
}

int
main(void)
{
	test_real();
	test_units();
	test_noise();
	test_json();
	test_many_packages();
	check_bid("gobench/config-only/input.txt", WS_BID_SHAPE);
	check_bid("gobench/benchstat/input.txt", WS_BID_NO);
	check_bid("gobench/empty/input.txt", WS_BID_NO);
	check_bid("env/real/input.txt", WS_BID_NO);
	test_end_of_file();
	test_cuts();
	return tap_done();
}
