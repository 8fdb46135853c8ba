/* The parser of time, on the test data and on its cuts, and its facts. */
#include "feed.h"
#include "parse_mem.h"

extern const struct ws_parser ws_parser_time;
extern const struct ws_parser ws_parser_pidstat;

static void
parse_text(struct parsed *r, const char *text)
{
	parse_mem(r, &ws_parser_time, "time.txt", text, strlen(text));
}

static bool
has(const struct parsed *r, const char *track, ws_id name, size_t nth,
    double want)
{
	double got = parsed_value(r, track, name, nth);

	return fabs(got - want) <= 1e-9 * fabs(want);
}

static const char verbose[] =
    "\tCommand being timed: \"./service -x\"\n"
    "\tUser time (seconds): 30.00\n"
    "\tSystem time (seconds): 10.00\n"
    "\tPercent of CPU this job got: 200%\n"
    "\tElapsed (wall clock) time (h:mm:ss or m:ss): 0:20.00\n"
    "\tMaximum resident set size (kbytes): 2048\n"
    "\tMajor (requiring I/O) page faults: 4000\n"
    "\tMinor (reclaiming a frame) page faults: 60000\n"
    "\tVoluntary context switches: 100\n"
    "\tInvoluntary context switches: 40\n"
    "\tSwaps: 0\n"
    "\tFile system inputs: 2000\n"
    "\tFile system outputs: 0\n"
    "\tExit status: 0\n";

static void
test_verbose(void)
{
	static const char track[] = "./service -x";
	struct parsed r;

	parse_text(&r, verbose);
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0,
	    "-v is read");
	ok(has(&r, track, WS_N_PROCESS_RUN_TIME, 0, 20e9) &&
		has(&r, track, WS_N_PROCESS_RSS, 0, 2048 * 1024),
	    "how long, and how much memory");
	ok(has(&r, track, WS_N_PROCESS_CPU_TOTAL, 0, 2) &&
		has(&r, track, WS_N_PROCESS_CPU_SYS, 0, 0.5),
	    "CPUs, from the times and not from the percentage");
	ok(has(&r, track, WS_N_PROCESS_FAULTS_MAJOR, 0, 200) &&
		has(&r, track, WS_N_PROCESS_FAULTS_MINOR, 0, 3000) &&
		has(&r, track, WS_N_PROCESS_SWITCHES_VOLUNTARY, 0, 5) &&
		has(&r, track, WS_N_PROCESS_SWITCHES_INVOLUNTARY, 0, 2) &&
		has(&r, track, WS_N_PROCESS_IO_READ, 0, 51200) &&
		has(&r, track, WS_N_PROCESS_IO_WRITE, 0, 0),
	    "rates of the run");
	parsed_fini(&r);
}

/* Other texts: the seconds, the CPUs, and the faults or NaN. */
static void
test_plain(void)
{
	static const struct {
		const char *text;
		double seconds, cpus, faults;
	} cases[] = {
		{ "1.50user 0.50system 0:04.00elapsed 50%CPU "
		  "(0avgtext+0avgdata 3412maxresident)k\n"
		  "8inputs+0outputs (2major+400minor)pagefaults 0swaps\n",
		    4, 0.5, 100 },
		{ "1.50user 0.50system 1:00:02elapsed 0%CPU "
		  "(0avgtext+0avgdata 3412maxresident)k\n",
		    3602, 2 / 3602.0, NAN },
		{ "real 4.00\nuser 1.50\nsys 0.50\n", 4, 0.5, NAN },
		{ "\nreal\t1m4.000s\nuser\t0m16,000s\nsys\t0m0.000s\n", 64,
		    0.25, NAN },
	};

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		const char *track = "a command";
		struct parsed r;

		parse_text(&r, cases[i].text);
		ok(r.status == WS_OK && r.bid == WS_BID_SHAPE &&
			has(&r, track, WS_N_PROCESS_RUN_TIME, 0,
			    cases[i].seconds * 1e9) &&
			has(&r, track, WS_N_PROCESS_CPU_TOTAL, 0,
			    cases[i].cpus),
		    "%g s: %.20s", cases[i].seconds, cases[i].text);
		ok(isnan(cases[i].faults) ==
			    isnan(parsed_value(
				&r, track, WS_N_PROCESS_FAULTS_MINOR, 0)) &&
			(isnan(cases[i].faults) ||
			    has(&r, track, WS_N_PROCESS_FAULTS_MINOR, 0,
				cases[i].faults)),
		    "its faults");
		parsed_fini(&r);
	}
}

static void
test_places(void)
{
	char text[4096];
	struct parsed r;

	snprintf(text, sizeof(text), "%s%s", verbose, verbose);
	parse_text(&r, text);
	ok(r.status == WS_OK &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_PROCESS_RUN_TIME) == 2,
	    "two runs");
	parsed_fini(&r);
	snprintf(text, sizeof(text), "a\nb\nc\nd\nreal thing\n%s", verbose);
	parse_text(&r, text);
	ok(r.status == WS_OK && r.bid == WS_BID_NAME &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_PROCESS_RUN_TIME) == 1,
	    "below other output it is the last to ask");
	parsed_fini(&r);
	parse_text(&r, "\tCommand being timed: \"x\"\n"
		       "\tUser time (seconds): 30.00\n");
	ok(r.status == WS_PARTIAL && r.faults == 1 && r.n == 0,
	    "a run without its time is nothing");
	parsed_fini(&r);
	parse_text(&r, "0.00user 0.00system 0:00.00elapsed ?%CPU "
		       "(0avgtext+0avgdata 100maxresident)k\n");
	ok(r.status == WS_OK && r.n == 2, "one that took no time has no rates");
	parsed_fini(&r);
	parse_text(&r, "the user 0 of the system\n");
	ok(r.bid == WS_BID_NO && r.status == WS_CORRUPT, "nothing of it");
	parsed_fini(&r);
}

static void
test_facts(void)
{
	struct bench b;
	char *text = ws_alloc(sizeof(verbose)), *at;

	bench_init(&b, "");
	feed(&b, &ws_parser_time, "time.txt", verbose);
	ok(finish(&b), "facts of a run");
	is_named(&b, "process.run_time", 20e9);
	is_named(&b, "process.rss", 2048 * 1024);
	is_named(&b, "process.faults.major", 200);
	is_named(&b, "process.cpu.sys_share", 0.25);
	bench_fini(&b);

	memcpy(text, verbose, sizeof(verbose));
	at = strstr(text, "0:20.00");
	at[2] = '0';
	at[3] = '5';
	bench_init(&b, "");
	feed(&b, &ws_parser_time, "time.txt", text);
	ok(finish(&b), "facts of a short run");
	is_named(&b, "process.rss", 2048 * 1024);
	is_named(&b, "process.faults.major", NAN);
	bench_fini(&b);
	free(text);

	bench_init(&b, "");
	feed(&b, &ws_parser_time, "time.txt", verbose);
	feed(&b, &ws_parser_pidstat, "pidstat.txt",
	    "Linux 6.1.0 (vm) \t2026-11-23 \t_x86_64_\t(2 CPU)\n\n"
	    "10:00:00      UID       PID    %usr %system  %guest   %wait    "
	    "%CPU   CPU  Command\n"
	    "10:00:01        0        70   10.00    0.00    0.00    0.00   "
	    "10.00     0  service\n\n"
	    "10:00:01      UID       PID    %usr %system  %guest   %wait    "
	    "%CPU   CPU  Command\n"
	    "10:00:02        0        70   10.00    0.00    0.00    0.00   "
	    "10.00     0  service\n");
	ok(finish(&b), "facts beside a log of processes");
	is_named(&b, "process.cpu.sys_share", 0);
	is_named(&b, "process.run_time", NAN);
	bench_fini(&b);
}

/* A line that is longer than any may be, and no run. */
static void
test_long_line(void)
{
	enum { LONG = 2 << 20 };

	char *text = ws_alloc(LONG);
	struct parsed r;

	memset(text, 'x', LONG);
	parse_mem(&r, &ws_parser_time, "t", text, LONG);
	ok(r.status >= WS_PARTIAL && strstr(r.err.text, "max-line") != NULL,
	    "the reason is told: %s", r.err.text);
	parsed_fini(&r);
	free(text);
}

/* Times with a blank in them, and memory that is multiplied by 4. */
static void
test_busybox(void)
{
	static const char text[] =
	    "\tCommand being timed: \"./a\"\n"
	    "\tUser time (seconds): 5.00\n"
	    "\tElapsed (wall clock) time (h:mm:ss or m:ss): 0m 10.00s\n"
	    "\tMaximum resident set size (kbytes): 22640\n"
	    "\tVoluntary context switches: 10\n"
	    "\tExit status: 0\n"
	    "real\t1h 2m 03s\nuser\t0m 0.50s\nsys\t0m 0.25s\n";
	struct parsed r;

	parse_text(&r, text);
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE, "time of BusyBox: %s",
	    r.err.text);
	ok(has(&r, "./a", WS_N_PROCESS_CPU_USER, 0, 0.5) &&
		has(&r, "./a", WS_N_PROCESS_SWITCHES_VOLUNTARY, 0, 1) &&
		has(&r, "a command", WS_N_PROCESS_RUN_TIME, 0, 3723e9),
	    "its times");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_PROCESS_RSS) == 0,
	    "its memory is not taken");
	parsed_fini(&r);
}

int
main(void)
{
	test_verbose();
	test_plain();
	test_places();
	test_facts();
	ok(parse_every_cut(&ws_parser_time, verbose, strlen(verbose)) == 0,
	    "cut anywhere");
	test_long_line();
	test_busybox();
	return tap_done();
}
