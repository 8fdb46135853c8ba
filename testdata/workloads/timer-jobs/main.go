// Some small jobs a second, started by timers.
package main

import (
	"crypto/sha256"
	"time"

	"example.com/workloads/capture"
)

func main() {
	var sum [64][32]byte
	capture.Run("TimerJobs", func(w int) {
		time.Sleep(15 * time.Millisecond)
		for i := 0; i < 20; i++ {
			sum[w] = sha256.Sum256(sum[w][:])
		}
	}, 1, 2, 4)
}
