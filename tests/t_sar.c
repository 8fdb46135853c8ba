/* The parser of sar and sadf, on the test data and on its cuts. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_sar;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_sar, path, p == NULL ? "" : p, n);
	free(p);
}

static bool
near(double got, double want)
{
	return fabs(got - want) <= 1e-9 * fabs(want) + 1e-12;
}

static void
check(const struct parsed *r, const char *what)
{
	static const struct {
		const char *track;
		ws_id name;
		double want;
	} cells[] = {
		{ "", WS_N_CPU_USER, 0.8 },
		{ "", WS_N_CPU_SYS, 0.2 },
		{ "", WS_N_SCHED_RUNNABLE, 3 },
	};

	ok(r->status == WS_OK && r->bid == WS_BID_SHAPE && r->faults == 0,
	    "%s: read without a fault", what);
	for (size_t i = 0; i < WS_LEN(cells); i++) {
		double got = parsed_value(r, cells[i].track, cells[i].name, 0);

		ok(near(got, cells[i].want), "%s: %s: %g, want %g", what,
		    ws_known_name_help(cells[i].name), got, cells[i].want);
	}
}

static void
test_values(void)
{
	struct parsed r;

	parse_file(&r, "sar/v12.6.1/input.txt");
	check(&r, "text");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 3,
	    "averages are left out, and so are single CPUs");
	ok(near(parsed_value(&r, "vda", WS_N_DISK_OPS, 0), 2536.63) &&
		near(parsed_value(&r, "vda", WS_N_DISK_AWAIT, 0), 0.5e6) &&
		near(parsed_value(&r, "vda", WS_N_DISK_UTIL, 0), 0.0832),
	    "a device");
	ok(near(parsed_value(&r, "", WS_N_SCHED_SWITCHES, 1), 1414) &&
		near(parsed_value(&r, "", WS_N_MEM_FAULTS_MAJOR, 2), 90) &&
		near(parsed_value(&r, "", WS_N_BLOCK_IN, 1), 1124 * 1024.0) &&
		near(parsed_value(&r, "", WS_N_SWAP_IN, 0), 0),
	    "switches, faults, paging");
	parsed_fini(&r);
	parse_file(&r, "sar/sadf-d/input.txt");
	check(&r, "sadf -d");
	ok(parsed_counter(&r, "", WS_N_CPU_USER, 0) != NULL &&
		parsed_counter(&r, "", WS_N_CPU_USER, 0)->clock != 0 &&
		parsed_counter(&r, "", WS_N_CPU_USER, 0)->t ==
		    INT64_C(1795412946) * 1000000000,
	    "its times are UTC");
	parsed_fini(&r);
}

/* The same file of sar through sadf -j: every well-known value of the text. */
static void
test_json(void)
{
	struct parsed text, json;
	size_t missing = 0, n = 0;

	parse_file(&text, "sar/v12.6.1/input.txt");
	parse_file(&json, "sar/sadf-j/input.json");
	check(&json, "sadf -j");
	for (size_t i = 0; i < text.n; i++) {
		const struct ws_event *a = &text.ev[i], *b = NULL;
		size_t k = 0;

		if (a->kind != WS_EV_COUNTER || a->name >= WS_N_COUNT_OF)
			continue;
		n++;
		do
			b = parsed_counter(&json,
			    ws_dict_text(text.sink.dict, a->track).p, a->name,
			    k++);
		while (b != NULL && (b->t != a->t || b->value != a->value) &&
		       a->t != WS_T_NONE);
		missing += b == NULL;
	}
	ok(n > 50 && missing == 0,
	    "JSON has all %zu well-known values of the text (%zu are not)", n,
	    missing);
	parsed_fini(&text);
	parsed_fini(&json);
}

/* sadf -p and -x: rows are put together again. */
static void
test_pairs(const char *path)
{
	struct parsed r;

	parse_file(&r, path);
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 2,
	    "%s: two rows of all CPUs", path);
	ok(near(parsed_value(&r, "", WS_N_CPU_SYS, 1), 0.1608) &&
		near(parsed_value(&r, "", WS_N_SCHED_SWITCHES, 1), 3919) &&
		near(parsed_value(&r, "", WS_N_SCHED_RUNNABLE, 0), 5) &&
		near(parsed_value(&r, "vda", WS_N_DISK_OPS, 1), 523) &&
		near(parsed_value(&r, "vda", WS_N_DISK_UTIL, 1), 0.052),
	    "CPU shares, switches, run queue, a device");
	ok(parsed_counter(&r, "vda", WS_N_DISK_OPS, 1)->t ==
		INT64_C(1795419028) * 1000000000,
	    "at their time");
	parsed_fini(&r);
}

#define XML(body)                                                              \
	"<?xml version=\"1.0\"?><sysstat><host nodename=\"vm\">" body          \
	"</host></sysstat>"

/* XML that is odd, or means harm. */
static void
test_xml(void)
{
	static const struct {
		const char *text;
		enum ws_status status;
		double want; /* run queue */
	} cases[] = {
		{ XML("<statistics><timestamp time=\"10:00:00\" "
		      "date=\"2026-11-23\" utc=\"1\"><queue "
		      "runq-sz=\"4\"/></timestamp></statistics>"),
		    WS_OK, 4 },
		{ XML("<statistics><timestamp date=\"x\"><queue "
		      "runq-sz=\"4\"/></timestamp></statistics>"),
		    WS_PARTIAL, NAN },
		{ XML("<statistics><queue runq-sz=\"4\"/></statistics>"),
		    WS_PARTIAL, NAN },
		{ "<?xml version=\"1.0\"?><!DOCTYPE sysstat [<!ENTITY a "
		  "SYSTEM \"file:///etc/hostname\">]><sysstat><host "
		  "nodename=\"vm\"><statistics><timestamp date=\"2026-11-23\" "
		  "time=\"10:00:00\"><queue><runq-sz>&a;</runq-sz></queue>"
		  "</timestamp></statistics></host></sysstat>",
		    WS_PARTIAL, NAN },
	};

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		struct parsed r;
		double got;

		parse_mem(&r, &ws_parser_sar, "sa.xml", cases[i].text,
		    strlen(cases[i].text));
		got = parsed_value(&r, "", WS_N_SCHED_RUNNABLE, 0);
		ok(r.bid == WS_BID_SHAPE && r.status == cases[i].status &&
			(isnan(got) ? isnan(cases[i].want)
				    : near(got, cases[i].want)),
		    "odd XML %zu: status %d, %g", i, (int)r.status, got);
		parsed_fini(&r);
	}
}

/* The same machine as each version prints it: which series there are. */
static void
test_versions(void)
{
	static const char *const version[] = { "v9.1.5", "v10.2.1", "v11.6.1",
		"v12.0.1", "v12.2.0", "v12.7.9" };
	static const ws_id want[] = { WS_N_CPU_IDLE, WS_N_CPU_SYS,
		WS_N_SCHED_SWITCHES, WS_N_SWAP_IN, WS_N_BLOCK_IN,
		WS_N_MEM_FAULTS, WS_N_MEM_FREE, WS_N_SCHED_RUNNABLE };

	for (size_t i = 0; i < WS_LEN(version); i++) {
		struct parsed r;
		char path[64];
		size_t missing = 0;

		snprintf(path, sizeof(path), "sar/%s-A/input.txt", version[i]);
		parse_file(&r, path);
		for (size_t k = 0; k < WS_LEN(want); k++)
			missing +=
			    parsed_count(&r, WS_EV_COUNTER, want[k]) != 1;
		ok(r.status == WS_OK && r.faults == 0 && missing == 0,
		    "%s: one value of each of %zu series (%zu are not)",
		    version[i], WS_LEN(want), missing);
		parsed_fini(&r);
	}
}

static void
test_midnight(void)
{
	static const char *const path[] = { "sar/midnight/input.txt",
		"sar/german/input.txt" };
	struct parsed a, b;
	const struct ws_event *last, *again;

	parse_file(&a, path[0]);
	last = parsed_counter(&a, "", WS_N_CPU_STEAL, 2);
	again = parsed_counter(&a, "", WS_N_SCHED_RUNNABLE, 2);
	ok(last != NULL && near(last->value, 0.12) &&
		last->t == INT64_C(1795392601) * 1000000000,
	    "after midnight comes the next day");
	ok(again != NULL && again->value == 9 && again->t == last->t,
	    "the next table begins on the first day again");
	ok(strstr(parsed_mark(&a, "note", 0), "restarted") != NULL,
	    "a restart is noted");
	parse_file(&b, path[1]);
	ok(parsed_within(&a, &b) && parsed_within(&b, &a),
	    "German says the same");
	parsed_fini(&a);
	parsed_fini(&b);
}

static void
test_damage(void)
{
	static const char text[] =
	    "Linux 6.1.0 (vm) \t11/23/26 \t_aarch64_\t(2 CPU)\n\n"
	    "10:00:01 CPU %user %nice %system %iowait %steal %idle\n"
	    "10:00:02 all 10.00 0.00 5.00 1.00 0.00 84.00\n"
	    "10:00:03 all 10.00 0.00 5.00 1.00 0.00\n"
	    "10:00:04 all 10.00 0.00 5.00 1.00 0.00 12.00\n\n"
	    "10:00:01 pswpin/s pswpout/s\n"
	    "10:00:02 3.00 x\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_sar, "t", text, sizeof(text) - 1);
	ok(r.status == WS_PARTIAL && r.faults == 3 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 1,
	    "rows that are too short or no whole are left out");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_SWAP_IN) == 0,
	    "pages of unknown size are no bytes");
	parsed_fini(&r);
}

/* Keys that are no words, cells that are missing, lists of nothing. */
static void
test_odd_json(void)
{
	static const char text[] =
	    "{\"sysstat\": {\"hosts\": [{\"nodename\": \"vm\", \"file-date\": "
	    "\"2026-11-23\", \"statistics\": [{\"timestamp\": {\"date\": "
	    "\"2026-11-23\", \"time\": \"05:49:06\", \"utc\": 1}, \"disk\": ["
	    "{\"disk-device\": \"vda\", \"a b\": 1}, {\"\": 2, \"tps\": 3}, "
	    "{\"disk-device\": \"vdb\", \"tps\": 7}], \"cpu-load\": [{}, "
	    "{\"cpu\": \"all\", \"user\": \"x\", \"idle\": 1}]}]}]}}";
	struct parsed r;

	parse_mem(&r, &ws_parser_sar, "t", text, sizeof(text) - 1);
	ok(r.bid == WS_BID_SHAPE && r.status == WS_PARTIAL && r.faults >= 2 &&
		parsed_value(&r, "vdb", WS_N_DISK_OPS, 0) == 7 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 0,
	    "odd JSON gives what is sound in it");
	parsed_fini(&r);
}

static void
test_cuts(void)
{
	static const char *const path[] = { "sar/midnight/input.txt",
		"sar/german/input.txt", "sar/sadf-d/input.txt",
		"sar/sadf-j/input.json", "sar/sadf-p/input.txt",
		"sar/sadf-x/input.xml" };

	for (size_t i = 0; i < WS_LEN(path); i++) {
		size_t n;
		char *p = read_testdata(path[i], &n);

		ok(n > 0 && parse_every_cut(&ws_parser_sar, p, n) == 0,
		    "%s: cut anywhere", path[i]);
		free(p);
	}
}

/* Items with blanks, cells that are missing, tables that sar's reader leaves
 * out, the host of each line. */
static void
test_odd_pairs(void)
{
#define LINE(item, column, value)                                              \
	"vm\t1\t2026-11-23 10:00:00 UTC\t" item "\t" column "\t" value "\n"
	static const char text[] = LINE("all", "%user", "10.00") LINE(
	    "all", "%nice", "0.00") LINE("all", "%system", "5.00")
	    LINE("all", "%iowait", "1.00") LINE("all", "%steal", "0.00") LINE(
		"all", "%idle", "84.00") LINE("/mnt/my disk", "MBfsfree", "7")
		LINE("/mnt/my disk", "MBfsused", "8")
		    LINE("i009", "intr/s", "9") LINE("en p1", "rxpck/s", "1.50")
			LINE("en p1", "txpck/s", "2.50") LINE("vdb", "tps", "1")
			    LINE("vdb", "", "2") LINE("vdb", "rkB/s", "3")
				LINE("-", "runq-sz", "4");
#undef LINE
	struct parsed r;
	ws_id tx;

	parse_mem(&r, &ws_parser_sar, "t", text, sizeof(text) - 1);
	tx = ws_dict_cstr(r.sink.dict, "sar.txpck/s");
	ok(r.bid == WS_BID_SHAPE && r.status == WS_PARTIAL && r.faults == 1,
	    "sadf -p: %u faults", r.faults);
	ok(parsed_value(&r, "en p1", tx, 0) == 2.5, "an item may hold a blank");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_DISK_OPS) == 0,
	    "a name that is missing moves no number to another");
	ok(parsed_count(&r, WS_EV_COUNTER,
	       ws_dict_cstr(r.sink.dict, "sar.MBfsused")) == 0 &&
		parsed_count(&r, WS_EV_COUNTER,
		    ws_dict_cstr(r.sink.dict, "sar.intr/s")) == 0,
	    "file systems and interrupts are left out");
	ok(parsed_value(&r, "", WS_N_SCHED_RUNNABLE, 0) == 4 &&
		near(parsed_value(&r, "", WS_N_CPU_IDLE, 0), 0.84),
	    "the rest counts");
	is_str(r.entry.host, "vm", "the host of its lines");
	parsed_fini(&r);
	parse_mem(&r, &ws_parser_sar, "t", "a\t1\tb\tc\td\t2\n", 12);
	ok(r.bid == WS_BID_NO, "six fields without a time are nothing of sadf");
	parsed_fini(&r);
}

/* A log that passes midnight again and again. */
static void
test_many_midnights(void)
{
	enum { DAYS = 12000 };

	const int64_t day = INT64_C(86400) * 1000000000;
	struct ws_buf b = { 0 };
	struct parsed r;
	int64_t first, last = 0;

	ws_buf_puts(&b,
	    "Linux 6.1.0 (vm) \t11/23/26 \t_x86_64_\t(2 CPU)\n\n"
	    "10:00:01 runq-sz plist-sz ldavg-1 ldavg-5 ldavg-15 blocked\n");
	for (int i = 0; i < DAYS; i++)
		ws_buf_puts(&b, "12:00:00 1 2 0.1 0.1 0.1 0\n"
				"20:00:00 1 2 0.1 0.1 0.1 0\n"
				"04:00:00 1 2 0.1 0.1 0.1 0\n");
	parse_mem(&r, &ws_parser_sar, "t", b.p, b.n);
	first = r.ev[r.n - 1].t;
	for (size_t i = 0; i < r.n; i++) {
		if (r.ev[i].name != WS_N_SCHED_RUNNABLE)
			continue;
		first = r.ev[i].t < first ? r.ev[i].t : first;
		last = r.ev[i].t > last ? r.ev[i].t : last;
	}
	ok(last - first > 9000 * day && last - first < 10002 * day,
	    "days go on, but not for ever");
	parsed_fini(&r);
	ws_buf_fini(&b);
}

/* CPUs of JSON that cannot be. */
static void
test_odd_cpus(void)
{
	static const char *const cpus[] = { "-2", "0", "1k", "1e3", "2.5" };
	struct ws_buf b = { 0 };
	size_t told = 0;

	for (size_t i = 0; i < WS_LEN(cpus); i++) {
		struct parsed r;

		b.n = 0;
		ws_buf_printf(&b,
		    "{\"sysstat\": {\"hosts\": [{\"nodename\": \"vm\", "
		    "\"file-date\": \"2026-11-23\", \"number-of-cpus\": %s, "
		    "\"statistics\": []}]}}\n",
		    cpus[i]);
		parse_mem(&r, &ws_parser_sar, "t", b.p, b.n);
		told += parsed_count(&r, WS_EV_COUNTER, WS_N_HOST_CPUS);
		parsed_fini(&r);
	}
	ok(told == 0, "no machine has -2 CPUs, or 2.5 of them");
	ws_buf_fini(&b);
}

int
main(void)
{
	test_values();
	test_json();
	test_pairs("sar/sadf-p/input.txt");
	test_pairs("sar/sadf-x/input.xml");
	test_xml();
	test_versions();
	test_midnight();
	test_damage();
	test_odd_json();
	test_cuts();
	test_odd_pairs();
	test_odd_cpus();
	test_many_midnights();
	return tap_done();
}
