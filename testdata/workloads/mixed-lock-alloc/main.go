// A lock is held while a reply is encoded with reflection, which allocates.
package main

import (
	"bytes"
	"encoding/json"
	"sync"

	"example.com/workloads/capture"
)

type reply struct {
	ID    int
	Name  string
	Items []int
}

func main() {
	var mu sync.Mutex
	shared := reply{Name: "reply", Items: make([]int, 40)}
	last := make([][]byte, 64)
	var bufs [64]bytes.Buffer
	capture.Fix("MixedLockAlloc", func(w int) {
		mu.Lock()
		shared.ID++
		last[w], _ = json.Marshal(&shared)
		mu.Unlock()
	}, func(w int) {
		mu.Lock()
		shared.ID++
		mine := shared
		mu.Unlock()
		bufs[w].Reset()
		_ = json.NewEncoder(&bufs[w]).Encode(&mine)
	}, 1, 2, 4, 8, 16)
}
