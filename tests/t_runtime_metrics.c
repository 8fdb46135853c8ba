/* The parsers of runtime metrics, on the test data and on its cuts. */
#include "ingest/jscan.h"
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_prometheus;
extern const struct ws_parser ws_parser_runtime_metrics;

static const struct ws_parser *const runtime = &ws_parser_runtime_metrics;
static const struct ws_parser *const prometheus = &ws_parser_prometheus;

static void
parse_file(struct parsed *r, const struct ws_parser *p, const char *path)
{
	size_t n;
	char *text = read_testdata(path, &n);

	parse_mem(r, p, path, text == NULL ? "" : text, n);
	free(text);
}

static void
parse_text(struct parsed *r, const struct ws_parser *p, const char *text)
{
	parse_mem(r, p, "text", text, strlen(text));
}

/* One letter for each token. */
static void
is_tokens(const char *json, const char *want, bool cut)
{
	static const char letter[] = ".<>ksw";
	struct ws_cur c;
	struct ws_jscan j;
	struct ws_sv text;
	char got[64] = "";
	size_t n = 0;
	enum ws_jtoken t;

	ws_cur_init(&c, json, strlen(json), 0);
	ws_jscan_init(&j, c);
	do {
		t = ws_jscan_next(&j, &text);
		got[n++] = letter[t];
	} while (t != WS_J_END && n + 1 < sizeof(got));
	ok(strcmp(got, want) == 0 && ws_jscan_is_cut(&j) == cut, "'%s' is %s",
	    json, got);
}

static void
test_scan(void)
{
	is_tokens("", ".", false);
	is_tokens("{\"a\": [1, \"b\", null]}", "<k<wsw>>.", false);
	is_tokens("{\"a\\\"\":\"b\\\\\"}{", "<ks><.", false);
	is_tokens("{\"a\": 12", "<k.", true);
	is_tokens("{\"a\": \"x", "<k.", true);
	is_tokens("{\"a\"", "<.", true);
	is_tokens("{\"a\":\"b\" ", "<k.", true);
	is_tokens("]]}", ">>>.", false);
	is_tokens("[1 2,,3]", "<www>.", false);
}

static void
test_json(void)
{
	struct parsed r;

	parse_file(&r, runtime, "runtime-metrics/two-dumps/input.json");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_GO_RT_DUMP) == 2,
	    "two dumps in one file");
	ok(parsed_value(&r, "", WS_N_GO_RT_CPU_TOTAL, 0) == 20.5e9 &&
		parsed_value(&r, "", WS_N_GO_RT_CPU_TOTAL, 1) == 40.5e9,
	    "CPU seconds in ns");
	ok(parsed_value(&r, "le 1000000", WS_N_GO_RT_LATENCY, 1) == 105 &&
		parsed_value(&r, "le +Inf", WS_N_GO_RT_LATENCY, 1) == 1 &&
		parsed_counter(&r, "le 0", WS_N_GO_RT_LATENCY, 0) == NULL,
	    "buckets by their upper bounds, without empty ones");
	parsed_fini(&r);
	parse_file(&r, runtime, "runtime-metrics/cut-json/input.json");
	ok(r.status == WS_PARTIAL && r.faults == 1 &&
		parsed_counter(&r, "", WS_N_GO_RT_ALLOC, 0) != NULL,
	    "what is before the cut counts: %s", r.err.text);
	parsed_fini(&r);
	parse_file(&r, runtime, "runtime-metrics/go1.27-expvar/input.json");
	ok(r.status == WS_OK &&
		parsed_value(&r, "", WS_N_GO_RT_CYCLES, 0) == 303 &&
		parsed_value(&r, "", WS_N_GO_RT_STOPPED, 0) == 120708843,
	    "memstats of expvar");
	parsed_fini(&r);
	parse_text(&r, runtime,
	    "{\"memstats\":{\"NumGC\":1,\"LastGC\":0,\"NextGC\":4,"
	    "\"TotalAlloc\":5,\"BySize\":[{\"NumGC\":9}]},\"NumGC\":7}");
	ok(parsed_value(&r, "", WS_N_GO_RT_CYCLES, 0) == 1 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_GO_RT_CYCLES) == 1 &&
		parsed_counter(&r, "", WS_N_GO_RT_LAST_GC, 0) == NULL,
	    "members of memstats alone; no collection has no time");
	parsed_fini(&r);
}

static void
test_deep(void)
{
	enum { N = 100000 };

	char *text = malloc(N + 1);
	struct parsed r;

	memset(text, '[', N);
	text[N] = '\0';
	parse_text(&r, runtime, text);
	ok(r.bid == WS_BID_NO && r.status == WS_CORRUPT && r.faults == 1,
	    "%d brackets: %s", N, r.err.text);
	parsed_fini(&r);
	free(text);
}

static void
test_lines(void)
{
	struct parsed r;

	parse_file(&r, runtime, "runtime-metrics/log-lines/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 1 &&
		parsed_value(&r, "", WS_N_GO_RT_CYCLES, 1) == 44 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_GO_RT_ALLOC) == 1,
	    "the last number may be cut: %s", r.err.text);
	ok(fabs(parsed_value(&r, "", WS_N_GO_RT_MUTEX_WAIT, 0) - 12500) < 1e-6,
	    "a number with an exponent");
	parsed_fini(&r);
	parse_file(&r, runtime, "runtime-metrics/smallest/input.txt");
	ok(r.status == WS_OK && parsed_value(&r, "", WS_N_GO_RT_PROCS, 0) == 4,
	    "with and without a colon");
	parsed_fini(&r);
}

static void
test_prometheus(void)
{
	static const char a[] = "instance=a:80,job=shop \\\"x\\\"";
	struct parsed r;

	parse_file(&r, prometheus, "prometheus/client-golang/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE &&
		parsed_value(&r, "", WS_N_GO_RT_STOPPED, 0) == 1.5e9 &&
		parsed_value(&r, "", WS_N_GO_RT_CPU_PROCESS, 0) == 1042.5e9,
	    "totals in ns");
	ok(parsed_value(&r, "", WS_N_GO_RT_PROCS, 0) == 8 &&
		parsed_value(&r, "", WS_N_GO_RT_MUTEX_WAIT, 0) == 12.5e9 &&
		parsed_value(&r, "", WS_N_GO_RT_CPU_GC_IDLE, 0) == 20e9,
	    "names made of those of runtime/metrics");
	ok(parsed_value(&r, "le 640", WS_N_GO_RT_LATENCY, 0) == 800 &&
		parsed_value(&r, "le +Inf", WS_N_GO_RT_LATENCY, 0) == 100 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_GO_RT_LATENCY) == 3,
	    "buckets add up; here is what is in each");
	ok(strcmp(parsed_mark(&r, "go_info", 0), "go1.26.1") == 0, "version");
	parsed_fini(&r);
	parse_file(&r, prometheus, "prometheus/federated/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 2 &&
		parsed_value(&r, a, WS_N_GO_RT_GOROUTINES, 1) == 13 &&
		parsed_value(&r, a, WS_N_GO_RT_DUMP, 1) == 2,
	    "instances have dumps of their own");
	parsed_fini(&r);
	parse_text(&r, prometheus,
	    "go_goroutines NaN\ngo_threads 5\ngo_threads 6 "
	    "1795411200000\nprocess_cpu_seconds_total -1\n");
	ok(r.faults == 0 &&
		parsed_counter(&r, "", WS_N_GO_RT_GOROUTINES, 0) == NULL &&
		parsed_value(&r, "", WS_N_GO_RT_THREADS, 1) == 6 &&
		parsed_counter(&r, "", WS_N_GO_RT_CPU_PROCESS, 0) == NULL,
	    "no number is no value");
	parsed_fini(&r);
	parse_file(&r, prometheus, "prometheus/node-exporter/input.txt");
	ok(r.bid == WS_BID_NO, "the exporter's own metrics are refused");
	parsed_fini(&r);
}

static void
cut(const struct ws_parser *p, const char *path)
{
	size_t n;
	char *text = read_testdata(path, &n);

	ok(n > 0 && parse_every_cut(p, text, n) == 0,
	    "%s cut at each of %zu bytes", path, n);
	free(text);
}

int
main(void)
{
	test_scan();
	test_json();
	test_deep();
	test_lines();
	test_prometheus();
	cut(runtime, "runtime-metrics/two-dumps/input.json");
	cut(runtime, "runtime-metrics/go1.27-expvar/input.json");
	cut(runtime, "runtime-metrics/log-lines/input.txt");
	cut(runtime, "runtime-metrics/go1.27-text/input.txt");
	cut(prometheus, "prometheus/client-golang/input.txt");
	cut(prometheus, "prometheus/federated/input.txt");
	return tap_done();
}
