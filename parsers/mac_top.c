/*
 * `top -l N` of macOS, with any -stats.  Specified by top(1) of macOS and by
 * what it prints.
 *
 * The first sample is no interval: its %CPU is 0.0 for every process and its
 * "CPU usage" is not of now, so `top -l 1` tells memory and sums only.  CSW,
 * FAULTS, PAGEINS and IDLEW are sums with a mark of change; what is between two
 * samples, over the time between them, is their rate.  With -d they are
 * differences already, which nothing in the text tells: sums that fall are left
 * out.
 *
 * A percentage of "CPU usage" lacks the zero in front of a single digit behind
 * the point: 58.2% is 58.02 %.  Columns are as wide as their title's place, as
 * names of commands hold blanks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"
#include "ingest/when.h"

enum { BID_LINES = 40, SUMS = 4, COLUMNS = 40 };

/* Columns that are sums, and the rate that they become. */
static const struct {
	const char *title;
	ws_id name;
} sums[SUMS] = {
	{ "CSW", WS_N_PROCESS_SWITCHES },
	{ "FAULTS", WS_N_PROCESS_FAULTS_MINOR },
	{ "PAGEINS", WS_N_PROCESS_FAULTS_MAJOR },
	{ "IDLEW", WS_N_PROCESS_WAKEUPS_IDLE },
};

struct column {
	size_t from, to;
	char title[16];
};

/* Of one process in the sample before. */
struct last {
	double sum[SUMS]; /* NaN is never stored: -1 for none */
	uint64_t sample;
};

struct top {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct column column[COLUMNS];
	size_t columns;
	struct ws_htab *pids;
	struct last *last;
	size_t cap;
	uint64_t sample, rows, bad;
	struct ws_when when;
	bool timed;
	int64_t seconds; /* ns between samples, or 0 */
	ws_id clock;
};

static void
put(struct top *p, ws_id track, ws_id name, enum ws_unit unit, double v)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.track = track;
	ev.name = name;
	ev.unit = (uint8_t)unit;
	ev.value = v;
	if (p->timed) {
		ev.t = p->when.ns;
		ev.clock = p->clock;
	}
	ws_batch_put(&p->out, &ev);
}

static struct ws_sv
cell_of(const struct top *p, struct ws_sv line, const char *title)
{
	for (size_t i = 0; i < p->columns; i++) {
		const struct column *c = &p->column[i];
		struct ws_sv s = ws_sv_from(line, c->from);

		if (strcmp(c->title, title) != 0)
			continue;
		if (s.n > c->to - c->from)
			s.n = c->to - c->from;
		return ws_sv_trim(s);
	}
	return (struct ws_sv){ "", 0 };
}

/* Digits in front; what follows is a mark ("12+", "714/2"). */
static bool
leading(struct ws_sv s, double *v, size_t *n)
{
	uint64_t u;

	for (*n = 0; *n < s.n && s.p[*n] >= '0' && s.p[*n] <= '9';)
		++*n;
	if (!ws_num_u64((struct ws_sv){ s.p, *n }, 0, UINT64_MAX, &u))
		return false;
	*v = (double)u;
	return true;
}

/* "31G", "160M+", "5518K", "0B" */
static bool
read_memory(struct ws_sv s, double *v)
{
	static const char units[] = "BKMGT";
	const char *u;
	size_t n;

	if (!leading(s, v, &n) || n == s.n)
		return false;
	u = strchr(units, s.p[n]);
	if (u == NULL || *u == '\0')
		return false;
	for (; u > units; u--)
		*v *= 1024;
	return true;
}

/* See the head about the missing zero. */
static bool
read_percent(struct ws_sv s, double *v)
{
	size_t dot = ws_sv_find(s, ".");
	uint64_t whole, part = 0;

	if (s.n == 0 || s.p[s.n - 1] != '%')
		return false;
	s.n--;
	dot = dot < s.n ? dot : s.n;
	if (!ws_num_u64((struct ws_sv){ s.p, dot }, 0, 100, &whole) ||
	    (dot < s.n && !ws_num_u64(ws_sv_from(s, dot + 1), 0, 99, &part)))
		return false;
	*v = ((double)whole + (double)part / 100) / 100;
	return true;
}

/* "CPU usage: 58.2% user, 25.24% sys, 16.72% idle" */
static void
take_usage(struct top *p, struct ws_sv s)
{
	static const struct {
		const char *word;
		ws_id name;
	} parts[] = { { "user", WS_N_CPU_USER }, { "sys", WS_N_CPU_SYS },
		{ "idle", WS_N_CPU_IDLE } };
	struct ws_sv f, last = { "", 0 };
	double v;

	for (f = ws_sv_field(&s); f.n > 0; f = ws_sv_field(&s)) {
		if (f.p[f.n - 1] == ',')
			f.n--;
		for (size_t i = 0; i < WS_LEN(parts); i++)
			if (ws_sv_is(f, parts[i].word) && p->sample > 1 &&
			    read_percent(last, &v))
				put(p, 0, parts[i].name, WS_U_RATIO, v);
		last = f;
	}
}

static void
take_load(struct top *p, struct ws_sv s)
{
	struct ws_sv f = ws_sv_field(&s);
	double v;

	if (f.n > 1 && f.p[f.n - 1] == ',')
		f.n--;
	if (ws_num_f64(f, 0, 1e6, &v))
		put(p, 0, WS_N_LOAD_1, WS_U_COUNT, v);
}

/* "2026/05/15 16:45:26" */
static bool
take_date(struct top *p, struct ws_sv line)
{
	int64_t was = p->when.ns;
	bool had = p->timed;

	if (line.n < 19 || line.p[4] != '/' || line.p[7] != '/' ||
	    !ws_source_date(p->src, ws_sv_trim(line), false, &p->when))
		return false;
	p->timed = true;
	p->seconds = had && p->when.ns > was ? p->when.ns - was : 0;
	return true;
}

static bool
is_titles(struct ws_sv line)
{
	struct ws_sv s = line, f;
	bool pid = false;
	size_t n = 0;

	for (f = ws_sv_field(&s); f.n > 0; f = ws_sv_field(&s), n++) {
		pid = pid || ws_sv_is(f, "PID");
		for (size_t i = 0; i < f.n; i++)
			if (f.p[i] >= 'a' && f.p[i] <= 'z')
				return false;
	}
	return pid && n > 1;
}

static void
take_titles(struct top *p, struct ws_sv line)
{
	struct ws_sv s = line, f;

	p->columns = 0;
	for (f = ws_sv_field(&s); f.n > 0; f = ws_sv_field(&s)) {
		struct column *c = &p->column[p->columns];

		if (p->columns == COLUMNS || f.n >= sizeof(c->title))
			break;
		memcpy(c->title, f.p, f.n);
		c->title[f.n] = '\0';
		c->from = (size_t)(f.p - line.p);
		c->to = SIZE_MAX;
		if (p->columns++ > 0)
			c[-1].to = c->from;
	}
}

static ws_id
track_of(struct top *p, uint64_t pid, struct ws_sv command)
{
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_printf(&b, "%" PRIu64 " ", pid);
	ws_buf_putsv(&b, command);
	id = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

static struct last *
last_of(struct top *p, uint64_t pid)
{
	bool is_new;
	uint32_t i = ws_htab_put(p->pids, &pid, sizeof(pid), &is_new);

	if (is_new) {
		p->last =
		    ws_grow(p->last, &p->cap, (size_t)i + 1, sizeof(*p->last));
		p->last[i] = (struct last){ .sample = 0 };
	}
	return &p->last[i];
}

static void
put_rates(struct top *p, struct ws_sv line, ws_id track, uint64_t pid)
{
	struct last *l = last_of(p, pid);
	bool follows = l->sample + 1 == p->sample && l->sample > 0;
	double v;
	size_t n;

	for (size_t i = 0; i < SUMS; i++) {
		bool has = leading(cell_of(p, line, sums[i].title), &v, &n);

		if (has && follows && p->seconds > 0 && l->sum[i] >= 0 &&
		    v >= l->sum[i])
			put(p, track, sums[i].name, WS_U_RATE,
			    (v - l->sum[i]) * 1e9 / (double)p->seconds);
		l->sum[i] = has ? v : -1;
	}
	l->sample = p->sample;
}

static void
take_row(struct top *p, const struct ws_line *line)
{
	struct ws_sv pid_cell = cell_of(p, line->text, "PID");
	double pid, v;
	ws_id track;
	size_t n;

	if (!leading(pid_cell, &pid, &n) || pid > UINT32_MAX) {
		p->bad++;
		ws_sink_fault(
		    p->sink, line->off, "a row does not begin with a process");
		return;
	}
	track = track_of(p, (uint64_t)pid, cell_of(p, line->text, "COMMAND"));
	p->rows++;
	if (p->sample > 1 &&
	    ws_num_f64(cell_of(p, line->text, "%CPU"), 0, 1e6, &v))
		put(p, track, WS_N_PROCESS_CPU_TOTAL, WS_U_RATIO, v / 100);
	if (leading(cell_of(p, line->text, "#TH"), &v, &n))
		put(p, track, WS_N_PROCESS_THREADS, WS_U_COUNT, v);
	if (read_memory(cell_of(p, line->text, "MEM"), &v))
		put(p, track, WS_N_PROCESS_RSS, WS_U_BYTES, v);
	put_rates(p, line->text, track, (uint64_t)pid);
}

static void
take_line(struct top *p, const struct ws_line *line)
{
	struct ws_sv s = line->text;

	if (ws_sv_trim(s).n == 0)
		return;
	if (!line->ended) {
		p->bad++;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
	} else if (ws_sv_starts(s, "Processes: ")) {
		p->sample++;
		p->columns = 0;
	} else if (p->sample == 0 || take_date(p, s)) {
		return;
	} else if (ws_sv_starts(s, "Load Avg: ")) {
		take_load(p, ws_sv_from(s, 10));
	} else if (ws_sv_starts(s, "CPU usage: ")) {
		take_usage(p, ws_sv_from(s, 11));
	} else if (is_titles(s)) {
		take_titles(p, s);
	} else if (p->columns > 0) {
		take_row(p, line);
	}
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	bool processes = false;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	for (int i = 0; i < BID_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_cur_line(&c);

		if (ws_sv_starts(line, "Processes: ") &&
		    ws_sv_find(line, " total, ") < line.n)
			processes = true;
		else if (processes && ws_sv_starts(line, "Load Avg: "))
			return WS_BID_SHAPE;
	}
	return WS_BID_NO;
}

static enum ws_status
finish(struct top *p, struct ws_err *err)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);
	enum ws_status status;

	if (p->sample == 1) {
		ev.name = WS_N_MARK_NOTE;
		ev.peer = ws_dict_cstr(p->sink->dict,
		    "one sample of top has no CPU time; capture top -l 2");
		ws_batch_put(&p->out, &ev);
	}
	ws_source_tally(p->src, "sample", p->sample);
	ws_source_tally(p->src, "row", p->rows);
	status = ws_batch_flush(&p->out);
	if (status == WS_OK && p->bad > 0)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%" PRIu64 " samples; %" PRIu64 " lines are damaged",
		    p->sample, p->bad);
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_clock clock = { .kind = WS_CLOCK_WALL_LOCAL,
		.ns_per_tick = 1,
		.resolution = 1000000000 };
	struct ws_lines lines;
	struct ws_line line;
	struct ws_cur all;
	struct top *p;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	p = ws_alloc(sizeof(*p));
	p->src = src;
	p->sink = sink;
	p->pids = ws_htab_new();
	p->clock = ws_dict_clock(sink->dict, &clock);
	ws_batch_init(&p->out, sink);
	lines = (struct ws_lines){ .cur = all };
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	ws_lines_fini(&lines);
	status = finish(p, read == WS_OK ? err : NULL);
	ws_htab_free(p->pids);
	free(p->last);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_mac_top = {
	.name = "mac-top",
	.title = "top (macOS) text",
	.bid = bid,
	.parse = parse,
};
