#include "ingest/kernel.h"

#include <math.h>

#include "base/mem.h"
#include "ingest/when.h"

enum { SECTOR = 512, MS = 1000000 };

void
ws_kernel_init(struct ws_kernel *k, struct ws_sink *sink)
{
	*k = (struct ws_kernel){ .sink = sink, .t = WS_T_NONE };
	k->ticks = ws_when_clock(sink->dict, WS_CLOCK_TICKS, 0);
	k->local = ws_when_clock(sink->dict, WS_CLOCK_WALL_LOCAL, MS);
	k->utc = ws_when_clock(sink->dict, WS_CLOCK_WALL, MS);
	ws_batch_init(&k->out, sink);
}

static void
put(struct ws_kernel *k, struct ws_event *ev, ws_id name, enum ws_unit unit)
{
	ev->name = name;
	ev->unit = (uint8_t)unit;
	ev->track = k->track;
	ev->t = k->t;
	ev->clock = k->t != WS_T_NONE ? k->clock : 0;
	if (isnan(ev->value))
		return;
	ws_batch_put(&k->out, ev);
	k->rows++;
}

void
ws_kernel_now(struct ws_kernel *k, ws_id name, enum ws_unit unit, double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.value = value;
	put(k, &ev, name, unit);
}

void
ws_kernel_total(
    struct ws_kernel *k, ws_id name, enum ws_unit unit, double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.value = value;
	ev.peer = WS_N_TOTAL;
	put(k, &ev, name, unit);
}

void
ws_kernel_over(struct ws_kernel *k, ws_id name, enum ws_unit unit, double value,
    double number)
{
	int64_t t = k->t;
	ws_id clock = k->clock;

	/* NaN is no number of things either. */
	if (!(number >= 0 && number <= 9e9))
		return;
	k->t = (int64_t)(number * 1e9);
	k->clock = k->ticks;
	ws_kernel_total(k, name, unit, value);
	k->t = t;
	k->clock = clock;
}

void
ws_kernel_disk(
    struct ws_kernel *k, struct ws_sv device, const struct ws_kernel_disk *d)
{
	if (d->reads + d->writes == 0)
		return;
	k->track = ws_dict_str(k->sink->dict, device);
	ws_kernel_total(k, WS_N_DISK_READS, WS_U_RATE, d->reads);
	ws_kernel_total(
	    k, WS_N_DISK_READ_BYTES, WS_U_BRATE, d->read_sectors * SECTOR);
	ws_kernel_over(
	    k, WS_N_DISK_READ_AWAIT, WS_U_TIME, d->read_ms * 1e6, d->reads);
	ws_kernel_total(k, WS_N_DISK_WRITES, WS_U_RATE, d->writes);
	ws_kernel_total(
	    k, WS_N_DISK_WRITE_BYTES, WS_U_BRATE, d->write_sectors * SECTOR);
	ws_kernel_over(
	    k, WS_N_DISK_WRITE_AWAIT, WS_U_TIME, d->write_ms * 1e6, d->writes);
	ws_kernel_total(k, WS_N_DISK_UTIL, WS_U_RATIO, d->busy_ms / 1e3);
	ws_kernel_total(k, WS_N_DISK_QUEUE, WS_U_COUNT, d->queue_ms / 1e3);
	k->track = 0;
}

void
ws_kernel_cpu(struct ws_kernel *k, const struct ws_kernel_cpu *c)
{
	const struct {
		ws_id name;
		double ticks;
	} part[] = {
		{ WS_N_CPU_USER, c->user },
		{ WS_N_CPU_NICE, c->nice },
		{ WS_N_CPU_SYS, c->sys + c->irq + c->softirq },
		{ WS_N_CPU_IDLE, c->idle },
		{ WS_N_CPU_IOWAIT, c->iowait },
		{ WS_N_CPU_STEAL, c->steal },
	};

	double all = 0, ticks = 100.0 * (c->cpus > 0 ? c->cpus : 1);
	int64_t t = k->t;
	ws_id clock = k->clock;

	for (size_t i = 0; i < WS_LEN(part); i++)
		all += part[i].ticks;
	if (all / ticks < 9e9) {
		k->t = (int64_t)(all / ticks * 1e9);
		k->clock = k->ticks;
		for (size_t i = 0; i < WS_LEN(part); i++)
			ws_kernel_total(
			    k, part[i].name, WS_U_RATIO, part[i].ticks / ticks);
		if (c->cpus > 0 && c->switches > 0)
			ws_kernel_total(
			    k, WS_N_SCHED_SWITCHES, WS_U_RATE, c->switches);
	}
	k->t = t;
	k->clock = clock;
	if (c->cpus == 0 && c->switches > 0)
		ws_kernel_total(k, WS_N_SCHED_SWITCHES, WS_U_RATE, c->switches);
	if (c->cpus > 0) {
		ws_kernel_now(k, WS_N_HOST_CPUS, WS_U_COUNT, c->cpus);
		ws_kernel_now(
		    k, WS_N_HOST_UPTIME, WS_U_TIME, all / ticks * 1e9);
	}
}
