/* Which parser reads an artifact, or why none does. */
#ifndef WS_DETECT_H
#define WS_DETECT_H

#include "ingest/parser.h"

/*
 * The parser with the highest bid.  NULL with a reason in why[] when nobody
 * bids (an HTML error page saved as a profile, an empty file, text that
 * nobody knows, ...) or when two tie.
 */
const struct ws_parser *ws_detect(
    const struct ws_artifact *a, char *why, size_t n);
/* The same.  Of what no parser reads, the result is WS_OK when it is simply no
 * evidence, and WS_UNSUPPORTED when it is a known format or a tie. */
enum ws_status ws_detect_status(const struct ws_artifact *a,
    const struct ws_parser **parser, char *why, size_t n);
/* "no", "name", "shape", "magic", "exact". */
const char *ws_bid_name(enum ws_bid b);
const struct ws_parser *ws_parser_by_name(struct ws_sv name);

#endif
