/* metrics/benches: what tells results apart, and what bounds them. */
#include <stdio.h>

#include "metrics/benches.h"
#include "tap.h"

struct box {
	struct ws_dict *d;
	struct ws_benches *b;
	struct ws_sink *sink;
};

static void
open_box(struct box *x, const char *format)
{
	struct ws_origin o;

	x->d = ws_dict_new();
	x->b = ws_benches_new(x->d);
	x->sink = ws_benches_sink(x->b);
	o = (struct ws_origin){ ws_dict_cstr(x->d, "b.txt"),
		ws_dict_cstr(x->d, format) };
	ws_sink_begin(x->sink, &o);
}

static void
close_box(struct box *x)
{
	ws_benches_free(x->b);
	ws_dict_free(x->d);
}

static void
value(struct box *x, const char *track, ws_id name, enum ws_unit unit, double v)
{
	struct ws_event e = WS_EVENT(WS_EV_COUNTER);

	e.t = 0;
	e.track = ws_dict_cstr(x->d, track);
	e.name = name;
	e.unit = (uint8_t)unit;
	e.value = v;
	ws_sink_events(x->sink, &e, 1);
}

static void
config(struct box *x, const char *key, const char *text)
{
	struct ws_event e = WS_EVENT(WS_EV_MARK);

	e.name = ws_dict_cstr(x->d, key);
	e.peer = ws_dict_cstr(x->d, text);
	ws_sink_events(x->sink, &e, 1);
}

static const char *
config_of(struct box *x, size_t i)
{
	ws_id id = ws_benches_get(x->b, i)->config;

	return id == 0 ? "" : ws_dict_text(x->d, id).p;
}

static void
test_configuration(void)
{
	struct box x;

	open_box(&x, "gobench");
	value(&x, "A", WS_N_BENCH_TIME, WS_U_TIME, 1);
	config(&x, "pkg", "p");
	config(&x, "goos", "linux");
	value(&x, "A", WS_N_BENCH_TIME, WS_U_TIME, 2);
	config(&x, "note", "new");
	value(&x, "A", WS_N_BENCH_TIME, WS_U_TIME, 3);
	config(&x, "note", "");
	value(&x, "A", WS_N_BENCH_TIME, WS_U_TIME, 4);
	value(&x, "A", WS_N_BENCH_REQUESTS, WS_U_COUNT, 4);
	value(&x, "A", WS_N_BENCH_ITERATIONS, WS_U_COUNT, 4);
	ok(ws_benches_count(x.b) == 3, "three configurations, one unit");
	is_str(config_of(&x, 0), "", "none at first");
	is_str(config_of(&x, 1), "goos: linux\npkg: p\n", "by key");
	is_str(config_of(&x, 2), "goos: linux\nnote: new\npkg: p\n",
	    "a note is a key");
	ok(ws_benches_get(x.b, 1)->n == 2, "and without it as before");
	close_box(&x);
	open_box(&x, "vmstat");
	value(&x, "A", WS_N_BENCH_TIME, WS_U_TIME, 1);
	ok(ws_benches_count(x.b) == 0, "vmstat is no benchmark");
	close_box(&x);
}

static void
is_unit(const char *name, enum ws_unit kind, const char *want, int better)
{
	struct box x;
	const struct ws_bench *b;

	open_box(&x, "gobench");
	value(&x, "A", ws_dict_cstr(x.d, name), kind, 1);
	b = ws_benches_get(x.b, 0);
	is_str(ws_dict_text(x.d, b->unit).p, want, name);
	ok(ws_benches_unit(x.b, b->unit).better == better, "%s: %d", want,
	    better);
	close_box(&x);
}

static void
test_units(void)
{
	struct box x;
	ws_id size;

	is_unit("p99-ns", WS_U_TIME, "p99-sec", -1);
	is_unit("p99-ms/op", WS_U_TIME, "p99-sec/op", -1);
	is_unit("bench.time_per_op", WS_U_TIME, "sec/op", -1);
	is_unit("items/s", WS_U_RATE, "items/s", 1);
	is_unit("heap-MB", WS_U_BYTES, "heap-B", -1);
	is_unit("x/ns", WS_U_NONE, "x/ns", 0);
	is_unit("things", WS_U_NONE, "things", 0);
	open_box(&x, "gobench");
	size = ws_dict_cstr(x.d, "text-bytes");
	config(&x, "unit-meta", "text-bytes better=higher assume=exact");
	ok(ws_benches_unit(x.b, size).exact &&
		ws_benches_unit(x.b, size).better == 1,
	    "a Unit line overrides the name");
	close_box(&x);
}

static void
test_bounds(void)
{
	const struct ws_bench *b;
	struct box x;
	char text[32];

	open_box(&x, "gobench");
	for (int i = 0; i < 5000; i++)
		value(&x, "A", WS_N_BENCH_TIME, WS_U_TIME, i);
	b = ws_benches_get(x.b, 0);
	ok(b->n <= WS_BENCH_MAX && b->n >= WS_BENCH_MAX / 2 &&
		b->seen == 5000 && b->value[1] == (double)b->every,
	    "5000 values: every %dth is kept", (int)b->every);
	for (int i = 0; i < WS_BENCH_CONFIGS + 10; i++) {
		snprintf(text, sizeof(text), "%d", i);
		config(&x, "run", text);
		value(&x, "B", WS_N_BENCH_TIME, WS_U_TIME, i);
	}
	ok(ws_benches_left_out(x.b) == 11 || ws_benches_left_out(x.b) == 10,
	    "too many configurations: %d results left out",
	    (int)ws_benches_left_out(x.b));
	close_box(&x);
}

int
main(void)
{
	test_configuration();
	test_units();
	test_bounds();
	return tap_done();
}
