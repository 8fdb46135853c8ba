/* Counters of /proc and cgroups: the parser, and the rates of two snapshots. */
#include "feed.h"
#include "parse_mem.h"

extern const struct ws_parser ws_parser_procfs;

static void
test_words(void)
{
	static const struct {
		const char *path;
		ws_id name;
		double want;
	} cells[] = {
		{ "procfs/stat/input.stat", WS_N_HOST_CPUS, 2 },
		{ "procfs/stat/input.stat", WS_N_SCHED_RUNNABLE, 2 },
		{ "procfs/stat/input.stat", WS_N_SCHED_SWITCHES, 14156365 },
		{ "procfs/meminfo/input.meminfo", WS_N_MEM_TOTAL,
		    24684084 * 1024.0 },
		{ "procfs/pressure/input.pressure_io", WS_N_PSI_IO_SOME,
		    156.416035 },
		{ "procfs/pressure/input.pressure_io", WS_N_PSI_IO_SOME_MINUTE,
		    0.0004 },
		{ "procfs/uptime/input.uptime", WS_N_HOST_UPTIME, 1961.98e9 },
		{ "procfs/quota/input.cpu.max", WS_N_CGROUP_QUOTA, 1.5 },
		{ "procfs/cgroup2/input.cpu.stat", WS_N_CGROUP_THROTTLED, 264 },
		{ "procfs/cgroup1/input.cpu.stat", WS_N_CGROUP_THROTTLED_TIME,
		    91 },
		{ "procfs/memory-events/input.memory.events",
		    WS_N_CGROUP_MEM_HIGH, 17 },
		{ "procfs/head/input.txt", WS_N_PSI_CPU_SOME, 631.739243 },
		{ "procfs/head/input.txt", WS_N_PSI_MEM_FULL, 0 },
	};

	for (size_t i = 0; i < WS_LEN(cells); i++) {
		struct parsed r;
		size_t n;
		char *p = read_testdata(cells[i].path, &n);
		double got;

		parse_mem(&r, &ws_parser_procfs, cells[i].path, p, n);
		got = parsed_value(&r, "", cells[i].name, 0);
		ok(r.status == WS_OK && near(got, cells[i].want),
		    "%s: %s: %.12g, want %.12g", cells[i].path,
		    ws_known_name_help(cells[i].name), got, cells[i].want);
		parsed_fini(&r);
		free(p);
	}
}

static void
put(struct bench *b, const char *name, const char *text)
{
	feed(b, &ws_parser_procfs, name, text);
}

/* Two folders with the same files, ten seconds apart. */
static void
test_pair(void)
{
	struct bench b;

	bench_init(&b, "");
	put(&b, "t0/stat",
	    "cpu 1000 0 500 2000 500 0 0 0 0 0\n"
	    "cpu0 500 0 250 1000 250 0 0 0 0 0\n"
	    "cpu1 500 0 250 1000 250 0 0 0 0 0\n"
	    "ctxt 10000\nprocs_running 3\nprocs_blocked 0\n");
	put(&b, "t1/stat",
	    "cpu 1500 0 700 2100 1000 0 0 700 0 0\n"
	    "cpu0 750 0 350 1050 500 0 0 350 0 0\n"
	    "cpu1 750 0 350 1050 500 0 0 350 0 0\n"
	    "ctxt 30000\nprocs_running 9\nprocs_blocked 2\n");
	put(&b, "t0/io.pressure",
	    "some avg10=0.00 avg60=0.00 avg300=0.00 total=1000000\n");
	put(&b, "t1/io.pressure",
	    "some avg10=0.00 avg60=0.00 avg300=0.00 total=6000000\n");
	put(&b, "t0/cpu.stat",
	    "usage_usec 1000000\nnr_periods 100\n"
	    "nr_throttled 90\nthrottled_usec 1\n");
	put(&b, "t1/cpu.stat",
	    "usage_usec 16000000\nnr_periods 200\n"
	    "nr_throttled 130\nthrottled_usec 20000001\n");
	put(&b, "t1/cpu.max", "150000 100000\n");
	ok(finish(&b), "facts of a pair");
	is_named(&b, "host.cpus", 2);
	is_named(&b, "host.cpu.user", 0.25);
	is_named(&b, "host.cpu.sys", 0.1);
	is_named(&b, "host.cpu.iowait", 0.25);
	is_named(&b, "host.cpu.idle", 0.05);
	is_named(&b, "host.cpu.steal", 0.35);
	is_named(&b, "host.switches", 2000);
	is_named(&b, "host.psi.io.some", 0.5);
	is_named(&b, "cgroup.cpu.throttled", 0.4);
	is_named(&b, "cgroup.cpu.usage", 1.5);
	is_named(&b, "cgroup.cpu.held", 2);
	is_named(&b, "cgroup.cpu.quota", 1.5);
	bench_fini(&b);
}

/* One snapshot is an average since some start, and no interval. */
static void
test_single(void)
{
	struct bench b;

	bench_init(&b, "");
	put(&b, "stat",
	    "cpu 1000 0 500 2000 500 0 0 0 0 0\n"
	    "cpu0 1000 0 500 2000 500 0 0 0 0 0\nctxt 10000\n"
	    "procs_running 3\n");
	put(&b, "meminfo", "MemTotal: 24684084 kB\nMemFree: 999 kB\n");
	put(&b, "io.pressure",
	    "some avg10=9.00 avg60=30.00 avg300=0.00 total=1000000\n");
	put(&b, "cpu.stat", "usage_usec 1\nnr_periods 100\nnr_throttled 90\n");
	ok(finish(&b), "facts of a single snapshot");
	is_named(&b, "host.cpu.user", NAN);
	is_named(&b, "cgroup.cpu.throttled", NAN);
	is_named(&b, "host.psi.io.some", 0.3);
	ok(ws_facts_source_presence(b.f, WS_S_VMSTAT) == WS_ABSENT,
	    "levels of memory and a run queue are no vmstat");
	bench_fini(&b);
}

/* What must make no pair: counters that ran backwards, files of two places,
 * snapshots without any time. */
static void
test_no_pair(void)
{
	struct bench b;

	bench_init(&b, "");
	put(&b, "t0/cpu.stat", "nr_periods 100\nnr_throttled 90\n");
	put(&b, "t1/cpu.stat", "nr_periods 200\nnr_throttled 50\n");
	put(&b, "node1/cpu.stat", "nr_periods 100\nnr_throttled 9\n");
	put(&b, "node2/cpu.stat", "nr_periods 200\nnr_throttled 90\n");
	put(&b, "a/t0/self/status",
	    "Name:\tx\nPid:\t7\n"
	    "voluntary_ctxt_switches:\t100\n");
	put(&b, "b/t1/self/status",
	    "Name:\tx\nPid:\t7\n"
	    "voluntary_ctxt_switches:\t200\n");
	put(&b, "t0/io.pressure",
	    "some avg10=0.00 avg60=0.00 avg300=0.00 total=1000000\n");
	put(&b, "t1/io.pressure",
	    "some avg10=0.00 avg60=10.00 avg300=0.00 total=6000000\n");
	ok(finish(&b), "facts of what makes no pair");
	is_named(&b, "cgroup.cpu.throttled", NAN);
	is_named(&b, "process.switches.voluntary", NAN);
	is_named(&b, "host.psi.io.some", 0);
	bench_fini(&b);
}

static void
test_series(void)
{
	struct bench b;
	size_t n;
	char *p = read_testdata("procfs/series/input.diskstats", &n);
	char *text = ws_alloc(n + 1);

	memcpy(text, p, n);
	bench_init(&b, "");
	put(&b, "2026-diskstats", text);
	ok(finish(&b), "facts of three snapshots in a file");
	is_named(&b, "disk.ops", 100);
	is_named(&b, "disk.bytes", 8000 * 512);
	is_named(&b, "disk.await", 2.5e6);
	is_named(&b, "disk.util", 0.8);
	is_named(&b, "disk.queue", 1.2);
	bench_fini(&b);
	free(text);
	free(p);
}

/* Files of one process, ten seconds apart; io and schedstat do not say whose
 * they are. */
static void
test_process(void)
{
	static const char stat[] =
	    "70 (my (odd) name) S 1 70 70 0 -1 4194560 %d 0 %d 0 %d %d 0 0 20 "
	    "0 7 0 58851 5246976 985 18446744073709551615 1 2 3 0 0 0 65536 4 "
	    "5 1 0 0 17 0 0 0 0 0 0 9 9 9 9 9 9 9 0\n";
	struct bench b;
	char text[2][512];

	snprintf(text[0], sizeof(text[0]), stat, 1000, 10, 500, 100);
	snprintf(text[1], sizeof(text[1]), stat, 3000, 510, 1000, 350);
	bench_init(&b, "");
	put(&b, "t0/proc/stat",
	    "cpu 50000 0 0 50000 0 0 0 0 0 0\n"
	    "cpu0 50000 0 0 50000 0 0 0 0 0 0\nctxt 1\n");
	put(&b, "t1/proc/stat",
	    "cpu 50900 0 0 50100 0 0 0 0 0 0\n"
	    "cpu0 50900 0 0 50100 0 0 0 0 0 0\nctxt 1\n");
	put(&b, "t0/proc/70/stat", text[0]);
	put(&b, "t1/proc/70/stat", text[1]);
	put(&b, "t0/proc/70/io", "rchar: 9\nread_bytes: 4096\n");
	put(&b, "t1/proc/70/io", "rchar: 10\nread_bytes: 45056\n");
	put(&b, "t0/proc/70/schedstat", "9 1000000000 9\n");
	put(&b, "t1/proc/70/schedstat", "9 3500000000 9\n");
	put(&b, "t0/proc/70/task/71/io", "read_bytes: 1\n");
	put(&b, "t1/proc/70/task/71/io", "read_bytes: 99999999\n");
	snprintf(text[0], sizeof(text[0]), stat, 0, 0, 0, 0);
	snprintf(text[1], sizeof(text[1]), stat, 9000, 9000, 9000, 9000);
	memcpy(text[0], "71", 2);
	memcpy(text[1], "71", 2);
	put(&b, "t0/proc/self/stat", text[0]);
	put(&b, "t1/proc/self/stat", text[1]);
	put(&b, "t0/proc/self/io", "read_bytes: 1\n");
	put(&b, "t1/proc/self/io", "read_bytes: 99999999\n");
	put(&b, "t0/proc/schedstat",
	    "version 17\ntimestamp 1\n"
	    "cpu0 0 0 0 0 0 0 1 1000000000 3\n"
	    "cpu1 0 0 0 0 0 0 1 1000000000 3\n");
	put(&b, "t1/proc/schedstat",
	    "version 17\ntimestamp 2\n"
	    "cpu0 0 0 0 0 0 0 1 11000000000 3\n"
	    "cpu1 0 0 0 0 0 0 1 31000000000 3\n");
	put(&b, "t0/group/io.stat",
	    "8:0 rbytes=0 wbytes=0 rios=0 wios=0 dbytes=0 dios=0\n"
	    "253:0 rbytes=0 wbytes=0 rios=0 wios=0 dbytes=0 dios=0\n");
	put(&b, "t1/group/io.stat",
	    "8:0 rbytes=81920 wbytes=40960 rios=2 wios=1 dbytes=0 dios=0\n"
	    "253:0 rbytes=40960 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n");
	ok(finish(&b), "facts of the files of a process");
	is_named(&b, "process.cpu", 0.75);
	is_named(&b, "process.cpu.sys_share", 1 / 3.0);
	is_named(&b, "process.faults.minor", 200);
	is_named(&b, "process.faults.major", 50);
	is_named(&b, "process.io.read", 4096);
	is_named(&b, "process.cpu.wait", 0.25 / (0.25 + 0.75));
	is_named(&b, "host.waiting_per_cpu", 2);
	is_named(&b, "cgroup.io.read", 8192);
	is_named(&b, "cgroup.io.write", 4096);
	bench_fini(&b);
}

/* People call copies of it as they like. */
static void
test_pressure_names(void)
{
	static const char *const names[] = { "pressure-io.txt", "psi_io.txt",
		"host-psi.io", "proc/psi/io", "user.slice/io.pressure" };
	static const char text[] =
	    "some avg10=5.50 avg60=2.14 avg300=0.60 total=610607398\n"
	    "full avg10=4.32 avg60=1.67 avg300=0.44 total=249455549\n";
	struct parsed r;

	for (size_t i = 0; i < WS_LEN(names); i++) {
		parse_mem(
		    &r, &ws_parser_procfs, names[i], text, sizeof(text) - 1);
		ok(r.status == WS_OK && parsed_counter(&r, NULL,
					    WS_N_PSI_IO_SOME_MINUTE, 0) != NULL,
		    "%s is the pressure of io", names[i]);
		parsed_fini(&r);
	}
}

/* A log writer's date before each line is the time of the snapshot. */
static void
test_prefix(void)
{
	struct bench b;
	struct parsed r;
	const struct ws_event *ev;
	size_t n;
	char *p = read_testdata("procfs/log-prefix/input.pressure_io", &n);

	parse_mem(&r, &ws_parser_procfs, "procfs/log-prefix/pressure_io", p, n);
	ev = parsed_counter(&r, "", WS_N_PSI_IO_SOME, 1);
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && ev != NULL &&
		ws_dict_get_clock(r.sink.dict, ev->clock)->kind ==
		    WS_CLOCK_WALL,
	    "a date before each line");
	parsed_fini(&r);
	p = ws_realloc(p, n + 1);
	p[n] = '\0';
	bench_init(&b, "");
	put(&b, "pressure_io", p);
	ok(finish(&b), "its facts");
	is_named(&b, "host.psi.io.some", 0.015567 / 5);
	is_named(&b, "host.cpus", 2);
	is_named(&b, "host.cpu.idle", 479.0 / (432 + 85 + 479 + 4 + 1));
	bench_fini(&b);
	free(p);
	bench_init(&b, "");
	put(&b, "stat.log",
	    "2026-11-23 10:00:00 cpu 0 0 0 0 0 0 0 0 0 0\n"
	    "2026-11-23 10:00:00 ctxt 1000\n"
	    "2026-11-23 10:00:10 cpu 0 0 0 500 500 0 0 0 0 0\n"
	    "2026-11-23 10:00:10 ctxt 6000\n");
	ok(finish(&b), "a sum that waits for the next snapshot");
	is_named(&b, "host.cpu.idle", 0.5);
	is_named(&b, "host.switches", 500);
	bench_fini(&b);
}

static void
test_cuts(void)
{
	static const char *const path[] = { "procfs/stat/input.stat",
		"procfs/process-stat/input.pid_stat",
		"procfs/process-sched/input.sched",
		"procfs/schedstat/input.schedstat",
		"procfs/io-stat/input.io.stat",
		"procfs/log-prefix/input.pressure_io",
		"procfs/series/input.diskstats", "procfs/head/input.txt",
		"procfs/two-groups/input.txt", "procfs/status/input.status",
		"procfs/cgroup2/input.cpu.stat" };

	for (size_t i = 0; i < WS_LEN(path); i++) {
		size_t n;
		char *p = read_testdata(path[i], &n);

		ok(n > 0 && parse_every_cut(&ws_parser_procfs, p, n) == 0,
		    "%s: cut anywhere", path[i]);
		free(p);
	}
}

/* The kernel's sums are not below 0. */
static void
test_negative(void)
{
	static const char text[] =
	    "nr_periods -99999999999999999999\nnr_throttled 5\n"
	    "usage_usec -1\nthrottled_usec 7\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_procfs, "cpu.stat", text, sizeof(text) - 1);
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_CGROUP_THROTTLED) == 0 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_CGROUP_USAGE) == 0,
	    "sums below 0 are no sums");
	ok(parsed_value(&r, "", WS_N_CGROUP_THROTTLED_TIME, 0) == 7e-6,
	    "those beside them are");
	parsed_fini(&r);
}

/* The name of a program may hold blanks. */
static void
test_name(void)
{
	static const char text[] = "Name:\tmy svc\nPid:\t7\nThreads:\t3\n"
				   "voluntary_ctxt_switches:\t9\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_procfs, "7/status", text, sizeof(text) - 1);
	ok(parsed_value(&r, "7 my svc", WS_N_PROCESS_THREADS, 0) == 3,
	    "a name of two words, as in stat");
	parsed_fini(&r);
}

/* The marks around a path may not share their blank. */
static void
test_no_path(void)
{
	static const char text[] = "==> cpu.stat <==\nusage_usec 5\n"
				   "==> <==\nusage_usec 6\n"
				   "==>  <==\nusage_usec 7\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_procfs, "all.txt", text, sizeof(text) - 1);
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_CGROUP_USAGE) == 3,
	    "an empty path, and none");
	parsed_fini(&r);
}

/* The name of a disk holds that of its cgroup. */
static void
test_long_group(void)
{
	struct ws_buf b = { 0 };
	struct parsed r;

	ws_buf_puts(&b, "==> sys/fs/cgroup/");
	while (b.n < 100000)
		ws_buf_puts(&b, "a/");
	ws_buf_puts(&b, "io.stat <==\n");
	for (int i = 0; i < 1000; i++)
		ws_buf_printf(&b, "8:%d rbytes=4096 wbytes=0\n", i);
	ws_buf_puts(&b, "==> sys/fs/cgroup/a/io.stat <==\n"
			"8:0 rbytes=4096 wbytes=0\n");
	parse_mem(&r, &ws_parser_procfs, "all.txt", b.p, b.n);
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_CGROUP_READ) == 1,
	    "disks of a path that none has are left out");
	ok(parsed_value(&r, "a 8:0", WS_N_CGROUP_READ, 0) == 4096,
	    "those of others are not");
	parsed_fini(&r);
	ws_buf_fini(&b);
}

int
main(void)
{
	test_words();
	test_pair();
	test_single();
	test_no_pair();
	test_series();
	test_process();
	test_pressure_names();
	test_prefix();
	test_cuts();
	test_negative();
	test_name();
	test_no_path();
	test_long_group();
	return tap_done();
}
