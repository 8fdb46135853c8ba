/* What the commands share.  Only here may the program speak, exit, and read
 * its environment. */
#ifndef WS_CLI_H
#define WS_CLI_H

#include <stdio.h>

#include "cli/opt.h"
#include "pipeline/pipeline.h"

extern const struct ws_cmd ws_cmd_diagnose, ws_cmd_ls, ws_cmd_events,
    ws_cmd_facts, ws_cmd_top, ws_cmd_explain, ws_cmd_rules, ws_cmd_version,
    ws_cmd_help, ws_cmd_timeline, ws_cmd_diff, ws_cmd_completion, ws_cmd_batch;

extern const struct ws_cmd *const ws_cmds[];
extern const size_t ws_n_cmds;
const struct ws_cmd *ws_cmd_find(const char *name);

/* "whyslow: " + message on standard error. */
void ws_cli_warn(const char *fmt, ...) WS_PRINTF(1, 2);
/* The same, and the hint where help is. */
void ws_cli_usage(const char *fmt, ...) WS_PRINTF(1, 2);
/* Says why a run could not begin; 66, or 78 when that was the rules. */
int ws_cli_error(const struct ws_err *err);

/* The shipped rules (or --rules-dir) plus --rules and -D, checked; NULL after
 * complaining. */
struct ws_rules *ws_cli_rules(const struct ws_options *o);
/* The same, telling problems (and warnings) elsewhere. */
struct ws_rules *ws_cli_rules_with(
    const struct ws_options *o, const struct ws_complain *c);
/* Reads the one bundle that argv names; NULL after complaining, with the exit
 * status in *status. */
struct ws_run *ws_cli_run(const struct ws_options *o,
    const struct ws_rules *rules, int argc, char **argv, int *status);
bool ws_cli_is_one(int argc); /* false after complaining */
/* The same without facts; see ws_run_read(). */
struct ws_run *ws_cli_read(const struct ws_options *o,
    const struct ws_rules *rules, bool tracks, const char *path, int *status);
/* Exit status of a run whose result was printed: 65 when nothing could be
 * read, 75 when a limit was reached before anything was; says so. */
int ws_cli_status(const struct ws_run *run);
int ws_cli_bundle_status(const struct ws_bundle *b);
/* --format, or --json for json; false after telling that there is no such. */
bool ws_cli_check_format(const struct ws_options *o);
bool ws_cli_is_format(const struct ws_options *o, const char *format);
/* The same under --strict of ls and events: 65 for any artifact of a format
 * that is known which is not ok. */
int ws_cli_strict_status(const struct ws_bundle *b);
struct ws_style ws_cli_style(const struct ws_options *o);
/* Makes the heap ready for much; see heap.c. */
void ws_cli_heap(void);
/* Flushes standard output; 74 when that failed. */
int ws_cli_flush(int status);

#endif
