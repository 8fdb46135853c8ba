/*
 * `perf sched timehist`, from Linux 4.10 to 7: what each thread did between two
 * switches.  Specified by perf-sched(1) alone.
 *
 * A row is told when the thread leaves the CPU.  It becomes samples, without
 * stacks: its run time as WS_N_PERF_ONCPU, the wait before that as
 * WS_N_PERF_OFFCPU and the delay between as WS_N_PERF_RUNQUEUE.
 *
 * Rows of -w, -M and -n (awakened:, migrated:) are left out, and what they
 * add to the others behind the three times; so are call chains (-g) and the
 * summary (-s).
 *
 * perf sched latency and map are not recognised.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { BID_LINES = 40 };

struct sched {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id clock;
	int64_t first, last;
	bool damaged;
	uint64_t rows;
};

struct row {
	int64_t t;
	struct ws_sv comm, tid, pid; /* pid may be empty */
	double wait, delay, run;     /* ms */
};

static bool
read_time(struct ws_sv s, int64_t *ns)
{
	struct ws_sv whole = ws_sv_split(&s, '.');
	uint64_t sec, us;

	if (s.n != 6 || !ws_num_u64(whole, 0, 4000000000u, &sec) ||
	    !ws_num_u64(s, 0, 999999, &us))
		return false;
	*ns = (int64_t)(sec * 1000000000 + us * 1000);
	return true;
}

/* "[0001]" */
static bool
is_cpu(struct ws_sv s)
{
	uint64_t n;

	return s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']' &&
	       ws_num_u64((struct ws_sv){ s.p + 1, s.n - 2 }, 0, 1 << 20, &n);
}

/* "lock worker[30310/30298]", "mutex[7]", "<idle>" in front of the times. */
static bool
read_task(struct row *r, struct ws_sv s)
{
	size_t open = s.n;
	struct ws_sv ids;
	uint64_t n;

	if (!ws_sv_ends(s, "]"))
		return false;
	while (open > 0 && s.p[open - 1] != '[')
		open--;
	if (open < 2)
		return false;
	r->comm = (struct ws_sv){ s.p, open - 1 };
	ids = (struct ws_sv){ s.p + open, s.n - open - 1 };
	r->tid = ws_sv_split(&ids, '/');
	r->pid = ids;
	return ws_num_u64(r->tid, 0, UINT32_MAX, &n) &&
	       (r->pid.n == 0 || ws_num_u64(r->pid, 0, UINT32_MAX, &n));
}

/* The three times behind the task. */
static bool
read_times(struct row *r, struct ws_sv *s)
{
	return ws_num_f64(ws_sv_field(s), 0, 1e12, &r->wait) &&
	       ws_num_f64(ws_sv_field(s), 0, 1e12, &r->delay) &&
	       ws_num_f64(ws_sv_field(s), 0, 1e12, &r->run);
}

static bool
read_row(struct row *r, struct ws_sv line)
{
	struct ws_sv left = line, task;
	size_t close;

	if (!read_time(ws_sv_field(&left), &r->t) ||
	    !is_cpu(ws_sv_field(&left)))
		return false;
	left = ws_sv_trim(left);
	close = ws_sv_find(left, "] ");
	task = (struct ws_sv){ left.p, close + 1 };
	if (close == left.n || !read_task(r, task))
		return false;
	left = ws_sv_from(left, close + 1);
	return read_times(r, &left);
}

static ws_id
track_of(struct sched *p, const struct row *r)
{
	struct ws_buf b = { 0 };
	ws_id id;

	/* One number is that of a first thread, so of its process. */
	ws_buf_putsv(&b, r->pid.n > 0 ? r->pid : r->tid);
	ws_buf_putc(&b, '/');
	ws_buf_putsv(&b, r->tid);
	ws_buf_putc(&b, ' ');
	ws_buf_putsv(&b, r->comm);
	id = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

static void
put(struct sched *p, ws_id track, ws_id series, int64_t t, double ms)
{
	struct ws_event ev = WS_EVENT(WS_EV_SAMPLE);

	if (!(ms > 0))
		return;
	ev.t = t;
	ev.clock = p->clock;
	ev.name = series;
	ev.track = track;
	ev.unit = WS_U_TIME;
	ev.value = ms * 1e6;
	ws_batch_put(&p->out, &ev);
}

static void
take_row(struct sched *p, const struct row *r)
{
	ws_id track = track_of(p, r);

	put(p, track, WS_N_PERF_ONCPU, r->t, r->run);
	put(p, track, WS_N_PERF_OFFCPU, r->t, r->wait);
	put(p, track, WS_N_PERF_RUNQUEUE, r->t, r->delay);
	p->first = p->first == WS_T_NONE ? r->t : p->first;
	p->last = r->t;
	p->rows++;
}

static void
put_duration(struct sched *p)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	if (p->first == WS_T_NONE || p->last <= p->first)
		return;
	ev.t = p->first;
	ev.clock = p->clock;
	ev.name = WS_N_CAPTURE_DURATION;
	ev.track = WS_N_PERF_ONCPU;
	ev.unit = WS_U_TIME;
	ev.value = (double)(p->last - p->first);
	ws_batch_put(&p->out, &ev);
}

static bool
is_titles(struct ws_sv line)
{
	struct ws_sv s = line;

	return ws_sv_is(ws_sv_field(&s), "time") &&
	       ws_sv_find(line, " cpu ") < line.n &&
	       ws_sv_find(line, "task name") < line.n &&
	       ws_sv_find(line, "wait time") < line.n &&
	       ws_sv_find(line, "sch delay") < line.n &&
	       ws_sv_find(line, "run time") < line.n;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	for (int i = 0; i < BID_LINES && ws_cur_left(&c) > 0; i++)
		if (is_titles(ws_cur_line(&c)))
			return WS_BID_SHAPE;
	return WS_BID_NO;
}

static enum ws_status
read_all(struct sched *p, struct ws_err *err)
{
	struct ws_clock c = {
		.kind = WS_CLOCK_MONOTONIC, .ns_per_tick = 1, .resolution = 1000
	};
	struct ws_sv line;
	uint64_t off;

	ws_batch_init(&p->out, p->sink);
	p->clock = ws_dict_clock(p->sink->dict, &c);
	while (p->out.status == WS_OK && ws_source_line(p->src, &line, &off)) {
		struct row r;

		p->damaged = !ws_source_line_ended(p->src);
		if (p->damaged)
			ws_sink_fault(p->sink, off, "the last line is cut");
		else if (read_row(&r, line))
			take_row(p, &r);
	}
	put_duration(p);
	ws_source_tally(p->src, "row", p->rows);
	return ws_rows_end(
	    &p->out, p->rows, p->damaged, "perf sched timehist", err);
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct sched p = {
		.src = src, .sink = sink, .first = WS_T_NONE, .last = WS_T_NONE
	};
	enum ws_status status = read_all(&p, err);

	return ws_status_worst(ws_source_status(src, err), status);
}

const struct ws_parser ws_parser_perf_sched = {
	.name = "perf-sched",
	.title = "scheduling of Linux perf (perf sched timehist) text",
	.bid = bid,
	.parse = parse,
};
