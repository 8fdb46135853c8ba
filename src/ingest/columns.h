/*
 * Text that people redirect into files: lines with terminal colours and
 * foreign line ends, and tables whose header names the columns.  A header
 * line becomes a layout, and rows are read through it, so that order and
 * number of columns may change from version to version.
 */
#ifndef WS_COLUMNS_H
#define WS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cursor.h"
#include "base/str.h"
#include "base/units.h"
#include "ingest/source.h"
#include "model/dict.h"
#include "model/sink.h"

struct ws_batch;

/* One line, cleaned; borrowed until the next one is read. */
struct ws_line {
	struct ws_sv text;
	uint64_t off; /* of its first byte in the artifact */
	bool ended;   /* false: no line end, so its last field may be cut */
};

/* The lines of a window, or of a source that is streamed.  { .cur = window }
 * and { .src = source } are valid starts. */
struct ws_lines {
	struct ws_source *src;
	struct ws_cur cur;
	struct ws_buf buf;
};

enum { WS_LINE_MAX = 1 << 20 }; /* bytes, in windows */

/* The next line without line end, colours and other terminal sequences, NUL
 * bytes and byte order mark; false at the end.  Of a line over WS_LINE_MAX the rest
 * is skipped, and it has not ended. */
bool ws_lines_next(struct ws_lines *l, struct ws_line *line);
void ws_lines_fini(struct ws_lines *l);

/* What a header token means; rows of a parser's own static table. */
struct ws_column {
	const char *token; /* as printed, "r_await" */
	ws_id name;        /* well-known series, WS_N_... */
	enum ws_unit unit;
	double factor; /* printed value * factor = base unit */
};

enum { WS_COLUMNS_MAX = 64 };

/* The columns of one header line. */
struct ws_layout {
	size_t n;
	const struct ws_column *col[WS_COLUMNS_MAX]; /* NULL: unknown token */
	struct ws_sv token[WS_COLUMNS_MAX];          /* copied into text[] */
	char text[1024];
};

/* Reads a header line; returns how many tokens the table knows, or 0 when the
 * line has too many tokens or is too long. */
size_t ws_layout_read(struct ws_layout *l, struct ws_sv line,
    const struct ws_column *table, size_t n_table);
/* The position of a token, or l->n. */
size_t ws_layout_find(const struct ws_layout *l, const char *token);

/* Cuts a row into at most max fields, max <= 128; returns the number of fields
 * on the line, which may be larger. */
size_t ws_row_split(struct ws_sv line, struct ws_sv *field, size_t max);

/* What a log writer or a container runtime puts before each line is at most as
 * many fields: "Nov 23 02:56:01 host unit[1]:". */
enum { WS_PREFIX_MAX = 5 };

/* The line behind its first fields and one blank, and what is before that. */
struct ws_sv ws_row_after(struct ws_sv line, size_t fields);
struct ws_sv ws_row_before(struct ws_sv line, size_t fields);

/*
 * Ends the batch of a reader of rows.  WS_PARTIAL, with a sentence, when some
 * were damaged, or when there are none below the header of that tool; *err may
 * be NULL.
 */
enum ws_status ws_rows_end(struct ws_batch *out, uint64_t rows, bool damaged,
    const char *tool, struct ws_err *err);

#endif
