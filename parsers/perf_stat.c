/*
 * Counts of `perf stat`: text, -x SEP and -j, of Linux 3.x to 7; with -I
 * (intervals), -r (means of runs), -A, --per-core, --per-socket, --per-thread.
 * Specified by perf-stat(1), but for the place of the variance in CSV, which
 * stands right behind the event.
 *
 * Counters are "perf.stat.EVENT": the count of the run, or with -I of each
 * interval, in ns where the unit is a time.  Their track is what -A and the
 * like put before a row.  <not counted> and <not supported> are no values; the
 * latter becomes a mark.  "perf.stat.running" is the part of the time that an
 * event was counted, where others shared its counter and the count is an
 * estimate.
 *
 * Digits can be grouped and decimal marks be commas, by the locale.
 *
 * Not read: metrics, but for "CPUs utilized"; the tables of --table.
 */
#include "perf_stat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/parser.h"
#include "perf_event.h"

enum { HEAD_LINES = 60, TOKENS = 24 };

static ws_id
intern(struct ws_perf_stat *p, const char *prefix, struct ws_sv s)
{
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_puts(&b, prefix);
	ws_buf_putsv(&b, s);
	id = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

static void
put(struct ws_perf_stat *p, const struct ws_perf_stat_row *r, ws_id name,
    enum ws_unit unit, double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	if (r != NULL && r->t != WS_T_NONE) {
		ev.t = r->t;
		ev.clock = p->clock;
	}
	if (r != NULL && r->label.n > 0)
		ev.track = ws_dict_str(p->sink->dict, r->label);
	ev.name = name;
	ev.unit = (uint8_t)unit;
	ev.value = value;
	ws_batch_put(&p->out, &ev);
}

static void
put_mark(struct ws_perf_stat *p, const char *name, struct ws_sv text)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.name = ws_dict_cstr(p->sink->dict, name);
	ev.peer = ws_dict_str(p->sink->dict, text);
	ws_batch_put(&p->out, &ev);
}

/* The base unit of what is printed, and its factor. */
static enum ws_unit
unit_of(struct ws_sv unit, double *factor)
{
	*factor = 1;
	if (unit.n == 0)
		return WS_U_COUNT;
	if (ws_sv_is(unit, "msec"))
		*factor = 1e6;
	else if (!ws_sv_is(unit, "ns"))
		return WS_U_NONE;
	return WS_U_TIME;
}

void
ws_perf_stat_put(struct ws_perf_stat *p, const struct ws_perf_stat_row *r)
{
	struct ws_sv event = ws_perf_event_name(r->event);
	double factor;
	enum ws_unit unit = unit_of(r->unit, &factor);
	ws_id name = intern(p, "perf.stat.", event);

	if (r->t != WS_T_NONE && (p->last == WS_T_NONE || r->t > p->last))
		p->last = r->t;
	p->rows++;
	if (r->count == WS_PERF_NOT_SUPPORTED)
		put_mark(p, "perf.stat.not_supported", event);
	if (r->count != WS_PERF_COUNTED)
		return;
	put(p, r, name, unit, r->value * factor);
	if (r->cpus_utilized > 0 && ws_sv_is(event, "task-clock"))
		put(p, r, intern(p, "perf.stat.", WS_SV("cpus_utilized")),
		    WS_U_COUNT, r->cpus_utilized);
	if (r->running > 0 && r->running < 1) {
		struct ws_perf_stat_row of = *r;

		of.label = event;
		put(p, &of, intern(p, "perf.stat.", WS_SV("running")),
		    WS_U_RATIO, r->running);
	}
}

/* A number with grouped digits.  With `fraction` its last separator is a
 * decimal mark. */
static bool
read_grouped(struct ws_sv s, bool fraction, double *v)
{
	char text[64];
	size_t n = 0, last = s.n, i;

	for (i = 0; fraction && i < s.n; i++)
		if (s.p[i] == '.' || s.p[i] == ',')
			last = i;
	for (i = 0; i < s.n && n + 1 < sizeof(text); i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= '0' && c <= '9')
			text[n++] = (char)c;
		else if (i == last)
			text[n++] = '.';
		else if (i == 0 ||
			 (c != '.' && c != ',' && c != '\'' && c < 0x80))
			return false;
	}
	return i == s.n && ws_num_f64((struct ws_sv){ text, n }, 0, 1e18, v);
}

/* "0.119424753" of -I, in seconds with nine decimals. */
static bool
read_seconds(struct ws_sv s, int64_t *ns)
{
	struct ws_sv whole = { s.p, 0 };
	uint64_t sec, rest;

	if (s.n < 11 || (s.p[s.n - 10] != '.' && s.p[s.n - 10] != ','))
		return false;
	whole.n = s.n - 10;
	if (!ws_num_u64(whole, 0, 1000000000, &sec) ||
	    !ws_num_u64(ws_sv_from(s, s.n - 9), 0, 999999999, &rest))
		return false;
	*ns = (int64_t)(sec * 1000000000 + rest);
	return true;
}

/* The share in "(83.31%)" at the end of a line. */
static double
running_of(struct ws_sv line)
{
	struct ws_sv s = ws_sv_trim(line);
	size_t at;
	double v;

	if (!ws_sv_ends(s, "%)"))
		return 0;
	for (at = s.n; at > 0 && s.p[at - 1] != '('; at--)
		;
	s = ws_sv_trim((struct ws_sv){ s.p + at, s.n - at - 2 });
	return read_grouped(s, true, &v) && v <= 100 ? v / 100 : 0;
}

static double
cpus_utilized_of(struct ws_sv metric)
{
	size_t at = ws_sv_find(metric, "CPUs utilized");
	double v;

	if (at == metric.n)
		return 0;
	metric.n = at;
	return read_grouped(ws_sv_trim(metric), true, &v) ? v : 0;
}

/* "(msec)" behind the event, of perf before 4.17: its unit. */
static struct ws_sv
old_unit(struct ws_sv s)
{
	size_t at = ws_sv_find(s, "(msec)");

	return at < s.n ? (struct ws_sv){ s.p + at + 1, 4 }
			: (struct ws_sv){ s.p, 0 };
}

/* The fields of a row up to its event. */
static size_t
tokens(struct ws_sv s, struct ws_sv *f)
{
	size_t n = 0;
	struct ws_sv left = s;

	left.n = ws_sv_find(left, "(");
	while (n < TOKENS) {
		f[n] = ws_sv_field(&left);
		if (f[n].n == 0)
			break;
		/* "<not supported>" is one. */
		if (n > 0 && ws_sv_is(f[n - 1], "<not") &&
		    ws_sv_ends(f[n], ">"))
			f[n - 1].n = (size_t)(f[n].p + f[n].n - f[n - 1].p);
		else
			n++;
	}
	return n;
}

static bool
read_count(struct ws_perf_stat_row *r, struct ws_sv s)
{
	r->count = WS_PERF_COUNTED;
	if (ws_sv_is(s, "<not supported>"))
		r->count = WS_PERF_NOT_SUPPORTED;
	else if (ws_sv_is(s, "<not counted>"))
		r->count = WS_PERF_NOT_COUNTED;
	else
		return read_grouped(s, r->unit.n > 0, &r->value);
	return true;
}

static bool
is_word(struct ws_sv s)
{
	char c = s.n > 0 ? s.p[0] : '0';

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* "  1.004   CPU0   932.22 msec task-clock   # 1.609 CPUs utilized (83.3%)" */
static bool
read_row(struct ws_perf_stat_row *r, struct ws_sv line)
{
	size_t hash = ws_sv_find(line, "#"), n, at, first = 0;
	struct ws_sv left = { line.p, hash }, f[TOKENS];

	*r = (struct ws_perf_stat_row){ .t = WS_T_NONE };
	n = tokens(left, f);
	if (n < 2 || n == TOKENS || !is_word(f[n - 1]))
		return false;
	r->event = f[n - 1];
	r->unit = old_unit(left);
	at = n - 2;
	if (at > 0 && is_word(f[at])) {
		r->unit = f[at];
		at--;
	}
	if (!read_count(r, f[at]))
		return false;
	if (at > 0 && read_seconds(f[0], &r->t))
		first = 1;
	if (at > first) {
		r->label = f[first];
		r->label.n = (size_t)(f[at - 1].p + f[at - 1].n - f[first].p);
	}
	r->running = running_of(line);
	r->cpus_utilized =
	    hash < line.n ? cpus_utilized_of(ws_sv_from(line, hash + 1)) : 0;
	return true;
}

/* "7.004687393 seconds time elapsed", "0.57954 +- 0.00464 seconds ..." */
static bool
take_tail(struct ws_perf_stat *p, struct ws_sv line)
{
	static const struct {
		const char *text, *name;
	} tails[] = {
		{ " seconds time elapsed", "elapsed" },
		{ " seconds user", "user" },
		{ " seconds sys", "sys" },
	};
	struct ws_sv s = line, first;
	double v;
	size_t i;

	for (i = 0; i < WS_LEN(tails); i++)
		if (ws_sv_find(s, tails[i].text) < s.n)
			break;
	first = ws_sv_field(&s);
	if (i == WS_LEN(tails) || !read_grouped(first, true, &v))
		return false;
	put(p, NULL, intern(p, "perf.stat.", ws_sv_of(tails[i].name)),
	    WS_U_TIME, v * 1e9);
	p->elapsed = p->elapsed || i == 0;
	return true;
}

/* " Performance counter stats for process id '24371':" */
static bool
take_title(struct ws_perf_stat *p, struct ws_sv line)
{
	static const char title[] = "Performance counter stats for ";
	size_t at = ws_sv_find(line, title);
	struct ws_sv what;

	if (at == line.n)
		return false;
	what = ws_sv_trim(ws_sv_from(line, at + sizeof(title) - 1));
	if (ws_sv_ends(what, ":"))
		what.n--;
	put_mark(p, "perf.stat.of", what);
	return true;
}

struct csv {
	struct ws_sv f[TOKENS];
	size_t n;
};

static void
split(struct csv *c, struct ws_sv line, char sep)
{
	c->n = 0;
	for (size_t i = 0, from = 0; i <= line.n && c->n < TOKENS; i++) {
		if (i < line.n && line.p[i] != sep)
			continue;
		c->f[c->n++] =
		    ws_sv_trim((struct ws_sv){ line.p + from, i - from });
		from = i + 1;
	}
}

/* Behind the event: perhaps a variance, then run time and its share. */
static bool
read_share(const struct csv *c, size_t at, struct ws_perf_stat_row *r)
{
	uint64_t time;
	double share, v;

	if (at < c->n && ws_sv_ends(c->f[at], "%"))
		at++;
	if (at + 1 >= c->n || !ws_num_u64(c->f[at], 0, UINT64_MAX, &time) ||
	    !ws_num_f64(c->f[at + 1], 0, 100, &share) ||
	    ws_sv_find(c->f[at + 1], ".") == c->f[at + 1].n)
		return false;
	r->running = share / 100;
	if (at + 3 < c->n && ws_sv_is(c->f[at + 3], "CPUs utilized") &&
	    ws_num_f64(c->f[at + 2], 0, 1e6, &v))
		r->cpus_utilized = v;
	return true;
}

static bool
read_csv_at(const struct csv *c, size_t e, struct ws_perf_stat_row *r)
{
	size_t first = 0;

	*r = (struct ws_perf_stat_row){ .t = WS_T_NONE };
	r->event = c->f[e];
	r->unit = c->f[e - 1];
	if (!is_word(r->event) || (r->unit.n > 0 && !is_word(r->unit)))
		return false;
	r->count = WS_PERF_COUNTED;
	if (ws_sv_is(c->f[e - 2], "<not supported>"))
		r->count = WS_PERF_NOT_SUPPORTED;
	else if (ws_sv_is(c->f[e - 2], "<not counted>"))
		r->count = WS_PERF_NOT_COUNTED;
	else if (!ws_num_f64(c->f[e - 2], 0, 1e18, &r->value))
		return false;
	if (!read_share(c, e + 1, r))
		return false;
	if (e > 2 && read_seconds(c->f[0], &r->t))
		first = 1;
	if (e - 2 > first)
		r->label = c->f[first];
	return true;
}

static bool
read_csv(struct ws_perf_stat_row *r, struct ws_sv line, char sep)
{
	struct csv c;

	split(&c, line, sep);
	for (size_t e = 2; e + 2 < c.n && e < 8; e++)
		if (read_csv_at(&c, e, r))
			return true;
	return false;
}

/* The separator of -x by a line of it, or 0. */
static char
separator(struct ws_sv line)
{
	static const char seps[] = ",;|\t:";
	struct ws_perf_stat_row r;

	for (const char *s = seps; *s != '\0'; s++)
		if (read_csv(&r, line, *s))
			return *s;
	return 0;
}

enum shape { NONE, TEXT, CSV, JSON };

static enum shape
shape_of(struct ws_sv line)
{
	if (ws_sv_find(line, "Performance counter stats for ") < line.n)
		return TEXT;
	/* Of -I, which has no title. */
	if (ws_sv_starts(line, "#") && ws_sv_find(line, " time") < line.n &&
	    ws_sv_find(line, " counts ") < line.n &&
	    ws_sv_find(line, " events") < line.n)
		return TEXT;
	if (ws_sv_starts(line, "{\"") &&
	    ws_sv_find(line, "\"counter-value\"") < line.n &&
	    ws_sv_find(line, "\"event\"") < line.n)
		return JSON;
	return ws_sv_starts(line, "#") || separator(line) == 0 ? NONE : CSV;
}

/* Of the first lines; *line is the one that tells. */
static enum shape
find_shape(struct ws_sv head, struct ws_sv *line)
{
	struct ws_cur c;
	enum shape s = NONE;

	ws_cur_init(&c, head.p, head.n, 0);
	for (int i = 0; s == NONE && i < HEAD_LINES && ws_cur_left(&c) > 0;
	     i++) {
		*line = ws_sv_trim(ws_cur_line(&c));
		s = shape_of(*line);
	}
	return s;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_sv line;

	return find_shape(a->head, &line) != NONE ? WS_BID_SHAPE : WS_BID_NO;
}

static void
take_text(struct ws_perf_stat *p, struct ws_sv line)
{
	struct ws_perf_stat_row r;

	if (take_title(p, line) || take_tail(p, line))
		return;
	if (read_row(&r, line))
		ws_perf_stat_put(p, &r);
}

static void
take_line(struct ws_perf_stat *p, const struct ws_line *line, enum shape shape)
{
	struct ws_perf_stat_row r;
	struct ws_sv s = ws_sv_trim(line->text);
	bool good = true;

	if (s.n == 0 || s.p[0] == '#')
		return;
	if (!line->ended) {
		p->damaged = true;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
		return;
	}
	if (shape == TEXT)
		take_text(p, line->text);
	else if (shape == CSV && (good = read_csv(&r, s, p->sep)))
		ws_perf_stat_put(p, &r);
	else if (shape == JSON)
		good = ws_perf_stat_json(p, s);
	p->others += !good;
}

static enum ws_status
read_all(struct ws_perf_stat *p, struct ws_cur all, enum shape shape,
    struct ws_err *err)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;
	struct ws_clock c = {
		.kind = WS_CLOCK_NONE, .ns_per_tick = 1, .resolution = 1
	};

	ws_batch_init(&p->out, p->sink);
	p->clock = ws_dict_clock(p->sink->dict, &c);
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line, shape);
	ws_lines_fini(&lines);
	/* -I prints no time elapsed: the last interval ended with it. */
	if (!p->elapsed && p->last != WS_T_NONE)
		put(p, NULL, intern(p, "perf.stat.", WS_SV("elapsed")),
		    WS_U_TIME, (double)p->last);
	ws_source_tally(p->src, "row", p->rows);
	if (p->others > 0)
		ws_source_tally(p->src, "other line", p->others);
	return ws_rows_end(&p->out, p->rows, p->damaged, "perf stat", err);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_perf_stat *p;
	struct ws_cur all;
	struct ws_sv line = { "", 0 };
	enum ws_status read = ws_source_all(src, &all, err), status;
	enum shape shape;

	if (read > WS_PARTIAL)
		return read;
	shape = find_shape(ws_source_artifact(src)->head, &line);
	if (shape == NONE)
		return ws_err_set(err, WS_CORRUPT, 0,
		    "no row of perf stat in the first %d lines", HEAD_LINES);
	p = ws_alloc(sizeof(*p));
	p->src = src;
	p->sink = sink;
	p->last = WS_T_NONE;
	p->sep = shape == CSV ? separator(line) : 0;
	status = read_all(p, all, shape, read == WS_OK ? err : NULL);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_perf_stat = {
	.name = "perf-stat",
	.title = "counts of Linux perf (perf stat): text, CSV, JSON",
	.bid = bid,
	.parse = parse,
};
