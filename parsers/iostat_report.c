/*
 * The reports of iostat as events, whichever way they were printed.  Columns
 * are known by their token, because order and number changed many times.
 * kB is 1024 bytes in sysstat, avgrq-sz (up to 11.5.6) counts sectors of 512
 * bytes, areq-sz and its kind (from 11.5.7) kB.  Columns without a well-known
 * name become "iostat.TOKEN" without a unit, in the number as printed.
 */
#include <assert.h>
#include <math.h>
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

/* The column of a series, or l->n. */
static size_t
column_of(const struct ws_layout *l, ws_id name)
{
	size_t i = 0;

	while (i < l->n && (l->col[i] == NULL || l->col[i]->name != name))
		i++;
	return i;
}

static void
plan_check(struct ws_iostat_layout *l)
{
	bool split = column_of(&l->l, WS_N_DISK_READ_AWAIT) < l->l.n;

	l->queue = column_of(&l->l, WS_N_DISK_QUEUE);
	l->util = column_of(&l->l, WS_N_DISK_UTIL);
	l->n_flow = 0;
	for (size_t i = 0; i < WS_LEN(flows); i++) {
		size_t rate = column_of(&l->l, flows[i].rate);
		size_t time = column_of(&l->l, flows[i].time);
		bool wanted = split == (flows[i].time != WS_N_DISK_AWAIT);

		if (wanted && rate < l->l.n && time < l->l.n)
			l->flow[l->n_flow++] =
			    (struct ws_iostat_flow){ (uint8_t)rate,
				    (uint8_t)time };
	}
}

/* A mean is over the rates of the last entry of means[] that the log has.  Of a
 * single rate both are the same. */
static void
plan_mean(struct ws_iostat_layout *l, size_t column)
{
	struct ws_iostat_means *m = l->means;
	size_t a, b, rate[2] = { l->l.n, l->l.n };

	for (size_t k = 0; k < WS_LEN(means); k++) {
		a = column_of(&l->l, means[k].rate[0]);
		b = column_of(&l->l, means[k].rate[1]);
		if (means[k].mean != l->l.col[column]->name || a == l->l.n)
			continue;
		rate[0] = a;
		rate[1] = b < l->l.n ? b : a;
	}
	if (rate[0] == l->l.n)
		return;
	while (m < l->means + l->n_means &&
	       (m->rate[0] != rate[0] || m->rate[1] != rate[1]))
		m++;
	if (m == l->means + l->n_means) {
		*m = (struct ws_iostat_means){
			{ (uint8_t)rate[0], (uint8_t)rate[1] }, 0
		};
		l->n_means++;
	}
	m->columns |= UINT64_C(1) << column;
}

/* Counters that ran backwards print as 2^63 or 2^64 over something. */
static double
most_of(const struct ws_column *c)
{
	if (c == NULL)
		return 1e15;
	return c->unit == WS_U_RATIO ? 1.05 : 1e9 * c->factor;
}

/* The series of a column without a meaning. */
static ws_id
unknown_name(struct ws_iostat *p, struct ws_sv token)
{
	char text[80];

	if (token.n > 64)
		return 0;
	snprintf(text, sizeof(text), "iostat.%.*s", WS_SV_ARG(token));
	return ws_dict_cstr(p->s.sink->dict, text);
}

void
ws_iostat_plan(struct ws_iostat *p, struct ws_iostat_layout *l)
{
	struct ws_heading_series of[WS_COLUMNS_MAX];

	l->n_means = 0;
	l->known = l->named = l->roomy = 0;
	for (size_t i = 0; i < l->l.n; i++) {
		const struct ws_column *c = l->l.col[i];
		uint64_t bit = UINT64_C(1) << i;
		ws_id name =
		    c != NULL ? c->name : unknown_name(p, l->l.token[i]);

		l->factor[i] = c != NULL ? c->factor : 1;
		l->most[i] = most_of(c);
		l->roomy |= l->most[i] >= 1e8 * l->factor[i] ? bit : 0;
		l->named |= name != 0 ? bit : 0;
		of[i] = (struct ws_heading_series){ name, WS_U_NONE };
		if (c == NULL)
			continue;
		of[i].unit = c->unit;
		l->known |= bit;
		plan_mean(l, i);
	}
	l->heading = ws_dict_heading(p->s.sink->dict, of, l->l.n);
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
	double sum = 0, tolerance = sum_tolerance(r->last);

	for (uint64_t w = r->cells; w != 0; w &= w - 1) {
		double v = r->v[ws_lowest_bit(w)];

		if (!(v >= 0))
			return false;
		sum += v;
	}
	return sum >= 100 - tolerance && sum <= 100 + tolerance;
}

/* Puts a row; its values and which it has are to be set at once. */
static struct ws_row *
begin_row(struct ws_iostat *p, const struct ws_iostat_row *r, double **value)
{
	struct ws_event of = ws_sysstat_counter(&p->s, p->first);
	struct ws_row *row = ws_batch_row(&p->s.out, value);

	row->heading = r->l->heading;
	row->t = of.t;
	row->clock = of.clock;
	row->peer = of.peer;
	row->track = 0;
	return row;
}

/* The cells in base units; NaN stays.  In whole blocks, which compilers turn
 * into vectors. */
static void
scale(const struct ws_iostat_row *r, double *restrict value)
{
	enum { BLOCK = 8 };

	static_assert(WS_COLUMNS_MAX % BLOCK == 0, "no part of a block");
	for (size_t i = 0; i < r->l->l.n; i += BLOCK)
		for (size_t k = i; k < i + BLOCK; k++)
			value[k] = r->v[k] * r->l->factor[k];
	for (uint64_t w = r->bytes; w != 0; w &= w - 1)
		value[ws_lowest_bit(w)] = r->v[ws_lowest_bit(w)];
}

void
ws_iostat_cpu_row(struct ws_iostat *p, const struct ws_iostat_row *r)
{
	struct ws_row *row;
	double *value;

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
	row = begin_row(p, r, &value);
	scale(r, value);
	row->has = r->cells & r->l->known;
	p->s.rows++;
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
	double queue = l->queue < l->l.n ? r->v[l->queue] : NAN;
	double util = l->util < l->l.n ? r->v[l->util] : NAN;
	double out = 0;
	bool any = false;

	if (isnan(queue) || p->first || r->cut)
		return;
	for (size_t i = 0; i < l->n_flow; i++) {
		double part =
		    r->v[l->flow[i].rate] * r->v[l->flow[i].time] / 1e3;

		if (isnan(part))
			continue;
		any = true;
		out += part;
	}
	if (!any)
		return;
	p->checked++;
	p->odd_queue += queue > 3 * out + 1 || out > 3 * queue + 1;
	p->odd_util +=
	    util > 50 && util / 100 > 3 * (out > queue ? out : queue);
}

/* The means over nothing, as bits.  Beside another a rate does not count that
 * is no number. */
static uint64_t
means_of_nothing(const struct ws_iostat_row *r)
{
	uint64_t found = 0;

	for (size_t i = 0; i < r->l->n_means; i++) {
		const struct ws_iostat_means *m = &r->l->means[i];
		double b = r->v[m->rate[1]];

		if (r->v[m->rate[0]] != 0 || b < 0 || b > 0)
			continue;
		for (uint64_t w = m->columns; w != 0; w &= w - 1)
			if (r->v[ws_lowest_bit(w)] == 0)
				found |= w & -w;
	}
	return found;
}

/* The cells that are no number or one that cannot be, as bits. */
static uint64_t
find_odd(const struct ws_iostat_row *r, const double *value)
{
	const struct ws_iostat_layout *l = r->l;
	uint64_t odd = ~l->named;

	for (uint64_t w = ~(r->small & l->roomy) & r->cells; w != 0;
	     w &= w - 1) {
		unsigned i = ws_lowest_bit(w);

		if (!(value[i] >= 0 && value[i] <= l->most[i]))
			odd |= w & -w;
	}
	return odd & r->cells;
}

static void
complain(struct ws_iostat *p, const struct ws_iostat_row *r, uint64_t odd)
{
	for (; odd != 0; odd &= odd - 1) {
		unsigned i = ws_lowest_bit(odd);
		bool no_number = isnan(r->v[i]) || (r->l->named >> i & 1) == 0;

		ws_sysstat_fault(&p->s, r->off,
		    no_number ? "a cell is not a number"
			      : "a cell is larger than can be");
	}
}

static void
put_cells(struct ws_iostat *p, const struct ws_iostat_row *r, ws_id track,
    uint64_t cells)
{
	const struct ws_iostat_layout *l = r->l;
	struct ws_row *row;
	double *value;
	uint64_t odd;

	row = begin_row(p, r, &value);
	row->track = track;
	scale(r, value);
	odd = find_odd(r, value) & cells;
	row->has = cells & ~odd & ~means_of_nothing(r);
	for (size_t i = 0; p->sectors && i < l->l.n; i++)
		if (l->heading->series[i].unit == WS_U_BRATE)
			value[i] = value[i] / l->factor[i] * SECTOR;
	if (ws_unlikely(odd != 0))
		complain(p, r, odd);
}

static size_t
find_token(const struct ws_layout *l, struct ws_sv token)
{
	size_t i = 0;

	while (i < l->n && !ws_sv_eq(l->token[i], token))
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

	for (size_t i = 0; i < r->l->l.n; i++) {
		struct ws_sv token = r->l->l.token[i];
		size_t sum;

		/* "kB_read/s"; JSON has a rate "rrqm/s" and a share "rrqm". */
		if (!ws_sv_ends(token, "/s") ||
		    ws_sv_find(token, "_") == token.n)
			continue;
		token.n -= 2;
		sum = find_token(&r->l->l, token);
		if (sum < r->l->l.n && !isnan(r->v[sum]) && r->v[i] >= RATE_MIN)
			return r->v[sum] < SHORT * r->v[i];
	}
	return false;
}

/* The track of a device; the next report has the same ones. */
static ws_id
track_of(struct ws_iostat *p, struct ws_sv name)
{
	size_t hash = name.n > 0
			  ? (unsigned char)name.p[name.n - 1] +
				7 * (unsigned char)name.p[name.n / 2] + name.n
			  : 0;
	struct ws_iostat_device *d = &p->device[hash % WS_LEN(p->device)];

	if (d->track == 0 || !ws_sv_eq(d->name, name)) {
		d->track = ws_dict_str(p->s.sink->dict, name);
		d->name = ws_dict_text(p->s.sink->dict, d->track);
	}
	return d->track;
}

static ws_id
track_of_group(struct ws_iostat *p, struct ws_sv name)
{
	char group[256];

	if (name.n >= sizeof(group) - 8)
		return track_of(p, name);
	snprintf(group, sizeof(group), "group %.*s", WS_SV_ARG(name));
	return track_of(p, ws_sv_of(group));
}

void
ws_iostat_device_row(struct ws_iostat *p, const struct ws_iostat_row *r)
{
	uint64_t cells = r->cells;

	if (p->skip)
		return;
	if (p->first && !r->cut && is_short(r)) {
		p->first = false;
		ws_sysstat_note(&p->s,
		    "the first report is of an interval, as its sums tell");
	}
	if (r->cut && cells != 0) {
		ws_sysstat_fault(
		    &p->s, r->off, "the last cell of the file may be cut");
		cells &= ~(UINT64_C(1) << (r->l->l.n - 1));
	}
	put_cells(p, r,
	    r->group ? track_of_group(p, r->device) : track_of(p, r->device),
	    cells);
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
