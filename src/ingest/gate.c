#include "ingest/gate.h"

#include "base/mem.h"
#include "ingest/source_open.h"

static void
open_gate(struct ws_gate *g)
{
	g->state = WS_GATE_OPEN;
	ws_sink_begin(g->target, &g->origin);
	for (size_t i = 0; i < g->n; i++)
		ws_sink_fault(g->target, g->fault[i].off, g->fault[i].what);
}

bool
ws_gate_is_open(struct ws_gate *g)
{
	if (g->state != WS_GATE_UNDECIDED)
		return g->state == WS_GATE_OPEN;
	if (ws_dates_are_unsure(ws_source_dates(g->src)))
		g->state = WS_GATE_SHUT;
	else
		open_gate(g);
	return g->state == WS_GATE_OPEN;
}

static enum ws_status
look_on(struct ws_gate *g, size_t n)
{
	g->seen += n;
	return g->seen < WS_GATE_LOOK ? WS_OK : WS_LIMIT;
}

static enum ws_status
events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct ws_gate *g = (struct ws_gate *)s;

	return ws_gate_is_open(g) ? ws_sink_events(g->target, ev, n)
				  : look_on(g, n);
}

static enum ws_status
rows(struct ws_sink *s, const struct ws_row *row, size_t n)
{
	struct ws_gate *g = (struct ws_gate *)s;

	return ws_gate_is_open(g) ? ws_sink_rows(g->target, row, n)
				  : look_on(g, n);
}

static void
fault(struct ws_sink *s, uint64_t off, const char *what)
{
	struct ws_gate *g = (struct ws_gate *)s;

	if (g->state == WS_GATE_UNDECIDED && g->n < WS_GATE_FAULTS)
		g->fault[g->n++] = (struct ws_gate_fault){ off,
			ws_arena_dup(g->arena, ws_sv_of(what)) };
	else if (ws_gate_is_open(g))
		ws_sink_fault(g->target, off, what);
}

void
ws_gate_init(struct ws_gate *g, struct ws_sink *target,
    const struct ws_origin *origin, const struct ws_source *src,
    struct ws_arena *arena, bool may_shut)
{
	static const struct ws_sink_ops ops = {
		.events = events,
		.rows = rows,
		.fault = fault,
	};

	*g = (struct ws_gate){ .sink = { .ops = &ops, .dict = target->dict },
		.target = target,
		.origin = *origin,
		.src = src,
		.arena = arena };
	if (!may_shut)
		open_gate(g);
}
