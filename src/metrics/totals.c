#include "metrics/totals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/moment.h"
#include "metrics/snapshots.h"

struct total {
	ws_id artifact, track, name, clock;
	uint8_t unit;
	uint32_t seq, file; /* see snapshots.h */
	double at;          /* s on its clock, NaN when unknown */
	double value;
};

enum {
	PLACES_MAX = 1 << 15,
	FOLDERS = 32 /* above a file that are looked at */
};

struct ws_totals {
	struct ws_sink sink;
	struct ws_origin origin;
	struct total *total;
	size_t n, cap;
	/* Folders, and the latest time since the start of the machine that a
	 * file in each says, or, when it is named after the time, below it;
	 * and those files. */
	struct ws_htab *places;
	double *at; /* s */
	size_t cap_at;
};

static void
begin(struct ws_sink *s, const struct ws_origin *o)
{
	((struct ws_totals *)s)->origin = *o;
}

static void
add_total(struct ws_totals *t, const struct ws_event *e)
{
	t->total = ws_grow(t->total, &t->cap, t->n + 1, sizeof(*t->total));
	t->total[t->n] = (struct total){ .artifact = t->origin.artifact,
		.track = e->track,
		.name = e->name,
		.clock = e->t != WS_T_NONE ? e->clock : 0,
		.unit = e->unit,
		.seq = (uint32_t)t->n,
		.at = e->t != WS_T_NONE ? (double)e->t / 1e9 : NAN,
		.value = e->value };
	t->n++;
}

/* The folder of a path, "" at the top. */
static struct ws_sv
folder(struct ws_sv path)
{
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	if (path.n > 0)
		path.n--;
	return path;
}

static bool
is_named_after_time(struct ws_sv dir)
{
	struct ws_sv name = ws_sv_from(dir, folder(dir).n);

	if (ws_sv_starts(name, "/"))
		name = ws_sv_from(name, 1);
	return ws_is_moment(name);
}

static void
put_moment(struct ws_totals *t, struct ws_sv dir, double at)
{
	uint32_t i = ws_htab_get(t->places, dir.p, dir.n);

	if (i == WS_HTAB_NONE) {
		if (ws_htab_count(t->places) >= PLACES_MAX)
			return;
		i = ws_htab_put(t->places, dir.p, dir.n, NULL);
		t->at =
		    ws_grow(t->at, &t->cap_at, (size_t)i + 1, sizeof(*t->at));
		t->at[i] = at;
	}
	t->at[i] = fmax(t->at[i], at);
}

/* A file tells its own time, that of those in its folder, and of all that were
 * copied into a folder with it. */
static void
add_moment(struct ws_totals *t, double at)
{
	struct ws_sv path = ws_dict_text(t->sink.dict, t->origin.artifact);
	struct ws_sv dir = folder(path);

	put_moment(t, path, at);
	put_moment(t, dir, at);
	for (unsigned i = 0; i < FOLDERS && dir.n > 0; i++) {
		dir = folder(dir);
		if (is_named_after_time(dir))
			put_moment(t, dir, at);
	}
}

static enum ws_status
events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct ws_totals *t = (struct ws_totals *)s;
	size_t i;

	for (i = 0; i < n; i++) {
		if (ev[i].kind != WS_EV_COUNTER)
			continue;
		if (ev[i].peer == WS_N_TOTAL) {
			if (t->n >= WS_SERIES_ALL)
				return WS_LIMIT;
			add_total(t, &ev[i]);
		} else if (ev[i].name == WS_N_HOST_UPTIME) {
			add_moment(t, ev[i].value / 1e9);
		}
	}
	return WS_OK;
}

static const struct ws_sink_ops ops = { .begin = begin, .events = events };

struct ws_totals *
ws_totals_new(struct ws_dict *d)
{
	struct ws_totals *t = ws_alloc(sizeof(*t));

	t->sink.ops = &ops;
	t->sink.dict = d;
	t->sink.ignores = WS_EV_ALL & ~(1u << WS_EV_COUNTER);
	t->places = ws_htab_new();
	return t;
}

void
ws_totals_free(struct ws_totals *t)
{
	if (t == NULL)
		return;
	free(t->total);
	ws_htab_free(t->places);
	free(t->at);
	free(t);
}

struct ws_sink *
ws_totals_sink(struct ws_totals *t)
{
	return &t->sink;
}

/* When the snapshot of an artifact was taken: as it says itself, or a file
 * beside it, or in a folder above.  /proc/uptime is later than what /proc/stat
 * adds up to, so that the latest is the same kind for all. */
static double
moment_of(const struct ws_totals *t, ws_id artifact)
{
	struct ws_sv at = ws_dict_text(t->sink.dict, artifact);

	for (unsigned n = 0; n <= FOLDERS; n++) {
		uint32_t i = ws_htab_get(t->places, at.p, at.n);

		if (i != WS_HTAB_NONE)
			return t->at[i];
		if (at.n == 0)
			break;
		at = folder(at);
	}
	return NAN;
}

static int
compare(const void *pa, const void *pb)
{
	const struct total *a = pa, *b = pb;

	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	if (a->track != b->track)
		return a->track < b->track ? -1 : 1;
	if (a->clock != b->clock)
		return a->clock < b->clock ? -1 : 1;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* The same sum of the same file, as compare() brings them together, which went
 * on. */
static bool
is_pair(const struct total *a, const struct total *b)
{
	return a->name == b->name && a->track == b->track &&
	       a->clock == b->clock && a->file == b->file && b->at > a->at &&
	       b->value >= a->value;
}

static void
put_rate(const struct ws_totals *t, struct ws_counters *c,
    const struct total *a, const struct total *b)
{
	struct ws_origin origin = { b->artifact,
		ws_dict_cstr(t->sink.dict, WS_TOTALS_RATES) };
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.name = b->name;
	ev.track = b->track;
	ev.unit = b->unit;
	ev.value = (b->value - a->value) / (b->at - a->at);
	ws_sink_begin(ws_counters_sink(c), &origin);
	ws_sink_events(ws_counters_sink(c), &ev, 1);
	ws_sink_end(ws_counters_sink(c), WS_OK);
}

/* Gives every sum its time, and forgets those that have none. */
static void
set_times(struct ws_totals *t, struct ws_snapshots *s)
{
	ws_id artifact = 0;
	double at = NAN;
	size_t i, kept = 0;

	for (i = 0; i < t->n; i++) {
		struct total *a = &t->total[i];

		if (i == 0 || a->artifact != artifact) {
			at = moment_of(t, a->artifact);
			ws_snapshots_add(
			    s, ws_dict_text(t->sink.dict, a->artifact), at);
		}
		artifact = a->artifact;
		a->at = isnan(a->at) ? at : a->at;
		if (!isnan(a->at))
			t->total[kept++] = *a;
	}
	t->n = kept;
}

static void
set_files(struct ws_totals *t, const struct ws_snapshots *s)
{
	ws_id artifact = 0;
	uint32_t file = 0;
	size_t i;

	for (i = 0; i < t->n; i++) {
		struct total *a = &t->total[i];

		if (i == 0 || a->artifact != artifact)
			file = ws_snapshots_file(
			    s, ws_dict_text(t->sink.dict, a->artifact));
		artifact = a->artifact;
		a->file = file;
	}
}

void
ws_totals_resolve(struct ws_totals *t, struct ws_counters *c)
{
	struct ws_snapshots *s = ws_snapshots_new();
	size_t i;

	set_times(t, s);
	set_files(t, s);
	ws_snapshots_free(s);
	if (t->n > 0)
		qsort(t->total, t->n, sizeof(*t->total), compare);
	for (i = 1; i < t->n; i++)
		if (is_pair(&t->total[i - 1], &t->total[i]))
			put_rate(t, c, &t->total[i - 1], &t->total[i]);
}
