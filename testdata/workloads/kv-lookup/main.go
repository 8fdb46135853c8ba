// A cache whose hash table is in C: each look-up of a request is a call.
package main

/*
#include <stdint.h>
#include <stdlib.h>

enum { SLOTS = 1 << 16 };

static uint64_t *table;

static void
build(void)
{
	table = calloc(SLOTS, sizeof(*table));
	for (uint64_t i = 1; i < SLOTS / 2; i++)
		table[(i * 0x9e3779b97f4a7c15u) >> 48] = i;
}

static uint64_t
get(uint64_t key)
{
	return table[(key * 0x9e3779b97f4a7c15u) >> 48];
}

static void
get_many(const uint64_t *key, uint64_t *value, int n)
{
	for (int i = 0; i < n; i++)
		value[i] = get(key[i]);
}
*/
import "C"

import "example.com/workloads/capture"

const keys = 500

func main() {
	C.build()
	var key, value [64][keys]C.uint64_t
	for w := range key {
		for i := range key[w] {
			key[w][i] = C.uint64_t(w*keys + i)
		}
	}
	capture.Fix("KVLookup", func(w int) {
		for i, k := range key[w] {
			value[w][i] = C.get(k)
		}
	}, func(w int) {
		C.get_many(&key[w][0], &value[w][0], keys)
	}, 1, 2, 4, 8)
}
