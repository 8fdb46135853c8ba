// Log lines go one by one over an unbuffered channel to the goroutine that
// writes them.
package main

import (
	"strconv"

	"example.com/workloads/capture"
)

var (
	lines   = make(chan []byte)
	batches = make(chan [][]byte, 64)
	pending [64][][]byte
	written int
)

func writer() {
	for {
		select {
		case l := <-lines:
			written += len(l)
		case b := <-batches:
			for _, l := range b {
				written += len(l)
			}
		}
	}
}

var line [64][]byte

func format(w int) []byte {
	l := append(line[w][:0], "request of worker "...)
	line[w] = strconv.AppendInt(l, int64(w), 10)
	return line[w]
}

func main() {
	go writer()
	capture.Fix("LogChannel", func(w int) {
		lines <- format(w)
	}, func(w int) {
		pending[w] = append(pending[w], format(w))
		if len(pending[w]) == 256 {
			batches <- pending[w]
			pending[w] = make([][]byte, 0, 256)
		}
	}, 1, 2, 4, 8, 16)
}
