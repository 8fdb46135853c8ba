/*
 * What vmstat prints as sums since boot: of each disk (-d) or one (-p), of all
 * disks (-D) and of the machine (-s).  They become sums like those of /proc, of
 * which two make rates: -d wants its times for that (-t), -p, which has none,
 * those of a log writer before each line; the others are single snapshots, of
 * which there must be two; CPU shares need no time.
 *
 * "requested writes" of -p are sectors that were written.
 *
 * -d counts the time that a disk was busy in whole seconds, which is too coarse
 * for intervals, and -D (4.0) prints it under a label that says ms: neither is
 * taken.  Of -s only memory in KiB is.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "ingest/kernel.h"
#include "ingest/when.h"
#include "vmstat.h"

enum { FIELDS = 16, SUMS = 10, PARTITION_HEAD = 7, PARTITION_SUMS = 4 };

enum sum {
	USER,
	NICE,
	SYS,
	IDLE,
	IOWAIT,
	IRQ,
	SOFTIRQ,
	STEAL,
	SWITCHES,
	PAGED_IN,
	PAGED_OUT,
	MEM_TOTAL,
	MEM_FREE,
	MEM_BUFFERS,
	MEM_SWAPPED,
	READS,
	READ_SECTORS,
	READ_MS,
	WRITES,
	WRITE_SECTORS,
	WRITE_MS,
	COUNTED
};

/* As procps 3 and 4 print them in English. */
static const struct {
	const char *label;
	enum sum sum;
} labels[] = {
	{ "non-nice user cpu ticks", USER },
	{ "nice user cpu ticks", NICE },
	{ "system cpu ticks", SYS },
	{ "idle cpu ticks", IDLE },
	{ "IO-wait cpu ticks", IOWAIT },
	{ "IRQ cpu ticks", IRQ },
	{ "softirq cpu ticks", SOFTIRQ },
	{ "stolen cpu ticks", STEAL },
	{ "CPU context switches", SWITCHES },
	{ "K paged in", PAGED_IN },
	{ "pages paged in", PAGED_IN },
	{ "K paged out", PAGED_OUT },
	{ "pages paged out", PAGED_OUT },
	{ "K total memory", MEM_TOTAL },
	{ "K free memory", MEM_FREE },
	{ "K buffer memory", MEM_BUFFERS },
	{ "K used swap", MEM_SWAPPED },
	{ "total reads", READS },
	{ "read sectors", READ_SECTORS },
	{ "milli reading", READ_MS },
	{ "writes", WRITES },
	{ "written sectors", WRITE_SECTORS },
	{ "milli writing", WRITE_MS },
};

struct sums {
	struct ws_source *src;
	struct ws_kernel k;
	double v[COUNTED]; /* of the snapshot; NaN: not printed */
	bool utc;          /* the zone of -t is UTC */
	struct ws_buf partition;
	size_t prefix; /* fields before each line of a partition */
	bool timed, damaged;
	uint64_t snapshots, rows;
};

static void
begin_snapshot(struct sums *p)
{
	for (size_t i = 0; i < COUNTED; i++)
		p->v[i] = NAN;
}

static void
put_disks(struct sums *p)
{
	const double *v = p->v;
	struct ws_kernel_disk d = { .reads = v[READS],
		.read_sectors = v[READ_SECTORS],
		.read_ms = v[READ_MS],
		.writes = v[WRITES],
		.write_sectors = v[WRITE_SECTORS],
		.write_ms = v[WRITE_MS],
		.busy_ms = NAN,
		.queue_ms = NAN };

	if (!isnan(v[READS] + v[WRITES]))
		ws_kernel_disk(&p->k, WS_SV("all disks"), &d);
}

static void
put_machine(struct sums *p)
{
	static const struct {
		enum sum sum;
		ws_id name;
		bool total;
	} bytes[] = {
		{ PAGED_IN, WS_N_BLOCK_IN, true },
		{ PAGED_OUT, WS_N_BLOCK_OUT, true },
		{ MEM_TOTAL, WS_N_MEM_TOTAL, false },
		{ MEM_FREE, WS_N_MEM_FREE, false },
		{ MEM_BUFFERS, WS_N_MEM_BUFFERS, false },
		{ MEM_SWAPPED, WS_N_MEM_SWAPPED, false },
	};

	const double *v = p->v;
	struct ws_kernel_cpu c = { .user = v[USER],
		.nice = v[NICE],
		.sys = v[SYS],
		.idle = v[IDLE],
		.iowait = v[IOWAIT],
		.irq = v[IRQ],
		.softirq = v[SOFTIRQ],
		.steal = v[STEAL],
		.switches = isnan(v[SWITCHES]) ? 0 : v[SWITCHES] };

	/* All shares or none: they are of their sum. */
	if (!isnan(c.user + c.nice + c.sys + c.idle + c.iowait + c.irq +
		   c.softirq + c.steal))
		ws_kernel_cpu(&p->k, &c);
	for (size_t i = 0; i < WS_LEN(bytes); i++)
		(bytes[i].total ? ws_kernel_total : ws_kernel_now)(&p->k,
		    bytes[i].name, bytes[i].total ? WS_U_BRATE : WS_U_BYTES,
		    v[bytes[i].sum] * 1024);
}

static void
end_snapshot(struct sums *p)
{
	put_machine(p);
	put_disks(p);
	begin_snapshot(p);
}

/* "  123456 K used memory": a label that comes again begins a snapshot. */
static void
take_label(struct sums *p, struct ws_sv bare)
{
	struct ws_sv rest = bare;
	struct ws_sv number = ws_sv_field(&rest);
	uint64_t v;

	rest = ws_sv_trim(rest);
	if (!ws_num_u64(number, 0, UINT64_MAX, &v))
		return;
	for (size_t i = 0; i < WS_LEN(labels); i++) {
		if (!ws_sv_is(rest, labels[i].label))
			continue;
		if (!isnan(p->v[labels[i].sum])) {
			end_snapshot(p);
			p->snapshots++;
		}
		p->v[labels[i].sum] = (double)v;
		p->rows++;
	}
}

static bool
take_time(struct sums *p, struct ws_sv text)
{
	struct ws_when when;

	if (!ws_source_date(p->src, text, false, &when))
		return false;
	p->k.t = when.ns;
	p->k.clock = when.utc || p->utc ? p->k.utc : p->k.local;
	p->timed = true;
	return true;
}

static bool
read_sums(const struct ws_sv *f, size_t n, double *v)
{
	uint64_t x;

	for (size_t i = 0; i < n; i++) {
		if (!ws_num_u64(f[i], 0, UINT64_MAX, &x))
			return false;
		v[i] = (double)x;
	}
	return true;
}

/* "vda 1478632 20132 68034498 205509 462868 255663 77690936 171440 0 171" and
 * with -t a date and time. */
static void
take_disk(struct sums *p, const struct ws_sv *f, size_t n, uint64_t off)
{
	const struct ws_sv *at = f + SUMS + 1;
	double v[SUMS];

	p->k.t = WS_T_NONE;
	if ((n != SUMS + 1 && n != SUMS + 3) || !read_sums(f + 1, SUMS, v) ||
	    (n == SUMS + 3 &&
		!take_time(p, (struct ws_sv){ at[0].p,
				  (size_t)(at[1].p + at[1].n - at[0].p) }))) {
		p->damaged = true;
		ws_sink_fault(
		    p->k.sink, off, "a row is not a disk and its sums");
		return;
	}
	ws_kernel_disk(&p->k, f[0],
	    &(struct ws_kernel_disk){ .reads = v[0],
		.read_sectors = v[2],
		.read_ms = v[3],
		.writes = v[4],
		.write_sectors = v[6],
		.write_ms = v[7],
		.busy_ms = NAN,
		.queue_ms = NAN });
	p->rows++;
}

/* "vda             reads      read sectors      writes  requested writes" */
static bool
take_partition_head(struct sums *p, const struct ws_sv *f, size_t n)
{
	static const char *const words[] = { "reads", "read", "sectors",
		"writes", "requested", "writes" };

	if (n < PARTITION_HEAD || n > PARTITION_HEAD + WS_PREFIX_MAX)
		return false;
	for (size_t i = 0; i < WS_LEN(words); i++)
		if (!ws_sv_is(f[n - WS_LEN(words) + i], words[i]))
			return false;
	p->prefix = n - PARTITION_HEAD;
	p->partition.n = 0;
	ws_buf_putsv(&p->partition, f[p->prefix]);
	p->snapshots++;
	return true;
}

/* "             12094799         259350098    11706174         272166048" */
static void
take_partition(struct sums *p, struct ws_sv bare, const struct ws_sv *f,
    size_t n, uint64_t off)
{
	double v[PARTITION_SUMS];

	if (take_partition_head(p, f, n) || p->partition.n == 0)
		return;
	p->k.t = WS_T_NONE;
	if (n != p->prefix + PARTITION_SUMS ||
	    !read_sums(f + p->prefix, PARTITION_SUMS, v)) {
		p->damaged = true;
		ws_sink_fault(p->k.sink, off,
		    "a row is not the four sums of a partition");
		return;
	}
	if (p->prefix > 0)
		take_time(p, ws_sv_trim(ws_row_before(bare, p->prefix)));
	ws_kernel_disk(&p->k, ws_buf_sv(&p->partition),
	    &(struct ws_kernel_disk){ .reads = v[0],
		.read_sectors = v[1],
		.read_ms = NAN,
		.writes = v[2],
		.write_sectors = v[3],
		.write_ms = NAN,
		.busy_ms = NAN,
		.queue_ms = NAN });
	p->rows++;
}

static void
take_line(struct sums *p, const struct ws_line *line, enum ws_vmstat_mode mode)
{
	struct ws_sv bare = ws_sv_trim(line->text), f[FIELDS];
	size_t n = ws_row_split(bare, f, FIELDS);

	if (n == 0)
		return;
	if (!line->ended) {
		p->damaged = true;
		ws_sink_fault(p->k.sink, line->off, "the last line is cut");
	} else if (mode == WS_VMSTAT_SUMS) {
		take_label(p, bare);
	} else if (mode == WS_VMSTAT_PARTITION) {
		take_partition(p, bare, f, n, line->off);
	} else if (ws_sv_find(bare, "--reads--") < bare.n) {
		p->snapshots++;
	} else if (ws_sv_is(f[0], "total")) {
		p->utc = n <= FIELDS && (ws_sv_is(f[n - 1], "UTC") ||
					    ws_sv_is(f[n - 1], "GMT"));
	} else {
		take_disk(p, f, n, line->off);
	}
}

static enum ws_status
finish(struct sums *p, enum ws_vmstat_mode mode, struct ws_err *err)
{
	if (mode == WS_VMSTAT_DISKS && !p->timed)
		ws_source_detail(p->src, "no times, so no rates (want -t)");
	if (mode == WS_VMSTAT_PARTITION && !p->timed)
		ws_source_detail(p->src, "no times, so no rates (want -dt)");
	ws_source_tally(p->src,
	    mode == WS_VMSTAT_PARTITION ? "header" : "snapshot", p->snapshots);
	ws_source_tally(p->src, "row", p->rows);
	return ws_rows_end(&p->k.out, p->rows, p->damaged, "vmstat", err);
}

enum ws_status
ws_vmstat_read_sums(struct ws_source *src, struct ws_sink *sink,
    enum ws_vmstat_mode mode, struct ws_err *err)
{
	struct sums *p = ws_alloc(sizeof(*p));
	struct ws_lines lines = { .src = src };
	struct ws_line line;
	enum ws_status read, status;

	p->src = src;
	ws_kernel_init(&p->k, sink);
	begin_snapshot(p);
	while (p->k.out.status == WS_OK && ws_lines_next(&lines, &line))
		take_line(p, &line, mode);
	end_snapshot(p);
	p->snapshots += mode == WS_VMSTAT_SUMS;
	ws_lines_fini(&lines);
	read = ws_source_status(src, err);
	/* Damage of the stream says more than what it did to the rows. */
	status = finish(p, mode, read == WS_OK ? err : NULL);
	ws_buf_fini(&p->partition);
	free(p);
	return ws_status_worst(read, status);
}
