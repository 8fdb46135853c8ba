// qsort of libc sorts records; its comparison is a Go function.
package main

/*
#include <stdlib.h>
#include <string.h>

typedef struct {
	unsigned key, value;
} record;

extern int compareRecords(void *a, void *b);

static int
go_compare(const void *a, const void *b)
{
	return compareRecords((void *)a, (void *)b);
}

static int
c_compare(const void *a, const void *b)
{
	const record *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static void
sort_records(record *to, const record *from, int n, int in_go)
{
	memcpy(to, from, (size_t)n * sizeof(*to));
	qsort(to, (size_t)n, sizeof(*to), in_go ? go_compare : c_compare);
}
*/
import "C"

import "example.com/workloads/capture"

const records = 256

func main() {
	var from *C.record = (*C.record)(C.calloc(records, 8))
	var to [64]*C.record
	key := uint32(1)
	for i := range slice(from) {
		key = key*1664525 + 1013904223
		slice(from)[i].key = C.uint(key)
	}
	for w := range to {
		to[w] = (*C.record)(C.calloc(records, 8))
	}
	capture.Fix("SortCallback", func(w int) {
		C.sort_records(to[w], from, records, 1)
	}, func(w int) {
		C.sort_records(to[w], from, records, 0)
	}, 1, 2, 4)
}
