/* The parser of what go tool pprof prints, on the test data and on its cuts. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/htab.h"
#include "base/mem.h"
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_pproftool;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_pproftool, path, p == NULL ? "" : p, n);
	free(p);
}

static void
parse_text(struct parsed *r, const char *text)
{
	parse_mem(r, &ws_parser_pproftool, "text", text, strlen(text));
}

static double
total(const struct parsed *r, ws_id name)
{
	double v = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SAMPLE && r->ev[i].name == name)
			v += r->ev[i].value;
	return v;
}

/* The next line with a sample; empty at the end. */
static struct ws_sv
next_sample(struct ws_cur *c)
{
	while (ws_cur_left(c) > 0) {
		struct ws_sv line = ws_cur_line(c);

		if (ws_sv_starts(line, "{\"ev\":\"sample\""))
			return line;
	}
	return ws_sv_of(NULL);
}

struct sums {
	struct ws_htab *what; /* a sample's line without its value */
	double *value;
	size_t cap;
};

/* Adds up the samples of a dump: one form has equal ones apart. */
static void
add_up(const char *name, struct sums *s)
{
	struct ws_buf key = { 0 };
	struct ws_sv line, head;
	struct ws_cur c;
	double v;
	size_t n, at;
	char *text = read_testdata(name, &n);

	ws_cur_init(&c, text, n, 0);
	while ((line = next_sample(&c)).n > 0) {
		bool is_new;
		uint32_t i;

		at = ws_sv_find(line, "\"value\":");
		head = ws_sv_from(line, at + strlen("\"value\":"));
		line.n = at;
		v = strtod(head.p, NULL);
		key.n = 0;
		ws_buf_putsv(&key, line);
		ws_buf_putsv(&key, ws_sv_from(head, ws_sv_find(head, ",")));
		i = ws_htab_put(s->what, key.p, key.n, &is_new);
		s->value = ws_grow(
		    s->value, &s->cap, (size_t)i + 1, sizeof(*s->value));
		s->value[i] = (is_new ? 0 : s->value[i]) + v;
	}
	ws_buf_fini(&key);
	free(text);
}

/* The dumps of one profile as protobuf and as -raw have the same samples. */
static void
test_same(void)
{
	struct sums a = { .what = ws_htab_new() };
	struct sums b = { .what = ws_htab_new() };
	size_t n, same = 0;

	add_up("pprof/go1.26-cpu/dump", &a);
	add_up("pproftool/go1.26-raw/dump", &b);
	n = ws_htab_count(a.what);
	for (uint32_t i = 0; i < n; i++) {
		struct ws_sv key = ws_htab_key(a.what, i);
		uint32_t k = ws_htab_get(b.what, key.p, key.n);

		same += k != WS_HTAB_NONE && a.value[i] == b.value[k];
	}
	ok(n > 150 && same == n && ws_htab_count(b.what) == n,
	    "-raw has the sums of the %zu stacks of the protobuf", n);
	ws_htab_free(a.what);
	ws_htab_free(b.what);
	free(a.value);
	free(b.value);
}

static void
test_raw(void)
{
	struct parsed r;
	const ws_id *frames = NULL;
	size_t n = 0;

	parse_file(&r, "pproftool/smallest/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE &&
		total(&r, WS_N_PPROF_CPU) == 10e6 &&
		parsed_value(&r, "pprof.cpu", WS_N_CAPTURE_PERIOD, 0) == 10e6,
	    "a sample and the period");
	for (size_t i = 0; i < r.n; i++)
		if (r.ev[i].kind == WS_EV_SAMPLE)
			n = ws_dict_get_stack(
			    r.sink.dict, r.ev[i].stack, &frames);
	ok(n == 3 && ws_dict_get_frame(r.sink.dict, frames[1])->line == 9,
	    "what it was inlined into is a frame");
	parsed_fini(&r);
	parse_file(&r, "pproftool/go1.19-raw-mutex/input.txt");
	ok(total(&r, WS_N_PPROF_MUTEX) == 3274867380.0 &&
		total(&r, WS_N_PPROF_BLOCK) == 0,
	    "who unlocks is of a mutex profile");
	parsed_fini(&r);
	parse_file(&r, "pproftool/raw-cut-locations/input.txt");
	ok(r.status == WS_PARTIAL && r.faults > 1 &&
		total(&r, WS_N_PPROF_CPU) > 0,
	    "samples whose locations are there: %s", r.err.text);
	parsed_fini(&r);
	parse_text(&r, "PeriodType: contentions count\nPeriod: "
		       "1\nSamples:\ncontentions/count "
		       "delay/nanoseconds\nLocations\nMappings\n");
	ok(r.status == WS_OK && r.faults == 0, "a profile without samples");
	parsed_fini(&r);
}

static void
test_traces(void)
{
	struct parsed r;

	parse_file(&r, "pproftool/go1.27-traces-mutex/input.txt");
	ok(r.status == WS_OK && r.faults == 0 &&
		fabs(total(&r, WS_N_PPROF_MUTEX) - 10.63e9) < 10e6,
	    "-traces of a mutex profile of 10.63 s");
	parsed_fini(&r);
	parse_file(&r, "pproftool/go1.26-traces-cut/input.txt");
	ok(r.status == WS_PARTIAL && total(&r, WS_N_PPROF_CPU) > 0 &&
		r.faults == 1,
	    "the last sample may go on: %s", r.err.text);
	parsed_fini(&r);
	parse_text(&r, "Type: inuse_space\n-----------+-----\n     bytes:  "
		       "2.25kB\n         0   main.f\n             "
		       "main.main\n-----------+-----\n    1.50kB   main.g "
		       "(inline)\n             main.main\n-----------+-----\n  "
		       "      3s   main.h\n-----------+-----\n");
	ok(total(&r, WS_N_PPROF_INUSE) == 1536 &&
		parsed_count(&r, WS_EV_SAMPLE, WS_N_PPROF_INUSE) == 1 &&
		r.faults == 1,
	    "0 is no sample, seconds are no bytes");
	parsed_fini(&r);
}

static void
test_tables(void)
{
	struct parsed r;

	parse_file(&r, "pproftool/interactive/input.txt");
	ok(r.status == WS_OK &&
		parsed_value(&r, "cpu", WS_N_PPROF_TOP_DURATION, 0) == 90e9 &&
		fabs(parsed_value(&r, "cpu", WS_N_PPROF_TOP_TOTAL, 0) -
		     122.4e9) < 1,
	    "minutes, behind prompts");
	ok(parsed_value(&r, "cpu: net/http.(*conn).serve", WS_N_PPROF_TOP_FLAT,
	       0) == 0 &&
		fabs(parsed_value(
			 &r, "cpu: runtime.mallocgc", WS_N_PPROF_TOP_CUM, 0) -
		     57e9) < 1,
	    "flat and cumulative");
	ok(parsed_count(&r, WS_EV_SAMPLE, WS_N_PPROF_CPU) == 0,
	    "no stacks are made of a table");
	parsed_fini(&r);
	parse_file(&r, "pproftool/go1.26-tree/input.txt");
	ok(r.status == WS_OK &&
		parsed_counter(
		    &r, "cpu: main.critical", WS_N_PPROF_TOP_CUM, 0) != NULL &&
		parsed_counter(
		    &r, "cpu: main.critical", WS_N_PPROF_TOP_CUM, 1) == NULL,
	    "of -tree the function, not its callers");
	parsed_fini(&r);
	parse_file(&r, "pproftool/prose/input.txt");
	ok(r.bid == WS_BID_NO, "what is about pprof is none");
	parsed_fini(&r);
}

/* No cut says more of anything than the whole. */
static void
check_cuts(const char *path, ws_id name)
{
	size_t n, bad = 0;
	char *text = read_testdata(path, &n);
	struct parsed whole, part;

	parse_mem(&whole, &ws_parser_pproftool, "whole", text, n);
	for (size_t i = 0; i < n; i++) {
		parse_mem(&part, &ws_parser_pproftool, "cut", text, i);
		bad += total(&part, name) > total(&whole, name) ||
		       !parsed_within(&part, &whole);
		parsed_fini(&part);
	}
	ok(n > 0 && bad == 0, "%s cut at each of %zu bytes", path, n);
	parsed_fini(&whole);
	free(text);
}

static void
put_head(struct ws_buf *b)
{
	ws_buf_puts(b, "PeriodType: cpu nanoseconds\nPeriod: 1\n"
		       "Samples:\nsamples/count\n");
}

/* A function that n others are inlined into. */
static void
put_inlined(struct ws_buf *b, int n)
{
	ws_buf_puts(b, "Locations\n     1: 0x470a4a M=1 f a.go:1:0 s=1\n");
	while (n-- > 0)
		ws_buf_puts(b, "             f a.go:1:0 s=1\n");
	ws_buf_puts(b, "     2: 0x470a4b M=1 g a.go:2:0 s=1\n"
		       "     3: 0x470a4c M=1 h a.go:3:0 s=1\nMappings\n");
}

/* Places of many functions, and samples of many places. */
static void
test_bombs(void)
{
	struct ws_buf b = { 0 };
	struct parsed r;
	clock_t before;

	put_head(&b);
	for (int k = 0; k < 20; k++) {
		ws_buf_puts(&b, "         1:");
		for (int i = 0; i < 20000; i++)
			ws_buf_puts(&b, " 1");
		ws_buf_putc(&b, '\n');
	}
	put_inlined(&b, 50000);
	before = clock();
	parse_mem(&r, &ws_parser_pproftool, "t", b.p, b.n);
	ok(r.status == WS_OK && r.n > 0 &&
		clock() - before < 10 * CLOCKS_PER_SEC,
	    "what is deeper than a stack may be costs nothing");
	parsed_fini(&r);
	b.n = 0;
	put_head(&b);
	for (int i = 0; i < 2000; i++) {
		ws_buf_puts(&b, "         1:");
		for (int k = 0; k < 12; k++)
			ws_buf_puts(&b, i >> k & 1 ? " 2" : " 3");
		ws_buf_puts(&b, " 1\n");
	}
	put_inlined(&b, 4000);
	parse_mem(&r, &ws_parser_pproftool, "t", b.p, b.n);
	ok(r.status == WS_LIMIT, "a bomb of stacks: %s", r.err.text);
	parsed_fini(&r);
	ws_buf_fini(&b);
}

int
main(void)
{
	test_same();
	test_raw();
	test_traces();
	test_tables();
	check_cuts("pproftool/smallest/input.txt", WS_N_PPROF_CPU);
	check_cuts("pproftool/go1.19-raw-mutex/input.txt", WS_N_PPROF_MUTEX);
	check_cuts("pproftool/go1.27-traces-mutex/input.txt", WS_N_PPROF_MUTEX);
	check_cuts("pproftool/go1.26-traces-lines/input.txt", WS_N_PPROF_BLOCK);
	check_cuts("pproftool/interactive/input.txt", WS_N_PPROF_CPU);
	check_cuts("pproftool/go1.26-top/input.txt", WS_N_PPROF_CPU);
	test_bombs();
	return tap_done();
}
