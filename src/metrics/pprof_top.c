/*
 * What a table of `go tool pprof -top` tells of a CPU profile: shares of single
 * functions, with what they call.  A function that is not in the table has no
 * value, as tables are cut.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "metrics/family.h"

enum { SHOWN = 5 };

struct table {
	const struct ws_measured *m;
	ws_id artifact;
	double total;
};

static double
last(const struct ws_series *s)
{
	return s != NULL && s->n > 0 ? s->value[s->n - 1] : NAN;
}

static double
cum(const struct table *t, const char *function)
{
	struct ws_buf track = { 0 };
	const struct ws_series *s;

	ws_buf_printf(&track, "cpu: %s", function);
	s = ws_counters_find(t->m->counters, WS_N_PPROF_TOP_CUM, t->artifact,
	    ws_dict_str(t->m->dict, ws_buf_sv(&track)));
	ws_buf_fini(&track);
	return last(s);
}

static void
put(const struct table *t, uint32_t def, double v)
{
	ws_measured_put(t->m, def, v, t->artifact, NAN);
}

static int
by_value(const void *a, const void *b)
{
	const struct ws_series *x = *(const struct ws_series *const *)a;
	const struct ws_series *y = *(const struct ws_series *const *)b;

	if (last(x) != last(y))
		return last(x) < last(y) ? 1 : -1;
	return (x > y) - (x < y);
}

static void
put_functions(const struct table *t)
{
	size_t all = ws_counters_count(t->m->counters), n = 0;
	const struct ws_series **top = ws_alloc_array(all + 1, sizeof(*top));

	for (size_t i = 0; i < all; i++) {
		const struct ws_series *s = ws_counters_get(t->m->counters, i);

		if (s->name == WS_N_PPROF_TOP_FLAT && s->n > 0 &&
		    s->artifact == t->artifact && last(s) > 0 &&
		    ws_sv_starts(ws_dict_text(t->m->dict, s->track), "cpu: "))
			top[n++] = s;
	}
	qsort(top, n, sizeof(struct ws_series *), by_value);
	for (size_t i = 0; i < n && i < SHOWN; i++) {
		struct ws_fact fact =
		    WS_FACT_OF(WS_F_TOP_FLAT, last(top[i]) / t->total);

		fact.subject = ws_dict_text(t->m->dict, top[i]->track).p + 5;
		fact.artifact = ws_dict_text(t->m->dict, t->artifact).p;
		ws_facts_put(t->m->facts, &fact);
	}
	free(top);
}

void
ws_family_pprof_top(const struct ws_measured *m)
{
	ws_id cpu = ws_dict_cstr(m->dict, "cpu");
	const struct ws_series *total =
	    ws_counters_find(m->counters, WS_N_PPROF_TOP_TOTAL, 0, cpu);
	struct table t = { .m = m, .total = last(total) };

	if (!(t.total > 0) || total->unit != WS_U_TIME)
		return;
	t.artifact = total->artifact;
	ws_facts_source(m->facts, WS_S_PPROF_TOP, WS_VALUE,
	    ws_dict_text(m->dict, t.artifact).p, NAN);
	put(&t, WS_F_TOP_TOTAL, t.total);
	put(&t, WS_F_TOP_CORES,
	    t.total / last(ws_counters_find(m->counters,
			  WS_N_PPROF_TOP_DURATION, t.artifact, cpu)));
	put(&t, WS_F_TOP_ALLOC, cum(&t, "runtime.mallocgc") / t.total);
	put(&t, WS_F_TOP_GC, cum(&t, "runtime.gcBgMarkWorker") / t.total);
	put(&t, WS_F_TOP_CGO, cum(&t, "runtime.cgocall") / t.total);
	put_functions(&t);
}
