/* What the writers share. */
#ifndef WS_REPORT_PARTS_H
#define WS_REPORT_PARTS_H

#include "base/json.h"
#include "report/report.h"

/* Appends the value as people read it. */
void ws_fact_show(
    struct ws_buf *b, const struct ws_fact_def *def, double value);
const struct ws_fact_def *ws_fact_def_of(
    const struct ws_report *r, const struct ws_fact *f);
/* The members value, unit, artifact, samples, lo and hi; f may be NULL. */
void ws_json_fact(
    struct ws_json *j, const struct ws_fact_def *def, const struct ws_fact *f);
/* The member design. */
void ws_json_design(struct ws_json *j, const struct ws_report *r);
/* The bundle object; with what each artifact holds, for `ls`. */
void ws_json_bundle(
    struct ws_json *j, const struct ws_report *r, bool with_records);

#endif
