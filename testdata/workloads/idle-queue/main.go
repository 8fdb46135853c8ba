// Workers wait for a queue that is fed a hundred times a second.
package main

import (
	"time"

	"example.com/workloads/capture"
)

func main() {
	queue := make(chan chan int)
	for n := 0; n < 8; n++ {
		go func() {
			for reply := range queue {
				reply <- 1
			}
		}()
	}
	var replies [64]chan int
	for w := range replies {
		replies[w] = make(chan int, 1)
	}
	capture.Run("IdleQueue", func(w int) {
		time.Sleep(10 * time.Millisecond)
		queue <- replies[w]
		<-replies[w]
	}, 1, 2)
}
