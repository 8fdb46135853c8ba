/* The parser of perf.data: the test data, and recordings made here. */
#include "base/mem.h"
#include "ingest/bundle.h"
#include "model/symtab.h"
#include "parse_mem.h"
#include "perf_write.h"
#include "tap.h"

extern const struct ws_parser ws_parser_perf_data;

static void
parse_rec(struct parsed *p, struct rec *r)
{
	parse_mem(p, &ws_parser_perf_data, "perf.data", r->b.p, r->b.n);
	ws_buf_fini(&r->b);
}

/* The nth sample of a series, or NULL. */
static const struct ws_event *
nth(const struct parsed *p, const char *series, size_t n)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->ev[i].kind == WS_EV_SAMPLE &&
		    ws_sv_is(
			ws_dict_text(p->sink.dict, p->ev[i].name), series) &&
		    n-- == 0)
			return &p->ev[i];
	return NULL;
}

/* "mapping+addr" of a frame of the nth sample. */
static const char *
frame(const struct parsed *p, const char *series, size_t n, size_t depth)
{
	static char out[256];
	const struct ws_event *e = nth(p, series, n);
	const struct ws_frame *f;
	const ws_id *v;

	if (e == NULL || ws_dict_get_stack(p->sink.dict, e->stack, &v) <= depth)
		return "none";
	f = ws_dict_get_frame(p->sink.dict, v[depth]);
	snprintf(out, sizeof(out), "%s%s+%llx",
	    ws_dict_text(p->sink.dict, f->func).p,
	    ws_dict_text(p->sink.dict, f->mapping).p,
	    (unsigned long long)f->addr);
	return out;
}

static const char *
track(const struct parsed *p, const char *series, size_t n)
{
	const struct ws_event *e = nth(p, series, n);

	return e == NULL ? "none" : ws_dict_text(p->sink.dict, e->track).p;
}

static double
value(const struct parsed *p, const char *series, size_t n)
{
	const struct ws_event *e = nth(p, series, n);

	return e == NULL ? NAN : e->value;
}

enum { PLAIN = IDENTIFIER | IP | TID | TIME };

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

/* A tracepoint without the texts that describe it: TIME, TID, RAW. */
static void
point(struct rec *r, uint64_t id, uint32_t tid, uint64_t time,
    const uint64_t *words, size_t n)
{
	begin(r, SAMPLE, 2);
	u64(r, id);
	u32(r, tid);
	u32(r, tid);
	u64(r, time);
	u32(r, (uint32_t)(n * 8 + 4));
	for (size_t i = 0; i < n; i++)
		u64(r, words[i]);
	u32(r, 0);
	end(r);
}

static void
test_points(void)
{
	enum { POINT = IDENTIFIER | TID | TIME | RAW };

	static const char *const names[] = { "block:block_rq_issue",
		"block:block_rq_complete", "lock:contention_begin",
		"lock:contention_end", "syscalls:sys_enter_pread64",
		"syscalls:sys_exit_pread64", "sched:sched_switch",
		"sched:sched_wakeup" };
	const uint64_t device[] = { 0, 254 << 20 | 3, 4096 },
		       other[] = { 0, 254 << 20 | 3, 8192 };
	/* comm of 16 bytes, pid, priority, state, and the same again */
	const uint64_t out[] = { 0, 0, 0, 7, 1, 0, 0, 0 },
		       in[] = { 0, 0, 0, 0, 0, 0, 0, 7 },
		       wake[] = { 0, 0, 0, 7 };
	struct parsed p;
	struct rec r;

	start(&r);
	for (uint64_t i = 0; i < WS_LEN(names); i++)
		attr(&r, 2, 100 + i, POINT, 0, i + 1);
	for (uint64_t i = 0; i < WS_LEN(names); i++)
		name_event(&r, i + 1, names[i]);
	/* Another CPU's buffer comes first. */
	point(&r, 2, 0, 700, device, 3);
	point(&r, 7, 0, 900, in, 8);
	point(&r, 1, 5, 200, device, 3);
	point(&r, 1, 5, 300, other, 3);
	point(&r, 3, 5, 210, other, 2);
	point(&r, 4, 5, 260, other, 2);
	point(&r, 5, 6, 100, other, 2);
	point(&r, 6, 6, 150, other, 2);
	point(&r, 7, 7, 400, out, 8);
	point(&r, 8, 9, 850, wake, 4);
	parse_rec(&p, &r);
	ok(value(&p, "perf.block", 0) == 500 &&
		nth(&p, "perf.block", 1) == NULL,
	    "a block request, but not one that did not end");
	is_str(track(&p, "perf.block", 0), "254,3", "its device");
	ok(value(&p, "perf.lock", 0) == 50, "a wait for a lock");
	ok(value(&p, "perf.syscall", 0) == 50, "a system call");
	is_str(frame(&p, "perf.syscall", 0, 0), "sys_pread64+0", "its name");
	ok(value(&p, "perf.offcpu", 0) == 500, "time off the CPU");
	is_str(track(&p, "perf.offcpu", 0), "7/7", "of whom");
	ok(parsed_count(&p, WS_EV_EDGE, WS_N_EDGE_UNBLOCK) == 1, "a wake-up");
	parsed_fini(&p);
}

static double
sum(const struct parsed *p, const char *series)
{
	double all = 0;

	for (size_t n = 0; nth(p, series, n) != NULL; n++)
		all += value(p, series, n);
	return all;
}

/* What states, wake-ups and futex operations make of the time. */
static void
test_waits(void)
{
	enum { POINT = IDENTIFIER | TID | TIME | RAW };

	static const char *const names[] = { "sched:sched_switch",
		"sched:sched_wakeup", "syscalls:sys_enter_futex",
		"syscalls:sys_exit_futex", "syscalls:sys_exit_read" };
	/* comm of 16 bytes, pid, priority, state, and the same again */
	const uint64_t preempted[] = { 0, 0, 0, 7, 0x100, 0, 0, 8 },
		       disk[] = { 0, 0, 0, 8, 2, 0, 0, 7 },
		       sleeps[] = { 0, 0, 0, 7, 1, 0, 0, 0 },
		       back[] = { 0, 0, 0, 0, 0, 0, 0, 7 },
		       wake[] = { 0, 0, 0, 7 };
	/* number, address, operation */
	const uint64_t wait[] = { 0, 202, 64, 0x80 },
		       wakes[] = { 0, 202, 64, 0x81 }, leave[] = { 0, 202 };
	struct parsed p;
	struct rec r;

	start(&r);
	for (uint64_t i = 0; i < WS_LEN(names); i++)
		attr(&r, 2, 100 + i, POINT, 0, i + 1);
	for (uint64_t i = 0; i < WS_LEN(names); i++)
		name_event(&r, i + 1, names[i]);
	point(&r, 1, 7, 1000, preempted, 8);
	point(&r, 1, 8, 1500, disk, 8);
	point(&r, 1, 7, 1900, sleeps, 8);
	point(&r, 2, 8, 2400, wake, 4);
	point(&r, 1, 0, 2500, back, 8);
	point(&r, 3, 7, 3000, wait, 4);
	point(&r, 4, 7, 3100, leave, 2);
	point(&r, 3, 7, 3200, wakes, 4);
	point(&r, 4, 7, 3210, leave, 2);
	point(&r, 3, 7, 3300, wait, 4);
	point(&r, 5, 7, 3400, leave, 2);
	parse_rec(&p, &r);
	ok(value(&p, "perf.offcpu", 0) == 600 &&
		nth(&p, "perf.offcpu", 1) == NULL,
	    "who was preempted, or is not back, was not off the CPU");
	ok(sum(&p, "perf.runqueue") == 500 + 100,
	    "preempted, and from a wake-up on");
	ok(nth(&p, "perf.uninterruptible", 0) == NULL, "a wait without an end");
	ok(sum(&p, "perf.futex") == 100, "a wake-up is no wait");
	ok(sum(&p, "perf.syscall") == 110,
	    "the end of another call is none of this one");
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

/* What was lost as LOST records tell it, and as the event counts it itself;
 * what BPF left out was not lost. */
static void
test_loss_counted(void)
{
	static const struct {
		uint64_t read, records, samples;
		double lost;
	} want[] = { { 0, 30, 5, 35 }, { 1 << 4, 30, 32, 32 },
		{ 1 << 4, 30, 0, 30 }, { 1 << 4, 0, 7, 7 } };
	struct parsed p;
	struct rec r;

	for (size_t i = 0; i < WS_LEN(want); i++) {
		start(&r);
		attr(&r, 1, 0, PLAIN, want[i].read, 1);
		sample(&r, 1, 2, 3, 1);
		begin(&r, LOST, 0);
		u64(&r, 1);
		u64(&r, want[i].records);
		trailer(&r, 1, 1, 1);
		begin(&r, LOST_SAMPLES, 0);
		u64(&r, want[i].samples);
		trailer(&r, 1, 1, 1);
		begin(&r, LOST_SAMPLES, 1 << 15);
		u64(&r, 1000);
		trailer(&r, 1, 1, 1);
		parse_rec(&p, &r);
		ok(lost(&p, "perf.lost") + lost(&p, "perf.lost_samples") ==
			want[i].lost,
		    "%.0f lost", want[i].lost);
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

int
main(void)
{
	test_folder();
	test_maps();
	test_many_maps();
	test_members();
	test_groups();
	test_points();
	test_waits();
	test_deferred();
	test_loss();
	test_loss_counted();
	test_damage();
	test_files();
	test_same("file", "big-endian");
	test_same("zstd", "zstd2");
	test_cuts("file");
	test_cuts("pipe");
	test_cuts("zstd2");
	test_cuts("tracepoint-pipe");
	test_cuts("forms");
	return tap_done();
}
