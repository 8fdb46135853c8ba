// A library in C guards its statistics with a spin lock that it holds long.
package main

/*
#include <pthread.h>
#include <stdlib.h>

typedef struct {
	pthread_spinlock_t lock;
	unsigned table[1024];
} stats;

static stats *
stats_new(void)
{
	stats *s = calloc(1, sizeof(*s));

	pthread_spin_init(&s->lock, PTHREAD_PROCESS_PRIVATE);
	return s;
}

static void
stats_merge(stats *s, unsigned by)
{
	pthread_spin_lock(&s->lock);
	for (int k = 0; k < 20; k++)
		for (int i = 0; i < 1024; i++)
			s->table[i] = s->table[i] * 5 + by;
	pthread_spin_unlock(&s->lock);
}
*/
import "C"

import "example.com/workloads/capture"

func main() {
	global := C.stats_new()
	var own [64]*C.stats
	for w := range own {
		own[w] = C.stats_new()
	}
	capture.Fix("CSpin", func(w int) {
		C.stats_merge(global, C.uint(w))
	}, func(w int) {
		C.stats_merge(own[w], C.uint(w))
	}, 1, 2, 4, 8)
}
