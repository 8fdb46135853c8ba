/*
 * /tmp/perf-PID.map, in which a program with a JIT lists what it made: start
 * and size in hexadecimal, and the rest of the line is the name.  Specified by
 * tools/perf/Documentation/jit-interface.txt of Linux.  The name of the file
 * says which process it is of.
 */
#include "ingest/parser.h"
#include "model/symtab.h"

static bool
read_hex(struct ws_sv s, uint64_t *v)
{
	if (ws_sv_starts(s, "0x"))
		s = ws_sv_from(s, 2);
	*v = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		unsigned digit =
		    c >= '0' && c <= '9'   ? (unsigned)(c - '0')
		    : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
		    : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
					   : 16;

		if (digit > 15)
			return false;
		*v = *v << 4 | digit;
	}
	return s.n > 0 && s.n <= 16;
}

static bool
read_line(struct ws_sv line, uint64_t *addr, uint64_t *size, struct ws_sv *name)
{
	if (!read_hex(ws_sv_field(&line), addr) ||
	    !read_hex(ws_sv_field(&line), size))
		return false;
	*name = ws_sv_trim(line);
	return name->n > 0;
}

/* Text of this shape is found elsewhere too, so the name has to be right. */
static bool
is_named(struct ws_sv path)
{
	struct ws_sv base = path;

	for (size_t i = path.n; i > 0; i--) {
		if (path.p[i - 1] != '/')
			continue;
		base = ws_sv_from(path, i);
		break;
	}
	return ws_sv_starts(base, "perf-") && ws_sv_ends(base, ".map");
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	uint64_t addr, size;
	struct ws_sv name;
	struct ws_cur c;

	if (!is_named(a->name))
		return WS_BID_NO;
	ws_cur_init(&c, a->head.p, a->head.n, 0);
	return read_line(ws_cur_line(&c), &addr, &size, &name) ? WS_BID_SHAPE
							       : WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_symbols *t = ws_symtab_add(ws_dict_symtab(sink->dict),
	    ws_source_artifact(src)->name, WS_SYMBOLS_PERF_MAP);
	uint64_t off, addr, size, bad = 0;
	struct ws_sv line, name;

	/* Code is made over older code. */
	t->last_wins = true;
	while (ws_source_line(src, &line, &off)) {
		if (read_line(line, &addr, &size, &name))
			ws_symbols_put(t, addr, size, name);
		else if (bad++ == 0)
			ws_sink_fault(
			    sink, off, "wanted an address, a size and a name");
	}
	if (t->n > 0)
		ws_source_tally(src, "function", t->n);
	ws_symbols_finish(t);
	return bad == 0 ? WS_OK
			: ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
			      "%llu lines are not functions",
			      (unsigned long long)bad);
}

const struct ws_parser ws_parser_perf_map = {
	.name = "perf-map",
	.title = "functions of a JIT, perf-PID.map",
	.bid = bid,
	.parse = parse,
};
