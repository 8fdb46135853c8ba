/*
 * Objects of scalars in JSON that may be cut off, or has a comma too many: each
 * of them is given when it closes.  Tokens are those of jscan.h, and their
 * leniency is its.
 */
#ifndef WS_PAIRS_H
#define WS_PAIRS_H

#include "ingest/jscan.h"

enum { WS_PAIRS_MAX = 64, WS_PAIRS_DEPTH = 16 };

struct ws_pair {
	struct ws_sv key, value; /* of a string without quotes, escapes kept */
};

struct ws_pairs;

/* Any may be NULL. */
struct ws_pairs_ops {
	/* A container opened; s->in_list is the key of the one around it. */
	void (*open)(void *ctx, const struct ws_pairs *s, char bracket);
	/* A key and its scalar value; the key is s->key. */
	void (*pair)(void *ctx, const struct ws_pairs *s, struct ws_sv value);
	/* An object is complete. */
	void (*close)(void *ctx, const struct ws_pairs *s);
};

struct ws_pairs {
	const struct ws_pairs_ops *ops;
	void *ctx;

	struct ws_jscan in;
	struct ws_sv opened_by[WS_PAIRS_DEPTH]; /* key of each open container */
	size_t depth;
	struct ws_sv in_list;
	struct ws_sv key; /* of the value that comes next */
	bool has_key;
	unsigned gap; /* line ends behind a '['; more where a comma follows */

	struct ws_pair pair[WS_PAIRS_MAX]; /* of the innermost object */
	size_t n;
	bool spoilt;  /* something in it was not a pair */
	uint64_t off; /* of the innermost container */
};

/* True when the document is complete. */
bool ws_pairs_read(struct ws_pairs *s, const struct ws_pairs_ops *ops,
    void *ctx, struct ws_cur all);
/* In an object: the value of a key, or an empty view. */
struct ws_sv ws_pairs_find(const struct ws_pairs *s, const char *key);
/* The key of the innermost container; of an object in a list "". */
struct ws_sv ws_pairs_list(const struct ws_pairs *s);

#endif
