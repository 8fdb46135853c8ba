/*
 * Events into facts.  One streaming accumulator a family; each is a sink that
 * keeps sums per interned stack, state, track and name, never events.
 */
#ifndef WS_METRICS_H
#define WS_METRICS_H

#include "facts/fact.h"
#include "facts/query.h"
#include "model/sink.h"

struct ws_metrics;

/* The dictionary and the queries must outlive the metrics. */
struct ws_metrics *ws_metrics_new(
    struct ws_dict *d, const struct ws_queries *q);
void ws_metrics_free(struct ws_metrics *m);
/* Where a bundle's events go; owned by the metrics. */
struct ws_sink *ws_metrics_sink(struct ws_metrics *m);
/* After the last event: gives addresses the names that the bundle has. */
void ws_metrics_name(struct ws_metrics *m);
/* Does that too, classifies frames, makes all facts and tells the presence of sources.
 * Fails only when a symbol group does not compile. */
enum ws_status ws_metrics_finish(
    struct ws_metrics *m, struct ws_facts *f, struct ws_err *err);
/* The sums per stack that `top` shows. */
struct ws_profiles;
struct ws_profiles *ws_metrics_profiles(const struct ws_metrics *m);
/* Every result of benchmarks, for `diff`. */
struct ws_benches;
const struct ws_benches *ws_metrics_benches(const struct ws_metrics *m);
/* The execution traces that `timeline` shows. */
struct ws_traces;
const struct ws_traces *ws_metrics_traces(const struct ws_metrics *m);

#endif
