/*
 * iostat of sysstat, text and JSON, from 9 to 12.7: -c -d -x -s -t -y -k -m
 * -N -p -z, human and plain numbers, any locale, several captures in one
 * file.  Specified by iostat(1) and by what each version prints.
 *
 * Three layouts: the device first, with up to 11.7.1 and -h its numbers on
 * the next line; the device last (-h, 11.7.2 to 12.1.1); three or four tables
 * a report with the device last (-h and --pretty from 12.1.2).
 *
 * The first report after a banner is an average since boot, unless -y left it
 * out, which only 12.1.6 to 12.7.6 show: two blank lines follow the banner.
 *
 * Not read: file systems of -n (gone since 10.1).  The iostat of macOS, the
 * BSDs and Solaris prints other columns and is not recognised.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/parser.h"
#include "ingest/tape.h"
#include "iostat.h"

enum {
	HEAD_LINES = 12, /* that are not blank; a bid looks no further */
	FIELDS = WS_COLUMNS_MAX,
	DEVICE_MAX = 256
};

enum header { HEADER_NONE, HEADER_CPU, HEADER_DEVICE, HEADER_NFS };

/* A header as it was printed; most logs have two, again and again. */
struct printed {
	char text[1024];
	size_t n, prefix;
	uint64_t columns;
	struct ws_iostat_layout layout;
};

struct text {
	struct ws_iostat io;
	struct printed cpu, device; /* the last ones */
	enum header table;          /* what the next rows belong to */
	bool name_last;
	size_t prefix;     /* fields of a log writer before each line */
	uint64_t columns;  /* seen in this report */
	bool open;         /* a report has a time, but no table yet */
	bool wants_blanks; /* after a banner: counting blank lines */
	unsigned blanks;
	char name[DEVICE_MAX]; /* of a row that goes on in the next line */
	size_t name_n;
	double joined[WS_COLUMNS_MAX]; /* cells of such a row */
};

static bool
is_device_word(struct ws_sv s)
{
	return ws_sv_is(s, "Device") || ws_sv_is(s, "Device:");
}

/* The kind of header a line is, and how many fields stand before it. */
static enum header
header_kind(struct ws_sv line, size_t *prefix)
{
	struct ws_sv f[FIELDS];
	size_t n = ws_row_split(line, f, FIELDS);
	struct ws_layout l;

	if (n < 2 || n > FIELDS)
		return HEADER_NONE;
	for (size_t i = 0; i <= WS_PREFIX_MAX && i + 1 < n; i++) {
		*prefix = i;
		if (ws_sv_is(f[i], "avg-cpu:") && ws_sv_is(f[i + 1], "%user"))
			return HEADER_CPU;
		if (ws_sv_is(f[i], "Filesystem:"))
			return HEADER_NFS;
		if (is_device_word(f[i]) &&
		    ws_iostat_device_layout(&l, line) > 1)
			return HEADER_DEVICE;
	}
	*prefix = 0;
	if (!is_device_word(f[n - 1]) || ws_iostat_device_layout(&l, line) < 2)
		return HEADER_NONE;
	while (*prefix <= WS_PREFIX_MAX && *prefix + 1 < n &&
	       l.col[*prefix] == NULL)
		(*prefix)++;
	/* -xs begins with a known column, so all unknown ones are foreign. */
	return HEADER_DEVICE;
}

/* "Linux 6.1.0 (host) \t11/23/26 \t_x86_64_\t(2 CPU)" */
static bool
take_banner(struct text *t, struct ws_sv line, bool ended)
{
	if (!ws_sysstat_banner(&t->io.s, line, ended))
		return false;
	ws_iostat_capture(&t->io);
	t->table = HEADER_NONE;
	t->open = false;
	t->wants_blanks = true;
	t->blanks = 0;
	return true;
}

static void
begin_report(struct text *t, const struct ws_when *when)
{
	if (t->wants_blanks && t->blanks >= 2)
		ws_iostat_not_since_boot(&t->io);
	t->wants_blanks = false;
	t->columns = 0;
	t->name_n = 0;
	t->table = HEADER_NONE;
	ws_iostat_report(&t->io, when);
}

/* A line of -t.  Up to 8.1.5 it was "Time: 10:10:10" without a date. */
static bool
take_time(struct text *t, struct ws_sv line)
{
	struct ws_when when;
	bool bare = ws_sv_starts(line, "Time: ");

	/* Most lines are of devices, and no date begins with a letter. */
	if (!bare && (line.p[0] | 0x20) >= 'a' && (line.p[0] | 0x20) <= 'z')
		return false;
	if (bare ? !ws_sysstat_read_time(
		       &t->io.s, ws_sv_trim(ws_sv_from(line, 5)), &when)
		 : !ws_sysstat_read_date(&t->io.s, line, &when))
		return false;
	begin_report(t, &when);
	t->open = true;
	return true;
}

/* Of a table without a line of -t: the time of the log writer, if any. */
static void
begin_untimed(struct text *t, size_t prefix, struct ws_sv line)
{
	struct ws_when when;

	if (prefix > 0 &&
	    ws_sysstat_read_date(&t->io.s, ws_row_before(line, prefix), &when))
		begin_report(t, &when);
	else
		begin_report(t, NULL);
}

/* The last word of a header is no number and no percentage. */
static bool
may_be_header(struct ws_sv bare)
{
	char c = bare.p[bare.n - 1];

	return (c < '0' || c > '9') && c != '%';
}

static bool
is_printed(const struct printed *h, struct ws_sv line)
{
	return h->n > 0 && ws_sv_eq((struct ws_sv){ h->text, h->n }, line);
}

/* Reads a header unless it is that of before. */
static enum header
read_header(struct text *t, struct ws_sv line)
{
	size_t prefix;
	enum header kind = header_kind(line, &prefix);
	struct printed *h = kind == HEADER_CPU ? &t->cpu : &t->device;
	struct ws_sv rest;

	if (kind == HEADER_NONE)
		return kind;
	rest = ws_row_after(line, prefix);
	h->prefix = prefix;
	h->n = line.n <= sizeof(h->text) && kind != HEADER_NFS ? line.n : 0;
	if (h->n > 0)
		memcpy(h->text, line.p, line.n);
	/* The rows have nothing under "avg-cpu:". */
	if (kind == HEADER_CPU)
		ws_iostat_cpu_layout(&h->layout.l, ws_row_after(rest, 1));
	else
		ws_iostat_device_layout(&h->layout.l, rest);
	h->columns = kind == HEADER_CPU ? 0 : ws_iostat_columns(&h->layout.l);
	ws_iostat_plan(&t->io, &h->layout);
	return kind;
}

static bool
take_header(struct text *t, struct ws_sv line)
{
	const struct printed *h = &t->device;
	enum header kind;

	if (is_printed(&t->device, line))
		kind = HEADER_DEVICE;
	else if (is_printed(&t->cpu, line))
		kind = HEADER_CPU;
	else
		kind = read_header(t, line);
	if (kind == HEADER_NONE)
		return false;
	if (kind == HEADER_CPU) {
		h = &t->cpu;
		if (!t->open)
			begin_untimed(t, h->prefix, line);
	} else if (kind == HEADER_DEVICE) {
		/* The same column again is the next report (-d). */
		if (t->io.s.reports == 0 || t->wants_blanks ||
		    (t->columns & h->columns) != 0)
			begin_untimed(t, h->prefix, line);
		t->columns |= h->columns;
		t->io.seen |= h->columns;
		t->name_last = !is_device_word(h->layout.l.token[0]);
	}
	t->prefix = h->prefix;
	t->table = kind;
	t->open = false;
	t->name_n = 0;
	return true;
}

/* What a division by an interval of nothing prints. */
static bool
is_not_finite(struct ws_sv s)
{
	return ws_sv_is(s, "nan") || ws_sv_is(s, "-nan") ||
	       ws_sv_is(s, "inf") || ws_sv_is(s, "-inf");
}

/* How many cells are numbers, or what stands for one. */
static size_t
count_numbers(const struct ws_cells *c)
{
	size_t n = c->n_cut;

	for (uint64_t w = ws_low_bits(n) & ~c->good; w != 0; w &= w - 1)
		n -= !is_not_finite(ws_cells_at(c, ws_lowest_bit(w)));
	return n;
}

/* What of cells is under columns.  Without a device, as of the CPU.  Member by
 * member, as a struct that was just put together is slow to copy. */
static void
set_row(struct ws_iostat_row *r, const struct ws_cells *c,
    const struct ws_iostat_layout *l, uint64_t columns)
{
	uint64_t cells = ws_low_bits(l->l.n) & columns;

	r->l = l;
	r->v = c->v;
	r->cells = cells;
	r->bytes = c->bytes & cells;
	r->small = c->small & cells;
	r->device.p = r->last.p = "";
	r->device.n = r->last.n = 0;
	r->off = c->line.off;
	r->group = false;
	r->cut = !c->line.ended;
}

static void
take_cpu(struct text *t, const struct ws_cells *c)
{
	const struct ws_iostat_layout *l = &t->cpu.layout;
	struct ws_iostat_row r;

	t->table = HEADER_NONE;
	if (c->n != l->l.n || count_numbers(c) != c->n) {
		ws_sysstat_fault(&t->io.s, c->line.off,
		    "the row below avg-cpu is not its numbers");
		return;
	}
	set_row(&r, c, l, ~UINT64_C(0));
	r.last = ws_cells_at(c, c->n - 1);
	ws_iostat_cpu_row(&t->io, &r);
}

/* The numbers of a row whose device stood on the line before, under the first
 * column. */
static void
join_row(struct text *t, const struct ws_cells *c, struct ws_iostat_row *r)
{
	struct ws_cells joined = *c;

	memcpy(t->joined + 1, c->v, c->n * sizeof(*c->v));
	joined.v = t->joined;
	joined.bytes <<= 1;
	joined.small <<= 1;
	set_row(r, &joined, &t->device.layout, ~UINT64_C(1));
	r->device = (struct ws_sv){ t->name, t->name_n };
}

/* Tells the row's device from its cells; false when it is no row. */
static bool
shape_row(struct text *t, const struct ws_cells *c, size_t numbers,
    struct ws_iostat_row *r)
{
	size_t want = t->device.layout.l.n, name = t->name_last ? want - 1 : 0;

	if (t->name_n > 0 && c->n + 1 == want && numbers == c->n) {
		join_row(t, c, r);
		return true;
	}
	if (c->n != want || numbers + 1 < want)
		return false;
	set_row(r, c, &t->device.layout, ~(UINT64_C(1) << name));
	r->device = ws_cells_at(c, name);
	return true;
}

/* A device whose numbers are on the next line. */
static bool
take_name(struct text *t, const struct ws_cells *c)
{
	struct ws_sv name = ws_cells_at(c, 0);

	if (!c->line.ended || name.n >= sizeof(t->name))
		return false;
	memcpy(t->name, name.p, name.n);
	t->name_n = name.n;
	return true;
}

static void
take_device(struct text *t, const struct ws_cells *c, bool indented)
{
	size_t numbers = count_numbers(c);
	struct ws_iostat_row r;

	if (c->n == 1 && numbers == 0 && !t->name_last && take_name(t, c))
		return;
	if (!shape_row(t, c, numbers, &r) || (t->name_last && r.cut)) {
		if (numbers > 0)
			ws_sysstat_fault(&t->io.s, c->line.off,
			    "a device row does not fit its header");
		return;
	}
	r.group = !t->name_last && t->name_n == 0 && indented;
	t->name_n = 0;
	ws_iostat_device_row(&t->io, &r);
}

/* The row of a CPU table is indented, and no time is. */
static bool
may_be_time(const struct text *t, struct ws_sv rest)
{
	return t->table != HEADER_CPU || rest.p[0] != ' ';
}

/* Most lines have no blanks around them. */
static struct ws_sv
trim(struct ws_sv s)
{
	if (s.n == 0 ||
	    ((unsigned char)s.p[0] > ' ' && (unsigned char)s.p[s.n - 1] > ' '))
		return s;
	return ws_sv_trim(s);
}

/* A line that is no row. */
static bool
take_other(struct text *t, const struct ws_line *line, struct ws_sv rest)
{
	struct ws_sv bare = trim(rest);

	return (bare.p[0] == 'L' && take_banner(t, bare, line->ended)) ||
	       (may_be_header(bare) && take_header(t, line->text)) ||
	       (may_be_time(t, rest) && take_time(t, bare));
}

/* rest: the row without what is before its first cell. */
static void
take_row(struct text *t, const struct ws_cells *row, struct ws_sv rest)
{
	if (row->n == 0) /* but for what the log writer put there */
		t->blanks++;
	else if (take_other(t, &row->line, rest))
		return;
	else if (t->table == HEADER_CPU)
		take_cpu(t, row);
	else if (t->table == HEADER_DEVICE)
		take_device(t, row, rest.p[0] == ' ');
}

static void
take_line(struct text *t, const struct ws_cells *c)
{
	struct ws_cells row;

	t->blanks += (unsigned)c->blank;
	if (t->prefix == 0) {
		take_row(t, c, c->line.text);
		return;
	}
	row = *c;
	ws_cells_skip(&row, t->prefix);
	take_row(t, &row, ws_row_after(c->line.text, t->prefix));
}

static bool
has_comma(const struct ws_cells *row)
{
	for (size_t i = 0; i < row->n_cut; i++) {
		struct ws_sv field = ws_cells_at(row, i);

		if (ws_sv_find(field, ",") < field.n)
			return true;
	}
	return false;
}

/* The fields before each line and the decimal mark, from the first table. */
static void
survey(struct text *t, struct ws_sv head)
{
	struct ws_lines lines = { 0 };
	struct ws_cells_room *room = ws_alloc(sizeof(*room));
	struct ws_cells row = { 0 };
	bool table = false, done = false;

	ws_cur_init(&lines.cur, head.p, head.n, 0);
	while (!done && ws_lines_next(&lines, &row.line)) {
		size_t prefix;

		if (header_kind(row.line.text, &prefix) != HEADER_NONE) {
			t->prefix = table ? t->prefix : prefix;
			table = true;
			continue;
		}
		ws_cells_read(&row, room->edge, room->v);
		ws_cells_skip(&row, t->prefix);
		done = table && count_numbers(&row) > 1;
		t->io.s.comma = done && has_comma(&row);
	}
	ws_lines_fini(&lines);
	free(room);
}

static void
read_text(struct text *t, struct ws_source *src)
{
	const struct ws_cells *line;
	struct ws_tape *tape;

	survey(t, ws_source_artifact(src)->head);
	tape = ws_tape_open(src);
	while (
	    t->io.s.out.status == WS_OK && (line = ws_tape_next(tape)) != NULL)
		take_line(t, line);
	ws_tape_close(tape);
}

static bool
is_json(struct ws_sv head)
{
	return ws_sv_starts(ws_sv_trim(head), "{") &&
	       ws_sv_find(head, "\"sysstat\"") < head.n &&
	       (ws_sv_find(head, "\"disk_device\"") < head.n ||
		   ws_sv_find(head, "\"avg-cpu\"") < head.n) &&
	       ws_sv_find(head, "\"nodename\"") < head.n;
}

static bool
is_text(struct ws_sv head)
{
	struct ws_cur c;
	size_t prefix;

	ws_cur_init(&c, head.p, head.n, 0);
	for (int i = 0; i < HEAD_LINES && ws_cur_left(&c) > 0;) {
		struct ws_sv line = ws_cur_line(&c);
		enum header kind = header_kind(line, &prefix);

		if (kind == HEADER_CPU || kind == HEADER_DEVICE)
			return true;
		i += ws_sv_trim(line).n > 0;
	}
	return false;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	return is_json(a->head) || is_text(a->head) ? WS_BID_SHAPE : WS_BID_NO;
}

/* JSON is one value, and its repair wants two passes; text is streamed. */
static enum ws_status
read_json(struct text *t, struct ws_source *src, struct ws_err *err)
{
	struct ws_cur all;
	enum ws_status status = ws_source_all(src, &all, err);

	if (status <= WS_PARTIAL)
		ws_iostat_read_json(&t->io, all);
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct text *t = ws_alloc(sizeof(*t));
	enum ws_status read = WS_OK, status = WS_OK;

	ws_iostat_init(&t->io, src, sink);
	if (is_json(ws_source_artifact(src)->head))
		read = read_json(t, src, err);
	else
		read_text(t, src);
	read = ws_status_worst(read, ws_source_status(src, err));
	/* Damage of the stream says more than what it did to the rows. */
	if (read <= WS_PARTIAL)
		status = ws_iostat_finish(&t->io, read == WS_OK ? err : NULL);
	free(t);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_iostat = {
	.name = "iostat",
	.title = "iostat (sysstat) text or JSON",
	.bid = bid,
	.parse = parse,
};
