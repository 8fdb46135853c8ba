/*
 * Stacks as conditions see them.  Each function is classified once; each stack
 * is looked at once and put into a kind: stacks of one kind give the same
 * answer to every condition of the rules.  There are few kinds, so that shares,
 * sums and accounts add up kinds instead of walking stacks.
 */
#ifndef WS_STACKS_H
#define WS_STACKS_H

#include "base/htab.h"
#include "facts/query.h"
#include "metrics/profile.h"
#include "symbols/classify.h"

struct ws_frames;

/* NULL with *err when a symbol group does not compile. */
struct ws_frames *ws_frames_new(const struct ws_dict *d,
    const struct ws_queries *q, uint32_t go_version, struct ws_err *err);
void ws_frames_free(struct ws_frames *f);

/* Frames have few distinct sets of groups.  The number of the frame's set;
 * WS_SET_UNKNOWN when its function has no name. */
enum { WS_SET_NONE, WS_SET_UNKNOWN };

uint32_t ws_frames_set_of(const struct ws_frames *f, ws_id frame);
uint32_t ws_frames_sets(const struct ws_frames *f);
const struct ws_gset *ws_frames_set(const struct ws_frames *f, uint32_t set);

/* The stacks of one profile. */
struct ws_stacks {
	const struct ws_frames *frames;
	const struct ws_profile *profile;
	uint32_t *kind; /* of an entry of the profile */
	struct ws_htab *kinds;
	double *value; /* of a kind */
	size_t cap;
};

void ws_stacks_init(
    struct ws_stacks *s, const struct ws_frames *f, const struct ws_profile *p);
void ws_stacks_fini(struct ws_stacks *s);
uint32_t ws_stacks_kinds(const struct ws_stacks *s);
/* Value of the stacks in which no frame has a function's name: conditions can
 * say nothing of them. */
double ws_stacks_nameless(const struct ws_stacks *s);
/* NULL is met by all.  Conditions nest no deeper than the rules language
 * allows (64). */
bool ws_stacks_meet(
    const struct ws_stacks *s, uint32_t kind, const struct ws_cond *c);

#endif
