// A simulation in C draws numbers with random(), which locks in libc.
package main

/*
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <string.h>

typedef struct {
	struct random_data data;
	char state[64];
} source;

static source *
source_new(unsigned seed)
{
	source *s = calloc(1, sizeof(*s));

	initstate_r(seed, s->state, sizeof(s->state), &s->data);
	return s;
}

static long
walk_shared(int steps)
{
	long at = 0;

	while (steps-- > 0)
		at += random() & 1 ? 1 : -1;
	return at;
}

static long
walk_own(source *s, int steps)
{
	int32_t v;
	long at = 0;

	while (steps-- > 0) {
		random_r(&s->data, &v);
		at += v & 1 ? 1 : -1;
	}
	return at;
}
*/
import "C"

import "example.com/workloads/capture"

const steps = 20000

func main() {
	var own [64]*C.source
	for w := range own {
		own[w] = C.source_new(C.uint(w + 1))
	}
	capture.Fix("CRandom", func(w int) {
		C.walk_shared(steps)
	}, func(w int) {
		C.walk_own(own[w], steps)
	}, 1, 2, 4, 8)
}
