/*
 * Writes output of go test -bench of a wanted size on standard output:
 *	gen_gobench MEGABYTES [NAMES]
 * Results of NAMES benchmarks (200) in turns, as -count writes them, with the
 * units of a service's benchmark, and log lines in between.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"

static uint64_t state = 1;

/* Steele, Lea and Flood's splitmix64. */
static double
uniform(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (double)(z >> 11) / 9007199254740992.0;
}

static int
put_result(uint64_t name)
{
	double ns = (double)(100 + name * 37) * (1 + uniform() / 20);

	return printf("BenchmarkService/op=%" PRIu64
		      "/workers=%u-8 \t%8.0f\t%.1f ns/op\t%.2f MB/s\t"
		      "%.0f p50-ns\t%.0f p99-ns\t%.2f cpu-cores\t"
		      "%u B/op\t%u allocs/op\n",
	    name / 4, 1u << name % 4, 1e9 / ns, ns, 4096e3 / ns, ns * 0.9,
	    ns * 4, 1 + uniform(), (unsigned)(16 * name), (unsigned)name % 7);
}

int
main(int argc, char **argv)
{
	uint64_t size = 0, names = 200, done = 0, i;

	if (argc < 2 || !ws_num_u64(ws_sv_of(argv[1]), 1, 100000, &size) ||
	    (argc > 2 && !ws_num_u64(ws_sv_of(argv[2]), 1, 1000000, &names))) {
		fputs("usage: gen_gobench MEGABYTES [NAMES]\n", stderr);
		return 64;
	}
	puts("goos: linux\ngoarch: amd64\npkg: example.com/service\n"
	     "cpu: AMD EPYC");
	for (i = 0; done < size * 1000000; i++) {
		if (i % 50 == 0)
			done += (uint64_t)printf(
			    "    service_test.go:%u: warm\n", 12u);
		done += (uint64_t)put_result(i % names);
	}
	puts("PASS");
	return fflush(stdout) == 0 ? 0 : 74;
}
