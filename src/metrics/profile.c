#include "metrics/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/mem.h"
#include "base/num.h"
#include "metrics/profile_parts.h"

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

struct ws_profile *
ws_profile_new(ws_id series, ws_id artifact)
{
	struct ws_profile *f = ws_alloc(sizeof(*f));

	f->series = series;
	f->artifact = artifact;
	f->duration = f->period = NAN;
	f->time = f->from = f->to = WS_T_NONE;
	return f;
}

/* Formats that leave functions or times out, or are the print of a profile that
 * may be there itself. */
static unsigned
roughness(struct ws_sv format)
{
	if (ws_sv_is(format, "goroutines") || ws_sv_is(format, "folded") ||
	    ws_sv_is(format, "pproftool"))
		return 1;
	return ws_sv_is(format, "pprof-text") ||
		       ws_sv_is(format, "perf-report") ||
		       ws_sv_is(format, "perf-lock")
		   ? 2
		   : 0;
}

static void
add_slot(struct ws_profiles *p)
{
	p->open =
	    ws_grow(p->open, &p->cap_open, p->n_open + 1, sizeof(*p->open));
	if (p->n_open == p->ever_open)
		p->open[p->ever_open++] = (struct ws_open_series){ 0 };
}

/* Recordings of Linux perf can be of several processes.  Block requests are of
 * devices. */
static bool
has_processes(const struct ws_dict *d, ws_id series)
{
	return series != WS_N_PERF_BLOCK &&
	       ws_sv_starts(ws_dict_text(d, series), "perf.");
}

static void
open_slot(struct ws_profiles *p, struct ws_profile *f)
{
	struct ws_open_series *o = &p->open[p->n_open];

	o->profile = f;
	ws_htab_free(o->processes);
	o->processes =
	    has_processes(p->sink.dict, f->series) ? ws_htab_new() : NULL;
	ws_htab_free(o->pairs);
	o->pairs = p->tracks ? ws_htab_new() : NULL;
	o->track = 0;
}

/* The values of one sample come one after the other and in the same order for
 * every sample, so the one behind the last is nearly always right. */
static struct ws_open_series *
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
	f = ws_profile_new(name, p->origin.artifact);
	f->lost = p->lost;
	f->duration = p->duration;
	f->time = p->time;
	f->has_tracks = p->tracks;
	f->rough = roughness(ws_dict_text(p->sink.dict, p->origin.format));
	p->profile =
	    ws_grow(p->profile, &p->cap, p->n + 1, sizeof(*p->profile));
	f->index = p->n;
	p->profile[p->n++] = f;
	open_slot(p, f);
	return &p->open[p->n_open++];
}

static struct ws_profile_entry *
add_entry(struct ws_profile *f, const struct ws_profile_entry *like)
{
	f->entry = ws_grow(f->entry, &f->cap, f->n + 1, sizeof(*f->entry));
	f->entry[f->n] = *like;
	f->entry[f->n].value = 0;
	f->entry[f->n].next = 0;
	return &f->entry[f->n++];
}

/* Indexes of pairs are those of entries.  A track is of one process. */
static struct ws_profile_entry *
entry_of_pair(struct ws_open_series *o, const struct ws_profile_entry *like)
{
	const ws_id key[2] = { like->stack, like->track };
	uint32_t at;
	bool is_new;

	at = ws_htab_put(o->pairs, key, sizeof(key), &is_new);
	return is_new ? add_entry(o->profile, like) : &o->profile->entry[at];
}

/* Entries and stacks are numbered by their first appearance: where the stack is
 * when no other artifact had any of them.  NULL when there is nothing. */
static struct ws_profile_entry *
near_entry(const struct ws_profile *f, ws_id stack)
{
	size_t at = f->n > 0 ? (size_t)stack - f->entry[0].stack : 0;

	return at < f->n ? &f->entry[at] : NULL;
}

struct ws_profile_entry *
ws_profile_entry_of(
    struct ws_open_series *o, const struct ws_profile_entry *like)
{
	struct ws_profile *f = o->profile;
	struct ws_profile_entry *new;
	size_t was = o->cap;
	ws_id stack = like->stack;
	uint32_t i, first = 0; /* plus 1 */

	if (o->pairs != NULL)
		return entry_of_pair(o, like);
	new = near_entry(f, stack);
	if (new != NULL &&new->stack == stack &&new->process == like->process)
		return new;
	if (stack >= was) {
		o->index = ws_grow(
		    o->index, &o->cap, (size_t)stack + 1, sizeof(*o->index));
		memset(o->index + was, 0, (o->cap - was) * sizeof(*o->index));
	}
	if (o->index[stack] < f->n && f->entry[o->index[stack]].stack == stack)
		first = o->index[stack] + 1;
	for (i = first; i > 0; i = f->entry[i - 1].next)
		if (f->entry[i - 1].process == like->process)
			return &f->entry[i - 1];
	o->index[stack] = (uint32_t)f->n;
	new = add_entry(f, like);
	new->track = 0;
	new->next = first;
	return new;
}

void
ws_open_series_fini(struct ws_open_series *o)
{
	free(o->index);
	ws_htab_free(o->pairs);
	ws_htab_free(o->processes);
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

/* Threads of the kernel that any recording of a machine has. */
static bool
is_kernel_thread(struct ws_sv comm)
{
	static const char *const prefix[] = { "kworker/", "ksoftirqd/",
		"migration/", "rcu_", "kcompactd", "kswapd" };
	size_t i;

	for (i = 0; i < WS_LEN(prefix); i++)
		if (ws_sv_starts(comm, prefix[i]))
			return true;
	return false;
}

/* What a track says: "PID/TID COMM", "?/TID COMM", "COMM". */
static struct ws_profile_process
process_of_track(struct ws_dict *d, ws_id track, bool *is_first_thread)
{
	struct ws_sv s = ws_dict_text(d, track), all = s;
	struct ws_sv ids = ws_sv_split(&s, ' '), tid = ids;
	struct ws_sv pid = ws_sv_split(&tid, '/');
	struct ws_profile_process v = { 0 };
	uint64_t n, thread;

	*is_first_thread = false;
	if (!ws_num_u64(tid, 0, UINT32_MAX, &thread)) {
		v.name = v.comm = ws_dict_str(d, all);
		return v;
	}
	v.comm = ws_dict_str(d, s);
	v.idle = thread == 0;
	v.kernel = is_kernel_thread(s);
	v.numbered = ws_num_u64(pid, 0, UINT32_MAX, &n);
	v.name = v.numbered && !v.idle ? ws_dict_str(d, pid) : v.comm;
	*is_first_thread = v.numbered && n == thread;
	return v;
}

/* A machine has hundreds that run in a recording; of a file that claims more
 * the rest are one. */
enum { PROCESSES_MAX = 1024 };

static uint32_t
process_index(
    struct ws_dict *d, struct ws_open_series *o, struct ws_profile_process *v)
{
	struct ws_profile *f = o->profile;
	uint32_t i = ws_htab_get(o->processes, &v->name, sizeof(v->name));
	bool is_new;

	if (i != WS_HTAB_NONE)
		return i;
	if (f->n_process >= PROCESSES_MAX) {
		*v = (struct ws_profile_process){ .kernel = true };
		v->name = v->comm = ws_dict_cstr(d, "other processes");
	}
	i = ws_htab_put(o->processes, &v->name, sizeof(v->name), &is_new);
	if (is_new) {
		f->process = ws_grow(f->process, &f->cap_process,
		    f->n_process + 1, sizeof(*f->process));
		f->process[f->n_process++] = *v;
	}
	return i;
}

static uint32_t
process_of(struct ws_dict *d, struct ws_open_series *o, ws_id track)
{
	struct ws_profile *f = o->profile;
	struct ws_profile_process v;
	bool is_first;

	if (o->processes == NULL)
		return 0;
	if (track == o->track && f->n_process > 0)
		return o->process;
	v = process_of_track(d, track, &is_first);
	o->track = track;
	o->process = process_index(d, o, &v);
	if (is_first)
		f->process[o->process].comm = v.comm;
	return o->process;
}

static void
add_time(struct ws_profiles *p, struct ws_profile *f, const struct ws_event *e)
{
	const struct ws_clock *c;

	if (e->t == WS_T_NONE)
		return;
	if (e->clock != p->clock) {
		p->clock = e->clock;
		c = ws_dict_get_clock(p->sink.dict, e->clock);
		p->clock_kind = c != NULL ? c->kind : WS_CLOCK_NONE;
	}
	f->clock = p->clock_kind;
	if (f->from == WS_T_NONE || e->t < f->from)
		f->from = e->t;
	if (f->to == WS_T_NONE || e->t > f->to)
		f->to = e->t;
}

void
ws_profiles_add(
    struct ws_profiles *p, const struct ws_event *e, uint64_t samples)
{
	struct ws_open_series *o = series_of(p, e->name);
	struct ws_profile *f = o->profile;
	uint32_t process = process_of(p->sink.dict, o, e->track);

	f->unit = e->unit;
	f->total += e->value;
	f->abs_total += fabs(e->value);
	f->samples += samples;
	if (f->n_process > 0) {
		f->process[process].value += e->value;
		f->process[process].samples += samples;
	}
	add_time(p, f, e);
	if (is_base(p, e->track))
		f->base_total += fabs(e->value);
	ws_profile_entry_of(o,
	    &(struct ws_profile_entry){
		.stack = e->stack, .track = e->track, .process = process })
	    ->value += e->value;
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
	struct ws_open_series *o;

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

enum { KINDS = 1 << WS_EV_SAMPLE | 1 << WS_EV_LOSS | 1 << WS_EV_COUNTER };

static void
add_event(struct ws_profiles *p, const struct ws_event *e)
{
	if (e->kind == WS_EV_SAMPLE)
		ws_profiles_add(p, e, 1);
	else if (e->kind == WS_EV_LOSS)
		add_loss(p, e);
	else if (e->track != 0)
		learn(p, e);
}

/* Where the sums of those samples are, most likely, in a profile that no cache
 * holds. */
static void
fetch(const struct ws_profiles *p, const struct ws_event *ev, uint64_t which)
{
	enum { LARGE = 1 << 14 };

	const struct ws_profile_entry *e;
	const struct ws_profile *f;

	if (p->n_open == 0 || p->open->profile->n < LARGE)
		return;
	f = p->open->profile;
	for (; which != 0; which &= which - 1) {
		e = near_entry(f, ev[ws_lowest_bit(which)].stack);
		if (e != NULL)
			ws_prefetch(e);
	}
}

static enum ws_status
events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct ws_profiles *p = (struct ws_profiles *)s;
	uint64_t w;
	size_t i;

	for (i = 0; i < n; i += 64) {
		w = ws_events_of(ev + i, n - i, KINDS);
		fetch(p, ev + i, w);
		for (; w != 0; w &= w - 1)
			add_event(p, &ev[i + ws_lowest_bit(w)]);
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
	p->sink.ignores = WS_EV_ALL & ~(unsigned)KINDS;
	return p;
}

static void
free_all(struct ws_profile **list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(list[i]->entry);
		free(list[i]->process);
		free(list[i]);
	}
	free(list);
}

void
ws_profiles_free(struct ws_profiles *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->ever_open; i++)
		ws_open_series_fini(&p->open[i]);
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

static void
map_stacks(
    struct ws_profile *f, ws_id (*map)(void *ctx, ws_id stack), void *ctx)
{
	struct ws_open_series to = { .profile = f,
		.pairs = f->has_tracks ? ws_htab_new() : NULL };
	struct ws_profile_entry *old = f->entry;
	size_t i, n = f->n;
	bool changed = false;

	for (i = 0; i < n; i++) {
		ws_id stack = map(ctx, old[i].stack);

		changed |= stack != old[i].stack;
		old[i].stack = stack;
	}
	if (!changed) {
		ws_open_series_fini(&to);
		return;
	}
	f->entry = NULL;
	f->n = f->cap = 0;
	for (i = 0; i < n; i++)
		ws_profile_entry_of(&to, &old[i])->value += old[i].value;
	free(old);
	ws_open_series_fini(&to);
}

void
ws_profiles_map(
    struct ws_profiles *p, ws_id (*map)(void *ctx, ws_id stack), void *ctx)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		map_stacks(p->profile[i], map, ctx);
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
