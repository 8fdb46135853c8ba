#include "metrics/stacks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What "frame in group G under group O" asks. */
struct pair {
	uint32_t group, over;
};

struct ws_frames {
	const struct ws_dict *dict;
	struct ws_symset *symbols;
	uint32_t *set;        /* of a frame id */
	struct ws_gset *sets; /* distinct, but for the two reserved ones */
	size_t n_sets, cap_sets;
	struct ws_htab *known;    /* index + 1 = set */
	struct ws_gset any, leaf; /* groups that conditions ask for */
	struct pair *under;
	size_t n_under, cap_under;
};

/*
 * A kind's key, followed by a byte for each `under`.  Only groups that some
 * condition asks for are in it, so that kinds stay few.
 */
struct key {
	struct ws_gset any, leaf;
	uint64_t nameless; /* 1: frames, and no function among them */
};

static void
set_bit(struct ws_gset *s, uint32_t group)
{
	s->w[group / 64] |= (uint64_t)1 << (group % 64);
}

static void
join(struct ws_gset *to, const struct ws_gset *from)
{
	size_t i;

	for (i = 0; i < WS_LEN(to->w); i++)
		to->w[i] |= from->w[i];
}

static struct ws_gset
common(const struct ws_gset *a, const struct ws_gset *b)
{
	struct ws_gset s;
	size_t i;

	for (i = 0; i < WS_LEN(s.w); i++)
		s.w[i] = a->w[i] & b->w[i];
	return s;
}

static size_t
find_under(const struct ws_frames *f, uint32_t group, uint32_t over)
{
	size_t i;

	for (i = 0; i < f->n_under; i++)
		if (f->under[i].group == group && f->under[i].over == over)
			break;
	return i;
}

static void
add_under(struct ws_frames *f, const struct ws_cond *c)
{
	if (find_under(f, c->group, c->over) < f->n_under)
		return;
	f->under =
	    ws_grow(f->under, &f->cap_under, f->n_under + 1, sizeof(*f->under));
	f->under[f->n_under++] = (struct pair){ c->group, c->over };
}

static void
add_cond(struct ws_frames *f, const struct ws_cond *c)
{
	if (c == NULL)
		return;
	switch (c->op) {
	case WS_COND_ANY:
		set_bit(&f->any, c->group);
		break;
	case WS_COND_LEAF:
		set_bit(&f->leaf, c->group);
		break;
	case WS_COND_UNDER:
		add_under(f, c);
		break;
	case WS_COND_AND:
	case WS_COND_OR:
		add_cond(f, c->b);
		add_cond(f, c->a);
		break;
	case WS_COND_NOT:
		add_cond(f, c->a);
		break;
	}
}

static void
add_conds(struct ws_frames *f, const struct ws_queries *q)
{
	size_t i, k;

	for (i = 0; i < q->n_share; i++) {
		add_cond(f, q->share[i].where);
		add_cond(f, q->share[i].of);
	}
	for (i = 0; i < q->n_sites; i++)
		add_cond(f, q->sites[i].where);
	for (i = 0; i < q->n_account; i++)
		for (k = 0; k < q->account[i].n_leaf; k++)
			add_cond(f, q->account[i].leaf[k].where);
}

static uint32_t
add_set(struct ws_frames *f, const struct ws_gset *s)
{
	f->sets =
	    ws_grow(f->sets, &f->cap_sets, f->n_sets + 1, sizeof(*f->sets));
	f->sets[f->n_sets] = *s;
	return (uint32_t)f->n_sets++;
}

/* The set of a name. */
static uint32_t
classify(struct ws_frames *f, struct ws_sv name)
{
	static const struct ws_gset none;
	struct ws_gset s;
	uint32_t i;
	bool is_new;

	ws_symset_classify(f->symbols, name, &s);
	if (memcmp(&s, &none, sizeof(s)) == 0)
		return WS_SET_NONE;
	i = ws_htab_put(f->known, &s, sizeof(s), &is_new);
	return is_new ? add_set(f, &s) : i + WS_SET_UNKNOWN + 1;
}

/* A function without a name in a library that is known tells something: it is
 * "[libc.so.6]" then, as in `top`. */
static uint32_t
set_of_mapping(struct ws_frames *f, ws_id mapping)
{
	struct ws_sv s = ws_dict_text(f->dict, mapping);
	struct ws_buf b = { 0 };
	size_t slash = s.n;
	uint32_t set;

	while (slash > 0 && s.p[slash - 1] != '/')
		slash--;
	ws_buf_printf(&b, "[%.*s]", WS_SV_ARG(ws_sv_from(s, slash)));
	set = classify(f, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return set == WS_SET_NONE ? WS_SET_UNKNOWN : set;
}

static void
classify_frames(struct ws_frames *f)
{
	static const struct ws_gset none;
	struct ws_htab *funcs = ws_htab_new();
	uint32_t *set = NULL, k;
	size_t i, cap = 0, n = ws_dict_frames(f->dict);
	bool is_new;

	add_set(f, &none);
	add_set(f, &none);
	f->set = ws_alloc_array(n + 1, sizeof(*f->set));
	f->set[0] = WS_SET_UNKNOWN;
	for (i = 1; i <= n; i++) {
		const struct ws_frame *frame =
		    ws_dict_get_frame(f->dict, (ws_id)i);
		ws_id func = frame->func;

		f->set[i] = WS_SET_UNKNOWN;
		if (func == 0 && frame->mapping != 0)
			f->set[i] = set_of_mapping(f, frame->mapping);
		if (func == 0)
			continue;
		k = ws_htab_put(funcs, &func, sizeof(func), &is_new);
		if (is_new) {
			set = ws_grow(set, &cap, (size_t)k + 1, sizeof(*set));
			set[k] = classify(f, ws_dict_text(f->dict, func));
		}
		f->set[i] = set[k];
	}
	ws_htab_free(funcs);
	free(set);
}

struct ws_frames *
ws_frames_new(const struct ws_dict *d, const struct ws_queries *q,
    uint32_t go_version, struct ws_err *err)
{
	struct ws_symset *symbols = ws_symset_new(q, go_version, err);
	struct ws_frames *f;

	if (symbols == NULL)
		return NULL;
	f = ws_alloc(sizeof(*f));
	f->dict = d;
	f->symbols = symbols;
	f->known = ws_htab_new();
	add_conds(f, q);
	classify_frames(f);
	return f;
}

void
ws_frames_free(struct ws_frames *f)
{
	if (f == NULL)
		return;
	ws_symset_free(f->symbols);
	ws_htab_free(f->known);
	free(f->set);
	free(f->sets);
	free(f->under);
	free(f);
}

uint32_t
ws_frames_set_of(const struct ws_frames *f, ws_id frame)
{
	return f->set[frame];
}

uint32_t
ws_frames_sets(const struct ws_frames *f)
{
	return (uint32_t)f->n_sets;
}

const struct ws_gset *
ws_frames_set(const struct ws_frames *f, uint32_t set)
{
	return &f->sets[set];
}

/* A frame of the group nearer to the leaf than some frame of the other. */
static bool
is_under(const struct ws_frames *f, const struct pair *p, const ws_id *frame,
    size_t n)
{
	size_t i;
	bool seen = false;

	for (i = 0; i < n; i++) {
		const struct ws_gset *s = &f->sets[f->set[frame[i]]];

		if (seen && ws_gset_has(s, p->over))
			return true;
		seen |= ws_gset_has(s, p->group);
	}
	return false;
}

/* Fills the key of a stack; `key` has room for the bytes of `under`. */
static void
describe(const struct ws_frames *f, ws_id stack, unsigned char *bytes)
{
	struct ws_gset all = { 0 };
	struct key key = { 0 };
	const ws_id *frame;
	size_t i, n = ws_dict_get_stack(f->dict, stack, &frame);
	uint32_t last = WS_SET_NONE;

	key.nameless = n > 0;
	for (i = 0; i < n; i++) {
		uint32_t set = f->set[frame[i]];

		key.nameless &= set == WS_SET_UNKNOWN;
		if (set <= WS_SET_UNKNOWN || set == last)
			continue;
		join(&all, &f->sets[set]);
		last = set;
	}
	key.any = common(&all, &f->any);
	if (n > 0)
		key.leaf = common(&f->sets[f->set[frame[0]]], &f->leaf);
	memcpy(bytes, &key, sizeof(key));
	for (i = 0; i < f->n_under; i++)
		bytes[sizeof(key) + i] = ws_gset_has(&all, f->under[i].group) &&
					 ws_gset_has(&all, f->under[i].over) &&
					 is_under(f, &f->under[i], frame, n);
}

void
ws_stacks_init(
    struct ws_stacks *s, const struct ws_frames *f, const struct ws_profile *p)
{
	size_t i, size = sizeof(struct key) + f->n_under;
	unsigned char *bytes = ws_alloc(size);
	uint32_t k;
	bool is_new;

	*s = (struct ws_stacks){ .frames = f, .profile = p };
	s->kinds = ws_htab_new();
	s->kind = ws_alloc_array(p->n + 1, sizeof(*s->kind));
	for (i = 0; i < p->n; i++) {
		describe(f, p->entry[i].stack, bytes);
		k = ws_htab_put(s->kinds, bytes, size, &is_new);
		if (is_new) {
			s->value = ws_grow(s->value, &s->cap, (size_t)k + 1,
			    sizeof(*s->value));
			s->value[k] = 0;
		}
		s->kind[i] = k;
		s->value[k] += p->entry[i].value;
	}
	free(bytes);
}

void
ws_stacks_fini(struct ws_stacks *s)
{
	ws_htab_free(s->kinds);
	free(s->kind);
	free(s->value);
}

uint32_t
ws_stacks_kinds(const struct ws_stacks *s)
{
	return ws_htab_count(s->kinds);
}

static bool
meets(const struct ws_frames *f, const unsigned char *kind,
    const struct ws_cond *c)
{
	struct key key;

	switch (c->op) {
	case WS_COND_ANY:
		memcpy(&key, kind, sizeof(key));
		return ws_gset_has(&key.any, c->group);
	case WS_COND_LEAF:
		memcpy(&key, kind, sizeof(key));
		return ws_gset_has(&key.leaf, c->group);
	case WS_COND_UNDER:
		return kind[sizeof(key) + find_under(f, c->group, c->over)];
	case WS_COND_AND:
		return meets(f, kind, c->a) && meets(f, kind, c->b);
	case WS_COND_OR:
		return meets(f, kind, c->a) || meets(f, kind, c->b);
	case WS_COND_NOT:
		return !meets(f, kind, c->a);
	}
	return false;
}

double
ws_stacks_nameless(const struct ws_stacks *s)
{
	uint32_t k, n = ws_stacks_kinds(s);
	struct key key;
	double sum = 0;

	for (k = 0; k < n; k++) {
		memcpy(&key, ws_htab_key(s->kinds, k).p, sizeof(key));
		if (key.nameless)
			sum += s->value[k];
	}
	return sum;
}

bool
ws_stacks_meet(
    const struct ws_stacks *s, uint32_t kind, const struct ws_cond *c)
{
	const void *key = ws_htab_key(s->kinds, kind).p;

	return c == NULL || meets(s->frames, key, c);
}
