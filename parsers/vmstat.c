/*
 * The table of procps vmstat, from its re-ordering in 2002 (procps 2.0.8) to
 * procps-ng 4: narrow and wide (-w), with a date (-t), with inactive and
 * active memory (-a), without st (before 3.1) and with gu (4.0), in any
 * locale.  Specified by vmstat(8) alone.
 *
 * The first row of a capture is an average since boot, except for r, b and
 * memory.  -y leaves that row out and nothing shows it, so the first row is
 * always qualified.  -S scales memory and swap, not bi and bo, and nothing
 * shows it either: counters in KiB come in whole pages of 4 KiB, which gives
 * other scales away in the first 64 KiB of the log; then memory and swap are left out with a note.
 *
 * The sums of -d, -p, -D and -s are read by vmstat_sums.c, the slabs of -m by
 * vmstat_slabs.c.  Recognised but not read: -f.  The vmstat of AIX, the BSDs, Solaris and macOS prints
 * other columns and is not recognised.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/parser.h"
#include "ingest/tape.h"
#include "ingest/when.h"
#include "vmstat.h"

enum {
	HEAD_LINES = 40,   /* a bid looks no further */
	SAME_CAPTURE = 10, /* rows; a terminal repeats the header less often */
	FIXED = 15,        /* r to wa */
	FIELDS = 32,
	MEMORY = 2, /* first of the four columns in the unit of -S */
	SWAP = 6    /* first of two more */
};

#define SECOND UINT64_C(1000000000)

/* In the order in which vmstat prints them. */
static const struct ws_column table[] = {
	{ "r", WS_N_SCHED_RUNNABLE, WS_U_COUNT, 1 },
	{ "b", WS_N_SCHED_BLOCKED, WS_U_COUNT, 1 },
	{ "swpd", WS_N_MEM_SWAPPED, WS_U_BYTES, 1024 },
	{ "free", WS_N_MEM_FREE, WS_U_BYTES, 1024 },
	{ "buff", WS_N_MEM_BUFFERS, WS_U_BYTES, 1024 },
	{ "cache", WS_N_MEM_CACHE, WS_U_BYTES, 1024 },
	{ "si", WS_N_SWAP_IN, WS_U_BRATE, 1024 },
	{ "so", WS_N_SWAP_OUT, WS_U_BRATE, 1024 },
	{ "bi", WS_N_BLOCK_IN, WS_U_BRATE, 1024 },
	{ "bo", WS_N_BLOCK_OUT, WS_U_BRATE, 1024 },
	{ "in", WS_N_SCHED_INTERRUPTS, WS_U_RATE, 1 },
	{ "cs", WS_N_SCHED_SWITCHES, WS_U_RATE, 1 },
	{ "us", WS_N_CPU_USER, WS_U_RATIO, 0.01 },
	{ "sy", WS_N_CPU_SYS, WS_U_RATIO, 0.01 },
	{ "id", WS_N_CPU_IDLE, WS_U_RATIO, 0.01 },
	{ "wa", WS_N_CPU_IOWAIT, WS_U_RATIO, 0.01 },
	{ "st", WS_N_CPU_STEAL, WS_U_RATIO, 0.01 },
	{ "gu", WS_N_CPU_GUEST, WS_U_RATIO, 0.01 },
};
static const struct ws_column inactive = { "inact", WS_N_MEM_INACTIVE,
	WS_U_BYTES, 1024 };
static const struct ws_column active = { "active", WS_N_MEM_ACTIVE, WS_U_BYTES,
	1024 };

struct header {
	size_t prefix; /* fields before r */
	size_t n;      /* columns */
	const struct ws_column *col[WS_LEN(table)];
	bool dated; /* rows have dates: the header or a row shows it */
	bool utc;   /* the zone in the header of -t is UTC */
};

struct row {
	const double *v; /* of each column */
	struct ws_when when;
	bool timed;
	bool cut; /* the last value may be incomplete */
};

struct vmstat {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct header h;
	const struct ws_heading *heading; /* of h */
	bool have_header, scaled, damaged, since_boot;
	uint64_t rows, headers, since_header;
	ws_id ticks, local, utc;
};

static bool
starts_fold(struct ws_sv s, const char *low)
{
	size_t i = 0;

	while (low[i] != '\0' && i < s.n && (s.p[i] | 0x20) == low[i])
		i++;
	return low[i] == '\0';
}

/* Memory columns are translated and the others are not, so those are found by
 * their place; of -a every translation keeps the stem. */
static const struct ws_column *
column_at(size_t i, struct ws_sv token)
{
	if (i == 4 && starts_fold(token, "ina"))
		return &inactive;
	if (i == 5 && (starts_fold(token, "act") || starts_fold(token, "akt")))
		return &active;
	return &table[i];
}

static bool
is_token(const struct ws_cells *f, size_t i, const char *token)
{
	return ws_sv_is(ws_cells_at(f, i), token);
}

static bool
read_header(struct header *h, const struct ws_cells *f)
{
	size_t p = 0;

	while (p <= WS_PREFIX_MAX && p + FIXED < f->n && !is_token(f, p, "r"))
		p++;
	if (f->n > FIELDS || p > WS_PREFIX_MAX || p + FIXED >= f->n)
		return false;
	for (size_t i = 0; i <= FIXED; i++)
		if ((i < MEMORY || i >= SWAP) &&
		    !is_token(f, p + i, table[i].token))
			return false;
	h->prefix = p;
	for (h->n = 0; p + h->n < f->n && h->n < WS_LEN(table); h->n++) {
		if (h->n > FIXED && !is_token(f, p + h->n, table[h->n].token))
			break;
		h->col[h->n] = column_at(h->n, ws_cells_at(f, p + h->n));
	}
	h->dated = p + h->n < f->n;
	h->utc = h->dated &&
		 (is_token(f, f->n - 1, "UTC") || is_token(f, f->n - 1, "GMT"));
	return true;
}

/* The line of dashes over the header: "procs -----------memory----------". */
static bool
is_group_line(struct ws_sv s)
{
	return ws_sv_find(s, "---") < s.n && ws_sv_find(s, "-- -") < s.n;
}

/* A field and its neighbour as one date and time. */
static bool
read_time(struct ws_source *src, const struct ws_cells *f, size_t i,
    struct ws_when *w)
{
	struct ws_sv date = ws_cells_at(f, i), clock = ws_cells_at(f, i + 1);

	date.n = (size_t)(clock.p + clock.n - date.p);
	return ws_source_date(src, date, false, w);
}

/* Time from the fields before the row or behind it. */
static void
row_time(struct ws_source *src, const struct header *h,
    const struct ws_cells *f, struct row *r)
{
	size_t behind = h->prefix + h->n;

	r->timed = true;
	if (behind + 1 < f->n && read_time(src, f, behind, &r->when)) {
		r->when.utc = r->when.utc || h->utc;
		return;
	}
	if (h->prefix > 0 &&
	    ws_source_date(src, ws_cells_at(f, 0), false, &r->when))
		return;
	r->timed = h->prefix > 1 && read_time(src, f, 0, &r->when);
}

/* How many of the columns have a number, up to the first that has none. */
static size_t
count_numbers(const struct header *h, const struct ws_cells *f)
{
	uint64_t whole = f->whole >> h->prefix & ws_low_bits(h->n), v;
	size_t n;

	if (f->n <= h->prefix)
		return 0;
	/* Numbers of many digits are read one by one. */
	for (n = 0; n < h->n && h->prefix + n < f->n; n++)
		if ((whole >> n & 1) == 0 &&
		    !ws_num_u64(
			ws_cells_at(f, h->prefix + n), 0, UINT64_MAX, &v))
			break;
	return n;
}

enum row_kind { ROW_GOOD, ROW_TORN, ROW_OTHER };

static enum row_kind
read_row(struct ws_source *src, const struct header *h,
    const struct ws_cells *f, struct row *r)
{
	size_t numbers = count_numbers(h, f), last = h->prefix + h->n;

	if (numbers < h->n || f->n > last + 3)
		return numbers > 1 ? ROW_TORN : ROW_OTHER;
	r->v = f->v + h->prefix;
	row_time(src, h, f, r);
	/* A date was promised or begun: never take a row without it. */
	if ((f->n > last || h->dated) && !r->timed)
		return ROW_TORN;
	r->cut = !f->line.ended && f->n == last;
	return ROW_GOOD;
}

/* Values of the other kind of host: at most all of the time, at most an
 * exabyte. */
static bool
is_absurd(const struct ws_column *c, double v)
{
	return v > (c->unit == WS_U_RATIO ? 105 : 1e15);
}

/* The columns whose values are known, as bits, after faults for the others. */
static uint64_t
sound_columns(struct vmstat *p, const struct row *r, uint64_t off)
{
	uint64_t sound = ws_low_bits(p->h.n);

	for (size_t i = 0; i < p->h.n; i++) {
		if ((r->cut && i + 1 == p->h.n) ||
		    is_absurd(p->h.col[i], r->v[i])) {
			p->damaged = true;
			ws_sink_fault(p->sink, off,
			    r->cut ? "the last cell of the file may be cut"
				   : "a cell is larger than can be");
			sound &= ~(UINT64_C(1) << i);
		}
		if (p->scaled && i >= MEMORY && i < SWAP + 2 &&
		    (i < SWAP || r->v[i] > 0))
			sound &= ~(UINT64_C(1) << i);
	}
	return sound;
}

/* Puts those values of a row that are of its interval, or those that are not. */
static void
put_part(struct vmstat *p, const struct row *r, uint64_t columns, ws_id peer)
{
	double *value;
	struct ws_row *row = ws_batch_row(&p->out, &value);

	for (size_t i = 0; i < p->h.n; i++)
		value[i] = r->v[i] * p->h.col[i]->factor;
	row->heading = p->heading;
	row->has = columns;
	row->track = 0;
	row->peer = peer;
	row->t = (int64_t)p->rows;
	row->clock = p->ticks;
	if (r->timed) {
		row->t = r->when.ns;
		row->clock = r->when.utc ? p->utc : p->local;
	}
}

static void
put_row(struct vmstat *p, const struct row *r, uint64_t off)
{
	uint64_t columns = sound_columns(p, r, off);
	uint64_t instant = ws_low_bits(SWAP);

	if (p->since_boot) {
		put_part(p, r, columns & instant, 0);
		put_part(p, r, columns & ~instant, WS_N_SINCE_BOOT);
	} else {
		put_part(p, r, columns, 0);
	}
	p->rows++;
	p->since_header++;
	p->since_boot = false;
	p->h.dated = p->h.dated || r->timed;
}

static const struct ws_heading *
heading_of(struct ws_dict *d, const struct header *h)
{
	struct ws_heading_series of[WS_LEN(table)];

	for (size_t i = 0; i < h->n; i++)
		of[i] = (struct ws_heading_series){ h->col[i]->name,
			h->col[i]->unit };
	return ws_dict_heading(d, of, h->n);
}

/* A header soon after the one before begins another capture in the same file;
 * a running vmstat repeats it once a screen. */
static void
take_header(struct vmstat *p, const struct header *h)
{
	if (!p->have_header || p->since_header < SAME_CAPTURE)
		p->since_boot = true;
	p->h = *h;
	p->heading = heading_of(p->sink->dict, h);
	p->have_header = true;
	p->headers++;
	p->since_header = 0;
}

static void
take_line(struct vmstat *p, const struct ws_cells *c)
{
	struct header h;
	struct row r;

	if (read_header(&h, c)) {
		take_header(p, &h);
		return;
	}
	if (!p->have_header)
		return;
	switch (read_row(p->src, &p->h, c, &r)) {
	case ROW_GOOD:
		put_row(p, &r, c->line.off);
		break;
	case ROW_TORN:
		if (is_group_line(c->line.text))
			break;
		p->damaged = true;
		ws_sink_fault(p->sink, c->line.off,
		    "a row with fewer or more fields than its header");
		break;
	case ROW_OTHER:
		break;
	}
}

/* True when memory is in another unit than KiB (see the head), as far as the
 * first rows tell. */
static bool
is_scaled(struct ws_source *src)
{
	struct ws_sv head = ws_source_artifact(src)->head;
	struct ws_lines lines = { 0 };
	struct ws_cells_room room;
	struct ws_cells f = { 0 };
	struct header h;
	struct row r;
	bool have = false, scaled = false;

	ws_cur_init(&lines.cur, head.p, head.n, 0);
	while (!scaled && ws_lines_next(&lines, &f.line)) {
		double sum = 0;

		ws_cells_read(&f, room.edge, room.v);
		if (read_header(&h, &f)) {
			have = true;
			continue;
		}
		if (!have || read_row(src, &h, &f, &r) != ROW_GOOD)
			continue;
		for (size_t i = MEMORY; i < SWAP; i++) {
			uint64_t kib = r.v[i] < 1e15 ? (uint64_t)r.v[i] : 0;

			scaled = scaled || kib % 4 != 0;
			sum += i == MEMORY ? 0 : r.v[i];
		}
		/* No Linux that runs a service has less than 64 MiB left. */
		scaled = scaled || sum < 65536;
	}
	ws_lines_fini(&lines);
	return scaled;
}

static void
note_scale(struct vmstat *p)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.name = WS_N_MARK_NOTE;
	ev.peer = ws_dict_cstr(p->sink->dict,
	    "memory and swap are not in KiB (vmstat -S); left out");
	ws_batch_put(&p->out, &ev);
	ws_source_detail(p->src, "memory and swap of unknown scale (-S)");
}

static const struct {
	const char *text; /* in one of the first lines */
	bool number;      /* and before it only a number */
	enum ws_vmstat_mode mode;
	const char *title; /* of what is not read */
} modes[] = {
	{ "---reads---", false, WS_VMSTAT_DISKS, NULL },
	{ " total reads", true, WS_VMSTAT_SUMS, NULL },
	{ " partitions", true, WS_VMSTAT_SUMS, NULL },
	{ " K total memory", true, WS_VMSTAT_SUMS, NULL },
	{ " forks", true, WS_VMSTAT_OTHER, "-f (forks since boot)" },
	{ "Num  Total   Size  Pages", false, WS_VMSTAT_SLABS, NULL },
	{ "requested writes", false, WS_VMSTAT_PARTITION, NULL },
};

/* A mode of vmstat that is not its table: index in modes[], or its length. */
static size_t
other_mode(struct ws_sv line)
{
	for (size_t i = 0; i < WS_LEN(modes); i++) {
		size_t at = ws_sv_find(line, modes[i].text);
		struct ws_sv before = { line.p, at };
		uint64_t v;

		if (at == line.n)
			continue;
		if (!modes[i].number)
			return i;
		if (at + strlen(modes[i].text) == line.n &&
		    ws_num_u64(ws_sv_trim(before), 0, UINT64_MAX, &v))
			return i;
	}
	return WS_LEN(modes);
}

/* Looks for the table or another mode in the first lines. */
static bool
find_mode(struct ws_sv head, bool *is_table, size_t *mode)
{
	struct ws_cur c;
	struct header h;

	*is_table = false;
	*mode = WS_LEN(modes);
	ws_cur_init(&c, head.p, head.n, 0);
	for (int i = 0; i < HEAD_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_cur_line(&c);
		struct ws_cells f = { .line = { line, 0, true } };
		struct ws_cells_room room;

		ws_cells_read(&f, room.edge, room.v);
		*is_table = read_header(&h, &f);
		if (*is_table)
			break;
		/* The other modes have no lines before theirs. */
		if (i < 2 && *mode == WS_LEN(modes))
			*mode = other_mode(line);
	}
	return *is_table || *mode < WS_LEN(modes);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	bool is_table;
	size_t mode;

	return find_mode(a->head, &is_table, &mode) ? WS_BID_SHAPE : WS_BID_NO;
}

static enum ws_status
finish(struct vmstat *p, struct ws_err *err)
{
	if (p->rows > 0 && p->scaled)
		note_scale(p);
	ws_source_tally(p->src, "row", p->rows);
	ws_source_tally(p->src, "header", p->headers);
	return ws_rows_end(&p->out, p->rows, p->damaged, "vmstat", err);
}

static enum ws_status
read_table(struct vmstat *p, struct ws_err *err)
{
	enum ws_status read, status;
	const struct ws_cells *line;
	struct ws_tape *tape;

	ws_batch_init(&p->out, p->sink);
	p->ticks = ws_when_clock(p->sink->dict, WS_CLOCK_TICKS, 0);
	p->local = ws_when_clock(p->sink->dict, WS_CLOCK_WALL_LOCAL, SECOND);
	p->utc = ws_when_clock(p->sink->dict, WS_CLOCK_WALL, SECOND);
	p->scaled = is_scaled(p->src);
	tape = ws_tape_open(p->src);
	while (p->out.status == WS_OK && (line = ws_tape_next(tape)) != NULL)
		take_line(p, line);
	ws_tape_close(tape);
	read = ws_source_status(p->src, err);
	/* Damage of the stream says more than what it did to the rows. */
	status = finish(p, read == WS_OK ? err : NULL);
	return ws_status_worst(read, status);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct vmstat *p;
	enum ws_status status;
	bool is_table;
	size_t mode;

	find_mode(ws_source_artifact(src)->head, &is_table, &mode);
	if (!is_table && mode < WS_LEN(modes)) {
		if (modes[mode].mode == WS_VMSTAT_SLABS)
			return ws_vmstat_read_slabs(src, sink, err);
		if (modes[mode].title == NULL)
			return ws_vmstat_read_sums(
			    src, sink, modes[mode].mode, err);
		return ws_err_set(err, WS_UNSUPPORTED, 0,
		    "vmstat %s has no table of intervals; capture `vmstat 1`",
		    modes[mode].title);
	}
	if (!is_table)
		return ws_err_set(err, WS_CORRUPT, 0,
		    "no header of vmstat in the first %d lines", HEAD_LINES);
	p = ws_alloc(sizeof(*p));
	p->src = src;
	p->sink = sink;
	status = read_table(p, err);
	free(p);
	return status;
}

const struct ws_parser ws_parser_vmstat = {
	.name = "vmstat",
	.title = "vmstat (procps) text",
	.bid = bid,
	.parse = parse,
};
