/*
 * Histograms of times by what they are of and its type, as user tasks of an
 * execution trace.  The first types have one each; the rest of a kind share
 * one of type 0.
 */
#ifndef WS_LATENCIES_H
#define WS_LATENCIES_H

#include <stddef.h>

#include "metrics/hist.h"
#include "model/dict.h"

enum { WS_LATENCY_TYPES = 64 };

struct ws_latency {
	ws_id what, type;
	struct ws_hist hist;
};

/* All zero is an empty one. */
struct ws_latencies {
	struct ws_latency **v; /* in the order of first appearance */
	size_t n, cap;
};

void ws_latencies_add(
    struct ws_latencies *l, ws_id what, ws_id type, int64_t ns);
void ws_latencies_fini(struct ws_latencies *l);

#endif
