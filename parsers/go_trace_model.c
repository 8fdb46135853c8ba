/* The states of a Go execution trace, and the events made of them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "go_trace.h"

enum {
	FAULTS_TOLD = 1000,
	CUT_STACK = 128, /* frames; the tracer keeps no more */
	NEAR_LEAF = 3,   /* frames in which a call into C shows */
	/* Regions in each other that an end may be of.  Programs that end them
	 * in a wrong order leave a few; who leaves a million would make each
	 * end as slow. */
	REGIONS_SEEN = 1024,
	/* A log line is made of two strings that the file has once for all: of
	 * each so many bytes, and so many lines. */
	LOG_TEXT = 256,
	LOGS_JOINED = 1 << 16
};

struct ws_gt_region {
	struct ws_gt_region *outer;
	int64_t since;
	ws_id type, stack;
};

void
ws_gt_init(struct ws_gt *m, struct ws_source *src, struct ws_sink *sink)
{
	memset(m, 0, sizeof(*m));
	m->src = src;
	m->sink = sink;
	m->dict = sink->dict;
	ws_batch_init(&m->out, sink);
	m->first = m->last = m->now = WS_T_NONE;
	ws_gt_table_init(&m->gos, sizeof(struct ws_gt_go));
	ws_gt_table_init(&m->procs, sizeof(struct ws_gt_proc));
	ws_gt_table_init(&m->tasks, sizeof(struct ws_gt_task));
	m->log = ws_dict_cstr(m->dict, "log");
}

void
ws_gt_fini(struct ws_gt *m)
{
	struct ws_gt_region *r = m->free_regions;

	while (r != NULL) {
		struct ws_gt_region *outer = r->outer;

		free(r);
		r = outer;
	}
	ws_gt_table_fini(&m->gos);
	ws_gt_table_fini(&m->procs);
	ws_gt_table_fini(&m->tasks);
	free(m->cgo);
	memset(m, 0, sizeof(*m));
}

void
ws_gt_clock(struct ws_gt *m, const struct ws_clock *c)
{
	m->clock = ws_dict_clock(m->dict, c);
}

void
ws_gt_fault(struct ws_gt *m, uint64_t off, uint64_t lost, const char *fmt, ...)
{
	struct ws_event ev = WS_EVENT(WS_EV_LOSS);
	struct ws_buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	ws_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (m->faults++ == 0)
		ws_err_set(&m->why, WS_PARTIAL, off, "%s", text.p);
	if (m->faults <= FAULTS_TOLD)
		ws_sink_fault(m->sink, off, text.p);
	ws_buf_fini(&text);
	if (lost == 0)
		return;
	ev.t = m->last;
	ev.clock = m->clock;
	ev.value = (double)lost;
	ev.unit = WS_U_COUNT;
	ws_batch_put(&m->out, &ev);
}

/* One more of what is alive.  Too many end the reading, as soon as the reader
 * looks; until then they are made. */
static void
count_alive(struct ws_gt *m)
{
	uint64_t max = ws_source_limits(m->src)->alive;

	if (m->gos.n + m->tasks.n + m->n_regions <= max ||
	    m->out.status != WS_OK)
		return;
	ws_batch_flush(&m->out);
	m->out.status = ws_err_set(&m->why, WS_LIMIT, WS_OFF_NONE,
	    "more than %" PRIu64 " goroutines, tasks and regions alive at a "
	    "time (max-alive)",
	    max);
}

struct ws_gt_go *
ws_gt_get(struct ws_gt *m, uint64_t id)
{
	size_t n = m->gos.n;
	struct ws_gt_go *g = ws_gt_table_get(&m->gos, id);

	if (ws_unlikely(m->gos.n > n))
		count_alive(m);
	return g;
}

struct ws_gt_proc *
ws_gt_find_proc(struct ws_gt *m, uint64_t id)
{
	return ws_gt_table_find(&m->procs, id);
}

struct ws_gt_proc *
ws_gt_get_proc(struct ws_gt *m, uint64_t id)
{
	return ws_gt_table_get(&m->procs, id);
}

static ws_id
track_of(const struct ws_gt_go *g)
{
	return g == NULL ? 0 : ws_track(WS_TRACK_GOROUTINE, g->id);
}

static ws_id
proc_track(const struct ws_gt_proc *p)
{
	return ws_track(WS_TRACK_PROC, p->id);
}

/* The rest is to be filled in at once. */
static inline struct ws_event *
add_event(struct ws_gt *m, enum ws_event_kind kind, int64_t t)
{
	struct ws_event *ev = ws_batch_add(&m->out);

	*ev = (struct ws_event){ .t = t,
		.dur = WS_T_NONE,
		.clock = m->clock,
		.kind = (uint8_t)kind };
	return ev;
}

/* From `since` to t, or without an end when that is WS_T_NONE. */
static inline void
put_span(struct ws_gt *m, ws_id track, ws_id name, int64_t since, int64_t t,
    struct ws_gt_why why)
{
	int64_t dur = t > since ? t - since : 0;

	*ws_batch_add(&m->out) = (struct ws_event){ .t = since,
		.dur = t == WS_T_NONE ? WS_T_NONE : dur,
		.track = track,
		.peer = why.reason,
		.name = name,
		.stack = why.stack,
		.clock = m->clock,
		.kind = WS_EV_SPAN };
}

static void
put_mark(
    struct ws_gt *m, ws_id track, ws_id name, int64_t t, struct ws_gt_why why)
{
	struct ws_event *ev = add_event(m, WS_EV_MARK, t);

	ev->track = track;
	ev->name = name;
	ev->peer = why.reason;
	ev->stack = why.stack;
}

static bool
text_has(struct ws_sv s, const char *part)
{
	return ws_sv_find(s, part) < s.n;
}

static bool
is_os_call(struct ws_sv f)
{
	return ws_sv_starts(f, "syscall.") ||
	       ws_sv_starts(f, "golang.org/x/sys/") ||
	       ws_sv_starts(f, "internal/syscall/");
}

static bool
calls_c(struct ws_sv f)
{
	return ws_sv_is(f, "runtime.cgocall") ||
	       ws_sv_is(f, "runtime.asmcgocall") ||
	       ws_sv_is(f, "runtime.cgocallbackg") || text_has(f, "_Cfunc_") ||
	       text_has(f, "_cgo_") || text_has(f, "_swig_") ||
	       ws_sv_starts(f, "github.com/ebitengine/purego.");
}

static bool
ask_cgo(struct ws_gt *m, ws_id stack)
{
	const ws_id *frames;
	size_t n = ws_dict_get_stack(m->dict, stack, &frames);
	bool c = false, os = false;

	for (size_t i = 0; i < n && i < NEAR_LEAF; i++) {
		const struct ws_frame *f =
		    ws_dict_get_frame(m->dict, frames[i]);
		struct ws_sv name = ws_dict_text(m->dict, f->func);

		if (text_has(name, "_Cfunc_") && !os)
			return true;
		c = c || calls_c(name);
		os = os || is_os_call(name);
	}
	return c && !os;
}

bool
ws_gt_is_cgo(struct ws_gt *m, ws_id stack)
{
	if (stack == 0)
		return false;
	if (stack >= m->cgo_n) {
		m->cgo = ws_grow(m->cgo, &m->cgo_cap, (size_t)stack + 1, 1);
		memset(m->cgo + m->cgo_n, 0, m->cgo_cap - m->cgo_n);
		m->cgo_n = m->cgo_cap;
	}
	if (m->cgo[stack] == 0)
		m->cgo[stack] = ask_cgo(m, stack) ? 2 : 1;
	return m->cgo[stack] == 2;
}

/* A call may be one into C. */
static ws_id
state_name(const struct ws_gt_go *g)
{
	static const ws_id names[][2] = {
		[WS_GT_NONE] = { WS_N_G_UNKNOWN, WS_N_G_UNKNOWN },
		[WS_GT_RUNNABLE] = { WS_N_G_RUNNABLE, WS_N_G_RUNNABLE },
		[WS_GT_RUNNING] = { WS_N_G_RUNNING, WS_N_G_RUNNING },
		[WS_GT_SYSCALL] = { WS_N_G_SYSCALL, WS_N_G_CGO },
		[WS_GT_BLOCKED] = { WS_N_G_BLOCKED, WS_N_G_BLOCKED },
		[WS_GT_SYSCALL_LOST] = { WS_N_G_SYSCALL_LOST, WS_N_G_CGO_LOST },
		[WS_GT_UNKNOWN] = { WS_N_G_UNKNOWN, WS_N_G_UNKNOWN },
	};

	return names[g->state][g->in_cgo];
}

static void
leave_state(struct ws_gt *m, struct ws_gt_go *g, int64_t t)
{
	if (g->state != WS_GT_NONE)
		put_span(m, track_of(g), state_name(g), g->since, t,
		    (struct ws_gt_why){ g->reason, g->stack });
}

static void
enter_state(
    struct ws_gt_go *g, enum ws_gt_state state, int64_t t, struct ws_gt_why why)
{
	g->state = (uint8_t)state;
	g->since = t;
	g->reason = why.reason;
	g->stack = why.stack;
}

static ws_id
root_function(const struct ws_gt *m, ws_id stack)
{
	const ws_id *frames;
	size_t n = ws_dict_get_stack(m->dict, stack, &frames);

	return n == 0 || n >= CUT_STACK
		   ? 0
		   : ws_dict_get_frame(m->dict, frames[n - 1])->func;
}

void
ws_gt_go_entry(struct ws_gt *m, struct ws_gt_go *g, int64_t t, ws_id stack)
{
	struct ws_gt_why why = { 0, stack };

	if (g->named || stack == 0)
		return;
	why.reason = root_function(m, stack);
	if (why.reason == 0)
		return;
	g->named = true;
	put_mark(m, track_of(g), WS_N_G_ENTRY, t, why);
}

void
ws_gt_go_state(struct ws_gt *m, struct ws_gt_go *g, enum ws_gt_state state,
    int64_t t, struct ws_gt_why why)
{
	ws_gt_see(m, t);
	leave_state(m, g, t);
	enter_state(g, state, t, why);
	if (state == WS_GT_SYSCALL || state == WS_GT_SYSCALL_LOST)
		g->in_cgo = ws_gt_is_cgo(m, why.stack);
	if (state != WS_GT_RUNNABLE)
		ws_gt_go_entry(m, g, t, why.stack);
}

void
ws_gt_go_stop(
    struct ws_gt *m, struct ws_gt_go *g, int64_t t, struct ws_gt_why why)
{
	ws_gt_go_state(m, g, WS_GT_RUNNABLE, t, why);
	ws_gt_go_entry(m, g, t, why.stack);
}

void
ws_gt_go_lost(struct ws_gt *m, struct ws_gt_go *g, int64_t t)
{
	struct ws_gt_why same = { g->reason, g->stack };

	if (g->state == WS_GT_SYSCALL)
		ws_gt_go_state(m, g, WS_GT_SYSCALL_LOST, t, same);
}

void
ws_gt_go_call(struct ws_gt *m, struct ws_gt_go *g, int64_t t, ws_id stack)
{
	ws_id name = ws_gt_is_cgo(m, stack) ? WS_N_G_CGO : WS_N_G_SYSCALL;

	ws_gt_see(m, t);
	put_span(
	    m, track_of(g), name, t, WS_T_NONE, (struct ws_gt_why){ 0, stack });
	ws_gt_go_entry(m, g, t, stack);
}

static void
put_edge(struct ws_gt *m, const struct ws_gt_go *from,
    const struct ws_gt_go *to, int64_t t, struct ws_gt_why why)
{
	struct ws_event *ev = add_event(m, WS_EV_EDGE, t);

	ev->name = why.reason;
	ev->track = track_of(from);
	ev->peer = track_of(to);
	ev->stack = why.stack;
}

void
ws_gt_go_unblock(struct ws_gt *m, struct ws_gt_go *g,
    const struct ws_gt_go *waker, int64_t t, ws_id stack)
{
	ws_gt_go_state(m, g, WS_GT_RUNNABLE, t, (struct ws_gt_why){ 0, stack });
	put_edge(
	    m, waker, g, t, (struct ws_gt_why){ WS_N_EDGE_UNBLOCK, stack });
}

void
ws_gt_go_create(struct ws_gt *m, struct ws_gt_go *g,
    const struct ws_gt_go *creator, int64_t t, struct ws_gt_birth birth)
{
	struct ws_gt_why why = { WS_N_EDGE_CREATE, birth.stack };

	put_edge(m, creator, g, t, why);
	ws_gt_go_entry(m, g, t, birth.entry);
	/* Not through ws_gt_go_state: the stack is the creator's. */
	ws_gt_see(m, t);
	leave_state(m, g, t);
	enter_state(g, (enum ws_gt_state)birth.state, t,
	    (struct ws_gt_why){ 0, birth.stack });
}

void
ws_gt_go_label(
    struct ws_gt *m, const struct ws_gt_go *g, int64_t t, ws_id label)
{
	ws_gt_see(m, t);
	put_mark(
	    m, track_of(g), WS_N_G_LABEL, t, (struct ws_gt_why){ label, 0 });
}

static void
close_region(struct ws_gt *m, struct ws_gt_go *g, int64_t t)
{
	struct ws_gt_region *r = g->regions;

	put_span(m, track_of(g), WS_N_REGION, r->since, t,
	    (struct ws_gt_why){ r->type, r->stack });
	m->n_regions--;
	g->regions = r->outer;
	r->outer = m->free_regions;
	m->free_regions = r;
}

/* Everything of g but the record; regions end as `region_t` says. */
static void
close_go(struct ws_gt *m, struct ws_gt_go *g, int64_t t, int64_t region_t)
{
	leave_state(m, g, t);
	ws_gt_range_end(m, &g->assist, WS_N_GC_ASSIST, track_of(g), t);
	while (g->regions != NULL)
		close_region(m, g, region_t);
}

void
ws_gt_go_end(struct ws_gt *m, struct ws_gt_go *g, int64_t t)
{
	ws_gt_see(m, t);
	close_go(m, g, t, t);
	put_mark(m, track_of(g), WS_N_G_END, t, (struct ws_gt_why){ 0, 0 });
	ws_gt_table_remove(&m->gos, g->id);
}

static void
leave_proc(struct ws_gt *m, const struct ws_gt_proc *p, int64_t t)
{
	static const ws_id names[] = { [WS_GT_P_RUNNING] = WS_N_P_RUNNING,
		[WS_GT_P_IDLE] = WS_N_P_IDLE,
		[WS_GT_P_SYSCALL] = WS_N_P_SYSCALL };

	if (p->state != WS_GT_P_NONE)
		put_span(m, proc_track(p), names[p->state], p->since, t,
		    (struct ws_gt_why){ 0, 0 });
}

void
ws_gt_proc_state(struct ws_gt *m, struct ws_gt_proc *p,
    enum ws_gt_proc_state state, int64_t t)
{
	ws_gt_see(m, t);
	if (p->state == state)
		return;
	leave_proc(m, p, t);
	p->state = (uint8_t)state;
	p->since = t;
}

void
ws_gt_range_begin(
    struct ws_gt *m, struct ws_gt_range *r, int64_t t, struct ws_gt_why why)
{
	ws_gt_see(m, t);
	if (r->open)
		return;
	r->open = true;
	r->since = t;
	r->peer = why.reason;
	r->stack = why.stack;
}

bool
ws_gt_range_end(
    struct ws_gt *m, struct ws_gt_range *r, ws_id name, ws_id track, int64_t t)
{
	ws_gt_see(m, t);
	if (!r->open)
		return false;
	r->open = false;
	put_span(m, track, name, r->since, t,
	    (struct ws_gt_why){ r->peer, r->stack });
	return true;
}

bool
ws_gt_task_begin(struct ws_gt *m, uint64_t id, int64_t t, struct ws_gt_why why)
{
	struct ws_gt_task *task = ws_gt_table_get(&m->tasks, id);
	bool is_new = !task->range.open;

	count_alive(m);
	ws_gt_range_begin(m, &task->range, t, why);
	return is_new;
}

bool
ws_gt_task_end(struct ws_gt *m, uint64_t id, int64_t t)
{
	struct ws_gt_task *task = ws_gt_table_find(&m->tasks, id);

	ws_gt_see(m, t);
	if (task == NULL)
		return false;
	ws_gt_range_end(
	    m, &task->range, WS_N_TASK, ws_track(WS_TRACK_TASK, id), t);
	ws_gt_table_remove(&m->tasks, id);
	return true;
}

void
ws_gt_region_begin(
    struct ws_gt *m, struct ws_gt_go *g, int64_t t, struct ws_gt_why why)
{
	struct ws_gt_region *r = m->free_regions;

	ws_gt_see(m, t);
	if (r != NULL)
		m->free_regions = r->outer;
	else
		r = ws_alloc(sizeof(*r));
	m->n_regions++;
	count_alive(m);
	r->outer = g->regions;
	r->since = t;
	r->type = why.reason;
	r->stack = why.stack;
	g->regions = r;
}

bool
ws_gt_region_end(struct ws_gt *m, struct ws_gt_go *g, int64_t t, ws_id type)
{
	struct ws_gt_region *r = g->regions;
	bool innermost = r == NULL || r->type == type;
	unsigned n = 0;

	ws_gt_see(m, t);
	for (; r != NULL && r->type != type && n < REGIONS_SEEN; n++)
		r = r->outer;
	if (r == NULL || r->type != type)
		return innermost;
	while (g->regions != r)
		close_region(m, g, t);
	close_region(m, g, t);
	return innermost;
}

static void
put_log_text(struct ws_gt *m, struct ws_buf *b, ws_id id)
{
	struct ws_sv s = ws_dict_text(m->dict, id);

	s.n = s.n < LOG_TEXT ? s.n : LOG_TEXT;
	ws_buf_putsv(b, s);
}

void
ws_gt_log(struct ws_gt *m, const struct ws_gt_go *g, int64_t t, ws_id category,
    struct ws_gt_why why)
{
	struct ws_buf text = { 0 };

	ws_gt_see(m, t);
	if (category != 0 && m->n_logs++ < LOGS_JOINED) {
		put_log_text(m, &text, category);
		ws_buf_puts(&text, ": ");
		put_log_text(m, &text, why.reason);
		why.reason = ws_dict_str(m->dict, ws_buf_sv(&text));
		ws_buf_fini(&text);
	}
	put_mark(m, track_of(g), m->log, t, why);
}

void
ws_gt_counter(struct ws_gt *m, ws_id name, int64_t t, uint64_t value)
{
	struct ws_event *ev = add_event(m, WS_EV_COUNTER, t);

	ws_gt_see(m, t);
	ev->name = name;
	ev->value = (double)value;
	ev->unit = name == WS_N_GO_MAXPROCS ? WS_U_COUNT : WS_U_BYTES;
}

void
ws_gt_sample(struct ws_gt *m, uint64_t goroutine, int64_t t, ws_id stack)
{
	struct ws_event *ev = add_event(m, WS_EV_SAMPLE, t);

	ev->track =
	    goroutine == 0 ? 0 : ws_track(WS_TRACK_GOROUTINE, goroutine);
	ev->name = WS_N_TRACE_CPU;
	ev->value = 1;
	ev->unit = WS_U_COUNT;
	ev->stack = stack;
}

static void
close_gos(struct ws_gt *m)
{
	void **list = ws_gt_table_list(&m->gos);

	for (size_t i = 0; i < m->gos.n; i++)
		close_go(m, list[i], m->now, WS_T_NONE);
	free(list);
	ws_gt_table_clear(&m->gos);
}

static void
close_procs(struct ws_gt *m)
{
	void **list = ws_gt_table_list(&m->procs);

	for (size_t i = 0; i < m->procs.n; i++) {
		struct ws_gt_proc *p = list[i];

		leave_proc(m, p, m->now);
		ws_gt_range_end(
		    m, &p->sweep, WS_N_GC_SWEEP, proc_track(p), m->now);
	}
	free(list);
	ws_gt_table_clear(&m->procs);
}

static void
close_tasks(struct ws_gt *m)
{
	void **list = ws_gt_table_list(&m->tasks);

	for (size_t i = 0; i < m->tasks.n; i++) {
		struct ws_gt_task *task = list[i];

		put_span(m, ws_track(WS_TRACK_TASK, task->id), WS_N_TASK,
		    task->range.since, WS_T_NONE,
		    (struct ws_gt_why){ task->range.peer, task->range.stack });
	}
	free(list);
	ws_gt_table_clear(&m->tasks);
}

void
ws_gt_reset(struct ws_gt *m)
{
	close_gos(m);
	close_procs(m);
	close_tasks(m);
	if (m->gc.open)
		ws_gt_range_end(m, &m->gc, WS_N_GC_ACTIVE, 0, m->now);
	if (m->stw.open)
		ws_gt_range_end(m, &m->stw, WS_N_GC_STW, 0, m->now);
	m->now = WS_T_NONE;
}

static void
put_duration(struct ws_gt *m)
{
	struct ws_event *ev = add_event(m, WS_EV_COUNTER, m->first);

	ev->name = WS_N_CAPTURE_DURATION;
	ev->track = ws_dict_cstr(m->dict, "trace");
	ev->value = (double)(m->last - m->first);
	ev->unit = WS_U_TIME;
}

enum ws_status
ws_gt_finish(struct ws_gt *m)
{
	enum ws_status status;

	ws_gt_reset(m);
	if (m->first != WS_T_NONE)
		put_duration(m);
	status = ws_batch_flush(&m->out);
	if (m->faults > FAULTS_TOLD) {
		char more[64];

		snprintf(more, sizeof(more), "%" PRIu64 " more faults",
		    m->faults - FAULTS_TOLD);
		ws_sink_fault(m->sink, WS_OFF_NONE, more);
	}
	return m->faults > 0 ? ws_status_worst(status, WS_PARTIAL) : status;
}
