/*
 * What the Go runtime counts of itself.  Totals are since the start of the
 * program, so that only their growth between two dumps of one program tells of
 * the time in question; one dump alone has no rates.
 *
 * Nothing in most dumps names the process.  Two files are taken for dumps of
 * one when they are in one folder and of one form, and no total is less in the
 * one that has allocated more.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "metrics/family.h"

#define SECOND 1e9

enum {
	FIRST = WS_N_GO_RT_PROCS,
	FIRST_TOTAL = WS_N_GO_RT_CPU_TOTAL,
	LAST = WS_N_GO_RT_CGO_CALLS,
	NAMES = LAST - FIRST + 1,
	DUMPS = 64,     /* first and last of 32 files; more are not compared */
	BUCKETS = 4096, /* of a histogram; the runtime's have below 1000 */
	STEADY = 10     /* collections that make their times good for others */
};

struct dump {
	ws_id artifact, track, format;
	size_t at, of; /* which one of its file */
	double v[NAMES];
};

struct pair {
	const struct ws_measured *m;
	const struct dump *a, *b; /* a is NULL when there is only one */
	double time;              /* ns between them, or NaN */
	bool steady; /* and good for what is not as of a collection */
};

static double
value(const struct dump *d, ws_id name)
{
	return d->v[name - FIRST];
}

static void
read_dump(const struct ws_measured *m, struct dump *d)
{
	for (ws_id name = FIRST; name <= LAST; name++) {
		const struct ws_series *s =
		    ws_counters_find(m->counters, name, d->artifact, d->track);

		/* A value that lacks in one dump puts the others out of step. */
		d->v[name - FIRST] = s != NULL && s->track == d->track &&
					     s->n == d->of && s->every == 1
					 ? s->value[d->at]
					 : NAN;
	}
}

static size_t
collect(const struct ws_measured *m, struct dump *dump)
{
	size_t n = 0, all = ws_counters_count(m->counters);

	for (size_t i = 0; i < all && n + 2 <= DUMPS; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);
		struct dump d = {
			.artifact = s->artifact, .track = s->track, .of = s->n
		};

		if (s->name != WS_N_GO_RT_DUMP || s->n == 0 || s->every > 1)
			continue;
		d.format = ws_counters_log(m->counters, s->log)->format;
		read_dump(m, &d);
		dump[n++] = d;
		if (s->n > 1) {
			d.at = s->n - 1;
			read_dump(m, &d);
			dump[n++] = d;
		}
	}
	return n;
}

static struct ws_sv
folder(const struct ws_measured *m, const struct dump *d)
{
	struct ws_sv path = ws_dict_text(m->dict, d->artifact);

	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	return path;
}

static bool
is_alike(
    const struct ws_measured *m, const struct dump *a, const struct dump *b)
{
	return a->track == b->track && a->format == b->format &&
	       ws_sv_eq(folder(m, a), folder(m, b));
}

/* Whatever both have: no total has shrunk, and what never changes is the
 * same. */
static bool
may_follow(const struct dump *a, const struct dump *b)
{
	for (ws_id name = FIRST_TOTAL; name <= LAST; name++)
		if (value(b, name) < value(a, name))
			return false;
	return !(value(a, WS_N_GO_RT_PROCS) != value(b, WS_N_GO_RT_PROCS) &&
		   !isnan(value(a, WS_N_GO_RT_PROCS)) &&
		   !isnan(value(b, WS_N_GO_RT_PROCS))) &&
	       !(fabs(value(a, WS_N_GO_RT_START) - value(b, WS_N_GO_RT_START)) >
		   SECOND);
}

static bool
fits(const struct dump *a, const struct dump *b)
{
	return may_follow(a, b) || may_follow(b, a);
}

/* False when a file beside these two cannot be of the same program. */
static bool
is_one_program(const struct ws_measured *m, const struct dump *dump, size_t n,
    const struct dump *a, const struct dump *b)
{
	if (a->artifact == b->artifact)
		return true;
	for (size_t i = 0; i < n; i++)
		if (is_alike(m, a, &dump[i]) &&
		    (!fits(a, &dump[i]) || !fits(b, &dump[i])))
			return false;
	return true;
}

/* The two that are furthest apart. */
static void
find_pair(struct pair *p, const struct dump *dump, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			const struct dump *a = &dump[i], *b = &dump[k];
			double more = value(b, WS_N_GO_RT_ALLOC) -
				      value(a, WS_N_GO_RT_ALLOC);

			if (!(more > most) || !is_alike(p->m, a, b) ||
			    !may_follow(a, b) ||
			    !is_one_program(p->m, dump, n, a, b))
				continue;
			most = more;
			p->a = a;
			p->b = b;
		}
}

/* The growth of a total, or NaN. */
static double
grown(const struct pair *p, ws_id name)
{
	return p->a != NULL ? value(p->b, name) - value(p->a, name) : NAN;
}

/* The Ps' time is as of the last collection, and so is the other. */
static double
time_between(const struct pair *p)
{
	double t =
	    grown(p, WS_N_GO_RT_CPU_TOTAL) / value(p->b, WS_N_GO_RT_PROCS);

	if (!(t > 0))
		t = grown(p, WS_N_GO_RT_LAST_GC);
	return t > 0 ? t : NAN;
}

static void
put(const struct pair *p, uint32_t def, double v)
{
	ws_measured_put(p->m, def, v, p->b->artifact, p->a != NULL ? 2 : 1);
}

static double
per_second(const struct pair *p, ws_id name)
{
	return grown(p, name) / p->time * SECOND;
}

static double
share(double part, double whole)
{
	if (isnan(part) || !(whole > 0))
		return NAN;
	return fmin(fmax(part / whole, 0), 1);
}

static void
put_collector(const struct pair *p)
{
	double all = isnan(p->time) ? NAN : grown(p, WS_N_GO_RT_CPU_TOTAL);
	double cycles = grown(p, WS_N_GO_RT_CYCLES);
	double limited = value(p->b, WS_N_GO_RT_LIMITER);

	put(p, WS_F_RTM_GC_CPU,
	    share(
		grown(p, WS_N_GO_RT_CPU_GC) - grown(p, WS_N_GO_RT_CPU_GC_IDLE),
		all));
	put(p, WS_F_RTM_GC_ASSIST, share(grown(p, WS_N_GO_RT_CPU_ASSIST), all));
	put(p, WS_F_RTM_IDLE, share(grown(p, WS_N_GO_RT_CPU_IDLE), all));
	put(p, WS_F_RTM_GC_RATE, cycles / p->time * SECOND);
	put(p, WS_F_RTM_GC_FORCED, share(grown(p, WS_N_GO_RT_FORCED), cycles));
	put(p, WS_F_RTM_GC_STOPPED,
	    share(grown(p, WS_N_GO_RT_STOPPED), p->time));
	if (cycles > 0 && !isnan(limited))
		put(p, WS_F_RTM_GC_LIMITER,
		    limited > value(p->a, WS_N_GO_RT_CYCLES));
}

static void
put_rates(const struct pair *p)
{
	double calls = per_second(p, WS_N_GO_RT_CGO_CALLS);

	put(p, WS_F_RTM_DURATION, p->time);
	put(p, WS_F_RTM_GROWTH, grown(p, WS_N_GO_RT_GOROUTINES));
	if (!p->steady)
		return;
	put(p, WS_F_RTM_ALLOC, per_second(p, WS_N_GO_RT_ALLOC));
	put(p, WS_F_RTM_CORES, grown(p, WS_N_GO_RT_CPU_PROCESS) / p->time);
	put(p, WS_F_RTM_MUTEX, grown(p, WS_N_GO_RT_MUTEX_WAIT) / p->time);
	put(p, WS_F_RTM_CGO_RATE, calls);
	put(p, WS_F_RTM_CGO_RATE_P, calls / value(p->b, WS_N_GO_RT_PROCS));
}

static void
put_moment(const struct pair *p)
{
	static const struct {
		ws_id name;
		uint32_t def;
	} known[] = {
		{ WS_N_GO_RT_GOROUTINES, WS_F_RTM_GOROUTINES },
		{ WS_N_GO_RT_RUNNABLE, WS_F_RTM_RUNNABLE },
		{ WS_N_GO_RT_NOT_IN_GO, WS_F_RTM_NOT_IN_GO },
		{ WS_N_GO_RT_THREADS, WS_F_RTM_THREADS },
		{ WS_N_GO_RT_HEAP_LIVE, WS_F_RTM_LIVE },
		{ WS_N_GO_RT_HEAP_GOAL, WS_F_RTM_GOAL },
	};

	for (size_t i = 0; i < WS_LEN(known); i++)
		put(p, known[i].def, value(p->b, known[i].name));
	if (isnan(ws_measured_get(p->m, WS_F_GO_MAXPROCS)))
		put(p, WS_F_GO_MAXPROCS, value(p->b, WS_N_GO_RT_PROCS));
}

struct bucket {
	double bound, count;
};

struct buckets {
	struct bucket *v;
	size_t n, cap;
};

/* Of "LABELS le BOUND" the bound, when the labels are those of the dump. */
static bool
read_bound(const struct ws_measured *m, const struct dump *d,
    const struct ws_series *s, double *bound)
{
	struct ws_sv text = ws_dict_text(m->dict, s->track);
	struct ws_sv labels = ws_dict_text(m->dict, d->track);

	if (s->artifact != d->artifact || s->n == 0 || s->every > 1)
		return false;
	if (labels.n > 0) {
		if (!ws_sv_starts(text, labels.p))
			return false;
		text = ws_sv_trim(ws_sv_from(text, labels.n));
	}
	if (!ws_sv_starts(text, "le "))
		return false;
	text = ws_sv_from(text, 3);
	*bound = INFINITY;
	return ws_sv_is(text, "+Inf") || ws_num_f64(text, 0, 1e19, bound);
}

/* A bucket that never empties lacks only in the first dumps of a file. */
static double
count_at(const struct ws_series *s, const struct dump *d)
{
	size_t lacks = d->of > s->n ? d->of - s->n : 0;

	return d->at >= lacks && s->n <= d->of ? s->value[d->at - lacks] : 0;
}

static void
add_dump(struct buckets *b, const struct ws_measured *m, const struct dump *d,
    ws_id name, double sign)
{
	size_t all = ws_counters_count(m->counters), k;
	double bound;

	for (size_t i = 0; i < all; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);

		if (s->name != name || !read_bound(m, d, s, &bound))
			continue;
		for (k = 0; k < b->n && b->v[k].bound != bound; k++)
			;
		if (k == BUCKETS)
			continue;
		if (k == b->n) {
			b->v = ws_grow(b->v, &b->cap, ++b->n, sizeof(*b->v));
			b->v[k] = (struct bucket){ bound, 0 };
		}
		b->v[k].count += sign * count_at(s, d);
	}
}

static int
by_bound(const void *a, const void *b)
{
	const struct bucket *x = a, *y = b;

	return (x->bound > y->bound) - (x->bound < y->bound);
}

/* The bound of the bucket that the quantile is in; NaN when nothing happened
 * in between, or when it is in the one without a bound. */
static double
quantile(const struct buckets *b, double q)
{
	double all = 0, below = 0;

	for (size_t i = 0; i < b->n; i++)
		all += fmax(b->v[i].count, 0);
	for (size_t i = 0; i < b->n && all > 0; i++) {
		below += fmax(b->v[i].count, 0);
		if (below >= q * all && b->v[i].count > 0)
			return isinf(b->v[i].bound) ? NAN : b->v[i].bound;
	}
	return NAN;
}

static struct buckets
growth_of(const struct pair *p, ws_id name)
{
	struct buckets b = { 0 };

	if (p->a == NULL)
		return b;
	add_dump(&b, p->m, p->b, name, 1);
	add_dump(&b, p->m, p->a, name, -1);
	if (b.n > 0)
		qsort(b.v, b.n, sizeof(*b.v), by_bound);
	return b;
}

static void
put_histograms(const struct pair *p)
{
	struct buckets b = growth_of(p, WS_N_GO_RT_LATENCY);

	put(p, WS_F_RTM_SCHED_P50, quantile(&b, 0.5));
	put(p, WS_F_RTM_SCHED_P99, quantile(&b, 0.99));
	free(b.v);
	b = growth_of(p, WS_N_GO_RT_PAUSE);
	put(p, WS_F_RTM_GC_PAUSE, quantile(&b, 1));
	free(b.v);
}

/* Two dumps of one program, or the largest that there is. */
void
ws_family_runtime(const struct ws_measured *m)
{
	struct dump *dump = ws_alloc_array(DUMPS, sizeof(*dump));
	size_t n = collect(m, dump);
	struct pair p = { .m = m };

	find_pair(&p, dump, n);
	for (size_t i = 0; i < n && p.a == NULL; i++)
		if (p.b == NULL || value(&dump[i], WS_N_GO_RT_ALLOC) >
				       value(p.b, WS_N_GO_RT_ALLOC))
			p.b = &dump[i];
	if (p.b != NULL) {
		ws_facts_source(m->facts, WS_S_RUNTIME_METRICS, WS_VALUE,
		    ws_dict_text(m->dict, p.b->artifact).p, (double)n);
		p.time = p.a != NULL ? time_between(&p) : NAN;
		p.steady = grown(&p, WS_N_GO_RT_CYCLES) >= STEADY;
		put_moment(&p);
		put_collector(&p);
		put_rates(&p);
		put_histograms(&p);
	}
	free(dump);
}
