// An encoder in C has one context, and a condition variable to wait for it.
package main

/*
#include <pthread.h>
#include <stdlib.h>

typedef struct {
	pthread_mutex_t lock;
	pthread_cond_t idle;
	int busy;
	unsigned state[256];
} encoder;

static encoder *
encoder_new(void)
{
	encoder *e = calloc(1, sizeof(*e));

	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->idle, NULL);
	return e;
}

static unsigned
encode(encoder *e, unsigned frame)
{
	unsigned sum = frame;

	pthread_mutex_lock(&e->lock);
	while (e->busy)
		pthread_cond_wait(&e->idle, &e->lock);
	e->busy = 1;
	pthread_mutex_unlock(&e->lock);
	for (int k = 0; k < 400; k++)
		for (int i = 0; i < 256; i++)
			sum = sum * 31 + (e->state[i] += frame);
	pthread_mutex_lock(&e->lock);
	e->busy = 0;
	pthread_cond_signal(&e->idle);
	pthread_mutex_unlock(&e->lock);
	return sum;
}
*/
import "C"

import "example.com/workloads/capture"

func main() {
	global := C.encoder_new()
	var own [64]*C.encoder
	for w := range own {
		own[w] = C.encoder_new()
	}
	capture.Fix("CEncoder", func(w int) {
		C.encode(global, C.uint(w))
	}, func(w int) {
		C.encode(own[w], C.uint(w))
	}, 1, 2, 4, 8, 16)
}
