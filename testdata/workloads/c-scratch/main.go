// A C function allocates 8 MiB of scratch for each call, which libc maps and
// unmaps each time as soon as its threshold is set: left alone, glibc raises it.
package main

/*
#include <malloc.h>
#include <stdlib.h>

enum { SCRATCH = 8 << 20 };

static unsigned
use(unsigned char *s)
{
	unsigned sum = 0;

	for (int i = 0; i < SCRATCH; i += 4096) {
		s[i] += 1;
		sum += s[i];
	}
	return sum;
}

static unsigned
with_new(void)
{
	unsigned char *s = malloc(SCRATCH);
	unsigned sum = s == NULL ? 0 : use(s);

	free(s);
	return sum;
}

// As a library that sets it, or is linked with another allocator.
static void
map_large(void)
{
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

static unsigned char *
scratch(void)
{
	return calloc(1, SCRATCH);
}
*/
import "C"

import "example.com/workloads/capture"

func main() {
	C.map_large()
	var own [64]*C.uchar
	for w := 0; w < 4; w++ {
		own[w] = C.scratch()
	}
	capture.Fix("CScratch", func(w int) {
		C.with_new()
	}, func(w int) {
		C.use(own[w])
	}, 1, 2, 4)
}
