// Something for perf to record: a program of a few hundred functions that
// builds, sorts, prints, encodes, decodes and searches small trees.
//
//	go build -o work perf_work.go && perf record -g ./work 30s
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

type node struct {
	Name     string
	Weight   float64
	Children []*node
}

func build(depth, width, seed int) *node {
	n := &node{Name: "n" + strconv.Itoa(seed), Weight: float64(seed) / 7}
	for i := 0; depth > 0 && i < width; i++ {
		n.Children = append(n.Children, build(depth-1, width, seed*7+i))
	}
	return n
}

func (n *node) each(f func(*node)) {
	f(n)
	for _, c := range n.Children {
		c.each(f)
	}
}

var digits = regexp.MustCompile(`([0-9]+)[13579]/`)

func describe(n *node, names map[string]int) {
	sort.Slice(n.Children, func(i, j int) bool {
		return n.Children[i].Name > n.Children[j].Name
	})
	s := fmt.Sprintf("%s/%d/%.3f", n.Name, len(n.Children), n.Weight)
	names[digits.FindString(s)] += len(strings.Fields(s))
}

func work(seed int) int {
	t := build(2, 12, seed)
	names := map[string]int{}
	t.each(func(n *node) { describe(n, names) })
	b, err := json.Marshal(t)
	if err != nil {
		return 0
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(b)
	w.Close()
	var back node
	if json.Unmarshal(b, &back) != nil {
		return 0
	}
	return packed.Len() + len(names) + len(back.Children)
}

func main() {
	d, err := time.ParseDuration(os.Args[1])
	if err != nil {
		panic(err)
	}
	end := time.Now().Add(d)
	var wg sync.WaitGroup
	for w := 0; w < 2; w++ {
		wg.Add(1)
		go func(w int) {
			defer wg.Done()
			for i := 0; time.Now().Before(end); i++ {
				work(i*2 + w)
			}
		}(w)
	}
	wg.Wait()
}
