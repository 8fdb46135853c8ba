/*
 * Output of wrk 4 and of wrk2, one run or several behind each other.  Neither
 * has a specification; the words are those of wrk.c (Debian's wrk 4.1.0) and of
 * the README of wrk2.
 *
 * Times have the unit that fits, sizes are powers of 1024.  wrk prints
 * percentiles with --latency only, and never the 95th; wrk2's is taken from its
 * detailed spectrum.  Of wrk2 -U the second, uncorrected distribution is not
 * read.  Req/Sec is of one thread, and not read.
 */
#include <math.h>

#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/load.h"

struct wrk {
	struct ws_loads all;
	struct ws_load run;
	double broken;   /* tries that sockets failed, not among run.requests */
	uint64_t off;    /* of the run's first line */
	bool open;       /* a run began and did not end yet */
	bool in_table;   /* percentiles follow */
	unsigned blocks; /* distributions of this run so far */
};

/* Of no requests wrk prints latencies of 0, which are none. */
static void
forget_latencies(struct ws_load *r)
{
	r->mean = r->longest = NAN;
	r->p50 = r->p90 = r->p95 = r->p99 = NAN;
}

/* A run ends with its rates; one without Requests/sec is torn. */
static void
end_run(struct wrk *w)
{
	if (w->run.requests == 0)
		forget_latencies(&w->run);
	w->run.requests += w->broken;
	w->run.errors += w->broken;
	if (w->open && !isnan(w->run.rate))
		ws_loads_put(&w->all, &w->run);
	else if (w->open)
		ws_loads_fault(&w->all, w->off, "a run without Requests/sec");
	w->open = false;
}

static void
begin_run(struct wrk *w, const struct ws_line *line, struct ws_sv url)
{
	end_run(w);
	ws_load_begin(&w->run, url);
	w->run.errors = w->broken = 0;
	w->off = line->off;
	w->open = true;
	w->in_table = false;
	w->blocks = 0;
}

/* "Running 3s test @ URL" */
static bool
take_begin(struct wrk *w, const struct ws_line *line)
{
	struct ws_sv rest, length;

	if (!ws_label_read(line->text, "Running ", &rest))
		return false;
	length = ws_sv_field(&rest);
	if (!ws_label_read(rest, "test @ ", &rest))
		return false;
	begin_run(w, line, rest);
	ws_duration_read(length, &w->run.duration);
	return true;
}

/* "50.000%    6.67ms" */
static void
take_percentile(struct wrk *w, struct ws_sv line)
{
	struct ws_sv key = ws_sv_field(&line), value = ws_sv_field(&line);
	double percent, ns, *place;

	if (!ws_sv_ends(key, "%"))
		return;
	key.n--;
	if (!ws_num_f64(key, 0, 100, &percent) || !ws_duration_read(value, &ns))
		return;
	place = ws_load_percentile(&w->run, percent);
	if (place != NULL && w->blocks == 1)
		*place = ns;
}

/* A row of the spectrum: milliseconds, part, count, 1/(1-part). */
static void
take_spectrum(struct wrk *w, struct ws_sv line)
{
	struct ws_sv f[4];
	double ms, part;

	if (ws_row_split(line, f, 4) < 3 || w->blocks != 1 ||
	    !ws_num_f64(f[0], 0, 1e12, &ms) || !ws_sv_is(f[1], "0.950000") ||
	    !ws_num_f64(f[1], 0, 1, &part))
		return;
	w->run.p95 = ms * 1e6;
}

/* "Latency   avg  stdev  max  share" */
static bool
take_latency(struct wrk *w, struct ws_sv line)
{
	struct ws_sv rest, f[4];

	if (!ws_label_read(line, "Latency ", &rest) ||
	    ws_row_split(rest, f, 4) != 4)
		return false;
	ws_duration_read(f[0], &w->run.mean);
	ws_duration_read(f[2], &w->run.longest);
	return true;
}

/* "Socket errors: connect 1, read 2, write 3, timeout 4" */
static void
take_errors(struct wrk *w, struct ws_sv rest)
{
	while (rest.n > 0) {
		struct ws_sv part = ws_sv_trim(ws_sv_split(&rest, ','));
		uint64_t n;

		ws_sv_field(&part);
		if (ws_num_u64(ws_sv_field(&part), 0, UINT64_MAX, &n))
			w->broken += (double)n;
	}
}

/* "28738 requests in 3.00s, 3.35MB read" */
static bool
take_requests(struct wrk *w, struct ws_sv line)
{
	struct ws_sv f[6];
	uint64_t n;

	if (ws_row_split(line, f, 6) != 6 || !ws_sv_is(f[1], "requests") ||
	    !ws_num_u64(f[0], 0, UINT64_MAX, &n) || !ws_sv_ends(f[3], ","))
		return false;
	f[3].n--;
	w->run.requests = (double)n;
	ws_duration_read(f[3], &w->run.duration);
	return true;
}

static void
take_rates(struct wrk *w, const struct ws_line *line)
{
	struct ws_sv rest;

	if (ws_label_read(line->text, "Requests/sec:", &rest) &&
	    (!line->ended || !ws_num_f64(rest, 0, 1e15, &w->run.rate)))
		ws_loads_fault(&w->all, line->off, "Requests/sec is cut");
	if (line->ended && ws_label_read(line->text, "Transfer/sec:", &rest))
		ws_size_read(rest, &w->run.bytes_rate);
}

static void
take_head(struct wrk *w, struct ws_sv s)
{
	struct ws_sv rest, f[5];
	uint64_t n;

	if (ws_row_split(s, f, 5) == 5 && ws_sv_is(f[4], "connections") &&
	    ws_num_u64(f[3], 1, 1 << 30, &n))
		w->run.clients = (double)n;
	else if (ws_label_read(s, "Latency Distribution", &rest)) {
		w->in_table = true;
		w->blocks++;
	} else if (ws_label_read(s, "Socket errors:", &rest))
		take_errors(w, rest);
	else if (ws_label_read(s, "Non-2xx or 3xx responses:", &rest) &&
		 ws_num_u64(rest, 0, UINT64_MAX, &n))
		w->run.errors += (double)n;
	else if (!take_requests(w, s) && !take_latency(w, s) && w->in_table) {
		take_percentile(w, s);
		take_spectrum(w, s);
	}
}

static void
take_line(struct wrk *w, const struct ws_line *line)
{
	if (take_begin(w, line) || !w->open)
		return;
	take_rates(w, line);
	if (line->ended)
		take_head(w, line->text);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	size_t at = ws_sv_find(a->head, "Running ");
	struct ws_sv s = ws_sv_from(a->head, at), line;

	if (at == a->head.n || ws_sv_find(a->head, " test @ ") == a->head.n)
		return WS_BID_NO;
	line = ws_sv_split(&s, '\n');
	return ws_sv_find(line, " test @ ") < line.n &&
		       ws_sv_find(s, " connections") < s.n
		   ? WS_BID_SHAPE
		   : WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct wrk w = { .open = false };
	struct ws_lines lines = { 0 };
	struct ws_line line;
	enum ws_status read = ws_source_all(src, &lines.cur, err);

	if (read > WS_PARTIAL)
		return read;
	ws_loads_init(&w.all, sink);
	ws_load_begin(&w.run, (struct ws_sv){ "", 0 });
	while (ws_lines_next(&lines, &line))
		take_line(&w, &line);
	end_run(&w);
	ws_lines_fini(&lines);
	ws_load_fini(&w.run);
	return ws_loads_end(&w.all, src, read, err);
}

const struct ws_parser ws_parser_wrk = {
	.name = "wrk",
	.title = "output of wrk and wrk2",
	.bid = bid,
	.parse = parse,
};
