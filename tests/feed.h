/* Reads an artifact through its parser into the metrics of metrics_kit.h. */
#ifndef WS_FEED_H
#define WS_FEED_H

#include "ingest/parser.h"
#include "ingest/source_open.h"
#include "metrics_kit.h"

static inline enum ws_status
feed(struct bench *b, const struct ws_parser *parser, const char *name,
    const char *text)
{
	struct ws_limits limits;
	struct ws_budget budget = { .limits = &limits };
	struct ws_arena *arena = ws_arena_new();
	struct ws_stream *stream;
	struct ws_source *source;
	struct ws_err err;
	enum ws_status status;

	ws_limits_init(&limits);
	stream = ws_stream_new_mem(&budget, text, strlen(text));
	source = ws_source_new(stream, ws_sv_of(name), arena);
	begin(b, name, parser->name);
	status = parser->parse(source, b->sink, &err);
	end(b, status);
	ws_source_free(source);
	ws_stream_free(stream);
	ws_arena_free(arena);
	return status;
}

#endif
