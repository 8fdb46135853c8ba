// A buffer of 256 KiB is made for each request and thrown away.
package main

import "example.com/workloads/capture"

var sink [64][]byte

func main() {
	capture.Run("BigSlices", func(w int) {
		b := make([]byte, 256<<10)
		for i := 0; i < len(b); i += 512 {
			b[i] = byte(w)
		}
		sink[w] = b
	}, 1, 2, 4)
}
