/*
 * What is not known, and what to capture next.  A capture is worth the points
 * that its unknown votes could move: for each class that matters and each
 * group, the largest unknown vote less what the group already says; shared out
 * where a rule wants several kinds of evidence.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diagnosis/parts.h"

#define COLLECT_MAX 5
#define WORTH_MIN   1.0
#define NAMED_RULES 3 /* in the reason; more are counted */

static const char *
group_of(const struct ws_rule *r)
{
	return r->group ? r->group : r->id;
}

static bool
same_box(const struct ws_rule *a, const struct ws_rule *b)
{
	return a->cls == b->cls && (a->weight > 0) == (b->weight > 0) &&
	       strcmp(group_of(a), group_of(b)) == 0;
}

static bool
asks_for(const struct ws_judgement *j, enum ws_source_id s)
{
	for (size_t i = 0; i < j->n_reason; i++)
		if (j->reason[i].source == s)
			return true;
	return false;
}

static unsigned
count_sources(const struct ws_judgement *j)
{
	unsigned n = 0;

	for (enum ws_source_id s = 0; s < WS_S_COUNT_OF; s++)
		n += asks_for(j, s);
	return n;
}

static bool
is_unknown_vote(const struct ws_judgement *j)
{
	return j->rule->kind == WS_RULE_VOTE && j->truth == WS_UNKNOWN &&
	       j->rule->cls < WS_CLASSES;
}

/* Points that an answer could add to what the rule's group says now. */
static double
worth(const struct ws_case *c, const struct ws_judgement *j)
{
	double said = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->all[i].truth == WS_TRUE &&
		    c->all[i].rule->kind == WS_RULE_VOTE &&
		    same_box(c->all[i].rule, j->rule))
			said = fmax(said, abs(c->all[i].rule->weight));
	return fmax(0, abs(j->rule->weight) - said) / fmax(1, count_sources(j));
}

static bool
matters(const struct ws_verdict *v, enum ws_class cls)
{
	if (v->cls == WS_CLASS_NONE)
		return v->score[cls].state != WS_RULED_OUT;
	for (size_t i = 0; i < v->n_candidate; i++)
		if (v->candidate[i] == cls)
			return true;
	return v->score[cls].state == WS_SECONDARY;
}

/* True when collecting this source may answer the rule.  What is in the bundle
 * and did not answer needs the rule's own advice. */
static bool
may_answer(
    const struct ws_case *c, const struct ws_judgement *j, enum ws_source_id s)
{
	enum ws_presence p;

	if (!is_unknown_vote(j) || !asks_for(j, s) ||
	    !matters(&c->verdict, j->rule->cls))
		return false;

	p = ws_facts_source_presence(c->facts, s);
	if (p == WS_VALUE)
		return j->rule->collect != NULL;
	return p != WS_UNSUPPORTED_HERE;
}

/* One vote a group: the one of largest worth, the first of equal ones. */
static bool
is_largest(
    const struct ws_case *c, const struct ws_judgement *j, enum ws_source_id s)
{
	double mine = worth(c, j);

	for (size_t i = 0; i < c->n; i++) {
		const struct ws_judgement *k = &c->all[i];
		double other;

		if (k == j || !same_box(k->rule, j->rule) ||
		    !may_answer(c, k, s))
			continue;
		other = worth(c, k);
		if (other > mine || (other == mine && k < j))
			return false;
	}
	return true;
}

static void
name_rule(struct ws_buf *b, unsigned n, const struct ws_rule *r)
{
	if (n < NAMED_RULES)
		ws_buf_printf(b, "%s%s (%s)", n ? ", " : "answers ", r->id,
		    ws_class_defs[r->cls].key);
}

/* The rule's own command when it asks for nothing else. */
static const char *
own_command(const struct ws_judgement *j)
{
	return count_sources(j) == 1 ? j->rule->collect : NULL;
}

static struct ws_collect
offer_of(struct ws_case *c, enum ws_source_id s)
{
	struct ws_collect offer = { .source = s };
	struct ws_buf why = { 0 };
	unsigned n = 0;
	double best = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct ws_judgement *j = &c->all[i];
		double w;

		if (!may_answer(c, j, s) || !is_largest(c, j, s))
			continue;
		w = worth(c, j);
		offer.decides += w;
		if (w > best && own_command(j)) {
			best = w;
			offer.command = own_command(j);
		}
		name_rule(&why, n++, j->rule);
	}
	if (n > NAMED_RULES)
		ws_buf_printf(&why, " and %u more", n - NAMED_RULES);
	offer.why = ws_text_keep(c, &why);
	offer.cost = ws_source_defs[s].cost;
	if (!offer.command)
		offer.command = ws_source_defs[s].collect;
	return offer;
}

static void
put_offer(struct ws_collect *list, size_t *n, const struct ws_collect *new)
{
	size_t at = (*n)++;

	for (; at > 0 && list[at - 1].decides < new->decides; at--)
		list[at] = list[at - 1];
	list[at] = *new;
}

void
ws_collect_list(struct ws_case *c)
{
	struct ws_collect *list;

	if (c->d->confidence == WS_HIGH)
		return;
	list = ws_arena_alloc(c->arena, WS_S_COUNT_OF * sizeof(*c->d->collect));
	for (enum ws_source_id s = 0; s < WS_S_COUNT_OF; s++) {
		struct ws_collect offer = offer_of(c, s);

		if (offer.decides >= WORTH_MIN)
			put_offer(list, &c->d->n_collect, &offer);
	}
	if (c->d->n_collect > COLLECT_MAX)
		c->d->n_collect = COLLECT_MAX;
	c->d->collect = list;
}

/* The fact that would tell what the plan is aimed at; NULL when that is told, or
 * nothing could. */
static const char *
missing_aim(const struct ws_diagnosis *d)
{
	for (size_t i = 0; i < d->n_action; i++)
		if (d->action[i].advice->n_targets > 0)
			return d->action[i].n_target == 0
				   ? d->action[i].advice->targets[0]
				   : NULL;
	return NULL;
}

static bool
is_offered(const struct ws_diagnosis *d, enum ws_source_id s)
{
	for (size_t i = 0; i < d->n_collect; i++)
		if (d->collect[i].source == s)
			return true;
	return false;
}

/* A verdict may stand where nothing tells which function to change. */
void
ws_collect_for_plan(struct ws_case *c)
{
	const struct ws_catalogue *cat = ws_facts_catalogue(c->facts);
	const char *fact = missing_aim(c->d);
	struct ws_collect *list;
	enum ws_source_id s;

	if (fact == NULL)
		return;
	s = ws_catalogue_get(cat, ws_catalogue_find(cat, ws_sv_of(fact)))
		->source;
	if (ws_facts_source_presence(c->facts, s) != WS_ABSENT ||
	    is_offered(c->d, s))
		return;
	list = ws_arena_alloc(c->arena, (c->d->n_collect + 1) * sizeof(*list));
	for (size_t i = 0; i < c->d->n_collect; i++)
		list[i] = c->d->collect[i];
	list[c->d->n_collect++] = (struct ws_collect){ .source = s,
		.command = ws_source_defs[s].collect,
		.cost = ws_source_defs[s].cost,
		.why = "names the functions that the plan is aimed at" };
	c->d->collect = list;
}

/* A source that cannot be had has no artifact that says so. */
bool
ws_is_impossible(const struct ws_judgement *j, const struct ws_facts *f)
{
	for (size_t i = 0; i < j->n_reason; i++) {
		enum ws_source_id s = j->reason[i].source;

		if (s >= WS_S_COUNT_OF ||
		    ws_facts_source_presence(f, s) != WS_UNSUPPORTED_HERE ||
		    ws_facts_source_artifact(f, s) != NULL)
			return false;
	}
	return j->truth == WS_UNKNOWN && j->n_reason > 0;
}

static struct ws_missing
missing_of(const struct ws_judgement *j)
{
	const struct ws_reason *r = j->n_reason ? &j->reason[0] : NULL;
	struct ws_missing m = { .rule = j->rule,
		.reason = j->rule->unknown,
		.collect = j->rule->collect };

	if (!m.reason)
		m.reason = r ? r->text : "not known";
	if (!m.collect && r && r->source < WS_S_COUNT_OF)
		m.collect = ws_source_defs[r->source].collect;
	return m;
}

void
ws_missing_list(struct ws_case *c)
{
	struct ws_missing *list =
	    ws_arena_alloc(c->arena, (c->n + 1) * sizeof(*list));

	for (size_t i = 0; i < c->n; i++)
		if (is_unknown_vote(&c->all[i]) &&
		    !ws_is_impossible(&c->all[i], c->facts))
			list[c->d->n_missing++] = missing_of(&c->all[i]);
	c->d->missing = list;
}
