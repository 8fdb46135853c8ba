/*
 * The text of `perf script`, from Linux 2.6.3x to 7: with and without call
 * chains, in any selection of fields (-F) that has a comm or thread and a time
 * or an event; --header comments; --show-*-events records.  Specified by
 * perf-script(1); the shapes were taken from what many versions printed.
 *
 * The comm is free text, so lines are anchored on the time: before it stand the
 * thread and perhaps the CPU, behind it period and event.  Of one number the
 * process is not known; the track is "?/TID COMM" then.
 *
 * Addresses are as printed: file offsets of user code in chains since perf
 * 5.10, addresses at run time before and on single lines.
 *
 * A sample's value is its period: ns of clocks, counts of other events, 1 where
 * it was not printed.  Without the event's name (-F comm,tid,time,ip,sym) a
 * sample is taken for CPU, with a note, for that is what perf records unless
 * told otherwise.
 *
 * Not read: branch stacks, source lines, instruction bytes, memory maps.
 * Recognised but not read: dumps (-D).
 */
#include "perf_script.h"

#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/num.h"
#include "ingest/parser.h"
#include "perf_event.h"

enum {
	HEAD_LINES = 400, /* a bid looks no further */
	EVENTS_MAX = 256  /* distinct events; the rest is damage */
};

struct kind {
	struct ws_perf_event is;
	double period; /* ns of a clock whose samples show none; 0: unknown */
	uint64_t samples;
	double least, most; /* value of a sample */
};

/* The sample that is being read. */
struct sample {
	bool open;
	bool in_chain; /* frames follow on lines of their own */
	bool empty;    /* a blank line said that it has none */
	struct ws_event ev;
	uint32_t kind;
	uint64_t tid;
	size_t n;            /* frames */
	struct ws_buf trace; /* fields of a tracepoint */
};

struct script {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct ws_perf_waits *waits;
	struct ws_perf_roles roles;
	struct ws_htab *events; /* as printed; index = kind */
	struct kind *kind;
	size_t cap_kind;
	struct ws_htab *lines; /* of frames; index = frame */
	ws_id *frame_of;
	size_t cap_frame_of;
	ws_id *frame; /* of the sample, leaf first */
	size_t cap_frame;
	struct sample s;
	ws_id clock;
	int64_t first, last; /* times of samples */
	uint64_t samples, orphans, others;
	double lost;
	char arch[32];
	bool damaged, no_addresses, unnamed;
};

static void
fault(struct script *p, uint64_t off, const char *what)
{
	p->damaged = true;
	ws_sink_fault(p->sink, off, what);
}

static void
put_mark(struct script *p, ws_id name, struct ws_sv text)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.name = name;
	ev.peer = ws_dict_str(p->sink->dict, text);
	if (ev.peer != 0)
		ws_batch_put(&p->out, &ev);
}

static void
make_clock(struct script *p, bool fine)
{
	struct ws_clock c = { .kind = WS_CLOCK_MONOTONIC,
		.ns_per_tick = 1,
		.resolution = fine ? 1 : 1000 };

	p->clock = ws_dict_clock(p->sink->dict, &c);
	p->waits = ws_perf_waits_new(&p->out, p->clock);
}

/* The number behind "key" and any of " =:,". */
static bool
number_behind(struct ws_sv s, const char *key, uint64_t *v)
{
	size_t at = ws_sv_find(s, key), n = 0;

	if (at == s.n)
		return false;
	s = ws_sv_from(s, at + strlen(key));
	while (s.n > 0 && memchr(" =:,", s.p[0], 4) != NULL)
		s = ws_sv_from(s, 1);
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return ws_num_u64((struct ws_sv){ s.p, n }, 0, UINT64_MAX, v);
}

/* WS_HTAB_NONE when there are too many. */
static uint32_t
kind_of(struct script *p, struct ws_sv event)
{
	bool is_new;
	uint32_t i = ws_htab_get(p->events, event.p, event.n);

	if (i != WS_HTAB_NONE)
		return i;
	if (ws_htab_count(p->events) == EVENTS_MAX)
		return WS_HTAB_NONE;
	i = ws_htab_put(p->events, event.p, event.n, &is_new);
	p->kind =
	    ws_grow(p->kind, &p->cap_kind, (size_t)i + 1, sizeof(*p->kind));
	p->kind[i] = (struct kind){ .period = 0 };
	if (event.n > 0) {
		p->kind[i].is =
		    ws_perf_event_of(&p->roles, p->sink->dict, event);
		return i;
	}
	p->kind[i].is.series = WS_N_PERF_CPU;
	p->kind[i].is.unit = WS_U_COUNT;
	p->unnamed = true;
	return i;
}

/* "event : name = cpu-clock, , id = { 1 }, type = 1, ... { sample_period,
 * sample_freq } = 499, ..., freq = 1, ..." */
static void
take_event(struct script *p, struct ws_sv s)
{
	struct ws_sv name = ws_sv_from(s, ws_sv_find(s, "name = ") + 7);
	uint64_t rate, freq = 0;
	uint32_t i;

	name.n = ws_sv_find(name, ",");
	if (name.n == 0)
		return;
	i = kind_of(p, name);
	if (i == WS_HTAB_NONE || p->kind[i].is.unit != WS_U_TIME ||
	    !number_behind(s, "sample_freq }", &rate) || rate == 0)
		return;
	number_behind(s, ", freq", &freq);
	p->kind[i].period = freq == 1 ? 1e9 / (double)rate : (double)rate;
}

static void
put_cpus(struct script *p, struct ws_sv value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	uint64_t n;

	if (!ws_num_u64(value, 1, 1 << 20, &n))
		return;
	ev.name = WS_N_HOST_CPUS;
	ev.unit = WS_U_COUNT;
	ev.value = (double)n;
	ws_batch_put(&p->out, &ev);
}

/* A line of --header: "# hostname : vm". */
static void
take_comment(struct script *p, struct ws_sv line)
{
	static const char *const told[] = { "hostname", "os release", "arch",
		"cpudesc", "cmdline" };
	struct ws_sv value = ws_sv_from(line, 1);
	struct ws_sv key = ws_sv_trim(ws_sv_split(&value, ':'));
	struct ws_buf name = { 0 };
	size_t i;

	value = ws_sv_trim(value);
	if (value.n == 0)
		return;
	if (ws_sv_is(key, "perf version"))
		ws_source_version(p->src, "perf %.*s", WS_SV_ARG(value));
	else if (ws_sv_is(key, "nrcpus online"))
		put_cpus(p, value);
	else if (ws_sv_is(key, "event"))
		take_event(p, value);
	if (ws_sv_is(key, "arch") && value.n < sizeof(p->arch)) {
		memcpy(p->arch, value.p, value.n);
		p->arch[value.n] = '\0';
	}
	for (i = 0; i < WS_LEN(told); i++) {
		if (!ws_sv_is(key, told[i]))
			continue;
		ws_buf_puts(&name, "perf.");
		ws_buf_putsv(&name, key);
		put_mark(
		    p, ws_dict_str(p->sink->dict, ws_buf_sv(&name)), value);
	}
	ws_buf_fini(&name);
}

/* "PERF_RECORD_LOST lost 3", "PERF_RECORD_LOST_SAMPLES lost 3",
 * "PERF_RECORD_SWITCH IN", "PERF_RECORD_SWITCH_CPU_WIDE IN  prev pid/tid: ...". */
static void
take_record(struct script *p, const struct ws_perf_head *h)
{
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);
	uint64_t n;

	if (ws_sv_starts(h->record, "PERF_RECORD_SWITCH") &&
	    ws_sv_find(h->record, " IN") < h->record.n && p->waits != NULL &&
	    h->t != WS_T_NONE && h->tid > 0)
		ws_perf_waits_in(p->waits, h->t, (uint64_t)h->tid);
	if (!ws_sv_starts(h->record, "PERF_RECORD_LOST") ||
	    !number_behind(h->record, " lost", &n))
		return;
	ev.value = (double)n;
	p->lost += ev.value;
	ws_batch_put(&p->out, &ev);
}

static ws_id
track_of(struct script *p, const struct ws_perf_head *h)
{
	struct ws_buf b = { 0 };
	ws_id id;

	if (h->pid >= 0)
		ws_buf_printf(&b, "%lld", (long long)h->pid);
	else if (h->tid >= 0)
		ws_buf_putc(&b, '?');
	if (h->tid >= 0)
		ws_buf_printf(&b, "/%lld ", (long long)h->tid);
	ws_buf_putsv(&b, h->comm);
	id = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

static double
value_of(const struct kind *k, const struct ws_perf_head *h, uint8_t *unit)
{
	*unit = (uint8_t)k->is.unit;
	if (h->has_period)
		return (double)h->period;
	if (k->is.unit != WS_U_TIME)
		return 1;
	if (k->period > 0)
		return k->period;
	*unit = WS_U_COUNT;
	return 1;
}

static ws_id
make_frame(struct script *p, const struct ws_perf_frame *f, ws_id dso)
{
	struct ws_dict *d = p->sink->dict;

	return ws_dict_frame(
	    d, &(struct ws_frame){ .func = ws_dict_str(d, f->func),
		   .mapping = dso,
		   .addr = f->addr,
		   .inlined = f->inlined });
}

/* The frame of a line, known by its text. */
static ws_id
frame_of(struct script *p, struct ws_sv text, const struct ws_perf_frame *f)
{
	bool is_new;
	uint32_t i = ws_htab_put(p->lines, text.p, text.n, &is_new);

	if (!is_new)
		return p->frame_of[i];
	p->frame_of = ws_grow(
	    p->frame_of, &p->cap_frame_of, (size_t)i + 1, sizeof(*p->frame_of));
	p->frame_of[i] = make_frame(p, f, ws_dict_str(p->sink->dict, f->dso));
	return p->frame_of[i];
}

static void
add_frame_id(struct script *p, ws_id id)
{
	if (p->s.n >= ws_source_limits(p->src)->depth)
		return;
	p->frame =
	    ws_grow(p->frame, &p->cap_frame, p->s.n + 1, sizeof(*p->frame));
	p->frame[p->s.n++] = id;
}

/*
 * Java's agents name a function and what was inlined into it "outer->inner".
 * The C++ operator is not meant.
 */
static void
add_frames(struct script *p, struct ws_sv text, struct ws_perf_frame *f)
{
	struct ws_perf_frame part = *f;
	ws_id dso = 0;

	if (ws_sv_find(f->func, "->") < f->func.n)
		dso = ws_dict_str(p->sink->dict, f->dso);
	for (size_t i = f->func.n; i-- > 2;) {
		struct ws_sv before = { f->func.p, i - 1 };

		if (f->func.p[i] != '>' || f->func.p[i - 1] != '-' ||
		    ws_sv_ends(before, "operator"))
			continue;
		part.func = ws_sv_from(f->func, i + 1);
		part.inlined = true;
		if (part.func.n > 0)
			add_frame_id(p, make_frame(p, &part, dso));
		f->func = before;
	}
	add_frame_id(p, frame_of(p, text, f));
}

/* True when the line was a frame of the open sample. */
static bool
take_frame(struct script *p, struct ws_sv line)
{
	struct ws_sv text = ws_sv_trim(line);
	uint32_t i = ws_htab_get(p->lines, text.p, text.n);
	struct ws_perf_frame f = { 0 };

	/* A known line that has inlined parts is not one frame. */
	if (i != WS_HTAB_NONE && ws_sv_find(text, "->") == text.n) {
		add_frame_id(p, p->frame_of[i]);
		return true;
	}
	if (!ws_perf_frame_read(&f, text)) {
		if (!p->no_addresses)
			return false;
		ws_perf_frame_name(&f, text);
	}
	add_frames(p, text, &f);
	return true;
}

static void
close_sample(struct script *p)
{
	struct sample *s = &p->s;
	struct kind *k;

	if (!s->open)
		return;
	s->open = false;
	k = &p->kind[s->kind];
	k->least =
	    k->samples == 0 || s->ev.value < k->least ? s->ev.value : k->least;
	k->most =
	    k->samples == 0 || s->ev.value > k->most ? s->ev.value : k->most;
	k->samples++;
	p->samples++;
	s->ev.stack = ws_dict_stack(p->sink->dict, p->frame, s->n);
	ws_batch_put(&p->out, &s->ev);
	if (s->ev.t != WS_T_NONE) {
		p->first = p->first == WS_T_NONE || s->ev.t < p->first
			       ? s->ev.t
			       : p->first;
		p->last = s->ev.t > p->last ? s->ev.t : p->last;
	}
	if (k->is.is_tracepoint)
		ws_perf_trace_take(p->waits,
		    &(struct ws_perf_at){
			s->ev.t, s->tid, s->ev.track, s->ev.stack },
		    ws_perf_event_name(ws_htab_key(p->events, s->kind)),
		    ws_buf_sv(&s->trace), ws_sv_of(p->arch));
}

/* What stands behind the event: fields of a tracepoint, a frame, both. */
static void
take_rest(struct script *p, struct ws_sv rest, bool is_tracepoint)
{
	struct ws_sv frame = is_tracepoint ? WS_SV("") : rest;
	struct ws_perf_frame f;

	if (is_tracepoint) {
		ws_perf_frame_cut(&rest, &frame);
		ws_buf_putsv(&p->s.trace, rest);
	}
	frame = ws_sv_trim(frame);
	if (frame.n > 0 && ws_perf_frame_read(&f, frame))
		add_frames(p, frame, &f);
}

static void
open_sample(struct script *p, const struct ws_perf_head *h, uint64_t off)
{
	struct sample *s = &p->s;
	uint32_t kind = kind_of(p, h->event);
	const struct kind *k;

	if (kind == WS_HTAB_NONE) {
		fault(p, off, "more events than a recording can have");
		return;
	}
	if (p->waits == NULL)
		make_clock(p, h->fine);
	k = &p->kind[kind];
	s->open = true;
	s->kind = kind;
	s->tid = h->tid > 0 ? (uint64_t)h->tid : 0;
	s->n = s->trace.n = 0;
	s->empty = false;
	s->ev = WS_EVENT(WS_EV_SAMPLE);
	s->ev.t = h->t;
	s->ev.clock = h->t == WS_T_NONE ? 0 : p->clock;
	s->ev.name = k->is.series;
	s->ev.value = value_of(k, h, &s->ev.unit);
	s->ev.track = track_of(p, h);
	s->in_chain = h->rest.n == 0 || k->is.is_tracepoint;
	take_rest(p, h->rest, k->is.is_tracepoint);
}

/* A line that is neither blank nor a comment. */
static void
take_text(struct script *p, struct ws_sv line, uint64_t off)
{
	struct ws_perf_head h;
	bool indented = line.p[0] == '\t' || line.p[0] == ' ';

	/* Most lines are frames. */
	if (p->s.open && indented && line.p[0] == '\t' && take_frame(p, line))
		return;
	if (ws_perf_head_read(&h, line)) {
		close_sample(p);
		if (h.record.n > 0)
			take_record(p, &h);
		else
			open_sample(p, &h, off);
		return;
	}
	if (p->s.open && p->s.in_chain && take_frame(p, line))
		return;
	/* The first frame of all decides whether there are addresses. */
	if (p->s.open && indented && ws_htab_count(p->lines) == 0) {
		p->no_addresses = true;
		take_frame(p, line);
		return;
	}
	if (p->s.open && indented)
		return; /* a source line, or more of a record */
	p->others++;
	if (ws_perf_frame_read(&(struct ws_perf_frame){ 0 }, line)) {
		if (p->orphans++ == 0)
			fault(p, off, "frames that belong to no sample");
	}
}

static void
take_line(struct script *p, struct ws_sv line, uint64_t off)
{
	if (ws_sv_trim(line).n == 0)
		close_sample(p);
	else if (line.p[0] == '#')
		take_comment(p, line);
	else
		take_text(p, line, off);
}

static void
put_counter(struct script *p, ws_id name, ws_id series, double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.t = p->first;
	ev.clock = p->clock;
	ev.name = name;
	ev.track = series;
	ev.unit = WS_U_TIME;
	ev.value = value;
	ws_batch_put(&p->out, &ev);
}

/* From the first sample to the last.  A period is told of clocks only, whose
 * samples are all worth the same. */
static void
put_capture(struct script *p)
{
	size_t i, n = ws_htab_count(p->events), main = n;

	for (i = 0; i < n; i++) {
		const struct kind *k = &p->kind[i];

		if (k->samples == 0)
			continue;
		if (main == n || k->is.series == WS_N_PERF_CPU)
			main = i;
		if (k->is.series == WS_N_PERF_CPU)
			break;
	}
	if (main == n || p->first == WS_T_NONE || p->last <= p->first)
		return;
	put_counter(p, WS_N_CAPTURE_DURATION, p->kind[main].is.series,
	    (double)(p->last - p->first));
	if (p->kind[main].is.unit == WS_U_TIME &&
	    p->kind[main].least == p->kind[main].most)
		put_counter(p, WS_N_CAPTURE_PERIOD, p->kind[main].is.series,
		    p->kind[main].least);
}

static void
tell(struct script *p)
{
	struct ws_buf b = { 0 };

	for (uint32_t i = 0; i < ws_htab_count(p->events); i++) {
		b.n = 0;
		ws_buf_putsv(&b, ws_htab_key(p->events, i));
		if (p->kind[i].samples > 0)
			ws_source_tally(p->src, b.n > 0 ? b.p : "sample",
			    p->kind[i].samples);
	}
	ws_buf_fini(&b);
	if (p->others > 0)
		ws_source_tally(p->src, "other line", p->others);
	if (p->unnamed)
		put_mark(p, WS_N_MARK_NOTE,
		    WS_SV("samples without an event are taken for CPU"));
}

/* The name in the header's line of an event, or none. */
static struct ws_sv
event_in_header(struct ws_sv line)
{
	struct ws_sv name;

	if (!ws_sv_starts(line, "# event :"))
		return (struct ws_sv){ "", 0 };
	name = ws_sv_from(line, ws_sv_find(line, "name = ") + 7);
	name.n = ws_sv_find(name, ",");
	return name;
}

/* Which events there are: those of the header, and of the first samples. */
static void
know_events(struct script *p, struct ws_sv head)
{
	struct ws_perf_head h;
	struct ws_sv line, name;
	struct ws_cur c;

	ws_cur_init(&c, head.p, head.n, 0);
	while (ws_cur_left(&c) > 0) {
		line = ws_cur_line(&c);
		name = event_in_header(line);
		if (name.n == 0 && line.n > 0 && line.p[0] != '#' &&
		    line.p[0] != '\t' && ws_perf_head_read(&h, line))
			name = h.event;
		if (name.n > 0)
			ws_perf_event_known(&p->roles, p->sink->dict, name);
	}
}

static enum ws_status
read_script(struct script *p, struct ws_err *err)
{
	struct ws_sv line;
	uint64_t off = 0;
	enum ws_status status;
	bool ended = true;

	while (p->out.status == WS_OK && ws_source_line(p->src, &line, &off)) {
		ended = ws_source_line_ended(p->src);
		if (!ended)
			break;
		take_line(p, line, off);
	}
	/* A line that was cut: so is the sample that it belongs to. */
	if (!ended) {
		p->s.open = false;
		fault(p, off, "the last line has no end");
	}
	close_sample(p);
	put_capture(p);
	tell(p);
	status = ws_batch_flush(&p->out);
	if (status == WS_OK && p->damaged)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu whole samples; other lines were cut or damaged",
		    (unsigned long long)p->samples);
	if (status == WS_OK && p->samples == 0)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "the header of perf script, but no sample below it");
	return status;
}

/* "0x108@perf.data [0x50]: event: 69" */
static bool
is_dump(struct ws_sv line)
{
	return ws_sv_starts(line, "0x") &&
	       ws_sv_find(line, "]: event: ") < line.n;
}

struct looked {
	unsigned heads, frames;
	bool header, dump;
};

static void
look_at(struct looked *l, struct ws_sv line)
{
	struct ws_perf_head h;
	struct ws_perf_frame f;
	struct ws_sv left;

	if (ws_sv_starts(line, "# perf version :") ||
	    ws_sv_starts(line, "# cmdline :"))
		l->header = true;
	if (ws_sv_trim(line).n == 0 || line.p[0] == '#')
		return;
	l->dump = l->dump || is_dump(line);
	if (ws_perf_head_read(&h, line)) {
		bool whole = h.event.n > 0 || h.record.n > 0;
		bool shown = h.rest.n == 0 || h.record.n > 0 ||
			     ws_sv_find(h.event, ":") < h.event.n ||
			     ws_perf_frame_read(&f, h.rest);

		l->heads += h.tid >= 0 && whole && shown && h.t != WS_T_NONE;
		l->frames = 0;
		if (h.tid >= 0 && h.rest.n == 0)
			l->frames = 1;
		return;
	}
	/* A head that shows less needs a frame below it, with a name. */
	left = line;
	ws_sv_field(&left);
	if (l->frames > 0 && ws_perf_frame_read(&f, line))
		l->heads += ws_sv_trim(left).n > 0;
	l->frames = 0;
}

static struct looked
look(struct ws_sv head)
{
	struct looked l = { 0 };
	struct ws_cur c;

	ws_cur_init(&c, head.p, head.n, 0);
	for (int i = 0; i < HEAD_LINES && ws_cur_left(&c) > 0; i++) {
		look_at(&l, ws_cur_line(&c));
		if (l.heads > 0 || l.dump)
			break;
	}
	return l;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct looked l = look(a->head);

	return l.heads > 0 || l.dump || l.header ? WS_BID_SHAPE : WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct script *p;
	enum ws_status status, read;

	if (look(ws_source_artifact(src)->head).dump)
		return ws_err_set(err, WS_UNSUPPORTED, 0,
		    "a dump of records (perf script -D); give perf.data, or "
		    "perf script without -D");
	p = ws_alloc(sizeof(*p));
	p->src = src;
	p->sink = sink;
	p->first = p->last = WS_T_NONE;
	p->events = ws_htab_new();
	p->lines = ws_htab_new();
	ws_batch_init(&p->out, sink);
	know_events(p, ws_source_artifact(src)->head);
	status = read_script(p, err);
	read = ws_source_status(src, err);
	ws_perf_waits_free(p->waits);
	ws_htab_free(p->events);
	ws_htab_free(p->lines);
	ws_buf_fini(&p->s.trace);
	free(p->kind);
	free(p->frame_of);
	free(p->frame);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_perf_script = {
	.name = "perf-script",
	.title = "samples of Linux perf (perf script) text",
	.bid = bid,
	.parse = parse,
};
