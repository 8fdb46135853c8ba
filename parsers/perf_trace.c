/*
 * The summaries of `perf trace -s` and `-S`, from Linux 3.x to 7, by thread or
 * of all (--summary-mode=total).  Specified by perf-trace(1) alone.
 *
 * A row becomes a sample of the time in one system call of one thread, with the
 * call as its only frame: who called is not told, so that waits in futexes are
 * not WS_N_PERF_FUTEX.  The count of calls is the counter "perf.trace.calls",
 * that of errors "perf.trace.errors", whose tracks are "CALL TID COMM".
 * Until 4.x there is no column of errors: the titles tell.
 *
 * Not read: minimum, mean, maximum and deviation; the errors by name
 * (--errno-summary); the lines of calls before the summary.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { FIELDS = 10, BID_LINES = 400, COMM_MAX = 64 };

struct trace {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id track; /* of the block, 0 before the first */
	ws_id who;   /* "TID COMM" for counters */
	bool titled; /* the titles of its table were seen */
	bool errors; /* it has a column of them */
	bool damaged;
	uint64_t rows, blocks;
};

/* " main thread (32430), 162 events, 5.4%", " total, 90 events" */
static bool
read_block(struct ws_sv line, struct ws_sv *comm, struct ws_sv *tid)
{
	struct ws_sv s = ws_sv_trim(line), head;
	size_t at = ws_sv_find(s, " events"), open;
	uint64_t n;

	if (at == s.n || line.n == 0 || line.p[0] != ' ')
		return false;
	head = (struct ws_sv){ s.p, at };
	while (head.n > 0 && head.p[head.n - 1] != ' ')
		head.n--;
	if (!ws_num_u64(
		(struct ws_sv){ s.p + head.n, at - head.n }, 0, UINT64_MAX, &n))
		return false;
	head = ws_sv_trim(head);
	if (!ws_sv_ends(head, ","))
		return false;
	head.n--;
	*comm = head;
	*tid = (struct ws_sv){ head.p, 0 };
	if (!ws_sv_ends(head, ")"))
		return ws_sv_is(head, "total");
	for (open = head.n; open > 0 && head.p[open - 1] != '('; open--)
		;
	if (open == 0)
		return false;
	*tid = (struct ws_sv){ head.p + open, head.n - open - 1 };
	*comm = ws_sv_trim((struct ws_sv){ head.p, open - 1 });
	return ws_num_u64(*tid, 0, UINT32_MAX, &n);
}

static void
take_block(struct trace *p, struct ws_sv comm, struct ws_sv tid)
{
	struct ws_buf b = { 0 };

	/* Each row has it in its name. */
	comm.n = comm.n < COMM_MAX ? comm.n : COMM_MAX;
	p->track = tid.n > 0 ? ws_dict_thread(p->sink->dict, tid, comm)
			     : ws_dict_str(p->sink->dict, comm);
	if (tid.n > 0)
		ws_buf_printf(&b, "%.*s ", WS_SV_ARG(tid));
	ws_buf_putsv(&b, comm);
	p->who = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	p->titled = false;
	p->blocks++;
}

/* "syscall calls errors total min avg max stddev" */
static bool
is_titles(struct ws_sv line, bool *errors)
{
	struct ws_sv s = line;

	if (!ws_sv_is(ws_sv_field(&s), "syscall") ||
	    !ws_sv_is(ws_sv_field(&s), "calls"))
		return false;
	*errors = ws_sv_find(line, " errors ") < line.n;
	return ws_sv_find(line, " total ") < line.n;
}

static void
put_count(struct trace *p, const char *name, struct ws_sv call, double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	struct ws_buf b = { 0 };

	ws_buf_putsv(&b, call);
	ws_buf_putc(&b, ' ');
	ws_buf_putsv(&b, ws_dict_text(p->sink->dict, p->who));
	ev.name = ws_dict_cstr(p->sink->dict, name);
	ev.track = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ev.unit = WS_U_COUNT;
	ev.value = value;
	ws_batch_put(&p->out, &ev);
	ws_buf_fini(&b);
}

static void
put_time(struct trace *p, struct ws_sv call, double ms)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);
	struct ws_frame f = { 0 };
	struct ws_buf b = { 0 };
	ws_id frame;

	ws_buf_puts(&b, "sys_");
	ws_buf_putsv(&b, call);
	f.func = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	frame = ws_dict_frame(p->sink->dict, &f);
	ev.name = WS_N_PERF_SYSCALL;
	ev.track = p->track;
	ev.unit = WS_U_TIME;
	ev.value = ms * 1e6;
	ev.stack = ws_dict_stack(p->sink->dict, &frame, 1);
	ws_batch_put(&p->out, &ev);
}

/* "futex 190 0 506.231 0.015 2.664 35.881 12.71%"; false: it is no row. */
static bool
take_row(struct trace *p, struct ws_sv line)
{
	struct ws_sv f[FIELDS];
	size_t n = ws_row_split(line, f, FIELDS), total = p->errors ? 3 : 2;
	uint64_t calls, errors = 0;
	double ms;

	if (n != total + 5 || !ws_sv_ends(f[n - 1], "%") ||
	    !ws_num_u64(f[1], 0, UINT64_MAX, &calls) ||
	    !ws_num_f64(f[total], 0, 1e15, &ms) ||
	    (p->errors && !ws_num_u64(f[2], 0, UINT64_MAX, &errors)))
		return false;
	put_time(p, f[0], ms);
	put_count(p, "perf.trace.calls", f[0], (double)calls);
	if (p->errors)
		put_count(p, "perf.trace.errors", f[0], (double)errors);
	p->rows++;
	return true;
}

static void
take_line(struct trace *p, const struct ws_line *line)
{
	struct ws_sv comm, tid;

	if (ws_sv_trim(line->text).n == 0)
		return;
	if (!line->ended) {
		p->damaged = true;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
	} else if (read_block(line->text, &comm, &tid)) {
		take_block(p, comm, tid);
	} else if (p->track != 0 && is_titles(line->text, &p->errors)) {
		p->titled = true;
	} else if (p->titled) {
		take_row(p, line->text);
	}
}

/* A block and the titles of its table. */
static bool
is_summary(struct ws_sv head)
{
	struct ws_cur c;
	struct ws_sv comm, tid;
	bool block = false, errors;

	ws_cur_init(&c, head.p, head.n, 0);
	for (int i = 0; i < BID_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_cur_line(&c);

		block = block || read_block(line, &comm, &tid);
		if (block && is_titles(line, &errors))
			return true;
	}
	return false;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	return is_summary(a->head) ? WS_BID_SHAPE : WS_BID_NO;
}

static enum ws_status
read_all(struct trace *p, struct ws_cur all, struct ws_err *err)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;

	ws_batch_init(&p->out, p->sink);
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	ws_lines_fini(&lines);
	ws_source_tally(p->src, "row", p->rows);
	ws_source_tally(p->src, "thread", p->blocks);
	return ws_rows_end(&p->out, p->rows, p->damaged, "perf trace -s", err);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct trace p = { .src = src, .sink = sink };
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	status = read_all(&p, all, read == WS_OK ? err : NULL);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_perf_trace = {
	.name = "perf-trace",
	.title = "system calls of Linux perf (perf trace -s) text",
	.bid = bid,
	.parse = parse,
};
