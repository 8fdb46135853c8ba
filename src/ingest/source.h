/*
 * The bytes of one artifact, after decompression: mapped when it is a plain
 * file, streamed through a window otherwise.  Parsers read it either whole
 * (ws_source_all), line by line (ws_source_line) or piece by piece
 * (ws_source_ahead), and always through the bounded cursor.
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

/* The parser is done with what is below `off` of that window: the memory of a
 * large file can go.  No more than advice; the window stays as it is. */
void ws_source_passed(struct ws_source *s, uint64_t off);

/*
 * Of a recording that is a folder of files, its bytes are those of the files
 * one after the other: how many files there are, and in *end where each of
 * them ends.  0 for all others.
 */
size_t ws_source_parts(const struct ws_source *s, const uint64_t **end);

/*
 * For reading piece by piece: the bytes ahead, at least `want` of them unless
 * the artifact ends or is damaged before that, or holding as many would pass
 * the limit (ws_source_status() says which).  Borrowed until the next call.
 */
struct ws_sv ws_source_ahead(struct ws_source *s, size_t want);
/* Passes n of them. */
void ws_source_skip(struct ws_source *s, size_t n);
/* All of them, when they are in memory for as long as the source is, and stand
 * at the start of a line if lines were read; otherwise nothing. */
struct ws_sv ws_source_rest(const struct ws_source *s);
uint64_t ws_source_at(const struct ws_source *s); /* bytes passed */

/*
 * The next line without its line end, borrowed until the next call, and the
 * offset of its first byte.  False at the end or after damage; then
 * ws_source_status() says which.  A line over the limit is cut there, and
 * reported as damage once.
 */
bool ws_source_line(struct ws_source *s, struct ws_sv *line, uint64_t *off);
/* False when that line has no line end: it was cut off, here or before. */
bool ws_source_line_ended(const struct ws_source *s);
/* True when it had one and no other byte below a space. */
bool ws_source_line_plain(const struct ws_source *s);

/*
 * Some of the bytes ahead (at most want, at least one), for readers that are
 * fed piece by piece; borrowed until the next call, and the offset of the first
 * one.  False as of ws_source_line().  Pages of a mapped file are given back
 * behind the reader, so that memory does not follow the size.
 */
bool ws_source_chunk(
    struct ws_source *s, size_t want, struct ws_sv *chunk, uint64_t *off);

/* WS_OK while nothing went wrong; *err (may be NULL) gets the reason. */
enum ws_status ws_source_status(const struct ws_source *s, struct ws_err *err);

struct ws_when;

/*
 * ws_when_read() for the dates of the artifact: an ambiguous one is settled when
 * its path or, in a second reading, the rest of the bundle tells the order, and
 * the days of the others are kept to settle those of other artifacts.  What is
 * to be said of it, the artifact's detail and a mark say.
 */
bool ws_source_date(struct ws_source *s, struct ws_sv text, bool decimal_comma,
    struct ws_when *out);
/* Keeps the day of any other time on a wall clock, in ns since 1970 (0: none),
 * that the artifact is certain of. */
void ws_source_time(struct ws_source *s, int64_t ns);
/*
 * A time of day ("10:10:10 PM") without a date: the time on the day that, in a
 * second reading, the rest of the bundle may tell; the first of the days if they
 * are several.  False when it is none or the day is unknown.
 */
bool ws_source_clock(
    struct ws_source *s, struct ws_sv clock, struct ws_when *out);

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
