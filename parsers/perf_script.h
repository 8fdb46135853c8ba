/* The lines of `perf script`, and what it prints of tracepoints. */
#ifndef WS_PERF_SCRIPT_H
#define WS_PERF_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "perf_waits.h"

/* The first line of a sample, or a record (--show-mmap-events and so on). */
struct ws_perf_head {
	struct ws_sv comm;
	int64_t pid, tid; /* -1: not printed */
	int64_t t;        /* ns, or WS_T_NONE */
	bool fine;        /* t has nanoseconds */
	bool has_period;
	uint64_t period;
	struct ws_sv event;  /* as printed, without the colon; may be empty */
	struct ws_sv rest;   /* behind it: a frame, or a tracepoint's fields */
	struct ws_sv record; /* "PERF_RECORD_LOST lost 3" instead of an event */
};

/* False when the line is none. */
bool ws_perf_head_read(struct ws_perf_head *h, struct ws_sv line);

/* One frame.  Empty names were [unknown] or not printed. */
struct ws_perf_frame {
	uint64_t addr;
	struct ws_sv func; /* without the offset in it */
	struct ws_sv dso;
	bool inlined;
};

/* The line begins with an address; false when it does not. */
bool ws_perf_frame_read(struct ws_perf_frame *f, struct ws_sv line);
/*
 * The frame that ends the line of a tracepoint without a chain, behind its
 * fields: "next_prio=120 ffffffff821facd8 ([kernel.kallsyms])".  It is moved
 * from fields to frame; false when there is none.
 */
bool ws_perf_frame_cut(struct ws_sv *fields, struct ws_sv *frame);
/* Name and binary alone (-F sym without ip). */
void ws_perf_frame_name(struct ws_perf_frame *f, struct ws_sv text);

/* The fields of the tracepoint `event` ("sched:sched_switch") of a thread; the
 * machine tells which numbers system calls have. */
void ws_perf_trace_take(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv event, struct ws_sv fields, struct ws_sv arch);

#endif
