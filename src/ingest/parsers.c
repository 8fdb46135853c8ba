/* The table of all parsers; parsers.def is generated at build time. */
#include "base/compat.h"
#include "ingest/parser.h"

#define WS_PARSER(name) extern const struct ws_parser ws_parser_##name;
#include "parsers.def"
#undef WS_PARSER

/* Ends in a NULL that does not count, as C has no empty arrays. */
const struct ws_parser *const ws_parsers[] = {
#define WS_PARSER(name) &ws_parser_##name,
#include "parsers.def"
#undef WS_PARSER
	NULL
};

const size_t ws_n_parsers = WS_LEN(ws_parsers) - 1;
