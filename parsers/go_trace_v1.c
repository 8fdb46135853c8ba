/*
 * Go execution traces of Go 1.5 to 1.21 (headers 5, 7 to 11, 19 and 21), as
 * runtime/trace.Start, /debug/pprof/trace and `go test -trace` write them.
 * Specified by the sources of Go alone: runtime/trace.go writes and
 * internal/trace reads.
 *
 * Read in two passes.  The footer at the end of the file has the rate of the
 * clock, the strings and the stacks.  When the process died before
 * trace.Stop it is missing: then nothing has a time, and stacks are lost.
 *
 * Not read: which goroutines run timers (before 1.14), futile wakeups (1.5
 * and 1.6), the threads that Ps run on, parents of user tasks, bytes swept.
 */
#include "go_trace_v1.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void
v1_fault(struct v1 *v, enum v1_fault f, uint64_t off)
{
	if (v->fault[f]++ == 0)
		v->fault_off[f] = off;
}

/* The batches that are still to be read are not far from each other. */
void
v1_done(const struct v1 *v, uint64_t before, uint64_t off)
{
	enum { MARK = 23, NEAR = 1 << 22 };

	if (before >> MARK < off >> MARK)
		ws_source_passed(v->m->src, off > NEAR ? off - NEAR : 0);
}

struct ws_cur
v1_window(const struct v1 *v, uint64_t off, uint64_t end)
{
	struct ws_cur c;

	ws_cur_init(
	    &c, v->base + (off - v->base_off), (size_t)(end - off), off);
	return c;
}

static void
setup(struct v1 *v, struct ws_gt *m, const struct ws_cur *c, unsigned version)
{
	memset(v, 0, sizeof(*v));
	v->m = m;
	v1_wire_init(&v->wire, version);
	v->base = c->p;
	v->base_off = c->off;
	v->size = ws_cur_left(c);
	v->last_ticks = INT64_MIN;
	ws_gt_table_init(&v->strings, sizeof(struct v1_name));
	ws_gt_table_init(&v->stacks, sizeof(struct v1_name));
	ws_gt_table_init(&v->streams, sizeof(struct v1_stream));
}

static void
fini(struct v1 *v)
{
	ws_gt_table_fini(&v->strings);
	ws_gt_table_fini(&v->stacks);
	ws_gt_table_fini(&v->streams);
	free(v->batch);
	free(v->stack_off);
	free(v->stream);
}

static void
set_clock(const struct v1 *v)
{
	struct ws_clock clock = { .kind = WS_CLOCK_TICKS,
		.how = WS_CLOCK_UNKNOWN };

	if (v->freq > 0) {
		clock.kind = WS_CLOCK_MONOTONIC;
		clock.ns_per_tick = 1;
		clock.resolution =
		    v->freq < 1000000000 ? 1000000000 / v->freq : 1;
	}
	ws_gt_clock(v->m, &clock);
}

/* Records that need no order are no events; a local one is the same event as
 * the other of its kind, written shorter. */
static uint64_t
tally(const struct v1 *v)
{
	static const uint8_t same[V1_TYPES] = { [V1_START_LOCAL] = V1_START,
		[V1_UNBLOCK_LOCAL] = V1_UNBLOCK,
		[V1_EXIT_LOCAL] = V1_CALL_EXIT };
	uint64_t sum = 0;

	for (unsigned i = 0; i < V1_TYPES; i++) {
		unsigned as = same[i] != 0 ? same[i] : i;

		if (v1_kinds[i].flags & V1_PLAIN || v->counts[i] == 0)
			continue;
		ws_source_tally(v->m->src, v1_kinds[as].name, v->counts[i]);
		sum += v->counts[i];
	}
	return sum;
}

static void
describe(const struct v1 *v, uint64_t n)
{
	if (v->freq == 0)
		ws_source_detail(v->m->src,
		    "%" PRIu64 " events of unknown times (no footer)", n);
	else if (v->m->first != WS_T_NONE)
		ws_source_detail(v->m->src, "%.3g s, %" PRIu64 " events",
		    (double)(v->m->last - v->m->first) / 1e9, n);
	else
		ws_source_detail(v->m->src, "no events");
}

static void
report(const struct v1 *v)
{
	static const char *const texts[] = {

#define X(id, text) text,
		V1_FAULTS(X)
#undef X
	};

	for (unsigned i = 0; i < V1_FAULTS_N; i++) {
		bool lost = i == V1_F_NO_BATCH || i == V1_F_NO_GO;

		if (v->fault[i] > 0)
			ws_gt_fault(v->m, v->fault_off[i],
			    lost ? v->fault[i] : 0, "%s: %" PRIu64, texts[i],
			    v->fault[i]);
	}
}

enum ws_status
ws_gt_parse_v1(
    struct ws_gt *m, struct ws_cur *c, unsigned version, struct ws_err *err)
{
	struct v1 v;

	uint64_t damaged, events, off = c->off;

	setup(&v, m, c, version);
	v1_index(&v, c);
	damaged = m->faults;
	set_clock(&v);
	if (v.freq == 0)
		ws_gt_fault(m, c->off, 0,
		    "wanted the footer with the rate of the clock, found the "
		    "end: the trace was not stopped, times are unknown");
	v1_order(&v);
	report(&v);
	events = tally(&v);
	describe(&v, events);
	fini(&v);
	if (events == 0 && v.freq == 0 && damaged > 0)
		return ws_err_set(err, WS_CORRUPT, off,
		    "wanted records behind the header, found none");
	return WS_OK;
}
