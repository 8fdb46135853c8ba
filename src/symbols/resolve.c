#include "symbols/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "model/symtab.h"

enum {
	TABLES_MAX = 8,
	INLINED_MAX = 64, /* functions in one another at one address */
	SEVERAL = 1u << 31,
	RESUMES = 1 << 30, /* its caller goes on where it was interrupted */
	/* How many frames inlining may add to stacks: that many to each that
	 * they have, and so many more. */
	MORE_PER_FRAME = 4,
	MORE_FREE = 4 << 20
};

/* Which tables name the addresses of a mapping, best first. */
struct chosen {
	ws_id mapping;
	enum ws_refusal why;
	const struct ws_symbols *table[TABLES_MAX];
	size_t n;
	const struct ws_symbols *segments; /* offsets to addresses, or NULL */
	bool absolute;  /* symbols have run-time addresses, but for: */
	uint64_t slide; /* is taken off addresses */
};

struct lent_key {
	uint64_t addr;
	ws_id mapping, zero;
};

/* What is at an address: a function, and what was put into it in place of
 * calls, innermost first. */
struct place {
	struct ws_sv name; /* empty: not known */
	struct ws_sv inlined[INLINED_MAX];
	size_t n_inlined;
	bool foreign; /* in a Go program, and not in its Go code */
};

enum where { IN_KERNEL = 1, IN_USER };

struct ws_resolver {
	struct ws_dict *dict;
	struct ws_symtab *symtab;
	struct ws_htab *mappings;
	struct chosen *chosen; /* by index of the mapping */
	size_t cap_chosen;
	struct ws_htab *lent;
	ws_id *lent_func; /* by index of the key */
	size_t cap_lent;
	/* By frame: what it became as an innermost one, and as a caller: a
	 * frame, or with SEVERAL where in `several` they are; both with RESUMES
	 * where that is so. */
	uint32_t *frame[2];
	ws_id *several; /* a number and as many frames, and so on */
	size_t n_several, cap_several;
	uint64_t more, more_room; /* frames that inlining added, and may */
	uint8_t *where; /* by frame: 0 not known yet, else enum where */
	size_t n_frames;
	ws_id *stack; /* by stack: what it became, or 0 */
	size_t n_stacks;
	ws_id *buf;
	size_t cap_buf;
};

/* Other artifacts that show the same address with its function. */
static void
borrow(struct ws_resolver *r)
{
	for (size_t i = 1; i <= r->n_frames; i++) {
		const struct ws_frame *f = ws_dict_get_frame(r->dict, (ws_id)i);
		struct lent_key key = { f->addr, f->mapping, 0 };
		bool is_new;
		uint32_t k;

		if (f->func == 0 || f->addr == 0 || f->mapping == 0 ||
		    f->inlined)
			continue;
		k = ws_htab_put(r->lent, &key, sizeof(key), &is_new);
		if (!is_new)
			continue;
		r->lent_func = ws_grow(r->lent_func, &r->cap_lent,
		    (size_t)k + 1, sizeof(*r->lent_func));
		r->lent_func[k] = f->func;
	}
}

struct ws_resolver *
ws_resolver_new(struct ws_dict *d)
{
	struct ws_resolver *r = ws_alloc(sizeof(*r));

	r->dict = d;
	r->symtab = ws_dict_symtab(d);
	r->mappings = ws_htab_new();
	r->lent = ws_htab_new();
	r->n_frames = ws_dict_frames(d);
	r->n_stacks = ws_dict_stacks(d);
	r->more_room = MORE_FREE;
	for (int i = 0; i < 2; i++)
		r->frame[i] =
		    ws_alloc_array(r->n_frames + 1, sizeof(*r->frame[i]));
	r->where = ws_alloc_array(r->n_frames + 1, sizeof(*r->where));
	r->stack = ws_alloc_array(r->n_stacks + 1, sizeof(*r->stack));
	borrow(r);
	return r;
}

void
ws_resolver_free(struct ws_resolver *r)
{
	if (r == NULL)
		return;
	ws_htab_free(r->mappings);
	ws_htab_free(r->lent);
	free(r->chosen);
	free(r->lent_func);
	free(r->frame[0]);
	free(r->frame[1]);
	free(r->several);
	free(r->where);
	free(r->stack);
	free(r->buf);
	free(r);
}

static struct ws_sv
base_of(struct ws_sv path)
{
	size_t i;

	for (i = path.n; i > 0 && path.p[i - 1] != '/'; i--)
		;
	return ws_sv_from(path, i);
}

/* How many bytes at the end of two paths are the same whole parts. */
static size_t
same_end(struct ws_sv a, struct ws_sv b)
{
	size_t n = 0, whole = 0;

	while (n < a.n && n < b.n && a.p[a.n - n - 1] == b.p[b.n - n - 1])
		if (a.p[a.n - ++n] == '/')
			whole = n;
	return n == a.n || n == b.n ? n : whole;
}

static void
choose(struct chosen *c, const struct ws_symbols *t)
{
	if (c->n < TABLES_MAX)
		c->table[c->n++] = t;
	if (!t->is_debug && t->n_load > 0 && c->segments == NULL)
		c->segments = t;
}

static bool
is_of_file(const struct ws_symbols *t)
{
	return t->from == WS_SYMBOLS_ELF || t->from == WS_SYMBOLS_PCLNTAB;
}

/* All tables of the build.  What was stripped off knows the most, the list of
 * Go's functions comes last, as it knows neither C nor suffixes. */
static void
choose_build(
    struct ws_resolver *r, struct chosen *c, const struct ws_build_id *id)
{
	size_t n = ws_symtab_count(r->symtab);

	for (int pass = 0; pass < 3; pass++) {
		for (size_t i = 0; i < n; i++) {
			const struct ws_symbols *t =
			    ws_symtab_get(r->symtab, i);
			int rank = t->from == WS_SYMBOLS_PCLNTAB ? 2
				   : t->is_debug                 ? 0
								 : 1;

			if (rank == pass && is_of_file(t) &&
			    ws_build_id_eq(&t->build_id, id))
				choose(c, t);
		}
	}
}

/* Of the files with the mapping's name, the one whose path agrees most; NULL
 * with `unsure` when that is not one. */
static const char *
nearest_file(struct ws_resolver *r, struct ws_sv path, bool *unsure)
{
	size_t n = ws_symtab_count(r->symtab), best = 0;
	const char *artifact = NULL;

	*unsure = false;
	for (size_t i = 0; i < n; i++) {
		const struct ws_symbols *t = ws_symtab_get(r->symtab, i);
		struct ws_sv name = ws_sv_of(t->artifact);
		size_t same;

		if (!is_of_file(t) || t->is_debug ||
		    !ws_sv_eq(base_of(name), base_of(path)))
			continue;
		same = same_end(name, path);
		if (same > best) {
			best = same;
			artifact = t->artifact;
			*unsure = false;
		} else if (same == best && strcmp(artifact, t->artifact) != 0) {
			*unsure = true;
		}
	}
	return artifact;
}

/* Without a build id, the name has to do. */
static void
choose_name(struct ws_resolver *r, struct chosen *c, struct ws_sv path,
    const struct ws_build_id *wanted)
{
	size_t n = ws_symtab_count(r->symtab);
	const char *artifact;
	bool unsure;

	if (ws_sv_ends(path, " (deleted)"))
		path.n -= sizeof(" (deleted)") - 1;
	artifact = nearest_file(r, path, &unsure);
	if (artifact == NULL)
		return;
	if (wanted != NULL || unsure) {
		c->why =
		    wanted != NULL ? WS_REFUSED_BUILD_ID : WS_REFUSED_UNSURE;
		return;
	}
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			const struct ws_symbols *t =
			    ws_symtab_get(r->symtab, i);

			if (pass == (t->from == WS_SYMBOLS_PCLNTAB) &&
			    strcmp(t->artifact, artifact) == 0)
				choose(c, t);
		}
	}
}

static uint64_t
start_of(const struct ws_symbols *t, struct ws_sv symbol)
{
	if (ws_sv_is(symbol, "_text"))
		return t->at_text;
	return ws_sv_is(symbol, "_stext") ? t->at_stext : 0;
}

/*
 * A list of the kernel's symbols is of the same boot when the symbol that the
 * recording gives the address of is there; of the same kernel at another
 * address when the build id says so.
 */
static void
choose_kernel(struct ws_resolver *r, struct chosen *c)
{
	ws_id main = ws_dict_cstr(r->dict, "[kernel.kallsyms]");
	const struct ws_mapped *m = ws_symtab_mapped(r->symtab, main);
	size_t n = ws_symtab_count(r->symtab);

	if (m == NULL || m->conflict || m->symbol == 0) {
		c->why = m != NULL && m->conflict ? WS_REFUSED_UNSURE : c->why;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct ws_symbols *t = ws_symtab_get(r->symtab, i);
		bool same = t->build_id.n > 0 &&
			    ws_build_id_eq(&t->build_id, &m->build_id);
		uint64_t at;

		if (t->from != WS_SYMBOLS_KALLSYMS &&
		    !(t->from == WS_SYMBOLS_ELF && same && c->mapping == main))
			continue;
		at = start_of(t, ws_dict_text(r->dict, m->symbol));
		if (at != 0 && (same || at == m->reference)) {
			c->slide = m->reference - at;
			c->absolute = true;
			c->table[0] = t;
			c->n = 1;
			c->why = WS_REFUSED_NOT;
			return;
		}
		if (t->from == WS_SYMBOLS_KALLSYMS)
			c->why = WS_REFUSED_BUILD_ID;
	}
}

static bool
is_kernel(struct ws_sv mapping)
{
	static const char *const other[] = { "[vdso]", "[vsyscall]", "[guest",
		"[hypervisor", "[anon", "[heap", "[stack", "[unknown]" };

	if (mapping.n == 0 || mapping.p[0] != '[')
		return false;
	for (size_t i = 0; i < WS_LEN(other); i++)
		if (ws_sv_starts(mapping, other[i]))
			return false;
	return true;
}

/* "/tmp/perf-PID.map", also when the program wrote it elsewhere. */
static bool
choose_perf_map(struct ws_resolver *r, struct chosen *c, struct ws_sv path)
{
	size_t n = ws_symtab_count(r->symtab);

	if (!ws_sv_starts(path, "/tmp/perf-") || !ws_sv_ends(path, ".map"))
		return false;
	c->absolute = true;
	for (size_t i = 0; i < n; i++) {
		const struct ws_symbols *t = ws_symtab_get(r->symtab, i);

		if (t->from == WS_SYMBOLS_PERF_MAP &&
		    ws_sv_eq(base_of(ws_sv_of(t->artifact)), base_of(path)))
			choose(c, t);
	}
	return true;
}

static void
choose_tables(struct ws_resolver *r, struct chosen *c)
{
	struct ws_sv path = ws_dict_text(r->dict, c->mapping);
	const struct ws_mapped *m = ws_symtab_mapped(r->symtab, c->mapping);
	const struct ws_build_id *id =
	    m != NULL && m->build_id.n > 0 ? &m->build_id : NULL;

	if (is_kernel(path)) {
		choose_kernel(r, c);
		return;
	}
	if (choose_perf_map(r, c, path))
		return;
	if (m != NULL && m->conflict) {
		c->why = WS_REFUSED_UNSURE;
		return;
	}
	if (id != NULL)
		choose_build(r, c, id);
	if (c->n == 0)
		choose_name(r, c, path, id);
}

static struct chosen *
tables_of(struct ws_resolver *r, ws_id mapping)
{
	bool is_new;
	uint32_t i =
	    ws_htab_put(r->mappings, &mapping, sizeof(mapping), &is_new);

	if (is_new) {
		r->chosen = ws_grow(r->chosen, &r->cap_chosen, (size_t)i + 1,
		    sizeof(*r->chosen));
		r->chosen[i] = (struct chosen){ .mapping = mapping };
		choose_tables(r, &r->chosen[i]);
	}
	return &r->chosen[i];
}

bool
ws_resolver_mapping(const struct ws_resolver *r, size_t nth, ws_id *mapping,
    enum ws_refusal *why)
{
	if (nth >= ws_htab_count(r->mappings))
		return false;
	*mapping = r->chosen[nth].mapping;
	*why = r->chosen[nth].why;
	return true;
}

/* The offset in a file as an address that its symbols have. */
static bool
to_address(const struct chosen *c, uint64_t *at)
{
	if (c->absolute) {
		*at -= c->slide;
		return true;
	}
	if (c->segments == NULL)
		return false;
	for (size_t i = 0; i < c->segments->n_load; i++) {
		const struct ws_load *l = &c->segments->load[i];

		if (*at - l->off < l->size) {
			*at = *at - l->off + l->vaddr;
			return true;
		}
	}
	return false;
}

/* A symbol without size reaches as far as its table has nothing else, which
 * another may have: the entries of a PLT are not in what was stripped off. */
static bool
is_nearer(const struct ws_symbol *y, const struct ws_symbol *best)
{
	return best == NULL || (best->size == 0 && y->addr > best->addr);
}

/* The table of Go's functions knows what was inlined, also where the name is
 * from another. */
static void
look_up(const struct chosen *c, uint64_t addr, struct place *to)
{
	const struct ws_symbol *y, *best = NULL;
	uint64_t at = addr;

	*to = (struct place){ .n_inlined = 0 };
	if (!to_address(c, &at))
		return;
	for (size_t i = 0; i < c->n; i++) {
		const struct ws_symbols *t = c->table[i];

		if (t->from == WS_SYMBOLS_PCLNTAB &&
		    (at < t->lo || at >= t->hi)) {
			to->foreign = t->n > 0;
			continue;
		}
		y = ws_symbols_find(t, at);
		if (y == NULL)
			continue;
		if (is_nearer(y, best)) {
			best = y;
			to->name = ws_symbols_name(t, y);
		}
		if (to->n_inlined == 0)
			to->n_inlined =
			    ws_symbols_inlined(t, at, to->inlined, INLINED_MAX);
	}
}

static ws_id
foreign_name(struct ws_resolver *r, ws_id mapping)
{
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_puts(&b, "[C code in ");
	ws_buf_putsv(&b, base_of(ws_dict_text(r->dict, mapping)));
	ws_buf_putc(&b, ']');
	id = ws_dict_str(r->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

/* A function for an address that no table knows, or 0. */
static ws_id
other_name(
    struct ws_resolver *r, const struct ws_frame *f, bool caller, bool foreign)
{
	struct lent_key key = { f->addr, f->mapping, 0 };
	const struct ws_mapped *m = ws_symtab_mapped(r->symtab, f->mapping);
	uint32_t k;

	/* Two builds of one name do not lend to each other. */
	if (m == NULL || !m->conflict) {
		k = ws_htab_get(r->lent, &key, sizeof(key));
		/* Who has exact addresses shows the call. */
		key.addr -= caller;
		if (k == WS_HTAB_NONE && caller)
			k = ws_htab_get(r->lent, &key, sizeof(key));
		if (k != WS_HTAB_NONE)
			return r->lent_func[k];
	}
	return foreign ? foreign_name(r, f->mapping) : 0;
}

static void
add_several(struct ws_resolver *r, ws_id id)
{
	r->several = ws_grow(
	    r->several, &r->cap_several, r->n_several + 1, sizeof(*r->several));
	r->several[r->n_several++] = id;
}

/* Without the address, stacks that differ by lines are the same. */
static ws_id
frame_of(struct ws_resolver *r, ws_id mapping, struct ws_sv func, bool inlined)
{
	struct ws_frame f = { .mapping = mapping,
		.func = ws_dict_str(r->dict, func),
		.inlined = inlined };

	return ws_dict_frame(r->dict, &f);
}

static uint32_t
frames_of(struct ws_resolver *r, ws_id mapping, const struct place *p)
{
	size_t at = r->n_several;

	if (p->n_inlined == 0 || at >= RESUMES)
		return frame_of(r, mapping, p->name, false);
	add_several(r, (ws_id)p->n_inlined + 1);
	for (size_t i = 0; i < p->n_inlined; i++)
		add_several(r, frame_of(r, mapping, p->inlined[i], true));
	add_several(r, frame_of(r, mapping, p->name, false));
	return SEVERAL | (uint32_t)at;
}

/* Go's runtime makes signals look like calls of these. */
static bool
is_resuming(struct ws_sv name)
{
	static const char *const calls[] = { "runtime.asyncPreempt",
		"runtime.asyncPreempt.abi0", "runtime.sigpanic" };

	for (size_t i = 0; i < WS_LEN(calls); i++)
		if (ws_sv_is(name, calls[i]))
			return true;
	return false;
}

static uint32_t
name_frame(struct ws_resolver *r, ws_id id, bool caller)
{
	/* It moves when a frame is put. */
	struct ws_frame f = *ws_dict_get_frame(r->dict, id);
	struct ws_frame named = { .mapping = f.mapping };
	struct place p;

	if (f.func != 0 || f.mapping == 0)
		return id;
	caller = caller && !f.exact && f.addr > 0;
	look_up(tables_of(r, f.mapping), f.addr - caller, &p);
	if (p.name.n > 0)
		return frames_of(r, f.mapping, &p) |
		       (is_resuming(p.name) ? RESUMES : 0);
	named.func = other_name(r, &f, caller, p.foreign);
	return named.func == 0 ? id : ws_dict_frame(r->dict, &named);
}

static uint32_t
resolve_frame(struct ws_resolver *r, ws_id id, bool caller)
{
	if (id > r->n_frames)
		return id;
	if (r->frame[caller][id] == 0)
		r->frame[caller][id] = name_frame(r, id, caller);
	return r->frame[caller][id];
}

static bool
in_kernel(const struct ws_resolver *r, ws_id frame)
{
	ws_id mapping;

	if (frame > r->n_frames)
		return false;
	if (r->where[frame] == 0) {
		mapping = ws_dict_get_frame(r->dict, frame)->mapping;
		r->where[frame] = is_kernel(ws_dict_text(r->dict, mapping))
				      ? IN_KERNEL
				      : IN_USER;
	}
	return r->where[frame] == IN_KERNEL;
}

/* Appends what a frame became to the n of the stack, for which there is room;
 * how many there are. */
static size_t
append(struct ws_resolver *r, size_t n, uint32_t to)
{
	const ws_id *from = &to;
	size_t more = 1;

	if (to & SEVERAL) {
		from = &r->several[to & ~SEVERAL];
		more = *from++;
		r->more += more - 1;
		/* The function itself comes last. */
		if (r->more > r->more_room) {
			from += more - 1;
			more = 1;
		}
	}
	for (size_t i = 0; i < more; i++)
		r->buf[n + i] = from[i];
	return n + more;
}

ws_id
ws_resolver_stack(struct ws_resolver *r, ws_id stack)
{
	const ws_id *frames;
	size_t n = ws_dict_get_stack(r->dict, stack, &frames), out = 0;
	bool changed = false, kernel, was = false, resumes = true;
	uint32_t to;

	if (stack == 0 || stack > r->n_stacks)
		return stack;
	if (r->stack[stack] != 0)
		return r->stack[stack];
	r->more_room += n * MORE_PER_FRAME;
	for (size_t i = 0; i < n; i++) {
		kernel = in_kernel(r, frames[i]);
		to = resolve_frame(r, frames[i], !resumes && !(was && !kernel));
		resumes = (to & RESUMES) != 0;
		to &= ~(uint32_t)RESUMES;
		if (r->cap_buf - out <= INLINED_MAX)
			r->buf = ws_grow(r->buf, &r->cap_buf,
			    out + INLINED_MAX + 1, sizeof(*r->buf));
		out = append(r, out, to);
		changed |= to != frames[i];
		was = kernel;
	}
	return r->stack[stack] =
		   changed ? ws_dict_stack(r->dict, r->buf, out) : stack;
}
