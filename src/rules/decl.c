#include "rules/ruleset.h"

#include <string.h>

void
ws_list_add(struct ws_arena *a, struct ws_list *l, void *p)
{
	void **bigger;

	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? 2 * l->cap : 4;
		bigger = ws_arena_alloc(a, l->cap * sizeof(*bigger));
		if (l->n > 0)
			memcpy(bigger, l->v, l->n * sizeof(*bigger));
		l->v = bigger;
	}
	l->v[l->n++] = p;
}

void *
ws_list_flat(struct ws_arena *a, const struct ws_list *l, size_t size)
{
	char *flat = ws_arena_alloc(a, l->n * size);

	for (size_t i = 0; i < l->n; i++)
		memcpy(flat + i * size, l->v[i], size);
	return flat;
}

void *
ws_decl_find(const struct ws_rules *r, enum ws_name_kind k, struct ws_sv name)
{
	uint32_t i = ws_htab_get(r->name[k], name.p, name.n);

	return i != WS_HTAB_NONE ? r->decl[k].v[i] : NULL;
}

bool
ws_decl_add(
    struct ws_rules *r, enum ws_name_kind k, const char *name, void *decl)
{
	bool is_new;

	ws_htab_put(r->name[k], name, strlen(name), &is_new);
	if (is_new)
		ws_list_add(r->arena, &r->decl[k], decl);
	return is_new;
}

const char *
ws_decl_near(const struct ws_rules *r, enum ws_name_kind k, const char *wrong,
    struct ws_near *n)
{
	ws_near_init(n, ws_sv_of(wrong));
	for (uint32_t i = 0; i < ws_htab_count(r->name[k]); i++)
		ws_near_offer(n, ws_htab_key(r->name[k], i));
	return ws_near_hint(n);
}

const char *
ws_fact_near(const struct ws_catalogue *c, const char *wrong, struct ws_near *n)
{
	ws_near_init(n, ws_sv_of(wrong));
	for (uint32_t i = 0; i < ws_catalogue_count(c); i++)
		ws_near_offer(n, ws_sv_of(ws_catalogue_get(c, i)->name));
	return ws_near_hint(n);
}

bool
ws_rule_is_judged(const struct ws_rule *r)
{
	return r->enabled && r->deprecated == NULL;
}
