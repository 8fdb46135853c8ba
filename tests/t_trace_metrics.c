/* What execution traces add up to; the numbers are worked out by hand. */
#include "metrics/goroutines.h"
#include "metrics/lanes.h"
#include "metrics/tally.h"
#include "metrics_kit.h"

enum { MS = 1000000, BUCKET = 1 << WS_LANES_FINEST };

static const char rules[] =
    "group t.none \"n\" { exact \"none\"; }\n"
    "group t.blocked \"b\" { exact \"goroutine.blocked\"; }\n"
    "group t.rt \"rt\" { prefix \"runtime.\" \"sync.\"; }\n"
    "sum q.block = trace.block where not leaf frame in group t.none help "
    "\"h\";\n"
    "sum q.sync = trace.sync where not leaf frame in group t.none help \"h\";\n"
    "sum q.net = trace.net where not leaf frame in group t.none help \"h\";\n"
    "sum q.time = trace.time where not leaf frame in group t.none help \"h\";\n"
    "sum q.waits = trace.block.count where not leaf frame in group t.none help "
    "\"h\";\n"
    "share q.blocked = trace.time where leaf frame in group t.blocked "
    "help \"h\";\n"
    "sum q.hold = trace.hold where not leaf frame in group t.none help "
    "\"h\";\n"
    "sum q.life = trace.life where not leaf frame in group t.none help "
    "\"h\";\n"
    "sum q.kept = trace.kept.count where not leaf frame in group t.none help "
    "\"h\";\n"
    "sites q.pair = trace.pair outside group t.rt help \"h\";\n";

static ws_id
go(uint64_t number)
{
	return ws_track(WS_TRACK_GOROUTINE, number);
}

static ws_id
proc(uint64_t number)
{
	return ws_track(WS_TRACK_PROC, number);
}

struct span {
	ws_id track, name;
	int64_t t, dur;
	const char *at, *why; /* stack and reason, or NULL */
};

static void
put(struct bench *b, struct span s)
{
	struct ws_event e = WS_EVENT(WS_EV_SPAN);

	e.track = s.track;
	e.name = s.name;
	e.t = s.t;
	e.dur = s.dur;
	e.stack = s.at != NULL ? stack(b, s.at) : 0;
	e.peer = s.why != NULL ? ws_dict_cstr(b->d, s.why) : 0;
	ws_sink_events(b->sink, &e, 1);
}

static void
told(struct bench *b, ws_id track, ws_id name, const char *text)
{
	struct ws_event e = WS_EVENT(WS_EV_MARK);

	e.track = track;
	e.name = name;
	e.t = 0;
	e.peer = text != NULL ? ws_dict_cstr(b->d, text) : 0;
	ws_sink_events(b->sink, &e, 1);
}

static void
unblock(struct bench *b, ws_id who, ws_id whom, const char *at)
{
	struct ws_event e = WS_EVENT(WS_EV_EDGE);

	e.track = who;
	e.peer = whom;
	e.name = WS_N_EDGE_UNBLOCK;
	e.t = 0;
	e.stack = stack(b, at);
	ws_sink_events(b->sink, &e, 1);
}

static void
start(struct bench *b)
{
	bench_init(b, rules);
	begin(b, "trace.out", "go-trace");
	counter(b, NULL, WS_N_GO_MAXPROCS, 2);
}

static void
stop(struct bench *b, double duration)
{
	counter(b, "trace", WS_N_CAPTURE_DURATION, duration);
	end(b, WS_OK);
	ok(finish(b), "finished");
}

static void
test_states(void)
{
	struct bench b;

	start(&b);
	told(&b, go(1), WS_N_G_ENTRY, "main.work");
	put(&b, (struct span){ go(1), WS_N_G_RUNNING, 0, 10 * MS, NULL, NULL });
	put(&b, (struct span){ go(1), WS_N_G_BLOCKED, 10 * MS, 40 * MS,
		    "sync.(*Mutex).Lock main.work", "sync" });
	put(&b, (struct span){ go(1), WS_N_G_RUNNABLE, 50 * MS, 20 * MS,
		    "sync.(*Mutex).Unlock main.other", NULL });
	put(&b, (struct span){
		    go(1), WS_N_G_RUNNING, 70 * MS, 30 * MS, NULL, NULL });
	/* Waiting for the collector has the same reason as for a mutex. */
	put(&b, (struct span){ go(2), WS_N_G_BLOCKED, 0, 60 * MS,
		    "runtime.gcMarkDone main.alloc", "sync" });
	put(&b, (struct span){ go(2), WS_N_G_BLOCKED, 60 * MS, 30 * MS,
		    "internal/poll.(*FD).Read main.alloc", "network" });
	/* On what, nobody saw. */
	put(&b,
	    (struct span){ go(3), WS_N_G_BLOCKED, 0, 100 * MS, NULL, NULL });
	stop(&b, 100 * MS);
	is_named(&b, "q.block", 130 * MS);
	is_named(&b, "q.sync", 40 * MS);
	is_named(&b, "q.net", 30 * MS);
	is_named(&b, "q.waits", 3);
	is_named(&b, "q.time", 290 * MS);
	is_named(&b, "q.blocked", 130.0 / 290);
	is_fact(&b, WS_F_TRACE_RUNNING, NULL, 0.4);
	is_fact(&b, WS_F_TRACE_RUNNABLE, NULL, 0.2);
	is_fact(&b, WS_F_TRACE_GOROUTINES, NULL, 3);
	is_fact(&b, WS_F_TRACE_PROCS, NULL, 2);
	bench_fini(&b);
}

static void
test_system(void)
{
	struct bench b;

	start(&b);
	/* Known from the start, by its own stack, and only after it ran. */
	told(&b, go(1), WS_N_G_ENTRY, "runtime.bgsweep");
	put(&b, (struct span){ go(1), WS_N_G_BLOCKED, 0, 90 * MS,
		    "runtime.bgsweep", "GC background sweeper wait" });
	put(&b, (struct span){ go(2), WS_N_G_RUNNING, 0, 5 * MS, NULL, NULL });
	put(&b, (struct span){ go(2), WS_N_G_BLOCKED, 5 * MS, 90 * MS,
		    "runtime/trace.Start.func1", "chan receive" });
	put(&b, (struct span){ go(3), WS_N_G_RUNNING, 0, 7 * MS, NULL, NULL });
	told(&b, go(3), WS_N_G_LABEL, "GC (dedicated)");
	told(&b, go(4), WS_N_G_ENTRY, "runtime.main");
	put(&b, (struct span){ go(4), WS_N_G_RUNNING, 0, 20 * MS, NULL, NULL });
	told(&b, go(4), WS_N_G_END, NULL);
	stop(&b, 100 * MS);
	is_named(&b, "q.block", NAN);
	is_named(&b, "q.time", 20 * MS);
	is_fact(&b, WS_F_TRACE_RUNNING, NULL, 0.2);
	is_fact(&b, WS_F_TRACE_GOROUTINES, NULL, 1);
	bench_fini(&b);
}

/* An assist from 5 to 45 ms of a goroutine that runs until 10 and from 40. */
static void
test_gc(void)
{
	struct bench b;

	start(&b);
	told(&b, go(1), WS_N_G_ENTRY, "main.work");
	put(&b, (struct span){ go(1), WS_N_G_RUNNING, 0, 10 * MS, NULL, NULL });
	put(&b, (struct span){ go(1), WS_N_G_BLOCKED, 10 * MS, 20 * MS,
		    "runtime.gcAssistAlloc main.work",
		    "GC mark assist wait for work" });
	put(&b, (struct span){ go(1), WS_N_G_RUNNABLE, 30 * MS, 10 * MS,
		    "runtime.gcBgMarkWorker", NULL });
	put(&b, (struct span){
		    go(1), WS_N_GC_ASSIST, 5 * MS, 40 * MS, NULL, NULL });
	put(&b, (struct span){
		    go(1), WS_N_G_RUNNING, 40 * MS, 60 * MS, NULL, NULL });
	told(&b, go(8), WS_N_G_LABEL, "GC (dedicated)");
	put(&b, (struct span){ go(8), WS_N_G_RUNNING, 0, 20 * MS, NULL, NULL });
	/* The label is gone with the end of running. */
	put(&b, (struct span){
		    go(8), WS_N_G_RUNNING, 20 * MS, 9 * MS, NULL, NULL });
	told(&b, go(9), WS_N_G_LABEL, "GC (idle)");
	put(&b, (struct span){ go(9), WS_N_G_RUNNING, 0, 20 * MS, NULL, NULL });
	put(&b, (struct span){
		    proc(0), WS_N_GC_SWEEP, 50 * MS, 4 * MS, NULL, NULL });
	put(&b, (struct span){ 0, WS_N_GC_ACTIVE, 0, 50 * MS, NULL, NULL });
	stop(&b, 100 * MS);
	is_fact(&b, WS_F_TRACE_GC_ASSIST, NULL, 10.0 / 200);
	is_fact(&b, WS_F_TRACE_GC_STALL, NULL, 30.0 / 100);
	is_fact(&b, WS_F_TRACE_GC_CPU, NULL, (10.0 + 20 + 4) / 200);
	is_fact(&b, WS_F_TRACE_GC_ACTIVE, NULL, 0.5);
	is_fact(&b, WS_F_TRACE_GC_CYCLES, NULL, 1);
	is_fact(&b, WS_F_TRACE_GC_RATE, NULL, 10);
	bench_fini(&b);
}

static void
test_pairs(void)
{
	struct bench b;

	start(&b);
	put(&b, (struct span){ go(1), WS_N_G_BLOCKED, 0, 30 * MS,
		    "sync.(*Mutex).Lock main.get", "sync" });
	unblock(&b, go(2), go(1), "sync.(*Mutex).Unlock main.put");
	put(&b, (struct span){ go(3), WS_N_G_BLOCKED, 0, 10 * MS,
		    "runtime.chanrecv1 main.worker", "chan receive" });
	unblock(&b, go(2), go(3), "runtime.chansend1 main.feed");
	/* Of another goroutine, and not the very next event. */
	put(&b, (struct span){ go(4), WS_N_G_BLOCKED, 0, 10 * MS,
		    "runtime.chanrecv1 main.worker", "chan receive" });
	unblock(&b, go(2), go(5), "runtime.chansend1 main.feed");
	unblock(&b, go(2), go(4), "runtime.chansend1 main.feed");
	stop(&b, 100 * MS);
	is_fact(
	    &b, kit_fact_id(&b.kit, "q.pair"), "main.get <- main.put", 0.75);
	is_fact(&b, kit_fact_id(&b.kit, "q.pair"), "main.worker <- main.feed",
	    0.25);
	bench_fini(&b);
}

static void
at(struct bench *b, enum ws_event_kind kind, ws_id name, ws_id who, ws_id whom,
    int64_t t, const char *stack_text)
{
	struct ws_event e = WS_EVENT(kind);

	e.name = name;
	e.track = who;
	e.peer = whom;
	e.t = t;
	e.stack = stack_text != NULL ? stack(b, stack_text) : 0;
	ws_sink_events(b->sink, &e, 1);
}

/* 2 gets the lock at 12 ms, sleeps under it, and wakes the next at 40. */
static void
test_holds(void)
{
	struct bench b;

	start(&b);
	put(&b, (struct span){ go(2), WS_N_G_BLOCKED, 0, 10 * MS,
		    "sync.(*Mutex).Lock main.get", "sync" });
	at(&b, WS_EV_EDGE, WS_N_EDGE_UNBLOCK, go(1), go(2), 10 * MS,
	    "sync.(*Mutex).Unlock main.first");
	put(&b, (struct span){ go(2), WS_N_G_RUNNABLE, 10 * MS, 2 * MS,
		    "sync.(*Mutex).Unlock main.first", NULL });
	put(&b, (struct span){ go(2), WS_N_G_BLOCKED, 13 * MS, 20 * MS,
		    "time.Sleep main.call", "sleep" });
	put(&b, (struct span){ go(3), WS_N_G_BLOCKED, 0, 40 * MS,
		    "sync.(*Mutex).Lock main.get", "sync" });
	at(&b, WS_EV_EDGE, WS_N_EDGE_UNBLOCK, go(2), go(3), 40 * MS,
	    "sync.(*Mutex).Unlock main.second");
	/* It does not hold it any more. */
	put(&b, (struct span){ go(4), WS_N_G_BLOCKED, 0, 50 * MS,
		    "sync.(*Mutex).Lock main.get", "sync" });
	at(&b, WS_EV_EDGE, WS_N_EDGE_UNBLOCK, go(2), go(4), 50 * MS,
	    "sync.(*Mutex).Unlock main.second");
	/* Waiting for the collector is no lock. */
	put(&b, (struct span){ go(5), WS_N_G_BLOCKED, 0, 50 * MS,
		    "runtime.gcMarkDone main.alloc", "sync" });
	at(&b, WS_EV_EDGE, WS_N_EDGE_UNBLOCK, go(3), go(5), 50 * MS,
	    "runtime.gcMarkDone main.alloc");
	put(&b, (struct span){ go(5), WS_N_G_RUNNABLE, 50 * MS, MS,
		    "runtime.gcMarkDone", NULL });
	put(&b, (struct span){ go(6), WS_N_G_BLOCKED, 0, 60 * MS,
		    "sync.(*Mutex).Lock main.get", "sync" });
	at(&b, WS_EV_EDGE, WS_N_EDGE_UNBLOCK, go(5), go(6), 60 * MS,
	    "sync.(*Mutex).Unlock main.third");
	stop(&b, 100 * MS);
	is_fact(&b, WS_F_TRACE_HOLDS, NULL, 1);
	is_fact(&b, WS_F_TRACE_HOLD_P50, NULL, 28 * MS);
	is_named(&b, "q.hold", 28 * MS);
	bench_fini(&b);
}

static void
test_lives(void)
{
	struct bench b;
	uint64_t i;

	start(&b);
	for (i = 10; i < 14; i++)
		at(&b, WS_EV_EDGE, WS_N_EDGE_CREATE, go(1), go(i), 10 * MS,
		    "main.serve");
	/* Two end, one of them after 60 ms, and one is the runtime's. */
	at(&b, WS_EV_MARK, WS_N_G_END, go(10), 0, 20 * MS, NULL);
	at(&b, WS_EV_MARK, WS_N_G_END, go(11), 0, 70 * MS, NULL);
	told(&b, go(12), WS_N_G_ENTRY, "runtime.bgsweep");
	/* One that was there before lived for nobody knows how long. */
	at(&b, WS_EV_MARK, WS_N_G_END, go(1), 0, 80 * MS, NULL);
	for (i = 0; i < 100; i++)
		put(&b, (struct span){ go(13), WS_N_REGION, (int64_t)i * MS,
			    i < 97 ? 10 : 1024, NULL, "parse" });
	put(&b, (struct span){ ws_track(WS_TRACK_TASK, 1), WS_N_TASK, 0, 30,
		    NULL, "request" });
	put(&b, (struct span){ ws_track(WS_TRACK_TASK, 2), WS_N_TASK, 0,
		    WS_T_NONE, NULL, "request" });
	stop(&b, 100 * MS);
	is_fact(&b, WS_F_TRACE_MADE, NULL, 4);
	is_fact(&b, WS_F_TRACE_KEPT, NULL, 1.0 / 4);
	is_fact(&b, WS_F_TRACE_LIFE_P99, NULL, 60 * MS);
	is_named(&b, "q.life", 70 * MS);
	is_named(&b, "q.kept", 1);
	is_fact(&b, WS_F_TRACE_REGION_N, "parse", 100);
	is_fact(&b, WS_F_TRACE_REGION_P50, "parse", 10);
	is_fact(&b, WS_F_TRACE_REGION_P95, "parse", 10);
	is_fact(&b, WS_F_TRACE_REGION_P99, "parse", 1024);
	is_fact(&b, WS_F_TRACE_TASK_N, "request", 1);
	is_fact(&b, WS_F_TRACE_TASK_P50, "request", 30);
	bench_fini(&b);
}

/* Nobody for more than half of the time, then one, then two for a fifth. */
static void
test_running(void)
{
	const int64_t part = 100 * (int64_t)BUCKET;
	struct bench b;

	start(&b);
	put(&b, (struct span){
		    go(2), WS_N_G_RUNNABLE, 0, 5 * part, "main.f", NULL });
	put(&b, (struct span){
		    go(1), WS_N_G_RUNNING, 6 * part, 4 * part, NULL, NULL });
	put(&b, (struct span){
		    go(2), WS_N_G_RUNNING, 8 * part, 2 * part, NULL, NULL });
	stop(&b, 10.0 * (double)part);
	is_fact(&b, WS_F_TRACE_RUNNING_P10, NULL, 0);
	is_fact(&b, WS_F_TRACE_RUNNING_P50, NULL, 0);
	is_fact(&b, WS_F_TRACE_RUNNING_P90, NULL, 2);
	bench_fini(&b);
}

static void
test_latency(void)
{
	struct bench b;
	int i;

	start(&b);
	for (i = 0; i < 100; i++)
		put(&b, (struct span){ go(1), WS_N_G_RUNNABLE, i * MS,
			    i < 97 ? 10 : 1024, "main.f", NULL });
	stop(&b, 100 * MS);
	is_fact(&b, WS_F_TRACE_SCHED_WAITS, NULL, 100);
	is_fact(&b, WS_F_TRACE_SCHED_P50, NULL, 10);
	is_fact(&b, WS_F_TRACE_SCHED_P95, NULL, 10);
	is_fact(&b, WS_F_TRACE_SCHED_P99, NULL, 1024);
	is_fact(&b, WS_F_TRACE_SCHED_MAX, NULL, 1024);
	is_fact(&b, WS_F_TRACE_SCHED_RATE_P, NULL, 500);
	bench_fini(&b);
}

static void
test_calls(void)
{
	struct bench b;
	const struct ws_fact *f;

	start(&b);
	told(&b, go(1), WS_N_G_ENTRY, "main.work");
	put(&b, (struct span){
		    go(1), WS_N_G_CGO, 0, 1 * MS, "main._Cfunc_f", NULL });
	put(&b, (struct span){ go(1), WS_N_G_CGO_LOST, 1 * MS, 3 * MS,
		    "main._Cfunc_f", NULL });
	put(&b, (struct span){ go(1), WS_N_G_CGO, 10 * MS, 1 * MS,
		    "main._Cfunc_f", NULL });
	put(&b, (struct span){
		    go(1), WS_N_G_RUNNING, 20 * MS, 20 * MS, NULL, NULL });
	/* Of unknown length, within the running. */
	put(&b, (struct span){ go(1), WS_N_G_SYSCALL, 25 * MS, WS_T_NONE,
		    "syscall.read", NULL });
	put(&b, (struct span){ go(1), WS_N_G_SYSCALL, 50 * MS, 5 * MS,
		    "syscall.read", NULL });
	stop(&b, 100 * MS);
	is_fact(&b, WS_F_TRACE_CGO_CALLS, NULL, 2);
	is_fact(&b, WS_F_TRACE_CGO_LOST, NULL, 0.5);
	is_fact(&b, WS_F_TRACE_CGO_MEAN, NULL, 2.5 * MS);
	is_fact(&b, WS_F_TRACE_CGO_P99, NULL, 4 * MS);
	is_fact(&b, WS_F_TRACE_CGO_RATE, NULL, 20);
	is_fact(&b, WS_F_TRACE_CGO_RATE_P, NULL, 10);
	is_fact(&b, WS_F_TRACE_CGO_SHARE, NULL, 5.0 / 30);
	is_fact(&b, WS_F_TRACE_CGO_AT_ONCE, NULL, 0.05);
	is_fact(&b, WS_F_TRACE_SYSCALL_CALLS, NULL, 2);
	is_fact(&b, WS_F_TRACE_SYSCALL_MEAN, NULL, NAN);
	is_fact(&b, WS_F_TRACE_SYSCALL_P50, NULL, NAN);
	is_fact(&b, WS_F_TRACE_SYSCALL_ACTIVE, NULL, 5.0 / 30);
	f = ws_facts_get(b.f, WS_F_TRACE_SYSCALL_ACTIVE, NULL);
	ok(near(f->lo, 5.0 / 30) && near(f->hi, 25.0 / 30),
	    "what is unknown may have been all of the running");
	bench_fini(&b);
}

static void
test_runnable_idle(void)
{
	struct bench b;

	start(&b);
	put(&b, (struct span){ proc(0), WS_N_P_RUNNING, 0,
		    1000 * (int64_t)BUCKET, NULL, NULL });
	put(&b, (struct span){ proc(1), WS_N_P_IDLE, 0, 1000 * (int64_t)BUCKET,
		    NULL, NULL });
	put(&b, (struct span){ go(1), WS_N_G_RUNNABLE, 0, 250 * (int64_t)BUCKET,
		    "main.f", NULL });
	stop(&b, 1000.0 * BUCKET);
	is_fact(&b, WS_F_TRACE_RUNNABLE_IDLE, NULL, 0.25);
	is_fact(&b, WS_F_TRACE_P_UTIL, NULL, 0.5);
	bench_fini(&b);
}

static void
test_mmu(void)
{
	const int64_t stw = 8 * (int64_t)BUCKET;
	struct bench b;

	start(&b);
	put(&b, (struct span){ proc(0), WS_N_P_RUNNING, 0,
		    1024 * (int64_t)BUCKET, NULL, NULL });
	put(&b, (struct span){ 0, WS_N_GC_STW, 0, 9, NULL, "start trace" });
	put(&b, (struct span){ 0, WS_N_GC_STW, 100 * (int64_t)BUCKET, stw, NULL,
		    "GC mark termination" });
	stop(&b, 1024.0 * BUCKET);
	is_fact(&b, WS_F_TRACE_STW_MAX, NULL, (double)stw);
	is_fact(&b, WS_F_TRACE_STW_TOTAL, NULL, 8.0 / 1024);
	is_fact(&b, WS_F_TRACE_MMU_1, NULL, 0);
	is_fact(&b, WS_F_TRACE_MMU_10, NULL, 1 - (double)stw / (10 * MS));
	is_fact(&b, WS_F_TRACE_MMU_100, NULL, 1 - (double)stw / (100 * MS));
	bench_fini(&b);
}

static void
test_nothing(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin(&b, "cpu.pb.gz", "pprof");
	sample(&b, WS_N_PPROF_CPU, "main.f", 1);
	end(&b, WS_OK);
	ok(finish(&b), "finished");
	is_fact(&b, WS_F_TRACE_EVENTS, NULL, NAN);
	ok(ws_facts_presence(b.f, WS_F_TRACE_GC_CPU) == WS_ABSENT,
	    "no trace is no trace");
	bench_fini(&b);
}

/* A goroutine dump tells who made whom, but nothing over time. */
static void
test_dump(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin(&b, "goroutines.txt", "goroutines");
	told(&b, go(1), WS_N_G_ENTRY, "main.work");
	unblock(&b, go(2), go(1), "main.other");
	end(&b, WS_OK);
	ok(finish(&b), "finished");
	is_fact(&b, WS_F_TRACE_EVENTS, NULL, NAN);
	ok(ws_facts_source_presence(b.f, WS_S_GO_TRACE) == WS_ABSENT,
	    "a dump of goroutines is no trace");
	bench_fini(&b);
}

/* Times that no clock has are neither summed up nor do they stretch it. */
static void
test_hostile(void)
{
	struct bench b;

	start(&b);
	put(&b, (struct span){ go(1), WS_N_G_RUNNING, 0, 10, NULL, NULL });
	put(&b, (struct span){
		    go(1), WS_N_G_RUNNING, INT64_MAX - 5, 10, NULL, NULL });
	put(&b, (struct span){
		    go(1), WS_N_G_RUNNING, INT64_MIN + 1, 10, NULL, NULL });
	put(&b, (struct span){ go(1), WS_N_G_RUNNING, 5, -7, NULL, NULL });
	put(&b,
	    (struct span){ go(1), WS_N_G_RUNNING, 5, INT64_MAX, NULL, NULL });
	put(&b, (struct span){ go(1), WS_N_G_RUNNABLE, -((int64_t)1 << 60),
		    (int64_t)1 << 60, NULL, NULL });
	stop(&b, 20);
	is_fact(&b, WS_F_TRACE_RUNNING, NULL, 0.5);
	bench_fini(&b);
}

static double
sum_of(const struct ws_lanes *l, size_t from, size_t to)
{
	double *v = ws_lanes_levels(l, WS_LANE_RUNNING), sum = 0;

	for (; from < to && from < l->n; from++)
		sum += v[from] * ws_lanes_width(l);
	free(v);
	return sum;
}

static void
test_lanes(void)
{
	struct ws_lanes l;
	int64_t b = BUCKET, most = WS_LANES_BUCKETS;

	ws_lanes_init(&l);
	ws_lanes_add(&l, WS_LANE_RUNNING, 0, b / 2);
	ws_lanes_add(&l, WS_LANE_RUNNING, b / 4, 3 * b + b / 4);
	ok(sum_of(&l, 0, 1) == (double)(b / 2 + 3 * b / 4) &&
		sum_of(&l, 1, 2) == (double)b &&
		sum_of(&l, 3, 4) == (double)(b / 4),
	    "spans within a bucket, and over several");
	ws_lanes_add(&l, WS_LANE_RUNNING, -2 * b, -b);
	ok(l.origin <= -2 * b && sum_of(&l, 0, l.n) == 4.5 * (double)b,
	    "what began earlier moves the origin");
	ws_lanes_add(&l, WS_LANE_RUNNING, 5 * most * b, 5 * most * b + b);
	ok(l.n <= (size_t)most && ws_lanes_width(&l) > 2 * (double)b &&
		sum_of(&l, 0, l.n) == 5.5 * (double)b,
	    "what comes late widens the buckets, and the sum stays");
	ok(sum_of(&l, 0, 1) == 4.5 * (double)b, "each part in its place");
	ws_lanes_add(&l, WS_LANE_RUNNING, 9, 9);
	ws_lanes_add(&l, WS_LANE_RUNNING, 9, 3);
	ok(sum_of(&l, 0, l.n) == 5.5 * (double)b, "no time is none");
	ws_lanes_fini(&l);
}

static void
test_goroutines(void)
{
	struct ws_goroutines g = { 0 };
	uint32_t i, wrong = 0;

	for (i = 0; i < 5000; i++)
		ws_goroutines_get(&g, i * 7)->entry = i + 1;
	for (i = 0; i < 5000; i += 2)
		ws_goroutines_remove(&g, ws_goroutines_find(&g, i * 7));
	for (i = 0; i < 5000; i++) {
		struct ws_goroutine *x = ws_goroutines_find(&g, i * 7);

		wrong +=
		    i % 2 == 0 ? x != NULL : x == NULL || x->entry != i + 1;
	}
	ok(wrong == 0 && g.n == 2500, "half are gone, the others are found");
	ok(g.n_slot <= 16384, "memory for those that lived at once");
	ws_goroutines_fini(&g);
}

static void
test_off(void)
{
	struct ws_goroutine g = { 0 };

	ws_goroutine_off(&g, 10, 20);
	ws_goroutine_off(&g, 20, 30); /* goes on */
	ws_goroutine_off(&g, 40, 50);
	ws_goroutine_off(&g, 60, 70);
	ok(ws_goroutine_off_within(&g, 25, 65) == 5 + 10 + 5, "three times");
	ws_goroutine_off(&g, 80, 90);
	ok(ws_goroutine_off_within(&g, 0, 100) == 50,
	    "the oldest are joined, and their sum stays");
	ok(ws_goroutine_off_within(&g, 30, 100) == 15 + 20,
	    "of what was joined, the even part");
}

static void
test_tally(void)
{
	struct ws_tally t = { .limit = 1000 };
	uint32_t i;
	double sum = 0;

	for (i = 0; i < 3000; i++)
		ws_tally_add(&t, 1 + i % 1500, 7, 1, 1);
	for (i = 0; i < t.n; i++)
		sum += t.row[i].sum;
	ok(t.n == 1000 && sum == 2000 && t.rest.sum == 1000 && t.rest.n == 1000,
	    "what is over the limit is summed up together");
	ws_tally_fini(&t);
}

int
main(void)
{
	test_states();
	test_system();
	test_gc();
	test_pairs();
	test_holds();
	test_lives();
	test_running();
	test_latency();
	test_calls();
	test_runnable_idle();
	test_mmu();
	test_nothing();
	test_dump();
	test_hostile();
	test_lanes();
	test_goroutines();
	test_off();
	test_tally();
	return tap_done();
}
