/*
 * The whole way from the bytes of a bundle to events: container, compression,
 * detection and the parser that wins.  Limits are small, so that a bomb is a
 * result and not a wait.
 */
#include "fuzz.h"
#include "ingest/bundle.h"

const char fuzz_seeds[] = "testdata";
const bool fuzz_unpack = false;

static void
check_entry(const struct ws_entry *e)
{
	fuzz_require(e->name != NULL && e->version != NULL);
	fuzz_require(e->detail != NULL && e->status <= WS_IO);
	fuzz_require(e->format != NULL || e->events == 0);
	fuzz_require(e->n_records == 0 || e->records != NULL);
}

static void
check_bundle(const struct ws_bundle *b, const struct ws_limits *limits)
{
	struct ws_err err;
	size_t n;
	const struct ws_entry *e = ws_bundle_entries(b, &n);

	fuzz_require(n <= limits->members);
	for (size_t i = 0; i < n; i++)
		check_entry(&e[i]);
	fuzz_require(ws_bundle_status(b, &err) <= WS_IO);
	fuzz_require(ws_bundle_sha256(b) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ws_limits limits;
	struct ws_err err = { .status = WS_OK };
	struct ws_dict *dict = ws_dict_new();
	struct ws_sink *sink = ws_sink_new_null(dict);
	struct ws_bundle *b;

	ws_limits_init(&limits);
	limits.bytes = limits.artifact = 64 << 20;
	limits.members = 1000;
	b = ws_bundle_read_mem(p, n, &limits, sink, &err);
	if (b != NULL)
		check_bundle(b, &limits);
	else
		fuzz_require(err.status != WS_OK && err.text[0] != '\0');
	ws_bundle_free(b);
	ws_sink_free(sink);
	ws_dict_free(dict);
	return 0;
}
