/* The document of whyslow.report/1. */
#include <math.h>

#include "report/parts.h"

/* One member of the document. */
struct member {
	const char *key;
	void (*put)(struct ws_json *j, const struct ws_report *r);
};

static const char *
class_key(enum ws_class c)
{
	return c < WS_CLASSES ? ws_class_defs[c].key : NULL;
}

static void
put_schema(struct ws_json *j, const struct ws_report *r)
{
	(void)r;
	ws_json_str(j, "whyslow.report/1");
}

static void
put_bundle(struct ws_json *j, const struct ws_report *r)
{
	ws_json_bundle(j, r, false);
}

static const struct ws_fact *
fact_named(const struct ws_report *r, const char *name)
{
	uint32_t id =
	    ws_catalogue_find(ws_facts_catalogue(r->facts), ws_sv_of(name));
	const struct ws_fact *f =
	    id == UINT32_MAX ? NULL : ws_facts_get(r->facts, id, NULL);

	return f && f->presence == WS_VALUE ? f : NULL;
}

static void
put_environment(struct ws_json *j, const struct ws_report *r)
{
	static const struct {
		const char *key, *fact;
	} env[] = { { "go", "go.version" }, { "os", "go.os" },
		{ "arch", "go.arch" }, { "cpus", "host.cpus" },
		{ "maxprocs", "go.maxprocs" } };

	char text[32];

	ws_json_open(j, '{');
	for (size_t i = 0; i < WS_LEN(env); i++) {
		const struct ws_fact *f = fact_named(r, env[i].fact);
		enum ws_unit unit = f ? ws_fact_def_of(r, f)->unit : WS_U_NONE;

		if (unit == WS_U_VERSION && !f->text)
			ws_unit_format(text, f->value, unit);
		if (unit == WS_U_VERSION || unit == WS_U_TEXT)
			ws_json_key_str(
			    j, env[i].key, f->text ? f->text : text);
		else
			ws_json_key_num(j, env[i].key, f ? f->value : NAN);
	}
	ws_json_close(j, '}');
}

static void
put_verdict(struct ws_json *j, const struct ws_report *r)
{
	const struct ws_diagnosis *d = r->diagnosis;
	bool is_class = d->cls < WS_CLASSES && ws_class_defs[d->cls].is_class;

	ws_json_open(j, '{');
	ws_json_key_str(j, "outcome", ws_outcome_key(d));
	ws_json_key_str(j, "class", is_class ? class_key(d->cls) : NULL);
	ws_json_key_str(
	    j, "name", d->cls < WS_CLASSES ? ws_class_defs[d->cls].name : NULL);
	ws_json_key_str(j, "confidence", ws_confidence_name(d->confidence));
	ws_json_key(j, "candidates");
	ws_json_open(j, '[');
	for (size_t i = 0; i < d->n_candidate; i++)
		ws_json_str(j, class_key(d->candidate[i]));
	ws_json_close(j, ']');
	ws_json_key_num(
	    j, "points", d->cls < WS_CLASSES ? d->score[d->cls].points : NAN);
	ws_json_key_num(j, "stability", d->stability);
	ws_json_key(j, "rests_on");
	ws_json_open(j, '[');
	for (size_t i = 0; i < d->n_rests; i++)
		ws_json_str(j, d->rests[i].artifact);
	ws_json_close(j, ']');
	ws_json_key_str(j, "sentence", d->sentence);
	ws_json_key_str(j, "basis", d->basis);
	ws_json_close(j, '}');
}

static void
put_classes(struct ws_json *j, const struct ws_report *r)
{
	ws_json_open(j, '[');
	for (enum ws_class c = 0; c < WS_CLASSES; c++) {
		const struct ws_score *s = &r->diagnosis->score[c];

		ws_json_open(j, '{');
		ws_json_key_str(j, "class", class_key(c));
		ws_json_key_str(j, "name", ws_class_defs[c].name);
		ws_json_key_num(j, "points", s->points);
		ws_json_key_num(j, "lo", s->lo);
		ws_json_key_num(j, "hi", s->hi);
		ws_json_key_num(j, "reach", s->reach);
		ws_json_key_str(j, "state", ws_class_state_name(s->state));
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_used(struct ws_json *j, const struct ws_report *r, const struct ws_used *u)
{
	const struct ws_fact_def *def =
	    ws_catalogue_get(ws_facts_catalogue(r->facts), u->def);

	ws_json_open(j, '{');
	ws_json_key_str(j, "name", def->name);
	ws_json_key_str(j, "subject", u->fact ? u->fact->subject : NULL);
	ws_json_fact(j, def, u->fact);
	ws_json_key_str(j, "presence", ws_presence_name(u->presence));
	ws_json_close(j, '}');
}

static void
put_judgement(
    struct ws_json *j, const struct ws_report *r, const struct ws_judgement *e)
{
	ws_json_open(j, '{');
	ws_json_key_str(j, "rule", e->rule->id);
	ws_json_key_str(j, "class", class_key(e->rule->cls));
	ws_json_key(j, "weight");
	ws_json_i64(j, e->rule->weight);
	ws_json_key_str(j, "truth", ws_truth_name(e->truth));
	ws_json_key(j, "weak");
	ws_json_bool(j, e->weak);
	ws_json_key_str(j, "group", e->rule->group);
	ws_json_key_str(j, "text", e->text);
	ws_json_key(j, "facts");
	ws_json_open(j, '[');
	for (size_t i = 0; i < e->n_used; i++)
		put_used(j, r, &e->used[i]);
	ws_json_close(j, ']');
	ws_json_close(j, '}');
}

static void
put_evidence(struct ws_json *j, const struct ws_report *r)
{
	ws_json_open(j, '[');
	for (size_t i = 0; i < r->diagnosis->n_evidence; i++)
		put_judgement(j, r, r->diagnosis->evidence[i]);
	ws_json_close(j, ']');
}

static void
put_missing(struct ws_json *j, const struct ws_report *r)
{
	ws_json_open(j, '[');
	for (size_t i = 0; i < r->diagnosis->n_missing; i++) {
		const struct ws_missing *m = &r->diagnosis->missing[i];

		ws_json_open(j, '{');
		ws_json_key_str(j, "rule", m->rule->id);
		ws_json_key_str(j, "class", class_key(m->rule->cls));
		ws_json_key_str(j, "reason", m->reason);
		ws_json_key_str(j, "collect", m->collect);
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_collect(struct ws_json *j, const struct ws_report *r)
{
	ws_json_open(j, '[');
	for (size_t i = 0; i < r->diagnosis->n_collect; i++) {
		const struct ws_collect *c = &r->diagnosis->collect[i];

		ws_json_open(j, '{');
		ws_json_key_str(j, "source", ws_source_defs[c->source].name);
		ws_json_key_str(j, "command", c->command);
		ws_json_key_str(j, "cost", c->cost);
		ws_json_key_str(j, "why", c->why);
		ws_json_key_num(j, "decides", c->decides);
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_accounting(struct ws_json *j, const struct ws_report *r)
{
	ws_json_open(j, '[');
	for (size_t i = 0; i < r->diagnosis->n_leaf; i++) {
		const struct ws_leaf *l = &r->diagnosis->leaf[i];

		ws_json_open(j, '{');
		ws_json_key_str(j, "leaf", l->title);
		ws_json_key_str(j, "class", l->cls && *l->cls ? l->cls : NULL);
		ws_json_key_num(j, "share", l->share);
		ws_json_key_str(j, "source", l->source);
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_targets(struct ws_json *j, const struct ws_target *t, size_t n)
{
	ws_json_key(j, "targets");
	ws_json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		ws_json_open(j, '{');
		ws_json_key_str(j, "subject", t[i].subject);
		ws_json_key_num(j, "share", t[i].share);
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_impact(struct ws_json *j, const struct ws_action *x)
{
	ws_json_key(j, "impact");
	if (!x->has_impact) {
		ws_json_null(j);
		return;
	}
	ws_json_open(j, '{');
	ws_json_key_str(j, "metric", "throughput");
	ws_json_key_num(j, "lo", x->lo);
	ws_json_key_num(j, "hi", x->hi);
	ws_json_key_num(j, "cap", x->cap);
	ws_json_key_str(j, "basis", x->basis);
	ws_json_close(j, '}');
}

static void
put_success(struct ws_json *j, const struct ws_advice *a)
{
	ws_json_key(j, "success");
	ws_json_open(j, '[');
	for (size_t i = 0; i < a->n_success; i++) {
		ws_json_open(j, '{');
		ws_json_key_str(j, "fact", a->success[i].fact);
		ws_json_key_str(j, "op", a->success[i].op);
		ws_json_key_num(j, "value", a->success[i].value);
		ws_json_key_str(j, "unit", ws_unit_name(a->success[i].unit));
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static void
put_figures(struct ws_json *j, const struct ws_action *x)
{
	ws_json_key(j, "figures");
	ws_json_open(j, '[');
	for (size_t i = 0; i < x->advice->n_figure; i++) {
		const struct ws_figure *f = &x->advice->figure[i];

		ws_json_open(j, '{');
		ws_json_key_str(j, "label", f->label);
		ws_json_key_num(j, "value", x->figure[i]);
		ws_json_key_str(j, "unit", ws_unit_name(ws_expr_unit(f->of)));
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

/* The next bottleneck, when this step is done. */
static void
put_then(struct ws_json *j, const struct ws_leaf *l)
{
	ws_json_key(j, "then");
	if (isnan(l->share)) {
		ws_json_null(j);
		return;
	}
	ws_json_open(j, '{');
	ws_json_key_str(j, "leaf", l->title);
	ws_json_key_str(j, "class", l->cls[0] != '\0' ? l->cls : NULL);
	ws_json_key_num(j, "share", l->share);
	ws_json_close(j, '}');
}

static void
put_action(struct ws_json *j, const struct ws_action *x)
{
	const struct ws_advice *a = x->advice;

	ws_json_open(j, '{');
	ws_json_key_str(j, "id", a->id);
	ws_json_key_str(j, "class", class_key(a->cls));
	ws_json_key_str(j, "title", a->title);
	ws_json_key(j, "effort");
	ws_json_sv(j, (struct ws_sv){ &a->effort, 1 });
	ws_json_key_str(j, "risk", a->risk);
	put_targets(j, x->target, x->n_target);
	put_impact(j, x);
	put_figures(j, x);
	ws_json_key(j, "steps");
	ws_json_open(j, '[');
	for (size_t i = 0; i < a->n_step; i++)
		ws_json_str(j, a->step[i]);
	ws_json_close(j, ']');
	ws_json_key_str(j, "code", x->code);
	put_success(j, a);
	put_then(j, &x->then);
	ws_json_close(j, '}');
}

static void
put_plan(struct ws_json *j, const struct ws_report *r)
{
	ws_json_open(j, '[');
	for (size_t i = 0; i < r->diagnosis->n_action; i++)
		put_action(j, &r->diagnosis->action[i]);
	ws_json_close(j, ']');
}

static void
put_traps(struct ws_json *j, const struct ws_report *r)
{
	ws_json_open(j, '[');
	for (size_t i = 0; i < r->diagnosis->n_trap; i++) {
		const struct ws_trap_seen *t = &r->diagnosis->trap[i];

		ws_json_open(j, '{');
		ws_json_key_str(j, "id", t->judgement->rule->id);
		ws_json_key_str(j, "text", t->judgement->text);
		ws_json_key_num(j, "share", t->share);
		put_targets(j, t->target, t->n_target);
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

/* The facts of a name with subjects, which are numbers of workers. */
static void
put_levels(
    struct ws_json *j, const struct ws_report *r, uint32_t def, const char *key)
{
	const struct ws_fact *const *f;
	size_t n = ws_facts_of(r->facts, def, &f);

	ws_json_key(j, key);
	ws_json_open(j, '{');
	for (size_t i = 0; i < n; i++)
		if (f[i]->presence == WS_VALUE && f[i]->subject)
			ws_json_key_num(j, f[i]->subject, f[i]->value);
	ws_json_close(j, '}');
}

/* What the benchmark facts say, by the ends of their names. */
static void
put_benchmark(struct ws_json *j, const struct ws_report *r)
{
	const struct ws_fact *const *f;
	size_t n = ws_facts_all(r->facts, &f);
	bool is_open = false;

	for (size_t i = 0; i < n; i++) {
		struct ws_sv name = ws_sv_of(ws_fact_def_of(r, f[i])->name);

		if (f[i]->presence != WS_VALUE || f[i]->subject ||
		    !ws_sv_starts(name, "bench."))
			continue;
		if (!is_open)
			ws_json_open(j, '{');
		is_open = true;
		if (f[i]->text != NULL)
			ws_json_key_str(j, ws_sv_from(name, 6).p, f[i]->text);
		else
			ws_json_key_num(j, ws_sv_from(name, 6).p, f[i]->value);
	}
	if (!is_open) {
		ws_json_null(j);
		return;
	}
	put_levels(j, r, WS_F_BENCH_LEVEL_RATE, "level.throughput");
	put_levels(j, r, WS_F_BENCH_LEVEL_TAIL, "level.p99");
	ws_json_close(j, '}');
}

static void
put_quality(struct ws_json *j, const struct ws_report *r)
{
	ws_json_open(j, '[');
	for (size_t i = 0; i < r->diagnosis->n_quality; i++) {
		const struct ws_judgement *q = r->diagnosis->quality[i];

		ws_json_open(j, '{');
		ws_json_key_str(j, "id", q->rule->id);
		ws_json_key_str(j, "text", q->text);
		ws_json_close(j, '}');
	}
	ws_json_close(j, ']');
}

static const struct member members[] = {
	{ "schema", put_schema },
	{ "bundle", put_bundle },
	{ "environment", put_environment },
	{ "verdict", put_verdict },
	{ "classes", put_classes },
	{ "evidence", put_evidence },
	{ "missing", put_missing },
	{ "collect", put_collect },
	{ "accounting", put_accounting },
	{ "plan", put_plan },
	{ "design", ws_json_design },
	{ "traps", put_traps },
	{ "benchmark", put_benchmark },
	{ "quality", put_quality },
};

void
ws_report_json(FILE *f, const struct ws_report *r)
{
	struct ws_json j;

	ws_json_init(&j, f, true);
	ws_json_open(&j, '{');
	for (size_t i = 0; i < WS_LEN(members); i++) {
		ws_json_key(&j, members[i].key);
		members[i].put(&j, r);
	}
	ws_json_close(&j, '}');
	ws_json_end(&j);
}
