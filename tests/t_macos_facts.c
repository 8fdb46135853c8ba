/* Facts of macOS, and what is ruled out on a system. */
#include "metrics_kit.h"
#include "tap.h"

static double
value(struct bench *b, uint32_t def)
{
	const struct ws_fact *f = ws_facts_get(b->f, def, NULL);

	return f == NULL || f->presence != WS_VALUE ? NAN : f->value;
}

static bool
is_near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void
put(struct bench *b, struct ws_event ev, const char *track, ws_id name,
    double v)
{
	ev.track = ws_dict_cstr(b->d, track);
	ev.name = name;
	ev.value = v;
	ev.unit = WS_U_TIME;
	ws_sink_events(b->sink, &ev, 1);
}

static void
timed(struct bench *b, const char *track, ws_id name, double v)
{
	put(b, WS_EVENT(WS_EV_SAMPLE), track, name, v);
}

static void
span(struct bench *b, const char *track, ws_id name, int64_t dur)
{
	struct ws_event ev = WS_EVENT(WS_EV_SPAN);

	ev.t = 0;
	ev.dur = dur;
	put(b, ev, track, name, 0);
}

static void
told(struct bench *b, ws_id series, ws_id name, double v)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.track = series;
	ev.name = name;
	ev.value = v;
	ev.unit = WS_U_TIME;
	ws_sink_events(b->sink, &ev, 1);
}

static void
put_captures(struct bench *b)
{
	begin(b, "toc.xml", "instruments");
	told(b, 0, WS_N_INSTR_DURATION, 10e9);
	end(b, WS_OK);
	begin(b, "tables.xml", "instruments");
	timed(b, "42/100 srv", WS_N_INSTR_CPU, 6e9);
	timed(b, "42/101 srv", WS_N_INSTR_CPU, 9e9);
	timed(b, "7/300 other", WS_N_INSTR_CPU, 5e9);
	timed(b, "42/100 srv", WS_N_INSTR_FAULTS, 2e9);
	timed(b, "42/100 srv", WS_N_INSTR_FAULTS, 3e9);
	span(b, "42/100 srv", WS_N_T_RUNNING, 2);
	span(b, "42/100 srv", WS_N_T_BLOCKED, 5);
	span(b, "42/101 srv", WS_N_T_RUNNABLE, 1);
	span(b, "42/101 srv", WS_N_T_UNKNOWN, 1000);
	end(b, WS_OK);
	begin(b, "sample.txt", "mac-sample");
	timed(b, "42/100 srv", WS_N_SAMPLE_WALL, 3e9);
	timed(b, "42/555 srv", WS_N_SAMPLE_WALL, 3e9);
	told(b, WS_N_SAMPLE_WALL, WS_N_CAPTURE_DURATION, 3e9);
	end(b, WS_OK);
	begin(b, "fs.txt", "fs-usage");
	timed(b, "?/101 srv", WS_N_FS_USAGE_TIME, 1e6);
	timed(b, "?/? srv", WS_N_FS_USAGE_TIME, 1e6);
	end(b, WS_OK);
}

static void
test_captures(void)
{
	struct bench b;

	bench_init(&b, "");
	put_captures(&b);
	ok(finish(&b), "captures of a Mac");
	ok(is_near(value(&b, WS_F_INSTR_CPU_TOTAL), 20e9), "CPU time");
	ok(is_near(value(&b, WS_F_INSTR_CPU_CORES), 2),
	    "over the length that the table of contents tells");
	ok(is_near(value(&b, WS_F_INSTR_CPU_PROCESS), 0.75),
	    "the part of the busiest process");
	ok(is_near(value(&b, WS_F_INSTR_FAULT_LOAD), 0.5) &&
		is_near(value(&b, WS_F_INSTR_FAULT_RATE), 0.2),
	    "faults at once, and in a second");
	ok(is_near(value(&b, WS_F_INSTR_THREADS_BLOCKED), 5.0 / 8) &&
		is_near(value(&b, WS_F_INSTR_THREADS_RUNNABLE), 1.0 / 8),
	    "states, without what is not known");
	ok(is_near(value(&b, WS_F_MACOS_JOINED), 2),
	    "threads that two captures saw");
	ok(is_near(value(&b, WS_F_SAMPLE_DURATION), 3e9), "length of sample");
	ok(ws_facts_source_presence(b.f, WS_S_PERF) == WS_UNSUPPORTED_HERE &&
		ws_facts_source_presence(b.f, WS_S_SAMPLE) == WS_VALUE &&
		ws_facts_source_presence(b.f, WS_S_DTRACE) == WS_ABSENT,
	    "no perf on a Mac");
	bench_fini(&b);
}

static void
test_other(void)
{
	struct bench b;

	bench_init(&b, "");
	begin(&b, "vmstat.txt", "vmstat");
	counter(&b, NULL, WS_N_CPU_IDLE, 0.5);
	end(&b, WS_OK);
	ok(finish(&b), "captures of Linux");
	ok(ws_facts_source_presence(b.f, WS_S_SAMPLE) == WS_UNSUPPORTED_HERE &&
		ws_facts_source_artifact(b.f, WS_S_SAMPLE) == NULL &&
		ws_facts_source_presence(b.f, WS_S_PERF) == WS_ABSENT,
	    "no sample on Linux");
	ok(isnan(value(&b, WS_F_INSTR_CPU_PROCESS)) &&
		isnan(value(&b, WS_F_MACOS_JOINED)) &&
		isnan(value(&b, WS_F_VM_FAULTS)),
	    "and no facts");
	bench_fini(&b);
}

static void
test_vm_stat(void)
{
	struct bench b;

	bench_init(&b, "");
	begin(&b, "vm_stat.txt", "vm-stat");
	since_boot(&b, NULL, WS_N_VM_FAULTS, 1e9);
	for (int i = 0; i < 3; i++) {
		counter(&b, NULL, WS_N_VM_FAULTS, 100 + i);
		counter(&b, NULL, WS_N_VM_SWAP_INS, 4096);
		counter(&b, NULL, WS_N_VM_SWAP_OUTS, 8192);
	}
	end(&b, WS_OK);
	ok(finish(&b) && is_near(value(&b, WS_F_VM_FAULTS), 101) &&
		is_near(value(&b, WS_F_VM_SWAPPING), 12288) &&
		isnan(value(&b, WS_F_VM_PAGE_INS)),
	    "vm_stat: medians, without what is since boot");
	bench_fini(&b);
}

int
main(void)
{
	test_captures();
	test_other();
	test_vm_stat();
	return tap_done();
}
