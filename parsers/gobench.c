/*
 * Output of go test -bench, plain, verbose (-v) or as events (-json), of any
 * release, and files of other tools in the same format.  Specified by Go
 * proposal 14313 and the package golang.org/x/perf/benchfmt.
 *
 * Result lines, configuration lines ("goos: linux") and Unit lines count;
 * everything else is log output.  A log line between the name of a benchmark
 * and its numbers splits the line; it is put together again when the numbers
 * have ns/op.  The trailing -N of a name (GOMAXPROCS) stays in the name,
 * because a name may end in a number of its own.
 *
 * Not read: the tables of benchstat, and load tools.
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
#include "ingest/parser.h"

enum {
	FIELDS = 128,
	PACKAGES_MAX = 4096,
	NAME_MAX_BYTES = 4096,
	UNIT_KEPT = 32,
	SETTINGS_MAX = 256
};

struct setting {
	ws_id key, value;
};

/* One flow of lines: the file, or with -json one package. */
struct flow {
	struct setting *set; /* its configuration */
	size_t n_set, cap_set;
	struct ws_buf line; /* begun by an event, not ended yet */
	struct ws_buf name; /* of a result whose numbers did not come yet */
};

/* What the unit at one place of a result means; results of a file have the
 * same units in the same order. */
struct unit_seen {
	char text[UNIT_KEPT];
	size_t n;
	ws_id name;
	enum ws_unit unit;
	double factor;
};

struct bench {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id clock;
	uint64_t results, configs;
	bool damaged, have_version;
	struct flow *flow;
	size_t n_flow, cap_flow;
	size_t told; /* the flow whose configuration the marks tell */
	struct unit_seen unit[FIELDS / 2]; /* by place */
};

static struct ws_event
event(const struct bench *b, enum ws_event_kind kind)
{
	struct ws_event ev = WS_EVENT(kind);

	ev.t = (int64_t)b->results;
	ev.clock = b->clock;
	return ev;
}

static void
fault(struct bench *b, uint64_t off, const char *what)
{
	b->damaged = true;
	ws_sink_fault(b->sink, off, what);
}

static void
put_mark(struct bench *b, ws_id name, struct ws_sv text)
{
	struct ws_event ev = event(b, WS_EV_MARK);

	ev.name = name;
	ev.peer = ws_dict_str(b->sink->dict, text);
	ws_batch_put(&b->out, &ev);
}

static bool
is_number(struct ws_sv s, double *v)
{
	return ws_num_f64(s, -1e300, 1e300, v);
}

static bool
is_not_finite(struct ws_sv s)
{
	return ws_sv_is(s, "NaN") || ws_sv_is(s, "+Inf") || ws_sv_is(s, "-Inf");
}

static const struct unit_seen *
unit_at(struct bench *b, size_t place, struct ws_sv text)
{
	struct unit_seen *u = &b->unit[place];

	if (u->n == text.n && u->n > 0 && memcmp(u->text, text.p, u->n) == 0)
		return u;
	u->name = ws_bench_unit_read(b->sink->dict, text, &u->unit, &u->factor);
	u->n = text.n < sizeof(u->text) ? text.n : 0;
	memcpy(u->text, text.p, u->n);
	return u;
}

/* The last value of a key; none deletes it, as in benchfmt. */
static void
set_key(struct flow *fl, ws_id key, ws_id value)
{
	size_t i = 0;

	while (i < fl->n_set && fl->set[i].key != key)
		i++;
	if (i == fl->n_set && fl->n_set < SETTINGS_MAX) {
		fl->set = ws_grow(
		    fl->set, &fl->cap_set, fl->n_set + 1, sizeof(*fl->set));
		fl->n_set++;
	}
	if (i < fl->n_set)
		fl->set[i] = (struct setting){ key, value };
}

static void
put_setting(struct bench *b, ws_id key, ws_id value)
{
	struct ws_event ev = event(b, WS_EV_MARK);

	ev.name = key;
	ev.peer = value;
	ws_batch_put(&b->out, &ev);
}

/* Packages take turns in -json: before a result of another one than the last,
 * marks tell its configuration again. */
static void
tell_flow(struct bench *b, struct flow *fl)
{
	struct flow *old = &b->flow[b->told];

	if (fl == old)
		return;
	for (size_t i = 0; i < old->n_set; i++)
		put_setting(b, old->set[i].key, 0);
	for (size_t i = 0; i < fl->n_set; i++)
		put_setting(b, fl->set[i].key, fl->set[i].value);
	b->told = (size_t)(fl - b->flow);
}

/* The fields of a result behind its name: iterations and pairs.  ReportMetric
 * prints NaN and infinities; they are results without a value, here NaN. */
struct result {
	struct ws_sv f[FIELDS];
	double value[FIELDS / 2 + 1];
	size_t n;
	uint64_t iterations;
};

/* Iterations, then at least one value with a unit. */
static bool
read_result(struct ws_sv rest, struct result *r)
{
	r->n = ws_row_split(rest, r->f, FIELDS);
	if (r->n < 3 || r->n > FIELDS || r->n % 2 == 0 ||
	    !ws_num_u64(r->f[0], 0, INT64_MAX, &r->iterations))
		return false;
	for (size_t i = 1; i < r->n; i += 2) {
		r->value[i / 2] = NAN;
		if (!is_number(r->f[i], &r->value[i / 2]) &&
		    !is_not_finite(r->f[i]))
			return false;
	}
	return true;
}

static void
put_result(
    struct bench *b, struct flow *fl, struct ws_sv name, const struct result *r)
{
	struct ws_event ev = event(b, WS_EV_COUNTER);

	tell_flow(b, fl);
	ev.track = ws_dict_str(b->sink->dict, name);
	ev.name = WS_N_BENCH_ITERATIONS;
	ev.unit = WS_U_COUNT;
	ev.value = (double)r->iterations;
	ws_batch_put(&b->out, &ev);
	for (size_t i = 0; i < r->n / 2; i++) {
		const struct unit_seen *u = unit_at(b, i, r->f[2 * i + 2]);

		if (isnan(r->value[i]))
			continue;
		ev.name = u->name;
		ev.unit = (uint8_t)u->unit;
		ev.value = r->value[i] * u->factor;
		if (isfinite(ev.value))
			ws_batch_put(&b->out, &ev);
	}
	b->results++;
}

/* Leaves out a last value without a unit; and in a line without its end the
 * last field, which may be cut, with its value.  The units of package testing
 * are whole as they are. */
static struct ws_sv
whole_pairs(struct ws_sv rest, bool ended)
{
	struct ws_sv f[FIELDS], s = rest;
	size_t n = ws_row_split(rest, f, FIELDS), keep;

	if (n < 3 || n > FIELDS)
		return ws_sv_from(rest, rest.n);
	keep = n % 2 == 0 ? n - 1 : n;
	if (!ended && n % 2 == 1 && !ws_bench_unit_is_builtin(f[n - 1]))
		keep -= 2;
	s.n = (size_t)(f[keep - 1].p + f[keep - 1].n - rest.p);
	return s;
}

static void
take_result(struct bench *b, struct flow *fl, struct ws_sv text,
    const struct ws_line *line)
{
	struct ws_sv rest = text, name = ws_sv_field(&rest);
	struct ws_sv peek = rest, second = ws_sv_field(&peek), whole;
	struct result r;
	uint64_t n;

	fl->name.n = 0;
	if (line->ended && read_result(rest, &r)) {
		put_result(b, fl, name, &r);
		return;
	}
	if (!ws_num_u64(second, 0, INT64_MAX, &n)) {
		/* -v announces a bare name; a blank behind it means that
		 * numbers were to follow. */
		if (rest.n > 0 && line->ended && name.n <= NAME_MAX_BYTES)
			ws_buf_putsv(&fl->name, name);
		return;
	}
	whole = whole_pairs(rest, line->ended);
	if (!line->ended)
		fault(b, line->off, "the last field of the file may be cut");
	else if (whole.n > 0 && ws_sv_trim(rest).n != ws_sv_trim(whole).n)
		fault(b, line->off, "a value without a unit");
	if (read_result(whole, &r))
		put_result(b, fl, name, &r);
	else if (line->ended)
		fault(b, line->off,
		    "a result is not iterations and pairs of value and unit");
}

/* The numbers of a result whose name a log line cut off. */
static bool
take_numbers(struct bench *b, struct flow *fl, const struct ws_line *line)
{
	struct result r;

	if (fl->name.n == 0 || !line->ended || !read_result(line->text, &r) ||
	    !ws_sv_is(r.f[2], "ns/op"))
		return false;
	put_result(b, fl, ws_buf_sv(&fl->name), &r);
	fl->name.n = 0;
	return true;
}

/* "key: value" with a key in lower case. */
static bool
split_config(struct ws_sv line, struct ws_sv *key, struct ws_sv *value)
{
	size_t i = 0;

	if (line.n == 0 || line.p[0] < 'a' || line.p[0] > 'z')
		return false;
	for (; i < line.n && line.p[i] != ':'; i++)
		if (line.p[i] <= ' ' || (line.p[i] >= 'A' && line.p[i] <= 'Z'))
			return false;
	*key = (struct ws_sv){ line.p, i };
	if (i + 1 < line.n && line.p[i + 1] != ' ' && line.p[i + 1] != '\t')
		return false;
	*value = ws_sv_trim(ws_sv_from(line, i + 1));
	return i < line.n;
}

static bool
take_config(struct bench *b, struct flow *fl, const struct ws_line *line)
{
	struct ws_sv key, value;

	if (!split_config(line->text, &key, &value))
		return false;
	if (ws_sv_is(key, "panic")) {
		fault(b, line->off, "the test program panicked");
		return true;
	}
	if (!line->ended) {
		fault(b, line->off, "the last line of the file may be cut");
		return true;
	}
	tell_flow(b, fl);
	set_key(fl, ws_dict_str(b->sink->dict, key),
	    ws_dict_str(b->sink->dict, value));
	put_mark(b, ws_dict_str(b->sink->dict, key), value);
	b->configs++;
	if (ws_sv_is(key, "go") && value.n > 0 && !b->have_version) {
		ws_source_version(b->src, "%.*s", WS_SV_ARG(value));
		b->have_version = true;
	}
	return true;
}

static void
take_line(struct bench *b, struct flow *fl, const struct ws_line *line)
{
	struct ws_sv s = line->text;

	if (ws_sv_starts(s, "Benchmark")) {
		take_result(b, fl, s, line);
		return;
	}
	if (take_numbers(b, fl, line) || take_config(b, fl, line))
		return;
	if (!line->ended)
		return;
	if (ws_sv_starts(s, "Unit ")) {
		put_mark(b, WS_N_BENCH_UNIT, ws_sv_trim(ws_sv_from(s, 5)));
		b->configs++;
	} else if (ws_sv_starts(s, "--- FAIL: Benchmark")) {
		put_mark(b, WS_N_BENCH_FAILED, ws_sv_trim(ws_sv_from(s, 10)));
	}
}

static struct flow *
flow_at(struct bench *b, size_t i)
{
	while (b->n_flow <= i) {
		b->flow = ws_grow(
		    b->flow, &b->cap_flow, b->n_flow + 1, sizeof(*b->flow));
		b->flow[b->n_flow++] = (struct flow){ 0 };
	}
	return &b->flow[i];
}

/* The output of an event, which may be part of a line or several. */
static void
take_output(struct bench *b, struct flow *fl, struct ws_sv text, uint64_t off)
{
	while (text.n > 0) {
		size_t end = ws_sv_find(text, "\n");
		bool ended = end < text.n;
		struct ws_line line = { .off = off, .ended = true };

		if (fl->line.n + end > ws_source_limits(b->src)->line) {
			fault(b, off, "a line is longer than the limit");
			fl->line.n = 0;
			return;
		}
		ws_buf_put(&fl->line, text.p, end);
		text = ws_sv_from(text, end + ended);
		if (!ended)
			return;
		line.text = ws_buf_sv(&fl->line);
		if (ws_sv_ends(line.text, "\r"))
			line.text.n--;
		take_line(b, fl, &line);
		fl->line.n = 0;
	}
}

/* One event of test2json; its output is joined with that of its package, as
 * the test named in it has often been wrong. */
static void
take_event(
    struct bench *b, struct ws_htab *packages, const struct ws_line *line)
{
	json_error_t why;
	json_t *o =
	    json_loadb(line->text.p, line->text.n, JSON_ALLOW_NUL, &why);
	const json_t *text = json_object_get(o, "Output");
	const char *package = json_string_value(json_object_get(o, "Package"));
	uint32_t i;

	if (o == NULL)
		fault(b, line->off, "a line is no JSON object");
	if (json_is_string(text)) {
		package = package == NULL ? "" : package;
		i = ws_htab_put(packages, package, strlen(package), NULL);
		if (i >= PACKAGES_MAX)
			fault(b, line->off, "output of too many packages");
		if (i < PACKAGES_MAX)
			take_output(b, flow_at(b, i),
			    (struct ws_sv){ json_string_value(text),
				json_string_length(text) },
			    line->off);
	}
	json_decref(o);
}

static bool
is_events(struct ws_sv head)
{
	head = ws_sv_trim(head);
	return ws_sv_starts(head, "{\"") &&
	       ws_sv_find(head, "\"Action\":\"") < ws_sv_find(head, "\n") &&
	       ws_sv_find(head, "\"Output\":\"Benchmark") < head.n;
}

static void
read_lines(struct bench *b, struct ws_cur all, bool events)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;
	struct ws_htab *packages = ws_htab_new();

	while (b->out.status == WS_OK && ws_lines_next(&lines, &line)) {
		if (!events)
			take_line(b, flow_at(b, 0), &line);
		else if (ws_sv_starts(line.text, "{"))
			take_event(b, packages, &line);
	}
	/* What an event began and none ended. */
	for (size_t i = 0; i < b->n_flow; i++) {
		struct ws_line rest = { ws_buf_sv(&b->flow[i].line),
			all.off + ws_cur_left(&all), false };

		if (rest.text.n > 0)
			take_line(b, &b->flow[i], &rest);
		ws_buf_fini(&b->flow[i].line);
		ws_buf_fini(&b->flow[i].name);
		free(b->flow[i].set);
	}
	free(b->flow);
	ws_htab_free(packages);
	ws_lines_fini(&lines);
}

/* A result in the head, or nothing but the lines go test begins with. */
static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	unsigned go = 0, other = 0;

	if (is_events(a->head))
		return WS_BID_SHAPE;
	ws_cur_init(&c, a->head.p, a->head.n, 0);
	while (ws_cur_left(&c) > 0) {
		struct ws_sv line = ws_cur_line(&c), key, value, rest = line;
		struct result r;

		if (ws_sv_starts(line, "Benchmark")) {
			ws_sv_field(&rest);
			if (read_result(rest, &r))
				return WS_BID_SHAPE;
		} else if (split_config(line, &key, &value)) {
			go += ws_sv_is(key, "goos") ||
			      ws_sv_is(key, "goarch") || ws_sv_is(key, "pkg");
		} else {
			other += ws_sv_trim(line).n > 0 &&
				 !ws_sv_is(line, "PASS") &&
				 !ws_sv_is(line, "FAIL") &&
				 !ws_sv_starts(line, "ok  \t");
		}
	}
	return go >= 3 && other == 0 ? WS_BID_SHAPE : WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct bench b = { .src = src, .sink = sink };
	struct ws_clock ticks = { .kind = WS_CLOCK_TICKS };
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	ws_batch_init(&b.out, sink);
	b.clock = ws_dict_clock(sink->dict, &ticks);
	read_lines(&b, all, is_events(ws_source_artifact(src)->head));
	ws_source_tally(src, "result", b.results);
	ws_source_tally(src, "config", b.configs);
	status = ws_batch_flush(&b.out);
	if (status == WS_OK && read == WS_OK && b.damaged)
		status = ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu whole results; other lines were cut or damaged",
		    (unsigned long long)b.results);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_gobench = {
	.name = "gobench",
	.title = "go test -bench output",
	.bid = bid,
	.parse = parse,
};
