/*
 * Reports of vegeta (12 and later): vegeta report, -type=json, and
 * -type='hist[...]'.  Specified by lib/metrics.go and lib/reporters.go.
 *
 * Durations in JSON are whole nanoseconds, in text Go's ("1m2.5s").  Quantiles
 * are estimates of a t-digest.  Older reports have no throughput, no minimum and no 90th
 * percentile; columns go by the names in the brackets.  A histogram gives the
 * number of requests alone.  The stream of results (gob, CSV, JSON lines) is
 * not read.
 */
#include <jansson.h>
#include <math.h>

#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/load.h"

static double
number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static void
read_json(struct ws_loads *all, const json_t *o)
{
	const json_t *lat = json_object_get(o, "latencies");
	struct ws_load run = { 0 };

	ws_load_begin(&run, WS_SV("vegeta"));
	run.rate = number(o, "throughput");
	run.requests = number(o, "requests");
	run.duration = number(o, "duration");
	run.errors = run.requests * (1 - number(o, "success"));
	run.mean = number(lat, "mean");
	run.p50 = number(lat, "50th");
	run.p90 = number(lat, "90th");
	run.p95 = number(lat, "95th");
	run.p99 = number(lat, "99th");
	run.longest = number(lat, "max");
	if (!isnan(run.errors))
		run.errors = round(run.errors);
	ws_loads_put(all, &run);
	ws_load_fini(&run);
}

static enum ws_status
parse_json(struct ws_loads *all, struct ws_cur *c, struct ws_err *err)
{
	json_t *o;
	enum ws_status status = ws_load_document(
	    c, JSON_DISABLE_EOF_CHECK, "a report of vegeta", &o, err);

	if (status != WS_OK)
		return status;
	if (!json_is_object(json_object_get(o, "latencies"))) {
		json_decref(o);
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "wanted a report with latencies: there are none");
	}
	read_json(all, o);
	json_decref(o);
	return WS_OK;
}

/* The values behind "[total, rate, throughput]", by the names in it. */
struct row {
	struct ws_sv names, values;
};

static bool
read_row(struct ws_sv line, const char *label, struct row *r)
{
	struct ws_sv rest;

	if (!ws_label_read(line, label, &rest) || !ws_sv_starts(rest, "["))
		return false;
	rest = ws_sv_from(rest, 1);
	r->names = ws_sv_split(&rest, ']');
	r->values = ws_sv_trim(rest);
	return true;
}

static struct ws_sv
value_of(const struct row *r, const char *name)
{
	struct ws_sv names = r->names, values = r->values;

	while (names.n > 0) {
		struct ws_sv n = ws_sv_trim(ws_sv_split(&names, ','));
		struct ws_sv v = ws_sv_trim(ws_sv_split(&values, ','));

		if (ws_sv_is(n, name))
			return v;
	}
	return (struct ws_sv){ "", 0 };
}

struct text {
	struct ws_loads *all;
	struct ws_load run;
	uint64_t off;
	bool open;
};

static void
end_run(struct text *t)
{
	if (t->open && !isnan(t->run.requests))
		ws_loads_put(t->all, &t->run);
	else if (t->open)
		ws_loads_fault(t->all, t->off, "a report without its requests");
	t->open = false;
}

static void
take_requests(struct text *t, const struct row *r, uint64_t off)
{
	end_run(t);
	ws_load_begin(&t->run, WS_SV("vegeta"));
	t->off = off;
	t->open = true;
	ws_num_f64(value_of(r, "total"), 0, 1e15, &t->run.requests);
	ws_num_f64(value_of(r, "throughput"), 0, 1e15, &t->run.rate);
}

static void
take_latencies(struct text *t, const struct row *r)
{
	const struct {
		const char *name;
		double *place;
	} known[] = { { "mean", &t->run.mean }, { "50", &t->run.p50 },
		{ "90", &t->run.p90 }, { "95", &t->run.p95 },
		{ "99", &t->run.p99 }, { "max", &t->run.longest } };

	for (size_t i = 0; i < WS_LEN(known); i++)
		ws_duration_read(value_of(r, known[i].name), known[i].place);
}

/* "Success       [ratio]  99.80%" */
static void
take_success(struct text *t, const struct row *r)
{
	struct ws_sv v = value_of(r, "ratio");
	double percent;

	if (!ws_sv_ends(v, "%"))
		return;
	v.n--;
	if (ws_num_f64(v, 0, 100, &percent))
		t->run.errors = round(t->run.requests * (1 - percent / 100));
}

static void
take_line(struct text *t, const struct ws_line *line)
{
	struct row r;

	if (!line->ended)
		ws_loads_fault(t->all, line->off, "the last line is cut");
	else if (read_row(line->text, "Requests", &r))
		take_requests(t, &r, line->off);
	else if (t->open && read_row(line->text, "Duration", &r))
		ws_duration_read(value_of(&r, "total"), &t->run.duration);
	else if (t->open && read_row(line->text, "Latencies", &r))
		take_latencies(t, &r);
	else if (t->open && read_row(line->text, "Success", &r))
		take_success(t, &r);
}

/* "[2ms,   4ms]  123  12.30%  ###" */
static void
take_bucket(struct ws_load *run, const struct ws_line *line)
{
	struct ws_sv rest = ws_sv_trim(line->text);
	uint64_t n;

	if (!line->ended || !ws_sv_starts(rest, "["))
		return;
	ws_sv_split(&rest, ']');
	if (ws_num_u64(ws_sv_field(&rest), 0, UINT64_MAX, &n))
		run->requests += (double)n;
}

static bool
is_histogram(struct ws_sv head)
{
	struct ws_sv line = ws_sv_split(&head, '\n'), first;

	first = ws_sv_field(&line);
	return ws_sv_is(first, "Bucket") &&
	       ws_sv_find(line, "Histogram") < line.n;
}

static void
read_histogram(struct ws_loads *all, struct ws_lines *lines)
{
	struct ws_load run = { 0 };
	struct ws_line line;

	ws_load_begin(&run, WS_SV("vegeta"));
	run.requests = 0;
	while (ws_lines_next(lines, &line))
		take_bucket(&run, &line);
	ws_loads_put(all, &run);
	ws_load_fini(&run);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_sv s = ws_sv_trim(a->head);

	if (ws_sv_starts(s, "{\"latencies\":{") &&
	    ws_sv_find(s, "\"bytes_in\"") < s.n)
		return WS_BID_SHAPE;
	if (ws_sv_starts(s, "Requests ") &&
	    ws_sv_find(ws_sv_split(&s, '\n'), "[total") < s.n)
		return WS_BID_SHAPE;
	return is_histogram(a->head) ? WS_BID_SHAPE : WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_sv head = ws_sv_trim(ws_source_artifact(src)->head);
	struct ws_loads all;
	struct text t = { .all = &all };
	struct ws_lines lines = { 0 };
	struct ws_line line;
	enum ws_status read = ws_source_all(src, &lines.cur, err), status;

	if (read > WS_PARTIAL)
		return read;
	ws_loads_init(&all, sink);
	status = WS_OK;
	if (ws_sv_starts(head, "{"))
		status = parse_json(&all, &lines.cur, err);
	else if (is_histogram(head))
		read_histogram(&all, &lines);
	else
		while (ws_lines_next(&lines, &line))
			take_line(&t, &line);
	end_run(&t);
	ws_lines_fini(&lines);
	ws_load_fini(&t.run);
	if (status != WS_OK)
		return status;
	return ws_loads_end(&all, src, read, err);
}

const struct ws_parser ws_parser_vegeta = {
	.name = "vegeta",
	.title = "report of vegeta",
	.bid = bid,
	.parse = parse,
};
