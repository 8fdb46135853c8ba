/*
 * sar of sysstat, text, and what `sadf -d` (fields between semicolons), -p (a
 * line for each number), -j (JSON) and -x (XML) make of its files, from 9.1 to 12.7: -u -P -q -r -S -B -w -W -b -d -n DEV and the
 * rest of -A, in any locale, with restarts, several captures in one file.
 * Specified by sar(1) and sadf(1), and by what each version prints.
 *
 * Every activity is a table of its own over the same times, so the clock
 * starts anew at each header with other columns.
 *
 * Devices and CPU shares become the series of iostat and mpstat.  Pages
 * swapped become bytes where the banner shows a machine with pages of 4 KiB.
 * Columns without a well-known name become "sar.TOKEN" without a unit, as
 * printed.  Left out: rows of averages; tables of interrupts, terminals,
 * sensors and file systems.  Intervals are what sar shows, so that nothing is
 * an average since boot.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/parser.h"
#include "ingest/tape.h"
#include "iostat.h"
#include "sar.h"
#include "sysstat_row.h"

#define KB   1024.0
#define PAGE 4096.0

static const struct ws_column table[] = {
	{ "cswch/s", WS_N_SCHED_SWITCHES, WS_U_RATE, 1 },
	{ "runq-sz", WS_N_SCHED_RUNNABLE, WS_U_COUNT, 1 },
	{ "blocked", WS_N_SCHED_BLOCKED, WS_U_COUNT, 1 },
	{ "pgpgin/s", WS_N_BLOCK_IN, WS_U_BRATE, KB },
	{ "pgpgout/s", WS_N_BLOCK_OUT, WS_U_BRATE, KB },
	{ "fault/s", WS_N_MEM_FAULTS, WS_U_RATE, 1 },
	{ "majflt/s", WS_N_MEM_FAULTS_MAJOR, WS_U_RATE, 1 },
	{ "pgscand/s", WS_N_MEM_SCAN_DIRECT, WS_U_RATE, 1 },
	{ "pswpin/s", WS_N_SWAP_IN, WS_U_BRATE, PAGE },
	{ "pswpout/s", WS_N_SWAP_OUT, WS_U_BRATE, PAGE },
	{ "kbmemfree", WS_N_MEM_FREE, WS_U_BYTES, KB },
	{ "kbavail", WS_N_MEM_AVAILABLE, WS_U_BYTES, KB },
	{ "kbbuffers", WS_N_MEM_BUFFERS, WS_U_BYTES, KB },
	{ "kbcached", WS_N_MEM_CACHE, WS_U_BYTES, KB },
	{ "kbactive", WS_N_MEM_ACTIVE, WS_U_BYTES, KB },
	{ "kbinact", WS_N_MEM_INACTIVE, WS_U_BYTES, KB },
	{ "kbswpused", WS_N_MEM_SWAPPED, WS_U_BYTES, KB },
	{ "%scpu", WS_N_PSI_CPU_SOME, WS_U_RATIO, 0.01 },
	{ "%sio", WS_N_PSI_IO_SOME, WS_U_RATIO, 0.01 },
	{ "%fio", WS_N_PSI_IO_FULL, WS_U_RATIO, 0.01 },
	{ "%smem", WS_N_PSI_MEM_SOME, WS_U_RATIO, 0.01 },
	{ "%fmem", WS_N_PSI_MEM_FULL, WS_U_RATIO, 0.01 },
};

/* What a header can begin with, besides columns of the table: the others of
 * the activities that make series, and what rows of the rest are of. */
static const char *const first_words[] = { "CPU", "DEV", "IFACE", "tps",
	"proc/s", "kbswpfree", "frmpg/s", "%scpu-10", "%sio-10", "%smem-10",
	"pgpgin/s", "INTR", "TTY", "dentunusd", "kbhugfree", "call/s",
	"scall/s", "totsck", "tcp6sck", "irec/s", "BUS", "FAN", "TEMP", "MHz",
	"FILESYSTEM", "MOUNTPOINT", "FCHOST", "active/s", "idgm/s" };

enum kind { KIND_NONE, KIND_CPU, KIND_DEVICE, KIND_NAMED, KIND_PLAIN };

/* What follows from a header. */
struct plan {
	struct ws_buf columns; /* as they were given */
	bool pages;
	enum kind kind;
	struct ws_iostat_layout l; /* heading: of all rows but of CPUs */
	bool name_last;
};

enum { PLANS = 64 };

struct sar {
	struct ws_iostat io;
	struct plan *plan[PLANS]; /* by a hash of the columns; NULL: none yet */
	const struct plan *now;   /* NULL: none since the banner */
	enum kind kind;           /* of its rows, or KIND_NONE: left out */
	bool pages;               /* of 4 KiB */
};

static bool
is_first(struct ws_sv s)
{
	for (size_t i = 0; i < WS_LEN(first_words); i++)
		if (ws_sv_is(s, first_words[i]))
			return true;
	for (size_t i = 0; i < WS_LEN(table); i++)
		if (ws_sv_is(s, table[i].token))
			return true;
	return false;
}

/* Words and no numbers, and not the table of mpstat or pidstat. */
static bool
is_columns(struct ws_sv columns)
{
	struct ws_sv f[WS_COLUMNS_MAX];
	size_t n = ws_row_split(columns, f, WS_COLUMNS_MAX);
	double v;

	if (n == 0 || n > WS_COLUMNS_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (ws_cell_number(f[i], &v) || ws_sv_is(f[i], "Command"))
			return false;
	return n < 6 || !ws_sv_is(f[0], "CPU") || !ws_sv_is(f[5], "%irq");
}

static enum kind
kind_of(const struct ws_layout *l)
{
	if (ws_layout_find(l, "DEV") < l->n)
		return KIND_DEVICE;
	if (ws_sv_is(l->token[0], "CPU"))
		return ws_layout_find(l, "%idle") < l->n ? KIND_CPU : KIND_NONE;
	if (ws_sv_is(l->token[0], "IFACE"))
		return KIND_NAMED;
	/* The rest is of interrupts and the like, which begin with what each
	 * row is of, in capitals. */
	for (size_t i = 0; i < l->token[0].n; i++)
		if (l->token[0].p[i] >= 'a' && l->token[0].p[i] <= 'z')
			return KIND_PLAIN;
	return KIND_NONE;
}

/* The series of a column: NULL where what is printed is of no known unit. */
static const struct ws_column *
meaning(const struct plan *q, size_t i)
{
	const struct ws_column *c = q->l.l.col[i];

	return c != NULL && (c->factor != PAGE || q->pages) ? c : NULL;
}

static const struct ws_heading *
heading_of(const struct sar *p, const struct plan *q)
{
	struct ws_heading_series of[WS_COLUMNS_MAX] = { { 0 } };
	struct ws_dict *d = p->io.s.sink->dict;
	char text[80];

	for (size_t i = q->kind == KIND_NAMED; i < q->l.l.n; i++) {
		const struct ws_column *c = meaning(q, i);
		struct ws_sv token = q->l.l.token[i];

		snprintf(text, sizeof(text), "sar.%.*s", WS_SV_ARG(token));
		if (c != NULL)
			of[i] = (struct ws_heading_series){ c->name, c->unit };
		else if (token.n <= 64)
			of[i].name = ws_dict_cstr(d, text);
	}
	return ws_dict_heading(d, of, q->l.l.n);
}

static void
make_plan(struct sar *p, struct plan *q, struct ws_sv columns)
{
	struct ws_layout *l = &q->l.l;

	q->columns.n = 0;
	ws_buf_putsv(&q->columns, columns);
	q->pages = p->pages;
	ws_layout_read(l, columns, table, WS_LEN(table));
	q->kind = l->n > 0 ? kind_of(l) : KIND_NONE;
	q->name_last = l->n > 0 && ws_sv_is(l->token[l->n - 1], "DEV");
	if (q->kind == KIND_CPU) {
		ws_sysstat_cpu_layout(l, columns);
	} else if (q->kind == KIND_DEVICE) {
		ws_iostat_device_layout(l, columns);
		ws_iostat_plan(&p->io, &q->l);
	} else if (q->kind != KIND_NONE) {
		q->l.heading = heading_of(p, q);
	}
}

/* Most logs have a few headers, again and again. */
static void
read_columns(struct sar *p, struct ws_sv columns)
{
	struct plan **q;
	uint32_t hash = 0;

	for (size_t i = 0; i < columns.n; i++)
		hash = hash * 31 + (unsigned char)columns.p[i];
	q = &p->plan[hash % PLANS];
	if (*q == NULL)
		*q = ws_alloc(sizeof(**q));
	if ((*q)->columns.p == NULL || (*q)->pages != p->pages ||
	    !ws_sv_eq(ws_buf_sv(&(*q)->columns), columns))
		make_plan(p, *q, columns);
	p->now = *q;
	p->kind = p->now->kind;
}

static void
free_plans(struct sar *p)
{
	for (size_t i = 0; i < PLANS; i++)
		if (p->plan[i] != NULL) {
			ws_buf_fini(&p->plan[i]->columns);
			free(p->plan[i]);
		}
}

static bool
is_same(const struct plan *q, struct ws_sv columns)
{
	struct ws_sv f[WS_COLUMNS_MAX];
	size_t n = ws_row_split(columns, f, WS_COLUMNS_MAX);
	const struct ws_layout *l;

	if (q == NULL)
		return n == 0;
	l = &q->l.l;
	for (size_t i = 0; n == l->n && i < n; i++)
		if (!ws_sv_eq(f[i], l->token[i]))
			return false;
	return n == l->n;
}

static bool
take_header(struct sar *p, const struct ws_line *line)
{
	struct ws_sysstat_header h;

	if (!ws_sysstat_header(&h, line->text, is_first) ||
	    !is_columns(h.columns))
		return false;
	if (h.average) {
		p->kind = KIND_NONE;
		return true;
	}
	p->io.s.prefix = h.prefix;
	if (!is_same(p->now, h.columns))
		ws_sysstat_rewind(&p->io.s);
	read_columns(p, h.columns);
	return true;
}

/* Rows of the table under their columns; track is 0 or what the row is of. */
static void
put_cells(
    struct sar *p, const struct ws_sysstat_row *r, size_t first, uint64_t off)
{
	const struct ws_layout *l = &p->now->l.l;
	struct ws_event of = ws_sysstat_counter(&p->io.s, false);
	double *value;
	struct ws_row *row = ws_batch_row(&p->io.s.out, &value);

	row->heading = p->now->l.heading;
	row->t = of.t;
	row->clock = of.clock;
	row->peer = row->track = 0;
	row->has = 0;
	if (first > 0)
		row->track =
		    ws_dict_str(p->io.s.sink->dict, ws_sysstat_text(r, 0));
	for (size_t i = first; i < l->n; i++) {
		const struct ws_column *c = meaning(p->now, i);
		struct ws_cell n = ws_sysstat_number(r, i);

		if (!n.good || n.v < 0 || n.v > 1e15 || l->token[i].n > 64) {
			ws_sysstat_fault(&p->io.s, off,
			    "a cell is not a number of its column");
			continue;
		}
		value[i] = c != NULL ? ws_cell_in_unit(c, &n) : n.v;
		row->has |= UINT64_C(1) << i;
	}
	p->io.s.rows++;
}

static void
put_device(struct sar *p, const struct ws_sysstat_row *cells, uint64_t off)
{
	size_t n = p->now->l.l.n, name = p->now->name_last ? n - 1 : 0;
	double v[WS_COLUMNS_MAX] = { 0 };
	struct ws_iostat_row r = { .l = &p->now->l,
		.v = v,
		.cells = ws_low_bits(n) & ~(UINT64_C(1) << name),
		.device = ws_sysstat_text(cells, name),
		.off = off };

	for (size_t i = 0; i < n; i++) {
		struct ws_cell number = ws_sysstat_number(cells, i);

		v[i] = number.good && i != name ? number.v : NAN;
		r.bytes |= (uint64_t)(number.good && number.bytes) << i;
	}
	r.bytes &= r.cells;
	ws_iostat_device_row(&p->io, &r);
}

static void
put_cpu(struct sar *p, const struct ws_sysstat_row *r, uint64_t off)
{
	const struct ws_layout *l = &p->now->l.l;
	struct ws_sv cell[WS_COLUMNS_MAX];
	uint64_t cpu;

	for (size_t i = 0; i < l->n; i++)
		cell[i] = ws_sysstat_text(r, i);
	if ((!ws_sv_is(cell[0], "all") && !ws_sv_is(cell[0], "-1") &&
		!ws_num_u64(cell[0], 0, 1 << 20, &cpu)) ||
	    !ws_sysstat_cpu_is_whole(l, cell))
		ws_sysstat_fault(
		    &p->io.s, off, "a row is not the shares of its header");
	else
		ws_sysstat_cpu_row(&p->io.s, l, cell, false);
}

/* A row of as many cells as there are columns. */
static void
put_row(struct sar *p, const struct ws_sysstat_row *r, uint64_t off)
{
	if (p->kind == KIND_DEVICE)
		put_device(p, r, off);
	else if (p->kind == KIND_CPU)
		put_cpu(p, r, off);
	else
		put_cells(p, r, p->kind == KIND_NAMED, off);
}

/* Lines of the tool between rows: a restart, a comment. */
static bool
is_event_line(struct sar *p, struct ws_sv word)
{
	if (ws_sv_is(word, "COM") || ws_sv_starts(word, "COM "))
		return true;
	if (!ws_sv_is(word, "LINUX") && !ws_sv_starts(word, "LINUX-RESTART"))
		return false;
	ws_sysstat_note(&p->io.s, "the machine was restarted in this log");
	return true;
}

static void
take_row(struct sar *p, const struct ws_cells *c)
{
	struct ws_sv f[2] = { ws_cells_at(c, 0), { "", 0 } };
	struct ws_sysstat_row r = { .line = c };
	uint64_t off = c->line.off;

	if (c->n_cut > 1)
		f[1] = ws_cells_at(c, 1);
	r.first = ws_sysstat_clock(f, WS_LEN(f));
	if (r.first == 0 || r.first >= c->n_cut ||
	    is_event_line(p, ws_sysstat_text(&r, 0)) || p->kind == KIND_NONE)
		return;
	if (c->good >> r.first == 0 &&
	    is_columns(ws_sysstat_text_from(c, r.first))) {
		p->kind = KIND_NONE; /* an activity that is left out */
		return;
	}
	if (c->n != r.first + p->now->l.l.n || c->n != c->n_cut) {
		ws_sysstat_fault(&p->io.s, off,
		    "a row with fewer or more fields than its header");
		return;
	}
	f[0].n = (size_t)(f[r.first - 1].p + f[r.first - 1].n - f[0].p);
	ws_sysstat_time(&p->io.s, f[0]);
	put_row(p, &r, off);
}

/* Fields between semicolons; returns how many there are. */
static size_t
split_csv(struct ws_sv line, struct ws_sv *f, size_t max)
{
	size_t n = 0;

	while (line.n > 0 && n < max)
		f[n++] = ws_sv_trim(ws_sv_split(&line, ';'));
	return line.n > 0 ? max + 1 : n;
}

/* "# hostname;interval;timestamp;CPU;%user;...[...]" */
static void
take_csv_header(struct sar *p, struct ws_sv line)
{
	struct ws_buf b = { 0 };

	ws_sv_split(&line, ';');
	ws_sv_split(&line, ';');
	ws_sv_split(&line, ';');
	for (size_t i = 0; i < line.n && line.p[i] != '['; i++)
		ws_buf_putc(&b, line.p[i] == ';' ? ' ' : line.p[i]);
	read_columns(p, ws_buf_sv(&b));
	ws_buf_fini(&b);
	if (ws_sv_find(line, "[...]") == line.n)
		return;
	p->kind = KIND_NONE;
	ws_sysstat_note(
	    &p->io.s, "lines of several activities (sadf -h) were left out");
}

static void
take_csv_row(struct sar *p, struct ws_sv line, uint64_t off)
{
	struct ws_sv f[WS_SYSSTAT_FIELDS];
	size_t n = split_csv(line, f, WS_SYSSTAT_FIELDS);

	if (n < 4 || is_event_line(p, f[3]) || p->kind == KIND_NONE)
		return;
	if (n != p->now->l.l.n + 3 || !ws_sysstat_stamp(&p->io.s, f[2])) {
		ws_sysstat_fault(&p->io.s, off,
		    "a row does not fit the fields of its header");
		return;
	}
	if (f[0].n > 0)
		ws_source_host(p->io.s.src, f[0]);
	put_row(p, &(struct ws_sysstat_row){ .cell = f + 3 }, off);
}

static bool
is_csv(struct ws_sv s)
{
	return ws_sv_starts(s, "# hostname;interval;timestamp;");
}

/* row: the line without what a log writer put before it. */
static void
take_cells(struct sar *p, const struct ws_line *line,
    const struct ws_cells *row, bool csv)
{
	struct ws_sv bare;

	if (row->n == 0)
		return;
	if (!line->ended) {
		ws_sysstat_fault(&p->io.s, line->off, "the last line is cut");
		return;
	}
	bare = ws_sysstat_text_from(row, 0);
	if (is_csv(bare)) {
		take_csv_header(p, bare);
	} else if (csv) {
		take_csv_row(p, bare, line->off);
	} else if (ws_sysstat_banner(&p->io.s, bare, true)) {
		p->pages = ws_sv_find(bare, "_x86_64_") < bare.n;
		p->kind = KIND_NONE;
		p->now = NULL;
	} else if (!ws_sysstat_may_be_header(row) || !take_header(p, line)) {
		take_row(p, row);
	}
}

static void
take_line(struct sar *p, const struct ws_cells *c, bool csv)
{
	struct ws_cells row;

	if (p->io.s.prefix == 0) {
		take_cells(p, &c->line, c, csv);
		return;
	}
	row = *c;
	ws_cells_skip(&row, p->io.s.prefix);
	take_cells(p, &c->line, &row, csv);
}

static void
take_columns_row(void *ctx, struct ws_sv columns, const struct ws_sv *cell,
    size_t n, uint64_t off)
{
	struct sar *p = ctx;

	read_columns(p, columns);
	if (p->now->l.l.n != n)
		ws_sysstat_fault(&p->io.s, off,
		    "names and numbers of a row do not go together");
	else if (p->kind != KIND_NONE && p->io.s.timed)
		put_row(p, &(struct ws_sysstat_row){ .cell = cell }, off);
}

/* JSON or XML. */
static bool
is_tree(struct ws_sv head)
{
	return ws_sar_is_xml(head) ||
	       (ws_sv_starts(ws_sv_trim(head), "{") &&
		   ws_sv_find(head, "\"sysstat\"") < head.n &&
		   ws_sv_find(head, "\"file-date\"") < head.n);
}

static bool
is_text(struct ws_sv head)
{
	struct ws_sysstat_header h;

	/* "Device:" of iostat is no word for an average. */
	return ws_sysstat_find(&h, head, is_first) && !h.average &&
	       is_columns(h.columns);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	return is_csv(a->head) || is_text(a->head) || is_tree(a->head) ||
		       ws_sar_is_pairs(a->head, is_first)
		   ? WS_BID_SHAPE
		   : WS_BID_NO;
}

static void
read_text(struct sar *p, struct ws_source *src, struct ws_sv head)
{
	const struct ws_cells *line;
	struct ws_tape *tape;
	struct ws_cur c;
	bool csv = is_csv(head);

	ws_cur_init(&c, head.p, head.n, 0);
	ws_sysstat_survey(&p->io.s, c, is_first);
	tape = ws_tape_open(src);
	while (
	    p->io.s.out.status == WS_OK && (line = ws_tape_next(tape)) != NULL)
		take_line(p, line, csv);
	ws_tape_close(tape);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct sar *p = ws_alloc(sizeof(*p));
	struct ws_sv head = ws_source_artifact(src)->head;
	enum ws_status read = WS_OK, status = WS_OK;
	struct ws_cur all;

	ws_iostat_init(&p->io, src, sink);
	p->io.first = false;
	if (is_tree(head)) {
		read = ws_source_all(src, &all, err);
		p->pages = ws_sv_find(head, "\"x86_64\"") < head.n ||
			   ws_sv_find(head, ">x86_64<") < head.n;
		if (read <= WS_PARTIAL)
			ws_sar_read_json(&p->io.s, take_columns_row, p, all);
	} else if (ws_sar_is_pairs(head, is_first)) {
		ws_sar_read_pairs(&p->io.s, take_columns_row, p, src);
	} else {
		read_text(p, src, head);
	}
	read = ws_status_worst(read, ws_source_status(src, err));
	/* Damage of the stream says more than what it did to the rows. */
	if (read <= WS_PARTIAL)
		status = ws_sysstat_finish(
		    &p->io.s, "sar", read == WS_OK ? err : NULL);
	free_plans(p);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_sar = {
	.name = "sar",
	.title = "sar (sysstat) text, or what sadf makes of it",
	.bid = bid,
	.parse = parse,
};
