/* Facts of what the Go runtime tells of itself. */
#include "metrics_kit.h"
#include "tap.h"

static const char rules[] =
    "param x.y : count = 1 in 0..2 help \"-\" source \"-\";\n";

static void
timed(struct bench *b, const char *track, ws_id name, double v)
{
	struct ws_event e = WS_EVENT(WS_EV_COUNTER);

	e.track = ws_dict_cstr(b->d, track);
	e.name = name;
	e.unit = WS_U_TIME;
	e.value = v;
	ws_sink_events(b->sink, &e, 1);
}

struct window {
	double interval, cpu, assist, background, allocated;
};

static void
put_window(struct bench *b, const char *run, struct window w)
{
	counter(b, run, WS_N_GO_GC_INTERVAL, w.interval);
	counter(b, run, WS_N_GO_GC_ROOM, 2 * w.interval);
	counter(b, run, WS_N_GO_GC_CPU, w.cpu);
	counter(b, run, WS_N_GO_GC_ASSIST, w.assist);
	counter(b, run, WS_N_GO_GC_BACKGROUND, w.background);
	counter(b, run, WS_N_GO_GC_ALLOCATED, w.allocated);
}

static void
put_cycle(struct bench *b, const char *run, double live, bool forced)
{
	counter(b, run, WS_N_GO_GC_PROCS, 2);
	counter(b, run, WS_N_GO_GC_STOP, 1e6);
	counter(b, run, WS_N_GO_GC_STOP, 3e6);
	counter(b, run, WS_N_GO_GC_HEAP_LIVE, live);
	counter(b, run, WS_N_GO_GC_HEAP_GOAL, 2 * live);
	counter(b, run, WS_N_GO_GC_FORCED, forced);
}

static void
test_gctrace(void)
{
	static const struct window quiet = { 1e9, 2e7, 0, 1e7, 1e6 },
				   busy = { 1e9, 8e8, 3e8, 3e8, 5e6 };
	struct bench b;

	bench_init(&b, rules);
	begin(&b, "gc.txt", "godebug");
	for (size_t i = 0; i < 4; i++) {
		put_cycle(&b, "run 1", 1000, i == 3);
		if (i < 3)
			put_window(&b, "run 1", i == 1 ? busy : quiet);
	}
	put_cycle(&b, "run 2", 1e9, false);
	end(&b, WS_OK);
	ok(finish(&b), "facts of gctrace");
	is_fact(&b, WS_F_GCT_CYCLES, NULL, 4);
	is_fact(&b, WS_F_GCT_DURATION, NULL, 3e9);
	is_fact(&b, WS_F_GCT_RATE, NULL, 1);
	is_fact(&b, WS_F_GCT_CPU, NULL, 0.14);
	is_fact(&b, WS_F_GCT_MARK, NULL, 6.2e8 / 6e9);
	is_fact(&b, WS_F_GCT_PEAK, NULL, 0.4);
	is_fact(&b, WS_F_GCT_ASSIST, NULL, 0.05);
	is_fact(&b, WS_F_GCT_ASSIST_SHARE, NULL, 3e8 / 6.2e8);
	is_fact(&b, WS_F_GCT_STW_MAX, NULL, 3e6);
	is_fact(&b, WS_F_GCT_STW_TOTAL, NULL, 0.004);
	is_fact(&b, WS_F_GCT_LIVE, NULL, 1000);
	is_fact(&b, WS_F_GCT_GROWTH, NULL, 1);
	is_fact(&b, WS_F_GCT_ALLOC, NULL, 7e6 / 3);
	is_fact(&b, WS_F_GCT_FORCED, NULL, 0.25);
	is_fact(&b, WS_F_GO_MAXPROCS, NULL, 2);
	bench_fini(&b);

	bench_init(&b, rules);
	begin(&b, "env.txt", "env");
	counter(&b, NULL, WS_N_GO_MAXPROCS, 8);
	end(&b, WS_OK);
	begin(&b, "gc.txt", "godebug");
	put_cycle(&b, "run 1", 1000, false);
	end(&b, WS_OK);
	ok(finish(&b), "facts of one collection");
	is_fact(&b, WS_F_GCT_CYCLES, NULL, 1);
	is_fact(&b, WS_F_GCT_CPU, NULL, NAN);
	is_fact(&b, WS_F_GCT_ALLOC, NULL, NAN);
	is_fact(&b, WS_F_GO_MAXPROCS, NULL, 8);
	bench_fini(&b);
}

static void
put_row(struct bench *b, double idle, double queued, double threads)
{
	counter(b, "run 1", WS_N_GO_SCHED_PROCS, 4);
	counter(b, "run 1", WS_N_GO_SCHED_IDLE_PROCS, idle);
	counter(b, "run 1", WS_N_GO_SCHED_QUEUED, queued);
	counter(b, "run 1", WS_N_GO_SCHED_THREADS, threads);
	counter(b, "run 1", WS_N_GO_SCHED_IN_CALLS, threads - 6);
}

static void
put_state(struct bench *b, const char *state, double n)
{
	char track[80];

	snprintf(track, sizeof(track), "run 1: %s", state);
	counter(b, track, WS_N_GO_SCHED_STATE, n);
}

static void
test_schedtrace(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin(&b, "sched.txt", "godebug");
	put_row(&b, 4, 0, 8);
	counter(&b, "run 1", WS_N_GO_SCHED_INTERVAL, 1e9);
	put_row(&b, 1, 3, 9);
	counter(&b, "run 1", WS_N_GO_SCHED_INTERVAL, 1e9);
	put_row(&b, 0, 5, 20);
	counter(&b, "run 1", WS_N_GO_SCHED_INTERVAL, 1e9);
	put_row(&b, 1, 0, 12);
	counter(&b, "run 1", WS_N_GO_SCHED_GOROUTINES, 12);
	put_state(&b, "waiting: force gc (idle)", 2);
	put_state(&b, "waiting: sync.Mutex.Lock", 5);
	put_state(&b, "waiting: select", 2);
	put_state(&b, "syscall", 1);
	put_state(&b, "runnable", 2);
	counter(&b, "run 2: syscall", WS_N_GO_SCHED_STATE, 100);
	end(&b, WS_OK);
	ok(finish(&b), "facts of schedtrace");
	is_fact(&b, WS_F_SCT_ROWS, NULL, 4);
	is_fact(&b, WS_F_SCT_DURATION, NULL, 3e9);
	is_fact(&b, WS_F_SCT_IDLE, NULL, 6.0 / 16);
	is_fact(&b, WS_F_SCT_RUNNABLE, NULL, 2);
	is_fact(&b, WS_F_SCT_RUNNABLE_P, NULL, 0.5);
	is_fact(&b, WS_F_SCT_RUNNABLE_IDLE, NULL, 0.25);
	is_fact(&b, WS_F_SCT_THREADS, NULL, 20);
	is_fact(&b, WS_F_SCT_GROWTH, NULL, 4);
	is_fact(&b, WS_F_SCT_GOROUTINES, NULL, 10);
	is_fact(&b, WS_F_SCT_LOCK, NULL, 0.5);
	is_fact(&b, WS_F_SCT_CHAN, NULL, 0.2);
	is_fact(&b, WS_F_SCT_SYSCALL, NULL, 0.1);
	is_fact(&b, WS_F_SCT_GC, NULL, 0);
	is_fact(&b, WS_F_SCT_STATE, "waiting: sync.Mutex.Lock", 0.5);
	is_fact(&b, WS_F_SCT_STATE, "waiting: force gc (idle)", NAN);
	bench_fini(&b);

	bench_init(&b, rules);
	begin(&b, "sched.txt", "godebug");
	put_row(&b, 4, 0, 8);
	end(&b, WS_OK);
	ok(finish(&b), "facts without scheddetail");
	is_fact(&b, WS_F_SCT_LOCK, NULL, NAN);
	is_fact(&b, WS_F_SCT_DURATION, NULL, NAN);
	is_fact(&b, WS_F_GCT_CYCLES, NULL, NAN);
	bench_fini(&b);
}

struct dump {
	double alloc, cycles, cpu, gc, wait, short_waits, long_waits;
};

static void
put_values(struct bench *b, struct dump d)
{
	counter(b, NULL, WS_N_GO_RT_PROCS, 4);
	counter(b, NULL, WS_N_GO_RT_GOROUTINES, d.cycles);
	counter(b, NULL, WS_N_GO_RT_ALLOC, d.alloc);
	counter(b, NULL, WS_N_GO_RT_CYCLES, d.cycles);
	counter(b, NULL, WS_N_GO_RT_LIMITER, 25);
	if (d.cpu > 0) {
		counter(b, NULL, WS_N_GO_RT_CPU_TOTAL, d.cpu);
		counter(b, NULL, WS_N_GO_RT_CPU_GC, d.gc + 5e9);
		counter(b, NULL, WS_N_GO_RT_CPU_GC_IDLE, 5e9);
	}
	counter(b, NULL, WS_N_GO_RT_MUTEX_WAIT, d.wait);
	if (d.short_waits > 0)
		counter(b, "le 128", WS_N_GO_RT_LATENCY, d.short_waits);
	if (d.long_waits > 0)
		counter(b, "le 1000000", WS_N_GO_RT_LATENCY, d.long_waits);
	counter(b, NULL, WS_N_GO_RT_DUMP, 1);
}

static void
put_dump(struct bench *b, const char *name, struct dump d)
{
	begin(b, name, "runtime-metrics");
	put_values(b, d);
	end(b, WS_OK);
}

static const struct dump before = { 1e9, 20, 40e9, 4e9, 50e9, 1000, 500 },
			 after = { 9e9, 40, 80e9, 14e9, 80e9, 1980, 520 };

static void
is_growth(struct bench *b)
{
	is_fact(b, WS_F_RTM_DURATION, NULL, 10e9);
	is_fact(b, WS_F_RTM_GC_CPU, NULL, 0.25);
	is_fact(b, WS_F_RTM_GC_RATE, NULL, 2);
	is_fact(b, WS_F_RTM_GC_LIMITER, NULL, 1);
	is_fact(b, WS_F_RTM_ALLOC, NULL, 8e8);
	is_fact(b, WS_F_RTM_MUTEX, NULL, 3);
	is_fact(b, WS_F_RTM_SCHED_P50, NULL, 128);
	is_fact(b, WS_F_RTM_SCHED_P99, NULL, 1e6);
	is_fact(b, WS_F_RTM_GOROUTINES, NULL, 40);
	is_fact(b, WS_F_RTM_GROWTH, NULL, 20);
	is_fact(b, WS_F_RTM_GC_STOPPED, NULL, NAN);
	is_fact(b, WS_F_RTM_IDLE, NULL, NAN);
}

static void
test_pair(void)
{
	struct bench b;

	/* Names sort the other way round. */
	bench_init(&b, rules);
	put_dump(&b, "m/a.json", after);
	put_dump(&b, "m/b.json", before);
	ok(finish(&b), "facts of two files");
	is_growth(&b);
	bench_fini(&b);

	bench_init(&b, rules);
	begin(&b, "m.json", "runtime-metrics");
	put_values(&b, before);
	put_values(&b, after);
	end(&b, WS_OK);
	ok(finish(&b), "facts of two dumps in one file");
	is_growth(&b);
	bench_fini(&b);
}

static void
test_no_pair(void)
{
	struct dump other = after, fresh = before, slow = after;
	struct bench b;

	bench_init(&b, rules);
	put_dump(&b, "one/m.json", before);
	put_dump(&b, "two/m.json", after);
	ok(finish(&b), "two folders are two programs");
	is_fact(&b, WS_F_RTM_GC_CPU, NULL, NAN);
	is_fact(&b, WS_F_RTM_DURATION, NULL, NAN);
	is_fact(&b, WS_F_RTM_GOROUTINES, NULL, 40);
	is_fact(&b, WS_F_RTM_SCHED_P99, NULL, NAN);
	bench_fini(&b);

	other.wait = 1;
	bench_init(&b, rules);
	put_dump(&b, "m/1.json", before);
	put_dump(&b, "m/2.json", other);
	ok(finish(&b), "a total that shrinks is of another program");
	is_fact(&b, WS_F_RTM_GC_CPU, NULL, NAN);
	bench_fini(&b);

	bench_init(&b, rules);
	put_dump(&b, "m/1.json", before);
	put_dump(&b, "m/2.json", after);
	put_dump(&b, "m/3.json", other);
	ok(finish(&b), "nor are the others certain beside one");
	is_fact(&b, WS_F_RTM_GC_CPU, NULL, NAN);
	bench_fini(&b);

	fresh.cycles = fresh.cpu = 0;
	bench_init(&b, rules);
	put_dump(&b, "m/1.json", fresh);
	put_dump(&b, "m/2.json", after);
	ok(finish(&b), "no time is known before the first collection");
	is_fact(&b, WS_F_RTM_DURATION, NULL, NAN);
	is_fact(&b, WS_F_RTM_MUTEX, NULL, NAN);
	bench_fini(&b);

	slow.cycles = before.cycles + 2;
	bench_init(&b, rules);
	put_dump(&b, "m/1.json", before);
	put_dump(&b, "m/2.json", slow);
	ok(finish(&b), "of few collections the collector's share alone");
	is_fact(&b, WS_F_RTM_GC_CPU, NULL, 0.25);
	is_fact(&b, WS_F_RTM_MUTEX, NULL, NAN);
	bench_fini(&b);
}

static void
test_table(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin(&b, "top.txt", "pproftool");
	counter(&b, "cpu", WS_N_PPROF_TOP_DURATION, 4e9);
	counter(&b, "cpu", WS_N_PPROF_TOP_TOTAL, 8e9);
	/* The unit tells cpu from others of that name. */
	end(&b, WS_OK);
	ok(finish(&b), "a total without a unit");
	is_fact(&b, WS_F_TOP_TOTAL, NULL, NAN);
	bench_fini(&b);

	bench_init(&b, rules);
	begin(&b, "top.txt", "pproftool");
	timed(&b, "cpu", WS_N_PPROF_TOP_DURATION, 4e9);
	timed(&b, "cpu", WS_N_PPROF_TOP_TOTAL, 8e9);
	timed(&b, "cpu: runtime.mallocgc", WS_N_PPROF_TOP_FLAT, 1e9);
	timed(&b, "cpu: runtime.mallocgc", WS_N_PPROF_TOP_CUM, 4e9);
	timed(&b, "cpu: main.f", WS_N_PPROF_TOP_FLAT, 2e9);
	timed(&b, "delay: main.g", WS_N_PPROF_TOP_FLAT, 3e9);
	end(&b, WS_OK);
	ok(finish(&b), "facts of a table");
	is_fact(&b, WS_F_TOP_TOTAL, NULL, 8e9);
	is_fact(&b, WS_F_TOP_CORES, NULL, 2);
	is_fact(&b, WS_F_TOP_ALLOC, NULL, 0.5);
	is_fact(&b, WS_F_TOP_GC, NULL, NAN);
	is_fact(&b, WS_F_TOP_FLAT, "main.f", 0.25);
	is_fact(&b, WS_F_TOP_FLAT, "main.g", NAN);
	is_fact(&b, WS_F_CPU_TOTAL, NULL, NAN);
	bench_fini(&b);
}

static void
put_dump_of(struct bench *b, const char *name, double n, double leaked)
{
	begin(b, name, "goroutines");
	sample(b, WS_N_PPROF_GOROUTINE, "main.f", n);
	counter(b, "select", WS_N_GOROUTINE_STATE, n - 1);
	counter(b, "chan receive", WS_N_GOROUTINE_STATE, 1);
	counter(b, NULL, WS_N_GOROUTINE_LOCKED, n / 2);
	counter(b, NULL, WS_N_GOROUTINE_LEAKED, leaked);
	counter(b, NULL, WS_N_GOROUTINE_LONG, n / 4);
	counter(b, NULL, WS_N_GOROUTINE_WAIT_MAX, 180e9);
	end(b, WS_OK);
}

static void
test_goroutines(void)
{
	struct bench b;

	bench_init(&b, rules);
	put_dump_of(&b, "1.txt", 8, 3);
	put_dump_of(&b, "2.txt", 4, 0);
	ok(finish(&b), "facts of the larger dump");
	is_fact(&b, WS_F_GOROUTINE_STATE, "select", 7);
	is_fact(&b, WS_F_GOROUTINE_STATE, "chan receive", 1);
	is_fact(&b, WS_F_GOROUTINE_LOCKED, NULL, 0.5);
	is_fact(&b, WS_F_GOROUTINE_LONG, NULL, 0.25);
	is_fact(&b, WS_F_GOROUTINE_WAIT_MAX, NULL, 180e9);
	is_fact(&b, WS_F_GOROUTINE_LEAKED, NULL, 3);
	is_fact(&b, WS_F_GOROUTINE_DEADLOCK, NULL, NAN);
	bench_fini(&b);

	bench_init(&b, rules);
	put_dump_of(&b, "1.txt", 8, 0);
	ok(finish(&b), "a dump without marks of leaks");
	is_fact(&b, WS_F_GOROUTINE_LEAKED, NULL, NAN);
	bench_fini(&b);

	bench_init(&b, rules);
	put_dump_of(&b, "1.txt", 8, 0);
	begin(&b, "leak.pb.gz", "pprof");
	sample(&b, ws_dict_cstr(b.d, "pprof.goroutineleak"), "main.g", 5);
	end(&b, WS_OK);
	ok(finish(&b), "a profile of leaks");
	is_fact(&b, WS_F_GOROUTINE_LEAKED, NULL, 5);
	bench_fini(&b);
}

int
main(void)
{
	test_gctrace();
	test_schedtrace();
	test_pair();
	test_no_pair();
	test_table();
	test_goroutines();
	return tap_done();
}
