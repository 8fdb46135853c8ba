/* Tables of Go programs: functions, what was inlined, module data. */
#include <stdlib.h>
#include <string.h>

#include "../parsers/elf_parts.h"
#include "base/mem.h"
#include "model/symtab.h"
#include "tap.h"

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
	for (size_t i = 0; i < WS_LEN(want); i++) {
		const char *is = want[i].chain;

		/* Of Go 1.12 the trees are not read. */
		if (p->layout->magic == 0xfffffffb && strchr(is, '<') != NULL)
			is = strrchr(is, '<') + 1;
		is_str(chain(&b, s, want[i].addr), is, "  an address");
	}
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

int
main(void)
{
	test_tables();
	test_loops();
	return tap_done();
}
