/*
 * `perf lock contention` and `perf lock report`, from Linux 2.6.31 to 7, as
 * tables and with -x: how long threads waited for locks of the kernel.
 * Specified by perf-lock(1); the layouts are those of tools/perf/builtin-lock.c.
 *
 * A row becomes a sample of the total of its waits and one of their number, with
 * what the row is about as far as that is a stack: the caller, or with -v all
 * callers; with -l, and in a report, a frame that is named like the lock; with
 * -t no stack, but the thread.  Whose lock it was (-o) and the cgroup (-g) are
 * left out, since neither is who waited.  A table without rows says that nobody
 * waited.
 *
 * Also left out: longest, shortest and mean waits, the type of the lock but with
 * -l, acquisitions.  Rows of a report that were never contended count as 0.
 * Until Linux 6.3 perf prints all of this to its standard error.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { COLUMNS = 8, BID_LINES = 200, FRAMES = 128, NAME_WIDTH = 20 };

enum what { COUNT, TIME, TIME_NS };

/* Columns of numbers, as titles name them; longer ones before their starts. */
static const struct title {
	const char *title;
	enum what what;
	bool is_total;
} titles[] = {
	{ "contended", COUNT, true },
	{ "acquired", COUNT, false },
	{ "total wait (ns)", TIME_NS, true },
	{ "avg wait (ns)", TIME_NS, false },
	{ "max wait (ns)", TIME_NS, false },
	{ "min wait (ns)", TIME_NS, false },
	{ "total wait", TIME, true },
	{ "avg wait", TIME, false },
	{ "max wait", TIME, false },
	{ "min wait", TIME, false },
};

/* What rows are of: what stands behind the numbers, or in front of them. */
enum about { NAME, CALLER, TASK, OWNER, LOCK, CGROUP };

static const struct {
	const char *first, *second; /* columns */
	enum about about;
} keys[] = {
	{ "type", "caller", CALLER },
	{ "pid", "comm", TASK },
	{ "pid", "owner", OWNER },
	{ "address", "symbol", LOCK },
	{ "cgroup", "", CGROUP },
};

/* The columns of a table. */
struct layout {
	const struct title *col[COLUMNS];
	size_t n;
	enum about about;
	char separator; /* 0: columns are aligned */
};

struct row {
	double waits, total; /* -1: not told */
	struct ws_sv first, second;
};

struct lock {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct layout layout; /* n 0: no table yet */
	bool open;            /* a row whose callers may follow */
	struct ws_event ev;   /* of it */
	double waits;
	ws_id frame[FRAMES];
	size_t n_frames;
	bool is_chain; /* callers came, which stand for the row's own */
	double bad;
	bool damaged;
	uint64_t tables, rows;
};

/* Cuts the title off that the line begins with, or NULL. */
static const struct title *
take_title(struct ws_sv *line)
{
	for (size_t i = 0; i < WS_LEN(titles); i++)
		if (ws_sv_starts(*line, titles[i].title)) {
			*line = ws_sv_from(*line, strlen(titles[i].title));
			return &titles[i];
		}
	return NULL;
}

/* "contended, total wait, type, caller": one character parts all. */
static bool
take_separator(struct layout *l, struct ws_sv *line)
{
	if (l->separator == '\0')
		return true;
	if (line->n == 0 || line->p[0] != l->separator)
		return false;
	*line = ws_sv_trim(ws_sv_from(*line, 1));
	return true;
}

static bool
read_titles(struct layout *l, struct ws_sv *line)
{
	const struct title *t;
	bool has_total = false;

	for (l->n = 0; l->n < COLUMNS; l->n++) {
		*line = ws_sv_trim(*line);
		t = take_title(line);
		if (t == NULL)
			break;
		if (l->separator == ' ')
			l->separator = line->n > 0 ? line->p[0] : ' ';
		if (!take_separator(l, line))
			return false;
		has_total |= t->is_total;
		l->col[l->n] = t;
	}
	return l->n > 0 && has_total;
}

/* What is behind the numbers; of -x, further columns too. */
static bool
read_about(struct layout *l, struct ws_sv line)
{
	struct ws_sv first, rest = ws_sv_trim(line);

	if (l->separator != '\0') {
		first = ws_sv_split(&rest, l->separator);
		rest = ws_sv_trim(rest);
	} else {
		first = ws_sv_field(&rest);
		rest = ws_sv_trim(rest);
	}
	for (size_t i = 0; i < WS_LEN(keys); i++)
		if (ws_sv_is(first, keys[i].first) &&
		    ws_sv_starts(rest, keys[i].second)) {
			l->about = keys[i].about;
			return l->about != CGROUP || rest.n == 0;
		}
	return false;
}

/* The line of titles; false when it is none. */
static bool
read_layout(struct layout *l, struct ws_sv line)
{
	static const char csv[] = "# output: ";
	struct ws_sv s = line;

	*l = (struct layout){ .n = 0 };
	if (ws_sv_starts(s, csv)) {
		s = ws_sv_from(s, sizeof(csv) - 1);
		l->separator = ' '; /* not known yet */
		return read_titles(l, &s) && read_about(l, s);
	}
	s = ws_sv_trim(s);
	if (ws_sv_starts(s, "Name ")) {
		l->about = NAME;
		s = ws_sv_from(s, sizeof("Name ") - 1);
		return read_titles(l, &s) && ws_sv_trim(s).n == 0;
	}
	return read_titles(l, &s) && read_about(l, s);
}

static bool
read_time(struct ws_sv number, struct ws_sv unit, double *ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 },
		{ "m", 60e9 }, { "h", 3600e9 } };

	for (size_t i = 0; i < WS_LEN(units); i++)
		if (ws_sv_is(unit, units[i].unit)) {
			if (!ws_num_f64(number, 0, 1e18, ns))
				return false;
			*ns *= units[i].ns;
			return true;
		}
	return false;
}

/* A number and its unit, cut off the line. */
static bool
take_number(const struct layout *l, size_t col, struct ws_sv *line, double *v)
{
	enum what what = l->col[col]->what;
	struct ws_sv s;

	if (l->separator != '\0') {
		s = ws_sv_split(line, l->separator);
		*line = ws_sv_trim(*line);
		return ws_num_f64(s, 0, 1e18, v);
	}
	s = ws_sv_field(line);
	if (what == TIME)
		return read_time(s, ws_sv_field(line), v);
	return ws_num_f64(s, 0, 1e18, v);
}

static bool
read_row(const struct layout *l, struct row *r, struct ws_sv line)
{
	struct ws_sv s = line;
	double v;

	*r = (struct row){ .waits = -1, .total = -1 };
	if (l->about == NAME) {
		r->first = ws_sv_trim(
		    (struct ws_sv){ s.p, s.n < NAME_WIDTH ? s.n : NAME_WIDTH });
		s = ws_sv_from(s, NAME_WIDTH);
	}
	for (size_t i = 0; i < l->n; i++) {
		if (!take_number(l, i, &s, &v))
			return false;
		if (l->col[i]->is_total)
			*(l->col[i]->what == COUNT ? &r->waits : &r->total) = v;
	}
	s = ws_sv_trim(s);
	if (l->about == NAME)
		return s.n == 0 && r->first.n > 0;
	if (l->separator != '\0')
		r->first = ws_sv_split(&s, l->separator);
	else
		r->first = ws_sv_field(&s);
	r->second = ws_sv_trim(s);
	return r->first.n > 0;
}

static void
add_frame(struct lock *p, const struct ws_frame *f)
{
	if (p->n_frames < FRAMES)
		p->frame[p->n_frames++] = ws_dict_frame(p->sink->dict, f);
}

/* "futex_wake+0x95", or an address alone. */
static void
add_caller(struct lock *p, struct ws_sv name)
{
	struct ws_frame f = { .mapping = ws_dict_cstr(
				  p->sink->dict, "[kernel.kallsyms]") };
	size_t at = ws_sv_find(name, "+0x");

	name.n = at < name.n ? at : name.n;
	name = ws_sv_trim(name);
	if (name.n == 0 || ws_sv_starts(name, "0x"))
		return;
	f.func = ws_dict_str(p->sink->dict, name);
	add_frame(p, &f);
}

/* What the lock is called, as perf shows it: "mmap_lock (rwsem)"; a report of a
 * kernel without lockdep shows the caller: "sock_write_iter+...". */
static void
add_lock(struct lock *p, struct ws_sv name)
{
	struct ws_frame f = { .func = 0 };

	name.n = ws_sv_find(name, "+");
	f.func = ws_dict_str(p->sink->dict, name);
	if (name.n > 0)
		add_frame(p, &f);
}

static ws_id
thread_of(struct lock *p, const struct row *r)
{
	uint64_t tid;

	return ws_num_u64(r->first, 0, UINT32_MAX, &tid)
		   ? ws_dict_thread(p->sink->dict, r->first, r->second)
		   : 0;
}

/* With -x and -v the callers stand on the same line: "; 0xADDR name: 0x..." */
static void
take_chain(struct lock *p, struct ws_sv s)
{
	struct ws_sv one;

	while (s.n > 0) {
		one = ws_sv_split(&s, ':');
		one = ws_sv_trim(one);
		if (!ws_sv_starts(one, "0x"))
			continue;
		if (!p->is_chain)
			p->n_frames = 0;
		p->is_chain = true;
		ws_sv_field(&one);
		add_caller(p, one);
	}
}

static void
take_about(struct lock *p, const struct row *r)
{
	struct ws_sv second = r->second, name;
	char separator = p->layout.separator;

	switch (p->layout.about) {
	case CALLER:
		name = separator != '\0' ? ws_sv_split(&second, separator)
					 : second;
		add_caller(p, name);
		if (separator != '\0')
			take_chain(p, second);
		break;
	case LOCK:
		name = separator != '\0' ? ws_sv_split(&second, separator)
					 : second;
		add_lock(p, name.n > 0 ? name : r->first);
		break;
	case NAME:
		add_lock(p, r->first);
		break;
	case TASK:
		p->ev.track = thread_of(p, r);
		break;
	case OWNER:
	case CGROUP:
		break;
	}
}

static void
put(struct lock *p, ws_id series, enum ws_unit unit, double value)
{
	if (value < 0)
		return;
	p->ev.name = series;
	p->ev.unit = (uint8_t)unit;
	p->ev.value = value;
	ws_batch_put(&p->out, &p->ev);
}

static void
close_row(struct lock *p)
{
	if (!p->open)
		return;
	p->open = false;
	p->ev.stack = ws_dict_stack(p->sink->dict, p->frame, p->n_frames);
	put(p, WS_N_PERF_LOCK, WS_U_TIME, p->ev.value);
	put(p, WS_N_PERF_LOCK_COUNT, WS_U_COUNT, p->waits);
}

static void
open_row(struct lock *p, const struct row *r)
{
	close_row(p);
	p->ev = WS_EVENT(WS_EV_SAMPLE);
	p->n_frames = 0;
	p->is_chain = false;
	take_about(p, r);
	p->ev.value = r->total;
	p->waits = r->waits;
	p->open = true;
	p->rows++;
}

/* "\t\t\t0xffffffff9b5e2a1c  do_futex+0x12" below a row, of -v. */
static bool
take_caller(struct lock *p, struct ws_sv line)
{
	struct ws_sv s = ws_sv_trim(line);

	if (!p->open || p->layout.about != CALLER || !ws_sv_starts(s, "0x") ||
	    (line.p[0] != '\t' && line.p[0] != ' '))
		return false;
	if (!p->is_chain)
		p->n_frames = 0;
	p->is_chain = true;
	ws_sv_field(&s);
	add_caller(p, s);
	return true;
}

static void
put_bad(struct lock *p)
{
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);

	ev.value = p->bad;
	if (p->bad > 0)
		ws_batch_put(&p->out, &ev);
	p->bad = 0;
}

/* "bad: 12, total: 345" of waits that were not kept, told by -b. */
static void
take_footer(struct lock *p, struct ws_sv line)
{
	struct ws_sv s = ws_sv_trim(line);
	uint64_t bad;

	if (ws_sv_starts(s, "bad: ")) {
		s = ws_sv_from(s, 5);
		s.n = ws_sv_find(s, ",");
		p->bad = ws_num_u64(s, 0, UINT64_MAX, &bad) ? (double)bad : 0;
	} else if (ws_sv_starts(s, "histogram of failure reasons")) {
		put_bad(p);
	}
}

/* "# debug: total=345, bad=12, bad_task=0, bad_stack=12, ..." */
static void
take_debug(struct lock *p, struct ws_sv line)
{
	size_t at = ws_sv_find(line, " bad=");
	struct ws_sv s = ws_sv_from(line, at);
	uint64_t bad;

	if (at == line.n || ws_sv_find(line, " bad_stack=") == line.n)
		return;
	s = ws_sv_from(s, 5);
	s.n = ws_sv_find(s, " ");
	if (s.n > 0 &&
	    ws_num_u64((struct ws_sv){ s.p, s.n - 1 }, 0, UINT64_MAX, &bad)) {
		p->bad = (double)bad;
		put_bad(p);
	}
}

static void
take_line(struct lock *p, const struct ws_line *line)
{
	struct ws_sv s = line->text;
	struct layout l;
	struct row r;

	if (ws_sv_trim(s).n == 0)
		return;
	if (!line->ended) {
		p->damaged = true;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
	} else if (read_layout(&l, s)) {
		close_row(p);
		p->layout = l;
		p->tables++;
	} else if (p->layout.n == 0 || take_caller(p, s)) {
		/* what the program printed before; or one more caller */
	} else if (read_row(&p->layout, &r, s)) {
		open_row(p, &r);
	} else {
		close_row(p);
		if (ws_sv_starts(s, "# debug: "))
			take_debug(p, s);
		else
			take_footer(p, s);
	}
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct layout l;
	struct ws_cur c;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	for (int i = 0; i < BID_LINES && ws_cur_left(&c) > 0; i++)
		if (read_layout(&l, ws_cur_line(&c)))
			return WS_BID_SHAPE;
	return WS_BID_NO;
}

static enum ws_status
read_all(struct lock *p, struct ws_cur all, struct ws_err *err)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;
	enum ws_status status;

	ws_batch_init(&p->out, p->sink);
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	ws_lines_fini(&lines);
	close_row(p);
	/* That nobody waited is a result. */
	if (p->tables > 0 && p->rows == 0 && !p->damaged) {
		p->ev = WS_EVENT(WS_EV_SAMPLE);
		put(p, WS_N_PERF_LOCK, WS_U_TIME, 0);
		put(p, WS_N_PERF_LOCK_COUNT, WS_U_COUNT, 0);
	}
	ws_source_tally(p->src, "row", p->rows);
	status = ws_batch_flush(&p->out);
	if (status == WS_OK && p->damaged)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu whole rows; the last line is cut",
		    (unsigned long long)p->rows);
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct lock *p;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	p = ws_alloc(sizeof(*p));
	p->src = src;
	p->sink = sink;
	status = read_all(p, all, read == WS_OK ? err : NULL);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_perf_lock = {
	.name = "perf-lock",
	.title = "waits for locks of the kernel (perf lock) text",
	.bid = bid,
	.parse = parse,
};
