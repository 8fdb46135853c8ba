/*
 * Measurements of one's own: a table "name,unit,value" or
 * "name,unit,value,time", or JSON objects with these members, one a line.  Our
 * own format, specified in whyslow-formats(5).
 *
 * Units are those of go test -bench ("ns/op", "p99-ms", "req/s"); several
 * values of a name and unit are repetitions, in the order of the file.  A time
 * is a date or seconds, and tells how long the measuring took.  Fields with
 * commas stand in double quotes, and a quote in them is doubled.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/num.h"
#include "ingest/bench_unit.h"
#include "ingest/columns.h"
#include "ingest/load.h"
#include "ingest/when.h"

enum { FIELDS = 4 };

/* First and last time of a name. */
struct span {
	double from, to;
};

struct table {
	struct ws_source *src;
	struct ws_loads all;
	struct ws_htab *names; /* index in span[] */
	struct span *span;
	size_t cap;
};

struct row {
	struct ws_sv name, unit;
	double value, time; /* ns; NaN: none */
};

/* Seconds, or a date. */
static bool
read_time(struct ws_sv text, double *ns)
{
	struct ws_when when;
	double seconds;

	*ns = NAN;
	if (text.n == 0)
		return true;
	if (ws_num_f64(text, 0, 1e12, &seconds))
		*ns = seconds * 1e9;
	else if (ws_when_read(text, false, &when))
		*ns = (double)when.ns;
	return !isnan(*ns);
}

static void
note_time(struct table *t, const struct row *r)
{
	bool is_new;
	uint32_t i;

	if (isnan(r->time))
		return;
	if (r->time < 9e18)
		ws_source_time(t->src, (int64_t)r->time);
	i = ws_htab_put(t->names, r->name.p, r->name.n, &is_new);
	if (is_new) {
		t->span =
		    ws_grow(t->span, &t->cap, (size_t)i + 1, sizeof(*t->span));
		t->span[i] = (struct span){ r->time, r->time };
	}
	t->span[i].from = fmin(t->span[i].from, r->time);
	t->span[i].to = fmax(t->span[i].to, r->time);
}

static void
put_row(struct table *t, const struct row *r)
{
	struct ws_dict *d = t->all.sink->dict;
	enum ws_unit u;
	double factor;
	ws_id name = ws_bench_unit_read(d, r->unit, &u, &factor);

	ws_loads_value(
	    &t->all, ws_dict_str(d, r->name), name, u, r->value * factor);
	note_time(t, r);
	t->all.runs++;
}

/* The next field, without its quotes, in *out. */
static bool
take_field(struct ws_sv *rest, struct ws_buf *out)
{
	out->n = 0;
	if (!ws_sv_starts(*rest, "\"")) {
		ws_buf_putsv(out, ws_sv_trim(ws_sv_split(rest, ',')));
		return true;
	}
	*rest = ws_sv_from(*rest, 1);
	for (;;) {
		size_t end = ws_sv_find(*rest, "\"");

		ws_buf_put(out, rest->p, end);
		if (end == rest->n)
			return false;
		*rest = ws_sv_from(*rest, end + 1);
		if (!ws_sv_starts(*rest, "\""))
			break;
		ws_buf_putc(out, '"');
		*rest = ws_sv_from(*rest, 1);
	}
	if (rest->n > 0 && rest->p[0] != ',')
		return false;
	*rest = ws_sv_from(*rest, 1);
	return true;
}

static bool
read_fields(struct ws_sv line, struct ws_buf *f, struct row *r)
{
	size_t n = 0;

	for (; n < FIELDS && (n == 0 || line.n > 0); n++)
		if (!take_field(&line, &f[n]))
			return false;
	for (size_t i = n; i < FIELDS; i++)
		f[i].n = 0;
	r->name = ws_buf_sv(&f[0]);
	r->unit = ws_buf_sv(&f[1]);
	return n >= 3 && line.n == 0 && r->name.n > 0 && r->unit.n > 0 &&
	       ws_num_f64(ws_buf_sv(&f[2]), -1e300, 1e300, &r->value) &&
	       read_time(ws_buf_sv(&f[3]), &r->time);
}

static bool
read_object(const struct ws_line *line, json_t **doc, struct row *r)
{
	const json_t *value, *time;
	const char *name, *unit;
	json_error_t why;

	*doc = json_loadb(line->text.p, line->text.n, 0, &why);
	name = json_string_value(json_object_get(*doc, "name"));
	unit = json_string_value(json_object_get(*doc, "unit"));
	value = json_object_get(*doc, "value");
	time = json_object_get(*doc, "time");
	if (name == NULL || unit == NULL || !json_is_number(value))
		return false;
	*r = (struct row){ ws_sv_of(name), ws_sv_of(unit),
		json_number_value(value), NAN };
	if (json_is_number(time))
		r->time = json_number_value(time) * 1e9;
	return !json_is_string(time) ||
	       read_time(ws_sv_of(json_string_value(time)), &r->time);
}

static void
take_line(
    struct table *t, const struct ws_line *line, struct ws_buf *f, bool is_json)
{
	json_t *doc = NULL;
	struct row r;
	bool good;

	if (ws_sv_trim(line->text).n == 0)
		return;
	good = line->ended && (is_json ? read_object(line, &doc, &r)
				       : read_fields(line->text, f, &r));
	if (good)
		put_row(t, &r);
	else
		ws_loads_fault(&t->all, line->off,
		    line->ended ? "a row is not name, unit, value and time"
				: "the last line is cut");
	json_decref(doc);
}

static void
put_durations(struct table *t)
{
	for (uint32_t i = 0; i < ws_htab_count(t->names); i++)
		if (t->span[i].to > t->span[i].from)
			ws_loads_value(&t->all,
			    ws_dict_str(
				t->all.sink->dict, ws_htab_key(t->names, i)),
			    WS_N_BENCH_DURATION, WS_U_TIME,
			    t->span[i].to - t->span[i].from);
}

static bool
is_head(struct ws_sv line)
{
	struct ws_sv s = ws_sv_trim(line);

	return ws_sv_is(s, "name,unit,value") ||
	       ws_sv_is(s, "name,unit,value,time");
}

static bool
is_object(struct ws_sv head)
{
	struct ws_sv s = ws_sv_trim(head), line = ws_sv_split(&s, '\n');

	return ws_sv_starts(line, "{") &&
	       ws_sv_find(line, "\"name\"") < line.n &&
	       ws_sv_find(line, "\"unit\"") < line.n &&
	       ws_sv_find(line, "\"value\"") < line.n &&
	       ws_sv_ends(ws_sv_trim(line), "}");
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_sv s = a->head;

	if (is_object(s))
		return WS_BID_SHAPE;
	return is_head(ws_sv_split(&s, '\n')) ? WS_BID_SHAPE : WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct table t = { .src = src };
	struct ws_buf field[FIELDS] = { { 0 } };
	struct ws_lines lines = { 0 };
	struct ws_line line;
	enum ws_status read = ws_source_all(src, &lines.cur, err);
	bool is_json = is_object(ws_source_artifact(src)->head);

	if (read > WS_PARTIAL)
		return read;
	t.names = ws_htab_new();
	ws_loads_init(&t.all, sink);
	while (t.all.out.status == WS_OK && ws_lines_next(&lines, &line))
		if (is_json || line.off > 0 || !is_head(line.text))
			take_line(&t, &line, field, is_json);
	put_durations(&t);
	for (size_t i = 0; i < FIELDS; i++)
		ws_buf_fini(&field[i]);
	ws_lines_fini(&lines);
	ws_htab_free(t.names);
	free(t.span);
	return ws_loads_end(&t.all, src, read, err);
}

const struct ws_parser ws_parser_benchcsv = {
	.name = "benchcsv",
	.title = "measurements as name, unit, value, time",
	.bid = bid,
	.parse = parse,
};
