/*
 * Confidence in words, and the numbers behind it:
 *   high    decided, a margin of 2 points, two kinds of artifact agree, and
 *	     95 % of the changes of a threshold by a quarter keep the verdict;
 *   medium  decided, or established with a margin of 2 points;
 *   low     the rest.
 * Quality findings that are true cap it: weight -1 at medium, -2 at low.
 */
#include "diagnosis/parts.h"

#define STABLE 0.95
#define KINDS  2

/* Marks the kinds of evidence behind a vote.  Notes on the environment are
 * context, not a witness. */
static void
mark_kinds(const struct ws_case *c, const struct ws_judgement *j,
    bool seen[WS_S_COUNT_OF])
{
	const struct ws_catalogue *cat = ws_facts_catalogue(c->facts);

	for (size_t i = 0; i < j->n_used; i++) {
		const struct ws_fact_def *def =
		    ws_catalogue_get(cat, j->used[i].def);

		if (j->used[i].fact != NULL &&
		    j->used[i].presence == WS_VALUE &&
		    def->source < WS_S_COUNT_OF && def->source != WS_S_ENV)
			seen[def->source] = true;
	}
}

/* A weak vote is what samples could not decide: it does not agree. */
static unsigned
count_kinds(const struct ws_case *c)
{
	bool seen[WS_S_COUNT_OF] = { false };
	unsigned n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (ws_vote_is(&c->all[i], c->verdict.cls, 1) &&
		    !c->all[i].weak)
			mark_kinds(c, &c->all[i], seen);
	for (size_t s = 0; s < WS_S_COUNT_OF; s++)
		n += seen[s];
	return n;
}

static enum ws_confidence
by_numbers(const struct ws_case *c, unsigned kinds)
{
	const struct ws_verdict *v = &c->verdict;
	bool is_clear = v->margin >= WS_POINTS_SECOND;
	bool is_decided =
	    v->outcome == WS_OUT_DECIDED || v->outcome == WS_OUT_OTHER;

	if (v->cls == WS_CLASS_NONE)
		return WS_LOW;
	if (is_decided && is_clear && kinds >= KINDS &&
	    c->d->stability >= STABLE)
		return WS_HIGH;
	return is_decided || is_clear ? WS_MEDIUM : WS_LOW;
}

/* The true quality finding that caps lowest, or NULL. */
static const struct ws_judgement *
worst_doubt(const struct ws_case *c)
{
	const struct ws_judgement *worst = NULL;

	for (size_t i = 0; i < c->n; i++) {
		const struct ws_judgement *j = &c->all[i];

		if (j->rule->kind == WS_RULE_QUALITY && j->truth == WS_TRUE &&
		    j->rule->weight < (worst ? worst->rule->weight : 0))
			worst = j;
	}
	return worst;
}

static void
put_rival(struct ws_buf *b, const struct ws_verdict *v)
{
	if (v->rival == WS_CLASS_NONE) {
		ws_buf_puts(b, "no other class has support");
		return;
	}
	ws_buf_printf(b, "%s could reach %.3g", ws_class_defs[v->rival].key,
	    v->score[v->rival].hi);
}

/* What would be said without the artifact. */
static void
put_other_verdict(struct ws_buf *b, const struct ws_rests *x)
{
	const char *key =
	    x->cls < WS_CLASSES ? ws_class_defs[x->cls].key : NULL;

	if (x->outcome > WS_OUT_OTHER)
		key = x->outcome == WS_OUT_OPEN ? "open" : "insufficient";
	ws_buf_printf(b, "%s (%s without it)", x->artifact, key);
}

static void
put_rests(struct ws_buf *b, const struct ws_diagnosis *d)
{
	if (d->outcome > WS_OUT_OTHER)
		return;
	if (d->n_rests == 0)
		ws_buf_puts(b, "; stands without any one of them");
	for (size_t i = 0; i < d->n_rests; i++) {
		ws_buf_puts(b, i == 0 ? "; rests on " : ", ");
		put_other_verdict(b, &d->rests[i]);
	}
}

static void
put_basis(struct ws_buf *b, const struct ws_case *c, unsigned kinds)
{
	const struct ws_verdict *v = &c->verdict;
	const struct ws_score *s = &v->score[v->cls];

	ws_buf_printf(b, "%.3g points (at least %.3g), margin %.3g, ",
	    s->points, s->lo + 0.0, v->margin);
	put_rival(b, v);
	ws_buf_printf(b,
	    "; kept by %.0f %% of threshold changes; %u kind%s of artifact",
	    100 * c->d->stability, kinds, kinds == 1 ? "" : "s");
	put_rests(b, c->d);
}

void
ws_confidence_judge(struct ws_case *c)
{
	const struct ws_judgement *doubt = worst_doubt(c);
	enum ws_confidence cap = WS_HIGH;
	struct ws_buf b = { 0 };
	unsigned kinds = count_kinds(c);

	c->d->confidence = by_numbers(c, kinds);
	if (doubt)
		cap = doubt->rule->weight <= -2 ? WS_LOW : WS_MEDIUM;
	if (c->verdict.outcome == WS_OUT_INSUFFICIENT)
		ws_buf_puts(&b, "no artifact with a usable value");
	else if (c->verdict.cls == WS_CLASS_NONE)
		ws_buf_printf(&b, "no class has %.0f points", WS_POINTS_MIN);
	else
		put_basis(&b, c, kinds);
	if (cap < c->d->confidence) {
		c->d->confidence = cap;
		ws_buf_printf(&b, "; no more than %s because of %s",
		    ws_confidence_name(cap), doubt->rule->id);
	}
	c->d->basis = ws_text_keep(c, &b);
}
