/*
 * Points, intervals and the leading class.
 *
 * 1. Rules of one group are correlated and vote once: for each class and group
 *    the largest true vote for the class counts and the largest one against
 *    it.  A weak vote counts half.
 * 2. The interval.  lo: weak votes for the class count nothing, weak ones
 *    against it fully, and unknown rules against it as if they were true.  hi:
 *    the mirror image, but for unknown votes see 3.
 * 3. Unknown votes alone must not lift a class over strong evidence: how many
 *    may count is the table in diagnosis.h, where "the largest one" is the one
 *    group that would add most, as one surprise is likely enough to be waited
 *    for and several at once are not.  Rules that no capture of this program
 *    can answer (facts marked as unsupported here) never count.
 *    The same holds for unknown votes against a class: its lo loses all of
 *    them, but only the largest one where its own evidence is strong.
 * 4. The highest points lead.  Ties go to the votes that are sure, then to the
 *    order of classes; a tie is never decided, as no lo is above its points.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diagnosis/parts.h"

/* The votes of one group for and against one class, as sizes. */
struct box {
	enum ws_class cls;
	const char *group;
	double pos, pos_sure, pos_full, pos_unknown;
	double neg, neg_sure, neg_full, neg_unknown;
};

struct tally {
	struct box *box;
	size_t n_box;
	double points[WS_CLASSES];
	double sure_lo[WS_CLASSES];     /* lo without unknown votes */
	double sure_hi[WS_CLASSES];     /* hi the same way */
	double unknown_all[WS_CLASSES]; /* what unknown votes would add */
	double unknown_one[WS_CLASSES]; /* the largest of them */
	double doubt_all[WS_CLASSES];   /* what unknown votes would take away */
	double doubt_one[WS_CLASSES];
	unsigned groups[WS_CLASSES]; /* that have a vote for the class */
	unsigned judged[WS_CLASSES]; /* rules that are true or false */
};

static bool
is_vote(const struct ws_judgement *j)
{
	return j->rule->kind == WS_RULE_VOTE && j->rule->cls < WS_CLASSES;
}

bool
ws_vote_is(const struct ws_judgement *j, enum ws_class cls, int sign)
{
	return is_vote(j) && j->truth == WS_TRUE && j->rule->cls == cls &&
	       (sign == 0 || (sign > 0) == (j->rule->weight > 0));
}

/* A fact that says itself that it cannot be had here.  One that is merely not
 * in its artifact may come with the next capture. */
static bool
is_answerable(const struct ws_judgement *j, const struct ws_facts *f)
{
	if (ws_is_impossible(j, f))
		return false;
	for (size_t i = 0; i < j->n_used; i++) {
		const struct ws_fact *x = ws_facts_get(f, j->used[i].def, NULL);

		if (x && x->presence == WS_UNSUPPORTED_HERE)
			return false;
	}
	return true;
}

static struct box *
find_box(struct tally *t, const struct ws_rule *r)
{
	const char *group = r->group ? r->group : r->id;

	for (size_t i = 0; i < t->n_box; i++)
		if (t->box[i].cls == r->cls &&
		    strcmp(t->box[i].group, group) == 0)
			return &t->box[i];
	t->box[t->n_box] = (struct box){ .cls = r->cls, .group = group };
	return &t->box[t->n_box++];
}

static void
put_vote(struct box *b, const struct ws_judgement *j, const struct ws_facts *f)
{
	double size = abs(j->rule->weight);
	bool is_for = j->rule->weight > 0;
	double *vote = is_for ? &b->pos : &b->neg;
	double *sure = is_for ? &b->pos_sure : &b->neg_sure;
	double *full = is_for ? &b->pos_full : &b->neg_full;
	double *unknown = is_for ? &b->pos_unknown : &b->neg_unknown;

	if (j->truth == WS_TRUE) {
		*vote = fmax(*vote, j->weak ? size / 2 : size);
		*full = fmax(*full, size);
		if (!j->weak)
			*sure = fmax(*sure, size);
	} else if (j->truth == WS_UNKNOWN && is_answerable(j, f)) {
		*unknown = fmax(*unknown, size);
	}
}

static void
add_box(struct tally *t, const struct box *b)
{
	double more = fmax(0, b->pos_unknown - b->pos_full);
	double less = fmax(0, b->neg_unknown - b->neg_full);

	t->points[b->cls] += b->pos - b->neg;
	t->sure_lo[b->cls] += b->pos_sure - b->neg_full;
	t->sure_hi[b->cls] += b->pos_full - b->neg_sure;
	t->unknown_all[b->cls] += more;
	t->unknown_one[b->cls] = fmax(t->unknown_one[b->cls], more);
	t->doubt_all[b->cls] += less;
	t->doubt_one[b->cls] = fmax(t->doubt_one[b->cls], less);
	t->groups[b->cls] += b->pos > 0;
}

static void
count_votes(struct tally *t, const struct ws_judgement *all, size_t n,
    const struct ws_facts *f)
{
	t->box = ws_alloc_array(n ? n : 1, sizeof(*t->box));
	for (size_t i = 0; i < n; i++) {
		if (!is_vote(&all[i]))
			continue;
		put_vote(find_box(t, all[i].rule), &all[i], f);
		t->judged[all[i].rule->cls] += all[i].truth != WS_UNKNOWN;
	}
	for (size_t i = 0; i < t->n_box; i++)
		add_box(t, &t->box[i]);
	free(t->box);
	t->box = NULL;
}

static enum ws_class
find_leader(const struct tally *t)
{
	enum ws_class best = 0;

	for (enum ws_class c = 1; c < WS_CLASSES; c++)
		if (t->points[c] > t->points[best] ||
		    (t->points[c] == t->points[best] &&
			t->sure_lo[c] > t->sure_lo[best]))
			best = c;
	return best;
}

static bool
is_strong(const struct tally *t, enum ws_class c)
{
	return t->points[c] >= WS_POINTS_STRONG && t->groups[c] >= 2;
}

/* What unknown votes may add to hi: the table in diagnosis.h. */
static double
added_by_unknown(const struct tally *t, enum ws_class leader, enum ws_class c)
{
	bool has_vote = t->groups[c] > 0;
	bool beside_strong = is_strong(t, leader);

	if (c == leader || t->points[leader] < WS_POINTS_MIN ||
	    (has_vote && !beside_strong))
		return t->unknown_all[c];
	return has_vote || !beside_strong ? t->unknown_one[c] : 0;
}

static double
taken_by_unknown(const struct tally *t, enum ws_class c)
{
	return is_strong(t, c) ? t->doubt_one[c] : t->doubt_all[c];
}

static enum ws_class_state
state_of(const struct ws_score *s, bool is_judged)
{
	if (s->points < 0 || (s->reach < WS_POINTS_SECOND && is_judged))
		return WS_RULED_OUT;
	return s->points >= WS_POINTS_SECOND ? WS_SECONDARY : WS_STATE_OPEN;
}

static void
score_classes(struct ws_verdict *v, const struct tally *t, enum ws_class leader)
{
	for (enum ws_class c = 0; c < WS_CLASSES; c++) {
		struct ws_score *s = &v->score[c];

		*s = (struct ws_score){ .cls = c,
			.points = t->points[c],
			.lo = t->sure_lo[c] - taken_by_unknown(t, c),
			.hi = t->sure_hi[c] + added_by_unknown(t, leader, c),
			.reach = t->sure_hi[c] + t->unknown_all[c] };
		s->state = state_of(s, t->judged[c] > 0);
	}
}

static bool
stands_before(const struct ws_score *a, const struct ws_score *b)
{
	if (a->points != b->points)
		return a->points > b->points;
	return a->hi > b->hi || (a->hi == b->hi && a->cls < b->cls);
}

static void
add_candidate(struct ws_verdict *v, enum ws_class c, size_t from)
{
	size_t at = v->n_candidate++;

	for (; at > from; at--) {
		if (!stands_before(
			&v->score[c], &v->score[v->candidate[at - 1]]))
			break;
		v->candidate[at] = v->candidate[at - 1];
	}
	v->candidate[at] = c;
}

/* Who could still be it: nothing established leaves those that have points;
 * otherwise the leader and everyone whose hi its lo does not beat. */
static void
list_candidates(struct ws_verdict *v)
{
	bool is_open = v->outcome == WS_OUT_OPEN;
	size_t first = v->cls != WS_CLASS_NONE;

	if (first)
		v->candidate[v->n_candidate++] = v->cls;
	for (enum ws_class c = 0; is_open && c < WS_CLASSES; c++) {
		const struct ws_score *s = &v->score[c];

		if (c == v->cls || s->state == WS_RULED_OUT)
			continue;
		if (first ? s->hi > 0 && s->hi >= v->score[v->cls].lo
			  : s->points > 0)
			add_candidate(v, c, first);
	}
}

static void
find_rival(struct ws_verdict *v, enum ws_class leader)
{
	double next = 0;

	v->rival = WS_CLASS_NONE;
	for (enum ws_class c = 0; c < WS_CLASSES; c++) {
		const struct ws_score *s = &v->score[c];

		if (c == leader)
			continue;
		next = fmax(next, s->points);
		if (s->state != WS_RULED_OUT && s->hi > 0 &&
		    (v->rival == WS_CLASS_NONE ||
			s->hi > v->score[v->rival].hi))
			v->rival = c;
	}
	v->margin = v->score[leader].points - next;
}

static enum ws_outcome
outcome_of(const struct ws_verdict *v, enum ws_class leader)
{
	double lo = v->score[leader].lo;

	if (lo <= 0 ||
	    (v->rival != WS_CLASS_NONE && lo <= v->score[v->rival].hi))
		return WS_OUT_OPEN;
	return ws_class_defs[leader].is_class ? WS_OUT_DECIDED : WS_OUT_OTHER;
}

/* True when some kind of evidence but notes on the environment has a value. */
static bool
is_usable(const struct ws_facts *f)
{
	const struct ws_fact *const *fact;
	size_t n = ws_facts_all(f, &fact);

	for (enum ws_source_id s = 0; s < WS_S_COUNT_OF; s++)
		if (s != WS_S_ENV && ws_facts_source_presence(f, s) == WS_VALUE)
			return true;
	for (size_t i = 0; i < n; i++) {
		const struct ws_fact_def *def =
		    ws_catalogue_get(ws_facts_catalogue(f), fact[i]->def);

		if (def->source != WS_S_ENV && fact[i]->presence == WS_VALUE)
			return true;
	}
	return false;
}

void
ws_verdict_reach(struct ws_verdict *v, const struct ws_judgement *all, size_t n,
    const struct ws_facts *f)
{
	struct tally t = { 0 };
	enum ws_class leader;

	count_votes(&t, all, n, f);
	leader = find_leader(&t);
	*v = (struct ws_verdict){ .cls = WS_CLASS_NONE };
	score_classes(v, &t, leader);
	find_rival(v, leader);
	if (t.points[leader] >= WS_POINTS_MIN) {
		v->cls = leader;
		v->score[leader].state = WS_PRIMARY;
		v->outcome = outcome_of(v, leader);
	} else {
		v->outcome = is_usable(f) ? WS_OUT_OPEN : WS_OUT_INSUFFICIENT;
	}
	list_candidates(v);
}
