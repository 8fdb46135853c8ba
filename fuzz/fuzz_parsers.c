/*
 * One parser on bytes: the one that bids most for them, or, for bytes that
 * nobody wants, the one that their first byte names, on the rest.  What comes
 * out is checked against what event.h and sink.h promise.
 */
#include <math.h>

#include "fuzz.h"
#include "ingest/parser.h"
#include "ingest/source_open.h"

const char fuzz_seeds[] = "testdata";
const bool fuzz_unpack = true;

static size_t input_size;

static enum ws_status
check_events(struct ws_sink *s, const struct ws_event *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fuzz_require(e[i].kind < WS_EV_KINDS);
		fuzz_require(e[i].unit < WS_U_COUNT_OF);
		fuzz_require(isfinite(e[i].value));
		fuzz_require(e[i].dur == WS_T_NONE || e[i].dur >= 0);
		fuzz_require(e[i].stack <= ws_dict_stacks(s->dict));
		fuzz_require(e[i].clock == 0 ||
			     ws_dict_get_clock(s->dict, e[i].clock) != NULL);
		fuzz_require(e[i].kind != WS_EV_LOSS || e[i].value >= 0);
	}
	return WS_OK;
}

static void
check_fault(struct ws_sink *s, uint64_t off, const char *what)
{
	(void)s;
	fuzz_require(off <= input_size || off == WS_OFF_NONE);
	fuzz_require(what != NULL && what[0] != '\0');
}

static const struct ws_sink_ops check_ops = {
	.events = check_events,
	.fault = check_fault,
};

/* The parser that bids most, or NULL. */
static const struct ws_parser *
winner(const struct ws_artifact *a)
{
	const struct ws_parser *best = NULL;
	enum ws_bid most = WS_BID_NO;

	for (size_t i = 0; i < ws_n_parsers; i++) {
		enum ws_bid bid = ws_parsers[i]->bid(a);

		fuzz_require(bid <= WS_BID_EXACT);
		fuzz_require(bid == ws_parsers[i]->bid(a));
		if (bid > most) {
			most = bid;
			best = ws_parsers[i];
		}
	}
	return best;
}

/* Parses with `parser`, or with the winner when that is NULL; false when
 * there is none. */
static bool
parse(const struct ws_parser *parser, const uint8_t *p, size_t n)
{
	struct ws_limits limits;
	struct ws_budget budget = { .limits = &limits };
	struct ws_arena *arena = ws_arena_new();
	struct ws_dict *dict = ws_dict_new();
	struct ws_sink sink = { .ops = &check_ops, .dict = dict };
	struct ws_stream *stream;
	struct ws_source *src;
	struct ws_err err = { .status = WS_OK };

	ws_limits_init(&limits);
	stream = ws_stream_new_mem(&budget, p, n);
	src = ws_source_new(stream, WS_SV("input"), arena);
	input_size = n;
	if (parser == NULL)
		parser = winner(ws_source_artifact(src));
	if (parser != NULL) {
		enum ws_status status = parser->parse(src, &sink, &err);

		fuzz_require(status <= WS_IO);
		fuzz_require(status <= WS_PARTIAL || err.text[0] != '\0');
	}
	ws_source_free(src);
	ws_stream_free(stream);
	ws_dict_free(dict);
	ws_arena_free(arena);
	return parser != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (!parse(NULL, p, n) && n > 0)
		parse(ws_parsers[p[0] % ws_n_parsers], p + 1, n - 1);
	return 0;
}
