#include "model/dict.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/htab.h"
#include "base/mem.h"
#include "model/row.h"
#include "model/symtab.h"

/*
 * Stacks are the bulk of a large profile, so they are not kept in a ws_htab:
 * that would need the ids of each stack once more as a key.  All stacks lie end
 * to end in pool, each as the number of its frames and their ids; start[] says
 * where the frames of stack i (id i + 1) are.  slot[] is an open-addressing
 * table with the hash beside the id, so that growing reads nothing else, and a
 * search reads three places that no cache holds and no more.
 */
struct stack_slot {
	uint32_t hash;
	ws_id id; /* 0: free */
};

struct stacks {
	ws_id *pool;
	size_t pool_n, pool_cap;
	size_t *start;
	size_t start_cap;
	size_t n;
	struct stack_slot *slot;
	size_t n_slots; /* a power of two */
	uint64_t seed;
};

struct ws_dict {
	struct ws_htab *strs, *frames, *clocks, *headings;
	struct stacks stacks;
	struct ws_symtab *symtab;
};

enum { FIRST_SLOTS = 64 };

static void
stacks_init(struct stacks *s)
{
	s->n_slots = FIRST_SLOTS;
	s->slot = ws_alloc_array(s->n_slots, sizeof *s->slot);
	/* Without entropy an attacker who knows the hash can make a profile
	 * slow to read, no more. */
	if (getentropy(&s->seed, sizeof s->seed) != 0)
		s->seed = (uintptr_t)s->slot;
}

static void
stacks_fini(struct stacks *s)
{
	free(s->pool);
	free(s->start);
	free(s->slot);
}

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ (h >> 29);
}

static uint32_t
hash_ids(uint64_t seed, const ws_id *ids, size_t n)
{
	uint64_t h = mix(seed, n);
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		h = mix(h, (uint64_t)ids[i] << 32 | ids[i + 1]);
	if (i < n)
		h = mix(h, ids[i]);
	h = mix(h, seed);
	return (uint32_t)(h >> 32);
}

static bool
stack_is(const struct stacks *s, ws_id id, const ws_id *ids, size_t n)
{
	const ws_id *frames = s->pool + s->start[id - 1];

	return frames[-1] == n && memcmp(frames, ids, n * sizeof *ids) == 0;
}

static void
grow_slots(struct stacks *s)
{
	struct stack_slot *old = s->slot;
	size_t n = s->n_slots, mask = 2 * n - 1, at;

	s->n_slots = 2 * n;
	s->slot = ws_alloc_array(s->n_slots, sizeof *s->slot);
	for (size_t i = 0; i < n; i++) {
		if (old[i].id == 0)
			continue;
		for (at = old[i].hash & mask; s->slot[at].id != 0;)
			at = (at + 1) & mask;
		s->slot[at] = old[i];
	}
	free(old);
}

static ws_id
append_stack(struct stacks *s, const ws_id *ids, size_t n)
{
	s->pool =
	    ws_grow(s->pool, &s->pool_cap, s->pool_n + 1 + n, sizeof *s->pool);
	s->start = ws_grow(s->start, &s->start_cap, s->n + 1, sizeof *s->start);
	s->pool[s->pool_n++] = (ws_id)n;
	memcpy(s->pool + s->pool_n, ids, n * sizeof *ids);
	s->start[s->n] = s->pool_n;
	s->pool_n += n;
	return (ws_id)++s->n;
}

struct ws_dict *
ws_dict_new(void)
{
	static const char *const known[] = {
#define WS_NAME(id, text, help) text,
#include "model/names.def"
#undef WS_NAME
	};
	struct ws_dict *d = ws_alloc(sizeof *d);

	d->strs = ws_htab_new();
	d->frames = ws_htab_new();
	d->clocks = ws_htab_new();
	d->headings = ws_htab_new();
	stacks_init(&d->stacks);
	d->symtab = ws_symtab_new();
	for (size_t i = 0; i < WS_LEN(known); i++)
		ws_dict_cstr(d, known[i]);
	assert(ws_htab_count(d->strs) == WS_N_COUNT_OF - 1);
	return d;
}

void
ws_dict_free(struct ws_dict *d)
{
	if (d == NULL)
		return;
	ws_htab_free(d->strs);
	ws_htab_free(d->frames);
	ws_htab_free(d->clocks);
	ws_htab_free(d->headings);
	stacks_fini(&d->stacks);
	ws_symtab_free(d->symtab);
	free(d);
}

ws_id
ws_dict_str(struct ws_dict *d, struct ws_sv s)
{
	return s.n == 0 ? 0 : ws_htab_put(d->strs, s.p, s.n, NULL) + 1;
}

ws_id
ws_dict_cstr(struct ws_dict *d, const char *s)
{
	return ws_dict_str(d, ws_sv_of(s));
}

ws_id
ws_dict_thread(struct ws_dict *d, struct ws_sv tid, struct ws_sv name)
{
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_puts(&b, "?/");
	ws_buf_putsv(&b, tid.n > 0 ? tid : WS_SV("?"));
	ws_buf_putc(&b, ' ');
	ws_buf_putsv(&b, name);
	id = ws_dict_str(d, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

struct ws_sv
ws_dict_text(const struct ws_dict *d, ws_id id)
{
	assert(id <= ws_htab_count(d->strs));
	return id == 0 ? WS_SV("") : ws_htab_key(d->strs, id - 1);
}

size_t
ws_dict_strings(const struct ws_dict *d)
{
	return ws_htab_count(d->strs);
}

ws_id
ws_dict_frame(struct ws_dict *d, const struct ws_frame *f)
{
	struct ws_frame key;

	/* Keys are compared as bytes, so the padding has to be zero. */
	memset(&key, 0, sizeof key);
	key.func = f->func;
	key.file = f->file;
	key.mapping = f->mapping;
	key.line = f->line;
	key.addr = f->addr;
	key.inlined = f->inlined;
	key.exact = f->exact;
	return ws_htab_put(d->frames, &key, sizeof key, NULL) + 1;
}

const struct ws_frame *
ws_dict_get_frame(const struct ws_dict *d, ws_id id)
{
	static const struct ws_frame none;

	assert(id <= ws_htab_count(d->frames));
	if (id == 0)
		return &none;
	return (const void *)ws_htab_key(d->frames, id - 1).p;
}

size_t
ws_dict_frames(const struct ws_dict *d)
{
	return ws_htab_count(d->frames);
}

ws_id
ws_dict_stack(struct ws_dict *d, const ws_id *frames, size_t n)
{
	struct stacks *s = &d->stacks;
	struct stack_slot *slot;
	uint32_t hash;
	size_t at;

	assert(n <= UINT32_MAX);
	if (n == 0)
		return 0;
	/* At most three quarters full. */
	if (s->n + 1 > s->n_slots - s->n_slots / 4)
		grow_slots(s);
	hash = hash_ids(s->seed, frames, n);
	for (at = hash;; at++) {
		slot = &s->slot[at & (s->n_slots - 1)];
		if (slot->id == 0)
			break;
		if (slot->hash == hash && stack_is(s, slot->id, frames, n))
			return slot->id;
	}
	*slot = (struct stack_slot){ hash, append_stack(s, frames, n) };
	return slot->id;
}

size_t
ws_dict_get_stack(const struct ws_dict *d, ws_id id, const ws_id **frames)
{
	const struct stacks *s = &d->stacks;

	assert(id <= s->n);
	*frames = s->pool;
	if (id == 0)
		return 0;
	*frames += s->start[id - 1];
	return (*frames)[-1];
}

size_t
ws_dict_stacks(const struct ws_dict *d)
{
	return d->stacks.n;
}

struct ws_symtab *
ws_dict_symtab(struct ws_dict *d)
{
	return d->symtab;
}

ws_id
ws_dict_clock(struct ws_dict *d, const struct ws_clock *c)
{
	struct ws_clock key;

	memset(&key, 0, sizeof key);
	key.kind = c->kind;
	key.how = c->how;
	key.ns_per_tick = c->ns_per_tick;
	key.offset = c->offset;
	key.resolution = c->resolution;
	return ws_htab_put(d->clocks, &key, sizeof key, NULL) + 1;
}

const struct ws_clock *
ws_dict_get_clock(const struct ws_dict *d, ws_id id)
{
	static const struct ws_clock none;

	assert(id <= ws_htab_count(d->clocks));
	if (id == 0)
		return &none;
	return (const void *)ws_htab_key(d->clocks, id - 1).p;
}

/* Sinks look for these among all counters, and not in rows. */
static bool
is_for_rows(ws_id name)
{
	return name != WS_N_CAPTURE_DURATION && name != WS_N_CAPTURE_PERIOD &&
	       name != WS_N_GO_MAXPROCS && name != WS_N_HEAP_ALLOC &&
	       name != WS_N_HOST_UPTIME;
}

const struct ws_heading *
ws_dict_heading(
    struct ws_dict *d, const struct ws_heading_series *series, size_t n)
{
	uint32_t key[1 + 2 * WS_ROW_MAX], i;

	assert(n <= WS_ROW_MAX);
	key[0] = (uint32_t)n;
	for (i = 0; i < n; i++) {
		assert(is_for_rows(series[i].name));
		key[1 + 2 * i] = series[i].name;
		key[2 + 2 * i] = series[i].unit;
	}
	i = ws_htab_put(d->headings, key, (1 + 2 * n) * sizeof key[0], NULL);
	return (const void *)ws_htab_key(d->headings, i).p;
}
