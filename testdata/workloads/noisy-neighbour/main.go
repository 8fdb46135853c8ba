// Computing beside eight other processes that compute as well: it gets a small
// part of the CPUs.
package main

import (
	"crypto/sha256"
	"io"
	"os"
	"os/exec"

	"example.com/workloads/capture"
)

func burn() {
	go func() { // ends with its parent
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for x := uint32(1); ; {
		x = x*1664525 + 1013904223
	}
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "-burn" {
		burn()
	}
	for i := 0; i < 8; i++ {
		other := exec.Command(os.Args[0], "-burn")
		stdin, err := other.StdinPipe()
		if err != nil {
			panic(err)
		}
		if err := other.Start(); err != nil {
			panic(err)
		}
		defer func() {
			stdin.Close()
			_ = other.Wait()
		}()
	}
	var sum [64][32]byte
	capture.Run("NoisyNeighbour", func(w int) {
		for i := 0; i < 1000; i++ {
			sum[w] = sha256.Sum256(sum[w][:])
		}
	}, 1, 2, 4)
}
