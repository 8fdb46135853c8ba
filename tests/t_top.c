/* The parser of top -b, on the test data and on its cuts. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_top;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_top, path, p == NULL ? "" : p, n);
	free(p);
}

/* With what log writers put before each line. */
static void
test_prefix(void)
{
	static const struct {
		const char *prefix;
		enum ws_clock_kind clock;
	} cases[] = {
		{ "2026-11-23T02:56:01.123456789Z ", WS_CLOCK_WALL },
		{ "2026-11-23 02:56:01 ", WS_CLOCK_WALL_LOCAL },
		{ "Nov 23 02:56:01 host unit[12]: ", WS_CLOCK_TICKS },
		{ "web_1  | ", WS_CLOCK_TICKS },
	};

	size_t n;
	char *p = read_testdata("top/v4.0.2/input.txt", &n);
	struct parsed plain;

	parse_mem(&plain, &ws_parser_top, "top.txt", p, n);
	for (size_t i = 0; i < WS_LEN(cases); i++) {
		struct ws_sv rest = { p, n };
		struct ws_buf b = { 0 };
		struct parsed r;

		while (rest.n > 0) {
			ws_buf_puts(&b, cases[i].prefix);
			ws_buf_putsv(&b, ws_sv_split(&rest, '\n'));
			ws_buf_putc(&b, '\n');
		}
		parse_mem(&r, &ws_parser_top, "top.txt", b.p, b.n);
		ok(r.status == WS_OK && r.bid == WS_BID_SHAPE &&
			r.n == plain.n &&
			ws_dict_get_clock(r.sink.dict, r.ev[0].clock)->kind ==
			    cases[i].clock,
		    "behind '%s'", cases[i].prefix);
		parsed_fini(&r);
		ws_buf_fini(&b);
	}
	parsed_fini(&plain);
	free(p);
}

static bool
has(const struct parsed *r, const char *track, ws_id name, size_t nth,
    double want)
{
	return fabs(parsed_value(r, track, name, nth) - want) < 1e-9;
}

static void
test_values(void)
{
	struct parsed r;

	parse_file(&r, "top/v3.2.8/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0,
	    "3.2.8: read");
	ok(parsed_counter(&r, "", WS_N_CPU_IDLE, 0)->peer == WS_N_SINCE_BOOT &&
		parsed_counter(&r, "", WS_N_CPU_IDLE, 1)->peer == 0,
	    "the first frame is an average since boot");
	ok(has(&r, "", WS_N_CPU_USER, 1, 0.2) &&
		has(&r, "", WS_N_CPU_SYS, 1, 0.1) &&
		has(&r, "", WS_N_CPU_IOWAIT, 1, 0.05) &&
		has(&r, "", WS_N_CPU_STEAL, 1, 0.01),
	    "interrupts are kernel time");
	ok(has(&r, "", WS_N_SCHED_RUNNABLE, 1, 5) &&
		has(&r, "", WS_N_SCHED_BLOCKED, 1, 2),
	    "tasks that run, and those in uninterruptible sleep");
	ok(has(&r, "811 my service", WS_N_PROCESS_CPU_TOTAL, 0, 1.87),
	    "a process of which the command has a blank");
	parsed_fini(&r);
	parse_file(&r, "top/v4.0.2/input.txt");
	ok(r.status == WS_OK && r.faults == 0 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 2 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_SCHED_BLOCKED) == 2,
	    "4.0.2: two frames with all tasks");
	parsed_fini(&r);
	parse_file(&r, "top/german/input.txt");
	ok(r.status == WS_OK && has(&r, "", WS_N_CPU_IDLE, 0, 1) &&
		has(&r, "16690 pool", WS_N_PROCESS_CPU_TOTAL, 0, 0.5) &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_SCHED_BLOCKED) == 0,
	    "German, with fewer rows than tasks");
	parsed_fini(&r);
	parse_file(&r, "top/threads/input.txt");
	ok(r.status == WS_OK &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_PROCESS_CPU_TOTAL) == 0,
	    "threads are no processes");
	parsed_fini(&r);
}

static void
test_damage(void)
{
	static const char text[] =
	    "top - 19:32:35 up 18 min,  load average: 3.28, 2.17, 1.05\n"
	    "%Cpu(s):  5.0 us,  5.0 sy,  0.0 ni, 50.0 id\n"
	    "%Cpu(s):  5.0 us,  x sy,  0.0 ni, 90.0 id\n"
	    "  PID USER PR NI S %CPU COMMAND\n"
	    "  x root 0 0 R 1.0 a\n"
	    "  7 root 0 0 R\n"
	    "  8 root 0 0 R 2.0 b\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_top, "t", text, sizeof(text) - 1);
	ok(r.status == WS_PARTIAL && r.faults == 2 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 0 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_PROCESS_CPU_TOTAL) == 1,
	    "shares that make no whole and rows that do not fit");
	parsed_fini(&r);
}

static void
test_cuts(void)
{
	static const char *const path[] = { "top/v3.2.8/input.txt",
		"top/german/input.txt" };

	for (size_t i = 0; i < WS_LEN(path); i++) {
		size_t n;
		char *p = read_testdata(path[i], &n);

		ok(n > 0 && parse_every_cut(&ws_parser_top, p, n) == 0,
		    "%s: cut anywhere", path[i]);
		free(p);
	}
}

int
main(void)
{
	test_values();
	test_prefix();
	test_damage();
	test_cuts();
	return tap_done();
}
