#include "metrics/snapshots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/moment.h"

/* Each part of a path that may tell the time is left open in a copy of it.
 * Longer paths, and more parts, than any copy of /proc has would make gigabytes
 * of that. */
enum { PATH_BYTES = 512, OPEN_MAX = 8 };

/* One way to see paths: with the same part of them left open. */
struct view {
	double first;  /* when the first of them was copied; NaN: none known */
	bool several;  /* paths */
	bool differs;  /* in when they were copied */
	bool unknown;  /* of some this is */
	bool may_name; /* the open part may be the name of a thing */
};

struct ws_snapshots {
	struct ws_htab *keys; /* of paths, and of views */
	struct view *view;    /* of the keys; of a path, nothing in it */
	size_t cap;
};

/* The parts of a path that may tell the time, from the outermost on. */
struct open {
	struct ws_sv path;
	size_t at; /* in the path */
	struct ws_sv part;
	bool is_folder;
	unsigned n;
};

struct ws_snapshots *
ws_snapshots_new(void)
{
	struct ws_snapshots *s = ws_alloc(sizeof(*s));

	s->keys = ws_htab_new();
	return s;
}

void
ws_snapshots_free(struct ws_snapshots *s)
{
	if (s == NULL)
		return;
	ws_htab_free(s->keys);
	free(s->view);
	free(s);
}

static bool
next_open(struct open *o)
{
	const char *slash;

	if (o->path.n > PATH_BYTES || o->n == OPEN_MAX)
		return false;
	while (o->at < o->path.n && (slash = memchr(o->path.p + o->at, '/',
					 o->path.n - o->at)) != NULL) {
		o->part = ws_sv_from(o->path, o->at);
		o->part.n = (size_t)(slash - o->part.p);
		o->at += o->part.n + 1;
		o->is_folder = true;
		if (ws_is_moment(o->part)) {
			o->n++;
			return true;
		}
	}
	o->is_folder = false;
	o->n++;
	return ws_moment_next(o->path, &o->at, &o->part);
}

/* The path without the part that is open, to be freed. */
static struct ws_buf
key_of(const struct open *o)
{
	size_t from = (size_t)(o->part.p - o->path.p);
	struct ws_buf b = { 0 };

	ws_buf_put(&b, o->path.p, from);
	ws_buf_putc(&b, '\0');
	ws_buf_putsv(&b, ws_sv_from(o->path, from + o->part.n));
	return b;
}

static struct view *
put_view(struct ws_snapshots *s, struct ws_sv key, bool *is_new)
{
	uint32_t i = ws_htab_put(s->keys, key.p, key.n, is_new);

	if (*is_new) {
		s->view =
		    ws_grow(s->view, &s->cap, (size_t)i + 1, sizeof(*s->view));
		s->view[i] = (struct view){ .first = NAN };
	}
	return &s->view[i];
}

static void
see(struct view *v, bool is_new, double at)
{
	v->several = !is_new;
	v->unknown = v->unknown || isnan(at);
	v->differs = v->differs || (v->first < at || v->first > at);
	v->first = isnan(v->first) ? at : v->first;
}

void
ws_snapshots_add(struct ws_snapshots *s, struct ws_sv path, double at)
{
	struct open o = { .path = path };
	bool is_new;

	put_view(s, path, &is_new);
	while (is_new && next_open(&o)) {
		struct ws_buf key = key_of(&o);
		struct view *v;
		bool is_first;

		v = put_view(s, ws_buf_sv(&key), &is_first);
		see(v, is_first, at);
		v->may_name =
		    v->may_name || (o.is_folder && ws_is_bare_number(o.part));
		ws_buf_fini(&key);
	}
}

/* What was copied at one time is different things, and so may be folders with
 * numbers unless they were copied at different times. */
static bool
tells_time(const struct view *v)
{
	return v->several && (v->differs || (v->unknown && !v->may_name));
}

/* Where several parts tell the time, the innermost does it best ("run-2/t0");
 * but numbers further in are those of processes ("1/proc/70"). */
uint32_t
ws_snapshots_file(const struct ws_snapshots *s, struct ws_sv path)
{
	struct open o = { .path = path };
	uint32_t file = ws_htab_get(s->keys, path.p, path.n);
	bool found = false;

	while (next_open(&o)) {
		struct ws_buf key = key_of(&o);
		uint32_t i = ws_htab_get(s->keys, key.p, key.n);

		ws_buf_fini(&key);
		if (i == WS_HTAB_NONE || !tells_time(&s->view[i]) ||
		    (found && s->view[i].may_name))
			continue;
		file = i;
		found = true;
	}
	return file;
}
