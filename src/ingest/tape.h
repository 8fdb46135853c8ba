/*
 * A text of tables, line by line, each cut into cells that are read as numbers.
 * That is half the work of reading a long log, and wants to know nothing of
 * what the tables mean: of a large text in memory another thread does it, ahead
 * of who asks for the lines.
 */
#ifndef WS_TAPE_H
#define WS_TAPE_H

#include "ingest/cells.h"

struct ws_tape;

/* Reads the source from where it stands.  Until the tape is closed nothing
 * else may read it, or ask for its status; telling it things is fine. */
struct ws_tape *ws_tape_open(struct ws_source *src);
/* Reads the window of ws_source_all(), which may be looked at meanwhile: it is
 * told how much of it has passed. */
struct ws_tape *ws_tape_open_window(
    struct ws_source *src, const struct ws_cur *all);
/* The next line as of ws_lines_next() that has a field, borrowed until the one
 * after it is asked for; NULL at the end. */
const struct ws_cells *ws_tape_next(struct ws_tape *s);
void ws_tape_close(struct ws_tape *s);

#endif
