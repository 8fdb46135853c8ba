/* The dictionary, the well-known names, clocks and the ready-made sinks. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/batch.h"
#include "tap.h"

static void
test_names(void)
{
	static const struct {
		ws_id id;
		const char *text, *help;
	} known[] = {

#define WS_NAME(id, text, help) { WS_N_##id, text, help },
#include "model/names.def"
#undef WS_NAME
	};
	struct ws_dict *d = ws_dict_new();
	size_t right = 0;

	for (size_t i = 0; i < WS_LEN(known); i++)
		right +=
		    known[i].id == i + 1 &&
		    ws_sv_is(ws_dict_text(d, known[i].id), known[i].text) &&
		    ws_dict_cstr(d, known[i].text) == known[i].id &&
		    strcmp(ws_known_name_help(known[i].id), known[i].help) == 0;
	ok(right == WS_N_COUNT_OF - 1, "%zu well-known names have their ids",
	    right);
	ok(ws_dict_cstr(d, "new") == WS_N_COUNT_OF, "the next id is free");
	ok(ws_known_name_help(0) == NULL &&
		ws_known_name_help(WS_N_COUNT_OF) == NULL,
	    "other ids have no help");
	ws_dict_free(d);
	ws_dict_free(NULL);
}

static void
test_strings(void)
{
	struct ws_dict *d = ws_dict_new();
	ws_id a = ws_dict_cstr(d, "main.main");
	ws_id z = ws_dict_str(d, (struct ws_sv){ "a\0b", 3 });

	ok(ws_dict_cstr(d, "") == 0 && ws_dict_cstr(d, NULL) == 0,
	    "the empty string is id 0");
	ok(ws_dict_text(d, 0).n == 0, "id 0 is the empty string");
	ok(ws_dict_str(d, WS_SV("main.main")) == a, "interned once");
	ok(ws_dict_str(d, WS_SV("main.mai")) != a, "a prefix differs");
	ok(ws_dict_text(d, z).n == 3 && ws_dict_text(d, z).p[3] == '\0',
	    "NUL inside, NUL behind");
	ws_dict_free(d);
}

static void
test_frames(void)
{
	struct ws_dict *d = ws_dict_new();
	struct ws_frame f, g;
	ws_id id;

	memset(&f, 0xff, sizeof f);
	memset(&g, 0x00, sizeof g);
	f.func = g.func = ws_dict_cstr(d, "f");
	f.file = g.file = f.mapping = g.mapping = 0;
	f.line = g.line = 7;
	f.addr = g.addr = 0x1234;
	f.inlined = g.inlined = true;
	f.exact = g.exact = false;
	id = ws_dict_frame(d, &f);
	ok(ws_dict_frame(d, &g) == id, "padding does not tell frames apart");
	g.inlined = false;
	ok(ws_dict_frame(d, &g) != id, "inlined does");
	ok(ws_dict_frames(d) == 2, "two frames");
	ok(ws_dict_get_frame(d, id)->line == 7 &&
		ws_dict_get_frame(d, id)->inlined,
	    "a frame is read back");
	ok(ws_dict_get_frame(d, 0)->func == 0, "frame 0 has nothing in it");
	ws_dict_free(d);
}

static void
test_stacks(void)
{
	struct ws_dict *d = ws_dict_new();
	const ws_id one[] = { 1, 2, 3 }, two[] = { 3, 2, 1 };
	const ws_id *got;
	ws_id a, b, c;

	ok(ws_dict_stack(d, NULL, 0) == 0, "the empty stack is id 0");
	ok(ws_dict_get_stack(d, 0, &got) == 0, "and has no frames");
	a = ws_dict_stack(d, one, 3);
	b = ws_dict_stack(d, two, 3);
	c = ws_dict_stack(d, one, 2);
	ok(a == 1 && b == 2 && c == 3 && ws_dict_stacks(d) == 3,
	    "order and depth tell stacks apart");
	ok(ws_dict_stack(d, one, 3) == a && ws_dict_stack(d, one, 2) == c,
	    "stacks are interned once");
	ok(ws_dict_get_stack(d, b, &got) == 3 &&
		memcmp(got, two, sizeof two) == 0,
	    "a stack is read back");
	ws_dict_free(d);
}

/* A stack that is a function of i, different for every i. */
static void
make_stack(ws_id *s, size_t n, uint32_t i)
{
	for (size_t k = 0; k < n; k++)
		s[k] = 1 + (i * 2654435761u >> (k % 24)) % 5000;
	s[n - 1] = i + 1;
}

static void
test_many_stacks(void)
{
	enum { MANY = 50000, DEEP = 60 };
	struct ws_dict *d = ws_dict_new();
	ws_id s[DEEP];
	const ws_id *got;
	size_t right = 0;

	for (uint32_t i = 0; i < MANY; i++) {
		make_stack(s, DEEP, i);
		right += ws_dict_stack(d, s, DEEP) == i + 1;
	}
	for (uint32_t i = 0; i < MANY; i++) {
		make_stack(s, DEEP, i);
		right += ws_dict_stack(d, s, DEEP) == i + 1 &&
			 ws_dict_get_stack(d, i + 1, &got) == DEEP &&
			 memcmp(got, s, sizeof s) == 0;
	}
	ok(right == 2 * MANY && ws_dict_stacks(d) == MANY,
	    "%d stacks of %d frames", MANY, DEEP);
	ws_dict_free(d);
}

static void
test_clocks(void)
{
	struct ws_dict *d = ws_dict_new();
	struct ws_clock wall = { .kind = WS_CLOCK_WALL, .ns_per_tick = 1 };
	struct ws_clock mono = { .kind = WS_CLOCK_MONOTONIC };
	struct ws_clock local = { .kind = WS_CLOCK_WALL_LOCAL };
	ws_id id = ws_dict_clock(d, &wall);

	ok(ws_dict_clock(d, &wall) == id && ws_dict_clock(d, &mono) != id,
	    "clocks are interned");
	ok(ws_dict_get_clock(d, id)->kind == WS_CLOCK_WALL &&
		ws_dict_get_clock(d, 0)->kind == WS_CLOCK_NONE,
	    "and read back");
	ok(ws_clock_comparable(&wall, &wall), "wall clocks compare");
	ok(!ws_clock_comparable(&mono, &mono),
	    "two monotonic clocks of unknown offset do not");
	ok(!ws_clock_comparable(&wall, &local), "nor local time and UTC");
	ok(!ws_clock_comparable(&wall, NULL), "nor a clock that is not there");
	mono.how = WS_CLOCK_ANCHORED;
	wall.how = WS_CLOCK_EXACT;
	ok(ws_clock_comparable(&wall, &mono), "anchored clocks compare");
	is_str(ws_clock_kind_name(WS_CLOCK_WALL_LOCAL), "wall-local", "name");
	ws_dict_free(d);
}

/* Refuses the second batch. */
struct fussy {
	struct ws_sink sink;
	size_t calls;
};

static enum ws_status
fussy_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	(void)ev;
	(void)n;
	return ++((struct fussy *)s)->calls == 2 ? WS_LIMIT : WS_OK;
}

static void
test_batch(void)
{
	static const struct ws_sink_ops ops = { .events = fussy_events };
	struct ws_dict *d = ws_dict_new();
	struct fussy f = { .sink = { .ops = &ops, .dict = d } };
	struct ws_sink *count = ws_sink_new_count(d), *null;
	struct ws_sink *both[2] = { &f.sink, count };
	struct ws_sink *fan = ws_sink_new_fan(d, both, 2);
	struct ws_event e = WS_EVENT(WS_EV_SAMPLE);
	struct ws_batch *b = ws_alloc(sizeof *b);
	enum ws_status status = WS_OK;

	ws_batch_init(b, fan);
	for (int i = 0; i < 3 * WS_BATCH; i++)
		status = ws_batch_put(b, &e);
	ok(status == WS_LIMIT, "a refusal sticks");
	ok(ws_batch_flush(b) == WS_LIMIT && f.calls == 2,
	    "nothing is sent after it");
	ok(ws_sink_counted(count)->events[WS_EV_SAMPLE] == 2 * WS_BATCH,
	    "all targets see the batch that one refused");
	ws_sink_begin(fan, &(struct ws_origin){ 0, 0 });
	ok(ws_sink_counted(count)->events[WS_EV_SAMPLE] == 0,
	    "counts start anew at each begin");
	e.kind = WS_EV_LOSS;
	e.value = 41;
	ws_sink_events(count, &e, 1);
	e.value = NAN;
	ws_sink_events(count, &e, 1);
	ws_sink_fault(fan, 3, "torn");
	ok(ws_sink_counted(count)->lost == 42, "a loss of unknown size is 1");
	ok(ws_sink_counted(count)->faults == 1, "faults are counted");
	null = ws_sink_new_null(d);
	ws_batch_init(b, null);
	ws_batch_put(b, &e);
	ok(ws_batch_flush(b) == WS_OK, "the null sink takes anything");
	free(b);
	ws_sink_free(fan);
	ws_sink_free(count);
	ws_sink_free(null);
	ws_dict_free(d);
}

/* Keeps the names of counters, as events or from rows. */
struct keeper {
	struct ws_sink sink;
	ws_id seen[64];
	double value[64];
	size_t n, n_rows;
};

static enum ws_status
keep_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct keeper *k = (struct keeper *)s;

	for (size_t i = 0; i < n && k->n < WS_LEN(k->seen); i++) {
		k->seen[k->n] = ev[i].name;
		k->value[k->n++] = ev[i].value;
	}
	return WS_OK;
}

static enum ws_status
keep_rows(struct ws_sink *s, const struct ws_row *row, size_t n)
{
	(void)row;
	((struct keeper *)s)->n_rows += n;
	return WS_OK;
}

/* Puts a mark, two rows of two and one value, a mark and a row. */
static void
put_rows(struct ws_batch *b, const struct ws_heading *h)
{
	struct ws_event mark = WS_EVENT(WS_EV_MARK);

	for (unsigned i = 0; i < 3; i++) {
		double *value;
		struct ws_row *row;

		mark.name = 100 + i;
		if (i != 1)
			ws_batch_put(b, &mark);
		row = ws_batch_row(b, &value);
		row->heading = h;
		row->t = 7;
		row->track = 9;
		row->peer = row->clock = 0;
		row->has = i == 1 ? 4 : 5;
		value[0] = 10 * i;
		value[1] = NAN;
		value[2] = 10 * i + 2;
	}
}

static void
test_rows(void)
{
	static const struct ws_sink_ops plain = { .events = keep_events },
					rows = { .events = keep_events,
						.rows = keep_rows };
	static const struct ws_heading_series of[] = { { 1, WS_U_RATE },
		{ 0, WS_U_NONE }, { 3, WS_U_TIME } };
	static const ws_id names[] = { 100, 1, 3, 3, 102, 1, 3 };
	struct ws_dict *d = ws_dict_new();
	struct keeper a = { .sink = { .ops = &plain, .dict = d } };
	struct keeper b = { .sink = { .ops = &rows, .dict = d } };
	struct keeper c = {
		.sink = { .ops = &plain, .dict = d, .ignores = WS_EV_ROWS }
	};
	struct ws_sink *count = ws_sink_new_count(d);
	struct ws_sink *to[4] = { &a.sink, &b.sink, &c.sink, count };
	struct ws_sink *fan = ws_sink_new_fan(d, to, 4);
	struct ws_batch *out = ws_alloc(sizeof(*out));
	const struct ws_heading *h = ws_dict_heading(d, of, 3);

	ok(h == ws_dict_heading(d, of, 3) && h != ws_dict_heading(d, of, 2) &&
		h->n == 3 && h->series[2].name == 3 &&
		h->series[2].unit == WS_U_TIME,
	    "headings are interned");
	ws_batch_init(out, fan);
	put_rows(out, h);
	ok(ws_batch_flush(out) == WS_OK && a.n == WS_LEN(names) &&
		memcmp(a.seen, names, sizeof(names)) == 0 && a.value[1] == 0 &&
		a.value[3] == 12 && a.value[6] == 22,
	    "who knows no rows gets their values as events, in order");
	ok(b.n == 2 && b.n_rows == 3, "who knows rows gets them");
	ok(c.n == 2 && c.n_rows == 0, "who ignores them does not");
	ok(ws_sink_counted(count)->events[WS_EV_COUNTER] == 5 &&
		ws_sink_counted(count)->events[WS_EV_MARK] == 2,
	    "each value is counted");
	for (unsigned i = 0; i < WS_BATCH_ROWS; i++)
		put_rows(out, h);
	ok(ws_batch_flush(out) == WS_OK &&
		b.n_rows == 3 + 3 * (size_t)WS_BATCH_ROWS,
	    "more rows than a batch holds");
	free(out);
	ws_sink_free(fan);
	ws_sink_free(count);
	ws_dict_free(d);
}

/* A batch of one event of each of these kinds. */
static void
send_kinds(struct ws_sink *s, unsigned kinds)
{
	struct ws_event ev[WS_EV_KINDS];
	size_t n = 0;

	for (unsigned k = 0; k < WS_EV_KINDS; k++)
		if (kinds & 1u << k)
			ev[n++] = WS_EVENT((uint8_t)k);
	ws_sink_events(s, ev, n);
}

static void
test_ignored(void)
{
	enum { MANY = 700 };

	struct ws_event *many;
	struct ws_dict *d = ws_dict_new();
	struct ws_sink *to[2] = { ws_sink_new_count(d), ws_sink_new_count(d) };
	struct ws_sink *fan = ws_sink_new_fan(d, to, 2);
	const uint64_t *all = ws_sink_counted(to[0])->events;
	const uint64_t *some = ws_sink_counted(to[1])->events;

	to[1]->ignores = 1u << WS_EV_SPAN | 1u << WS_EV_EDGE;
	send_kinds(fan, 1u << WS_EV_SPAN | 1u << WS_EV_EDGE);
	send_kinds(fan, 1u << WS_EV_SPAN);
	ok(all[WS_EV_SPAN] == 2 && all[WS_EV_EDGE] == 1,
	    "who ignores nothing gets all batches");
	send_kinds(fan, WS_EV_ALL);
	ok(some[WS_EV_SPAN] == 0 && some[WS_EV_EDGE] == 0,
	    "what a target ignores is kept from it");
	ok(some[WS_EV_SAMPLE] == 1 && some[WS_EV_COUNTER] == 1 &&
		some[WS_EV_MARK] == 1 && some[WS_EV_LOSS] == 1,
	    "and it gets all else");
	many = ws_alloc_array(MANY, sizeof(*many));
	for (size_t i = 0; i < MANY; i++) {
		many[i] = WS_EVENT(WS_EV_LOSS);
		many[i].kind = i % 7 == 0 ? WS_EV_SPAN : WS_EV_MARK;
	}
	ws_sink_events(fan, many, MANY);
	ok(some[WS_EV_MARK] == 601 && all[WS_EV_SPAN] == 103, "of many, too");
	free(many);
	to[1]->ignores = WS_EV_ALL;
	send_kinds(fan, WS_EV_ALL);
	ok(some[WS_EV_LOSS] == 1 && all[WS_EV_LOSS] == 2,
	    "who ignores all gets none");
	ws_sink_free(fan);
	ws_sink_free(to[0]);
	ws_sink_free(to[1]);
	ws_dict_free(d);
}

/* More than one part of the counting. */
static void
test_count_many(void)
{
	enum { MANY = 1500 };

	struct ws_event *ev = ws_alloc_array(MANY, sizeof(*ev));
	struct ws_dict *d = ws_dict_new();
	struct ws_sink *s = ws_sink_new_count(d);
	const struct ws_sink_counts *c = ws_sink_counted(s);

	for (int i = 0; i < MANY; i++)
		ev[i] = WS_EVENT(WS_EV_LOSS);
	for (int i = 0; i < 3; i++)
		ev[i * 700].kind = WS_EV_MARK;
	ev[MANY - 1].value = 11;
	ws_sink_events(s, ev, MANY);
	ok(c->events[WS_EV_LOSS] == MANY - 3 && c->events[WS_EV_MARK] == 3,
	    "many of one kind");
	ok(c->lost == MANY - 3 + 10, "and what they lost");
	ws_sink_free(s);
	ws_dict_free(d);
	free(ev);
}

static void
send_examples(struct ws_sink *s)
{
	struct ws_dict *d = s->dict;
	struct ws_frame f = { .func = ws_dict_cstr(d, "main.f<int>"),
		.file = ws_dict_cstr(d, "a.go"),
		.line = 3 };
	ws_id st[2] = { ws_dict_frame(d, &f),
		ws_dict_frame(d, &(struct ws_frame){ .addr = 0xbeef }) };
	struct ws_clock wall = { .kind = WS_CLOCK_WALL };
	struct ws_event e = WS_EVENT(WS_EV_SAMPLE);

	ws_sink_begin(s, &(struct ws_origin){ ws_dict_cstr(d, "a b.pb"),
			     ws_dict_cstr(d, "pprof") });
	e.name = WS_N_PPROF_CPU;
	e.value = 1e7;
	e.unit = WS_U_TIME;
	e.stack = ws_dict_stack(d, st, 2);
	ws_sink_events(s, &e, 1);
	e = WS_EVENT(WS_EV_COUNTER);
	e.name = WS_N_DISK_UTIL;
	e.track = ws_dict_cstr(d, "sd\"a");
	e.value = 0.125;
	e.unit = WS_U_RATIO;
	e.t = -5;
	e.dur = 10;
	e.clock = ws_dict_clock(d, &wall);
	ws_sink_events(s, &e, 1);
	e = WS_EVENT(WS_EV_MARK);
	e.name = WS_N_MARK_NOTE;
	e.peer = ws_dict_cstr(d, "x\033[1m");
	ws_sink_events(s, &e, 1);
	ws_sink_fault(s, 99, "cut here");
	ws_sink_fault(s, WS_OFF_NONE, "lost");
	ws_sink_end(s, WS_PARTIAL);
}

static char *
dump(int jsonl)
{
	struct ws_dict *d = ws_dict_new();
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	struct ws_sink *s = ws_sink_new_dump(d, f, jsonl);

	send_examples(s);
	fclose(f);
	ws_sink_free(s);
	ws_dict_free(d);
	return text;
}

static void
test_dump(void)
{
	char *text = dump(0), *json = dump(1);

	is_str(text,
	    "begin artifact=\"a b.pb\" format=pprof\n"
	    "sample name=pprof.cpu value=10000000 unit=time "
	    "stack=\"main.f<int> (a.go:3);0xbeef\"\n"
	    "counter name=disk.util value=0.125 unit=ratio "
	    "track=\"sd\\\"a\" t=-5 dur=10 clock=wall\n"
	    "mark name=note peer=x\\x1B[1m\n"
	    "fault off=99 text=\"cut here\"\n"
	    "fault text=lost\n"
	    "end status=partial\n",
	    "dump as text");
	is_str(json,
	    "{\"ev\":\"begin\",\"artifact\":\"a b.pb\","
	    "\"format\":\"pprof\"}\n"
	    "{\"ev\":\"sample\",\"name\":\"pprof.cpu\",\"value\":10000000,"
	    "\"unit\":\"time\",\"stack\":[\"main.f\\u003cint> (a.go:3)\","
	    "\"0xbeef\"]}\n"
	    "{\"ev\":\"counter\",\"name\":\"disk.util\",\"value\":0.125,"
	    "\"unit\":\"ratio\",\"track\":\"sd\\\"a\",\"t\":-5,\"dur\":10,"
	    "\"clock\":\"wall\"}\n"
	    "{\"ev\":\"mark\",\"name\":\"note\",\"peer\":\"x\\u001b[1m\"}\n"
	    "{\"ev\":\"fault\",\"off\":99,\"text\":\"cut here\"}\n"
	    "{\"ev\":\"fault\",\"text\":\"lost\"}\n"
	    "{\"ev\":\"end\",\"status\":\"partial\"}\n",
	    "dump as JSON");
	free(text);
	free(json);
}

static void
test_numbered_tracks(void)
{
	ws_id g = ws_track(WS_TRACK_GOROUTINE, 17);
	ws_id t = ws_track(WS_TRACK_THREAD, (UINT64_C(1) << 40) + 5);

	ok(ws_track_is_numbered(g) && !ws_track_is_numbered(17),
	    "a numbered track is no interned id");
	ok(ws_track_kind(g) == WS_TRACK_GOROUTINE && ws_track_number(g) == 17,
	    "goroutine 17");
	ok(ws_track_kind(t) == WS_TRACK_THREAD && ws_track_number(t) == 5,
	    "a number over 27 bits keeps its low ones");
	is_str(ws_track_kind_name(WS_TRACK_PROC), "proc", "name of a kind");
}

int
main(void)
{
	test_names();
	test_strings();
	test_frames();
	test_stacks();
	test_many_stacks();
	test_clocks();
	test_batch();
	test_rows();
	test_ignored();
	test_count_many();
	test_dump();
	test_numbered_tracks();
	return tap_done();
}
