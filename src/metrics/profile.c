#include "metrics/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"

/*
 * A series that is being filled has a sparse index from stack ids to entries.
 * index[stack] is only believed when the entry there is of that stack, so it
 * needs no clearing and is handed on from artifact to artifact.
 */
struct open_series {
	struct ws_profile *profile;
	uint32_t *index;
	size_t cap;
	struct ws_htab *pairs; /* of stack and track, where these count */
};

struct ws_profiles {
	struct ws_sink sink;
	struct ws_origin origin;
	struct ws_profile **profile;
	size_t n, cap;
	struct ws_profile **merged; /* made by ws_profiles_find */
	size_t n_merged, cap_merged;
	struct open_series *open; /* of the artifact that is being read */
	size_t n_open, cap_open, ever_open;
	size_t next_open; /* where the next sample's series is looked for */
	bool tracks;      /* told apart */
	ws_id looked_at;  /* the last track, and whether it says base */
	bool is_base;
	double lost;     /* by the artifact so far */
	double duration; /* of the artifact, NaN until it says so */
	int64_t time;    /* likewise, WS_T_NONE */
};

static void
begin(struct ws_sink *s, const struct ws_origin *o)
{
	struct ws_profiles *p = (struct ws_profiles *)s;

	p->origin = *o;
	p->n_open = p->next_open = 0;
	p->lost = 0;
	p->duration = NAN;
	p->time = WS_T_NONE;
}

static struct ws_profile *
new_profile(ws_id series, ws_id artifact)
{
	struct ws_profile *f = ws_alloc(sizeof(*f));

	f->series = series;
	f->artifact = artifact;
	f->duration = f->period = NAN;
	f->time = WS_T_NONE;
	return f;
}

/* Formats that leave the innermost functions of the runtime out. */
static unsigned
roughness(struct ws_sv format)
{
	if (ws_sv_is(format, "goroutines"))
		return 1;
	return ws_sv_is(format, "pprof-text") ? 2 : 0;
}

static void
add_slot(struct ws_profiles *p)
{
	p->open =
	    ws_grow(p->open, &p->cap_open, p->n_open + 1, sizeof(*p->open));
	if (p->n_open == p->ever_open)
		p->open[p->ever_open++] = (struct open_series){ 0 };
}

/* The values of one sample come one after the other and in the same order for
 * every sample, so the one behind the last is nearly always right. */
static struct open_series *
series_of(struct ws_profiles *p, ws_id name)
{
	struct ws_profile *f;
	size_t i, at = p->next_open;

	for (i = 0; i < p->n_open; i++, at++) {
		at = at < p->n_open ? at : 0;
		if (p->open[at].profile->series != name)
			continue;
		p->next_open = at + 1;
		return &p->open[at];
	}
	add_slot(p);
	f = new_profile(name, p->origin.artifact);
	f->lost = p->lost;
	f->duration = p->duration;
	f->time = p->time;
	f->rough = roughness(ws_dict_text(p->sink.dict, p->origin.format));
	p->profile =
	    ws_grow(p->profile, &p->cap, p->n + 1, sizeof(*p->profile));
	p->profile[p->n++] = f;
	p->open[p->n_open].profile = f;
	if (p->tracks) {
		ws_htab_free(p->open[p->n_open].pairs);
		p->open[p->n_open].pairs = ws_htab_new();
	}
	return &p->open[p->n_open++];
}

static struct ws_profile_entry *
add_entry(struct ws_profile *f, ws_id stack, ws_id track)
{
	f->entry = ws_grow(f->entry, &f->cap, f->n + 1, sizeof(*f->entry));
	f->entry[f->n] = (struct ws_profile_entry){ stack, track, 0 };
	return &f->entry[f->n++];
}

/* Indexes of pairs are those of entries. */
static struct ws_profile_entry *
entry_of_pair(struct open_series *o, ws_id stack, ws_id track)
{
	const ws_id key[2] = { stack, track };
	uint32_t at;
	bool is_new;

	at = ws_htab_put(o->pairs, key, sizeof(key), &is_new);
	return is_new ? add_entry(o->profile, stack, track)
		      : &o->profile->entry[at];
}

static struct ws_profile_entry *
entry_of(struct open_series *o, ws_id stack, ws_id track)
{
	struct ws_profile *f = o->profile;
	size_t was = o->cap;

	if (o->pairs != NULL)
		return entry_of_pair(o, stack, track);

	if (stack >= was) {
		o->index = ws_grow(
		    o->index, &o->cap, (size_t)stack + 1, sizeof(*o->index));
		memset(o->index + was, 0, (o->cap - was) * sizeof(*o->index));
	}
	if (o->index[stack] < f->n && f->entry[o->index[stack]].stack == stack)
		return &f->entry[o->index[stack]];
	o->index[stack] = (uint32_t)f->n;
	return add_entry(f, stack, 0);
}

static bool
is_base(struct ws_profiles *p, ws_id track)
{
	struct ws_sv text;

	if (track == 0 || ws_track_is_numbered(track))
		return false;
	if (track != p->looked_at) {
		text = ws_dict_text(p->sink.dict, track);
		p->looked_at = track;
		p->is_base = ws_sv_find(text, "pprof::base=true") < text.n;
	}
	return p->is_base;
}

void
ws_profiles_add(
    struct ws_profiles *p, const struct ws_event *e, uint64_t samples)
{
	struct open_series *o = series_of(p, e->name);
	struct ws_profile *f = o->profile;

	f->unit = e->unit;
	f->total += e->value;
	f->abs_total += fabs(e->value);
	f->samples += samples;
	if (is_base(p, e->track))
		f->base_total += fabs(e->value);
	entry_of(o, e->stack, e->track)->value += e->value;
}

static void
add_loss(struct ws_profiles *p, const struct ws_event *e)
{
	size_t i;

	p->lost += e->value;
	for (i = 0; i < p->n_open; i++)
		p->open[i].profile->lost += e->value;
}

/* Told of one series, true of all that were captured with it. */
static void
set_duration(struct ws_profiles *p, double duration)
{
	size_t i;

	p->duration = duration;
	for (i = 0; i < p->n_open; i++)
		p->open[i].profile->duration = duration;
}

static void
set_time(struct ws_profiles *p, int64_t t)
{
	size_t i;

	p->time = t;
	for (i = 0; i < p->n_open; i++)
		p->open[i].profile->time = t;
}

/* What a counter says of the capture. */
static void
learn(struct ws_profiles *p, const struct ws_event *e)
{
	struct open_series *o;

	if (e->name != WS_N_CAPTURE_DURATION && e->name != WS_N_CAPTURE_PERIOD)
		return;
	o = series_of(p, e->track);
	if (e->name == WS_N_CAPTURE_PERIOD)
		o->profile->period = e->value;
	else
		set_duration(p, e->value);
	if (e->t != WS_T_NONE)
		set_time(p, e->t);
}

static enum ws_status
events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct ws_profiles *p = (struct ws_profiles *)s;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct ws_event *e = &ev[i];

		if (e->kind == WS_EV_SAMPLE)
			ws_profiles_add(p, e, 1);
		else if (e->kind == WS_EV_LOSS)
			add_loss(p, e);
		else if (e->kind == WS_EV_COUNTER && e->track != 0)
			learn(p, e);
	}
	return WS_OK;
}

static const struct ws_sink_ops ops = { .begin = begin, .events = events };

struct ws_profiles *
ws_profiles_new(struct ws_dict *d)
{
	struct ws_profiles *p = ws_alloc(sizeof(*p));

	p->sink.ops = &ops;
	p->duration = NAN;
	p->sink.dict = d;
	return p;
}

static void
free_all(struct ws_profile **list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(list[i]->entry);
		free(list[i]);
	}
	free(list);
}

static void
close_series(struct open_series *o)
{
	free(o->index);
	ws_htab_free(o->pairs);
}

void
ws_profiles_free(struct ws_profiles *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->ever_open; i++)
		close_series(&p->open[i]);
	free(p->open);
	free_all(p->profile, p->n);
	free_all(p->merged, p->n_merged);
	free(p);
}

struct ws_sink *
ws_profiles_sink(struct ws_profiles *p)
{
	return &p->sink;
}

void
ws_profiles_keep_tracks(struct ws_profiles *p)
{
	p->tracks = true;
}

double
ws_profile_whole(const struct ws_profile *p)
{
	return p->base_total > 0 ? p->base_total : p->abs_total;
}

size_t
ws_profiles_count(const struct ws_profiles *p)
{
	return p->n;
}

const struct ws_profile *
ws_profiles_get(const struct ws_profiles *p, size_t i)
{
	return p->profile[i];
}

static void
merge(struct open_series *to, const struct ws_profile *from)
{
	struct ws_profile *f = to->profile;
	size_t i;

	for (i = 0; i < from->n; i++)
		entry_of(to, from->entry[i].stack, from->entry[i].track)
		    ->value += from->entry[i].value;
	f->unit = from->unit;
	f->total += from->total;
	f->abs_total += from->abs_total;
	f->base_total += from->base_total;
	f->samples += from->samples;
	f->lost += from->lost;
	f->duration =
	    isnan(f->duration) ? from->duration : f->duration + from->duration;
	f->period = fmax(f->period, from->period);
}

bool
ws_profile_is_difference(const struct ws_profile *p)
{
	/* Both are the same additions unless a value was negative. */
	return p->total != p->abs_total;
}

/* What a profile is good for; the best class of a series is reasoned about. */
enum class { DIFFERENCE, CUMULATIVE, WINDOW };

static enum class class_of(const struct ws_profile *p) {
	if (ws_profile_is_difference(p)) return DIFFERENCE;
	return isnan(p->duration) ? CUMULATIVE : WINDOW;
}

/* The same capture under another name: a bundle may have it twice. */
static bool
is_copy(const struct ws_profiles *p, size_t i)
{
	const struct ws_profile *f = p->profile[i], *g;
	size_t k;

	for (k = 0; k < i && f->time != WS_T_NONE; k++) {
		g = p->profile[k];
		if (g->series == f->series && g->time == f->time &&
		    g->duration == f->duration && g->total == f->total &&
		    g->n == f->n)
			return true;
	}
	return false;
}

/* All windows of a series as one profile. */
static struct ws_profile *
merge_windows(struct ws_profiles *p, ws_id series)
{
	struct open_series to = { .pairs = p->tracks ? ws_htab_new() : NULL };
	size_t i;

	for (i = 0; i < p->n; i++) {
		const struct ws_profile *f = p->profile[i];

		if (f->series != series || class_of(f) != WINDOW ||
		    is_copy(p, i))
			continue;
		if (to.profile == NULL)
			to.profile = new_profile(series, f->artifact);
		if (ws_sv_cmp(ws_dict_text(p->sink.dict, f->artifact),
			ws_dict_text(p->sink.dict, to.profile->artifact)) < 0)
			to.profile->artifact = f->artifact;
		merge(&to, f);
	}
	close_series(&to);
	return to.profile;
}

/* On a tie the name decides, not the order in an archive. */
static bool
is_larger(const struct ws_profiles *p, const struct ws_profile *a,
    const struct ws_profile *b)
{
	const struct ws_dict *d = p->sink.dict;

	if (a->abs_total != b->abs_total)
		return a->abs_total > b->abs_total;
	return ws_sv_cmp(ws_dict_text(d, a->artifact),
		   ws_dict_text(d, b->artifact)) < 0;
}

/* As good as the best so far but for its size: 0; better: 1; worse: -1. */
static int
compare(const struct ws_profile *f, const struct ws_profile *best)
{
	if (best == NULL || class_of(f) > class_of(best))
		return 1;
	if (class_of(f) < class_of(best) || f->rough > best->rough)
		return -1;
	return f->rough < best->rough;
}

/* Of the best class the largest, and how many there are of that class. */
static const struct ws_profile *
largest(const struct ws_profiles *p, ws_id series, size_t *same)
{
	const struct ws_profile *best = NULL;
	size_t i;

	for (i = 0, *same = 0; i < p->n; i++) {
		const struct ws_profile *f = p->profile[i];

		if (f->series != series)
			continue;
		if (compare(f, best) > 0)
			*same = 0;
		else if (compare(f, best) < 0)
			continue;
		if (++*same == 1 || is_larger(p, f, best))
			best = f;
	}
	return best;
}

const struct ws_profile *
ws_profiles_find(struct ws_profiles *p, ws_id series)
{
	size_t i, same;
	const struct ws_profile *best = largest(p, series, &same);

	if (same < 2 || class_of(best) != WINDOW)
		return best;
	for (i = 0; i < p->n_merged; i++)
		if (p->merged[i]->series == series)
			return p->merged[i];
	p->merged = ws_grow(p->merged, &p->cap_merged, p->n_merged + 1,
	    sizeof(struct ws_profile *));
	p->merged[p->n_merged] = merge_windows(p, series);
	return p->merged[p->n_merged++];
}
