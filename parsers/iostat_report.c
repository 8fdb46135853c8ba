/*
 * The reports of iostat as events, whichever way they were printed.  Columns
 * are known by their token, because order and number changed many times.
 * kB is 1024 bytes in sysstat, avgrq-sz (up to 11.5.6) counts sectors of 512
 * bytes, areq-sz and its kind (from 11.5.7) kB.  Columns without a well-known
 * name become "iostat.TOKEN" without a unit, in the number as printed.
 */
#include <stdio.h>
#include <string.h>

#include "iostat.h"

static const struct ws_column cpu_table[] = {
	{ "%user", WS_N_CPU_USER, WS_U_RATIO, 0.01 },
	{ "%nice", WS_N_CPU_NICE, WS_U_RATIO, 0.01 },
	{ "%system", WS_N_CPU_SYS, WS_U_RATIO, 0.01 },
	{ "%sys", WS_N_CPU_SYS, WS_U_RATIO, 0.01 },
	{ "%iowait", WS_N_CPU_IOWAIT, WS_U_RATIO, 0.01 },
	{ "%steal", WS_N_CPU_STEAL, WS_U_RATIO, 0.01 },
	{ "%idle", WS_N_CPU_IDLE, WS_U_RATIO, 0.01 },
	/* JSON */
	{ "user", WS_N_CPU_USER, WS_U_RATIO, 0.01 },
	{ "nice", WS_N_CPU_NICE, WS_U_RATIO, 0.01 },
	{ "system", WS_N_CPU_SYS, WS_U_RATIO, 0.01 },
	{ "iowait", WS_N_CPU_IOWAIT, WS_U_RATIO, 0.01 },
	{ "steal", WS_N_CPU_STEAL, WS_U_RATIO, 0.01 },
	{ "idle", WS_N_CPU_IDLE, WS_U_RATIO, 0.01 },
};

#define MS     1e6 /* in ns */
#define KB     1024.0
#define MB     1048576.0
#define GB     1073741824.0
#define SECTOR 512.0

/* At most 64, because sets of them are bits. */
static const struct ws_column table[] = {
	{ "tps", WS_N_DISK_OPS, WS_U_RATE, 1 },
	{ "r/s", WS_N_DISK_READS, WS_U_RATE, 1 },
	{ "w/s", WS_N_DISK_WRITES, WS_U_RATE, 1 },
	{ "d/s", WS_N_DISK_DISCARDS, WS_U_RATE, 1 },
	{ "f/s", WS_N_DISK_FLUSHES, WS_U_RATE, 1 },
	{ "rkB/s", WS_N_DISK_READ_BYTES, WS_U_BRATE, KB },
	{ "wkB/s", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, KB },
	{ "dkB/s", WS_N_DISK_DISCARD_BYTES, WS_U_BRATE, KB },
	{ "rMB/s", WS_N_DISK_READ_BYTES, WS_U_BRATE, MB },
	{ "wMB/s", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, MB },
	{ "dMB/s", WS_N_DISK_DISCARD_BYTES, WS_U_BRATE, MB },
	{ "rGB/s", WS_N_DISK_READ_BYTES, WS_U_BRATE, GB },
	{ "wGB/s", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, GB },
	{ "dGB/s", WS_N_DISK_DISCARD_BYTES, WS_U_BRATE, GB },
	{ "rsec/s", WS_N_DISK_READ_BYTES, WS_U_BRATE, SECTOR },
	{ "wsec/s", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, SECTOR },
	{ "dsec/s", WS_N_DISK_DISCARD_BYTES, WS_U_BRATE, SECTOR },
	{ "kB_read/s", WS_N_DISK_READ_BYTES, WS_U_BRATE, KB },
	{ "kB_wrtn/s", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, KB },
	{ "kB_dscd/s", WS_N_DISK_DISCARD_BYTES, WS_U_BRATE, KB },
	{ "MB_read/s", WS_N_DISK_READ_BYTES, WS_U_BRATE, MB },
	{ "MB_wrtn/s", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, MB },
	{ "MB_dscd/s", WS_N_DISK_DISCARD_BYTES, WS_U_BRATE, MB },
	{ "GB_read/s", WS_N_DISK_READ_BYTES, WS_U_BRATE, GB },
	{ "GB_wrtn/s", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, GB },
	{ "GB_dscd/s", WS_N_DISK_DISCARD_BYTES, WS_U_BRATE, GB },
	{ "Blk_read/s", WS_N_DISK_READ_BYTES, WS_U_BRATE, SECTOR },
	{ "Blk_wrtn/s", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, SECTOR },
	{ "Blk_dscd/s", WS_N_DISK_DISCARD_BYTES, WS_U_BRATE, SECTOR },
	{ "kB/s", WS_N_DISK_BYTES, WS_U_BRATE, KB },
	{ "MB/s", WS_N_DISK_BYTES, WS_U_BRATE, MB },
	{ "GB/s", WS_N_DISK_BYTES, WS_U_BRATE, GB },
	{ "sec/s", WS_N_DISK_BYTES, WS_U_BRATE, SECTOR },
	{ "avgrq-sz", WS_N_DISK_SIZE, WS_U_BYTES, SECTOR },
	{ "areq-sz", WS_N_DISK_SIZE, WS_U_BYTES, KB },
	{ "rareq-sz", WS_N_DISK_READ_SIZE, WS_U_BYTES, KB },
	{ "wareq-sz", WS_N_DISK_WRITE_SIZE, WS_U_BYTES, KB },
	{ "avgqu-sz", WS_N_DISK_QUEUE, WS_U_COUNT, 1 },
	{ "aqu-sz", WS_N_DISK_QUEUE, WS_U_COUNT, 1 },
	{ "await", WS_N_DISK_AWAIT, WS_U_TIME, MS },
	{ "r_await", WS_N_DISK_READ_AWAIT, WS_U_TIME, MS },
	{ "w_await", WS_N_DISK_WRITE_AWAIT, WS_U_TIME, MS },
	{ "d_await", WS_N_DISK_DISCARD_AWAIT, WS_U_TIME, MS },
	{ "f_await", WS_N_DISK_FLUSH_AWAIT, WS_U_TIME, MS },
	{ "%util", WS_N_DISK_UTIL, WS_U_RATIO, 0.01 },
	/* JSON, up to 11.5.6 with shorter keys */
	{ "util", WS_N_DISK_UTIL, WS_U_RATIO, 0.01 },
	{ "r", WS_N_DISK_READS, WS_U_RATE, 1 },
	{ "w", WS_N_DISK_WRITES, WS_U_RATE, 1 },
	{ "rkB", WS_N_DISK_READ_BYTES, WS_U_BRATE, KB },
	{ "wkB", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, KB },
	{ "rMB", WS_N_DISK_READ_BYTES, WS_U_BRATE, MB },
	{ "wMB", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, MB },
	{ "kB_read_per_sec", WS_N_DISK_READ_BYTES, WS_U_BRATE, KB },
	{ "kB_wrtn_per_sec", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, KB },
};

/* A mean over no requests is printed as 0 and is no value. */
static const struct {
	ws_id mean, rate[2];
} means[] = {
	{ WS_N_DISK_READ_AWAIT, { WS_N_DISK_READS, 0 } },
	{ WS_N_DISK_READ_SIZE, { WS_N_DISK_READS, 0 } },
	{ WS_N_DISK_WRITE_AWAIT, { WS_N_DISK_WRITES, 0 } },
	{ WS_N_DISK_WRITE_SIZE, { WS_N_DISK_WRITES, 0 } },
	{ WS_N_DISK_DISCARD_AWAIT, { WS_N_DISK_DISCARDS, 0 } },
	{ WS_N_DISK_FLUSH_AWAIT, { WS_N_DISK_FLUSHES, 0 } },
	{ WS_N_DISK_AWAIT, { WS_N_DISK_READS, WS_N_DISK_WRITES } },
	{ WS_N_DISK_SIZE, { WS_N_DISK_READS, WS_N_DISK_WRITES } },
	{ WS_N_DISK_AWAIT, { WS_N_DISK_OPS, 0 } },
	{ WS_N_DISK_SIZE, { WS_N_DISK_OPS, 0 } },
};

size_t
ws_iostat_cpu_layout(struct ws_layout *l, struct ws_sv line)
{
	return ws_layout_read(l, line, cpu_table, WS_LEN(cpu_table));
}

size_t
ws_iostat_device_layout(struct ws_layout *l, struct ws_sv line)
{
	return ws_layout_read(l, line, table, WS_LEN(table));
}

uint64_t
ws_iostat_columns(const struct ws_layout *l)
{
	uint64_t set = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->col[i] != NULL)
			set |= UINT64_C(1) << (l->col[i] - table);
	return set;
}

static ws_id
make_clock(struct ws_dict *d, enum ws_clock_kind kind)
{
	struct ws_clock c = { .kind = kind };

	if (kind != WS_CLOCK_TICKS) {
		c.ns_per_tick = 1;
		c.resolution = 1000000000;
	}
	if (kind == WS_CLOCK_WALL)
		c.how = WS_CLOCK_EXACT;
	return ws_dict_clock(d, &c);
}

void
ws_iostat_init(struct ws_iostat *p, struct ws_source *src, struct ws_sink *sink)
{
	memset(p, 0, sizeof(*p));
	p->src = src;
	p->sink = sink;
	p->first = true;
	ws_batch_init(&p->out, sink);
	p->ticks = make_clock(sink->dict, WS_CLOCK_TICKS);
	p->local = make_clock(sink->dict, WS_CLOCK_WALL_LOCAL);
	p->utc = make_clock(sink->dict, WS_CLOCK_WALL);
}

void
ws_iostat_fault(struct ws_iostat *p, uint64_t off, const char *what)
{
	p->damaged = true;
	ws_sink_fault(p->sink, off, what);
}

static void
note(struct ws_iostat *p, const char *text)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.name = WS_N_MARK_NOTE;
	ev.peer = ws_dict_cstr(p->sink->dict, text);
	ws_batch_put(&p->out, &ev);
}

void
ws_iostat_capture(struct ws_iostat *p)
{
	p->in_capture = 0;
	p->first = true;
	p->skip = false;
	p->timed = false;
}

void
ws_iostat_banner(struct ws_iostat *p, const char *key, struct ws_sv text)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.name = ws_dict_cstr(p->sink->dict, key);
	ev.peer = ws_dict_str(p->sink->dict, text);
	if (text.n > 0)
		ws_batch_put(&p->out, &ev);
}

void
ws_iostat_cpus(struct ws_iostat *p, double cpus)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.name = WS_N_HOST_CPUS;
	ev.unit = WS_U_COUNT;
	ev.value = cpus;
	ws_batch_put(&p->out, &ev);
}

void
ws_iostat_report(struct ws_iostat *p, const struct ws_when *when)
{
	/* The first report of a file without a banner is since boot too. */
	if (p->in_capture > 0)
		p->first = false;
	p->in_capture++;
	p->reports++;
	p->skip = false;
	p->timed = false;
	if (when != NULL)
		ws_iostat_time(p, when);
}

void
ws_iostat_time(struct ws_iostat *p, const struct ws_when *when)
{
	p->timed = true;
	p->when = *when;
	if (when->ambiguous && !p->ambiguous)
		note(p, "day and month of the dates may be swapped");
	p->ambiguous = p->ambiguous || when->ambiguous;
}

void
ws_iostat_not_since_boot(struct ws_iostat *p)
{
	p->first = false;
}

static struct ws_event
counter(const struct ws_iostat *p)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.t = (int64_t)p->reports - 1;
	ev.clock = p->ticks;
	if (p->timed) {
		ev.t = p->when.ns;
		ev.clock = p->when.utc ? p->utc : p->local;
	}
	ev.peer = p->first ? WS_N_SINCE_BOOT : 0;
	return ev;
}

/* The rounding of six cells may add up; --dec=0 prints whole percents. */
static double
sum_tolerance(struct ws_sv cell)
{
	bool decimals = false;

	for (size_t i = 0; i < cell.n; i++)
		decimals = decimals || cell.p[i] == '.' || cell.p[i] == ',';
	return decimals ? 1.0 : 3.0;
}

/* 11.7.1 to 12.1.5 with -y divide the first interval by the uptime, which
 * spoils the disks of the report as well; only the CPU row shows it. */
static bool
is_whole_cpu(const struct ws_iostat_row *r)
{
	double sum = 0, tolerance = 0;

	for (size_t i = 0; i < r->n; i++) {
		double v;

		if (!ws_cell_number(r->cell[i], &v) || v < 0)
			return false;
		sum += v;
		tolerance = sum_tolerance(r->cell[i]);
	}
	return sum >= 100 - tolerance && sum <= 100 + tolerance;
}

void
ws_iostat_cpu_row(struct ws_iostat *p, const struct ws_iostat_row *r)
{
	struct ws_event ev = counter(p);

	if (r->cut) {
		ws_iostat_fault(p, r->off, "the CPU row is cut");
		return;
	}
	p->skip = !is_whole_cpu(r);
	if (p->skip) {
		p->dropped++;
		note(p, "a report was dropped: its CPU shares do not make "
			"100 % (a fault of iostat -y, or damage)");
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct ws_column *c = r->l->col[r->first + i];

		if (c == NULL || !ws_cell_value(c, r->cell[i], &ev.value))
			continue;
		ev.name = c->name;
		ev.unit = (uint8_t)c->unit;
		ws_batch_put(&p->out, &ev);
	}
	p->rows++;
}

/* The value of a series in the row; false when it is not there. */
static bool
find_value(const struct ws_iostat_row *r, ws_id name, double *v)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct ws_column *c = r->l->col[r->first + i];

		if (c != NULL && c->name == name)
			return ws_cell_value(c, r->cell[i], v);
	}
	return false;
}

static bool
is_mean_of_nothing(const struct ws_iostat_row *r, ws_id name)
{
	for (size_t i = 0; i < WS_LEN(means); i++) {
		double a, b = 0;

		if (means[i].mean != name ||
		    !find_value(r, means[i].rate[0], &a))
			continue;
		if (means[i].rate[1] != 0)
			find_value(r, means[i].rate[1], &b);
		if (a == 0 && b == 0)
			return true;
	}
	return false;
}

/* Counters that ran backwards print as 2^63 or 2^64 over something. */
static bool
is_absurd(const struct ws_column *c, double v)
{
	if (c == NULL)
		return v < 0 || v > 1e15;
	if (c->unit == WS_U_RATIO)
		return v < 0 || v > 1.05;
	return v < 0 || v / c->factor > 1e9;
}

static bool
name_cell(struct ws_iostat *p, const struct ws_iostat_row *r, size_t i,
    struct ws_event *ev)
{
	const struct ws_column *c = r->l->col[r->first + i];
	struct ws_sv token = r->l->token[r->first + i];
	char text[80];

	if (c != NULL) {
		ev->name = c->name;
		ev->unit = (uint8_t)c->unit;
		return ws_cell_value(c, r->cell[i], &ev->value);
	}
	if (token.n > 64)
		return false;
	snprintf(text, sizeof(text), "iostat.%.*s", WS_SV_ARG(token));
	ev->name = ws_dict_cstr(p->sink->dict, text);
	ev->unit = WS_U_NONE;
	return ws_cell_number(r->cell[i], &ev->value);
}

static void
put_device_cell(struct ws_iostat *p, const struct ws_iostat_row *r, size_t i,
    struct ws_event *ev)
{
	const struct ws_column *c = r->l->col[r->first + i];

	if (!name_cell(p, r, i, ev)) {
		ws_iostat_fault(p, r->off, "a cell is not a number");
		return;
	}
	if (is_absurd(c, ev->value)) {
		ws_iostat_fault(p, r->off, "a cell is larger than can be");
		return;
	}
	if (c != NULL && ev->value == 0 && is_mean_of_nothing(r, c->name))
		return;
	if (p->sectors && c != NULL && c->unit == WS_U_BRATE)
		ev->value = ev->value / c->factor * SECTOR;
	ws_batch_put(&p->out, ev);
}

void
ws_iostat_device_row(struct ws_iostat *p, const struct ws_iostat_row *r)
{
	struct ws_event ev = counter(p);
	char group[256];
	size_t n = r->n;

	p->seen |= ws_iostat_columns(r->l);
	if (p->skip)
		return;
	ev.track = ws_dict_str(p->sink->dict, r->device);
	if (r->group && r->device.n < sizeof(group) - 8) {
		snprintf(
		    group, sizeof(group), "group %.*s", WS_SV_ARG(r->device));
		ev.track = ws_dict_cstr(p->sink->dict, group);
	}
	if (r->cut && n > 0) {
		ws_iostat_fault(
		    p, r->off, "the last cell of the file may be cut");
		n--;
	}
	for (size_t i = 0; i < n; i++)
		put_device_cell(p, r, i, &ev);
	p->rows++;
}

static bool
saw(const struct ws_iostat *p, const char *token)
{
	for (size_t i = 0; i < WS_LEN(table); i++)
		if (strcmp(table[i].token, token) == 0)
			return (p->seen >> i & 1) != 0;
	return false;
}

/* iostat prints no version, but its columns tell. */
static const char *
version(const struct ws_iostat *p)
{
	if (saw(p, "f/s"))
		return "sysstat 12.3.1 or later";
	if (saw(p, "d/s"))
		return "sysstat 12.1.2 to 12.2";
	if (saw(p, "rareq-sz"))
		return "sysstat 11.5.7 to 12.1.1";
	if (saw(p, "avgrq-sz") && saw(p, "r_await"))
		return "sysstat 9.1.2 to 11.5.6";
	if (saw(p, "avgrq-sz"))
		return "sysstat up to 9.1.1";
	return NULL;
}

enum ws_status
ws_iostat_finish(struct ws_iostat *p, struct ws_err *err)
{
	enum ws_status status;

	if (version(p) != NULL)
		ws_source_version(p->src, "%s", version(p));
	if (p->sectors)
		note(p, "throughput is in sectors of 512 bytes (a fault of "
			"iostat 12.1.2 to 12.2.0 -o JSON); converted");
	if (p->dropped > 0)
		ws_source_detail(p->src, "reports dropped: %llu",
		    (unsigned long long)p->dropped);
	ws_source_tally(p->src, "report", p->reports);
	ws_source_tally(p->src, "row", p->rows);
	status = ws_batch_flush(&p->out);
	if (status != WS_OK)
		return status;
	if (p->damaged)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu whole rows; others were cut or damaged",
		    (unsigned long long)p->rows);
	if (p->reports == 0)
		return ws_err_set(err, WS_CORRUPT, 0, "no report of iostat");
	if (p->rows == 0 && p->dropped == 0)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "a header of iostat, but no row below it");
	return WS_OK;
}
