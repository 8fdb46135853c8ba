// A request reads its templates from twenty small files, all in the page cache.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"example.com/workloads/capture"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

const templates = 20

func main() {
	dir, err := os.MkdirTemp(".", "small-files-")
	must(err)
	defer os.RemoveAll(dir)
	var path [templates]string
	var kept [templates][]byte
	for i := range path {
		path[i] = filepath.Join(dir, fmt.Sprint(i))
		kept[i] = make([]byte, 2048)
		must(os.WriteFile(path[i], kept[i], 0o666))
	}
	var sum [64]int
	use := func(w int, text []byte) {
		for i := 0; i < len(text); i += 64 {
			sum[w] += int(text[i])
		}
	}
	buf := [64][4096]byte{}
	capture.Fix("SmallFiles", func(w int) {
		for _, p := range path {
			f, err := os.Open(p)
			must(err)
			n, err := f.Read(buf[w][:])
			must(err)
			must(f.Close())
			use(w, buf[w][:n])
		}
	}, func(w int) {
		for _, text := range kept {
			use(w, text)
		}
	}, 1, 2, 4)
}
