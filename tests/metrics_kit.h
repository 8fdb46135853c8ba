/* What the tests of metrics share: events by hand, and the facts of them. */
#ifndef WS_METRICS_KIT_H
#define WS_METRICS_KIT_H

#include "metrics/family.h"
#include "metrics/metrics.h"
#include "rules_kit.h"

struct bench {
	struct kit kit;
	struct ws_dict *d;
	struct ws_metrics *m;
	struct ws_sink *sink;
	struct ws_facts *f;
};

static inline void
bench_init(struct bench *b, const char *rules)
{
	kit_rules(&b->kit, rules);
	b->d = ws_dict_new();
	b->m = ws_metrics_new(b->d, ws_rules_queries(b->kit.r));
	b->sink = ws_metrics_sink(b->m);
	b->f = ws_facts_new(ws_rules_catalogue(b->kit.r));
}

static inline void
bench_fini(struct bench *b)
{
	ws_facts_free(b->f);
	ws_metrics_free(b->m);
	ws_dict_free(b->d);
	kit_fini(&b->kit);
}

static inline void
begin(struct bench *b, const char *artifact, const char *format)
{
	struct ws_origin o = { ws_dict_cstr(b->d, artifact),
		ws_dict_cstr(b->d, format) };

	ws_sink_begin(b->sink, &o);
}

static inline void
end(struct bench *b, enum ws_status s)
{
	ws_sink_end(b->sink, s);
}

static inline bool
finish(struct bench *b)
{
	struct ws_err err;

	return ws_metrics_finish(b->m, b->f, &err) == WS_OK;
}

/* track may be NULL. */
static inline void
counter(struct bench *b, const char *track, ws_id name, double v)
{
	struct ws_event e = WS_EVENT(WS_EV_COUNTER);

	e.track = track != NULL ? ws_dict_cstr(b->d, track) : 0;
	e.name = name;
	e.value = v;
	ws_sink_events(b->sink, &e, 1);
}

static inline void
since_boot(struct bench *b, const char *track, ws_id name, double v)
{
	struct ws_event e = WS_EVENT(WS_EV_COUNTER);

	e.track = track != NULL ? ws_dict_cstr(b->d, track) : 0;
	e.name = name;
	e.peer = WS_N_SINCE_BOOT;
	e.value = v;
	ws_sink_events(b->sink, &e, 1);
}

static inline void
mark(struct bench *b, const char *name, const char *text)
{
	struct ws_event e = WS_EVENT(WS_EV_MARK);

	e.name = ws_dict_cstr(b->d, name);
	e.peer = ws_dict_cstr(b->d, text);
	ws_sink_events(b->sink, &e, 1);
}

static inline void
lost(struct bench *b, double n)
{
	struct ws_event e = WS_EVENT(WS_EV_LOSS);

	e.value = n;
	ws_sink_events(b->sink, &e, 1);
}

/* "leaf caller root"; "" is the stack without frames. */
static inline ws_id
stack(struct bench *b, const char *names)
{
	struct ws_sv rest = ws_sv_of(names), name;
	ws_id frame[16];
	size_t n = 0;

	while ((name = ws_sv_field(&rest)).n > 0)
		frame[n++] = ws_dict_frame(b->d,
		    &(struct ws_frame){ .func = ws_dict_str(b->d, name) });
	return ws_dict_stack(b->d, frame, n);
}

static inline void
sample_at(struct bench *b, ws_id series, ws_id at, double v)
{
	struct ws_event e = WS_EVENT(WS_EV_SAMPLE);

	e.name = series;
	e.stack = at;
	e.value = v;
	e.unit = series == WS_N_PPROF_ALLOC ? WS_U_BYTES : WS_U_TIME;
	ws_sink_events(b->sink, &e, 1);
}

static inline void
sample(struct bench *b, ws_id series, const char *names, double v)
{
	sample_at(b, series, stack(b, names), v);
}

/* duration and period; NAN leaves one out. */
static inline void
capture(struct bench *b, const char *series, double duration, double period)
{
	if (!isnan(duration))
		counter(b, series, WS_N_CAPTURE_DURATION, duration);
	if (!isnan(period))
		counter(b, series, WS_N_CAPTURE_PERIOD, period);
}

static inline bool
near(double a, double b)
{
	return a == b || fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

/* The fact has that value; NAN: it has none. */
static inline void
is_fact(struct bench *b, uint32_t def, const char *subject, double want)
{
	const struct ws_fact *f = ws_facts_get(b->f, def, subject);
	double got = f != NULL && f->presence == WS_VALUE ? f->value : NAN;
	const char *name =
	    ws_catalogue_get(ws_facts_catalogue(b->f), def)->name;

	ok((isnan(want) && isnan(got)) || near(got, want), "%s%s%s is %g (%g)",
	    name, subject ? " of " : "", subject ? subject : "", want, got);
}

static inline void
is_named(struct bench *b, const char *name, double want)
{
	is_fact(b, kit_fact_id(&b->kit, name), NULL, want);
}

#endif
