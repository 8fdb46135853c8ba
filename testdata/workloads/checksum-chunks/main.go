// A checksum library in C is fed by a reader that hands on 16 bytes at a time.
package main

/*
#include <stddef.h>
#include <stdint.h>

static uint32_t
update(uint32_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ p[i]) * 16777619u;
	return sum;
}
*/
import "C"

import "example.com/workloads/capture"

const chunk, size = 16, 8 << 10

func main() {
	var block [64][size]C.uint8_t
	var sum [64]C.uint32_t
	capture.Fix("ChecksumChunks", func(w int) {
		for at := 0; at < size; at += chunk {
			sum[w] = C.update(sum[w], &block[w][at], chunk)
		}
	}, func(w int) {
		sum[w] = C.update(sum[w], &block[w][0], size)
	}, 1, 2, 4)
}
