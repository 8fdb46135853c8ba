/*
 * Sums per stack of every sampled series of every artifact.  What parsers tell
 * about a capture (capture.duration, capture.period) comes as counters whose
 * track is the name of its main series; the duration holds for all of them.
 */
#ifndef WS_PROFILE_H
#define WS_PROFILE_H

#include <stdbool.h>

#include "base/units.h"
#include "model/sink.h"

struct ws_profile_entry {
	ws_id stack;
	ws_id track; /* 0 unless tracks are told apart */
	double value;
	uint32_t process; /* index in the profile's, 0 when it has none */
	uint32_t next;    /* the same stack in another process, plus 1 */
};

/* What one process has of a profile. */
struct ws_profile_process {
	ws_id name; /* its number, or the comm where that is not told */
	ws_id comm; /* of its first thread, or of the first that was seen */
	bool numbered, idle, kernel; /* idle: of a CPU; kernel: by its comm */
	double value;
	uint64_t samples;
};

/* One series of one artifact: a sum per distinct stack. */
struct ws_profile {
	ws_id series, artifact;
	size_t index; /* for ws_profiles_get; those of an artifact adjoin */
	enum ws_unit unit;
	struct ws_profile_entry *entry; /* in the order of first appearance */
	size_t n, cap;
	double total;     /* sum of all values */
	double abs_total; /* sum of magnitudes */
	/* The same of what is labelled pprof::base: a profile compared with it
	 * is measured by it. */
	double base_total;
	uint64_t samples; /* events */
	double lost;      /* records that the artifact lost */
	double duration;  /* ns, NaN when the artifact does not say */
	double period;    /* NaN likewise */
	int64_t time;     /* of its start or moment, or WS_T_NONE */
	/* 0; of texts, which hide functions, the more the less they show */
	unsigned rough;
	bool has_tracks; /* entries are told apart by them */
	/* Of Linux perf, which records more than one: else n_process is 0. */
	struct ws_profile_process *process;
	size_t n_process, cap_process;
	int64_t from, to; /* times of samples, or WS_T_NONE */
	enum ws_clock_kind clock;
};

struct ws_profiles;

struct ws_profiles *ws_profiles_new(struct ws_dict *d);
void ws_profiles_free(struct ws_profiles *p);
struct ws_sink *ws_profiles_sink(struct ws_profiles *p);
/* Before the first event: entries are per stack and track (labels, thread). */
void ws_profiles_keep_tracks(struct ws_profiles *p);
/* Adds a SAMPLE that stands for `samples` of them to the open artifact. */
void ws_profiles_add(
    struct ws_profiles *p, const struct ws_event *e, uint64_t samples);
/* Replaces the stacks by what `map` makes of them, once all are read; sums of
 * those that become the same are added. */
void ws_profiles_map(
    struct ws_profiles *p, ws_id (*map)(void *ctx, ws_id stack), void *ctx);
size_t ws_profiles_count(const struct ws_profiles *p);
const struct ws_profile *ws_profiles_get(const struct ws_profiles *p, size_t i);
/* A profile that was subtracted from another: some values are negative, so it
 * has no shares. */
bool ws_profile_is_difference(const struct ws_profile *p);
/* The process that a bundle's perf recordings are about, as an index of the
 * profile's; n_process when there is none.  Recordings of a whole machine have
 * many: it is the one that uses most of the CPUs, and a Go program before
 * others unless it is a small one. */
size_t ws_profiles_service(struct ws_profiles *p, const struct ws_profile *f);
/*
 * The profile of a series to reason about; NULL when there is none.  Captures
 * that tell their duration are windows: several are added up (copies of one
 * once), under the name of the first.  Those that do not count from the start of the process: when
 * there are no windows, the one with the largest total is taken, a text only
 * where it is all there is.  A difference is the last resort.
 * Windows of Linux perf that overlap are one recording in several forms, of
 * which the one with most samples counts; of it only the service's process is
 * in the result.  Ask after the last event only.
 */
const struct ws_profile *ws_profiles_find(struct ws_profiles *p, ws_id series);
/* What `go tool pprof` calls the total, of which its percentages are. */
double ws_profile_whole(const struct ws_profile *p);

#endif
