// A request maps an index file, looks at each page of it and unmaps it.
package main

import (
	"os"
	"path/filepath"
	"syscall"

	"example.com/workloads/capture"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

const size = 4 << 20

func main() {
	dir, err := os.MkdirTemp(".", "map-per-request-")
	must(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "index")
	must(os.WriteFile(path, make([]byte, size), 0o666))
	f, err := os.Open(path)
	must(err)
	var sum [64]int
	look := func(w int, index []byte) {
		for i := 0; i < len(index); i += 4096 {
			sum[w] += int(index[i])
		}
	}
	kept, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ,
		syscall.MAP_SHARED)
	must(err)
	capture.Fix("MapPerRequest", func(w int) {
		index, err := syscall.Mmap(int(f.Fd()), 0, size,
			syscall.PROT_READ, syscall.MAP_SHARED)
		must(err)
		look(w, index)
		must(syscall.Munmap(index))
	}, func(w int) {
		look(w, kept)
	}, 1, 2, 4)
}
