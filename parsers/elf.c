/*
 * ELF files: programs, libraries, what was stripped off them, vdso and vmlinux,
 * of any machine, through libelf.  They say nothing themselves; their symbols
 * name the addresses of recordings that lie in the same bundle.  Symbols come
 * from .symtab, else from .dynsym with .gnu_debugdata (MiniDebugInfo); of entries
 * of the PLT from their relocations (elf_plt.c), and of Go programs from the
 * pclntab as well (elf_go.c).
 *
 * Not read: DWARF, relocatable files (kernel modules), core dumps.
 */
#include <elf.h>
#include <gelf.h>
#include <libelf.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "elf_parts.h"
#include "ingest/parser.h"
#include "ingest/unxz.h"

enum {
	SECTIONS_MAX = 1 << 16,
	SEGMENTS_MAX = 1 << 12,
	NAME_MAX_LEN = 16 << 10,
	IMAGE_MAX = 64, /* sections; Go programs have some 30 */
	TIMES = 4       /* a byte is gone through so often, and no more */
};

struct section {
	GElf_Shdr h;
	struct ws_sv name, bytes; /* bytes: empty when they are not here */
};

struct symbol {
	uint64_t addr, size;
	struct ws_sv name;
	uint8_t binding;
	bool in_plt; /* an entry for the function of that name */
};

struct elf {
	struct ws_source *src;
	struct ws_symtab *symtab;
	struct ws_sv name;
	Elf *elf;
	GElf_Ehdr head;
	struct ws_sv all;
	struct section *section;
	size_t n_section;
	struct ws_load *load;
	size_t n_load, cap_load;
	struct ws_build_id id;
	struct symbol *symbol;
	size_t n_symbol, cap_symbol;
	struct ws_buf debug; /* unpacked .gnu_debugdata */
	uint64_t spent;      /* bytes of sections that were gone through */
	struct elf_image image;
	uint64_t functions, go_functions, inlined;
	struct ws_sv go_version;
	bool is_debug;
};

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_sv h = a->head;

	if (!ws_sv_starts(h, ELFMAG))
		return WS_BID_NO;
	if (h.n > EI_VERSION && (h.p[EI_CLASS] == 1 || h.p[EI_CLASS] == 2) &&
	    (h.p[EI_DATA] == 1 || h.p[EI_DATA] == 2) && h.p[EI_VERSION] == 1)
		return WS_BID_EXACT;
	return WS_BID_MAGIC;
}

/* [off, off + size) of the file, or nothing. */
static struct ws_sv
bytes_at(const struct elf *e, uint64_t off, uint64_t size)
{
	if (off > e->all.n || size > e->all.n - off)
		return WS_SV("");
	return (struct ws_sv){ e->all.p + off, (size_t)size };
}

/* Sections of a hostile file may all be the whole of it. */
static bool
afford(struct elf *e, struct ws_sv bytes)
{
	e->spent += bytes.n;
	return e->spent <= (uint64_t)TIMES * e->all.n;
}

static struct ws_sv
string_at(struct ws_sv table, uint64_t off)
{
	struct ws_sv s = { "", 0 };
	const char *nul;

	if (off >= table.n)
		return s;
	s = ws_sv_from(table, (size_t)off);
	if (s.n > NAME_MAX_LEN)
		s.n = NAME_MAX_LEN;
	nul = memchr(s.p, '\0', s.n);
	s.n = nul == NULL ? 0 : (size_t)(nul - s.p);
	return s;
}

static void
read_sections(struct elf *e)
{
	struct ws_sv names = { "", 0 };
	size_t i = 0, n = 0, strings = 0;
	Elf_Scn *scn;

	if (elf_getshdrnum(e->elf, &n) != 0 || n > SECTIONS_MAX)
		return;
	e->section = ws_alloc_array(n + 1, sizeof(*e->section));
	for (; i < n; i++) {
		struct section *s = &e->section[i];

		scn = elf_getscn(e->elf, i);
		if (scn == NULL || gelf_getshdr(scn, &s->h) == NULL)
			break;
		if (s->h.sh_type != SHT_NOBITS)
			s->bytes = bytes_at(e, s->h.sh_offset, s->h.sh_size);
	}
	e->n_section = i;
	if (elf_getshdrstrndx(e->elf, &strings) == 0 && strings < i)
		names = e->section[strings].bytes;
	for (i = 0; i < e->n_section; i++)
		e->section[i].name = string_at(names, e->section[i].h.sh_name);
}

static const struct section *
find_section(const struct elf *e, const char *name)
{
	for (size_t i = 0; i < e->n_section; i++)
		if (ws_sv_is(e->section[i].name, name))
			return &e->section[i];
	return NULL;
}

static void
read_notes(struct elf *e, struct ws_sv notes)
{
	struct ws_cur c;

	if (!afford(e, notes))
		return;
	ws_cur_init(&c, notes.p, notes.n, 0);
	c.big = e->head.e_ident[EI_DATA] == ELFDATA2MSB;
	while (ws_cur_left(&c) > 0 && e->id.n == 0) {
		uint32_t name = ws_cur_u32(&c), size = ws_cur_u32(&c);
		uint32_t type = ws_cur_u32(&c);
		struct ws_sv owner, id;

		owner = ws_cur_take(&c, ((uint64_t)name + 3) / 4 * 4);
		id = ws_cur_take(&c, ((uint64_t)size + 3) / 4 * 4);
		if (!ws_cur_ok(&c) || type != NT_GNU_BUILD_ID ||
		    name != sizeof(ELF_NOTE_GNU) || size == 0 ||
		    size > WS_BUILD_ID_MAX ||
		    memcmp(owner.p, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) != 0)
			continue;
		e->id.n = (uint8_t)size;
		memcpy(e->id.id, id.p, size);
	}
}

static void
read_segments(struct elf *e)
{
	size_t n = 0;
	GElf_Phdr p;

	if (elf_getphdrnum(e->elf, &n) != 0 || n > SEGMENTS_MAX)
		return;
	for (size_t i = 0; i < n; i++) {
		if (gelf_getphdr(e->elf, (int)i, &p) == NULL)
			return;
		if (p.p_type == PT_NOTE)
			read_notes(e, bytes_at(e, p.p_offset, p.p_filesz));
		if (p.p_type != PT_LOAD || !(p.p_flags & PF_X) ||
		    p.p_filesz == 0)
			continue;
		e->load = ws_grow(
		    e->load, &e->cap_load, e->n_load + 1, sizeof(*e->load));
		e->load[e->n_load++] =
		    (struct ws_load){ p.p_offset, p.p_filesz, p.p_vaddr };
	}
}

static void
read_identity(struct elf *e)
{
	const struct section *text = find_section(e, ".text");

	e->is_debug = text != NULL && text->h.sh_type == SHT_NOBITS;
	for (size_t i = 0; i < e->n_section; i++)
		if (e->section[i].h.sh_type == SHT_NOTE)
			read_notes(e, e->section[i].bytes);
}

/* Functions, and labels of assembly: as perf's elf_sym__is_function() and
 * elf_sym__is_label(), without the marks of ARM and of compilers. */
static bool
is_function(const struct elf *e, const GElf_Sym *y, struct ws_sv name)
{
	unsigned type = GELF_ST_TYPE(y->st_info);
	const struct section *s;

	if (name.n == 0 || y->st_shndx == SHN_UNDEF)
		return false;
	if (type == STT_FUNC || type == STT_GNU_IFUNC)
		return true;
	if (type != STT_NOTYPE || y->st_shndx >= e->n_section ||
	    name.p[0] == '$' || ws_sv_starts(name, ".L") ||
	    GELF_ST_VISIBILITY(y->st_other) == STV_HIDDEN ||
	    GELF_ST_VISIBILITY(y->st_other) == STV_INTERNAL)
		return false;
	s = &e->section[y->st_shndx];
	return (s->h.sh_flags & SHF_EXECINSTR) != 0;
}

static void
put_symbol(struct elf *e, const GElf_Sym *y, struct ws_sv name)
{
	struct symbol *s;

	e->symbol =
	    ws_grow(e->symbol, &e->cap_symbol, e->n_symbol + 1, sizeof(*s));
	s = &e->symbol[e->n_symbol++];
	*s = (struct symbol){ y->st_value, y->st_size, name,
		GELF_ST_BIND(y->st_info), false };
	/* The lowest bit says Thumb. */
	if (e->head.e_machine == EM_ARM)
		s->addr &= ~UINT64_C(1);
}

/* Symbols are read from the bytes, whose bounds are known, and not through
 * elf_getdata(), which unpacks and converts what it is told to. */
static bool
read_symbols(struct elf *e, uint32_t type)
{
	bool wide = e->head.e_ident[EI_CLASS] == ELFCLASS64, any = false;

	for (size_t i = 0; i < e->n_section; i++) {
		const struct section *s = &e->section[i];
		struct ws_sv names;
		struct ws_cur c;

		if (s->h.sh_type != type || s->h.sh_link >= e->n_section ||
		    !afford(e, s->bytes))
			continue;
		names = e->section[s->h.sh_link].bytes;
		ws_cur_init(&c, s->bytes.p, s->bytes.n, 0);
		c.big = e->head.e_ident[EI_DATA] == ELFDATA2MSB;
		while (ws_cur_left(&c) >=
		       (wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym))) {
			GElf_Sym y = { .st_name = ws_cur_u32(&c) };

			if (!wide) {
				y.st_value = ws_cur_u32(&c);
				y.st_size = ws_cur_u32(&c);
			}
			y.st_info = ws_cur_u8(&c);
			y.st_other = ws_cur_u8(&c);
			y.st_shndx = ws_cur_u16(&c);
			if (wide) {
				y.st_value = ws_cur_u64(&c);
				y.st_size = ws_cur_u64(&c);
			}
			any = true;
			if (is_function(e, &y, string_at(names, y.st_name)))
				put_symbol(e, &y, string_at(names, y.st_name));
		}
	}
	return any;
}

static size_t
underscores(struct ws_sv s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == '_')
		n++;
	return n;
}

/* Of several names of one place, that which perf shows comes first. */
static int
compare_symbols(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if ((x->size == 0) != (y->size == 0))
		return x->size == 0 ? 1 : -1;
	if ((x->binding == STB_WEAK) != (y->binding == STB_WEAK))
		return x->binding == STB_WEAK ? 1 : -1;
	if ((x->binding == STB_GLOBAL) != (y->binding == STB_GLOBAL))
		return x->binding == STB_GLOBAL ? -1 : 1;
	if (underscores(x->name) != underscores(y->name))
		return underscores(x->name) < underscores(y->name) ? -1 : 1;
	if (x->name.n != y->name.n)
		return x->name.n > y->name.n ? -1 : 1;
	return ws_sv_cmp(x->name, y->name);
}

static struct ws_symbols *
new_table(struct elf *e, enum ws_symbols_from from)
{
	struct ws_symbols *t = ws_symtab_add(e->symtab, e->name, from);

	t->build_id = e->id;
	t->room = (size_t)TIMES * e->all.n;
	t->is_debug = e->is_debug;
	for (size_t i = 0; i < e->n_load; i++)
		ws_symbols_load(t, e->load[i]);
	return t;
}

static struct elf_part
part_of(const struct elf *e, const struct section *s)
{
	return (struct elf_part){ s->bytes, s->h.sh_addr,
		e->head.e_ident[EI_DATA] == ELFDATA2MSB,
		e->head.e_ident[EI_CLASS] == ELFCLASS64 };
}

/* The name of a function that a relocation is about; entries may have none. */
static struct ws_sv
dynamic_name(const struct elf *e, const struct section *dynsym, uint32_t i)
{
	bool wide = e->head.e_ident[EI_CLASS] == ELFCLASS64;
	struct ws_cur c;

	if (dynsym->h.sh_link >= e->n_section)
		return WS_SV("");
	ws_cur_init(&c, dynsym->bytes.p, dynsym->bytes.n, 0);
	c.big = e->head.e_ident[EI_DATA] == ELFDATA2MSB;
	ws_cur_skip(
	    &c, (uint64_t)i * (wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)));
	return string_at(e->section[dynsym->h.sh_link].bytes, ws_cur_u32(&c));
}

static void
put_entry(struct elf *e, uint64_t addr, uint64_t size, struct ws_sv name)
{
	GElf_Sym y = { .st_value = addr, .st_size = size };

	y.st_info = GELF_ST_INFO(STB_GLOBAL, STT_FUNC);
	put_symbol(e, &y, name.n > 0 ? name : WS_SV(".plt"));
	e->symbol[e->n_symbol - 1].in_plt = name.n > 0;
}

/*
 * Where the processor checks targets of jumps, calls go to .plt.sec, which has
 * no header, and .plt only looks functions up.
 */
static void
read_plt(struct elf *e)
{
	const struct section *plt = find_section(e, ".plt");
	const struct section *sec = find_section(e, ".plt.sec");
	const struct section *rel = find_section(e, ".rela.plt");
	const struct section *code = sec != NULL ? sec : plt;
	struct elf_plt t;
	uint64_t addr;
	uint32_t symbol;

	if (rel == NULL)
		rel = find_section(e, ".rel.plt");
	if (plt == NULL || rel == NULL || !(plt->h.sh_flags & SHF_EXECINSTR) ||
	    rel->h.sh_link >= e->n_section || !afford(e, rel->bytes))
		return;
	t = (struct elf_plt){ part_of(e, rel), rel->h.sh_type == SHT_RELA,
		code->h.sh_addr, code->h.sh_size, 0, 0 };
	elf_plt_shape(&t, e->head.e_machine, code->h.sh_entsize);
	put_entry(e, plt->h.sh_addr, sec != NULL ? plt->h.sh_size : t.header,
	    WS_SV(""));
	t.header = sec != NULL ? 0 : t.header;
	for (uint64_t i = 0; elf_plt_entry(&t, i, &addr, &symbol); i++)
		put_entry(e, addr, t.entry,
		    dynamic_name(e, &e->section[rel->h.sh_link], symbol));
}

static void
keep_symbol(struct ws_symbols *t, const struct symbol *y)
{
	struct ws_buf b = { 0 };

	if (!y->in_plt) {
		ws_symbols_put(t, y->addr, y->size, y->name);
		return;
	}
	ws_buf_putsv(&b, y->name);
	ws_buf_puts(&b, "@plt");
	ws_symbols_put(t, y->addr, y->size, ws_buf_sv(&b));
	ws_buf_fini(&b);
}

static void
keep_symbols(struct elf *e)
{
	struct ws_symbols *t = new_table(e, WS_SYMBOLS_ELF);

	if (e->n_symbol > 1)
		qsort(e->symbol, e->n_symbol, sizeof(*e->symbol),
		    compare_symbols);
	for (size_t i = 0; i < e->n_symbol; i++)
		if (i == 0 || e->symbol[i].addr != e->symbol[i - 1].addr)
			keep_symbol(t, &e->symbol[i]);
	ws_symbols_finish(t);
	e->functions = t->n;
}

static void
add_to_image(struct elf *e, const struct section *s)
{
	struct elf_image *im = &e->image;

	if (!(s->h.sh_flags & SHF_ALLOC) || s->bytes.n == 0 ||
	    (s->h.sh_flags & SHF_EXECINSTR))
		return;
	if (s->h.sh_type == SHT_RELA && im->n_rela < IMAGE_MAX)
		im->rela[im->n_rela++] = part_of(e, s);
	else if (s->h.sh_type != SHT_RELA && im->n_data < IMAGE_MAX)
		im->data[im->n_data++] = part_of(e, s);
}

/* What is in memory and no code; first what is written to, as module data are,
 * which are looked for. */
static void
read_image(struct elf *e)
{
	uint64_t flags;

	e->image.data = ws_alloc_array(IMAGE_MAX, sizeof(*e->image.data));
	e->image.rela = ws_alloc_array(IMAGE_MAX, sizeof(*e->image.rela));
	for (int writable = 1; writable >= 0; writable--)
		for (size_t i = 0; i < e->n_section; i++) {
			flags = e->section[i].h.sh_flags;
			if ((flags & SHF_WRITE ? 1 : 0) == writable)
				add_to_image(e, &e->section[i]);
		}
}

/* Going through all of it costs what it is long. */
static bool
afford_image(struct elf *e)
{
	bool can = true;

	for (size_t i = 0; i < e->image.n_data && can; i++)
		can = afford(e, e->image.data[i].bytes);
	for (size_t i = 0; i < e->image.n_rela && can; i++)
		can = afford(e, e->image.rela[i].bytes);
	return can;
}

/* Where the code of Go begins, for tables that do not say. */
static uint64_t
text_start(const struct elf *e)
{
	const struct section *text = find_section(e, ".text");

	for (size_t i = 0; i < e->n_symbol; i++)
		if (ws_sv_is(e->symbol[i].name, "runtime.text"))
			return e->symbol[i].addr;
	/* With C in the program, its start-up code comes first. */
	return text != NULL && find_section(e, ".interp") == NULL
		   ? text->h.sh_addr
		   : 0;
}

static bool
take_go_table(struct elf *e, const struct elf_part *part)
{
	static const struct elf_image nothing;
	struct ws_symbols *t;

	if (!afford(e, part->bytes))
		return false;
	t = new_table(e, WS_SYMBOLS_PCLNTAB);
	if (elf_go_table(
		t, part, afford_image(e) ? &e->image : &nothing, text_start(e)))
		ws_symbols_finish(t);
	else
		t->n = 0;
	e->go_functions += t->n;
	e->inlined += t->inlines.n_call;
	return t->n > 0;
}

/* In its own section, or, in position-independent programs linked with C,
 * somewhere in the constants. */
static void
find_go_table(struct elf *e)
{
	static const char *const own[] = { ".gopclntab",
		".data.rel.ro.gopclntab" };
	static const char *const among[] = { ".data.rel.ro", ".rodata" };
	const struct section *s;
	struct elf_part part, rest;
	unsigned tries = 0;

	enum { TRIES_MAX = 16 };

	for (size_t i = 0; i < WS_LEN(own); i++) {
		s = find_section(e, own[i]);
		if (s == NULL)
			continue;
		part = part_of(e, s);
		take_go_table(e, &part);
		return;
	}
	if (find_section(e, ".go.buildinfo") == NULL)
		return;
	for (size_t i = 0; i < WS_LEN(among); i++) {
		s = find_section(e, among[i]);
		if (s == NULL)
			continue;
		part = part_of(e, s);
		for (size_t at = elf_go_find(&part, 0);
		     at < part.bytes.n && tries++ < TRIES_MAX;
		     at = elf_go_find(&part, at + 1)) {
			rest = part;
			rest.bytes = ws_sv_from(part.bytes, at);
			rest.addr += at;
			if (take_go_table(e, &rest))
				return;
		}
	}
}

static bool open_elf(struct elf *e, struct ws_sv bytes);
static void close_elf(struct elf *e);

/* Symbols that were packed when the rest was stripped off; an ELF file with
 * nothing else in it. */
static void
read_debug_data(struct elf *e)
{
	const struct section *s = find_section(e, ".gnu_debugdata");
	struct elf inner = { .src = e->src };

	if (s == NULL || s->bytes.n == 0 ||
	    ws_unxz(s->bytes.p, s->bytes.n, ws_source_limits(e->src),
		&e->debug) > WS_PARTIAL)
		return;
	if (open_elf(&inner, ws_buf_sv(&e->debug)))
		read_symbols(&inner, SHT_SYMTAB);
	for (size_t i = 0; i < inner.n_symbol; i++) {
		e->symbol = ws_grow(e->symbol, &e->cap_symbol, e->n_symbol + 1,
		    sizeof(*e->symbol));
		e->symbol[e->n_symbol++] = inner.symbol[i];
	}
	close_elf(&inner);
}

static bool
open_elf(struct elf *e, struct ws_sv bytes)
{
	e->all = bytes;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return false;
	/* libelf does not write to it: the file is not opened for that. */
	e->elf = elf_memory((char *)bytes.p, bytes.n);
	if (e->elf == NULL || elf_kind(e->elf) != ELF_K_ELF ||
	    gelf_getehdr(e->elf, &e->head) == NULL)
		return false;
	read_sections(e);
	return true;
}

static void
close_elf(struct elf *e)
{
	elf_end(e->elf);
	free(e->section);
	free(e->load);
	free(e->symbol);
	free(e->image.data);
	free(e->image.rela);
	ws_buf_fini(&e->debug);
}

static void
tell(struct elf *e)
{
	struct ws_buf b = { 0 };

	ws_buf_puts(&b, e->id.n > 0 ? "build id " : "no build id");
	for (unsigned i = 0; i < e->id.n; i++)
		ws_buf_printf(&b, "%02x", e->id.id[i]);
	if (e->is_debug)
		ws_buf_puts(&b, ", symbols of a stripped file");
	ws_source_detail(e->src, "%s", b.p);
	ws_buf_fini(&b);
	if (e->go_version.n > 0)
		ws_source_version(e->src, "%.*s", WS_SV_ARG(e->go_version));
	if (e->functions > 0)
		ws_source_tally(e->src, "function", e->functions);
	if (e->go_functions > 0)
		ws_source_tally(e->src, "Go function", e->go_functions);
	if (e->inlined > 0)
		ws_source_tally(e->src, "inlined call", e->inlined);
}

static void
read_elf(struct elf *e)
{
	const struct section *info;
	struct elf_part part;

	read_identity(e);
	read_segments(e);
	if (!read_symbols(e, SHT_SYMTAB)) {
		read_symbols(e, SHT_DYNSYM);
		read_debug_data(e);
	}
	read_plt(e);
	keep_symbols(e);
	read_image(e);
	find_go_table(e);
	info = find_section(e, ".go.buildinfo");
	if (info != NULL) {
		part = part_of(e, info);
		e->go_version = elf_go_version(&part);
	}
	tell(e);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct elf e = { .src = src,
		.symtab = ws_dict_symtab(sink->dict),
		.name = ws_source_artifact(src)->name };
	struct ws_cur c;
	enum ws_status status = ws_source_all(src, &c, err);

	if (status > WS_PARTIAL)
		return status;
	if (!open_elf(&e, (struct ws_sv){ (const char *)c.p, ws_cur_left(&c) }))
		status =
		    ws_err_set(err, WS_CORRUPT, 0, "wanted a whole ELF header");
	else if (e.head.e_type != ET_EXEC && e.head.e_type != ET_DYN)
		status = ws_err_set(err, WS_UNSUPPORTED, EI_NIDENT,
		    "ELF of type %u, neither a program nor a library",
		    e.head.e_type);
	else if (e.n_section == 0)
		status = ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "ELF without the table of its sections");
	else
		read_elf(&e);
	close_elf(&e);
	return status;
}

const struct ws_parser ws_parser_elf = {
	.name = "elf",
	.title = "ELF program or library, for its symbols",
	.bid = bid,
	.parse = parse,
};
