/*
 * Sums since some start, as /proc shows them, become rates: two snapshots of
 * the same counter in one artifact, or in two that are copies of one file
 * (snapshots.h), each with the one before it.
 */
#ifndef WS_TOTALS_H
#define WS_TOTALS_H

#include "metrics/series.h"

/* The format that rates have: they stand for what their series tell, whatever
 * printed the sums. */
#define WS_TOTALS_RATES "rates"

struct ws_totals;

struct ws_totals *ws_totals_new(struct ws_dict *d);
void ws_totals_free(struct ws_totals *t);
struct ws_sink *ws_totals_sink(struct ws_totals *t);
/* Puts the rates into the counters, each in a log of the artifact of its end. */
void ws_totals_resolve(struct ws_totals *t, struct ws_counters *c);

#endif
