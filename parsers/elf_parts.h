/* What the files of the ELF reader share. */
#ifndef WS_PARSERS_ELF_PARTS_H
#define WS_PARSERS_ELF_PARTS_H

#include "base/cursor.h"
#include "model/symtab.h"

/* A part of the file that has an address. */
struct elf_part {
	struct ws_sv bytes;
	uint64_t addr;
	bool big, wide; /* byte order; 64-bit */
};

/* What a program has in memory besides code, as far as it is in the file; and
 * what the loader writes into that (SHT_RELA). */
struct elf_image {
	struct elf_part *data, *rela;
	size_t n_data, n_rela;
};

/* The bytes from an address to the end of its part; empty when it is in none. */
struct ws_sv elf_image_at(const struct elf_image *image, uint64_t addr);

/*
 * The functions of a Go program from its pclntab, which starts at the start of
 * the part, and what the compiler inlined into them, as far as the image has
 * the trees of that.  `text` is where its code begins, for tables that leave
 * that to others (Go 1.26) when module data do not say, 0 when unknown.  False
 * when it is no sound table.
 */
bool elf_go_table(struct ws_symbols *s, const struct elf_part *part,
    const struct elf_image *image, uint64_t text);
/* Offset of the first pclntab in the part at or after `from`, or its size. */
size_t elf_go_find(const struct elf_part *part, size_t from);
/* The release that linked the program, from its build information; empty when
 * it is not written there. */
struct ws_sv elf_go_version(const struct elf_part *part);

/* The entries of a procedure linkage table. */
struct elf_plt {
	struct elf_part relocs; /* what fills the slots they jump through */
	bool has_addends;       /* the relocations do: RELA */
	uint64_t addr, size;    /* of the section */
	uint64_t header, entry; /* bytes of the first entry and of the others */
};

/* Fills in header and entry; entsize: as the section's head tells.  The sizes
 * of machines whose linkers leave entsize alone are those of their ABIs. */
void elf_plt_shape(struct elf_plt *t, uint16_t machine, uint64_t entsize);
/* The address of the entry for the i-th relocation, and the index in .dynsym of
 * what it jumps to; false behind the last. */
bool elf_plt_entry(
    const struct elf_plt *t, uint64_t i, uint64_t *addr, uint32_t *symbol);

#endif
