// Every record is made durable by an fsync of its own.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"example.com/workloads/capture"
)

func main() {
	var files [4]*os.File
	dir, err := os.MkdirTemp(".", "fsync-record-")
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
	record := make([]byte, 512)
	capture.Run("FsyncRecord", func(w int) {
		if _, err := files[w].WriteAt(record, 0); err != nil {
			panic(err)
		}
		if err := files[w].Sync(); err != nil {
			panic(err)
		}
	}, 1, 2, 4)
}
