/*
 * What the compiler inlined into the functions of a Go program: for each of them
 * a tree of calls (FUNCDATA_InlTree), and for each instruction its place in the
 * tree (PCDATA_InlTreeIndex, a stream of steps).  Layouts are those of
 * runtime/symtab.go and symtabinl.go since Go 1.16, and of _func in runtime2.go.
 * A call's parent is where the instruction parentPc stands.
 *
 * Not read are the trees of Go 1.9 to 1.15: they moved between the tables of a
 * function in 1.12 and 1.14, and pclntabs of these releases look the same.
 */
#include "base/mem.h"
#include "elf_go.h"

enum {
	INDEX_TABLE = 2, /* PCDATA_InlTreeIndex */
	TREE_TABLE = 3,  /* FUNCDATA_InlTree */
	CALLS_MAX = 1 << 20
};

/* Where a function's stream and its tree are. */
struct places {
	struct ws_cur stream, tree;
};

struct call {
	uint32_t name, parent_pc;
};

/* Fields of the record between the entry and the tables: name, args,
 * deferreturn, pcsp, pcfile and pcln; npcdata; the unit, since Go 1.20 the line;
 * and four bytes, of which the last is nfuncdata. */
static bool
read_counts(const struct elf_go *g, struct ws_cur *c, uint32_t *pcdata,
    uint8_t *funcdata)
{
	ws_cur_skip(c, (g->magic == ELF_GO_16 ? g->ptr : 4) + 6 * 4);
	*pcdata = ws_cur_u32(c);
	ws_cur_skip(c, g->magic == ELF_GO_20 ? 4 + 4 + 3 : 4 + 3);
	*funcdata = ws_cur_u8(c);
	return ws_cur_ok(c) && *pcdata > INDEX_TABLE && *funcdata > TREE_TABLE;
}

/* Before Go 1.18 the tables of a function are pointers, and aligned. */
static struct ws_sv
read_tree(const struct elf_go *g, struct ws_cur *c)
{
	uint64_t at;

	if (g->magic != ELF_GO_16) {
		ws_cur_skip(c, TREE_TABLE * 4);
		at = ws_cur_u32(c);
		if (!ws_cur_ok(c) || at == UINT32_MAX || g->func == 0)
			return WS_SV("");
		return elf_image_at(g->image, g->func + at);
	}
	if (g->ptr == 8 && (g->part->addr + c->off) % 8 != 0)
		ws_cur_skip(c, 4);
	ws_cur_skip(c, TREE_TABLE * (uint64_t)g->ptr);
	at = elf_go_word(c, g->ptr);
	return ws_cur_ok(c) ? elf_image_at(g->image, at) : WS_SV("");
}

static bool
find_places(const struct elf_go *g, uint64_t record, struct places *p)
{
	struct ws_cur c = elf_go_at(g->part, record), tables;
	struct ws_sv tree;
	uint32_t n_pcdata, stream;
	uint8_t n_funcdata;

	if (!read_counts(g, &c, &n_pcdata, &n_funcdata))
		return false;
	tables = c;
	ws_cur_skip(&tables, INDEX_TABLE * 4);
	stream = ws_cur_u32(&tables);
	if (stream == 0)
		return false;
	p->stream = elf_go_at(g->part, g->pctab + stream);
	ws_cur_skip(&c, (uint64_t)n_pcdata * 4);
	tree = read_tree(g, &c);
	ws_cur_init(&p->tree, tree.p, tree.n, 0);
	p->tree.big = g->part->big;
	return tree.n > 0;
}

static void
add_step(struct elf_go *g, uint64_t end, int64_t index)
{
	g->step =
	    ws_grow(g->step, &g->cap_step, g->n_step + 1, sizeof(*g->step));
	g->step[g->n_step++] =
	    (struct elf_go_step){ (uint32_t)end, (int32_t)index };
}

/* Pairs of a change of the index and a number of instructions, up to a change
 * of 0.  The number of places in the tree, or -1. */
static int64_t
read_steps(struct elf_go *g, struct ws_cur *c, uint64_t size)
{
	int64_t index = -1, most = -1;
	uint64_t change, skip, pc = 0;

	for (g->n_step = 0; g->left > 0; g->left--) {
		change = ws_cur_uleb(c);
		if (!ws_cur_ok(c))
			break;
		if (change == 0 && g->n_step > 0)
			return most + 1;
		skip = ws_cur_uleb(c);
		if (!ws_cur_ok(c) || change > 2 * CALLS_MAX ||
		    skip > size / g->quantum)
			break;
		index += change & 1 ? -(int64_t)(change >> 1) - 1
				    : (int64_t)(change >> 1);
		pc += skip * g->quantum;
		if (index < -1 || index >= CALLS_MAX || pc > size)
			break;
		most = index > most ? index : most;
		add_step(g, pc, index);
	}
	return -1;
}

/* The place in the tree of an instruction of the function. */
static int32_t
index_at(const struct elf_go *g, uint32_t pc)
{
	size_t lo = 0, hi = g->n_step, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (g->step[mid].end <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < g->n_step ? g->step[lo].index : -1;
}

/* Go 1.20 took the parent, file and line out and put the line of the callee in. */
static bool
read_call(const struct elf_go *g, struct ws_cur *c, struct call *to)
{
	ws_cur_skip(c, g->magic == ELF_GO_20 ? 4 : 12);
	to->name = ws_cur_u32(c);
	to->parent_pc = ws_cur_u32(c);
	ws_cur_skip(c, g->magic == ELF_GO_20 ? 4 : 0);
	return ws_cur_ok(c) && to->name < g->names_end - g->names;
}

/* Parents come before what they call: compilers add them first. */
static bool
put_calls(struct elf_go *g, struct ws_cur *tree, uint32_t n)
{
	struct call from;
	int32_t parent;

	if (n > g->left)
		return false;
	g->left -= n;
	g->call = ws_grow(g->call, &g->cap_call, n, sizeof(*g->call));
	for (uint32_t i = 0; i < n; i++) {
		if (!read_call(g, tree, &from))
			return false;
		parent = index_at(g, from.parent_pc);
		if (parent >= (int32_t)i)
			return false;
		g->call[i] = ws_inlines_call(
		    &g->out->inlines, (struct ws_call){ g->names_at + from.name,
					  parent < 0 ? 0 : g->call[parent] });
	}
	return true;
}

void
elf_go_inline(struct elf_go *g, uint64_t entry, uint64_t size, uint64_t record)
{
	struct places p;
	uint64_t at = entry - g->out->lo;
	int64_t n;

	/* Programs of more than 4 GiB of code have none. */
	if (g->magic == ELF_GO_2 || at + size > UINT32_MAX ||
	    !find_places(g, record, &p))
		return;
	n = read_steps(g, &p.stream, size);
	if (n <= 0 || !put_calls(g, &p.tree, (uint32_t)n))
		return;
	for (size_t i = 0; i < g->n_step; i++) {
		int32_t index = g->step[i].index;

		ws_inlines_put(&g->out->inlines, (uint32_t)at,
		    index < 0 ? 0 : g->call[index]);
		at = entry - g->out->lo + g->step[i].end;
	}
	ws_inlines_put(&g->out->inlines, (uint32_t)at, 0);
}
