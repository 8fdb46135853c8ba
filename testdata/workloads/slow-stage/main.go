// A pipeline whose middle stage is one goroutine: the others wait for it.
package main

import (
	"crypto/sha256"

	"example.com/workloads/capture"
)

type item struct {
	sum  [32]byte
	done chan struct{}
}

func main() {
	in := make(chan *item, 16)
	go func() {
		for it := range in {
			for i := 0; i < 300; i++ {
				it.sum = sha256.Sum256(it.sum[:])
			}
			it.done <- struct{}{}
		}
	}()
	var items [16]item
	for i := range items {
		items[i].done = make(chan struct{}, 1)
	}
	capture.Run("SlowStage", func(w int) {
		in <- &items[w]
		<-items[w].done
	}, 1, 2, 4, 8, 16)
}
