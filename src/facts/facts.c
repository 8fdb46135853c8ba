#include "facts/fact.h"

#include <stdlib.h>
#include <string.h>

#include "base/htab.h"

/* Facts in the order of ws_facts_all(), made when somebody asks for it. */
struct order {
	const struct ws_fact **list;
	size_t n, cap;
	size_t *first; /* in list, of each id and the one behind the last */
	size_t n_ids, cap_first;
	bool is_stale;
};

struct ws_facts {
	const struct ws_catalogue *catalogue;
	struct ws_arena *arena;
	struct ws_htab *keys; /* index in fact[]; NULL of a view */
	struct ws_fact **fact;
	size_t cap;
	struct order *order;
	struct ws_buf *scratch; /* a key under construction */

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
	f->keys = ws_htab_new();
	f->order = ws_alloc(sizeof(*f->order));
	f->scratch = ws_alloc(sizeof(*f->scratch));
	return f;
}

void
ws_facts_free(struct ws_facts *f)
{
	if (f == NULL)
		return;
	if (f->keys != NULL) {
		ws_arena_free(f->arena);
		ws_htab_free(f->keys);
		ws_buf_fini(f->scratch);
	}
	free(f->fact);
	free(f->order->list);
	free(f->order->first);
	free(f->order);
	free(f->scratch);
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

/* No subject and an empty one differ. */
static struct ws_sv
key_of(const struct ws_facts *f, uint32_t def, const char *subject)
{
	f->scratch->n = 0;
	ws_buf_put(f->scratch, &def, sizeof(def));
	if (subject != NULL)
		ws_buf_put(f->scratch, subject, strlen(subject) + 1);
	return ws_buf_sv(f->scratch);
}

/* Falling, and what has no value last. */
static int
by_value(double a, double b)
{
	if (isnan(a) || isnan(b))
		return !!isnan(a) - !!isnan(b);
	return (a < b) - (a > b);
}

/* The order of ws_facts_all(): catalogue, then falling value, then subject. */
static int
compare(const void *pa, const void *pb)
{
	const struct ws_fact *a = *(const struct ws_fact *const *)pa;
	const struct ws_fact *b = *(const struct ws_fact *const *)pb;

	if (a->def != b->def)
		return a->def < b->def ? -1 : 1;
	if (by_value(a->value, b->value) != 0)
		return by_value(a->value, b->value);
	if (a->subject == NULL || b->subject == NULL)
		return (a->subject != NULL) - (b->subject != NULL);
	return strcmp(a->subject, b->subject);
}

static void
find_first(struct order *o, size_t n_ids)
{
	size_t at = 0;

	o->n_ids = n_ids;
	o->first =
	    ws_grow(o->first, &o->cap_first, n_ids + 1, sizeof(*o->first));
	for (size_t id = 0; id <= n_ids; id++) {
		while (at < o->n && o->list[at]->def < id)
			at++;
		o->first[id] = at;
	}
}

static const struct order *
ordered(const struct ws_facts *f)
{
	struct order *o = f->order;

	if (!o->is_stale)
		return o;
	o->n = ws_htab_count(f->keys);
	o->list = ws_grow(o->list, &o->cap, o->n, sizeof(*o->list));
	memcpy(o->list, f->fact, o->n * sizeof(*o->list));
	qsort(o->list, o->n, sizeof(*o->list), compare);
	find_first(o, ws_catalogue_count(f->catalogue));
	o->is_stale = false;
	return o;
}

void
ws_facts_put(struct ws_facts *f, const struct ws_fact *fact)
{
	struct ws_sv key = key_of(f, fact->def, fact->subject);
	bool is_new;
	uint32_t i = ws_htab_put(f->keys, key.p, key.n, &is_new);
	struct ws_fact copy = *fact;

	if (is_new) {
		f->fact = ws_grow(
		    f->fact, &f->cap, (size_t)i + 1, sizeof(struct ws_fact *));
		f->fact[i] = ws_arena_alloc(f->arena, sizeof(copy));
	}
	copy.text = dup(f, fact->text);
	copy.subject = dup(f, fact->subject);
	copy.artifact = dup(f, fact->artifact);
	*f->fact[i] = copy;
	f->order->is_stale = true;
}

static const struct ws_fact *
find_in_view(const struct ws_facts *f, uint32_t def, const char *subject)
{
	const struct ws_fact *const *list;
	size_t n = ws_facts_of(f, def, &list);

	for (size_t i = 0; i < n; i++)
		if (list[i]->subject != NULL &&
		    strcmp(list[i]->subject, subject) == 0)
			return list[i];
	return NULL;
}

const struct ws_fact *
ws_facts_get(const struct ws_facts *f, uint32_t def, const char *subject)
{
	const struct ws_fact *const *list;
	struct ws_sv key;
	uint32_t i;

	if (subject == NULL)
		return ws_facts_of(f, def, &list) > 0 ? list[0] : NULL;
	if (f->keys == NULL)
		return find_in_view(f, def, subject);
	key = key_of(f, def, subject);
	i = ws_htab_get(f->keys, key.p, key.n);
	return i != WS_HTAB_NONE ? f->fact[i] : NULL;
}

size_t
ws_facts_all(const struct ws_facts *f, const struct ws_fact *const **out)
{
	const struct order *o = ordered(f);

	*out = (const struct ws_fact *const *)o->list;
	return o->n;
}

size_t
ws_facts_of(
    const struct ws_facts *f, uint32_t def, const struct ws_fact *const **out)
{
	const struct order *o = ordered(f);

	*out = NULL;
	if (def >= o->n_ids)
		return 0;
	*out = (const struct ws_fact *const *)o->list + o->first[def];
	return o->first[def + 1] - o->first[def];
}

void
ws_facts_source(struct ws_facts *f, enum ws_source_id s, enum ws_presence p,
    const char *artifact, double records)
{
	enum ws_presence was = f->source[s].presence;

	if (p < was || (p == was && f->source[s].artifact != NULL &&
			   !(records > f->source[s].records)))
		return;
	f->source[s].presence = p;
	f->source[s].artifact = dup(f, artifact);
	f->source[s].records = records;
}

static bool
is_from(const char *artifact, const char *name)
{
	return artifact != NULL && strcmp(artifact, name) == 0;
}

/* A kind of evidence whose best artifact is gone may have another. */
static void
view_source(struct ws_facts *to, enum ws_source_id s, const char *without)
{
	const struct order *o = to->order;

	if (!is_from(to->source[s].artifact, without))
		return;
	to->source[s].presence = WS_ABSENT;
	to->source[s].artifact = NULL;
	for (size_t i = 0; i < o->n; i++) {
		const struct ws_fact *x = o->list[i];

		if (x->artifact == NULL ||
		    x->presence <= to->source[s].presence ||
		    ws_catalogue_get(to->catalogue, x->def)->source != s)
			continue;
		to->source[s].presence = x->presence;
		to->source[s].artifact = x->artifact;
	}
}

struct ws_facts *
ws_facts_without(const struct ws_facts *f, const char *artifact)
{
	const struct order *from = ordered(f);
	struct ws_facts *to = ws_alloc(sizeof(*to));
	struct order *o = ws_alloc(sizeof(*o));

	o->list = ws_alloc_array(from->n + 1, sizeof(*o->list));
	for (size_t i = 0; i < from->n; i++)
		if (!is_from(from->list[i]->artifact, artifact))
			o->list[o->n++] = from->list[i];
	find_first(o, ws_catalogue_count(f->catalogue));
	to->catalogue = f->catalogue;
	to->order = o;
	memcpy(to->source, f->source, sizeof(to->source));
	for (enum ws_source_id s = 0; s < WS_S_COUNT_OF; s++)
		view_source(to, s, artifact);
	return to;
}

static const enum ws_source_id of_macos[] = { WS_S_INSTRUMENTS,
	WS_S_INSTRUMENTS_SYSCALL, WS_S_INSTRUMENTS_FAULTS,
	WS_S_INSTRUMENTS_THREADS, WS_S_SAMPLE, WS_S_FS_USAGE, WS_S_VM_STAT,
	WS_S_MAC_TOP };

static const enum ws_source_id of_linux[] = { WS_S_VMSTAT, WS_S_PIDSTAT,
	WS_S_PERF, WS_S_PERF_SCHED, WS_S_PERF_STAT };

/* By what was captured, or by what the program says of itself. */
static bool
is_macos(const struct ws_facts *f)
{
	const struct ws_fact *os = ws_facts_get(f, WS_F_GO_OS, NULL);

	if (os != NULL && os->presence == WS_VALUE && os->text != NULL)
		return strcmp(os->text, "darwin") == 0;
	for (size_t i = 0; i < WS_LEN(of_macos); i++)
		if (f->source[of_macos[i]].presence >= WS_DISABLED)
			return true;
	return false;
}

void
ws_facts_rule_out(struct ws_facts *f)
{
	bool mac = is_macos(f);
	const enum ws_source_id *out = mac ? of_linux : of_macos;
	size_t n = mac ? WS_LEN(of_linux) : WS_LEN(of_macos);

	for (size_t i = 0; i < n; i++)
		ws_facts_source(f, out[i], WS_UNSUPPORTED_HERE, NULL, 0);
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

	return fact != NULL ? fact->presence
			    : ws_facts_source_presence(f, d->source);
}

const char *
ws_presence_name(enum ws_presence p)
{
	static const char *const name[] = { "absent", "unsupported", "disabled",
		"empty", "value" };

	return name[p];
}
