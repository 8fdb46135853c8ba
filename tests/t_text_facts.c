/* Facts from profiles as text, and how those stand beside the protobuf. */
#include "metrics_kit.h"
#include "tap.h"

static const char rules[] =
    "group chan \"channels\" { exact \"runtime.chanrecv\"; }\n"
    "share pprof.goroutine.waits = pprof.goroutine\n"
    "    where any frame in group chan help \"waiting\";\n";

static void
put_goroutines(struct bench *b, const char *format, const char *names, double n)
{
	begin(b, format, format);
	counter(b, "pprof.goroutine", WS_N_CAPTURE_PERIOD, 1);
	sample(b, WS_N_PPROF_GOROUTINE, names, n);
	if (strcmp(format, "pprof") != 0)
		counter(b, NULL, WS_N_PPROF_GOROUTINE_HIDDEN, n / 4);
	end(b, WS_OK);
}

/* What shows more is taken, whatever the order and the size. */
static void
test_preference(void)
{
	struct bench b;

	bench_init(&b, rules);
	put_goroutines(&b, "pprof-text", "main.work", 12);
	put_goroutines(&b, "goroutines", "main.work", 11);
	put_goroutines(&b, "pprof", "runtime.chanrecv main.work", 10);
	ok(finish(&b), "facts");
	is_fact(&b, WS_F_GOROUTINES, NULL, 10);
	is_fact(&b, WS_F_GOROUTINES_HIDDEN, NULL, NAN);
	is_named(&b, "pprof.goroutine.waits", 1);
	bench_fini(&b);

	bench_init(&b, rules);
	put_goroutines(&b, "goroutines", "runtime.chanrecv main.work", 8);
	put_goroutines(&b, "pprof-text", "main.work", 12);
	ok(finish(&b), "facts of texts only");
	is_fact(&b, WS_F_GOROUTINES, NULL, 8);
	is_fact(&b, WS_F_GOROUTINES_HIDDEN, NULL, 0.25);
	is_named(&b, "pprof.goroutine.waits", 1);
	bench_fini(&b);

	bench_init(&b, rules);
	put_goroutines(&b, "pprof-text", "main.work", 12);
	ok(finish(&b), "facts of debug=1 only");
	is_fact(&b, WS_F_GOROUTINES, NULL, 12);
	is_fact(&b, WS_F_GOROUTINES_HIDDEN, NULL, 0.25);
	bench_fini(&b);
}

static void
test_memstats(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin(&b, "heap.txt", "pprof-text");
	capture(&b, "pprof.inuse", NAN, 524288);
	counter(&b, NULL, ws_dict_cstr(b.d, "memstats.GCCPUFraction"), 0.31);
	counter(&b, NULL, ws_dict_cstr(b.d, "memstats.NumGC"), 412);
	end(&b, WS_OK);
	ok(finish(&b), "facts of MemStats");
	is_fact(&b, WS_F_MEMSTATS_GC_CPU, NULL, 0.31);
	is_fact(&b, WS_F_MEMSTATS_NUM_GC, NULL, 412);
	bench_fini(&b);

	bench_init(&b, rules);
	put_goroutines(&b, "pprof", "main.work", 10);
	ok(finish(&b), "facts without MemStats");
	is_fact(&b, WS_F_MEMSTATS_GC_CPU, NULL, NAN);
	bench_fini(&b);
}

int
main(void)
{
	test_preference();
	test_memstats();
	return tap_done();
}
