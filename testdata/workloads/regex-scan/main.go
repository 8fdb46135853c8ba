// Lines are searched with a regular expression; nothing is allocated.
package main

import (
	"regexp"
	"strings"

	"example.com/workloads/capture"
)

func main() {
	text := []byte(strings.Repeat("user=17 path=/a/b/c time=12ms ok\n", 60))
	re := regexp.MustCompile(`time=([0-9]+)ms (failed|late)`)
	capture.Run("RegexScan", func(w int) {
		if re.Match(text) {
			panic("no line is late")
		}
	}, 1, 2, 4)
}
