/*
 * Output of hey (rakyll/hey, 0.1.x), the summary or with -o csv a row for each
 * request; one summary or several.  Specified by its print.go.
 *
 * Times have four decimals, a tenth of a millisecond; a percentile that rounds
 * to 0 % is none.  Errors have no latency.  The summary lists at most a million
 * requests but counts all, so that beyond that its average is wrong; it is
 * computed from nothing here.  Of the CSV percentiles are computed as hey does,
 * and the rate is rows over the end of the last one.
 */
#include <math.h>

#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/load.h"

static const char csv_head[] =
    "response-time,DNS+dialup,DNS,Request-write,Response-delay,"
    "Response-read,status-code,offset";

enum section { TOP, LATENCY, STATUS, ERRORS };

struct hey {
	struct ws_loads all;
	struct ws_load run;
	enum section section;
	bool listing; /* in a list of answers or errors that goes on */
	uint64_t off;
	bool open;
	/* of the CSV */
	struct ws_load_times times;
	double end; /* seconds */
};

/* A list ends with an empty line; one that does not is torn, and its sums are
 * not whole. */
static void
end_run(struct hey *h)
{
	if (h->open && h->listing) {
		ws_loads_fault(
		    &h->all, h->off, "a list of answers without its end");
		h->run.requests = h->run.errors = NAN;
	}
	/* Of no answer the slowest is printed as 0. */
	if (h->run.rate == 0)
		h->run.longest = NAN;
	if (h->open && !isnan(h->run.rate))
		ws_loads_put(&h->all, &h->run);
	else if (h->open)
		ws_loads_fault(
		    &h->all, h->off, "a summary without Requests/sec");
	h->open = false;
}

/* "0.3732 secs", in ns. */
static void
take_seconds(struct ws_sv text, double *out)
{
	double v;

	if (ws_num_f64(ws_sv_field(&text), 0, 1e9, &v))
		*out = v * 1e9;
}

/* "  95% in 0.0040 secs"; builds after 0.1.4 print "95%%" */
static void
take_percentile(struct hey *h, struct ws_sv line)
{
	struct ws_sv key = ws_sv_field(&line);
	double percent, *place;

	ws_sv_field(&line);
	if (!ws_sv_ends(key, "%"))
		return;
	while (ws_sv_ends(key, "%"))
		key.n--;
	if (!ws_num_f64(key, 1, 100, &percent))
		return;
	place = ws_load_percentile(&h->run, percent);
	if (place != NULL)
		take_seconds(line, place);
}

/* "  [200]\t1997 responses", "  [3]\tGet http://..." */
static void
take_bracket(struct hey *h, struct ws_sv line)
{
	struct ws_sv rest = ws_sv_trim(line), key;
	uint64_t code, n;

	if (!ws_sv_starts(rest, "["))
		return;
	rest = ws_sv_from(rest, 1);
	key = ws_sv_split(&rest, ']');
	rest = ws_sv_trim(rest);
	if (!ws_num_u64(key, 0, UINT64_MAX, &code))
		return;
	if (h->section == ERRORS)
		h->run.errors += (double)code;
	else if (ws_num_u64(ws_sv_field(&rest), 0, UINT64_MAX, &n)) {
		h->run.requests += (double)n;
		h->run.errors += code >= 400 ? (double)n : 0;
	}
}

static void
begin_list(struct hey *h, enum section section)
{
	if (section == STATUS)
		h->run.requests = h->run.errors = 0;
	h->section = section;
	h->listing = true;
}

static void
take_value(struct hey *h, struct ws_sv s)
{
	struct ws_sv rest;

	if (ws_label_read(s, "Total:", &rest))
		take_seconds(rest, &h->run.duration);
	else if (ws_label_read(s, "Slowest:", &rest))
		take_seconds(rest, &h->run.longest);
	else if (ws_label_read(s, "Average:", &rest))
		take_seconds(rest, &h->run.mean);
	else if (ws_label_read(s, "Requests/sec:", &rest))
		ws_num_f64(rest, 0, 1e15, &h->run.rate);
	else if (ws_label_read(s, "Latency distribution:", &rest))
		h->section = LATENCY;
	else if (ws_label_read(s, "Status code distribution:", &rest))
		begin_list(h, STATUS);
	else if (ws_label_read(s, "Error distribution:", &rest))
		begin_list(h, ERRORS);
	else if (ws_sv_trim(s).n == 0)
		h->listing = false;
	else if (h->section == LATENCY)
		take_percentile(h, s);
	else if (h->section != TOP)
		take_bracket(h, s);
}

static void
take_line(struct hey *h, const struct ws_line *line)
{
	if (ws_sv_is(ws_sv_trim(line->text), "Summary:")) {
		end_run(h);
		ws_load_begin(&h->run, WS_SV("hey"));
		h->section = TOP;
		h->listing = false;
		h->off = line->off;
		h->open = true;
	} else if (h->open && line->ended) {
		take_value(h, line->text);
	} else if (h->open) {
		ws_loads_fault(&h->all, line->off, "the last line is cut");
	}
}

static void
take_row(struct hey *h, const struct ws_line *line)
{
	struct ws_sv rest = line->text, f[8];
	double time, offset;
	uint64_t code;
	size_t n = 0;

	for (; n < 8 && rest.n > 0; n++)
		f[n] = ws_sv_split(&rest, ',');
	if (n == 0)
		return;
	if (!line->ended || n < 8 || rest.n > 0 ||
	    !ws_num_f64(f[0], 0, 1e9, &time) ||
	    !ws_num_u64(f[6], 0, 999, &code) ||
	    !ws_num_f64(f[7], 0, 1e9, &offset)) {
		ws_loads_fault(&h->all, line->off,
		    "a row is not eight numbers with their line end");
		return;
	}
	h->run.errors += code >= 400;
	h->end = fmax(h->end, offset + time);
	ws_load_times_add(&h->times, time * 1e9);
}

static void
end_csv(struct hey *h)
{
	if (h->times.n == 0 || !(h->end > 0)) {
		ws_loads_fault(&h->all, 0, "no request in the table");
		return;
	}
	ws_load_times_put(&h->times, &h->run);
	h->run.requests = (double)h->times.seen;
	h->run.rate = h->run.requests / h->end;
	h->run.duration = h->end * 1e9;
	ws_loads_put(&h->all, &h->run);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_sv s = ws_sv_trim(a->head);

	if (ws_sv_starts(s, csv_head))
		return WS_BID_SHAPE;
	return ws_sv_starts(s, "Summary:") &&
		       ws_sv_find(s, "Requests/sec:") < s.n
		   ? WS_BID_SHAPE
		   : WS_BID_NO;
}

static void
read_csv(struct hey *h, struct ws_lines *lines)
{
	struct ws_line line;

	ws_load_begin(&h->run, WS_SV("hey"));
	h->run.errors = 0;
	while (ws_lines_next(lines, &line))
		if (!ws_sv_is(line.text, csv_head))
			take_row(h, &line);
	end_csv(h);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct hey h = { .open = false };
	struct ws_lines lines = { 0 };
	struct ws_line line;
	enum ws_status read = ws_source_all(src, &lines.cur, err);

	if (read > WS_PARTIAL)
		return read;
	ws_loads_init(&h.all, sink);
	if (ws_sv_starts(ws_sv_trim(ws_source_artifact(src)->head), csv_head))
		read_csv(&h, &lines);
	else
		while (ws_lines_next(&lines, &line))
			take_line(&h, &line);
	end_run(&h);
	ws_load_times_fini(&h.times);
	ws_lines_fini(&lines);
	ws_load_fini(&h.run);
	return ws_loads_end(&h.all, src, read, err);
}

const struct ws_parser ws_parser_hey = {
	.name = "hey",
	.title = "output of hey, summary or CSV",
	.bid = bid,
	.parse = parse,
};
