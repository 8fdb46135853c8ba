#include <string.h>

#include "base/num.h"
#include "sysstat.h"

enum {
	HEAD_LINES = 12 /* that are not blank; a bid looks no further */
};

#define SECOND UINT64_C(1000000000)
#define DAY    (INT64_C(86400) * 1000000000)

void
ws_sysstat_init(
    struct ws_sysstat *p, struct ws_source *src, struct ws_sink *sink)
{
	memset(p, 0, sizeof(*p));
	p->src = src;
	p->sink = sink;
	p->before = WS_T_NONE;
	ws_batch_init(&p->out, sink);
	p->ticks = ws_when_clock(sink->dict, WS_CLOCK_TICKS, 0);
	p->local = ws_when_clock(sink->dict, WS_CLOCK_WALL_LOCAL, SECOND);
	p->utc = ws_when_clock(sink->dict, WS_CLOCK_WALL, SECOND);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_epoch(struct ws_sv s)
{
	uint64_t v;

	return s.n >= 9 && s.n <= 10 && ws_num_u64(s, 0, UINT64_C(1) << 33, &v);
}

/* "07:31:34", also with its PM behind U+202F, or with signs for hour, minute
 * and second. */
static bool
is_clock(struct ws_sv s)
{
	size_t groups = 0, width = 0;

	if (s.n == 0 || s.n > 32 || !is_digit(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		width = is_digit(s.p[i]) ? width + 1 : 0;
		groups += width == 1;
		if (width > 2)
			return false;
	}
	return groups == 3;
}

static bool
is_half_day(struct ws_sv s)
{
	char c[2];
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.')
			continue;
		if (n == 2)
			return false;
		c[n++] = (char)(s.p[i] | 0x20);
	}
	return n == 2 && (c[0] == 'a' || c[0] == 'p') && c[1] == 'm';
}

size_t
ws_sysstat_clock(const struct ws_sv *field, size_t n)
{
	if (n == 0 || (!is_clock(field[0]) && !is_epoch(field[0])))
		return 0;
	return n > 1 && is_half_day(field[1]) ? 2 : 1;
}

static struct ws_sv
span(struct ws_sv first, struct ws_sv last)
{
	return (struct ws_sv){ first.p, (size_t)(last.p + last.n - first.p) };
}

/* What stands before the first column, which is field i. */
static bool
read_lead(struct ws_sysstat_header *h, const struct ws_sv *f, size_t i)
{
	size_t n = i > 1 && ws_sysstat_clock(f + i - 2, 2) == 2 ? 2 : 1;

	h->clock = span(f[i - n], f[i - 1]);
	h->prefix = i - n;
	h->average = ws_sv_ends(f[i - 1], ":");
	if (h->average || ws_sysstat_clock(f + i - n, n) == n)
		return true;
	h->clock.n = 0;
	h->prefix = ws_sv_is(f[i - 1], "Time") && i > 1 ? i - 2 : i - 1;
	return ws_sv_is(f[i - 1], "#Time") ||
	       (h->prefix + 2 == i && ws_sv_is(f[i - 2], "#"));
}

bool
ws_sysstat_header(
    struct ws_sysstat_header *h, struct ws_sv line, ws_sysstat_is_first *first)
{
	struct ws_sv f[WS_SYSSTAT_FIELDS], end = { line.p + line.n, 0 };
	size_t n = ws_row_split(line, f, WS_PREFIX_MAX + 4), i = 1;

	if (n > WS_PREFIX_MAX + 4)
		n = WS_PREFIX_MAX + 4;
	/* Columns have words, and their rows mostly numbers. */
	while (i < n && (is_digit(f[i].p[0]) || !first(f[i])))
		i++;
	if (i >= n || !read_lead(h, f, i) || h->prefix > WS_PREFIX_MAX)
		return false;
	h->columns = span(f[i], end);
	return true;
}

struct ws_sv
ws_sysstat_bare(const struct ws_sysstat *p, struct ws_sv line)
{
	return ws_sv_trim(ws_row_after(line, p->prefix));
}

void
ws_sysstat_mark(struct ws_sysstat *p, const char *key, struct ws_sv text)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.name = ws_dict_cstr(p->sink->dict, key);
	ev.peer = ws_dict_str(p->sink->dict, text);
	if (text.n > 0)
		ws_batch_put(&p->out, &ev);
}

void
ws_sysstat_cpus(struct ws_sysstat *p, double cpus)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	p->cpus = cpus;
	ev.name = WS_N_HOST_CPUS;
	ev.unit = WS_U_COUNT;
	ev.value = cpus;
	ws_batch_put(&p->out, &ev);
}

/* The number of CPUs in "(2 CPU)". */
static void
put_cpus(struct ws_sysstat *p, struct ws_sv line)
{
	size_t at = ws_sv_find(line, " CPU)"), from = at;
	uint64_t cpus;

	while (from > 0 && line.p[from - 1] != '(')
		from--;
	if (at < line.n && from > 0 &&
	    ws_num_u64(
		(struct ws_sv){ line.p + from, at - from }, 1, 1 << 20, &cpus))
		ws_sysstat_cpus(p, (double)cpus);
}

void
ws_sysstat_rewind(struct ws_sysstat *p)
{
	p->days = 0;
	p->before = WS_T_NONE;
	p->clock_n = 0;
	p->timed = false;
}

/* The date that clocks are of, and which other artifacts may want. */
static void
set_date(struct ws_sysstat *p, struct ws_sv date)
{
	struct ws_buf b = { 0 };
	struct ws_when w;

	p->date_n = date.n < sizeof(p->date) ? date.n : 0;
	if (p->date_n > 0)
		memcpy(p->date, date.p, p->date_n);
	ws_buf_put(&b, p->date, p->date_n);
	ws_buf_puts(&b, " 12:00:00");
	if (ws_when_read(ws_buf_sv(&b), p->comma, &w) && !w.ambiguous)
		ws_source_time(p->src, w.ns);
	ws_buf_fini(&b);
	ws_sysstat_rewind(p);
}

bool
ws_sysstat_banner(struct ws_sysstat *p, struct ws_sv line, bool ended)
{
	struct ws_sv rest = ws_sv_from(line, 6), release, host, date;

	if (!ws_sv_starts(line, "Linux ") || ws_sv_find(line, " (") == line.n)
		return false;
	put_cpus(p, line);
	release = ws_sv_field(&rest);
	host = ws_sv_trim(ws_sv_split(&rest, ')'));
	if (ended && ws_sv_starts(host, "("))
		ws_source_host(p->src, ws_sv_from(host, 1));
	date = ws_sv_field(&rest);
	if (ended) {
		ws_sysstat_mark(p, "kernel", release);
		ws_sysstat_mark(p, "date", date);
	}
	set_date(p, ended ? date : WS_SV(""));
	return true;
}

/* The day that brings the clock nearest to the current one: after 23:59:59
 * comes 00:00:00. */
static int64_t
nearest_day(const struct ws_sysstat *p, int64_t ns)
{
	if (!p->timed)
		return p->days;
	ns += p->days * DAY;
	if (ns < p->when.ns - DAY / 2)
		return p->days + (p->days < WS_MIDNIGHTS_MAX);
	if (ns > p->when.ns + DAY / 2 && p->days > 0)
		return p->days - 1;
	return p->days;
}

bool
ws_sysstat_read_date(struct ws_sysstat *p, struct ws_sv text, struct ws_when *w)
{
	return ws_source_date(p->src, text, p->comma, w);
}

bool
ws_sysstat_read_time(
    struct ws_sysstat *p, struct ws_sv clock, struct ws_when *w)
{
	struct ws_buf b = { 0 };
	uint64_t seconds;
	bool good;

	if (is_epoch(clock)) {
		ws_num_u64(clock, 0, UINT64_C(1) << 33, &seconds);
		*w = (struct ws_when){ .ns = (int64_t)seconds * 1000000000,
			.utc = true };
		return true;
	}
	ws_buf_put(&b, p->date, p->date_n);
	ws_buf_putc(&b, ' ');
	ws_buf_putsv(&b, clock);
	good = p->date_n > 0 && ws_sysstat_read_date(p, ws_buf_sv(&b), w);
	ws_buf_fini(&b);
	return good || ws_source_clock(p->src, clock, w);
}

void
ws_sysstat_set_time(struct ws_sysstat *p, const struct ws_when *when)
{
	p->timed = true;
	p->when = *when;
	if (!when->ambiguous && !when->settled)
		ws_source_time(p->src, when->ns);
}

void
ws_sysstat_time(struct ws_sysstat *p, struct ws_sv clock)
{
	struct ws_when w = { 0 };
	bool timed;

	if (ws_sv_eq(clock, (struct ws_sv){ p->clock, p->clock_n }))
		return;
	p->before = p->timed ? p->when.ns : WS_T_NONE;
	timed = ws_sysstat_read_time(p, clock, &w);
	if (timed && !w.utc) {
		p->days = nearest_day(p, w.ns);
		w.ns += p->days * DAY;
	}
	ws_sysstat_set_time(p, &w);
	p->timed = timed;
	p->clock_n = clock.n < sizeof(p->clock) ? clock.n : 0;
	memcpy(p->clock, clock.p, p->clock_n);
	p->reports++;
}

bool
ws_sysstat_stamp(struct ws_sysstat *p, struct ws_sv stamp)
{
	bool utc = ws_sv_ends(stamp, " UTC");
	size_t zone = stamp.n;
	struct ws_when w;

	/* Other abbreviations of zones are ambiguous: a local time then. */
	while (zone > 0 && stamp.p[zone - 1] >= 'A' && stamp.p[zone - 1] <= 'Z')
		zone--;
	if (zone > 0 && stamp.n - zone >= 3)
		stamp.n = zone - 1;
	if (is_epoch(stamp) ? !ws_sysstat_read_time(p, stamp, &w)
			    : !ws_sysstat_read_date(p, stamp, &w))
		return false;
	w.utc = w.utc || utc;
	p->reports += !p->timed || w.ns != p->when.ns;
	ws_sysstat_set_time(p, &w);
	return true;
}

int64_t
ws_sysstat_interval(struct ws_sysstat *p, struct ws_sv start)
{
	struct ws_when w;
	int64_t length = 0, since;

	if (!p->timed)
		return 0;
	if (p->before != WS_T_NONE)
		length = p->when.ns - p->before;
	if (start.n == 0 || !ws_sysstat_read_time(p, start, &w))
		return length;
	/* One header may stand over many reports, and reports without rows
	 * are not seen: the later of both began this interval. */
	since = ((p->when.ns - w.ns) % DAY + DAY) % DAY;
	return length <= 0 || (since > 0 && since < length) ? since : length;
}

struct ws_event
ws_sysstat_counter(const struct ws_sysstat *p, bool since_boot)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.t = (int64_t)p->reports - 1;
	ev.clock = p->ticks;
	if (p->timed) {
		ev.t = p->when.ns;
		ev.clock = p->when.utc ? p->utc : p->local;
	}
	ev.peer = since_boot ? WS_N_SINCE_BOOT : 0;
	return ev;
}

bool
ws_sysstat_is_single(const struct ws_sysstat *p, struct ws_cur rest)
{
	struct ws_lines lines = { .cur = rest };
	struct ws_line line;
	char clock[32];
	size_t n = 0;
	bool single = true;

	while (single && ws_lines_next(&lines, &line)) {
		struct ws_sv bare = ws_sysstat_bare(p, line.text);
		struct ws_sv first = ws_sv_field(&bare);

		if (ws_sv_is(first, "Linux"))
			break;
		if (ws_sysstat_clock(&first, 1) == 0 || !line.ended)
			continue;
		single = n == 0 || ws_sv_eq(first, (struct ws_sv){ clock, n });
		n = first.n;
		memcpy(clock, first.p, n);
	}
	ws_lines_fini(&lines);
	return single;
}

static bool
has_decimal_comma(struct ws_sv line)
{
	struct ws_sv f[WS_SYSSTAT_FIELDS];
	size_t n = ws_row_split(line, f, WS_SYSSTAT_FIELDS);
	double v;

	for (size_t i = 0; i < n && i < WS_SYSSTAT_FIELDS; i++)
		if (ws_sv_find(f[i], ",") < f[i].n && ws_cell_number(f[i], &v))
			return true;
	return false;
}

void
ws_sysstat_survey(
    struct ws_sysstat *p, struct ws_cur all, ws_sysstat_is_first *first)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;
	struct ws_sysstat_header h;
	bool table = false;

	while (ws_lines_next(&lines, &line)) {
		bool header = ws_sysstat_header(&h, line.text, first);

		if (header && table)
			break;
		if (header)
			p->prefix = h.prefix;
		table = table || header;
		if (table && has_decimal_comma(line.text)) {
			p->comma = true;
			break;
		}
	}
	ws_lines_fini(&lines);
}

void
ws_sysstat_note(struct ws_sysstat *p, const char *text)
{
	ws_sysstat_mark(p, "note", ws_sv_of(text));
}

void
ws_sysstat_fault(struct ws_sysstat *p, uint64_t off, const char *what)
{
	p->damaged = true;
	ws_sink_fault(p->sink, off, what);
}

enum ws_status
ws_sysstat_finish(struct ws_sysstat *p, const char *tool, struct ws_err *err)
{
	ws_source_tally(p->src, "report", p->reports);
	ws_source_tally(p->src, "row", p->rows);
	return ws_rows_end(&p->out, p->rows, p->damaged, tool, err);
}

bool
ws_sysstat_find(
    struct ws_sysstat_header *h, struct ws_sv head, ws_sysstat_is_first *first)
{
	struct ws_cur c;

	ws_cur_init(&c, head.p, head.n, 0);
	for (int i = 0; i < HEAD_LINES && ws_cur_left(&c) > 0;) {
		struct ws_sv line = ws_cur_line(&c);

		i += ws_sv_trim(line).n > 0;
		if (ws_sysstat_header(h, line, first))
			return true;
	}
	return false;
}

bool
ws_sysstat_is_json(struct ws_sv head, const char *key)
{
	return ws_sv_starts(ws_sv_trim(head), "{") &&
	       ws_sv_find(head, "\"sysstat\"") < head.n &&
	       ws_sv_find(head, "\"nodename\"") < head.n &&
	       ws_sv_find(head, "\"file-date\"") == head.n &&
	       ws_sv_find(head, key) < head.n;
}

void
ws_sysstat_json_head(struct ws_sysstat *p, struct ws_sv key, struct ws_sv value)
{
	uint64_t cpus;

	if (ws_sv_is(key, "number-of-cpus") &&
	    ws_num_u64(value, 1, 1 << 20, &cpus))
		ws_sysstat_cpus(p, (double)cpus);
	if (ws_sv_is(key, "nodename"))
		ws_source_host(p->src, value);
	if (ws_sv_is(key, "release"))
		ws_sysstat_mark(p, "kernel", value);
	if (!ws_sv_is(key, "date"))
		return;
	ws_sysstat_mark(p, "date", value);
	set_date(p, value);
}
