/* Go execution traces of Go 1.5 to 1.21, written here record by record. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_go_trace;

enum { V1_TICK = 100 }; /* ns: the rate is 10 million a second */

/* Types of records. */
enum {
	BATCH = 1,
	FREQUENCY,
	STACK,
	GOMAXPROCS,
	PROC_START,
	PROC_STOP,
	GC_START,
	GC_DONE,
	STW_START,
	STW_DONE,
	SWEEP_START,
	SWEEP_DONE,
	CREATE,
	START,
	END,
	STOP,
	SCHED,
	PREEMPT,
	UNBLOCK = 21,
	BLOCK_RECV = 23,
	BLOCK_SYNC = 25,
	CALL = 28,
	CALL_EXIT,
	CALL_LOST,
	WAITING,
	HEAP_ALLOC = 33,
	STRING = 37,
	START_LOCAL,
	UNBLOCK_LOCAL,
	EXIT_LOCAL,
	START_LABEL,
	ASSIST_START = 43,
	ASSIST_DONE,
	TASK_CREATE,
	TASK_END,
	REGION,
	LOG,
	SAMPLE
};

enum { FN_MAIN = 1, FN_WORK, FN_CALL, FN_FILE, WORD };

static const char *const strings[] = { "", "main.main", "main.work",
	"main._Cfunc_zip", "main.go", "word" };

static void
put_varint(struct ws_buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		ws_buf_putc(b, (char)(v | 0x80));
	ws_buf_putc(b, (char)v);
}

struct trace {
	struct ws_buf b;
	unsigned version;
};

static void
begin(struct trace *t, unsigned version)
{
	char head[17] = { 0 };

	t->b = (struct ws_buf){ 0 };
	t->version = version;
	snprintf(head, sizeof(head), "go 1.%u trace", version);
	ws_buf_put(&t->b, head, 16);
}

/* A record with n arguments, the time included; -1 ends them. */
#define PUT(t, ...) put_record(t, (const int64_t[]){ __VA_ARGS__, -1 })

static void
put_record(struct trace *t, const int64_t *a)
{
	struct ws_buf args = { 0 };
	unsigned type = (unsigned)*a++, n = 0, lead = t->version < 7 ? 2 : 1;

	for (; a[n] != -1; n++)
		put_varint(&args, (uint64_t)a[n]);
	if (n >= lead && n - lead < 3) {
		ws_buf_putc(&t->b, (char)(type | (n - lead) << 6));
	} else {
		ws_buf_putc(&t->b, (char)(type | 3U << 6));
		put_varint(&t->b, args.n);
	}
	ws_buf_put(&t->b, args.p, args.n);
	ws_buf_fini(&args);
}

static void
put_text(struct trace *t, const char *s)
{
	put_varint(&t->b, strlen(s));
	ws_buf_puts(&t->b, s);
}

/* Stacks 1 to 3 are of main.main, main.work and main._Cfunc_zip. */
static void
footer(struct trace *t)
{
	if (t->version < 7) {
		PUT(t, FREQUENCY, 10000000, 0);
		PUT(t, STACK, 1, 1, 0x1000);
		PUT(t, STACK, 2, 2, 0x2000, 0x1000);
		return;
	}
	PUT(t, FREQUENCY, 10000000);
	for (unsigned i = 1; i < WS_LEN(strings); i++) {
		ws_buf_putc(&t->b, (char)(STRING | 1 << 6));
		put_varint(&t->b, i);
		put_text(t, strings[i]);
	}
	PUT(t, STACK, 1, 1, 0x1000, FN_MAIN, FN_FILE, 7);
	PUT(t, STACK, 2, 2, 0x2000, FN_WORK, FN_FILE, 9, 0x1000, FN_MAIN,
	    FN_FILE, 8);
	PUT(t, STACK, 3, 2, 0x3000, FN_CALL, FN_FILE, 3, 0x1000, FN_MAIN,
	    FN_FILE, 8);
}

/* The snapshot of goroutine 1, which runs on P 0, at tick 1000. */
static void
snapshot(struct trace *t)
{
	PUT(t, BATCH, 0, 1000);
	PUT(t, CREATE, 0, 1, 1, 1);
	PUT(t, PROC_START, 0, 0);
	PUT(t, START, 0, 1, 1);
	PUT(t, GOMAXPROCS, 0, 2, 0);
}

static void
run(struct parsed *r, const struct trace *t)
{
	parse_mem(r, &ws_parser_go_trace, "trace.out", t->b.p, t->b.n);
}

static void
finish(struct parsed *r, struct trace *t)
{
	parsed_fini(r);
	ws_buf_fini(&t->b);
}

/* The nth span of that name on the track of a goroutine. */
static const struct ws_event *
span(const struct parsed *r, uint64_t g, ws_id name, size_t nth)
{
	ws_id track = ws_track(WS_TRACK_GOROUTINE, g);

	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SPAN && r->ev[i].track == track &&
		    r->ev[i].name == name && nth-- == 0)
			return &r->ev[i];
	return NULL;
}

static bool
lasts(const struct parsed *r, uint64_t g, ws_id name, size_t nth, int64_t ticks)
{
	const struct ws_event *ev = span(r, g, name, nth);

	return ev != NULL && ev->dur == ticks * V1_TICK;
}

static const struct ws_event *
first(const struct parsed *r, enum ws_event_kind kind, ws_id name)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == kind && r->ev[i].name == name)
			return &r->ev[i];
	return NULL;
}

static bool
says(const struct parsed *r, ws_id id, const char *text)
{
	return ws_sv_is(ws_dict_text(r->sink.dict, id), text);
}

/* Goroutine 1 makes 2, waits for it and is woken by it, on two Ps.  P 1's
 * clock is `early` ticks behind. */
static void
put_handover(struct trace *t, unsigned early)
{
	begin(t, 19);
	PUT(t, BATCH, 1, 1400 - early);
	PUT(t, PROC_START, 0, 3);
	PUT(t, START, 100, 2, 1);
	PUT(t, UNBLOCK, 200, 1, 2, 2);
	PUT(t, END, 100);
	PUT(t, PROC_STOP, 0);
	snapshot(t);
	PUT(t, CREATE, 300, 2, 2, 1);
	PUT(t, BLOCK_RECV, 100, 1);
	PUT(t, START, 400, 1, 3);
	PUT(t, BLOCK_SYNC, 600, 2);
	footer(t);
}

static void
test_handover(void)
{
	const struct ws_event *ev;
	struct parsed r;
	struct trace t;

	put_handover(&t, 0);
	run(&r, &t);
	ok(r.bid == WS_BID_EXACT && r.status == WS_OK && r.faults == 0,
	    "a small trace is sound");
	ok(lasts(&r, 1, WS_N_G_RUNNING, 0, 400), "running until the wait");
	ok(lasts(&r, 1, WS_N_G_BLOCKED, 0, 300), "blocked until it is woken");
	ok(lasts(&r, 1, WS_N_G_RUNNABLE, 0, 100), "runnable until it starts");
	ok(lasts(&r, 1, WS_N_G_RUNNING, 1, 600), "and running again");
	ok(lasts(&r, 2, WS_N_G_RUNNABLE, 0, 200), "the new one waits for a P");
	ok(lasts(&r, 2, WS_N_G_RUNNING, 0, 300), "runs, and ends");
	ev = span(&r, 1, WS_N_G_BLOCKED, 0);
	ok(ev != NULL && ev->stack != 0 && says(&r, ev->peer, "chan receive") &&
		ev->t == 400 * V1_TICK,
	    "a wait has its reason, stack and begin");
	ok(ev != NULL && ev[1].kind == WS_EV_EDGE &&
		ev[1].name == WS_N_EDGE_UNBLOCK &&
		ev[1].track == ws_track(WS_TRACK_GOROUTINE, 2) &&
		ev[1].peer == ws_track(WS_TRACK_GOROUTINE, 1),
	    "the edge of the waker follows");
	ev = first(&r, WS_EV_EDGE, WS_N_EDGE_CREATE);
	ok(ev != NULL && ev[1].kind == WS_EV_MARK &&
		ev[1].name == WS_N_G_ENTRY && says(&r, ev[1].peer, "main.main"),
	    "creation tells the entry function");
	ok(parsed_value(&r, "trace", WS_N_CAPTURE_DURATION, 0) ==
		1400.0 * V1_TICK,
	    "the length of the capture");
	finish(&r, &t);

	put_handover(&t, 250);
	run(&r, &t);
	ok(r.status == WS_PARTIAL && r.faults == 1,
	    "clocks that disagree are told");
	ok(lasts(&r, 1, WS_N_G_BLOCKED, 0, 50) &&
		lasts(&r, 2, WS_N_G_RUNNABLE, 0, 0),
	    "the order stays that of the sequence numbers");
	finish(&r, &t);

	put_handover(&t, 350);
	run(&r, &t);
	ok(lasts(&r, 2, WS_N_G_RUNNABLE, 0, 0) &&
		lasts(&r, 1, WS_N_G_BLOCKED, 0, 0),
	    "no state lasts less than nothing");
	finish(&r, &t);
}

static void
test_calls(void)
{
	const struct ws_event *ev;
	struct parsed r;
	struct trace t;

	begin(&t, 11);
	snapshot(&t);
	PUT(&t, CALL, 10, 2);
	PUT(&t, CALL, 10, 3);
	PUT(&t, CALL, 80, 3);
	PUT(&t, CALL_LOST, 50);
	PUT(&t, PROC_STOP, 0);
	PUT(&t, PROC_START, 50, 0);
	PUT(&t, CALL_EXIT, 100, 1, 2, 1220);
	PUT(&t, START_LOCAL, 30, 1);
	PUT(&t, CALL, 70, 2);
	footer(&t);
	run(&r, &t);
	ok(r.status == WS_OK && r.faults == 0, "calls");
	ev = span(&r, 1, WS_N_G_SYSCALL, 0);
	ok(ev != NULL && ev->dur == WS_T_NONE && ev->t == 10 * V1_TICK,
	    "a syscall that kept its P is of unknown length");
	ev = span(&r, 1, WS_N_G_CGO, 0);
	ok(ev != NULL && ev->dur == WS_T_NONE, "and so is a cgo call");
	ok(lasts(&r, 1, WS_N_G_RUNNING, 0, 100), "running goes on meanwhile");
	ok(lasts(&r, 1, WS_N_G_CGO, 1, 50), "until the P is taken away");
	ok(lasts(&r, 1, WS_N_G_CGO_LOST, 0, 70), "until the real end");
	ok(lasts(&r, 1, WS_N_G_RUNNABLE, 0, 110), "then it waits for a P");
	ok(lasts(&r, 1, WS_N_G_RUNNING, 1, 70), "and runs");
	finish(&r, &t);
}

static void
test_user(void)
{
	const struct ws_event *ev;
	struct parsed r;
	struct trace t;

	begin(&t, 19);
	snapshot(&t);
	PUT(&t, TASK_CREATE, 10, 5, 0, WORD, 2);
	PUT(&t, REGION, 10, 5, 0, WORD, 2);
	PUT(&t, LOG, 10, 5, WORD, 2);
	put_text(&t, "hello");
	PUT(&t, REGION, 10, 5, 1, WORD, 2);
	PUT(&t, TASK_END, 10, 5, 2);
	PUT(&t, SAMPLE, 10, 1025, 0, 1, 2);
	PUT(&t, HEAP_ALLOC, 10, 4096);
	PUT(&t, ASSIST_DONE, 0);
	footer(&t);
	run(&r, &t);
	ok(r.status == WS_OK && r.faults == 0, "annotations");
	ev = first(&r, WS_EV_SPAN, WS_N_TASK);
	ok(ev != NULL && ev->dur == 40 * V1_TICK && says(&r, ev->peer, "word"),
	    "a task");
	ok(lasts(&r, 1, WS_N_REGION, 0, 20), "a region");
	is_str(parsed_mark(&r, "log", 0), "word: hello", "a log line");
	ev = first(&r, WS_EV_SAMPLE, WS_N_TRACE_CPU);
	ok(ev != NULL && ev->t == 25 * V1_TICK && ev->stack != 0 &&
		ev->track == ws_track(WS_TRACK_GOROUTINE, 1),
	    "a CPU sample has its own time");
	ok(parsed_value(&r, "", WS_N_HEAP_ALLOC, 0) == 4096, "the heap");
	finish(&r, &t);
}

/* What differs between the versions that have sequences of their own. */
static void
put_collection(struct trace *t, unsigned version)
{
	begin(t, version);
	snapshot(t);
	PUT(t, GC_START, 10, 0, 2);
	if (version < 10) {
		PUT(t, STW_START, 10);
		PUT(t, STW_START, 5);
		PUT(t, STW_DONE, 5);
		PUT(t, STW_DONE, 10);
	} else {
		PUT(t, STW_START, 10, version < 21 ? 0 : 9);
		PUT(t, STW_DONE, 20);
	}
	PUT(t, SWEEP_START, 10, 2);
	if (version < 9)
		PUT(t, SWEEP_DONE, 10);
	else
		PUT(t, SWEEP_DONE, 10, 8192, 0);
	PUT(t, GC_DONE, 10);
	footer(t);
}

static void
test_versions(void)
{
	static const struct {
		unsigned version;
		const char *stw;
	} all[] = { { 7, "" }, { 8, "" }, { 9, "" },
		{ 10, "GC mark termination" }, { 11, "GC mark termination" },
		{ 19, "GC mark termination" }, { 21, "GOMAXPROCS" } };

	for (size_t i = 0; i < WS_LEN(all); i++) {
		const struct ws_event *stw, *gc, *sweep;
		struct parsed r;
		struct trace t;

		put_collection(&t, all[i].version);
		run(&r, &t);
		stw = first(&r, WS_EV_SPAN, WS_N_GC_STW);
		gc = first(&r, WS_EV_SPAN, WS_N_GC_ACTIVE);
		sweep = first(&r, WS_EV_SPAN, WS_N_GC_SWEEP);
		ok(r.status == WS_OK && r.faults == 0 && stw && gc && sweep,
		    "header %u is read", all[i].version);
		ok(stw && stw->dur == 20 * V1_TICK &&
			says(&r, stw->peer, all[i].stw) && gc &&
			gc->dur == 60 * V1_TICK && sweep &&
			sweep->dur == 10 * V1_TICK,
		    "a collection in header %u", all[i].version);
		finish(&r, &t);
	}
}

/* Header 5: the sequence is the order, whatever the clocks say. */
static void
test_oldest(void)
{
	const struct ws_event *ev;
	const struct ws_frame *f;
	const ws_id *frames;
	struct parsed r;
	struct trace t;
	size_t at;

	begin(&t, 5);
	PUT(&t, BATCH, 1, 10, 1500);
	PUT(&t, PROC_START, 1, 0, 3);
	PUT(&t, START, 2, 0, 2);
	PUT(&t, END, 2, 24);
	PUT(&t, BATCH, 0, 1, 1000);
	PUT(&t, CREATE, 1, 0, 1, 0x1000, 1);
	PUT(&t, PROC_START, 1, 0, 0);
	PUT(&t, START, 1, 0, 1);
	PUT(&t, GOMAXPROCS, 1, 0, 2, 0);
	PUT(&t, CREATE, 1, 480, 2, 0x2000, 1);
	PUT(&t, PREEMPT, 8, 40, 2);
	PUT(&t, START, 2, 5, 1);
	footer(&t);
	run(&r, &t);
	ok(r.status == WS_OK && r.faults == 0, "header 5 is read");
	ok(lasts(&r, 1, WS_N_G_RUNNING, 0, 520) &&
		lasts(&r, 1, WS_N_G_RUNNABLE, 0, 5) &&
		lasts(&r, 2, WS_N_G_RUNNABLE, 0, 20) &&
		lasts(&r, 2, WS_N_G_RUNNING, 0, 24),
	    "and put in order by its sequence");
	ev = span(&r, 1, WS_N_G_RUNNABLE, 0);
	ok(ev != NULL &&
		ws_dict_get_stack(r.sink.dict, ev->stack, &frames) == 2 &&
		(f = ws_dict_get_frame(r.sink.dict, frames[0]))->addr ==
		    0x2000 &&
		f->func == 0,
	    "its stacks are addresses");
	finish(&r, &t);

	begin(&t, 5);
	PUT(&t, BATCH, 0, 1, 1000);
	PUT(&t, PROC_START, 1, 0, 0);
	at = t.b.n;
	PUT(&t, START_LOCAL, 1, 5, 1);
	footer(&t);
	run(&r, &t);
	ok(r.status == WS_PARTIAL && r.fault_off == at,
	    "a type that came later is damage");
	finish(&r, &t);
}

/* A goroutine of a thread of C was never created, and runs at once. */
static void
test_callback(void)
{
	struct parsed r;
	struct trace t;

	begin(&t, 19);
	PUT(&t, BATCH, 1, 1100);
	PUT(&t, PROC_START, 0, 7);
	PUT(&t, CALL_EXIT, 0, 17, 4, 1090);
	PUT(&t, START_LOCAL, 10, 17);
	PUT(&t, CALL, 90, 0);
	PUT(&t, CALL_LOST, 10);
	PUT(&t, PROC_STOP, 0);
	snapshot(&t);
	PUT(&t, BLOCK_SYNC, 500, 2);
	footer(&t);
	run(&r, &t);
	ok(r.status == WS_PARTIAL && r.faults >= 1, "an order that cannot be");
	ok(lasts(&r, 17, WS_N_G_RUNNING, 0, 90) &&
		lasts(&r, 17, WS_N_G_SYSCALL, 0, 10) &&
		lasts(&r, 1, WS_N_G_RUNNING, 0, 500),
	    "is read all the same");
	finish(&r, &t);
}

static void
test_no_footer(void)
{
	const struct ws_event *ev;
	struct parsed r;
	struct trace t;

	begin(&t, 19);
	snapshot(&t);
	PUT(&t, BLOCK_SYNC, 500, 2);
	run(&r, &t);
	ev = span(&r, 1, WS_N_G_RUNNING, 0);
	ok(r.status == WS_PARTIAL && r.fault_off == t.b.n,
	    "a trace that was not stopped");
	ok(ev != NULL && ev->t == WS_T_NONE && ev->dur == WS_T_NONE &&
		ws_dict_get_clock(r.sink.dict, ev->clock)->kind ==
		    WS_CLOCK_TICKS,
	    "has no times");
	ok(first(&r, WS_EV_COUNTER, WS_N_CAPTURE_DURATION) == NULL,
	    "and no length");
	finish(&r, &t);

	begin(&t, 19);
	run(&r, &t);
	ok(r.status == WS_PARTIAL && r.n == 0, "a header and nothing else");
	finish(&r, &t);
}

static void
test_damage(void)
{
	static const struct {
		const char *what, *bytes;
		size_t n;
	} all[] = {
		{ "type 0", "\x40\x01\x01", 3 },
		{ "type 50", "\x72\x01\x01", 3 },
		{ "type 63", "\x3f\x01", 2 },
		{ "too few arguments", "\x2f\x01", 2 },
		{ "too many arguments", "\x46\x01\x01", 3 },
		{ "a length past its arguments", "\xdd\x03\x01\x01\x01", 5 },
		{ "a length within an argument",
		    "\xdd\x05\x01\x01\x02\x03\x80\x01", 8 },
		{ "a string without an id", "\x25\x00\x01x", 4 },
		{ "an empty string", "\x25\x63\x00", 3 },
		{ "a number of 11 bytes",
		    "\x06\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12 },
		{ "a step of years", "\x06\x80\x80\x80\x80\x80\x80\x80\x10",
		    9 },
		{ "text", "2024/01/02 listening on :8080\n", 30 },
	};

	for (size_t i = 0; i < WS_LEN(all); i++) {
		struct parsed r;
		struct trace t;
		size_t at;

		begin(&t, 19);
		snapshot(&t);
		PUT(&t, BLOCK_SYNC, 500, 2);
		at = t.b.n;
		ws_buf_put(&t.b, all[i].bytes, all[i].n);
		PUT(&t, BATCH, 0, 2000);
		PUT(&t, UNBLOCK, 100, 1, 2, 0);
		PUT(&t, START_LOCAL, 50, 1);
		PUT(&t, PREEMPT, 50, 2);
		PUT(&t, BATCH, 0, 3000);
		footer(&t);
		run(&r, &t);
		ok(r.status == WS_PARTIAL && r.fault_off == at,
		    "%s: damage at its offset", all[i].what);
		ok(lasts(&r, 1, WS_N_G_RUNNING, 0, 500) &&
			lasts(&r, 1, WS_N_G_RUNNABLE, 0, 50) &&
			first(&r, WS_EV_LOSS, 0)->value == (double)all[i].n,
		    "%s: what follows is read", all[i].what);
		finish(&r, &t);
	}
}

/* What was there before a cut was there without one, too. */
static void
test_cuts(const char *name, const char *bytes, size_t n, size_t step)
{
	struct parsed whole, part;
	size_t bad = 0;

	parse_mem(&whole, &ws_parser_go_trace, "whole", bytes, n);
	for (size_t i = 16; i < n; i += step) {
		parse_mem(&part, &ws_parser_go_trace, "cut", bytes, i);
		bad += part.status > WS_CORRUPT ||
		       parsed_count(&part, WS_EV_EDGE, WS_N_EDGE_CREATE) >
			   parsed_count(&whole, WS_EV_EDGE, WS_N_EDGE_CREATE);
		parsed_fini(&part);
	}
	ok(whole.n > 0 && bad == 0, "%s cut at %zu places", name,
	    (n - 16 + step - 1) / step);
	parsed_fini(&whole);
}

static void
test_garbage(void)
{
	struct parsed r;
	struct trace t;

	begin(&t, 19);
	for (unsigned i = 0; i < 200; i++)
		ws_buf_putc(&t.b, 0);
	run(&r, &t);
	ok(r.status == WS_CORRUPT, "zeroes behind a header are no trace");
	finish(&r, &t);
}

static int64_t
sum(const struct parsed *r, ws_id name)
{
	int64_t ns = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SPAN && r->ev[i].name == name &&
		    r->ev[i].dur != WS_T_NONE)
			ns += r->ev[i].dur;
	return ns;
}

static char *
parse_capture(struct parsed *r, const char *path, size_t *n)
{
	char *p = read_testdata(path, n);

	ok(p != NULL, "%s is there", path);
	parse_mem(r, &ws_parser_go_trace, "input.trace", p, *n);
	return p;
}

/* The numbers are those of an independent decoder. */
static void
test_real(void)
{
	struct parsed r;
	size_t n;
	char *p = parse_capture(&r, "go-trace/v1-small/input.trace", &n);

	ok(r.status == WS_OK && r.faults == 0, "a capture of Go 1.19");
	ok(parsed_count(&r, WS_EV_SPAN, WS_N_GC_ACTIVE) == 2 &&
		parsed_count(&r, WS_EV_SPAN, WS_N_TASK) == 1 &&
		parsed_count(&r, WS_EV_SPAN, WS_N_REGION) == 1,
	    "what the program did is in it");
	ok(sum(&r, WS_N_G_RUNNING) == 10430342 &&
		sum(&r, WS_N_G_BLOCKED) == 61049895,
	    "time running and blocked");
	parsed_fini(&r);
	test_cuts("the capture", p, n, 97);
	free(p);

	p = parse_capture(&r, "go-trace/v1-pthread/input.trace", &n);
	ok(sum(&r, WS_N_G_RUNNING) + sum(&r, WS_N_G_CGO) == 29484174 &&
		sum(&r, WS_N_G_CGO_LOST) + sum(&r, WS_N_G_BLOCKED) ==
		    2388962292,
	    "time in calls of C");
	parsed_fini(&r);
	free(p);

	p = parse_capture(&r, "go-trace/v1-cgo-callback/input.trace", &n);
	ok(r.status == WS_PARTIAL && sum(&r, WS_N_G_CGO_LOST) > 0 &&
		parsed_value(&r, "trace", WS_N_CAPTURE_DURATION, 0) < 1e8,
	    "callbacks that go tool trace cannot put in order");
	parsed_fini(&r);
	free(p);
}

int
main(void)
{
	struct trace t;

	test_handover();
	test_calls();
	test_user();
	test_versions();
	test_oldest();
	test_callback();
	test_no_footer();
	test_damage();
	test_garbage();
	put_handover(&t, 0);
	test_cuts("the handover", t.b.p, t.b.n, 1);
	ws_buf_fini(&t.b);
	test_real();
	return tap_done();
}
