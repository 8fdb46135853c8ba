/* Internal to ingest: the maker's side of a source. */
#ifndef WS_SOURCE_OPEN_H
#define WS_SOURCE_OPEN_H

#include "base/mem.h"
#include "ingest/bundle.h"
#include "ingest/dates.h"
#include "ingest/stream.h"

/* Borrows the stream, which stands at the start; what is told to the source
 * is kept in the arena, and so is the name.  Looks at the head at once. */
struct ws_source *ws_source_new(
    struct ws_stream *s, struct ws_sv name, struct ws_arena *arena);
void ws_source_free(struct ws_source *s);
/* How its dates are to be read, as a first reading told; copied. */
void ws_source_know(struct ws_source *s, const struct ws_dating *known);
/* What they have shown so far. */
const struct ws_dates *ws_source_dates(const struct ws_source *s);
/* What is to be said of them; "" when nothing.  Lives with the arena. */
const char *ws_source_dates_text(const struct ws_source *s);
/* Fills version, detail, records and bytes of an entry. */
void ws_source_tell(const struct ws_source *s, struct ws_entry *e);

#endif
