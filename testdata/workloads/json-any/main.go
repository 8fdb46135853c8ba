// JSON is decoded into a tree of any: many small allocations for each
// document.
package main

import (
	"encoding/json"

	"example.com/workloads/capture"
)

var text = []byte(`{"id":17,"name":"disk","tags":["a","b","c","d"],
"points":[{"t":1,"v":2.5},{"t":2,"v":3.5},{"t":3,"v":4.5},{"t":4,"v":5.5}],
"owner":{"id":4,"mail":"x@example.com","groups":[1,2,3,4,5,6]}}`)

func main() {
	capture.Run("JSONAny", func(int) {
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			panic(err)
		}
	}, 1, 2, 4)
}
