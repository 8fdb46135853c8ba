/*
 * The bytes of one artifact, after decompression: mapped when it is a plain
 * file, streamed through a window otherwise.  Parsers read it either whole
 * (ws_source_all) or line by line (ws_source_line), and always through the
 * bounded cursor.
 */
#ifndef WS_SOURCE_H
#define WS_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "ingest/limits.h"

/* What a bid may look at. */
struct ws_artifact {
	struct ws_sv name; /* path in the bundle, a label only */
	struct ws_sv head; /* the first bytes, up to WS_HEAD, decompressed */
	bool whole;        /* head is all there is */
};

enum { WS_HEAD = 64 * 1024 };

struct ws_source;

const struct ws_artifact *ws_source_artifact(const struct ws_source *s);
const struct ws_limits *ws_source_limits(const struct ws_source *s);

/*
 * The whole artifact as one window, valid until the source is closed.  When
 * the stream behind it is damaged (a torn gzip member), the window holds what
 * could be read, *err says where it ended, and the status is WS_PARTIAL.
 * Worse than that leaves *c empty.
 */
enum ws_status ws_source_all(
    struct ws_source *s, struct ws_cur *c, struct ws_err *err);

/*
 * The next line without its line end, borrowed until the next call, and the
 * offset of its first byte.  False at the end or after damage; then
 * ws_source_status() says which.  A line over the limit is cut there, and
 * reported as damage once.
 */
bool ws_source_line(struct ws_source *s, struct ws_sv *line, uint64_t *off);

/* False when that line has no line end: it was cut off, here or before. */
bool ws_source_line_ended(const struct ws_source *s);

/* WS_OK while nothing went wrong; *err (may be NULL) gets the reason. */
enum ws_status ws_source_status(const struct ws_source *s, struct ws_err *err);

/* What the parser learnt about the artifact, for `whyslow ls`. */
void ws_source_version(struct ws_source *s, const char *fmt, ...)
    WS_PRINTF(2, 3);
void ws_source_detail(struct ws_source *s, const char *fmt, ...)
    WS_PRINTF(2, 3);
/* The machine or the program that it is of; the first word counts. */
void ws_source_host(struct ws_source *s, struct ws_sv name);
void ws_source_program(struct ws_source *s, struct ws_sv name);
/* Counts n records of a type, in the format's own terms. */
void ws_source_tally(struct ws_source *s, const char *type, uint64_t n);

#endif
