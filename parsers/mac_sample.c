/*
 * Call graphs of macOS: `sample PID`, version 7 of the report, from macOS 10.6
 * on, whole or as fragments that people paste; and spindump, whose trees differ
 * in how a line looks.  Specified by sample(1) and spindump(8) alone.
 *
 * Counts are wall time: at each tick every thread is looked at, also one that
 * waits.  The true distance of ticks is longer than asked for; where the text
 * says for how many seconds it sampled, that time over the largest count of a
 * thread is it.
 *
 * The runtime of Go switches stacks, and walking fails there: an address in no
 * image calls what could not be, so a stack ends at it.  A line that lost its
 * end, and what is above it in a tree that is cut, are left out: what a
 * function has of its own is only known once all its callees were seen.
 *
 * Of spindump, "blocked by ... waiting for NAME [PID] thread 0xTID" names who
 * holds a lock: that time is spindump.owned as well.  Not read: lists by top of
 * stack, binary images, the heaviest stack, binary data behind.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "calltree.h"
#include "ingest/columns.h"
#include "ingest/parser.h"
#include "ingest/when.h"

enum { BID_LINES = 200, FRAGMENT_LINES = 3 };

/* A line of a tree, of either tool. */
struct node {
	size_t column; /* of the count */
	uint64_t count;
	struct ws_sv rest; /* behind the count */
};

struct report {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct calltree tree;
	struct ws_event base;
	uint64_t pid, threads, orphans, faults, most;
	char process[64];
	bool in_thread, spindump, in_process;
	double seconds, interval; /* 0: not told; ns */
	struct ws_when when;
	bool timed;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The marks before a count are a drawing. */
static bool
read_node(struct ws_sv line, struct node *n)
{
	size_t i = 0, from;

	while (i < line.n && strchr(" \t+!:|*", line.p[i]) != NULL &&
	       line.p[i] != '\0')
		i++;
	from = i;
	while (i < line.n && is_digit(line.p[i]))
		i++;
	if (i == from || i >= line.n || line.p[i] != ' ' ||
	    !ws_num_u64((struct ws_sv){ line.p + from, i - from }, 0,
		UINT32_MAX, &n->count))
		return false;
	n->column = from;
	n->rest = ws_sv_trim(ws_sv_from(line, i));
	return n->rest.n > 0;
}

static bool
is_thread(const struct node *n)
{
	return ws_sv_starts(n->rest, "Thread_");
}

static uint64_t
hex(struct ws_sv s)
{
	uint64_t v = 0;
	size_t i = 2;

	if (!ws_sv_starts(s, "0x"))
		return 0;
	for (; i < s.n && i < 18; i++) {
		char c = s.p[i];

		if (is_digit(c))
			v = v << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	return v;
}

static size_t
find_last(struct ws_sv s, const char *what)
{
	size_t at = ws_sv_find(s, what), last = s.n;

	while (at < s.n) {
		last = at;
		at++;
		at += ws_sv_find(ws_sv_from(s, at), what);
	}
	return last;
}

static struct ws_sv
before(struct ws_sv s, size_t n)
{
	return (struct ws_sv){ s.p, n < s.n ? n : s.n };
}

/* "[0x10384b549,...]" at its last place in the line. */
static uint64_t
address(struct ws_sv s)
{
	size_t at = find_last(s, "[0x");

	return at < s.n ? hex(ws_sv_from(s, at + 1)) : 0;
}

/* sample: "sym  (in module) + 41  [0x..]  file:line".  spindump: "sym + 41
 * (module + 9876) [0x..]".  0 where the walk went astray. */
static ws_id
make_frame(struct report *r, struct ws_sv s)
{
	struct ws_dict *d = r->sink->dict;
	struct ws_frame f = { .addr = address(s) };
	size_t at = find_last(s, "  (in "), end;
	struct ws_sv name = before(s, at), module = { "", 0 };

	if (at < s.n) {
		module = ws_sv_from(s, at + 6);
		end = ws_sv_find(module, ")");
		module = before(module, end);
	} else if (r->spindump) {
		/* What is behind the address may have parentheses too. */
		name = before(s, ws_sv_find(s, " [0x"));
		at = find_last(name, " (");
		module = ws_sv_from(name, at + 2);
		module = before(module, ws_sv_find(module, " + "));
		name = before(name, at);
		name = before(name, find_last(name, " + "));
	} else {
		name = before(s, ws_sv_find(s, "  ["));
	}
	name = ws_sv_trim(name);
	if (ws_sv_is(module, "<unknown binary>") || ws_sv_is(name, "0x0"))
		return 0;
	f.mapping = ws_dict_str(d, module);
	if (!ws_sv_is(name, "???") && !ws_sv_starts(name, "0x")) {
		f.func = ws_dict_str(d, name);
		f.addr = 0;
	}
	return ws_dict_frame(d, &f);
}

static ws_id
thread_track(struct report *r, uint64_t tid, struct ws_sv name)
{
	struct ws_buf b = { 0 };
	ws_id id;

	if (r->pid != 0)
		ws_buf_printf(&b, "%" PRIu64, r->pid);
	else
		ws_buf_putc(&b, '?');
	ws_buf_printf(&b, "/%" PRIu64 " ", tid);
	ws_buf_putsv(&b, name.n > 0 ? name : ws_sv_of(r->process));
	id = ws_dict_str(r->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

/* "Thread_1760964: name   DispatchQueue_1: com.apple.main-thread  (serial)";
 * the number is decimal, or hexadecimal with 0x in some. */
static void
begin_thread(struct report *r, const struct node *n)
{
	struct ws_sv s = ws_sv_from(n->rest, 7), name = { "", 0 };
	struct calltree_node root = { 0 };
	uint64_t tid = 0;
	size_t i = 0, below;

	calltree_end(&r->tree);
	if (ws_sv_starts(s, "0x")) {
		tid = hex(s);
	} else {
		while (i < s.n && is_digit(s.p[i]))
			i++;
		ws_num_u64(before(s, i), 0, UINT64_MAX, &tid);
		s = ws_sv_from(s, i);
		if (ws_sv_starts(s, ": "))
			name = ws_sv_from(s, 2);
	}
	name = ws_sv_trim(before(name, ws_sv_find(name, "   ")));
	r->tree.ev.track = thread_track(r, tid, name);
	r->in_thread = true;
	r->threads++;
	root.column = n->column;
	root.value = (double)n->count;
	calltree_put(&r->tree, root, &below);
}

/* Text that begins within a tree is of a thread that nobody knows. */
static void
begin_unknown(struct report *r, size_t column)
{
	struct calltree_node root = { .column = column };
	size_t below;

	r->tree.ev.track = ws_dict_cstr(r->sink->dict, "?/? unknown");
	r->in_thread = true;
	r->orphans++;
	calltree_put(&r->tree, root, &below);
}

static void
put_note(struct report *r, const char *text)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.name = WS_N_MARK_NOTE;
	ev.peer = ws_dict_cstr(r->sink->dict, text);
	ws_batch_put(&r->out, &ev);
}

static void
fault(struct report *r, uint64_t off, const char *what)
{
	r->faults++;
	ws_sink_fault(r->sink, off, what);
}

static void
take_node(struct report *r, const struct node *n, uint64_t off)
{
	struct calltree_node node = { .column = n->column };
	size_t below;

	if (!r->spindump && is_thread(n)) {
		begin_thread(r, n);
		return;
	}
	if (!r->in_thread && r->threads == 0 && !r->spindump)
		begin_unknown(r, n->column > 2 ? n->column - 2 : 0);
	if (!r->in_thread)
		return;
	node.value = (double)n->count;
	node.frame = make_frame(r, n->rest);
	if (!calltree_put(&r->tree, node, &below) ||
	    (below + 2 != n->column && r->tree.n > 2)) {
		fault(r, off, "a line that fits no level of the tree");
	}
}

/* A blocked leaf of spindump says by whom. */
static void
take_owner(struct report *r, struct ws_sv line)
{
	struct ws_event ev = r->tree.ev;
	size_t at = ws_sv_find(line, "(blocked by ");
	struct ws_sv why = ws_sv_from(line, at);
	double count;

	if (r->tree.n < 2 || ws_sv_find(why, " thread 0x") == why.n)
		return;
	count = r->tree.node[r->tree.n - 1].value;
	ev.name = WS_N_SPINDUMP_OWNED;
	ev.value *= count;
	ev.stack = 0;
	ws_batch_put(&r->out, &ev);
}

/* "  Thread 0x1a2b   DispatchQueue "x"(1)   1001 samples (1-1001) ..." */
static void
begin_spindump_thread(struct report *r, struct ws_sv line)
{
	struct ws_sv s = ws_sv_from(ws_sv_trim(line), 7), f, last = { "", 0 };
	uint64_t tid = hex(s), count = 0;
	struct calltree_node root = { 0 };
	size_t below;

	calltree_end(&r->tree);
	for (f = ws_sv_field(&s); f.n > 0; f = ws_sv_field(&s)) {
		if (ws_sv_is(f, "samples") &&
		    !ws_num_u64(last, 0, UINT32_MAX, &count))
			count = 0;
		last = f;
	}
	r->in_thread = tid != 0;
	if (!r->in_thread)
		return;
	r->threads++;
	r->tree.ev.track = thread_track(r, tid, (struct ws_sv){ "", 0 });
	root.value = (double)count;
	calltree_put(&r->tree, root, &below);
}

/* The value of a line "Key:   value", or an empty view. */
static struct ws_sv
value_of(struct ws_sv line, const char *key)
{
	struct ws_sv s = ws_sv_trim(line);

	return ws_sv_starts(s, key) ? ws_sv_trim(ws_sv_from(s, strlen(key)))
				    : (struct ws_sv){ "", 0 };
}

/* "srv [42]" */
static void
read_process(struct report *r, struct ws_sv v)
{
	size_t at = find_last(v, " [");
	struct ws_sv name = ws_sv_trim(before(v, at)), pid;

	pid = ws_sv_from(v, at + 2);
	pid = before(pid, ws_sv_find(pid, "]"));
	if (!ws_num_u64(pid, 0, UINT32_MAX, &r->pid) ||
	    name.n >= sizeof(r->process))
		return;
	memcpy(r->process, name.p, name.n);
	r->process[name.n] = '\0';
}

/* "for 3 seconds", "every 1 millisecond", "(10ms sampling interval)" */
static double
number_behind(struct ws_sv line, const char *word)
{
	size_t at = ws_sv_find(line, word), n = 0;
	struct ws_sv s = ws_sv_from(line, at + strlen(word));
	double v = 0;

	while (n < s.n && (is_digit(s.p[n]) || s.p[n] == '.'))
		n++;
	return at < line.n && ws_num_f64(before(s, n), 0, 1e6, &v) ? v : 0;
}

static void
read_header(struct report *r, struct ws_sv line)
{
	struct ws_sv v;

	if (ws_sv_starts(line, "Sampling process "))
		r->seconds = number_behind(line, " for ");
	else if (ws_sv_starts(line, "Analysis of sampling "))
		r->interval = number_behind(line, " every ") * 1e6;
	v = value_of(line, "Process:");
	if (v.n > 0)
		read_process(r, v);
	v = value_of(line, "Steps:");
	if (v.n > 0)
		r->interval = number_behind(v, " (") * 1e6;
	v = value_of(line, "Duration:");
	if (v.n > 0 && r->spindump)
		r->seconds = number_behind(v, "");
	v = value_of(line, "Date/Time:");
	if (v.n > 0)
		r->timed = ws_source_date(r->src, v, false, &r->when);
	v = value_of(line, "OS Version:");
	if (v.n > 0)
		ws_source_version(
		    r->src, "%.*s", (int)(v.n < 64 ? v.n : 64), v.p);
	if (ws_sv_starts(line, "Data Source:"))
		r->spindump = true;
}

static bool
ends_tree(struct ws_sv line)
{
	return ws_sv_starts(line, "Total number in stack") ||
	       ws_sv_starts(line, "Sort by top of stack") ||
	       ws_sv_starts(ws_sv_trim(line), "Binary Images:");
}

/* First pass: what the header says, and the largest count of a thread. */
static void
survey(struct report *r, struct ws_cur all)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;
	struct node n;

	while (ws_lines_next(&lines, &line)) {
		read_header(r, line.text);
		if (read_node(line.text, &n) && is_thread(&n) &&
		    n.count > r->most)
			r->most = n.count;
	}
	ws_lines_fini(&lines);
	if (r->seconds > 0 && r->most > 0)
		r->interval = r->seconds * 1e9 / (double)r->most;
	r->pid = 0;
	r->process[0] = '\0';
}

static void
take_spindump_line(struct report *r, const struct ws_line *line)
{
	struct ws_sv s = line->text, v = value_of(s, "Process:");
	struct node n;

	if (v.n > 0) {
		calltree_end(&r->tree);
		read_process(r, v);
		r->in_process = true;
		r->in_thread = false;
	} else if (ends_tree(s)) {
		calltree_end(&r->tree);
		r->in_thread = false;
	} else if (!r->in_process) {
		return;
	} else if (ws_sv_starts(ws_sv_trim(s), "Thread 0x")) {
		begin_spindump_thread(r, s);
	} else if (read_node(s, &n)) {
		take_node(r, &n, line->off);
		take_owner(r, s);
	}
}

static void
take_line(struct report *r, const struct ws_line *line)
{
	struct ws_sv v = value_of(line->text, "Process:");
	struct node n;

	if (r->spindump) {
		take_spindump_line(r, line);
	} else if (v.n > 0) {
		read_process(r, v);
	} else if (ends_tree(line->text)) {
		calltree_end(&r->tree);
		r->in_thread = false;
	} else if (read_node(line->text, &n)) {
		take_node(r, &n, line->off);
	} else if (r->in_thread && ws_sv_trim(line->text).n == 0) {
		calltree_end(&r->tree);
		r->in_thread = false;
	} else if (r->in_thread) {
		fault(
		    r, line->off, "a line in a call graph that is none of it");
	}
}

static void
put_capture(struct report *r, double duration)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	struct ws_clock c = { .kind = WS_CLOCK_WALL,
		.how = WS_CLOCK_EXACT,
		.ns_per_tick = 1,
		.resolution = 1000000 };

	ev.track = r->tree.ev.name;
	ev.unit = WS_U_TIME;
	if (r->timed && r->when.utc) {
		ev.t = r->when.ns;
		ev.clock = ws_dict_clock(r->sink->dict, &c);
	}
	ev.name = WS_N_CAPTURE_DURATION;
	ev.value = duration;
	if (duration > 0)
		ws_batch_put(&r->out, &ev);
	ev.name = WS_N_CAPTURE_PERIOD;
	ev.value = r->interval;
	if (r->interval > 0)
		ws_batch_put(&r->out, &ev);
}

/* Without a tick the values are counts, and no times. */
static void
begin_values(struct report *r)
{
	struct ws_event *ev = &r->tree.ev;

	*ev = WS_EVENT(WS_EV_SAMPLE);
	ev->name = r->spindump ? WS_N_SPINDUMP_WALL : WS_N_SAMPLE_WALL;
	ev->unit = WS_U_TIME;
	ev->value = r->interval;
	if (r->interval > 0)
		return;
	ev->value = r->interval = 1e6;
	put_note(r, "the distance of samples is not told; taken for 1 ms");
}

static enum ws_status
finish(struct report *r, bool cut, struct ws_err *err)
{
	enum ws_status status;

	if (cut && r->in_thread)
		calltree_drop(&r->tree);
	calltree_end(&r->tree);
	if (r->threads > 0 || r->orphans > 0)
		put_capture(r, r->seconds > 0 ? r->seconds * 1e9
					      : r->interval * (double)r->most);
	if (r->orphans > 0)
		put_note(r, "the text begins in the middle of a thread");
	if (r->tree.shrunk > 0)
		put_note(r, "some functions have less than their callees");
	ws_source_tally(r->src, "thread", r->threads);
	status = ws_batch_flush(&r->out);
	if (r->threads == 0 && r->orphans == 0)
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "a call graph without a thread");
	if (status == WS_OK && cut)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "the call graph is cut in its last thread");
	if (status == WS_OK && r->faults > 0)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%" PRIu64 " lines do not fit the tree", r->faults);
	return status;
}

static bool
is_fragment_line(struct ws_sv line)
{
	struct node n;

	return read_node(line, &n) &&
	       (is_thread(&n) || (ws_sv_find(n.rest, "  (in ") < n.rest.n &&
				     ws_sv_find(n.rest, "[0x") < n.rest.n));
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	unsigned nodes = 0, spin = 0;
	bool graph = false;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	for (int i = 0; i < BID_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_cur_line(&c);

		if (ws_sv_starts(line, "Analysis of sampling ") &&
		    ws_sv_find(line, "(pid ") < line.n)
			return WS_BID_SHAPE;
		spin += ws_sv_starts(line, "Data Source:") ||
			ws_sv_starts(line, "Report Version:") ||
			ws_sv_starts(line, "Date/Time:");
		nodes += is_fragment_line(line);
		graph = graph || ws_sv_is(ws_sv_trim(line), "Call graph:");
		if (nodes >= FRAGMENT_LINES || spin >= 3 ||
		    (graph && nodes > 0))
			return WS_BID_SHAPE;
	}
	return WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct report *r;
	struct ws_lines lines;
	struct ws_line line = { .ended = true };
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;
	bool cut;

	if (read > WS_PARTIAL)
		return read;
	r = ws_alloc(sizeof(*r));
	r->src = src;
	r->sink = sink;
	ws_batch_init(&r->out, sink);
	r->tree.out = &r->out;
	survey(r, all);
	begin_values(r);
	lines = (struct ws_lines){ .cur = all };
	while (r->out.status == WS_OK && ws_lines_next(&lines, &line))
		if (line.ended)
			take_line(r, &line);
	ws_lines_fini(&lines);
	cut = r->in_thread;
	/* Damage of the stream says more than what it did to the lines. */
	status = finish(r, cut, read == WS_OK ? err : NULL);
	free(r);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_mac_sample = {
	.name = "mac-sample",
	.title = "call graph of macOS (sample, spindump)",
	.bid = bid,
	.parse = parse,
};
