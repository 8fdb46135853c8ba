/* Facts of benchmarks, the machine, its disks and its environment, on events
 * by hand. */
#include <stdio.h>

#include "metrics_kit.h"

static void
result(struct bench *b, const char *name, double ns)
{
	counter(b, name, WS_N_BENCH_TIME, ns);
	counter(b, name, WS_N_BENCH_ITERATIONS, 100);
}

static void
cpus(struct bench *b, double machine, double go)
{
	begin(b, "env.txt", "env");
	if (machine > 0)
		counter(b, NULL, WS_N_HOST_CPUS, machine);
	if (go > 0)
		counter(b, NULL, WS_N_GO_MAXPROCS, go);
	end(b, WS_OK);
}

static void
is_text(struct bench *b, uint32_t def, const char *want)
{
	const struct ws_fact *f = ws_facts_get(b->f, def, NULL);

	is_str(f != NULL && f->text != NULL ? f->text : "(none)", want,
	    ws_catalogue_get(ws_facts_catalogue(b->f), def)->name);
}

static void
is_source(struct bench *b, enum ws_source_id s, enum ws_presence want)
{
	enum ws_presence got = ws_facts_source_presence(b->f, s);

	ok(got == want, "%s is %s (%s)", ws_source_defs[s].name,
	    ws_presence_name(want), ws_presence_name(got));
}

static void
test_workers(void)
{
	struct bench b;
	const char *w1 = "BenchmarkX/workers=1-8",
		   *w4 = "BenchmarkX/workers=4-8";

	bench_init(&b, "");
	cpus(&b, 8, 2);
	begin(&b, "bench.txt", "gobench");
	result(&b, w1, 1000);
	result(&b, w1, 1200);
	result(&b, "BenchmarkX/workers=2-8", 500);
	result(&b, w4, 400);
	result(&b, w4, 500);
	result(&b, w4, 600);
	counter(&b, w4, WS_N_BENCH_ALLOC_BYTES, 1000);
	counter(&b, w4, WS_N_BENCH_ALLOCS, 3);
	counter(&b, w4, ws_dict_cstr(b.d, "cpu-cores"), 1.5);
	counter(&b, w4, ws_dict_cstr(b.d, "minor-faults"), 10);
	counter(&b, w4, ws_dict_cstr(b.d, "p99-ns"), 900);
	counter(&b, w1, ws_dict_cstr(b.d, "p99-ns"), 300);
	finish(&b);
	is_text(&b, WS_F_BENCH_NAME, w4);
	is_fact(&b, WS_F_BENCH_RUNS, NULL, 3);
	is_fact(&b, WS_F_BENCH_TIME, NULL, 500);
	is_fact(&b, WS_F_BENCH_SPREAD, NULL, 0.4);
	is_fact(&b, WS_F_BENCH_ALLOC_BYTES, NULL, 1000);
	is_fact(&b, WS_F_BENCH_ALLOCS, NULL, 3);
	is_fact(&b, WS_F_BENCH_ALLOC_RATE, NULL, 2e9);
	is_fact(&b, WS_F_BENCH_CORES, NULL, 1.5);
	is_fact(&b, WS_F_BENCH_UTILIZATION, NULL, 0.75);
	is_fact(&b, WS_F_BENCH_MINOR_FAULTS, NULL, 10 / (500 * 100 / 1e9));
	is_fact(&b, WS_F_BENCH_MAJOR_FAULTS, NULL, NAN);
	is_fact(&b, WS_F_BENCH_LEVELS, NULL, 3);
	is_fact(&b, WS_F_BENCH_MAX_LEVEL, NULL, 4);
	is_fact(&b, WS_F_BENCH_GAIN, NULL, 2.2);
	is_fact(&b, WS_F_BENCH_EFFICIENCY, NULL, 1.1);
	is_fact(&b, WS_F_BENCH_TAIL, NULL, 3);
	is_source(&b, WS_S_BENCH, WS_VALUE);
	bench_fini(&b);
}

/* go test -cpu 1,2,8; nothing says how many CPUs there are. */
static void
test_cpu_series(void)
{
	struct bench b;

	bench_init(&b, "");
	begin(&b, "bench.txt", "gobench");
	result(&b, "BenchmarkX", 800);
	result(&b, "BenchmarkX-2", 400);
	result(&b, "BenchmarkX-8", 200);
	counter(&b, "BenchmarkX-8", ws_dict_cstr(b.d, "cpu-cores"), 4);
	finish(&b);
	is_text(&b, WS_F_BENCH_NAME, "BenchmarkX-8");
	is_fact(&b, WS_F_BENCH_LEVELS, NULL, 3);
	is_fact(&b, WS_F_BENCH_MAX_LEVEL, NULL, 8);
	is_fact(&b, WS_F_BENCH_GAIN, NULL, 4);
	is_fact(&b, WS_F_BENCH_EFFICIENCY, NULL, NAN);
	is_fact(&b, WS_F_BENCH_CORES, NULL, 4);
	is_fact(&b, WS_F_BENCH_UTILIZATION, NULL, NAN);
	bench_fini(&b);
}

/* Sizes, and what follows the level, are no levels. */
static void
test_selection(void)
{
	struct bench b;

	bench_init(&b, "");
	cpus(&b, 4, 0);
	begin(&b, "bench.txt", "gobench");
	result(&b, "BenchmarkSort/n=10-4", 1);
	result(&b, "BenchmarkSort/n=1000-4", 100);
	result(&b, "BenchmarkY/workers=1/size=1k-4", 10);
	result(&b, "BenchmarkY/workers=4/size=1k-4", 5);
	result(&b, "BenchmarkY/workers=1/size=9k-4", 90);
	result(&b, "BenchmarkY/workers=4/size=9k-4", 30);
	result(&b, "BenchmarkY/workers=4/size=9k-4", 30);
	result(&b, "BenchmarkY/workers=4/size=9k-2", 3);
	begin(&b, "new.txt", "gobench");
	result(&b, "BenchmarkY/workers=4/size=9k-4", 1);
	finish(&b);
	is_text(&b, WS_F_BENCH_NAME, "BenchmarkY/workers=4/size=9k-4");
	is_fact(&b, WS_F_BENCH_LEVELS, NULL, 2);
	is_fact(&b, WS_F_BENCH_GAIN, NULL, 3);
	is_fact(&b, WS_F_BENCH_EFFICIENCY, NULL, 0.75);
	bench_fini(&b);
}

static void
test_zero_and_one(void)
{
	struct bench b;

	bench_init(&b, "");
	cpus(&b, 4, 0);
	begin(&b, "bench.txt", "gobench");
	result(&b, "BenchmarkZ", 0);
	counter(&b, "BenchmarkZ", WS_N_BENCH_ALLOC_BYTES, 16);
	counter(&b, "BenchmarkZ", ws_dict_cstr(b.d, "major-faults"), 2);
	result(&b, "BenchmarkZ-4", 0);
	finish(&b);
	is_fact(&b, WS_F_BENCH_TIME, NULL, 0);
	is_fact(&b, WS_F_BENCH_SPREAD, NULL, NAN);
	is_fact(&b, WS_F_BENCH_ALLOC_RATE, NULL, NAN);
	is_fact(&b, WS_F_BENCH_MAJOR_FAULTS, NULL, NAN);
	is_fact(&b, WS_F_BENCH_GAIN, NULL, NAN);
	is_fact(&b, WS_F_BENCH_EFFICIENCY, NULL, NAN);
	bench_fini(&b);
	bench_init(&b, "");
	begin(&b, "bench.txt", "gobench");
	result(&b, "BenchmarkOne/workers=16-4", 7);
	finish(&b);
	is_fact(&b, WS_F_BENCH_LEVELS, NULL, 1);
	is_fact(&b, WS_F_BENCH_MAX_LEVEL, NULL, 16);
	is_fact(&b, WS_F_BENCH_GAIN, NULL, NAN);
	bench_fini(&b);
	bench_init(&b, "");
	begin(&b, "bench.txt", "gobench");
	mark(&b, "goos", "linux");
	end(&b, WS_OK);
	finish(&b);
	is_source(&b, WS_S_BENCH, WS_EMPTY);
	is_text(&b, WS_F_GO_OS, "linux");
	bench_fini(&b);
}

/* Quadratic work would take minutes. */
static void
test_many_names(void)
{
	struct bench b;
	char name[64];
	unsigned i;

	bench_init(&b, "");
	begin(&b, "bench.txt", "gobench");
	for (i = 0; i < 50000; i++) {
		snprintf(name, sizeof(name), "BenchmarkN%u/workers=%u-4", i / 2,
		    i % 2 + 1);
		result(&b, name, 10);
	}
	finish(&b);
	is_text(&b, WS_F_BENCH_NAME, "BenchmarkN0/workers=2-4");
	bench_fini(&b);
}

static void
row(struct bench *b, double user, double sys, double idle)
{
	counter(b, NULL, WS_N_CPU_USER, user);
	counter(b, NULL, WS_N_CPU_SYS, sys);
	counter(b, NULL, WS_N_CPU_IDLE, idle);
}

static void
test_host(void)
{
	struct bench b;

	bench_init(&b, "");
	cpus(&b, 4, 0);
	begin(&b, "short.txt", "vmstat");
	counter(&b, NULL, WS_N_SCHED_RUNNABLE, 99);
	row(&b, 0.9, 0.1, 0);
	begin(&b, "vmstat.txt", "vmstat");
	since_boot(&b, NULL, WS_N_CPU_USER, 0.01);
	since_boot(&b, NULL, WS_N_CPU_IDLE, 0.99);
	counter(&b, NULL, WS_N_SCHED_RUNNABLE, 3);
	counter(&b, NULL, WS_N_SCHED_RUNNABLE, 5);
	counter(&b, NULL, WS_N_SCHED_SWITCHES, 4000);
	counter(&b, NULL, WS_N_SWAP_OUT, 4096);
	row(&b, 0.2, 0.1, 0.7);
	row(&b, 0.4, 0.1, 0.5);
	begin(&b, "iostat.txt", "iostat");
	row(&b, 0.8, 0.1, 0.1);
	row(&b, 0.8, 0.1, 0.1);
	row(&b, 0.8, 0.1, 0.1);
	counter(&b, NULL, WS_N_CPU_NICE, 0.1);
	finish(&b);
	is_fact(&b, WS_F_HOST_USER, NULL, 0.3);
	is_fact(&b, WS_F_HOST_BUSY, NULL, 0.4);
	is_fact(&b, WS_F_HOST_IDLE, NULL, 0.6);
	is_fact(&b, WS_F_HOST_SYS_SHARE, NULL, 0.25);
	is_fact(&b, WS_F_HOST_RUNNABLE, NULL, 4);
	is_fact(&b, WS_F_HOST_SWITCHES_CPU, NULL, 1000);
	is_fact(&b, WS_F_HOST_SWAP, NULL, 4096);
	is_fact(&b, WS_F_HOST_IOWAIT, NULL, NAN);
	is_fact(&b, WS_F_HOST_ROWS, NULL, 2);
	is_source(&b, WS_S_VMSTAT, WS_VALUE);
	is_str(ws_facts_source_artifact(b.f, WS_S_VMSTAT), "vmstat.txt",
	    "the longest log is the source");
	bench_fini(&b);
}

static void
test_iostat_only(void)
{
	struct bench b;

	bench_init(&b, "");
	begin(&b, "iostat.txt", "iostat");
	row(&b, 0.5, 0.25, 0.25);
	counter(&b, NULL, WS_N_CPU_NICE, 0.125);
	end(&b, WS_OK);
	finish(&b);
	is_fact(&b, WS_F_HOST_USER, NULL, 0.625);
	is_fact(&b, WS_F_HOST_BUSY, NULL, 0.875);
	is_fact(&b, WS_F_HOST_RUNNABLE, NULL, NAN);
	is_fact(&b, WS_F_HOST_SWITCHES_CPU, NULL, NAN);
	is_source(&b, WS_S_VMSTAT, WS_ABSENT);
	is_source(&b, WS_S_IOSTAT, WS_VALUE);
	ok(ws_facts_presence(b.f, WS_F_HOST_BUSY) == WS_VALUE &&
		ws_facts_presence(b.f, WS_F_HOST_RUNNABLE) == WS_ABSENT,
	    "what iostat has is there, what only vmstat has is absent");
	bench_fini(&b);
}

/* Half of the time in user code, half in the kernel: always busy. */
static void
test_sums(void)
{
	struct bench b;
	unsigned i;

	bench_init(&b, "");
	begin(&b, "vmstat.txt", "vmstat");
	for (i = 0; i < 9; i++)
		row(&b, i % 2 ? 0.1 : 0.8, i % 2 ? 0.8 : 0.1, 0.1);
	finish(&b);
	is_fact(&b, WS_F_HOST_USER, NULL, 0.8);
	is_fact(&b, WS_F_HOST_SYS, NULL, 0.1);
	is_fact(&b, WS_F_HOST_BUSY, NULL, 0.9);
	bench_fini(&b);
}

static void
test_since_boot(void)
{
	struct bench b;

	bench_init(&b, "");
	begin(&b, "vmstat.txt", "vmstat");
	counter(&b, NULL, WS_N_SCHED_RUNNABLE, 7);
	since_boot(&b, NULL, WS_N_CPU_IDLE, 0.9);
	end(&b, WS_OK);
	begin(&b, "iostat.txt", "iostat");
	since_boot(&b, "sda", WS_N_DISK_READS, 5);
	since_boot(&b, "sda", WS_N_DISK_UTIL, 0.5);
	end(&b, WS_OK);
	finish(&b);
	is_source(&b, WS_S_VMSTAT, WS_EMPTY);
	is_source(&b, WS_S_IOSTAT, WS_EMPTY);
	is_fact(&b, WS_F_HOST_RUNNABLE, NULL, NAN);
	ok(ws_facts_presence(b.f, WS_F_HOST_IDLE) == WS_EMPTY, "empty");
	is_fact(&b, WS_F_DISK_OPS, NULL, NAN);
	bench_fini(&b);
	bench_init(&b, "");
	begin(&b, "vmstat.txt", "vmstat");
	end(&b, WS_CORRUPT);
	finish(&b);
	is_source(&b, WS_S_VMSTAT, WS_ABSENT);
	bench_fini(&b);
}

static void
disk(struct bench *b, const char *name, double reads, double await)
{
	counter(b, name, WS_N_DISK_READS, reads);
	counter(b, name, WS_N_DISK_READ_BYTES, reads * 4096);
	counter(b, name, WS_N_DISK_READ_AWAIT, await);
	counter(b, name, WS_N_DISK_WRITES, reads / 4);
	counter(b, name, WS_N_DISK_WRITE_AWAIT, await * 2);
	counter(b, name, WS_N_DISK_UTIL, await > 0 ? 0.5 : 0);
	counter(b, name, WS_N_DISK_QUEUE, reads / 100);
}

static void
test_disk(void)
{
	struct bench b;

	bench_init(&b, "");
	begin(&b, "iostat.txt", "iostat");
	disk(&b, "sda", 100, 1e6);
	disk(&b, "sda", 100, 3e6);
	disk(&b, "sda", 40, 2e6);
	disk(&b, "sda1", 900, 9e6);
	disk(&b, "nvme0n1", 0, 0);
	disk(&b, "nvme0n1", 0, 0);
	disk(&b, "nvme0n1", 8, 4e6);
	disk(&b, "nvme0n1p2", 900, 9e6);
	disk(&b, "dm-0", 50, 5e6);
	disk(&b, "md127", 60, 5e6);
	disk(&b, "vdb1", 10, 1e6);
	disk(&b, "zram0", 900, 9e6);
	disk(&b, "ram12", 900, 9e6);
	finish(&b);
	is_fact(&b, WS_F_DISK_OPS, "sda", 125);
	is_fact(&b, WS_F_DISK_BYTES, "sda", 409600);
	is_fact(&b, WS_F_DISK_AWAIT, "sda", 2.4e6);
	is_fact(&b, WS_F_DISK_SIZE, "sda", 240 * 4096 / 300.0);
	is_fact(&b, WS_F_DISK_UTIL, "sda", 0.5);
	is_fact(&b, WS_F_DISK_QUEUE, "sda", 1);
	is_fact(&b, WS_F_DISK_OPS, "nvme0n1", 0);
	is_fact(&b, WS_F_DISK_UTIL, "nvme0n1", 0);
	is_fact(&b, WS_F_DISK_AWAIT, "nvme0n1", 4.8e6);
	is_fact(&b, WS_F_DISK_OPS, "sda1", NAN);
	is_fact(&b, WS_F_DISK_OPS, "nvme0n1p2", NAN);
	is_fact(&b, WS_F_DISK_OPS, "zram0", NAN);
	is_fact(&b, WS_F_DISK_OPS, "ram12", NAN);
	is_fact(&b, WS_F_DISK_OPS, "dm-0", 62.5);
	is_fact(&b, WS_F_DISK_OPS, "md127", 75);
	is_fact(&b, WS_F_DISK_OPS, "vdb1", 12.5);
	is_fact(&b, WS_F_DISK_OPS, NULL, 125);
	bench_fini(&b);
}

/* The columns of old and of short reports. */
static void
test_disk_columns(void)
{
	struct bench b;

	bench_init(&b, "");
	begin(&b, "iostat.txt", "iostat");
	counter(&b, "sda", WS_N_DISK_OPS, 10);
	counter(&b, "sda", WS_N_DISK_AWAIT, 3e6);
	counter(&b, "sdb", WS_N_DISK_READS, 10);
	counter(&b, "sdb", WS_N_DISK_WRITES, 10);
	counter(&b, "sdb", WS_N_DISK_AWAIT, 0);
	finish(&b);
	is_fact(&b, WS_F_DISK_OPS, "sda", 10);
	is_fact(&b, WS_F_DISK_BYTES, "sda", NAN);
	is_fact(&b, WS_F_DISK_SIZE, "sda", NAN);
	is_fact(&b, WS_F_DISK_AWAIT, "sda", 3e6);
	is_fact(&b, WS_F_DISK_OPS, "sdb", 20);
	is_fact(&b, WS_F_DISK_UTIL, NULL, NAN);
	bench_fini(&b);
}

static void
test_many_disks(void)
{
	struct bench b;
	char name[32];
	unsigned i;

	bench_init(&b, "");
	begin(&b, "iostat.txt", "iostat");
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "disk%u-x", i);
		disk(&b, name, i, 1e6);
	}
	finish(&b);
	is_fact(&b, WS_F_DISK_OPS, NULL, 19999 * 1.25);
	bench_fini(&b);
}

static void
test_env(void)
{
	static const struct {
		const char *text;
		double want;
	} release[] = { { "go1.26.10", 1026 }, { "1.22", 1022 },
		{ "go version go1.19.3 linux/amd64", 1019 },
		{ "devel go1.27-abcdef Thu", 1027 }, { "go1.26rc1", 1026 },
		{ "gopher", NAN }, { "", NAN }, { "go1", NAN } };
	struct bench b;
	size_t i;

	for (i = 0; i < WS_LEN(release); i++) {
		bench_init(&b, "");
		begin(&b, "env.txt", "env");
		mark(&b, "go", release[i].text);
		finish(&b);
		is_fact(&b, WS_F_GO_VERSION, NULL, release[i].want);
		is_source(&b, WS_S_ENV, WS_VALUE);
		bench_fini(&b);
	}
	bench_init(&b, "");
	begin(&b, "env.txt", "env");
	mark(&b, "GOOS", "darwin");
	mark(&b, "GOARCH", "arm64");
	counter(&b, NULL, WS_N_HOST_CPUS, 10);
	counter(&b, NULL, WS_N_GO_MAXPROCS, 4);
	begin(&b, "cpu.pb.gz", "pprof");
	capture(&b, "pprof.cpu", 10, 1);
	sample(&b, WS_N_PPROF_CPU, "f", 20);
	finish(&b);
	is_text(&b, WS_F_GO_OS, "darwin");
	is_text(&b, WS_F_GO_ARCH, "arm64");
	is_fact(&b, WS_F_HOST_CPUS, NULL, 10);
	is_fact(&b, WS_F_CPU_CORES, NULL, 2);
	is_fact(&b, WS_F_CPU_UTILIZATION, NULL, 0.5);
	bench_fini(&b);
}

static void
level(struct bench *b, int workers, double ns)
{
	char name[64];

	snprintf(name, sizeof(name), "BenchmarkX/workers=%d-8", workers);
	for (int i = -1; i <= 1; i++)
		result(b, name, ns * (1 + i / 100.0));
}

static void
is_near_named(struct bench *b, uint32_t def, double want, double eps)
{
	const struct ws_fact *f = ws_facts_get(b->f, def, NULL);

	ok(f != NULL && fabs(f->value - want) <= eps, "%s is about %g (%g)",
	    ws_catalogue_get(ws_facts_catalogue(b->f), def)->name, want,
	    f != NULL ? f->value : NAN);
}

/* A third is serial: the law finds it. */
static void
test_law(void)
{
	struct bench b;

	bench_init(&b, "");
	cpus(&b, 64, 0);
	begin(&b, "bench.txt", "gobench");
	for (int n = 1; n <= 32; n *= 2)
		level(&b, n, 1000.0 * (1 + (n - 1) / 3.0) / n);
	finish(&b);
	is_near_named(&b, WS_F_BENCH_USL_SIGMA, 1 / 3.0, 1e-6);
	is_near_named(&b, WS_F_BENCH_USL_KAPPA, 0, 1e-6);
	is_near_named(&b, WS_F_BENCH_USL_ERROR, 0, 1e-6);
	is_text(&b, WS_F_BENCH_USL_REFUSED, "(none)");
	is_fact(&b, WS_F_BENCH_BEST_LEVEL, NULL, 32);
	is_fact(&b, WS_F_BENCH_RETROGRADE, NULL, 0);
	is_fact(&b, WS_F_BENCH_LEVEL_RATE, "1", 1e6);
	bench_fini(&b);
}

static void
starts(struct bench *b, uint32_t def, const char *want)
{
	const struct ws_fact *f = ws_facts_get(b->f, def, NULL);
	const char *text = f != NULL && f->text != NULL ? f->text : "(none)";

	ok(ws_sv_starts(ws_sv_of(text), want), "'%s': %s", want, text);
}

/* Why the law is not fitted, and what the most workers lose. */
static void
test_no_law(void)
{
	static const struct {
		double ns[6];
		int levels;
		double extra; /* one more run of two workers */
		const char *why;
	} cases[] = {
		{ { 1000, 500, 400, 390, 600 }, 5, 0, "5 levels, wanted 6" },
		{ { 1000, 500, 400, 390, 600, 1200 }, 6, 900,
		    "the runs of level 2 differ by 81 %, wanted at most 25 %" },
		{ { 1000, 2000, 300, 2000, 300, 2000 }, 6, 0,
		    "the levels are off the curve by " },
	};

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		struct bench b;

		bench_init(&b, "");
		begin(&b, "bench.txt", "gobench");
		for (int k = 0; k < cases[i].levels; k++)
			level(&b, 1 << k, cases[i].ns[k]);
		if (cases[i].extra > 0)
			result(&b, "BenchmarkX/workers=2-8", cases[i].extra);
		finish(&b);
		starts(&b, WS_F_BENCH_USL_REFUSED, cases[i].why);
		is_fact(&b, WS_F_BENCH_USL_SIGMA, NULL, NAN);
		is_fact(&b, WS_F_BENCH_BEST_LEVEL, NULL, 4);
		bench_fini(&b);
	}
}

static void
test_warm_up(void)
{
	struct bench b;

	bench_init(&b, "");
	begin(&b, "bench.txt", "gobench");
	for (int i = 0; i < 20; i++)
		result(&b, "BenchmarkX", i < 8 ? 300 + i % 3 : 200 + i % 3);
	finish(&b);
	is_fact(&b, WS_F_BENCH_WARM, NULL, 0.4);
	is_near_named(&b, WS_F_BENCH_STEADY_RATE, 1e9 / 201, 1e6);
	is_fact(&b, WS_F_BENCH_STEADY_TIME, NULL, 202 * 100 * 12);
	is_fact(&b, WS_F_BENCH_OUTLIERS, NULL, 0);
	bench_fini(&b);
	/* What gets slower is no warm-up, but it drifts. */
	bench_init(&b, "");
	begin(&b, "bench.txt", "gobench");
	for (int i = 0; i < 20; i++)
		result(&b, "BenchmarkX", i < 8 ? 200 + i % 3 : 300 + i % 3);
	finish(&b);
	is_fact(&b, WS_F_BENCH_WARM, NULL, 0);
	ok(ws_facts_get(b.f, WS_F_BENCH_DRIFT, NULL)->value < 0.01,
	    "its halves differ");
	is_fact(&b, WS_F_BENCH_STEADY_RATE, NULL, NAN);
	bench_fini(&b);
}

/* A load tool tells rates, and its seconds. */
static void
test_load_tool(void)
{
	const char *c8 = "http://x/clients=8", *c16 = "http://x/clients=16";
	struct bench b;

	bench_init(&b, "");
	cpus(&b, 4, 0);
	begin(&b, "load.txt", "wrk");
	counter(&b, c8, WS_N_BENCH_RATE, 1000);
	counter(&b, c8, WS_N_BENCH_P99, 5e6);
	counter(&b, c16, WS_N_BENCH_RATE, 1500);
	counter(&b, c16, WS_N_BENCH_P99, 20e6);
	counter(&b, c16, WS_N_BENCH_P95, 10e6);
	counter(&b, c16, WS_N_BENCH_REQUESTS, 30000);
	counter(&b, c16, WS_N_BENCH_ERRORS, 600);
	counter(&b, c16, WS_N_BENCH_DURATION, 20e9);
	for (int i = 0; i < 20; i++)
		counter(&b, c16, WS_N_BENCH_INTERVAL, i == 7 ? 10 : 1500);
	finish(&b);
	is_text(&b, WS_F_BENCH_NAME, c16);
	is_fact(&b, WS_F_BENCH_THROUGHPUT, NULL, 1500);
	is_fact(&b, WS_F_BENCH_TIME, NULL, 1e9 / 1500);
	is_fact(&b, WS_F_BENCH_GAIN, NULL, 1.5);
	is_fact(&b, WS_F_BENCH_P99, NULL, 20e6);
	is_fact(&b, WS_F_BENCH_TAIL, NULL, 4);
	is_fact(&b, WS_F_BENCH_ERRORS, NULL, 0.02);
	is_fact(&b, WS_F_BENCH_STEADY_TIME, NULL, 20e9);
	is_fact(&b, WS_F_BENCH_STEADY_RATE, NULL, 1500);
	is_fact(&b, WS_F_BENCH_OUTLIERS, NULL, 1);
	is_fact(&b, WS_F_BENCH_HAS_TAIL, NULL, 2);
	is_text(
	    &b, WS_F_BENCH_MISSING, "p50, CPU time, memory (RSS), page faults");
	is_source(&b, WS_S_BENCH, WS_VALUE);
	bench_fini(&b);
}

int
main(void)
{
	test_workers();
	test_cpu_series();
	test_selection();
	test_zero_and_one();
	test_many_names();
	test_host();
	test_iostat_only();
	test_sums();
	test_since_boot();
	test_disk();
	test_disk_columns();
	test_many_disks();
	test_env();
	test_law();
	test_no_law();
	test_warm_up();
	test_load_tool();
	return tap_done();
}
