/*
 * What a rules file declares about profiles: symbol groups, shares, sites and
 * accounts.  Plain data; src/symbols compiles groups, src/metrics evaluates
 * the rest over accumulated stacks.  All strings live with the rule set.
 */
#ifndef WS_QUERY_H
#define WS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/fact.h"

enum ws_match { WS_MATCH_EXACT, WS_MATCH_PREFIX, WS_MATCH_REGEX };

/* One way for a function name to belong to a group.  Releases are Go's, as
 * units.h writes versions (1026); 0 leaves that end open. */
struct ws_pattern {
	enum ws_match how;
	const char *text;
	uint32_t since, until;
	unsigned line; /* in the rules file, for messages */
};

struct ws_group {
	const char *name, *help, *file;
	const struct ws_pattern *pat;
	size_t n_pat;
};

enum ws_cond_op {
	WS_COND_ANY,   /* any frame in the group */
	WS_COND_LEAF,  /* the leaf frame in the group */
	WS_COND_UNDER, /* a frame in `group` called, at any depth, by one in
			  `over` */
	WS_COND_AND,
	WS_COND_OR,
	WS_COND_NOT
};

/* A condition on one stack. */
struct ws_cond {
	enum ws_cond_op op;
	uint32_t group, over; /* indexes into ws_queries.group */
	const struct ws_cond *a, *b;
};

/* A fact of unit ratio: value of the stacks that meet `where`, over the value
 * of those that meet `of` (all, when NULL).  A sum is the value itself, in the
 * unit of its series. */
struct ws_share {
	uint32_t fact;      /* in the catalogue */
	const char *series; /* "pprof.cpu" */
	const struct ws_cond *where, *of;
	bool is_sum;
};

/* A fact with subjects: among the stacks that meet `where`, the share (of
 * them) of each function that is the frame nearest to the leaf outside all
 * groups in `outside`.  The largest five are kept. */
struct ws_sites {
	uint32_t fact;
	const char *series;
	const struct ws_cond *where; /* NULL: all */
	const uint32_t *outside;
	size_t n_outside;
	/* Fact of unit ratio, or WS_NO_FACT: the part of the whole series whose
	 * nearest frame outside is another function than the sites'. */
	uint32_t elsewhere;
};

#define WS_NO_FACT UINT32_MAX

/* One leaf of an account: the first whose condition a stack meets gets all
 * its value, so that leaves are exclusive and add up. */
struct ws_account_leaf {
	uint32_t fact;               /* of unit ratio */
	const char *title, *cls;     /* class letter it speaks for, or "" */
	const struct ws_cond *where; /* NULL: what is left */
};

struct ws_account {
	const char *name, *series;
	const struct ws_account_leaf *leaf;
	size_t n_leaf;
};

struct ws_queries {
	const struct ws_group *group;
	size_t n_group;
	const struct ws_share *share;
	size_t n_share;
	const struct ws_sites *sites;
	size_t n_sites;
	const struct ws_account *account;
	size_t n_account;
};

#endif
