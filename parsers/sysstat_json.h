/*
 * JSON of mpstat, pidstat and sadf, which say the same as the tables: every
 * object becomes a row under a header of its keys, in the words of the table.
 */
#ifndef WS_SYSSTAT_JSON_H
#define WS_SYSSTAT_JSON_H

#include "ingest/pairs.h"
#include "sysstat.h"

/* The column that a key of a list means.  Keys without a word keep their name;
 * column NULL leaves one out. */
struct ws_sysstat_word {
	const char *list, *key, *column;
};

struct ws_sysstat_json {
	struct ws_sysstat *s;
	const struct ws_sysstat_word *word; /* of all lists that are taken */
	size_t n_word;
	/* n cells; a key that is no word makes other than n columns. */
	void (*row)(void *ctx, struct ws_sv columns, const struct ws_sv *cell,
	    size_t n, uint64_t off);
	void *ctx;
	bool single; /* there is only one report */
};

/* True when there is one report at most: it may be an average since boot. */
bool ws_sysstat_json_is_single(struct ws_cur all);
/* Faults where the document ends early. */
void ws_sysstat_read_json(struct ws_sysstat_json *j, struct ws_cur all);

/* For other readers of the same words: a row of a list that is taken, and the
 * time of those that follow. */
void ws_sysstat_json_row(struct ws_sysstat_json *j, struct ws_sv list,
    const struct ws_pair *pair, size_t n_pair, uint64_t off);
void ws_sysstat_json_stamp(struct ws_sysstat_json *j, struct ws_sv date,
    struct ws_sv time, bool utc, uint64_t off);

#endif
