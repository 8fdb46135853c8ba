// Package capture runs a workload and writes what whyslow reads: a series of
// benchmark lines, then profiles and counters of the machine at the top level.
package capture

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	runTime     = 500 * time.Millisecond
	profileTime = 6 * time.Second
)

// Op does one operation of a worker.
type Op func(worker int)

type usage struct {
	cpu          time.Duration
	minor, major int64
}

func used() usage {
	var r syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &r))
	return usage{time.Duration(r.Utime.Nano() + r.Stime.Nano()),
		r.Minflt, r.Majflt}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// load runs op on every worker until stop is set; it returns the number of
// operations and a sample of their times.
func load(op Op, workers int, stop *int32) (int64, []time.Duration) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var total int64
	var all []time.Duration

	for w := 0; w < workers; w++ {
		wg.Add(1)
		go func(w int) {
			defer wg.Done()
			var n int64
			var times []time.Duration
			for atomic.LoadInt32(stop) == 0 {
				from := time.Now()
				op(w)
				if n++; len(times) < 10000 {
					times = append(times, time.Since(from))
				}
			}
			mu.Lock()
			total += n
			all = append(all, times...)
			mu.Unlock()
		}(w)
	}
	wg.Wait()
	return total, all
}

func measure(out io.Writer, name string, op Op, workers int) {
	var before, after runtime.MemStats
	var stop int32

	runtime.ReadMemStats(&before)
	was, from := used(), time.Now()
	time.AfterFunc(runTime, func() { atomic.StoreInt32(&stop, 1) })
	n, times := load(op, workers, &stop)
	took, is := time.Since(from), used()
	runtime.ReadMemStats(&after)
	sort.Slice(times, func(i, k int) bool { return times[i] < times[k] })
	fmt.Fprintf(out, "Benchmark%s/workers=%d-%d\t%d\t%.1f ns/op\t%d p99-ns\t"+
		"%.2f cpu-cores\t%d minor-faults\t%d major-faults\t"+
		"%d B/op\t%.1f allocs/op\n",
		name, workers, runtime.GOMAXPROCS(0), n,
		float64(took)/float64(n), times[len(times)*99/100],
		float64(is.cpu-was.cpu)/float64(took),
		is.minor-was.minor, is.major-was.major,
		int64(after.TotalAlloc-before.TotalAlloc)/n,
		float64(after.Mallocs-before.Mallocs)/float64(n))
}

func series(dir, name string, op Op, levels []int) {
	f, err := os.Create(filepath.Join(dir, "bench.txt"))
	check(err)
	fmt.Fprintf(f, "goos: %s\ngoarch: %s\npkg: example.com/workloads\n",
		runtime.GOOS, runtime.GOARCH)
	measure(io.Discard, name, op, levels[0])
	for i, workers := range levels {
		runs := 3
		if i == len(levels)-1 {
			runs = 6
		}
		for ; runs > 0; runs-- {
			measure(f, name, op, workers)
		}
	}
	check(f.Close())
}

func save(dir, profile string) {
	f, err := os.Create(filepath.Join(dir, profile+".pb.gz"))
	check(err)
	check(pprof.Lookup(profile).WriteTo(f, 0))
	check(f.Close())
}

func profiles(dir string, op Op, workers int) {
	var stop int32
	done := make(chan struct{})
	go func() {
		load(op, workers, &stop)
		close(done)
	}()
	time.Sleep(200 * time.Millisecond)

	vmstat := exec.Command("vmstat", "-w", "1", "7")
	text, err := os.Create(filepath.Join(dir, "vmstat.txt"))
	check(err)
	vmstat.Stdout = text
	check(vmstat.Start())
	cpu, err := os.Create(filepath.Join(dir, "cpu.pb.gz"))
	check(err)
	check(pprof.StartCPUProfile(cpu))
	time.Sleep(profileTime)
	pprof.StopCPUProfile()
	check(cpu.Close())
	check(vmstat.Wait())
	check(text.Close())

	runtime.SetMutexProfileFraction(5)
	runtime.SetBlockProfileRate(10000)
	time.Sleep(profileTime / 2)
	save(dir, "goroutine")
	save(dir, "mutex")
	save(dir, "block")
	save(dir, "allocs")
	atomic.StoreInt32(&stop, 1)
	<-done
}

// Run captures op into the folder that the command line names.
func Run(name string, op Op, levels ...int) {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "usage: %s FOLDER\n", os.Args[0])
		os.Exit(2)
	}
	dir := os.Args[1]
	check(os.MkdirAll(dir, 0o777))
	env := fmt.Sprintf("go: %s\nGOMAXPROCS: %d\nncpu: %d\n",
		runtime.Version(), runtime.GOMAXPROCS(0), runtime.NumCPU())
	check(os.WriteFile(filepath.Join(dir, "env.txt"), []byte(env), 0o666))
	series(dir, name, op, levels)
	profiles(dir, op, levels[len(levels)-1])
}
