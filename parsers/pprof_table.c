/* Ids, strings and frames of a profile: checked once all tables are full,
 * repaired where that is sound, and interned when a sample uses them. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/symtab.h"
#include "pprof.h"

/* A table whose entries begin with their id. */
struct entries {
	const void *v;
	size_t n, size;
};

static uint64_t
entry_id(const struct entries *e, size_t i)
{
	uint64_t id;

	memcpy(&id, (const unsigned char *)e->v + i * e->size, sizeof(id));
	return id;
}

/* Ids are dense when an array over them is about as small as the table. */
static void
choose(struct pprof_ids *ids, const struct entries *e)
{
	uint64_t max = 0, id;
	size_t i, places;

	for (i = 0; i < e->n; i++) {
		id = entry_id(e, i);
		max = id > max ? id : max;
	}
	if (max < (uint64_t)e->n * 4 + 1024) {
		ids->n_dense = max + 1;
		places = (size_t)max + 1;
	} else {
		ids->h = ws_htab_new();
		places = e->n;
	}
	ids->place = ws_alloc_array(places, sizeof(*ids->place));
	memset(ids->place, 0xff, places * sizeof(*ids->place));
}

static void
build(struct pprof *p, struct pprof_ids *ids, struct entries e)
{
	uint32_t *place, index;
	uint64_t id;
	size_t i;

	choose(ids, &e);
	for (i = 0; i < e.n; i++) {
		id = entry_id(&e, i);
		if (id == 0) {
			pprof_fault(p, PPROF_F_ZERO_ID, NULL);
			continue;
		}
		place = &ids->place[ids->h ? 0 : id];
		if (ids->h) {
			index = ws_htab_put(ids->h, &id, sizeof(id), NULL);
			place = &ids->place[index];
		}
		if (*place == PPROF_NONE)
			*place = (uint32_t)i;
		else
			pprof_fault(p, PPROF_F_DUPLICATE_ID, NULL);
	}
}

uint32_t
pprof_ids_get(const struct pprof_ids *ids, uint64_t id)
{
	uint32_t index;

	if (ws_likely(id < ids->n_dense))
		return ids->place[id];
	if (!ids->h)
		return PPROF_NONE;
	index = ws_htab_get(ids->h, &id, sizeof(id));
	return index == WS_HTAB_NONE ? PPROF_NONE : ids->place[index];
}

void
pprof_ids_fini(struct pprof_ids *ids)
{
	free(ids->place);
	ws_htab_free(ids->h);
}

/* An index out of range becomes 0, the empty string. */
static void
check_string(struct pprof *p, uint64_t *index)
{
	if (*index < p->strings.n || *index == 0)
		return;
	pprof_fault(p, PPROF_F_BAD_STRING, NULL);
	*index = 0;
}

/* Ids of mappings and functions that are not there become 0. */
static void
check_location(struct pprof *p, struct pprof_location *l)
{
	struct pprof_line *line = &p->lines.v[l->first];
	uint32_t i;

	if (l->mapping != 0 &&
	    pprof_ids_get(&p->mapping_ids, l->mapping) == PPROF_NONE) {
		pprof_fault(p, PPROF_F_NO_MAPPING, NULL);
		l->mapping = 0;
	}
	if (l->bare)
		return;
	for (i = 0; i < l->n; i++, line++) {
		if (pprof_ids_get(&p->function_ids, line->function) !=
		    PPROF_NONE)
			continue;
		pprof_fault(p, PPROF_F_NO_FUNCTION, NULL);
		line->function = 0;
	}
}

void
pprof_ids_build(struct pprof *p)
{
	size_t i;

	build(p, &p->function_ids,
	    (struct entries){
		p->functions.v, p->functions.n, sizeof(*p->functions.v) });
	build(p, &p->mapping_ids,
	    (struct entries){
		p->mappings.v, p->mappings.n, sizeof(*p->mappings.v) });
	build(p, &p->location_ids,
	    (struct entries){
		p->locations.v, p->locations.n, sizeof(*p->locations.v) });
	for (i = 0; i < p->functions.n; i++) {
		check_string(p, &p->functions.v[i].name);
		check_string(p, &p->functions.v[i].file);
	}
	for (i = 0; i < p->mappings.n; i++)
		check_string(p, &p->mappings.v[i].file);
	for (i = 0; i < p->locations.n; i++)
		check_location(p, &p->locations.v[i]);
	p->frames = ws_alloc_array(p->lines.n, sizeof(*p->frames));
}

struct ws_sv
pprof_text(struct pprof *p, uint64_t index)
{
	const struct pprof_string *s;

	if (index == 0)
		return (struct ws_sv){ "", 0 };
	check_string(p, &index);
	if (index == 0)
		return (struct ws_sv){ "", 0 };
	s = &p->strings.v[index];
	return (struct ws_sv){ p->text.p + s->at, s->n };
}

ws_id
pprof_intern(struct pprof *p, uint64_t index)
{
	struct ws_sv text = pprof_text(p, index);
	struct pprof_string *s;

	if (text.n == 0)
		return 0;
	s = &p->strings.v[index];
	if (s->id == PPROF_NONE)
		s->id = ws_dict_str(p->sink->dict, text);
	return s->id;
}

/* The mapping's file and which build it was, for names from elsewhere. */
static void
tell_mapping(struct pprof *p, struct pprof_mapping *m, ws_id name)
{
	struct ws_mapped mapped = { .mapping = name };

	m->told = true;
	if (name != 0 &&
	    ws_build_id_parse(&mapped.build_id, pprof_text(p, m->build_id)))
		ws_symtab_map(ws_dict_symtab(p->sink->dict), &mapped);
}

static ws_id
mapping_name(struct pprof *p, struct pprof_mapping *m)
{
	return m == NULL ? 0 : pprof_intern(p, m->file);
}

static struct pprof_mapping *
find_mapping(struct pprof *p, uint64_t id)
{
	uint32_t place = pprof_ids_get(&p->mapping_ids, id);

	return place == PPROF_NONE ? NULL : &p->mappings.v[place];
}

/*
 * The address as an offset in the file, which is what symbols are found by and
 * what recordings of perf have.  Where the mapping does not say where it was,
 * the address means nothing outside of this profile: it is kept without the
 * mapping when there is nothing else to show.
 */
static void
place_frame(
    struct pprof *p, struct pprof_mapping *m, uint64_t addr, struct ws_frame *f)
{
	bool known =
	    m != NULL && m->start != 0 && addr >= m->start && addr < m->limit;

	f->mapping = mapping_name(p, m);
	f->addr = addr;
	if (known) {
		if (!m->told)
			tell_mapping(p, m, f->mapping);
		f->addr = addr - m->start + m->offset;
	} else if (f->mapping != 0 && f->func != 0) {
		f->addr = 0;
	} else if (f->mapping != 0 && addr != 0) {
		f->mapping = 0;
	}
}

static void
fill_frames(struct pprof *p, struct pprof_location *l)
{
	struct ws_frame f = { .func = 0 };
	const struct pprof_function *fn;
	const struct pprof_line *line;
	struct pprof_mapping *m;
	uint32_t i, place;

	m = find_mapping(p, l->mapping);
	for (i = 0; i < l->n; i++) {
		line = &p->lines.v[l->first + i];
		place = pprof_ids_get(&p->function_ids, line->function);
		fn = place == PPROF_NONE ? NULL : &p->functions.v[place];
		f.func = fn ? pprof_intern(p, fn->name) : 0;
		f.file = fn ? pprof_intern(p, fn->file) : 0;
		f.line = line->line;
		f.inlined = i + 1 < l->n;
		place_frame(p, m, l->addr, &f);
		f.exact = f.func == 0;
		p->frames[l->first + i] = ws_dict_frame(p->sink->dict, &f);
	}
	l->ready = true;
}

const struct pprof_location *
pprof_location(struct pprof *p, uint64_t id)
{
	uint32_t place = pprof_ids_get(&p->location_ids, id);
	struct pprof_location *l;

	if (ws_unlikely(place == PPROF_NONE))
		return NULL;
	l = &p->locations.v[place];
	if (ws_unlikely(!l->ready))
		fill_frames(p, l);
	return l;
}
