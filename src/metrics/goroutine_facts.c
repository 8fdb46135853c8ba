/* What a dump of goroutines tells beside their stacks, and leaked ones. */
#include <math.h>

#include "metrics/family.h"

struct dump {
	const struct ws_measured *m;
	ws_id artifact;
	double n; /* goroutines */
};

static double
value(const struct dump *d, ws_id name)
{
	const struct ws_series *s =
	    ws_counters_find(d->m->counters, name, d->artifact, 0);

	return s != NULL ? s->value[s->n - 1] : NAN;
}

static void
put_state(const struct dump *d, const struct ws_series *s)
{
	struct ws_fact fact =
	    WS_FACT_OF(WS_F_GOROUTINE_STATE, s->value[s->n - 1]);

	fact.subject = ws_dict_text(d->m->dict, s->track).p;
	fact.artifact = ws_dict_text(d->m->dict, d->artifact).p;
	fact.samples = d->n;
	ws_facts_put(d->m->facts, &fact);
}

/* The dump with the most goroutines. */
static void
find_dump(struct dump *d)
{
	size_t n = ws_profiles_count(d->m->profiles);

	for (size_t i = 0; i < n; i++) {
		const struct ws_profile *p = ws_profiles_get(d->m->profiles, i);

		if (p->series == WS_N_PPROF_GOROUTINE && p->total > d->n &&
		    ws_counters_find(d->m->counters, WS_N_GOROUTINE_LOCKED,
			p->artifact, 0) != NULL) {
			d->n = p->total;
			d->artifact = p->artifact;
		}
	}
}

static void
put(const struct dump *d, uint32_t def, double v)
{
	ws_measured_put(d->m, def, v, d->artifact, d->n);
}

static void
put_dump(const struct dump *d)
{
	size_t n = ws_counters_count(d->m->counters);

	for (size_t i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(d->m->counters, i);

		if (s->name == WS_N_GOROUTINE_STATE && s->n > 0 &&
		    s->artifact == d->artifact)
			put_state(d, s);
	}
	put(d, WS_F_GOROUTINE_LOCKED, value(d, WS_N_GOROUTINE_LOCKED) / d->n);
	put(d, WS_F_GOROUTINE_LONG, value(d, WS_N_GOROUTINE_LONG) / d->n);
	put(d, WS_F_GOROUTINE_WAIT_MAX, value(d, WS_N_GOROUTINE_WAIT_MAX));
}

/* The profile is of leaked ones alone.  A dump that marks none may have been
 * taken without looking, and says nothing. */
static void
put_leaked(const struct dump *d)
{
	const struct ws_profile *leak = ws_profiles_find(
	    d->m->profiles, ws_dict_cstr(d->m->dict, "pprof.goroutineleak"));
	double marked = d->n > 0 ? value(d, WS_N_GOROUTINE_LEAKED) : 0;

	if (leak != NULL && !ws_profile_is_difference(leak))
		ws_measured_put(d->m, WS_F_GOROUTINE_LEAKED, leak->total,
		    leak->artifact, (double)leak->samples);
	else if (marked > 0)
		put(d, WS_F_GOROUTINE_LEAKED, marked);
}

void
ws_family_goroutines(const struct ws_measured *m)
{
	ws_id artifact = 0;
	struct ws_sv died =
	    ws_counters_text(m->counters, "fatal error", &artifact);
	struct dump d = { .m = m };

	find_dump(&d);
	if (d.n > 0)
		put_dump(&d);
	put_leaked(&d);
	if (ws_sv_find(died, "all goroutines are asleep") < died.n)
		ws_measured_put(m, WS_F_GOROUTINE_DEADLOCK, 1, artifact, NAN);
}
