// Prints what the runtime of Go says is inlined in this program: for each range
// of its code where that is one thing, "FIRST END innermost<...<function", the
// addresses as in the file. What the runtime has no functions for is left out,
// and so is what was inlined into wrappers, which it hides.
//
// tests/oracle_inline.c compares it with what whyslow finds in the file.
package main

import (
	"bufio"
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	_ "unsafe"
)

//go:linkname expand runtime/pprof.runtime_expandFinalInlineFrame
func expand(stk []uintptr) []uintptr

// Type parameters are "[...]", as where the runtime prints names.
func short(name string) string {
	i, j := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']')
	if i < 0 || j <= i {
		return name
	}
	return name[:i] + "[...]" + name[j+1:]
}

func chain(pc uintptr) string {
	var names []string
	over := false
	frames := runtime.CallersFrames(expand([]uintptr{pc + 1}))
	for {
		f, more := frames.Next()
		if f.PC != 0 {
			names = append(names, short(f.Function))
			over = over || f.Entry > pc
		}
		if !more {
			// A wrapper; or the next function, which the runtime takes
			// the byte behind a function for.
			if f.Func == nil || over {
				return ""
			}
			return strings.Join(names, "<")
		}
	}
}

// How far from its addresses in the file the program was loaded.
func slide(f *elf.File) uint64 {
	if f.Type != elf.ET_DYN {
		return 0
	}
	exe, err := os.Readlink("/proc/self/exe")
	check(err)
	maps, err := os.ReadFile("/proc/self/maps")
	check(err)
	for _, line := range strings.Split(string(maps), "\n") {
		if strings.HasSuffix(line, " "+exe) {
			at, err := strconv.ParseUint(line[:strings.IndexByte(line, '-')], 16, 64)
			check(err)
			for _, p := range f.Progs {
				if p.Type == elf.PT_LOAD {
					return at - p.Vaddr&^0xfff
				}
			}
		}
	}
	panic("no mapping of " + exe)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// Some things to inline: methods, closures, generic functions, in loops.
type pair[T any] struct{ a, b T }

func (p pair[T]) first() T  { return p.a }
func (p pair[T]) both() []T { return []T{p.first(), p.b} }

func twice(f func(int) int, n int) int { return f(f(n)) }

func inlined(n int) int {
	s := 0
	for i := 0; i < n; i++ {
		p := pair[int]{i, twice(func(k int) int { return k + n }, i)}
		s += len(p.both()) + p.first()
	}
	return s
}

func main() {
	f, err := elf.Open("/proc/self/exe")
	check(err)
	text := f.Section(".text")
	away := slide(f)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	is, from := "", text.Addr
	for at := text.Addr; at <= text.Addr+text.Size; at++ {
		now := ""
		if at < text.Addr+text.Size {
			now = chain(uintptr(at + away))
		}
		if now != is {
			if is != "" {
				fmt.Fprintf(out, "%x %x %s\n", from, at, is)
			}
			is, from = now, at
		}
	}
	// So that there is something to inline.
	var b bytes.Buffer
	b.WriteString(strconv.Itoa(inlined(len(os.Args))))
	sort.Strings(os.Args)
}
