#include "model/sink.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
ws_sink_begin(struct ws_sink *s, const struct ws_origin *o)
{
	if (s->ops->begin != NULL)
		s->ops->begin(s, o);
}

enum ws_status
ws_sink_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	if (n == 0 || s->ops->events == NULL)
		return WS_OK;
	return s->ops->events(s, ev, n);
}

void
ws_sink_fault(struct ws_sink *s, uint64_t off, const char *what)
{
	if (s->ops->fault != NULL)
		s->ops->fault(s, off, what);
}

void
ws_sink_end(struct ws_sink *s, enum ws_status status)
{
	if (s->ops->end != NULL)
		s->ops->end(s, status);
}

void
ws_batch_init(struct ws_batch *b, struct ws_sink *s)
{
	b->sink = s;
	b->status = WS_OK;
	b->n = 0;
}

enum ws_status
ws_batch_flush(struct ws_batch *b)
{
	if (b->status == WS_OK)
		b->status = ws_sink_events(b->sink, b->ev, b->n);
	b->n = 0;
	return b->status;
}

enum ws_status
ws_batch_put(struct ws_batch *b, const struct ws_event *ev)
{
	assert(ev->kind < WS_EV_KINDS && ev->unit < WS_U_COUNT_OF);
	*ws_batch_add(b) = *ev;
	return b->n < WS_BATCH ? b->status : ws_batch_flush(b);
}

static const struct ws_sink_ops null_ops = { 0 };

struct ws_sink *
ws_sink_new_null(struct ws_dict *d)
{
	struct ws_sink *s = ws_alloc(sizeof *s);

	s->ops = &null_ops;
	s->dict = d;
	return s;
}

struct count_sink {
	struct ws_sink sink;
	struct ws_sink_counts counts;
};

static void
count_begin(struct ws_sink *s, const struct ws_origin *o)
{
	struct count_sink *c = (struct count_sink *)s;

	(void)o;
	memset(&c->counts, 0, sizeof c->counts);
}

/* A LOSS of an unknown or senseless number is at least one. */
static uint64_t
records_lost(double value)
{
	if (!(value >= 1))
		return 1;
	return value < 1e18 ? (uint64_t)value : (uint64_t)1e18;
}

static enum ws_status
count_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct ws_sink_counts *c = &((struct count_sink *)s)->counts;
	/* Two that take turns: neighbours are often of one kind, and a sum
	 * that was just written is slow to read. */
	uint64_t sum[2][WS_EV_KINDS] = { { 0 } }, w;
	size_t i;

	for (i = 0; i < n; i++)
		sum[i & 1][ev[i].kind]++;
	for (i = 0; i < WS_EV_KINDS; i++)
		c->events[i] += sum[0][i] + sum[1][i];
	for (i = 0; i < n && sum[0][WS_EV_LOSS] + sum[1][WS_EV_LOSS] > 0;
	     i += 64)
		for (w = ws_events_of(ev + i, n - i, 1u << WS_EV_LOSS); w != 0;
		     w &= w - 1)
			c->lost += records_lost(ev[i + ws_lowest_bit(w)].value);
	return WS_OK;
}

static void
count_fault(struct ws_sink *s, uint64_t off, const char *what)
{
	(void)off;
	(void)what;
	((struct count_sink *)s)->counts.faults++;
}

static const struct ws_sink_ops count_ops = {
	.begin = count_begin,
	.events = count_events,
	.fault = count_fault,
};

struct ws_sink *
ws_sink_new_count(struct ws_dict *d)
{
	struct count_sink *c = ws_alloc(sizeof *c);

	c->sink.ops = &count_ops;
	c->sink.dict = d;
	return &c->sink;
}

const struct ws_sink_counts *
ws_sink_counted(const struct ws_sink *s)
{
	assert(s->ops == &count_ops);
	return &((const struct count_sink *)s)->counts;
}

struct fan_sink {
	struct ws_sink sink;
	size_t n;
	struct ws_sink *target[];
};

static void
fan_begin(struct ws_sink *s, const struct ws_origin *o)
{
	struct fan_sink *f = (struct fan_sink *)s;

	for (size_t i = 0; i < f->n; i++)
		ws_sink_begin(f->target[i], o);
}

/* Every target sees the batch, also after one has refused it, so that what a
 * target gets does not depend on its neighbours. */
static enum ws_status
fan_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct fan_sink *f = (struct fan_sink *)s;
	enum ws_status status = WS_OK;

	for (size_t i = 0; i < f->n; i++)
		status = ws_status_worst(
		    status, ws_sink_events(f->target[i], ev, n));
	return status;
}

static void
fan_fault(struct ws_sink *s, uint64_t off, const char *what)
{
	struct fan_sink *f = (struct fan_sink *)s;

	for (size_t i = 0; i < f->n; i++)
		ws_sink_fault(f->target[i], off, what);
}

static void
fan_end(struct ws_sink *s, enum ws_status status)
{
	struct fan_sink *f = (struct fan_sink *)s;

	for (size_t i = 0; i < f->n; i++)
		ws_sink_end(f->target[i], status);
}

static const struct ws_sink_ops fan_ops = {
	.begin = fan_begin,
	.events = fan_events,
	.fault = fan_fault,
	.end = fan_end,
};

struct ws_sink *
ws_sink_new_fan(struct ws_dict *d, struct ws_sink *const *targets, size_t n)
{
	struct fan_sink *f = ws_alloc(sizeof *f + n * sizeof f->target[0]);

	f->sink.ops = &fan_ops;
	f->sink.dict = d;
	f->n = n;
	for (size_t i = 0; i < n; i++)
		f->target[i] = targets[i];
	return &f->sink;
}

/* Every ready-made sink is one allocation that starts with its ws_sink. */
void
ws_sink_free(struct ws_sink *s)
{
	free(s);
}
