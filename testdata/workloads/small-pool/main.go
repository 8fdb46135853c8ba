// A pool of connections that has one: workers wait for it on a channel.
package main

import (
	"time"

	"example.com/workloads/capture"
)

type conn struct{ used int }

// query takes a quarter of a millisecond.
func (c *conn) query() {
	c.used++
	time.Sleep(250 * time.Microsecond)
}

func pool(n int) chan *conn {
	p := make(chan *conn, n)
	for i := 0; i < n; i++ {
		p <- &conn{}
	}
	return p
}

func with(p chan *conn) func(int) {
	return func(int) {
		c := <-p
		c.query()
		p <- c
	}
}

func main() {
	capture.Fix("SmallPool", with(pool(1)), with(pool(16)),
		1, 2, 4, 8, 16)
}
