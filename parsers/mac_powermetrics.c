/*
 * powermetrics of macOS, text: blocks of one interval each.  Specified by
 * powermetrics(1); lines differ between Intel and Apple silicon.
 *
 * Read: tasks with their CPU time and wake-ups, clocks and active residency of
 * clusters and CPUs, disks.  Not read: power, GPU, network, SFI, and the plists
 * of -f plist.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"

enum { BID_LINES = 60, TASK_NUMBERS = 6 };

#define BLOCK "*** Sampled system activity ("

struct power {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	uint64_t blocks, bad;
	bool in_tasks;
	ws_id ticks;
};

static void
put(struct power *p, struct ws_sv track, ws_id name, enum ws_unit unit,
    double v)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.t = (int64_t)p->blocks;
	ev.clock = p->ticks;
	ev.track = ws_dict_str(p->sink->dict, track);
	ev.name = name;
	ev.unit = (uint8_t)unit;
	ev.value = v;
	ws_batch_put(&p->out, &ev);
}

static struct ws_sv
before(struct ws_sv s, size_t n)
{
	return (struct ws_sv){ s.p, n < s.n ? n : s.n };
}

/* The number in front of a text, as "1020" of "1020 MHz". */
static bool
number(struct ws_sv s, double *v)
{
	struct ws_sv f = ws_sv_field(&s);

	if (f.n > 1 && f.p[f.n - 1] == '%')
		f.n--;
	return ws_num_f64(f, 0, 1e15, v);
}

/* "E-Cluster HW active frequency: 1020 MHz", "CPU 0 frequency: 972 MHz" */
static bool
take_clock(struct power *p, struct ws_sv line)
{
	static const char *const words[] = { " HW active frequency",
		" HW active residency", " frequency", " active residency" };
	size_t colon = ws_sv_find(line, ": ");
	struct ws_sv key = before(line, colon);
	double v;

	if (colon == line.n || ws_sv_starts(key, "GPU") ||
	    !number(ws_sv_from(line, colon + 2), &v))
		return false;
	for (size_t i = 0; i < WS_LEN(words); i++) {
		if (!ws_sv_ends(key, words[i]))
			continue;
		key.n -= strlen(words[i]);
		if (i % 2 == 0)
			put(p, key, WS_N_CPU_FREQUENCY, WS_U_NONE, v * 1e6);
		else
			put(p, key, WS_N_CPU_ACTIVE, WS_U_RATIO, v / 100);
		return true;
	}
	return false;
}

/* "read: 12.3 ops/s 456.7 KBytes/s" */
static bool
take_disk(struct power *p, struct ws_sv line)
{
	bool read = ws_sv_starts(line, "read: ");
	struct ws_sv s, disk = WS_SV("all");
	double ops, kb;

	if (!read && !ws_sv_starts(line, "write: "))
		return false;
	s = ws_sv_from(line, read ? 6 : 7);
	if (!number(s, &ops) || ws_sv_find(s, "ops/s") == s.n)
		return false;
	put(p, disk, read ? WS_N_DISK_READS : WS_N_DISK_WRITES, WS_U_RATE, ops);
	s = ws_sv_from(s, ws_sv_find(s, "ops/s") + 5);
	if (number(s, &kb) && ws_sv_find(s, "KBytes/s") < s.n)
		put(p, disk,
		    read ? WS_N_DISK_READ_BYTES : WS_N_DISK_WRITE_BYTES,
		    WS_U_BRATE, kb * 1024);
	return true;
}

/* "NAME  ID  CPU-ms/s  User%  Deadlines (<2 ms, 2-5 ms)  Wakeups (Intr, Pkg
 * idle)": the numbers are at the end, as names hold blanks. */
static bool
take_task(struct power *p, struct ws_sv line)
{
	double v[TASK_NUMBERS];
	struct ws_sv s = ws_sv_trim(line), id, name;
	struct ws_buf b = { 0 };
	uint64_t pid;

	for (size_t i = TASK_NUMBERS + 1; i-- > 0;) {
		size_t n = s.n;

		while (n > 0 && s.p[n - 1] != ' ')
			n--;
		id = ws_sv_from(s, n);
		s = ws_sv_trim(before(s, n));
		if (i > 0 && !ws_num_f64(id, -1e9, 1e12, &v[i - 1]))
			return false;
	}
	name = s;
	if (name.n == 0 || !ws_num_u64(id, 0, UINT32_MAX, &pid))
		return false;
	ws_buf_printf(&b, "%" PRIu64 " ", pid);
	ws_buf_putsv(&b, name);
	put(p, ws_buf_sv(&b), WS_N_PROCESS_CPU_TOTAL, WS_U_RATIO, v[0] / 1000);
	put(p, ws_buf_sv(&b), WS_N_PROCESS_WAKEUPS_IDLE, WS_U_RATE, v[5]);
	ws_buf_fini(&b);
	return true;
}

static void
take_line(struct power *p, const struct ws_line *line)
{
	struct ws_sv s = ws_sv_trim(line->text);

	if (s.n == 0)
		return;
	if (!line->ended) {
		p->bad++;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
	} else if (ws_sv_starts(s, BLOCK)) {
		p->blocks++;
		p->in_tasks = false;
	} else if (ws_sv_starts(s, "***")) {
		p->in_tasks = ws_sv_find(s, "Running tasks") < s.n;
	} else if (p->blocks > 0 && !take_clock(p, s) && !take_disk(p, s) &&
		   p->in_tasks) {
		take_task(p, s);
	}
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	for (int i = 0; i < BID_LINES && ws_cur_left(&c) > 0; i++)
		if (ws_sv_starts(ws_cur_line(&c), BLOCK))
			return WS_BID_SHAPE;
	return WS_BID_NO;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_clock ticks = { .kind = WS_CLOCK_TICKS };
	struct ws_lines lines;
	struct ws_line line;
	struct power *p;
	struct ws_cur all;
	enum ws_status read = ws_source_all(src, &all, err), status;

	if (read > WS_PARTIAL)
		return read;
	p = ws_alloc(sizeof(*p));
	p->src = src;
	p->sink = sink;
	p->ticks = ws_dict_clock(sink->dict, &ticks);
	ws_batch_init(&p->out, sink);
	lines = (struct ws_lines){ .cur = all };
	while (p->out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line);
	ws_lines_fini(&lines);
	ws_source_tally(src, "block", p->blocks);
	status = ws_batch_flush(&p->out);
	if (status == WS_OK && p->bad > 0)
		status = ws_err_set(read == WS_OK ? err : NULL, WS_PARTIAL,
		    WS_OFF_NONE, "%" PRIu64 " blocks; the last line is cut",
		    p->blocks);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_mac_powermetrics = {
	.name = "powermetrics",
	.title = "powermetrics (macOS) text",
	.bid = bid,
	.parse = parse,
};
