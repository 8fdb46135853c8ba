// Each request collects its attributes in a map of its own.
package main

import (
	"strconv"

	"example.com/workloads/capture"
)

var keys [32]string

func fill(m map[string]int) int {
	for i, k := range keys {
		m[k] = i
	}
	return len(m)
}

func main() {
	for i := range keys {
		keys[i] = "attribute-" + strconv.Itoa(i)
	}
	var own [64]map[string]int
	for w := range own {
		own[w] = map[string]int{}
	}
	capture.Fix("RequestMap", func(w int) {
		fill(map[string]int{})
	}, func(w int) {
		for k := range own[w] {
			delete(own[w], k)
		}
		fill(own[w])
	}, 1, 2, 4)
}
