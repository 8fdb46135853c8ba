/*
 * Compares the functions and inlined calls that whyslow finds in a Go program
 * with what the program says of itself (tests/oracle_inline.go), for each byte
 * of its code:
 *   oracle_inline PROGRAM <SAID
 * Prints what differs, and what was compared.  The ends of functions count too:
 * where the runtime has a function, so has the table, and the other way round
 * within the Go code, but for what was inlined into wrappers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/symtab.h"
#include "parse_mem.h"

extern const struct ws_parser ws_parser_elf;

enum { INLINED_MAX = 64, DIFFERENCES_MAX = 20 };

static void
read_file(struct ws_buf *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	char part[1 << 16];
	size_t n;

	while (f != NULL && (n = fread(part, 1, sizeof(part), f)) > 0)
		ws_buf_put(b, part, n);
	if (f != NULL)
		fclose(f);
}

static const struct ws_symbols *
go_table(struct ws_symtab *t)
{
	for (size_t i = 0; i < ws_symtab_count(t); i++)
		if (ws_symtab_get(t, i)->from == WS_SYMBOLS_PCLNTAB)
			return ws_symtab_get(t, i);
	return NULL;
}

/* As the runtime prints names: type parameters are "[...]". */
static void
put_name(struct ws_buf *b, struct ws_sv name)
{
	size_t open = ws_sv_find(name, "["), close = name.n;

	while (close > 0 && name.p[close - 1] != ']')
		close--;
	if (open == name.n || close <= open) {
		ws_buf_putsv(b, name);
		return;
	}
	ws_buf_put(b, name.p, open);
	ws_buf_puts(b, "[...]");
	ws_buf_putsv(b, ws_sv_from(name, close));
}

static void
chain(struct ws_buf *b, const struct ws_symbols *t, uint64_t addr)
{
	const struct ws_symbol *y = ws_symbols_find(t, addr);
	struct ws_sv names[INLINED_MAX];
	size_t n = ws_symbols_inlined(t, addr, names, INLINED_MAX);

	b->n = 0;
	for (size_t i = 0; i < n; i++) {
		put_name(b, names[i]);
		ws_buf_putc(b, '<');
	}
	if (y != NULL)
		put_name(b, ws_symbols_name(t, y));
	ws_buf_putc(b, '\0');
}

struct counts {
	unsigned long bytes, inlined, differ;
};

static void
compare(struct counts *c, const struct ws_symbols *t, char *line)
{
	char *at;
	uint64_t from = strtoull(line, &at, 16), to = strtoull(at, &at, 16);
	struct ws_buf ours = { 0 };

	at += strspn(at, " ");
	at[strcspn(at, "\n")] = '\0';
	for (; from < to; from++) {
		chain(&ours, t, from);
		c->bytes++;
		c->inlined += strchr(at, '<') != NULL;
		if (strcmp(ours.p, at) == 0)
			continue;
		if (c->differ++ < DIFFERENCES_MAX)
			printf("differs at %lx:\n  runtime %s\n  whyslow %s\n",
			    (unsigned long)from, at, ours.p);
	}
	ws_buf_fini(&ours);
}

int
main(int argc, char **argv)
{
	const struct ws_symbols *t;
	struct ws_buf file = { 0 };
	struct counts c = { 0 };
	struct parsed r;
	char *line = NULL;
	size_t cap = 0;

	if (argc != 2)
		return 64;
	read_file(&file, argv[1]);
	parse_mem(
	    &r, &ws_parser_elf, argv[1], file.p == NULL ? "" : file.p, file.n);
	t = go_table(ws_dict_symtab(r.sink.dict));
	while (t != NULL && getline(&line, &cap, stdin) > 0)
		compare(&c, t, line);
	printf("%lu bytes of code, %lu of them inlined, %lu differ\n", c.bytes,
	    c.inlined, c.differ);
	free(line);
	parsed_fini(&r);
	ws_buf_fini(&file);
	return c.differ > 0 || c.inlined == 0;
}
