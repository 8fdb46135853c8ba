/*
 * Profiles as text: what net/http/pprof and runtime/pprof of Go print with
 * debug=1, for heap, allocs, block, mutex, goroutine, threadcreate,
 * goroutineleak and custom profiles.  Go 1.9 to 1.27; older ones have fewer
 * comment lines.  Specified by runtime/pprof/pprof.go alone.  The text of
 * jemalloc looks alike; it is recognised and not read.
 *
 * Functions stand in comment lines below the addresses of a record, one for
 * each frame, matched by their PC, which is one less than the address.  Frames
 * of the runtime that come before the first other one are left out there.  In
 * a heap profile those are the allocator, which the protobuf leaves out as
 * well.  Of other profiles they are kept as addresses without a name, but for
 * the single one above the stub of a C function, which is runtime.cgocall; how
 * many goroutines are in an unknown one is the counter pprof.goroutine.hidden.
 *
 * Heap profiles are not scaled to what was allocated, as the protobuf is; it
 * is done here with the same formula.  The rate in the header is doubled.
 *
 * Mutex profiles print a sampling period.  Since Go 1.20 the values were
 * multiplied by it when they were recorded, before that they were not, and
 * nothing but the names and paths of frames tells the release.  go tool pprof
 * multiplies always.
 *
 * A record ends in a blank line; the last one without it is not read.  Headers
 * have totals, except of block and mutex profiles: there records that are
 * missing at the end go unnoticed.
 */
#include "pprof_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "gofunc.h"

enum { BID_LINES = 8, MUTEX_SCALED = 20 /* Go 1.20 */ };

struct text {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct pprof_text_head head; /* of the profile that is being read */
	ws_id series[4];             /* of a record's numbers */
	struct ws_buf name;
	uint64_t cycles, period;
	unsigned release;
	struct ws_cur all;
	/* The record that is being read. */
	bool open, commented;
	uint64_t off;
	struct pprof_text_record record;
	uint64_t *address;
	size_t n_address, cap_address;
	ws_id *frame; /* of its comment lines */
	size_t n_frame, cap_frame;
	uint64_t first_pc;
	struct ws_sv first_func; /* of the dictionary */
	struct ws_buf labels;
	/* Of the profile, then of the file. */
	uint64_t sum[4];
	uint64_t records, bare, lost, hidden, profiles;
	bool in_memstats, short_of;
	struct pprof_text_memstats memstats;
};

static void
fault(struct text *t, uint64_t off, const char *what)
{
	ws_sink_fault(t->sink, off, what);
}

static void
lose(struct text *t, uint64_t off, const char *what)
{
	t->lost++;
	fault(t, off, what);
}

static void
put_counter(struct text *t, ws_id name, ws_id track, enum ws_unit u, double v)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.name = name;
	ev.track = track;
	ev.unit = (uint8_t)u;
	ev.value = v;
	ws_batch_put(&t->out, &ev);
}

static void
put_note(struct text *t, const char *text)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.name = WS_N_MARK_NOTE;
	ev.peer = ws_dict_cstr(t->sink->dict, text);
	ws_batch_put(&t->out, &ev);
}

/* How many addresses come before the first that has a comment line. */
static size_t
leading(const struct text *t)
{
	for (size_t i = 0; i < t->n_address && t->n_frame > 0; i++)
		if (t->address[i] == t->first_pc ||
		    t->address[i] - 1 == t->first_pc)
			return i;
	return t->n_frame > 0 ? 0 : t->n_address;
}

static ws_id
bare_frame(struct text *t, uint64_t address, const char *func)
{
	struct ws_frame f = { .addr = address - (address > 0) };

	if (func != NULL)
		f.func = ws_dict_cstr(t->sink->dict, func);
	return ws_dict_frame(t->sink->dict, &f);
}

/* The stack of the record: what is hidden, then the comment lines. */
static ws_id
make_stack(struct text *t)
{
	size_t hide = leading(t), depth = ws_source_limits(t->src)->depth, n;
	bool call =
	    hide == 1 && t->n_frame > 0 && gofunc_is_stub(t->first_func);
	ws_id *stack, id;

	if (t->head.kind == PPROF_TEXT_HEAP && t->n_frame > 0)
		hide = 0;
	if (t->series[0] == WS_N_PPROF_GOROUTINE && !call &&
	    (t->n_frame == 0 ||
		(hide > 0 && !gofunc_is_telling(t->first_func))))
		t->hidden += t->record.v[0];
	stack = ws_alloc_array(hide + t->n_frame + 1, sizeof(*stack));
	for (n = 0; n < hide; n++)
		stack[n] = bare_frame(
		    t, t->address[n], call ? "runtime.cgocall" : NULL);
	for (size_t i = 0; i < t->n_frame; i++)
		stack[n++] = t->frame[i];
	id = ws_dict_stack(t->sink->dict, stack, n < depth ? n : depth);
	free(stack);
	return id;
}

static void
put_value(struct text *t, struct ws_event *ev, ws_id series, double v)
{
	ev->name = series;
	ev->unit = WS_U_COUNT;
	if (series == WS_N_PPROF_ALLOC || series == WS_N_PPROF_INUSE)
		ev->unit = WS_U_BYTES;
	if (series == WS_N_PPROF_BLOCK || series == WS_N_PPROF_MUTEX)
		ev->unit = WS_U_TIME;
	ev->value = v;
	if (v > 0)
		ws_batch_put(&t->out, ev);
}

/* scaleHeapSample of runtime/pprof/protomem.go: the chance that an object of
 * that size was sampled. */
static void
put_scaled(struct text *t, struct ws_event *ev, unsigned at)
{
	double count = (double)t->record.v[at];
	double size = (double)t->record.v[at + 1], scale = 1;

	if (!(count > 0) || !(size > 0))
		return;
	if (t->head.rate > 1)
		scale = 1 / (1 - exp(-size / count / (double)t->head.rate));
	/* Objects so small that none of them can have been seen. */
	if (!isfinite(scale))
		scale = 1;
	put_value(t, ev, t->series[at], trunc(count * scale));
	put_value(t, ev, t->series[at + 1], trunc(size * scale));
}

static void
put_waits(struct text *t, struct ws_event *ev)
{
	double times = 1;

	if (t->head.kind == PPROF_TEXT_MUTEX && t->release > 0 &&
	    t->release < MUTEX_SCALED && t->period > 0)
		times = (double)t->period;
	put_value(t, ev, t->series[1], (double)t->record.v[1] * times);
	put_value(t, ev, t->series[0],
	    trunc((double)t->record.v[0] / ((double)t->cycles / 1e9) * times));
}

static void
put_record(struct text *t)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);

	t->open = false;
	if ((t->head.kind == PPROF_TEXT_BLOCK ||
		t->head.kind == PPROF_TEXT_MUTEX) &&
	    t->cycles == 0) {
		lose(t, t->off, "a record without the line cycles/second");
		return;
	}
	t->records++;
	t->bare += !t->commented;
	for (unsigned i = 0; i < t->head.n; i++)
		t->sum[i] += t->record.v[i];
	ev.stack = make_stack(t);
	ev.track = ws_dict_str(t->sink->dict, ws_buf_sv(&t->labels));
	if (t->head.kind == PPROF_TEXT_HEAP) {
		put_scaled(t, &ev, 2);
		put_scaled(t, &ev, 0);
	} else if (t->head.kind == PPROF_TEXT_COUNT) {
		put_value(t, &ev, t->series[0], (double)t->record.v[0]);
	} else {
		put_waits(t, &ev);
	}
}

/* At the end of the file: only in a profile without comment lines is a record
 * without a blank line behind it a whole one. */
static void
finish_last(struct text *t, bool ended)
{
	if (!t->open)
		return;
	if (ended && !t->commented && t->bare > 0 && t->bare == t->records) {
		put_record(t);
		return;
	}
	t->open = false;
	lose(t, t->off, "a record without its end");
}

/* Compares the records of a profile with the totals in its header. */
static void
finish_profile(struct text *t)
{
	bool differs = false;

	if (t->open)
		put_record(t);
	if (t->head.kind != PPROF_TEXT_HEAP && t->head.kind != PPROF_TEXT_COUNT)
		return;
	for (unsigned i = 0; i < t->head.n; i++)
		differs |= t->sum[i] != t->head.total[i];
	if (!differs)
		return;
	t->short_of = true;
	fault(t, WS_OFF_NONE, "the records do not add up to the header");
}

/* "pprof.<name>", but none of the well-known series: as in the protobuf. */
static ws_id
count_series(struct text *t, struct ws_sv name)
{
	ws_id id;

	if (ws_sv_is(name, "goroutine"))
		return WS_N_PPROF_GOROUTINE;
	if (ws_sv_is(name, "threadcreate"))
		return WS_N_PPROF_THREADCREATE;
	t->name.n = 0;
	ws_buf_puts(&t->name, "pprof.");
	ws_buf_putsv(&t->name, name);
	id = ws_dict_str(t->sink->dict, ws_buf_sv(&t->name));
	if (id < WS_N_COUNT_OF) {
		ws_buf_puts(&t->name, ".count");
		id = ws_dict_str(t->sink->dict, ws_buf_sv(&t->name));
	}
	return id;
}

static void
begin_heap(struct text *t)
{
	static const ws_id series[] = { WS_N_PPROF_INUSE_COUNT,
		WS_N_PPROF_INUSE, WS_N_PPROF_ALLOC_COUNT, WS_N_PPROF_ALLOC };
	double rate = (double)t->head.rate;
	char text[32];

	memcpy(t->series, series, sizeof(series));
	put_counter(t, WS_N_CAPTURE_PERIOD, WS_N_PPROF_INUSE, WS_U_BYTES, rate);
	put_counter(t, WS_N_CAPTURE_PERIOD, WS_N_PPROF_ALLOC, WS_U_BYTES, rate);
	ws_unit_format(text, rate, WS_U_BYTES);
	ws_source_detail(t->src, "one sample each %s", text);
}

static void
begin_waits(struct text *t)
{
	bool mutex = t->head.kind == PPROF_TEXT_MUTEX;

	t->series[0] = mutex ? WS_N_PPROF_MUTEX : WS_N_PPROF_BLOCK;
	t->series[1] = mutex ? WS_N_PPROF_MUTEX_COUNT : WS_N_PPROF_BLOCK_COUNT;
	put_counter(t, WS_N_CAPTURE_PERIOD, t->series[0], WS_U_COUNT, 1);
	if (mutex)
		t->release = pprof_text_release(t->all);
}

static void
begin_profile(struct text *t, const struct pprof_text_head *h)
{
	struct ws_buf b = { 0 };

	if (t->profiles++ > 0)
		finish_profile(t);
	t->head = *h;
	memset(t->series, 0, sizeof(t->series));
	memset(t->sum, 0, sizeof(t->sum));
	t->cycles = t->period = 0;
	t->in_memstats = false;
	ws_buf_put_safe(
	    &b, (struct ws_sv){ h->name.p, h->name.n < 40 ? h->name.n : 40 });
	ws_source_version(t->src, "%s", b.p);
	ws_buf_fini(&b);
	if (h->kind == PPROF_TEXT_HEAP)
		begin_heap(t);
	else if (h->kind == PPROF_TEXT_COUNT) {
		t->series[0] = count_series(t, h->name);
		put_counter(
		    t, WS_N_CAPTURE_PERIOD, t->series[0], WS_U_COUNT, 1);
	} else
		begin_waits(t);
	t->head.name = (struct ws_sv){ NULL, 0 };
}

/* "key=123"; false for any other line. */
static bool
take_setting(struct ws_sv line, const char *key, uint64_t *out)
{
	struct ws_sv s = ws_sv_trim(line);

	if (!ws_sv_starts(s, key))
		return false;
	s = ws_sv_trim(ws_sv_from(s, strlen(key)));
	if (!ws_sv_starts(s, "="))
		return false;
	s = ws_sv_trim(ws_sv_from(s, 1));
	return ws_num_u64(s, 0, UINT64_MAX, out);
}

static void
put_period(struct text *t)
{
	char text[160];

	if (t->head.kind != PPROF_TEXT_MUTEX || t->period <= 1)
		return;
	if (t->release == 0)
		snprintf(text, sizeof(text),
		    "nothing tells the Go release; before 1.20 the waiting "
		    "was %" PRIu64 " times as much",
		    t->period);
	else if (t->release < MUTEX_SCALED)
		snprintf(text, sizeof(text),
		    "waits of Go 1.%u, times the sampling period of %" PRIu64,
		    t->release, t->period);
	else
		return;
	put_note(t, text);
}

static void
begin_record(struct text *t, const struct pprof_text_record *r, uint64_t off)
{
	struct ws_sv s = r->addresses;
	uint64_t address;

	t->record = *r;
	t->off = off;
	t->open = true;
	t->commented = false;
	t->n_address = t->n_frame = 0;
	t->labels.n = 0;
	t->first_func = (struct ws_sv){ NULL, 0 };
	while (pprof_text_address(&s, &address)) {
		/* Since 1.23 unused room for frames is printed as zeros. */
		if (address == 0)
			continue;
		t->address = ws_grow(t->address, &t->cap_address,
		    t->n_address + 1, sizeof(*t->address));
		t->address[t->n_address++] = address;
	}
	if (ws_sv_trim(s).n > 0) {
		t->open = false;
		lose(t, off, "a record with an address that is none");
	}
	t->record.addresses = (struct ws_sv){ NULL, 0 };
}

static void
add_frame(struct text *t, const struct pprof_text_frame *in)
{
	struct ws_dict *d = t->sink->dict;
	struct ws_frame f = { .addr = in->pc, .line = in->line };

	if (in->pc == 0 && in->func.n == 0)
		return;
	f.func = ws_dict_str(d, in->func);
	f.file = ws_dict_str(d, in->file);
	if (t->n_frame == 0) {
		t->first_pc = in->pc;
		t->first_func = ws_dict_text(d, f.func);
	}
	t->frame =
	    ws_grow(t->frame, &t->cap_frame, t->n_frame + 1, sizeof(*t->frame));
	t->frame[t->n_frame++] = ws_dict_frame(d, &f);
}

/* A line with a # at its start. */
static void
take_comment(struct text *t, struct ws_sv s)
{
	struct pprof_text_frame f;

	if (ws_sv_is(ws_sv_trim(s), "# runtime.MemStats")) {
		if (t->open)
			put_record(t);
		t->in_memstats = true;
	} else if (t->in_memstats) {
		pprof_text_memstats(&t->memstats, s, &t->out);
	} else if (t->open && pprof_text_frame(s, &f)) {
		t->commented = true;
		add_frame(t, &f);
	} else if (t->open && ws_sv_starts(s, "# labels: ")) {
		if (!pprof_text_labels(s, &t->labels))
			fault(t, t->off, "labels that do not end");
	} else if (t->open) {
		t->open = false;
		lose(t, t->off, "a record with a frame that is none");
	}
}

static void
take_line(struct text *t, const struct ws_line *line)
{
	struct ws_sv s = line->text;
	struct pprof_text_head h;
	struct pprof_text_record r;

	if (ws_sv_trim(s).n == 0) {
		if (t->open)
			put_record(t);
	} else if (s.p[0] == '#') {
		take_comment(t, s);
	} else if (t->profiles > 0 && pprof_text_record(s, t->head.n, &r)) {
		if (t->open)
			put_record(t);
		begin_record(t, &r, line->off);
	} else if (take_setting(s, "sampling period", &t->period)) {
		put_period(t);
	} else if (!take_setting(s, "cycles/second", &t->cycles) &&
		   pprof_text_head(s, &h) && h.kind != PPROF_TEXT_FOREIGN) {
		begin_profile(t, &h);
	} else if (t->open) {
		t->open = false;
		lose(t, t->off, "a record broken by another line");
	}
}

/* The first line that is not blank. */
static struct ws_sv
first_line(struct ws_cur *c)
{
	struct ws_sv s = { NULL, 0 };

	for (int i = 0; i < BID_LINES && ws_cur_left(c) > 0; i++) {
		s = ws_cur_line(c);
		if (ws_sv_starts(s, "\xef\xbb\xbf"))
			s = ws_sv_from(s, 3);
		if (ws_sv_trim(s).n > 0)
			break;
	}
	return s;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	struct pprof_text_head h;
	struct pprof_text_record r;
	struct ws_sv line;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	if (!pprof_text_head(first_line(&c), &h))
		return WS_BID_NO;
	if (h.kind != PPROF_TEXT_COUNT)
		return WS_BID_MAGIC;
	/* Anything may be the name of a profile. */
	line = first_line(&c);
	return ws_sv_trim(line).n == 0 || pprof_text_record(line, 1, &r)
		   ? WS_BID_SHAPE
		   : WS_BID_NO;
}

static void
read_lines(struct text *t)
{
	struct ws_lines lines = { .cur = t->all };
	struct ws_line line = { .ended = true };

	while (t->out.status == WS_OK && ws_lines_next(&lines, &line))
		if (line.ended)
			take_line(t, &line);
	finish_last(t, line.ended);
	ws_lines_fini(&lines);
	if (t->profiles > 0)
		finish_profile(t);
}

static void
put_end(struct text *t)
{
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);

	if (t->series[0] == WS_N_PPROF_GOROUTINE)
		put_counter(t, WS_N_PPROF_GOROUTINE_HIDDEN, 0, WS_U_COUNT,
		    (double)t->hidden);
	pprof_text_pauses(&t->memstats, &t->out);
	if (t->lost > 0) {
		ev.name = t->series[t->head.kind == PPROF_TEXT_HEAP];
		ev.unit = WS_U_COUNT;
		ev.value = (double)t->lost;
		ws_batch_put(&t->out, &ev);
	}
	ws_source_tally(t->src, "record", t->records);
}

static enum ws_status
read_text(struct text *t, struct ws_err *err)
{
	enum ws_status status;

	ws_batch_init(&t->out, t->sink);
	read_lines(t);
	if (t->profiles > 0)
		put_end(t);
	status = ws_batch_flush(&t->out);
	if (status != WS_OK)
		return status;
	if (t->profiles == 0)
		return ws_err_set(err, WS_CORRUPT, 0,
		    "wanted the first line of a profile, found none whole");
	if (t->short_of)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "wanted a total of %" PRIu64 ", found %" PRIu64,
		    t->head.total[t->head.n - 1], t->sum[t->head.n - 1]);
	if (t->lost > 0)
		return ws_err_set(err, WS_PARTIAL, t->off,
		    "%" PRIu64 " whole records, %" PRIu64 " torn", t->records,
		    t->lost);
	return WS_OK;
}

static void
free_text(struct text *t)
{
	free(t->address);
	free(t->frame);
	ws_buf_fini(&t->labels);
	ws_buf_fini(&t->name);
	free(t);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct text *t;
	struct ws_cur all, c;
	struct pprof_text_head h;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	c = all;
	if (pprof_text_head(first_line(&c), &h) && h.kind == PPROF_TEXT_FOREIGN)
		return ws_err_set(err, WS_UNSUPPORTED, 0,
		    "%s as text; convert it with pprof -proto", h.what);
	t = ws_alloc(sizeof(*t));
	t->src = src;
	t->sink = sink;
	t->all = all;
	status = read_text(t, read == WS_OK ? err : NULL);
	free_text(t);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_pprof_text = {
	.name = "pprof-text",
	.title = "pprof profile as text (debug=1)",
	.bid = bid,
	.parse = parse,
};
