/*
 * pclntab, the table from which a Go program knows its own functions; it is in
 * stripped binaries too.  Layouts are those of runtime/symtab.go and
 * debug/gosym: of Go 1.2, 1.16, 1.18 and 1.20, whose functions differ from those
 * of 1.18 in the magic alone.  Lines and files are not read; what was inlined is, see
 * elf_go_inline.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "elf_go.h"

enum { HEADER = 8, FUNCS_MAX = 1 << 24 };

struct ws_cur
elf_go_at(const struct elf_part *part, uint64_t off)
{
	struct ws_cur c;

	ws_cur_init(&c, part->bytes.p, part->bytes.n, 0);
	c.big = part->big;
	ws_cur_skip(&c, off);
	return c;
}

uint64_t
elf_go_word(struct ws_cur *c, unsigned size)
{
	return size == 8 ? ws_cur_u64(c) : ws_cur_u32(c);
}

/* "\xfb\xff\xff\xff\0\0", then the least instruction and the pointer. */
static unsigned
magic_at(const struct elf_part *part, size_t off)
{
	struct ws_cur c = elf_go_at(part, off);
	uint32_t magic = ws_cur_u32(&c);
	uint16_t zero = ws_cur_u16(&c);
	uint8_t quantum = ws_cur_u8(&c), ptr = ws_cur_u8(&c);

	if (!ws_cur_ok(&c) || zero != 0 || (magic | 0xff) != UINT32_MAX ||
	    (quantum != 1 && quantum != 2 && quantum != 4) ||
	    ptr != (part->wide ? 8 : 4))
		return 0;
	magic &= 0xff;
	return magic == ELF_GO_2 || magic == ELF_GO_16 || magic == ELF_GO_18 ||
		       magic == ELF_GO_20
		   ? magic
		   : 0;
}

size_t
elf_go_find(const struct elf_part *part, size_t from)
{
	const char *p;
	size_t at = from;
	char want = part->big ? '\xff' : '\0';

	/* The two zeros end what the magic's three 0xff begin. */
	while (at + HEADER <= part->bytes.n) {
		p = memchr(part->bytes.p + at, '\xff', part->bytes.n - at);
		if (p == NULL)
			break;
		at = (size_t)(p - part->bytes.p);
		at = want == '\0' && at > from ? at - 1 : at;
		if (magic_at(part, at) != 0)
			return at;
		at += want == '\0' ? 2 : 1;
	}
	return part->bytes.n;
}

/* Where names end is where the table of units begins. */
static bool
read_header(struct elf_go *g, uint64_t text)
{
	struct ws_cur c = elf_go_at(g->part, HEADER - 2);

	g->quantum = ws_cur_u8(&c);
	g->ptr = ws_cur_u8(&c);
	g->n = elf_go_word(&c, g->ptr);
	if (g->magic == ELF_GO_2) {
		g->names = 0;
		g->names_end = g->part->bytes.n;
		g->functab = HEADER + g->ptr;
		return ws_cur_ok(&c) && g->n <= FUNCS_MAX;
	}
	elf_go_word(&c, g->ptr); /* number of files */
	if (g->magic != ELF_GO_16) {
		g->text = elf_go_word(&c, g->ptr);
		if (g->text == 0)
			g->text = text;
		if (g->text == 0)
			return false;
	}
	g->names = elf_go_word(&c, g->ptr);
	g->names_end = elf_go_word(&c, g->ptr);
	elf_go_word(&c, g->ptr); /* files */
	g->pctab = elf_go_word(&c, g->ptr);
	g->functab = elf_go_word(&c, g->ptr);
	return ws_cur_ok(&c) && g->n <= FUNCS_MAX &&
	       g->names < g->part->bytes.n && g->functab < g->part->bytes.n &&
	       g->pctab < g->part->bytes.n;
}

/* All of them at once; functions and calls then say where theirs is. */
static bool
read_names(struct elf_go *g)
{
	struct ws_sv all = g->part->bytes;

	if (g->names_end <= g->names || g->names_end > all.n)
		g->names_end = all.n;
	all.n = (size_t)g->names_end;
	return ws_symbols_text(
	    g->out, ws_sv_from(all, (size_t)g->names), &g->names_at);
}

static unsigned
entry_size(const struct elf_go *g)
{
	return g->magic == ELF_GO_2 || g->magic == ELF_GO_16 ? g->ptr : 4;
}

static void
put_function(struct elf_go *g, uint64_t pc, uint64_t size, uint64_t off)
{
	uint64_t record = g->magic == ELF_GO_2 ? off : g->functab + off;
	struct ws_cur c = elf_go_at(g->part, record);
	uint32_t name;

	ws_cur_skip(&c, entry_size(g));
	name = ws_cur_u32(&c);
	if (!ws_cur_ok(&c) || name >= g->names_end - g->names)
		return;
	ws_symbols_put_at(g->out, pc, size, g->names_at + name);
	elf_go_inline(g, pc, size, record);
}

/* Entries rise, and the last one is where the code ends. */
static bool
read_functions(struct elf_go *g)
{
	struct ws_cur c = elf_go_at(g->part, g->functab);
	unsigned size = entry_size(g);
	uint64_t pc, off, next;

	if (g->n == 0 || ws_cur_count(&c, g->n, 2 * (size_t)size) == 0)
		return false;
	pc = g->text + elf_go_word(&c, size);
	g->out->lo = pc;
	for (uint64_t i = 0; i < g->n; i++) {
		off = elf_go_word(&c, size);
		next = g->text + elf_go_word(&c, size);
		if (!ws_cur_ok(&c) || next < pc)
			return false;
		if (next > pc)
			put_function(g, pc, next - pc, off);
		pc = next;
	}
	g->out->hi = pc;
	return true;
}

bool
elf_go_table(struct ws_symbols *s, const struct elf_part *part,
    const struct elf_image *image, uint64_t text)
{
	struct elf_go_module m;
	/* Streams of functions may be shared, but not all of them. */
	struct elf_go g = {
		.part = part, .image = image, .out = s, .left = part->bytes.n
	};
	bool good;

	g.magic = magic_at(part, 0);
	if (g.magic == 0)
		return false;
	if (elf_go_module_find(image, part->addr, &m)) {
		text = elf_go_module_text(&m);
		g.func = elf_go_module_func(&m, image, g.magic);
	}
	good = read_header(&g, text) && read_names(&g) && read_functions(&g);
	free(g.step);
	free(g.call);
	return good;
}

/* debug/buildinfo: a magic, the size of a pointer, flags; with flag 2 the
 * strings are at byte 32, each after its length. */
struct ws_sv
elf_go_version(const struct elf_part *part)
{
	static const char magic[] = "\xff Go buildinf:";

	enum { FLAGS = 15, STRINGS = 32, INLINE = 2 };
	struct ws_cur c;
	struct ws_sv s;

	if (part->bytes.n < STRINGS ||
	    memcmp(part->bytes.p, magic, sizeof(magic) - 1) != 0 ||
	    !(part->bytes.p[FLAGS] & INLINE))
		return WS_SV("");
	c = elf_go_at(part, STRINGS);
	s = ws_cur_take(&c, ws_cur_uleb(&c));
	return ws_cur_ok(&c) && ws_sv_starts(s, "go") ? s : WS_SV("");
}
