/* Shares, sums and accounts that rules files declare. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/stat.h"
#include "metrics/queries.h"

static void
eval_share(const struct ws_asked *a, const struct ws_share *share)
{
	const struct ws_stacks *s = a->stacks;
	double part = 0, whole = 0;
	uint32_t k, n = ws_stacks_kinds(s);

	for (k = 0; k < n; k++) {
		if (!ws_stacks_meet(s, k, share->of))
			continue;
		whole += s->value[k];
		if (ws_stacks_meet(s, k, share->where))
			part += s->value[k];
	}
	if (share->is_sum)
		ws_asked_put_sum(a, share->fact, part);
	else
		ws_asked_put_ratio(a, share->fact, NULL, part, whole);
}

static void
eval_account(const struct ws_asked *a, const struct ws_account *q)
{
	const struct ws_stacks *s = a->stacks;
	double *sum = ws_alloc_array(q->n_leaf + 1, sizeof(*sum)), whole = 0;
	uint32_t k, n = ws_stacks_kinds(s);
	size_t i;

	for (k = 0; k < n; k++) {
		for (i = 0; i < q->n_leaf; i++)
			if (ws_stacks_meet(s, k, q->leaf[i].where))
				break;
		if (i == q->n_leaf)
			continue;
		sum[i] += s->value[k];
		whole += s->value[k];
	}
	for (i = 0; i < q->n_leaf; i++)
		ws_asked_put_ratio(a, q->leaf[i].fact, NULL, sum[i], whole);
	free(sum);
}

static struct ws_fact
fact_of(const struct ws_asked *a, uint32_t def, double value)
{
	const struct ws_profile *p = a->stacks->profile;
	struct ws_fact f = WS_FACT_OF(def, value);

	f.artifact = ws_dict_text(a->m->dict, p->artifact).p;
	f.samples = (double)p->samples;
	f.lost = p->lost;
	return f;
}

static void
make_empty(struct ws_fact *f)
{
	f->presence = WS_EMPTY;
	f->value = NAN;
}

/* Of a stripped binary, or one whose symbols are elsewhere: then nothing is
 * put, and a fact is missing. */
static bool
is_nameless(const struct ws_asked *a)
{
	return a->nameless > a->stacks->profile->total / 2;
}

void
ws_asked_put_sum(const struct ws_asked *a, uint32_t def, double value)
{
	struct ws_fact f = fact_of(a, def, value);

	if (is_nameless(a))
		return;
	if (a->stacks->profile->samples == 0)
		make_empty(&f);
	ws_facts_put(a->m->facts, &f);
}

/* How many draws a sampled value stands for: one a period of CPU time or of
 * allocated bytes.  Counts and delays are not shares of draws: NaN. */
static double
draws(const struct ws_profile *p, double value)
{
	/* perf may vary the period to keep the frequency: a sample is a draw. */
	bool is_perf = p->series == WS_N_PERF_CPU && p->rough == 0;
	bool is_sampled =
	    p->unit == WS_U_BYTES ||
	    (p->unit == WS_U_TIME &&
		(p->series == WS_N_PPROF_CPU || p->series == WS_N_INSTR_CPU ||
		    p->series == WS_N_DTRACE_CPU ||
		    p->series == WS_N_SAMPLE_WALL));

	if (is_perf && p->total > 0)
		return value / p->total * (double)p->samples;
	return is_sampled && p->period > 0 ? value / p->period : NAN;
}

void
ws_asked_put_ratio(const struct ws_asked *a, uint32_t def, const char *subject,
    double part, double whole)
{
	struct ws_fact f = fact_of(a, def, part / whole);
	double n = draws(a->stacks->profile, whole);

	f.subject = subject;
	if (is_nameless(a))
		return;
	if (!(whole > 0)) {
		make_empty(&f);
	} else if (!isnan(n)) {
		f.samples = n;
		ws_wilson(part / whole * n, n, &f.lo, &f.hi);
		f.hi = fmin(1, f.hi + a->nameless / whole);
	}
	ws_facts_put(a->m->facts, &f);
}

/* Everything that is asked of one series. */
static void
eval_series(const struct ws_measured *m, const struct ws_frames *frames,
    const char *series)
{
	const struct ws_queries *q = m->queries;
	struct ws_stacks stacks;
	struct ws_asked a = { m, &stacks, 0 };
	const struct ws_profile *p =
	    ws_profiles_find(m->profiles, ws_dict_cstr(m->dict, series));
	size_t i;

	if (p == NULL || ws_profile_is_difference(p))
		return;
	ws_stacks_init(&stacks, frames, p);
	a.nameless = ws_stacks_nameless(&stacks);
	if (p->series == WS_N_PPROF_CPU && p->total > 0)
		ws_measured_put(m, WS_F_CPU_NAMELESS, a.nameless / p->total,
		    p->artifact, (double)p->samples);
	for (i = 0; i < q->n_share; i++)
		if (strcmp(q->share[i].series, series) == 0)
			eval_share(&a, &q->share[i]);
	for (i = 0; i < q->n_account; i++)
		if (strcmp(q->account[i].series, series) == 0)
			eval_account(&a, &q->account[i]);
	ws_asked_sites(&a, series);
	ws_stacks_fini(&stacks);
}

/* Calls eval_series() once for each series that any query names. */
struct asked_series {
	const struct ws_measured *m;
	const struct ws_frames *frames;
	struct ws_htab *done;
};

static void
eval_once(const struct asked_series *s, const char *series)
{
	bool is_new;

	ws_htab_put(s->done, series, strlen(series), &is_new);
	if (is_new)
		eval_series(s->m, s->frames, series);
}

enum ws_status
ws_family_queries(const struct ws_measured *m, struct ws_err *err)
{
	const struct ws_queries *q = m->queries;
	double version = ws_measured_get(m, WS_F_GO_VERSION);
	struct ws_frames *frames = ws_frames_new(
	    m->dict, q, isnan(version) ? 0 : (uint32_t)version, err);
	struct asked_series s = { m, frames, NULL };
	size_t i;

	if (frames == NULL)
		return WS_CORRUPT;
	s.done = ws_htab_new();
	for (i = 0; i < q->n_share; i++)
		eval_once(&s, q->share[i].series);
	for (i = 0; i < q->n_sites; i++)
		eval_once(&s, q->sites[i].series);
	for (i = 0; i < q->n_account; i++)
		eval_once(&s, q->account[i].series);
	ws_htab_free(s.done);
	ws_frames_free(frames);
	return WS_OK;
}
