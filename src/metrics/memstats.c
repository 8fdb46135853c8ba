#include <math.h>

#include "metrics/family.h"

static const struct {
	const char *series;
	uint32_t fact;
} known[] = {
	{ "memstats.GCCPUFraction", WS_F_MEMSTATS_GC_CPU },
	{ "memstats.NumGC", WS_F_MEMSTATS_NUM_GC },
};

/* What the runtime counts itself, from the end of a heap profile as text. */
void
ws_family_memstats(const struct ws_measured *m)
{
	for (size_t i = 0; i < WS_LEN(known); i++) {
		const struct ws_series *s = ws_counters_find(
		    m->counters, ws_dict_cstr(m->dict, known[i].series), 0, 0);

		if (s != NULL)
			ws_measured_put(m, known[i].fact, s->value[s->n - 1],
			    s->artifact, NAN);
	}
}
