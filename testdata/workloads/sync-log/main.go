// A log is opened with O_DSYNC, so that every line waits for the disk.
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

func open(dir, name string, flag int) *os.File {
	f, err := os.OpenFile(filepath.Join(dir, name),
		os.O_CREATE|os.O_RDWR|flag, 0o666)
	must(err)
	return f
}

func main() {
	dir, err := os.MkdirTemp(".", "sync-log-")
	must(err)
	defer os.RemoveAll(dir)
	names := "0123456789abcdef"
	var slow, fast [16]*os.File
	var buf [16][]byte
	for i := range slow {
		slow[i] = open(dir, "s"+names[i:i+1], syscall.O_DSYNC)
		fast[i] = open(dir, "f"+names[i:i+1], 0)
	}
	line := make([]byte, 120)
	capture.Fix("SyncLog", func(w int) {
		_, err := slow[w].WriteAt(line, 0)
		must(err)
	}, func(w int) {
		buf[w] = append(buf[w], line...)
		if len(buf[w]) < 64<<10 {
			return
		}
		_, err := fast[w].WriteAt(buf[w], 0)
		must(err)
		must(fast[w].Sync())
		buf[w] = buf[w][:0]
	}, 1, 2, 4)
}
