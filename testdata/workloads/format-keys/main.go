// A metric is found by a name that fmt.Sprintf makes for each request.
package main

import (
	"fmt"
	"strconv"

	"example.com/workloads/capture"
)

var counts [64]map[string]*int

func main() {
	for w := range counts {
		counts[w] = map[string]*int{}
		for i := 0; i < 50; i++ {
			counts[w][fmt.Sprintf("http.%s.%d.%03d", "get", w, i)] = new(int)
		}
	}
	var bufs [64][]byte
	capture.Fix("FormatKeys", func(w int) {
		for i := 0; i < 50; i++ {
			*counts[w][fmt.Sprintf("http.%s.%d.%03d", "get", w, i)]++
		}
	}, func(w int) {
		for i := 0; i < 50; i++ {
			b := append(bufs[w][:0], "http.get."...)
			b = strconv.AppendInt(b, int64(w), 10)
			b = append(b, '.', '0', byte('0'+i/10), byte('0'+i%10))
			bufs[w] = b
			*counts[w][string(b)]++
		}
	}, 1, 2, 4)
}
