/* schedtrace and scheddetail: what the scheduler has at one moment. */
#include <string.h>

#include "godebug.h"
#include "ingest/scan.h"
#include "model/event.h"

/* "[0 2]", since Go 1.25 "[ 0 2 ]".  False when it does not end. */
static bool
read_local(struct ws_sv s, struct godebug_sched *r)
{
	uint64_t v;

	r->local = 0;
	for (;;) {
		while (ws_scan_text(&s, " "))
			;
		if (ws_scan_text(&s, "]"))
			return true;
		if (!ws_scan_u64(&s, &v) || v > 1 << 20)
			return false;
		r->local += v;
	}
}

static bool
read_row(struct ws_sv s, struct godebug_sched *r)
{
	struct ws_sv list = ws_sv_from(s, ws_sv_find(s, " runqueue="));
	uint64_t spinning, locked;

	*r = (struct godebug_sched){ .at = r->at };
	if (!ws_scan_field(s, "gomaxprocs", &r->procs) ||
	    !ws_scan_field(s, "idleprocs", &r->idle_procs) ||
	    !ws_scan_field(s, "threads", &r->threads) ||
	    !ws_scan_field(s, "idlethreads", &r->idle_threads) ||
	    !ws_scan_text(&list, " runqueue=") ||
	    !ws_scan_u64(&list, &r->global))
		return false;
	if (ws_scan_field(s, "spinningthreads", &spinning))
		r->spinning = spinning;
	/* It is -1 for a moment while a program starts. */
	if (ws_scan_field(s, "nmidlelocked", &locked))
		r->locked = locked;
	else if (ws_sv_find(s, " nmidlelocked=-1 ") < s.n)
		r->locked = 0;
	else if (!ws_scan_text(&list, " [") || !read_local(list, r))
		return false;
	else
		r->has_local = true;
	return r->procs > 0 && r->procs <= 1 << 16 &&
	       r->idle_procs <= r->procs && r->global < 1u << 31;
}

enum godebug_found
godebug_sched_read(struct ws_sv line, struct godebug_sched *r)
{
	struct ws_sv s = ws_sv_from(line, ws_sv_find(line, "SCHED "));
	uint64_t ms;

	if (!ws_scan_text(&s, "SCHED ") || !ws_scan_u64(&s, &ms) ||
	    !ws_scan_text(&s, "ms: "))
		return GODEBUG_NONE;
	if (ms > UINT64_C(1000000000000))
		return GODEBUG_TORN;
	r->at = (double)ms * 1e6;
	return read_row(s, r) ? GODEBUG_GOOD : GODEBUG_TORN;
}

/* A reason may have parentheses of its own: "force gc (idle)". */
static bool
read_reason(struct ws_sv s, struct godebug_detail *d)
{
	size_t end = ws_sv_find(s, ") m=");

	if (!ws_scan_text(&s, "(") || end == 0 || end > s.n)
		return false;
	d->reason = (struct ws_sv){ s.p, end - 1 };
	return end - 1 <= 100;
}

static enum godebug_found
read_detail(struct ws_sv s, struct godebug_detail *d)
{
	uint64_t id;

	*d = (struct godebug_detail){ .kind = s.p[0] };
	s = ws_sv_from(s, 1);
	if (!ws_scan_u64(&s, &id) || !ws_scan_text(&s, ": "))
		return GODEBUG_NONE;
	if (d->kind == 'M')
		return ws_sv_starts(s, "p=") ? GODEBUG_GOOD : GODEBUG_NONE;
	if (!ws_scan_text(&s, "status="))
		return GODEBUG_NONE;
	if (!ws_scan_u64(&s, &d->status))
		return GODEBUG_TORN;
	if (d->kind == 'P')
		return ws_scan_field(s, "runqsize", &d->queued) &&
			       d->queued < 1 << 20 &&
			       ws_sv_find(s, " gfreecnt=") < s.n
			   ? GODEBUG_GOOD
			   : GODEBUG_TORN;
	return read_reason(s, d) && ws_sv_find(s, " lockedm=") < s.n
		   ? GODEBUG_GOOD
		   : GODEBUG_TORN;
}

enum godebug_found
godebug_detail_read(struct ws_sv line, struct godebug_detail *d)
{
	enum godebug_found found = GODEBUG_NONE;

	for (size_t i = 0; i + 4 < line.n && found == GODEBUG_NONE; i++)
		if ((line.p[i] == 'P' || line.p[i] == 'M' ||
			line.p[i] == 'G') &&
		    (i == 0 || line.p[i - 1] == ' ' || line.p[i - 1] == '"'))
			found = read_detail(ws_sv_from(line, i), d);
	return found;
}

/* The reason of a goroutine that does not wait is that of its last wait. */
const char *
godebug_state(const struct godebug_detail *d, char *buf)
{
	enum { WAITING = 4, SCAN = 0x1000 };

	static const char *const state[] = { NULL, "runnable", "running",
		"syscall", "waiting", NULL, NULL, NULL, "copying stack",
		"preempted", "leaked" };
	uint64_t status = d->status & ~(uint64_t)SCAN;
	struct ws_sv reason = d->reason;
	size_t n = strlen("waiting: ");

	if (status >= WS_LEN(state))
		return NULL;
	if (status != WAITING || reason.n == 0)
		return state[status];
	memcpy(buf, "waiting: ", n);
	memcpy(buf + n, reason.p, reason.n);
	buf[n + reason.n] = '\0';
	return buf;
}

/* Tracks "run 1: waiting: select". */
static void
put_states(struct godebug *g, struct ws_event *ev)
{
	struct ws_buf name = { 0 };
	uint32_t n = ws_htab_count(g->states);

	godebug_put(
	    g, ev, WS_N_GO_SCHED_GOROUTINES, WS_U_COUNT, (double)g->goroutines);
	for (uint32_t i = 0; i < n; i++) {
		if (g->count[i] == 0)
			continue;
		name.n = 0;
		ws_buf_putsv(
		    &name, ws_dict_text(g->sink->dict, g->sched_track));
		ws_buf_puts(&name, ": ");
		ws_buf_putsv(&name, ws_htab_key(g->states, i));
		ev->track = ws_dict_str(g->sink->dict, ws_buf_sv(&name));
		godebug_put(g, ev, WS_N_GO_SCHED_STATE, WS_U_COUNT,
		    (double)g->count[i]);
	}
	ws_buf_fini(&name);
}

static double
busy_threads(const struct godebug_sched *s)
{
	/* Those with a P, and the monitor, which never has one. */
	double with = (double)(s->procs - s->idle_procs) + 1;
	double rest = (double)s->threads - (double)s->idle_threads -
		      (double)s->locked - with;

	return rest > 0 ? rest : 0;
}

static void
put_row(struct godebug *g, const struct godebug_sched *s)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.t = (int64_t)s->at;
	ev.track = g->sched_track;
	if (g->sched_last > 0)
		godebug_put(g, &ev, WS_N_GO_SCHED_INTERVAL, WS_U_TIME,
		    s->at - g->sched_last);
	g->sched_last = s->at;
	godebug_put(g, &ev, WS_N_GO_SCHED_PROCS, WS_U_COUNT, (double)s->procs);
	godebug_put(g, &ev, WS_N_GO_SCHED_IDLE_PROCS, WS_U_COUNT,
	    (double)s->idle_procs);
	godebug_put(
	    g, &ev, WS_N_GO_SCHED_THREADS, WS_U_COUNT, (double)s->threads);
	godebug_put(
	    g, &ev, WS_N_GO_SCHED_IN_CALLS, WS_U_COUNT, busy_threads(s));
	godebug_put(g, &ev, WS_N_GO_SCHED_QUEUED, WS_U_COUNT,
	    (double)(s->global + s->local));
	if (g->in_detail && g->goroutines > 0)
		put_states(g, &ev);
}

void
godebug_sched_end(struct godebug *g, bool whole)
{
	if (!g->in_row)
		return;
	g->in_row = false;
	if (!whole && g->in_detail) {
		g->cut++;
	} else if (g->row.at > 0) {
		put_row(g, &g->row);
		g->rows++;
		g->details += g->in_detail;
	} else {
		g->starts++;
	}
}

void
godebug_sched_take(struct godebug *g, const struct godebug_sched *s)
{
	struct ws_buf name = { 0 };

	godebug_sched_end(g, true);
	if (g->sched_runs == 0 || s->at < g->row.at ||
	    s->procs != g->row.procs) {
		ws_buf_printf(
		    &name, "run %llu", (unsigned long long)++g->sched_runs);
		g->sched_track = ws_dict_str(g->sink->dict, ws_buf_sv(&name));
		ws_buf_fini(&name);
		g->sched_last = 0;
	}
	g->row = *s;
	g->in_row = true;
	g->followed = false;
	g->in_detail = !s->has_local;
	g->goroutines = 0;
	memset(g->count, 0, sizeof(g->count));
}

void
godebug_detail_take(struct godebug *g, const struct godebug_detail *d)
{
	char buf[128];
	const char *state;
	uint32_t i;

	if (!g->in_row || !g->in_detail)
		return;
	g->followed = false;
	if (d->kind == 'P') {
		g->row.local += d->queued;
		return;
	}
	state = d->kind == 'G' ? godebug_state(d, buf) : NULL;
	if (state == NULL)
		return;
	i = ws_htab_get(g->states, state, strlen(state));
	if (i == WS_HTAB_NONE && ws_htab_count(g->states) < GODEBUG_STATES)
		i = ws_htab_put(g->states, state, strlen(state), NULL);
	if (i != WS_HTAB_NONE)
		g->count[i]++;
	g->goroutines++;
}
