/*
 * Snapshots of Linux counters as the kernel shows them: /proc/stat, diskstats,
 * meminfo, vmstat, uptime, loadavg, schedstat, pressure/ (PSI), of a process
 * PID/stat, status, io, sched and schedstat, and of a cgroup cpu.stat (v1 and
 * v2), cpu.max, io.stat, memory.events and *.pressure.  Specified by proc(5),
 * Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-stats.rst.
 *
 * A file may be a single snapshot, several ones after another, each behind a
 * line with its time ("TS 1327510177.628 ...", as pt-stalk writes), or with a
 * date and time before every line, or several files behind lines
 * "==> NAME <==", as `head` prints them.
 *
 * Sums since boot go out as such ("total"); rates are made of two of them in
 * src/metrics/totals.c.  The time of a snapshot is the one before it; of
 * /proc/stat the CPU time that went by; else that of a /proc/uptime beside it.
 * A mean, as the time of a request, is a rate over the number of requests.
 *
 * No file of a cgroup says whose it is: the path does, below /sys/fs/cgroup or
 * behind "==>"; else the artifact is all that keeps groups apart.
 *
 * PID/io and PID/schedstat do not say whose they are: the folder's name does.
 * Not read: interrupts, softirqs, slabinfo, smaps, what is below PID/task.
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

/* The path of a cgroup is in the name of each of its disks. */
enum { GROUP_MAX = 1024 };

/* What goes out next is of the cgroup that the path names, if that is so. */
static void
of_group(struct ws_procfs *p, bool so)
{
	p->k.track = so ? p->group : 0;
}

void
ws_procfs_put(struct ws_procfs *p, const struct ws_procfs_key *k, double v)
{
	if (k->over == 0)
		(k->total ? ws_kernel_total : ws_kernel_now)(
		    &p->k, k->name, k->unit, v * k->factor);
}

/* The CPU lines of one /proc/stat, when they are complete. */
static void
end_stat(struct ws_procfs *p)
{
	int64_t t = p->k.t;
	ws_id clock = p->k.clock;

	if (p->stat.open && p->stat.complete) {
		p->k.t = p->stat.t;
		p->k.clock = p->stat.clock;
		ws_kernel_cpu(&p->k, &p->stat.sums);
		p->k.t = t;
		p->k.clock = clock;
	}
	p->stat = (struct ws_procfs_stat){ 0 };
}

/* "cpu  user nice system idle iowait irq softirq steal ...", "cpu0 ..." */
static bool
take_cpu(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	double ticks[8] = { 0 };
	uint64_t v;

	if (!ws_sv_starts(f[0], "cpu") || n < 8)
		return false;
	if (f[0].n > 3) {
		if (!ws_num_u64(ws_sv_from(f[0], 3), 0, 1 << 20, &v) ||
		    !ws_num_u64(f[1], 0, UINT64_MAX, &v))
			return false;
		p->stat.sums.cpus += p->stat.open;
		return true;
	}
	end_stat(p);
	for (size_t i = 1; i < n && i <= WS_LEN(ticks); i++) {
		if (!ws_num_u64(f[i], 0, UINT64_MAX, &v))
			return false;
		ticks[i - 1] = (double)v;
	}
	p->stat.sums = (struct ws_kernel_cpu){ .user = ticks[0],
		.nice = ticks[1],
		.sys = ticks[2],
		.idle = ticks[3],
		.iowait = ticks[4],
		.irq = ticks[5],
		.softirq = ticks[6],
		.steal = ticks[7] };
	p->stat.t = p->k.t;
	p->stat.clock = p->k.clock;
	p->stat.open = true;
	return true;
}

/* /proc/schedstat: "cpu0 0 0 0 0 0 0 RAN WAITED SLICES", times in ns. */
static bool
take_waited(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	double v;

	if (!ws_procfs_is_named(p, "schedstat") || n != 10 ||
	    !ws_sv_starts(f[0], "cpu") || !ws_procfs_number(f[8], &v))
		return false;
	p->k.track = ws_dict_str(p->k.sink->dict, f[0]);
	ws_kernel_total(&p->k, WS_N_SCHED_WAITING, WS_U_COUNT, v / 1e9);
	p->k.track = 0;
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
	ws_kernel_disk(&p->k, f[2],
	    &(struct ws_kernel_disk){ .reads = v[0],
		.read_sectors = v[2],
		.read_ms = v[3],
		.writes = v[4],
		.write_sectors = v[6],
		.write_ms = v[7],
		.busy_ms = v[9],
		.queue_ms = v[10] });
	return true;
}

static bool
pair_number(struct ws_sv pair, const char *key, double *v)
{
	struct ws_sv value = pair;
	struct ws_sv name = ws_sv_split(&value, '=');

	return ws_sv_is(name, key) && ws_procfs_number(value, v);
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
	of_group(p, ws_procfs_is_named(p, ".pressure"));
	ws_kernel_total(&p->k, name, WS_U_RATIO, total / 1e6);
	name += WS_N_PSI_CPU_SOME_MINUTE - WS_N_PSI_CPU_SOME;
	ws_kernel_now(&p->k, name, WS_U_RATIO, minute / 100);
	of_group(p, false);
	return true;
}

/* io.stat: "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0" */
static bool
take_group_io(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	struct ws_dict *d = p->k.sink->dict;
	struct ws_sv group = ws_dict_text(d, p->group);
	struct ws_buf b = { 0 };
	double read, written;

	if (n < 3 || !pair_number(f[1], "rbytes", &read) ||
	    !pair_number(f[2], "wbytes", &written))
		return false;
	if (group.n > GROUP_MAX) {
		p->long_group = true;
		return true;
	}
	ws_buf_putsv(&b, group);
	if (b.n > 0)
		ws_buf_putc(&b, ' ');
	ws_buf_putsv(&b, f[0]);
	p->k.track = ws_dict_str(d, ws_buf_sv(&b));
	ws_buf_fini(&b);
	ws_kernel_total(&p->k, WS_N_CGROUP_READ, WS_U_BRATE, read);
	ws_kernel_total(&p->k, WS_N_CGROUP_WRITE, WS_U_BRATE, written);
	p->k.track = 0;
	return true;
}

/* "1961.98 1671.59" */
static bool
take_uptime(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	double up, idle;

	if (n != 2 || !ws_procfs_is_named(p, "uptime") ||
	    !ws_procfs_number(f[0], &up) || !ws_procfs_number(f[1], &idle) ||
	    up < 0 || up > 9e9)
		return false;
	ws_kernel_now(&p->k, WS_N_HOST_UPTIME, WS_U_TIME, up * 1e9);
	return true;
}

/* "max 100000" or "150000 100000": the quota in a period, in us. */
static bool
take_quota(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	double quota, period;

	if (n != 2 || !ws_procfs_is_named(p, "cpu.max") ||
	    !ws_procfs_number(f[1], &period) || period <= 0)
		return false;
	if (ws_sv_is(f[0], "max"))
		return true;
	if (!ws_procfs_number(f[0], &quota) || quota <= 0)
		return false;
	of_group(p, true);
	ws_kernel_now(&p->k, WS_N_CGROUP_QUOTA, WS_U_COUNT, quota / period);
	of_group(p, false);
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
		ws_kernel_over(
		    &p->k, WS_N_CGROUP_THROTTLED, WS_U_RATIO, v, p->periods);
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
	k = ws_procfs_find(p, key, colon);
	if (k == NULL || !ws_procfs_number(f[1], &v))
		return k == NULL && ws_procfs_number(f[1], &v);
	of_group(p, k->name >= WS_N_CGROUP_QUOTA && k->name <= WS_N_CGROUP_OOM);
	if (k->name == WS_N_SCHED_SWITCHES)
		p->stat.sums.switches = v;
	else if (!take_periods(p, key, v))
		ws_procfs_put(p, k, v);
	of_group(p, false);
	p->known++;
	return true;
}

/* Of a log writer, before a line. */
static void
take_time(struct ws_procfs *p, struct ws_sv text)
{
	struct ws_when when;

	p->k.t = WS_T_NONE;
	if (!ws_source_date(p->src, ws_sv_trim(text), false, &when))
		return;
	p->k.t = when.ns;
	p->k.clock = when.utc ? p->k.utc : p->k.local;
}

/* Lines that say when or of what the next ones are. */
static bool
take_mark(
    struct ws_procfs *p, struct ws_sv line, const struct ws_sv *f, size_t n)
{
	struct ws_sv path = ws_sv_from(line, 4);
	double seconds;

	if (ws_sv_starts(line, "==> ") && ws_sv_ends(path, " <==")) {
		path.n -= 4;
		end_stat(p);
		ws_procfs_enter(p, path, true);
		return true;
	}
	if (n < 2 || !ws_sv_is(f[0], "TS"))
		return false;
	end_stat(p);
	p->k.t = WS_T_NONE;
	p->k.clock = p->k.utc;
	p->snapshots++;
	if (ws_procfs_number(f[1], &seconds) && seconds >= 0 && seconds < 9e9)
		p->k.t = (int64_t)(seconds * 1e3) * 1000000;
	return true;
}

static void
take_line(struct ws_procfs *p, const struct ws_line *line)
{
	struct ws_sv bare = ws_sv_trim(ws_row_after(line->text, p->prefix));
	struct ws_sv f[FIELDS];
	size_t n = ws_row_split(bare, f, FIELDS);

	if (n == 0)
		return;
	if (n > FIELDS)
		n = FIELDS;
	if (!line->ended) {
		p->damaged = true;
		ws_sink_fault(p->k.sink, line->off, "the last line is cut");
		return;
	}
	if (p->prefix > 0)
		take_time(p, ws_row_before(line->text, p->prefix));
	if (take_mark(p, bare, f, n) || ws_procfs_task(p, bare, f, n) ||
	    take_waited(p, f, n) || take_cpu(p, f, n) || take_disk(p, f, n) ||
	    take_pressure(p, f, n) || take_group_io(p, f, n) ||
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

	while (p->k.out.status == WS_OK && ws_lines_next(lines, &line))
		take_line(p, &line);
	end_stat(p);
	ws_procfs_end_task(p);
	ws_lines_fini(lines);
}

/* A line that only the kernel writes among the first ones, and how many fields
 * with a date and time stand before it. */
static bool
find_line(struct ws_sv head, size_t *prefix)
{
	struct ws_cur c;
	struct ws_sv f[FIELDS];
	struct ws_when when;

	ws_cur_init(&c, head.p, head.n, 0);
	for (int i = 0; i < HEAD_LINES && ws_cur_left(&c) > 0; i++) {
		struct ws_sv line = ws_cur_line(&c);

		for (*prefix = 0; *prefix <= 2; (*prefix)++) {
			struct ws_sv bare =
			    ws_sv_trim(ws_row_after(line, *prefix));

			if (*prefix > 0 &&
			    !ws_when_read(
				ws_sv_trim(ws_row_before(line, *prefix)), false,
				&when))
				continue;
			if (ws_procfs_is_sure(
				bare, f, ws_row_split(bare, f, FIELDS)))
				return true;
		}
	}
	*prefix = 0;
	return false;
}

static enum ws_bid
bid(const struct ws_artifact *a)
{
	size_t prefix;

	if (find_line(a->head, &prefix))
		return WS_BID_SHAPE;
	return a->whole && ws_procfs_is_named_file(a) ? WS_BID_NAME : WS_BID_NO;
}

static enum ws_status
finish(struct ws_procfs *p, struct ws_err *err)
{
	enum ws_status status;

	if (p->unnamed > 0)
		ws_source_detail(
		    p->src, "pressure of what, the name does not say");
	else if (p->ownerless > 0)
		ws_source_detail(p->src, "of no process that the path names");
	else if (p->long_group)
		ws_source_detail(p->src,
		    "disks of a cgroup with a path of more than %d bytes left "
		    "out",
		    GROUP_MAX);
	ws_source_tally(p->src, "value", p->k.rows);
	if (p->snapshots > 0)
		ws_source_tally(p->src, "snapshot", p->snapshots);
	status = ws_batch_flush(&p->k.out);
	if (status == WS_OK && p->damaged)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu values; the last line was cut",
		    (unsigned long long)p->k.rows);
	if (status == WS_OK && p->k.rows == 0 && p->known == 0)
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
	p->periods = NAN;
	ws_kernel_init(&p->k, sink);
	find_line(ws_source_artifact(src)->head, &p->prefix);
	ws_procfs_enter(p, ws_source_artifact(src)->name, false);
	read_lines(p, &lines);
	read = ws_source_status(src, err);
	status = finish(p, read == WS_OK ? err : NULL);
	ws_buf_fini(&p->path);
	ws_buf_fini(&p->task.comm);
	free(p);
	return ws_status_worst(read, status);
}

const struct ws_parser ws_parser_procfs = {
	.name = "procfs",
	.title = "counters of /proc and of cgroups",
	.bid = bid,
	.parse = parse,
};
