/* What the evaluators of queries share. */
#ifndef WS_ASKED_H
#define WS_ASKED_H

#include "metrics/family.h"
#include "metrics/stacks.h"

/* One profile that queries are evaluated over. */
struct ws_asked {
	const struct ws_measured *m;
	const struct ws_stacks *stacks;
	double nameless; /* value of the stacks that say nothing */
};

/* Sums are WS_EMPTY when the profile is; ratios when there is nothing to be a
 * part of.  Sampled ratios get their interval, which counts stacks without
 * names as possible parts; where they are most of the profile, nothing is
 * known. */
void ws_asked_put_sum(const struct ws_asked *a, uint32_t def, double value);
void ws_asked_put_ratio(const struct ws_asked *a, uint32_t def,
    const char *subject, double part, double whole);
/* All sites of the series. */
void ws_asked_sites(const struct ws_asked *a, const char *series);

#endif
