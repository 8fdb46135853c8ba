/* Sums that become rates: which two of many are of the same thing. */
#include "base/moment.h"
#include "feed.h"
#include "metrics/snapshots.h"
#include "metrics/totals.h"
#include "parse_mem.h"

extern const struct ws_parser ws_parser_procfs;

/* Facts, and beside them the rates that they are made of. */
struct rates {
	struct bench b;
	struct ws_totals *totals;
	struct ws_counters *counters;
	struct ws_sink *fan;
};

static void
rates_init(struct rates *r)
{
	struct ws_sink *sink[3];

	bench_init(&r->b, "");
	r->totals = ws_totals_new(r->b.d);
	r->counters = ws_counters_new(r->b.d);
	sink[0] = r->b.sink;
	sink[1] = ws_totals_sink(r->totals);
	sink[2] = ws_counters_sink(r->counters);
	r->fan = ws_sink_new_fan(r->b.d, sink, WS_LEN(sink));
	r->b.sink = r->fan;
}

static bool
rates_finish(struct rates *r)
{
	ws_totals_resolve(r->totals, r->counters);
	return finish(&r->b);
}

static void
rates_fini(struct rates *r)
{
	ws_sink_free(r->fan);
	ws_totals_free(r->totals);
	ws_counters_free(r->counters);
	bench_fini(&r->b);
}

static void
put(struct rates *r, const char *name, const char *text)
{
	feed(&r->b, &ws_parser_procfs, name, text);
}

/* The time since boot, which says when the files beside it were copied. */
static void
put_uptime(struct rates *r, const char *dir, int seconds)
{
	char name[128], text[64];

	snprintf(name, sizeof(name), "%s/uptime", dir);
	snprintf(text, sizeof(text), "%d.00 1.00\n", seconds);
	put(r, name, text);
}

static void
put_cpu(
    struct rates *r, const char *name, int usage, int periods, int throttled)
{
	char text[256];

	snprintf(text, sizeof(text),
	    "usage_usec %d000000\nuser_usec 1\nnr_periods %d\n"
	    "nr_throttled %d\nthrottled_usec %d000000\n",
	    usage, periods, throttled, usage);
	put(r, name, text);
}

/* The rate that ends in that artifact, or NaN; there is but one. */
static double
rate(struct rates *r, const char *artifact, const char *track, ws_id name)
{
	const struct ws_series *s = ws_counters_find(r->counters, name,
	    ws_dict_cstr(r->b.d, artifact), ws_dict_cstr(r->b.d, track));

	return s != NULL && s->n == 1 ? s->value[0] : NAN;
}

static void
is_rate(struct rates *r, const char *artifact, const char *track, ws_id name,
    double want)
{
	double got = rate(r, artifact, track, name);

	ok((isnan(want) && isnan(got)) || near(got, want),
	    "%s%s%s: %s is %g (%g)", artifact, *track ? " " : "", track,
	    ws_known_name_help(name), want, got);
}

/* Every rate of cpu.stat: CPUs, throttled periods. */
static void
is_cpu(struct rates *r, const char *artifact, double usage, double throttled)
{
	is_rate(r, artifact, "", WS_N_CGROUP_USAGE, usage);
	is_rate(r, artifact, "", WS_N_CGROUP_THROTTLED_TIME, usage);
	is_rate(r, artifact, "", WS_N_CGROUP_THROTTLED, throttled);
}

/* Two cgroups, ten seconds apart; sums and periods of both are mixed up. */
static void
test_two_groups(void)
{
	struct rates r;

	rates_init(&r);
	put_uptime(&r, "t0", 100);
	put_uptime(&r, "t1", 110);
	put_cpu(&r, "t0/a/cpu.stat", 10, 100, 10);
	put_cpu(&r, "t0/b/cpu.stat", 20, 150, 70);
	put_cpu(&r, "t1/a/cpu.stat", 15, 200, 20);
	put_cpu(&r, "t1/b/cpu.stat", 40, 250, 160);
	put(&r, "t0/a/io.stat", "8:0 rbytes=0 wbytes=0 rios=0 wios=0\n");
	put(&r, "t0/b/io.stat", "8:0 rbytes=0 wbytes=9 rios=0 wios=0\n");
	put(&r, "t1/a/io.stat", "8:0 rbytes=100 wbytes=0 rios=0 wios=0\n");
	put(&r, "t1/b/io.stat", "8:0 rbytes=200 wbytes=9 rios=0 wios=0\n");
	put(&r, "t0/a/memory.events", "low 0\nhigh 0\nmax 0\noom_kill 0\n");
	put(&r, "t0/b/memory.events", "low 0\nhigh 1\nmax 0\noom_kill 0\n");
	put(&r, "t1/a/memory.events", "low 0\nhigh 20\nmax 0\noom_kill 0\n");
	put(&r, "t1/b/memory.events", "low 0\nhigh 31\nmax 0\noom_kill 1\n");
	put(&r, "t1/a/cpu.max", "150000 100000\n");
	put(&r, "t1/b/cpu.max", "250000 100000\n");
	ok(rates_finish(&r), "two cgroups, two snapshots");
	is_cpu(&r, "t1/a/cpu.stat", 0.5, 0.1);
	is_cpu(&r, "t1/b/cpu.stat", 2, 0.9);
	is_rate(&r, "t1/a/io.stat", "8:0", WS_N_CGROUP_READ, 10);
	is_rate(&r, "t1/b/io.stat", "8:0", WS_N_CGROUP_READ, 20);
	is_rate(&r, "t1/a/memory.events", "", WS_N_CGROUP_MEM_HIGH, 2);
	is_rate(&r, "t1/b/memory.events", "", WS_N_CGROUP_MEM_HIGH, 3);
	is_rate(&r, "t1/b/memory.events", "", WS_N_CGROUP_OOM, 0.1);
	is_cpu(&r, "t0/b/cpu.stat", NAN, NAN);
	is_named(&r.b, "cgroup.cpu.throttled", 0.9);
	is_named(&r.b, "cgroup.cpu.usage", 2);
	is_named(&r.b, "cgroup.cpu.quota", 2.5);
	is_named(&r.b, "cgroup.memory.high", 3);
	is_named(&r.b, "cgroup.io.read", 20);
	rates_fini(&r);
}

/* Each with the one before it, of its own group. */
static void
test_three_snapshots(void)
{
	static const char *const at[] = { "2026-11-23T00-29-12Z",
		"2026-11-23T00-29-22Z", "2026-11-23T00-29-32Z" };
	char name[2][64];
	struct rates r;

	rates_init(&r);
	/* In an archive they may come in any order. */
	for (int i = 2; i >= 0; i--) {
		put_uptime(&r, at[i], 100 + 10 * i);
		for (int k = 0; k < 2; k++) {
			snprintf(name[0], sizeof(name[0]), "%s/%s/cpu.stat",
			    at[i], k == 0 ? "a" : "b");
			put_cpu(&r, name[0], 10 * i * (i + k + 1),
			    100 + 100 * i, 10 * (k + 1) * i * i);
		}
	}
	ok(rates_finish(&r), "two cgroups, three snapshots");
	for (int i = 1; i <= 2; i++) {
		snprintf(name[0], sizeof(name[0]), "%s/a/cpu.stat", at[i]);
		snprintf(name[1], sizeof(name[1]), "%s/b/cpu.stat", at[i]);
		is_cpu(&r, name[0], i == 1 ? 2 : 4, i == 1 ? 0.1 : 0.3);
		is_cpu(&r, name[1], i == 1 ? 3 : 5, i == 1 ? 0.2 : 0.6);
	}
	rates_fini(&r);
}

/* One look at many is no interval of any. */
static void
test_one_snapshot(void)
{
	static const char *const names[] = { "a/cpu.stat", "b/cpu.stat",
		"lxc/101/cpu.stat", "lxc/102/cpu.stat", "10.0.0.1/cpu.stat",
		"10.0.0.2/cpu.stat", "10.0.0.1-cpu.stat", "10.0.0.2-cpu.stat" };
	struct rates r;

	rates_init(&r);
	for (int i = 0; i < (int)WS_LEN(names); i++)
		put_cpu(&r, names[i], 10 + i, 100 + 10 * i, 10 + i);
	ok(rates_finish(&r), "one snapshot of several cgroups");
	is_named(&r.b, "cgroup.cpu.throttled", NAN);
	is_named(&r.b, "cgroup.cpu.usage", NAN);
	rates_fini(&r);
	rates_init(&r);
	put_uptime(&r, "t0", 100);
	put_cpu(&r, "t0/try-1/cpu.stat", 10, 100, 10);
	put_cpu(&r, "t0/try-2/cpu.stat", 20, 200, 90);
	ok(rates_finish(&r),
	    "and of folders that look like times, of one time");
	is_named(&r.b, "cgroup.cpu.throttled", NAN);
	rates_fini(&r);
}

/* Numbers as names: of containers, of processes; and as times. */
static void
test_numbers(void)
{
	struct rates r;

	rates_init(&r);
	put_cpu(&r, "t0/lxc/101/cpu.stat", 10, 100, 0);
	put_cpu(&r, "t0/lxc/102/cpu.stat", 20, 200, 0);
	put_cpu(&r, "t1/lxc/101/cpu.stat", 15, 150, 5);
	put_cpu(&r, "t1/lxc/102/cpu.stat", 40, 300, 90);
	put_cpu(&r, "0009/proc/7/cpu.stat", 10, 100, 0);
	put_cpu(&r, "0010/proc/7/cpu.stat", 10, 200, 30);
	put_uptime(&r, "x/1", 100);
	put_uptime(&r, "x/2", 110);
	put_cpu(&r, "x/1/70/cpu.stat", 10, 100, 0);
	put_cpu(&r, "x/1/71/cpu.stat", 20, 100, 0);
	put_cpu(&r, "x/2/70/cpu.stat", 20, 200, 40);
	put_cpu(&r, "x/2/71/cpu.stat", 40, 200, 50);
	ok(rates_finish(&r), "cgroups whose names are numbers");
	is_cpu(&r, "t1/lxc/101/cpu.stat", NAN, 0.1);
	is_cpu(&r, "t1/lxc/102/cpu.stat", NAN, 0.9);
	is_rate(&r, "t0/lxc/102/cpu.stat", "", WS_N_CGROUP_THROTTLED, NAN);
	is_cpu(&r, "0010/proc/7/cpu.stat", NAN, 0.3);
	is_cpu(&r, "x/2/70/cpu.stat", 1, 0.4);
	is_cpu(&r, "x/2/71/cpu.stat", 2, 0.5);
	rates_fini(&r);
}

static void
put_host(struct rates *r, const char *host, int t, int user, int idle)
{
	char name[64], text[256];

	snprintf(name, sizeof(name), "%s/t%d/stat", host, t);
	snprintf(text, sizeof(text),
	    "cpu %d 0 0 %d 0 0 0 0 0 0\ncpu0 %d 0 0 %d 0 0 0 0 0 0\nctxt 1\n",
	    user, idle, user, idle);
	put(r, name, text);
}

/* Machines that were started at different times, looked at at once. */
static void
test_hosts(void)
{
	struct rates r;

	rates_init(&r);
	put_host(&r, "web", 0, 1000, 9000);
	put_host(&r, "web", 1, 1500, 9500);
	put_host(&r, "db", 0, 1100, 9000);
	put_host(&r, "db", 1, 2000, 9100);
	put_cpu(&r, "web/t0/g/cpu.stat", 10, 100, 10);
	put_cpu(&r, "db/t0/g/cpu.stat", 11, 110, 20);
	put_cpu(&r, "web/t1/g/cpu.stat", 20, 200, 20);
	put_cpu(&r, "db/t1/g/cpu.stat", 41, 210, 80);
	ok(rates_finish(&r), "two machines, two snapshots");
	is_rate(&r, "web/t1/stat", "", WS_N_CPU_USER, 0.5);
	is_rate(&r, "db/t1/stat", "", WS_N_CPU_USER, 0.9);
	is_cpu(&r, "web/t1/g/cpu.stat", 1, 0.1);
	is_cpu(&r, "db/t1/g/cpu.stat", 3, 0.6);
	rates_fini(&r);
	rates_init(&r);
	put_host(&r, "10.0.0.1", 0, 1000, 9000);
	put_host(&r, "10.0.0.2", 0, 1100, 9100);
	ok(rates_finish(&r), "two addresses, one snapshot");
	is_named(&r.b, "host.cpu.user", NAN);
	rates_fini(&r);
}

/* Captures that were repeated: each pair is of its own run. */
static void
test_runs(void)
{
	struct rates r;

	rates_init(&r);
	put_host(&r, "run-1", 0, 1000, 1000);
	put_host(&r, "run-1", 1, 1100, 1300);
	put_host(&r, "run-2", 0, 2000, 2000);
	put_host(&r, "run-2", 1, 2300, 2100);
	ok(rates_finish(&r), "two runs, two snapshots");
	is_rate(&r, "run-1/t1/stat", "", WS_N_CPU_USER, 0.25);
	is_rate(&r, "run-2/t1/stat", "", WS_N_CPU_USER, 0.75);
	is_rate(&r, "run-2/t0/stat", "", WS_N_CPU_USER, NAN);
	rates_fini(&r);
}

/* Two groups in one text, as `head` prints them: the text names them. */
static void
test_list(void)
{
	static const char *const name[] = { "1.txt", "2.txt" };
	static const char *const path[] = { "procfs/two-groups/input.txt",
		"procfs/two-groups-later/input.txt" };
	struct rates r;
	size_t n;

	rates_init(&r);
	for (int i = 0; i < 2; i++) {
		char *p = read_testdata(path[i], &n);

		p = ws_realloc(p, n + 1);
		p[n] = '\0';
		put(&r, name[i], p);
		free(p);
	}
	ok(rates_finish(&r), "two cgroups in one text, two of it");
	is_rate(&r, "2.txt", "cpu/whyslow-a", WS_N_CGROUP_THROTTLED, 1);
	is_rate(&r, "2.txt", "cpu/whyslow-b", WS_N_CGROUP_THROTTLED, 1);
	is_rate(&r, "2.txt", "cpu/whyslow-a", WS_N_CGROUP_THROTTLED_TIME,
	    (2.317692739 - 0.716788329) / 2);
	is_rate(&r, "2.txt", "unified/whyslow-a", WS_N_CGROUP_USAGE,
	    (0.623048 - 0.220815) / 2);
	is_rate(&r, "2.txt", "unified/whyslow-b", WS_N_CGROUP_USAGE,
	    (0.900367 - 0.300331) / 2);
	is_rate(&r, "2.txt", "unified/whyslow-b", WS_N_PSI_CPU_SOME,
	    (2.091183 - 0.691266) / 2);
	is_rate(&r, "2.txt", "", WS_N_PSI_CPU_SOME,
	    (11355.729100 - 11354.222484) / 2);
	is_named(&r.b, "cgroup.cpu.throttled", 1);
	is_named(&r.b, "cgroup.cpu.usage", NAN);
	is_named(&r.b, "host.psi.cpu.some", (11355.729100 - 11354.222484) / 2);
	rates_fini(&r);
}

/* Groups and their devices in a list, with the times of the list, and paths
 * that are in other folders or begin with a time. */
static void
test_list_paths(void)
{
	static const char text[] =
	    "TS 100.0\n"
	    "==> a/cpu.stat <==\nusage_usec 10\nnr_periods 9\n"
	    "==> a/io.stat <==\n8:0 rbytes=0 wbytes=0 rios=0 wios=0\n"
	    "==> a/cpu.max <==\n50000 100000\n"
	    "==> b c/io.stat <==\n8:0 rbytes=0 wbytes=0 rios=0 wios=0\n"
	    "==> b c/cpu.stat <==\nusage_usec 10\nnr_periods 9\n"
	    "==> /sys/fs/cgroup/cpu.stat <==\nusage_usec 10\n"
	    "TS 110.0\n"
	    "==> /sys/fs/cgroup/cpu.stat <==\nusage_usec 1000010\n"
	    "==> a/cpu.stat <==\nusage_usec 5000010\nnr_periods 9\n"
	    "==> a/io.stat <==\n8:0 rbytes=70 wbytes=0 rios=0 wios=0\n"
	    "==> b c/io.stat <==\n8:0 rbytes=90 wbytes=0 rios=0 wios=0\n"
	    "==> b c/cpu.stat <==\nusage_usec 7000010\nnr_periods 9\n";
	struct rates r;

	rates_init(&r);
	put(&r, "list.txt", text);
	put(&r, "times.txt",
	    "==> t0/a/cpu.stat <==\nnr_periods 10\nnr_throttled 1\n"
	    "==> t0/7/cpu.stat <==\nnr_periods 11\nnr_throttled 1\n"
	    "==> t1/a/cpu.stat <==\nnr_periods 20\nnr_throttled 2\n"
	    "==> t1/7/cpu.stat <==\nnr_periods 21\nnr_throttled 6\n");
	ok(rates_finish(&r), "lists of files");
	is_rate(&r, "list.txt", "", WS_N_CGROUP_USAGE, 0.1);
	is_rate(&r, "list.txt", "a", WS_N_CGROUP_USAGE, 0.5);
	is_rate(&r, "list.txt", "b c", WS_N_CGROUP_USAGE, 0.7);
	is_rate(&r, "list.txt", "a 8:0", WS_N_CGROUP_READ, 7);
	is_rate(&r, "list.txt", "b c 8:0", WS_N_CGROUP_READ, 9);
	is_rate(&r, "times.txt", "a", WS_N_CGROUP_THROTTLED, 0.1);
	is_rate(&r, "times.txt", "7", WS_N_CGROUP_THROTTLED, 0.5);
	rates_fini(&r);
	rates_init(&r);
	put(&r, "list.txt", text);
	ok(rates_finish(&r), "one of them alone");
	is_named(&r.b, "cgroup.cpu.usage", 0.7);
	is_named(&r.b, "cgroup.io.read", 9);
	is_named(&r.b, "cgroup.cpu.quota", NAN);
	rates_fini(&r);
}

/* Names of files: what differs in the time, and what in more. */
static void
test_names(void)
{
	static const struct {
		const char *a, *b;
		bool same;
	} names[] = {
		{ "2026_11_23_00_29_12-diskstats",
		    "2026_11_23_00_29_42-diskstats", true },
		{ "2026-11-23T00:59:12Z-stat", "2026-11-23T01:00:02Z-stat",
		    true },
		{ "cpu.stat.0009", "cpu.stat.0010", true },
		{ "before", "after", true },
		{ "first.stat", "last.stat", true },
		{ "t0", "t1", true },
		{ "t0/x", "t1/x", true },
		{ "7/x", "8/x", false },
		{ "0007/x", "0008/x", true },
		{ "stat", "diskstat", false },
		{ "api.cpu.stat", "worker.cpu.stat", false },
		{ "t0/0.stat", "t1/1.stat", false },
		{ "10.0.0.1.stat", "10.0.0.2.stat", false },
	};

	for (size_t i = 0; i < WS_LEN(names); i++) {
		struct ws_sv a = ws_sv_of(names[i].a);
		struct ws_sv b = ws_sv_of(names[i].b);
		struct ws_snapshots *s = ws_snapshots_new();

		ws_snapshots_add(s, a, NAN);
		ws_snapshots_add(s, b, NAN);
		ws_snapshots_add(s, b, NAN);
		ok((ws_snapshots_file(s, a) == ws_snapshots_file(s, b)) ==
			names[i].same,
		    "%s and %s", names[i].a, names[i].b);
		ws_snapshots_free(s);
	}
	ok(ws_is_moment(WS_SV("2026-11-23T00-29-12Z")) &&
		ws_is_moment(WS_SV("run-2")) && ws_is_moment(WS_SV("0.1.2")) &&
		ws_is_moment(WS_SV("2026.11.23.10")) &&
		!ws_is_moment(WS_SV("node1")) && !ws_is_moment(WS_SV("api")) &&
		!ws_is_moment(WS_SV("10.0.0.7")) && !ws_is_moment(WS_SV("")),
	    "folders that tell the time, and those that do not");
}

int
main(void)
{
	test_two_groups();
	test_three_snapshots();
	test_one_snapshot();
	test_numbers();
	test_hosts();
	test_runs();
	test_list();
	test_list_paths();
	test_names();
	return tap_done();
}
