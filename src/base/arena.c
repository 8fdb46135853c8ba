#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ALIGN = alignof(max_align_t), CHUNK_MIN = 4 << 10, CHUNK_MAX = 1 << 20 };

struct chunk {
	struct chunk *next;
	alignas(max_align_t) char data[];
};

struct ws_arena {
	struct chunk *chunks;
	char *p;           /* the free room of the current chunk */
	size_t left;       /* bytes at p */
	size_t chunk_size; /* of the next chunk */
	size_t used;
};

struct ws_arena *
ws_arena_new(void)
{
	struct ws_arena *a = ws_alloc(sizeof(*a));

	a->chunk_size = CHUNK_MIN;
	a->used = sizeof(*a);
	return a;
}

void
ws_arena_free(struct ws_arena *a)
{
	struct chunk *c, *next;

	if (a == NULL)
		return;
	for (c = a->chunks; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

static char *
add_chunk(struct ws_arena *a, size_t n)
{
	struct chunk *c;
	size_t total;

	if (!ws_add_size(sizeof(*c), n, &total))
		ws_out_of_memory(n);
	c = ws_alloc(total);
	c->next = a->chunks;
	a->chunks = c;
	a->used += total;
	return c->data;
}

/* What is big gets a chunk of its own, so that the room left in the current
 * one is not lost. */
static char *
take(struct ws_arena *a, size_t n, size_t align)
{
	size_t pad = (align - (uintptr_t)a->p % align) % align;
	char *p;

	if (a->left >= pad && a->left - pad >= n) {
		p = a->p + pad;
		a->p += pad + n;
		a->left -= pad + n;
		return p;
	}
	if (n > a->chunk_size / 4)
		return add_chunk(a, n);
	p = add_chunk(a, a->chunk_size);
	a->p = p + n;
	a->left = a->chunk_size - n;
	if (a->chunk_size < CHUNK_MAX)
		a->chunk_size *= 2;
	return p;
}

void *
ws_arena_alloc(struct ws_arena *a, size_t n)
{
	return take(a, n > 0 ? n : 1, ALIGN);
}

char *
ws_arena_dup(struct ws_arena *a, struct ws_sv s)
{
	size_t total;
	char *p;

	if (!ws_add_size(s.n, 1, &total))
		ws_out_of_memory(s.n);
	p = take(a, total, 1);
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

struct ws_sv
ws_arena_sv(struct ws_arena *a, struct ws_sv s)
{
	return (struct ws_sv){ ws_arena_dup(a, s), s.n };
}

size_t
ws_arena_used(const struct ws_arena *a)
{
	return a->used;
}
