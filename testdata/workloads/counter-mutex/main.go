// Events of all workers are counted in one map behind one mutex, with no more
// work between them than a few hundred nanoseconds.
package main

import (
	"sync"

	"example.com/workloads/capture"
)

var (
	mu     sync.Mutex
	counts = map[uint32]int{}
	own    [64]map[uint32]int
	seed   [64][16]uint32
)

func event(w int) uint32 {
	x := seed[w][0]
	for i := 0; i < 20; i++ {
		x = x*1664525 + 1013904223
	}
	seed[w][0] = x
	return x >> 24
}

func main() {
	for w := range own {
		own[w] = map[uint32]int{}
	}
	capture.Fix("CounterMutex", func(w int) {
		for i := 0; i < 50; i++ {
			e := event(w)
			mu.Lock()
			for k := uint32(0); k < 8; k++ {
				counts[e^k]++
			}
			mu.Unlock()
		}
	}, func(w int) {
		for i := 0; i < 50; i++ {
			e := event(w)
			for k := uint32(0); k < 8; k++ {
				own[w][e^k]++
			}
		}
	}, 1, 2, 4, 8, 16)
}
