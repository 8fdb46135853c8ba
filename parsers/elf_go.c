/*
 * pclntab, the table from which a Go program knows its own functions; it is in
 * stripped binaries too.  Layouts are those of runtime/symtab.go and
 * debug/gosym: of Go 1.2, 1.16, 1.18 and 1.20, which differ from 1.18 in the
 * magic alone.  Lines and files are not read.
 */
#include <string.h>

#include "elf_parts.h"

enum {
	MAGIC_2 = 0xfb,
	MAGIC_16 = 0xfa,
	MAGIC_18 = 0xf0,
	MAGIC_20 = 0xf1,
	HEADER = 8,
	FUNCS_MAX = 1 << 24,
	NAME_MAX_LEN = 4096
};

struct table {
	const struct elf_part *part;
	struct ws_symbols *out;
	unsigned magic, ptr; /* size of a pointer */
	uint64_t n, text, names, functab;
};

static struct ws_cur
cur_at(const struct elf_part *part, uint64_t off)
{
	struct ws_cur c;

	ws_cur_init(&c, part->bytes.p, part->bytes.n, 0);
	c.big = part->big;
	ws_cur_skip(&c, off);
	return c;
}

static uint64_t
read_word(struct ws_cur *c, unsigned size)
{
	return size == 8 ? ws_cur_u64(c) : ws_cur_u32(c);
}

/* "\xfb\xff\xff\xff\0\0", then the least instruction and the pointer. */
static unsigned
magic_at(const struct elf_part *part, size_t off)
{
	struct ws_cur c = cur_at(part, off);
	uint32_t magic = ws_cur_u32(&c);
	uint16_t zero = ws_cur_u16(&c);
	uint8_t quantum = ws_cur_u8(&c), ptr = ws_cur_u8(&c);

	if (!ws_cur_ok(&c) || zero != 0 || (magic | 0xff) != UINT32_MAX ||
	    (quantum != 1 && quantum != 2 && quantum != 4) ||
	    ptr != (part->wide ? 8 : 4))
		return 0;
	magic &= 0xff;
	return magic == MAGIC_2 || magic == MAGIC_16 || magic == MAGIC_18 ||
		       magic == MAGIC_20
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

static bool
read_header(struct table *t, uint64_t text)
{
	struct ws_cur c = cur_at(t->part, HEADER);
	uint64_t skip;

	t->ptr = t->part->wide ? 8 : 4;
	t->n = read_word(&c, t->ptr);
	if (t->magic == MAGIC_2) {
		t->names = 0;
		t->functab = HEADER + t->ptr;
		return ws_cur_ok(&c) && t->n <= FUNCS_MAX;
	}
	read_word(&c, t->ptr); /* number of files */
	if (t->magic != MAGIC_16) {
		t->text = read_word(&c, t->ptr);
		if (t->text == 0)
			t->text = text;
		if (t->text == 0)
			return false;
	}
	t->names = read_word(&c, t->ptr);
	for (skip = 0; skip < 3; skip++)
		read_word(&c, t->ptr);
	t->functab = read_word(&c, t->ptr);
	return ws_cur_ok(&c) && t->n <= FUNCS_MAX &&
	       t->names < t->part->bytes.n && t->functab < t->part->bytes.n;
}

static unsigned
entry_size(const struct table *t)
{
	return t->magic == MAGIC_2 || t->magic == MAGIC_16 ? t->ptr : 4;
}

/* Name of the function whose record is at the offset. */
static struct ws_sv
name_at(const struct table *t, uint64_t off)
{
	struct ws_cur c;
	uint64_t at = t->magic == MAGIC_2 ? off : t->functab + off;
	struct ws_sv s = { "", 0 };
	const char *nul;

	c = cur_at(t->part, at);
	ws_cur_skip(&c, entry_size(t));
	at = t->names + ws_cur_u32(&c);
	if (!ws_cur_ok(&c) || at >= t->part->bytes.n)
		return s;
	s = ws_sv_from(t->part->bytes, (size_t)at);
	if (s.n > NAME_MAX_LEN)
		s.n = NAME_MAX_LEN;
	nul = memchr(s.p, '\0', s.n);
	s.n = nul == NULL ? 0 : (size_t)(nul - s.p);
	return s;
}

/* Entries rise, and the last one is where the code ends. */
static bool
read_functions(struct table *t)
{
	struct ws_cur c = cur_at(t->part, t->functab);
	unsigned size = entry_size(t);
	uint64_t pc, off, next;

	if (t->n == 0 || ws_cur_count(&c, t->n, 2 * (size_t)size) == 0)
		return false;
	pc = t->text + read_word(&c, size);
	t->out->lo = pc;
	for (uint64_t i = 0; i < t->n; i++) {
		off = read_word(&c, size);
		next = t->text + read_word(&c, size);
		if (!ws_cur_ok(&c) || next < pc)
			return false;
		if (next > pc)
			ws_symbols_put(t->out, pc, next - pc, name_at(t, off));
		pc = next;
	}
	t->out->hi = pc;
	return true;
}

bool
elf_go_table(struct ws_symbols *s, const struct elf_part *part, uint64_t text)
{
	struct table t = { .part = part, .out = s };

	t.magic = magic_at(part, 0);
	return t.magic != 0 && read_header(&t, text) && read_functions(&t);
}

/*
 * runtime.moduledata begins with the address of the table, then come six
 * slices, findfunctab, and the lowest and highest pc, and where text begins.
 */
uint64_t
elf_go_text(const struct elf_part *part, uint64_t table)
{
	unsigned ptr = part->wide ? 8 : 4;
	struct ws_cur c = cur_at(part, 0), fields;
	uint64_t names, lo, hi, text;

	while (ws_cur_left(&c) >= 24 * (size_t)ptr) {
		fields = c;
		if (read_word(&c, ptr) != table)
			continue;
		read_word(&fields, ptr);
		names = read_word(&fields, ptr);
		ws_cur_skip(&fields, (17 + 1) * (uint64_t)ptr);
		lo = read_word(&fields, ptr);
		hi = read_word(&fields, ptr);
		text = read_word(&fields, ptr);
		if (names > table && lo < hi && text <= lo && text != 0 &&
		    lo - text < 4096)
			return text;
	}
	return 0;
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
	c = cur_at(part, STRINGS);
	s = ws_cur_take(&c, ws_cur_uleb(&c));
	return ws_cur_ok(&c) && ws_sv_starts(s, "go") ? s : WS_SV("");
}
