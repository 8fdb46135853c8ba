/* The modes of vmstat that print something else than its table. */
#ifndef WS_VMSTAT_H
#define WS_VMSTAT_H

#include "base/err.h"
#include "ingest/source.h"
#include "model/sink.h"

enum ws_vmstat_mode {
	WS_VMSTAT_TABLE,
	WS_VMSTAT_DISKS,     /* -d */
	WS_VMSTAT_PARTITION, /* -p: one of them, a row for each interval */
	WS_VMSTAT_SUMS,      /* -s, -D: a number and its label on each line */
	WS_VMSTAT_SLABS,     /* -m */
	WS_VMSTAT_OTHER
};

enum ws_status ws_vmstat_read_sums(struct ws_source *src, struct ws_sink *sink,
    enum ws_vmstat_mode mode, struct ws_err *err);

/* -m: caches of the kernel, which are no sums but levels. */
enum ws_status ws_vmstat_read_slabs(
    struct ws_source *src, struct ws_sink *sink, struct ws_err *err);

#endif
