/* The texts of macOS: values, traps of each tool, and every cut. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_mac_sample, ws_parser_dtrace,
    ws_parser_mac_fs_usage, ws_parser_mac_vm_stat, ws_parser_mac_iostat,
    ws_parser_mac_top, ws_parser_mac_powermetrics, ws_parser_mac_deepcopy;

static void
parse_file(struct parsed *r, const struct ws_parser *parser, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, parser, path, p == NULL ? "" : p, n);
	free(p);
}

/* Sum of a series of samples whose leaf is that function ("": any). */
static double
sum_of(const struct parsed *r, ws_id name, const char *leaf)
{
	const ws_id *frame;
	double sum = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct ws_event *e = &r->ev[i];
		const char *func = "";

		if (e->kind != WS_EV_SAMPLE || e->name != name)
			continue;
		if (ws_dict_get_stack(r->sink.dict, e->stack, &frame) > 0)
			func = ws_dict_text(r->sink.dict,
			    ws_dict_get_frame(r->sink.dict, frame[0])->func)
				   .p;
		if (*leaf == '\0' || strcmp(func, leaf) == 0)
			sum += e->value;
	}
	return sum;
}

static void
test_sample(void)
{
	struct parsed r;

	parse_file(&r, &ws_parser_mac_sample, "mac-sample/go-and-c/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE, "a call graph");
	ok(sum_of(&r, WS_N_SAMPLE_WALL, "") == 3e9,
	    "three threads over one second");
	ok(sum_of(&r, WS_N_SAMPLE_WALL, "__psynch_mutexwait") == 875e6,
	    "a tick is the time over the largest count");
	ok(parsed_value(&r, "sample.wall", WS_N_CAPTURE_PERIOD, 0) == 1.25e6,
	    "and longer than what was asked for");
	ok(sum_of(&r, WS_N_SAMPLE_WALL,
	       "std::map<int, (anonymous namespace)::V>::find(int)") == 75e6,
	    "a name with blanks and brackets");
	parsed_fini(&r);
	parse_file(
	    &r, &ws_parser_mac_sample, "mac-sample/odd-levels/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 4 &&
		sum_of(&r, WS_N_SAMPLE_WALL, "__psynch_mutexwait") == 700e6,
	    "what is below a bad line is kept");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_mac_sample, "mac-sample/torn/input.txt");
	ok(r.status == WS_PARTIAL &&
		sum_of(&r, WS_N_SAMPLE_WALL, "__ulock_wait") == 0,
	    "the last thread of a cut file is left out");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_mac_sample, "mac-sample/spindump/input.txt");
	ok(sum_of(&r, WS_N_SPINDUMP_WALL, "psynch_mtxcontinue") == 10.01e9 &&
		sum_of(&r, WS_N_SPINDUMP_OWNED, "") == 10.01e9,
	    "spindump names who holds the lock");
	parsed_fini(&r);
}

static void
test_dtrace(void)
{
	struct parsed r;

	parse_file(&r, &ws_parser_dtrace, "dtrace/stacks/input.txt");
	ok(r.status == WS_OK && sum_of(&r, WS_N_DTRACE_CPU, "vm_fault") == 1e9,
	    "997 firings of profile-997 are a second");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_dtrace, "dtrace/quantize/input.txt");
	ok(parsed_value(&r, "read", WS_N_DTRACE_COUNT, 0) == 138,
	    "a distribution has a sum");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_dtrace, "dtrace/drops/input.txt");
	ok(r.status == WS_PARTIAL && parsed_count(&r, WS_EV_LOSS, 0) == 2,
	    "drops are losses");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_dtrace, "dtrace/torn/input.txt");
	ok(r.status == WS_PARTIAL && sum_of(&r, WS_N_DTRACE_COUNT, "") == 8,
	    "a stack without its value is left out");
	parsed_fini(&r);
}

static void
test_fs_usage(void)
{
	struct parsed r;

	parse_file(&r, &ws_parser_mac_fs_usage, "fs-usage/wide/input.txt");
	ok(r.status == WS_OK &&
		sum_of(&r, WS_N_FS_USAGE_TIME, "fsync") == 12345e3,
	    "the time of a call");
	ok(sum_of(&r, WS_N_FS_USAGE_DISK, "PgIn") == 783e3 &&
		sum_of(&r, WS_N_FS_USAGE_TIME, "PgIn") == 0,
	    "disks are apart");
	ok(sum_of(&r, WS_N_FS_USAGE_TIME, "open") == 4e3,
	    "a number in a path is no time");
	ok(sum_of(&r, WS_N_FS_USAGE_BYTES, "") == 4096,
	    "bytes of calls, not of disks");
	ok(parsed_value(&r, "fs_usage.time", WS_N_CAPTURE_DURATION, 0) ==
		54940e3,
	    "over midnight");
	parsed_fini(&r);
}

static void
test_vm_stat(void)
{
	struct parsed r;
	size_t boots = 0;

	parse_file(&r, &ws_parser_mac_vm_stat, "vm-stat/intervals/input.txt");
	for (size_t i = 0; i < r.n; i++)
		boots += r.ev[i].name == WS_N_VM_FAULTS &&
			 r.ev[i].peer == WS_N_SINCE_BOOT;
	ok(r.status == WS_OK && boots == 2,
	    "the row behind each banner is since boot");
	ok(parsed_value(&r, "", WS_N_VM_FREE, 0) == 47687 * 16384.0,
	    "pages of 16 KiB");
	ok(parsed_value(&r, "", WS_N_VM_FAULTS, 0) == 5919477000.0,
	    "K is a thousand");
	ok(parsed_value(&r, "", WS_N_VM_SWAP_INS, 1) == 512 * 16384.0,
	    "swap in bytes");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_mac_vm_stat, "vm-stat/intel/input.txt");
	ok(parsed_value(&r, "", WS_N_VM_FREE, 0) == 47687 * 4096.0,
	    "pages of 4 KiB");
	parsed_fini(&r);
}

static void
test_iostat(void)
{
	struct parsed r;
	const struct ws_event *a, *b;

	parse_file(&r, &ws_parser_mac_iostat, "mac-iostat/intervals/input.txt");
	a = parsed_counter(&r, "disk6", WS_N_DISK_OPS, 0);
	b = parsed_counter(&r, "disk6", WS_N_DISK_OPS, 1);
	ok(a != NULL && b != NULL && a->peer == WS_N_SINCE_BOOT &&
		b->peer == 0 && b->value == 3500,
	    "the first row is since boot");
	ok(parsed_value(&r, "", WS_N_CPU_USER, 1) == 1, "100 %% fits");
	a = parsed_counter(&r, "disk6", WS_N_DISK_OPS, 2);
	ok(a != NULL && a->peer == WS_N_SINCE_BOOT,
	    "another capture in the file begins since boot");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_mac_iostat, "mac-iostat/disks/input.txt");
	ok(r.n == 6 && parsed_value(&r, "disk0", WS_N_DISK_OPS, 1) == 10, "-d");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_mac_iostat, "mac-iostat/cpu/input.txt");
	ok(r.n == 6 &&
		fabs(parsed_value(&r, "", WS_N_CPU_IDLE, 1) - 0.92) < 1e-9,
	    "-C");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_mac_iostat, "mac-iostat/old-style/input.txt");
	ok(parsed_value(&r, "disk0", WS_N_DISK_OPS, 1) == 99, "-o");
	parsed_fini(&r);
}

static void
test_top(void)
{
	struct parsed r;

	parse_file(&r, &ws_parser_mac_top, "mac-top/one/input.txt");
	ok(isnan(parsed_value(&r, "42 my server", WS_N_PROCESS_CPU_TOTAL, 0)) &&
		strstr(parsed_mark(&r, "note", 0), "top -l 2") != NULL,
	    "one sample has no CPU time");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_mac_top, "mac-top/two/input.txt");
	ok(fabs(parsed_value(&r, "42 my server", WS_N_PROCESS_CPU_TOTAL, 0) -
		1.503) < 1e-9,
	    "the second has");
	ok(parsed_value(&r, "42 my server", WS_N_PROCESS_SWITCHES, 0) == 40000,
	    "a sum becomes a rate");
	ok(fabs(parsed_value(&r, "", WS_N_CPU_USER, 0) - 0.5005) < 1e-9,
	    "50.5%% is 50.05 %%");
	parsed_fini(&r);
}

static void
test_rest(void)
{
	struct parsed r;

	parse_file(
	    &r, &ws_parser_mac_powermetrics, "powermetrics/block/input.txt");
	ok(fabs(parsed_value(&r, "42 my server", WS_N_PROCESS_CPU_TOTAL, 0) -
		1.5032) < 1e-9,
	    "powermetrics: CPU time of a task");
	ok(parsed_value(&r, "E-Cluster", WS_N_CPU_FREQUENCY, 0) == 1.02e9,
	    "clock of a cluster");
	parsed_fini(&r);
	parse_file(&r, &ws_parser_mac_deepcopy, "deep-copy/weights/input.txt");
	ok(sum_of(&r, WS_N_INSTR_CPU, "") == 4926e6,
	    "deep copy: self weights add up");
	parsed_fini(&r);
	parse_file(
	    &r, &ws_parser_mac_deepcopy, "deep-copy/allocations/input.txt");
	ok(sum_of(&r, WS_N_INSTR_MALLOC, "start") == 0 &&
		sum_of(&r, WS_N_INSTR_MALLOC, "f") > 2.2e8,
	    "rounding makes no allocation");
	parsed_fini(&r);
}

/* No cut may crash, and none may make a sample that the whole has not. */
static void
test_cuts(const struct ws_parser *parser, const char *path)
{
	struct parsed whole, part;
	size_t n, bad = 0;
	char *p = read_testdata(path, &n);

	parse_mem(&whole, parser, path, p, n);
	for (size_t i = 0; i < n; i++) {
		size_t samples = 0, all = 0;

		parse_mem(&part, parser, path, p, i);
		for (size_t k = 0; k < part.n; k++)
			samples += part.ev[k].kind == WS_EV_SAMPLE;
		for (size_t k = 0; k < whole.n; k++)
			all += whole.ev[k].kind == WS_EV_SAMPLE;
		bad += samples > all;
		parsed_fini(&part);
	}
	ok(bad == 0, "%s: no cut has more than the whole", path);
	parsed_fini(&whole);
	free(p);
}

/* Times without dates that pass midnight again and again. */
static void
test_many_midnights(void)
{
	enum { DAYS = 12000 };

	struct ws_buf b = { 0 };
	struct parsed r;
	double length;

	for (int i = 0; i < DAYS; i++)
		ws_buf_puts(&b, "23:00:00.000001  read  F=3  0.000001  x.1\n"
				"01:00:00.000001  read  F=3  0.000001  x.1\n");
	parse_mem(&r, &ws_parser_mac_fs_usage, "t", b.p, b.n);
	length = parsed_value(&r, "fs_usage.time", WS_N_CAPTURE_DURATION, 0);
	ok(length > 9000 * 86400e9 && length < 10002 * 86400e9,
	    "days go on, but not for ever");
	parsed_fini(&r);
	ws_buf_fini(&b);
}

int
main(void)
{
	test_sample();
	test_dtrace();
	test_fs_usage();
	test_vm_stat();
	test_iostat();
	test_top();
	test_rest();
	test_cuts(&ws_parser_mac_sample, "mac-sample/go-and-c/input.txt");
	test_cuts(&ws_parser_mac_sample, "mac-sample/spindump/input.txt");
	test_cuts(&ws_parser_dtrace, "dtrace/drops/input.txt");
	test_cuts(&ws_parser_mac_fs_usage, "fs-usage/wide/input.txt");
	test_cuts(&ws_parser_mac_vm_stat, "vm-stat/intervals/input.txt");
	test_cuts(&ws_parser_mac_iostat, "mac-iostat/intervals/input.txt");
	test_cuts(&ws_parser_mac_top, "mac-top/two/input.txt");
	test_cuts(&ws_parser_mac_powermetrics, "powermetrics/block/input.txt");
	test_cuts(&ws_parser_mac_deepcopy, "deep-copy/weights/input.txt");
	test_many_midnights();
	return tap_done();
}
