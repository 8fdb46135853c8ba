/* waits NAME "title" [class CLASS] EXPR; */
#include "rules/check.h"
#include "rules/parse.h"

bool
ws_parse_waits(struct ws_parser *p)
{
	struct ws_waits *w = ws_arena_alloc(p->arena, sizeof(*w));
	struct ws_ref name;

	if (!ws_p_ref(p, "the name of what is waited for", &name))
		return false;
	w->id = name.name;
	w->file = p->r->texts.v[name.pos.file]->base;
	w->line = name.pos.line;
	w->cls = WS_CLASS_NONE;
	return ws_p_string(p, "its title in quotes", &w->title) &&
	       (!ws_p_accept_word(p, "class") || ws_p_class(p, &w->cls)) &&
	       (w->of = ws_parse_expr(p)) != NULL && ws_p_want(p, WS_T_SEMI) &&
	       ws_p_add(p, WS_NAME_WAITS, &name, w);
}

void
ws_check_waits(struct ws_check *k)
{
	const struct ws_list *all = &k->r->decl[WS_NAME_WAITS];

	for (size_t i = 0; i < all->n; i++) {
		const struct ws_waits *w = all->v[i];
		struct ws_expr *of = (struct ws_expr *)(uintptr_t)w->of;

		if (ws_expr_check(k->r, of, &k->report) &&
		    of->unit != WS_U_RATIO)
			ws_problems_error(&k->report, of->pos,
			    "a part of the waiting is a ratio, found %s",
			    ws_unit_name(of->unit));
	}
}
