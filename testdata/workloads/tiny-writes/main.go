// Lines of some bytes are written to files without a buffer.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"example.com/workloads/capture"
)

func main() {
	var files [4]*os.File
	dir, err := os.MkdirTemp(".", "tiny-writes-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer os.RemoveAll(dir)
	for i := range files {
		files[i], err = os.Create(filepath.Join(dir, fmt.Sprint(i)))
		if err != nil {
			panic(err)
		}
	}
	line := []byte("one short line\n")
	var at [4]int64
	capture.Run("TinyWrites", func(w int) {
		if _, err := files[w].WriteAt(line, at[w]); err != nil {
			panic(err)
		}
		at[w] = (at[w] + int64(len(line))) % (1 << 20)
	}, 1, 2, 4)
}
