/* Parsers of load tools: values, units, damage, and what they share. */
#include "ingest/bench_unit.h"
#include "ingest/load.h"
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_wrk, ws_parser_hey, ws_parser_ab,
    ws_parser_vegeta, ws_parser_k6, ws_parser_hyperfine, ws_parser_benchcsv;

static void
is_duration(const char *text, double want)
{
	double ns = -1;
	bool good = ws_duration_read(ws_sv_of(text), &ns);

	ok(good == (want >= 0) && (!good || fabs(ns - want) <= want * 1e-12),
	    "duration '%s': %g", text, ns);
}

static void
test_durations(void)
{
	is_duration("1.75ms", 1.75e6);
	is_duration("812.50us", 812500);
	is_duration("12.3\xc2\xb5s", 12300);
	is_duration("0s", 0);
	is_duration("1m2.5s", 62.5e9);
	is_duration("1h2m3s4ms5us6ns", 3723004005006.0);
	is_duration("300ns", 300);
	is_duration("1.50m", 90e9);
	is_duration("", -1);
	is_duration("5", -1);
	is_duration("ms", -1);
	is_duration("5 ms", -1);
	is_duration("1.2.3s", -1);
	is_duration("5ms!", -1);
	is_duration("-5ms", -1);
}

static void
test_sizes(void)
{
	double v = 0;

	ok(ws_size_read(WS_SV("1.5KB"), &v) && v == 1536, "KB of 1024");
	ok(ws_size_read(WS_SV("7B"), &v) && v == 7, "bytes");
	ok(!ws_size_read(WS_SV("7"), &v), "a size without a unit is none");
	ok(!ws_size_read(WS_SV("7XB"), &v), "nor with another");
}

static void
test_units(void)
{
	static const struct {
		const char *unit;
		enum ws_unit u;
		double factor;
	} cases[] = { { "ns/op", WS_U_TIME, 1 }, { "MB/s", WS_U_BRATE, 1e6 },
		{ "p99-ms", WS_U_TIME, 1e6 }, { "req/s", WS_U_RATE, 1 },
		{ "heap-bytes", WS_U_BYTES, 1 }, { "things", WS_U_NONE, 1 },
		{ "x/sec", WS_U_RATE, 1 } };
	struct ws_dict *d = ws_dict_new();

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		enum ws_unit u;
		double factor;

		ws_bench_unit_read(d, ws_sv_of(cases[i].unit), &u, &factor);
		ok(u == cases[i].u && factor == cases[i].factor, "%s is of %s",
		    cases[i].unit, ws_unit_name(u));
	}
	ok(ws_bench_unit_read(d, WS_SV("ns/op"), &(enum ws_unit){ 0 },
	       &(double){ 0 }) == WS_N_BENCH_TIME,
	    "ns/op has a meaning");
	ws_dict_free(d);
}

static void
test_latencies(void)
{
	struct ws_load_times l = { 0 };
	struct ws_load run = { 0 };

	ws_load_begin(&run, WS_SV("x//"));
	ws_load_times_put(&l, &run);
	ok(isnan(run.p50) && isnan(run.mean), "no latencies, no percentiles");
	for (int i = 100; i > 0; i--)
		ws_load_times_add(&l, i);
	ws_load_times_put(&l, &run);
	ok(run.p50 == 50 && run.p90 == 90 && run.p95 == 95 && run.p99 == 99 &&
		run.longest == 100 && run.mean == 50.5,
	    "nearest ranks of 1 to 100");
	ok(ws_load_percentile(&run, 75) == NULL, "75 is not kept");
	ws_load_times_fini(&l);
	l = (struct ws_load_times){ 0 };
	for (int i = 0; i < 3000000; i++)
		ws_load_times_add(&l, i % 1000);
	ok(l.n <= 1 << 20 && l.seen == 3000000, "three million are thinned");
	ws_load_times_put(&l, &run);
	ok(fabs(run.p50 - 500) <= 10 && fabs(run.mean - 499.5) < 1e-6,
	    "and say the same: %g, %g", run.p50, run.mean);
	ws_load_times_fini(&l);
	ws_load_fini(&run);
}

/* The first value of a counter, whatever its track; NaN. */
static double
value_of(const struct parsed *r, ws_id name)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_COUNTER && r->ev[i].name == name)
			return r->ev[i].value;
	return NAN;
}

static void
parse_file(struct parsed *r, const struct ws_parser *parser, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, parser, path, p == NULL ? "" : p, n);
	free(p);
}

static void
test_tools(void)
{
	static const struct {
		const struct ws_parser *parser;
		const char *file;
		enum ws_status status;
		double rate, p99;
	} cases[] = {
		{ &ws_parser_wrk, "wrk/real/input.txt", WS_OK, 9572.5, 5.32e6 },
		{ &ws_parser_wrk, "wrk/plain/input.txt", WS_OK, 2414.33, NAN },
		{ &ws_parser_wrk, "wrk/wrk2/input.txt", WS_OK, 2000, 9.04e6 },
		{ &ws_parser_wrk, "wrk/torn/input.txt", WS_PARTIAL, NAN, NAN },
		{ &ws_parser_hey, "hey/real/input.txt", WS_OK, 5358.6255,
		    5.7e6 },
		{ &ws_parser_hey, "hey/torn/input.csv", WS_PARTIAL, 4, 20e6 },
		{ &ws_parser_ab, "ab/real/input.txt", WS_OK, 5828.35, 5e6 },
		{ &ws_parser_ab, "ab/torn/input.txt", WS_PARTIAL, 5000, NAN },
		{ &ws_parser_vegeta, "vegeta/json/input.json", WS_OK, 198.1,
		    9e6 },
		{ &ws_parser_vegeta, "vegeta/text/input.txt", WS_OK, 198.1,
		    9e6 },
		{ &ws_parser_vegeta, "vegeta/torn/input.json", WS_CORRUPT, NAN,
		    NAN },
		{ &ws_parser_k6, "k6/export/input.json", WS_OK, 99.9, NAN },
		{ &ws_parser_k6, "k6/handle-summary/input.json", WS_OK, 99.9,
		    33.5e6 },
		{ &ws_parser_k6, "k6/machine/input.json", WS_OK, 100, NAN },
		{ &ws_parser_k6, "k6/torn/input.json", WS_CORRUPT, NAN, NAN },
	};

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		struct parsed r;
		double rate, p99;

		parse_file(&r, cases[i].parser, cases[i].file);
		rate = value_of(&r, WS_N_BENCH_RATE);
		p99 = value_of(&r, WS_N_BENCH_P99);
		ok(r.status == cases[i].status &&
			(isnan(cases[i].rate) ? isnan(rate)
					      : rate == cases[i].rate) &&
			(isnan(cases[i].p99) ? isnan(p99)
					     : fabs(p99 - cases[i].p99) < 1),
		    "%s: %s, rate %g, p99 %g", cases[i].file,
		    ws_status_name(r.status), rate, p99);
		parsed_fini(&r);
	}
}

/* What a cut of the file gives, the whole gives too. */
static void
test_cuts(void)
{
	static const struct {
		const struct ws_parser *parser;
		const char *file;
	} cases[] = {
		{ &ws_parser_wrk, "wrk/two-runs/input.txt" },
		{ &ws_parser_wrk, "wrk/wrk2/input.txt" },
		{ &ws_parser_ab, "ab/real/input.txt" },
		{ &ws_parser_hey, "hey/real/input.txt" },
		{ &ws_parser_vegeta, "vegeta/text/input.txt" },
		{ &ws_parser_vegeta, "vegeta/json/input.json" },
		{ &ws_parser_k6, "k6/export/input.json" },
		{ &ws_parser_hyperfine, "hyperfine/printed/input.txt" },
		{ &ws_parser_hyperfine, "hyperfine/real/input.json" },
		{ &ws_parser_benchcsv, "benchcsv/smallest/input.csv" },
		{ &ws_parser_benchcsv, "benchcsv/json/input.jsonl" },
	};

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		size_t n, bad;
		char *p = read_testdata(cases[i].file, &n);

		bad = parse_every_cut(cases[i].parser, p, n);
		ok(n > 0 && bad == 0,
		    "every cut of %s gives nothing of its own: %zu",
		    cases[i].file, bad);
		free(p);
	}
}

/* JSON that is larger than any report. */
static void
test_large(void)
{
	enum { LARGE = 33 << 20 };

	static const char head[] =
	    "{\"results\":[{\"command\":\"a\",\"times\":[1]}]}";
	char *text = ws_alloc(LARGE);
	struct parsed r;

	memset(text, ' ', LARGE);
	memcpy(text, head, sizeof(head) - 1);
	parse_mem(&r, &ws_parser_hyperfine, "t", text, LARGE);
	ok(r.status == WS_LIMIT && r.n == 0, "33 MiB of JSON: %s", r.err.text);
	parsed_fini(&r);
	parse_mem(&r, &ws_parser_hyperfine, "t", text, 1 << 20);
	ok(r.status == WS_OK && r.n > 0, "1 MiB");
	parsed_fini(&r);
	free(text);
}

/* Younger builds of hey print the sign of percent twice. */
static void
test_percents(void)
{
	static const char text[] =
	    "Summary:\n  Total:\t2.0 secs\n  Requests/sec:\t100.5\n\n"
	    "Latency distribution:\n  50%% in 0.0835 secs\n"
	    "  99%% in 0.1833 secs\n\nStatus code distribution:\n"
	    "  [200]\t201 responses\n\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_hey, "t", text, sizeof(text) - 1);
	ok(r.status == WS_OK && value_of(&r, WS_N_BENCH_P50) == 83.5e6 &&
		value_of(&r, WS_N_BENCH_P99) == 183.3e6,
	    "percentiles with two signs");
	parsed_fini(&r);
}

/* A server that answers nothing. */
static void
test_no_answers(void)
{
	static const char text[] =
	    "Running 3s test @ http://127.0.0.1:1/\n"
	    "  2 threads and 4 connections\n"
	    "  Thread Stats   Avg      Stdev     Max   +/- Stdev\n"
	    "    Latency     0.00us    0.00us   0.00us    -nan%\n"
	    "  Latency Distribution\n     50%    0.00us\n     99%    0.00us\n"
	    "  0 requests in 3.00s, 0.00B read\n"
	    "  Socket errors: connect 4, read 0, write 0, timeout 0\n"
	    "Requests/sec:      0.00\nTransfer/sec:       0.00B\n";
	static const char hey[] =
	    "Summary:\n  Total:\t0.0187 secs\n  Slowest:\t0.0000 secs\n"
	    "  Fastest:\t0.0000 secs\n  Average:\tNaN secs\n"
	    "  Requests/sec:\t0.0000\n\nStatus code distribution:\n\n"
	    "Error distribution:\n  [50]\tGet http://127.0.0.1:1: refused\n\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_wrk, "t", text, sizeof(text) - 1);
	ok(r.status == WS_OK && value_of(&r, WS_N_BENCH_RATE) == 0 &&
		value_of(&r, WS_N_BENCH_ERRORS) == 4,
	    "no answers");
	ok(isnan(value_of(&r, WS_N_BENCH_MEAN)) &&
		isnan(value_of(&r, WS_N_BENCH_P99)) &&
		isnan(value_of(&r, WS_N_BENCH_LONGEST)),
	    "have no latency, and not one of 0");
	parsed_fini(&r);
	parse_mem(&r, &ws_parser_hey, "t", hey, sizeof(hey) - 1);
	ok(value_of(&r, WS_N_BENCH_RATE) == 0 &&
		value_of(&r, WS_N_BENCH_ERRORS) == 50 &&
		isnan(value_of(&r, WS_N_BENCH_LONGEST)),
	    "neither in hey");
	parsed_fini(&r);
}

int
main(void)
{
	test_durations();
	test_sizes();
	test_units();
	test_latencies();
	test_tools();
	test_cuts();
	test_large();
	test_percents();
	test_no_answers();
	return tap_done();
}
