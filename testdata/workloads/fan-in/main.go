// A scan is spread over goroutines; they send each hit to the one that adds up.
package main

import (
	"sync"

	"example.com/workloads/capture"
)

const parts, perPart = 4, 500

func hit(i int) (int, bool) {
	x := uint32(i) * 2654435761
	return int(x >> 20), x&3 != 0
}

func scan(emit func(part, v int), done func()) {
	var wg sync.WaitGroup
	for p := 0; p < parts; p++ {
		wg.Add(1)
		go func(p int) {
			defer wg.Done()
			for i := 0; i < perPart; i++ {
				if v, ok := hit(p*perPart + i); ok {
					emit(p, v)
				}
			}
		}(p)
	}
	wg.Wait()
	done()
}

var sink [64]int

func main() {
	capture.Fix("FanIn", func(w int) {
		hits := make(chan int)
		added := make(chan int)
		go func() {
			sum := 0
			for v := range hits {
				sum += v
			}
			added <- sum
		}()
		scan(func(_, v int) { hits <- v }, func() { close(hits) })
		sink[w] = <-added
	}, func(w int) {
		var sums [parts * 8]int
		scan(func(p, v int) { sums[p*8] += v }, func() {})
		for p := 0; p < parts; p++ {
			sink[w] += sums[p*8]
		}
	}, 1, 2, 4, 8)
}
