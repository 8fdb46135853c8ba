// Lines of a log are converted to strings and cut with strings.Split.
package main

import (
	"bytes"
	"strings"

	"example.com/workloads/capture"
)

var text = []byte(strings.Repeat("GET /index.html 200 1532 12ms\n", 50))

func main() {
	var sum [64]int
	capture.Fix("SplitLines", func(w int) {
		for _, line := range strings.Split(string(text), "\n") {
			for _, field := range strings.Split(line, " ") {
				sum[w] += len(field)
			}
		}
	}, func(w int) {
		for rest := text; len(rest) > 0; {
			line := rest
			if i := bytes.IndexByte(rest, '\n'); i >= 0 {
				line, rest = rest[:i], rest[i+1:]
			} else {
				rest = nil
			}
			for len(line) > 0 {
				i := bytes.IndexByte(line, ' ')
				if i < 0 {
					i = len(line) - 1
				}
				sum[w] += i
				line = line[i+1:]
			}
		}
	}, 1, 2, 4)
}
