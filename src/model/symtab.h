/*
 * Names for addresses, as far as the bundle itself has them.  Parsers of
 * binaries and symbol lists put tables here, parsers of recordings say which
 * file a mapping was; src/symbols/resolve.h brings the two together when all
 * is read.  Nothing is looked up on the machine that analyses.
 */
#ifndef WS_SYMTAB_H
#define WS_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/inlines.h"

struct ws_dict;

enum { WS_BUILD_ID_MAX = 32 };

struct ws_build_id {
	uint8_t n; /* 0 when there is none */
	uint8_t id[WS_BUILD_ID_MAX];
};

bool ws_build_id_eq(const struct ws_build_id *a, const struct ws_build_id *b);
/* From hexadecimal digits; false when they are none. */
bool ws_build_id_parse(struct ws_build_id *b, struct ws_sv hex);

/* One function: [addr, addr + size). */
struct ws_symbol {
	uint64_t addr;
	uint32_t size; /* 0: up to the next symbol */
	uint32_t name; /* offset in the table's text */
};

enum ws_symbols_from {
	WS_SYMBOLS_ELF,     /* .symtab, .dynsym, MiniDebugInfo */
	WS_SYMBOLS_PCLNTAB, /* of Go: knows all of Go's code and nothing else */
	WS_SYMBOLS_KALLSYMS, /* run-time addresses of the kernel */
	WS_SYMBOLS_PERF_MAP  /* run-time addresses in one process */
};

/* Bytes [off, off + size) of a file are at vaddr in its address space. */
struct ws_load {
	uint64_t off, size, vaddr;
};

struct ws_symbols {
	const char *artifact; /* what it was read from */
	enum ws_symbols_from from;
	struct ws_build_id build_id;
	struct ws_symbol *symbol; /* by rising address once finished */
	size_t n, cap;
	struct ws_buf text;
	size_t room; /* for text: names may overlap in a file; 0: no bound */
	struct ws_inlines inlines; /* places less `lo`, names in the text */
	struct ws_load *load;
	size_t n_load, cap_load;
	uint64_t lo, hi;            /* of a PCLNTAB: the Go code */
	uint64_t at_text, at_stext; /* _text and _stext, or 0 */
	bool last_wins;             /* where two begin at one address */
	bool is_debug; /* its segments hold no code: see another's */
};

/* What a recording says of a mapping. */
struct ws_mapped {
	uint32_t mapping; /* the id of its name in the dictionary */
	struct ws_build_id build_id;
	uint64_t reference;       /* of the kernel: where the next symbol was */
	uint32_t symbol;          /* its name, in the dictionary */
	bool is_kernel, conflict; /* conflict: two build ids were told */
};

struct ws_symtab;

/* Owned by the dictionary, see ws_dict_symtab(). */
struct ws_symtab *ws_symtab_new(void);
void ws_symtab_free(struct ws_symtab *t);

/* A new table; valid until the next is added. */
struct ws_symbols *ws_symtab_add(
    struct ws_symtab *t, struct ws_sv artifact, enum ws_symbols_from from);
void ws_symbols_put(
    struct ws_symbols *s, uint64_t addr, uint64_t size, struct ws_sv name);
/* Many names at once, as they stand in a file with NULs between them: where
 * they are in the text, for the two below.  False when there is no room. */
bool ws_symbols_text(struct ws_symbols *s, struct ws_sv names, uint32_t *at);
/* A function whose name is in the text already; not without a name. */
void ws_symbols_put_at(
    struct ws_symbols *s, uint64_t addr, uint64_t size, uint32_t name);
void ws_symbols_load(struct ws_symbols *s, struct ws_load load);
/* Sorts the symbols; of several at one address one stays, see last_wins. */
void ws_symbols_finish(struct ws_symbols *s);
/* The symbol that an address is in, or NULL. */
const struct ws_symbol *ws_symbols_find(
    const struct ws_symbols *s, uint64_t addr);

/* Its name; empty when it is too long for one. */
struct ws_sv ws_symbols_name(
    const struct ws_symbols *s, const struct ws_symbol *y);
/* The functions whose code was put in at an address, innermost first, at most
 * `max`; how many.  The function they were put into is not among them. */
size_t ws_symbols_inlined(
    const struct ws_symbols *s, uint64_t addr, struct ws_sv *names, size_t max);

size_t ws_symtab_count(const struct ws_symtab *t);
const struct ws_symbols *ws_symtab_get(const struct ws_symtab *t, size_t i);

/* Notes what a mapping was. */
void ws_symtab_map(struct ws_symtab *t, const struct ws_mapped *m);
/* What is known of a mapping, or NULL. */
const struct ws_mapped *ws_symtab_mapped(
    const struct ws_symtab *t, uint32_t mapping);

#endif
