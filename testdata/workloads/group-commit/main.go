// A store syncs its log for each transaction; the fix lets one sync serve all
// transactions that came meanwhile.
package main

import (
	"os"
	"path/filepath"
	"sync"

	"example.com/workloads/capture"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

type log struct {
	file    *os.File
	mu      sync.Mutex
	waiting []chan struct{}
	busy    bool
}

var record = make([]byte, 256)

func (l *log) commit() {
	_, err := l.file.WriteAt(record, 0)
	must(err)
	must(l.file.Sync())
}

// group syncs for all that came while the sync before was going on.
func (l *log) group() {
	l.mu.Lock()
	if l.busy {
		done := make(chan struct{})
		l.waiting = append(l.waiting, done)
		l.mu.Unlock()
		<-done
		return
	}
	l.busy = true
	l.mu.Unlock()
	l.commit()
	for {
		l.mu.Lock()
		others := l.waiting
		l.waiting = nil
		if len(others) == 0 {
			l.busy = false
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		l.commit()
		for _, o := range others {
			close(o)
		}
	}
}

func main() {
	dir, err := os.MkdirTemp(".", "group-commit-")
	must(err)
	defer os.RemoveAll(dir)
	f, err := os.Create(filepath.Join(dir, "log"))
	must(err)
	l := &log{file: f}
	capture.Fix("GroupCommit", func(int) {
		l.commit()
	}, func(int) {
		l.group()
	}, 1, 2, 4, 8, 16)
}
