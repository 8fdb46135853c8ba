// Command runtime-texts writes what the Go runtime prints about itself while a
// program allocates, waits for a lock and sleeps: gctrace, schedtrace and
// scheddetail, runtime/metrics as text and as JSON, and expvar.
//
//	go run ./runtime-texts FOLDER
package main

import (
	"encoding/json"
	"expvar"
	"fmt"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

type node struct{ left, right *node }

func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{tree(depth - 1), tree(depth - 1)}
}

var (
	mu   sync.Mutex
	sink [2]*node
)

// load keeps two goroutines allocating and six at one lock.
func load(d time.Duration) {
	end := time.Now().Add(d)
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			for time.Now().Before(end) {
				if i < 2 {
					sink[i] = tree(12)
					continue
				}
				mu.Lock()
				time.Sleep(time.Millisecond)
				mu.Unlock()
			}
		}(i)
	}
	wg.Wait()
}

func write(name string, f func(*os.File)) {
	out, err := os.Create(name)
	if err != nil {
		log.Fatal(err)
	}
	f(out)
	out.Close()
}

func read() []metrics.Sample {
	all := metrics.All()
	s := make([]metrics.Sample, len(all))
	for i := range all {
		s[i].Name = all[i].Name
	}
	metrics.Read(s)
	return s
}

// finite is a bound as JSON can have it.
func finite(f float64) any {
	if math.IsInf(f, 0) {
		return fmt.Sprint(f)
	}
	return f
}

func value(v metrics.Value) any {
	switch v.Kind() {
	case metrics.KindUint64:
		return v.Uint64()
	case metrics.KindFloat64:
		return v.Float64()
	case metrics.KindFloat64Histogram:
		h := v.Float64Histogram()
		b := make([]any, len(h.Buckets))
		for i, f := range h.Buckets {
			b[i] = finite(f)
		}
		return map[string]any{"Counts": h.Counts, "Buckets": b}
	}
	return nil
}

func dump(dir, which string) {
	write(filepath.Join(dir, "metrics-"+which+".txt"), func(f *os.File) {
		for _, s := range read() {
			switch s.Value.Kind() {
			case metrics.KindUint64:
				fmt.Fprintf(f, "%s: %d\n", s.Name, s.Value.Uint64())
			case metrics.KindFloat64:
				fmt.Fprintf(f, "%s: %f\n", s.Name, s.Value.Float64())
			}
		}
	})
	write(filepath.Join(dir, "metrics-"+which+".json"), func(f *os.File) {
		m := map[string]any{}
		for _, s := range read() {
			m[s.Name] = value(s.Value)
		}
		json.NewEncoder(f).Encode(m)
	})
	write(filepath.Join(dir, "vars-"+which+".json"), func(f *os.File) {
		// What the handler of package expvar answers.
		fmt.Fprintf(f, "{\n")
		first := true
		expvar.Do(func(kv expvar.KeyValue) {
			if !first {
				fmt.Fprintf(f, ",\n")
			}
			first = false
			fmt.Fprintf(f, "%q: %s", kv.Key, kv.Value)
		})
		fmt.Fprintf(f, "\n}\n")
	})
}

func child(dir string) {
	if dir != "" {
		load(300 * time.Millisecond)
		dump(dir, "1")
	}
	load(1200 * time.Millisecond)
	if dir != "" {
		dump(dir, "2")
		return
	}
	runtime.GC()
	time.Sleep(250 * time.Millisecond)
}

func run(debug, out string, args ...string) {
	cmd := exec.Command(os.Args[0], append([]string{"child"}, args...)...)
	cmd.Env = append(os.Environ(), "GODEBUG="+debug)
	if out != "" {
		f, err := os.Create(out)
		if err != nil {
			log.Fatal(err)
		}
		defer f.Close()
		cmd.Stderr = f
	}
	if err := cmd.Run(); err != nil {
		log.Fatal(err)
	}
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "child" {
		child(os.Args[2])
		return
	}
	if len(os.Args) == 2 && os.Args[1] == "child" {
		child("")
		return
	}
	dir := os.Args[1]
	if err := os.MkdirAll(dir, 0o755); err != nil {
		log.Fatal(err)
	}
	run("gctrace=1", filepath.Join(dir, "gctrace.txt"))
	run("schedtrace=100", filepath.Join(dir, "schedtrace.txt"))
	run("schedtrace=300,scheddetail=1", filepath.Join(dir, "scheddetail.txt"))
	run("gctrace=1,schedtrace=200,scavtrace=1,gcpacertrace=1",
		filepath.Join(dir, "all.txt"))
	run("", "", dir)
}
