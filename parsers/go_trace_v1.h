/* Shared by the files of the reader of traces of Go 1.5 to 1.21. */
#ifndef WS_PARSERS_GO_TRACE_V1_H
#define WS_PARSERS_GO_TRACE_V1_H

#include "go_trace.h"
#include "go_trace_v1_wire.h"

/* Anything found by number: the text of a string, the stack of a stack id. */
struct v1_name {
	uint64_t id; /* first, for the table */
	ws_id is;
};

/* Records of one P behind each other, from a Batch to the next. */
struct v1_batch {
	uint64_t off, end;
	uint32_t next; /* of the same P, plus 1; 0: none */
	bool torn;     /* records are missing at its end */
};

struct v1_event {
	uint64_t off;
	int64_t ticks;
	uint64_t key;  /* what events are ordered by */
	uint64_t p, g; /* g: its own, or that of its P; 0: none */
	uint64_t a[V1_ARGS];
	struct ws_sv text;
	ws_id stack;
	uint8_t type; /* V1_NONE: records are missing here */
};

struct v1_stream {
	uint64_t id;          /* of the P; first, for the table */
	uint32_t first, last; /* batches, plus 1; 0: none */
	uint32_t next;        /* the one to read after this */
	bool torn;            /* the batch being read */
	bool live;            /* there is a head */
	uint8_t at;           /* which of `ev` is the head */
	struct ws_cur cur;
	int64_t ticks;
	uint64_t seq; /* header 5 only */
	uint64_t g;
	uint64_t rank;         /* of equal keys, the lower goes first */
	struct v1_event ev[2]; /* the head, and the one before */
};

/* Faults that may come by the thousand, and are told as a number. */
#define V1_FAULTS(X)                                                           \
	X(NO_BATCH, "events before the first batch")                           \
	X(NO_STACK, "events with a stack that is not there")                   \
	X(NO_STRING, "frames or events with a string that is not there")       \
	X(NO_GO, "events of a P without a goroutine")                          \
	X(TWICE, "strings or stacks that were there before")                   \
	X(DISORDER, "events that contradict the ones before")                  \
	X(BACK, "events whose time runs back")

enum v1_fault {

#define X(id, text) V1_F_##id,
	V1_FAULTS(X)
#undef X
	    V1_FAULTS_N
};

struct v1 {
	struct ws_gt *m;
	struct v1_wire wire;
	const unsigned char *base; /* of the window */
	uint64_t base_off, size;   /* its offset, and bytes in it */
	uint64_t counts[V1_TYPES];
	uint64_t fault[V1_FAULTS_N], fault_off[V1_FAULTS_N];
	uint64_t freq; /* ticks a second; 0: the footer is missing */
	int64_t min;   /* ticks of the first event */
	bool any;      /* min is set */
	struct ws_gt_table strings, stacks, streams;
	struct v1_batch *batch;
	size_t n_batches, cap_batches;
	uint64_t *stack_off; /* of the records of stacks */
	size_t n_stack_off, cap_stack_off;
	struct v1_stream **stream; /* by the P's first batch */
	size_t n_streams, cap_streams;
	uint64_t behind;          /* the furthest batch that was begun */
	int64_t last_ticks;       /* of the last event in merged order */
	uint64_t gc_seq, stopped; /* stopped: Ps, before header 10 */
	bool gc_awaited;
	bool started; /* behind the snapshot that a trace begins with */
};

/* Days between neighbours are damage. */
static inline bool
v1_is_far(int64_t a, int64_t b)
{
	uint64_t d =
	    a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;

	return d >> 44 != 0;
}

/* Gives back what was read when a mark between the offsets is passed. */
void v1_done(const struct v1 *v, uint64_t before, uint64_t off);
void v1_fault(struct v1 *v, enum v1_fault f, uint64_t off);
/* A window on a part of the artifact. */
struct ws_cur v1_window(const struct v1 *v, uint64_t off, uint64_t end);

/* go_trace_v1_index.c: the first pass, over all bytes of *c. */
void v1_index(struct v1 *v, struct ws_cur *c);
/* The dict id of a string or stack of the file; 0 when it is not there. */
ws_id v1_string(struct v1 *v, uint64_t id, uint64_t off);
ws_id v1_stack(struct v1 *v, uint64_t id, uint64_t off);

/* go_trace_v1_order.c: the second pass. */
void v1_order(struct v1 *v);

/* go_trace_v1_emit.c: one event to the model; `next` is the one behind it on
 * the same P, or NULL. */
void v1_emit(
    struct v1 *v, const struct v1_event *e, const struct v1_event *next);
void v1_emit_sample(struct v1 *v, const struct v1_event *e);

#endif
