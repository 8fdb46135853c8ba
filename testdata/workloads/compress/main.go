// Blocks are compressed at the best level, with writers that are kept.
package main

import (
	"compress/flate"
	"io"

	"example.com/workloads/capture"
)

func main() {
	block := make([]byte, 32<<10)
	x := uint32(1)
	for i := range block {
		x = x*1664525 + 1013904223
		block[i] = "etaoin shrdlu"[x>>28%13]
	}
	var own [64]*flate.Writer
	for w := range own {
		own[w], _ = flate.NewWriter(io.Discard, flate.BestCompression)
	}
	capture.Run("Compress", func(w int) {
		own[w].Reset(io.Discard)
		_, _ = own[w].Write(block)
		_ = own[w].Close()
	}, 1, 2, 4)
}
