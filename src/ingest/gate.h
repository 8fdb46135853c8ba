/*
 * Internal to ingest: stands between a parser and the sink until the dates of
 * the artifact have shown what they are.  When they could mean more with what
 * the rest of the bundle tells, the gate shuts: the sink sees nothing of this
 * reading, and another one follows.
 *
 * It decides when the parser sends its first events, which are 256 in most
 * formats, or rows of 16 lines: logs begin with their date.  What shows later
 * comes too late.
 */
#ifndef WS_GATE_H
#define WS_GATE_H

#include "ingest/source.h"
#include "model/sink.h"

/* A shut gate stops the parser after so many events and rows, days of most logs:
 * dates that show the order were found by then, or will not be. */
enum { WS_GATE_FAULTS = 16, WS_GATE_LOOK = 1 << 18 };

enum ws_gate_state { WS_GATE_UNDECIDED, WS_GATE_OPEN, WS_GATE_SHUT };

struct ws_gate {
	struct ws_sink sink; /* for the parser */
	struct ws_sink *target;
	struct ws_origin origin;
	const struct ws_source *src;
	struct ws_arena *arena;
	enum ws_gate_state state;
	size_t seen; /* events and rows, while shut */

	/* Before it decides; one more and it opens or shuts. */
	struct ws_gate_fault {
		uint64_t off;
		const char *what;
	} fault[WS_GATE_FAULTS];

	size_t n;
};

/* Borrows all; keeps the words of faults in the arena.  Begins the origin at the
 * target when it opens, which is at once unless it may shut. */
void ws_gate_init(struct ws_gate *g, struct ws_sink *target,
    const struct ws_origin *origin, const struct ws_source *src,
    struct ws_arena *arena, bool may_shut);
/* When the parser is done: true when the gate is open, so that the target has
 * seen the begin and wants the end. */
bool ws_gate_is_open(struct ws_gate *g);

#endif
