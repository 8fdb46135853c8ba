/*
 * Where events go.  A parser pushes batches into a sink and keeps nothing;
 * no list of all events exists anywhere.
 */
#ifndef WS_SINK_H
#define WS_SINK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "model/row.h"

/* What the events that follow were read from. */
struct ws_origin {
	ws_id artifact; /* its name in the bundle */
	ws_id format;   /* name of the parser */
};

struct ws_sink;

/* Any of these may be NULL. */
struct ws_sink_ops {
	void (*begin)(struct ws_sink *, const struct ws_origin *);
	/* Copies what it keeps.  Anything but WS_OK stops the parse. */
	enum ws_status (*events)(
	    struct ws_sink *, const struct ws_event *, size_t);
	/* The same of rows; without it they come as events. */
	enum ws_status (*rows)(struct ws_sink *, const struct ws_row *, size_t);
	/* A recoverable fault in the input at `off`; `what` is borrowed. */
	void (*fault)(struct ws_sink *, uint64_t off, const char *what);
	void (*end)(struct ws_sink *, enum ws_status);
};

struct ws_sink {
	const struct ws_sink_ops *ops;
	struct ws_dict *dict;
	/* The kinds that it does not look at, as bits 1 << kind, or rows; begin
	 * may set them.  A fan leaves out most such events, for speed. */
	unsigned ignores;
};

#define WS_EV_ROWS (1u << WS_EV_KINDS)
#define WS_EV_ALL  (2 * WS_EV_ROWS - 1)

void ws_sink_begin(struct ws_sink *s, const struct ws_origin *o);
enum ws_status ws_sink_events(
    struct ws_sink *s, const struct ws_event *ev, size_t n);
enum ws_status ws_sink_rows(
    struct ws_sink *s, const struct ws_row *row, size_t n);
void ws_sink_fault(struct ws_sink *s, uint64_t off, const char *what);
void ws_sink_end(struct ws_sink *s, enum ws_status status);

/*
 * Which of n events, at most 64, are of the kinds whose bits (1 << kind) are
 * set, as bits from the lowest on.  Without a branch an event, so that sinks
 * pass over what they do not want for next to nothing:
 *
 *	for (at = 0; at < n; at += 64)
 *		for (w = ws_events_of(ev + at, n - at, kinds); w != 0; w &= w - 1)
 *			... ev[at + ws_lowest_bit(w)] ...
 */
static inline uint64_t
ws_events_of(const struct ws_event *ev, size_t n, unsigned kinds)
{
	uint64_t w = 0;
	size_t i;

	n = n < 64 ? n : 64;
	for (i = 0; i < n; i++)
		w |= (uint64_t)(kinds >> ev[i].kind & 1) << i;
	return w;
}

/* Ready-made sinks.  Each is owned by the caller and freed with
 * ws_sink_free; the fan-out does not own its targets. */
struct ws_sink *ws_sink_new_null(struct ws_dict *d);
struct ws_sink *ws_sink_new_count(struct ws_dict *d);
struct ws_sink *ws_sink_new_fan(
    struct ws_dict *d, struct ws_sink *const *targets, size_t n);
/* One event a line, as text or as JSON; also faults, begin and end. */
struct ws_sink *ws_sink_new_dump(struct ws_dict *d, FILE *f, int jsonl);
void ws_sink_free(struct ws_sink *s);

/* Of a counting sink: events of a kind, LOSS values, and faults so far; the
 * numbers start anew at each begin. */
struct ws_sink_counts {
	uint64_t events[WS_EV_KINDS], lost, faults;
};

const struct ws_sink_counts *ws_sink_counted(const struct ws_sink *s);

#endif
