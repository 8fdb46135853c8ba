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

/* "cpu_core/cycles/Pu" to "cycles"; "cpu/event=0x3c/pp" to the part in front
 * of the modifiers. */
static struct ws_sv
without_unit(struct ws_sv s)
{
	size_t slash = ws_sv_find(s, "/"), end = s.n;
	struct ws_sv inner;

	while (end > 0 && is_modifier(s.p[end - 1]))
		end--;
	if (end == 0 || s.p[end - 1] != '/' || slash + 2 > end)
		return s;
	inner = (struct ws_sv){ s.p + slash + 1, end - slash - 2 };
	if (inner.n > 0 && ws_sv_find(inner, "=") == inner.n)
		return inner;
	return (struct ws_sv){ s.p, end };
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

/* True when the event has the role or gets it. */
static bool
take(ws_id *role, ws_id name)
{
	if (*role == 0)
		*role = name;
	return *role == name;
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
	bool is_fault = ws_sv_starts(s, "exceptions:page_fault_");
	ws_id name =
	    ws_dict_str(d, is_fault ? WS_SV("exceptions:page_fault") : s);
	struct ws_perf_event e = { .unit = WS_U_COUNT };

	e.is_tracepoint = ws_sv_find(s, ":") < s.n;
	if (is_clock(s))
		e.unit = WS_U_TIME;
	if (is_clock(s) || ws_sv_is(s, "cycles"))
		e.series = take(&r->cpu, name) ? WS_N_PERF_CPU : 0;
	else if (is_fault || ws_sv_is(s, "page-faults"))
		e.series = take(&r->faults, name) ? WS_N_PERF_FAULTS : 0;
	else if (ws_sv_is(s, "context-switches") ||
		 ws_sv_is(s, "sched:sched_switch"))
		e.series = take(&r->switches, name) ? WS_N_PERF_SWITCHES : 0;
	if (e.series == 0)
		e.series = own_series(d, s);
	return e;
}
