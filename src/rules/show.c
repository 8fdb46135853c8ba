/* Declarations as they read now, in the language they were written in. */
#include <math.h>

#include "rules/ruleset.h"

static void
put_string_field(struct ws_buf *b, const char *key, const char *s)
{
	if (s == NULL)
		return;
	ws_buf_printf(b, "\t%s ", key);
	ws_string_print(b, s);
	ws_buf_puts(b, ";\n");
}

static void
put_word_field(struct ws_buf *b, const char *key, const char *word)
{
	if (word != NULL)
		ws_buf_printf(b, "\t%s %s;\n", key, word);
}

static void
put_expr_field(struct ws_buf *b, const char *key, const struct ws_expr *x)
{
	if (x == NULL)
		return;
	ws_buf_printf(b, "\t%s ", key);
	ws_expr_print(b, x);
	ws_buf_puts(b, ";\n");
}

/* [key] "text" behind something on the line. */
static void
put_tail(struct ws_buf *b, const char *key, const char *s)
{
	if (s == NULL)
		return;
	ws_buf_printf(b, " %s ", key);
	ws_string_print(b, s);
}

static void
put_place(struct ws_buf *b, const char *file, unsigned line)
{
	ws_buf_printf(b, "# %s:%u\n", file, line);
}

static void
put_advise(struct ws_buf *b, const struct ws_rule *r)
{
	for (size_t i = 0; i < r->n_advise; i++)
		ws_buf_printf(
		    b, "%s%s", i == 0 ? "\tadvise " : ", ", r->advise[i]);
	if (r->n_advise > 0)
		ws_buf_puts(b, ";\n");
}

static void
show_rule(struct ws_buf *b, const void *decl)
{
	static const char *const words[] = { [WS_RULE_VOTE] = "rule",
		[WS_RULE_TRAP] = "trap",
		[WS_RULE_QUALITY] = "quality" };
	const struct ws_rule_decl *d = decl;
	const struct ws_rule *r = &d->rule;

	put_place(b, r->file, r->line);
	if (d->overridden != 0)
		ws_buf_puts(b, "# some fields are overridden\n");
	ws_buf_printf(b, "%s %s {\n", words[r->kind], r->id);
	if (r->cls < WS_CLASSES)
		put_word_field(b, "class", ws_class_defs[r->cls].key);
	if (r->weight != 0)
		ws_buf_printf(b, "\tweight %+d;\n", r->weight);
	put_word_field(b, "group", r->group);
	put_expr_field(b, "needs", r->needs);
	put_expr_field(b, "when", r->when);
	put_string_field(b, "say", r->say);
	if (r->unknown != NULL) {
		ws_buf_puts(b, "\tunknown ");
		ws_string_print(b, r->unknown);
		put_tail(b, "collect", r->collect);
		ws_buf_puts(b, ";\n");
	}
	put_word_field(b, "share", r->share);
	put_word_field(b, "targets", r->targets);
	put_advise(b, r);
	put_string_field(b, "why", r->why);
	if (!r->enabled)
		put_word_field(b, "enabled", "no");
	put_word_field(b, "deprecated by", r->deprecated);
	ws_buf_puts(b, "}\n");
}

static void
show_param(struct ws_buf *b, const void *decl)
{
	const struct ws_param_decl *d = decl;
	const struct ws_param *p = &d->param;

	put_place(b, p->file, p->line);
	if (p->value != p->initial) {
		ws_buf_puts(b, "# changed, was ");
		ws_literal_print(b, p->initial, p->unit);
		ws_buf_putc(b, '\n');
	}
	ws_buf_printf(b, "param %s : %s = ", p->name, ws_unit_name(p->unit));
	ws_literal_print(b, p->value, p->unit);
	ws_buf_puts(b, " in ");
	ws_literal_print(b, p->lo, p->unit);
	ws_buf_puts(b, "..");
	ws_literal_print(b, p->hi, p->unit);
	ws_buf_puts(b, "\n   ");
	put_tail(b, "help", p->help);
	put_tail(b, "source", p->source);
	ws_buf_puts(b, ";\n");
}

static void
put_release(struct ws_buf *b, const char *word, uint32_t v)
{
	if (v != 0)
		ws_buf_printf(b, " %s go%u.%u", word, v / 1000, v % 1000);
}

static void
show_group(struct ws_buf *b, const void *decl)
{
	static const char *const words[] = { [WS_MATCH_EXACT] = "exact",
		[WS_MATCH_PREFIX] = "prefix",
		[WS_MATCH_REGEX] = "regex" };
	const struct ws_group_decl *d = decl;
	const struct ws_group *g = &d->group;

	put_place(b, g->file, d->at.line);
	ws_buf_printf(b, "group %s", g->name);
	if (g->help != NULL) {
		ws_buf_putc(b, ' ');
		ws_string_print(b, g->help);
	}
	ws_buf_puts(b, " {\n");
	for (size_t i = 0; i < g->n_pat; i++) {
		ws_buf_printf(b, "\t%s ", words[g->pat[i].how]);
		ws_string_print(b, g->pat[i].text);
		put_release(b, "since", g->pat[i].since);
		put_release(b, "until", g->pat[i].until);
		ws_buf_puts(b, ";\n");
	}
	ws_buf_puts(b, "}\n");
}

static int
binds(enum ws_cond_op op)
{
	return op == WS_COND_OR ? 1 : op == WS_COND_AND ? 2 : 3;
}

static void put_cond(struct ws_buf *b, const struct ws_cond_decl *c);

static void
put_operand(struct ws_buf *b, const struct ws_cond_decl *c, int tighter)
{
	bool parentheses = binds(c->op) < tighter;

	ws_buf_puts(b, parentheses ? "(" : "");
	put_cond(b, c);
	ws_buf_puts(b, parentheses ? ")" : "");
}

/* Of a condition that names a group, or an anonymous one by its regex. */
static void
put_group_ref(struct ws_buf *b, const char *name)
{
	struct ws_sv s = ws_sv_of(name);
	struct ws_buf re = { 0 };

	if (name[0] != '/') {
		ws_buf_printf(b, "in group %s", name);
		return;
	}
	ws_buf_putsv(&re, (struct ws_sv){ s.p + 1, s.n - 2 });
	ws_buf_puts(&re, "");
	ws_buf_puts(b, "matches ");
	ws_string_print(b, re.p);
	ws_buf_fini(&re);
}

static void
put_cond(struct ws_buf *b, const struct ws_cond_decl *c)
{
	switch (c->op) {
	case WS_COND_ANY:
	case WS_COND_LEAF:
		ws_buf_puts(
		    b, c->op == WS_COND_ANY ? "any frame " : "leaf frame ");
		put_group_ref(b, c->group.name);
		break;
	case WS_COND_UNDER:
		ws_buf_printf(b, "frame in group %s under group %s",
		    c->group.name, c->over.name);
		break;
	case WS_COND_NOT:
		ws_buf_puts(b, "not ");
		put_operand(b, c->a, 3);
		break;
	default:
		put_operand(b, c->a, binds(c->op));
		ws_buf_puts(b, c->op == WS_COND_AND ? " and " : " or ");
		put_operand(b, c->b, binds(c->op) + 1);
	}
}

static void
show_share(struct ws_buf *b, const void *decl)
{
	const struct ws_share_decl *d = decl;
	const struct ws_ref *ref;

	ws_buf_printf(b, "%s %s %s %s", ws_share_kind_name(d->kind), d->name,
	    d->kind == WS_ELSEWHERE ? "of" : "=",
	    d->kind == WS_ELSEWHERE ? d->sites.name : d->series);
	if (d->where != NULL) {
		ws_buf_puts(b, "\n    where ");
		put_cond(b, d->where);
	}
	if (d->of != NULL) {
		ws_buf_puts(b, "\n    of ");
		put_cond(b, d->of);
	}
	for (size_t i = 0; i < d->outside.n; i++) {
		ref = d->outside.v[i];
		ws_buf_printf(b, "%s%s", i == 0 ? "\n    outside group " : ", ",
		    ref->name);
	}
	if (d->help != NULL) {
		ws_buf_puts(b, "\n   ");
		put_tail(b, "help", d->help);
	}
	ws_buf_puts(b, ";\n");
}

static void
show_account(struct ws_buf *b, const void *decl)
{
	const struct ws_account_decl *d = decl;

	ws_buf_printf(b, "account %s = %s {\n", d->name, d->series);
	for (size_t i = 0; i < d->leaf.n; i++) {
		const struct ws_leaf_decl *l = d->leaf.v[i];

		ws_buf_printf(b, "\tleaf %s ", l->id);
		ws_string_print(b, l->title);
		if (l->cls[0] != '\0')
			ws_buf_printf(b, " class %s", l->cls);
		ws_buf_puts(b, l->where != NULL ? " where " : " rest");
		if (l->where != NULL)
			put_cond(b, l->where);
		ws_buf_puts(b, ";\n");
	}
	ws_buf_puts(b, "}\n");
}

static void
put_impact(struct ws_buf *b, const struct ws_advice *a)
{
	if (a->of == NULL) {
		ws_buf_puts(b, "\timpact none;\n");
		return;
	}
	ws_buf_printf(b, "\timpact %s ",
	    a->impact == WS_IMPACT_REMOVES ? "removes"
	    : a->impact == WS_IMPACT_FREES ? "frees"
					   : "scales");
	ws_expr_print(b, a->of);
	if (a->leaving != NULL) {
		ws_buf_puts(b, " leaving ");
		ws_expr_print(b, a->leaving);
	}
	ws_buf_puts(b, " by ");
	ws_literal_print(b, a->lo, WS_U_RATIO);
	ws_buf_puts(b, "..");
	ws_literal_print(b, a->hi, WS_U_RATIO);
	ws_buf_puts(b, ";\n");
}

static void
put_success(struct ws_buf *b, const struct ws_success_decl *s)
{
	ws_buf_printf(b, "\tsuccess %s %s %s%s;\n", s->success.fact,
	    s->success.op, s->negative ? "-" : "", s->text);
}

static void
put_figure(struct ws_buf *b, const struct ws_figure *f)
{
	ws_buf_puts(b, "\tfigure ");
	ws_string_print(b, f->label);
	ws_buf_putc(b, ' ');
	ws_expr_print(b, f->of);
	if (isfinite(f->lo))
		ws_buf_printf(b, " in %g..%g", f->lo, f->hi);
	ws_buf_puts(b, ";\n");
}

static void
put_targets(struct ws_buf *b, const struct ws_advice *a)
{
	for (size_t i = 0; i < a->n_targets; i++)
		ws_buf_printf(
		    b, "%s%s", i == 0 ? "\ttargets " : " or ", a->targets[i]);
	if (a->n_targets > 0)
		ws_buf_puts(b, ";\n");
}

static void
show_advice(struct ws_buf *b, const void *decl)
{
	const struct ws_advice_decl *d = decl;
	const struct ws_advice *a = &d->advice;

	put_place(b, a->file, a->line);
	if (d->overridden != 0)
		ws_buf_puts(b, "# some fields are overridden\n");
	ws_buf_printf(b, "advice %s {\n", a->id);
	if (a->cls < WS_CLASSES)
		put_word_field(b, "for", ws_class_defs[a->cls].key);
	put_string_field(b, "title", a->title);
	if (a->effort != '\0')
		ws_buf_printf(b, "\teffort %c;\n", a->effort);
	put_string_field(b, "risk", a->risk);
	put_expr_field(b, "when", a->when);
	put_impact(b, a);
	put_targets(b, a);
	for (size_t i = 0; i < a->n_figure; i++)
		put_figure(b, &a->figure[i]);
	for (size_t i = 0; i < a->n_step; i++)
		put_string_field(b, "step", a->step[i]);
	put_string_field(b, "code", a->code);
	for (size_t i = 0; i < d->success.n; i++)
		put_success(b, d->success.v[i]);
	put_string_field(b, "why", a->why);
	ws_buf_puts(b, "}\n");
}

static void
put_stage(struct ws_buf *b, const struct ws_stage *s)
{
	ws_buf_puts(b, "\tstage ");
	ws_string_print(b, s->name);
	ws_buf_puts(b, " runs ");
	ws_expr_print(b, s->runs);
	put_tail(b, "does", s->does);
	put_tail(b, "owns", s->owns);
	if (s->at != NULL)
		ws_buf_printf(b, " at %s", s->at);
	ws_buf_puts(b, ";\n");
}

static void
put_queue(struct ws_buf *b, const struct ws_queue *q)
{
	ws_buf_puts(b, "\tqueue ");
	ws_string_print(b, q->name);
	put_tail(b, "from", q->from);
	put_tail(b, "to", q->to);
	ws_buf_puts(b, " holds ");
	ws_expr_print(b, q->holds);
	ws_buf_printf(b, " in %g..%g", q->lo, q->hi);
	put_tail(b, "closed", q->closed);
	put_tail(b, "full", q->full);
	ws_buf_puts(b, ";\n");
}

static void
show_design(struct ws_buf *b, const void *decl)
{
	const struct ws_design *d = decl;

	put_place(b, d->file, d->line);
	ws_buf_printf(b, "design %s {\n", d->id);
	if (d->cls < WS_CLASSES)
		put_word_field(b, "for", ws_class_defs[d->cls].key);
	put_expr_field(b, "when", d->when);
	put_string_field(b, "title", d->title);
	for (size_t i = 0; i < d->n_stage; i++)
		put_stage(b, &d->stage[i]);
	for (size_t i = 0; i < d->n_queue; i++)
		put_queue(b, &d->queue[i]);
	for (size_t i = 0; i < d->n_note; i++)
		put_string_field(b, "note", d->note[i]);
	put_string_field(b, "why", d->why);
	ws_buf_puts(b, "}\n");
}

static void
show_waits(struct ws_buf *b, const void *decl)
{
	const struct ws_waits *w = decl;

	put_place(b, w->file, w->line);
	ws_buf_printf(b, "waits %s ", w->id);
	ws_string_print(b, w->title);
	if (w->cls < WS_CLASSES)
		ws_buf_printf(b, " class %s", ws_class_defs[w->cls].key);
	ws_buf_puts(b, "\n\t");
	ws_expr_print(b, w->of);
	ws_buf_puts(b, ";\n");
}

bool
ws_rules_show(const struct ws_rules *r, struct ws_sv id, struct ws_buf *b)
{
	static void (*const show[])(struct ws_buf *, const void *) = {
		[WS_NAME_RULE] = show_rule,
		[WS_NAME_PARAM] = show_param,
		[WS_NAME_GROUP] = show_group,
		[WS_NAME_ADVICE] = show_advice,
		[WS_NAME_DESIGN] = show_design,
		[WS_NAME_SHARE] = show_share,
		[WS_NAME_ACCOUNT] = show_account,
		[WS_NAME_WAITS] = show_waits,
	};
	const void *decl;
	bool found = false;

	/* Kinds have names of their own, so there may be several. */
	for (int k = 0; k < WS_NAME_KINDS; k++) {
		decl = ws_decl_find(r, (enum ws_name_kind)k, id);
		if (decl == NULL)
			continue;
		if (found)
			ws_buf_putc(b, '\n');
		show[k](b, decl);
		found = true;
	}
	return found;
}
