/* base/mem and base/arena: checked sizes, growth, alignment, running out. */
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "tap.h"

static void
test_checked(void)
{
	size_t v = 7;

	ok(ws_add_size(SIZE_MAX - 1, 1, &v) && v == SIZE_MAX, "largest sum");
	ok(!ws_add_size(SIZE_MAX, 1, &v) && v == SIZE_MAX, "sum overflows");
	ok(ws_mul_size(SIZE_MAX / 3, 3, &v), "largest product");
	ok(v == SIZE_MAX / 3 * 3, "is right");
	ok(!ws_mul_size(SIZE_MAX / 3 + 1, 3, &v), "product overflows");
	ok(!ws_mul_size((size_t)1 << 33, (size_t)1 << 33, &v), "to 2^66");
	ok(ws_mul_size(SIZE_MAX, 0, &v) && v == 0, "times 0");
	ok(ws_mul_size(0, SIZE_MAX, &v) && v == 0, "0 times");
}

static void
test_alloc(void)
{
	unsigned char *p = ws_alloc_array(1000, 3);
	unsigned sum = 0;
	size_t cap = 0;
	int *v;

	for (size_t i = 0; i < 3000; i++)
		sum += p[i];
	ok(sum == 0, "arrays are zeroed");
	p = ws_realloc(p, 0);
	ok(p != NULL, "realloc to 0 is not NULL");
	free(p);
	p = ws_alloc(0);
	ok(p != NULL, "alloc of 0 is not NULL");
	free(p);
	v = ws_grow(NULL, &cap, 1, sizeof(*v));
	ok(cap >= 1 && v != NULL, "grown from nothing");
	v[0] = 42;
	for (size_t want = 2; want < 5000; want++) {
		v = ws_grow(v, &cap, want, sizeof(*v));
		v[want - 1] = (int)want;
	}
	ok(cap >= 4999 && cap < 16384, "doubled: cap %zu", cap);
	ok(v[0] == 42 && v[4998] == 4999, "contents survive");
	free(v);
}

/* The exit status of a child that asks for too much in the given way. */
static int
run_out(int way)
{
	size_t cap = 0;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		close(STDERR_FILENO);
		if (way == 0)
			ws_out_of_memory(1);
		else if (way == 1)
			ws_alloc_array(SIZE_MAX / 2, 3);
		else
			ws_grow(NULL, &cap, SIZE_MAX / 2 + 2, 1);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void
test_arena(void)
{
	struct ws_arena *a = ws_arena_new();
	unsigned wrong = 0;
	unsigned char *p;
	char *text;

	for (size_t i = 0; i < 20000; i++) {
		p = ws_arena_alloc(a, i % 67);
		wrong += (uintptr_t)p % alignof(max_align_t) != 0;
		for (size_t k = 0; k < i % 67; k++)
			wrong += p[k] != 0;
		memset(p, 0xff, i % 67);
		/* Odd lengths in between, which need no alignment. */
		text = ws_arena_dup(a, WS_SV("odd"));
		wrong += strcmp(text, "odd") != 0;
	}
	ok(wrong == 0, "aligned, zeroed and apart: %u wrong", wrong);
	ok(ws_arena_alloc(a, 0) != ws_arena_alloc(a, 0), "0 bytes are apart");
	ws_arena_free(a);
	ws_arena_free(NULL);
}

static void
test_arena_large(void)
{
	struct ws_arena *a = ws_arena_new();
	char *before = ws_arena_alloc(a, 16);
	size_t used = ws_arena_used(a);
	char *large = ws_arena_alloc(a, 5 << 20);
	size_t grown = ws_arena_used(a) - used;
	char *after = ws_arena_alloc(a, 16);

	ok(grown >= 5 << 20 && grown < (5 << 20) + 4096,
	    "a large object costs its size: %zu", grown);
	ok((uintptr_t)large % alignof(max_align_t) == 0, "aligned");
	ok(large[0] == 0 && large[(5 << 20) - 1] == 0, "zeroed");
	ok(after - before == 16, "the chunk before it is still used");
	memset(large, 1, 5 << 20);
	ok(before[15] == 0 && after[0] == 0, "no overlap");
	ws_arena_free(a);
}

static void
test_arena_text(void)
{
	struct ws_arena *a = ws_arena_new();
	struct ws_sv nul = { "a\0b", 3 };
	struct ws_sv s = ws_arena_sv(a, nul);

	ok(s.p != nul.p && ws_sv_eq(s, nul), "a copy with a NUL inside");
	ok(s.p[3] == '\0', "ends in a NUL");
	s = ws_arena_sv(a, (struct ws_sv){ NULL, 0 });
	ok(s.n == 0 && s.p != NULL && s.p[0] == '\0', "a copy of nothing");
	is_str(ws_arena_dup(a, WS_SV("text")), "text", "dup");
	ws_arena_free(a);
}

int
main(void)
{
	test_checked();
	test_alloc();
	ok(run_out(0) == 75, "out of memory is exit status 75");
	ok(run_out(1) == 75, "so is an array that overflows");
	ok(run_out(2) == 75, "and growth that does");
	test_arena();
	test_arena_large();
	test_arena_text();
	return tap_done();
}
