/*
 * How fast artifacts are read: bench [-n rounds] FILE...
 * Each FILE goes through the whole of ingest (detection, decompression, parser,
 * SHA-256) into a counting sink, in a process of its own.  Prints lines of
 *   file TAB format TAB bytes TAB events TAB MB/s TAB events/s TAB MiB
 * with the best of the rounds and the peak resident set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "ingest/bundle.h"

struct result {
	double seconds;
	uint64_t bytes, events;
	char format[32];
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool
read_once(const char *path, struct result *r)
{
	struct ws_limits limits;
	struct ws_err err;
	struct ws_dict *d = ws_dict_new();
	struct ws_sink *sink = ws_sink_new_count(d);
	const struct ws_entry *e;
	struct ws_bundle *b;
	size_t n;
	double start = now();

	ws_limits_init(&limits);
	b = ws_bundle_read(path, &limits, sink, &err);
	r->seconds = now() - start;
	if (b == NULL) {
		fprintf(stderr, "bench: %s: %s\n", path, err.text);
		return false;
	}
	e = ws_bundle_entries(b, &n);
	if (n > 0) {
		r->bytes = e->bytes;
		r->events = e->events;
		snprintf(r->format, sizeof(r->format), "%s",
		    e->format != NULL ? e->format : "unknown");
	}
	ws_bundle_free(b);
	ws_sink_free(sink);
	ws_dict_free(d);
	return true;
}

static int
bench(const char *path, uint64_t rounds)
{
	struct result r = { 0 }, best = { 0 };
	struct rusage u;
	uint64_t i;

	for (i = 0; i < rounds; i++) {
		if (!read_once(path, &r))
			return EXIT_FAILURE;
		if (i == 0 || r.seconds < best.seconds)
			best = r;
	}
	getrusage(RUSAGE_SELF, &u);
	printf("%s\t%s\t%llu\t%llu\t%.0f\t%.0f\t%.1f\n", path, best.format,
	    (unsigned long long)best.bytes, (unsigned long long)best.events,
	    (double)best.bytes / best.seconds / 1e6,
	    (double)best.events / best.seconds, (double)u.ru_maxrss / 1024);
	return EXIT_SUCCESS;
}

/* A process of its own, so that the peak is that of one file. */
static bool
bench_apart(const char *path, uint64_t rounds)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int code = bench(path, rounds);

		fflush(stdout);
		_exit(code);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int
main(int argc, char **argv)
{
	uint64_t rounds = 3;
	bool good = true;
	int c;

	while ((c = getopt(argc, argv, "n:")) != -1)
		if (c != 'n' ||
		    !ws_num_u64(ws_sv_of(optarg), 1, 1000, &rounds)) {
			fputs("usage: bench [-n rounds] FILE...\n", stderr);
			return 64;
		}
	puts("file\tformat\tbytes\tevents\tMB/s\tevents/s\tMiB");
	for (; optind < argc; optind++)
		good &= bench_apart(argv[optind], rounds);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
