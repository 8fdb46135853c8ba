#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The exit status of every limit that was reached. */
enum { EXIT_LIMIT = 75 };

void
ws_out_of_memory(size_t wanted)
{
	fprintf(stderr, "whyslow: out of memory, wanted %zu bytes\n", wanted);
	/* Not exit(): half-written output must not be flushed as if whole. */
	_Exit(EXIT_LIMIT);
}

void *
ws_alloc(size_t n)
{
	void *p = calloc(1, n > 0 ? n : 1);

	if (p == NULL)
		ws_out_of_memory(n);
	return p;
}

void *
ws_alloc_array(size_t n, size_t size)
{
	size_t total;

	if (!ws_mul_size(n, size, &total))
		ws_out_of_memory(SIZE_MAX);
	return ws_alloc(total);
}

void *
ws_realloc(void *p, size_t n)
{
	void *q = realloc(p, n > 0 ? n : 1);

	if (q == NULL)
		ws_out_of_memory(n);
	return q;
}

void *
ws_grow_more(void *p, size_t *cap, size_t want, size_t size)
{
	size_t n = *cap > 0 ? *cap : 8;
	size_t total;

	while (n < want) {
		if (!ws_mul_size(n, 2, &n))
			ws_out_of_memory(SIZE_MAX);
	}
	if (!ws_mul_size(n, size, &total))
		ws_out_of_memory(SIZE_MAX);
	p = ws_realloc(p, total);
	*cap = n;
	return p;
}

bool
ws_add_size(size_t a, size_t b, size_t *out)
{
	if (a > SIZE_MAX - b)
		return false;
	*out = a + b;
	return true;
}

bool
ws_mul_size(size_t a, size_t b, size_t *out)
{
	if (b != 0 && a > SIZE_MAX / b)
		return false;
	*out = a * b;
	return true;
}
