/* Recordings of Linux perf: processes, forms of one recording, facts. */
#include "metrics_kit.h"
#include "rules/ruleset.h"

static const char rules[] =
    "pack \"t\" version \"1\" engine 1;\n"
    "group libc \"l\" { regex \"^\\\\[libc[.][^]]*\\\\]$\"; }\n"
    "group work \"w\" { exact \"work\"; }\n"
    "share t.libc = perf.cpu where any frame in group libc help \"x\";\n"
    "share t.work = perf.cpu where leaf frame in group work help \"x\";\n";

static ws_id perf_clock;

static void
begin_perf(struct bench *b, const char *artifact, const char *format)
{
	perf_clock = ws_dict_clock(b->d,
	    &(struct ws_clock){ .kind = WS_CLOCK_MONOTONIC, .ns_per_tick = 1 });
	begin(b, artifact, format);
}

/* A sample of 1 ms at a ms of perf's clock. */
static void
at(struct bench *b, ws_id series, const char *track, const char *frames,
    int64_t ms)
{
	struct ws_event e = WS_EVENT(WS_EV_SAMPLE);

	e.name = series;
	e.track = ws_dict_cstr(b->d, track);
	e.stack = stack(b, frames);
	e.value = 1e6;
	e.unit = WS_U_TIME;
	e.t = ms * 1000000;
	e.clock = perf_clock;
	ws_sink_events(b->sink, &e, 1);
}

static double
fact(struct bench *b, uint32_t def)
{
	const struct ws_fact *f = ws_facts_get(b->f, def, NULL);

	return f != NULL && f->presence == WS_VALUE ? f->value : NAN;
}

static double
declared(struct bench *b, const char *name)
{
	return fact(
	    b, ws_catalogue_find(ws_facts_catalogue(b->f), ws_sv_of(name)));
}

static void
test_processes(void)
{
	struct bench b;
	const struct ws_fact *f;
	int i;

	bench_init(&b, rules);
	begin_perf(&b, "perf.script", "perf-script");
	counter(&b, NULL, WS_N_HOST_CPUS, 2);
	for (i = 0; i < 50; i++)
		at(&b, WS_N_PERF_CPU, "0/0 swapper", "idle", i);
	for (i = 0; i < 30; i++)
		at(&b, WS_N_PERF_CPU, "9/9 cc1", "parse main", i);
	for (i = 0; i < 10; i++)
		at(&b, WS_N_PERF_CPU, "7/7 svc", "work main runtime.main", i);
	for (i = 0; i < 10; i++)
		at(&b, WS_N_PERF_CPU, "7/8 lib worker", "c_code", i);
	capture(&b, "perf.cpu", 100e6, 1e6);
	end(&b, WS_OK);
	ok(finish(&b), "a recording of a machine");
	ok(fact(&b, WS_F_PERF_CPU_SAMPLES) == 20,
	    "all threads of the Go program, and nothing else");
	ok(near(fact(&b, WS_F_PERF_CPU_OTHERS), 0.6),
	    "the part of others, without idle CPUs");
	f = ws_facts_get(b.f, WS_F_PERF_CPU_PROCESS, NULL);
	ok(f != NULL && f->text != NULL && strcmp(f->text, "svc") == 0,
	    "it is called by its first thread");
	ok(near(fact(&b, WS_F_PERF_CPU_CORES), 0.2) &&
		near(fact(&b, WS_F_PERF_CPU_UTILIZATION), 0.1),
	    "CPUs that it kept busy");
	ok(near(declared(&b, "t.work"), 0.5), "shares are of it alone");
	bench_fini(&b);
}

/* A file can claim any number of processes, all with the same stack. */
static void
test_many(void)
{
	struct bench b;
	char track[40];

	bench_init(&b, rules);
	begin_perf(&b, "perf.script", "perf-script");
	for (int i = 0; i < 3; i++)
		at(&b, WS_N_PERF_CPU, "7/7 svc", "work runtime.main", i);
	for (int i = 100; i < 60000; i++) {
		snprintf(track, sizeof(track), "%d/%d x", i, i);
		at(&b, WS_N_PERF_CPU, track, "work", i);
	}
	capture(&b, "perf.cpu", 100e6, 1e6);
	end(&b, WS_OK);
	finish(&b);
	ok(fact(&b, WS_F_PERF_CPU_OTHERS) > 0,
	    "60000 processes are some, and the rest");
	bench_fini(&b);
}

/* Without numbers of processes: threads of one process, or processes of a
 * machine. */
static void
test_unnumbered(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin_perf(&b, "a", "perf-script");
	at(&b, WS_N_PERF_CPU, "?/7 main", "work runtime.main", 1);
	at(&b, WS_N_PERF_CPU, "?/8 lib worker", "c_code", 2);
	capture(&b, "perf.cpu", 10e6, NAN);
	end(&b, WS_OK);
	finish(&b);
	ok(fact(&b, WS_F_PERF_CPU_SAMPLES) == 2, "one process, two names");
	bench_fini(&b);

	bench_init(&b, rules);
	begin_perf(&b, "a", "perf-script");
	at(&b, WS_N_PERF_CPU, "?/7 main", "work runtime.main", 1);
	at(&b, WS_N_PERF_CPU, "?/9 cc1", "c_code", 2);
	at(&b, WS_N_PERF_CPU, "?/55 kworker/0:1", "worker_thread", 2);
	at(&b, WS_N_PERF_OFFCPU, "?/9 cc1", "c_code", 2);
	at(&b, WS_N_PERF_OFFCPU, "?/7 main", "work", 2);
	capture(&b, "perf.cpu", 10e6, NAN);
	end(&b, WS_OK);
	finish(&b);
	ok(fact(&b, WS_F_PERF_CPU_SAMPLES) == 1, "processes of a machine");
	ok(fact(&b, WS_F_PERF_OFFCPU_TOTAL) == 1e6,
	    "other series are of the same process");
	bench_fini(&b);
}

static void
record(struct bench *b, const char *artifact, const char *frames, int n,
    int64_t from)
{
	begin_perf(b, artifact, "perf-script");
	for (int i = 0; i < n; i++)
		at(b, WS_N_PERF_CPU, "7/7 svc", frames, from + i);
	capture(b, "perf.cpu", n * 1e6, 1e6);
	end(b, WS_OK);
}

static void
test_forms(void)
{
	struct bench b;

	bench_init(&b, rules);
	record(&b, "perf.data", "", 100, 0);
	record(&b, "perf.script", "work", 99, 0);
	finish(&b);
	ok(fact(&b, WS_F_PERF_CPU_SAMPLES) == 99,
	    "two forms of one recording: the one that has names");
	bench_fini(&b);

	bench_init(&b, rules);
	record(&b, "part.script", "work", 20, 10);
	record(&b, "perf.script", "work", 100, 0);
	finish(&b);
	ok(fact(&b, WS_F_PERF_CPU_SAMPLES) == 100, "a part does not add up");
	bench_fini(&b);

	bench_init(&b, rules);
	record(&b, "one.script", "work", 100, 0);
	record(&b, "two.script", "work", 50, 1000);
	finish(&b);
	ok(fact(&b, WS_F_PERF_CPU_SAMPLES) == 150 &&
		fact(&b, WS_F_PERF_CPU_DURATION) == 150e6,
	    "two recordings do");
	bench_fini(&b);

	bench_init(&b, rules);
	record(&b, "one.script", "work", 10, 0);
	begin_perf(&b, "report.txt", "perf-report");
	for (int i = 0; i < 50; i++)
		at(&b, WS_N_PERF_CPU, "svc", "other", WS_T_NONE / 1000000);
	end(&b, WS_OK);
	finish(&b);
	ok(fact(&b, WS_F_PERF_CPU_SAMPLES) == 10,
	    "a report is looked at when there is nothing better");
	bench_fini(&b);
}

static ws_id
frame_in(struct bench *b, const char *func, const char *mapping, uint64_t addr)
{
	return ws_dict_frame(
	    b->d, &(struct ws_frame){ .func = ws_dict_cstr(b->d, func),
		      .mapping = ws_dict_cstr(b->d, mapping),
		      .addr = addr });
}

static void
test_leaves(void)
{
	static const struct {
		const char *func, *mapping;
		uint64_t addr;
	} leaf[] = {
		{ "futex_wait", "[kernel.kallsyms]", 0xffffffff81000000 },
		{ "", "/lib/modules/6.1/kernel/fs/xfs/xfs.ko.xz", 0x20 },
		{ "", "/usr/lib/libc.so.6", 0x83000 },
		{ "__vdso_gettimeofday", "[vdso]", 0x900 },
		{ "work", "/srv/app/service", 0x401000 },
	};
	struct bench b;

	bench_init(&b, rules);
	begin_perf(&b, "a", "perf-script");
	for (size_t i = 0; i < WS_LEN(leaf); i++) {
		ws_id f =
		    frame_in(&b, leaf[i].func, leaf[i].mapping, leaf[i].addr);
		struct ws_event e = WS_EVENT(WS_EV_SAMPLE);

		e.name = WS_N_PERF_CPU;
		e.track = ws_dict_cstr(b.d, "7/7 svc");
		e.stack = ws_dict_stack(b.d, &f, 1);
		e.value = 1;
		e.unit = WS_U_COUNT;
		ws_sink_events(b.sink, &e, 1);
	}
	end(&b, WS_OK);
	finish(&b);
	ok(near(fact(&b, WS_F_PERF_CPU_KERNEL), 0.4),
	    "the kernel and its modules, without the vdso");
	ok(near(fact(&b, WS_F_PERF_CPU_UNNAMED), 0.4), "without names");
	ok(near(declared(&b, "t.libc"), 0.2),
	    "a function without a name in a known library is in a group");
	ok(isnan(fact(&b, WS_F_PERF_CPU_TOTAL)) &&
		isnan(fact(&b, WS_F_PERF_CPU_CORES)),
	    "counts of cycles are no time");
	bench_fini(&b);
}

static void
test_waits(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin_perf(&b, "a", "perf-script");
	at(&b, WS_N_PERF_SWITCHES, "7/7 svc", "work runtime.main", 1);
	at(&b, WS_N_PERF_OFFCPU, "7/7 svc", "work", 1);
	at(&b, WS_N_PERF_OFFCPU, "7/7 svc", "other", 2);
	at(&b, WS_N_PERF_UNINTERRUPTIBLE, "7/7 svc", "work", 1);
	at(&b, WS_N_PERF_RUNQUEUE, "7/7 svc", "work", 1);
	at(&b, WS_N_PERF_BLOCK, "254,0", "work", 1);
	at(&b, WS_N_PERF_BLOCK, "254,0", "work", 1);
	capture(&b, "perf.switches", 4e6, NAN);
	end(&b, WS_OK);
	finish(&b);
	ok(near(fact(&b, WS_F_PERF_SWITCHES_RATE), 250), "switches a second");
	ok(near(fact(&b, WS_F_PERF_OFFCPU_D), 0.5), "uninterruptible");
	ok(near(fact(&b, WS_F_PERF_RUNQUEUE_MEAN), 0.25), "want a CPU");
	ok(near(fact(&b, WS_F_PERF_BLOCK_AWAIT), 1e6) &&
		near(fact(&b, WS_F_PERF_BLOCK_QUEUE), 0.5) &&
		near(fact(&b, WS_F_PERF_BLOCK_RATE), 500),
	    "block requests: time, how many at once, rate");
	bench_fini(&b);
}

static void
test_stat(void)
{
	struct bench b;
	ws_id id;

	bench_init(&b, rules);
	begin(&b, "perf-stat.txt", "perf-stat");
	counter(&b, NULL, WS_N_HOST_CPUS, 2);
	mark(&b, "perf.stat.of", "process id '7'");
	mark(&b, "perf.stat.not_supported", "stalled-cycles-backend");
#define PUT(track, event, v)                                                   \
	(id = ws_dict_cstr(b.d, "perf.stat." event), counter(&b, track, id, v))
	PUT("CPU0", "task-clock", 1e9);
	PUT("CPU1", "task-clock", 2e9);
	PUT("CPU0", "context-switches", 100);
	PUT("CPU1", "context-switches", 500);
	PUT(NULL, "elapsed", 2e9);
	PUT(NULL, "user", 1e9);
	PUT(NULL, "sys", 3e9);
	PUT(NULL, "instructions", 3e9);
	PUT(NULL, "cycles", 4e9);
	PUT("cycles", "running", 0.25);
	PUT("instructions", "running", 0.75);
	end(&b, WS_OK);
	finish(&b);
	ok(near(fact(&b, WS_F_PERF_STAT_CORES), 1.5) &&
		near(fact(&b, WS_F_PERF_STAT_UTILIZATION), 0.75),
	    "busy CPUs, summed over rows");
	ok(near(fact(&b, WS_F_PERF_STAT_SWITCHES), 300), "switches a second");
	ok(near(fact(&b, WS_F_PERF_STAT_SYS), 0.75), "kernel share");
	ok(near(fact(&b, WS_F_PERF_STAT_IPC), 0.75), "instructions a cycle");
	ok(near(fact(&b, WS_F_PERF_STAT_RUNNING), 0.25), "shared counters");
	ok(isnan(fact(&b, WS_F_PERF_STAT_FAULTS)), "what was not counted");
	ok(ws_facts_presence(b.f, WS_F_PERF_STAT_STALLED) ==
		WS_UNSUPPORTED_HERE,
	    "what the machine cannot count");
	bench_fini(&b);

	bench_init(&b, rules);
	begin(&b, "perf-stat.txt", "perf-stat");
	mark(&b, "perf.stat.of", "'system wide'");
	PUT(NULL, "task-clock", 4e9);
	PUT(NULL, "context-switches", 4000);
	PUT(NULL, "cpus_utilized", 2);
	end(&b, WS_OK);
	finish(&b);
	ok(fact(&b, WS_F_PERF_STAT_ELAPSED) == 2e9,
	    "time elapsed by the CPUs used");
	ok(isnan(fact(&b, WS_F_PERF_STAT_CORES)) &&
		isnan(fact(&b, WS_F_PERF_STAT_SWITCHES)),
	    "a machine is no process");
	bench_fini(&b);
#undef PUT
}

/* Rows of a table of perf lock: so many waits of a total. */
static void
waited(struct bench *b, const char *track, const char *frames, double ns,
    double waits)
{
	struct ws_event e = WS_EVENT(WS_EV_SAMPLE);

	e.name = WS_N_PERF_LOCK;
	e.track = ws_dict_cstr(b->d, track);
	e.stack = stack(b, frames);
	e.value = ns;
	e.unit = WS_U_TIME;
	ws_sink_events(b->sink, &e, 1);
	e.name = WS_N_PERF_LOCK_COUNT;
	e.value = waits;
	e.unit = WS_U_COUNT;
	ws_sink_events(b->sink, &e, 1);
}

static void
test_locks(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin_perf(&b, "lock.txt", "perf-lock");
	waited(&b, "", "exc_page_fault", 3e6, 10);
	waited(&b, "", "munmap", 1e6, 30);
	end(&b, WS_OK);
	ok(finish(&b) && near(fact(&b, WS_F_PERF_LOCK_TOTAL), 4e6) &&
		near(fact(&b, WS_F_PERF_LOCK_MEAN), 1e5),
	    "a table of locks: the mean is of waits and not of rows");
	ok(isnan(fact(&b, WS_F_PERF_LOCK_THREADS)),
	    "which does not tell how long it watched");
	bench_fini(&b);

	bench_init(&b, rules);
	begin_perf(&b, "threads.txt", "perf-lock");
	waited(&b, "?/7 svc", "", 3e6, 10);
	waited(&b, "?/8 svc", "", 1e6, 10);
	waited(&b, "?/9 other", "", 1e6, 500);
	waited(&b, "?/15 rcu_preempt", "", 1e6, 7);
	end(&b, WS_OK);
	ok(finish(&b) && near(fact(&b, WS_F_PERF_LOCK_TOTAL), 4e6) &&
		near(fact(&b, WS_F_PERF_LOCK_MEAN), 2e5),
	    "by threads of a machine: of those of one name");
	bench_fini(&b);

	bench_init(&b, rules);
	begin_perf(&b, "lock.txt", "perf-lock");
	waited(&b, "", "exc_page_fault", 9e9, 10);
	end(&b, WS_OK);
	begin_perf(&b, "perf.data", "perf-data");
	for (int i = 0; i < 20; i++)
		at(&b, WS_N_PERF_LOCK, "7/7 svc", "down_read", i);
	capture(&b, "perf.lock", 100e6, 1);
	end(&b, WS_OK);
	ok(finish(&b) && near(fact(&b, WS_F_PERF_LOCK_TOTAL), 20e6) &&
		near(fact(&b, WS_F_PERF_LOCK_MEAN), 1e6) &&
		near(fact(&b, WS_F_PERF_LOCK_THREADS), 0.2),
	    "a recording says more than a table of it");
	bench_fini(&b);

	bench_init(&b, rules);
	begin_perf(&b, "lock.txt", "perf-lock");
	waited(&b, "", "", 0, 0);
	end(&b, WS_OK);
	ok(finish(&b) && fact(&b, WS_F_PERF_LOCK_TOTAL) == 0 &&
		isnan(fact(&b, WS_F_PERF_LOCK_MEAN)),
	    "that nobody waited is known; a mean of nothing is none");
	bench_fini(&b);
}

int
main(void)
{
	test_locks();
	test_processes();
	test_many();
	test_unnumbered();
	test_forms();
	test_leaves();
	test_waits();
	test_stat();
	return tap_done();
}
