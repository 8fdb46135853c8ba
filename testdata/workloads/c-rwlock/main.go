// A table in C behind a pthread_rwlock: one call in eight writes for 400 us.
package main

/*
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
	pthread_rwlock_t lock;
	unsigned version;
} table;

static table *
table_new(void)
{
	table *t = calloc(1, sizeof(*t));

	pthread_rwlock_init(&t->lock, NULL);
	return t;
}

static void
load(void)
{
	struct timespec t = { 0, 400000 };

	nanosleep(&t, NULL);
}

static void
reload(table *t, int outside)
{
	if (outside)
		load();
	pthread_rwlock_wrlock(&t->lock);
	if (!outside)
		load();
	t->version++;
	pthread_rwlock_unlock(&t->lock);
}

static unsigned
look(table *t)
{
	unsigned v;

	pthread_rwlock_rdlock(&t->lock);
	v = t->version;
	pthread_rwlock_unlock(&t->lock);
	return v;
}
*/
import "C"

import "example.com/workloads/capture"

func main() {
	t := C.table_new()
	var turn [64]int
	op := func(outside C.int) func(int) {
		return func(w int) {
			turn[w]++
			if turn[w]%8 == 0 {
				C.reload(t, outside)
				return
			}
			C.look(t)
		}
	}
	capture.Fix("CRWLock", op(0), op(1), 1, 2, 4, 8, 16)
}
