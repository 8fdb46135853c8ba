/*
 * /proc/kallsyms of the recording machine: address, type, name, and the module
 * in brackets.  perf keeps a copy below ~/.debug/[kernel.kallsyms]/BUILD-ID and
 * packs it with `perf archive`; the build id is then in its path.  Without the
 * right to see them all addresses are 0, and the file says nothing.
 */
#include <string.h>

#include "base/num.h"
#include "ingest/parser.h"
#include "model/symtab.h"

struct entry {
	uint64_t addr;
	char type;
	struct ws_sv name, module;
};

static bool
read_hex(struct ws_sv s, uint64_t *v)
{
	*v = 0;
	if (s.n < 8 || s.n > 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f'
				     ? (unsigned)(c - 'a') + 10
				     : 16;

		if (digit > 15)
			return false;
		*v = *v << 4 | digit;
	}
	return true;
}

static bool
read_entry(struct ws_sv line, struct entry *e)
{
	struct ws_sv type;

	if (!read_hex(ws_sv_field(&line), &e->addr))
		return false;
	type = ws_sv_field(&line);
	e->name = ws_sv_field(&line);
	e->module = ws_sv_field(&line);
	if (type.n != 1 || e->name.n == 0 || ws_sv_trim(line).n > 0 ||
	    (e->module.n > 0 &&
		(e->module.p[0] != '[' || !ws_sv_ends(e->module, "]"))))
		return false;
	e->type = *type.p;
	return (e->type >= 'a' && e->type <= 'z') ||
	       (e->type >= 'A' && e->type <= 'Z');
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	enum { ENOUGH = 4, LOOKED_AT = 64 };
	struct ws_cur c;
	struct entry e;
	unsigned n = 0;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	while (ws_cur_left(&c) > 0 && n < LOOKED_AT) {
		struct ws_sv line = ws_cur_line(&c);

		/* The last line of the head may be cut. */
		if (ws_cur_left(&c) == 0 && !a->whole && n > 0)
			break;
		if (!read_entry(line, &e))
			return WS_BID_NO;
		n++;
	}
	return n >= ENOUGH ? WS_BID_SHAPE : WS_BID_NO;
}

/* perf takes the same: code, global, weak or not, and no marks. */
static bool
is_function(const struct entry *e)
{
	return strchr("tTwW", e->type) != NULL &&
	       !ws_sv_starts(e->name, "__pfx_") && e->name.p[0] != '$';
}

/* ".../BUILD-ID/kallsyms" */
static void
read_build_id(struct ws_symbols *t, struct ws_sv path)
{
	size_t end, from;

	if (!ws_sv_ends(path, "/kallsyms"))
		return;
	end = path.n - (sizeof("/kallsyms") - 1);
	for (from = end; from > 0 && path.p[from - 1] != '/'; from--)
		;
	ws_build_id_parse(
	    &t->build_id, (struct ws_sv){ path.p + from, end - from });
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_sv name = ws_source_artifact(src)->name, line;
	struct ws_symbols *t = ws_symtab_add(
	    ws_dict_symtab(sink->dict), name, WS_SYMBOLS_KALLSYMS);
	uint64_t off, bad = 0, hidden = 0, n = 0;
	struct entry e;

	read_build_id(t, name);
	while (ws_source_line(src, &line, &off)) {
		if (!read_entry(line, &e)) {
			if (bad++ == 0)
				ws_sink_fault(
				    sink, off, "not a symbol of the kernel");
			continue;
		}
		hidden += e.addr == 0;
		if (e.addr == 0 || !is_function(&e))
			continue;
		ws_symbols_put(t, e.addr, 0, e.name);
		n++;
	}
	ws_symbols_finish(t);
	if (n > 0)
		ws_source_tally(src, "function", n);
	if (n == 0 && hidden > 0)
		return ws_err_set(err, WS_UNSUPPORTED, WS_OFF_NONE,
		    "all addresses are 0: it was read without the right to "
		    "see them");
	return bad == 0
		   ? WS_OK
		   : ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
			 "%llu lines are not symbols", (unsigned long long)bad);
}

const struct ws_parser ws_parser_kallsyms = {
	.name = "kallsyms",
	.title = "symbols of the running kernel, /proc/kallsyms",
	.bid = bid,
	.parse = parse,
};
