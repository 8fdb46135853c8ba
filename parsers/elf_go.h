/* What the files that read Go's pclntab share. */
#ifndef WS_PARSERS_ELF_GO_H
#define WS_PARSERS_ELF_GO_H

#include "elf_parts.h"

enum elf_go_magic {
	ELF_GO_2 = 0xfb,
	ELF_GO_16 = 0xfa,
	ELF_GO_18 = 0xf0,
	ELF_GO_20 = 0xf1
};

/* A range of code that stands in one place of the tree of inlined calls. */
struct elf_go_step {
	uint32_t end; /* less the function's entry */
	int32_t index;
};

/* A table while it is read. */
struct elf_go {
	const struct elf_part *part; /* starts with it */
	const struct elf_image *image;
	struct ws_symbols *out;
	unsigned magic, quantum, ptr; /* the least instruction, a pointer */
	uint64_t n, text, names, names_end, pctab, functab;
	uint64_t func;            /* where trees are counted from: go:func.* */
	uint32_t names_at;        /* where the names are in out->text */
	uint64_t left;            /* what trees may still cost */
	struct elf_go_step *step; /* those of one function */
	size_t n_step, cap_step;
	uint32_t *call; /* by place in the tree */
	size_t cap_call;
};

/* A window from an offset of the table on. */
struct ws_cur elf_go_at(const struct elf_part *part, uint64_t off);
/* A number of the size of a pointer, or of another. */
uint64_t elf_go_word(struct ws_cur *c, unsigned size);
/* What was inlined into a function, given where its record is. */
void elf_go_inline(
    struct elf_go *g, uint64_t entry, uint64_t size, uint64_t record);

/* The words at the start of runtime.moduledata as the program has them when it
 * runs at its own address. */
struct elf_go_module {
	uint64_t word[45];
};

/* False when the image has no module data of the table at that address. */
bool elf_go_module_find(
    const struct elf_image *image, uint64_t table, struct elf_go_module *m);
/* Where the module's code begins. */
uint64_t elf_go_module_text(const struct elf_go_module *m);
/* Where go:func.* is: behind the last words that depend on the release; 0 when
 * that is not in the image. */
uint64_t elf_go_module_func(const struct elf_go_module *m,
    const struct elf_image *image, unsigned magic);

#endif
