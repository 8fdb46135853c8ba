/*
 * From judged rules to one verdict with its evidence, what is missing, where
 * the time went, and a first plan.  See doc/ARCHITECTURE.md for the chain.
 *
 * Unknown rules widen the interval [lo, hi] of a class.  A capture that nobody
 * made must not keep every verdict open, so how many unknown votes count for
 * its rivals and against it depends on how good the leader's evidence is:
 *
 *	the leader has	       rival with a vote  rival without  leader's lo
 *	less than 3 points     all		  all		 all
 *	3 points	       all		  the largest	 all
 *	5 points, 2 groups     the largest	  none		 the largest
 *
 * The leader is decided when its lo is above 0 and above the hi of all rivals
 * that are not ruled out.  src/diagnosis/verdict.c has the details.
 */
#ifndef WS_DIAGNOSIS_H
#define WS_DIAGNOSIS_H

#include "base/mem.h"
#include "diagnosis/action.h"
#include "rules/eval.h"

enum ws_outcome {
	WS_OUT_DECIDED,     /* one of the classes A to E */
	WS_OUT_OTHER,       /* compute-bound, underloaded, ... : see cls */
	WS_OUT_OPEN,        /* evidence fits several; cls leads or is none */
	WS_OUT_INSUFFICIENT /* nothing usable */
};

enum ws_confidence { WS_LOW, WS_MEDIUM, WS_HIGH };

enum ws_class_state { WS_RULED_OUT, WS_STATE_OPEN, WS_SECONDARY, WS_PRIMARY };

struct ws_score {
	enum ws_class cls;
	double points, lo, hi; /* unknown rules left out, the worst way for
				  the class, and the best that is allowed */
	double reach; /* hi if every unknown rule spoke for the class */
	enum ws_class_state state;
};

/* An artifact without which the verdict would be another. */
struct ws_rests {
	const char *artifact;
	enum ws_outcome outcome; /* without it */
	enum ws_class cls;
};

/* A capture to make next, by how much it would decide. */
struct ws_collect {
	enum ws_source_id source;
	const char *command, *cost, *why;
	double decides; /* points of uncertainty it could remove */
};

struct ws_missing {
	const struct ws_rule *rule;
	const char *reason, *collect;
};

struct ws_trap_seen {
	const struct ws_judgement *judgement;
	double share; /* NaN when the trap names none */
	const struct ws_target *target;
	size_t n_target;
};

struct ws_diagnosis {
	enum ws_outcome outcome;
	enum ws_class cls; /* WS_CLASS_NONE when nothing leads */
	enum ws_confidence confidence;
	double stability; /* share of threshold changes that keep it */
	const struct ws_rests *rests; /* empty when any one may be missing */
	size_t n_rests;
	const char *sentence; /* one or two, for people */
	const char *basis;    /* why this confidence, with the numbers */
	struct ws_score score[WS_CLASSES]; /* in class order */
	enum ws_class candidate[WS_CLASSES];
	size_t n_candidate;
	const struct ws_judgement *const *evidence; /* true votes: for the
		leader by weight, then against it, then the other classes' */
	size_t n_evidence;
	const struct ws_missing *missing;
	size_t n_missing;
	const struct ws_collect *collect; /* most deciding first */
	size_t n_collect;
	const struct ws_leaf *leaf;
	size_t n_leaf;
	const struct ws_action *action; /* best first */
	size_t n_action;
	const struct ws_sketch *sketch; /* NULL when the class wants none */
	const struct ws_trap_seen *trap;
	size_t n_trap;
	const struct ws_judgement *const *quality;
	size_t n_quality;
};

/* Everything lives in the arena, or with the rules, facts and eval. */
const struct ws_diagnosis *ws_diagnose(struct ws_arena *a,
    const struct ws_rules *r, const struct ws_facts *f,
    const struct ws_eval *e);
/* "decided", "open", "insufficient", or the outcome's own key. */
const char *ws_outcome_key(const struct ws_diagnosis *d);
const char *ws_confidence_name(enum ws_confidence c);
const char *ws_class_state_name(enum ws_class_state s);

#endif
