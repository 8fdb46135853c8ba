#include "metrics/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/stat.h"

enum { RECENT = 1024, RUNS = 256 };

/* A series of the artifact being read: rows have the same few, again and
 * again. */
struct recent {
	ws_id track, name;
	struct ws_series *series; /* NULL: none */
};

/* The series of the rows of a track under a heading, in the artifact being
 * read. */
struct run {
	const struct ws_heading *heading;
	ws_id track;
	struct ws_series *series[WS_ROW_MAX]; /* NULL: not found yet */
};

struct ws_counters {
	struct ws_sink sink;
	struct ws_origin origin;
	struct ws_htab *keys; /* {artifact, track, name}; index in series[] */
	struct recent recent[RECENT];
	struct run run[RUNS];
	struct ws_series *previous; /* the series that had a value last */
	struct ws_arena *arena;
	struct ws_series **series; /* of the arena */
	size_t cap;
	size_t room;        /* values that one series may keep */
	size_t n_values;    /* that all keep */
	struct ws_log *log; /* the last one is being read */
	size_t n_log, cap_log;
	struct ws_htab *asked; /* keys with 0 for any; NULL: to be made */
	size_t *best;          /* of those, index in series[] */
	size_t cap_best;
	struct ws_htab *mark_names; /* index in mark[] */
	struct ws_mark *mark;
	size_t cap_mark;
};

static void
begin(struct ws_sink *s, const struct ws_origin *o)
{
	struct ws_counters *c = (struct ws_counters *)s;

	c->origin = *o;
	memset(c->recent, 0, sizeof(c->recent));
	memset(c->run, 0, sizeof(c->run));
	c->log = ws_grow(c->log, &c->cap_log, c->n_log + 1, sizeof(*c->log));
	c->log[c->n_log++] =
	    (struct ws_log){ .artifact = o->artifact, .format = o->format };
}

static void
end(struct ws_sink *s, enum ws_status status)
{
	struct ws_counters *c = (struct ws_counters *)s;

	if (c->n_log > 0)
		c->log[c->n_log - 1].status = status;
}

/* NULL when there are too many already. */
static struct ws_series *
find_series(struct ws_counters *c, ws_id track, ws_id name, enum ws_unit unit)
{
	ws_id key[3] = { c->origin.artifact, track, name };
	bool is_new;
	uint32_t i;

	if (ws_htab_count(c->keys) == WS_SERIES_ALL) {
		i = ws_htab_get(c->keys, key, sizeof(key));
		return i != WS_HTAB_NONE ? c->series[i] : NULL;
	}
	i = ws_htab_put(c->keys, key, sizeof(key), &is_new);
	if (!is_new)
		return c->series[i];
	c->series =
	    ws_grow(c->series, &c->cap, (size_t)i + 1, sizeof(*c->series));
	c->series[i] = ws_arena_alloc(c->arena, sizeof(**c->series));
	*c->series[i] = (struct ws_series){ .artifact = key[0],
		.track = key[1],
		.name = key[2],
		.log = c->n_log - 1,
		.nth = i,
		.unit = unit,
		.every = 1 };
	return c->series[i];
}

/* Rows have the same series in the same order. */
static struct ws_series *
series_after(struct ws_counters *c, const struct ws_event *e)
{
	struct ws_series *s = c->previous != NULL ? c->previous->next : NULL;

	return s != NULL && s->artifact == c->origin.artifact &&
		       s->track == e->track && s->name == e->name
		   ? s
		   : NULL;
}

static struct ws_series *
series_at(struct ws_counters *c, const struct ws_event *e)
{
	struct recent *r = &c->recent[(e->track * 31 + e->name) % RECENT];
	struct ws_series *s;

	if (r->series != NULL && r->track == e->track && r->name == e->name)
		return r->series;
	s = find_series(c, e->track, e->name, e->unit);
	if (s != NULL)
		*r = (struct recent){ e->track, e->name, s };
	return s;
}

static struct ws_series *
series_of(struct ws_counters *c, const struct ws_event *e)
{
	struct ws_series *s = series_after(c, e);

	if (s == NULL) {
		s = series_at(c, e);
		if (s == NULL)
			return NULL;
		if (c->previous != NULL)
			c->previous->next = s;
	}
	c->previous = s;
	return s;
}

enum { LONG = 4096 };

/*
 * Rows put a value into each of many series at once.  Were all those places as
 * far from the start of a page, they would share a few lines of the cache and
 * drive each other out of it, so long series begin at different distances.
 */
static size_t
lead_of(const struct ws_series *s, size_t cap)
{
	enum { LEADS = 64, LEAD = 8 };

	return cap < LONG ? 0 : s->nth % LEADS * LEAD;
}

static double *
block_of(const struct ws_series *s)
{
	return s->value != NULL ? s->value - lead_of(s, s->cap) : NULL;
}

static void
resize(struct ws_series *s, size_t cap)
{
	size_t had = lead_of(s, s->cap), lead = lead_of(s, cap);
	size_t size = (lead + cap) * sizeof(*s->value);
	double *block = block_of(s);

	if (lead > had)
		block = ws_realloc(block, size);
	if (lead != had)
		memmove(block + lead, block + had, s->n * sizeof(*block));
	if (lead <= had)
		block = ws_realloc(block, size);
	s->value = block + lead;
	s->cap = cap;
}

/* Short series double.  A long one gets all that it may ever have: what is not
 * touched costs nothing, and what is left behind by growing has been touched. */
static size_t
next_cap(size_t cap, size_t room)
{
	enum { FEW = 8 };

	size_t next = cap < LONG ? 2 * cap : room;

	next = cap == 0 ? FEW : next;
	return next < room ? next : room;
}

static void
thin(struct ws_counters *c, struct ws_series *s)
{
	size_t i, kept = (s->n + 1) / 2;

	c->n_values -= s->n - kept;
	for (i = 0; i < kept; i++)
		s->value[i] = s->value[2 * i];
	s->n = kept;
	s->every *= 2;
}

/* Makes room for values of all series, at the cost of the longest. */
static void
thin_all(struct ws_counters *c)
{
	size_t i, n = ws_counters_count(c);

	c->room /= 2;
	for (i = 0; i < n; i++) {
		struct ws_series *s = c->series[i];

		while (s->n > c->room)
			thin(c, s);
		if (s->cap > c->room)
			resize(s, c->room);
	}
}

/* Keeps the value that was seen as the nth; thins what there is too much of. */
static void
keep_value(struct ws_counters *c, struct ws_series *s, uint64_t nth, double v)
{
	while (c->n_values >= WS_SERIES_VALUES)
		thin_all(c);
	if (s->n >= c->room)
		thin(c, s);
	/* After thinning, this one may be among those that are left out. */
	if ((nth & (s->every - 1)) != 0)
		return;
	if (s->n == s->cap)
		resize(s, next_cap(s->cap, c->room));
	s->value[s->n++] = v;
	c->n_values++;
}

/* True when the series takes one more value without further ado. */
static inline bool
has_room(const struct ws_counters *c, const struct ws_series *s)
{
	return s->n < s->cap && c->n_values < WS_SERIES_VALUES;
}

/* True when the value that is seen now is one of those that are kept.  `every`
 * is a power of two, and a division would be most of the work. */
static inline bool
is_kept(struct ws_series *s)
{
	return (s->seen++ & (s->every - 1)) == 0;
}

static inline void
add_value(struct ws_counters *c, struct ws_series *s, double v)
{
	if (!is_kept(s))
		return;
	if (ws_likely(has_room(c, s))) {
		s->value[s->n++] = v;
		c->n_values++;
	} else {
		keep_value(c, s, s->seen - 1, v);
	}
}

/* Members of an archive come in any order, which must not tell between them:
 * like the files of a folder, the last name wins. */
static bool
comes_later(const struct ws_counters *c, ws_id artifact, ws_id than)
{
	return artifact == than ||
	       ws_sv_cmp(ws_dict_text(c->sink.dict, artifact),
		   ws_dict_text(c->sink.dict, than)) > 0;
}

static void
add_mark(struct ws_counters *c, const struct ws_event *e)
{
	bool is_new;
	uint32_t i;

	/* Goroutines and the like have marks by the million. */
	if (ws_track_is_numbered(e->track))
		return;
	i = ws_htab_put(c->mark_names, &e->name, sizeof(e->name), &is_new);

	if (is_new)
		c->mark = ws_grow(
		    c->mark, &c->cap_mark, (size_t)i + 1, sizeof(*c->mark));
	if (is_new || comes_later(c, c->origin.artifact, c->mark[i].artifact))
		c->mark[i] =
		    (struct ws_mark){ c->origin.artifact, e->name, e->peer };
	if (e->name != WS_N_MARK_NOTE && e->name != WS_N_MARK_COMMENT)
		c->log[c->n_log - 1].marks++;
}

static enum ws_status
add_counter(struct ws_counters *c, const struct ws_event *e)
{
	struct ws_series *s;

	/* Alone a sum says nothing: see totals.h. */
	if (e->peer == WS_N_TOTAL) {
		c->log[c->n_log - 1].totals++;
		return WS_OK;
	}
	s = series_of(c, e);
	if (s == NULL)
		return WS_LIMIT;
	if (e->peer == WS_N_SINCE_BOOT)
		s->boot++;
	else
		add_value(c, s, e->value);
	return WS_OK;
}

enum { KINDS = 1 << WS_EV_MARK | 1 << WS_EV_COUNTER | (int)WS_EV_ROWS };

static enum ws_status
add_event(struct ws_counters *c, const struct ws_event *e)
{
	if (e->kind == WS_EV_COUNTER)
		return add_counter(c, e);
	add_mark(c, e);
	return WS_OK;
}

/* More is to come: there is a log, and the index is old. */
static void
open_log(struct ws_counters *c)
{
	static const struct ws_origin unknown;

	if (c->n_log == 0)
		begin(&c->sink, &unknown);
	ws_htab_free(c->asked);
	c->asked = NULL;
}

static enum ws_status
events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct ws_counters *c = (struct ws_counters *)s;
	enum ws_status status = WS_OK;
	uint64_t w;
	size_t i;

	open_log(c);
	for (i = 0; i < n; i += 64)
		for (w = ws_events_of(ev + i, n - i, KINDS);
		     w != 0 && status == WS_OK; w &= w - 1)
			status = add_event(c, &ev[i + ws_lowest_bit(w)]);
	return status;
}

static struct run *
run_of(struct ws_counters *c, const struct ws_row *row)
{
	uintptr_t heading = (uintptr_t)row->heading / sizeof(uint64_t);
	struct run *r = &c->run[(heading * 31 + row->track) % RUNS];

	if (r->heading != row->heading || r->track != row->track)
		*r = (struct run){ .heading = row->heading,
			.track = row->track };
	return r;
}

/* Finds the series of value i of a run; false when there are too many. */
static bool
find_in_run(struct ws_counters *c, struct run *r, unsigned i)
{
	const struct ws_heading_series *of = &r->heading->series[i];

	r->series[i] =
	    find_series(c, r->track, of->name, (enum ws_unit)of->unit);
	return r->series[i] != NULL;
}

/* The series of value i of a run; NULL when there are too many. */
static inline struct ws_series *
series_in_run(struct ws_counters *c, struct run *r, unsigned i)
{
	if (ws_unlikely(r->series[i] == NULL) && !find_in_run(c, r, i))
		return NULL;
	return r->series[i];
}

static enum ws_status
add_boot_row(struct ws_counters *c, const struct ws_row *row)
{
	struct run *r = run_of(c, row);
	struct ws_series *s;

	for (uint64_t w = row->has; w != 0; w &= w - 1) {
		s = series_in_run(c, r, ws_lowest_bit(w));
		if (s == NULL)
			return WS_LIMIT;
		s->boot++;
	}
	return WS_OK;
}

static enum ws_status
add_row(struct ws_counters *c, const struct ws_row *row)
{
	struct run *r = run_of(c, row);
	struct ws_series *s;
	size_t kept = 0; /* not yet in c, which would be written for each */
	uint64_t w;

	for (w = row->has; w != 0; w &= w - 1) {
		unsigned i = ws_lowest_bit(w);

		s = series_in_run(c, r, i);
		if (s == NULL)
			break;
		if (!is_kept(s))
			continue;
		if (ws_likely(has_room(c, s))) {
			s->value[s->n++] = row->value[i];
			kept++;
		} else {
			keep_value(c, s, s->seen - 1, row->value[i]);
		}
	}
	c->n_values += kept;
	return w == 0 ? WS_OK : WS_LIMIT;
}

static enum ws_status
rows(struct ws_sink *s, const struct ws_row *row, size_t n)
{
	struct ws_counters *c = (struct ws_counters *)s;
	enum ws_status status = WS_OK;

	open_log(c);
	for (size_t i = 0; i < n && status == WS_OK; i++)
		status = row[i].peer == WS_N_SINCE_BOOT
			     ? add_boot_row(c, &row[i])
			     : add_row(c, &row[i]);
	return status;
}

static const struct ws_sink_ops ops = {
	.begin = begin, .events = events, .rows = rows, .end = end
};

struct ws_counters *
ws_counters_new(struct ws_dict *d)
{
	struct ws_counters *c = ws_alloc(sizeof(*c));

	c->sink.ops = &ops;
	c->sink.dict = d;
	c->sink.ignores = WS_EV_ALL & ~(unsigned)KINDS;
	c->room = WS_SERIES_MAX;
	c->arena = ws_arena_new();
	c->keys = ws_htab_new();
	c->mark_names = ws_htab_new();
	return c;
}

void
ws_counters_free(struct ws_counters *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < ws_counters_count(c); i++)
		free(block_of(c->series[i]));
	free(c->series);
	ws_arena_free(c->arena);
	free(c->mark);
	free(c->log);
	free(c->best);
	ws_htab_free(c->asked);
	ws_htab_free(c->keys);
	ws_htab_free(c->mark_names);
	free(c);
}

struct ws_sink *
ws_counters_sink(struct ws_counters *c)
{
	return &c->sink;
}

size_t
ws_counters_count(const struct ws_counters *c)
{
	return ws_htab_count(c->keys);
}

const struct ws_series *
ws_counters_get(const struct ws_counters *c, size_t i)
{
	return c->series[i];
}

size_t
ws_counters_logs(const struct ws_counters *c)
{
	return c->n_log;
}

const struct ws_log *
ws_counters_log(const struct ws_counters *c, size_t i)
{
	return &c->log[i];
}

/* sar keeps days, in which the time in question is lost. */
static bool
is_archive(const struct ws_counters *c, const struct ws_series *s)
{
	return ws_sv_is(
	    ws_dict_text(c->sink.dict, c->log[s->log].format), "sar");
}

/* Of a capture, not of an archive; with more values; or with as many, and the
 * name that sorts first. */
static bool
is_better(const struct ws_counters *c, const struct ws_series *s,
    const struct ws_series *than)
{
	if (is_archive(c, s) != is_archive(c, than))
		return is_archive(c, than);
	if (s->seen != than->seen)
		return s->seen > than->seen;
	return s->artifact != than->artifact &&
	       comes_later(c, than->artifact, s->artifact);
}

/* Puts a series up for one of the questions that it may answer. */
static void
offer(struct ws_counters *c, size_t series, ws_id artifact, ws_id track)
{
	const struct ws_series *s = c->series[series];
	ws_id key[3] = { artifact, track, s->name };
	bool is_new;
	uint32_t i = ws_htab_put(c->asked, key, sizeof(key), &is_new);

	if (is_new)
		c->best = ws_grow(
		    c->best, &c->cap_best, (size_t)i + 1, sizeof(*c->best));
	if (is_new || is_better(c, s, c->series[c->best[i]]))
		c->best[i] = series;
}

static void
build_index(struct ws_counters *c)
{
	size_t i, n = ws_counters_count(c);

	c->asked = ws_htab_new();
	for (i = 0; i < n; i++) {
		const struct ws_series *s = c->series[i];

		if (s->n == 0)
			continue;
		offer(c, i, s->artifact, s->track);
		offer(c, i, s->artifact, 0);
		offer(c, i, 0, s->track);
		offer(c, i, 0, 0);
	}
}

const struct ws_series *
ws_counters_find(struct ws_counters *c, ws_id name, ws_id artifact, ws_id track)
{
	ws_id key[3] = { artifact, track, name };
	uint32_t i;

	if (c->asked == NULL)
		build_index(c);
	i = ws_htab_get(c->asked, key, sizeof(key));
	return i != WS_HTAB_NONE ? c->series[c->best[i]] : NULL;
}

const struct ws_series *
ws_counters_better(const struct ws_counters *c, const struct ws_series *a,
    const struct ws_series *b)
{
	return is_better(c, b, a) ? b : a;
}

struct ws_sv
ws_counters_text(const struct ws_counters *c, const char *name, ws_id *artifact)
{
	ws_id id = ws_dict_cstr(c->sink.dict, name);
	uint32_t i = ws_htab_get(c->mark_names, &id, sizeof(id));

	if (i == WS_HTAB_NONE)
		return (struct ws_sv){ NULL, 0 };
	if (artifact != NULL)
		*artifact = c->mark[i].artifact;
	return ws_dict_text(c->sink.dict, c->mark[i].text);
}

double
ws_series_quantile(const struct ws_series *s, double q)
{
	return s != NULL ? ws_quantile(s->value, s->n, q) : NAN;
}

double
ws_series_median(const struct ws_series *s)
{
	return ws_series_quantile(s, 0.5);
}

double
ws_series_sum(const struct ws_series *s)
{
	double sum = 0;

	if (s == NULL || s->n == 0)
		return NAN;
	for (size_t i = 0; i < s->n; i++)
		sum += s->value[i];
	return sum / (double)s->n * (double)s->seen;
}

double
ws_series_worst(const struct ws_series *s)
{
	double sum, worst = NAN;
	size_t i, k;

	if (s == NULL || s->n <= WS_WINDOW)
		return NAN;
	for (i = WS_WINDOW - 1; i < s->n; i++) {
		for (sum = 0, k = 0; k < WS_WINDOW; k++)
			sum += s->value[i - k];
		worst = fmax(worst, sum / WS_WINDOW);
	}
	return worst;
}
