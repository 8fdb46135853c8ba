// A scan reads records in the order of an index, 4 KiB each, with O_DIRECT; the
// fix reads them in the order of the file.
package main

import (
	"os"
	"path/filepath"
	"syscall"
	"unsafe"

	"example.com/workloads/capture"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

const (
	size   = 512 << 20
	record = 4 << 10
	run    = 1 << 20
	batch  = run / record
)

// Of O_DIRECT buffers must lie at a page.
func aligned(n int) []byte {
	b := make([]byte, n+4096)
	skip := 4096 - int(uintptr(unsafe.Pointer(&b[0]))%4096)
	return b[skip : skip+n]
}

func build(path string) {
	f, err := os.Create(path)
	must(err)
	block := make([]byte, run)
	for at := 0; at < size; at += run {
		block[0] = byte(at >> 20)
		_, err := f.Write(block)
		must(err)
	}
	must(f.Sync())
	must(f.Close())
}

func main() {
	dir, err := os.MkdirTemp(".", "random-read-")
	must(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "store")
	build(path)
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECT, 0)
	must(err)
	var buf [64][]byte
	var at [64]uint64
	for w := range buf {
		buf[w] = aligned(run)
	}
	capture.Fix("RandomRead", func(w int) {
		for i := 0; i < batch; i++ {
			at[w] = at[w]*6364136223846793005 + 1442695040888963407
			off := int64(at[w]>>33) % (size / record) * record
			_, err := f.ReadAt(buf[w][:record], off)
			must(err)
		}
	}, func(w int) {
		at[w] = (at[w] + run) % size
		_, err := f.ReadAt(buf[w], int64(at[w])/run*run)
		must(err)
	}, 1, 2, 4, 8)
}
