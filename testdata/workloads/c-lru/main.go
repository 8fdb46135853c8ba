// A cache in C decodes entries for some 30 us while it holds its one mutex.
package main

/*
#include <pthread.h>
#include <stdlib.h>

typedef struct {
	pthread_mutex_t lock;
	unsigned state;
} cache;

static cache *
cache_new(void)
{
	cache *c = calloc(1, sizeof(*c));

	pthread_mutex_init(&c->lock, NULL);
	return c;
}

static unsigned
cache_get(cache *c, unsigned key)
{
	unsigned v;

	pthread_mutex_lock(&c->lock);
	v = c->state ^ key;
	for (int i = 0; i < 30000; i++)
		v = v * 1664525u + 1013904223u;
	c->state = v;
	pthread_mutex_unlock(&c->lock);
	return v;
}
*/
import "C"

import "example.com/workloads/capture"

func main() {
	global := C.cache_new()
	var own [64]*C.cache
	for w := range own {
		own[w] = C.cache_new()
	}
	capture.Fix("CLRU", func(w int) {
		C.cache_get(global, C.uint(w))
	}, func(w int) {
		C.cache_get(own[w], C.uint(w))
	}, 1, 2, 4, 8, 16)
}
