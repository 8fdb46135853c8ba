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
	{ "rd_sec/s", WS_N_DISK_READ_BYTES, WS_U_BRATE, SECTOR }, /* of sar */
	{ "wr_sec/s", WS_N_DISK_WRITE_BYTES, WS_U_BRATE, SECTOR },
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

/* Rates and the mean time of their requests; the last ones are of all kinds, and
 * stand where the others do not. */
static const struct {
	ws_id rate, time;
} flows[] = {
	{ WS_N_DISK_READS, WS_N_DISK_READ_AWAIT },
	{ WS_N_DISK_WRITES, WS_N_DISK_WRITE_AWAIT },
	{ WS_N_DISK_DISCARDS, WS_N_DISK_DISCARD_AWAIT },
	{ WS_N_DISK_FLUSHES, WS_N_DISK_FLUSH_AWAIT },
	{ WS_N_DISK_READS, WS_N_DISK_AWAIT },
	{ WS_N_DISK_WRITES, WS_N_DISK_AWAIT },
	{ WS_N_DISK_OPS, WS_N_DISK_AWAIT },
};

static size_t
find_rate(const struct ws_layout *l, ws_id name)
{
	size_t i = 0;

	while (i < l->n && (l->col[i] == NULL || l->col[i]->name != name))
		i++;
	return i < l->n ? i + 1 : 0;
}

static void
plan_check(struct ws_iostat_layout *l)
{
	bool split = find_rate(&l->l, WS_N_DISK_READ_AWAIT) > 0;

	l->queue = (uint8_t)find_rate(&l->l, WS_N_DISK_QUEUE);
	l->util = (uint8_t)find_rate(&l->l, WS_N_DISK_UTIL);
	for (size_t i = 0; i < WS_LEN(flows); i++) {
		size_t rate = find_rate(&l->l, flows[i].rate);
		size_t time = find_rate(&l->l, flows[i].time);
		bool wanted = split == (flows[i].time != WS_N_DISK_AWAIT);

		l->rate[i] = (uint8_t)(wanted && time > 0 ? rate : 0);
		l->time[i] = (uint8_t)(l->rate[i] > 0 ? time : 0);
	}
}

void
ws_iostat_plan(struct ws_iostat *p, struct ws_iostat_layout *l)
{
	char text[80];

	for (size_t i = 0; i < l->l.n; i++) {
		const struct ws_column *c = l->l.col[i];

		l->unknown[i] = 0;
		l->over[i][0] = l->over[i][1] = 0;
		if (c == NULL && l->l.token[i].n <= 64) {
			snprintf(text, sizeof(text), "iostat.%.*s",
			    WS_SV_ARG(l->l.token[i]));
			l->unknown[i] = ws_dict_cstr(p->s.sink->dict, text);
		}
		for (size_t k = 0; c != NULL && k < WS_LEN(means); k++) {
			size_t rate = find_rate(&l->l, means[k].rate[0]);

			if (means[k].mean != c->name || rate == 0)
				continue;
			l->over[i][0] = (uint8_t)rate;
			l->over[i][1] =
			    (uint8_t)find_rate(&l->l, means[k].rate[1]);
		}
	}
	plan_check(l);
}

void
ws_iostat_init(struct ws_iostat *p, struct ws_source *src, struct ws_sink *sink)
{
	memset(p, 0, sizeof(*p));
	p->first = true;
	ws_sysstat_init(&p->s, src, sink);
}

void
ws_iostat_capture(struct ws_iostat *p)
{
	p->in_capture = 0;
	p->first = true;
	p->skip = false;
	p->s.timed = false;
}

void
ws_iostat_report(struct ws_iostat *p, const struct ws_when *when)
{
	/* The first report of a file without a banner is since boot too. */
	if (p->in_capture > 0)
		p->first = false;
	p->in_capture++;
	p->s.reports++;
	p->skip = false;
	p->s.timed = false;
	if (when != NULL)
		ws_sysstat_set_time(&p->s, when);
}

void
ws_iostat_not_since_boot(struct ws_iostat *p)
{
	p->first = false;
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
		if (!r->number[i].good || r->number[i].v < 0)
			return false;
		sum += r->number[i].v;
		tolerance = sum_tolerance(r->cell[i]);
	}
	return sum >= 100 - tolerance && sum <= 100 + tolerance;
}

void
ws_iostat_cpu_row(struct ws_iostat *p, const struct ws_iostat_row *r)
{
	struct ws_event ev = ws_sysstat_counter(&p->s, p->first);

	if (r->cut) {
		ws_sysstat_fault(&p->s, r->off, "the CPU row is cut");
		return;
	}
	p->skip = !is_whole_cpu(r);
	if (p->skip) {
		p->dropped++;
		ws_sysstat_note(&p->s,
		    "a report was dropped: its CPU shares do not make "
		    "100 % (a fault of iostat -y, or damage)");
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct ws_column *c = r->l->l.col[r->first + i];

		if (c == NULL)
			continue;
		ev.value = ws_number_value(c, &r->number[i]);
		ev.name = c->name;
		ev.unit = (uint8_t)c->unit;
		ws_batch_put(&p->s.out, &ev);
	}
	p->s.rows++;
}

/* The number under a column, given as position + 1; 0 is no column. */
static const struct ws_number *
under(const struct ws_iostat_row *r, uint8_t column)
{
	size_t i = (size_t)column - 1 - r->first;

	return column != 0 && i < r->n && r->number[i].good ? &r->number[i]
							    : NULL;
}

/*
 * Little's law: as many requests are out on average as arrive in the time that
 * one takes.  Requests that are not of one interval blur it, so that it wants
 * to be broken by far, and by rows and not by one (see note_check).
 */
static void
check_row(struct ws_iostat *p, const struct ws_iostat_row *r)
{
	const struct ws_iostat_layout *l = r->l;
	const struct ws_number *queue = under(r, l->queue);
	const struct ws_number *util = under(r, l->util);
	double out = 0;
	bool any = false;

	for (size_t i = 0; i < WS_LEN(flows); i++) {
		const struct ws_number *rate = under(r, l->rate[i]);
		const struct ws_number *time = under(r, l->time[i]);

		if (rate == NULL || time == NULL)
			continue;
		any = true;
		out += rate->v * time->v / 1e3;
	}
	if (!any || queue == NULL || p->first || r->cut)
		return;
	p->checked++;
	p->odd_queue += queue->v > 3 * out + 1 || out > 3 * queue->v + 1;
	p->odd_util += util != NULL && util->v > 50 &&
		       util->v / 100 > 3 * (out > queue->v ? out : queue->v);
}

static bool
is_mean_of_nothing(const struct ws_iostat_row *r, size_t i)
{
	const uint8_t *over = r->l->over[r->first + i];
	const struct ws_number *a = under(r, over[0]), *b = under(r, over[1]);

	return a != NULL && a->v == 0 && (b == NULL || b->v == 0);
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

static void
put_device_cell(struct ws_iostat *p, const struct ws_iostat_row *r, size_t i,
    const struct ws_event *of)
{
	const struct ws_column *c = r->l->l.col[r->first + i];
	const struct ws_number *n = &r->number[i];
	ws_id name = c != NULL ? c->name : r->l->unknown[r->first + i];
	struct ws_event *ev;
	double v;

	if (!n->good || name == 0) {
		ws_sysstat_fault(&p->s, r->off, "a cell is not a number");
		return;
	}
	v = c != NULL ? ws_number_value(c, n) : n->v;
	if (is_absurd(c, v)) {
		ws_sysstat_fault(&p->s, r->off, "a cell is larger than can be");
		return;
	}
	if (c != NULL && v == 0 && is_mean_of_nothing(r, i))
		return;
	if (p->sectors && c != NULL && c->unit == WS_U_BRATE)
		v = v / c->factor * SECTOR;
	/* Field by field: a copy would wait for what was just written. */
	ev = ws_batch_add(&p->s.out);
	ev->t = of->t;
	ev->dur = of->dur;
	ev->value = v;
	ev->track = of->track;
	ev->peer = of->peer;
	ev->name = name;
	ev->stack = of->stack;
	ev->clock = of->clock;
	ev->kind = of->kind;
	ev->unit = c != NULL ? (uint8_t)c->unit : WS_U_NONE;
}

/* The place of a token among the cells of the row, or r->n. */
static size_t
find_cell(const struct ws_iostat_row *r, struct ws_sv token)
{
	size_t i = 0;

	while (i < r->n && !ws_sv_eq(r->l->l.token[r->first + i], token))
		i++;
	return i;
}

/*
 * Plain -d prints a rate and its sum, as kB_read/s and kB_read: together they
 * tell how long the interval was.  Since boot it is the uptime; of -y, which
 * leaves no other trace in most versions, seconds.
 */
static bool
is_short(const struct ws_iostat_row *r)
{
	enum { RATE_MIN = 10, SHORT = 120 };

	for (size_t i = 0; i < r->n; i++) {
		struct ws_sv token = r->l->l.token[r->first + i];
		size_t sum;

		/* "kB_read/s"; JSON has a rate "rrqm/s" and a share "rrqm". */
		if (!ws_sv_ends(token, "/s") ||
		    ws_sv_find(token, "_") == token.n)
			continue;
		token.n -= 2;
		sum = find_cell(r, token);
		if (sum < r->n && r->number[i].good && r->number[sum].good &&
		    r->number[i].v >= RATE_MIN)
			return r->number[sum].v < SHORT * r->number[i].v;
	}
	return false;
}

void
ws_iostat_device_row(struct ws_iostat *p, const struct ws_iostat_row *r)
{
	struct ws_event ev;
	char group[256];
	size_t n = r->n;

	if (p->skip)
		return;
	if (p->first && !r->cut && is_short(r)) {
		p->first = false;
		ws_sysstat_note(&p->s,
		    "the first report is of an interval, as its sums tell");
	}
	ev = ws_sysstat_counter(&p->s, p->first);
	ev.track = ws_dict_str(p->s.sink->dict, r->device);
	if (r->group && r->device.n < sizeof(group) - 8) {
		snprintf(
		    group, sizeof(group), "group %.*s", WS_SV_ARG(r->device));
		ev.track = ws_dict_cstr(p->s.sink->dict, group);
	}
	if (r->cut && n > 0) {
		ws_sysstat_fault(
		    &p->s, r->off, "the last cell of the file may be cut");
		n--;
	}
	for (size_t i = 0; i < n; i++)
		put_device_cell(p, r, i, &ev);
	check_row(p, r);
	p->s.rows++;
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

/* Rows that contradict themselves, where they are more than a few. */
static void
note_check(struct ws_iostat *p)
{
	enum { FEW = 3, PART = 10 };

	if (p->odd_queue >= FEW && p->odd_queue * PART > p->checked)
		ws_sysstat_note(&p->s,
		    "rows contradict themselves: the queue is not what rates "
		    "and times of the requests make (Little's law)");
	if (p->odd_util >= FEW && p->odd_util * PART > p->checked)
		ws_sysstat_note(&p->s,
		    "%util is not to be trusted: the requests cannot have "
		    "kept the device busy for so long");
}

enum ws_status
ws_iostat_finish(struct ws_iostat *p, struct ws_err *err)
{
	enum ws_status status;

	if (version(p) != NULL)
		ws_source_version(p->s.src, "%s", version(p));
	note_check(p);
	if (p->sectors)
		ws_sysstat_note(&p->s,
		    "throughput is in sectors of 512 bytes (a fault of "
		    "iostat 12.1.2 to 12.2.0 -o JSON); converted");
	status = ws_sysstat_finish(&p->s, "iostat", err);
	if (p->dropped > 0)
		ws_source_detail(p->s.src, "reports dropped: %llu",
		    (unsigned long long)p->dropped);
	if (status != WS_PARTIAL || p->s.damaged)
		return status;
	/* No row: there may be reasons that are better. */
	if (p->s.reports == 0)
		return ws_err_set(err, WS_CORRUPT, 0, "no report of iostat");
	return p->dropped > 0 ? WS_OK : status;
}
