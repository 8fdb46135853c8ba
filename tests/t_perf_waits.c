/* Tracepoints of perf.data in pairs: times of waits, and of whom. */
#include "perf_rec.h"
#include "tap.h"

enum { POINT = IDENTIFIER | TID | TIME | RAW };

/* A recording of tracepoints, whose ids count from 1. */
static void
start_points(struct rec *r, const char *const *names, uint64_t n)
{
	start(r);
	for (uint64_t i = 0; i < n; i++)
		attr(r, 2, 100 + i, POINT, 0, i + 1);
	for (uint64_t i = 0; i < n; i++)
		name_event(r, i + 1, names[i]);
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

	start_points(&r, names, WS_LEN(names));
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

	start_points(&r, names, WS_LEN(names));
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

int
main(void)
{
	test_points();
	test_waits();
	return tap_done();
}
