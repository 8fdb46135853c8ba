/* The parser of perf.data: the test data, and recordings made here. */
#include "base/mem.h"
#include "ingest/bundle.h"
#include "model/symtab.h"
#include "perf_rec.h"
#include "tap.h"

static void
test_maps(void)
{
	struct parsed p;
	struct rec r;

	start(&r);
	attr(&r, 1, 0, PLAIN, 0, 1);
	map(&r, UINT32_MAX, 0xffffffff81000000, 0x1000000, 0xffffffff81000000,
	    "[kernel.kallsyms]_text", 0);
	map(&r, UINT32_MAX, 0xffffffffc0001000, 0x1000, 0,
	    "/lib/modules/6.1/kernel/fs/ext4-x.ko.xz", 0);
	/* The sample stands before the map that it falls into by time. */
	sample(&r, 7, 0x401234, 50, 1);
	sample(&r, 7, 0x401234, 150, 1);
	map(&r, 7, 0x400000, 0x10000, 0x2000, "/bin/old", 10);
	map(&r, 7, 0x401000, 0x1000, 0x500, "/bin/new", 100);
	sample(&r, 7, 0x403000, 150, 1);
	fork_of(&r, 8, 7, 120);
	sample(&r, 8, 0x401234, 130, 1);
	comm(&r, 8, "child", 140, true);
	sample(&r, 8, 0x401234, 150, 1);
	map(&r, 9, 0x7f0000000000, 0x1000, 0, "//anon", 0);
	sample(&r, 9, 0x7f0000000010, 20, 1);
	parse_rec(&p, &r);
	ok(p.status == WS_OK && p.bid == WS_BID_EXACT, "a pipe");
	is_str(frame(&p, "perf.cpu", 0, 0), "/bin/old+3234", "before a map");
	is_str(frame(&p, "perf.cpu", 1, 0), "/bin/new+734", "after it");
	is_str(frame(&p, "perf.cpu", 2, 0), "/bin/old+5000", "beside it");
	is_str(frame(&p, "perf.cpu", 3, 0), "/bin/new+734",
	    "a child has the maps of its parent");
	is_str(frame(&p, "perf.cpu", 4, 0), "+401234", "exec drops them");
	is_str(track(&p, "perf.cpu", 4), "8/8 child", "and gives a name");
	is_str(frame(&p, "perf.cpu", 5, 0), "/tmp/perf-9.map+7f0000000010",
	    "code without a file");
	parsed_fini(&p);
}

/* More maps than are looked through one by one, each over the last. */
static void
test_many_maps(void)
{
	enum { MAPS = 500 };
	struct parsed p;
	struct rec r;
	char want[32];
	unsigned bad = 0;

	start(&r);
	attr(&r, 1, 0, PLAIN, 0, 1);
	for (uint64_t i = 0; i < MAPS; i++) {
		snprintf(want, sizeof(want), "/lib/%u", (unsigned)i);
		map(&r, 7, 0x1000 * (i % 50 + 1), 0x1000 * (i % 7 + 1), 0, want,
		    10 * i + 1);
	}
	for (uint64_t i = 0; i < MAPS; i++)
		sample(&r, 7, 0x1000 * (i % 50 + 1) + 4, 10 * i + 5, 1);
	parse_rec(&p, &r);
	for (unsigned i = 0; i < MAPS; i++) {
		snprintf(want, sizeof(want), "/lib/%u+4", i);
		bad += strcmp(frame(&p, "perf.cpu", i, 0), want) != 0;
	}
	ok(bad == 0, "each sample is in the newest map of its time");
	parsed_fini(&p);
}

/* Every member that may stand before or between those that are read. */
static void
test_members(void)
{
	const uint64_t all = IDENTIFIER | IP | TID | TIME | ADDR | ID | STREAM |
			     CPU | PERIOD | READ | CHAIN | RAW | BRANCH | REGS |
			     STACK;
	struct parsed p;
	struct rec r;

	start(&r);
	attr(&r, 1, 0, all, 7, 5); /* enabled, running, id */
	begin(&r, SAMPLE, 1);
	u64(&r, 5);
	u64(&r, 0xffffffff81000010);
	u32(&r, 3);
	u32(&r, 4);
	u64(&r, 99);
	u64(&r, 0xadd4);
	u64(&r, 5);
	u64(&r, 6);
	u64(&r, 1);
	u64(&r, 777);  /* period */
	u64(&r, 4242); /* count */
	u64(&r, 1);
	u64(&r, 1);
	u64(&r, 5);
	u64(&r, 3);
	u64(&r, KERNEL_MARK);
	u64(&r, 0xffffffff81000010);
	u64(&r, 0xffffffff81000020);
	u32(&r, 4);
	u32(&r, 0);
	u64(&r, 1); /* a branch, with an index */
	u64(&r, 0);
	for (int i = 0; i < 3; i++)
		u64(&r, 1);
	u64(&r, 2); /* registers 3 and 8, the latter is the address */
	u64(&r, 33);
	u64(&r, 0x401000);
	u64(&r, 0);
	end(&r);
	parse_rec(&p, &r);
	ok(p.status == WS_OK && value(&p, "perf.cpu", 0) == 4242,
	    "the count is the value where it was read");
	ok(nth(&p, "perf.cpu", 0)->t == 99, "time");
	is_str(track(&p, "perf.cpu", 0), "3/4", "thread");
	is_str(frame(&p, "perf.cpu", 0, 1),
	    "[kernel.kallsyms]+ffffffff81000020", "call chain");
	parsed_fini(&p);
}

static void
test_groups(void)
{
	enum { LEADER = IDENTIFIER | IP | TID | TIME | READ };
	struct parsed p;
	struct rec r;

	start(&r);
	attr(&r, 1, 0, LEADER, 4 | 8, 1);
	attr(&r, 1, 2, LEADER, 4 | 8, 2);
	for (uint64_t i = 1; i <= 2; i++) {
		begin(&r, SAMPLE, 2);
		u64(&r, 1);
		u64(&r, 0x1000);
		u32(&r, 1);
		u32(&r, 1);
		u64(&r, i);
		u64(&r, 2); /* members */
		u64(&r, 1000 * i * i);
		u64(&r, 1);
		u64(&r, 5);
		u64(&r, 2);
		end(&r);
	}
	parse_rec(&p, &r);
	ok(value(&p, "perf.cpu", 0) == 1000 && value(&p, "perf.cpu", 1) == 3000,
	    "totals become parts");
	ok(value(&p, "perf.faults", 0) == 5 &&
		nth(&p, "perf.faults", 1) == NULL,
	    "an event that counted nothing has no sample");
	parsed_fini(&p);
}

/* The user's part of a chain comes in a record of its own. */
static void
test_deferred(void)
{
	enum { LATER = IDENTIFIER | IP | TID | TIME | CHAIN };

	const uint64_t mark = (uint64_t)-640;
	struct parsed p;
	struct rec r;

	start(&r);
	attr(&r, 1, 0, LATER, 0, 1);
	for (uint64_t i = 0; i < 3; i++) {
		begin(&r, SAMPLE, 1);
		u64(&r, 1);
		u64(&r, 0xffffffff81000010);
		u32(&r, 3);
		u32(&r, 3);
		u64(&r, 10 + i);
		u64(&r, 4);
		u64(&r, KERNEL_MARK);
		u64(&r, 0xffffffff81000010 + i);
		u64(&r, mark);
		u64(&r, i < 2 ? 77 : 78); /* cookie */
		end(&r);
	}
	begin(&r, 22, 2);
	u64(&r, 77);
	u64(&r, 2);
	u64(&r, USER_MARK);
	u64(&r, 0x401000);
	trailer(&r, 3, 20, 1);
	parse_rec(&p, &r);
	ok(parsed_count(&p, WS_EV_SAMPLE, WS_N_PERF_CPU) == 3, "all came");
	is_str(frame(&p, "perf.cpu", 0, 1), "+401000", "completed later");
	is_str(frame(&p, "perf.cpu", 1, 0),
	    "[kernel.kallsyms]+ffffffff81000011", "the second of the stay");
	is_str(frame(&p, "perf.cpu", 1, 1), "+401000", "has the same user");
	is_str(frame(&p, "perf.cpu", 2, 1), "none", "and one never was");
	parsed_fini(&p);
}

static double
lost(const struct parsed *p, const char *name)
{
	double n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->ev[i].kind == WS_EV_LOSS &&
		    ws_sv_is(ws_dict_text(p->sink.dict, p->ev[i].name), name))
			n += p->ev[i].value;
	return n;
}

static void
test_loss(void)
{
	struct parsed p;
	struct rec r;

	start(&r);
	attr(&r, 1, 0, PLAIN, 0, 1);
	begin(&r, LOST, 0);
	u64(&r, 1);
	u64(&r, 33);
	trailer(&r, 1, 1, 1);
	begin(&r, THROTTLE, 0);
	for (int i = 0; i < 3; i++)
		u64(&r, 1);
	trailer(&r, 1, 1, 1);
	sample(&r, 1, 2, 3, 1);
	begin(&r, SAMPLE, 2);
	u64(&r, 1);
	end(&r);
	begin(&r, 60, 0); /* nobody knows */
	end(&r);
	parse_rec(&p, &r);
	ok(lost(&p, "perf.lost") == 33 && lost(&p, "perf.throttled") == 1 &&
		lost(&p, "perf.lost_samples") == 1,
	    "what was lost");
	ok(p.status == WS_PARTIAL, "a sample that is too short");
	parsed_fini(&p);
}

/* Lost samples that perf counts itself, and those that a filter dropped. */
static void
test_counted_loss(void)
{
	enum { LOST_SAMPLES = 13, READ_LOST = 1 << 4 };

	for (uint64_t counted = 0; counted < 2; counted++) {
		struct parsed p;
		struct rec r;

		start(&r);
		attr(&r, 1, 0, PLAIN, counted ? READ_LOST : 0, 1);
		begin(&r, LOST, 0);
		u64(&r, 1);
		u64(&r, 30);
		trailer(&r, 1, 1, 1);
		begin(&r, LOST_SAMPLES, 0);
		u64(&r, 40);
		trailer(&r, 1, 0, 1);
		begin(&r, LOST_SAMPLES, 1 << 15);
		u64(&r, 1000);
		trailer(&r, 1, 0, 1);
		sample(&r, 1, 2, 3, 1);
		parse_rec(&p, &r);
		ok(lost(&p, "perf.lost") == (counted ? 0 : 30) &&
			lost(&p, "perf.lost_samples") == 40,
		    "what was lost counts once");
		parsed_fini(&p);
	}
}

static void
test_damage(void)
{
	struct parsed p;
	struct rec r;

	start(&r);
	attr(&r, 1, 0, PLAIN, 0, 1);
	sample(&r, 1, 2, 3, 1);
	begin(&r, SAMPLE, 2); /* of size 0 */
	u64(&r, 0);
	parse_rec(&p, &r);
	ok(p.status == WS_PARTIAL &&
		parsed_count(&p, WS_EV_SAMPLE, WS_N_PERF_CPU) == 1,
	    "a record without a size ends the reading");
	parsed_fini(&p);
	start(&r);
	attr(&r, 1, 0, IDENTIFIER | CHAIN, 0, 1);
	begin(&r, SAMPLE, 2);
	u64(&r, 1);
	u64(&r, UINT64_MAX);
	u64(&r, 1);
	end(&r);
	parse_rec(&p, &r);
	ok(p.status == WS_PARTIAL &&
		parsed_count(&p, WS_EV_SAMPLE, WS_N_PERF_CPU) == 0,
	    "a call chain longer than its record");
	parsed_fini(&p);
	start(&r);
	attr(&r, 1, 0, PLAIN, 0, 1);
	begin(&r, 71, 0);
	u64(&r, UINT64_MAX);
	end(&r);
	parse_rec(&p, &r);
	ok(p.status == WS_PARTIAL, "a hardware trace longer than the file");
	parsed_fini(&p);
}

static void
parse_file(struct parsed *p, const char *name)
{
	char path[64], *bytes;
	size_t n;

	snprintf(path, sizeof(path), "perf-data/%s/input.data", name);
	bytes = read_testdata(path, &n);
	parse_mem(p, &ws_parser_perf_data, "input.data",
	    bytes == NULL ? "" : bytes, n);
	free(bytes);
}

/* Two forms of one recording say the same. */
static void
test_same(const char *a, const char *b)
{
	struct parsed p, q;
	size_t same = 0;

	parse_file(&p, a);
	parse_file(&q, b);
	for (size_t i = 0; i < p.n && i < q.n; i++)
		same += p.ev[i].t == q.ev[i].t &&
			p.ev[i].value == q.ev[i].value &&
			p.ev[i].stack == q.ev[i].stack &&
			same_text(&p, p.ev[i].track, &q, q.ev[i].track);
	ok(p.n > 10 && p.n == q.n && same == p.n, "%s is %s", b, a);
	parsed_fini(&p);
	parsed_fini(&q);
}

static void
test_cuts(const char *name)
{
	char path[64], *bytes;
	struct parsed whole, part;
	size_t n, bad = 0;

	snprintf(path, sizeof(path), "perf-data/%s/input.data", name);
	bytes = read_testdata(path, &n);
	if (bytes == NULL)
		return;
	parse_file(&whole, name);
	for (size_t i = 0; i < n; i += 7) {
		parse_mem(&part, &ws_parser_perf_data, "cut", bytes, i);
		bad += part.status == WS_OK && i + 8 < n &&
		       strstr(name, "pipe") == NULL;
		bad += parsed_count(&part, WS_EV_SAMPLE, WS_N_PERF_CPU) >
		       parsed_count(&whole, WS_EV_SAMPLE, WS_N_PERF_CPU);
		parsed_fini(&part);
	}
	ok(bad == 0, "%s: no cut is whole, none has more", name);
	parsed_fini(&whole);
	free(bytes);
}

static void
test_files(void)
{
	const struct ws_mapped *m;
	struct parsed p;

	parse_file(&p, "file");
	ok(p.status == WS_OK &&
		parsed_count(&p, WS_EV_SAMPLE, WS_N_PERF_CPU) == 10 &&
		value(&p, "perf.cpu", 0) == 5e6,
	    "as many samples as perf report --stats says");
	ok(parsed_value(&p, "perf.cpu", WS_N_CAPTURE_PERIOD, 0) == 5e6,
	    "the distance of a clock's samples");
	is_str(frame(&p, "perf.cpu", 0, 0), "/srv/spin/spin+11da",
	    "an offset in the program");
	m = ws_symtab_mapped(ws_dict_symtab(p.sink.dict),
	    ws_dict_cstr(p.sink.dict, "/srv/spin/spin"));
	ok(m != NULL && m->build_id.n == 20 && m->build_id.id[0] == 0xc1,
	    "its build id");
	is_str(track(&p, "perf.cpu", 3), "19453/19457 lock holder", "thread");
	parsed_fini(&p);
	parse_file(&p, "clock");
	ok(nth(&p, "perf.cpu", 0) != NULL &&
		ws_dict_get_clock(p.sink.dict, nth(&p, "perf.cpu", 0)->clock)
			->how == WS_CLOCK_ANCHORED,
	    "a clock that is tied to the wall's");
	parsed_fini(&p);
	parse_file(&p, "version1");
	ok(p.status == WS_UNSUPPORTED, "version 1");
	parsed_fini(&p);
}

/* "data" and the files beside it are one recording. */
static void
test_folder(void)
{
	const char *srcdir = getenv("srcdir");
	struct ws_dict *dict = ws_dict_new();
	struct ws_sink *sink = ws_sink_new_count(dict);
	const struct ws_entry *e;
	struct ws_bundle *b;
	struct ws_limits limits;
	struct ws_err err;
	char path[1024];
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/testdata/perf-data/folder",
	    srcdir == NULL ? "." : srcdir);
	ws_limits_init(&limits);
	b = ws_bundle_read(path, &limits, sink, &err);
	e = b == NULL ? NULL : ws_bundle_entries(b, &n);
	ok(n == 2, "a recording and its note, %zu entries", n);
	for (size_t i = 0; i < n; i++) {
		if (e[i].format == NULL)
			continue;
		ok(strcmp(e[i].name, "data") == 0 && e[i].status == WS_OK &&
			strstr(e[i].detail, "folder, 5 cpu-clock") != NULL,
		    "the samples of all files");
	}
	ws_bundle_free(b);
	ws_sink_free(sink);
	ws_dict_free(dict);
}

/* A name that no kernel gives, which each thread has in its own. */
static void
test_long_comm(void)
{
	char name[1001];
	struct parsed p;
	struct rec r;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	start(&r);
	attr(&r, 1, 0, PLAIN, 0, 1);
	comm(&r, 7, name, 1, false);
	sample(&r, 7, 0x401234, 2, 1);
	parse_rec(&p, &r);
	ok(strlen(track(&p, "perf.cpu", 0)) == strlen("7/7 ") + 64,
	    "a long comm is cut");
	parsed_fini(&p);
}

/* A mark that is not known, behind the kernel's part. */
static void
test_unknown_mark(void)
{
	enum { CHAINED = IDENTIFIER | IP | TID | TIME | CHAIN };

	const uint64_t ip = 0xffffffff81000010;
	struct parsed p;
	struct rec r;

	start(&r);
	attr(&r, 1, 0, CHAINED, 0, 1);
	begin(&r, SAMPLE, 1);
	u64(&r, 1);
	u64(&r, ip);
	u32(&r, 3);
	u32(&r, 3);
	u64(&r, 10);
	u64(&r, 4);
	u64(&r, KERNEL_MARK);
	u64(&r, ip);
	u64(&r, (uint64_t)-999);
	u64(&r, ip);
	end(&r);
	parse_rec(&p, &r);
	is_str(frame(&p, "perf.cpu", 0, 0),
	    "[kernel.kallsyms]+ffffffff81000010", "the kernel's part");
	is_str(frame(&p, "perf.cpu", 0, 1), "+ffffffff81000010",
	    "what is behind an unknown mark is of nobody");
	parsed_fini(&p);
}

/* One long part of a chain for many samples. */
static void
test_deferred_bomb(void)
{
	enum {
		LATER = IDENTIFIER | IP | TID | TIME | CHAIN,
		SAMPLES = 900,
		WORDS = 8000
	};

	struct parsed p;
	struct rec r;
	size_t depth = 0;
	const ws_id *v;

	start(&r);
	attr(&r, 1, 0, LATER, 0, 1);
	for (uint64_t i = 0; i < SAMPLES; i++) {
		begin(&r, SAMPLE, 1);
		u64(&r, 1);
		u64(&r, i);
		u32(&r, 3);
		u32(&r, 3);
		u64(&r, 10 + i);
		u64(&r, 4);
		u64(&r, KERNEL_MARK);
		u64(&r, i);
		u64(&r, (uint64_t)-640);
		u64(&r, 77);
		end(&r);
	}
	begin(&r, 22, 2);
	u64(&r, 77);
	u64(&r, WORDS);
	u64(&r, USER_MARK);
	for (uint64_t i = 1; i < WORDS; i++)
		u64(&r, i);
	trailer(&r, 3, 2000, 1);
	parse_rec(&p, &r);
	for (ws_id i = 1; i <= ws_dict_stacks(p.sink.dict); i++)
		depth += ws_dict_get_stack(p.sink.dict, i, &v);
	ok(parsed_count(&p, WS_EV_SAMPLE, WS_N_PERF_CPU) == SAMPLES,
	    "all samples came");
	ok(depth < SAMPLES * 4000, "not all with all of the chain (%zu frames)",
	    depth);
	parsed_fini(&p);
}

int
main(void)
{
	test_folder();
	test_maps();
	test_many_maps();
	test_members();
	test_groups();
	test_deferred();
	test_loss();
	test_counted_loss();
	test_damage();
	test_files();
	test_same("file", "big-endian");
	test_same("zstd", "zstd2");
	test_cuts("file");
	test_cuts("pipe");
	test_cuts("zstd2");
	test_cuts("tracepoint-pipe");
	test_cuts("forms");
	test_long_comm();
	test_unknown_mark();
	test_deferred_bomb();
	return tap_done();
}
