// A tokenizer in C hands out one token a call, as SAX-like parsers do.
package main

/*
#include <stddef.h>

typedef struct {
	unsigned from, to, kind;
} token;

static int
next_token(const char *s, unsigned n, unsigned at, token *t)
{
	while (at < n && s[at] == ' ')
		at++;
	t->from = at;
	while (at < n && s[at] != ' ')
		at++;
	t->to = at;
	t->kind = at > t->from && s[t->from] >= '0' && s[t->from] <= '9';
	return at > t->from;
}

static int
all_tokens(const char *s, unsigned n, token *t, int room)
{
	int count = 0;
	unsigned at = 0;

	while (count < room && next_token(s, n, at, &t[count]))
		at = t[count++].to;
	return count;
}
*/
import "C"

import (
	"strings"
	"unsafe"

	"example.com/workloads/capture"
)

var text = []byte(strings.Repeat("select 17 from table where id 4 ", 40))

func main() {
	s := (*C.char)(C.CBytes(text))
	n := C.uint(len(text))
	var tokens [64][400]C.token
	var kinds [64][2]int
	capture.Fix("TokenStep", func(w int) {
		t := &tokens[w][0]
		for at := C.uint(0); C.next_token(s, n, at, t) != 0; at = t.to {
			kinds[w][t.kind]++
		}
	}, func(w int) {
		count := C.all_tokens(s, n, &tokens[w][0], 400)
		for _, t := range tokens[w][:count] {
			kinds[w][t.kind]++
		}
	}, 1, 2, 4)
	_ = unsafe.Pointer(s)
}
