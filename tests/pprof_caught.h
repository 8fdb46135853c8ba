/* For the tests of the pprof reader: runs it over bytes in memory and keeps
 * what came out. */
#ifndef WS_TESTS_PPROF_CAUGHT_H
#define WS_TESTS_PPROF_CAUGHT_H

#include <string.h>

#include "base/mem.h"
#include "ingest/source_open.h"
#include "model/sink.h"

extern const struct ws_parser ws_parser_pprof;

enum { CAUGHT_EVENTS = 64, CAUGHT_NAMES = 4096 };

struct caught {
	struct ws_sink sink;
	struct ws_event ev[CAUGHT_EVENTS]; /* the first ones */
	size_t n;
	uint64_t samples, lost, faults;
	double sum[CAUGHT_NAMES];     /* of samples, by name */
	uint64_t count[CAUGHT_NAMES]; /* events of any kind, by name */
	void (*each)(struct caught *, const struct ws_event *); /* or NULL */
	void *arg;
	enum ws_bid bid;
	enum ws_status status;
	struct ws_err err;
	char version[64], detail[160], fault[160]; /* the last fault */
};

static inline enum ws_status
caught_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	struct caught *c = (struct caught *)s;

	for (; n > 0; n--, ev++) {
		if (c->n < CAUGHT_EVENTS)
			c->ev[c->n++] = *ev;
		if (c->each)
			c->each(c, ev);
		c->lost += ev->kind == WS_EV_LOSS ? (uint64_t)ev->value : 0;
		if (ev->name < CAUGHT_NAMES)
			c->count[ev->name]++;
		if (ev->kind != WS_EV_SAMPLE)
			continue;
		c->samples++;
		if (ev->name < CAUGHT_NAMES)
			c->sum[ev->name] += ev->value;
	}
	return WS_OK;
}

static inline void
caught_fault(struct ws_sink *s, uint64_t off, const char *what)
{
	struct caught *c = (struct caught *)s;

	(void)off;
	c->faults++;
	snprintf(c->fault, sizeof(c->fault), "%s", what);
}

/* Parses n bytes called `name`; depth 0 leaves the limit alone. */
static inline void
catch_bytes(
    struct caught *c, const char *name, struct ws_sv bytes, uint64_t depth)
{
	static const struct ws_sink_ops ops = { .events = caught_events,
		.fault = caught_fault };
	struct ws_limits limits;
	struct ws_budget budget = { .limits = &limits };
	struct ws_arena *arena = ws_arena_new();
	struct ws_stream *stream;
	struct ws_source *src;
	struct ws_entry entry = { 0 };

	ws_limits_init(&limits);
	limits.depth = depth ? depth : limits.depth;
	c->sink.ops = &ops;
	c->sink.dict = ws_dict_new();
	stream = ws_stream_new_mem(&budget, bytes.p, bytes.n);
	src = ws_source_new(stream, ws_sv_of(name), arena);
	c->bid = ws_parser_pprof.bid(ws_source_artifact(src));
	c->status = ws_parser_pprof.parse(src, &c->sink, &c->err);
	ws_source_tell(src, &entry);
	snprintf(c->version, sizeof(c->version), "%s", entry.version);
	snprintf(c->detail, sizeof(c->detail), "%s", entry.detail);
	ws_source_free(src);
	ws_stream_free(stream);
	ws_arena_free(arena);
}

static inline void
caught_free(struct caught *c)
{
	ws_dict_free(c->sink.dict);
	memset(c, 0, sizeof(*c));
}

#endif
