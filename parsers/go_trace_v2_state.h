/* What the reader of v2 execution traces keeps. */
#ifndef WS_PARSERS_GO_TRACE_V2_STATE_H
#define WS_PARSERS_GO_TRACE_V2_STATE_H

#include "go_trace.h"
#include "go_trace_v2_refs.h"

/* Bytes of the wire that we look at by their number. */
enum {
	V2_BATCH = 1,
	V2_STACKS = 2,
	V2_STACK = 3,
	V2_STRINGS = 4,
	V2_STRING = 5,
	V2_SAMPLES = 6,
	V2_SAMPLE = 7,
	V2_FREQUENCY = 8,
	V2_PROC_STEAL = 12,
	V2_GO_START = 16,
	V2_GO_DESTROY = 17,
	V2_GO_BLOCK = 20,
	V2_EXPERIMENT = 49,
	V2_SYNC = 50,
	V2_SNAPSHOT = 51,
	V2_END = 52,
	V2_BATCH_MAX = 64 * 1024,
	V2_ARGS = 4
};

#define V2_NO_THREAD UINT64_MAX
/* No event is further from its neighbours; more is a damaged number. */
#define V2_JUMP_NS 600e9

struct v2_batch {
	const unsigned char *p, *end;
	uint64_t m, time;
	uint32_t next; /* of the same thread: index + 1, or 0 */
	bool cut;      /* at the end of the file, which was told */
};

struct v2_thread {
	uint64_t id;
	uint64_t gid;       /* the id that g had when it was put here */
	struct ws_gt_go *g; /* see v2_go */
	struct ws_gt_proc *p;
	uint64_t gen; /* in which `cursor` was made */
	size_t cursor;
};

/* The events of one thread in one generation, one of them decoded. */
struct v2_cursor {
	int64_t ts,
	    limit; /* of the decoded event; none in its batch is later */
	const unsigned char *p, *end, *at; /* at: where the event began */
	uint64_t number[1 + V2_ARGS];      /* the first is the time */
	struct v2_thread *thread;          /* NULL: none */
	uint32_t first, last, batch;       /* index + 1 */
	uint8_t type;
};

struct v2_sample {
	int64_t ts;
	uint64_t g, stack;
};

struct v2 {
	struct ws_gt *m;
	const unsigned char *base; /* of the capture, and its offset */
	uint64_t base_off;
	const unsigned char *p, *end;
	unsigned version;

	/* One generation. */
	uint64_t gen; /* its number in the file */
	struct v2_batch *batch;
	size_t n_batches, cap_batches, n_indexed; /* indexed: all kinds */
	const unsigned char *gen_at;              /* where it begins */
	struct v2_refs strings, stacks;
	uint32_t table_gen;
	struct v2_sample *samples;
	size_t n_samples, cap_samples, sample_at;
	uint64_t frequency; /* units a second; stays for the next one */
	bool has_frequency, whole, has_tables;
	uint64_t bad_refs; /* to strings and stacks that are not there */
	double ns;         /* a unit */
	uint64_t dt_max;   /* units; see V2_JUMP_NS */

	/* The merge. */
	struct v2_cursor *cursor;
	size_t n_cursors, cap_cursors;
	struct v2_cursor **heap;
	size_t n_heap, cap_heap;
	int64_t turn;   /* when the first is no longer so, or a sample is due */
	uint64_t scans; /* cursors tried out of turn */
	uint64_t events;  /* done, in all */
	bool lax;         /* the order broke: nothing is checked any more */
	uint64_t skipped; /* events that made no sense in lax mode */

	/* What lives on from one generation to the next. */
	struct ws_gt_table threads;
	struct v2_pcs pcs;
	ws_id lost_stack;          /* a frame of zeros */
	ws_id callback_stack;      /* what it stands for in Go 1.22 */
	uint32_t ordinal, initial; /* of this generation; after a reset */
	int64_t last;              /* time of the last event */

	enum { V2_GC_ANY, V2_GC_OFF, V2_GC_ON } gc;

	uint64_t gc_seq;
	bool has_clock;
	uint64_t generations;

	/* The event at hand. */
	struct v2_cursor *c;
	struct v2_thread *thread;

	uint64_t counts[256], n_cpu, n_experiment;
};

#endif
