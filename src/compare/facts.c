#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/infer.h"
#include "compare/compare.h"

/* What is not sampled has moved when it changed by this much. */
static const double moved_least = 0.10;

/* Sampled shares have an interval and say of how many samples. */
static double
chance(const struct ws_fact_def *def, const struct ws_fact *a,
    const struct ws_fact *b)
{
	bool sampled =
	    !isnan(a->lo) && !isnan(b->lo) && a->samples > 0 && b->samples > 0;

	if (!sampled || def->unit != WS_U_RATIO)
		return NAN;
	return ws_two_shares(a->value * a->samples, a->samples,
	    b->value * b->samples, b->samples);
}

static double
change_of(double from, double to)
{
	if (from == to)
		return 0;
	return from == 0 ? NAN : to / from - 1;
}

/* Moved ones first; then by size of the change, from nothing counting most. */
static int
by_size(const void *va, const void *vb)
{
	const struct ws_moved *a = va, *b = vb;
	double x = isnan(a->change) ? INFINITY : fabs(log1p(a->change));
	double y = isnan(b->change) ? INFINITY : fabs(log1p(b->change));
	int names;

	if (a->moved != b->moved)
		return a->moved ? -1 : 1;
	if (x != y)
		return x > y ? -1 : 1;
	names = strcmp(a->def->name, b->def->name);
	if (names != 0 || a->subject == NULL || b->subject == NULL)
		return names;
	return strcmp(a->subject, b->subject);
}

static void
judge(struct ws_moved *m, size_t n, double alpha)
{
	double *p = ws_alloc_array(n + 1, sizeof(*p));

	for (size_t i = 0; i < n; i++)
		p[i] = m[i].p;
	ws_holm(p, n);
	for (size_t i = 0; i < n; i++) {
		m[i].holm = p[i];
		m[i].moved = isnan(p[i]) ? !(fabs(m[i].change) < moved_least)
					 : p[i] <= alpha;
	}
	free(p);
}

/* Facts about the benchmark itself are in its tables. */
static bool
is_compared(const struct ws_fact_def *def, const struct ws_fact *f)
{
	return f->presence == WS_VALUE && f->text == NULL &&
	       def->unit != WS_U_TEXT && strncmp(def->name, "bench.", 6) != 0;
}

size_t
ws_compare_facts(struct ws_arena *a, const struct ws_facts *before,
    const struct ws_facts *after, double alpha, const struct ws_moved **out)
{
	const struct ws_fact *const *f;
	size_t n = ws_facts_all(before, &f), i, found = 0;
	struct ws_moved *m = ws_arena_alloc(a, (n + 1) * sizeof(*m));

	for (i = 0; i < n; i++) {
		const struct ws_fact_def *def =
		    ws_catalogue_get(ws_facts_catalogue(before), f[i]->def);
		const struct ws_fact *g =
		    ws_facts_get(after, f[i]->def, f[i]->subject);

		if (g == NULL || !is_compared(def, f[i]) ||
		    !is_compared(def, g))
			continue;
		/* Asked for none, ws_facts_get gives the largest subject. */
		if ((g->subject == NULL) != (f[i]->subject == NULL))
			continue;
		m[found++] = (struct ws_moved){ .def = def,
			.subject = f[i]->subject,
			.before = f[i],
			.after = g,
			.change = change_of(f[i]->value, g->value),
			.p = chance(def, f[i], g) };
	}
	judge(m, found, alpha);
	if (found > 1)
		qsort(m, found, sizeof(*m), by_size);
	*out = m;
	return found;
}
