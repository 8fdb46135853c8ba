/* Internal to profiles: what they are made of while they are filled. */
#ifndef WS_PROFILE_PARTS_H
#define WS_PROFILE_PARTS_H

#include "base/htab.h"
#include "metrics/profile.h"

/*
 * A series that is being filled has a sparse index from stack ids to entries.
 * index[stack] is only believed when the entry there is of that stack, so it
 * needs no clearing and is handed on from artifact to artifact.
 */
struct ws_open_series {
	struct ws_profile *profile;
	uint32_t *index;
	size_t cap;
	struct ws_htab *pairs;     /* stack and track, where tracks count */
	struct ws_htab *processes; /* names; NULL: all of one process */
	ws_id track;               /* of the sample before, */
	uint32_t process;          /* and its process */
};

struct ws_profiles {
	struct ws_sink sink;
	struct ws_origin origin;
	struct ws_profile **profile;
	size_t n, cap;
	struct ws_profile **merged; /* made by ws_profiles_find */
	size_t n_merged, cap_merged;
	const struct ws_profile *cpu; /* largest of WS_N_PERF_CPU, */
	size_t cpu_of;                /* of so many profiles */
	struct ws_open_series *open;  /* of the artifact that is being read */
	size_t n_open, cap_open, ever_open;
	size_t next_open; /* where the next sample's series is looked for */
	double lost;      /* by the artifact so far */
	double duration;  /* of the artifact, NaN until it says so */
	int64_t time;     /* likewise, WS_T_NONE */
	ws_id clock;      /* of the sample before, */
	enum ws_clock_kind clock_kind; /* and its kind */
	bool tracks;                   /* told apart */
	ws_id looked_at;               /* the last track, */
	bool is_base;                  /* and whether it says base */
};

void ws_open_series_fini(struct ws_open_series *o);
struct ws_profile *ws_profile_new(ws_id series, ws_id artifact);
/* The entry of the same stack and process, and of the same track where these
 * are told apart; made when it is new. */
struct ws_profile_entry *ws_profile_entry_of(
    struct ws_open_series *o, const struct ws_profile_entry *like);

#endif
