/* What follows the samples: the memory map of a process, or functions. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "gperftools.h"

enum { MAPS_MAX = 1 << 16 };

static struct ws_sv
up_to(struct ws_sv s, size_t n)
{
	return (struct ws_sv){ s.p, n < s.n ? n : s.n };
}

static unsigned
digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (unsigned)((c | 0x20) - 'a') + 10;
	return 16;
}

bool
gp_take_hex(struct ws_sv *s, uint64_t *out)
{
	size_t from = ws_sv_starts(*s, "0x") ? 2 : 0, i;
	uint64_t v = 0;

	for (i = from; i < s->n && digit(s->p[i]) < 16; i++) {
		if (v >> 60 != 0)
			return false;
		v = v << 4 | digit(s->p[i]);
	}
	if (i == from)
		return false;
	*s = ws_sv_from(*s, i);
	*out = v;
	return true;
}

static bool
is_permissions(struct ws_sv s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (strchr("-rwxps", s.p[i]) == NULL)
			return false;
	return s.n >= 3;
}

/* START-END or "START END", and a colon perhaps. */
static bool
take_range(struct ws_sv *s, struct gp_map *m)
{
	if (!gp_take_hex(s, &m->start) || s->n == 0 ||
	    (s->p[0] != '-' && s->p[0] != ' '))
		return false;
	*s = ws_sv_trim(ws_sv_from(*s, 1));
	if (!gp_take_hex(s, &m->limit) || m->limit <= m->start)
		return false;
	if (s->n > 0 && s->p[0] == ':')
		*s = ws_sv_from(*s, 1);
	return s->n == 0 || s->p[0] == ' ' || s->p[0] == '\t';
}

/* As in /proc/PID/maps (range, permissions, offset, device, inode, name), or
 * range, permissions or not, name, and @OFFSET or not. */
static bool
read_map(struct ws_sv line, struct gp_map *m, struct ws_sv *name)
{
	struct ws_sv s = line, field, rest;
	uint64_t v;

	if (!take_range(&s, m))
		return false;
	field = ws_sv_field(&s);
	if (is_permissions(field)) {
		if (ws_sv_find(field, "x") == field.n)
			return false;
		field = ws_sv_field(&s);
	}
	rest = field;
	if (gp_take_hex(&rest, &v) && rest.n == 0 && s.n > 0) {
		m->offset = v;
		field = ws_sv_field(&s); /* the device */
		if (ws_sv_find(field, ":") < field.n) {
			ws_sv_field(&s);
			field = ws_sv_field(&s);
		}
	}
	*name = field;
	field = ws_sv_field(&s);
	if (field.n > 1 && field.p[0] == '@') {
		field = ws_sv_from(field, 1);
		if (gp_take_hex(&field, &v))
			m->offset = v;
	}
	return true;
}

/* "build=/some/path", which "$build" in a name stands for. */
static void
read_build(struct gp *g, struct ws_sv line)
{
	if (!ws_sv_starts(line, "build="))
		return;
	g->build.n = 0;
	ws_buf_putsv(&g->build, ws_sv_from(line, strlen("build=")));
}

static ws_id
name_of(struct gp *g, struct ws_sv name)
{
	struct ws_buf b = { 0 };
	ws_id id;

	if (!ws_sv_starts(name, "$build"))
		return ws_dict_str(g->sink->dict, name);
	ws_buf_putsv(&b, ws_buf_sv(&g->build));
	ws_buf_putsv(&b, ws_sv_from(name, strlen("$build")));
	id = ws_dict_str(g->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

void
gp_read_maps(struct gp *g, struct ws_lines *l)
{
	struct ws_line line;
	struct gp_map m;
	struct ws_sv name;

	while (ws_lines_next(l, &line)) {
		struct ws_sv s = ws_sv_trim(line.text);

		m = (struct gp_map){ 0 };
		if (!line.ended || g->n_map >= MAPS_MAX)
			continue;
		if (!read_map(s, &m, &name)) {
			read_build(g, s);
			continue;
		}
		m.file = name_of(g, name);
		g->map = ws_grow(g->map, &g->cap_map, g->n_map + 1, sizeof(m));
		g->map[g->n_map++] = m;
	}
}

/* Joins neighbours of one file, where offsets say so. */
static void
join(struct gp *g)
{
	size_t i, n = 0;

	for (i = 0; i < g->n_map; i++) {
		struct gp_map *last = n > 0 ? &g->map[n - 1] : NULL;

		if (last && last->file == g->map[i].file && last->file != 0 &&
		    last->limit == g->map[i].start &&
		    (last->offset == 0 || g->map[i].offset == 0 ||
			last->offset + (last->limit - last->start) ==
			    g->map[i].offset))
			last->limit = g->map[i].limit;
		else
			g->map[n++] = g->map[i];
	}
	g->n_map = n;
}

void
gp_repair_maps(struct gp *g)
{
	enum { USUAL_START = 0x400000 };

	join(g);
	if (g->n_map > 0 && g->map[0].start - g->map[0].offset == USUAL_START) {
		g->map[0].start = USUAL_START;
		g->map[0].offset = 0;
	}
}

static ws_id
mapping_of(const struct gp *g, uint64_t addr)
{
	size_t i;

	for (i = 0; i < g->n_map; i++)
		if (g->map[i].start <= addr && addr < g->map[i].limit)
			return g->map[i].file;
	/* Some writers left out the first part of a split mapping. */
	for (i = 0; i < g->n_map; i++)
		if (g->map[i].offset <= g->map[i].start &&
		    g->map[i].start - g->map[i].offset <= addr &&
		    addr < g->map[i].start)
			return g->map[i].file;
	return 0;
}

ws_id
gp_frame(const struct gp *g, uint64_t addr)
{
	struct ws_frame f = { .addr = g->no_addresses ? 0 : addr };
	uint32_t at = ws_htab_get(g->symbols, &addr, sizeof(addr));

	if (at != WS_HTAB_NONE) {
		f.func = g->symbol[at].func;
		f.file = g->symbol[at].file;
		f.line = g->symbol[at].line;
	}
	if (!g->no_addresses)
		f.mapping = mapping_of(g, addr);
	f.exact = f.func == 0;
	return ws_dict_frame(g->sink->dict, &f);
}

void
gp_name(struct gp *g, uint64_t addr, const struct gp_symbol *s)
{
	bool is_new;
	uint32_t at = ws_htab_put(g->symbols, &addr, sizeof(addr), &is_new);

	g->symbol =
	    ws_grow(g->symbol, &g->cap_symbol, (size_t)at + 1, sizeof(*s));
	if (is_new)
		g->symbol[at] = *s;
}

/* "func (file:line)", "func (path)" or another word. */
static struct gp_symbol
function_of(struct gp *g, struct ws_sv s)
{
	struct gp_symbol out = { 0 };
	struct ws_sv in = { "", 0 };
	int64_t line;
	size_t at;

	if (ws_sv_find(s, "generated stub/JIT") < s.n) {
		out.func = ws_dict_cstr(g->sink->dict, "STUB");
		return out;
	}
	at = s.n;
	if (s.n > 0 && s.p[s.n - 1] == ')')
		while (at > 0 && s.p[at - 1] != '(')
			at--;
	if (at > 1 && at < s.n) {
		in = up_to(ws_sv_from(s, at), s.n - 1 - at);
		s = ws_sv_trim(up_to(s, at - 1));
	}
	for (at = in.n; at > 0 && in.p[at - 1] != ':';)
		at--;
	if (at > 1 &&
	    ws_num_i64(ws_sv_from(in, at), INT32_MIN, UINT32_MAX, &line)) {
		out.line = line > 0 ? (uint32_t)line : 0;
		in = up_to(in, at - 1);
	} else {
		for (at = in.n; at > 0 && in.p[at - 1] != '/';)
			at--;
		in = ws_sv_from(in, at);
	}
	out.func = ws_dict_str(g->sink->dict, s);
	out.file = ws_dict_str(g->sink->dict, in);
	return out;
}

void
gp_read_function(struct gp *g, struct ws_sv line)
{
	struct gp_symbol symbol;
	struct ws_sv s = line;
	uint64_t addr;

	if (!ws_sv_starts(s, "0x") || !gp_take_hex(&s, &addr))
		return;
	symbol = function_of(g, ws_sv_trim(s));
	gp_name(g, addr, &symbol);
}

void
gp_read_functions(struct gp *g, struct ws_lines *l)
{
	struct ws_line line;

	while (ws_lines_next(l, &line))
		if (line.ended)
			gp_read_function(g, ws_sv_trim(line.text));
}
