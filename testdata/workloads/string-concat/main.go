// A page is put together with s += part.
package main

import (
	"bytes"

	"example.com/workloads/capture"
)

var parts = []string{"<tr><td>", "name", "</td><td>", "value", "</td></tr>\n"}

var (
	pages [64]string
	bufs  [64]bytes.Buffer
)

func main() {
	capture.Fix("StringConcat", func(w int) {
		s := ""
		for i := 0; i < 100; i++ {
			s += parts[i%len(parts)]
		}
		pages[w] = s
	}, func(w int) {
		bufs[w].Reset()
		for i := 0; i < 100; i++ {
			bufs[w].WriteString(parts[i%len(parts)])
		}
	}, 1, 2, 4)
}
