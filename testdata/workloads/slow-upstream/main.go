// HTTP requests to a server on the loopback that takes 20 ms for each.  It is a
// process of its own, so that its goroutines are not in the profiles.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"

	"example.com/workloads/capture"
)

func serve() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	go func() { // ends with its parent
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	_ = http.Serve(l, http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(20 * time.Millisecond)
			fmt.Fprintln(w, "ok")
		}))
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "-serve" {
		serve()
		return
	}
	server := exec.Command(os.Args[0], "-serve")
	stdin, err := server.StdinPipe()
	if err != nil {
		panic(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		panic(err)
	}
	if err := server.Start(); err != nil {
		panic(err)
	}
	line, _, err := bufio.NewReader(stdout).ReadLine()
	if err != nil {
		panic(err)
	}
	url := "http://" + string(line) + "/"
	client := &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	capture.Run("SlowUpstream", func(int) {
		r, err := client.Get(url)
		if err != nil {
			panic(err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}, 1, 2, 4, 8, 16)
	stdin.Close()
	_ = server.Wait()
}
