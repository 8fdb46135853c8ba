// A decoder makes an object with pointers for each event of a message.
package main

import (
	"example.com/workloads/capture"
)

type event struct {
	kind *int
	time *int64
	next *event
	tags []*int
}

func decode(n int) *event {
	var first *event
	for i := 0; i < n; i++ {
		kind, time, tag := i&7, int64(i), i
		first = &event{kind: &kind, time: &time, next: first,
			tags: []*int{&tag}}
	}
	return first
}

type flat struct {
	kind int
	time int64
	tag  int
}

func decodeFlat(to []flat, n int) []flat {
	for i := 0; i < n; i++ {
		to = append(to, flat{i & 7, int64(i), i})
	}
	return to
}

func main() {
	var sum [64]int64
	var own [64][]flat
	capture.Fix("ObjectGraph", func(w int) {
		for e := decode(500); e != nil; e = e.next {
			sum[w] += *e.time + int64(*e.kind) + int64(*e.tags[0])
		}
	}, func(w int) {
		own[w] = decodeFlat(own[w][:0], 500)
		for _, e := range own[w] {
			sum[w] += e.time + int64(e.kind) + int64(e.tag)
		}
	}, 1, 2, 4, 8)
}
