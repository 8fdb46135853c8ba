/*
 * `perf report --stdio`, from Linux 2.6.3x to 7, of one event or several, with
 * or without children and call graphs; -t SEP is not read.  Specified by
 * perf-report(1).
 *
 * A row becomes a sample of one frame: its own share of the event's count.  The
 * count is that of the header, "Event count (approx.)", so that values are as
 * rough as the percentages.  Call graphs are left out, folded ones too.
 *
 * Rows are cut by the line of dots under the titles.  With children the own
 * share stands in the second column ("Self").
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"
#include "perf_event.h"

enum { COLUMNS = 16, HEAD_LINES = 400 };

struct column {
	size_t from, to; /* bytes of a line; the last one has no end */

	enum what { OTHER, SHARE, COMMAND, OBJECT, SYMBOL } what;
};

struct report {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct ws_perf_roles roles;
	struct ws_perf_event event; /* of the block; series 0: none yet */
	double count;               /* of the block; 0: unknown */
	double samples;
	struct ws_buf titles;
	struct column col[COLUMNS];
	size_t n_col; /* 0 before the dots */
	uint64_t rows, blocks;
	double lost;
	bool damaged;
};

/* The text behind "key" on a comment line, or an empty one. */
static struct ws_sv
behind(struct ws_sv line, const char *key)
{
	size_t at = ws_sv_find(line, key);

	return ws_sv_trim(
	    ws_sv_from(line, at == line.n ? at : at + strlen(key)));
}

/* "1K", "12M": perf rounds the number of samples. */
static double
read_rough(struct ws_sv s)
{
	double v, factor = 1;

	s = ws_sv_field(&s);
	if (s.n > 1 && s.p[s.n - 1] == 'K')
		factor = 1e3;
	else if (s.n > 1 && s.p[s.n - 1] == 'M')
		factor = 1e6;
	s.n -= factor > 1;
	return ws_num_f64(s, 0, 1e18, &v) ? v * factor : 0;
}

/* "# Samples: 1K of event 'cpu-clock:ppp'": another block. */
static void
take_samples(struct report *p, struct ws_sv line)
{
	struct ws_sv event = behind(line, " of event");

	if (ws_sv_starts(event, "s")) /* "events '{a,b}'" of a group */
		event = ws_sv_from(event, 1);
	event = ws_sv_trim(event);
	if (event.n > 1 && event.p[0] == '\'')
		event = (struct ws_sv){ event.p + 1, event.n - 1 };
	event.n = ws_sv_find(event, "'");
	p->samples = read_rough(behind(line, "Samples:"));
	p->count = 0;
	p->n_col = 0;
	p->event = (struct ws_perf_event){ .series = 0 };
	if (event.n > 0)
		p->event = ws_perf_event_of(&p->roles, p->sink->dict, event);
	p->blocks++;
}

static enum what
what_of(struct ws_sv title, bool *self)
{
	if (ws_sv_is(title, "Overhead") || ws_sv_is(title, "Children"))
		return SHARE;
	if (ws_sv_is(title, "Self")) {
		*self = true;
		return SHARE;
	}
	if (ws_sv_is(title, "Command"))
		return COMMAND;
	if (ws_sv_is(title, "Shared Object"))
		return OBJECT;
	return ws_sv_is(title, "Symbol") ? SYMBOL : OTHER;
}

/* "# ........  .......": where the columns of the titles above are. */
static void
take_dots(struct report *p, struct ws_sv line)
{
	struct ws_sv titles = ws_buf_sv(&p->titles);
	bool self = false;
	size_t i = 0, k;

	p->n_col = 0;
	while (i < line.n && p->n_col < COLUMNS) {
		struct column *c = &p->col[p->n_col];
		struct ws_sv title;

		while (i < line.n && line.p[i] != '.')
			i++;
		c->from = i;
		while (i < line.n && line.p[i] == '.')
			i++;
		if (i == c->from)
			break;
		c->to = i;
		title = ws_sv_from(titles, c->from);
		if (title.n > c->to - c->from)
			title.n = c->to - c->from;
		c->what = what_of(ws_sv_trim(title), &self);
		p->n_col++;
	}
	/* Children are no share of their own. */
	for (k = 0; self && k < p->n_col; k++)
		if (p->col[k].what == SHARE) {
			p->col[k].what = OTHER;
			break;
		}
}

static void
put_loss(struct report *p, struct ws_sv n)
{
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);
	uint64_t v;

	if (!ws_num_u64(n, 1, UINT64_MAX, &v))
		return;
	ev.value = (double)v;
	ws_batch_put(&p->out, &ev);
}

static void
take_comment(struct report *p, struct ws_sv line)
{
	struct ws_sv s = ws_sv_trim(ws_sv_from(line, 1));
	uint64_t n;

	if (ws_sv_starts(s, "Samples:"))
		take_samples(p, s);
	else if (ws_sv_starts(s, "Event count (approx.):") &&
		 ws_num_u64(behind(s, ":"), 0, UINT64_MAX, &n))
		p->count = (double)n;
	else if (ws_sv_starts(s, "Total Lost Samples:"))
		put_loss(p, behind(s, ":"));
	else if (ws_sv_starts(s, "perf version :"))
		ws_source_version(
		    p->src, "perf %.*s", WS_SV_ARG(behind(s, ":")));
	else if (ws_sv_starts(s, "...") && p->titles.n > 0)
		take_dots(p, line);
	else if (ws_sv_find(s, "Symbol") < s.n ||
		 ws_sv_find(s, "Overhead") < s.n) {
		p->titles.n = 0;
		ws_buf_putsv(&p->titles, line);
	}
}

static struct ws_sv
cell(const struct report *p, struct ws_sv line, enum what what)
{
	for (size_t i = 0; i < p->n_col; i++) {
		struct ws_sv s = ws_sv_from(line, p->col[i].from);
		size_t width = p->col[i].to - p->col[i].from;

		if (p->col[i].what != what)
			continue;
		/* A name can be wider than its column when it is the last. */
		if (i + 1 < p->n_col && s.n > width)
			s.n = width;
		return ws_sv_trim(s);
	}
	return (struct ws_sv){ line.p, 0 };
}

/* "[k] name": the letter tells where it runs; hex is no name. */
static struct ws_sv
symbol(struct ws_sv s)
{
	if (s.n > 3 && s.p[0] == '[' && s.p[2] == ']')
		s = ws_sv_trim(ws_sv_from(s, 3));
	return ws_sv_starts(s, "0x") ? (struct ws_sv){ s.p, 0 } : s;
}

static bool
read_share(struct ws_sv s, double *share)
{
	if (!ws_sv_ends(s, "%"))
		return false;
	s.n--;
	return ws_num_f64(s, 0, 100, share);
}

static bool
take_row(struct report *p, struct ws_sv line)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);
	struct ws_frame f = { 0 };
	double share;
	ws_id frame;

	if (!read_share(cell(p, line, SHARE), &share))
		return false;
	p->rows++;
	f.func = ws_dict_str(p->sink->dict, symbol(cell(p, line, SYMBOL)));
	f.mapping = ws_dict_str(p->sink->dict, cell(p, line, OBJECT));
	frame = ws_dict_frame(p->sink->dict, &f);
	ev.name = p->event.series;
	ev.unit = (uint8_t)p->event.unit;
	ev.track = ws_dict_str(p->sink->dict, cell(p, line, COMMAND));
	ev.value = share / 100 * p->count;
	ev.stack = ws_dict_stack(p->sink->dict, &frame, 1);
	if (share > 0)
		ws_batch_put(&p->out, &ev);
	return true;
}

static void
take_line(struct report *p, const struct ws_line *line)
{
	struct ws_sv s = line->text;

	if (ws_sv_trim(s).n == 0)
		return;
	if (!line->ended) {
		p->damaged = true;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
	} else if (s.p[0] == '#') {
		take_comment(p, s);
	} else if (p->n_col > 0 && p->event.series != 0 && p->count > 0) {
		take_row(p, s);
	}
}

static bool
is_report(struct ws_sv head)
{
	struct ws_cur c;
	bool samples = false;

	ws_cur_init(&c, head.p, head.n, 0);
	for (int i = 0; i < HEAD_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_cur_line(&c);

		if (ws_sv_starts(line, "# Samples:") &&
		    ws_sv_find(line, " of event") < line.n)
			samples = true;
		else if (samples && ws_sv_starts(line, "# Overhead"))
			return true;
		else if (samples && ws_sv_starts(line, "# Children"))
			return true;
	}
	return false;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	return is_report(a->head) ? WS_BID_SHAPE : WS_BID_NO;
}

static enum ws_status
read_all(struct report *p, struct ws_cur all, struct ws_err *err)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;

	ws_batch_init(&p->out, p->sink);
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	ws_lines_fini(&lines);
	ws_source_tally(p->src, "row", p->rows);
	ws_source_tally(p->src, "event", p->blocks);
	return ws_rows_end(&p->out, p->rows, p->damaged, "perf report", err);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct report *p;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	p = ws_alloc(sizeof(*p));
	p->src = src;
	p->sink = sink;
	status = read_all(p, all, read == WS_OK ? err : NULL);
	ws_buf_fini(&p->titles);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_perf_report = {
	.name = "perf-report",
	.title = "profile of Linux perf (perf report --stdio) text",
	.bid = bid,
	.parse = parse,
};
