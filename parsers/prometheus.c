/*
 * What a Go program answers to a scrape of Prometheus: its collectors go_* and
 * process_*, of client_golang up to 1.23, in the text format 0.0.4 or as
 * OpenMetrics; also of several instances, as a federation or a dump of a query
 * has them.  Specified by "Exposition formats" of the documentation of
 * Prometheus.
 *
 * Buckets of histograms count everything up to their bound, so that what is in
 * a bucket is the difference from the one before.  Read are the metrics that
 * the table of gort.c knows; all others, the program's own among them, are
 * counted.  Labels but le name the instance.  The scrapes of node_exporter and
 * of Prometheus itself are of these programs, and are refused.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gort.h"
#include "ingest/columns.h"
#include "ingest/parser.h"
#include "ingest/scan.h"

enum { ENOUGH = 2, LABELS = 1024 };

struct sample {
	struct ws_sv name;
	char labels[LABELS]; /* without le */
	size_t n;
	struct ws_sv le; /* empty without one */
	double value;
};

struct scrape {
	struct gort g;
	/* The histogram that is being read. */
	const struct gort_meaning *of;
	ws_id track;
	double below; /* events up to the bound before */
	double bound;
};

/* From the quote on; *text is what is within. */
static bool
read_quoted(struct ws_sv *s, struct ws_sv *text)
{
	size_t n = 1;

	if (s->n == 0 || s->p[0] != '"')
		return false;
	while (n < s->n && s->p[n] != '"')
		n += s->p[n] == '\\' ? 2 : 1;
	if (n >= s->n)
		return false;
	*text = (struct ws_sv){ s->p + 1, n - 1 };
	*s = ws_sv_from(*s, n + 1);
	return true;
}

static struct ws_sv
read_word(struct ws_sv *s)
{
	size_t n = 0;
	struct ws_sv word;

	while (n < s->n && (ws_scan_is_word(s->p[n]) || s->p[n] == ':'))
		n++;
	word = (struct ws_sv){ s->p, n };
	*s = ws_sv_from(*s, n);
	return word;
}

static bool
add_label(struct sample *m, struct ws_sv key, struct ws_sv value)
{
	if (m->n + key.n + value.n + 2 > LABELS)
		return false;
	if (m->n > 0)
		m->labels[m->n++] = ',';
	memcpy(m->labels + m->n, key.p, key.n);
	m->n += key.n;
	m->labels[m->n++] = '=';
	memcpy(m->labels + m->n, value.p, value.n);
	m->n += value.n;
	return true;
}

/* Behind the brace. */
static bool
read_labels(struct ws_sv *s, struct sample *m)
{
	while (!ws_scan_text(s, "}")) {
		struct ws_sv key, value;

		*s = ws_sv_trim(*s);
		key = read_word(s);
		*s = ws_sv_trim(*s);
		if (key.n == 0 || !ws_scan_text(s, "="))
			return false;
		*s = ws_sv_trim(*s);
		if (!read_quoted(s, &value))
			return false;
		if (ws_sv_is(key, "le"))
			m->le = value;
		else if (!add_label(m, key, value))
			return false;
		*s = ws_sv_trim(*s);
		ws_scan_text(s, ",");
	}
	return true;
}

/* NAME{LABELS} VALUE TIME, where labels and time may lack. */
static bool
read_sample(struct ws_sv s, struct sample *m)
{
	struct ws_sv value;

	m->n = 0;
	m->le = ws_sv_of(NULL);
	s = ws_sv_trim(s);
	m->name = read_word(&s);
	if (m->name.n == 0 || (m->name.p[0] >= '0' && m->name.p[0] <= '9'))
		return false;
	if (ws_scan_text(&s, "{") && !read_labels(&s, m))
		return false;
	if (s.n == 0 || (s.p[0] != ' ' && s.p[0] != '\t' && s.p[-1] != '}'))
		return false;
	value = ws_sv_field(&s);
	return gort_number(value, &m->value);
}

static void
put_bucket(struct scrape *p, const struct gort_meaning *m, struct ws_sv le,
    double count)
{
	double bound;

	if (!gort_number(le, &bound))
		return;
	if (p->of != m || p->track != p->g.track || bound <= p->bound) {
		p->of = m;
		p->track = p->g.track;
		p->below = 0;
	}
	gort_bucket(&p->g, m, bound, count - p->below);
	p->below = count;
	p->bound = bound;
}

static void
take_sample(struct scrape *p, const struct sample *s)
{
	const struct gort_meaning *m;
	struct ws_sv name = s->name;
	bool bucket = s->le.n > 0 && ws_sv_ends(name, "_bucket");

	if (bucket)
		name.n -= strlen("_bucket");
	m = gort_prometheus(name);
	if (m == NULL) {
		p->g.other++;
		return;
	}
	p->g.track =
	    ws_dict_str(p->g.sink->dict, (struct ws_sv){ s->labels, s->n });
	if (bucket)
		put_bucket(p, m, s->le, s->value);
	else
		gort_put(&p->g, m, s->value);
}

/* go_info{version="go1.26.1"} 1 */
static void
take_info(struct scrape *p, struct ws_sv line)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);
	struct ws_sv version;

	line = ws_sv_from(line, ws_sv_find(line, "version="));
	if (!ws_scan_text(&line, "version=") || !read_quoted(&line, &version) ||
	    version.n > 64)
		return;
	ev.name = ws_dict_cstr(p->g.sink->dict, "go_info");
	ev.peer = ws_dict_str(p->g.sink->dict, version);
	ws_batch_put(&p->g.out, &ev);
}

static void
take_line(struct scrape *p, struct sample *s, const struct ws_line *line)
{
	struct ws_sv text = ws_sv_trim(line->text);

	if (text.n == 0 || text.p[0] == '#')
		return;
	if (!line->ended) {
		p->g.torn++;
		ws_sink_fault(p->g.sink, line->off,
		    "the last value of the file may be cut");
	} else if (ws_sv_starts(text, "go_info{")) {
		take_info(p, text);
	} else if (read_sample(text, s)) {
		take_sample(p, s);
	} else if (ws_sv_starts(text, "go_") ||
		   ws_sv_starts(text, "process_")) {
		p->g.torn++;
		ws_sink_fault(p->g.sink, line->off,
		    "a metric without labels or a value that can be read");
	}
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct scrape *p;
	struct sample *s;
	struct ws_cur all;
	struct ws_lines lines = { 0 };
	struct ws_line line;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	p = ws_alloc(sizeof(*p));
	s = ws_alloc(sizeof(*s));
	p->g.src = src;
	p->g.sink = sink;
	ws_batch_init(&p->g.out, sink);
	lines.cur = all;
	while (p->g.out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, s, &line);
	ws_lines_fini(&lines);
	status = gort_finish(&p->g, read == WS_OK ? err : NULL);
	free(s);
	free(p);
	return ws_status_worst(read, status);
}

/* They are written in Go, too, and are not what is slow. */
static bool
is_monitoring(struct ws_sv line)
{
	return ws_sv_starts(line, "node_exporter_build_info") ||
	       ws_sv_starts(line, "node_cpu_seconds_total") ||
	       ws_sv_starts(line, "prometheus_build_info");
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	struct sample s;
	unsigned names = 0;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	while (ws_cur_left(&c) > 0) {
		struct ws_sv line = ws_cur_line(&c);

		if (is_monitoring(line))
			return WS_BID_NO;
		if (ws_sv_starts(line, "go_") || ws_sv_starts(line, "process_"))
			names += read_sample(line, &s) &&
				 gort_prometheus(s.name) != NULL;
	}
	return names >= ENOUGH ? WS_BID_SHAPE : WS_BID_NO;
}

const struct ws_parser ws_parser_prometheus = {
	.name = "prometheus",
	.title = "scrape of a Go program by Prometheus",
	.bid = bid,
	.parse = parse,
};
