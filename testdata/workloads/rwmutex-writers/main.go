// One map behind one RWMutex; every fourth access rebuilds an entry under the
// write lock, so that readers queue up behind writers.
package main

import (
	"crypto/sha256"
	"sync"

	"example.com/workloads/capture"
)

var (
	mu    sync.RWMutex
	table = map[byte][32]byte{}
)

func rebuild(key byte) {
	mu.Lock()
	defer mu.Unlock()
	sum := table[key]
	for i := 0; i < 200; i++ {
		sum = sha256.Sum256(sum[:])
	}
	table[key] = sum
}

func main() {
	var turn [64]int
	capture.Run("RWMutexWriters", func(w int) {
		turn[w]++
		key := byte(w * turn[w])
		if turn[w]%4 == 0 {
			rebuild(key)
			return
		}
		mu.RLock()
		sum := table[key]
		mu.RUnlock()
		for i := 0; i < 20; i++ {
			sum = sha256.Sum256(sum[:])
		}
	}, 1, 2, 4, 8, 16)
}
