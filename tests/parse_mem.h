/*
 * Runs one parser over bytes in memory and keeps what it said.  Use:
 *
 *	struct parsed r;
 *
 *	parse_mem(&r, &ws_parser_vmstat, "vmstat.txt", p, n);
 *	ok(parsed_value(&r, "", WS_N_CPU_IDLE, 0) == 0.71, "idle");
 *	parsed_fini(&r);
 */
#ifndef WS_PARSE_MEM_H
#define WS_PARSE_MEM_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ingest/parser.h"
#include "ingest/source_open.h"
#include "model/event.h"

struct parsed {
	struct ws_sink sink; /* first: the sink is found from it */
	enum ws_bid bid;
	enum ws_status status;
	struct ws_err err;
	struct ws_event *ev;
	size_t n, cap;
	unsigned faults;
	uint64_t fault_off; /* of the first */
	struct ws_entry entry;
	struct ws_arena *arena;
};

static inline enum ws_status
parsed_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct parsed *r = (struct parsed *)s;

	r->ev = ws_grow(r->ev, &r->cap, r->n + n, sizeof(*ev));
	memcpy(r->ev + r->n, ev, n * sizeof(*ev));
	r->n += n;
	return WS_OK;
}

static inline void
parsed_fault(struct ws_sink *s, uint64_t off, const char *what)
{
	struct parsed *r = (struct parsed *)s;

	(void)what;
	if (r->faults++ == 0)
		r->fault_off = off;
}

/* Copies the bytes to a block of their own size, so that the sanitizers see
 * every read past the end. */
static inline void
parse_mem(struct parsed *r, const struct ws_parser *parser, const char *name,
    const void *bytes, size_t n)
{
	static const struct ws_sink_ops ops = { .events = parsed_events,
		.fault = parsed_fault };
	struct ws_limits limits;
	struct ws_budget budget = { .limits = &limits };
	struct ws_stream *stream;
	struct ws_source *source;
	char *copy = malloc(n > 0 ? n : 1);

	if (copy == NULL)
		ws_out_of_memory(n);
	if (n > 0)
		memcpy(copy, bytes, n);
	memset(r, 0, sizeof(*r));
	ws_limits_init(&limits);
	r->arena = ws_arena_new();
	r->sink.ops = &ops;
	r->sink.dict = ws_dict_new();
	stream = ws_stream_new_mem(&budget, copy, n);
	source = ws_source_new(stream, ws_sv_of(name), r->arena);
	r->bid = parser->bid(ws_source_artifact(source));
	r->status = parser->parse(source, &r->sink, &r->err);
	ws_source_tell(source, &r->entry);
	/* The tallies end with the source; the tests need one at a time. */
	ws_source_free(source);
	r->entry.records = NULL;
	ws_stream_free(stream);
	free(copy);
}

static inline void
parsed_fini(struct parsed *r)
{
	free(r->ev);
	ws_dict_free(r->sink.dict);
	ws_arena_free(r->arena);
}

/* The nth (from 0) counter of that track and series, or NULL. */
static inline const struct ws_event *
parsed_counter(
    const struct parsed *r, const char *track, ws_id name, size_t nth)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_COUNTER && r->ev[i].name == name &&
		    ws_sv_is(
			ws_dict_text(r->sink.dict, r->ev[i].track), track) &&
		    nth-- == 0)
			return &r->ev[i];
	return NULL;
}

/* Its value, or NaN, which equals nothing. */
static inline double
parsed_value(const struct parsed *r, const char *track, ws_id name, size_t nth)
{
	const struct ws_event *ev = parsed_counter(r, track, name, nth);

	return ev == NULL ? NAN : ev->value;
}

static inline size_t
parsed_count(const struct parsed *r, enum ws_event_kind kind, ws_id name)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->ev[i].kind == kind && r->ev[i].name == name;
	return n;
}

/* The text of the nth mark of that name, or "". */
static inline const char *
parsed_mark(const struct parsed *r, const char *name, size_t nth)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_MARK &&
		    ws_sv_is(ws_dict_text(r->sink.dict, r->ev[i].name), name) &&
		    nth-- == 0)
			return ws_dict_text(r->sink.dict, r->ev[i].peer).p;
	return "";
}

static inline bool
same_text(const struct parsed *a, ws_id x, const struct parsed *b, ws_id y)
{
	return ws_sv_eq(
	    ws_dict_text(a->sink.dict, x), ws_dict_text(b->sink.dict, y));
}

static inline bool
same_counter(const struct parsed *a, const struct ws_event *x,
    const struct parsed *b, const struct ws_event *y)
{
	return x->kind == y->kind && x->t == y->t && x->value == y->value &&
	       x->unit == y->unit && same_text(a, x->name, b, y->name) &&
	       same_text(a, x->track, b, y->track) &&
	       same_text(a, x->peer, b, y->peer);
}

/* Every counter of `part` is one of `whole`, in the same order: what a cut
 * file says, the whole file says. */
static inline bool
parsed_within(const struct parsed *part, const struct parsed *whole)
{
	size_t at = 0;

	for (size_t i = 0; i < part->n; i++) {
		if (part->ev[i].kind != WS_EV_COUNTER)
			continue;
		while (at < whole->n &&
		       !same_counter(part, &part->ev[i], whole, &whole->ev[at]))
			at++;
		if (at++ == whole->n)
			return false;
	}
	return true;
}

/* Cuts the bytes at every place: the number of places where the parser said
 * something that the whole does not say. */
static inline size_t
parse_every_cut(const struct ws_parser *parser, const char *bytes, size_t n)
{
	struct parsed whole, part;
	size_t bad = 0;

	parse_mem(&whole, parser, "whole", bytes, n);
	for (size_t i = 0; i < n; i++) {
		parse_mem(&part, parser, "cut", bytes, i);
		if (!parsed_within(&part, &whole)) {
			printf("# cut at %zu says something new\n", i);
			bad++;
		}
		parsed_fini(&part);
	}
	parsed_fini(&whole);
	return bad;
}

/* A file below $srcdir, to be freed; NULL with a diagnostic. */
static inline char *
read_testdata(const char *path, size_t *n)
{
	char name[1024], *p = NULL;
	const char *srcdir = getenv("srcdir");
	size_t cap = 0, got;
	FILE *f;

	snprintf(name, sizeof(name), "%s/testdata/%s",
	    srcdir == NULL ? "." : srcdir, path);
	*n = 0;
	f = fopen(name, "rb");
	if (f == NULL) {
		printf("# cannot open %s\n", name);
		return NULL;
	}
	do {
		p = ws_grow(p, &cap, *n + 4096, 1);
		got = fread(p + *n, 1, cap - *n, f);
		*n += got;
	} while (got > 0);
	fclose(f);
	return p;
}

#endif
