// Long calls into C that only compute.
package main

/*
static unsigned long
stretch(unsigned long x)
{
	for (int i = 0; i < 400000; i++)
		x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9ul;
	return x;
}
*/
import "C"

import "example.com/workloads/capture"

func main() {
	var key [64]C.ulong
	capture.Run("CCrypt", func(w int) {
		key[w] = C.stretch(key[w] + C.ulong(w))
	}, 1, 2, 4)
}
