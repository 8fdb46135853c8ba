/* The parser of mpstat, on the test data and on their cuts. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_mpstat;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_mpstat, path, p == NULL ? "" : p, n);
	free(p);
}

static bool
is_near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

/* A log without its banner has clocks and no date, and that is said. */
static void
test_clock(void)
{
	struct parsed r;

	parse_file(&r, "mpstat/smallest/input.txt");
	ok(r.n > 0 && r.ev[0].clock != 0 &&
		ws_dict_get_clock(r.sink.dict, r.ev[0].clock)->kind ==
		    WS_CLOCK_TICKS &&
		strcmp(r.entry.detail, "times of day without a date") == 0,
	    "rows in order, and why they have no times: %s", r.entry.detail);
	parsed_fini(&r);
	parse_file(&r, "mpstat/v12.7.9-A/input.txt");
	ok(r.entry.detail == NULL || r.entry.detail[0] == '\0',
	    "nothing to say of one with its date");
	parsed_fini(&r);
}

static void
test_values(void)
{
	struct parsed r;
	ws_id one;

	parse_file(&r, "mpstat/v12.7.9-A/input.txt");
	one = ws_dict_cstr(r.sink.dict, "percpu.idle");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0,
	    "-A, of which the CPU rows are read");
	ok(is_near(parsed_value(&r, "", WS_N_CPU_USER, 0), 0.2344) &&
		is_near(parsed_value(&r, "", WS_N_CPU_IOWAIT, 0), 0.3281) &&
		is_near(parsed_value(&r, "", WS_N_CPU_IDLE, 0), 0.1875),
	    "shares of the machine");
	ok(is_near(parsed_value(&r, "", WS_N_CPU_SYS, 0), 0.1979 + 0.0521),
	    "interrupts are kernel time");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 2,
	    "neither nodes nor averages nor single CPUs");
	ok(is_near(parsed_value(&r, "cpu0", one, 0), 0.3830) &&
		parsed_value(&r, "cpu1", one, 0) == 0,
	    "single CPUs have series of their own");
	parsed_fini(&r);
}

static void
test_locales(void)
{
	static const char *const path[] = { "mpstat/american/input.txt",
		"mpstat/german/input.txt", "mpstat/japanese/input.txt" };

	for (size_t i = 0; i < WS_LEN(path); i++) {
		const struct ws_event *ev;
		struct parsed r;

		parse_file(&r, path[i]);
		ev = parsed_counter(&r, "", WS_N_CPU_IDLE, 1);
		ok(r.status == WS_OK && ev != NULL && ev->peer == 0 &&
			parsed_counter(&r, "", WS_N_CPU_IDLE, 2) == NULL &&
			ev->t > INT64_C(1795375890) * 1000000000 &&
			ev->t < INT64_C(1795375910) * 1000000000,
		    "%s", path[i]);
		parsed_fini(&r);
	}
}

static void
test_others(void)
{
	static const char sadf[] =
	    "{\"sysstat\": {\"hosts\": [{\"nodename\": \"vm\", "
	    "\"file-date\": \"2026-11-23\", \"statistics\": "
	    "[{\"cpu-load\": [{\"cpu\": \"all\"}]}]}]}}\n";
	struct parsed r;

	parse_file(&r, "mpstat/since-boot/input.txt");
	ok(r.status == WS_OK &&
		parsed_counter(&r, "", WS_N_CPU_IDLE, 0)->peer ==
		    WS_N_SINCE_BOOT,
	    "a single report is an average");
	parsed_fini(&r);
	parse_mem(&r, &ws_parser_mpstat, "t", sadf, sizeof(sadf) - 1);
	ok(r.bid == WS_BID_NO, "JSON of sadf is no mpstat");
	parsed_fini(&r);
	parse_file(&r, "sar/u-ALL/input.txt");
	ok(r.bid == WS_BID_NO && r.status == WS_CORRUPT, "sar is no mpstat");
	parsed_fini(&r);
}

/* The keys of every version; -1 is all CPUs in 12.0.1. */
static void
test_json(void)
{
	static const struct {
		const char *path;
		double user, sys;
	} files[] = {
		{ "mpstat/v11.6.1-json/input.json", 0.1711, 0.2407 },
		{ "mpstat/v12.0.1-json/input.json", 0.0105, 0.1474 },
		{ "mpstat/v12.7.9-json/input.txt", 0.2344, 0.25 },
	};

	for (size_t i = 0; i < WS_LEN(files); i++) {
		struct parsed r;

		parse_file(&r, files[i].path);
		ok(r.status == WS_OK && r.faults == 0 &&
			parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 2 &&
			parsed_value(&r, "", WS_N_HOST_CPUS, 0) == 2 &&
			parsed_counter(&r, "", WS_N_CPU_IDLE, 0)->peer == 0,
		    "%s: two reports", files[i].path);
		ok((fabs(parsed_value(&r, "", WS_N_CPU_USER, 0) -
			 files[i].user) < 1e-9 &&
		       fabs(parsed_value(&r, "", WS_N_CPU_SYS, 0) -
			    files[i].sys) < 1e-9),
		    "%s: shares", files[i].path);
		parsed_fini(&r);
	}
}

static void
test_damage(void)
{
	static const char text[] =
	    "10:00:00 CPU %usr %nice %sys %iowait %irq %soft %idle\n"
	    "10:00:01 all 10.00 0.00 5.00 1.00 0.00 1.00 83.00\n"
	    "10:00:02 all 10.00 0.00 5.00 1.00 0.00 1.00\n"
	    "10:00:03 all 10.00 0.00 5.00 1.00 0.00 1.00 12.00\n"
	    "10:00:04 any 10.00 0.00 5.00 1.00 0.00 1.00 83.00\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_mpstat, "t", text, sizeof(text) - 1);
	ok(r.status == WS_PARTIAL && r.faults == 3 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 1,
	    "rows that are too short, no whole or no CPU are left out");
	parsed_fini(&r);
}

static void
test_cuts(void)
{
	static const char *const path[] = { "mpstat/v11.6.1-cpus/input.txt",
		"mpstat/american/input.txt", "mpstat/japanese/input.txt",
		"mpstat/since-boot/input.txt" };

	for (size_t i = 0; i < WS_LEN(path); i++) {
		size_t n;
		char *p = read_testdata(path[i], &n);

		ok(n > 0 && parse_every_cut(&ws_parser_mpstat, p, n) == 0,
		    "%s: cut anywhere", path[i]);
		free(p);
	}
}

int
main(void)
{
	test_clock();
	test_values();
	test_locales();
	test_others();
	test_json();
	test_damage();
	test_cuts();
	return tap_done();
}
