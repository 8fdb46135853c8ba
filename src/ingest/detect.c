#include "ingest/detect.h"

#include <stdio.h>

#include "ingest/unread.h"

const char *
ws_bid_name(enum ws_bid b)
{
	switch (b) {
	case WS_BID_NAME:
		return "name";
	case WS_BID_SHAPE:
		return "shape";
	case WS_BID_MAGIC:
		return "magic";
	case WS_BID_EXACT:
		return "exact";
	case WS_BID_NO:
		break;
	}
	return "no";
}

const struct ws_parser *
ws_parser_by_name(struct ws_sv name)
{
	for (size_t i = 0; i < ws_n_parsers; i++)
		if (ws_sv_is(name, ws_parsers[i]->name))
			return ws_parsers[i];
	return NULL;
}

struct winner {
	enum ws_bid bid;
	const struct ws_parser *parser, *rival; /* rival: bid the same */
};

static struct winner
ask_all(const struct ws_artifact *a)
{
	struct winner w = { WS_BID_NO, NULL, NULL };
	enum ws_bid bid;

	for (size_t i = 0; i < ws_n_parsers; i++) {
		bid = ws_parsers[i]->bid(a);
		if (bid == WS_BID_NO || bid < w.bid)
			continue;
		w.rival = bid == w.bid ? w.parser : NULL;
		w.parser = ws_parsers[i];
		w.bid = bid;
	}
	return w;
}

enum ws_status
ws_detect_status(const struct ws_artifact *a, const struct ws_parser **parser,
    char *why, size_t n)
{
	enum ws_status status = WS_OK;
	const char *known;
	struct winner w;

	*parser = NULL;
	snprintf(why, n, "%s", "");
	if (a->head.n == 0) {
		snprintf(why, n, "empty file");
		return WS_OK;
	}
	w = ask_all(a);
	/* Bytes are trusted before names: traces are named cpu.pb.gz. */
	known = w.bid <= WS_BID_NAME ? ws_unread_known(a, &status) : NULL;
	if (known != NULL) {
		snprintf(why, n, "%s", known);
		return status;
	}
	if (w.rival != NULL) {
		snprintf(why, n, "two parsers claim it, %s and %s (bid: %s)",
		    w.rival->name, w.parser->name, ws_bid_name(w.bid));
		return WS_UNSUPPORTED;
	}
	if (w.parser == NULL)
		snprintf(why, n, "%s", ws_unread_unknown(a));
	*parser = w.parser;
	return WS_OK;
}

const struct ws_parser *
ws_detect(const struct ws_artifact *a, char *why, size_t n)
{
	const struct ws_parser *parser;

	ws_detect_status(a, &parser, why, n);
	return parser;
}
