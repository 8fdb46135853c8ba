/* The parser of perf script, on the test data and on its cuts. */
#include <time.h>

#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_perf_script;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_perf_script, path, p == NULL ? "" : p, n);
	free(p);
}

static void
parse_text(struct parsed *r, const char *text)
{
	parse_mem(r, &ws_parser_perf_script, "x", text, strlen(text));
}

/* "track: outer;inner;leaf" of the nth sample; frames without a name are their
 * binary's, as flame graphs have them. */
static const char *
folded(const struct parsed *r, size_t nth, char out[512])
{
	const struct ws_dict *d = r->sink.dict;
	const struct ws_event *e = NULL;
	const ws_id *frame;
	size_t i, n, at;

	for (i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SAMPLE && nth-- == 0) {
			e = &r->ev[i];
			break;
		}
	if (e == NULL)
		return "none";
	at = (size_t)snprintf(out, 512, "%s:", ws_dict_text(d, e->track).p);
	n = ws_dict_get_stack(d, e->stack, &frame);
	while (n-- > 0 && at < 400) {
		const struct ws_frame *f = ws_dict_get_frame(d, frame[n]);

		at += (size_t)snprintf(out + at, 512 - at, "%s%s",
		    f->func != 0      ? ws_dict_text(d, f->func).p
		    : f->mapping != 0 ? ws_dict_text(d, f->mapping).p
				      : "[unknown]",
		    n > 0 ? ";" : "");
	}
	return out;
}

static void
is_folded(const struct parsed *r, size_t nth, const char *want)
{
	char text[512];

	is_str(folded(r, nth, text), want, want);
}

static const struct ws_event *
sample(const struct parsed *r, ws_id series, size_t nth)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SAMPLE && r->ev[i].name == series &&
		    nth-- == 0)
			return &r->ev[i];
	return NULL;
}

static double
sum(const struct parsed *r, ws_id series)
{
	double v = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SAMPLE && r->ev[i].name == series)
			v += r->ev[i].value;
	return v;
}

static void
test_header(void)
{
	struct parsed r;
	const struct ws_event *e;
	const ws_id *frame;

	parse_file(&r, "perf-script/header/input.txt");
	ok(r.bid == WS_BID_SHAPE && r.status == WS_OK && r.faults == 0,
	    "a header and samples");
	ok(parsed_value(&r, "", WS_N_HOST_CPUS, 0) == 2, "CPUs of the header");
	is_str(parsed_mark(&r, "perf.hostname", 0), "vm", "host");
	is_str(r.entry.version, "perf 6.1.187", "version");
	e = sample(&r, WS_N_PERF_CPU, 0);
	ok(e != NULL && e->value == 2004008 && e->unit == WS_U_TIME &&
		e->t == INT64_C(920506232000),
	    "a period of cpu-clock is ns");
	ok(e != NULL && ws_dict_get_stack(r.sink.dict, e->stack, &frame) == 2 &&
		ws_dict_get_frame(r.sink.dict, frame[0])->addr == 0x16e0ba &&
		ws_sv_is(ws_dict_text(r.sink.dict,
			     ws_dict_get_frame(r.sink.dict, frame[0])->mapping),
		    "/usr/lib/x86_64-linux-gnu/libc.so.6"),
	    "addresses and binaries as printed");
	is_folded(&r, 0,
	    "12278/12285 main thread:start_thread;"
	    "__memset_avx512_unaligned_erms");
	ok(parsed_value(&r, "perf.cpu", WS_N_CAPTURE_PERIOD, 0) == 2004008,
	    "the period");
	parsed_fini(&r);
}

/* One recording in four selections of fields has the same leaves. */
static void
test_selections(void)
{
	static const char *const path[] = { "perf-script/chains/input.txt",
		"perf-script/single/input.txt",
		"perf-script/srcline/input.txt" };
	struct parsed r;

	for (size_t i = 0; i < WS_LEN(path); i++) {
		const struct ws_event *a, *b;
		const ws_id *frame;

		parse_file(&r, path[i]);
		a = sample(&r, WS_N_PERF_CPU, 0);
		b = sample(&r, WS_N_PERF_CPU, 1);
		ok(a != NULL && b != NULL && a->value == 2004008 &&
			b->t / 1000 == 920508045,
		    "%s: values and times", path[i]);
		ok(b != NULL &&
			ws_dict_get_stack(r.sink.dict, b->stack, &frame) > 0 &&
			ws_sv_is(
			    ws_dict_text(r.sink.dict,
				ws_dict_get_frame(r.sink.dict, frame[0])->func),
			    "w_fault"),
		    "%s: the leaf", path[i]);
		parsed_fini(&r);
	}
}

static void
test_shapes(void)
{
	struct parsed r;

	parse_file(&r, "perf-script/other-shapes/input.txt");
	ok(r.status == WS_OK && r.faults == 0, "shapes of other versions");
	is_folded(&r, 0,
	    "4242/4250 worker 1 of 3:[unknown];caller;"
	    "std::function<int (int)>::operator()(int) const;"
	    "main::run(std::vector<int, std::allocator<int> >&)");
	is_folded(&r, 1,
	    "77/78 java:C::operator->(int);Lcom/a/B;::outer;"
	    "Lcom/a/C;::inner");
	ok(sum(&r, WS_N_PERF_OFFCPU) == 200000, "off the CPU, plugin's form");
	ok(sum(&r, WS_N_PERF_RUNQUEUE) == 100000, "from wake-up to a CPU");
	ok(sum(&r, WS_N_PERF_BLOCK) == 1000000, "a block request");
	ok(sum(&r, WS_N_PERF_LOCK) == 40000, "a lock of the kernel");
	ok(sum(&r, WS_N_PERF_SYSCALL) == 1000000, "a system call");
	ok(parsed_count(&r, WS_EV_LOSS, 0) == 1, "lost records");
	ok(sum(&r, ws_dict_cstr(r.sink.dict, "perf.cycles")) == 3,
	    "a second CPU event has a series of its own");
	parsed_fini(&r);
}

static void
test_waits(void)
{
	struct parsed r;
	const struct ws_event *e;

	parse_file(&r, "perf-script/waits/input.txt");
	ok(r.status == WS_OK, "tracepoints with chains");
	e = sample(&r, WS_N_PERF_UNINTERRUPTIBLE, 0);
	ok(e != NULL && e->value == 86000 && e->stack != 0,
	    "86 us of waiting for storage, with the stack of the start");
	ok(sum(&r, WS_N_PERF_UNINTERRUPTIBLE) <= sum(&r, WS_N_PERF_OFFCPU),
	    "it is a part of the time off the CPU");
	parsed_fini(&r);

	parse_file(&r, "perf-script/futex/input.txt");
	ok(parsed_count(&r, WS_EV_SAMPLE, WS_N_PERF_FUTEX) > 0 &&
		sum(&r, WS_N_PERF_FUTEX) <= sum(&r, WS_N_PERF_SYSCALL),
	    "waits in futexes are system calls");
	parsed_fini(&r);
}

/* Both tracepoints of one call, and what has no end. */
static void
test_pairs(void)
{
	struct parsed r;

	parse_text(&r,
	    "a 7 [000] 1.000000: syscalls:sys_enter_futex: uaddr: 0x1, "
	    "op: 0x00000080, val: 0x00000002\n"
	    "a 7 [000] 1.000001: raw_syscalls:sys_enter: NR 202 (1, 80, 2, 0, "
	    "0, 0)\n"
	    "a 7 [000] 1.000101: syscalls:sys_exit_futex: 0x0\n"
	    "a 7 [000] 1.000102: raw_syscalls:sys_exit: NR 202 = 0\n"
	    "a 7 [000] 1.000200: syscalls:sys_enter_futex: uaddr: 0x1, "
	    "op: 0x00000081, val: 0x00000001\n"
	    "a 7 [000] 1.000210: syscalls:sys_exit_futex: 0x1\n"
	    "a 7 [000] 1.000300: syscalls:sys_enter_futex: uaddr: 0x1, "
	    "op: 0x00000080, val: 0x00000002\n");
	ok(parsed_count(&r, WS_EV_SAMPLE, WS_N_PERF_FUTEX) == 1 &&
		sum(&r, WS_N_PERF_FUTEX) == 101000,
	    "a wait counts once, a wake and a wait without end do not");
	ok(sum(&r, WS_N_PERF_SYSCALL) == 111000, "calls");
	parsed_fini(&r);

	parse_text(&r,
	    "a 7 [000] 1.000000: sched:sched_switch: prev_comm=a prev_pid=7 "
	    "prev_prio=120 prev_state=R+ ==> next_comm=b c next_pid=8 "
	    "next_prio=120\n"
	    "b c 8 [000] 1.000500: sched:sched_switch: prev_comm=b c "
	    "prev_pid=8 prev_prio=120 prev_state=D ==> next_comm=a next_pid=7 "
	    "next_prio=120\n"
	    "a 7 [000] 1.000900: sched:sched_switch: prev_comm=a prev_pid=7 "
	    "prev_prio=120 prev_state=S ==> next_comm=b c next_pid=8 "
	    "next_prio=120\n");
	ok(sum(&r, WS_N_PERF_OFFCPU) == 400000 &&
		sum(&r, WS_N_PERF_UNINTERRUPTIBLE) == 400000,
	    "who was preempted did not wait");
	ok(sum(&r, WS_N_PERF_RUNQUEUE) == 500000, "it wanted a CPU");
	parsed_fini(&r);
}

/* Without chains, the place of a tracepoint stands behind its fields. */
static void
test_places(void)
{
	struct parsed r;

	parse_text(&r,
	    "a 7/7 1.000001000: probe:leaf: (55d1) n=4     55d1a0001139 "
	    "leaf (x y)+0x4 (/srv/a b (deleted))\n"
	    "a 7/7 1.000002000: workqueue:end: work struct 00000000e7a5b6f1\n"
	    "a 7/7 1.000003000: lock:contention_begin: 0xffffa01 (flags=SPIN)\n"
	    "a 7/7 1.000004000: sched:sched_switch: prev_comm=a prev_pid=7 "
	    "prev_prio=120 prev_state=S ==> next_comm=b next_pid=8 "
	    "next_prio=120 ffffffff821facd8 ([kernel.kallsyms])\n"
	    "b 8/8 1.000504000: sched:sched_switch: prev_comm=b prev_pid=8 "
	    "prev_prio=120 prev_state=S ==> next_comm=a next_pid=7 "
	    "next_prio=120 ffffffff821facd8 ([kernel.kallsyms])\n");
	is_folded(&r, 0, "7/7 a:leaf (x y)");
	is_folded(&r, 1, "7/7 a:");
	is_folded(&r, 2, "7/7 a:");
	is_folded(&r, 3, "7/7 a:[kernel.kallsyms]");
	ok(sum(&r, WS_N_PERF_OFFCPU) == 500000, "the fields are whole");
	parsed_fini(&r);
}

static void
test_damage(void)
{
	struct parsed r;

	parse_file(&r, "perf-script/torn/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 1, "a cut line is a fault");
	parsed_fini(&r);
	parse_file(&r, "perf-script/unsupported-dump/input.txt");
	ok(r.status == WS_UNSUPPORTED && r.n == 0, "a dump is not read");
	parsed_fini(&r);
	parse_text(&r, "a 1 1.000000: 5 cycles: \n\n\t 401000 x (y)\n\n"
		       "a 1 2.000000: 5 cycles: \n\t 401000 x (y)\n\n");
	ok(r.faults == 1 && parsed_count(&r, WS_EV_SAMPLE, WS_N_PERF_CPU) == 2,
	    "frames behind an empty stack are of no sample");
	is_folded(&r, 0, "?/1 a:");
	is_folded(&r, 1, "?/1 a:x");
	parsed_fini(&r);
	parse_text(&r, "a 1 99999999999999999999.000000: 5 cycles: \n\n");
	ok(parsed_count(&r, WS_EV_SAMPLE, WS_N_PERF_CPU) == 0,
	    "a time beyond all clocks is none");
	parsed_fini(&r);
}

static size_t
samples(const struct parsed *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->ev[i].kind == WS_EV_SAMPLE;
	return n;
}

/* At every cut: no more samples than the whole has, and the same ones but for
 * the last, whose stack may end at a line. */
static void
test_cuts(const char *path)
{
	struct parsed whole, part;
	size_t n, bad = 0;
	char *p = read_testdata(path, &n), a[512], b[512];

	parse_mem(&whole, &ws_parser_perf_script, path, p, n);
	for (size_t i = 0; i < n; i++) {
		size_t k;

		parse_mem(&part, &ws_parser_perf_script, path, p, i);
		k = samples(&part);
		bad += k > samples(&whole);
		if (k > 1)
			bad += strcmp(folded(&part, k - 2, a),
				   folded(&whole, k - 2, b)) != 0;
		parsed_fini(&part);
	}
	ok(bad == 0, "%s: %zu cuts say nothing new", path, n);
	parsed_fini(&whole);
	free(p);
}

/* Parentheses that are of the symbol, of the binary, and of nobody. */
static void
test_parentheses(void)
{
	struct parsed r;

	parse_text(&r, "a 7 1.000000: 1 cycles: \n"
		       "\t10 (anonymous namespace)::f(int)+0x1 (/lib/x.so)\n"
		       "\t20 (anonymous namespace)::g(int) (/lib/x.so)\n"
		       "\t30 (/lib/y.so (deleted))\n"
		       "\t40 h(int)\n"
		       "\t50 (\n\n");
	is_folded(&r, 0,
	    "?/7 a:(;h(int);/lib/y.so (deleted);"
	    "(anonymous namespace)::g(int);(anonymous namespace)::f(int)");
	parsed_fini(&r);
}

/* As many inlined functions as a line has room for. */
static void
test_many_inlined(void)
{
	enum { PARTS = 200000 };

	struct ws_buf b = { 0 };
	struct parsed r;
	clock_t before;

	ws_buf_puts(&b, "a 7 1.000000: 1 cycles: \n\t10 a");
	for (int i = 0; i < PARTS; i++)
		ws_buf_puts(&b, "->a");
	ws_buf_puts(&b, " (/x)\n\n");
	before = clock();
	parse_mem(&r, &ws_parser_perf_script, "x", b.p, b.n);
	ok(parsed_count(&r, WS_EV_SAMPLE, WS_N_PERF_CPU) == 1 &&
		clock() - before < 10 * CLOCKS_PER_SEC,
	    "a line of inlined functions is read once");
	parsed_fini(&r);
	ws_buf_fini(&b);
}

int
main(void)
{
	test_header();
	test_selections();
	test_shapes();
	test_waits();
	test_pairs();
	test_places();
	test_damage();
	test_cuts("perf-script/chains/input.txt");
	test_cuts("perf-script/other-shapes/input.txt");
	test_cuts("perf-script/single/input.txt");
	test_parentheses();
	test_many_inlined();
	return tap_done();
}
