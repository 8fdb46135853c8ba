/*
 * The runtime.MemStats behind the records of a heap profile.  Not read:
 * Lookups, LastGC, PauseEnd and DebugGC.
 */
#include <stdio.h>

#include "base/num.h"
#include "pprof_text.h"

static const struct {
	const char *key;
	enum ws_unit unit;
} known[] = {
	{ "Alloc", WS_U_BYTES },
	{ "TotalAlloc", WS_U_BYTES },
	{ "Sys", WS_U_BYTES },
	{ "Mallocs", WS_U_COUNT },
	{ "Frees", WS_U_COUNT },
	{ "HeapAlloc", WS_U_BYTES },
	{ "HeapSys", WS_U_BYTES },
	{ "HeapIdle", WS_U_BYTES },
	{ "HeapInuse", WS_U_BYTES },
	{ "HeapReleased", WS_U_BYTES },
	{ "HeapObjects", WS_U_COUNT },
	{ "BuckHashSys", WS_U_BYTES },
	{ "GCSys", WS_U_BYTES },
	{ "OtherSys", WS_U_BYTES },
	{ "NextGC", WS_U_BYTES },
	{ "NumGC", WS_U_COUNT },
	{ "NumForcedGC", WS_U_COUNT },
	{ "GCCPUFraction", WS_U_RATIO },
	{ "MaxRSS", WS_U_BYTES },
};

/* Two numbers on one line: in use, and taken from the system. */
static const char *const pairs[] = { "Stack", "MSpan", "MCache" };

static void
put(struct ws_batch *out, const char *key, const char *tail, enum ws_unit unit,
    double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	char name[64];

	snprintf(name, sizeof(name), "memstats.%s%s", key, tail);
	ev.name = ws_dict_cstr(out->sink->dict, name);
	ev.unit = (uint8_t)unit;
	ev.value = value;
	ws_batch_put(out, &ev);
}

static void
put_pair(struct ws_batch *out, const char *key, struct ws_sv value)
{
	struct ws_sv inuse = ws_sv_trim(ws_sv_split(&value, '/'));
	double a, b;

	if (!ws_num_f64(inuse, 0, 1e18, &a) ||
	    !ws_num_f64(ws_sv_trim(value), 0, 1e18, &b))
		return;
	put(out, key, "Inuse", WS_U_BYTES, a);
	put(out, key, "Sys", WS_U_BYTES, b);
}

static void
read_pauses(struct pprof_text_memstats *m, struct ws_sv s)
{
	m->n_pause = 0;
	if (s.n < 2 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return;
	s = (struct ws_sv){ s.p + 1, s.n - 2 };
	while (m->n_pause < WS_LEN(m->pause)) {
		struct ws_sv field = ws_sv_field(&s);

		if (!ws_num_u64(field, 0, UINT64_MAX, &m->pause[m->n_pause]))
			break;
		m->n_pause++;
	}
}

void
pprof_text_memstats(
    struct pprof_text_memstats *m, struct ws_sv line, struct ws_batch *out)
{
	struct ws_sv value = ws_sv_trim(line), key;
	double v;

	if (!ws_sv_starts(value, "# "))
		return;
	value = ws_sv_from(value, 2);
	key = ws_sv_trim(ws_sv_split(&value, '='));
	value = ws_sv_trim(value);
	if (ws_sv_is(key, "PauseNs"))
		read_pauses(m, value);
	for (size_t i = 0; i < WS_LEN(pairs); i++)
		if (ws_sv_is(key, pairs[i]))
			put_pair(out, pairs[i], value);
	for (size_t i = 0; i < WS_LEN(known); i++) {
		if (!ws_sv_is(key, known[i].key) ||
		    !ws_num_f64(value, 0, 1e18, &v))
			continue;
		if (ws_sv_is(key, "NumGC"))
			m->have_num_gc =
			    ws_num_u64(value, 0, UINT64_MAX, &m->num_gc);
		put(out, known[i].key, "", known[i].unit, v);
	}
}

/* The ring of the last 256 pauses: that of collection n is at n - 1. */
void
pprof_text_pauses(const struct pprof_text_memstats *m, struct ws_batch *out)
{
	uint64_t max = 0;

	if (!m->have_num_gc || m->num_gc == 0 || m->n_pause < WS_LEN(m->pause))
		return;
	for (size_t i = 0; i < WS_LEN(m->pause); i++)
		max = m->pause[i] > max ? m->pause[i] : max;
	put(out, "PauseNs", ".last", WS_U_TIME,
	    (double)m->pause[(m->num_gc - 1) % WS_LEN(m->pause)]);
	put(out, "PauseNs", ".max", WS_U_TIME, (double)max);
}
