// A cache behind one mutex that computes missing entries while it holds it.
package main

import (
	"crypto/sha256"
	"sync"
	"time"

	"example.com/workloads/capture"
)

type cache struct {
	mu    sync.Mutex
	table map[int][32]byte
}

var (
	global = cache{table: map[int][32]byte{}}
	shards [64]cache
	turn   [64]int
)

// fetch stands for a back end that takes a fifth of a millisecond.
func fetch(key int) [32]byte {
	time.Sleep(200 * time.Microsecond)
	return sha256.Sum256([]byte{byte(key)})
}

func (c *cache) get(key int) [32]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.table[key]
	if !ok {
		v = fetch(key)
		if len(c.table) < 1000 {
			c.table[key] = v
		}
	}
	return v
}

func (c *cache) getOutside(key int) [32]byte {
	c.mu.Lock()
	v, ok := c.table[key]
	c.mu.Unlock()
	if ok {
		return v
	}
	v = fetch(key)
	c.mu.Lock()
	if len(c.table) < 1000 {
		c.table[key] = v
	}
	c.mu.Unlock()
	return v
}

func main() {
	for i := range shards {
		shards[i].table = map[int][32]byte{}
	}
	key := func(w int) int {
		turn[w]++
		return 1000 + turn[w]*64 + w
	}
	capture.Fix("GlobalCache", func(w int) {
		global.get(key(w))
	}, func(w int) {
		k := key(w)
		shards[k%64].getOutside(k)
	}, 1, 2, 4, 8, 16, 32)
}
