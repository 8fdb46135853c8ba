/*
 * iostat -o JSON (from 11.5.1).  A file that was cut off by a signal or a full
 * disk is not JSON any more (until 12.1.4 even after ^C), and with -y 11.5.5
 * printed a comma too many; so it is read by ingest/pairs.h.
 *
 * From 12.1.2 to 12.2.0 throughput is in sectors whatever its key says, which
 * the mean request size gives away: a first pass looks at the busiest device.
 * With -y, 12.2 and later leave a blank line at the start of "statistics".
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/pairs.h"
#include "iostat.h"

struct json {
	struct ws_iostat *io;
	double busiest; /* of the survey */
	/* The keys of the last object, and what they mean. */
	struct ws_buf keys;
	bool is_cpu;
	struct ws_iostat_layout layout;
};

static bool
pair_number(const struct ws_pairs *s, const char *key, double *v)
{
	return ws_cell_number(ws_pairs_find(s, key), v);
}

/* Is the throughput of this device in sectors?  Two sectors are a kB. */
static void
survey_device(void *ctx, const struct ws_pairs *s)
{
	struct json *j = ctx;
	double reads, writes, size, rate, expected;

	if (!pair_number(s, "r/s", &reads) || !pair_number(s, "w/s", &writes) ||
	    !pair_number(s, "rareq-sz", &size) || reads + writes <= j->busiest)
		return;
	if (!pair_number(s, "rkB/s", &rate) && !pair_number(s, "rMB/s", &rate))
		return;
	expected = 2 * reads * size;
	if (reads < 1 || expected <= 0)
		return;
	j->busiest = reads + writes;
	j->io->sectors = rate > expected * 0.98 && rate < expected * 1.02;
}

/* The keys as a header, which most objects of a list have alike. */
static void
read_keys(struct json *j, struct ws_sv keys, bool is_cpu)
{
	if (j->is_cpu == is_cpu && ws_sv_eq(ws_buf_sv(&j->keys), keys))
		return;
	j->is_cpu = is_cpu;
	j->keys.n = 0;
	ws_buf_putsv(&j->keys, keys);
	if (is_cpu)
		ws_iostat_cpu_layout(&j->layout.l, keys);
	else
		ws_iostat_device_layout(&j->layout.l, keys);
	ws_iostat_plan(j->io, &j->layout);
}

/* The pairs but the device's name as a row under a header of their keys. */
static void
put_object(
    struct json *j, const struct ws_pairs *s, bool is_cpu, struct ws_sv device)
{
	struct ws_buf keys = { 0 };
	double v[WS_COLUMNS_MAX] = { 0 };
	size_t n = 0;
	struct ws_iostat_row r = {
		.l = &j->layout, .v = v, .device = device, .off = s->off
	};

	for (size_t i = 0; i < s->n; i++) {
		struct ws_cell number = ws_cell_read(s->pair[i].value);

		if (ws_sv_is(s->pair[i].key, "disk_device"))
			continue;
		ws_buf_putsv(&keys, s->pair[i].key);
		ws_buf_putc(&keys, ' ');
		v[n] = number.good ? number.v : NAN;
		r.bytes |= (uint64_t)(number.good && number.bytes) << n;
		r.last = s->pair[i].value;
		n++;
	}
	read_keys(j, ws_buf_sv(&keys), is_cpu);
	ws_buf_fini(&keys);
	r.cells = ws_low_bits(n);
	j->io->seen |= is_cpu ? 0 : ws_iostat_columns(&j->layout.l);
	if (j->layout.l.n != n)
		ws_sysstat_fault(&j->io->s, s->off, "an object has odd keys");
	else if (is_cpu)
		ws_iostat_cpu_row(j->io, &r);
	else
		ws_iostat_device_row(j->io, &r);
}

static void
close_object(void *ctx, const struct ws_pairs *s)
{
	struct json *j = ctx;
	struct ws_sv device = ws_pairs_find(s, "disk_device");
	bool is_cpu = ws_sv_is(ws_pairs_list(s), "avg-cpu");

	if (device.n == 0 && !is_cpu)
		return;
	if (s->spoilt)
		ws_sysstat_fault(&j->io->s, s->off,
		    "an object is not made of keys and values");
	else
		put_object(j, s, is_cpu, device);
}

static void
take_pair(void *ctx, const struct ws_pairs *s, struct ws_sv value)
{
	struct ws_iostat *io = ((struct json *)ctx)->io;
	struct ws_when when;

	ws_sysstat_json_head(&io->s, s->key, value);
	if (ws_sv_is(s->key, "timestamp") &&
	    ws_sysstat_read_date(&io->s, value, &when))
		ws_sysstat_set_time(&io->s, &when);
}

static void
open_container(void *ctx, const struct ws_pairs *s, char bracket)
{
	struct ws_iostat *io = ((struct json *)ctx)->io;

	if (bracket == '{' && ws_sv_is(s->in_list, "statistics"))
		ws_iostat_report(io, NULL);
	if (bracket == '[' && ws_sv_is(ws_pairs_list(s), "statistics")) {
		ws_iostat_capture(io);
		if (s->gap > 1)
			ws_iostat_not_since_boot(io);
	}
}

void
ws_iostat_read_json(struct ws_iostat *p, struct ws_cur all)
{
	static const struct ws_pairs_ops survey = { .close = survey_device },
					 ops = { .open = open_container,
						 .pair = take_pair,
						 .close = close_object };
	struct json *j = ws_alloc(sizeof(*j));
	struct ws_pairs *s = ws_alloc(sizeof(*s));

	j->io = p;
	ws_pairs_read(s, &survey, j, all);
	if (!ws_pairs_read(s, &ops, j, all))
		ws_sysstat_fault(&p->s, ws_jscan_off(&s->in),
		    "the document ends inside an object or list");
	ws_buf_fini(&j->keys);
	free(j);
	free(s);
}
