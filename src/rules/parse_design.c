/* Designs: stages and queues, and the check of what they refer to. */
#include "rules/check.h"
#include "rules/parse.h"

#include <string.h>

/* Takes `word "text"` when the word is next. */
static bool
optional_text(
    struct ws_parser *p, const char *word, const char *what, const char **out)
{
	return !ws_p_accept_word(p, word) || ws_p_string(p, what, out);
}

/* stage "name" runs EXPR does "..." [owns "..."] [at FACT] */
static bool
parse_stage(struct ws_parser *p, struct ws_design_decl *d)
{
	struct ws_stage_decl *s = ws_arena_alloc(p->arena, sizeof(*s));

	s->pos = p->tok.pos;
	if (!ws_p_string(p, "the stage's name in quotes", &s->stage.name) ||
	    !ws_p_want_word(p, "runs") ||
	    (s->stage.runs = ws_parse_expr(p)) == NULL ||
	    !ws_p_want_word(p, "does") ||
	    !ws_p_string(p, "what it does in quotes", &s->stage.does) ||
	    !optional_text(p, "owns", "what it owns", &s->stage.owns))
		return false;
	if (ws_p_accept_word(p, "at")) {
		s->at = p->tok.pos;
		if (!ws_p_name(p, "a fact with subjects", &s->stage.at))
			return false;
	}
	ws_list_add(p->arena, &d->stage, s);
	return true;
}

/* queue "name" from "stage" to "stage" holds EXPR in LOW..HIGH
 * [closed "..."] [full "..."] */
static bool
parse_queue(struct ws_parser *p, struct ws_design_decl *d)
{
	struct ws_queue_decl *q = ws_arena_alloc(p->arena, sizeof(*q));

	q->pos = p->tok.pos;
	if (!ws_p_string(p, "the queue's name in quotes", &q->queue.name) ||
	    !ws_p_want_word(p, "from") ||
	    !ws_p_string(p, "a stage in quotes", &q->queue.from) ||
	    !ws_p_want_word(p, "to") ||
	    !ws_p_string(p, "a stage in quotes", &q->queue.to) ||
	    !ws_p_want_word(p, "holds") ||
	    (q->queue.holds = ws_parse_expr(p)) == NULL ||
	    !ws_p_want_word(p, "in") ||
	    !ws_p_range(p, WS_U_NONE, &q->queue.lo, &q->queue.hi) ||
	    !optional_text(p, "closed", "by whom", &q->queue.closed) ||
	    !optional_text(p, "full", "what happens", &q->queue.full))
		return false;
	ws_list_add(p->arena, &d->queue, q);
	return true;
}

static bool
parse_note(struct ws_parser *p, struct ws_design_decl *d)
{
	const char *note;

	if (!ws_p_string(p, "a note in quotes", &note))
		return false;
	ws_list_add(p->arena, &d->note, (void *)(uintptr_t)note);
	return true;
}

static bool
parse_when(struct ws_parser *p, struct ws_design_decl *d)
{
	return (d->design.when = ws_parse_expr(p)) != NULL;
}

static bool
parse_for(struct ws_parser *p, struct ws_design_decl *d)
{
	return ws_p_class(p, &d->design.cls);
}

static bool
parse_title(struct ws_parser *p, struct ws_design_decl *d)
{
	return ws_p_string(p, "the title in quotes", &d->design.title);
}

static bool
parse_why(struct ws_parser *p, struct ws_design_decl *d)
{
	return ws_p_string(p, "the reason in quotes", &d->design.why);
}

static bool
design_field(struct ws_parser *p, const struct ws_token *key, void *arg)
{
	static const struct {
		const char *key;
		bool (*parse)(struct ws_parser *, struct ws_design_decl *);
	} fields[] = { { "for", parse_for }, { "when", parse_when },
		{ "title", parse_title }, { "stage", parse_stage },
		{ "queue", parse_queue }, { "note", parse_note },
		{ "why", parse_why } };
	struct ws_near near;

	ws_near_init(&near, key->text);
	for (size_t i = 0; i < WS_LEN(fields); i++) {
		if (ws_sv_is(key->text, fields[i].key))
			return fields[i].parse(p, arg);
		ws_near_offer(&near, ws_sv_of(fields[i].key));
	}
	return ws_p_error_at(p, key->pos, "a design has no field '%.*s'%s",
	    WS_SV_ARG(key->text), ws_near_hint(&near));
}

bool
ws_parse_design(struct ws_parser *p)
{
	struct ws_design_decl *d = ws_arena_alloc(p->arena, sizeof(*d));
	struct ws_ref name;

	if (!ws_p_ref(p, "the design's id", &name))
		return false;
	d->pos = name.pos;
	d->design.id = name.name;
	d->design.cls = WS_CLASS_NONE;
	d->design.file = p->r->texts.v[name.pos.file]->base;
	d->design.line = name.pos.line;
	return ws_p_block(p, design_field, d) &&
	       ws_p_add(p, WS_NAME_DESIGN, &name, d);
}

static bool
has_stage(const struct ws_design_decl *d, const char *name)
{
	for (size_t i = 0; i < d->stage.n; i++) {
		const struct ws_stage_decl *s = d->stage.v[i];

		if (strcmp(s->stage.name, name) == 0)
			return true;
	}
	return false;
}

/* How many there are, or how much fits: a count, or a ratio of times. */
static void
check_number(struct ws_check *k, const struct ws_expr *x)
{
	struct ws_expr *e = (struct ws_expr *)(uintptr_t)x;

	if (ws_expr_check(k->r, e, &k->report) && e->unit != WS_U_RATIO &&
	    !ws_unit_fits(e->unit, WS_U_COUNT))
		ws_problems_error(&k->report, e->pos,
		    "wanted a count or a ratio, found %s",
		    ws_unit_name(e->unit));
}

static void
check_queue(struct ws_check *k, const struct ws_design_decl *d,
    const struct ws_queue_decl *q)
{
	const char *const end[] = { q->queue.from, q->queue.to };

	for (size_t i = 0; i < WS_LEN(end); i++)
		if (!has_stage(d, end[i]))
			ws_problems_error(&k->report, q->pos,
			    "queue %s has an end at '%s', which is no stage",
			    q->queue.name, end[i]);
	check_number(k, q->queue.holds);
}

static void
check_one(struct ws_check *k, struct ws_design_decl *d)
{
	struct ws_design *out = &d->design;
	struct ws_arena *arena = k->r->arena;

	if (out->cls >= WS_CLASSES || out->title == NULL || d->stage.n == 0)
		ws_problems_error(&k->report, d->pos,
		    "design %s wants 'for', 'title' and a 'stage'", out->id);
	ws_check_truth(k, out->when);
	for (size_t i = 0; i < d->stage.n; i++) {
		const struct ws_stage_decl *s = d->stage.v[i];

		check_number(k, s->stage.runs);
		ws_check_subjects(k, s->stage.at, s->at);
	}
	for (size_t i = 0; i < d->queue.n; i++)
		check_queue(k, d, d->queue.v[i]);
	out->stage = ws_list_flat(arena, &d->stage, sizeof(*out->stage));
	out->n_stage = d->stage.n;
	out->queue = ws_list_flat(arena, &d->queue, sizeof(*out->queue));
	out->n_queue = d->queue.n;
	out->note = (const char *const *)d->note.v;
	out->n_note = d->note.n;
}

void
ws_check_designs(struct ws_check *k)
{
	const struct ws_list *all = &k->r->decl[WS_NAME_DESIGN];

	for (size_t i = 0; i < all->n; i++)
		check_one(k, all->v[i]);
}
