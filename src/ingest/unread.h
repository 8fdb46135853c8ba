/* Internal to ingest: names for what no parser reads. */
#ifndef WS_UNREAD_H
#define WS_UNREAD_H

#include "ingest/source.h"

/*
 * The sentence about a format that is known by its first bytes; NULL when
 * there is none.  The status is WS_UNSUPPORTED for what could be evidence, and
 * WS_OK for what is none (a page of HTML, a binary).
 */
const char *ws_unread_known(const struct ws_artifact *a, enum ws_status *st);
/* A sentence about anything: text or binary data that no parser knows. */
const char *ws_unread_unknown(const struct ws_artifact *a);

#endif
