#include "pipeline/diff.h"
#include "metrics/top.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"

/* Profiles of which shares are compared. */
static const ws_id series[] = { WS_N_PPROF_CPU, WS_N_PERF_CPU,
	WS_N_PPROF_ALLOC };

/* Runs of a benchmark that are so unlike each other drift. */
static const double drift_alpha = 0.01;

struct notes {
	struct ws_arena *arena;
	const char **text;
	size_t n;
};

enum { NOTES_MAX = 32 };

struct ws_diff_options
ws_diff_defaults(void)
{
	return (struct ws_diff_options){
		.terms = { .level = 0.95, .alpha = 0.05, .least = 0.02 }
	};
}

static void note(struct notes *n, const char *fmt, ...) WS_PRINTF(2, 3);

static void
note(struct notes *n, const char *fmt, ...)
{
	struct ws_buf b = { 0 };
	va_list ap;

	if (n->n >= NOTES_MAX)
		return;
	va_start(ap, fmt);
	ws_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	n->text[n->n++] = ws_arena_dup(n->arena, ws_buf_sv(&b));
	ws_buf_fini(&b);
}

static void
note_cells(struct notes *n, const struct ws_bench_tables *b)
{
	const char *drifts = NULL, *tiny = NULL;
	size_t n_drift = 0, n_tiny = 0;

	for (size_t i = 0; i < b->n; i++)
		for (size_t r = 0; r < b->table[i].n_row; r++)
			for (size_t k = 0; k < b->table[i].n_column; k++) {
				const struct ws_bench_table *t = &b->table[i];
				const struct ws_bench_cell *c =
				    t->row[r].cell[k];

				if (c == NULL || strcmp(t->unit, "sec/op") != 0)
					continue;
				if (c->drift < drift_alpha && n_drift++ == 0)
					drifts = t->row[r].name;
				if (c->center.mid < 1e-9 && n_tiny++ == 0)
					tiny = t->row[r].name;
			}
	if (n_drift > 0)
		note(n,
		    "%s%s drifts: its later runs differ from its earlier "
		    "ones; run before and after in turns, on an idle machine",
		    drifts, n_drift > 1 ? " (and others)" : "");
	if (n_tiny > 0)
		note(n,
		    "%s%s takes less than 1 ns: the compiler may have removed "
		    "the work; keep its result, or use b.Loop",
		    tiny, n_tiny > 1 ? " (and others)" : "");
}

/* Rows that only one side has. */
static void
note_rows(struct notes *n, const struct ws_bench_tables *b)
{
	size_t only[2] = { 0, 0 }, both = 0;

	for (size_t i = 0; i < b->n; i++)
		for (size_t r = 0; r < b->table[i].n_row; r++) {
			const struct ws_bench_table *t = &b->table[i];
			size_t last = t->n_column - 1;
			const struct ws_bench_cell *const *c = t->row[r].cell;

			if (last == 0)
				continue;
			both += c[0] != NULL && c[last] != NULL;
			only[0] += c[0] != NULL && c[last] == NULL;
			only[1] += c[0] == NULL && c[last] != NULL;
		}
	if (both == 0 && only[0] > 0 && only[1] > 0)
		note(n, "no benchmark has the same name in both; a -N at the "
			"end is GOMAXPROCS, and must agree too");
}

/* "records" of what was recorded: the profile of a series as shares. */
static bool
read_side(struct ws_run *run, ws_id name, struct ws_arena *a,
    struct ws_profile_side *side)
{
	const struct ws_profile *p =
	    ws_profiles_find(ws_run_profiles(run), name);
	struct ws_function *f;
	const struct ws_top_ask all = { .by = WS_TOP_FUNC };
	struct ws_top top;

	if (p == NULL || !(p->abs_total > 0) || ws_profile_is_difference(p))
		return false;
	ws_top_init(&top, p, ws_run_dict(run), &all);
	side->n = top.n;
	f = ws_arena_alloc(a, (side->n + 1) * sizeof(*f));
	for (size_t i = 0; i < side->n; i++)
		f[i] = (struct ws_function){ top.row[i].name, top.row[i].flat,
			top.row[i].cum };
	ws_top_fini(&top);
	side->function = f;
	side->total = p->abs_total;
	side->samples =
	    p->period > 0 ? p->abs_total / p->period : (double)p->samples;
	return true;
}

/* Bytes allocated are weighted by size, and are no count of draws; a profile
 * of them is compared, but not tested. */
static void
compare_profiles(
    struct ws_arena *a, struct ws_run *run[2], double alpha, struct ws_diff *d)
{
	struct ws_share_changes *out =
	    ws_arena_alloc(a, WS_LEN(series) * sizeof(*out));

	for (size_t i = 0; i < WS_LEN(series); i++) {
		struct ws_profile_side side[2];
		struct ws_share_changes *c = &out[d->n_profile];

		if (!read_side(run[0], series[i], a, &side[0]) ||
		    !read_side(run[1], series[i], a, &side[1]))
			continue;
		c->unit =
		    ws_profiles_find(ws_run_profiles(run[0]), series[i])->unit;
		c->series = ws_dict_text(ws_run_dict(run[0]), series[i]).p;
		if (c->unit == WS_U_BYTES)
			side[0].samples = side[1].samples = 0;
		ws_compare_shares(a, side, alpha, c);
		d->n_profile++;
	}
	d->profile = out;
}

/* Something besides benchmarks to diagnose. */
static bool
has_captures(struct ws_run *run)
{
	const struct ws_facts *f = ws_run_facts(run);

	for (enum ws_source_id s = 0; s < WS_S_COUNT_OF; s++)
		if (s != WS_S_BENCH && s != WS_S_ENV &&
		    ws_facts_source_presence(f, s) >= WS_EMPTY)
			return true;
	return false;
}

/* Whether all that was measured are levels of one series. */
static bool
is_one_series(const struct ws_run *run)
{
	const struct ws_fact *levels =
	    ws_facts_get(ws_run_facts(run), WS_F_BENCH_LEVELS, NULL);
	const struct ws_benches *b = ws_run_benches(run);
	ws_id main = 0;
	double n = 0;

	for (size_t i = 0; i < ws_benches_count(b); i++) {
		ws_id name = ws_benches_get(b, i)->name;

		if (name != WS_N_BENCH_TIME && name != WS_N_BENCH_RATE)
			continue;
		main = main == 0 ? name : main;
		n += name == main;
	}
	return levels != NULL && levels->value > 1 && n == levels->value;
}

/* The working point, when both have the same, and nothing beside its series:
 * which of several benchmarks matters cannot be known. */
static const char *
work_of(struct ws_arena *a, struct ws_run *run[2])
{
	const struct ws_fact *f[2];

	for (int i = 0; i < 2; i++) {
		if (!is_one_series(run[i]))
			return NULL;
		f[i] =
		    ws_facts_get(ws_run_facts(run[i]), WS_F_BENCH_NAME, NULL);
		if (f[i] == NULL || f[i]->text == NULL)
			return NULL;
	}
	if (strcmp(f[0]->text, f[1]->text) != 0)
		return NULL;
	return ws_arena_dup(a, ws_bench_row_name(ws_sv_of(f[0]->text)));
}

static void
compare_benches(struct ws_arena *a, struct ws_run *run[2], size_t n_run,
    const struct ws_diff_options *o, struct ws_diff *d)
{
	const struct ws_bench_side in[2] = {
		{ ws_run_benches(run[0]), ws_run_dict(run[0]), "before" },
		{ ws_run_benches(run[1]), ws_run_dict(run[1]), "after" },
	};
	struct ws_measures m = ws_measures_make(a, in, n_run, &o->projection);
	struct notes notes = { .arena = a,
		.text = ws_arena_alloc(
		    a, (NOTES_MAX + m.n_note) * sizeof(*notes.text)) };

	d->bench = ws_bench_compare(a, m.m, m.n, &o->terms);
	for (size_t i = 0; i < m.n_note && notes.n < NOTES_MAX; i++)
		notes.text[notes.n++] = m.note[i];
	if (m.left_out > 0)
		note(&notes,
		    "%" PRIu64 " results are left out: there are more than %d "
		    "columns or %d configurations",
		    m.left_out, WS_COLUMNS_COMPARED, WS_BENCH_CONFIGS);
	note_cells(&notes, d->bench);
	note_rows(&notes, d->bench);
	d->note = notes.text;
	d->n_note = notes.n;
}

const struct ws_diff *
ws_diff_make(struct ws_arena *a, struct ws_run *before, struct ws_run *after,
    const struct ws_diff_options *o, struct ws_err *err)
{
	struct ws_run *run[2] = { before, after != NULL ? after : before };
	struct ws_diff *d = ws_arena_alloc(a, sizeof(*d));

	if (o->plan.p != NULL &&
	    ws_compare_goals(a, o->plan, ws_run_facts(run[1]), &d->goal,
		&d->n_goal, err) != WS_OK)
		return NULL;
	d->name[0] = ws_run_report(before, false)->bundle;
	if (after != NULL)
		d->name[1] = ws_run_report(after, false)->bundle;
	compare_benches(a, run, after != NULL ? 2 : 1, o, d);
	if (after != NULL) {
		if (has_captures(before) && has_captures(after))
			for (int i = 0; i < 2; i++)
				d->diagnosis[i] = ws_run_diagnosis(run[i]);
		d->n_moved = ws_compare_facts(a, ws_run_facts(before),
		    ws_run_facts(after), o->terms.alpha, &d->moved);
		compare_profiles(a, run, o->terms.alpha, d);
		d->n_cls = ws_compare_classes(a, d->diagnosis, &d->cls);
	}
	ws_compare_verdict(a, d, after != NULL ? work_of(a, run) : NULL);
	return d;
}
