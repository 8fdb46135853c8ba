/*
 * Call chains to stacks.  A recording has far fewer distinct chains than
 * samples, so a chain is looked up as it stands in the file, with the address
 * space that it is of; only a new one is taken apart.
 *
 * Chains are known by 96 bits of a hash and not kept: comparing the bytes took
 * half of the time, as each is cold in the cache.  Two have the same hash with a
 * chance of 2^-64 or less; the seed keeps a file from being made for it.  With
 * 96 bits and the stack an entry is 16 bytes, and a look-up one line of the
 * cache.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/fold.h"
#include "base/mem.h"
#include "perf_data_sample.h"

/* Marks in chains: values from -4095 on are none of addresses. */
#define CONTEXT_MAX          ((uint64_t)-4095)
#define CONTEXT_HV           ((uint64_t)-32)
#define CONTEXT_KERNEL       ((uint64_t)-128)
#define CONTEXT_USER         ((uint64_t)-512)
#define CONTEXT_GUEST        ((uint64_t)-2048)
#define CONTEXT_GUEST_KERNEL ((uint64_t)-2176)
#define CONTEXT_GUEST_USER   ((uint64_t)-2560)

enum {
	FIRST_SLOTS = 1 << 10,
	PLACES = 1 << 15, /* places that are remembered */
	WORD = 8
};

enum mode {
	MODE_UNKNOWN,
	MODE_KERNEL,
	MODE_USER,
	MODE_HYPERVISOR,
	MODE_GUEST_KERNEL,
	MODE_GUEST_USER
};

/* A known chain; free while a is 0. */
struct chain {
	uint64_t a;
	uint32_t b;
	ws_id stack;
};

struct place {
	uint64_t ip;
	struct pd_space_at at;
	ws_id frame; /* 0: free */
};

struct pd_stacks {
	struct pd *d;
	struct chain *slot;
	size_t n, n_slots; /* a power of two */
	uint64_t seed[2];
	unsigned char *made; /* a chain that is not in the file as it is */
	size_t n_made, cap_made;
	ws_id *frames;
	size_t cap_frames;
	struct place place[PLACES];
	struct pd_space_at user, kernel;
	ws_id kernel_name, guest_name, hypervisor_name;
};

struct pd_stacks *
pd_stacks_new(struct pd *d)
{
	struct pd_stacks *t = ws_alloc(sizeof(*t));
	struct ws_dict *dict = d->sink->dict;

	t->d = d;
	t->n_slots = FIRST_SLOTS;
	t->slot = ws_alloc_array(t->n_slots, sizeof(*t->slot));
	if (getentropy(t->seed, sizeof(t->seed)) != 0)
		t->seed[0] = t->seed[1] = (uintptr_t)t;
	t->kernel_name = ws_dict_cstr(dict, "[kernel.kallsyms]");
	t->guest_name = ws_dict_cstr(dict, "[guest.kernel.kallsyms]");
	t->hypervisor_name = ws_dict_cstr(dict, "[hypervisor]");
	return t;
}

void
pd_stacks_free(struct pd_stacks *t)
{
	if (t == NULL)
		return;
	free(t->slot);
	free(t->made);
	free(t->frames);
	free(t);
}

static enum mode
mode_of_mark(uint64_t mark)
{
	switch (mark) {
	case CONTEXT_HV:
		return MODE_HYPERVISOR;
	case CONTEXT_KERNEL:
		return MODE_KERNEL;
	case CONTEXT_USER:
		return MODE_USER;
	case CONTEXT_GUEST:
	case CONTEXT_GUEST_USER:
		return MODE_GUEST_USER;
	case CONTEXT_GUEST_KERNEL:
		return MODE_GUEST_KERNEL;
	default:
		return MODE_UNKNOWN;
	}
}

static struct pd_place
place_of(struct pd_stacks *t, uint64_t ip, enum mode mode)
{
	struct pd_place p = { .addr = ip };

	if (mode == MODE_USER)
		return pd_maps_find(t->d->maps, t->user, ip);
	if (mode == MODE_KERNEL) {
		p = pd_maps_find(t->d->maps, t->kernel, ip);
		if (p.mapping == 0)
			p.mapping = t->kernel_name;
	} else if (mode == MODE_GUEST_KERNEL) {
		p.mapping = t->guest_name;
	} else if (mode == MODE_HYPERVISOR) {
		p.mapping = t->hypervisor_name;
	}
	return p;
}

static ws_id
frame_of(struct pd_stacks *t, uint64_t ip, enum mode mode)
{
	struct pd_space_at at = mode == MODE_USER ? t->user : t->kernel;
	struct place *hint =
	    &t->place[(ip * UINT64_C(0x9e3779b97f4a7c15) >> 40) % PLACES];
	struct ws_frame f = { .func = 0 };
	struct pd_place p;
	ws_id frame;
	/* These share the hints: their spaces differ. */
	bool hinted = mode == MODE_USER || mode == MODE_KERNEL;

	if (hinted && hint->frame != 0 && hint->ip == ip &&
	    hint->at.space == at.space && hint->at.epoch == at.epoch)
		return hint->frame;
	p = place_of(t, ip, mode);
	f.addr = p.addr;
	f.mapping = p.mapping;
	f.func = p.func;
	frame = ws_dict_frame(t->d->sink->dict, &f);
	if (hinted)
		*hint = (struct place){ ip, at, frame };
	return frame;
}

/* The stack of n bytes of chain. */
static ws_id
make_stack(struct pd_stacks *t, const unsigned char *p, size_t n)
{
	enum mode mode = MODE_USER;
	size_t depth = (size_t)t->d->limits->depth, frames = 0;
	struct pd_in in = pd_in(t->d, p, n);

	t->frames = ws_grow(
	    t->frames, &t->cap_frames, n / WORD + 1, sizeof(*t->frames));
	while (pd_left(&in) >= WORD && frames < depth) {
		uint64_t ip = pd_u64(&in);

		if (ip < CONTEXT_MAX) {
			t->frames[frames++] = frame_of(t, ip, mode);
			continue;
		}
		mode = mode_of_mark(ip);
	}
	return ws_dict_stack(t->d->sink->dict, t->frames, frames);
}

/* Two words a step, and two steps at a time, as multiplications wait for each
 * other.  Both factors depend on the seed: who could make one of them 0 could
 * make the other not matter. */
static struct pd_chain
hash_chain(const struct pd_stacks *t, const unsigned char *p, size_t n)
{
	struct pd_chain c = {
		.p = p, .n = n, .user = t->user, .kernel = t->kernel
	};
	const uint64_t s0 = t->seed[0], s1 = t->seed[1];
	uint64_t a = s0 ^ ((uint64_t)t->user.space << 32 | t->user.epoch),
		 b = s1 ^ (t->kernel.epoch ^ (uint64_t)n << 32);

	for (; n >= 4 * WORD; n -= 4 * WORD, p += 4 * WORD) {
		a = ws_fold(
		    pd_load64(p, false) ^ a, pd_load64(p + WORD, false) ^ s1);
		b = ws_fold(pd_load64(p + 2 * WORD, false) ^ b,
		    pd_load64(p + 3 * WORD, false) ^ s0);
	}
	for (; n >= WORD; n -= WORD, p += WORD)
		a = ws_fold(pd_load64(p, false) ^ a, s1);
	/* All of it depends on both. */
	c.a = ws_fold(a ^ s1, b ^ s0) | 1;
	c.b = (uint32_t)ws_fold(b ^ s1, a ^ c.a);
	return c;
}

static size_t
slot_at(const struct pd_stacks *t, uint64_t hash)
{
	return (size_t)(hash >> 1) & (t->n_slots - 1);
}

static struct chain *
find_slot(const struct pd_stacks *t, const struct chain *c)
{
	size_t at = slot_at(t, c->a);

	while (t->slot[at].a != 0 &&
	       (t->slot[at].a != c->a || t->slot[at].b != c->b))
		at = (at + 1) & (t->n_slots - 1);
	return &t->slot[at];
}

static void
grow_slots(struct pd_stacks *t)
{
	struct chain *old = t->slot;
	size_t n = t->n_slots;

	t->n_slots *= 2;
	t->slot = ws_alloc_array(t->n_slots, sizeof(*t->slot));
	for (size_t i = 0; i < n; i++)
		if (old[i].a != 0)
			*find_slot(t, &old[i]) = old[i];
	free(old);
}

ws_id
pd_stack_of(struct pd_stacks *t, const struct pd_chain *chain)
{
	struct chain c = { chain->a, chain->b, chain->stack }, *slot;

	if (chain->p == NULL)
		return c.stack;
	if (t->n + 1 > t->n_slots - t->n_slots / 4)
		grow_slots(t);
	slot = find_slot(t, &c);
	if (slot->a == 0) {
		t->user = chain->user;
		t->kernel = chain->kernel;
		c.stack = make_stack(t, chain->p, chain->n);
		*slot = c;
		t->n++;
	}
	return slot->stack;
}

static uint64_t
mark_of(unsigned mode)
{
	switch (mode) {
	case MODE_KERNEL:
		return CONTEXT_KERNEL;
	case MODE_HYPERVISOR:
		return CONTEXT_HV;
	case MODE_GUEST_KERNEL:
		return CONTEXT_GUEST_KERNEL;
	case MODE_GUEST_USER:
		return CONTEXT_GUEST_USER;
	default:
		return CONTEXT_USER;
	}
}

static bool
has_address(struct pd_in in)
{
	while (pd_left(&in) >= WORD)
		if (pd_u64(&in) < CONTEXT_MAX)
			return true;
	return false;
}

static void
put_word(struct pd_stacks *t, uint64_t v)
{
	unsigned char *p;

	t->made = ws_grow(t->made, &t->cap_made, t->n_made + WORD, 1);
	p = t->made + t->n_made;
	for (unsigned i = 0; i < WORD; i++)
		p[t->d->big ? WORD - 1 - i : i] = (unsigned char)(v >> 8 * i);
	t->n_made += WORD;
}

/* Without a chain, the sampled address; with a dump of the user's stack, whose
 * chain is the kernel's alone, the user's address behind that. */
static struct pd_chain
make_chain(struct pd_stacks *t, const struct pd_sample *s, bool has_chain)
{
	struct pd_in in = s->chain;
	struct pd_chain c = { .p = NULL };

	t->n_made = 0;
	while (has_chain && pd_left(&in) >= WORD)
		put_word(t, pd_u64(&in));
	if (!has_chain && (s->attr->sample_type & PD_IP)) {
		put_word(t, mark_of(s->mode));
		put_word(t, s->ip);
	}
	if (s->user_ip != 0 && (t->n_made == 0 || s->mode == MODE_KERNEL)) {
		put_word(t, CONTEXT_USER);
		put_word(t, s->user_ip);
	}
	if (t->n_made == 0)
		return c;
	/* At once, as the next one is made in the same place. */
	c = hash_chain(t, t->made, t->n_made);
	c.stack = pd_stack_of(t, &c);
	c.p = NULL;
	return c;
}

struct pd_chain
pd_chain_of(struct pd_stacks *t, const struct pd_sample *s)
{
	uint64_t time = t->d->has_time ? s->time : s->seq;
	struct pd_maps *maps = t->d->maps;
	bool has_chain = has_address(s->chain);
	struct pd_chain c;

	t->user = pd_maps_space(maps, s->pid, time);
	t->kernel = pd_maps_space(maps, (uint32_t)PD_KERNEL_PID, time);
	if (!has_chain || s->user_ip != 0)
		return make_chain(t, s, has_chain);
	c = hash_chain(t, s->chain.p, pd_left(&s->chain));
	ws_prefetch(&t->slot[slot_at(t, c.a)]);
	return c;
}
