#include "model/symtab.h"

#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"

enum { NAME_MAX_LEN = 16 << 10 };

struct ws_symtab {
	struct ws_arena *arena;
	struct ws_symbols *table;
	size_t n, cap;
	struct ws_htab *mappings;
	struct ws_mapped *mapped; /* by index of the mapping */
	size_t cap_mapped;
};

bool
ws_build_id_eq(const struct ws_build_id *a, const struct ws_build_id *b)
{
	return a->n == b->n && memcmp(a->id, b->id, a->n) == 0;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
ws_build_id_parse(struct ws_build_id *b, struct ws_sv hex)
{
	int hi, lo;

	b->n = 0;
	if (hex.n < 2 || hex.n % 2 != 0 || hex.n / 2 > WS_BUILD_ID_MAX)
		return false;
	for (size_t i = 0; i < hex.n; i += 2) {
		hi = hex_digit(hex.p[i]);
		lo = hex_digit(hex.p[i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		b->id[i / 2] = (uint8_t)(hi << 4 | lo);
	}
	b->n = (uint8_t)(hex.n / 2);
	return true;
}

struct ws_symtab *
ws_symtab_new(void)
{
	struct ws_symtab *t = ws_alloc(sizeof(*t));

	t->arena = ws_arena_new();
	t->mappings = ws_htab_new();
	return t;
}

void
ws_symtab_free(struct ws_symtab *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->table[i].symbol);
		free(t->table[i].load);
		ws_inlines_fini(&t->table[i].inlines);
		ws_buf_fini(&t->table[i].text);
	}
	free(t->table);
	free(t->mapped);
	ws_htab_free(t->mappings);
	ws_arena_free(t->arena);
	free(t);
}

struct ws_symbols *
ws_symtab_add(
    struct ws_symtab *t, struct ws_sv artifact, enum ws_symbols_from from)
{
	t->table = ws_grow(t->table, &t->cap, t->n + 1, sizeof(*t->table));
	t->table[t->n] =
	    (struct ws_symbols){ .artifact = ws_arena_dup(t->arena, artifact),
		    .from = from };
	return &t->table[t->n++];
}

static void
add_symbol(struct ws_symbols *s, uint64_t addr, uint64_t size, uint32_t name)
{
	struct ws_symbol *y;

	s->symbol = ws_grow(s->symbol, &s->cap, s->n + 1, sizeof(*y));
	y = &s->symbol[s->n++];
	y->addr = addr;
	y->size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
	y->name = name;
}

void
ws_symbols_put(
    struct ws_symbols *s, uint64_t addr, uint64_t size, struct ws_sv name)
{
	uint32_t at;

	if (name.n == 0 || name.n > NAME_MAX_LEN || s->n == UINT32_MAX ||
	    !ws_symbols_text(s, name, &at))
		return;
	if (ws_sv_is(name, "_text"))
		s->at_text = addr;
	else if (ws_sv_is(name, "_stext"))
		s->at_stext = addr;
	add_symbol(s, addr, size, at);
}

bool
ws_symbols_text(struct ws_symbols *s, struct ws_sv names, uint32_t *at)
{
	if (names.n >= UINT32_MAX || s->text.n >= UINT32_MAX - names.n ||
	    (s->room > 0 && s->text.n + names.n > s->room))
		return false;
	*at = (uint32_t)s->text.n;
	ws_buf_putsv(&s->text, names);
	ws_buf_putc(&s->text, '\0');
	return true;
}

/* The name at a place of the text; empty when it has none or too long a one. */
static struct ws_sv
text_at(const struct ws_symbols *s, uint32_t at)
{
	struct ws_sv name = ws_sv_from(ws_buf_sv(&s->text), at);
	const char *nul;

	if (name.n > NAME_MAX_LEN)
		name.n = NAME_MAX_LEN;
	nul = name.n > 0 ? memchr(name.p, '\0', name.n) : NULL;
	name.n = nul == NULL ? 0 : (size_t)(nul - name.p);
	return name;
}

void
ws_symbols_put_at(
    struct ws_symbols *s, uint64_t addr, uint64_t size, uint32_t name)
{
	if (s->n < UINT32_MAX && name < s->text.n && s->text.p[name] != '\0')
		add_symbol(s, addr, size, name);
}

struct ws_sv
ws_symbols_name(const struct ws_symbols *s, const struct ws_symbol *y)
{
	return text_at(s, y->name);
}

size_t
ws_symbols_inlined(
    const struct ws_symbols *s, uint64_t addr, struct ws_sv *names, size_t max)
{
	const struct ws_inlines *in = &s->inlines;
	uint32_t call;
	size_t n = 0;

	if (addr < s->lo || addr >= s->hi || addr - s->lo > UINT32_MAX)
		return 0;
	/* Parents come before: this ends. */
	call = ws_inlines_at(in, (uint32_t)(addr - s->lo));
	for (; call != 0 && n < max; call = in->call[call - 1].parent) {
		names[n] = text_at(s, in->call[call - 1].name);
		n += names[n].n > 0;
	}
	return n;
}

void
ws_symbols_load(struct ws_symbols *s, struct ws_load load)
{
	s->load = ws_grow(s->load, &s->cap_load, s->n_load + 1, sizeof(load));
	s->load[s->n_load++] = load;
}

/* The order of names is that of putting. */
static int
compare(const void *a, const void *b)
{
	const struct ws_symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

void
ws_symbols_finish(struct ws_symbols *s)
{
	size_t n = 0;

	if (s->n > 1)
		qsort(s->symbol, s->n, sizeof(*s->symbol), compare);
	for (size_t i = 0; i < s->n; i++)
		if (n == 0 || s->symbol[n - 1].addr != s->symbol[i].addr)
			s->symbol[n++] = s->symbol[i];
		else if (s->last_wins)
			s->symbol[n - 1] = s->symbol[i];
	s->n = n;
}

/* The nearest symbol at or before lo - 1 that the address is in: a function
 * may have another entry inside. */
static const struct ws_symbol *
within(const struct ws_symbols *s, size_t lo, uint64_t addr)
{
	enum { ENTRIES = 8 };

	for (size_t i = lo; i > 0 && lo - i < ENTRIES; i--) {
		const struct ws_symbol *y = &s->symbol[i - 1];

		if (addr - y->addr < y->size)
			return y;
	}
	return NULL;
}

const struct ws_symbol *
ws_symbols_find(const struct ws_symbols *s, uint64_t addr)
{
	size_t lo = 0, hi = s->n, mid;
	const struct ws_symbol *y;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->symbol[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return NULL;
	y = &s->symbol[lo - 1];
	if (y->size != 0)
		return within(s, lo, addr);
	/* Nothing bounds the last one. */
	return lo < s->n ? y : NULL;
}

size_t
ws_symtab_count(const struct ws_symtab *t)
{
	return t->n;
}

const struct ws_symbols *
ws_symtab_get(const struct ws_symtab *t, size_t i)
{
	return &t->table[i];
}

void
ws_symtab_map(struct ws_symtab *t, const struct ws_mapped *m)
{
	bool is_new;
	uint32_t i =
	    ws_htab_put(t->mappings, &m->mapping, sizeof(m->mapping), &is_new);
	struct ws_mapped *to;

	if (is_new) {
		t->mapped = ws_grow(
		    t->mapped, &t->cap_mapped, (size_t)i + 1, sizeof(*to));
		t->mapped[i] = *m;
		return;
	}
	to = &t->mapped[i];
	if (to->build_id.n == 0)
		to->build_id = m->build_id;
	else if (m->build_id.n > 0 &&
		 !ws_build_id_eq(&to->build_id, &m->build_id))
		to->conflict = true;
	if (to->reference == 0) {
		to->reference = m->reference;
		to->symbol = m->symbol;
	}
	if (m->reference != 0 && m->reference != to->reference)
		to->conflict = true;
	to->is_kernel |= m->is_kernel;
}

const struct ws_mapped *
ws_symtab_mapped(const struct ws_symtab *t, uint32_t mapping)
{
	uint32_t i = ws_htab_get(t->mappings, &mapping, sizeof(mapping));

	return i == WS_HTAB_NONE ? NULL : &t->mapped[i];
}
