/* gctrace lines, and which program of a log each one is of. */
#include <math.h>

#include "godebug.h"
#include "ingest/scan.h"
#include "model/event.h"

#define MS  1e6
#define MIB 1048576.0

enum { PHASES = 8 };

/* Times of phases, "0.39+149+0.046", in a CPU list also "7.0/75/93". */
struct phases {
	double v[PHASES], assist, background, idle;
	size_t n;
	bool split; /* the three were there */
};

static bool
read_split(struct ws_sv *s, struct phases *p)
{
	p->assist = p->v[p->n];
	p->split = true;
	p->v[p->n] = 0;
	return ws_scan_number(s, &p->background) && ws_scan_text(s, "/") &&
	       ws_scan_number(s, &p->idle);
}

static bool
read_phases(struct ws_sv *s, struct phases *p, const char *end)
{
	*p = (struct phases){ .n = 0 };
	do {
		if (p->n == PHASES || !ws_scan_number(s, &p->v[p->n]))
			return false;
		if (ws_scan_text(s, "/") && (p->split || !read_split(s, p)))
			return false;
		p->n++;
	} while (ws_scan_text(s, "+"));
	return ws_scan_text(s, end);
}

/* Three or, in Go 1.5, five phases; the world is stopped in the first and in
 * the last. */
static bool
read_times(struct ws_sv *s, struct godebug_gc *gc)
{
	struct phases wall, cpu;

	if (!read_phases(s, &wall, " ms clock, ") ||
	    !read_phases(s, &cpu, " ms cpu, ") || !cpu.split || wall.split ||
	    wall.n != cpu.n || wall.n < 3)
		return false;
	gc->stop[0] = wall.v[0] * MS;
	gc->stop[1] = wall.v[wall.n - 1] * MS;
	gc->assist = cpu.assist * MS;
	gc->background = cpu.background * MS;
	gc->idle = cpu.idle * MS;
	gc->cpu = gc->assist + gc->background;
	for (size_t i = 0; i < cpu.n; i++)
		gc->cpu += cpu.v[i] * MS;
	return true;
}

/* Docker's JSON writes '>' as an escape. */
static bool
read_arrow(struct ws_sv *s)
{
	return ws_scan_text(s, "->") || ws_scan_text(s, "-\\u003e") ||
	       ws_scan_text(s, "-\\u003E");
}

static bool
read_heap(struct ws_sv *s, struct godebug_gc *gc)
{
	struct ws_sv more;
	double stacks, globals;

	if (!ws_scan_number(s, &gc->start) || !read_arrow(s) ||
	    !ws_scan_number(s, &gc->end) || !read_arrow(s) ||
	    !ws_scan_number(s, &gc->live) || !ws_scan_text(s, " MB, ") ||
	    !ws_scan_number(s, &gc->goal) || !ws_scan_text(s, " MB goal, "))
		return false;
	gc->start *= MIB;
	gc->end *= MIB;
	gc->live *= MIB;
	gc->goal *= MIB;
	gc->stacks = gc->globals = NAN;
	more = *s;
	if (ws_scan_number(&more, &stacks) &&
	    ws_scan_text(&more, " MB stacks, ") &&
	    ws_scan_number(&more, &globals) &&
	    ws_scan_text(&more, " MB globals, ")) {
		gc->stacks = stacks * MIB;
		gc->globals = globals * MIB;
		*s = more;
	}
	return true;
}

static enum godebug_found
read_at(struct ws_sv s, struct godebug_gc *gc)
{
	uint64_t since_start;

	if (!ws_scan_text(&s, "gc ") || !ws_scan_u64(&s, &gc->number) ||
	    !ws_scan_text(&s, " @"))
		return GODEBUG_NONE;
	if (!ws_scan_number(&s, &gc->at) || !ws_scan_text(&s, "s ") ||
	    !ws_scan_u64(&s, &since_start) || !ws_scan_text(&s, "%: ") ||
	    !read_times(&s, gc) || !read_heap(&s, gc) ||
	    !ws_scan_u64(&s, &gc->procs) || !ws_scan_text(&s, " P") ||
	    (s.n > 0 && ws_scan_is_word(s.p[0])) || gc->procs == 0 ||
	    gc->procs > 1 << 16 || gc->at > 1e9)
		return GODEBUG_TORN;
	gc->at *= 1e9;
	gc->forced = ws_scan_text(&s, " (forced)");
	gc->whole = true;
	return GODEBUG_GOOD;
}

enum godebug_found
godebug_gc_read(struct ws_sv line, struct godebug_gc *gc)
{
	enum godebug_found found = GODEBUG_NONE;
	size_t at = 0;

	while (found == GODEBUG_NONE &&
	       (at += ws_sv_find(ws_sv_from(line, at), "gc ")) < line.n) {
		if (at == 0 || !ws_scan_is_word(line.p[at - 1]))
			found = read_at(ws_sv_from(line, at), gc);
		at++;
	}
	return found;
}

/*
 * Programs that share a log (a build and its compilers, the containers of a
 * pod) count their collections each from 1, so that a line goes on with the
 * one that it is next of.  A gap in the numbers is a line that is lost.
 */
static struct godebug_run *
run_of(struct godebug *g, const struct godebug_gc *gc)
{
	struct godebug_run *best = NULL;
	bool next = false;

	for (size_t i = 0; i < g->n_run && gc->number > 1; i++) {
		struct godebug_run *r = &g->run[i];
		bool exact = r->last.number + 1 == gc->number;

		if (r->last.number >= gc->number || r->last.at > gc->at ||
		    r->last.procs != gc->procs || (next && !exact))
			continue;
		if (best == NULL || (exact && !next) ||
		    r->last.number > best->last.number ||
		    (exact && r->last.at > best->last.at))
			best = r;
		next = next || exact;
	}
	return best;
}

static struct godebug_run *
new_run(struct godebug *g)
{
	struct ws_buf name = { 0 };
	struct godebug_run *r;

	if (g->n_run == GODEBUG_RUNS)
		return NULL;
	r = &g->run[g->n_run++];
	ws_buf_printf(&name, "run %zu", g->n_run);
	r->track = ws_dict_str(g->sink->dict, ws_buf_sv(&name));
	ws_buf_fini(&name);
	return r;
}

/* From the start of a collection to that of the next one. */
static void
put_window(struct godebug *g, const struct godebug_run *r,
    const struct godebug_gc *next)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	const struct godebug_gc *gc = &r->last;
	double interval = next->at - gc->at;

	ev.t = (int64_t)gc->at;
	ev.track = r->track;
	godebug_put(g, &ev, WS_N_GO_GC_INTERVAL, WS_U_TIME, interval);
	godebug_put(
	    g, &ev, WS_N_GO_GC_ROOM, WS_U_TIME, interval * (double)gc->procs);
	godebug_put(g, &ev, WS_N_GO_GC_CPU, WS_U_TIME, gc->cpu);
	godebug_put(g, &ev, WS_N_GO_GC_ASSIST, WS_U_TIME, gc->assist);
	godebug_put(g, &ev, WS_N_GO_GC_BACKGROUND, WS_U_TIME, gc->background);
	godebug_put(g, &ev, WS_N_GO_GC_IDLE, WS_U_TIME, gc->idle);
	/* While it was marking, and from then on. */
	godebug_put(g, &ev, WS_N_GO_GC_ALLOCATED, WS_U_BYTES,
	    gc->end - gc->start + next->start - gc->live);
}

static void
put_cycle(struct godebug *g, ws_id track, const struct godebug_gc *gc)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	ev.t = (int64_t)gc->at;
	ev.track = track;
	godebug_put(g, &ev, WS_N_GO_GC_PROCS, WS_U_COUNT, (double)gc->procs);
	godebug_put(g, &ev, WS_N_GO_GC_STOP, WS_U_TIME, gc->stop[0]);
	godebug_put(g, &ev, WS_N_GO_GC_STOP, WS_U_TIME, gc->stop[1]);
	godebug_put(g, &ev, WS_N_GO_GC_HEAP_START, WS_U_BYTES, gc->start);
	godebug_put(g, &ev, WS_N_GO_GC_HEAP_LIVE, WS_U_BYTES, gc->live);
	godebug_put(g, &ev, WS_N_GO_GC_HEAP_GOAL, WS_U_BYTES, gc->goal);
	if (!isnan(gc->stacks)) {
		godebug_put(g, &ev, WS_N_GO_GC_STACKS, WS_U_BYTES, gc->stacks);
		godebug_put(
		    g, &ev, WS_N_GO_GC_GLOBALS, WS_U_BYTES, gc->globals);
	}
	if (gc->whole)
		godebug_put(g, &ev, WS_N_GO_GC_FORCED, WS_U_BOOL, gc->forced);
}

void
godebug_gc_take(struct godebug *g, const struct godebug_gc *gc)
{
	struct godebug_run *r = run_of(g, gc);

	if (r == NULL)
		r = new_run(g);
	else if (r->last.number + 1 == gc->number)
		put_window(g, r, gc);
	if (r == NULL) {
		g->foreign++;
		return;
	}
	g->cycles++;
	put_cycle(g, r->track, gc);
	r->last = *gc;
}
