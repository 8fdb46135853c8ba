/*
 * fs_usage of macOS, with -w or without (then there are no microseconds and no
 * thread), any -f, -e of system_cmds from 10.6 on.  Specified by fs_usage(1)
 * and by what it prints.
 *
 * A line is read from both ends: time and call from the left, from the right
 * the process with its thread, a W and the time it took; the path between may
 * hold anything, and is cut at its front.  Times are rounded up to 1 us and
 * have no date: they are ordered by midnights that pass.
 *
 * Lines of disks stand at the time of completion, with the thread that asked.
 * W means that the thread was off the CPU; lines of disks always have it, those
 * of calls only with -W, so without one nothing is proved by its absence.
 *
 * The name of a process is cut at 16 bytes.  Thread ids are the decimal ones of
 * Instruments and `sample`.  Not read: paths, offsets, addresses.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"
#include "ingest/when.h"

enum { BID_LINES = 20, CALL_MAX = 20 };

#define DAY INT64_C(86400000000000)

struct usage {
	int64_t t; /* ns since midnight */
	struct ws_sv call, fields, process, tid;
	double elapsed; /* ns */
	double bytes;   /* 0: not told */
	bool waited, disk, failed;
};

struct fs_usage {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id clock;
	int64_t before, days, first, last;
	uint64_t lines, bad, waits;
	bool overrun;
};

static bool
digits(struct ws_sv s, size_t at, size_t n, int64_t *v)
{
	uint64_t u;

	if (at + n > s.n ||
	    !ws_num_u64((struct ws_sv){ s.p + at, n }, 0, 999999, &u))
		return false;
	*v = (int64_t)u;
	return true;
}

/* "20:47:44.985060" or "08:12:58"; the length, or 0. */
static size_t
read_clock(struct ws_sv s, int64_t *t)
{
	int64_t h, m, sec, us = 0;
	size_t n = 8;

	if (s.n < 9 || s.p[2] != ':' || s.p[5] != ':' || !digits(s, 0, 2, &h) ||
	    !digits(s, 3, 2, &m) || !digits(s, 6, 2, &sec) || h > 23 ||
	    m > 59 || sec > 60)
		return 0;
	if (s.p[8] == '.' && digits(s, 9, 6, &us))
		n = 15;
	*t = ((h * 60 + m) * 60 + sec) * 1000000000 + us * 1000;
	return n < s.n && s.p[n] == ' ' ? n : 0;
}

/* "0.000783" at that place, six digits behind the point. */
static bool
is_elapsed(struct ws_sv s, size_t at, size_t *end, double *ns)
{
	int64_t whole, us;
	size_t n = at;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (n == at || n - at > 6 || n >= s.n || s.p[n] != '.' ||
	    !digits(s, at, n - at, &whole) || !digits(s, n + 1, 6, &us) ||
	    n + 7 >= s.n || s.p[n + 7] != ' ')
		return false;
	*end = n + 7;
	*ns = (double)whole * 1e9 + (double)us * 1e3;
	return true;
}

/* The last of them, as a path may hold such a number too. */
static bool
find_elapsed(struct ws_sv s, struct usage *u, size_t *at, size_t *end)
{
	for (size_t i = s.n; i-- > 1;)
		if (s.p[i - 1] == ' ' && is_elapsed(s, i, end, &u->elapsed)) {
			*at = i;
			return true;
		}
	return false;
}

static void
read_bytes(struct usage *u)
{
	size_t at = ws_sv_find(u->fields, " B=0x");
	struct ws_sv s = ws_sv_from(u->fields, at + 5);
	double v = 0;

	if (at == u->fields.n)
		return;
	for (size_t i = 0; i < s.n && i < 12 && s.p[i] != ' '; i++) {
		char c = s.p[i];

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v * 16 + (c - 'a' + 10);
		else
			return;
	}
	u->bytes = v;
}

/* "EmojiFunctionRow.5566"; without -w there is no thread. */
static bool
read_process(struct ws_sv s, struct usage *u)
{
	size_t n = s.n;

	u->process = s;
	u->tid = (struct ws_sv){ "", 0 };
	while (n > 0 && s.p[n - 1] >= '0' && s.p[n - 1] <= '9')
		n--;
	if (n > 1 && n < s.n && s.p[n - 1] == '.') {
		u->process.n = n - 1;
		u->tid = ws_sv_from(s, n);
	}
	return s.n > 0;
}

static bool
is_disk(struct ws_sv call)
{
	static const char *const starts[] = { "RdData", "WrData", "RdMeta",
		"WrMeta", "PgIn", "PgOut", "RdChunk", "WrChunk", "RdBgTf",
		"WrBgTf" };

	for (size_t i = 0; i < WS_LEN(starts); i++)
		if (ws_sv_starts(call, starts[i]))
			return true;
	return false;
}

static bool
read_line(struct ws_sv line, struct usage *u)
{
	struct ws_sv s, tail;
	size_t n = read_clock(line, &u->t), at, end;

	if (n == 0)
		return false;
	s = ws_sv_from(line, n);
	if (!find_elapsed(s, u, &at, &end))
		return false;
	tail = ws_sv_from(s, end);
	u->waited = ws_sv_starts(tail, " W ");
	tail = ws_sv_trim(u->waited ? ws_sv_from(tail, 3) : tail);
	u->fields = (struct ws_sv){ s.p, at };
	u->call = ws_sv_field(&u->fields);
	u->bytes = 0;
	u->failed = ws_sv_find(u->fields, " [") < u->fields.n &&
		    ws_sv_find(u->fields, " [") < 12;
	u->disk = is_disk(u->call);
	read_bytes(u);
	return u->call.n > 0 && u->call.n <= CALL_MAX && read_process(tail, u);
}

static ws_id
track_of(struct fs_usage *p, const struct usage *u)
{
	return ws_dict_thread(p->sink->dict, u->tid, u->process);
}

/* The kind of a disk request is before its flags: "RdData[ST2]". */
static ws_id
call_frame(struct fs_usage *p, const struct usage *u)
{
	struct ws_frame f = { 0 };
	size_t n = ws_sv_find(u->call, "[");

	f.func = ws_dict_str(p->sink->dict, (struct ws_sv){ u->call.p, n });
	f.mapping = ws_dict_cstr(p->sink->dict, "kernel");
	return ws_dict_frame(p->sink->dict, &f);
}

static int64_t
place_in_time(struct fs_usage *p, int64_t t)
{
	if (p->before != WS_T_NONE && t < p->before - DAY / 2)
		p->days += p->days < WS_MIDNIGHTS_MAX;
	p->before = t;
	t += p->days * DAY;
	if (p->first == WS_T_NONE || t < p->first)
		p->first = t;
	if (p->last == WS_T_NONE || t > p->last)
		p->last = t;
	return t;
}

static void
put_usage(struct fs_usage *p, const struct usage *u)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);
	ws_id frame = call_frame(p, u);

	ev.t = place_in_time(p, u->t);
	ev.clock = p->clock;
	ev.track = track_of(p, u);
	ev.stack = ws_dict_stack(p->sink->dict, &frame, 1);
	ev.name = u->disk ? WS_N_FS_USAGE_DISK : WS_N_FS_USAGE_TIME;
	ev.unit = WS_U_TIME;
	ev.value = u->elapsed;
	ws_batch_put(&p->out, &ev);
	p->lines++;
	p->waits += u->waited && !u->disk;
	if (u->disk || u->failed || !(u->bytes > 0))
		return;
	ev.name = WS_N_FS_USAGE_BYTES;
	ev.unit = WS_U_BYTES;
	ev.value = u->bytes;
	ws_batch_put(&p->out, &ev);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	unsigned good = 0, lines = 0;
	struct usage u;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	for (int i = 0; i < BID_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_cur_line(&c);

		if (ws_sv_trim(line).n == 0)
			continue;
		lines++;
		good += read_line(line, &u);
	}
	return good > 0 && good * 2 > lines ? WS_BID_SHAPE : WS_BID_NO;
}

static void
take_line(struct fs_usage *p, const struct ws_line *line)
{
	struct usage u;
	int64_t t;

	if (read_line(line->text, &u) && line->ended) {
		put_usage(p, &u);
	} else if (ws_sv_find(line->text, "buffer overrun") < line->text.n) {
		p->overrun = true;
	} else if (!line->ended || read_clock(line->text, &t) > 0) {
		p->bad++;
		ws_sink_fault(p->sink, line->off, "a line that is cut");
	}
}

static void
put_capture(struct fs_usage *p)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.name = WS_N_CAPTURE_DURATION;
	ev.track = WS_N_FS_USAGE_TIME;
	ev.unit = WS_U_TIME;
	ev.value = (double)(p->last - p->first);
	if (p->first != WS_T_NONE && p->last > p->first)
		ws_batch_put(&p->out, &ev);
	ev = WS_EVENT(WS_EV_LOSS);
	ev.value = 1;
	if (p->overrun)
		ws_batch_put(&p->out, &ev);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_clock clock = { .kind = WS_CLOCK_WALL_LOCAL,
		.ns_per_tick = 1,
		.resolution = 1000 };
	struct ws_lines lines;
	struct ws_line line;
	struct fs_usage *p;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	p = ws_alloc(sizeof(*p));
	p->src = src;
	p->sink = sink;
	p->before = p->first = p->last = WS_T_NONE;
	p->clock = ws_dict_clock(sink->dict, &clock);
	ws_batch_init(&p->out, sink);
	lines = (struct ws_lines){ .cur = all };
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	ws_lines_fini(&lines);
	put_capture(p);
	ws_source_tally(src, "line", p->lines);
	status = ws_batch_flush(&p->out);
	if (status == WS_OK && (p->bad > 0 || p->overrun))
		status = ws_err_set(read == WS_OK ? err : NULL, WS_PARTIAL,
		    WS_OFF_NONE,
		    "%" PRIu64 " whole lines; %" PRIu64 " are cut%s", p->lines,
		    p->bad, p->overrun ? ", and events were lost" : "");
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_mac_fs_usage = {
	.name = "fs-usage",
	.title = "fs_usage (macOS) text",
	.bid = bid,
	.parse = parse,
};
