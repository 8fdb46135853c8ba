/*
 * What `go tool pprof` prints of a profile, as people paste it: -raw, -traces,
 * and the tables of -top, -tree and -peek, also after the prompt "(pprof)".
 * Go 1.7 to 1.27; specified by internal/report and profile.String() of
 * google/pprof alone.
 *
 * -raw is the whole profile.  -traces has one value of each sample, with four
 * digits, and functions; what it joins is not told.  A table has sums of single
 * functions, cut to those that are large: no stacks can be made of it, so its
 * rows are counters of their own, and a function that is not in it has no value
 * there.  What a table says of other tables' types is kept apart by the type.
 *
 * Block and mutex profiles look alike; the leaves tell.  Not read: times, the
 * edges of -tree and -peek, -list, -weblist, -dot, addresses.
 */
#include "pproftool.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ingest/parser.h"
#include "ingest/scan.h"
#include "model/event.h"

/* Inlining makes more frames than the text has bytes for.  Past this many for
 * each byte, and some, a file is a bomb; as in pprof_emit.c. */
enum { FRAMES_PER_BYTE = 8, FRAMES_FREE = 4 << 20 };

bool
pproftool_value(struct ws_sv s, double *v, enum ws_unit *unit)
{
	static const struct {
		const char *name;
		enum ws_unit unit;
		double scale;
	} known[] = {
		{ "", WS_U_COUNT, 1 },
		{ "ns", WS_U_TIME, 1 },
		{ "us", WS_U_TIME, 1e3 },
		{ "\xc2\xb5s", WS_U_TIME, 1e3 },
		{ "ms", WS_U_TIME, 1e6 },
		{ "s", WS_U_TIME, 1e9 },
		{ "mins", WS_U_TIME, 60e9 },
		{ "hrs", WS_U_TIME, 3600e9 },
		{ "days", WS_U_TIME, 86400e9 },
		{ "B", WS_U_BYTES, 1 },
		{ "kB", WS_U_BYTES, 1024 },
		{ "MB", WS_U_BYTES, 1 << 20 },
		{ "GB", WS_U_BYTES, 1 << 30 },
		{ "TB", WS_U_BYTES, 1024.0 * (1 << 30) },
	};

	bool minus = ws_scan_text(&s, "-");

	if (!ws_scan_number(&s, v))
		return false;
	for (size_t i = 0; i < WS_LEN(known); i++) {
		if (!ws_sv_is(s, known[i].name))
			continue;
		*unit = known[i].unit;
		*v *= minus ? -known[i].scale : known[i].scale;
		return true;
	}
	return false;
}

/* "pprof.NAME", of a type that has no meaning here. */
static ws_id
generic(const struct pproftool *p, struct ws_sv name)
{
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_puts(&b, "pprof.");
	ws_buf_putsv(&b, name);
	id = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id < WS_N_COUNT_OF ? 0 : id;
}

struct pproftool_type
pproftool_type(const struct pproftool *p, struct ws_sv name)
{
	static const struct {
		const char *name;
		struct pproftool_type type;
	} known[] = {
		{ "cpu", { WS_N_PPROF_CPU, WS_U_TIME, 1, false } },
		{ "samples", { WS_N_PPROF_CPU_SAMPLES, WS_U_COUNT, 1, false } },
		{ "alloc_objects",
		    { WS_N_PPROF_ALLOC_COUNT, WS_U_COUNT, 1, false } },
		{ "alloc_space", { WS_N_PPROF_ALLOC, WS_U_BYTES, 1, false } },
		{ "inuse_objects",
		    { WS_N_PPROF_INUSE_COUNT, WS_U_COUNT, 1, false } },
		{ "inuse_space", { WS_N_PPROF_INUSE, WS_U_BYTES, 1, false } },
		{ "goroutine", { WS_N_PPROF_GOROUTINE, WS_U_COUNT, 1, false } },
		{ "threadcreate",
		    { WS_N_PPROF_THREADCREATE, WS_U_COUNT, 1, false } },
		{ "contentions", { 0, WS_U_COUNT, 1, true } },
		{ "delay", { 0, WS_U_TIME, 1, true } },
	};

	for (size_t i = 0; i < WS_LEN(known); i++)
		if (ws_sv_is(name, known[i].name))
			return known[i].type;
	return (
	    struct pproftool_type){ .series = generic(p, name), .scale = 1 };
}

/* Whose stack it is: of one that unlocked, or of one that waited. */
static ws_id
contention(const struct pproftool *p, const struct pproftool_type *t)
{
	const struct ws_frame *leaf;
	struct ws_sv f;
	bool count = t->unit == WS_U_COUNT;

	if (p->n_frame == 0)
		return 0;
	leaf = ws_dict_get_frame(p->sink->dict, p->frame[0]);
	f = ws_dict_text(p->sink->dict, leaf->func);
	if (ws_sv_find(f, "nlock") < f.n || ws_sv_find(f, "emrelease") < f.n ||
	    ws_sv_find(f, "_LostContended") < f.n)
		return count ? WS_N_PPROF_MUTEX_COUNT : WS_N_PPROF_MUTEX;
	return count ? WS_N_PPROF_BLOCK_COUNT : WS_N_PPROF_BLOCK;
}

void
pproftool_capture(struct pproftool *p, ws_id name, double v)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	size_t last = p->n_type;

	while (last > 0 && p->type[last - 1].series == 0)
		last--;
	if (last == 0)
		return;
	ev.name = name;
	ev.track = p->type[last - 1].series;
	ev.unit =
	    (uint8_t)(name == WS_N_CAPTURE_DURATION ? WS_U_TIME
						    : p->type[last - 1].unit);
	ev.value = v;
	ws_batch_put(&p->out, &ev);
}

void
pproftool_lose(struct pproftool *p, uint64_t off, const char *what)
{
	if (p->lost++ == 0)
		p->lost_off = off;
	ws_sink_fault(p->sink, off, what);
}

/* Cuts "FILE:LINE" behind the last blank off *text; also "FILE:LINE:COLUMN". */
static void
take_place(struct pproftool *p, struct ws_sv *text, struct ws_frame *f)
{
	size_t at = text->n, colon;
	struct ws_sv place, number;
	uint64_t line;

	while (at > 0 && text->p[at - 1] != ' ')
		at--;
	place = ws_sv_from(*text, at);
	for (unsigned i = 0; i < 2; i++) {
		colon = place.n;
		while (colon > 0 && place.p[colon - 1] != ':')
			colon--;
		number = ws_sv_from(place, colon);
		if (colon == 0 || at == 0 || !ws_scan_u64(&number, &line) ||
		    number.n > 0)
			break;
		place.n = colon - 1;
		f->line = line <= UINT32_MAX ? (uint32_t)line : 0;
	}
	if (at == 0 || place.p + place.n == text->p + text->n)
		return;
	f->file = ws_dict_str(p->sink->dict, place);
	*text = ws_sv_trim((struct ws_sv){ text->p, at });
}

ws_id
pproftool_frame(struct pproftool *p, struct ws_sv text, uint64_t address)
{
	static const char *const tail[] = { " (inline)", " (partial-inline)" };
	struct ws_frame f = { .func = 0 };

	text = ws_sv_trim(text);
	for (size_t i = 0; i < WS_LEN(tail); i++)
		if (ws_sv_ends(text, tail[i])) {
			text.n -= strlen(tail[i]);
			f.inlined = true;
		}
	take_place(p, &text, &f);
	if (ws_sv_is(text, ":0:0") || ws_sv_is(text, ":0"))
		text.n = 0;
	f.func = ws_dict_str(p->sink->dict, text);
	f.addr = text.n == 0 ? address : 0;
	return ws_dict_frame(p->sink->dict, &f);
}

bool
pproftool_push(struct pproftool *p, ws_id frame)
{
	if (p->n_frame >= ws_source_limits(p->src)->depth)
		return false;
	p->frame =
	    ws_grow(p->frame, &p->cap_frame, p->n_frame + 1, sizeof(*p->frame));
	p->frame[p->n_frame++] = frame;
	return true;
}

void
pproftool_sample(struct pproftool *p)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);

	if (p->n_frame > p->frames_left) {
		p->bomb = true;
		return;
	}
	p->frames_left -= p->n_frame;
	ev.stack = ws_dict_stack(p->sink->dict, p->frame, p->n_frame);
	ev.track = ws_dict_str(p->sink->dict, ws_buf_sv(&p->labels));
	for (size_t i = 0; i < p->n_type; i++) {
		const struct pproftool_type *t = &p->type[i];

		ev.name = t->contention ? contention(p, t) : t->series;
		ev.unit = (uint8_t)t->unit;
		ev.value = p->value[i] * t->scale;
		if (ev.name != 0 && ev.value != 0)
			ws_batch_put(&p->out, &ev);
	}
	p->samples++;
}

bool
pproftool_duration(struct ws_sv line, double *duration, double *total)
{
	struct ws_sv s = ws_sv_trim(line);
	enum ws_unit unit;
	size_t n;

	if (!ws_scan_text(&s, "Duration: "))
		return false;
	n = ws_sv_find(s, ", Total samples = ");
	if (!pproftool_value((struct ws_sv){ s.p, n }, duration, &unit) ||
	    unit != WS_U_TIME)
		return false;
	s = ws_sv_from(s, n);
	*total = -1;
	if (!ws_scan_text(&s, ", Total samples = "))
		return n == s.n || s.n == 0;
	if (!pproftool_value(ws_sv_field(&s), total, &unit))
		*total = -1;
	return true;
}

bool
pproftool_is_table(struct ws_sv line)
{
	static const char *const want[] = { "flat", "flat%", "sum%", "cum",
		"cum%" };

	for (size_t i = 0; i < WS_LEN(want); i++)
		if (!ws_sv_is(ws_sv_field(&line), want[i]))
			return false;
	return true;
}

static enum pproftool_form
form_of(struct ws_sv head)
{
	bool period = false, trace = false;
	struct ws_cur c;

	ws_cur_init(&c, head.p, head.n, 0);
	while (ws_cur_left(&c) > 0) {
		struct ws_sv line = ws_cur_line(&c);

		if (ws_sv_starts(line, "Benchmark") ||
		    (ws_sv_starts(line, "goroutine ") &&
			ws_sv_ends(line, "]:")))
			return PPROFTOOL_NONE;
		if (pproftool_is_table(line))
			return PPROFTOOL_TABLE;
		period = period || ws_sv_starts(line, "PeriodType: ");
		if (period && ws_sv_is(ws_sv_trim(line), "Samples:"))
			return PPROFTOOL_RAW;
		trace = trace || ws_sv_starts(line, "Type: ");
		if (trace && ws_sv_starts(line, "-----------+-----"))
			return PPROFTOOL_TRACES;
	}
	return PPROFTOOL_NONE;
}

static enum ws_status
finish(struct pproftool *p, struct ws_err *err)
{
	static const char *const form[] = { "", "-top", "-traces", "-raw" };
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);
	enum ws_status status;

	if (p->lost > 0 && p->n_type > 0 && p->type[p->n_type - 1].series) {
		ev.name = p->type[p->n_type - 1].series;
		ev.unit = WS_U_COUNT;
		ev.value = (double)p->lost;
		ws_batch_put(&p->out, &ev);
	}
	ws_source_version(p->src, "%s", form[p->form]);
	ws_source_tally(p->src, "sample", p->samples);
	ws_source_tally(p->src, "row", p->rows);
	ws_source_detail(p->src, "%llu samples, %llu rows",
	    (unsigned long long)p->samples, (unsigned long long)p->rows);
	status = ws_batch_flush(&p->out);
	if (status != WS_OK)
		return status;
	if (p->bomb)
		return ws_err_set(err, WS_LIMIT, WS_OFF_NONE,
		    "%llu samples; others have more frames than a file of its "
		    "size may",
		    (unsigned long long)p->samples);
	if (p->samples + p->rows == 0 && !(p->empty && p->lost == 0))
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "wanted samples or rows of pprof, found none that is "
		    "whole");
	if (p->lost > 0)
		return ws_err_set(err, WS_PARTIAL, p->lost_off,
		    "%llu whole samples and rows, %llu torn",
		    (unsigned long long)(p->samples + p->rows),
		    (unsigned long long)p->lost);
	return WS_OK;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct pproftool *p;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	p = ws_alloc(sizeof(*p));
	p->src = src;
	p->sink = sink;
	p->ids = ws_htab_new();
	p->frames_left = FRAMES_FREE + ws_cur_left(&all) * FRAMES_PER_BYTE;
	p->form = form_of(ws_source_artifact(src)->head);
	ws_batch_init(&p->out, sink);
	if (p->form == PPROFTOOL_RAW)
		pproftool_raw(p, all);
	else if (p->form == PPROFTOOL_TRACES)
		pproftool_traces(p, all);
	else if (p->form == PPROFTOOL_TABLE)
		pproftool_table(p, all);
	status = finish(p, read == WS_OK ? err : NULL);
	ws_htab_free(p->ids);
	ws_buf_fini(&p->labels);
	free(p->range);
	free(p->line);
	free(p->frame);
	free(p);
	return ws_status_worst(read, status);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	return form_of(a->head) != PPROFTOOL_NONE ? WS_BID_SHAPE : WS_BID_NO;
}

const struct ws_parser ws_parser_pproftool = {
	.name = "pproftool",
	.title = "output of go tool pprof -raw, -traces, -top, -tree, -peek",
	.bid = bid,
	.parse = parse,
};
