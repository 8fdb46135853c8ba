/* Events of a recording, and tracepoints as it describes them. */
#ifndef WS_PARSERS_PERF_DATA_EVENT_H
#define WS_PARSERS_PERF_DATA_EVENT_H

#include "model/dict.h"
#include "perf_call.h"

struct pd_attr {
	uint32_t type;
	uint64_t config, period, sample_type, read_format, flags;
	uint64_t branch_type, regs_user;
	uint32_t clockid;
	ws_id event;              /* its name as recorded, or 0 */
	ws_id series;             /* of its samples */
	uint8_t unit;             /* of their values */
	uint8_t point;            /* enum pd_point */
	struct ws_perf_call call; /* of a tracepoint of one system call */
	uint64_t samples;
};

/* Tracepoints that more is made of than samples. */
enum pd_point {
	PD_P_NONE,
	PD_P_SWITCH,
	PD_P_WAKEUP,
	PD_P_SYS_ENTER,     /* of one call, whose name the event has */
	PD_P_SYS_EXIT,      /* likewise */
	PD_P_FUTEX,         /* the entry of that call */
	PD_P_RAW_SYS_ENTER, /* of any, by number */
	PD_P_RAW_SYS_EXIT,
	PD_P_BLOCK_ISSUE,
	PD_P_BLOCK_COMPLETE,
	PD_P_LOCK_BEGIN,
	PD_P_LOCK_END,
	PD_P_SWITCHED_IN /* of SWITCH records */
};

struct pd_field {
	struct ws_sv name;
	uint32_t off, size;
};

/* A tracepoint, as the recording describes it. */
struct pd_format {
	uint64_t id;
	ws_id name;      /* "system:event" */
	size_t first, n; /* of pd.field */
};

#endif
