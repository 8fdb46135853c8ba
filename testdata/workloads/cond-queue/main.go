// A queue with sync.Cond.Broadcast: every item wakes all workers, one gets it.
package main

import (
	"sync"

	"example.com/workloads/capture"
)

type queue struct {
	mu    sync.Mutex
	some  *sync.Cond
	items []int
}

func newQueue() *queue {
	q := &queue{}
	q.some = sync.NewCond(&q.mu)
	return q
}

func (q *queue) put(v int) {
	q.mu.Lock()
	q.items = append(q.items, v)
	q.mu.Unlock()
	q.some.Broadcast()
}

func (q *queue) take() int {
	q.mu.Lock()
	for len(q.items) == 0 {
		q.some.Wait()
	}
	v := q.items[0]
	q.items = q.items[1:]
	q.mu.Unlock()
	return v
}

func serve(jobs func(w int) *queue, workers int, done []chan int) {
	for w := 0; w < workers; w++ {
		go func(w int) {
			for {
				v := jobs(w).take()
				done[v%len(done)] <- v
			}
		}(w)
	}
}

func main() {
	const workers = 16
	done := make([]chan int, 64)
	for i := range done {
		done[i] = make(chan int, 1)
	}
	shared := newQueue()
	serve(func(int) *queue { return shared }, workers, done)
	own := make([]*queue, workers)
	for i := range own {
		own[i] = newQueue()
	}
	serve(func(w int) *queue { return own[w] }, workers, done)
	capture.Fix("CondQueue", func(w int) {
		shared.put(w)
		<-done[w]
	}, func(w int) {
		own[w%workers].put(w)
		<-done[w]
	}, 1, 2, 4, 8, 16)
}
