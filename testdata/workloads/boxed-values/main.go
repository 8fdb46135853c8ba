// Rows of a table are slices of any, each value boxed.
package main

import (
	"example.com/workloads/capture"
)

type column struct{ values []int64 }

var tables [64][]column

func main() {
	var sum [64]int64
	for w := range tables {
		tables[w] = make([]column, 8)
	}
	capture.Fix("BoxedValues", func(w int) {
		rows := make([][]any, 0)
		for r := int64(0); r < 100; r++ {
			row := []any{}
			for c := int64(0); c < 8; c++ {
				row = append(row, r*1000+c)
			}
			rows = append(rows, row)
		}
		for _, row := range rows {
			for _, v := range row {
				sum[w] += v.(int64)
			}
		}
	}, func(w int) {
		for c := range tables[w] {
			t := &tables[w][c]
			t.values = t.values[:0]
			for r := int64(0); r < 100; r++ {
				t.values = append(t.values, r*1000+int64(c))
			}
			for _, v := range t.values {
				sum[w] += v
			}
		}
	}, 1, 2, 4)
}
