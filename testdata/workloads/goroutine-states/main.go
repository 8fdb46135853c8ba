// Command goroutine-states writes what a Go program prints when it is stuck:
// the fatal error of a deadlock, and the answer to SIGQUIT in between the lines
// of its log, with goroutines in many states.
//
//	go run ./goroutine-states FOLDER
package main

import (
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

var (
	mu   sync.Mutex
	rw   sync.RWMutex
	cond = sync.NewCond(&sync.Mutex{})
	wg   sync.WaitGroup
)

func stuck() {
	mu.Lock()
	rw.Lock()
	wg.Add(1)
	var never chan int
	full := make(chan int)
	go func() { <-never }()
	go func() { never <- 1 }()
	go func() { full <- 1 }()
	go func() { select {} }()
	go func() {
		select {
		case <-full:
			full <- 1
		case <-never:
		}
		select {
		case <-never:
		case never <- 1:
		}
	}()
	go func() { mu.Lock() }()
	go func() { rw.RLock() }()
	go func() { cond.L.Lock(); cond.Wait() }()
	go func() { wg.Wait() }()
	go func() {
		runtime.LockOSThread()
		<-never
	}()
}

func run(out, what string) {
	cmd := exec.Command(os.Args[0], what)
	f, err := os.Create(out)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	cmd.Stderr = f
	cmd.Run() // it fails, that is what it is for
}

func main() {
	switch os.Args[1] {
	case "deadlock":
		stuck()
		wg.Wait()
	case "sigquit":
		stuck()
		go func() {
			for i := 0; ; i++ {
				log.Printf("request %d served", i)
				time.Sleep(20 * time.Millisecond)
			}
		}()
		time.Sleep(100 * time.Millisecond)
		syscall.Kill(syscall.Getpid(), syscall.SIGQUIT)
		time.Sleep(time.Second)
	default:
		dir := os.Args[1]
		if err := os.MkdirAll(dir, 0o755); err != nil {
			log.Fatal(err)
		}
		run(filepath.Join(dir, "deadlock.txt"), "deadlock")
		run(filepath.Join(dir, "sigquit.txt"), "sigquit")
	}
}
