/* The document of whyslow.diff/1. */
#include <math.h>

#include "report/diff_parts.h"
#include "report/parts.h"

static void
put_bool(struct ws_json *j, const char *key, bool v)
{
	ws_json_key(j, key);
	ws_json_bool(j, v);
}

static void
open_array(struct ws_json *j, const char *key)
{
	ws_json_key(j, key);
	ws_json_open(j, '[');
}

static void
put_against(struct ws_json *j, const struct ws_bench_terms *t,
    const struct ws_against *x)
{
	struct ws_buf shown = { 0 };

	ws_json_key(j, "vs_base");
	if (x == NULL) {
		ws_json_null(j);
		return;
	}
	ws_put_change(&shown, x, t->alpha);
	ws_json_open(j, '{');
	ws_json_key_num(j, "change", x->change);
	ws_json_key_str(j, "shown", shown.p);
	ws_json_key_num(j, "p", x->exact ? NAN : x->p);
	ws_json_key_num(j, "holm", x->exact ? NAN : x->holm);
	ws_json_key_num(j, "cliffs_delta", x->delta);
	ws_json_key_num(j, "ratio", x->ratio.mid);
	ws_json_key_num(j, "ratio_lo", x->ratio.lo);
	ws_json_key_num(j, "ratio_hi", x->ratio.hi);
	ws_json_key_str(j, "direction", ws_direction_name(x->direction));
	put_bool(j, "all_equal", x->all_equal);
	put_bool(j, "exact", x->exact);
	ws_json_close(j, '}');
	ws_buf_fini(&shown);
}

static void
put_cell(struct ws_json *j, const struct ws_bench_tables *all,
    const struct ws_bench_table *t, size_t r, size_t k)
{
	const struct ws_bench_cell *c = t->row[r].cell[k];

	ws_json_open(j, '{');
	ws_json_key_str(j, "column", t->column[k]);
	ws_json_key(j, "n");
	ws_json_u64(j, c->n);
	ws_json_key_num(j, "center", c->center.mid);
	ws_json_key_num(j, "lo", c->center.lo);
	ws_json_key_num(j, "hi", c->center.hi);
	ws_json_key_num(j, "level", c->center.level);
	ws_json_key_num(j, "drift_p", c->drift);
	put_against(j, &all->terms, t->row[r].against[k]);
	ws_json_close(j, '}');
}

static void
put_sums(struct ws_json *j, const struct ws_bench_table *t)
{
	open_array(j, "geomean");
	for (size_t k = 0; k < t->n_column; k++) {
		ws_json_open(j, '{');
		ws_json_key_str(j, "column", t->column[k]);
		ws_json_key_num(j, "value", t->sum[k].geomean);
		ws_json_key_num(j, "ratio", t->sum[k].ratio);
		put_bool(j, "set_differs", t->sum[k].set_differs);
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_table(struct ws_json *j, const struct ws_bench_tables *all,
    const struct ws_bench_table *t)
{
	ws_json_open(j, '{');
	ws_json_key_str(j, "config", t->config);
	ws_json_key_str(j, "unit", t->unit);
	ws_json_key_str(j, "better",
	    t->better > 0   ? "higher"
	    : t->better < 0 ? "lower"
			    : NULL);
	open_array(j, "rows");
	for (size_t r = 0; r < t->n_row; r++) {
		ws_json_open(j, '{');
		ws_json_key_str(j, "name", t->row[r].name);
		open_array(j, "cells");
		for (size_t k = 0; k < t->n_column; k++)
			if (t->row[r].cell[k] != NULL)
				put_cell(j, all, t, r, k);
		ws_json_close(j, ']');
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
	put_sums(j, t);
	ws_json_close(j, '}');
}

static void
put_benchmarks(struct ws_json *j, const struct ws_bench_tables *b)
{
	ws_json_key(j, "benchmarks");
	ws_json_open(j, '{');
	ws_json_key_num(j, "level", b->terms.level);
	ws_json_key_num(j, "alpha", b->terms.alpha);
	ws_json_key_num(j, "least", b->terms.least);
	ws_json_key(j, "tests");
	ws_json_u64(j, b->tests);
	open_array(j, "tables");
	for (size_t i = 0; i < b->n; i++)
		put_table(j, b, &b->table[i]);
	ws_json_close(j, ']');
	ws_json_close(j, '}');
}

static void
put_side(struct ws_json *j, const char *key, const struct ws_fact *f)
{
	ws_json_key(j, key);
	ws_json_open(j, '{');
	ws_json_key_num(j, "value", f->value);
	ws_json_key_num(j, "lo", f->lo);
	ws_json_key_num(j, "hi", f->hi);
	ws_json_key_num(j, "samples", f->samples);
	ws_json_close(j, '}');
}

static void
put_facts(struct ws_json *j, const struct ws_diff *d)
{
	open_array(j, "facts");
	for (size_t i = 0; i < d->n_moved; i++) {
		const struct ws_moved *m = &d->moved[i];

		ws_json_open(j, '{');
		ws_json_key_str(j, "name", m->def->name);
		ws_json_key_str(j, "subject", m->subject);
		ws_json_key_str(j, "unit", ws_unit_name(m->def->unit));
		put_side(j, "before", m->before);
		put_side(j, "after", m->after);
		ws_json_key_num(j, "change", m->change);
		ws_json_key_num(j, "p", m->p);
		ws_json_key_num(j, "holm", m->holm);
		put_bool(j, "moved", m->moved);
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_pair(struct ws_json *j, const char *key, const double v[2])
{
	open_array(j, key);
	ws_json_num(j, v[0]);
	ws_json_num(j, v[1]);
	ws_json_close(j, ']');
}

static void
put_profiles(struct ws_json *j, const struct ws_diff *d)
{
	open_array(j, "profiles");
	for (size_t i = 0; i < d->n_profile; i++) {
		const struct ws_share_changes *c = &d->profile[i];

		ws_json_open(j, '{');
		ws_json_key_str(j, "series", c->series);
		ws_json_key_str(j, "unit", ws_unit_name(c->unit));
		put_pair(j, "total", c->total);
		put_pair(j, "samples", c->samples);
		open_array(j, "functions");
		for (size_t r = 0; r < c->n; r++) {
			ws_json_open(j, '{');
			ws_json_key_str(j, "name", c->row[r].name);
			put_pair(j, "flat", c->row[r].flat);
			put_pair(j, "cum", c->row[r].cum);
			ws_json_key_num(j, "p", c->row[r].p);
			ws_json_key_num(j, "holm", c->row[r].holm);
			put_bool(j, "moved", c->row[r].moved);
			ws_json_close(j, '}');
		}
		ws_json_close(j, ']');
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_classes(struct ws_json *j, const struct ws_diff *d)
{
	open_array(j, "classes");
	for (size_t i = 0; i < d->n_cls; i++) {
		const struct ws_class_change *c = &d->cls[i];

		ws_json_open(j, '{');
		ws_json_key_str(j, "class", ws_class_defs[c->cls].key);
		ws_json_key_str(j, "gone", c->gone);
		ws_json_key_str(j, "come", c->come);
		for (int k = 0; k < 2; k++) {
			ws_json_key(j, k == 0 ? "before" : "after");
			ws_json_open(j, '{');
			ws_json_key_str(j, "state",
			    ws_class_state_name(c->score[k]->state));
			ws_json_key_num(j, "points", c->score[k]->points);
			ws_json_key(j, "votes");
			ws_json_u64(j, c->votes[k]);
			ws_json_close(j, '}');
		}
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_goals(struct ws_json *j, const struct ws_diff *d)
{
	static const char *const met[] = { "yes", "no", "unknown" };

	open_array(j, "plan");
	for (size_t i = 0; i < d->n_goal; i++) {
		const struct ws_goal *g = &d->goal[i];

		ws_json_open(j, '{');
		ws_json_key_str(j, "advice", g->advice);
		ws_json_key_str(j, "fact", g->fact);
		ws_json_key_str(j, "op", g->op);
		ws_json_key_num(j, "value", g->value);
		ws_json_key_num(j, "found", g->found);
		ws_json_key_str(j, "presence", ws_presence_name(g->presence));
		ws_json_key_str(j, "met", met[g->met]);
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_outcome(struct ws_json *j, const char *key, const struct ws_diagnosis *d)
{
	ws_json_key(j, key);
	if (d == NULL) {
		ws_json_null(j);
		return;
	}
	ws_json_open(j, '{');
	ws_json_key_str(j, "outcome", ws_outcome_key(d));
	ws_json_key_str(
	    j, "class", d->cls < WS_CLASSES ? ws_class_defs[d->cls].key : NULL);
	ws_json_key_str(j, "confidence", ws_confidence_name(d->confidence));
	ws_json_close(j, '}');
}

void
ws_report_diff_json(FILE *f, const struct ws_diff *d)
{
	struct ws_json j;

	ws_json_init(&j, f, true);
	ws_json_open(&j, '{');
	ws_json_key_str(&j, "schema", "whyslow.diff/1");
	ws_json_key_str(&j, "before", d->name[0]);
	ws_json_key_str(&j, "after", d->name[1]);
	ws_json_key(&j, "change");
	ws_json_open(&j, '{');
	ws_json_key_str(&j, "verdict", ws_change_name(d->change));
	ws_json_key_str(&j, "sentence", d->sentence);
	ws_json_key_str(&j, "benchmark", d->headline);
	ws_json_key_num(&j, "gain", d->gain);
	put_outcome(&j, "before", d->diagnosis[0]);
	put_outcome(&j, "after", d->diagnosis[1]);
	ws_json_close(&j, '}');
	put_benchmarks(&j, d->bench);
	put_goals(&j, d);
	put_classes(&j, d);
	put_facts(&j, d);
	put_profiles(&j, d);
	open_array(&j, "notes");
	for (size_t i = 0; i < d->n_note; i++)
		ws_json_str(&j, d->note[i]);
	ws_json_close(&j, ']');
	ws_json_close(&j, '}');
	ws_json_end(&j);
}
