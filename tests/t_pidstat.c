/* The parser of pidstat, on the test data and on their cuts. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_pidstat;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_pidstat, path, p == NULL ? "" : p, n);
	free(p);
}

static bool
is_near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

static void
test_service(void)
{
	static const char task[] = "23690 service";
	struct parsed r;

	parse_file(&r, "pidstat/service-cpu/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0,
	    "seven reports of one process");
	ok(parsed_value(&r, "", WS_N_HOST_CPUS, 0) == 2, "two CPUs");
	ok(is_near(parsed_value(&r, task, WS_N_PROCESS_CPU_USER, 0), 0.22) &&
		is_near(
		    parsed_value(&r, task, WS_N_PROCESS_CPU_SYS, 0), 1.57) &&
		is_near(
		    parsed_value(&r, task, WS_N_PROCESS_CPU_TOTAL, 0), 1.79),
	    "CPU time as a part of one CPU");
	ok(parsed_value(&r, task, WS_N_PROCESS_FAULTS_MINOR, 0) == 1552766 &&
		parsed_value(&r, task, WS_N_PROCESS_RSS, 0) == 10596 * 1024.0 &&
		parsed_value(&r, task, WS_N_PROCESS_VSZ, 0) == 2083072 * 1024.0,
	    "faults and memory");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_PROCESS_CPU_TOTAL) == 7,
	    "averages are left out");
	ok(parsed_counter(&r, task, WS_N_PROCESS_CPU_TOTAL, 0)->peer == 0,
	    "the first report is an interval");
	parsed_fini(&r);
}

static void
test_threads(void)
{
	struct parsed r;

	parse_file(&r, "pidstat/service-threads/input.txt");
	ok(r.status == WS_OK &&
		parsed_counter(&r, "23690 service",
		    WS_N_PROCESS_SWITCHES_VOLUNTARY, 6) != NULL &&
		parsed_counter(&r, "23690/23690 service",
		    WS_N_PROCESS_SWITCHES_VOLUNTARY, 6) != NULL,
	    "the process and its first thread are two tracks");
	parsed_fini(&r);
	parse_file(&r, "pidstat/v12.7.9-users/input.txt");
	ok(is_near(parsed_value(
		       &r, "12195/12195 pidstat", WS_N_PROCESS_CPU_WAIT, 0),
	       0.0194) &&
		is_near(parsed_value(&r, "12252/12256 lock worker",
			    WS_N_PROCESS_CPU_WAIT, 0),
		    0.14),
	    "a thread that names its process, and a name with a blank");
	ok(parsed_counter(&r, "1 process_api", WS_N_PROCESS_CPU_TOTAL, 0)->t ==
		INT64_C(1795393788) * 1000000000,
	    "seconds since 1970");
	parsed_fini(&r);
}

/* Up to 12.2 a process with nothing to show is left out, and its threads stand
 * below another one. */
static void
test_hidden_process(void)
{
	static const char text[] =
	    "10:00:00 UID TGID TID %CPU CPU Command\n"
	    "10:00:01 0 7 - 1.00 0 quiet\n"
	    "10:00:01 0 9 - 4.00 0 busy\n"
	    "10:00:01 0 - 11 4.00 0 |__worker\n"
	    "\n"
	    "10:00:00 UID TGID TID cswch/s nvcswch/s Command\n"
	    "10:00:01 0 - 12 1.00 0.00 |__nobody\n"
	    "10:00:01 0 7 - 3.00 0.00 quiet\n"
	    "10:00:01 0 - 11 500.00 0.00 |__worker\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_pidstat, "t", text, sizeof(text) - 1);
	ok(r.status == WS_OK && parsed_value(&r, "9/11 worker",
				    WS_N_PROCESS_SWITCHES_VOLUNTARY, 0) == 500,
	    "a thread is given to the process it was listed under before");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_PROCESS_SWITCHES_VOLUNTARY) ==
		    2 &&
		strstr(parsed_mark(&r, "note", 0), "not named") != NULL,
	    "a thread that never had a process is left out with a note");
	parsed_fini(&r);
}

/* One state of one machine, as the versions print it. */
static void
test_versions(void)
{
	static const char *const text[] = {
		/* 9.1 */
		"Linux 6.1 (vm) \t11/23/26 \t_x86_64_\t(2 CPU)\n\n"
		"00:29:14 PID %usr %system %guest %CPU CPU Command\n"
		"00:29:15 70 1.50 4.00 0.00 5.50 1 web server\n",
		/* 10.2 */
		"Linux 6.1 (vm) \t11/23/26 \t_x86_64_\t(2 CPU)\n\n"
		"00:29:14 UID PID %usr %system %guest %CPU CPU Command\n"
		"00:29:15 33 70 1.50 4.00 0.00 5.50 1 web server\n",
		/* 11.6, 12 h clock */
		"Linux 6.1 (vm) \t11/23/2026 \t_x86_64_\t(2 CPU)\n\n"
		"12:29:14 AM UID PID %usr %system %guest %wait %CPU CPU "
		"Command\n"
		"12:29:15 AM 33 70 1.50 4.00 0.00 0.50 5.50 1 web server\n",
		/* 12.6, German, users */
		"Linux 6.1 (vm) \t23.11.2026 \t_x86_64_\t(2 CPU)\n\n"
		"00:29:14 USER PID %usr %system %guest %wait %CPU CPU "
		"Command\n"
		"00:29:15 www-data 70 1,50 4,00 0,00 0,50 5,50 1 web server\n"
		"Durchschn.: www-data 70 9,50 9,00 0,00 0,50 9,50 - web "
		"server\n",
		/* 12.6 --human, am and pm behind U+202F */
		"Linux 6.1 (vm) \t11/23/2026 \t_x86_64_\t(2 CPU)\n\n"
		"12:29:14\xe2\x80\xaf"
		"AM UID PID %usr %system %guest %wait %CPU "
		"CPU Command\n"
		"12:29:15\xe2\x80\xaf"
		"AM 33 70 1.5% 4.0% 0.0% 0.5% 5.5% 1 web "
		"server\n",
	};
	static const ws_id name[] = { WS_N_PROCESS_CPU_USER,
		WS_N_PROCESS_CPU_SYS, WS_N_PROCESS_CPU_GUEST,
		WS_N_PROCESS_CPU_TOTAL };
	static const double want[] = { 0.015, 0.04, 0, 0.055 };

	for (size_t i = 0; i < WS_LEN(text); i++) {
		bool same = true;
		struct parsed r;

		parse_mem(
		    &r, &ws_parser_pidstat, "t", text[i], strlen(text[i]));
		for (size_t k = 0; k < WS_LEN(name); k++) {
			const struct ws_event *ev =
			    parsed_counter(&r, "70 web server", name[k], 0);

			same = same && ev != NULL &&
			       is_near(ev->value, want[k]) &&
			       ev->t == INT64_C(1795393755) * 1000000000 &&
			       ev->peer == 0 &&
			       parsed_counter(
				   &r, "70 web server", name[k], 1) == NULL;
		}
		ok(same && r.status == WS_OK, "layout %zu says the same", i);
		parsed_fini(&r);
	}
}

static void
test_since_start(void)
{
	static const char *const path[] = { "pidstat/since-boot/input.txt",
		"pidstat/since-boot-human/input.txt" };
	struct parsed r;

	for (size_t i = 0; i < WS_LEN(path); i++) {
		size_t rates = 0, bare = 0;

		parse_file(&r, path[i]);
		for (size_t k = 0; k < r.n; k++) {
			bool is_rate =
			    r.ev[k].name == WS_N_PROCESS_CPU_TOTAL ||
			    r.ev[k].name == WS_N_PROCESS_SWITCHES_VOLUNTARY;

			rates += is_rate;
			bare += is_rate && r.ev[k].peer != WS_N_SINCE_BOOT;
		}
		ok(r.status == WS_OK && rates > 10 && bare == 0,
		    "%s: a single report is an average", path[i]);
		ok(parsed_count(
		       &r, WS_EV_COUNTER, WS_N_PROCESS_IO_DELAY_SHARE) == 0,
		    "%s: and its delay no part of it", path[i]);
		parsed_fini(&r);
	}
	parse_file(&r, "pidstat/since-boot-human/input.txt");
	ok(parsed_counter(&r, "29101 python3", WS_N_PROCESS_RSS, 0)->value ==
		    14365491.2 &&
		parsed_counter(&r, "29101 python3", WS_N_PROCESS_RSS, 0)
			->peer == 0,
	    "memory is what it is");
	parsed_fini(&r);
	parse_file(&r, "pidstat/v12.7.9-h/input.txt");
	ok(parsed_counter(&r, "14 ksoftirqd/0", WS_N_PROCESS_CPU_TOTAL, 0)
		    ->peer == 0,
	    "two reports of -h are intervals");
	parsed_fini(&r);
}

static void
test_midnight(void)
{
	static const char web[] = "70 web server";
	const int64_t second = 1000000000;
	const struct ws_event *ev;
	struct parsed r;

	parse_file(&r, "pidstat/midnight-divided/input.txt");
	ok(r.status == WS_OK && r.faults == 0, "-I over midnight");
	for (size_t i = 0; i < 3; i++) {
		ev = parsed_counter(&r, web, WS_N_PROCESS_CPU_USER, i);
		ok(ev != NULL &&
			ev->t == (INT64_C(1767225599) + (int64_t)i) * second,
		    "row %zu is one second later", i);
	}
	ok(parsed_value(&r, web, WS_N_PROCESS_CPU_TOTAL, 0) == 1 &&
		parsed_value(&r, web, WS_N_PROCESS_CPU_TOTAL, 1) == 1,
	    "divided CPU time is added up again");
	ok(parsed_counter(&r, web, WS_N_PROCESS_IO_READ, 0) == NULL &&
		parsed_counter(&r, web, WS_N_PROCESS_IO_DELAY, 0) == NULL,
	    "-1 is no value");
	ok(parsed_value(&r, "71 other", WS_N_PROCESS_IO_DELAY_SHARE, 0) == 0.5,
	    "50 ticks are half of a second");
	parsed_fini(&r);
}

/* With a single kind of table one header stands over all reports. */
static void
test_one_header(void)
{
	static const char text[] =
	    "Linux 6.1 (vm) \t11/23/26 \t_x86_64_\t(2 CPU)\n\n"
	    "00:00:10 UID PID kB_rd/s kB_wr/s kB_ccwr/s iodelay Command\n"
	    "00:00:12 0 7 0.00 0.00 0.00 100 db\n"
	    "00:00:14 0 7 0.00 0.00 0.00 200 db\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_pidstat, "t", text, sizeof(text) - 1);
	ok(parsed_value(&r, "7 db", WS_N_PROCESS_IO_DELAY_SHARE, 0) == 0.5 &&
		parsed_value(&r, "7 db", WS_N_PROCESS_IO_DELAY_SHARE, 1) == 1,
	    "an interval begins where the one before ended");
	parsed_fini(&r);
}

static void
test_json(void)
{
	static const struct {
		const char *track;
		ws_id name;
		double want;
	} cells[] = {
		{ "12142 mandb", WS_N_PROCESS_CPU_USER, 0.4706 },
		{ "12142 mandb", WS_N_PROCESS_CPU_WAIT, 0.0588 },
		{ "12142 mandb", WS_N_PROCESS_CPU_TOTAL, 0.6373 },
		{ "12142 mandb", WS_N_PROCESS_FAULTS_MINOR, 922.55 },
		{ "12142 mandb", WS_N_PROCESS_RSS, 35396 * 1024.0 },
		{ "10776 bash", WS_N_PROCESS_IO_READ, 100392.16 * 1024 },
		{ "15 rcu_preempt", WS_N_PROCESS_SWITCHES_VOLUNTARY, 67.65 },
	};
	struct parsed r;

	parse_file(&r, "pidstat/v12.7.9-json/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0, "JSON");
	for (size_t i = 0; i < WS_LEN(cells); i++) {
		const struct ws_event *ev =
		    parsed_counter(&r, cells[i].track, cells[i].name, 0);

		ok(ev != NULL && ev->peer == 0 &&
			fabs(ev->value - cells[i].want) < 1e-9 * cells[i].want,
		    "%s: %s", cells[i].track,
		    ws_known_name_help(cells[i].name));
	}
	parsed_fini(&r);
}

static void
test_refusals(void)
{
	struct parsed r;

	parse_file(&r, "pidstat/ps/input.txt");
	ok(r.bid == WS_BID_NO && r.status == WS_CORRUPT, "ps is no pidstat");
	parsed_fini(&r);
	parse_file(&r, "pidstat/torn/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 1, "a torn row is a fault");
	parsed_fini(&r);
}

static void
test_damage(void)
{
	static const char text[] = "10:00:00 PID %CPU Command\n"
				   "10:00:01 7 25.00\n"
				   "10:00:01 x 25.00 a\n"
				   "10:00:01 8 2x.00 a\n"
				   "10:00:01 8 99999999999.00 a\n"
				   "10:00:01 9 50.00 a\n";
	struct parsed r;

	parse_mem(&r, &ws_parser_pidstat, "t", text, sizeof(text) - 1);
	ok(r.status == WS_PARTIAL && r.faults == 4 &&
		parsed_value(&r, "9 a", WS_N_PROCESS_CPU_TOTAL, 0) == 0.5 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_PROCESS_CPU_TOTAL) == 1,
	    "damaged rows are left out, one by one");
	parsed_fini(&r);
}

static void
test_cuts(void)
{
	static const char *const path[] = { "pidstat/service-cpu/input.txt",
		"pidstat/service-disk/input.txt", "pidstat/french/input.txt",
		"pidstat/japanese/input.txt", "pidstat/american/input.txt",
		"pidstat/v10.2.1-sv/input.txt",
		"pidstat/midnight-divided/input.txt",
		"pidstat/colours-prefix/input.txt" };

	for (size_t i = 0; i < WS_LEN(path); i++) {
		size_t n;
		char *p = read_testdata(path[i], &n);

		ok(n > 0 && parse_every_cut(&ws_parser_pidstat, p, n) == 0,
		    "%s: cut anywhere", path[i]);
		free(p);
	}
}

/* Where the second report of -h has not begun, the first one cannot be told
 * from an average: then it must say so, in every cut. */
static void
test_cuts_of_h(void)
{
	size_t n, bad = 0;
	char *p = read_testdata("pidstat/v9.1.5-h/input.txt", &n);
	struct parsed whole, part;

	parse_mem(&whole, &ws_parser_pidstat, "whole", p == NULL ? "" : p, n);
	for (size_t i = 0; i < n; i++) {
		parse_mem(&part, &ws_parser_pidstat, "cut", p, i);
		for (size_t k = 0; k < part.n; k++)
			part.ev[k].peer =
			    part.ev[k].kind == WS_EV_COUNTER &&
				    part.ev[k].peer == WS_N_SINCE_BOOT
				? 0
				: part.ev[k].peer;
		bad += !parsed_within(&part, &whole);
		parsed_fini(&part);
	}
	parsed_fini(&whole);
	free(p);
	ok(n > 0 && bad == 0, "-h: cut anywhere");
}

int
main(void)
{
	test_service();
	test_threads();
	test_hidden_process();
	test_versions();
	test_since_start();
	test_midnight();
	test_one_header();
	test_json();
	test_refusals();
	test_damage();
	test_cuts();
	test_cuts_of_h();
	return tap_done();
}
