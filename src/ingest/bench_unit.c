#include "ingest/bench_unit.h"

#include "ingest/columns.h"
#include "model/event.h"

/* The units of package testing. */
static const struct ws_column builtin[] = {
	{ "ns/op", WS_N_BENCH_TIME, WS_U_TIME, 1 },
	{ "MB/s", WS_N_BENCH_BYTES_RATE, WS_U_BRATE, 1e6 },
	{ "B/op", WS_N_BENCH_ALLOC_BYTES, WS_U_BYTES, 1 },
	{ "allocs/op", WS_N_BENCH_ALLOCS, WS_U_COUNT, 1 },
};
/* Words that a custom unit may end in, before any "/". */
static const struct ws_column words[] = {
	{ "ns", 0, WS_U_TIME, 1 },
	{ "us", 0, WS_U_TIME, 1e3 },
	{ "\xc2\xb5s", 0, WS_U_TIME, 1e3 },
	{ "ms", 0, WS_U_TIME, 1e6 },
	{ "sec", 0, WS_U_TIME, 1e9 },
	{ "B", 0, WS_U_BYTES, 1 },
	{ "bytes", 0, WS_U_BYTES, 1 },
	{ "KB", 0, WS_U_BYTES, 1e3 },
	{ "MB", 0, WS_U_BYTES, 1e6 },
};

static const struct ws_column *
find(const struct ws_column *table, size_t n, struct ws_sv word)
{
	for (size_t i = 0; i < n; i++)
		if (ws_sv_is(word, table[i].token))
			return &table[i];
	return NULL;
}

/* "p99-ns/op" is a time, "items/s" a rate, "heap-bytes" a size; a unit we
 * cannot tell has none. */
static void
custom_unit(struct ws_sv unit, enum ws_unit *u, double *factor)
{
	struct ws_sv per = unit, what = ws_sv_split(&per, '/'), word = what;
	const struct ws_column *w;
	bool rate = ws_sv_is(per, "s") || ws_sv_is(per, "sec");

	while (what.n > 0)
		word = ws_sv_split(&what, '-');
	w = find(words, WS_LEN(words), word);
	*u = rate ? WS_U_RATE : WS_U_NONE;
	*factor = 1;
	if (w == NULL || (rate && w->unit != WS_U_BYTES))
		return;
	*u = rate ? WS_U_BRATE : w->unit;
	*factor = w->factor;
}

bool
ws_bench_unit_is_builtin(struct ws_sv unit)
{
	return find(builtin, WS_LEN(builtin), unit) != NULL;
}

ws_id
ws_bench_unit_read(
    struct ws_dict *d, struct ws_sv unit, enum ws_unit *u, double *factor)
{
	const struct ws_column *c = find(builtin, WS_LEN(builtin), unit);

	if (c != NULL) {
		*u = c->unit;
		*factor = c->factor;
		return c->name;
	}
	custom_unit(unit, u, factor);
	return ws_dict_str(d, unit);
}
