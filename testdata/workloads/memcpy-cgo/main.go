// Few long calls into C, each copying 1 MiB between buffers of its worker.
package main

/*
#include <stdlib.h>
#include <string.h>

static void
copy_around(char *a, char *b, size_t n)
{
	for (int i = 0; i < 8; i++) {
		memcpy(b, a, n);
		a[i] ^= b[n - 1 - i];
		memcpy(a, b, n);
	}
}
*/
import "C"

import "example.com/workloads/capture"

const size = 1 << 20

func main() {
	var a, b [8]*C.char
	for i := range a {
		a[i] = (*C.char)(C.calloc(1, size))
		b[i] = (*C.char)(C.calloc(1, size))
	}
	capture.Run("MemcpyCgo", func(w int) {
		C.copy_around(a[w], b[w], size)
	}, 1, 2, 4)
}
