/* From the sums of an execution trace to series that queries know. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/trace_parts.h"

/* Pairs that get a name of their own; the others share one. */
enum { PAIRS_NAMED = 256 };

struct emitter {
	struct ws_traces *t;
	struct ws_dict *dict;
	ws_id time, block, block_n, sync, sync_n, net, net_n, sched, sched_n,
	    syscall, syscall_n, cgo, cgo_n, create_n, pair, peers, life, life_n,
	    kept_n, hold, hold_n;
	ws_id *frame; /* scratch */
	size_t cap;
};

static void
emitter_init(struct emitter *m, struct ws_traces *t)
{
	struct ws_dict *d = t->sink.dict;

	*m = (struct emitter){ .t = t,
		.dict = d,
		.time = ws_dict_cstr(d, "trace.time"),
		.block = ws_dict_cstr(d, "trace.block"),
		.block_n = ws_dict_cstr(d, "trace.block.count"),
		.sync = ws_dict_cstr(d, "trace.sync"),
		.sync_n = ws_dict_cstr(d, "trace.sync.count"),
		.net = ws_dict_cstr(d, "trace.net"),
		.net_n = ws_dict_cstr(d, "trace.net.count"),
		.sched = ws_dict_cstr(d, "trace.sched"),
		.sched_n = ws_dict_cstr(d, "trace.sched.count"),
		.syscall = ws_dict_cstr(d, "trace.syscall"),
		.syscall_n = ws_dict_cstr(d, "trace.syscall.count"),
		.cgo = ws_dict_cstr(d, "trace.cgo"),
		.cgo_n = ws_dict_cstr(d, "trace.cgo.count"),
		.create_n = ws_dict_cstr(d, "trace.create.count"),
		.pair = ws_dict_cstr(d, "trace.pair"),
		.peers = ws_dict_cstr(d, "woken by a peer"),
		.life = ws_dict_cstr(d, "trace.life"),
		.life_n = ws_dict_cstr(d, "trace.life.count"),
		.kept_n = ws_dict_cstr(d, "trace.kept.count"),
		.hold = ws_dict_cstr(d, "trace.hold"),
		.hold_n = ws_dict_cstr(d, "trace.hold.count") };
}

static void
put(const struct emitter *m, ws_id series, ws_id stack, double value,
    uint64_t samples)
{
	struct ws_event e = WS_EVENT(WS_EV_SAMPLE);

	e.name = series;
	e.stack = stack;
	e.value = value;
	e.unit = WS_U_TIME;
	ws_profiles_add(m->t->profiles, &e, samples);
}

static void
put_count(const struct emitter *m, ws_id series, const struct ws_tally_row *r)
{
	struct ws_event e = WS_EVENT(WS_EV_SAMPLE);

	e.name = series;
	e.stack = r->b;
	e.value = (double)r->n;
	e.unit = WS_U_COUNT;
	ws_profiles_add(m->t->profiles, &e, r->n);
}

static void
put_both(const struct emitter *m, ws_id series, ws_id count,
    const struct ws_tally_row *r)
{
	put(m, series, r->b, r->sum, r->n);
	put_count(m, count, r);
}

/* The stack with a frame of that name called by its leaf. */
static ws_id
with_leaf(struct emitter *m, ws_id name, ws_id stack)
{
	const ws_id *frame;
	ws_id leaf = ws_dict_frame(m->dict, &(struct ws_frame){ .func = name });
	size_t n = ws_dict_get_stack(m->dict, stack, &frame);

	m->frame = ws_grow(m->frame, &m->cap, n + 1, sizeof(*m->frame));
	m->frame[0] = leaf;
	if (n > 0)
		memcpy(m->frame + 1, frame, n * sizeof(*frame));
	return ws_dict_stack(m->dict, m->frame, n + 1);
}

/* Running time is known by entry function only. */
static ws_id
entry_stack(struct emitter *m, ws_id entry)
{
	ws_id frame =
	    ws_dict_frame(m->dict, &(struct ws_frame){ .func = entry });

	return entry != 0 ? ws_dict_stack(m->dict, &frame, 1) : 0;
}

static struct ws_sv
leaf_of(const struct ws_dict *d, ws_id stack)
{
	const ws_id *frame;
	size_t n = ws_dict_get_stack(d, stack, &frame);

	return ws_dict_text(
	    d, n > 0 ? ws_dict_get_frame(d, frame[0])->func : 0);
}

/*
 * The reason "sync" is any semaphore: goroutines also wait by it for the
 * collector and for the world to stop.  Only the leaf tells: what package sync
 * waits for has its function there, and channels those of the runtime.
 */
static bool
is_sync(struct ws_sv leaf)
{
	static const char *const waits[] = { "runtime.chan", "runtime.select",
		"runtime.block", "runtime.sync_", "runtime.internal_sync_",
		"runtime.reflect_", "runtime.notifyList" };
	size_t i;

	for (i = 0; i < WS_LEN(waits); i++)
		if (ws_sv_starts(leaf, waits[i]))
			return true;
	return !ws_sv_starts(leaf, "runtime.");
}

bool
ws_trace_waits(struct ws_traces *t, ws_id stack)
{
	enum { NOT_ASKED, NO, YES };

	size_t was = t->n_sync;

	if (stack >= was) {
		t->sync = ws_grow(
		    t->sync, &t->n_sync, (size_t)stack + 1, sizeof(*t->sync));
		memset(t->sync + was, NOT_ASKED, t->n_sync - was);
	}
	if (t->sync[stack] == NOT_ASKED)
		t->sync[stack] =
		    is_sync(leaf_of(t->sink.dict, stack)) ? YES : NO;
	return t->sync[stack] == YES;
}

static void
emit_blocked(struct emitter *m, const struct ws_tally_row *r)
{
	put_both(m, m->block, m->block_n, r);
	if (r->a == WS_TRACE_NET)
		put_both(m, m->net, m->net_n, r);
	else if (r->a == WS_TRACE_SYNC && ws_trace_waits(m->t, r->b))
		put_both(m, m->sync, m->sync_n, r);
	put(m, m->time, with_leaf(m, WS_N_G_BLOCKED, r->b), r->sum, r->n);
}

/* What is no state of a goroutine. */
static void
emit_other(struct emitter *m, const struct ws_tally_row *r)
{
	if (r->a == WS_TRACE_CREATE)
		put_count(m, m->create_n, r);
	else if (r->a == WS_TRACE_KEPT)
		put_count(m, m->kept_n, r);
	else if (r->a == WS_TRACE_LIFE)
		put_both(m, m->life, m->life_n, r);
	else
		put_both(m, m->hold, m->hold_n, r);
}

static void
emit_row(struct emitter *m, const struct ws_tally_row *r)
{
	ws_id stack = r->b;

	switch (r->a) {
	case WS_TRACE_RUN:
		stack = with_leaf(m, WS_N_G_RUNNING, entry_stack(m, r->b));
		/* What was moved to its entry function may leave a crumb. */
		put(m, m->time, stack, r->sum > 0 ? r->sum : 0, r->n);
		break;
	case WS_TRACE_WAIT:
		put_both(m, m->sched, m->sched_n, r);
		stack = with_leaf(m, WS_N_G_RUNNABLE, stack);
		put(m, m->time, stack, r->sum, r->n);
		break;
	case WS_TRACE_SYSCALL:
		put_both(m, m->syscall, m->syscall_n, r);
		stack = with_leaf(m, WS_N_G_SYSCALL, stack);
		put(m, m->time, stack, r->sum, r->n);
		break;
	case WS_TRACE_CGO:
		put_both(m, m->cgo, m->cgo_n, r);
		stack = with_leaf(m, WS_N_G_CGO, stack);
		put(m, m->time, stack, r->sum, r->n);
		break;
	case WS_TRACE_UNTOLD:
		stack = with_leaf(m, WS_N_G_UNKNOWN, stack);
		put(m, m->time, stack, r->sum, r->n);
		break;
	case WS_TRACE_CREATE:
	case WS_TRACE_LIFE:
	case WS_TRACE_KEPT:
	case WS_TRACE_HOLD:
		emit_other(m, r);
		break;
	default:
		emit_blocked(m, r);
		break;
	}
}

static bool
is_library(struct ws_sv func)
{
	static const char *const prefix[] = { "runtime.", "sync.",
		"internal/sync.", "internal/poll.", "reflect." };
	size_t i;

	for (i = 0; i < WS_LEN(prefix); i++)
		if (ws_sv_starts(func, prefix[i]))
			return true;
	return false;
}

/* "main.work main.go:88", the first frame that is not of the library. */
static void
put_place(const struct emitter *m, ws_id stack, struct ws_buf *b)
{
	const ws_id *frame;
	const struct ws_frame *f = NULL;
	struct ws_sv file;
	size_t i, n = ws_dict_get_stack(m->dict, stack, &frame);

	for (i = 0; i < n; i++) {
		f = ws_dict_get_frame(m->dict, frame[i]);
		if (!is_library(ws_dict_text(m->dict, f->func)))
			break;
	}
	if (f == NULL)
		return;
	ws_buf_putsv(b, ws_dict_text(m->dict, f->func));
	file = ws_dict_text(m->dict, f->file);
	for (i = file.n; i > 0 && file.p[i - 1] != '/'; i--)
		;
	if (i < file.n)
		ws_buf_printf(b, " %.*s", WS_SV_ARG(ws_sv_from(file, i)));
	if (i < file.n && f->line != 0)
		ws_buf_printf(b, ":%u", f->line);
}

/* What the goroutine of the stack started with; 0 when that is not told. */
static ws_id
entry_of(const struct emitter *m, ws_id stack)
{
	const ws_id *frame;
	size_t n = ws_dict_get_stack(m->dict, stack, &frame);

	return n > 0 ? ws_dict_get_frame(m->dict, frame[n - 1])->func : 0;
}

/* Goroutines that do the same and wake each other take turns; those that wait
 * for work are woken by others. */
static bool
are_peers(const struct emitter *m, const struct ws_tally_row *r)
{
	ws_id entry = entry_of(m, r->a);

	return entry != 0 && entry == entry_of(m, r->b);
}

static void
emit_pair(struct emitter *m, const struct ws_tally_row *r, bool is_named)
{
	struct ws_buf b = { 0 };
	ws_id stack = r->a;

	if (are_peers(m, r))
		stack = with_leaf(m, m->peers, stack);
	if (is_named) {
		put_place(m, r->a, &b);
		ws_buf_puts(&b, " <- ");
		put_place(m, r->b, &b);
	} else {
		ws_buf_puts(&b, "other pairs");
	}
	put(m, m->pair,
	    with_leaf(m, ws_dict_str(m->dict, ws_buf_sv(&b)), stack), r->sum,
	    r->n);
	ws_buf_fini(&b);
}

static int
by_sum(const void *pa, const void *pb)
{
	const struct ws_tally_row *a = pa, *b = pb;

	if (a->sum != b->sum)
		return a->sum > b->sum ? -1 : 1;
	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	return (a->b > b->b) - (a->b < b->b);
}

void
ws_traces_emit(struct ws_traces *t)
{
	struct emitter m;
	size_t i;

	emitter_init(&m, t);
	for (i = 0; i < t->sums.n; i++)
		emit_row(&m, &t->sums.row[i]);
	if (t->pairs.n > 1)
		qsort(t->pairs.row, t->pairs.n, sizeof(*t->pairs.row), by_sum);
	for (i = 0; i < t->pairs.n; i++)
		emit_pair(&m, &t->pairs.row[i], i < PAIRS_NAMED);
	if (t->pairs.rest.n > 0)
		emit_pair(&m, &t->pairs.rest, false);
	free(m.frame);
}
