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

/* The values of a row as events; returns how many there are. */
static size_t
events_of(const struct ws_row *row, struct ws_event *ev)
{
	size_t n = 0;

	for (uint64_t w = row->has; w != 0; w &= w - 1) {
		unsigned i = ws_lowest_bit(w);

		ev[n] = WS_EVENT(WS_EV_COUNTER);
		ev[n].t = row->t;
		ev[n].value = row->value[i];
		ev[n].track = row->track;
		ev[n].peer = row->peer;
		ev[n].name = row->heading->series[i].name;
		ev[n].clock = row->clock;
		ev[n++].unit = (uint8_t)row->heading->series[i].unit;
	}
	return n;
}

enum ws_status
ws_sink_rows(struct ws_sink *s, const struct ws_row *row, size_t n)
{
	enum ws_status status = WS_OK;
	struct ws_event ev[WS_ROW_MAX];

	if (n == 0 || (s->ops->rows == NULL && s->ops->events == NULL))
		return WS_OK;
	if (s->ops->rows != NULL)
		return s->ops->rows(s, row, n);
	for (size_t i = 0; i < n && status == WS_OK; i++)
		status = ws_sink_events(s, ev, events_of(&row[i], ev));
	return status;
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

enum { FIELD = 10, PART = 512 };

/* All sums in one register, as one that was just written to memory is slow to
 * read.  True when something was lost. */
static bool
count_kinds(struct ws_sink_counts *c, const struct ws_event *ev, size_t n)
{
	uint64_t one[WS_EV_KINDS], sum = 0;

	static_assert(WS_EV_KINDS * FIELD <= 64 && PART < 1 << FIELD,
	    "a field for each kind");
	for (unsigned k = 0; k < WS_EV_KINDS; k++)
		one[k] = UINT64_C(1) << FIELD * k;
	for (size_t i = 0; i < n; i++)
		sum += one[ev[i].kind];
	for (unsigned k = 0; k < WS_EV_KINDS; k++)
		c->events[k] += sum >> FIELD * k & ((1 << FIELD) - 1);
	return (sum >> FIELD * WS_EV_LOSS & ((1 << FIELD) - 1)) != 0;
}

static void
count_lost(struct ws_sink_counts *c, const struct ws_event *ev, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ev[i].kind == WS_EV_LOSS)
			c->lost += records_lost(ev[i].value);
}

static enum ws_status
count_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct ws_sink_counts *c = &((struct count_sink *)s)->counts;
	size_t part;

	for (; n > 0; ev += part, n -= part) {
		part = n < PART ? n : PART;
		if (count_kinds(c, ev, part))
			count_lost(c, ev, part);
	}
	return WS_OK;
}

static enum ws_status
count_rows(struct ws_sink *s, const struct ws_row *row, size_t n)
{
	struct ws_sink_counts *c = &((struct count_sink *)s)->counts;

	for (size_t i = 0; i < n; i++)
		c->events[WS_EV_COUNTER] += ws_bits(row[i].has);
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
	.rows = count_rows,
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

enum { FEW = 256 };

struct fan_sink {
	struct ws_sink sink;
	struct ws_event few[FEW]; /* see pick() */
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

/* True when the target ignores any kind of events. */
static bool
is_picky(const struct ws_sink *s)
{
	return (s->ignores & ~WS_EV_ROWS) != 0;
}

/* What those targets want that ignore anything, as bits. */
static unsigned
wanted_by_picky(const struct fan_sink *f)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < f->n; i++)
		if (is_picky(f->target[i]))
			kinds |= WS_EV_ALL & ~f->target[i]->ignores;
	return kinds & ~WS_EV_ROWS;
}

/* Those of n events, at most FEW, that are of these kinds: the events
 * themselves when all are, else copies in f->few. */
static const struct ws_event *
pick(struct fan_sink *f, const struct ws_event *ev, size_t *n, unsigned kinds)
{
	uint16_t at[FEW + 1];
	uint8_t wanted[WS_EV_KINDS];
	size_t all = *n, k = 0;

	for (unsigned i = 0; i < WS_EV_KINDS; i++)
		wanted[i] = kinds >> i & 1;
	/* Without a branch an event. */
	for (size_t i = 0; i < all; i++) {
		at[k] = (uint16_t)i;
		k += wanted[ev[i].kind];
	}
	*n = k;
	if (k == all)
		return ev;
	for (size_t i = 0; i < k; i++)
		f->few[i] = ev[at[i]];
	return f->few;
}

/* Most events of long captures are of kinds that one target wants. */
static enum ws_status
send_picked(struct fan_sink *f, const struct ws_event *ev, size_t n)
{
	unsigned kinds = wanted_by_picky(f);
	enum ws_status status = WS_OK;
	size_t part, some;

	for (; n > 0 && kinds != 0; ev += part, n -= part) {
		const struct ws_event *few;

		some = part = n < FEW ? n : FEW;
		few = pick(f, ev, &some, kinds);
		for (size_t i = 0; i < f->n && some > 0; i++)
			if (is_picky(f->target[i]) &&
			    f->target[i]->ignores != WS_EV_ALL)
				status = ws_status_worst(status,
				    ws_sink_events(f->target[i], few, some));
	}
	return status;
}

/* Every target sees the batch, also after one has refused it, so that what a
 * target gets does not depend on its neighbours. */
static enum ws_status
fan_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct fan_sink *f = (struct fan_sink *)s;
	enum ws_status status = send_picked(f, ev, n);

	for (size_t i = 0; i < f->n; i++)
		if (!is_picky(f->target[i]))
			status = ws_status_worst(
			    status, ws_sink_events(f->target[i], ev, n));
	return status;
}

static enum ws_status
fan_rows(struct ws_sink *s, const struct ws_row *row, size_t n)
{
	struct fan_sink *f = (struct fan_sink *)s;
	enum ws_status status = WS_OK;

	for (size_t i = 0; i < f->n; i++)
		if ((f->target[i]->ignores & WS_EV_ROWS) == 0)
			status = ws_status_worst(
			    status, ws_sink_rows(f->target[i], row, n));
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
	.rows = fan_rows,
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
