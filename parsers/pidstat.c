/*
 * pidstat of sysstat, text and JSON (-o, from 12.7.7), from 9.1 to 12.7: -u -r -d -w -s -v -R -t -T -h -H
 * -l -U -I --human, any locale, several captures in one file.  Specified by
 * pidstat(1) and by what each version prints.
 *
 * A report without an interval is an average since the process started: header
 * and rows have the same time.  With -h headers have none, so that a capture
 * of a single report is taken for such an average.
 *
 * The row of a process counts its CPU time, faults and bytes for all threads,
 * but %wait, switches and iodelay for the first thread alone, because that is
 * what /proc/PID/status, schedstat and stat say.  -t has the others.
 *
 * With -I %CPU is divided by the CPUs and the other columns are not; it is
 * added up from those then.  Rows of averages are left out.  Columns without
 * a well-known name become "pidstat.TOKEN" without a unit, as printed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/num.h"
#include "ingest/parser.h"
#include "ingest/tape.h"
#include "sysstat_json.h"
#include "sysstat_row.h"

#define KB         1024.0
#define USER_HZ_NS 1e7 /* a clock tick that the kernel shows to programs */

static const struct ws_column table[] = {
	{ "%usr", WS_N_PROCESS_CPU_USER, WS_U_RATIO, 0.01 },
	{ "%user", WS_N_PROCESS_CPU_USER, WS_U_RATIO, 0.01 },
	{ "%system", WS_N_PROCESS_CPU_SYS, WS_U_RATIO, 0.01 },
	{ "%guest", WS_N_PROCESS_CPU_GUEST, WS_U_RATIO, 0.01 },
	{ "%wait", WS_N_PROCESS_CPU_WAIT, WS_U_RATIO, 0.01 },
	{ "%CPU", WS_N_PROCESS_CPU_TOTAL, WS_U_RATIO, 0.01 },
	{ "minflt/s", WS_N_PROCESS_FAULTS_MINOR, WS_U_RATE, 1 },
	{ "majflt/s", WS_N_PROCESS_FAULTS_MAJOR, WS_U_RATE, 1 },
	{ "VSZ", WS_N_PROCESS_VSZ, WS_U_BYTES, KB },
	{ "RSS", WS_N_PROCESS_RSS, WS_U_BYTES, KB },
	{ "kB_rd/s", WS_N_PROCESS_IO_READ, WS_U_BRATE, KB },
	{ "kB_wr/s", WS_N_PROCESS_IO_WRITE, WS_U_BRATE, KB },
	{ "iodelay", WS_N_PROCESS_IO_DELAY, WS_U_COUNT, 1 },
	{ "cswch/s", WS_N_PROCESS_SWITCHES_VOLUNTARY, WS_U_RATE, 1 },
	{ "nvcswch/s", WS_N_PROCESS_SWITCHES_INVOLUNTARY, WS_U_RATE, 1 },
	{ "threads", WS_N_PROCESS_THREADS, WS_U_COUNT, 1 },
};

/* Columns that are no quantity. */
static const char *const labels[] = { "UID", "USER", "PID", "TGID", "TID",
	"CPU", "policy", "prio", "Command" };

struct task {
	uint64_t pid, tid; /* tid is 0 in the row of a process */
	struct ws_sv command;
};

struct row {
	struct ws_sysstat_row cells; /* as many as the layout has columns */
	double v[WS_COLUMNS_MAX];    /* NaN: no value */
	uint64_t off;
};

/* A task that rows are of, again and again. */
struct known {
	uint64_t pid, tid;
	struct ws_sv command; /* of the track's text */
	ws_id track;
};

struct pidstat {
	struct ws_sysstat s;
	struct ws_cur all;
	struct ws_layout l;
	bool label[WS_COLUMNS_MAX];
	const struct ws_heading *heading;
	uint8_t slot[WS_COLUMNS_MAX]; /* of each column that is no label */
	size_t delay;                 /* the column, or l.n */
	struct known known[256];
	size_t pid, tid; /* columns; tid is l.n without -t */
	bool have_header, average;
	bool first_of_capture; /* no header with -h since the banner */
	bool single;           /* the capture has one report, by -h */
	bool divided;          /* -I, and a note says it */
	char start[64];        /* clock of the header */
	size_t start_n;
	uint64_t process;        /* that the next thread rows belong to, or 0 */
	struct ws_htab *threads; /* seen so far, by number */
	uint64_t *owner;         /* of each, or 0 */
	size_t cap;
	uint64_t orphans; /* rows of threads of unknown processes */
};

static bool
is_first(struct ws_sv s)
{
	return ws_sv_is(s, "UID") || ws_sv_is(s, "USER") ||
	       ws_sv_is(s, "PID") || ws_sv_is(s, "TGID");
}

static size_t
min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* A header of pidstat ends in Command, behind at least one quantity. */
static bool
read_layout(struct ws_layout *l, struct ws_sv columns)
{
	ws_layout_read(l, columns, table, WS_LEN(table));
	return l->n > 2 && ws_sv_is(l->token[l->n - 1], "Command") &&
	       min_size(ws_layout_find(l, "PID"), ws_layout_find(l, "TGID")) <
		   l->n;
}

static bool
is_label(struct ws_sv token)
{
	for (size_t i = 0; i < WS_LEN(labels); i++)
		if (ws_sv_is(token, labels[i]))
			return true;
	return false;
}

static size_t
column_of(const struct pidstat *p, ws_id name)
{
	size_t i = 0;

	while (i < p->l.n && (p->l.col[i] == NULL || p->l.col[i]->name != name))
		i++;
	return i;
}

static struct ws_heading_series
series_of(struct pidstat *p, size_t i)
{
	const struct ws_column *c = p->l.col[i];
	char text[80];

	if (c != NULL)
		return (struct ws_heading_series){ c->name, c->unit };
	snprintf(text, sizeof(text), "pidstat.%.*s", WS_SV_ARG(p->l.token[i]));
	return (struct ws_heading_series){ ws_dict_cstr(p->s.sink->dict, text),
		WS_U_NONE };
}

/* The values of a row: the columns that are no labels, at least two being, and
 * behind the delay that delay as a share. */
static void
plan_row(struct pidstat *p)
{
	struct ws_heading_series of[WS_ROW_MAX];
	size_t n = 0;

	p->delay = column_of(p, WS_N_PROCESS_IO_DELAY);
	for (size_t i = 0; i < p->l.n; i++) {
		if (p->label[i])
			continue;
		p->slot[i] = (uint8_t)n;
		of[n++] = series_of(p, i);
		if (i == p->delay)
			of[n++] = (struct ws_heading_series){
				WS_N_PROCESS_IO_DELAY_SHARE, WS_U_RATIO
			};
	}
	p->heading = ws_dict_heading(p->s.sink->dict, of, n);
}

static void
use_layout(struct pidstat *p)
{
	const struct ws_layout *l = &p->l;

	p->pid = min_size(ws_layout_find(l, "PID"), ws_layout_find(l, "TGID"));
	p->tid = ws_layout_find(l, "TID");
	for (size_t i = 0; i < l->n; i++)
		p->label[i] = is_label(l->token[i]);
	plan_row(p);
	p->process = 0;
}

static bool
take_header(struct pidstat *p, const struct ws_line *line)
{
	struct ws_sysstat_header h;
	struct ws_layout *l = &p->l;

	if (!ws_sysstat_header(&h, line->text, is_first))
		return false;
	p->average = h.average || !read_layout(l, h.columns);
	p->have_header = true;
	if (p->average)
		return true;
	p->s.prefix = h.prefix;
	use_layout(p);
	p->start_n = h.clock.n < sizeof(p->start) ? h.clock.n : 0;
	for (size_t i = 0; i < p->start_n; i++)
		p->start[i] = h.clock.p[i];
	if (h.clock.n == 0 && p->first_of_capture) {
		struct ws_cur rest = p->all;

		ws_cur_take(&rest, (size_t)(line->off - rest.off));
		p->single = ws_sysstat_is_single(&p->s, rest);
		p->first_of_capture = false;
	}
	return true;
}

/* The number in an id's cell; 0 for "-". */
static bool
read_id(struct ws_sv cell, uint64_t *id)
{
	*id = 0;
	return ws_sv_is(cell, "-") || ws_num_u64(cell, 0, UINT32_MAX, id);
}

/*
 * The process of a thread whose row does not say it.  It is that of the rows
 * before, unless it had nothing to show and was left out there: then the rows
 * before are of a process with a smaller number.  So the largest one that the
 * thread was ever listed under is right.
 */
static uint64_t
owner_of(struct pidstat *p, uint64_t tid, uint64_t listed)
{
	bool is_new;
	uint32_t i = ws_htab_put(p->threads, &tid, sizeof(tid), &is_new);

	if (is_new) {
		p->owner = ws_grow(
		    p->owner, &p->cap, (size_t)i + 1, sizeof(*p->owner));
		p->owner[i] = 0;
	}
	if (listed > p->owner[i])
		p->owner[i] = listed;
	return p->owner[i];
}

/* What the row is of.  With -t the row of a process has TGID alone, that of a
 * thread TID alone; both stand in the first thread's row when its process has
 * no row of its own (12.6 does that, 12.2 did not).  t->pid is 0 when it is unknown. */
static bool
read_task(struct pidstat *p, const struct row *r, struct task *t)
{
	uint64_t pid;
	size_t at;

	t->tid = 0;
	if (!read_id(ws_sysstat_text(&r->cells, p->pid), &pid) ||
	    (p->tid < p->l.n &&
		!read_id(ws_sysstat_text(&r->cells, p->tid), &t->tid)))
		return false;
	p->process = pid != 0 ? pid : p->process;
	t->pid = pid;
	if (t->tid == 0)
		return pid != 0;
	t->pid = owner_of(p, t->tid, p->process);
	at = ws_sv_find(t->command, "__");
	if (at < t->command.n &&
	    (t->command.p[0] == '|' || t->command.p[0] == '('))
		t->command = ws_sv_from(t->command, at + 2);
	return true;
}

static ws_id
new_track(struct pidstat *p, const struct task *t)
{
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_printf(&b, "%llu", (unsigned long long)t->pid);
	if (t->tid != 0)
		ws_buf_printf(&b, "/%llu", (unsigned long long)t->tid);
	ws_buf_putc(&b, ' ');
	ws_buf_putsv(&b, t->command);
	id = ws_dict_str(p->s.sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

static ws_id
track_of(struct pidstat *p, const struct task *t)
{
	struct known *k = &p->known[(t->pid * 31 + t->tid) % WS_LEN(p->known)];
	struct ws_sv text;

	if (k->track == 0 || k->pid != t->pid || k->tid != t->tid ||
	    !ws_sv_eq(k->command, t->command)) {
		*k = (struct known){
			.pid = t->pid, .tid = t->tid, .track = new_track(p, t)
		};
		text = ws_dict_text(p->s.sink->dict, k->track);
		k->command = ws_sv_from(text, text.n - t->command.n);
	}
	return k->track;
}

/* -1 stands for what could not be read; other negative or huge values are
 * counters that ran backwards. */
static bool
is_absurd(const struct ws_column *c, double v)
{
	return v < 0 || v > (c->unit == WS_U_RATIO ? 1e6 : 1e15);
}

/* The values of a row; false when a cell is not what its column says. */
static bool
read_cells(struct pidstat *p, struct row *r)
{
	for (size_t i = 0; i < p->l.n; i++) {
		const struct ws_column *c = p->l.col[i];
		struct ws_cell n;

		r->v[i] = NAN;
		if (p->label[i])
			continue;
		n = ws_sysstat_number(&r->cells, i);
		if (!n.good)
			return false;
		if (n.v == -1)
			continue;
		r->v[i] = n.v;
		if (c == NULL)
			continue;
		r->v[i] = ws_cell_in_unit(c, &n);
		if (is_absurd(c, r->v[i])) {
			ws_sysstat_fault(
			    &p->s, r->off, "a cell is larger than can be");
			r->v[i] = NAN;
		}
	}
	return true;
}

/* See the head about -I. */
static void
mend_total(struct pidstat *p, struct row *r)
{
	static const ws_id part[] = { WS_N_PROCESS_CPU_USER,
		WS_N_PROCESS_CPU_SYS, WS_N_PROCESS_CPU_GUEST };
	size_t total = column_of(p, WS_N_PROCESS_CPU_TOTAL), i;
	double sum = 0;

	if (total == p->l.n)
		return;
	for (i = 0; i < WS_LEN(part); i++) {
		size_t at = column_of(p, part[i]);

		sum += at < p->l.n && !isnan(r->v[at]) ? r->v[at] : 0;
	}
	if (sum < 0.05 || !(r->v[total] < sum * 0.75))
		return;
	r->v[total] = sum;
	if (!p->divided)
		ws_sysstat_note(&p->s,
		    "%CPU is divided by the CPUs (pidstat -I); converted");
	p->divided = true;
}

/* What a process is, not what it did since it started. */
static bool
is_state(ws_id name)
{
	return name == WS_N_PROCESS_RSS || name == WS_N_PROCESS_VSZ ||
	       name == WS_N_PROCESS_THREADS;
}

/* The delay as a part of the interval it was counted in; NaN when that is not
 * known. */
static double
delay_share(struct pidstat *p, double delay)
{
	struct ws_sv start = { p->start, p->start_n };
	int64_t length = ws_sysstat_interval(&p->s, start);

	return length > 0 ? delay * USER_HZ_NS / (double)length : NAN;
}

static bool
is_since_start(const struct pidstat *p)
{
	struct ws_sv start = { p->start, p->start_n };

	if (p->start_n == 0)
		return p->single;
	return ws_sv_eq(start, (struct ws_sv){ p->s.clock, p->s.clock_n });
}

/* Puts those of the values that `has` says. */
static void
put_values(struct pidstat *p, ws_id track, const double *v, uint64_t has,
    bool since_start)
{
	struct ws_event of = ws_sysstat_counter(&p->s, since_start);
	double *value;
	struct ws_row *row = ws_batch_row(&p->s.out, &value);

	memcpy(value, v, p->heading->n * sizeof(*value));
	row->heading = p->heading;
	row->has = has;
	row->t = of.t;
	row->clock = of.clock;
	row->peer = of.peer;
	row->track = track;
}

static void
put_row(struct pidstat *p, const struct row *r, const struct task *t)
{
	const struct ws_heading_series *of = p->heading->series;
	bool since_start = is_since_start(p);
	ws_id track = track_of(p, t);
	double v[WS_ROW_MAX] = { 0 };
	uint64_t has = 0;

	for (size_t i = 0; i < p->l.n; i++) {
		size_t slot = p->slot[i];

		if (p->label[i] || isnan(r->v[i]))
			continue;
		v[slot] = r->v[i];
		has |= UINT64_C(1) << slot;
		if (i != p->delay || since_start)
			continue;
		v[slot + 1] = delay_share(p, r->v[i]);
		has |= (uint64_t)!isnan(v[slot + 1]) << (slot + 1);
	}
	if (!since_start)
		put_values(p, track, v, has, false);
	else /* Each by itself, as some are of now. */
		for (uint64_t w = has; w != 0; w &= w - 1)
			put_values(p, track, v, w & -w,
			    !is_state(of[ws_lowest_bit(w)].name));
	p->s.rows++;
}

static void
take_row(struct pidstat *p, const struct ws_cells *c)
{
	struct ws_sv f[2] = { ws_cells_at(c, 0), { "", 0 } };
	struct row r = { .cells = { .line = c }, .off = c->line.off };
	struct task t;
	size_t k, last;

	if (c->n_cut > 1)
		f[1] = ws_cells_at(c, 1);
	k = ws_sysstat_clock(f, WS_LEN(f));
	last = k + p->l.n - 1;
	if (k == 0 || !p->have_header || p->average)
		return;
	if (last >= c->n_cut) {
		ws_sysstat_fault(
		    &p->s, r.off, "a row with fewer fields than its header");
		return;
	}
	r.cells.first = k;
	t.command = ws_sysstat_text_from(c, last);
	if (!read_task(p, &r, &t) || !read_cells(p, &r)) {
		ws_sysstat_fault(&p->s, r.off, "a row does not fit its header");
		return;
	}
	if (t.pid == 0) {
		p->orphans++;
		return;
	}
	f[0].n = (size_t)(f[k - 1].p + f[k - 1].n - f[0].p);
	ws_sysstat_time(&p->s, f[0]);
	mend_total(p, &r);
	put_row(p, &r, &t);
}

/* row: the line without what a log writer put before it. */
static void
take_cells(
    struct pidstat *p, const struct ws_line *line, const struct ws_cells *row)
{
	if (row->n == 0)
		return;
	if (!line->ended) {
		ws_sysstat_fault(&p->s, line->off, "the last line is cut");
		return;
	}
	if (ws_sv_is(ws_cells_at(row, 0), "Linux") &&
	    ws_sysstat_banner(&p->s, ws_sysstat_text_from(row, 0), true)) {
		p->have_header = false;
		p->first_of_capture = true;
		return;
	}
	if (!ws_sysstat_may_be_header(row) || !take_header(p, line))
		take_row(p, row);
}

static void
take_line(struct pidstat *p, const struct ws_cells *c)
{
	struct ws_cells row;

	if (p->s.prefix == 0) {
		take_cells(p, &c->line, c);
		return;
	}
	row = *c;
	ws_cells_skip(&row, p->s.prefix);
	take_cells(p, &c->line, &row);
}

#define NAMES(list)                                                            \
	{ list, "usr", "%usr" }, { list, "system", "%system" },                \
	    { list, "guest", "%guest" }, { list, "wait", "%wait" },            \
	    { list, "cpu", "%CPU" }, { list, "cpu_nr", "CPU" },                \
	    { list, "MEM", "%MEM" },                                           \
	{                                                                      \
		list, "cmd", "Command"                                         \
	}

static const struct ws_sysstat_word words[] = { NAMES("task-cpu-load"),
	NAMES("task-memory"), NAMES("io"), NAMES("context-switch") };

/* An object has the same as a row, and each its process. */
static void
take_object(void *ctx, struct ws_sv columns, const struct ws_sv *cell, size_t n,
    uint64_t off)
{
	struct pidstat *p = ctx;
	struct row r = { .cells = { .cell = cell }, .off = off };
	struct task t;

	if (read_layout(&p->l, columns) && p->l.n == n) {
		use_layout(p);
		t.command = cell[p->l.n - 1];
		if (p->s.clock_n > 0 && read_task(p, &r, &t) &&
		    read_cells(p, &r) && t.pid != 0) {
			mend_total(p, &r);
			put_row(p, &r, &t);
			return;
		}
	}
	ws_sysstat_fault(&p->s, off, "an object is not the row of a process");
}

static void
read_json(struct pidstat *p, struct ws_cur all)
{
	struct ws_sysstat_json j = { .s = &p->s,
		.word = words,
		.n_word = WS_LEN(words),
		.row = take_object,
		.ctx = p };

	p->single = ws_sysstat_json_is_single(all);
	ws_sysstat_read_json(&j, all);
}

static bool
is_json(struct ws_sv head)
{
	return ws_sysstat_is_json(head, "\"cmd\": \"");
}

static bool
is_text(struct ws_sv head)
{
	struct ws_sysstat_header h;
	struct ws_layout l;

	return ws_sysstat_find(&h, head, is_first) &&
	       read_layout(&l, h.columns);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	return is_text(a->head) || is_json(a->head) ? WS_BID_SHAPE : WS_BID_NO;
}

static void
read_text(struct pidstat *p, struct ws_source *src, struct ws_sv head)
{
	const struct ws_cells *line;
	struct ws_tape *tape;
	struct ws_cur first;

	p->first_of_capture = true;
	ws_cur_init(&first, head.p, head.n, 0);
	ws_sysstat_survey(&p->s, first, is_first);
	tape = ws_tape_open_window(src, &p->all);
	while (p->s.out.status == WS_OK && (line = ws_tape_next(tape)) != NULL)
		take_line(p, line);
	ws_tape_close(tape);
	if (p->orphans > 0)
		ws_sysstat_note(
		    &p->s, "threads whose process is not named were left out");
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_sv head = ws_source_artifact(src)->head;
	struct pidstat *p;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	if (!is_json(head) && !is_text(head))
		return ws_err_set(
		    err, WS_CORRUPT, 0, "no header of pidstat at the start");
	p = ws_alloc(sizeof(*p));
	p->all = all;
	p->threads = ws_htab_new();
	ws_sysstat_init(&p->s, src, sink);
	if (is_json(head))
		read_json(p, all);
	else
		read_text(p, src, head);
	/* Damage of the stream says more than what it did to the rows. */
	status =
	    ws_sysstat_finish(&p->s, "pidstat", read == WS_OK ? err : NULL);
	ws_htab_free(p->threads);
	free(p->owner);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_pidstat = {
	.name = "pidstat",
	.title = "pidstat (sysstat) text or JSON",
	.bid = bid,
	.parse = parse,
};
