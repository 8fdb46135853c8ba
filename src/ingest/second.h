/*
 * Internal to ingest: the second reading of a bundle.
 *
 * Artifacts whose dates are unsure wait until all the others are read: the gate
 * (gate.h) keeps their events from the sink.  Then what the others know of days
 * is known, and a second reading takes those that waited, and passes over the
 * rest.  What cannot be opened twice is read as it looks.
 */
#ifndef WS_SECOND_H
#define WS_SECOND_H

#include "ingest/bundle.h"
#include "ingest/dates.h"

struct ws_reader;

/* A reader's part in it. */
struct ws_second {
	struct ws_dates *dates; /* what each entry shows, if it was read */
	size_t cap;
	bool may_wait; /* artifacts may, as the bundle can be read twice */
	size_t waiting;
	struct ws_dating *dating; /* of all entries, once that is known */
	/* Of the second reading: the first one, its entry that may come next,
	 * and the names of those that wait, sorted. */
	struct ws_reader *first;
	size_t next;
	const char **wanted;
	size_t n_wanted;
};

/*
 * After the first reading: judges the dates of all entries, and says of those
 * that did not wait why they stay as they are.  Those that wait are emptied, and
 * say that the bundle changed.
 */
void ws_second_judge(struct ws_reader *first);
/* Makes r, which was just begun, a reading that fills the entries of `first`
 * that wait.  Ends with ws_second_end(), which frees what r has. */
void ws_second_begin(struct ws_reader *r, struct ws_reader *first);
void ws_second_end(struct ws_reader *r);
/* True when that member, or one in it, is wanted: all are in a first reading. */
bool ws_second_wants(const struct ws_reader *r, const char *name);
/* In a second reading, the entry of that artifact, emptied, after telling the
 * source what is known of its dates; NULL when it does not wait. */
struct ws_entry *ws_second_entry(
    struct ws_reader *r, const char *name, struct ws_source *src);

/* Empties all but the name, which is borrowed. */
void ws_entry_init(struct ws_entry *e, const char *name);

#endif
