// A C function checks short strings, one call and one C copy for each.
package main

/*
#include <stdlib.h>

static int
check(const char *s, size_t n)
{
	int good = 1;

	for (size_t i = 0; i < n; i++)
		good &= s[i] >= ' ';
	return good;
}

static int
check_all(const char *s, const unsigned *end, int count)
{
	int good = 0;
	unsigned from = 0;

	for (int i = 0; i < count; from = end[i++])
		good += check(s + from, end[i] - from);
	return good;
}
*/
import "C"

import (
	"unsafe"

	"example.com/workloads/capture"
)

var names = []string{"alpha", "beta", "gamma ray", "delta", "epsilon", "zeta",
	"eta", "theta", "iota", "kappa", "lambda", "mu"}

const items = 240

func one(int) {
	good := 0
	for i := 0; i < items; i++ {
		s := names[i%len(names)]
		c := C.CString(s)
		good += int(C.check(c, C.size_t(len(s))))
		C.free(unsafe.Pointer(c))
	}
	if good != items {
		panic("bad string")
	}
}

var (
	text [64][]byte
	ends [64][]C.uint
)

func batch(w int) {
	text[w], ends[w] = text[w][:0], ends[w][:0]
	for i := 0; i < items; i++ {
		text[w] = append(text[w], names[i%len(names)]...)
		ends[w] = append(ends[w], C.uint(len(text[w])))
	}
	if C.check_all((*C.char)(unsafe.Pointer(&text[w][0])), &ends[w][0],
		items) != items {
		panic("bad string")
	}
}

func main() {
	capture.Fix("StringCheck", one, batch, 1, 2, 4)
}
