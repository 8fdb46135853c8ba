#include "model/batch.h"

#include <assert.h>

void
ws_batch_init(struct ws_batch *b, struct ws_sink *s)
{
	b->sink = s;
	b->status = WS_OK;
	b->n = b->n_rows = 0;
}

/* Events and rows as they were put: events, rows that follow each other, events
 * and so on. */
static enum ws_status
send(const struct ws_batch *b)
{
	enum ws_status status = WS_OK;
	size_t sent = 0, row = 0, rows, until;

	while (status == WS_OK && (sent < b->n || row < b->n_rows)) {
		until = row < b->n_rows ? b->after[row] : b->n;
		status = ws_sink_events(b->sink, b->ev + sent, until - sent);
		sent = until;
		for (rows = row; rows < b->n_rows && b->after[rows] == until;)
			rows++;
		if (status == WS_OK)
			status =
			    ws_sink_rows(b->sink, b->row + row, rows - row);
		row = rows;
	}
	return status;
}

enum ws_status
ws_batch_flush(struct ws_batch *b)
{
	if (b->status == WS_OK)
		b->status = send(b);
	b->n = b->n_rows = 0;
	return b->status;
}

enum ws_status
ws_batch_put(struct ws_batch *b, const struct ws_event *ev)
{
	assert(ev->kind < WS_EV_KINDS && ev->unit < WS_U_COUNT_OF);
	*ws_batch_add(b) = *ev;
	return b->n < WS_BATCH ? b->status : ws_batch_flush(b);
}
