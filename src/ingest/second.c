#include "ingest/second.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/reader.h"
#include "ingest/source_open.h"

static bool
is_better(const struct ws_dating *known, const struct ws_dates *d)
{
	return (d->ambiguous && known->by != NULL &&
		   known->order != d->taken) ||
	       (d->undated && known->day_by != NULL);
}

/* Of an artifact that waits, should the second reading not find it. */
static void
empty(struct ws_entry *e)
{
	ws_entry_init(e, e->name);
	e->status = WS_IO;
	e->detail = "changed while the bundle was read";
}

/* Of an artifact that did not wait: why its dates stay as they are. */
static void
explain(const struct ws_second *s, struct ws_bundle *b, size_t i)
{
	const struct ws_dating *known = &s->dating[i];
	struct ws_entry *e = &b->entries[i];
	const char *by = known->by != NULL ? known->by : known->day_by;
	struct ws_buf text = { 0 };

	if (s->dates[i].disputed) /* the detail says so */
		return;
	ws_buf_puts(&text, e->detail);
	if (known->against != NULL)
		ws_buf_printf(
		    &text, "; %s and %s disagree", by, known->against);
	else if (is_better(known, &s->dates[i]))
		ws_buf_printf(&text, "; %s would tell in a second reading", by);
	e->detail = ws_arena_dup(b->arena, ws_buf_sv(&text));
	ws_buf_fini(&text);
}

void
ws_second_judge(struct ws_reader *first)
{
	struct ws_second *s = &first->second;
	struct ws_bundle *b = first->bundle;

	s->dating = ws_arena_alloc(b->arena, (b->n + 1) * sizeof *s->dating);
	ws_dates_judge(s->dates, b->n, s->dating);
	for (size_t i = 0; i < b->n; i++)
		if (s->dates[i].waits)
			empty(&b->entries[i]);
		else if (b->entries[i].status == WS_OK)
			explain(s, b, i);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
ws_second_begin(struct ws_reader *r, struct ws_reader *first)
{
	const struct ws_bundle *b = first->bundle;
	struct ws_second *s = &r->second;

	s->first = first;
	s->wanted = ws_alloc_array(first->second.waiting, sizeof(*s->wanted));
	ws_arena_free(r->bundle->arena);
	r->bundle->arena = b->arena;
	for (size_t i = 0; i < b->n; i++)
		if (first->second.dates[i].waits)
			s->wanted[s->n_wanted++] = b->entries[i].name;
	qsort(s->wanted, s->n_wanted, sizeof(*s->wanted), compare_names);
}

void
ws_second_end(struct ws_reader *r)
{
	free(r->second.wanted);
	r->bundle->arena = NULL;
	ws_bundle_free(ws_reader_finish(r));
}

/* The first wanted name that does not sort before this one. */
static const char *
first_from(const struct ws_second *s, const char *name)
{
	size_t from = 0, to = s->n_wanted;

	while (from < to) {
		size_t at = from + (to - from) / 2;

		if (strcmp(s->wanted[at], name) < 0)
			from = at + 1;
		else
			to = at;
	}
	return from < s->n_wanted ? s->wanted[from] : "";
}

bool
ws_second_wants(const struct ws_reader *r, const char *name)
{
	const struct ws_second *s = &r->second;
	struct ws_buf b = { 0 };
	bool wants;

	if (s->first == NULL || strcmp(first_from(s, name), name) == 0)
		return true;
	ws_buf_printf(&b, "%s/", name);
	wants = strncmp(first_from(s, b.p), b.p, b.n) == 0;
	ws_buf_fini(&b);
	return wants;
}

struct ws_entry *
ws_second_entry(struct ws_reader *r, const char *name, struct ws_source *src)
{
	struct ws_second *first = &r->second.first->second;
	const struct ws_bundle *b = r->second.first->bundle;
	size_t i = r->second.next;

	/* Several may have one name; their order is that of before.  Those that
	 * no parser read do not come here. */
	while (i < b->n && strcmp(first->dates[i].name, name) != 0)
		i++;
	if (i == b->n)
		return NULL;
	r->second.next = i + 1;
	if (!first->dates[i].waits)
		return NULL;
	ws_source_know(src, &first->dating[i]);
	ws_entry_init(&b->entries[i], b->entries[i].name);
	r->stop = --first->waiting == 0;
	return &b->entries[i];
}
