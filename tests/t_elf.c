/* ELF files, pclntabs, kallsyms, maps of JITs, and the names they give. */
#include "../parsers/elf_parts.h"
#include "base/mem.h"
#include "model/symtab.h"
#include "parse_mem.h"
#include "symbols/resolve.h"
#include "tap.h"

extern const struct ws_parser ws_parser_elf, ws_parser_kallsyms,
    ws_parser_perf_map, ws_parser_perf_data;

/* Parses a file of testdata into the dictionary of a bundle. */
struct bundle {
	struct ws_dict *dict;
	struct ws_arena *arena;
	struct ws_sink *sink;
	enum ws_status status;
};

static void
bundle_init(struct bundle *b)
{
	b->dict = ws_dict_new();
	b->arena = ws_arena_new();
	b->sink = ws_sink_new_null(b->dict);
	b->status = WS_OK;
}

static void
bundle_fini(struct bundle *b)
{
	ws_sink_free(b->sink);
	ws_arena_free(b->arena);
	ws_dict_free(b->dict);
}

static void
add_bytes(struct bundle *b, const struct ws_parser *parser, const char *name,
    const void *p, size_t n)
{
	struct ws_limits limits;
	struct ws_budget budget = { .limits = &limits };
	struct ws_err err = { .off = 0 };
	struct ws_stream *stream;
	struct ws_source *src;

	ws_limits_init(&limits);
	stream = ws_stream_new_mem(&budget, p, n);
	src = ws_source_new(stream, ws_sv_of(name), b->arena);
	b->status = parser->parse(src, b->sink, &err);
	ws_source_free(src);
	ws_stream_free(stream);
}

static void
add(struct bundle *b, const struct ws_parser *parser, const char *name,
    const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	add_bytes(b, parser, name, p == NULL ? "" : p, n);
	free(p);
}

/* The name of an address, or "". */
static const char *
name_of(struct bundle *b, const char *mapping, uint64_t addr)
{
	struct ws_frame f = { .mapping = ws_dict_cstr(b->dict, mapping),
		.addr = addr };
	ws_id frame = ws_dict_frame(b->dict, &f), stack, func;
	struct ws_resolver *r;
	const ws_id *v;

	stack = ws_dict_stack(b->dict, &frame, 1);
	r = ws_resolver_new(b->dict);
	stack = ws_resolver_stack(r, stack);
	ws_dict_get_stack(b->dict, stack, &v);
	func = ws_dict_get_frame(b->dict, v[0])->func;
	ws_resolver_free(r);
	return ws_dict_text(b->dict, func).p;
}

static enum ws_refusal
refusal(struct bundle *b, const char *mapping, uint64_t addr)
{
	struct ws_frame f = { .mapping = ws_dict_cstr(b->dict, mapping),
		.addr = addr };
	ws_id frame = ws_dict_frame(b->dict, &f), stack, which;
	enum ws_refusal why = WS_REFUSED_NOT;
	struct ws_resolver *r;

	stack = ws_dict_stack(b->dict, &frame, 1);
	r = ws_resolver_new(b->dict);
	ws_resolver_stack(r, stack);
	ws_resolver_mapping(r, 0, &which, &why);
	ws_resolver_free(r);
	return why;
}

static void
told_build(struct bundle *b, const char *mapping, const char *hex)
{
	struct ws_mapped m = { .mapping = ws_dict_cstr(b->dict, mapping) };

	ws_build_id_parse(&m.build_id, ws_sv_of(hex));
	ws_symtab_map(ws_dict_symtab(b->dict), &m);
}

static const char spin[] = "/srv/spin/spin",
		  right[] = "c1eacea510dd3ce8a77fb0a9b47ec90d4f8acc19",
		  wrong[] = "00eacea510dd3ce8a77fb0a9b47ec90d4f8acc19";

static void
test_programs(void)
{
	struct bundle b;

	bundle_init(&b);
	add(&b, &ws_parser_elf, "bin/other", "elf/program/input.elf");
	told_build(&b, spin, right);
	ok(b.status == WS_OK, "an ELF file");
	is_str(name_of(&b, spin, 0x11da), "leaf", "a name by build id");
	is_str(name_of(&b, spin, 0x11da + 0x100000), "", "not in the file");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_elf, "x/spin", "elf/program/input.elf");
	is_str(name_of(&b, spin, 0x11da), "leaf", "a name by path");
	told_build(&b, spin, wrong);
	is_str(name_of(&b, spin, 0x11db), "", "another build has no say");
	ok(refusal(&b, spin, 0x11dc) == WS_REFUSED_BUILD_ID, "which is told");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_elf, "a/spin", "elf/program/input.elf");
	add(&b, &ws_parser_elf, "b/spin", "elf/stripped/input.elf");
	is_str(name_of(&b, spin, 0x11da), "", "two files of the name");
	ok(refusal(&b, spin, 0x11dc) == WS_REFUSED_UNSURE, "are not sure");
	bundle_fini(&b);
}

static void
test_stripped(void)
{
	struct bundle b;

	bundle_init(&b);
	add(&b, &ws_parser_elf, "spin", "elf/stripped/input.elf");
	told_build(&b, spin, right);
	is_str(name_of(&b, spin, 0x11da), "", "without symbols, no name");
	add(&b, &ws_parser_elf, "usr/lib/debug/c1.debug",
	    "elf/debug/input.elf");
	is_str(name_of(&b, spin, 0x11db), "leaf", "what was stripped off");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_elf, "d.debug", "elf/debug/input.elf");
	told_build(&b, spin, right);
	is_str(name_of(&b, spin, 0x11da), "",
	    "that alone does not know where the code was in the file");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_elf, "spin", "elf/minidebug/input.elf");
	told_build(&b, spin, right);
	is_str(name_of(&b, spin, 0x11da), "leaf", "MiniDebugInfo");
	bundle_fini(&b);
}

/* A return address that is the first byte of the next function belongs to
 * the one before. */
static void
test_callers(void)
{
	struct ws_frame f = { .func = 0 };
	struct ws_symbols *s;
	struct ws_resolver *r;
	struct bundle b;
	ws_id v[2], stack;
	const ws_id *out;

	bundle_init(&b);
	s = ws_symtab_add(
	    ws_dict_symtab(b.dict), WS_SV("prog"), WS_SYMBOLS_ELF);
	ws_symbols_load(s, (struct ws_load){ 0, 0x1000, 0x400000 });
	ws_symbols_put(s, 0x400100, 0x100, WS_SV("first"));
	ws_symbols_put(s, 0x400200, 0x100, WS_SV("second"));
	ws_symbols_finish(s);
	f.mapping = ws_dict_cstr(b.dict, "/bin/prog");
	f.addr = 0x200;
	v[0] = v[1] = ws_dict_frame(b.dict, &f);
	stack = ws_dict_stack(b.dict, v, 2);
	r = ws_resolver_new(b.dict);
	ws_dict_get_stack(b.dict, ws_resolver_stack(r, stack), &out);
	is_str(ws_dict_text(b.dict, ws_dict_get_frame(b.dict, out[0])->func).p,
	    "second", "the innermost function is where it was");
	is_str(ws_dict_text(b.dict, ws_dict_get_frame(b.dict, out[1])->func).p,
	    "first", "a caller is where the call was");
	ws_resolver_free(r);
	bundle_fini(&b);
}

/* A program of one function with `depth` calls in one another at 0x10. */
static void
add_inlined(struct bundle *b, unsigned depth)
{
	struct ws_symbols *s = ws_symtab_add(
	    ws_dict_symtab(b->dict), WS_SV("prog"), WS_SYMBOLS_PCLNTAB);
	uint32_t call = 0, name;

	ws_symbols_load(s, (struct ws_load){ 0, 0x1000, 0x400000 });
	s->lo = 0x400000;
	s->hi = 0x400100;
	ws_symbols_put(s, s->lo, 0x100, WS_SV("main.outer"));
	for (unsigned i = 0; i < depth; i++) {
		char text[] = { 'a', (char)('0' + i % 64), '\0' };

		ws_symbols_text(s, ws_sv_of(text), &name);
		call = ws_inlines_call(
		    &s->inlines, (struct ws_call){ name, call });
	}
	ws_inlines_put(&s->inlines, 0x10, call);
	ws_inlines_put(&s->inlines, 0x20, 0);
	ws_symbols_finish(s);
}

static void
put_frame(struct ws_buf *b, const struct ws_dict *d, ws_id id)
{
	const struct ws_frame *f = ws_dict_get_frame(d, id);

	ws_buf_putsv(b, ws_dict_text(d, f->func));
	ws_buf_puts(b, f->inlined ? "<" : ";");
}

/* What is inlined at an address are frames; a caller's are those of the call
 * and not of what comes behind it. */
static void
test_inlined(void)
{
	struct ws_frame f = { .func = 0 };
	struct ws_buf text = { 0 };
	struct ws_resolver *r;
	struct bundle b;
	ws_id v[3];
	const ws_id *out;
	size_t n;

	bundle_init(&b);
	add_inlined(&b, 2);
	f.mapping = ws_dict_cstr(b.dict, "/bin/prog");
	f.addr = 0x20;
	v[0] = v[1] = ws_dict_frame(b.dict, &f);
	f.addr = 0x10;
	v[2] = ws_dict_frame(b.dict, &f);
	v[0] = ws_dict_stack(b.dict, v, 3);
	r = ws_resolver_new(b.dict);
	n = ws_dict_get_stack(b.dict, ws_resolver_stack(r, v[0]), &out);
	for (size_t i = 0; i < n; i++)
		put_frame(&text, b.dict, out[i]);
	is_str(text.p, "main.outer;a1<a0<main.outer;main.outer;",
	    "inlined functions are frames");
	ws_buf_fini(&text);
	ws_resolver_free(r);
	bundle_fini(&b);
}

/* Recordings whose every frame is many. */
static void
test_inlined_many(void)
{
	enum { STACKS = 80, DEPTH = 4000 };

	static ws_id v[DEPTH];
	struct ws_frame f = { .addr = 0x11 };
	struct ws_resolver *r;
	struct bundle b;
	size_t most = 0, all = 0, n;
	const ws_id *out;

	bundle_init(&b);
	add_inlined(&b, 200);
	f.mapping = ws_dict_cstr(b.dict, "/bin/prog");
	for (size_t i = 0; i < DEPTH; i++)
		v[i] = ws_dict_frame(b.dict, &f);
	for (size_t i = 0; i < STACKS; i++)
		ws_dict_stack(b.dict, v, DEPTH - i);
	r = ws_resolver_new(b.dict);
	for (ws_id i = 1; i <= STACKS; i++) {
		n = ws_dict_get_stack(b.dict, ws_resolver_stack(r, i), &out);
		all += n;
		most = n > most ? n : most;
	}
	ok(most > 60 * (size_t)DEPTH && most <= 65 * (size_t)DEPTH,
	    "a frame is 65 at most");
	ok(all > 4 << 20 && all < (4 << 20) + 5 * STACKS * DEPTH,
	    "all are bounded by what there was: %zu", all);
	ws_resolver_free(r);
	bundle_fini(&b);
}

static void
test_kernel(void)
{
	struct ws_mapped m = { .is_kernel = true,
		.reference = 0xffffffff81000000 };
	static const char kernel[] = "[kernel.kallsyms]";
	struct bundle b;

	bundle_init(&b);
	add(&b, &ws_parser_kallsyms, "kallsyms", "kallsyms/small/input.txt");
	is_str(name_of(&b, kernel, 0xffffffff81000120), "",
	    "kallsyms of an unknown boot");
	m.mapping = ws_dict_cstr(b.dict, kernel);
	m.symbol = ws_dict_cstr(b.dict, "_text");
	ws_symtab_map(ws_dict_symtab(b.dict), &m);
	is_str(name_of(&b, kernel, 0xffffffff81000121), "schedule",
	    "kallsyms of the same boot");
	is_str(name_of(&b, "[ext4]", 0xffffffffc0001010), "ext4_file_read_iter",
	    "a module");
	bundle_fini(&b);

	bundle_init(&b);
	add(&b, &ws_parser_kallsyms,
	    "[kernel.kallsyms]/c1eacea510dd3ce8a77fb0a9b47ec90d4f8acc19/"
	    "kallsyms",
	    "kallsyms/small/input.txt");
	m.mapping = ws_dict_cstr(b.dict, kernel);
	m.symbol = ws_dict_cstr(b.dict, "_text");
	m.reference += 0x2000000;
	ws_symtab_map(ws_dict_symtab(b.dict), &m);
	is_str(name_of(&b, kernel, 0xffffffff83000120), "",
	    "of another boot, by chance at another place");
	told_build(&b, kernel, right);
	is_str(name_of(&b, kernel, 0xffffffff83000121), "schedule",
	    "of the same kernel elsewhere");
	bundle_fini(&b);
}

static void
test_others(void)
{
	static const char jit[] = "7f0000001000 20 old code\n"
				  "7f0000001000 40 Lfoo;::bar (x)\n";
	struct ws_frame f = { .addr = 0x77 };
	struct bundle b;

	bundle_init(&b);
	add_bytes(
	    &b, &ws_parser_perf_map, "tmp/perf-12.map", jit, sizeof(jit) - 1);
	is_str(name_of(&b, "/tmp/perf-12.map", 0x7f0000001030),
	    "Lfoo;::bar (x)", "code made at run time, the later line");
	is_str(name_of(&b, "/tmp/perf-13.map", 0x7f0000001030), "",
	    "of another process");
	f.mapping = ws_dict_cstr(b.dict, "/bin/x");
	f.func = ws_dict_cstr(b.dict, "lent");
	ws_dict_frame(b.dict, &f);
	is_str(name_of(&b, "/bin/x", 0x77), "lent",
	    "another artifact shows the address with a name");
	bundle_fini(&b);
}

/*
 * pclntabs of two functions, "main.a" at 0x401000 and "main.b" at 0x401040, in
 * the layouts of the runtime.  Into main.a was put main.mid, and into that
 * main.leaf:  0x401010 mid, 0x401018 leaf, 0x401020 mid, 0x401028 main.a again.
 */
struct table {
	struct ws_buf b;
};

static void
num(struct table *t, uint64_t v, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		ws_buf_putc(&t->b, i < 8 ? (char)(v >> 8 * i) : 0);
}

static void
pad(struct table *t, size_t to)
{
	num(t, 0, (unsigned)(to - t->b.n));
}

static const struct layout {
	const char *of;
	uint32_t magic;
	unsigned entry; /* bytes of a function's address */
	unsigned func;  /* the word of module data with go:func.* */
	uint64_t text;  /* in the table; 0: it is only in module data */
} layouts[] = {
	{ "Go 1.12", 0xfffffffb, 8, 0, 0 },
	{ "Go 1.16", 0xfffffffa, 8, 0, 0 },
	{ "Go 1.18", 0xfffffff0, 4, 38, 0x401000 },
	{ "Go 1.20", 0xfffffff1, 4, 40, 0x401000 },
	{ "Go 1.26", 0xfffffff1, 4, 40, 0 },
	{ "Go 1.27", 0xfffffff1, 4, 43, 0 },
};

static const char names[] = "main.a\0main.b\0main.mid\0main.leaf";
static const char stream[] = "\0\x10\2\x08\2\x08\1\x08\1\x18";

enum {
	NAMES = 80,
	PCTAB = 120,
	FUNCTAB = 136,
	RECORDS = 184,
	RECORD = 96,
	ENTRIES = 0x401000,
	TABLE = 0x480000,
	TREES = 0x500000,
	TREE = 8,
	MODULE = 0x600000
};

static unsigned
functab(const struct layout *l)
{
	return l->magic == 0xfffffffb ? 16 : FUNCTAB;
}

static void
make_header(struct table *t, const struct layout *l)
{
	num(t, l->magic, 4);
	num(t, 0x08010000, 4);
	num(t, 2, 8);
	if (functab(l) == 16)
		return;
	num(t, 0, 8);
	if (l->entry == 4)
		num(t, l->text, 8);
	num(t, NAMES, 8);
	num(t, PCTAB, 8);
	num(t, PCTAB, 8);
	num(t, PCTAB, 8);
	num(t, FUNCTAB, 8);
}

static void
make_functab(struct table *t, const struct layout *l)
{
	uint64_t base = l->entry == 8 ? ENTRIES : 0;

	for (uint64_t i = 0; i < 2; i++) {
		num(t, base + 0x40 * i, l->entry);
		num(t, RECORDS + RECORD * i - (functab(l) == 16 ? 0 : FUNCTAB),
		    l->entry);
	}
	num(t, base + 0x80, l->entry);
}

static void
make_record(struct table *t, const struct layout *l, uint64_t i)
{
	bool is_first = i == 0, old = l->magic == 0xfffffffb;

	num(t, (l->entry == 8 ? ENTRIES : 0) + 0x40 * i, l->entry);
	num(t, 7 * i + (old ? NAMES : 0), 4);
	num(t, 0, 5 * 4);
	num(t, is_first ? 3 : 0, 4);
	num(t, 0, old ? 0 : l->magic == 0xfffffff1 ? 8 : 4);
	num(t, is_first ? 0x04000000 : 0, 4);
	if (!is_first)
		return;
	num(t, 0, 8);
	num(t, 1 + (old ? PCTAB : 0), 4);
	if (l->entry == 8)
		pad(t, (t->b.n + 7) / 8 * 8);
	for (int k = 0; k < 3; k++)
		num(t, UINT64_MAX, l->entry);
	num(t, l->entry == 8 ? TREES + TREE : TREE, l->entry);
}

static void
make_table(struct table *t, const struct layout *l)
{
	*t = (struct table){ 0 };
	make_header(t, l);
	if (functab(l) == 16)
		make_functab(t, l);
	pad(t, NAMES);
	ws_buf_put(&t->b, names, sizeof(names));
	pad(t, PCTAB);
	num(t, 0, 1);
	ws_buf_put(&t->b, stream, sizeof(stream));
	pad(t, FUNCTAB);
	if (functab(l) != 16)
		make_functab(t, l);
	for (uint64_t i = 0; i < 2; i++) {
		pad(t, RECORDS + RECORD * i);
		make_record(t, l, i);
	}
}

/* Calls of main.mid at main.a, and of main.leaf there. */
static void
make_trees(struct table *t, const struct layout *l)
{
	*t = (struct table){ 0 };
	pad(t, TREE);
	for (uint64_t i = 0; i < 2; i++) {
		num(t, 0, l->magic == 0xfffffff1 ? 4 : 12);
		num(t, 14 + 9 * i + (l->magic == 0xfffffffb ? NAMES : 0), 4);
		num(t, i == 0 ? 0xc : 0x14, 4);
		num(t, 0, l->magic == 0xfffffff1 ? 4 : 0);
	}
}

static void
make_module(struct table *t, const struct layout *l)
{
	*t = (struct table){ 0 };
	num(t, 0xabc, 8); /* some other word */
	for (unsigned i = 0; i < 45; i++)
		num(t,
		    i == 0               ? TABLE
		    : i == 1             ? TABLE + NAMES
		    : i == 20 || i == 22 ? ENTRIES
		    : i == 21            ? ENTRIES + 0x80
		    : i == l->func       ? TREES
					 : 1,
		    8);
}

/* The same as a C linker writes it: zeros, and what the loader makes of them. */
static void
relocate(struct table *module, struct table *rela)
{
	struct ws_cur c;

	*rela = (struct table){ 0 };
	ws_cur_init(&c, module->b.p, module->b.n, 0);
	for (uint64_t at = MODULE; ws_cur_left(&c) > 0; at += 8) {
		uint64_t word = ws_cur_u64(&c);

		if (word < ENTRIES)
			continue;
		memset(module->b.p + (at - MODULE), 0, 8);
		num(rela, at, 8);
		num(rela, 8, 8); /* R_X86_64_RELATIVE */
		num(rela, word, 8);
	}
}

struct program {
	const struct layout *layout;
	struct table table, trees, module, rela;
	struct elf_part part, data[2], relocations;
	struct elf_image image;
};

static struct elf_part
part_at(const struct table *t, uint64_t addr)
{
	return (struct elf_part){ ws_buf_sv(&t->b), addr, false, true };
}

static void
make_program(struct program *p, const struct layout *l, bool relocated)
{
	*p = (struct program){ .layout = l };
	make_table(&p->table, l);
	make_trees(&p->trees, l);
	make_module(&p->module, l);
	if (relocated)
		relocate(&p->module, &p->rela);
	p->part = part_at(&p->table, TABLE);
	p->data[0] = part_at(&p->trees, TREES);
	p->data[1] = part_at(&p->module, MODULE);
	p->relocations = part_at(&p->rela, 0);
	p->image = (struct elf_image){ p->data, &p->relocations, 2,
		relocated ? 1 : 0 };
}

static void
free_program(struct program *p)
{
	ws_buf_fini(&p->table.b);
	ws_buf_fini(&p->trees.b);
	ws_buf_fini(&p->module.b);
	ws_buf_fini(&p->rela.b);
}

/* "leaf<caller<function" of an address; the text lives as long as the table. */
static const char *
chain(struct ws_buf *b, const struct ws_symbols *s, uint64_t addr)
{
	const struct ws_symbol *y = ws_symbols_find(s, addr);
	struct ws_sv inlined[8];
	size_t n = ws_symbols_inlined(s, addr, inlined, 8);

	b->n = 0;
	for (size_t i = 0; i < n; i++) {
		ws_buf_putsv(b, inlined[i]);
		ws_buf_putc(b, '<');
	}
	ws_buf_putsv(b, y != NULL ? ws_symbols_name(s, y) : WS_SV("?"));
	ws_buf_putc(b, 0);
	return b->p;
}

static void
check_program(struct program *p, const char *how)
{
	static const struct {
		uint64_t addr;
		const char *chain;
	} want[] = { { 0x401000, "main.a" }, { 0x40100f, "main.a" },
		{ 0x401010, "main.mid<main.a" },
		{ 0x401018, "main.leaf<main.mid<main.a" },
		{ 0x40101f, "main.leaf<main.mid<main.a" },
		{ 0x401020, "main.mid<main.a" }, { 0x401028, "main.a" },
		{ 0x401040, "main.b" }, { 0x401080, "?" } };
	struct ws_symtab *tab = ws_symtab_new();
	struct ws_symbols *s =
	    ws_symtab_add(tab, WS_SV("x"), WS_SYMBOLS_PCLNTAB);
	struct ws_buf b = { 0 };

	ok(elf_go_table(s, &p->part, &p->image, 0), "%s%s", p->layout->of, how);
	ws_symbols_finish(s);
	ok(s->n == 2 && s->lo == ENTRIES && s->hi == ENTRIES + 0x80,
	    "  its code");
	for (size_t i = 0; i < WS_LEN(want); i++)
		is_str(
		    chain(&b, s, want[i].addr), want[i].chain, "  an address");
	ws_buf_fini(&b);
	ws_symtab_free(tab);
}

/* Reads it into nothing, at its own size. */
static void
read_part(const struct elf_part *part, const struct elf_image *image)
{
	struct ws_symtab *tab = ws_symtab_new();
	struct ws_symbols *s =
	    ws_symtab_add(tab, WS_SV("x"), WS_SYMBOLS_PCLNTAB);
	struct ws_sv inlined[8];

	if (elf_go_table(s, part, image, ENTRIES))
		for (uint64_t at = s->lo; at < s->hi && at < s->lo + 64; at++)
			ws_symbols_inlined(s, at, inlined, 8);
	elf_go_find(part, 0);
	ws_symtab_free(tab);
}

/* Every cut of every part, and every byte of it turned around. */
static void
damage(struct program *p, struct elf_part *part)
{
	struct ws_sv whole = part->bytes;

	for (part->bytes.n = 0; part->bytes.n < whole.n; part->bytes.n++)
		read_part(&p->part, &p->image);
	part->bytes = whole;
	for (size_t i = 0; i < whole.n; i++) {
		char *byte = (char *)whole.p + i;

		for (unsigned bit = 0; bit < 8; bit++) {
			*byte ^= (char)(1 << bit);
			read_part(&p->part, &p->image);
			*byte ^= (char)(1 << bit);
		}
	}
}

static void
test_tables(void)
{
	struct program p;
	struct table t = { 0 };
	struct elf_part part;

	for (size_t i = 0; i < WS_LEN(layouts); i++) {
		make_program(&p, &layouts[i], false);
		check_program(&p, "");
		damage(&p, &p.part);
		damage(&p, &p.data[0]);
		damage(&p, &p.data[1]);
		free_program(&p);
		if (layouts[i].entry == 8)
			continue;
		make_program(&p, &layouts[i], true);
		check_program(&p, ", position-independent");
		damage(&p, &p.relocations);
		free_program(&p);
	}
	num(&t, 0x1234, 5);
	num(&t, 0xfffffff1, 4);
	num(&t, 0x08010000, 4);
	part = (struct elf_part){ ws_buf_sv(&t.b), 0, false, true };
	ok(elf_go_find(&part, 0) == 5, "a table among constants");
	ws_buf_fini(&t.b);
}

/* A tree that says of itself that it is its own parent. */
static void
test_loops(void)
{
	struct elf_image none = { 0 };
	struct ws_symtab *tab = ws_symtab_new();
	struct ws_symbols *s =
	    ws_symtab_add(tab, WS_SV("x"), WS_SYMBOLS_PCLNTAB);
	struct program p;

	make_program(&p, &layouts[3], false);
	p.trees.b.p[TREE + 16 + 8] = 0x18; /* where main.leaf is itself */
	ok(elf_go_table(s, &p.part, &p.image, 0) && s->n == 2 &&
		s->inlines.n_call <= 1 && s->inlines.n_range == 0,
	    "a loop is no tree, and the functions stay");
	s = ws_symtab_add(tab, WS_SV("y"), WS_SYMBOLS_PCLNTAB);
	ok(elf_go_table(s, &p.part, &none, 0) && s->n == 2 &&
		s->inlines.n_call == 0,
	    "functions without module data");
	free_program(&p);
	ws_symtab_free(tab);
}

static void
test_cuts(const char *path)
{
	size_t n, done = 0;
	char *p = read_testdata(path, &n);
	struct parsed r;

	for (size_t i = 0; p != NULL && i < n; i += 13, done++) {
		parse_mem(&r, &ws_parser_elf, "cut", p, i);
		parsed_fini(&r);
	}
	ok(done > 100, "%s: %zu cuts", path, done);
	free(p);
}

/* A recording with its program gives functions. */
static void
test_recording(void)
{
	struct ws_resolver *r;
	unsigned named = 0, all;
	struct bundle b;

	bundle_init(&b);
	add(&b, &ws_parser_perf_data, "perf.data", "perf-data/file/input.data");
	add(&b, &ws_parser_elf, "spin", "elf/stripped/input.elf");
	add(&b, &ws_parser_elf, "spin.debug", "elf/debug/input.elf");
	r = ws_resolver_new(b.dict);
	all = (unsigned)ws_dict_stacks(b.dict);
	for (ws_id i = 1; i <= all; i++) {
		const ws_id *v;
		ws_id to = ws_resolver_stack(r, i);

		ws_dict_get_stack(b.dict, to, &v);
		named += ws_dict_get_frame(b.dict, v[0])->func != 0;
	}
	ok(all > 4 && named == all - 1, "%u of %u stacks end in the program",
	    named, all);
	ws_resolver_free(r);
	bundle_fini(&b);
}

int
main(void)
{
	test_programs();
	test_stripped();
	test_callers();
	test_inlined();
	test_inlined_many();
	test_kernel();
	test_others();
	test_tables();
	test_loops();
	test_cuts("elf/program/input.elf");
	test_cuts("elf/minidebug/input.elf");
	test_recording();
	return tap_done();
}
