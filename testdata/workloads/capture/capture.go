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
	"runtime/trace"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	runTime     = 300 * time.Millisecond
	profileTime = 5 * time.Second
	gainRounds  = 3
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

// tool starts a command whose output goes to a file of the folder; a tool that
// is not there leaves no file.
func tool(dir, file, name string, args ...string) func() {
	path, err := exec.LookPath(name)
	if err != nil {
		return func() {}
	}
	out, err := os.Create(filepath.Join(dir, file))
	check(err)
	cmd := exec.Command(path, args...)
	cmd.Stdout = out
	if cmd.Start() != nil {
		check(out.Close())
		return func() {}
	}
	return func() {
		_ = cmd.Wait()
		check(out.Close())
	}
}

// others is the CPU time that the machine gave to anybody, in ticks of 10 ms.
func others() (busy int64) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	var user, nice, system, idle, wait, irq, soft, steal int64
	_, _ = fmt.Sscanf(string(text), "cpu %d %d %d %d %d %d %d %d",
		&user, &nice, &system, &idle, &wait, &irq, &soft, &steal)
	return user + nice + system + irq + soft + steal
}

func profiles(dir string, op Op, workers int) {
	var stop int32
	done := make(chan struct{})
	go func() {
		load(op, workers, &stop)
		close(done)
	}()
	time.Sleep(200 * time.Millisecond)

	pid := fmt.Sprint(os.Getpid())
	waits := []func(){
		tool(dir, "vmstat.txt", "vmstat", "-w", "1", "6"),
		tool(dir, "iostat.txt", "iostat", "-x", "1", "6"),
		tool(dir, "pidstat.txt", "pidstat", "-u", "-r", "-d", "-w",
			"-t", "-p", pid, "1", "5"),
	}
	cpu, err := os.Create(filepath.Join(dir, "cpu.pb.gz"))
	check(err)
	all, own := others(), used()
	check(pprof.StartCPUProfile(cpu))
	time.Sleep(profileTime)
	pprof.StopCPUProfile()
	check(cpu.Close())
	disturbed(dir, others()-all, used().cpu-own.cpu)
	for _, wait := range waits {
		wait()
	}
	traced(dir)
	record(dir, pid)

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

// disturbed tells beside the folder which part of the machine others used while
// the CPU profile ran.
func disturbed(dir string, ticks int64, own time.Duration) {
	rest := time.Duration(ticks)*10*time.Millisecond - own
	share := float64(rest) / float64(profileTime) /
		float64(runtime.NumCPU())
	check(os.WriteFile(dir+".others",
		[]byte(fmt.Sprintf("%.3f\n", share)), 0o666))
}

func traced(dir string) {
	f, err := os.Create(filepath.Join(dir, "trace.out"))
	check(err)
	check(trace.Start(f))
	time.Sleep(200 * time.Millisecond)
	trace.Stop()
	check(f.Close())
}

// record has Linux perf sample the program; its text carries the symbols.
func record(dir, pid string) {
	perf, err := exec.LookPath("perf")
	if err != nil {
		return
	}
	data := filepath.Join(dir, "perf.data")
	if exec.Command(perf, "record", "-q", "-F", "397", "-g", "-p", pid,
		"-o", data, "--", "sleep", "2").Run() != nil {
		return
	}
	script := tool(dir, "perf.script", perf, "script", "-i", data)
	script()
	_ = exec.Command("gzip", "-f", filepath.Join(dir, "perf.script")).Run()
}

// gain is how many times more the fixed operation gets done; both take turns,
// the median counts.  It is written beside the folder, as it is no evidence.
func gain(dir string, op, fixed Op, workers int) {
	var ratio []float64
	for i := 0; i < gainRounds; i++ {
		ratio = append(ratio, rate(fixed, workers)/rate(op, workers))
	}
	sort.Float64s(ratio)
	check(os.WriteFile(dir+".gain",
		[]byte(fmt.Sprintf("%.2f\n", ratio[gainRounds/2])), 0o666))
}

func rate(op Op, workers int) float64 {
	var stop int32
	from := time.Now()
	time.AfterFunc(runTime, func() { atomic.StoreInt32(&stop, 1) })
	n, _ := load(op, workers, &stop)
	return float64(n) / time.Since(from).Seconds()
}

// Fix captures op, and how much faster fixed is, which does the same for the
// user without the bottleneck.
func Fix(name string, op, fixed Op, levels ...int) {
	Run(name, op, levels...)
	gain(os.Args[1], op, fixed, levels[len(levels)-1])
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
