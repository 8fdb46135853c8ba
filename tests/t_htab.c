/* base/htab: dense indexes in order of insertion, whatever the keys. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/htab.h"
#include "base/mem.h"
#include "tap.h"

/* With so many keys, some share all 32 bits of the hash: 10 pairs are to be
 * expected, and none has a chance of 1 in 30000. */
enum { MANY = 300000 };

static void
test_small(void)
{
	struct ws_htab *h = ws_htab_new();
	bool is_new = false;

	ok(ws_htab_count(h) == 0, "empty");
	ok(ws_htab_get(h, "a", 1) == WS_HTAB_NONE, "get from the empty");
	ok(ws_htab_put(h, "a", 1, &is_new) == 0 && is_new, "first");
	ok(ws_htab_put(h, "b", 1, NULL) == 1, "second, without is_new");
	ok(ws_htab_put(h, "a", 1, &is_new) == 0 && !is_new, "again");
	ok(ws_htab_put(h, NULL, 0, &is_new) == 2 && is_new, "empty key");
	ok(ws_htab_get(h, "", 0) == 2, "empty key is found");
	ok(ws_htab_key(h, 2).n == 0, "empty key is empty");
	ok(ws_htab_get(h, "c", 1) == WS_HTAB_NONE, "a missing key");
	ok(ws_htab_count(h) == 3, "count");
	ws_htab_free(h);
	ws_htab_free(NULL);
}

/* Lengths 1 to 200 of zeros: the hash must see the length, and prefixes must
 * not match. */
static void
test_lengths(void)
{
	struct ws_htab *h = ws_htab_new();
	char zeros[200] = { 0 };
	unsigned wrong = 0;
	struct ws_sv key;

	for (uint32_t n = 1; n <= 200; n++)
		wrong += ws_htab_put(h, zeros, n, NULL) != n - 1;
	for (uint32_t n = 1; n <= 200; n++) {
		wrong += ws_htab_get(h, zeros, n) != n - 1;
		key = ws_htab_key(h, n - 1);
		wrong += key.n != n || memcmp(key.p, zeros, n) != 0;
		wrong += key.p[key.n] != '\0';
		wrong += (uintptr_t)key.p % sizeof(uint64_t) != 0;
	}
	ok(wrong == 0, "200 lengths of zeros, aligned and ended: %u wrong",
	    wrong);
	ws_htab_free(h);
}

/* One bit differs, anywhere in the key. */
static void
test_bits(void)
{
	struct ws_htab *h = ws_htab_new();
	unsigned char key[77] = { 0 };
	unsigned wrong = 0;

	for (uint32_t bit = 0; bit < sizeof(key) * 8; bit++) {
		key[bit / 8] = (unsigned char)(1 << bit % 8);
		wrong += ws_htab_put(h, key, sizeof(key), NULL) != bit;
		key[bit / 8] = 0;
	}
	ok(wrong == 0, "every bit makes a key: %u wrong", wrong);
	ok(ws_htab_get(h, key, sizeof(key)) == WS_HTAB_NONE, "no bit, none");
	ws_htab_free(h);
}

static size_t
make_key(char out[64], uint32_t i)
{
	return (size_t)snprintf(out, 64, "%u.runtime.gopark%.*s", i,
	    (int)(i % 30), "-and-a-tail-of-some-thirty-bytes");
}

static void
test_many(void)
{
	struct ws_htab *h = ws_htab_new();
	unsigned wrong = 0;
	bool is_new;
	char key[64];
	size_t n;

	for (uint32_t i = 0; i < MANY; i++) {
		n = make_key(key, i);
		wrong += ws_htab_put(h, key, n, &is_new) != i || !is_new;
	}
	ok(wrong == 0, "%d keys are new: %u wrong", MANY, wrong);
	ok(ws_htab_count(h) == MANY, "and counted");
	for (uint32_t i = 0; i < MANY; i++) {
		n = make_key(key, i);
		wrong += ws_htab_get(h, key, n) != i;
		wrong += ws_htab_put(h, key, n, &is_new) != i || is_new;
		wrong += !ws_sv_eq(ws_htab_key(h, i), (struct ws_sv){ key, n });
	}
	ok(wrong == 0, "found and read back: %u wrong", wrong);
	for (uint32_t i = MANY; i < 2 * MANY; i++) {
		n = make_key(key, i);
		wrong += ws_htab_get(h, key, n) != WS_HTAB_NONE;
	}
	ok(wrong == 0, "strangers are not found: %u wrong", wrong);
	ok(ws_htab_count(h) == MANY, "get adds nothing");
	ws_htab_free(h);
}

/* A key larger than any chunk, among small ones that must stay valid. */
static void
test_large(void)
{
	struct ws_htab *h = ws_htab_new();
	size_t n = 9 << 20;
	char *key = ws_alloc(n);
	struct ws_sv small;

	ws_htab_put(h, "small", 5, NULL);
	small = ws_htab_key(h, 0);
	memset(key, 'x', n);
	ok(ws_htab_put(h, key, n, NULL) == 1, "9 MiB key");
	key[n - 1] = 'y';
	ok(ws_htab_put(h, key, n, NULL) == 2, "another, its last byte");
	ok(ws_htab_put(h, "more", 4, NULL) == 3, "a small one after");
	ok(ws_htab_get(h, key, n) == 2, "found");
	ok(ws_sv_is(small, "small") && small.p == ws_htab_key(h, 0).p,
	    "keys do not move");
	free(key);
	ws_htab_free(h);
}

int
main(void)
{
	test_small();
	test_lengths();
	test_bits();
	test_many();
	test_large();
	return tap_done();
}
