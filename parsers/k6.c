/*
 * Results of k6: the file of --summary-export, that of handleSummary (its data
 * as JSON), the machine-readable summary of k6 1.x and later ("results" with a
 * list of metrics), and --out json, an object a line.  Specified by
 * grafana.com/docs/k6 and the sources of k6.
 *
 * Times are milliseconds.  The 99th percentile is there only when the script
 * asked for it.  Of the machine-readable summary the rate is count over the
 * configured duration, as it has none.  Of --out json the latencies of
 * http_req_duration and the requests of each whole second are read; metrics
 * that scripts define are not.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/load.h"
#include "ingest/when.h"

/* A day of load; later seconds are not counted one by one. */
enum { SECONDS_MAX = 86400 };

static double
number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

/* med, avg, max, p(90), ... of one metric, wherever they stand. */
static void
take_trend(struct ws_load *run, const json_t *values)
{
	run->mean = number(values, "avg") * 1e6;
	run->p50 = number(values, "med") * 1e6;
	run->p90 = number(values, "p(90)") * 1e6;
	run->p95 = number(values, "p(95)") * 1e6;
	run->p99 = number(values, "p(99)") * 1e6;
	run->longest = number(values, "max") * 1e6;
}

/* The values of a metric: in "values", or in the metric itself. */
static const json_t *
values_of(const json_t *metrics, const char *name)
{
	const json_t *m = json_object_get(metrics, name);
	const json_t *v = json_object_get(m, "values");

	return v != NULL ? v : m;
}

static void
read_summary(struct ws_load *run, const json_t *doc)
{
	const json_t *metrics = json_object_get(doc, "metrics");
	const json_t *reqs = values_of(metrics, "http_reqs");
	const json_t *failed = values_of(metrics, "http_req_failed");
	const json_t *users = values_of(metrics, "vus_max");
	double share = number(failed, "rate");

	run->rate = number(reqs, "rate");
	run->requests = number(reqs, "count");
	take_trend(run, values_of(metrics, "http_req_duration"));
	if (isnan(share))
		share = number(failed, "value");
	if (!isnan(share) && !isnan(run->requests))
		run->errors = round(share * run->requests);
	run->clients = number(users, "max");
	run->duration =
	    number(json_object_get(doc, "state"), "testRunDurationMs") * 1e6;
}

static const json_t *
metric_named(const json_t *list, const char *wanted)
{
	const json_t *m;
	size_t i;

	json_array_foreach(list, i, m)
	{
		const char *name =
		    json_string_value(json_object_get(m, "name"));

		if (name != NULL && strcmp(name, wanted) == 0)
			return json_object_get(m, "values");
	}
	return NULL;
}

static void
read_machine(struct ws_load *run, const json_t *doc)
{
	const json_t *list =
	    json_object_get(json_object_get(doc, "results"), "metrics");
	const json_t *users = metric_named(list, "vus_max");
	double seconds = number(json_object_get(doc, "config"), "duration");

	run->requests = number(metric_named(list, "http_reqs"), "count");
	if (seconds > 0) {
		run->duration = seconds * 1e9;
		run->rate = run->requests / seconds;
	}
	take_trend(run, metric_named(list, "http_req_duration"));
	run->errors = number(metric_named(list, "http_req_failed"), "matches");
	run->clients = number(users, "max");
}

/* --out json while it is read. */
struct points {
	struct ws_source *src;
	struct ws_loads *all;
	struct ws_load run;
	struct ws_load_times times;
	int64_t first, last; /* ns since 1970 */
	double *second;      /* requests of each, from the first on */
	size_t n, cap;
	double errors, requests;
};

static void
count_request(struct points *p, int64_t t, double n)
{
	int64_t at;

	p->requests += n;
	if (p->first == WS_T_NONE)
		p->first = p->last = t;
	p->last = t > p->last ? t : p->last;
	at = t / 1000000000 - p->first / 1000000000;
	if (at < 0 || at >= SECONDS_MAX)
		return;
	p->second =
	    ws_grow(p->second, &p->cap, (size_t)at + 1, sizeof(*p->second));
	while (p->n <= (size_t)at)
		p->second[p->n++] = 0;
	p->second[at] += n;
}

static void
take_point(struct points *p, const json_t *o)
{
	const char *type = json_string_value(json_object_get(o, "type"));
	const char *metric = json_string_value(json_object_get(o, "metric"));
	const json_t *data = json_object_get(o, "data");
	const char *time = json_string_value(json_object_get(data, "time"));
	double value = number(data, "value");
	struct ws_when when;

	if (type == NULL || metric == NULL || strcmp(type, "Point") != 0 ||
	    isnan(value) || time == NULL ||
	    !ws_when_read(ws_sv_of(time), false, &when))
		return;
	ws_source_time(p->src, when.ns);
	if (strcmp(metric, "http_reqs") == 0)
		count_request(p, when.ns, value);
	else if (strcmp(metric, "http_req_duration") == 0 && value >= 0)
		ws_load_times_add(&p->times, value * 1e6);
	else if (strcmp(metric, "http_req_failed") == 0)
		p->errors += value;
	else if (strcmp(metric, "vus_max") == 0)
		p->run.clients = fmax(p->run.clients, value);
}

static void
take_line(struct points *p, const struct ws_line *line)
{
	json_error_t why;
	json_t *o;

	if (ws_sv_trim(line->text).n == 0)
		return;
	o = line->ended ? json_loadb(line->text.p, line->text.n, 0, &why)
			: NULL;
	if (o == NULL)
		ws_loads_fault(p->all, line->off,
		    line->ended ? "a line is no JSON object"
				: "the last line is cut");
	else
		take_point(p, o);
	json_decref(o);
}

/* The first and the last second are not whole. */
static void
put_points(struct points *p)
{
	double seconds = ((double)p->last - (double)p->first) / 1e9;
	ws_id track;

	if (!(p->requests > 0) || !(seconds > 0)) {
		ws_loads_fault(p->all, 0, "no requests over any time");
		return;
	}
	track = ws_load_track(p->all, &p->run);
	for (size_t i = 1; i + 1 < p->n; i++)
		ws_loads_value(p->all, track, WS_N_BENCH_INTERVAL, WS_U_RATE,
		    p->second[i]);
	p->run.rate = p->requests / seconds;
	p->run.requests = p->requests;
	p->run.errors = p->errors;
	p->run.duration = seconds * 1e9;
	ws_load_times_put(&p->times, &p->run);
	ws_loads_put(p->all, &p->run);
}

static void
read_points(struct ws_loads *all, struct ws_lines *lines, struct ws_source *src)
{
	struct points p = { .src = src, .all = all, .first = WS_T_NONE };
	struct ws_line line;

	ws_load_begin(&p.run, WS_SV("k6"));
	while (ws_lines_next(lines, &line))
		take_line(&p, &line);
	put_points(&p);
	ws_load_times_fini(&p.times);
	ws_load_fini(&p.run);
	free(p.second);
}

static bool
is_points(struct ws_sv head)
{
	struct ws_sv s = ws_sv_trim(head), line = ws_sv_split(&s, '\n');

	return ws_sv_starts(line, "{") &&
	       ws_sv_find(line, "\"metric\":\"") < line.n &&
	       (ws_sv_find(line, "\"type\":\"Metric\"") < line.n ||
		   ws_sv_find(line, "\"type\":\"Point\"") < line.n);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_sv s = ws_sv_trim(a->head);
	bool has = ws_sv_find(s, "\"http_req_duration\"") < s.n ||
		   ws_sv_find(s, "\"iteration_duration\"") < s.n;

	if (!ws_sv_starts(s, "{"))
		return WS_BID_NO;
	if (is_points(s))
		return WS_BID_SHAPE;
	return has && ws_sv_find(s, "\"metrics\"") < s.n ? WS_BID_SHAPE
							 : WS_BID_NO;
}

static enum ws_status
parse_json(struct ws_loads *all, struct ws_cur *c, struct ws_err *err)
{
	json_t *o;
	enum ws_status status =
	    ws_load_document(c, 0, "a summary of k6", &o, err);
	struct ws_load run = { 0 };

	if (status != WS_OK)
		return status;
	ws_load_begin(&run, WS_SV("k6"));
	if (json_object_get(o, "results") != NULL)
		read_machine(&run, o);
	else
		read_summary(&run, o);
	ws_loads_put(all, &run);
	ws_load_fini(&run);
	json_decref(o);
	return WS_OK;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_loads all;
	struct ws_lines lines = { 0 };
	enum ws_status read = ws_source_all(src, &lines.cur, err), status;

	if (read > WS_PARTIAL)
		return read;
	ws_loads_init(&all, sink);
	status = WS_OK;
	if (is_points(ws_source_artifact(src)->head))
		read_points(&all, &lines, src);
	else
		status = parse_json(&all, &lines.cur, err);
	ws_lines_fini(&lines);
	if (status != WS_OK)
		return status;
	return ws_loads_end(&all, src, read, err);
}

const struct ws_parser ws_parser_k6 = {
	.name = "k6",
	.title = "results of k6",
	.bid = bid,
	.parse = parse,
};
