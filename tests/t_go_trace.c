/* Execution traces of Go 1.22 and later: exact states from traces written
 * here, real captures of every version, damage. */
#include <stdarg.h>
#include <time.h>

#include "base/str.h"
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_go_trace;

/* --- A writer of traces, one unit of time = 1 ns --- */

static void
put_number(struct ws_buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		ws_buf_putc(b, (char)(v | 0x80));
	ws_buf_putc(b, (char)v);
}

/* n numbers, the first a byte. */
static void
put_record(struct ws_buf *b, int n, ...)
{
	va_list ap;

	va_start(ap, n);
	ws_buf_putc(b, (char)va_arg(ap, int));
	while (--n > 0)
		put_number(b, (uint64_t)va_arg(ap, int));
	va_end(ap);
}

/* The size is padded to 10 bytes, as the runtime writes it. */
static void
put_batch(struct ws_buf *b, int gen, uint64_t m, int time, struct ws_buf *data)
{
	put_record(b, 2, 1, gen);
	put_number(b, m);
	put_number(b, (uint64_t)time);
	for (int i = 0; i < 9; i++)
		ws_buf_putc(b, (char)((data->n >> (7 * i) & 0x7f) | 0x80));
	ws_buf_putc(b, 0);
	ws_buf_put(b, data->p, data->n);
	ws_buf_fini(data);
	*data = (struct ws_buf){ 0 };
}

static void
put_header(struct ws_buf *b, const char *version)
{
	char header[17] = { 0 };

	snprintf(header, sizeof(header), "go 1.%s trace", version);
	ws_buf_put(b, header, 16);
}

static void
put_sync(struct ws_buf *b, int gen)
{
	struct ws_buf d = { 0 };

	put_record(&d, 3, 50, 8, 1000000000);
	put_record(&d, 5, 51, 0, 1000, 1700000000, 5);
	put_batch(b, gen, UINT64_MAX, 1000, &d);
}

enum { S_RECEIVE = 1, S_TYPE, S_KEY, S_MAIN, S_WORKER, S_C, S_CHANRECV };

static const char *const strings[] = { "", "chan receive", "request", "phase",
	"main.main", "main.worker", "main._Cfunc_work", "runtime.chanrecv1" };

enum { IN_WORKER = 1, IN_RECEIVE, IN_C };

/* Stacks, strings, and the end. */
static void
put_tables(struct ws_buf *b, int gen)
{
	struct ws_buf d = { 0 };

	put_record(&d, 1, 2);
	put_record(&d, 7, 3, IN_WORKER, 1, 500, S_WORKER, 0, 10);
	put_record(&d, 7, 3, IN_RECEIVE, 2, 600, S_CHANRECV, 0, 20);
	put_number(&d, 601);
	put_record(&d, 3, S_MAIN, 0, 21);
	put_record(&d, 7, 3, IN_C, 2, 700, S_C, 0, 30);
	put_number(&d, 500);
	put_record(&d, 3, S_WORKER, 0, 10);
	put_batch(b, gen, UINT64_MAX, 1000, &d);
	put_record(&d, 1, 4);
	for (int i = 1; i < (int)WS_LEN(strings); i++) {
		put_record(&d, 3, 5, i, (int)strlen(strings[i]));
		ws_buf_puts(&d, strings[i]);
	}
	put_batch(b, gen, UINT64_MAX, 1000, &d);
	ws_buf_putc(b, 52);
}

/* --- What came of it --- */

static const struct ws_event *
find(const struct parsed *r, enum ws_event_kind kind, ws_id track, ws_id name,
    size_t nth)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == kind && r->ev[i].track == track &&
		    r->ev[i].name == name && nth-- == 0)
			return &r->ev[i];
	return NULL;
}

static ws_id
go_track(uint64_t id)
{
	return ws_track(WS_TRACK_GOROUTINE, id);
}

static bool
is_span(
    const struct parsed *r, ws_id track, ws_id name, int64_t from, int64_t to)
{
	for (size_t n = 0;; n++) {
		const struct ws_event *e = find(r, WS_EV_SPAN, track, name, n);

		if (e == NULL)
			return false;
		if (e->t == from && e->dur == to - from)
			return true;
	}
}

static bool
leaf_is(const struct parsed *r, ws_id stack, const char *function)
{
	const ws_id *f;
	size_t n = ws_dict_get_stack(r->sink.dict, stack, &f);

	return n > 0 &&
	       ws_sv_is(ws_dict_text(r->sink.dict,
			    ws_dict_get_frame(r->sink.dict, f[0])->func),
		   function);
}

static bool
text_is(const struct parsed *r, ws_id id, const char *text)
{
	return ws_sv_is(ws_dict_text(r->sink.dict, id), text);
}

static void
run(struct parsed *r, struct ws_buf *b)
{
	parse_mem(r, &ws_parser_go_trace, "trace.out", b->p, b->n);
	ws_buf_fini(b);
	*b = (struct ws_buf){ 0 };
}

/* --- States --- */

/* M 100 with P 0 runs goroutine 1, which makes 2. */
static void
put_start(struct ws_buf *d)
{
	put_record(d, 4, 13, 0, 0, 1);      /* ProcStatus: running, 1000 */
	put_record(d, 5, 25, 1, 1, 100, 2); /* GoStatus: running, 1001 */
	put_record(d, 5, 14, 9, 2, IN_WORKER, IN_RECEIVE); /* 1010 */
}

static void
put_life(struct ws_buf *b)
{
	struct ws_buf d = { 0 };

	put_sync(b, 1);
	put_start(&d);
	put_record(&d, 4, 20, 10, S_RECEIVE, IN_RECEIVE); /* 1020 */
	put_record(&d, 4, 16, 5, 2, 1);                   /* 1025 */
	put_record(&d, 5, 21, 10, 1, 1, IN_WORKER);       /* 1035 */
	put_record(&d, 4, 22, 5, 1, IN_C);                /* 1040 */
	put_record(&d, 2, 23, 20);                        /* 1060 */
	put_record(&d, 2, 17, 5);                         /* 1065 */
	put_record(&d, 4, 16, 5, 1, 2);                   /* 1070 */
	put_record(&d, 3, 37, 1, 4096);                   /* 1071 */
	put_record(&d, 6, 40, 1, 7, 0, S_TYPE, 0);        /* 1072 */
	put_record(&d, 5, 42, 1, 7, S_TYPE, IN_RECEIVE);  /* 1073 */
	put_record(&d, 6, 44, 1, 7, S_KEY, S_TYPE, 0);    /* 1074 */
	put_record(&d, 5, 43, 6, 7, S_TYPE, 0);           /* 1080 */
	put_record(&d, 4, 41, 2, 7, 0);                   /* 1082 */
	put_record(&d, 4, 29, 1, 1, 0);                   /* 1083 */
	put_record(&d, 3, 30, 7, 2);                      /* 1090 */
	put_record(&d, 4, 9, 10, 2, 0);                   /* 1100 */
	put_batch(b, 1, 100, 1000, &d);
	put_record(&d, 1, 6);
	put_record(&d, 6, 7, 1050, 100, 0, 2, IN_C); /* CPU sample */
	put_batch(b, 1, UINT64_MAX, 1000, &d);
	put_tables(b, 1);
}

static void
check_life_spans(const struct parsed *r)
{
	const ws_id one = go_track(1), two = go_track(2);
	const ws_id p = ws_track(WS_TRACK_PROC, 0);

	ok(is_span(r, one, WS_N_G_RUNNING, 1001, 1020), "1 runs");
	ok(is_span(r, one, WS_N_G_BLOCKED, 1020, 1035), "1 is blocked");
	ok(is_span(r, one, WS_N_G_RUNNABLE, 1035, 1070), "1 waits for a P");
	ok(is_span(r, one, WS_N_G_RUNNING, 1070, 1100), "1 runs to the end");
	ok(is_span(r, two, WS_N_G_RUNNABLE, 1010, 1025), "2 is made");
	ok(is_span(r, two, WS_N_G_RUNNING, 1025, 1040), "2 runs");
	ok(is_span(r, two, WS_N_G_CGO, 1040, 1060), "2 calls C");
	ok(is_span(r, two, WS_N_G_RUNNING, 1060, 1065), "2 runs until its end");
	ok(is_span(r, p, WS_N_P_RUNNING, 1000, 1040), "P 0 runs");
	ok(is_span(r, p, WS_N_P_SYSCALL, 1040, 1060), "P 0 is in the call");
	ok(is_span(r, p, WS_N_P_RUNNING, 1060, 1100), "P 0 runs again");
	ok(is_span(r, 0, WS_N_GC_ACTIVE, 1083, 1090), "the collection");
	ok(is_span(r, one, WS_N_REGION, 1073, 1080), "the region");
	ok(is_span(r, ws_track(WS_TRACK_TASK, 7), WS_N_TASK, 1072, 1082),
	    "the task");
}

static void
check_life_rest(const struct parsed *r)
{
	const ws_id one = go_track(1), two = go_track(2);
	const struct ws_event *e = find(r, WS_EV_SPAN, one, WS_N_G_BLOCKED, 0);
	const struct ws_clock *c;

	ok(e != NULL && text_is(r, e->peer, "chan receive") &&
		leaf_is(r, e->stack, "runtime.chanrecv1"),
	    "why and where 1 was blocked");
	ok(e != NULL && e[1].kind == WS_EV_EDGE && e[1].track == two &&
		e[1].peer == one && e[1].name == WS_N_EDGE_UNBLOCK &&
		leaf_is(r, e[1].stack, "main.worker"),
	    "who made it go on, right after");
	c = ws_dict_get_clock(r->sink.dict, e == NULL ? 0 : e->clock);
	ok(c != NULL && c->how == WS_CLOCK_EXACT &&
		c->kind == WS_CLOCK_MONOTONIC &&
		c->offset == INT64_C(1700000000000000005) - 1000,
	    "the wall clock");
	e = find(r, WS_EV_EDGE, one, WS_N_EDGE_CREATE, 0);
	ok(e != NULL && e->peer == two && e->t == 1010, "who made 2");
	e = find(r, WS_EV_MARK, two, WS_N_G_ENTRY, 0);
	ok(e != NULL && text_is(r, e->peer, "main.worker"), "entry of 2");
	e = find(r, WS_EV_MARK, one, WS_N_G_ENTRY, 0);
	ok(e != NULL && text_is(r, e->peer, "main.main"), "entry of 1");
	e = find(r, WS_EV_MARK, two, WS_N_G_END, 0);
	ok(e != NULL && e->t == 1065, "end of 2");
	is_str(parsed_mark(r, "log", 0), "phase: request", "log line");
	e = find(r, WS_EV_SAMPLE, two, WS_N_TRACE_CPU, 0);
	ok(e != NULL && e->t == 1050 && e->value == 1, "CPU sample");
	ok(parsed_value(r, "", WS_N_GO_MAXPROCS, 0) == 2, "GOMAXPROCS");
	ok(parsed_value(r, "", WS_N_HEAP_ALLOC, 0) == 4096, "heap");
	ok(parsed_value(r, "trace", WS_N_CAPTURE_DURATION, 0) == 100,
	    "duration");
}

static void
test_life(void)
{
	struct ws_buf b = { 0 };
	struct parsed r;

	put_header(&b, "26");
	put_life(&b);
	run(&r, &b);
	ok(r.bid == WS_BID_EXACT && r.status == WS_OK && r.faults == 0,
	    "a sound trace: %s", r.err.text);
	is_str(r.entry.version, "go1.26", "version");
	is_str(r.entry.detail, "0.00 s, 1 generation", "detail");
	check_life_spans(&r);
	check_life_rest(&r);
	parsed_fini(&r);
}

/* Another thread takes the P, and its clock is behind. */
static void
test_lost_proc(void)
{
	struct ws_buf b = { 0 }, d = { 0 };
	struct parsed r;

	put_header(&b, "26");
	put_sync(&b, 1);
	put_start(&d);
	put_record(&d, 4, 22, 30, 1, IN_RECEIVE); /* 1040 */
	put_record(&d, 2, 24, 30);                /* 1070 */
	put_batch(&b, 1, 100, 1000, &d);
	put_record(&d, 5, 12, 35, 0, 2, 100); /* ProcSteal: 1035 */
	put_record(&d, 4, 10, 20, 0, 3);      /* ProcStart: 1055 */
	put_record(&d, 4, 16, 2, 2, 1);       /* GoStart: 1057 */
	put_batch(&b, 1, 200, 1000, &d);
	put_tables(&b, 1);
	run(&r, &b);
	ok(r.status == WS_OK, "a lost P: %s", r.err.text);
	ok(is_span(&r, go_track(1), WS_N_G_SYSCALL, 1040, 1041),
	    "the thief comes after the call, whatever its clock says");
	ok(is_span(&r, go_track(1), WS_N_G_SYSCALL_LOST, 1041, 1070),
	    "the rest of the call without a P");
	ok(is_span(&r, go_track(2), WS_N_G_RUNNABLE, 1010, 1057),
	    "the other goroutine gets the P");
	parsed_fini(&r);
}

static void
test_switch(void)
{
	struct ws_buf b = { 0 }, d = { 0 };
	struct parsed r;

	put_header(&b, "25");
	put_sync(&b, 1);
	put_record(&d, 4, 13, 0, 0, 1);
	put_record(&d, 5, 25, 1, 1, 100, 2);
	put_record(&d, 5, 47, 9, 2, IN_WORKER, IN_RECEIVE); /* 1010 */
	put_record(&d, 4, 45, 10, 2, 1);                    /* 1020 */
	put_record(&d, 4, 46, 10, 1, 1);                    /* 1032 */
	put_batch(&b, 1, 100, 1000, &d);
	put_tables(&b, 1);
	run(&r, &b);
	ok(is_span(&r, go_track(2), WS_N_G_BLOCKED, 1010, 1020) &&
		is_span(&r, go_track(1), WS_N_G_RUNNING, 1001, 1021) &&
		is_span(&r, go_track(2), WS_N_G_RUNNABLE, 1020, 1022),
	    "a coroutine hands over");
	ok(is_span(&r, go_track(1), WS_N_G_BLOCKED, 1021, 1030) &&
		find(&r, WS_EV_MARK, go_track(2), WS_N_G_END, 0) != NULL,
	    "and ends");
	parsed_fini(&r);
}

/* A thread of C calls Go and goes away. */
static void
test_c_thread(void)
{
	struct ws_buf b = { 0 }, d = { 0 };
	struct parsed r;

	put_header(&b, "22");
	put_record(&d, 2, 8, 1000000000);
	put_batch(&b, 1, UINT64_MAX, 1000, &d);
	put_record(&d, 4, 13, 0, 0, 2); /* P 0 idle */
	put_record(&d, 3, 15, 5, 9);    /* GoCreateSyscall: 1005 */
	put_record(&d, 2, 24, 5);       /* GoSyscallEndBlocked: 1010 */
	put_record(&d, 4, 10, 5, 0, 1); /* ProcStart: 1015 */
	put_record(&d, 4, 16, 5, 9, 1); /* GoStart: 1020 */
	put_record(&d, 4, 22, 5, 2, 0); /* GoSyscallBegin: 1025 */
	put_record(&d, 2, 18, 5);       /* GoDestroySyscall: 1030 */
	put_batch(&b, 1, 100, 1000, &d);
	put_tables(&b, 1);
	b.n--; /* no end marker before 1.26 */
	run(&r, &b);
	ok(r.status == WS_OK, "a thread of C: %s", r.err.text);
	ok(is_span(&r, go_track(9), WS_N_G_RUNNING, 1020, 1025), "runs in Go");
	ok(is_span(&r, ws_track(WS_TRACK_PROC, 0), WS_N_P_SYSCALL, 1025, 1030),
	    "leaves its P");
	parsed_fini(&r);
}

/* --- Damage --- */

static void
test_foreign(void)
{
	struct ws_buf b = { 0 };
	struct parsed r;
	size_t header = 16;

	put_header(&b, "26");
	ws_buf_puts(&b, "listening on :8080\n");
	put_life(&b);
	ws_buf_puts(&b, "bye\n");
	run(&r, &b);
	ok(r.status == WS_PARTIAL && r.faults == 2 && r.fault_off == header &&
		parsed_count(&r, WS_EV_LOSS, 0) == 2,
	    "output of the program in the trace: %s", r.err.text);
	ok(is_span(&r, go_track(2), WS_N_G_CGO, 1040, 1060),
	    "the rest is read");
	parsed_fini(&r);
}

static void
test_two_captures(void)
{
	struct ws_buf b = { 0 };
	struct parsed r;

	put_header(&b, "26");
	put_life(&b);
	put_header(&b, "23");
	put_life(&b);
	b.n--;
	run(&r, &b);
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_CAPTURE_DURATION) == 2 &&
		parsed_count(&r, WS_EV_SPAN, WS_N_G_CGO) == 2,
	    "two captures in one file");
	parsed_fini(&r);
}

/* A goroutine that nobody knows starts; the next generation is sound. */
static void
test_broken_order(void)
{
	struct ws_buf b = { 0 }, d = { 0 };
	struct parsed r;

	put_header(&b, "26");
	put_sync(&b, 1);
	put_start(&d);
	put_record(&d, 4, 16, 1, 77, 3);
	put_record(&d, 4, 20, 9, S_RECEIVE, IN_RECEIVE); /* 1020 */
	put_batch(&b, 1, 100, 1000, &d);
	put_tables(&b, 1);
	put_sync(&b, 2);
	put_record(&d, 4, 13, 0, 0, 1);
	put_record(&d, 5, 25, 1, 1, 100, 2);             /* 2001 */
	put_record(&d, 4, 20, 9, S_RECEIVE, IN_RECEIVE); /* 2010 */
	put_batch(&b, 2, 100, 2000, &d);
	put_tables(&b, 2);
	run(&r, &b);
	ok(r.status == WS_PARTIAL && r.faults > 0, "a broken order: %s",
	    r.err.text);
	ok(is_span(&r, go_track(1), WS_N_G_RUNNING, 2001, 2010),
	    "the next generation begins anew");
	ok(is_span(&r, go_track(2), WS_N_G_RUNNABLE, 1010, 1020),
	    "what was open ends with the generation");
	ok(is_span(&r, go_track(1), WS_N_G_RUNNING, 1001, 1011) &&
		is_span(&r, go_track(1), WS_N_G_UNKNOWN, 1011, 1020),
	    "whom the new one displaced is nowhere known");
	parsed_fini(&r);
}

/* A generation of which nothing counts, behind one that is missing: once the
 * capture's start was forgotten with it. */
static void
test_empty_between(void)
{
	struct ws_buf b = { 0 }, d = { 0 };
	struct parsed r;

	put_header(&b, "26");
	put_sync(&b, 1);
	put_start(&d);
	put_batch(&b, 1, 100, 1000, &d);
	put_tables(&b, 1);
	put_sync(&b, 3);
	put_record(&d, 4, 45, 1, 77, 1); /* to a goroutine, from none */
	put_batch(&b, 3, 100, 1500, &d);
	put_tables(&b, 3);
	put_sync(&b, 4);
	put_start(&d);
	put_batch(&b, 4, 100, 2000, &d);
	put_tables(&b, 4);
	run(&r, &b);
	ok(r.status == WS_PARTIAL && r.faults == 3, "nothing counts: %s",
	    r.err.text);
	ok(parsed_value(&r, "trace", WS_N_CAPTURE_DURATION, 0) == 1010,
	    "the capture is as long as all of it");
	parsed_fini(&r);
}

/* The rest of a thread's batch cannot be read. */
static void
test_torn_batch(void)
{
	struct ws_buf b = { 0 }, d = { 0 };
	struct parsed r;

	put_header(&b, "26");
	put_sync(&b, 1);
	put_start(&d);
	put_record(&d, 4, 200, 1, 1, 1); /* no such event */
	put_batch(&b, 1, 100, 1000, &d);
	put_record(&d, 4, 13, 0, 1, 2);
	put_record(&d, 4, 10, 100, 1, 1); /* 1500 */
	put_batch(&b, 1, 200, 1400, &d);
	put_tables(&b, 1);
	run(&r, &b);
	ok(r.status == WS_PARTIAL && r.faults == 1, "a torn batch: %s",
	    r.err.text);
	ok(is_span(&r, go_track(1), WS_N_G_RUNNING, 1001, 1010) &&
		is_span(&r, go_track(1), WS_N_G_UNKNOWN, 1010, 1500),
	    "what ran there is not known any more");
	ok(is_span(&r, ws_track(WS_TRACK_PROC, 0), WS_N_P_RUNNING, 1000, 1010),
	    "nor is its P");
	parsed_fini(&r);
}

static void
test_bids(void)
{
	static const struct {
		const char *text;
		enum ws_bid bid;
	} cases[] = { { "go 1.22 trace", WS_BID_EXACT },
		{ "go 1.99 trace", WS_BID_MAGIC }, { "go 1. trace", WS_BID_NO },
		{ "go 1.22 trade", WS_BID_NO }, { "go 1.223 trace", WS_BID_NO },
		{ "", WS_BID_NO } };

	char head[16];
	struct ws_artifact a = { .head = { head, sizeof(head) } };

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		memset(head, 0, sizeof(head));
		memcpy(head, cases[i].text, strlen(cases[i].text));
		ok(ws_parser_go_trace.bid(&a) == cases[i].bid, "bid for '%s'",
		    cases[i].text);
	}
	a.head.n = 15;
	ok(ws_parser_go_trace.bid(&a) == WS_BID_NO, "bid for 15 bytes");
}

/* --- Captures --- */

struct capture {
	const char *name, *version;
	enum ws_status status;
	unsigned blocked; /* waits at least */
};

static void
test_capture(const struct capture *c)
{
	char path[128];
	struct parsed r;
	size_t n, ends;
	char *p;

	snprintf(path, sizeof(path), "go-trace/%s/input.trace", c->name);
	p = read_testdata(path, &n);
	parse_mem(&r, &ws_parser_go_trace, path, p, n);
	ends = parsed_count(&r, WS_EV_MARK, WS_N_G_END);
	ok(r.status == c->status && (r.faults > 0) == (c->status != WS_OK),
	    "%s: %s %s", c->name, ws_status_name(r.status), r.err.text);
	is_str(r.entry.version, c->version, c->name);
	ok(parsed_count(&r, WS_EV_SPAN, WS_N_G_BLOCKED) >= c->blocked,
	    "%s: waits", c->name);
	ok(c->blocked < 100 ||
		(ends >= 4 && parsed_count(&r, WS_EV_SPAN, WS_N_TASK) == 1 &&
		    parsed_count(&r, WS_EV_SPAN, WS_N_REGION) == 1 &&
		    parsed_count(&r, WS_EV_SPAN, WS_N_GC_ACTIVE) == 1),
	    "%s: a task, a region, a collection, four workers", c->name);
	parsed_fini(&r);
	free(p);
}

static void
test_captures(void)
{
	static const struct capture captures[] = {
		{ "go1.22", "go1.22", WS_OK, 190 },
		{ "go1.23", "go1.23", WS_OK, 190 },
		{ "go1.25", "go1.25", WS_OK, 190 },
		{ "go1.26", "go1.26", WS_OK, 190 },
		{ "go1.27", "go1.26", WS_OK, 190 },
		{ "http", "go1.22", WS_OK, 190 },
		{ "two-generations", "go1.26", WS_OK, 10 },
		{ "cut", "go1.26", WS_PARTIAL, 10 },
		{ "damaged", "go1.26", WS_PARTIAL, 10 },
	};

	for (size_t i = 0; i < WS_LEN(captures); i++)
		test_capture(&captures[i]);
}

static size_t
spans(const struct parsed *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->ev[i].kind == WS_EV_SPAN;
	return n;
}

static void
test_cuts(void)
{
	struct parsed whole, part;
	size_t n, more = 0, silent = 0;
	char *p = read_testdata("go-trace/go1.26/input.trace", &n);

	parse_mem(&whole, &ws_parser_go_trace, "whole", p, n);
	for (size_t i = 0; i < n; i++) {
		parse_mem(&part, &ws_parser_go_trace, "cut", p, i);
		more += spans(&part) > spans(&whole);
		silent += part.status == WS_OK;
		parsed_fini(&part);
	}
	ok(more == 0, "no cut has more spans than the whole (%zu)", more);
	ok(silent == 0, "every cut is told (%zu)", silent);
	parsed_fini(&whole);
	free(p);
}

/* A batch of thread 100 before it grows too long. */
static void
flush_batch(struct ws_buf *b, struct ws_buf *d, size_t room)
{
	if (d->n > room)
		put_batch(b, 1, 100, 1000, d);
}

/* Regions in each other of which none is the one that ends. */
static void
test_nested_regions(void)
{
	enum { REGIONS = 100000, ROOM = 60000 };

	struct ws_buf b = { 0 }, d = { 0 };
	struct parsed r;
	clock_t before;

	put_header(&b, "26");
	put_sync(&b, 1);
	put_start(&d);
	put_record(&d, 5, 42, 1, 7, S_KEY, 0);
	for (int i = 0; i < REGIONS; i++) {
		put_record(&d, 5, 42, 1, 7, S_TYPE, 0);
		flush_batch(&b, &d, ROOM);
	}
	for (int i = 0; i < REGIONS; i++) {
		put_record(&d, 5, 43, 1, 7, S_MAIN, 0);
		flush_batch(&b, &d, ROOM);
	}
	put_record(&d, 5, 43, 1, 7, S_TYPE, 0);
	flush_batch(&b, &d, 0);
	put_tables(&b, 1);
	before = clock();
	run(&r, &b);
	ok(parsed_count(&r, WS_EV_SPAN, WS_N_REGION) == REGIONS + 1 &&
		clock() - before < 10 * CLOCKS_PER_SEC,
	    "ends that no region has are looked for among a few");
	parsed_fini(&r);
}

/* Log lines that join strings which the file has once. */
static void
test_long_logs(void)
{
	struct ws_buf b = { 0 }, d = { 0 };
	struct parsed r;

	put_header(&b, "26");
	put_sync(&b, 1);
	put_start(&d);
	put_record(&d, 6, 44, 1, 7, 9, 9, 0);
	flush_batch(&b, &d, 0);
	put_record(&d, 1, 4);
	put_record(&d, 3, 5, 9, 1000);
	for (int i = 0; i < 1000; i++)
		ws_buf_putc(&d, 'x');
	put_batch(&b, 1, UINT64_MAX, 1000, &d);
	put_tables(&b, 1);
	run(&r, &b);
	ok(strlen(parsed_mark(&r, "log", 0)) == 256 + 2 + 256,
	    "of a log line's strings so much is kept");
	parsed_fini(&r);
}

/* One generation with many strings, and many with none. */
static void
test_generations(void)
{
	enum { STRINGS = 1 << 17, GENERATIONS = 20000, ROOM = 60000 };

	struct ws_buf b = { 0 }, d = { 0 };
	struct parsed r;
	clock_t before;

	put_header(&b, "25");
	put_sync(&b, 1);
	for (int i = 0; i < STRINGS; i++) {
		if (d.n == 0)
			put_record(&d, 1, 4);
		put_record(&d, 3, 5, i + (1 << 20), 0);
		if (d.n > ROOM || i + 1 == STRINGS)
			put_batch(&b, 1, UINT64_MAX, 1000, &d);
	}
	for (int i = 0; i < GENERATIONS; i++) {
		put_record(&d, 1, 4);
		put_record(&d, 3, 5, 1 << 20, 0);
		put_batch(&b, i + 2, UINT64_MAX, 1000, &d);
	}
	before = clock();
	run(&r, &b);
	ok(clock() - before < 10 * CLOCKS_PER_SEC,
	    "an empty generation costs as much as it holds");
	parsed_fini(&r);
}

int
main(void)
{
	test_bids();
	test_life();
	test_lost_proc();
	test_switch();
	test_c_thread();
	test_foreign();
	test_two_captures();
	test_broken_order();
	test_empty_between();
	test_torn_batch();
	test_captures();
	test_cuts();
	test_nested_regions();
	test_long_logs();
	test_generations();
	return tap_done();
}
