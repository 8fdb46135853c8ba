/*
 * A format is one file in parsers/ that ends in a `const struct ws_parser`.
 * The table of all parsers is generated from the list in Makefile.am.
 */
#ifndef WS_PARSER_H
#define WS_PARSER_H

#include <stddef.h>

#include "ingest/source.h"
#include "model/batch.h"

/* How sure a parser is.  Only these values; a tie between two parsers is an
 * error, never guessed. */
enum ws_bid {
	WS_BID_NO,
	WS_BID_NAME,  /* the name fits and the content does not object */
	WS_BID_SHAPE, /* text whose columns or root element we know */
	WS_BID_MAGIC, /* a magic number at its fixed place */
	WS_BID_EXACT  /* magic, and a version or length that checks out */
};

struct ws_parser {
	const char *name;  /* "pprof": in `ls`, dumps and the manual */
	const char *title; /* "pprof profile (protobuf)" */
	/* Pure: looks at the head and the name, no I/O, no allocation. */
	enum ws_bid (*bid)(const struct ws_artifact *a);
	/* Pushes events into the sink.  Lenient: what is sound counts, the
	 * rest becomes LOSS events and faults, and the status WS_PARTIAL. */
	enum ws_status (*parse)(
	    struct ws_source *src, struct ws_sink *sink, struct ws_err *err);
};

/* All parsers, in the order of Makefile.am (the order never matters). */
extern const struct ws_parser *const ws_parsers[];
extern const size_t ws_n_parsers;

#endif
