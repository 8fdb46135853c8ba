#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "compare/compare.h"

/* A row of a table against the base, in its last column. */
struct found {
	const struct ws_bench_table *table;
	const struct ws_bench_row *row;
	const struct ws_against *against;
	double gain; /* throughput after over before */
};

/* How the rows of one kind of unit went. */
struct count {
	size_t better, worse, compared, testable;
	struct found best, worst; /* by size of the change */
};

const char *
ws_change_name(enum ws_change c)
{
	static const char *const names[] = { "confirmed", "moved",
		"no-significant-change", "regressed", "unmeasured" };

	return (unsigned)c < WS_LEN(names) ? names[c] : "unmeasured";
}

static bool
is_rate(const char *unit)
{
	return ws_sv_ends(ws_sv_of(unit), "/s") && strcmp(unit, "B/s") != 0;
}

/* Tables that tell how much work gets done: time of an operation, else
 * rates. */
static bool
is_primary(const struct ws_bench_tables *b, const struct ws_bench_table *t)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->table[i].unit, "sec/op") == 0 &&
		    b->table[i].n_column > 1)
			return strcmp(t->unit, "sec/op") == 0;
	return is_rate(t->unit);
}

/* Others by which a change may be judged: latencies, allocations, rates, and
 * units of which the user says what is better.  How
 * much memory and how many faults there were depends on what ran before. */
static bool
is_gate(const struct ws_bench_table *t)
{
	struct ws_sv unit = ws_sv_of(t->unit);

	return t->better != 0 &&
	       (t->told || ws_sv_ends(unit, "sec") ||
		   ws_sv_ends(unit, "sec/op") || ws_sv_ends(unit, "/s") ||
		   ws_sv_is(unit, "B/op") || ws_sv_is(unit, "allocs/op") ||
		   ws_sv_is(unit, "errors"));
}

static double
gain_of(const struct ws_bench_table *t, const struct ws_against *x)
{
	double ratio = x->change + 1;

	return t->better < 0 ? 1 / ratio : ratio;
}

static void
count_row(const struct ws_bench_terms *terms, const struct ws_bench_table *t,
    size_t r, struct count *c)
{
	const struct ws_bench_row *row = &t->row[r];
	size_t last = t->n_column - 1;
	const struct ws_against *x = row->against[last];
	struct found f = { t, row, x, x != NULL ? gain_of(t, x) : NAN };
	size_t least;

	if (x == NULL)
		return;
	least = row->cell[0]->n < row->cell[last]->n ? row->cell[0]->n
						     : row->cell[last]->n;
	c->compared++;
	c->testable += x->exact || least >= ws_u_need(terms->alpha);
	c->better += x->direction == WS_BETTER;
	c->worse += x->direction == WS_WORSE;
	if (x->direction == WS_BETTER &&
	    (c->best.row == NULL || f.gain > c->best.gain))
		c->best = f;
	if (x->direction == WS_WORSE &&
	    (c->worst.row == NULL || !(f.gain >= c->worst.gain)))
		c->worst = f;
}

static struct count
count_rows(const struct ws_bench_tables *b, bool primary)
{
	struct count c = { 0 };

	for (size_t i = 0; i < b->n; i++) {
		const struct ws_bench_table *t = &b->table[i];

		if (t->n_column < 2 || primary != is_primary(b, t) ||
		    !is_gate(t))
			continue;
		for (size_t r = 0; r < t->n_row; r++)
			count_row(&b->terms, t, r, &c);
	}
	return c;
}

/* The working point in a primary table. */
static struct found
find_row(const struct ws_bench_tables *b, const char *name)
{
	struct found f = { 0 };

	for (size_t i = 0; i < b->n && name != NULL && f.row == NULL; i++) {
		const struct ws_bench_table *t = &b->table[i];

		if (t->n_column < 2 || !is_primary(b, t))
			continue;
		for (size_t r = 0; r < t->n_row; r++) {
			const struct ws_against *x =
			    t->row[r].against[t->n_column - 1];

			if (x == NULL || strcmp(t->row[r].name, name) != 0)
				continue;
			f = (struct found){ t, &t->row[r], x, gain_of(t, x) };
		}
	}
	return f;
}

static bool
is_decided(const struct ws_diagnosis *d)
{
	return d != NULL && d->outcome == WS_OUT_DECIDED;
}

static bool
has_moved(const struct ws_diff *d)
{
	return is_decided(d->diagnosis[0]) && is_decided(d->diagnosis[1]) &&
	       d->diagnosis[0]->cls != d->diagnosis[1]->cls;
}

static enum ws_change
judge(const struct ws_diff *d, const struct count *main,
    const struct count *rest, const struct found *work)
{
	bool better =
	    main->better > 0 &&
	    (main->worse == 0 ||
		(work->row != NULL && work->against->direction == WS_BETTER));

	if (main->compared + rest->compared == 0)
		return WS_CHANGE_UNMEASURED;
	if (better)
		return has_moved(d) ? WS_CHANGE_MOVED : WS_CHANGE_CONFIRMED;
	return main->worse + rest->worse > 0 ? WS_CHANGE_REGRESSED
					     : WS_CHANGE_NONE;
}

static void
put_row(struct ws_buf *b, const struct found *f)
{
	const struct ws_against *x = f->against;
	size_t last = f->table->n_column - 1;

	ws_buf_printf(b, "%s: %s %+.1f %%", f->row->name, f->table->unit,
	    100 * x->change);
	if (!x->exact)
		ws_buf_printf(b, " (corrected p%s%.3f, n=%zu+%zu)",
		    x->holm < 0.001 ? "<" : "=", fmax(x->holm, 0.001),
		    f->row->cell[0]->n, f->row->cell[last]->n);
}

static void
put_better(struct ws_buf *b, const struct ws_diff *d, const struct found *f,
    const struct count *main)
{
	put_row(b, f);
	ws_buf_printf(
	    b, ", %.*f times the throughput", f->gain < 9.95 ? 2 : 1, f->gain);
	if (main->worse > 0) {
		ws_buf_puts(b, "; but worse is ");
		put_row(b, &main->worst);
	}
	if (d->change == WS_CHANGE_MOVED)
		ws_buf_printf(b, "; the bottleneck moved from %s to %s, %s",
		    ws_class_defs[d->diagnosis[0]->cls].key,
		    ws_class_defs[d->diagnosis[1]->cls].key,
		    ws_class_defs[d->diagnosis[1]->cls].name);
	else if (is_decided(d->diagnosis[0]) && is_decided(d->diagnosis[1]))
		ws_buf_printf(b, "; %s still limits",
		    ws_class_defs[d->diagnosis[0]->cls].key);
	else if (is_decided(d->diagnosis[0]) && d->diagnosis[1] != NULL)
		ws_buf_printf(b, "; %s limits no more, now it is %s",
		    ws_class_defs[d->diagnosis[0]->cls].key,
		    d->diagnosis[1]->outcome == WS_OUT_OTHER
			? ws_class_defs[d->diagnosis[1]->cls].name
			: ws_outcome_key(d->diagnosis[1]));
}

static void
put_none(struct ws_buf *b, const struct ws_diff *d, const struct count *main,
    const struct count *rest)
{
	if (main->testable + rest->testable == 0)
		ws_buf_printf(b,
		    "too few repetitions to find a difference: %zu a side "
		    "could",
		    d->bench->need);
	else if (main->compared == 0)
		ws_buf_puts(b, "neither times of an operation nor rates are "
			       "in both");
	else
		ws_buf_printf(b,
		    "none of the %zu benchmarks differs beyond chance and by "
		    "%.0f %%",
		    main->compared, 100 * d->bench->terms.least);
}

void
ws_compare_verdict(struct ws_arena *a, struct ws_diff *d, const char *benchmark)
{
	struct count main = count_rows(d->bench, true);
	struct count rest = count_rows(d->bench, false);
	struct found work = find_row(d->bench, benchmark);
	const struct found *shown = work.row ? &work : &main.best;
	struct ws_buf b = { 0 };

	d->change = judge(d, &main, &rest, &work);
	d->gain = work.row ? work.gain : NAN;
	switch (d->change) {
	case WS_CHANGE_CONFIRMED:
	case WS_CHANGE_MOVED:
		if (shown->against->direction != WS_BETTER)
			shown = &main.best;
		d->gain = shown->gain;
		put_better(&b, d, shown, &main);
		break;
	case WS_CHANGE_REGRESSED:
		shown = main.worse > 0 ? &main.worst : &rest.worst;
		put_row(&b, shown);
		if (main.compared > 1)
			ws_buf_printf(&b,
			    "; of %zu benchmarks, slower: %zu, faster: %zu",
			    main.compared, main.worse, main.better);
		break;
	case WS_CHANGE_NONE:
		put_none(&b, d, &main, &rest);
		break;
	default:
		ws_buf_puts(&b,
		    "no time of an operation, rate, latency or number of "
		    "allocations is in both");
	}
	d->headline = shown->row != NULL ? shown->row->name : NULL;
	d->sentence = ws_arena_dup(a, ws_buf_sv(&b));
	ws_buf_fini(&b);
}

static bool
speaks_for(const struct ws_judgement *j, enum ws_class cls)
{
	return j->rule->cls == cls && j->rule->weight > 0;
}

static bool
has_rule(const struct ws_diagnosis *d, const char *id)
{
	for (size_t i = 0; i < d->n_evidence; i++)
		if (strcmp(d->evidence[i]->rule->id, id) == 0)
			return true;
	return false;
}

/* Ids of the rules for a class that are true in d and not in `other`. */
static const char *
rules_only_in(struct ws_arena *a, enum ws_class cls,
    const struct ws_diagnosis *d, const struct ws_diagnosis *other)
{
	struct ws_buf b = { 0 };
	const char *text;

	for (size_t i = 0; i < d->n_evidence; i++) {
		const struct ws_judgement *j = d->evidence[i];

		if (!speaks_for(j, cls) || has_rule(other, j->rule->id))
			continue;
		ws_buf_printf(&b, "%s%s", b.n > 0 ? ", " : "", j->rule->id);
	}
	text = ws_arena_dup(a, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return text;
}

size_t
ws_compare_classes(struct ws_arena *a, const struct ws_diagnosis *const d[2],
    const struct ws_class_change **out)
{
	struct ws_class_change *c = ws_arena_alloc(a, WS_CLASSES * sizeof(*c));
	size_t n = 0;

	*out = c;
	if (d[0] == NULL || d[1] == NULL)
		return 0;
	for (enum ws_class k = 0; k < WS_CLASSES; k++) {
		c[n] = (struct ws_class_change){ .cls = k,
			.score = { &d[0]->score[k], &d[1]->score[k] } };
		for (int s = 0; s < 2; s++)
			for (size_t i = 0; i < d[s]->n_evidence; i++)
				c[n].votes[s] +=
				    speaks_for(d[s]->evidence[i], k);
		c[n].gone = rules_only_in(a, k, d[0], d[1]);
		c[n].come = rules_only_in(a, k, d[1], d[0]);
		n += c[n].votes[0] + c[n].votes[1] > 0;
	}
	return n;
}
