// An HTTP server that answers at once; its clients are another process.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"

	"example.com/workloads/capture"
)

// client asks once for each line on its input and answers with a line.
func client(url string) {
	var b [1]byte
	for {
		if _, err := os.Stdin.Read(b[:]); err != nil {
			return
		}
		for i := 0; i < 64; i++ {
			r, err := http.Get(url)
			if err != nil {
				panic(err)
			}
			_, _ = io.Copy(io.Discard, r.Body)
			r.Body.Close()
		}
		if _, err := os.Stdout.Write(b[:]); err != nil {
			return
		}
	}
}

type load struct {
	in  io.Writer
	out io.Reader
}

func start(url string) (load, func()) {
	c := exec.Command(os.Args[0], "-client", url)
	in, err := c.StdinPipe()
	if err != nil {
		panic(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		panic(err)
	}
	if err := c.Start(); err != nil {
		panic(err)
	}
	return load{in, out}, func() {
		in.Close()
		_ = c.Wait()
	}
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "-client" {
		client(os.Args[2])
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		_ = http.Serve(l, http.HandlerFunc(
			func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprintln(w, "ok")
			}))
	}()
	var clients [4]load
	for i := range clients {
		var stop func()
		clients[i], stop = start("http://" + l.Addr().String() + "/")
		defer stop()
	}
	capture.Run("HTTPServer", func(w int) {
		var b [1]byte
		if _, err := clients[w].in.Write(b[:]); err != nil {
			panic(err)
		}
		if _, err := clients[w].out.Read(b[:]); err != nil {
			panic(err)
		}
	}, 1, 2, 4)
}
