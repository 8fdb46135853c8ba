/* The parser of gctrace and schedtrace, on the test data and on its cuts. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_godebug;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_godebug, path, p == NULL ? "" : p, n);
	free(p);
}

static void
parse_text(struct parsed *r, const char *text)
{
	parse_mem(r, &ws_parser_godebug, "text", text, strlen(text));
}

static double
sum(const struct parsed *r, const char *track, ws_id name)
{
	double v = 0;

	for (size_t i = 0; parsed_counter(r, track, name, i) != NULL; i++)
		v += parsed_value(r, track, name, i);
	return v;
}

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fabs(b);
}

static void
test_phases(void)
{
	struct parsed r;

	parse_file(&r, "godebug/go1.5/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0,
	    "five phases");
	/* 0.42 + 2.0 + 0 + 0.50 + 0.60 + 1.0 ms, without 0 ms idle. */
	ok(near(parsed_value(&r, "run 1", WS_N_GO_GC_CPU, 0), 4.52e6),
	    "CPU time of all of them");
	ok(near(parsed_value(&r, "run 1", WS_N_GO_GC_STOP, 0), 0.21e6) &&
		near(parsed_value(&r, "run 1", WS_N_GO_GC_STOP, 1), 0.5e6),
	    "stops are the first and the last");
	ok(parsed_counter(&r, "run 1", WS_N_GO_GC_STACKS, 0) == NULL,
	    "no stacks, no value of them");
	ok(near(parsed_value(&r, "run 1", WS_N_GO_GC_ROOM, 1), 200e6),
	    "4 Ps for 50 ms");
	parsed_fini(&r);
	parse_file(&r, "godebug/smallest/input.txt");
	ok(parsed_value(&r, "run 1", WS_N_GO_GC_HEAP_GOAL, 0) == 8 << 20 &&
		parsed_value(&r, "run 1", WS_N_GO_GC_STACKS, 0) == 0,
	    "sizes are MiB");
	ok(parsed_counter(&r, "run 1", WS_N_GO_GC_CPU, 0) == NULL,
	    "one collection has no window");
	parsed_fini(&r);
}

/* Peers show the percentage, which is since the start. */
static void
test_window(void)
{
	struct parsed r;

	parse_text(&r, "gc 5 @9000.000s 1%: 1+90+1 ms clock, 2+10/50/3+2 ms "
		       "cpu, 8->9->4 MB, 8 MB goal, 2 P\n"
		       "gc 6 @9000.100s 1%: 1+90+1 ms clock, 2+10/50/3+2 ms "
		       "cpu, 8->9->4 MB, 8 MB goal, 2 P\n"
		       "gc 7 @9000.200s 1%: 1+90+1 ms clock, 2+10/50/3+2 ms "
		       "cpu, 8->9->4 MB, 8 MB goal, 2 P\n");
	ok(near(sum(&r, "run 1", WS_N_GO_GC_CPU) /
		    sum(&r, "run 1", WS_N_GO_GC_ROOM),
	       0.32),
	    "32 %% of the window, where the line says 1 %%");
	ok(near(sum(&r, "run 1", WS_N_GO_GC_ALLOCATED), 10 << 20),
	    "5 MB allocated in each window");
	parsed_fini(&r);
}

static void
test_logs(void)
{
	struct parsed r;

	parse_file(&r, "godebug/log-prefix/input.txt");
	ok(r.status == WS_OK && r.faults == 0 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_GO_GC_PROCS) == 4 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_GO_GC_INTERVAL) == 3,
	    "lines behind prefixes and in JSON");
	ok(sum(&r, "run 1", WS_N_GO_GC_FORCED) == 1 &&
		parsed_value(&r, "run 1", WS_N_GO_GC_FORCED, 2) == 1,
	    "a forced one in a string");
	ok(parsed_value(&r, "run 1", WS_N_GO_SCHED_QUEUED, 0) == 9 &&
		parsed_value(&r, "run 1", WS_N_GO_SCHED_IN_CALLS, 0) == 2,
	    "queues of the Ps are added up");
	ok(parsed_value(&r, "run 1", WS_N_GO_SCHED_GOROUTINES, 0) == 4 &&
		parsed_value(&r, "run 1: waiting: force gc (idle)",
		    WS_N_GO_SCHED_STATE, 0) == 1 &&
		parsed_value(&r, "run 1: waiting: select", WS_N_GO_SCHED_STATE,
		    0) == 1 &&
		parsed_value(&r, "run 1: running", WS_N_GO_SCHED_STATE, 0) ==
		    1 &&
		parsed_value(&r, "run 1: runnable", WS_N_GO_SCHED_STATE, 0) ==
		    1,
	    "states; the reason of what runs is an old one");
	parsed_fini(&r);
	parse_file(&r, "godebug/two-programs/input.txt");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_GO_GC_PROCS) == 8 &&
		near(sum(&r, "run 1", WS_N_GO_GC_INTERVAL), 300e6) &&
		near(sum(&r, "run 2", WS_N_GO_GC_INTERVAL), 10e6) &&
		parsed_counter(&r, "run 3", WS_N_GO_GC_INTERVAL, 0) == NULL,
	    "windows of each program, without the one that lost its line");
	parsed_fini(&r);
}

static void
test_sched(void)
{
	struct parsed r;

	parse_text(&r, "SCHED 0ms: gomaxprocs=2 idleprocs=1 threads=4 "
		       "spinningthreads=0 idlethreads=2 runqueue=0 [0 0]\n"
		       "SCHED 1000ms: gomaxprocs=2 idleprocs=0 threads=4 "
		       "spinningthreads=0 idlethreads=1 runqueue=3 [1 2]\n"
		       "SCHED 2000ms: gomaxprocs=2 idleprocs=0 threads=4 "
		       "spinningthreads=0 needspinning=1 idlethreads=1 "
		       "runqueue=3 [ 4 0 ] schedticks=[ 70 80 ]\n"
		       "SCHED 500ms: gomaxprocs=2 idleprocs=0 threads=4 "
		       "spinningthreads=0 idlethreads=1 runqueue=1 [0 0]\n");
	ok(r.status == WS_OK && r.faults == 0 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_GO_SCHED_QUEUED) == 3,
	    "the row at the start is left out");
	ok(parsed_value(&r, "run 1", WS_N_GO_SCHED_QUEUED, 0) == 6 &&
		parsed_value(&r, "run 1", WS_N_GO_SCHED_QUEUED, 1) == 7,
	    "with and without blanks in the brackets");
	ok(parsed_value(&r, "run 1", WS_N_GO_SCHED_INTERVAL, 0) == 1e9 &&
		parsed_counter(&r, "run 2", WS_N_GO_SCHED_INTERVAL, 0) == NULL,
	    "time that goes back is another run");
	parsed_fini(&r);
	parse_file(&r, "godebug/go1.26-scheddetail/input.txt");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_GO_SCHED_QUEUED) == 3 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_GO_SCHED_GOROUTINES) == 3,
	    "the last row of scheddetail may be cut, and is left out");
	parsed_fini(&r);
}

static void
test_damage(void)
{
	struct parsed r;

	parse_file(&r, "godebug/torn/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 2 && r.fault_off == 126,
	    "two torn lines: %s", r.err.text);
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_GO_GC_PROCS) == 4 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_GO_GC_FORCED) == 3,
	    "of the last line all but whether it was forced");
	parsed_fini(&r);
	parse_text(
	    &r, "gc 1 @0.1s 0%: 1+2+3 ms clock, 1+2/3/4+5 ms cpu, 4->4->");
	ok(r.status == WS_CORRUPT && r.bid == WS_BID_NO &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_GO_GC_PROCS) == 0,
	    "nothing whole");
	parsed_fini(&r);
	parse_file(&r, "godebug/prose/input.txt");
	ok(r.bid == WS_BID_NO, "what is about gctrace is none");
	parsed_fini(&r);
}

static void
test_cuts(void)
{
	static const char *const files[] = { "go1.22-gctrace",
		"go1.24-schedtrace", "go1.26-scheddetail", "go1.5",
		"log-prefix", "two-programs", "torn" };
	char path[128];

	for (size_t i = 0; i < WS_LEN(files); i++) {
		size_t n;
		char *p;

		snprintf(path, sizeof(path), "godebug/%s/input.txt", files[i]);
		p = read_testdata(path, &n);
		ok(n > 0 && parse_every_cut(&ws_parser_godebug, p, n) == 0,
		    "%s cut at each of %zu bytes", files[i], n);
		free(p);
	}
}

int
main(void)
{
	test_phases();
	test_window();
	test_logs();
	test_sched();
	test_damage();
	test_cuts();
	return tap_done();
}
