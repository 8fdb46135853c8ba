/* Facts of processes. */
#include <time.h>

#include "metrics_kit.h"
#include "tap.h"

static void
row(struct bench *b, const char *track, double total, double sys)
{
	counter(b, track, WS_N_PROCESS_CPU_TOTAL, total);
	counter(b, track, WS_N_PROCESS_CPU_SYS, sys);
}

static double
value(struct bench *b, uint32_t def, const char *subject)
{
	const struct ws_fact *f = ws_facts_get(b->f, def, subject);

	return f == NULL ? NAN : f->value;
}

static bool
is_near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

/* A service among others, its threads in another log. */
static void
put_logs(struct bench *b)
{
	begin(b, "cpu.txt", "pidstat");
	counter(b, NULL, WS_N_HOST_CPUS, 4);
	for (int i = 0; i < 5; i++) {
		row(b, "70 service", 2.0, 0.5);
		counter(b, "70 service", WS_N_PROCESS_FAULTS_MINOR, 100 + i);
		counter(b, "70 service", WS_N_PROCESS_CPU_WAIT, 0.1);
		counter(b, "70/71 service", WS_N_PROCESS_CPU_TOTAL, 9);
	}
	/* Busier, but in one interval of five only. */
	row(b, "80 burst", 3.9, 3.9);
	counter(b, "80 burst", WS_N_PROCESS_FAULTS_MINOR, 1e6);
	for (int i = 0; i < 3; i++)
		row(b, "90 sidecar", 0.4, 0.1);
	since_boot(b, "7 old", WS_N_PROCESS_CPU_TOTAL, 4);
	end(b, WS_OK);
	begin(b, "threads.txt", "pidstat");
	for (int i = 0; i < 4; i++) {
		counter(b, "70 /usr/bin/service -x",
		    WS_N_PROCESS_SWITCHES_VOLUNTARY, 5);
		counter(b, "70/70 service", WS_N_PROCESS_SWITCHES_VOLUNTARY, 5);
		counter(
		    b, "70/71 service", WS_N_PROCESS_SWITCHES_VOLUNTARY, 900);
	}
	/* Half of the time. */
	counter(b, "70/72 helper", WS_N_PROCESS_SWITCHES_VOLUNTARY, 100);
	counter(b, "70/72 helper", WS_N_PROCESS_SWITCHES_VOLUNTARY, 100);
	end(b, WS_OK);
}

static void
test_busiest(void)
{
	struct bench b;
	const struct ws_fact *const *all;
	const struct ws_fact *f;

	bench_init(&b, NULL);
	put_logs(&b);
	ok(finish(&b), "finished");
	ok(is_near(value(&b, WS_F_PROCESS_CPU, "70 service"), 0.5),
	    "CPU time as a part of all CPUs");
	ok(is_near(value(&b, WS_F_PROCESS_CPU, "90 sidecar"), 0.1),
	    "that of the next one too");
	ok(ws_facts_of(b.f, WS_F_PROCESS_CPU, &all) == 2,
	    "but neither what ran once nor what ran since boot");
	ok(is_near(value(&b, WS_F_PROCESS_SYS_SHARE, NULL), 0.25),
	    "kernel time over CPU time");
	ok(ws_facts_of(b.f, WS_F_PROCESS_MINOR, &all) == 1 &&
		value(&b, WS_F_PROCESS_MINOR, "70 service") == 102,
	    "faults of the busiest process alone");
	f = ws_facts_get(b.f, WS_F_PROCESS_VOLUNTARY, NULL);
	ok(f != NULL && is_near(f->value, 5 + 900 + 50) &&
		strcmp(f->subject, "70 service") == 0 &&
		strcmp(f->artifact, "threads.txt") == 0,
	    "switches of all threads, from the log that has them");
	ok(is_near(value(&b, WS_F_PROCESS_WAIT, NULL), 0.1 / 2.1),
	    "waiting over the time a CPU was wanted");
	ok(ws_facts_get(b.f, WS_F_PROCESS_DELAY, NULL) == NULL &&
		ws_facts_presence(b.f, WS_F_PROCESS_READ) != WS_ABSENT,
	    "what was not measured is missing");
	bench_fini(&b);
}

static void
test_ties(void)
{
	struct bench b;

	bench_init(&b, NULL);
	begin(&b, "a.txt", "pidstat");
	counter(&b, NULL, WS_N_HOST_CPUS, 2);
	row(&b, "5 calm", 1, 0.9);
	row(&b, "9 restless", 1, 0.2);
	counter(&b, "5 calm", WS_N_PROCESS_SWITCHES_VOLUNTARY, 10);
	counter(&b, "5 calm", WS_N_PROCESS_SWITCHES_INVOLUNTARY, 0);
	counter(&b, "9 restless", WS_N_PROCESS_SWITCHES_VOLUNTARY, 5000);
	counter(&b, "9 restless", WS_N_PROCESS_SWITCHES_INVOLUNTARY, 1);
	end(&b, WS_OK);
	finish(&b);
	ok(is_near(value(&b, WS_F_PROCESS_SYS_SHARE, NULL), 0.2),
	    "of two that are as busy, the one that switches more");
	bench_fini(&b);
}

static void
test_many(void)
{
	struct bench b;
	const struct ws_fact *const *all;
	char track[32];

	bench_init(&b, NULL);
	begin(&b, "a.txt", "pidstat");
	counter(&b, NULL, WS_N_HOST_CPUS, 10);
	for (int i = 1; i <= 40; i++) {
		snprintf(track, sizeof(track), "%d p", i);
		row(&b, track, i * 7 % 41 / 10.0, 0);
	}
	end(&b, WS_OK);
	finish(&b);
	ok(ws_facts_of(b.f, WS_F_PROCESS_CPU, &all) == 5 &&
		is_near(all[0]->value, 0.4) && is_near(all[4]->value, 0.36),
	    "the five busiest of forty");
	bench_fini(&b);
}

/* A log without CPU time. */
static void
test_no_cpu(void)
{
	struct bench b;

	bench_init(&b, NULL);
	begin(&b, "d.txt", "pidstat");
	counter(&b, "5 db", WS_N_PROCESS_IO_READ, 4096);
	counter(&b, "5/6 db", WS_N_PROCESS_IO_DELAY_SHARE, 0.5);
	counter(&b, "5/7 db", WS_N_PROCESS_IO_DELAY_SHARE, 0.75);
	end(&b, WS_OK);
	finish(&b);
	ok(value(&b, WS_F_PROCESS_READ, "5 db") == 4096 &&
		is_near(value(&b, WS_F_PROCESS_DELAY, "5 db"), 1.25),
	    "the only process needs no CPU time to be chosen");
	bench_fini(&b);
	bench_init(&b, NULL);
	begin(&b, "d.txt", "pidstat");
	counter(&b, "5 db", WS_N_PROCESS_IO_READ, 4096);
	counter(&b, "6 web", WS_N_PROCESS_IO_READ, 0);
	end(&b, WS_OK);
	finish(&b);
	ok(ws_facts_get(b.f, WS_F_PROCESS_READ, NULL) == NULL,
	    "of two processes none can be chosen");
	bench_fini(&b);
}

/* Tracks of other formats. */
static void
test_others(void)
{
	struct bench b;

	bench_init(&b, NULL);
	begin(&b, "a.txt", "pidstat");
	counter(&b, NULL, WS_N_HOST_CPUS, 2);
	counter(&b, "x", WS_N_PROCESS_CPU_TOTAL, 1);
	counter(&b, "12", WS_N_PROCESS_CPU_TOTAL, 1);
	counter(&b, "12x y", WS_N_PROCESS_CPU_TOTAL, 1);
	counter(&b, NULL, WS_N_PROCESS_CPU_TOTAL, 1);
	end(&b, WS_OK);
	finish(&b);
	ok(ws_facts_get(b.f, WS_F_PROCESS_CPU, NULL) == NULL,
	    "what names no process has no facts");
	bench_fini(&b);
}

/* Many processes of which none did anything. */
static void
test_many_idle(void)
{
	enum { PROCESSES = 20000 };

	struct bench b;
	char track[32];
	clock_t before = clock();

	bench_init(&b, "");
	begin(&b, "cpu.txt", "pidstat");
	for (int i = 1; i <= PROCESSES; i++) {
		snprintf(track, sizeof(track), "%d idle", i);
		row(&b, track, 0, 0);
		counter(&b, track, WS_N_PROCESS_SWITCHES_VOLUNTARY, i == 77);
		counter(&b, track, WS_N_PROCESS_SWITCHES_INVOLUNTARY, 0);
	}
	end(&b, WS_OK);
	ok(finish(&b) && clock() - before < 10 * CLOCKS_PER_SEC,
	    "facts of %d processes", PROCESSES);
	ok(value(&b, WS_F_PROCESS_VOLUNTARY, "77 idle") == 1,
	    "of equals the one that switches");
	bench_fini(&b);
}

int
main(void)
{
	test_busiest();
	test_ties();
	test_many();
	test_no_cpu();
	test_others();
	test_many_idle();
	return tap_done();
}
