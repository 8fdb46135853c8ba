#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/stat.h"
#include "metrics/family.h"

/* One device of one artifact: its median over the log, or 0 where the column
 * is missing from the format. */
struct device {
	const struct ws_measured *m;
	ws_id artifact, track;
};

static double
median(const struct device *d, ws_id name)
{
	return ws_series_median(
	    ws_counters_find(d->m->counters, name, d->artifact, d->track));
}

static void
put(const struct device *d, uint32_t def, double value, double rows)
{
	struct ws_fact fact = WS_FACT_OF(def, value);

	if (isnan(value))
		return;
	fact.subject = ws_dict_text(d->m->dict, d->track).p;
	fact.artifact = ws_dict_text(d->m->dict, d->artifact).p;
	fact.samples = rows;
	ws_facts_put(d->m->facts, &fact);
}

static double
mean(const struct device *d, ws_id name)
{
	const struct ws_series *s =
	    ws_counters_find(d->m->counters, name, d->artifact, d->track);
	double sum = 0;
	size_t i;

	for (i = 0; s != NULL && i < s->n; i++)
		sum += s->value[i];
	return s != NULL ? sum / (double)s->n : NAN;
}

/* iostat prints a time of 0 for an interval without a request. */
static double
median_used(const struct device *d, ws_id name)
{
	const struct ws_series *s =
	    ws_counters_find(d->m->counters, name, d->artifact, d->track);
	double *used, v;
	size_t i, n = 0;

	if (s == NULL)
		return NAN;
	used = ws_alloc_array(s->n, sizeof(*used));
	for (i = 0; i < s->n; i++)
		if (s->value[i] > 0)
			used[n++] = s->value[i];
	v = n > 0 ? ws_median(used, n) : 0;
	free(used);
	return v;
}

/* Mean time of a request over all directions, weighted by their rates: what
 * iostat called await before it split it. */
static double
await(const struct device *d)
{
	static const ws_id rate[] = { WS_N_DISK_READS, WS_N_DISK_WRITES,
		WS_N_DISK_DISCARDS, WS_N_DISK_FLUSHES };
	static const ws_id time[] = { WS_N_DISK_READ_AWAIT,
		WS_N_DISK_WRITE_AWAIT, WS_N_DISK_DISCARD_AWAIT,
		WS_N_DISK_FLUSH_AWAIT };
	double sum = 0, ops = 0, whole = median_used(d, WS_N_DISK_AWAIT);
	size_t i;

	if (!isnan(whole))
		return whole;
	for (i = 0; i < WS_LEN(rate); i++) {
		double t = median_used(d, time[i]), r = mean(d, rate[i]);

		if (isnan(t) || isnan(r))
			continue;
		ops += r;
		sum += r * t;
	}
	return ops > 0 ? sum / ops : NAN;
}

/* The whole where the log has it, else the sum of its parts; NaN when it has
 * neither. */
static double
whole_of(const struct device *d, ws_id whole, const ws_id *part, size_t n,
    double (*of)(const struct device *, ws_id))
{
	double sum = of(d, whole), v;
	size_t i;

	if (!isnan(sum))
		return sum;
	for (i = 0; i < n; i++) {
		v = of(d, part[i]);
		if (!isnan(v))
			sum = isnan(sum) ? v : sum + v;
	}
	return sum;
}

static double
ops(const struct device *d, double (*of)(const struct device *, ws_id))
{
	static const ws_id part[] = { WS_N_DISK_READS, WS_N_DISK_WRITES,
		WS_N_DISK_DISCARDS, WS_N_DISK_FLUSHES };

	return whole_of(d, WS_N_DISK_OPS, part, WS_LEN(part), of);
}

static double
bytes(const struct device *d, double (*of)(const struct device *, ws_id))
{
	static const ws_id part[] = { WS_N_DISK_READ_BYTES,
		WS_N_DISK_WRITE_BYTES, WS_N_DISK_DISCARD_BYTES };

	return whole_of(d, WS_N_DISK_BYTES, part, WS_LEN(part), of);
}

static void
put_device(const struct device *d, double rows)
{
	double all = ops(d, mean);

	put(d, WS_F_DISK_OPS, ops(d, median), rows);
	put(d, WS_F_DISK_BYTES, bytes(d, median), rows);
	put(d, WS_F_DISK_AWAIT, await(d), rows);
	put(d, WS_F_DISK_QUEUE, median(d, WS_N_DISK_QUEUE), rows);
	put(d, WS_F_DISK_QUEUE_WORST,
	    ws_series_worst(ws_counters_find(
		d->m->counters, WS_N_DISK_QUEUE, d->artifact, d->track)),
	    WS_WINDOW);
	put(d, WS_F_DISK_UTIL, median(d, WS_N_DISK_UTIL), rows);
	if (all > 0)
		put(d, WS_F_DISK_SIZE, bytes(d, mean) / all, rows);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "sda12", "nvme0n1p3", "mmcblk0p1": the length of the disk's name in it, 0
 * when it is no partition's name.  A disk's name that ends in a digit is
 * followed by a "p". */
static size_t
disk_of(struct ws_sv name)
{
	size_t n = name.n;

	while (n > 0 && is_digit(name.p[n - 1]))
		n--;
	if (n == name.n || n == 0)
		return 0;
	if (n > 1 && name.p[n - 1] == 'p' && is_digit(name.p[n - 2]))
		return n - 1;
	return n;
}

/*
 * Devices that would count the same requests twice or are no disks have no
 * facts: partitions of a disk in the same log, and memory.  What is stacked on
 * disks (dm-, md, loop) has: it sees queueing that the disks below do not, and
 * the largest of all devices is no sum.
 */
static bool
is_counted(const struct ws_measured *m, const struct ws_series *s)
{
	struct ws_sv name = ws_dict_text(m->dict, s->track);
	size_t n = disk_of(name);
	ws_id disk;

	if (n > 0 && (ws_sv_is((struct ws_sv){ name.p, n }, "ram") ||
			 ws_sv_is((struct ws_sv){ name.p, n }, "zram")))
		return false;
	disk = ws_dict_str(m->dict, (struct ws_sv){ name.p, n });
	return disk == 0 || ws_counters_find(m->counters, s->name, s->artifact,
				disk) == NULL;
}

/* The longest log of a device: rates of reads, or of all requests in older and
 * shorter tables. */
static const struct ws_series *
longest(const struct ws_measured *m, ws_id device)
{
	const struct ws_series *reads =
	    ws_counters_find(m->counters, WS_N_DISK_READS, 0, device);
	const struct ws_series *all =
	    ws_counters_find(m->counters, WS_N_DISK_OPS, 0, device);

	if (reads == NULL || all == NULL)
		return reads != NULL ? reads : all;
	return ws_counters_better(m->counters, reads, all);
}

/* One set of facts a device, from the longest log that has it. */
void
ws_family_disk(const struct ws_measured *m)
{
	size_t i, n = ws_counters_count(m->counters);

	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);
		struct device d = { m, s->artifact, s->track };

		if (s->name != WS_N_DISK_READS && s->name != WS_N_DISK_OPS)
			continue;
		if (s == longest(m, s->track) && is_counted(m, s))
			put_device(&d, (double)s->seen);
	}
}
