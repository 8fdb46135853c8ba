/*
 * top -b of procps, from 3.2 to 4: the CPU line, how many tasks run, and the
 * rows of processes, in any locale.  Specified by top(1) and by what each
 * version prints.
 *
 * The first frame is an average: of CPU shares since boot, of each process
 * since it started.  Which tasks run or are in uninterruptible sleep (D) is of
 * the moment, so that their number is taken from all frames.
 *
 * Frames have a time of day and no date.  A date that a log writer put before
 * each line tells when they were, or the rest of the bundle the day; without
 * either they are in order and no more.
 *
 * %CPU is of one CPU, as top prints it unless told otherwise (Irix mode).
 * Not taken: memory, which the other tools tell, and rows of threads (-H).
 * The top of the BSDs and of busybox prints other lines and is not recognised.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"
#include "ingest/when.h"

enum { FIELDS = 48, HEAD_LINES = 12 };

#define SECOND UINT64_C(1000000000)
#define DAY    (INT64_C(86400) * 1000000000)

/* In the order in which top prints them; the words are not translated. */
static const struct {
	const char *word;
	ws_id name;
} shares[] = {
	{ "us", WS_N_CPU_USER },
	{ "sy", WS_N_CPU_SYS },
	{ "ni", WS_N_CPU_NICE },
	{ "id", WS_N_CPU_IDLE },
	{ "wa", WS_N_CPU_IOWAIT },
	{ "hi", WS_N_CPU_SYS },
	{ "si", WS_N_CPU_SYS },
	{ "st", WS_N_CPU_STEAL },
};

struct top {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id ticks, local, utc; /* clocks */
	size_t prefix;           /* fields before each line */
	struct ws_when when;     /* of the frame, when timed */
	bool timed;
	int64_t midnights; /* passed by times of day without a date */
	uint64_t frames, rows, threads;
	bool damaged, open; /* open: a frame with rows of tasks */
	size_t n;           /* columns of the header, 0 before one */
	size_t pid, cpu, state;
	uint64_t total, listed,
	    in_d; /* tasks of the frame: all, so far, in D */
};

static bool
is_frame(struct ws_sv line)
{
	return ws_sv_starts(line, "top - ") &&
	       ws_sv_find(line, " up ") < line.n;
}

/* How many fields stand before the first frame's line; false without one. */
static bool
find_frame(struct ws_sv head, size_t *prefix)
{
	struct ws_cur c;

	ws_cur_init(&c, head.p, head.n, 0);
	for (int i = 0; i < HEAD_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_cur_line(&c);

		for (*prefix = 0; *prefix <= WS_PREFIX_MAX; (*prefix)++)
			if (is_frame(ws_row_after(line, *prefix)))
				return true;
	}
	*prefix = 0;
	return false;
}

/* An event at the time of the frame. */
static struct ws_event
counter(const struct top *p, ws_id name, enum ws_unit unit, double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.name = name;
	ev.unit = (uint8_t)unit;
	ev.value = value;
	ev.t = p->timed ? p->when.ns : (int64_t)p->frames - 1;
	ev.clock = !p->timed ? p->ticks : p->when.utc ? p->utc : p->local;
	return ev;
}

static void
put(struct top *p, ws_id name, enum ws_unit unit, double value, bool average)
{
	struct ws_event ev = counter(p, name, unit, value);

	ev.peer = average && p->frames == 1 ? WS_N_SINCE_BOOT : 0;
	ws_batch_put(&p->out, &ev);
}

/* Which tasks wait is known only when all of them are listed. */
static void
end_frame(struct top *p)
{
	if (p->open && p->threads == 0 && p->total > 0 && p->listed == p->total)
		put(p, WS_N_SCHED_BLOCKED, WS_U_COUNT, (double)p->in_d, false);
	p->open = false;
	p->total = p->listed = p->in_d = 0;
}

/* "Tasks:  96 total,   4 running,  92 sleeping,   0 stopped,   0 zombie" */
static bool
take_tasks(struct top *p, const struct ws_sv *f, size_t n)
{
	uint64_t running;

	if (p->total > 0 || p->n > 0 || n < 9 || n > FIELDS ||
	    !ws_sv_ends(f[0], ":") || !ws_sv_ends(f[2], ",") ||
	    !ws_num_u64(f[1], 1, UINT32_MAX, &p->total) ||
	    !ws_num_u64(f[3], 0, UINT32_MAX, &running))
		return false;
	if (p->threads == 0)
		put(p, WS_N_SCHED_RUNNABLE, WS_U_COUNT, (double)running, false);
	return true;
}

static size_t
share_of(struct ws_sv word)
{
	size_t i = 0;

	while (i < WS_LEN(shares) && !ws_sv_is(word, shares[i].word))
		i++;
	return i;
}

/* The number before a word: "5.9 us", "100.0id", "5.9%us", also with a decimal
 * comma and with what separates the pairs before it. */
static bool
read_share(struct ws_sv pair, double *v, size_t *share)
{
	size_t n = 0;
	struct ws_sv word;

	pair = ws_sv_trim(pair);
	while (n < pair.n && ((pair.p[n] >= '0' && pair.p[n] <= '9') ||
				 pair.p[n] == '.' || pair.p[n] == ','))
		n++;
	if (!ws_num_decimal((struct ws_sv){ pair.p, n }, v))
		return false;
	word = ws_sv_from(pair, n);
	if (ws_sv_starts(word, "%"))
		word = ws_sv_from(word, 1);
	*share = share_of(ws_sv_trim(word));
	return *share < WS_LEN(shares);
}

/* "%Cpu(s):  5.9 us,  5.9 sy,  0.0 ni,100.0 id, ...": pairs end in a comma
 * behind a letter, since decimals may have commas too. */
static bool
take_cpu(struct top *p, struct ws_sv line)
{
	double v, sum[WS_N_CPU_GUEST - WS_N_CPU_USER + 1] = { 0 }, all = 0;
	size_t from, k;

	if (!ws_sv_starts(line, "%Cpu") && !ws_sv_starts(line, "Cpu(s)") &&
	    !ws_sv_starts(line, "%CPU"))
		return false;
	from = ws_sv_find(line, ":") + 1;
	for (size_t i = from; i <= line.n; i++) {
		struct ws_sv pair = { line.p + from, i - from };

		if (i < line.n &&
		    (line.p[i] != ',' || i == from || line.p[i - 1] < 'a'))
			continue;
		if (!read_share(pair, &v, &k))
			return true;
		sum[shares[k].name - WS_N_CPU_USER] += v / 100;
		all += v;
		from = i + 1;
	}
	/* Cut, or of one CPU of several. */
	if (all < 98 || all > 102)
		return true;
	for (k = 0; k < WS_LEN(shares); k++)
		if (k < 5 || k > 6)
			put(p, shares[k].name, WS_U_RATIO,
			    sum[shares[k].name - WS_N_CPU_USER], true);
	p->rows++;
	return true;
}

/* "PID USER PR NI VIRT RES SHR S %CPU %MEM TIME+ COMMAND", of which the last
 * ones are translated. */
static bool
take_header(struct top *p, const struct ws_sv *f, size_t n)
{
	size_t i;

	if (n < 6 || n > FIELDS || !ws_sv_is(f[0], "PID"))
		return false;
	p->n = n;
	p->pid = 0;
	p->cpu = p->state = n;
	for (i = 0; i < n; i++) {
		if (ws_sv_is(f[i], "%CPU"))
			p->cpu = i;
		if (ws_sv_is(f[i], "S"))
			p->state = i;
	}
	if (p->cpu == n)
		p->n = 0;
	return true;
}

static void
put_process(struct top *p, uint64_t pid, double cpu, struct ws_sv command)
{
	struct ws_event ev =
	    counter(p, WS_N_PROCESS_CPU_TOTAL, WS_U_RATIO, cpu / 100);
	struct ws_buf b = { 0 };

	ws_buf_printf(&b, "%llu ", (unsigned long long)pid);
	ws_buf_putsv(&b, command);
	ev.track = ws_dict_str(p->sink->dict, ws_buf_sv(&b));
	ev.peer = p->frames == 1 ? WS_N_SINCE_BOOT : 0;
	ws_batch_put(&p->out, &ev);
	ws_buf_fini(&b);
	p->rows++;
}

static void
take_row(struct top *p, const struct ws_line *line, struct ws_sv bare)
{
	struct ws_sv f[FIELDS];
	size_t n = ws_row_split(bare, f, FIELDS);
	struct ws_sv state = { NULL, 0 };
	uint64_t pid;
	double cpu;

	if (p->n == 0)
		return;
	if (n < p->n || !ws_num_u64(f[p->pid], 1, UINT32_MAX, &pid) ||
	    !ws_num_decimal(f[p->cpu], &cpu) || cpu < 0 || cpu > 1e6) {
		p->damaged = true;
		ws_sink_fault(
		    p->sink, line->off, "a row does not fit its header");
		return;
	}
	if (p->state < p->n)
		state = f[p->state];
	p->open = p->state < p->n;
	p->listed++;
	p->in_d += ws_sv_is(state, "D");
	/* What used no CPU time is most of the rows. */
	if (p->threads == 0 && cpu > 0)
		put_process(p, pid, cpu,
		    ws_sv_from(bare, (size_t)(f[p->n - 1].p - bare.p)));
}

/* The time of a frame, "top - 19:32:35 up 18 min", or what a log writer put
 * before it. */
static void
take_time(struct top *p, struct ws_sv before, struct ws_sv frame)
{
	struct ws_sv clock = ws_sv_from(frame, sizeof("top - ") - 1);
	int64_t was = p->timed ? p->when.ns : INT64_MIN / 2;

	if (p->prefix > 0 && ws_source_date(p->src, before, false, &p->when)) {
		p->timed = true;
		return;
	}
	p->timed = ws_source_clock(p->src, ws_sv_field(&clock), &p->when);
	if (!p->timed)
		return;
	if (p->when.ns + p->midnights * DAY < was - DAY / 2 &&
	    p->midnights < WS_MIDNIGHTS_MAX)
		p->midnights++;
	p->when.ns += p->midnights * DAY;
}

static void
take_line(struct top *p, const struct ws_line *line)
{
	struct ws_sv bare = ws_sv_trim(ws_row_after(line->text, p->prefix));
	struct ws_sv f[FIELDS];
	size_t n = ws_row_split(bare, f, FIELDS);

	if (n == 0)
		return;
	if (!line->ended) {
		p->damaged = true;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
		return;
	}
	if (is_frame(bare)) {
		end_frame(p);
		p->frames++;
		p->n = 0;
		take_time(
		    p, ws_sv_trim(ws_row_before(line->text, p->prefix)), bare);
	} else if (ws_sv_starts(bare, "Threads:")) {
		p->threads++;
	} else if (p->frames > 0 && !take_cpu(p, bare) &&
		   !take_tasks(p, f, n) && !take_header(p, f, n)) {
		take_row(p, line, bare);
	}
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	size_t prefix;

	return find_frame(a->head, &prefix) ? WS_BID_SHAPE : WS_BID_NO;
}

static enum ws_status
finish(struct top *p, struct ws_err *err)
{
	enum ws_status status;

	if (p->threads > 0)
		ws_source_detail(p->src, "rows of threads (-H) left out");
	ws_source_tally(p->src, "frame", p->frames);
	ws_source_tally(p->src, "row", p->rows);
	status = ws_batch_flush(&p->out);
	if (status == WS_OK && p->damaged)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu whole rows; others were cut or damaged",
		    (unsigned long long)p->rows);
	if (status == WS_OK && p->rows == 0)
		return ws_err_set(err, WS_CORRUPT, 0, "no row of top");
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct top *p = ws_alloc(sizeof(*p));
	struct ws_lines lines = { .src = src };
	struct ws_line line;
	enum ws_status read, status;

	p->src = src;
	p->sink = sink;
	p->ticks = ws_when_clock(sink->dict, WS_CLOCK_TICKS, 0);
	p->local = ws_when_clock(sink->dict, WS_CLOCK_WALL_LOCAL, SECOND);
	p->utc = ws_when_clock(sink->dict, WS_CLOCK_WALL, SECOND);
	find_frame(ws_source_artifact(src)->head, &p->prefix);
	ws_batch_init(&p->out, sink);
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	end_frame(p);
	ws_lines_fini(&lines);
	read = ws_source_status(src, err);
	/* Damage of the stream says more than what it did to the rows. */
	status = finish(p, read == WS_OK ? err : NULL);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_top = {
	.name = "top",
	.title = "top -b (procps) text",
	.bid = bid,
	.parse = parse,
};
