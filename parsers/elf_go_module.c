/*
 * runtime.moduledata, where a Go program keeps the addresses of its own parts,
 * found without symbols: it begins with the address of the pclntab.  Then come
 * six slices, findfunctab, the lowest and the highest pc, and where the code
 * begins (runtime/symtab.go; Go 1.16 and later).
 *
 * In position-independent programs that the C linker made, the words are in the
 * relocations and zero in their place; Go's own linker writes both.
 */
#include <string.h>

#include "elf_go.h"

enum { NAMES = 1, MIN_PC = 20, MAX_PC = 21, TEXT = 22 };

struct ws_sv
elf_image_at(const struct elf_image *image, uint64_t addr)
{
	for (size_t i = 0; i < image->n_data; i++) {
		const struct elf_part *p = &image->data[i];

		if (addr >= p->addr && addr - p->addr < p->bytes.n)
			return ws_sv_from(p->bytes, (size_t)(addr - p->addr));
	}
	return WS_SV("");
}

static bool
is_module(const struct elf_go_module *m, uint64_t table)
{
	const uint64_t *word = m->word;
	uint64_t text = word[TEXT];

	/* The code may begin with bytes of no function. */
	return word[0] == table && word[NAMES] > table &&
	       word[MIN_PC] < word[MAX_PC] && text != 0 &&
	       text <= word[MIN_PC] && word[MIN_PC] - text < 4096;
}

/* As many words as there are; the others are 0. */
static void
take_words(struct ws_cur c, unsigned ptr, struct elf_go_module *m)
{
	for (size_t i = 0; i < WS_LEN(m->word); i++)
		m->word[i] = elf_go_word(&c, ptr);
}

static bool
find_plain(const struct elf_part *part, uint64_t table, struct elf_go_module *m)
{
	unsigned ptr = part->wide ? 8 : 4;
	struct ws_cur c = elf_go_at(part, 0), here;

	while (ws_cur_left(&c) > TEXT * (size_t)ptr) {
		here = c;
		if (elf_go_word(&c, ptr) != table)
			continue;
		take_words(here, ptr, m);
		if (is_module(m, table))
			return true;
	}
	return false;
}

struct rela {
	uint64_t at, to;
};

/* The next one that only says how far away the program was loaded. */
static bool
next_relative(struct ws_cur *c, struct rela *r)
{
	enum { SIZE = 24 };

	while (ws_cur_left(c) >= SIZE) {
		r->at = ws_cur_u64(c);
		/* Of no symbol, and of some type. */
		uint64_t info = ws_cur_u64(c);
		r->to = ws_cur_u64(c);
		if (info >> 32 == 0 && info != 0)
			return true;
	}
	return false;
}

static void
relocate(const struct elf_part *part, uint64_t at, struct elf_go_module *m)
{
	struct ws_cur c = elf_go_at(part, 0);
	struct rela r;

	while (next_relative(&c, &r))
		if (r.at - at < sizeof(m->word) && (r.at - at) % 8 == 0)
			m->word[(r.at - at) / 8] = r.to;
}

static bool
find_relocated(const struct elf_image *image, const struct elf_part *part,
    uint64_t table, struct elf_go_module *m)
{
	enum { TRIES_MAX = 4 };
	struct ws_cur c = elf_go_at(part, 0), there;
	unsigned tries = 0;
	struct ws_sv bytes;
	struct rela r;

	while (tries < TRIES_MAX && next_relative(&c, &r)) {
		if (r.to != table)
			continue;
		bytes = elf_image_at(image, r.at);
		ws_cur_init(&there, bytes.p, bytes.n, 0);
		there.big = part->big;
		take_words(there, 8, m);
		relocate(part, r.at, m);
		if (is_module(m, table))
			return true;
		tries++;
	}
	return false;
}

bool
elf_go_module_find(
    const struct elf_image *image, uint64_t table, struct elf_go_module *m)
{
	for (size_t i = 0; i < image->n_data; i++)
		if (find_plain(&image->data[i], table, m))
			return true;
	for (size_t i = 0; i < image->n_rela; i++)
		if (image->rela[i].wide &&
		    find_relocated(image, &image->rela[i], table, m))
			return true;
	return false;
}

uint64_t
elf_go_module_text(const struct elf_go_module *m)
{
	return m->word[TEXT];
}

/*
 * Go 1.18 put it behind rodata, Go 1.20 two words before that, and Go 1.27 three
 * more.  What earlier releases have in the place of the later ones is the length
 * of a short slice, which is no address.
 */
uint64_t
elf_go_module_func(const struct elf_go_module *m, const struct elf_image *image,
    unsigned magic)
{
	static const struct {
		unsigned magic, word;
	} places[] = { { ELF_GO_20, 43 }, { ELF_GO_20, 40 },
		{ ELF_GO_18, 38 } };

	for (size_t i = 0; i < WS_LEN(places); i++)
		if (places[i].magic == magic &&
		    elf_image_at(image, m->word[places[i].word]).n > 0)
			return m->word[places[i].word];
	return 0;
}
