/* What a parser has to send: dispatch is paid once for many events. */
#ifndef WS_BATCH_H
#define WS_BATCH_H

#include "model/sink.h"

/* Events and rows are sent in the order in which they were put. */
enum { WS_BATCH = 256, WS_BATCH_ROWS = 16 };

struct ws_batch {
	struct ws_sink *sink;
	enum ws_status status; /* sticky: the first refusal of the sink */
	size_t n, n_rows;
	struct ws_event ev[WS_BATCH];
	struct ws_row row[WS_BATCH_ROWS];
	size_t after[WS_BATCH_ROWS]; /* events before the row */
	double value[WS_BATCH_ROWS][WS_ROW_MAX];
};

void ws_batch_init(struct ws_batch *b, struct ws_sink *s);
/* Appends a copy.  The result is the sticky status. */
enum ws_status ws_batch_put(struct ws_batch *b, const struct ws_event *ev);
/* Must be called once after the last event. */
enum ws_status ws_batch_flush(struct ws_batch *b);

/* Appends an event, all of which is to be set before the next call: for who
 * makes millions. */
static inline struct ws_event *
ws_batch_add(struct ws_batch *b)
{
	if (b->n == WS_BATCH)
		ws_batch_flush(b);
	return &b->ev[b->n++];
}

/* Appends a row, all of which is to be set before the next call, but for its
 * values, for which it has room. */
static inline struct ws_row *
ws_batch_row(struct ws_batch *b, double **value)
{
	if (b->n_rows == WS_BATCH_ROWS)
		ws_batch_flush(b);
	b->after[b->n_rows] = b->n;
	*value = b->value[b->n_rows];
	b->row[b->n_rows].value = *value;
	return &b->row[b->n_rows++];
}

#endif
