/* Counters of /proc and cgroups: the parser, and the rates of two snapshots. */
#include "base/moment.h"
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
	    "cpu0 1000 0 500 2000 500 0 0 0 0 0\nctxt 10000\n");
	put(&b, "io.pressure",
	    "some avg10=9.00 avg60=30.00 avg300=0.00 total=1000000\n");
	put(&b, "cpu.stat", "usage_usec 1\nnr_periods 100\nnr_throttled 90\n");
	ok(finish(&b), "facts of a single snapshot");
	is_named(&b, "host.cpu.user", NAN);
	is_named(&b, "cgroup.cpu.throttled", NAN);
	is_named(&b, "host.psi.io.some", 0.3);
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

/* Names that tell the time, in files and folders. */
static void
test_moments(void)
{
	static const struct {
		const char *a, *b;
		bool differ;
	} names[] = {
		{ "2026_11_23_00_29_12-diskstats",
		    "2026_11_23_00_29_42-diskstats", true },
		{ "cpu.stat.0009", "cpu.stat.0010", true },
		{ "before", "after", true },
		{ "t0", "t1", true },
		{ "stat", "diskstat", false },
		{ "api.cpu.stat", "worker.cpu.stat", false },
	};

	for (size_t i = 0; i < WS_LEN(names); i++)
		ok(ws_differ_in_moment(ws_sv_of(names[i].a),
		       ws_sv_of(names[i].b)) == names[i].differ,
		    "%s and %s", names[i].a, names[i].b);
	ok(ws_is_moment(WS_SV("2026-11-23T00-29-12Z")) &&
		ws_is_moment(WS_SV("run-2")) && !ws_is_moment(WS_SV("node1")) &&
		!ws_is_moment(WS_SV("api")) && !ws_is_moment(WS_SV("")),
	    "folders that tell the time, and those that do not");
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

static void
test_cuts(void)
{
	static const char *const path[] = { "procfs/stat/input.stat",
		"procfs/series/input.diskstats", "procfs/head/input.txt",
		"procfs/status/input.status", "procfs/cgroup2/input.cpu.stat" };

	for (size_t i = 0; i < WS_LEN(path); i++) {
		size_t n;
		char *p = read_testdata(path[i], &n);

		ok(n > 0 && parse_every_cut(&ws_parser_procfs, p, n) == 0,
		    "%s: cut anywhere", path[i]);
		free(p);
	}
}

int
main(void)
{
	test_words();
	test_pair();
	test_single();
	test_no_pair();
	test_moments();
	test_series();
	test_cuts();
	return tap_done();
}
