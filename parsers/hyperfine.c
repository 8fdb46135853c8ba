/*
 * Results of hyperfine 1.x: --export-json, and what it prints.  Specified by
 * its export module.
 *
 * JSON has the time of every run, which the statistics of `diff` want; what is
 * printed has the mean, and counts as one measurement of it.  Other exports
 * (CSV, Markdown, AsciiDoc) are not read.
 */
#include <jansson.h>
#include <math.h>

#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/load.h"

struct fine {
	struct ws_loads all;
	struct ws_buf name; /* of the command whose lines follow */
	uint64_t off;
	bool open;
};

static ws_id
track_of(struct fine *f, struct ws_sv name)
{
	return ws_dict_str(f->all.sink->dict, name);
}

/* Runs that failed have no time of the command's work. */
static void
put_times(struct fine *f, ws_id track, const json_t *result)
{
	const json_t *times = json_object_get(result, "times"), *v;
	const json_t *codes = json_object_get(result, "exit_codes"), *code;
	const json_t *rss = json_object_get(result, "memory_usage_byte"), *b;
	double failed = 0;
	size_t i;

	json_array_foreach(times, i, v)
	{
		code = json_array_get(codes, i);
		b = json_array_get(rss, i);
		if (json_is_integer(code) && json_integer_value(code) != 0) {
			failed++;
			continue;
		}
		if (!json_is_number(v))
			continue;
		ws_loads_value(&f->all, track, WS_N_BENCH_TIME, WS_U_TIME,
		    json_number_value(v) * 1e9);
		if (json_is_number(b))
			ws_loads_value(&f->all, track, WS_N_BENCH_RSS,
			    WS_U_BYTES, json_number_value(b));
		f->all.runs++;
	}
	ws_loads_value(&f->all, track, WS_N_BENCH_ERRORS, WS_U_COUNT, failed);
}

static void
put_result(struct fine *f, const json_t *result)
{
	const char *command =
	    json_string_value(json_object_get(result, "command"));

	static const struct {
		const char *key;
		ws_id name;
	} cpu[] = { { "user", WS_N_BENCH_USER },
		{ "system", WS_N_BENCH_SYSTEM } };

	ws_id track;

	if (command == NULL) {
		ws_loads_fault(&f->all, 0, "a result without its command");
		return;
	}
	track = track_of(f, ws_sv_of(command));
	for (size_t i = 0; i < WS_LEN(cpu); i++) {
		const json_t *v = json_object_get(result, cpu[i].key);

		if (json_is_number(v))
			ws_loads_value(&f->all, track, cpu[i].name, WS_U_TIME,
			    json_number_value(v) * 1e9);
	}
	put_times(f, track, result);
}

static enum ws_status
read_json(struct fine *f, struct ws_cur *c, struct ws_err *err)
{
	json_t *o, *results, *result;
	enum ws_status status =
	    ws_load_document(c, 0, "results of hyperfine", &o, err);
	size_t i;

	if (status != WS_OK)
		return status;
	results = json_object_get(o, "results");
	if (!json_is_array(results)) {
		json_decref(o);
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "wanted results of hyperfine: there are none");
	}
	json_array_foreach(results, i, result) put_result(f, result);
	json_decref(o);
	return WS_OK;
}

/* "Benchmark 1: sleep 0.01", before 1.12 "Benchmark #1: sleep 0.01" */
static bool
take_name(struct fine *f, const struct ws_line *line)
{
	struct ws_sv rest, number;
	uint64_t n;

	if (!ws_label_read(line->text, "Benchmark ", &rest))
		return false;
	number = ws_sv_split(&rest, ':');
	if (ws_sv_starts(number, "#"))
		number = ws_sv_from(number, 1);
	if (!ws_num_u64(number, 1, UINT64_MAX, &n))
		return false;
	if (f->open)
		ws_loads_fault(&f->all, f->off, "a benchmark without its time");
	f->name.n = 0;
	ws_buf_putsv(&f->name, ws_sv_trim(rest));
	f->off = line->off;
	f->open = line->ended;
	return true;
}

/* "11.1 ms" at the start of *s. */
static bool
take_time(struct ws_sv *s, double *ns)
{
	struct ws_sv number = ws_sv_field(s), unit = ws_sv_field(s);
	double v, factor;
	struct ws_buf one = { 0 };
	bool good;

	while (unit.n > 0 && (ws_sv_ends(unit, "]") || ws_sv_ends(unit, ",")))
		unit.n--;
	ws_buf_puts(&one, "1");
	ws_buf_putsv(&one, unit);
	good = ws_num_f64(number, 0, 1e12, &v) &&
	       ws_duration_read(ws_buf_sv(&one), &factor);
	ws_buf_fini(&one);
	if (good)
		*ns = v * factor;
	return good;
}

/* "Time (mean ± σ):   11.1 ms ±   0.0 ms    [User: 0.8 ms, System: 0.2 ms]";
 * of one run "Time (abs ≡):  11.1 ms". */
static void
take_values(struct fine *f, struct ws_sv line)
{
	ws_id track = track_of(f, ws_buf_sv(&f->name));
	struct ws_sv rest = line, user, sys;
	double ns;

	ws_sv_split(&rest, ':');
	if (!take_time(&rest, &ns))
		return;
	ws_loads_value(&f->all, track, WS_N_BENCH_TIME, WS_U_TIME, ns);
	user = ws_sv_from(line, ws_sv_find(line, "[User: "));
	sys = ws_sv_from(line, ws_sv_find(line, "System: "));
	user = ws_sv_from(user, 7);
	sys = ws_sv_from(sys, 8);
	if (take_time(&user, &ns))
		ws_loads_value(&f->all, track, WS_N_BENCH_USER, WS_U_TIME, ns);
	if (take_time(&sys, &ns))
		ws_loads_value(
		    &f->all, track, WS_N_BENCH_SYSTEM, WS_U_TIME, ns);
	f->all.runs++;
	f->open = false;
}

static void
take_line(struct fine *f, const struct ws_line *line)
{
	struct ws_sv rest;

	if (take_name(f, line) || !f->open)
		return;
	if (ws_label_read(line->text, "Time (", &rest) && line->ended)
		take_values(f, ws_sv_trim(line->text));
}

static bool
is_json(struct ws_sv head)
{
	struct ws_sv s = ws_sv_trim(head);

	return ws_sv_starts(s, "{") &&
	       ws_sv_starts(ws_sv_trim(ws_sv_from(s, 1)), "\"results\"") &&
	       ws_sv_find(s, "\"command\"") < s.n;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_sv s = ws_sv_trim(a->head);

	if (is_json(s))
		return WS_BID_SHAPE;
	return ws_sv_starts(s, "Benchmark ") &&
		       ws_sv_find(s, "\n  Time (") < s.n
		   ? WS_BID_SHAPE
		   : WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct fine f = { .open = false };
	struct ws_lines lines = { 0 };
	struct ws_line line;
	enum ws_status read = ws_source_all(src, &lines.cur, err);
	enum ws_status status = WS_OK;

	if (read > WS_PARTIAL)
		return read;
	ws_loads_init(&f.all, sink);
	if (is_json(ws_source_artifact(src)->head))
		status = read_json(&f, &lines.cur, err);
	else
		while (ws_lines_next(&lines, &line))
			take_line(&f, &line);
	if (f.open)
		ws_loads_fault(&f.all, f.off, "a benchmark without its time");
	ws_lines_fini(&lines);
	ws_buf_fini(&f.name);
	if (status != WS_OK)
		return status;
	return ws_loads_end(&f.all, src, read, err);
}

const struct ws_parser ws_parser_hyperfine = {
	.name = "hyperfine",
	.title = "results of hyperfine",
	.bid = bid,
	.parse = parse,
};
