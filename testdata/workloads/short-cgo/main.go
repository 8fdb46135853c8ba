// C calls of some 300 ns: the crossing is a part of them, not the most.
package main

/*
static unsigned
mix(unsigned x)
{
	for (int i = 0; i < 150; i++)
		x = x * 1664525u + 1013904223u;
	return x;
}
*/
import "C"

import "example.com/workloads/capture"

func main() {
	var x [64]C.uint
	capture.Run("ShortCgo", func(w int) {
		for i := 0; i < 100; i++ {
			x[w] = C.mix(x[w])
		}
	}, 1, 2, 4)
}
