/* The parser of iostat, on the test data and on its cuts. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_iostat;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_iostat, path, p == NULL ? "" : p, n);
	free(p);
}

static bool
near(double got, double want)
{
	return fabs(got - want) <= 1e-9 * fabs(want) + 1e-12;
}

/* Every well-known cell of a device row, in the widest layout. */
static void
test_values(void)
{
	static const struct {
		ws_id name;
		double want;
	} cells[] = {
		{ WS_N_DISK_READS, 11078 },
		{ WS_N_DISK_READ_BYTES, 125584 * 1024.0 },
		{ WS_N_DISK_READ_AWAIT, 90e3 },
		{ WS_N_DISK_READ_SIZE, 11.34 * 1024 },
		{ WS_N_DISK_WRITES, 1610 },
		{ WS_N_DISK_WRITE_BYTES, 102536 * 1024.0 },
		{ WS_N_DISK_WRITE_AWAIT, 110e3 },
		{ WS_N_DISK_WRITE_SIZE, 63.69 * 1024 },
		{ WS_N_DISK_DISCARDS, 16 },
		{ WS_N_DISK_DISCARD_BYTES, 102400 * 1024.0 },
		{ WS_N_DISK_DISCARD_AWAIT, 1.81e6 },
		{ WS_N_DISK_FLUSHES, 4 },
		{ WS_N_DISK_FLUSH_AWAIT, 0 },
		{ WS_N_DISK_QUEUE, 1.19 },
		{ WS_N_DISK_UTIL, 0.848 },
	};
	struct parsed r;

	parse_file(&r, "iostat/v12.7.9-x/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0 &&
		parsed_value(&r, "", WS_N_HOST_CPUS, 0) == 2,
	    "12.7.9: two CPUs");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 3 &&
		near(parsed_value(&r, "", WS_N_CPU_USER, 1), 0.1685) &&
		near(parsed_value(&r, "", WS_N_CPU_IOWAIT, 1), 0.3641) &&
		near(parsed_value(&r, "", WS_N_CPU_IDLE, 1), 0.2609),
	    "CPU shares");
	for (size_t i = 0; i < WS_LEN(cells); i++) {
		double got = parsed_value(&r, "vda", cells[i].name, 1);

		ok(near(got, cells[i].want), "%s: %g, want %g",
		    ws_known_name_help(cells[i].name), got, cells[i].want);
	}
	ok(parsed_counter(&r, "vda", WS_N_DISK_UTIL, 0)->peer ==
		    WS_N_SINCE_BOOT &&
		parsed_counter(&r, "vda", WS_N_DISK_UTIL, 1)->peer == 0,
	    "only the first report is since boot");
	is_str(r.entry.version, "sysstat 12.3.1 or later",
	    "the columns tell the version");
	is_str(parsed_mark(&r, "date", 0), "2026-11-23", "the banner's date");
	ok(strncmp(parsed_mark(&r, "kernel", 0), "6.18.", 5) == 0, "kernel");
	parsed_fini(&r);
}

/* One figure of the last report of each layout. */
static void
test_layouts(void)
{
	static const struct {
		const char *name, *device;
		ws_id series;
		double want;
	} files[] = {
		{ "v9.0-x", "sda", WS_N_DISK_SIZE, 16 * 512 },
		{ "v9.0-x", "sda", WS_N_DISK_READ_BYTES, 1600 * 512 },
		{ "v9.1.5-x", "vda", WS_N_DISK_READ_AWAIT, 190e3 },
		{ "v9.1.5-x", "vda", WS_N_DISK_SIZE, 139.19 * 512 },
		{ "v9.1.5-sectors", "vda", WS_N_DISK_READ_BYTES,
		    307200 * 512.0 },
		{ "v9.1.5-dmxt", "vda", WS_N_DISK_READ_BYTES, 150 * 1048576.0 },
		{ "v10.2.1-h", "vda", WS_N_DISK_UTIL, 0.86 },
		{ "v11.6.1-h", "vda", WS_N_DISK_READ_BYTES, 146.3 * 1048576.0 },
		{ "v11.6.1-h", "vda", WS_N_DISK_READ_SIZE, 15.4 * 1024 },
		{ "v11.6.1-short", "vda", WS_N_DISK_QUEUE, 1.43 },
		{ "v12.0.1-h", "vda", WS_N_DISK_UTIL, 0.88 },
		{ "v12.2.0-plain", "vda", WS_N_DISK_WRITE_BYTES,
		    126776.24 * 1024 },
		{ "v12.6.1-pretty", "vda", WS_N_DISK_FLUSHES, 23.11 },
		{ "v12.6.1-pretty", "vda", WS_N_DISK_WRITE_AWAIT, 390e3 },
		{ "v12.6.1-dec0", "vda", WS_N_DISK_UTIL, 0.88 },
		{ "v12.6.1-group", "group ALLD", WS_N_DISK_READS, 4292 },
		{ "v12.7.9-cpu", "", WS_N_CPU_SYS, 0.2120 },
		{ "german", "vda", WS_N_DISK_READS, 8001 },
		{ "american", "vda", WS_N_DISK_WRITE_SIZE, 63.57 * 1024 },
		{ "japanese", "vda", WS_N_DISK_QUEUE, 0.85 },
		{ "persian", "vda", WS_N_DISK_UTIL, 0.1418 },
		{ "colours", "vda", WS_N_DISK_READS, 4372 },
		{ "log-prefix", "vda", WS_N_DISK_UTIL, 0 },
		{ "smallest", "sda", WS_N_DISK_READ_BYTES, 2048 },
	};

	char path[128];

	for (size_t i = 0; i < WS_LEN(files); i++) {
		struct parsed r;
		size_t last = 0;
		double got;

		snprintf(
		    path, sizeof(path), "iostat/%s/input.txt", files[i].name);
		parse_file(&r, path);
		while (parsed_counter(&r, files[i].device, files[i].series,
			   last + 1) != NULL)
			last++;
		got = parsed_value(&r, files[i].device, files[i].series, last);
		ok(r.status == WS_OK && r.faults == 0 &&
			near(got, files[i].want),
		    "%s: %s is %g, want %g", files[i].name,
		    ws_known_name_help(files[i].series), got, files[i].want);
		parsed_fini(&r);
	}
}

/* Reports of each file, and whether the first is since boot. */
static void
test_since_boot(void)
{
	static const struct {
		const char *path;
		size_t reports;
		bool first, third;
	} files[] = {
		{ "iostat/v12.6.1-y/input.txt", 2, false, false },
		{ "iostat/v12.2.0-h/input.txt", 2, true, false },
		{ "iostat/v12.6.1-short/input.txt", 2, true, false },
		{ "iostat/two-captures/input.txt", 4, true, true },
		{ "iostat/json-v12.7.9/input.json", 2, true, false },
		{ "iostat/json-v11.5.5-y/input.json", 2, false, false },
	};

	for (size_t i = 0; i < WS_LEN(files); i++) {
		struct parsed r;
		const struct ws_event *first, *second, *third;
		ws_id name = WS_N_DISK_UTIL;

		parse_file(&r, files[i].path);
		if (parsed_count(&r, WS_EV_COUNTER, name) == 0)
			name = WS_N_DISK_OPS;
		first = parsed_counter(&r, "vda", name, 0);
		second = parsed_counter(&r, "vda", name, 1);
		third = parsed_counter(&r, "vda", name, 2);
		ok(parsed_count(&r, WS_EV_COUNTER, name) == files[i].reports &&
			first != NULL && second != NULL &&
			first->t < second->t &&
			(first->peer == WS_N_SINCE_BOOT) == files[i].first &&
			second->peer == 0 &&
			(third != NULL && third->peer == WS_N_SINCE_BOOT) ==
			    files[i].third,
		    "%s: %zu reports", files[i].path, files[i].reports);
		parsed_fini(&r);
	}
}

static void
check_time(const char *path, enum ws_clock_kind kind, int64_t second)
{
	struct parsed r;
	const struct ws_event *ev;
	const struct ws_clock *c = NULL;

	parse_file(&r, path);
	ev = parsed_counter(&r, "", WS_N_CPU_IDLE, 1);
	if (ev != NULL)
		c = ws_dict_get_clock(r.sink.dict, ev->clock);
	ok(c != NULL && c->kind == kind && ev->t == second,
	    "%s: a %s clock at %lld", path, ws_clock_kind_name(kind),
	    (long long)second);
	parsed_fini(&r);
}

static void
test_times(void)
{
	check_time("iostat/real/input.txt", WS_CLOCK_TICKS, 1);
	check_time("iostat/v9.1.5-x/input.txt", WS_CLOCK_WALL,
	    INT64_C(1795393753000000000));
	check_time("iostat/german/input.txt", WS_CLOCK_WALL_LOCAL,
	    INT64_C(1795375897000000000));
	check_time("iostat/american/input.txt", WS_CLOCK_WALL_LOCAL,
	    INT64_C(1795375895000000000));
	check_time("iostat/japanese/input.txt", WS_CLOCK_WALL_LOCAL,
	    INT64_C(1795375901000000000));
	check_time("iostat/colours/input.txt", WS_CLOCK_WALL_LOCAL,
	    INT64_C(1795375906000000000));
	check_time("iostat/json-v12.7.9/input.json", WS_CLOCK_WALL_LOCAL,
	    INT64_C(1795393786000000000));
}

static void
test_traps(void)
{
	struct parsed r;

	parse_file(&r, "iostat/v12.0.1-y/input.txt");
	ok(r.status == WS_OK &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 1 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_DISK_UTIL) == 1 &&
		parsed_counter(&r, "vda", WS_N_DISK_UTIL, 0)->peer == 0 &&
		parsed_counter(&r, "vda", WS_N_DISK_UTIL, 0)->t == 1 &&
		strstr(parsed_mark(&r, "note", 0), "100 %") != NULL,
	    "a first report that is no whole is dropped, disks and all");
	parsed_fini(&r);
	parse_file(&r, "iostat/glitches/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 4 &&
		parsed_counter(&r, "sda", WS_N_DISK_WRITES, 0) == NULL &&
		parsed_counter(&r, "sda", WS_N_DISK_UTIL, 0) == NULL &&
		parsed_value(&r, "sda", WS_N_DISK_READS, 0) == 100,
	    "absurd cells are dropped, the others stay");
	ok(parsed_counter(&r, "sdb", WS_N_DISK_READS, 0) == NULL,
	    "a row that is cut says nothing");
	ok(parsed_counter(&r, "sdc", WS_N_DISK_READ_AWAIT, 0) == NULL &&
		parsed_value(&r, "sdc", WS_N_DISK_WRITE_AWAIT, 0) == 2e6 &&
		parsed_value(&r, "sdc", WS_N_DISK_READS, 0) == 0,
	    "no requests have no mean time");
	parsed_fini(&r);
	parse_file(&r, "iostat/json-v12.2.0-sectors/input.json");
	ok(fabs(parsed_value(&r, "vda", WS_N_DISK_READ_BYTES, 0) /
		    parsed_value(&r, "vda", WS_N_DISK_READS, 0) /
		    parsed_value(&r, "vda", WS_N_DISK_READ_SIZE, 0) -
		1) < 0.001,
	    "throughput in sectors is converted");
	ok(strstr(parsed_mark(&r, "note", 0), "sectors") != NULL,
	    "and a note says so");
	parsed_fini(&r);
}

static void
test_damage(void)
{
	struct parsed r;

	parse_file(&r, "iostat/json-v11.6.1-cut/input.json");
	ok(r.status == WS_PARTIAL &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_DISK_READS) == 4,
	    "JSON without an end keeps its whole objects");
	parsed_fini(&r);
	parse_file(&r, "iostat/torn/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 1 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 8 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_DISK_UTIL) == 7,
	    "a cut row is dropped");
	parsed_fini(&r);
	parse_file(&r, "iostat/empty/input.txt");
	ok(r.bid == WS_BID_NO && r.status == WS_CORRUPT && r.n == 0,
	    "nothing in nothing");
	parsed_fini(&r);
	parse_file(&r, "mac-iostat/one-row/input.txt");
	ok(r.bid == WS_BID_NO, "macOS is refused");
	parsed_fini(&r);
}

static void
test_cuts(void)
{
	static const char *const files[] = { "v9.1.5-x/input.txt",
		"v10.2.1-h/input.txt", "v11.6.1-h/input.txt",
		"v12.0.1-h/input.txt", "v12.0.1-y/input.txt",
		"v12.2.0-h/input.txt", "v12.6.1-y/input.txt",
		"v12.6.1-pretty/input.txt", "v12.7.9-cpu/input.txt",
		"american/input.txt", "german/input.txt", "japanese/input.txt",
		"colours/input.txt", "log-prefix/input.txt",
		"two-captures/input.txt", "glitches/input.txt",
		"json-v12.7.9/input.json", "json-v12.2.0-sectors/input.json",
		"json-v11.5.5-y/input.json" };
	char path[128];

	for (size_t i = 0; i < WS_LEN(files); i++) {
		size_t n;
		char *p;

		snprintf(path, sizeof(path), "iostat/%s", files[i]);
		p = read_testdata(path, &n);
		ok(n > 0 && parse_every_cut(&ws_parser_iostat, p, n) == 0,
		    "%s cut at each of %zu bytes", files[i], n);
		free(p);
	}
}

/* A rate and its sum tell how long a report took. */
static void
test_sums(void)
{
	static const char since_boot[] =
	    "Linux 6.1.0 (vm) \t11/23/26 \t_x86_64_\t(2 CPU)\n\n"
	    "Device:            tps    kB_read/s    kB_wrtn/s    kB_read    "
	    "kB_wrtn\n"
	    "vda             185.44      3788.96      7909.75    3346561    "
	    "6986204\n";
	static const char interval[] =
	    "Linux 6.1.0 (vm) \t11/23/26 \t_x86_64_\t(2 CPU)\n\n"
	    "Device:            tps    kB_read/s    kB_wrtn/s    kB_read    "
	    "kB_wrtn\n"
	    "vda             185.44      3788.96      7909.75       7578      "
	    "15820\n";
	struct parsed r;

	parse_mem(
	    &r, &ws_parser_iostat, "t", since_boot, sizeof(since_boot) - 1);
	ok(parsed_counter(&r, "vda", WS_N_DISK_OPS, 0)->peer == WS_N_SINCE_BOOT,
	    "883 seconds are the uptime");
	parsed_fini(&r);
	parse_mem(&r, &ws_parser_iostat, "t", interval, sizeof(interval) - 1);
	ok(parsed_counter(&r, "vda", WS_N_DISK_OPS, 0)->peer == 0 &&
		strstr(parsed_mark(&r, "note", 0), "its sums tell") != NULL,
	    "two seconds are an interval (-y)");
	parsed_fini(&r);
}

/* A date of two readings, and a path that tells which one is right. */
static void
test_path(void)
{
	static const char text[] = "Linux 6.1.0 (vm) \t02/03/26 \t_x86_64_\t"
				   "(2 CPU)\n\n"
				   "02/03/26 10:00:00\n"
				   "Device tps kB_read/s\nsda 5.00 1.00\n\n"
				   "02/04/26 10:00:00\n"
				   "Device tps kB_read/s\nsda 6.00 1.00\n";

	static const char path_tells[] =
	    "which number of the dates is the day, a date in the path tells";

	static const struct {
		const char *path;
		int64_t day; /* of the second report, since 1970 */
		const char *detail;
	} cases[] = {
		{ "iostat.txt", 20488,
		    "day and month of the dates may be swapped" },
		{ "2026-02-03T00-29-12Z/iostat.txt", 20488, path_tells },
		{ "capture-20260302/iostat.txt", 20545, path_tells },
		{ "2026_03_02_10_00_00-iostat", 20545, path_tells },
		{ "2026-08-15/iostat.txt", 20488,
		    "day and month of the dates may be swapped" },
	};

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		struct parsed r;
		const struct ws_event *ev;

		parse_mem(
		    &r, &ws_parser_iostat, cases[i].path, text, strlen(text));
		ev = parsed_counter(&r, "sda", WS_N_DISK_OPS, 1);
		ok(ev != NULL &&
			ev->t == (cases[i].day * 24 + 10) * 3600 *
				     INT64_C(1000000000) &&
			strcmp(r.entry.detail, cases[i].detail) == 0,
		    "%s: day %lld, '%s'", cases[i].path,
		    ev != NULL ? (long long)(ev->t / 86400000000000) : -1,
		    r.entry.detail);
		parsed_fini(&r);
	}
}

/* Little's law: a note where rows break it, and not for a single one. */
static void
test_law(void)
{
	static const struct {
		const char *row;
		unsigned rows; /* of nine that are this one */
		const char *note;
	} cases[] = {
		/* 1000 /s of 5 ms are 5 requests out. */
		{ "sda 1000.00 0.00 4000.00 0.00 5.00 0.00 5.10 99.00", 9, "" },
		{ "sda 1000.00 0.00 4000.00 0.00 5.00 0.00 0.00 99.00", 2, "" },
		{ "sda 1000.00 0.00 4000.00 0.00 5.00 0.00 0.00 99.00", 9,
		    "rows contradict themselves" },
		/* 300 /s of 0.08 ms keep nothing busy. */
		{ "sda 300.00 0.00 1200.00 0.00 0.08 0.00 0.02 100.00", 9,
		    "%util is not to be trusted" },
		{ "sda 0.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00", 9, "" },
		/* One request that takes all of the interval. */
		{ "sda 0.00 0.00 0.00 0.00 0.00 0.00 1.00 100.00", 9, "" },
	};

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		struct ws_buf b = { 0 };
		struct parsed r;

		ws_buf_puts(&b, "Linux 6.1.0 (vm) \t2026-11-23 \t_x86_64_\t"
				"(2 CPU)\n\n");
		for (unsigned k = 0; k < 10; k++)
			ws_buf_printf(&b,
			    "Device r/s w/s rkB/s wkB/s r_await w_await "
			    "aqu-sz %%util\n%s\n\n",
			    k > 0 && k <= cases[i].rows
				? cases[i].row
				: "sda 1.00 0.00 4.00 0.00 1.00 0.00 0.00 "
				  "0.10");
		parse_mem(&r, &ws_parser_iostat, "iostat.txt", b.p, b.n);
		ok(r.status == WS_OK &&
			ws_sv_starts(ws_sv_of(parsed_mark(&r, "note", 0)),
			    cases[i].note) &&
			(cases[i].note[0] != '\0' ||
			    parsed_mark(&r, "note", 0)[0] == '\0'),
		    "%u rows '%s': %s", cases[i].rows, cases[i].row,
		    parsed_mark(&r, "note", 0));
		parsed_fini(&r);
		ws_buf_fini(&b);
	}
}

int
main(void)
{
	test_law();
	test_path();
	test_values();
	test_layouts();
	test_since_boot();
	test_times();
	test_traps();
	test_damage();
	test_cuts();
	test_sums();
	return tap_done();
}
