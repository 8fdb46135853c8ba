/*
 * Folded stacks: "outer;inner;leaf 17", one stack a line, as flame graphs are
 * made of (B. Gregg's stackcollapse scripts, inferno, async-profiler, dtrace,
 * bpftrace, go tool pprof).  There is no specification; what the tools write
 * was looked at.
 *
 * Nothing tells what was sampled, so the samples are WS_N_PERF_CPU: time spent
 * is what nearly all folded files hold, and rules use them only where there is
 * no better profile.  A file whose name says otherwise (offcpu, wait, block,
 * lock, futex) is time off the CPU, one with alloc, heap, mem, malloc or bytes
 * is "folded.alloc", which no rule asks for.
 *
 * Marks of tools behind a name (_[k] kernel, _[i] inlined, _[j] compiled at run
 * time, _[l] longest) are cut off.  The first frame is the command: with the
 * ids of -pid or -tid ("java-?/17") it is the track and no frame; so it is when
 * the file's outermost frames are all of one name without a dot or blank in it.
 * Counts can be fractions.  Two counts (difffolded) are a difference: the
 * second minus the first.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { HEAD_LINES = 64, FRAMES_MIN = 2 };

struct folded {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id series;
	enum ws_unit unit;
	bool commands; /* the first frame of every stack is the command */
	ws_id *frame;
	size_t cap;
	uint64_t stacks, bad, inlined;
};

struct stack {
	struct ws_sv frames;
	double value;
	bool difference;
};

/* Cuts the number at the end off. */
static bool
take_number(struct ws_sv *s, double *v)
{
	struct ws_sv t = ws_sv_trim(*s), n = { t.p + t.n, 0 };

	while (n.p > t.p && n.p[-1] != ' ' && n.p[-1] != '\t')
		n.p--, n.n++;
	if (n.p == t.p || !ws_num_f64(n, 0, 1e18, v))
		return false;
	s->p = t.p;
	s->n = (size_t)(n.p - t.p);
	return true;
}

static bool
read_stack(struct stack *k, struct ws_sv line)
{
	struct ws_sv s = line, before;
	double v;

	k->difference = false;
	if (!take_number(&s, &k->value))
		return false;
	before = s;
	/* A name can end in a number too: then there is but one count. */
	if (take_number(&before, &v) &&
	    ws_sv_find(ws_sv_trim(before), ";") < ws_sv_trim(before).n) {
		k->difference = true;
		k->value -= v;
		s = before;
	}
	k->frames = ws_sv_trim(s);
	return k->frames.n > 0;
}

/* How many lines are stacks of two or more frames. */
static bool
is_folded(struct ws_sv head)
{
	struct ws_cur c;
	unsigned good = 0, other = 0;

	ws_cur_init(&c, head.p, head.n, 0);
	for (int i = 0; i < HEAD_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_sv_trim(ws_cur_line(&c));
		struct stack k;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		/* The last line of the head can be cut. */
		if (!read_stack(&k, line))
			other += ws_cur_left(&c) > 0;
		else if (ws_sv_find(k.frames, ";") < k.frames.n)
			good++;
	}
	return good > 0 && other == 0;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	return is_folded(a->head) ? WS_BID_SHAPE : WS_BID_NO;
}

static struct ws_sv
without_mark(struct ws_sv f, bool *inlined)
{
	*inlined = false;
	if (f.n < 5 || f.p[f.n - 1] != ']' || f.p[f.n - 3] != '[' ||
	    f.p[f.n - 4] != '_' || memchr("kijl", f.p[f.n - 2], 4) == NULL)
		return f;
	*inlined = f.p[f.n - 2] == 'i';
	f.n -= 4;
	return f;
}

static bool
is_plain(struct ws_sv f)
{
	for (size_t i = 0; i < f.n; i++)
		if (strchr("./:( ", f.p[i]) != NULL)
			return false;
	return f.n > 0;
}

/* "java-?/17", "java-12/17" */
static bool
has_ids(struct ws_sv f)
{
	size_t dash = f.n;

	while (dash > 0 && f.p[dash - 1] != '-')
		dash--;
	if (dash == 0 || dash == f.n)
		return false;
	for (size_t i = dash; i < f.n; i++)
		if (strchr("0123456789?/", f.p[i]) == NULL)
			return false;
	return true;
}

static bool
find_commands(struct ws_sv head)
{
	struct ws_cur c;
	struct ws_sv first = { NULL, 0 };
	bool same = true;

	ws_cur_init(&c, head.p, head.n, 0);
	while (ws_cur_left(&c) > 0) {
		struct stack k;
		struct ws_sv f;

		if (!read_stack(&k, ws_cur_line(&c)) || ws_cur_left(&c) == 0)
			continue;
		f = ws_sv_split(&k.frames, ';');
		if (has_ids(f))
			return true;
		same = same && is_plain(f) &&
		       (first.p == NULL || ws_sv_eq(f, first));
		first = f;
	}
	return same && first.p != NULL && !ws_sv_is(first, "all") &&
	       !ws_sv_is(first, "root");
}

/* "?/17 java" of "java-?/17", as other texts of perf have it. */
static ws_id
track_of(struct folded *p, struct ws_sv command)
{
	struct ws_buf b = { 0 };
	size_t dash = command.n;
	ws_id id;

	if (has_ids(command)) {
		while (command.p[dash - 1] != '-')
			dash--;
		ws_buf_putsv(&b, ws_sv_from(command, dash));
		if (ws_sv_find(ws_buf_sv(&b), "/") == b.n)
			ws_buf_printf(
			    &b, "/%.*s", WS_SV_ARG(ws_sv_from(command, dash)));
		ws_buf_putc(&b, ' ');
		ws_buf_putsv(&b, (struct ws_sv){ command.p, dash - 1 });
	} else {
		ws_buf_putsv(&b, command);
	}
	id = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

static ws_id
frame_of(struct folded *p, struct ws_sv name)
{
	struct ws_frame f = { 0 };

	name = without_mark(name, &f.inlined);
	p->inlined += f.inlined;
	if (ws_sv_is(name, "[unknown]"))
		name.n = 0;
	f.func = ws_dict_str(p->sink->dict, name);
	return ws_dict_frame(p->sink->dict, &f);
}

static void
put_stack(struct folded *p, const struct stack *k)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);
	struct ws_sv left = k->frames, all;
	size_t n = 0, i, max = ws_source_limits(p->src)->depth;

	if (p->commands)
		ev.track = track_of(p, ws_sv_split(&left, ';'));
	for (all = left; left.n > 0 && n < max; n++) {
		struct ws_sv f = ws_sv_split(&left, ';');

		p->frame = ws_grow(p->frame, &p->cap, n + 1, sizeof(*p->frame));
		p->frame[n] = frame_of(p, f);
	}
	for (i = 0; i < n / 2; i++) {
		ws_id f = p->frame[i];

		p->frame[i] = p->frame[n - 1 - i];
		p->frame[n - 1 - i] = f;
	}
	ev.name = p->series;
	ev.unit = (uint8_t)p->unit;
	ev.value = k->value;
	ev.stack = all.n > 0 ? ws_dict_stack(p->sink->dict, p->frame, n) : 0;
	ws_batch_put(&p->out, &ev);
	p->stacks++;
}

static bool
name_has(struct ws_sv name, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ws_sv_find(name, words[i]) < name.n)
			return true;
	return false;
}

/* See the head. */
static void
choose_series(struct folded *p)
{
	static const char *const off[] = { "offcpu", "off-cpu", "off_cpu",
		"wait", "block", "lock", "futex", "wall" };
	static const char *const memory[] = { "alloc", "heap", "mem", "malloc",
		"bytes" };
	struct ws_sv name = ws_source_artifact(p->src)->name;
	size_t slash = name.n;

	while (slash > 0 && name.p[slash - 1] != '/')
		slash--;
	name = ws_sv_from(name, slash);
	p->unit = WS_U_COUNT;
	p->series = WS_N_PERF_CPU;
	if (name_has(name, off, WS_LEN(off)))
		p->series = WS_N_PERF_OFFCPU;
	else if (name_has(name, memory, WS_LEN(memory)))
		p->series = ws_dict_cstr(p->sink->dict, "folded.alloc");
}

static void
take_line(struct folded *p, const struct ws_line *line)
{
	struct ws_sv s = ws_sv_trim(line->text);
	struct stack k;

	if (s.n == 0 || s.p[0] == '#')
		return;
	if (line->ended && read_stack(&k, s)) {
		put_stack(p, &k);
		return;
	}
	if (p->bad++ == 0)
		ws_sink_fault(p->sink, line->off,
		    line->ended ? "no stack with a count"
				: "the last line is cut");
}

static enum ws_status
read_all(struct folded *p, struct ws_cur all, struct ws_err *err)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;
	enum ws_status status;

	ws_batch_init(&p->out, p->sink);
	choose_series(p);
	p->commands = find_commands(ws_source_artifact(p->src)->head);
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	ws_lines_fini(&lines);
	ws_source_tally(p->src, "stack", p->stacks);
	ws_source_detail(p->src, "of unknown kind; taken for %s",
	    ws_dict_text(p->sink->dict, p->series).p);
	status = ws_batch_flush(&p->out);
	if (status == WS_OK && p->bad > 0)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu stacks; %llu lines are none",
		    (unsigned long long)p->stacks, (unsigned long long)p->bad);
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct folded p = { .src = src, .sink = sink };
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	status = read_all(&p, all, read == WS_OK ? err : NULL);
	free(p.frame);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_folded = {
	.name = "folded",
	.title = "folded stacks (flame graph input)",
	.bid = bid,
	.parse = parse,
};
