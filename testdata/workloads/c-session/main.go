// A client library in C speaks to a device for 300 us, one call at a time.
package main

/*
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
	pthread_mutex_t lock;
	unsigned calls;
} session;

static session *
session_open(void)
{
	session *s = calloc(1, sizeof(*s));

	pthread_mutex_init(&s->lock, NULL);
	return s;
}

static unsigned
session_ask(session *s)
{
	struct timespec t = { 0, 300000 };
	unsigned n;

	pthread_mutex_lock(&s->lock);
	nanosleep(&t, NULL);
	n = ++s->calls;
	pthread_mutex_unlock(&s->lock);
	return n;
}
*/
import "C"

import "example.com/workloads/capture"

func main() {
	global := C.session_open()
	var own [64]*C.session
	for w := range own {
		own[w] = C.session_open()
	}
	capture.Fix("CSession", func(w int) {
		C.session_ask(global)
	}, func(w int) {
		C.session_ask(own[w])
	}, 1, 2, 4, 8, 16)
}
