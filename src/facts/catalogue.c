#include "facts/catalogue.h"

#include <stdlib.h>

#include "base/htab.h"
#include "base/mem.h"

const struct ws_source_def ws_source_defs[WS_S_COUNT_OF] = {
#define WS_SOURCE(id, name, title, collect, cost)                              \
	[WS_S_##id] = { name, title, collect, cost },
#include "facts/sources.def"
#undef WS_SOURCE
};

static const struct ws_fact_def fixed[WS_F_FIXED] = {
#define WS_FACT(id, name, unit, source, subject, help)                         \
	[WS_F_##id] = { name, help, subject, unit, source },
#include "facts/facts.def"
#undef WS_FACT
};

struct ws_catalogue {
	struct ws_arena *arena;
	struct ws_htab *names; /* index = id */
	struct ws_fact_def *def;
	size_t cap;
};

enum ws_source_id
ws_source_by_name(struct ws_sv name)
{
	unsigned i;

	for (i = 0; i < WS_S_COUNT_OF; i++)
		if (ws_sv_is(name, ws_source_defs[i].name))
			break;
	return i;
}

struct ws_catalogue *
ws_catalogue_new(void)
{
	struct ws_catalogue *c = ws_alloc(sizeof(*c));
	unsigned i;

	c->arena = ws_arena_new();
	c->names = ws_htab_new();
	for (i = 0; i < WS_F_FIXED; i++)
		ws_catalogue_add(c, &fixed[i]);
	return c;
}

void
ws_catalogue_free(struct ws_catalogue *c)
{
	if (c == NULL)
		return;
	ws_arena_free(c->arena);
	ws_htab_free(c->names);
	free(c->def);
	free(c);
}

static const char *
dup(struct ws_catalogue *c, const char *s)
{
	return s != NULL ? ws_arena_dup(c->arena, ws_sv_of(s)) : NULL;
}

uint32_t
ws_catalogue_add(struct ws_catalogue *c, const struct ws_fact_def *def)
{
	struct ws_sv name = ws_sv_of(def->name);
	bool is_new;
	uint32_t id = ws_htab_put(c->names, name.p, name.n, &is_new);

	if (!is_new)
		return UINT32_MAX;
	c->def = ws_grow(c->def, &c->cap, (size_t)id + 1, sizeof(*c->def));
	c->def[id] = *def;
	c->def[id].name = dup(c, def->name);
	c->def[id].help = dup(c, def->help);
	c->def[id].subject = dup(c, def->subject);
	return id;
}

uint32_t
ws_catalogue_find(const struct ws_catalogue *c, struct ws_sv name)
{
	return ws_htab_get(c->names, name.p, name.n);
}

const struct ws_fact_def *
ws_catalogue_get(const struct ws_catalogue *c, uint32_t id)
{
	return &c->def[id];
}

uint32_t
ws_catalogue_count(const struct ws_catalogue *c)
{
	return ws_htab_count(c->names);
}
