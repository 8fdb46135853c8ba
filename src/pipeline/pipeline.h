/*
 * The whole chain over one bundle: read, measure, judge, diagnose.  Commands
 * stop at the stage they print.
 */
#ifndef WS_PIPELINE_H
#define WS_PIPELINE_H

#include "diagnosis/diagnosis.h"
#include "ingest/bundle.h"
#include "metrics/metrics.h"
#include "metrics/profile.h"
#include "report/report.h"

struct ws_run;

/* What of a bundle is wanted. */
struct ws_choice {
	const char *host, *process; /* of several; NULL: any */
	bool tracks; /* of profiles are told apart (ws_profiles_keep_tracks) */
};

/*
 * Reads the bundle and makes its facts; `rules` (checked) declare the shares
 * among them.  NULL with *err when the bundle cannot be opened (WS_IO) or a
 * symbol group of the rules does not compile.  A bundle of several processes is
 * read a second time for the one that is wanted (ingest/nodes.h).
 */
struct ws_run *ws_run_new(const char *path, const struct ws_rules *rules,
    const struct ws_limits *limits, const struct ws_choice *want,
    struct ws_err *err);
/* The same without facts, for what asks the profiles alone. */
struct ws_run *ws_run_read(const char *path, const struct ws_rules *rules,
    const struct ws_limits *limits, const struct ws_choice *want,
    struct ws_err *err);
void ws_run_free(struct ws_run *run);

struct ws_dict *ws_run_dict(const struct ws_run *run);
const struct ws_bundle *ws_run_bundle(const struct ws_run *run);
const struct ws_facts *ws_run_facts(const struct ws_run *run);
struct ws_profiles *ws_run_profiles(const struct ws_run *run);
const struct ws_benches *ws_run_benches(const struct ws_run *run);
const struct ws_traces *ws_run_traces(const struct ws_run *run);
/* Judges on first use. */
const struct ws_diagnosis *ws_run_diagnosis(struct ws_run *run);
/* How each rule was judged. */
size_t ws_run_judgements(struct ws_run *run, const struct ws_judgement **out);
/* Everything a report needs; the diagnosis only when asked for. */
const struct ws_report *ws_run_report(struct ws_run *run, bool diagnose);

#endif
