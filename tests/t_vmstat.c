/* The parser of vmstat, on the test data and on its cuts. */
#include "feed.h"
#include "parse_mem.h"

extern const struct ws_parser ws_parser_vmstat;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_vmstat, path, p == NULL ? "" : p, n);
	free(p);
}

/* All the cells of the first two rows. */
static void
test_values(void)
{
	static const struct {
		ws_id name;
		double first, second;
		bool qualified; /* the first is an average since boot */
	} want[] = {
		{ WS_N_SCHED_RUNNABLE, 2, 6, false },
		{ WS_N_SCHED_BLOCKED, 2, 0, false },
		{ WS_N_MEM_SWAPPED, 0, 0, false },
		{ WS_N_MEM_FREE, 23899384 * 1024.0, 23899384 * 1024.0, false },
		{ WS_N_MEM_BUFFERS, 2756 * 1024, 2756 * 1024, false },
		{ WS_N_MEM_CACHE, 539788 * 1024, 539788 * 1024, false },
		{ WS_N_SWAP_IN, 0, 0, true },
		{ WS_N_SWAP_OUT, 0, 0, true },
		{ WS_N_BLOCK_IN, 14985 * 1024, 373896 * 1024, true },
		{ WS_N_BLOCK_OUT, 17682 * 1024, 75808 * 1024, true },
		{ WS_N_SCHED_INTERRUPTS, 1336, 50234, true },
		{ WS_N_SCHED_SWITCHES, 2828, 52707, true },
		{ WS_N_CPU_USER, 0.16, 0.15, true },
		{ WS_N_CPU_SYS, 0.09, 0.74, true },
		{ WS_N_CPU_IDLE, 0.71, 0.01, true },
		{ WS_N_CPU_IOWAIT, 0.05, 0.11, true },
		{ WS_N_CPU_STEAL, 0, 0, true },
		{ WS_N_CPU_GUEST, 0, 0, true },
	};
	struct parsed r;

	parse_file(&r, "vmstat/wide-date/input.txt");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0 &&
		r.n == 3 * WS_LEN(want),
	    "three rows of %zu cells", WS_LEN(want));
	for (size_t i = 0; i < WS_LEN(want); i++) {
		const struct ws_event *a =
		    parsed_counter(&r, "", want[i].name, 0);
		const struct ws_event *b =
		    parsed_counter(&r, "", want[i].name, 1);

		ok(a != NULL && b != NULL &&
			fabs(a->value - want[i].first) < 1e-9 &&
			fabs(b->value - want[i].second) < 1e-9 &&
			a->peer == (want[i].qualified ? WS_N_SINCE_BOOT : 0) &&
			b->peer == 0,
		    "%s", ws_known_name_help(want[i].name));
	}
	parsed_fini(&r);
}

static void
check_time(const char *path, enum ws_clock_kind kind, int64_t first)
{
	struct parsed r;
	const struct ws_clock *c;

	parse_file(&r, path);
	c = r.n > 0 ? ws_dict_get_clock(r.sink.dict, r.ev[0].clock) : NULL;
	ok(c != NULL && c->kind == kind && r.ev[0].t == first,
	    "%s: a %s clock from %lld", path, ws_clock_kind_name(kind),
	    (long long)first);
	parsed_fini(&r);
}

static void
test_times(void)
{
	check_time("vmstat/real/input.txt", WS_CLOCK_TICKS, 0);
	check_time("vmstat/wide-date/input.txt", WS_CLOCK_WALL_LOCAL,
	    INT64_C(1795375918000000000));
	check_time("vmstat/german/input.txt", WS_CLOCK_WALL_LOCAL,
	    INT64_C(1795375952000000000));
	check_time("vmstat/date-utc/input.txt", WS_CLOCK_WALL,
	    INT64_C(1795402553000000000));
	check_time("vmstat/log-prefix/input.txt", WS_CLOCK_WALL_LOCAL,
	    INT64_C(1795402562000000000));
}

static void
test_layouts(void)
{
	struct parsed r;

	parse_file(&r, "vmstat/active-date/input.txt");
	ok(parsed_value(&r, "", WS_N_MEM_INACTIVE, 0) == 621244 * 1024.0 &&
		parsed_value(&r, "", WS_N_MEM_ACTIVE, 0) == 94140 * 1024.0 &&
		parsed_counter(&r, "", WS_N_MEM_CACHE, 0) == NULL,
	    "-a has inactive and active memory");
	parsed_fini(&r);
	parse_file(&r, "vmstat/french/input.txt");
	ok(parsed_value(&r, "", WS_N_MEM_FREE, 0) == 22478624 * 1024.0 &&
		parsed_value(&r, "", WS_N_MEM_CACHE, 0) == 1537196 * 1024.0,
	    "translated columns are found by their place");
	parsed_fini(&r);
	parse_file(&r, "vmstat/no-steal/input.txt");
	ok(r.status == WS_OK &&
		parsed_value(&r, "", WS_N_CPU_IOWAIT, 1) == 0.1 &&
		parsed_counter(&r, "", WS_N_CPU_STEAL, 0) == NULL,
	    "no st column, no value of it");
	parsed_fini(&r);
	parse_file(&r, "vmstat/colours-crlf/input.txt");
	ok(r.status == WS_OK && r.faults == 0 &&
		parsed_value(&r, "", WS_N_CPU_IDLE, 2) == 0.37,
	    "colours and CR LF");
	parsed_fini(&r);
	parse_file(&r, "vmstat/megabytes/input.txt");
	ok(parsed_counter(&r, "", WS_N_MEM_FREE, 0) == NULL &&
		parsed_value(&r, "", WS_N_BLOCK_IN, 1) == 139108 * 1024.0 &&
		parsed_value(&r, "", WS_N_SWAP_IN, 1) == 0 &&
		*parsed_mark(&r, "note", 0) != '\0',
	    "memory of unknown scale is left out, with a note");
	parsed_fini(&r);
}

static void
test_headers(void)
{
	static const char header[] =
	    " r  b   swpd   free   buff  cache   si   "
	    "so    bi    bo   in   cs us sy id wa st\n";
	static const char row[] = " 1  0      0 400000 80000 80000    0    0   "
				  " 10    20  100  200  1  2 97  0  0\n";
	struct ws_buf b = { 0 };
	struct parsed r;

	parse_file(&r, "vmstat/repeated-header/input.txt");
	ok(parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 25 &&
		parsed_counter(&r, "", WS_N_CPU_IDLE, 24)->t == 24 &&
		parsed_counter(&r, "", WS_N_CPU_IDLE, 21)->peer == 0 &&
		parsed_counter(&r, "", WS_N_CPU_IDLE, 22)->peer == 0,
	    "a repeated header is no new capture");
	parsed_fini(&r);
	for (int i = 0; i < 2; i++) {
		ws_buf_puts(&b, header);
		for (int j = 0; j < 3; j++)
			ws_buf_puts(&b, row);
	}
	parse_mem(&r, &ws_parser_vmstat, "two", b.p, b.n);
	ok(r.status == WS_OK &&
		parsed_counter(&r, "", WS_N_CPU_IDLE, 0)->peer ==
		    WS_N_SINCE_BOOT &&
		parsed_counter(&r, "", WS_N_CPU_IDLE, 2)->peer == 0 &&
		parsed_counter(&r, "", WS_N_CPU_IDLE, 3)->peer ==
		    WS_N_SINCE_BOOT,
	    "a header after three rows is one");
	parsed_fini(&r);
	ws_buf_fini(&b);
	parse_mem(&r, &ws_parser_vmstat, "none", header, sizeof(header) - 1);
	ok(r.status == WS_PARTIAL && r.n == 0, "a header alone is partial");
	parsed_fini(&r);
}

static void
check_end(
    const char *path, enum ws_bid bid, enum ws_status status, const char *word)
{
	struct parsed r;

	parse_file(&r, path);
	ok(r.bid == bid && r.status == status &&
		strstr(r.err.text, word) != NULL,
	    "%s: %s, %s", path, ws_status_name(r.status), r.err.text);
	parsed_fini(&r);
}

static void
test_damage(void)
{
	struct parsed r;

	parse_file(&r, "vmstat/overwritten/input.txt");
	ok(r.status == WS_PARTIAL && r.faults == 1 && r.fault_off == 329 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_CPU_IDLE) == 7,
	    "two rows run into each other are a fault at their place");
	parsed_fini(&r);
	check_end("vmstat/torn/input.txt", WS_BID_SHAPE, WS_PARTIAL, "7 whole");
	check_end("vmstat/empty/input.txt", WS_BID_NO, WS_CORRUPT, "no header");
	check_end(
	    "vmstat/freebsd/input.txt", WS_BID_NO, WS_CORRUPT, "no header");
	check_end("vmstat/unsupported-forks/input.txt", WS_BID_SHAPE,
	    WS_UNSUPPORTED, "-f");
	check_end("vmstat/partition-torn/input.txt", WS_BID_SHAPE, WS_PARTIAL,
	    "3 whole");
}

/* The other modes are sums since boot. */
static void
test_sums(void)
{
	static const struct {
		const char *path, *track;
		ws_id name;
		double want;
	} cells[] = {
		{ "vmstat/disks/input.txt", "vda", WS_N_DISK_READS, 1478632 },
		{ "vmstat/disks/input.txt", "vda", WS_N_DISK_WRITE_BYTES,
		    77690936 * 512.0 },
		{ "vmstat/disks-dated/input.txt", "vda", WS_N_DISK_READ_AWAIT,
		    207426e6 },
		{ "vmstat/disk-sum/input.txt", "all disks", WS_N_DISK_READS,
		    180026 },
		{ "vmstat/partition/input.txt", "vda", WS_N_DISK_READS,
		    12095024 },
		{ "vmstat/partition/input.txt", "vda", WS_N_DISK_READ_BYTES,
		    259352474 * 512.0 },
		{ "vmstat/partition-procps3/input.txt", "sda1",
		    WS_N_DISK_WRITES, 477455 },
		{ "vmstat/partition-procps3/input.txt", "sda1",
		    WS_N_DISK_WRITE_BYTES, 79035544 * 512.0 },
		{ "vmstat/slabs/input.txt", "Acpi-State", WS_N_MEM_SLAB,
		    102 * 80 },
		{ "vmstat/slabs-reports/input.txt", "dentry", WS_N_MEM_SLAB,
		    1099854 * 192.0 },
		{ "vmstat/sums/input.txt", "", WS_N_CPU_IDLE, 1483.55 },
		{ "vmstat/sums/input.txt", "", WS_N_SCHED_SWITCHES, 6436787 },
		{ "vmstat/sums/input.txt", "", WS_N_MEM_TOTAL,
		    24684084 * 1024.0 },
	};

	for (size_t i = 0; i < WS_LEN(cells); i++) {
		struct parsed r;
		const struct ws_event *ev;

		parse_file(&r, cells[i].path);
		ev = parsed_counter(&r, cells[i].track, cells[i].name, 0);
		ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && ev != NULL &&
			fabs(ev->value - cells[i].want) <
			    1e-9 * cells[i].want &&
			(ev->peer == WS_N_TOTAL) == (ev->unit != WS_U_BYTES),
		    "%s: %s", cells[i].path, ws_known_name_help(cells[i].name));
		parsed_fini(&r);
	}
}

static void
put(struct bench *b, const char *name, const char *text)
{
	feed(b, &ws_parser_vmstat, name, text);
}

#define SUMS(user, idle, wait, in)                                             \
	"     24684084 K total memory\n"                                       \
	"        " user " non-nice user cpu ticks\n"                           \
	"            0 nice user cpu ticks\n"                                  \
	"          100 system cpu ticks\n"                                     \
	"       " idle " idle cpu ticks\n"                                     \
	"        " wait " IO-wait cpu ticks\n"                                 \
	"            0 IRQ cpu ticks\n            0 softirq cpu ticks\n"       \
	"            0 stolen cpu ticks\n     " in " K paged in\n"

/* Two snapshots make rates, in two files or in one. */
static void
test_rates(void)
{
	struct bench b;
	char *p;
	size_t n;

	bench_init(&b, "");
	put(&b, "t0/vmstat-s.txt", SUMS("100", "5000", "300", "1000"));
	put(&b, "t1/vmstat-s.txt", SUMS("600", "5100", "700", "9000"));
	ok(finish(&b), "facts of -s, twice");
	is_named(&b, "host.cpu.user", 0.5);
	is_named(&b, "host.cpu.idle", 0.1);
	is_named(&b, "host.cpu.iowait", 0.4);
	is_named(&b, "host.block_in", NAN);
	ok(ws_facts_source_presence(b.f, WS_S_VMSTAT) == WS_VALUE,
	    "two looks are");
	bench_fini(&b);
	bench_init(&b, "");
	put(&b, "vmstat-s.txt",
	    SUMS("100", "5000", "300", "1000")
		SUMS("600", "5100", "700", "9000"));
	ok(finish(&b), "facts of -s, twice in one file");
	is_named(&b, "host.cpu.iowait", 0.4);
	bench_fini(&b);
	bench_init(&b, "");
	put(&b, "vmstat-s.txt", SUMS("100", "5000", "300", "1000"));
	ok(finish(&b), "facts of -s, once");
	is_named(&b, "host.cpu.iowait", NAN);
	ok(ws_facts_source_presence(b.f, WS_S_VMSTAT) == WS_ABSENT,
	    "a single look at sums is no vmstat of the time in question");
	bench_fini(&b);
	p = read_testdata("vmstat/disks-dated/input.txt", &n);
	p = ws_realloc(p, n + 1);
	p[n] = '\0';
	bench_init(&b, "");
	put(&b, "vmstat-d.txt", p);
	ok(finish(&b), "facts of -d with times");
	is_named(&b, "disk.ops", 10031.5);
	is_named(&b, "disk.util", NAN);
	ok(ws_facts_source_presence(b.f, WS_S_VMSTAT) == WS_ABSENT &&
		ws_facts_source_presence(b.f, WS_S_IOSTAT) == WS_VALUE,
	    "disks are no table of intervals, but what iostat has");
	bench_fini(&b);
	free(p);
}

/* -p has no times: those of a log writer, or files of two times. */
static void
test_partition(void)
{
	struct bench b;
	char *p;
	size_t n;

	p = read_testdata("vmstat/partition-dated/input.txt", &n);
	p = ws_realloc(p, n + 1);
	p[n] = '\0';
	bench_init(&b, "");
	put(&b, "vmstat-p.txt", p);
	ok(finish(&b), "facts of -p behind dates");
	/* 223, 2 and 0 reads; 15, 169 and 0 writes; sectors written. */
	is_fact(&b, WS_F_DISK_OPS, "vda", 15 + 2);
	is_fact(&b, WS_F_DISK_BYTES, "vda", (49248 + 16) * 512.0);
	ok(ws_facts_source_presence(b.f, WS_S_VMSTAT) == WS_ABSENT &&
		ws_facts_source_presence(b.f, WS_S_IOSTAT) == WS_VALUE,
	    "a partition is no table of intervals");
	bench_fini(&b);
	bench_init(&b, "");
	put(&b, "vmstat-p.txt",
	    "sda1            reads      read sectors      writes  requested "
	    "writes\n   100    200    300    400\n"
	    "   900    900    900    900\n");
	ok(finish(&b), "facts of -p without times");
	is_named(&b, "disk.ops", NAN);
	bench_fini(&b);
	free(p);
}

/* The sum of a report is told when all of it is known to be there. */
static void
test_slabs(void)
{
	static const char head[] =
	    "Cache                       Num  Total   Size  Pages\n";
	static const char body[] = "a 1 2 100 9\nb 3 3 1000 9\nc 0 0 10 9\n";
	struct ws_buf text = { 0 };
	struct parsed r;
	struct bench b;

	parse_file(&r, "vmstat/slabs/input.txt");
	ok(r.status == WS_OK && r.faults == 0 &&
		parsed_counter(&r, "", WS_N_MEM_SLAB, 0) == NULL &&
		parsed_counter(&r, "MPTCPv6", WS_N_MEM_SLAB, 0) == NULL,
	    "one report: no sum, and no cache that is empty");
	parsed_fini(&r);
	parse_file(&r, "vmstat/slabs-reports/input.txt");
	ok(r.status == WS_OK && r.faults == 0 &&
		parsed_value(&r, "", WS_N_MEM_SLAB, 0) == 1124851688.0 &&
		parsed_value(&r, "", WS_N_MEM_SLAB, 1) == 1124851688.0 &&
		parsed_counter(&r, "", WS_N_MEM_SLAB, 2) == NULL &&
		parsed_counter(&r, "dentry", WS_N_MEM_SLAB, 1) != NULL,
	    "two reports, headers in them: two sums");
	parsed_fini(&r);
	ws_buf_puts(&text, head);
	for (int i = 0; i < 3; i++)
		ws_buf_puts(&text, body);
	ws_buf_puts(&text, "a 1 2 100 9\nb 3 x 1000 9\n");
	parse_mem(&r, &ws_parser_vmstat, "n", text.p, text.n);
	ok(r.status == WS_PARTIAL && r.faults == 1 &&
		parsed_value(&r, "", WS_N_MEM_SLAB, 2) == 3200 &&
		parsed_counter(&r, "", WS_N_MEM_SLAB, 3) == NULL &&
		parsed_value(&r, "a", WS_N_MEM_SLAB, 3) == 200,
	    "-n has no header between reports; the last is torn");
	parsed_fini(&r);
	text.n = 0;
	ws_buf_puts(&text, "2026-11-23T10:00:00Z Cache Num Total Size Pages\n");
	parse_mem(&r, &ws_parser_vmstat, "no", text.p, text.n);
	ok(r.bid == WS_BID_NO, "another layout is no vmstat");
	parsed_fini(&r);
	ws_buf_fini(&text);
	bench_init(&b, "");
	put(&b, "vmstat-m.txt",
	    "Cache                       Num  Total   Size  Pages\n"
	    "a 1 2 100 9\na 1 2 100 9\n");
	ok(finish(&b), "facts of -m");
	ok(ws_facts_source_presence(b.f, WS_S_VMSTAT) == WS_ABSENT,
	    "slabs are no table of intervals");
	bench_fini(&b);
}

static void
test_cuts(void)
{
	static const char *const files[] = { "wide-date", "active-date", "real",
		"no-steal", "colours-crlf", "log-prefix", "megabytes", "disks",
		"disks-dated", "disk-sum", "sums", "partition",
		"partition-dated", "partition-procps3", "slabs",
		"slabs-reports" };
	char path[128];

	for (size_t i = 0; i < WS_LEN(files); i++) {
		size_t n;
		char *p;

		snprintf(path, sizeof(path), "vmstat/%s/input.txt", files[i]);
		p = read_testdata(path, &n);
		ok(n > 0 && parse_every_cut(&ws_parser_vmstat, p, n) == 0,
		    "%s cut at each of %zu bytes", files[i], n);
		free(p);
	}
}

int
main(void)
{
	test_values();
	test_times();
	test_layouts();
	test_headers();
	test_damage();
	test_sums();
	test_rates();
	test_partition();
	test_slabs();
	test_cuts();
	return tap_done();
}
