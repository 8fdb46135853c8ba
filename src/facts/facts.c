#include "facts/fact.h"

#include <stdlib.h>
#include <string.h>

/* A bundle has some hundreds of facts; list[] is kept in order. */
struct ws_facts {
	const struct ws_catalogue *catalogue;
	struct ws_arena *arena;
	struct ws_fact **list;
	size_t n, cap;

	struct {
		enum ws_presence presence;
		const char *artifact;
		double records;
	} source[WS_S_COUNT_OF];
};

struct ws_facts *
ws_facts_new(const struct ws_catalogue *c)
{
	struct ws_facts *f = ws_alloc(sizeof(*f));

	f->catalogue = c;
	f->arena = ws_arena_new();
	return f;
}

void
ws_facts_free(struct ws_facts *f)
{
	if (f == NULL)
		return;
	ws_arena_free(f->arena);
	free(f->list);
	free(f);
}

const struct ws_catalogue *
ws_facts_catalogue(const struct ws_facts *f)
{
	return f->catalogue;
}

static const char *
dup(struct ws_facts *f, const char *s)
{
	return s != NULL ? ws_arena_dup(f->arena, ws_sv_of(s)) : NULL;
}

static bool
same_subject(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static struct ws_fact *
find(const struct ws_facts *f, uint32_t def, const char *subject)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->list[i]->def == def &&
		    same_subject(f->list[i]->subject, subject))
			return f->list[i];
	return NULL;
}

/* The order of ws_facts_all(): catalogue, then falling value, then subject. */
static int
compare(const struct ws_fact *a, const struct ws_fact *b)
{
	if (a->def != b->def)
		return a->def < b->def ? -1 : 1;
	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	if (a->subject == NULL || b->subject == NULL)
		return (a->subject != NULL) - (b->subject != NULL);
	return strcmp(a->subject, b->subject);
}

static void
drop(struct ws_facts *f, const struct ws_fact *fact)
{
	size_t i = 0;

	while (f->list[i] != fact)
		i++;
	f->n--;
	memmove(&f->list[i], &f->list[i + 1],
	    (f->n - i) * sizeof(struct ws_fact *));
}

static void
insert(struct ws_facts *f, struct ws_fact *fact)
{
	size_t i = f->n;

	f->list = ws_grow(f->list, &f->cap, f->n + 1, sizeof(struct ws_fact *));
	for (; i > 0 && compare(f->list[i - 1], fact) > 0; i--)
		f->list[i] = f->list[i - 1];
	f->list[i] = fact;
	f->n++;
}

void
ws_facts_put(struct ws_facts *f, const struct ws_fact *fact)
{
	struct ws_fact *copy = find(f, fact->def, fact->subject);

	if (copy != NULL)
		drop(f, copy);
	else
		copy = ws_arena_alloc(f->arena, sizeof(*copy));
	*copy = *fact;
	copy->text = dup(f, fact->text);
	copy->subject = dup(f, fact->subject);
	copy->artifact = dup(f, fact->artifact);
	insert(f, copy);
}

const struct ws_fact *
ws_facts_get(const struct ws_facts *f, uint32_t def, const char *subject)
{
	const struct ws_fact *const *list;

	if (subject != NULL)
		return find(f, def, subject);
	return ws_facts_of(f, def, &list) > 0 ? list[0] : NULL;
}

size_t
ws_facts_all(const struct ws_facts *f, const struct ws_fact *const **out)
{
	*out = (const struct ws_fact *const *)f->list;
	return f->n;
}

size_t
ws_facts_of(
    const struct ws_facts *f, uint32_t def, const struct ws_fact *const **out)
{
	size_t lo = 0, hi = f->n, mid, end;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (f->list[mid]->def < def)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (end = lo; end < f->n && f->list[end]->def == def; end++)
		;
	*out = (const struct ws_fact *const *)f->list + lo;
	return end - lo;
}

void
ws_facts_source(struct ws_facts *f, enum ws_source_id s, enum ws_presence p,
    const char *artifact, double records)
{
	if (p < f->source[s].presence ||
	    (p == f->source[s].presence && f->source[s].artifact != NULL))
		return;
	f->source[s].presence = p;
	f->source[s].artifact = dup(f, artifact);
	f->source[s].records = records;
}

enum ws_presence
ws_facts_source_presence(const struct ws_facts *f, enum ws_source_id s)
{
	return f->source[s].presence;
}

const char *
ws_facts_source_artifact(const struct ws_facts *f, enum ws_source_id s)
{
	return f->source[s].artifact;
}

enum ws_presence
ws_facts_presence(const struct ws_facts *f, uint32_t def)
{
	const struct ws_fact *fact = ws_facts_get(f, def, NULL);
	const struct ws_fact_def *d = ws_catalogue_get(f->catalogue, def);
	enum ws_presence p;

	if (fact != NULL)
		return fact->presence;
	p = ws_facts_source_presence(f, d->source);
	/* The artifact is there, but not this number. */
	return p == WS_VALUE ? WS_UNSUPPORTED_HERE : p;
}
