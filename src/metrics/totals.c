#include "metrics/totals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/moment.h"

struct total {
	ws_id artifact, format, track, name, clock;
	uint8_t unit;
	uint32_t seq;
	double at; /* s on its clock, NaN when unknown */
	double value;
};

/* Time since the start of the machine, as an artifact says it. */
struct moment {
	ws_id artifact;
	double at;
};

enum { MOMENTS_MAX = 4096 };

struct ws_totals {
	struct ws_sink sink;
	struct ws_origin origin;
	struct total *total;
	size_t n, cap;
	struct moment *moment;
	size_t n_moment, cap_moment;
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
		.format = t->origin.format,
		.track = e->track,
		.name = e->name,
		.clock = e->t != WS_T_NONE ? e->clock : 0,
		.unit = e->unit,
		.seq = (uint32_t)t->n,
		.at = e->t != WS_T_NONE ? (double)e->t / 1e9 : NAN,
		.value = e->value };
	t->n++;
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
		} else if (ev[i].name == WS_N_HOST_UPTIME &&
			   t->n_moment < MOMENTS_MAX) {
			t->moment = ws_grow(t->moment, &t->cap_moment,
			    t->n_moment + 1, sizeof(*t->moment));
			t->moment[t->n_moment++] =
			    (struct moment){ t->origin.artifact,
				    ev[i].value / 1e9 };
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
	return t;
}

void
ws_totals_free(struct ws_totals *t)
{
	if (t == NULL)
		return;
	free(t->total);
	free(t->moment);
	free(t);
}

struct ws_sink *
ws_totals_sink(struct ws_totals *t)
{
	return &t->sink;
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

/* True when a file in `place` was copied with those below `dir`: it is in that
 * very folder, or that one is named after the time and holds both. */
static bool
is_beside(struct ws_sv dir, struct ws_sv place)
{
	struct ws_sv name = ws_sv_from(dir, folder(dir).n);

	if (ws_sv_eq(dir, place))
		return true;
	if (ws_sv_starts(name, "/"))
		name = ws_sv_from(name, 1);
	return place.n > dir.n && place.p[dir.n] == '/' &&
	       ws_sv_eq(dir, (struct ws_sv){ place.p, dir.n }) &&
	       ws_is_moment(name);
}

/* When the snapshot of an artifact was taken: as a file beside it says, or in
 * a folder above. /proc/uptime is later than what /proc/stat adds up to, so
 * that the latest is the same kind for all. */
static double
moment_of(const struct ws_totals *t, ws_id artifact)
{
	struct ws_sv dir = ws_dict_text(t->sink.dict, artifact);
	double at = NAN;
	size_t i;

	do {
		dir = folder(dir);
		for (i = 0; i < t->n_moment; i++)
			if (is_beside(dir, folder(ws_dict_text(t->sink.dict,
					       t->moment[i].artifact))))
				at = fmax(at, t->moment[i].at);
	} while (isnan(at) && dir.n > 0);
	return at;
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
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* True when the paths have as many parts and differ in at most one of them, in
 * nothing but a time or a number: two snapshots of the same file.  Folders that
 * differ in more than that are different machines or cgroups. */
static bool
are_siblings(struct ws_sv a, struct ws_sv b)
{
	size_t differ = 0;

	while (a.n > 0 && b.n > 0) {
		struct ws_sv x = ws_sv_split(&a, '/');
		struct ws_sv y = ws_sv_split(&b, '/');

		if (ws_sv_eq(x, y))
			continue;
		if (a.n == 0 ? !ws_differ_in_moment(x, y)
			     : !ws_is_moment(x) || !ws_is_moment(y))
			return false;
		differ++;
	}
	return a.n == 0 && b.n == 0 && differ <= 1;
}

static bool
is_pair(const struct ws_totals *t, const struct total *a, const struct total *b)
{
	return a->name == b->name && a->track == b->track &&
	       a->clock == b->clock && b->at > a->at && b->value >= a->value &&
	       are_siblings(ws_dict_text(t->sink.dict, a->artifact),
		   ws_dict_text(t->sink.dict, b->artifact));
}

static void
put_rate(struct ws_counters *c, const struct total *a, const struct total *b)
{
	struct ws_origin origin = { b->artifact, b->format };
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
set_times(struct ws_totals *t)
{
	ws_id artifact = 0;
	double at = NAN;
	size_t i, kept = 0;

	for (i = 0; i < t->n; i++) {
		struct total *a = &t->total[i];

		if (isnan(a->at)) {
			if (a->artifact != artifact)
				at = moment_of(t, a->artifact);
			artifact = a->artifact;
			a->at = at;
		}
		if (!isnan(a->at))
			t->total[kept++] = *a;
	}
	t->n = kept;
}

void
ws_totals_resolve(struct ws_totals *t, struct ws_counters *c)
{
	size_t i;

	set_times(t);
	if (t->n > 0)
		qsort(t->total, t->n, sizeof(*t->total), compare);
	for (i = 1; i < t->n; i++)
		if (is_pair(t, &t->total[i - 1], &t->total[i]))
			put_rate(c, &t->total[i - 1], &t->total[i]);
}
