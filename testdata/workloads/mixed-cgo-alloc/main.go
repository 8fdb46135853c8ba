// Tiny calls into C first, and second a string for each of them.
package main

/*
static unsigned
weight(unsigned id)
{
	return id * 2654435761u >> 24;
}

static void
weights(const unsigned *id, unsigned *w, int n)
{
	for (int i = 0; i < n; i++)
		w[i] = weight(id[i]);
}
*/
import "C"

import "example.com/workloads/capture"

const items = 200

func main() {
	var id, weight [64][items]C.uint
	names := make([]map[int]string, 64)
	for w := range names {
		names[w] = map[int]string{}
	}
	capture.Fix("MixedCgoAlloc", func(w int) {
		for i, v := range id[w] {
			weight[w][i] = C.weight(v)
			if i%8 == 0 {
				names[w][i] = string([]byte{byte(i), byte(v),
					'a', 'b', 'c', 'd', 'e', 'f'})
			}
		}
	}, func(w int) {
		C.weights(&id[w][0], &weight[w][0], items)
	}, 1, 2, 4)
}
