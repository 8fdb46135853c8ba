/* What is alive in a Go execution trace: goroutines, Ps, tasks, ranges. */
#ifndef WS_PARSERS_GO_TRACE_STATE_H
#define WS_PARSERS_GO_TRACE_STATE_H

#include "go_trace_table.h"
#include "ingest/parser.h"

/* The first four are also the numbers of GoStatus in v2. */
enum ws_gt_state {
	WS_GT_NONE, /* never seen: leaving it emits nothing */
	WS_GT_RUNNABLE,
	WS_GT_RUNNING,
	WS_GT_SYSCALL, /* with its P; cgo calls too, told by the stack */
	WS_GT_BLOCKED,
	WS_GT_SYSCALL_LOST, /* the P was taken away */
	WS_GT_UNKNOWN
};

enum ws_gt_proc_state {
	WS_GT_P_NONE,
	WS_GT_P_RUNNING,
	WS_GT_P_IDLE,
	WS_GT_P_SYSCALL
};

/* Something that begins and ends beside the states. */
struct ws_gt_range {
	int64_t since; /* meaningful while open */
	ws_id peer, stack;
	bool open;
};

struct ws_gt_region;

/* A goroutine.  The reader's own fields come last: the model never looks. */
struct ws_gt_go {
	uint64_t id; /* first, for the table */
	int64_t since;
	ws_id reason, stack;
	uint8_t state;         /* enum ws_gt_state */
	bool named;            /* its entry function was told */
	bool in_cgo;           /* the syscall is a cgo call */
	uint8_t status, flags; /* the reader's */
	uint32_t gen;          /* the reader's */
	uint64_t seq;          /* the reader's */
	struct ws_gt_range assist;
	struct ws_gt_region *regions; /* innermost first */
};

struct ws_gt_proc {
	uint64_t id;
	int64_t since;
	uint8_t state;         /* enum ws_gt_proc_state */
	uint8_t status, flags; /* the reader's */
	uint32_t gen;          /* the reader's */
	uint64_t seq;          /* the reader's */
	struct ws_gt_range sweep;
};

struct ws_gt_task {
	uint64_t id;
	struct ws_gt_range range;
};

struct ws_gt {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_dict *dict;
	struct ws_batch out;
	ws_id clock;         /* of every event; see ws_gt_clock */
	int64_t first, last; /* times seen; WS_T_NONE before any */
	int64_t now;         /* the last one since a reset */
	struct ws_gt_table gos, procs, tasks;
	uint64_t n_regions, n_logs;
	struct ws_gt_range gc, stw;
	struct ws_gt_region *free_regions;
	uint8_t *cgo; /* by stack id: 0 not asked yet, 1 no, 2 yes */
	size_t cgo_cap, cgo_n;
	ws_id log;         /* the name "log" */
	uint64_t faults;   /* told so far */
	struct ws_err why; /* the first of them */
};

/* Widens what capture.duration covers.  The calls below do it themselves, but
 * for samples, whose times come from another place. */
static inline void
ws_gt_see(struct ws_gt *m, int64_t t)
{
	/* WS_T_NONE is less than any time, and `now` no later than `last`. */
	if (ws_likely(t >= m->last && m->first != WS_T_NONE)) {
		m->now = m->last = t;
		return;
	}
	/* Of what is closed when nothing was seen since a reset. */
	if (t == WS_T_NONE)
		return;
	m->first = m->first == WS_T_NONE || t < m->first ? t : m->first;
	m->last = t > m->last ? t : m->last;
	m->now = t > m->now ? t : m->now;
}

static inline struct ws_gt_go *
ws_gt_find(const struct ws_gt *m, uint64_t id)
{
	return ws_gt_table_find(&m->gos, id);
}

#endif
