/*
 * Goroutine dumps: what /debug/pprof/goroutine?debug=2 answers, and what a Go
 * program writes to stderr when it panics, dies of a fatal error or gets
 * SIGQUIT; the latter anywhere in a log, behind the same prefix on each line.
 * Go 1.5 to 1.27.  Specified by runtime/traceback.go and runtime/proc.go
 * (goroutineheader, traceback2, printcreatedby) alone.
 *
 * A dump hides the functions of the runtime, so that the innermost frame of a
 * goroutine in a channel operation is the caller.  Its state names what is
 * hidden: such a goroutine gets the one function of the runtime that its state
 * stands for as leaf, without file and line, as debug=1 and the protobuf would
 * show among others.  So does one whose leaf is the stub of a C function
 * (pkg._Cfunc_x): in state syscall it is in runtime.cgocall, and so is one in
 * another state at the very same instruction as one in state syscall.  Other
 * states (runnable above all) do not tell what is hidden; how many goroutines
 * those are is the counter pprof.goroutine.hidden, so that nobody takes them
 * for goroutines that do not wait.
 *
 * Left out, with a tally: goroutine 0 of each thread, goroutines of the
 * runtime's own (their outermost function is the runtime's), as in profiles,
 * and ids that come again, as when a program was sent SIGQUIT twice.  Not
 * read: arguments, registers, stacks of creators (tracebackancestors).
 */
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/num.h"
#include "gofunc.h"
#include "goroutines.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum {
	STATES = 48,      /* more are counted as "other state" */
	MARKS = 64,       /* panics and the like of one file */
	MARK_TEXT = 300,  /* bytes of one */
	HEAD_WITHIN = 256 /* bytes before the word on its line */
};

struct dump {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	bool scan; /* the first pass, which collects `calls` */
	/* The goroutine that is being read. */
	bool open, created, placed, ancestors, unavailable, torn;
	bool low;    /* frames with registers, down to those of the runtime */
	bool bottom; /* the last of those */
	struct goroutines_head head;
	struct ws_buf text; /* of head, which is borrowed from the line */
	uint64_t off;
	ws_id *frame;
	size_t n_frame, cap_frame;
	bool pending; /* a function whose place is yet to come */
	ws_id func;
	bool inlined;
	struct ws_buf leaf; /* its function and place, as text */
	ws_id creator, outermost;
	struct ws_frame created_at;
	uint64_t parent;
	/* Of the file. */
	struct ws_htab *ids, *calls, *states;
	uint64_t count[STATES], goroutines, system, repeated, lost, elided;
	uint64_t vague, other, begun;
	uint64_t locked, leaked, waiting, minutes; /* of those that count */
	size_t prefix;                             /* of the first goroutine */
	unsigned marks;
	const char *kind;
};

static bool
is_runtime(struct ws_sv func)
{
	return ws_sv_starts(func, "runtime.") ||
	       ws_sv_starts(func, "internal/runtime/");
}

/* The rule of isSystemGoroutine in runtime/traceback.go, as far as a dump
 * shows it: finalizers that run are not hidden here. */
static bool
is_system(const struct dump *d)
{
	struct ws_sv f = ws_dict_text(d->sink->dict, d->outermost);

	if (d->head.id == 0)
		return true;
	if (d->n_frame == 0)
		f = ws_dict_text(d->sink->dict, d->creator);
	return ws_sv_starts(f, "runtime.") && !ws_sv_is(f, "runtime.main") &&
	       !ws_sv_is(f, "runtime.handleAsyncEvent");
}

static struct ws_sv
leaf_function(const struct dump *d)
{
	const struct ws_frame *f;

	if (d->n_frame == 0)
		return (struct ws_sv){ NULL, 0 };
	f = ws_dict_get_frame(d->sink->dict, d->frame[0]);
	return ws_dict_text(d->sink->dict, f->func);
}

/* What the dump hides above the leaf, or NULL. */
static const char *
hidden_leaf(const struct dump *d)
{
	struct ws_sv leaf = leaf_function(d);

	if (leaf.n == 0 || is_runtime(leaf))
		return NULL;
	if (gofunc_is_stub(leaf) &&
	    ws_htab_get(d->calls, d->leaf.p, d->leaf.n) != WS_HTAB_NONE)
		return "runtime.cgocall";
	return goroutines_hidden(d->head.state);
}

static void
push_frame(struct dump *d, const struct ws_frame *f)
{
	ws_id id = ws_dict_frame(d->sink->dict, f);

	if (d->n_frame >= ws_source_limits(d->src)->depth)
		return;
	d->frame =
	    ws_grow(d->frame, &d->cap_frame, d->n_frame + 1, sizeof(*d->frame));
	d->frame[d->n_frame++] = id;
}

static ws_id
make_stack(struct dump *d, const char *leaf)
{
	struct ws_dict *dict = d->sink->dict;
	struct ws_frame f = { .func = 0 };
	size_t n = d->n_frame;

	if (leaf == NULL)
		return ws_dict_stack(dict, d->frame, n);
	f.func = ws_dict_cstr(dict, leaf);
	push_frame(d, &f);
	if (d->n_frame > n) {
		ws_id id = d->frame[n];

		memmove(&d->frame[1], &d->frame[0], n * sizeof(*d->frame));
		d->frame[0] = id;
	}
	return ws_dict_stack(dict, d->frame, d->n_frame);
}

static void
put_creation(struct dump *d)
{
	struct ws_event ev = WS_EVENT(WS_EV_EDGE);
	ws_id frame;

	if (d->creator == 0)
		return;
	frame = ws_dict_frame(d->sink->dict, &d->created_at);
	ev.name = WS_N_EDGE_CREATE;
	ev.peer = ws_track(WS_TRACK_GOROUTINE, d->head.id);
	ev.stack = ws_dict_stack(d->sink->dict, &frame, 1);
	if (d->parent != 0)
		ev.track = ws_track(WS_TRACK_GOROUTINE, d->parent);
	ws_batch_put(&d->out, &ev);
}

static void
count_state(struct dump *d)
{
	uint32_t i = ws_htab_get(d->states, d->head.state.p, d->head.state.n);

	if (i == WS_HTAB_NONE && ws_htab_count(d->states) < STATES)
		i = ws_htab_put(
		    d->states, d->head.state.p, d->head.state.n, NULL);
	if (i == WS_HTAB_NONE)
		d->other++;
	else
		d->count[i]++;
}

static void
put_goroutine(struct dump *d)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);
	const char *leaf = hidden_leaf(d);
	struct ws_buf track = { 0 };

	d->goroutines++;
	count_state(d);
	d->locked += d->head.locked;
	d->leaked += d->head.leaked;
	d->waiting += d->head.minutes > 0;
	if (d->head.minutes > d->minutes)
		d->minutes = d->head.minutes;
	if (d->n_frame == 0 ||
	    (leaf == NULL && goroutines_is_vague(d->head.state) &&
		!is_runtime(leaf_function(d)) &&
		!gofunc_is_telling(leaf_function(d))))
		d->vague++;
	goroutines_track(&track, &d->head);
	ev.name = WS_N_PPROF_GOROUTINE;
	ev.unit = WS_U_COUNT;
	ev.value = 1;
	ev.track = ws_dict_str(d->sink->dict, ws_buf_sv(&track));
	ev.peer = ws_track(WS_TRACK_GOROUTINE, d->head.id);
	if (d->head.minutes > 0 && d->head.minutes < 1u << 27)
		ev.dur = (int64_t)d->head.minutes * 60 * 1000000000;
	ev.stack = make_stack(d, leaf);
	ws_batch_put(&d->out, &ev);
	put_creation(d);
	ws_buf_fini(&track);
}

static void
lose(struct dump *d, uint64_t off, const char *what)
{
	d->lost++;
	ws_sink_fault(d->sink, off, what);
}

/* Ends the goroutine that is being read, if there is one. */
static void
finish(struct dump *d)
{
	bool is_new;

	if (!d->open)
		return;
	d->open = false;
	if (d->scan) {
		if (gofunc_is_stub(leaf_function(d)) &&
		    ws_sv_is(d->head.state, "syscall"))
			ws_htab_put(d->calls, d->leaf.p, d->leaf.n, NULL);
		return;
	}
	if (d->pending || d->torn || (d->creator != 0 && !d->placed) ||
	    (d->n_frame == 0 && !d->unavailable)) {
		lose(d, d->off, "a goroutine without the end of its stack");
		return;
	}
	ws_htab_put(d->ids, &d->head.id, sizeof(d->head.id), &is_new);
	if (is_system(d))
		d->system++;
	else if (!is_new)
		d->repeated++;
	else
		put_goroutine(d);
}

/* At the end of the file nothing but its outermost frame says that a stack is
 * whole. */
static void
finish_last(struct dump *d, bool ended)
{
	struct ws_sv f = ws_dict_text(d->sink->dict, d->outermost);

	if (!d->open)
		return;
	if (!d->placed && !d->bottom &&
	    (!ended || d->low ||
		(!ws_sv_is(f, "main.main") && !ws_sv_is(f, "runtime.main"))))
		d->torn = true;
	if (d->bottom && !d->placed) {
		d->creator = 0;
		d->pending = false;
	}
	finish(d);
}

static void
begin(struct dump *d, struct ws_sv line, uint64_t off)
{
	d->text.n = 0;
	ws_buf_putsv(&d->text, line);
	goroutines_head(ws_buf_sv(&d->text), &d->head);
	d->off = off;
	d->open = true;
	d->created = d->placed = d->ancestors = d->unavailable = false;
	d->torn = d->pending = d->low = d->bottom = false;
	d->n_frame = d->leaf.n = 0;
	d->creator = d->outermost = 0;
	d->parent = 0;
}

/* What is below every goroutine; profiles leave it out. */
static bool
is_bottom(const struct dump *d, ws_id func)
{
	return ws_sv_is(ws_dict_text(d->sink->dict, func), "runtime.goexit");
}

/* The place of a function; false when the line is none. */
static bool
take_place(struct dump *d, struct ws_sv line)
{
	struct goroutines_place place;
	struct ws_frame f = { .func = d->func, .inlined = d->inlined };

	if (!goroutines_place(line, &place))
		return false;
	f.file = ws_dict_str(d->sink->dict, place.file);
	f.line = place.line;
	d->low = d->low || place.registers;
	if (d->created) {
		d->created_at = f;
		d->placed = true;
	} else {
		if (d->n_frame == 0)
			ws_buf_putsv(&d->leaf, place.all);
		d->bottom = is_bottom(d, f.func);
		if (!d->bottom) {
			d->outermost = f.func;
			push_frame(d, &f);
		}
	}
	d->pending = false;
	return true;
}

/* True when the line belongs to the goroutine. */
static bool
take_inside(struct dump *d, struct ws_sv line)
{
	struct goroutines_call call;
	struct ws_sv creator;

	if (d->ancestors)
		return true;
	if (d->pending)
		return take_place(d, line);
	if (d->placed) {
		d->ancestors =
		    ws_sv_starts(line, "[originating from goroutine");
		return d->ancestors;
	}
	if (goroutines_creator(line, &creator, &d->parent)) {
		d->creator = d->func = ws_dict_str(d->sink->dict, creator);
		d->inlined = false;
		d->pending = d->created = true;
		return true;
	}
	if (goroutines_elided(line)) {
		d->elided += !d->scan;
		return true;
	}
	if (ws_sv_ends(ws_sv_trim(line), "stack unavailable")) {
		d->unavailable = true;
		return true;
	}
	if (!goroutines_call(line, &call))
		return false;
	d->func = ws_dict_str(d->sink->dict, call.func);
	d->inlined = call.inlined;
	d->pending = true;
	if (d->n_frame == 0) {
		d->leaf.n = 0;
		ws_buf_putsv(&d->leaf, call.func);
		ws_buf_putc(&d->leaf, ' ');
	}
	return true;
}

static const struct {
	const char *start, *name;
} marks[] = {
	{ "fatal error: ", "fatal error" },
	{ "panic: ", "panic" },
	{ "SIGQUIT: ", "SIGQUIT" },
	{ "SIGABRT: ", "SIGABRT" },
	{ "[signal ", "signal" },
	{ "runtime: out of memory", "fatal error" },
};

/* Text around the dump: what the program died of. */
static void
take_outside(struct dump *d, struct ws_sv line)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);
	struct ws_sv s = ws_sv_trim(ws_sv_from(line, d->prefix));

	for (size_t i = 0; i < WS_LEN(marks) && d->marks < MARKS; i++) {
		if (!ws_sv_starts(s, marks[i].start))
			continue;
		d->marks++;
		d->kind = d->kind == NULL ? marks[i].name : d->kind;
		s.n = s.n < MARK_TEXT ? s.n : MARK_TEXT;
		ev.name = ws_dict_cstr(d->sink->dict, marks[i].name);
		ev.peer = ws_dict_str(d->sink->dict, s);
		ws_batch_put(&d->out, &ev);
		return;
	}
}

static void
take_line(struct dump *d, const struct ws_line *line)
{
	struct goroutines_head h;
	struct ws_sv s = line->text;

	if (s.n > 0 && goroutines_head(s, &h) && h.prefix < HEAD_WITHIN) {
		finish(d);
		if (d->scan && d->begun++ == 0)
			d->prefix = h.prefix;
		begin(d, s, line->off);
		return;
	}
	if (d->open) {
		struct ws_sv own = ws_sv_from(s, d->head.prefix);

		if (ws_sv_trim(own).n == 0) {
			finish(d);
			return;
		}
		if (take_inside(d, own))
			return;
		/* Something else printed in between. */
		finish(d);
	}
	if (!d->scan)
		take_outside(d, s);
}

static void
read_lines(struct dump *d, struct ws_cur all, bool scan)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line = { .ended = true };

	d->scan = scan;
	d->open = false;
	while (d->out.status == WS_OK && ws_lines_next(&lines, &line))
		if (line.ended)
			take_line(d, &line);
	finish_last(d, line.ended);
	ws_lines_fini(&lines);
}

/* A panic in the output of go test -bench is that parser's. */
static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	struct goroutines_head h = { 0 };
	struct goroutines_call call;
	struct goroutines_place place;

	enum { NOTHING, HEAD, CALL, FRAME } seen = NOTHING;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	while (ws_cur_left(&c) > 0) {
		struct ws_sv line = ws_cur_line(&c), own;

		if (ws_sv_starts(line, "Benchmark"))
			return WS_BID_NO;
		if (seen == FRAME)
			continue;
		own = ws_sv_from(line, h.prefix);
		if (seen == CALL && goroutines_place(own, &place))
			seen = FRAME;
		else if (seen == HEAD && goroutines_call(own, &call))
			seen = CALL;
		else
			seen =
			    goroutines_head(line, &h) && h.prefix < HEAD_WITHIN
				? HEAD
				: NOTHING;
	}
	return seen == FRAME ? WS_BID_SHAPE : WS_BID_NO;
}

static void
put_counter(struct dump *d, ws_id name, ws_id track, double v)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.name = name;
	ev.track = track;
	ev.unit = WS_U_COUNT;
	ev.value = v;
	ws_batch_put(&d->out, &ev);
}

/* What stacks do not tell.  A dump without minutes says that nobody waited
 * for one, as far as the collector had looked. */
static void
put_counts(struct dump *d)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	if (d->goroutines == 0)
		return;
	for (uint32_t i = 0; i < ws_htab_count(d->states); i++)
		put_counter(d, WS_N_GOROUTINE_STATE,
		    ws_dict_str(d->sink->dict, ws_htab_key(d->states, i)),
		    (double)d->count[i]);
	put_counter(d, WS_N_GOROUTINE_LOCKED, 0, (double)d->locked);
	put_counter(d, WS_N_GOROUTINE_LEAKED, 0, (double)d->leaked);
	put_counter(d, WS_N_GOROUTINE_LONG, 0, (double)d->waiting);
	if (d->minutes == 0 || d->minutes > 1u << 27)
		return;
	ev.name = WS_N_GOROUTINE_WAIT_MAX;
	ev.unit = WS_U_TIME;
	ev.value = (double)d->minutes * 60e9;
	ws_batch_put(&d->out, &ev);
}

static void
put_end(struct dump *d)
{
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);

	put_counter(d, WS_N_PPROF_GOROUTINE_HIDDEN, 0, (double)d->vague);
	put_counts(d);
	if (d->lost > 0) {
		ev.name = WS_N_PPROF_GOROUTINE;
		ev.unit = WS_U_COUNT;
		ev.value = (double)d->lost;
		ws_batch_put(&d->out, &ev);
	}
	if (d->repeated > 0) {
		ev = WS_EVENT(WS_EV_MARK);
		ev.name = WS_N_MARK_NOTE;
		ev.peer = ws_dict_cstr(d->sink->dict,
		    "goroutines that were dumped again are left out");
		ws_batch_put(&d->out, &ev);
	}
}

static void
tell(struct dump *d)
{
	ws_source_version(d->src, "%s", d->kind ? d->kind : "debug=2");
	ws_source_tally(d->src, "goroutine", d->goroutines);
	for (uint32_t i = 0; i < ws_htab_count(d->states); i++)
		ws_source_tally(
		    d->src, ws_htab_key(d->states, i).p, d->count[i]);
	if (d->other > 0)
		ws_source_tally(d->src, "other state", d->other);
	if (d->system > 0)
		ws_source_tally(d->src, "system goroutine", d->system);
	if (d->repeated > 0)
		ws_source_tally(d->src, "dumped again", d->repeated);
	if (d->elided > 0)
		ws_source_tally(d->src, "elided stack", d->elided);
	ws_source_detail(
	    d->src, "%llu goroutines", (unsigned long long)d->goroutines);
}

static enum ws_status
read_dump(struct dump *d, struct ws_cur all, struct ws_err *err)
{
	enum ws_status status;

	ws_batch_init(&d->out, d->sink);
	put_counter(d, WS_N_CAPTURE_PERIOD, WS_N_PPROF_GOROUTINE, 1);
	read_lines(d, all, true);
	read_lines(d, all, false);
	put_end(d);
	tell(d);
	status = ws_batch_flush(&d->out);
	if (status != WS_OK)
		return status;
	if (d->goroutines + d->system + d->repeated == 0)
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "wanted goroutines, found none that is whole of %llu",
		    (unsigned long long)d->lost);
	if (d->lost > 0)
		return ws_err_set(err, WS_PARTIAL, d->off,
		    "%llu whole goroutines, %llu torn",
		    (unsigned long long)d->goroutines,
		    (unsigned long long)d->lost);
	return WS_OK;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct dump *d;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	d = ws_alloc(sizeof(*d));
	d->src = src;
	d->sink = sink;
	d->ids = ws_htab_new();
	d->calls = ws_htab_new();
	d->states = ws_htab_new();
	status = read_dump(d, all, read == WS_OK ? err : NULL);
	ws_htab_free(d->ids);
	ws_htab_free(d->calls);
	ws_htab_free(d->states);
	free(d->frame);
	ws_buf_fini(&d->text);
	ws_buf_fini(&d->leaf);
	free(d);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_goroutines = {
	.name = "goroutines",
	.title = "goroutine dump (debug=2, panic, SIGQUIT)",
	.bid = bid,
	.parse = parse,
};
