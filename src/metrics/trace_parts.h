/* Between the files of trace.h: what is added up of the open artifact. */
#ifndef WS_TRACE_PARTS_H
#define WS_TRACE_PARTS_H

#include "metrics/goroutines.h"
#include "metrics/tally.h"
#include "metrics/trace.h"

/* What sums are kept of, each by stack; running by entry function. */
enum ws_trace_what {
	WS_TRACE_RUN = 1,
	WS_TRACE_WAIT, /* for a P */
	WS_TRACE_SYNC, /* blocked, by reason */
	WS_TRACE_NET,
	WS_TRACE_SLEEP,
	WS_TRACE_OTHER,
	WS_TRACE_UNTOLD,
	WS_TRACE_SYSCALL,
	WS_TRACE_CGO,
	WS_TRACE_CREATE,
	WS_TRACE_LIFE,
	WS_TRACE_KEPT,
	WS_TRACE_HOLD
};

/* Reasons of waiting are few words; each is looked at once. */
struct ws_trace_reason {
	ws_id text;
	enum ws_trace_what what;
};

enum { WS_TRACE_REASONS = 64 };

struct ws_traces {
	struct ws_sink sink;
	struct ws_profiles *profiles;
	struct ws_trace **trace;
	size_t n, cap;
	struct ws_trace *open; /* the last of trace, or NULL */
	struct ws_goroutines live;
	struct ws_tally sums;  /* what, stack */
	struct ws_tally pairs; /* stack of who waited, stack of who ended it */
	struct ws_trace_reason reason[WS_TRACE_REASONS];
	size_t n_reason;
	/* The blocked span before this event, for the edge that ended it. */
	ws_id waiter, wait_stack;
	double wait_time;
	uint8_t *sync; /* by stack; see ws_trace_waits */
	size_t n_sync;
	int64_t first, last; /* times seen */
	ws_id proc_max;      /* highest number of a P, plus 1 */
};

/* Whether a wait for a semaphore with this stack is one of the program for
 * itself, and not for the collector. */
bool ws_trace_waits(struct ws_traces *t, ws_id stack);
/* Sends the sums of the open artifact on as samples. */
void ws_traces_emit(struct ws_traces *t);
/* Whether a goroutine that starts with this function is not the program's. */
enum ws_g_kind ws_trace_kind_of(struct ws_sv entry);

#endif
