/*
 * Keys lie in chunks, each as its length (8 bytes), its bytes and a NUL,
 * padded to 8.  The table proper holds 8 bytes a slot: the hash, so that
 * strangers are told apart and the table grows without touching keys, and
 * the index.  Overhead at 10 million keys: some 45 bytes each.
 */
#include "base/htab.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__linux__)
#include <sys/random.h>
#endif

#include "base/fold.h"
#include "base/mem.h"

enum { CHUNK_MIN = 1 << 10, CHUNK_MAX = 4 << 20, SLOTS_MIN = 16 };

struct slot {
	uint32_t hash;
	uint32_t next_index; /* the index + 1; 0 in a free slot */
};

struct chunk {
	struct chunk *next;
	uint64_t data[];
};

struct ws_htab {
	struct slot *slots;
	uint32_t mask;  /* slots - 1 */
	uint32_t limit; /* count at which the slots double */
	uint32_t count;
	uint64_t **keys; /* each points at the length */
	size_t cap;
	struct chunk *chunks;
	uint64_t *room;    /* free words of the current chunk */
	size_t left;       /* how many */
	size_t chunk_size; /* words of the next chunk */
	uint64_t seed;
};

static uint64_t
make_seed(const struct ws_htab *h)
{
	struct timespec now = { 0 };
	uint64_t seed;

#if defined(__linux__)
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed))
		return seed;
#endif
	clock_gettime(CLOCK_REALTIME, &now);
	seed = (uint64_t)now.tv_sec * 1000000007U + (uint64_t)now.tv_nsec;
	return seed ^ (uint64_t)(uintptr_t)h << 20;
}

struct ws_htab *
ws_htab_new(void)
{
	struct ws_htab *h = ws_alloc(sizeof(*h));

	h->seed = make_seed(h);
	h->chunk_size = CHUNK_MIN / sizeof(uint64_t);
	return h;
}

void
ws_htab_free(struct ws_htab *h)
{
	struct chunk *c, *next;

	if (h == NULL)
		return;
	for (c = h->chunks; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(h->keys);
	free(h->slots);
	free(h);
}

uint32_t
ws_htab_count(const struct ws_htab *h)
{
	return h->count;
}

static inline uint64_t
load(const unsigned char *p, size_t n)
{
	uint64_t word = 0;

	memcpy(&word, p, n);
	return word;
}

/* The fractions of the square roots of 2, 3, 5 and 7. */
static const uint64_t k1 = 0x6a09e667f3bcc909;
static const uint64_t k2 = 0xbb67ae8584caa73b;
static const uint64_t k3 = 0x3c6ef372fe94f82b;
static const uint64_t k4 = 0xa54ff53a5f1d36f1;

/*
 * Two independent chains of two words a step keep the multiplier busy.  Both
 * factors depend on the seed: who could make one of them 0 could make the
 * other words not matter.
 */
static uint32_t
hash(uint64_t seed, const void *key, size_t n)
{
	const unsigned char *p = key;
	const uint64_t s3 = seed ^ k3;
	const uint64_t s4 = seed ^ k4;
	uint64_t a = seed ^ k1;
	uint64_t b = seed ^ k2;
	size_t left = n;

	for (; left >= 32; left -= 32, p += 32) {
		a = ws_fold(load(p, 8) ^ a, load(p + 8, 8) ^ s3);
		b = ws_fold(load(p + 16, 8) ^ b, load(p + 24, 8) ^ s4);
	}
	for (; left >= 8; left -= 8, p += 8)
		a = ws_fold(load(p, 8) ^ a, s3);
	if (left > 0)
		b = ws_fold(load(p, left) ^ b, s4);
	a = ws_fold(a ^ k2, b ^ n ^ k1);
	return (uint32_t)(a ^ a >> 32);
}

static bool
is_key(const uint64_t *stored, const void *key, size_t n)
{
	return stored[0] == n && (n == 0 || memcmp(stored + 1, key, n) == 0);
}

/* The slot of the key, or the free one where it belongs. */
static struct slot *
find(const struct ws_htab *h, uint32_t hashed, const void *key, size_t n)
{
	struct slot *slot;

	for (uint32_t at = hashed;; at++) {
		slot = &h->slots[at & h->mask];
		if (slot->next_index == 0)
			return slot;
		if (slot->hash == hashed &&
		    is_key(h->keys[slot->next_index - 1], key, n))
			return slot;
	}
}

static void
grow(struct ws_htab *h)
{
	size_t old_n = h->slots != NULL ? (size_t)h->mask + 1 : 0;
	size_t n = old_n > 0 ? old_n * 2 : SLOTS_MIN;
	struct slot *old = h->slots;
	uint32_t at;

	if (n - 1 > UINT32_MAX)
		ws_out_of_memory(SIZE_MAX);
	h->slots = ws_alloc_array(n, sizeof(*h->slots));
	h->mask = (uint32_t)(n - 1);
	h->limit = (uint32_t)(n / 10 * 7);
	for (size_t i = 0; i < old_n; i++) {
		if (old[i].next_index == 0)
			continue;
		at = old[i].hash & h->mask;
		while (h->slots[at].next_index != 0)
			at = (at + 1) & h->mask;
		h->slots[at] = old[i];
	}
	free(old);
}

static uint64_t *
add_chunk(struct ws_htab *h, size_t words)
{
	struct chunk *c;
	size_t total;

	if (!ws_mul_size(words, sizeof(uint64_t), &total) ||
	    !ws_add_size(total, sizeof(*c), &total))
		ws_out_of_memory(SIZE_MAX);
	c = ws_realloc(NULL, total);
	c->next = h->chunks;
	h->chunks = c;
	return c->data;
}

static uint64_t *
take_words(struct ws_htab *h, size_t words)
{
	uint64_t *p;

	if (words > h->left) {
		if (words > h->chunk_size / 4)
			return add_chunk(h, words);
		h->room = add_chunk(h, h->chunk_size);
		h->left = h->chunk_size;
		if (h->chunk_size < CHUNK_MAX / sizeof(uint64_t))
			h->chunk_size *= 2;
	}
	p = h->room;
	h->room += words;
	h->left -= words;
	return p;
}

static uint64_t *
copy_key(struct ws_htab *h, const void *key, size_t n)
{
	/* The length, the bytes, and at least one byte of NUL. */
	size_t words = n / sizeof(uint64_t) + 2;
	uint64_t *stored = take_words(h, words);

	stored[0] = n;
	stored[words - 1] = 0;
	if (n > 0)
		memcpy(stored + 1, key, n);
	return stored;
}

uint32_t
ws_htab_get(const struct ws_htab *h, const void *key, size_t n)
{
	if (h->count == 0)
		return WS_HTAB_NONE;
	return find(h, hash(h->seed, key, n), key, n)->next_index - 1;
}

uint32_t
ws_htab_put(struct ws_htab *h, const void *key, size_t n, bool *is_new)
{
	uint32_t hashed = hash(h->seed, key, n);
	struct slot *slot;

	if (h->count >= h->limit)
		grow(h);
	slot = find(h, hashed, key, n);
	if (is_new != NULL)
		*is_new = slot->next_index == 0;
	if (slot->next_index != 0)
		return slot->next_index - 1;
	h->keys =
	    ws_grow(h->keys, &h->cap, (size_t)h->count + 1, sizeof(*h->keys));
	h->keys[h->count] = copy_key(h, key, n);
	slot->hash = hashed;
	slot->next_index = ++h->count;
	return h->count - 1;
}

struct ws_sv
ws_htab_key(const struct ws_htab *h, uint32_t index)
{
	const uint64_t *stored = h->keys[index];

	return (struct ws_sv){ (const char *)(stored + 1), (size_t)*stored };
}
