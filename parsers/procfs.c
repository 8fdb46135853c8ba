/*
 * Snapshots of Linux counters as the kernel shows them: /proc/stat, diskstats,
 * meminfo, vmstat, uptime, loadavg, pressure/ (PSI), PID/status, PID/io, and of
 * a cgroup cpu.stat (v1 and v2), cpu.max, memory.events and *.pressure.
 * Specified by proc(5) and Documentation/admin-guide/cgroup-v2.rst.
 *
 * A file may be a single snapshot, several ones after another, each behind a
 * line with its time ("TS 1327510177.628 ...", as pt-stalk writes), or several
 * files behind lines "==> NAME <==", as `head` prints them.
 *
 * Sums since boot go out as such ("total"); rates are made of two of them in
 * src/metrics/totals.c.  The time of a snapshot is the one before it; of
 * /proc/stat the CPU time that went by; else that of a /proc/uptime beside it.
 * A mean, as the time of a request, is a rate over the number of requests: its
 * time is that number, on a clock of ticks.
 *
 * Not read: interrupts, softirqs, slabinfo, smaps, io.stat, schedstat.  CPU
 * time is counted in ticks of 10 ms, which is USER_HZ of all machines that Go
 * runs on.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/parser.h"
#include "ingest/when.h"
#include "procfs.h"

enum { HEAD_LINES = 80, FIELDS = 24 };

static void
put(struct ws_procfs *p, ws_id name, enum ws_unit unit, double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.name = name;
	ev.unit = (uint8_t)unit;
	ev.value = value;
	ev.track = p->track;
	ev.t = p->t;
	ev.clock = p->t != WS_T_NONE ? p->clock : 0;
	ev.peer = p->total ? WS_N_TOTAL : 0;
	ws_batch_put(&p->out, &ev);
	p->rows++;
}

static void
put_total(struct ws_procfs *p, ws_id name, enum ws_unit unit, double value)
{
	p->total = true;
	put(p, name, unit, value);
	p->total = false;
}

/* A sum of which a mean is taken over a number of things. */
static void
put_over(struct ws_procfs *p, ws_id name, enum ws_unit unit, double value,
    double number)
{
	int64_t t = p->t;
	ws_id clock = p->clock;

	if (number > 9e9)
		return;
	p->t = (int64_t)(number * 1e9);
	p->clock = p->ticks;
	put_total(p, name, unit, value);
	p->t = t;
	p->clock = clock;
}

void
ws_procfs_put(struct ws_procfs *p, const struct ws_procfs_key *k, double v)
{
	if (k->over == 0)
		(k->total ? put_total : put)(
		    p, k->name, k->unit, v * k->factor);
}

/* The CPU lines of one /proc/stat, when they are complete. */
static void
end_stat(struct ws_procfs *p)
{
	static const ws_id name[] = { WS_N_CPU_USER, WS_N_CPU_NICE,
		WS_N_CPU_SYS, WS_N_CPU_IDLE, WS_N_CPU_IOWAIT, WS_N_CPU_STEAL };
	struct ws_procfs_stat *s = &p->stat;
	const double *v = s->v;
	double part[] = { v[0], v[1], v[2] + v[5] + v[6], v[3], v[4], v[7] };
	double all = 0, ticks = 100.0 * (s->cpus > 0 ? s->cpus : 1);
	int64_t t = p->t;
	ws_id clock = p->clock;

	if (!s->open || !s->complete) {
		*s = (struct ws_procfs_stat){ 0 };
		return;
	}
	for (size_t i = 0; i < WS_LEN(part); i++)
		all += part[i];
	p->t = all / ticks < 9e9 ? (int64_t)(all / ticks * 1e9) : WS_T_NONE;
	p->clock = p->ticks;
	for (size_t i = 0; i < WS_LEN(part) && p->t != WS_T_NONE; i++)
		put_total(p, name[i], WS_U_RATIO, part[i] / ticks);
	if (s->cpus > 0 && s->switches > 0 && p->t != WS_T_NONE)
		put_total(p, WS_N_SCHED_SWITCHES, WS_U_RATE, s->switches);
	p->t = t;
	p->clock = clock;
	if (s->cpus > 0) {
		put(p, WS_N_HOST_CPUS, WS_U_COUNT, s->cpus);
		put(p, WS_N_HOST_UPTIME, WS_U_TIME, all / ticks * 1e9);
	}
	*s = (struct ws_procfs_stat){ 0 };
}

/* "cpu  user nice system idle iowait irq softirq steal ...", "cpu0 ..." */
static bool
take_cpu(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	uint64_t v;

	if (!ws_sv_starts(f[0], "cpu") || n < 8)
		return false;
	if (f[0].n > 3) {
		if (!ws_num_u64(ws_sv_from(f[0], 3), 0, 1 << 20, &v) ||
		    !ws_num_u64(f[1], 0, UINT64_MAX, &v))
			return false;
		p->stat.cpus += p->stat.open;
		return true;
	}
	end_stat(p);
	for (size_t i = 1; i < n && i <= WS_LEN(p->stat.v); i++) {
		if (!ws_num_u64(f[i], 0, UINT64_MAX, &v))
			return false;
		p->stat.v[i - 1] = (double)v;
	}
	p->stat.open = true;
	return true;
}

/* "8 0 sda" and 11, 15 or 17 sums; what never did anything is left out. */
static bool
take_disk(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	double v[11];
	uint64_t x;

	if (n < 14 || !ws_num_u64(f[0], 0, 1 << 20, &x) ||
	    !ws_num_u64(f[1], 0, 1 << 20, &x) || ws_num_u64(f[2], 0, 9, &x))
		return false;
	for (size_t i = 0; i < WS_LEN(v); i++) {
		if (!ws_num_u64(f[3 + i], 0, UINT64_MAX, &x))
			return false;
		v[i] = (double)x;
	}
	if (v[0] + v[4] == 0)
		return true;
	p->track = ws_dict_str(p->sink->dict, f[2]);
	put_total(p, WS_N_DISK_READS, WS_U_RATE, v[0]);
	put_total(p, WS_N_DISK_READ_BYTES, WS_U_BRATE, v[2] * 512);
	put_over(p, WS_N_DISK_READ_AWAIT, WS_U_TIME, v[3] * 1e6, v[0]);
	put_total(p, WS_N_DISK_WRITES, WS_U_RATE, v[4]);
	put_total(p, WS_N_DISK_WRITE_BYTES, WS_U_BRATE, v[6] * 512);
	put_over(p, WS_N_DISK_WRITE_AWAIT, WS_U_TIME, v[7] * 1e6, v[4]);
	put_total(p, WS_N_DISK_UTIL, WS_U_RATIO, v[9] / 1e3);
	put_total(p, WS_N_DISK_QUEUE, WS_U_COUNT, v[10] / 1e3);
	p->track = 0;
	return true;
}

static bool
pair_number(struct ws_sv pair, const char *key, double *v)
{
	struct ws_sv value = pair;
	struct ws_sv name = ws_sv_split(&value, '=');

	return ws_sv_is(name, key) && ws_num_decimal(value, v);
}

/* "some avg10=0.00 avg60=0.04 avg300=3.12 total=156416035".  The sum tells
 * more than the means, where there are two of it. */
static bool
take_pressure(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	bool full = ws_sv_is(f[0], "full");
	double minute, total, v;
	ws_id name;

	if ((!full && !ws_sv_is(f[0], "some")) || n != 5 ||
	    !pair_number(f[1], "avg10", &v) ||
	    !pair_number(f[2], "avg60", &minute) ||
	    !pair_number(f[3], "avg300", &v) ||
	    !pair_number(f[4], "total", &total))
		return false;
	name = ws_procfs_pressure(p, full);
	if (name == 0) {
		p->unnamed++;
		return true;
	}
	put_total(p, name, WS_U_RATIO, total / 1e6);
	name += WS_N_PSI_CPU_SOME_MINUTE - WS_N_PSI_CPU_SOME;
	put(p, name, WS_U_RATIO, minute / 100);
	return true;
}

/* "1961.98 1671.59" */
static bool
take_uptime(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	double up, idle;

	if (n != 2 || !ws_procfs_is_named(p, "uptime") ||
	    !ws_num_decimal(f[0], &up) || !ws_num_decimal(f[1], &idle) ||
	    up < 0 || up > 9e9)
		return false;
	put(p, WS_N_HOST_UPTIME, WS_U_TIME, up * 1e9);
	return true;
}

/* "max 100000" or "150000 100000": the quota in a period, in us. */
static bool
take_quota(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	double quota, period;

	if (n != 2 || !ws_procfs_is_named(p, "cpu.max") ||
	    !ws_num_decimal(f[1], &period) || period <= 0)
		return false;
	if (ws_sv_is(f[0], "max"))
		return true;
	if (!ws_num_decimal(f[0], &quota) || quota <= 0)
		return false;
	put(p, WS_N_CGROUP_QUOTA, WS_U_COUNT, quota / period);
	return true;
}

/* Periods come before how many of them were throttled. */
static bool
take_periods(struct ws_procfs *p, struct ws_sv key, double v)
{
	if (ws_sv_is(key, "nr_periods"))
		p->periods = v;
	else if (!ws_sv_is(key, "nr_throttled"))
		return false;
	else if (!isnan(p->periods))
		put_over(p, WS_N_CGROUP_THROTTLED, WS_U_RATIO, v, p->periods);
	return true;
}

/* "key value", "key: value kB" */
static bool
take_pair(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	const struct ws_procfs_key *k;
	struct ws_sv key = f[0];
	bool colon = ws_sv_ends(key, ":");
	double v;

	p->stat.complete = p->stat.open;
	if (n < 2 || (!colon && n != 2))
		return false;
	key.n -= colon;
	if (ws_procfs_task(p, key, f[1]))
		return true;
	k = ws_procfs_find(p, key, colon);
	if (k == NULL || !ws_num_decimal(f[1], &v))
		return k == NULL && ws_num_decimal(f[1], &v);
	if (k->name == WS_N_SCHED_SWITCHES)
		p->stat.switches = v;
	else if (!take_periods(p, key, v))
		ws_procfs_put(p, k, v);
	p->known++;
	return true;
}

/* Lines that say when or of what the next ones are. */
static bool
take_mark(
    struct ws_procfs *p, struct ws_sv line, const struct ws_sv *f, size_t n)
{
	double seconds;

	if (ws_sv_starts(line, "==> ") && ws_sv_ends(line, " <==")) {
		end_stat(p);
		ws_procfs_enter(p, (struct ws_sv){ line.p + 4, line.n - 8 });
		return true;
	}
	if (n < 2 || !ws_sv_is(f[0], "TS"))
		return false;
	end_stat(p);
	p->t = WS_T_NONE;
	p->clock = p->utc;
	p->snapshots++;
	if (ws_num_decimal(f[1], &seconds) && seconds >= 0 && seconds < 9e9)
		p->t = (int64_t)(seconds * 1e3) * 1000000;
	return true;
}

static void
take_line(struct ws_procfs *p, const struct ws_line *line)
{
	struct ws_sv bare = ws_sv_trim(line->text), f[FIELDS];
	size_t n = ws_row_split(bare, f, FIELDS);

	if (n == 0)
		return;
	if (n > FIELDS)
		n = FIELDS;
	if (!line->ended) {
		p->damaged = true;
		ws_sink_fault(p->sink, line->off, "the last line is cut");
		return;
	}
	if (take_mark(p, bare, f, n) || take_cpu(p, f, n) ||
	    take_disk(p, f, n) || take_pressure(p, f, n) ||
	    take_uptime(p, f, n) || take_quota(p, f, n))
		p->known++;
	else
		take_pair(p, f, n);
}

/* Reads lines into p; it may be the first part of a file, for a bid. */
static void
read_lines(struct ws_procfs *p, struct ws_lines *lines)
{
	struct ws_line line;

	while (p->out.status == WS_OK && ws_lines_next(lines, &line))
		take_line(p, &line);
	end_stat(p);
	ws_procfs_end_task(p);
	ws_lines_fini(lines);
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_cur c;
	struct ws_sv f[FIELDS], line;
	unsigned sure = 0;

	ws_cur_init(&c, a->head.p, a->head.n, 0);
	for (int i = 0; i < HEAD_LINES && ws_cur_left(&c) > 0; i++) {
		line = ws_sv_trim(ws_cur_line(&c));
		sure +=
		    ws_procfs_is_sure(line, f, ws_row_split(line, f, FIELDS));
		if (sure > 0)
			return WS_BID_SHAPE;
	}
	return a->whole && ws_procfs_is_named_file(a) ? WS_BID_NAME : WS_BID_NO;
}

static ws_id
make_clock(struct ws_dict *d, enum ws_clock_kind kind)
{
	struct ws_clock c = { .kind = kind };

	if (kind == WS_CLOCK_WALL) {
		c.ns_per_tick = 1;
		c.resolution = 1000000;
		c.how = WS_CLOCK_EXACT;
	}
	return ws_dict_clock(d, &c);
}

static enum ws_status
finish(struct ws_procfs *p, struct ws_err *err)
{
	enum ws_status status;

	if (p->unnamed > 0)
		ws_source_detail(
		    p->src, "pressure of what, the name does not say");
	ws_source_tally(p->src, "value", p->rows);
	if (p->snapshots > 0)
		ws_source_tally(p->src, "snapshot", p->snapshots);
	status = ws_batch_flush(&p->out);
	if (status == WS_OK && p->damaged)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu values; the last line was cut",
		    (unsigned long long)p->rows);
	if (status == WS_OK && p->rows == 0 && p->known == 0)
		return ws_err_set(
		    err, WS_CORRUPT, 0, "no counter of the kernel in it");
	return status;
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct ws_procfs *p = ws_alloc(sizeof(*p));
	struct ws_lines lines = { .src = src };
	enum ws_status read, status;

	p->src = src;
	p->sink = sink;
	p->t = WS_T_NONE;
	p->periods = NAN;
	p->ticks = make_clock(sink->dict, WS_CLOCK_TICKS);
	p->utc = make_clock(sink->dict, WS_CLOCK_WALL);
	ws_batch_init(&p->out, sink);
	ws_procfs_enter(p, ws_source_artifact(src)->name);
	read_lines(p, &lines);
	read = ws_source_status(src, NULL);
	status = finish(p, read == WS_OK ? err : NULL);
	ws_buf_fini(&p->path);
	ws_buf_fini(&p->comm);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_procfs = {
	.name = "procfs",
	.title = "counters of /proc and of cgroups",
	.bid = bid,
	.parse = parse,
};
