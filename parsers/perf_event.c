#include "perf_event.h"

#include <string.h>

#include "model/event.h"

static bool
is_modifier(char c)
{
	return memchr("ukhGHpPSDIWeb", c, 13) != NULL;
}

/* Without a last part of modifiers. */
static struct ws_sv
without_modifiers(struct ws_sv s)
{
	size_t n = s.n;

	while (n > 0 && is_modifier(s.p[n - 1]))
		n--;
	if (n == s.n || n < 2 || s.p[n - 1] != ':')
		return s;
	return (struct ws_sv){ s.p, n - 1 };
}

/* Settings of the recording, that an event of any kind can have. */
static bool
is_setting(struct ws_sv term)
{
	static const char *const key[] = { "freq=", "period=", "call-graph=",
		"stack-size=", "max-stack=", "name=" };

	for (size_t i = 0; i < WS_LEN(key); i++)
		if (ws_sv_starts(term, key[i]))
			return true;
	return false;
}

/* "cpu_core/cycles/Pu" to "cycles"; "cpu-clock/freq=99/" to "cpu-clock";
 * "cpu/event=0x3c/pp" to the part in front of the modifiers. */
static struct ws_sv
without_unit(struct ws_sv s)
{
	size_t slash = ws_sv_find(s, "/"), end = s.n;
	struct ws_sv inner, term;

	while (end > 0 && is_modifier(s.p[end - 1]))
		end--;
	if (end == 0 || s.p[end - 1] != '/' || slash + 2 > end)
		return s;
	inner = (struct ws_sv){ s.p + slash + 1, end - slash - 2 };
	term = ws_sv_split(&inner, ',');
	if (term.n > 0 && ws_sv_find(term, "=") == term.n)
		return term;
	return (struct ws_sv){ s.p, is_setting(term) ? slash : end };
}

struct ws_sv
ws_perf_event_name(struct ws_sv printed)
{
	struct ws_sv s = without_unit(without_modifiers(printed));

	if (ws_sv_is(s, "cpu-cycles"))
		return WS_SV("cycles");
	if (ws_sv_is(s, "faults"))
		return WS_SV("page-faults");
	if (ws_sv_is(s, "cs"))
		return WS_SV("context-switches");
	return s;
}

/* The name that decides about the meaning: faults by mode are of one event. */
static ws_id
role_name(struct ws_dict *d, struct ws_sv s)
{
	return ws_dict_str(d, ws_sv_starts(s, "exceptions:page_fault_")
				  ? WS_SV("exceptions:page_fault")
				  : s);
}

/*
 * Of a series the event with the lowest rank counts.  Clocks come before
 * cycles: both say where the CPUs were, and the clock's unit means something.
 */
static const struct meaning {
	const char *event;
	ws_id series;
	unsigned rank;
} meanings[] = {
	{ "cpu-clock", WS_N_PERF_CPU, 0 },
	{ "task-clock", WS_N_PERF_CPU, 1 },
	{ "cycles", WS_N_PERF_CPU, 2 },
	{ "page-faults", WS_N_PERF_FAULTS, 0 },
	{ "exceptions:page_fault", WS_N_PERF_FAULTS, 1 },
	{ "context-switches", WS_N_PERF_SWITCHES, 0 },
	{ "sched:sched_switch", WS_N_PERF_SWITCHES, 1 },
};

static const struct meaning *
meaning_of(const struct ws_dict *d, ws_id name)
{
	struct ws_sv s = ws_dict_text(d, name);

	for (size_t i = 0; i < WS_LEN(meanings); i++)
		if (ws_sv_is(s, meanings[i].event))
			return &meanings[i];
	return NULL;
}

static struct ws_perf_role *
role_of(struct ws_perf_roles *r, const struct meaning *m)
{
	return m->series == WS_N_PERF_CPU      ? &r->cpu
	       : m->series == WS_N_PERF_FAULTS ? &r->faults
					       : &r->switches;
}

void
ws_perf_event_known(
    struct ws_perf_roles *r, struct ws_dict *d, struct ws_sv printed)
{
	ws_id name = role_name(d, ws_perf_event_name(printed));
	const struct meaning *m = meaning_of(d, name);
	struct ws_perf_role *role;

	if (m == NULL)
		return;
	role = role_of(r, m);
	if (role->event == 0 || m->rank < role->rank)
		*role = (struct ws_perf_role){ name, m->rank };
}

static bool
is_clock(struct ws_sv s)
{
	return ws_sv_is(s, "cpu-clock") || ws_sv_is(s, "task-clock");
}

static ws_id
own_series(struct ws_dict *d, struct ws_sv name)
{
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_puts(&b, "perf.");
	ws_buf_putsv(&b, name);
	id = ws_dict_str(d, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

struct ws_perf_event
ws_perf_event_of(
    struct ws_perf_roles *r, struct ws_dict *d, struct ws_sv printed)
{
	struct ws_sv s = ws_perf_event_name(printed);
	ws_id name = role_name(d, s);
	const struct meaning *m = meaning_of(d, name);
	struct ws_perf_event e = { .unit = WS_U_COUNT };
	struct ws_perf_role *role;

	e.is_tracepoint = ws_sv_find(s, ":") < s.n;
	if (is_clock(s))
		e.unit = WS_U_TIME;
	if (m != NULL) {
		role = role_of(r, m);
		if (role->event == 0)
			*role = (struct ws_perf_role){ name, m->rank };
		e.series = role->event == name ? m->series : 0;
	}
	if (e.series == 0)
		e.series = own_series(d, s);
	return e;
}
