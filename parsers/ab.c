/*
 * Output of ab, the load tool of Apache httpd, 2.3 and later ("This is
 * ApacheBench"), one run or several.  Specified by nothing but ab.c.
 *
 * Percentiles are whole milliseconds.  "Failed requests" counts answers of
 * another length than the first, which dynamic pages always have, so that
 * failures of length are left out; "Non-2xx responses" count.  The CSV of -e
 * and the TSV of -g are not read.
 */
#include <math.h>

#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/load.h"

struct ab {
	struct ws_loads all;
	struct ws_load run;
	uint64_t off;
	bool open;
};

static void
end_run(struct ab *a)
{
	if (a->open && !isnan(a->run.rate))
		ws_loads_put(&a->all, &a->run);
	else if (a->open)
		ws_loads_fault(
		    &a->all, a->off, "a run without Requests per second");
	a->open = false;
}

static bool
number_after(struct ws_sv line, const char *label, double *out)
{
	struct ws_sv rest;

	return ws_label_read(line, label, &rest) &&
	       ws_num_f64(ws_sv_field(&rest), 0, 1e15, out);
}

/* "(Connect: 0, Receive: 0, Length: 4, Exceptions: 0)" */
static void
take_failures(struct ab *a, struct ws_sv line)
{
	struct ws_sv rest = ws_sv_trim(line);

	rest = ws_sv_from(rest, 1);
	while (rest.n > 0) {
		struct ws_sv part = ws_sv_trim(ws_sv_split(&rest, ','));
		struct ws_sv key = ws_sv_split(&part, ':');
		uint64_t n;

		if (ws_sv_ends(part, ")"))
			part.n--;
		if (!ws_sv_is(key, "Length") &&
		    ws_num_u64(ws_sv_trim(part), 0, UINT64_MAX, &n))
			a->run.errors += (double)n;
	}
}

/* "  95%      4" */
static void
take_percentile(struct ab *a, struct ws_sv line)
{
	struct ws_sv key = ws_sv_field(&line), value = ws_sv_field(&line);
	double percent, ms, *place;

	if (!ws_sv_ends(key, "%"))
		return;
	key.n--;
	if (!ws_num_f64(key, 0, 100, &percent) ||
	    !ws_num_f64(value, 0, 1e12, &ms))
		return;
	place = ws_load_percentile(&a->run, percent);
	if (place != NULL)
		*place = ms * 1e6;
	if (percent == 100)
		a->run.longest = ms * 1e6;
}

static void
take_title(struct ab *a, struct ws_sv part)
{
	ws_buf_putsv(&a->run.title, part);
	while (a->run.title.n > 1 && a->run.title.p[a->run.title.n - 1] == '/')
		a->run.title.n--;
}

static void
take_value(struct ab *a, struct ws_sv s)
{
	struct ws_load *r = &a->run;
	struct ws_sv rest;
	double v;

	if (ws_label_read(s, "Server Hostname:", &rest))
		take_title(a, rest);
	else if (ws_label_read(s, "Document Path:", &rest))
		take_title(a, rest);
	else if (number_after(s, "Concurrency Level:", &v))
		r->clients = v;
	else if (number_after(s, "Time taken for tests:", &v))
		r->duration = v * 1e9;
	else if (number_after(s, "Complete requests:", &v))
		r->requests = v;
	else if (number_after(s, "Non-2xx responses:", &v))
		r->errors += v;
	else if (number_after(s, "Requests per second:", &v))
		r->rate = v;
	else if (number_after(s, "Time per request:", &v) && isnan(r->mean))
		r->mean = v * 1e6;
	else if (number_after(s, "Transfer rate:", &v))
		r->bytes_rate = v * 1024;
	else if (ws_label_read(s, "(Connect:", &rest))
		take_failures(a, s);
	else
		take_percentile(a, s);
}

static void
take_line(struct ab *a, const struct ws_line *line)
{
	if (ws_sv_starts(line->text, "This is ApacheBench")) {
		end_run(a);
		ws_load_begin(&a->run, (struct ws_sv){ "", 0 });
		a->run.errors = 0;
		a->off = line->off;
		a->open = true;
	} else if (a->open && line->ended) {
		take_value(a, line->text);
	} else if (a->open) {
		ws_loads_fault(&a->all, line->off, "the last line is cut");
	}
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	return ws_sv_starts(ws_sv_trim(a->head), "This is ApacheBench")
		   ? WS_BID_SHAPE
		   : WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ab a = { .open = false };
	struct ws_lines lines = { 0 };
	struct ws_line line;
	enum ws_status read = ws_source_all(src, &lines.cur, err);

	if (read > WS_PARTIAL)
		return read;
	ws_loads_init(&a.all, sink);
	while (ws_lines_next(&lines, &line))
		take_line(&a, &line);
	end_run(&a);
	ws_lines_fini(&lines);
	ws_load_fini(&a.run);
	return ws_loads_end(&a.all, src, read, err);
}

const struct ws_parser ws_parser_ab = {
	.name = "ab",
	.title = "output of ab",
	.bid = bid,
	.parse = parse,
};
