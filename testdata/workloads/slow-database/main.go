// Queries over a line protocol to a server on the loopback that takes 10 ms for
// each.  It is a process of its own, so that it is not in the profiles.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"time"

	"example.com/workloads/capture"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer(c net.Conn) {
	in := bufio.NewScanner(c)
	for in.Scan() {
		time.Sleep(10 * time.Millisecond)
		fmt.Fprintln(c, "row", in.Text())
	}
}

func serve() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	fmt.Println(l.Addr())
	go func() { // ends with its parent
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for {
		c, err := l.Accept()
		must(err)
		go answer(c)
	}
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "-serve" {
		serve()
		return
	}
	server := exec.Command(os.Args[0], "-serve")
	stdin, err := server.StdinPipe()
	must(err)
	stdout, err := server.StdoutPipe()
	must(err)
	must(server.Start())
	addr, _, err := bufio.NewReader(stdout).ReadLine()
	must(err)
	var conns [16]*bufio.ReadWriter
	for w := range conns {
		c, err := net.Dial("tcp", string(addr))
		must(err)
		conns[w] = bufio.NewReadWriter(bufio.NewReader(c),
			bufio.NewWriter(c))
	}
	capture.Run("SlowDatabase", func(w int) {
		fmt.Fprintln(conns[w], "select", w)
		must(conns[w].Flush())
		_, _, err := conns[w].ReadLine()
		must(err)
	}, 1, 2, 4, 8, 16)
	stdin.Close()
	_ = server.Wait()
}
