/*
 * Procedure linkage tables, through whose entries a program calls the functions of
 * libraries.  No symbol names them; the i-th jumps to what the i-th relocation
 * of .rela.plt is about (System V ABI, "Procedure Linkage Table"; the names are
 * those that perf and objdump make, FUNCTION@plt).
 */
#include <elf.h>

#include "base/mem.h"
#include "elf_parts.h"

void
elf_plt_shape(struct elf_plt *t, uint16_t machine, uint64_t entsize)
{
	static const struct {
		uint16_t machine;
		uint8_t header, entry;
	} of[] = {
		{ EM_386, 16, 16 },
		{ EM_X86_64, 16, 16 },
		{ EM_ARM, 20, 12 },
		{ EM_AARCH64, 32, 16 },
		{ EM_RISCV, 32, 16 },
		{ EM_SPARC, 48, 12 },
		{ EM_SPARCV9, 128, 32 },
	};

	t->header = t->entry = entsize;
	for (size_t i = 0; i < WS_LEN(of); i++) {
		if (of[i].machine != machine)
			continue;
		t->header = of[i].header;
		t->entry = of[i].entry;
	}
}

bool
elf_plt_entry(
    const struct elf_plt *t, uint64_t i, uint64_t *addr, uint32_t *symbol)
{
	const unsigned word = t->relocs.wide ? 8 : 4;
	const unsigned record = t->has_addends ? 3 * word : 2 * word;
	uint64_t info;
	struct ws_cur c;

	if (i >= t->relocs.bytes.n / record || t->header > t->size ||
	    t->entry == 0 || i >= (t->size - t->header) / t->entry)
		return false;
	ws_cur_init(&c, t->relocs.bytes.p, t->relocs.bytes.n, 0);
	c.big = t->relocs.big;
	ws_cur_skip(&c, i * record + word);
	info = word == 8 ? ws_cur_u64(&c) : ws_cur_u32(&c);
	*symbol = (uint32_t)(word == 8 ? info >> 32 : info >> 8);
	*addr = t->addr + t->header + i * t->entry;
	return true;
}
