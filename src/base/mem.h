/* Memory.  Running out of it ends the process here and nowhere else. */
#ifndef WS_MEM_H
#define WS_MEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compat.h"
#include "base/str.h"

/* Never return NULL.  ws_alloc zeroes.  ws_grow makes room for at least
 * `want` elements of `size` bytes in the array at *p (capacity *cap), by
 * doubling; the new room is not zeroed. */
void *ws_alloc(size_t n);
void *ws_alloc_array(size_t n, size_t size);
void *ws_realloc(void *p, size_t n);
void *ws_grow_more(void *p, size_t *cap, size_t want, size_t size);
WS_NORETURN void ws_out_of_memory(size_t wanted);

static inline void *
ws_grow(void *p, size_t *cap, size_t want, size_t size)
{
	return p != NULL && want <= *cap ? p : ws_grow_more(p, cap, want, size);
}

/* True and *out on success, false on overflow. */
bool ws_add_size(size_t a, size_t b, size_t *out);
bool ws_mul_size(size_t a, size_t b, size_t *out);

/* Many small objects with one lifetime. */
struct ws_arena;

struct ws_arena *ws_arena_new(void);
void ws_arena_free(struct ws_arena *a);             /* NULL is fine */
void *ws_arena_alloc(struct ws_arena *a, size_t n); /* zeroed, aligned */
/* A NUL-terminated copy. */
char *ws_arena_dup(struct ws_arena *a, struct ws_sv s);
struct ws_sv ws_arena_sv(struct ws_arena *a, struct ws_sv s); /* a copy */
size_t ws_arena_used(const struct ws_arena *a); /* bytes taken from libc */

#endif
