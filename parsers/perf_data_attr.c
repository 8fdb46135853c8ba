/* Events of a recording: their attributes, ids, names and series. */
#include <inttypes.h>

#include "base/mem.h"
#include "perf_data.h"
#include "perf_event.h"

enum {
	ATTRS_MAX = 1 << 14,
	ATTR_SIZE_0 = 64, /* of the first version */
	HEAD_BYTES = 16
};

/* Flags are a C bit-field: on the other byte order the bits of each byte come
 * the other way round, and the bytes do not. */
static uint64_t
read_flags(struct pd_in *in)
{
	uint64_t flags = 0;

	for (unsigned i = 0; i < 8; i++) {
		uint8_t b = pd_u8(in);

		if (in->big) {
			b = (uint8_t)((b & 0x0f) << 4 | b >> 4);
			b = (uint8_t)((b & 0x33) << 2 | (b >> 2 & 0x33));
			b = (uint8_t)((b & 0x55) << 1 | (b >> 1 & 0x55));
		}
		flags |= (uint64_t)b << 8 * i;
	}
	return flags;
}

/* Members that an older attribute does not have are 0. */
static uint64_t
later_u64(struct pd_in *in)
{
	return pd_left(in) >= 8 ? pd_u64(in) : 0;
}

bool
pd_attr_add(struct pd *d, struct pd_in in, uint64_t *index)
{
	struct pd_attr a = { .type = pd_u32(&in) };
	uint32_t size;

	size = pd_u32(&in);
	*index = d->n_attr;
	if (size == 0)
		size = ATTR_SIZE_0;
	if (size < ATTR_SIZE_0 || d->n_attr == ATTRS_MAX)
		return false;
	if (pd_left(&in) > size - 8)
		in.end = in.p + (size - 8);
	a.config = pd_u64(&in);
	a.period = pd_u64(&in);
	a.sample_type = pd_u64(&in);
	a.read_format = pd_u64(&in);
	a.flags = read_flags(&in);
	pd_skip(&in, 8); /* wake-up, kind of breakpoint */
	pd_u64(&in);
	if (in.bad)
		return false;
	later_u64(&in); /* config2 */
	a.branch_type = later_u64(&in);
	a.regs_user = later_u64(&in);
	a.clockid = (uint32_t)(d->big ? later_u64(&in) : later_u64(&in) >> 32);
	d->attr = ws_grow(d->attr, &d->cap_attr, d->n_attr + 1, sizeof(a));
	d->attr[d->n_attr++] = a;
	return true;
}

void
pd_attr_id(struct pd *d, uint64_t index, uint64_t id)
{
	uint32_t i;

	if (d->ids == NULL)
		d->ids = ws_htab_new();
	i = ws_htab_put(d->ids, &id, sizeof(id), NULL);
	d->id_attr =
	    ws_grow(d->id_attr, &d->cap_id, (size_t)i + 1, sizeof(*d->id_attr));
	d->id_attr[i] = (uint32_t)index;
}

struct pd_attr *
pd_attr_of(struct pd *d, uint64_t id)
{
	uint32_t i = WS_HTAB_NONE;

	if (d->n_attr == 0)
		return NULL;
	if (d->ids != NULL && d->n_attr > 1)
		i = ws_htab_get(d->ids, &id, sizeof(id));
	return &d->attr[i == WS_HTAB_NONE ? 0 : d->id_attr[i]];
}

static const char *const hardware[] = { "cycles", "instructions",
	"cache-references", "cache-misses", "branches", "branch-misses",
	"bus-cycles", "stalled-cycles-frontend", "stalled-cycles-backend",
	"ref-cycles" };

static const char *const software[] = { "cpu-clock", "task-clock",
	"page-faults", "context-switches", "cpu-migrations", "minor-faults",
	"major-faults", "alignment-faults", "emulation-faults", "dummy",
	"bpf-output", "cgroup-switches" };

/* Names for those that the recording does not name, as perf's own. */
static ws_id
make_name(struct pd *d, const struct pd_attr *a)
{
	const struct pd_format *f;
	struct ws_buf b = { 0 };
	ws_id id;

	/* The kind of CPU, on machines with two, is in the upper half. */
	uint64_t config = a->config & UINT32_MAX;

	if (a->type == PD_HARDWARE && config < WS_LEN(hardware))
		return ws_dict_cstr(d->sink->dict, hardware[config]);
	if (a->type == PD_SOFTWARE && config < WS_LEN(software))
		return ws_dict_cstr(d->sink->dict, software[config]);
	f = a->type == PD_TRACEPOINT ? pd_format_of(d, a->config) : NULL;
	if (f != NULL)
		return f->name;
	ws_buf_printf(
	    &b, "type-%" PRIu32 "/config=0x%" PRIx64, a->type, a->config);
	id = ws_dict_str(d->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

ws_id
pd_attr_name(struct pd *d, const struct pd_attr *a)
{
	return a->event != 0 ? a->event : make_name(d, a);
}

/* What decides about its series.  A clock is one whatever it was called. */
static struct ws_sv
meant_name(struct pd *d, const struct pd_attr *a)
{
	enum { CLOCKS = 2 };

	return ws_dict_text(d->sink->dict,
	    a->type == PD_SOFTWARE && a->config < CLOCKS ? make_name(d, a)
							 : pd_attr_name(d, a));
}

static const char sys_enter[] = "syscalls:sys_enter_",
		  sys_exit[] = "syscalls:sys_exit_";

static uint8_t
point_of(struct ws_sv name)
{
	static const struct {
		const char *name;
		uint8_t point;
	} points[] = {
		{ "sched:sched_switch", PD_P_SWITCH },
		{ "sched:sched_wakeup", PD_P_WAKEUP },
		{ "sched:sched_wakeup_new", PD_P_WAKEUP },
		{ "raw_syscalls:sys_enter", PD_P_RAW_SYS_ENTER },
		{ "raw_syscalls:sys_exit", PD_P_RAW_SYS_EXIT },
		{ "block:block_rq_issue", PD_P_BLOCK_ISSUE },
		{ "block:block_rq_complete", PD_P_BLOCK_COMPLETE },
		{ "lock:contention_begin", PD_P_LOCK_BEGIN },
		{ "lock:contention_end", PD_P_LOCK_END },
	};

	for (size_t i = 0; i < WS_LEN(points); i++)
		if (ws_sv_is(name, points[i].name))
			return points[i].point;
	if (ws_sv_starts(name, sys_enter))
		return PD_P_SYS_ENTER;
	return ws_sv_starts(name, sys_exit) ? PD_P_SYS_EXIT : PD_P_NONE;
}

static void
set_point(struct pd *d, struct pd_attr *a)
{
	struct ws_sv name = ws_dict_text(d->sink->dict, pd_attr_name(d, a));

	a->point = point_of(name);
	if (a->point == PD_P_SYS_ENTER)
		a->call = ws_perf_call_of(
		    d->sink->dict, ws_sv_from(name, strlen(sys_enter)));
	else if (a->point == PD_P_SYS_EXIT)
		a->call = ws_perf_call_of(
		    d->sink->dict, ws_sv_from(name, strlen(sys_exit)));
	if (a->point == PD_P_SYS_ENTER && a->call.is_futex)
		a->point = PD_P_FUTEX;
}

static int
words(uint64_t bits)
{
	int n = 0;

	for (; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

/*
 * Where the id is.  perf asks for IDENTIFIER when the layouts of its events
 * differ; then its place is fixed.  Else all have the layout of the first.
 */
static void
find_ids(struct pd *d)
{
	uint64_t all = UINT64_MAX, st;

	d->laid_out = d->n_attr;
	for (size_t i = 0; i < d->n_attr; i++)
		all &= d->attr[i].sample_type;
	st = d->attr[0].sample_type;
	d->id_at = d->id_back = -1;
	if (all & PD_IDENTIFIER) {
		d->id_at = 0;
		d->id_back = 1;
	} else if (all & PD_ID) {
		d->id_at = words(st & (PD_IP | PD_TID | PD_TIME | PD_ADDR));
		d->id_back = 1 + words(st & (PD_STREAM_ID | PD_CPU));
	}
	d->has_time = (all & PD_TIME) != 0;
}

bool
pd_has_time(struct pd *d)
{
	if (d->laid_out != d->n_attr)
		find_ids(d);
	return d->has_time;
}

void
pd_attrs_finish(struct pd *d)
{
	struct ws_dict *dict = d->sink->dict;
	struct ws_perf_roles roles = { 0 };
	struct ws_perf_event event;

	if (d->n_attr == 0)
		return;
	find_ids(d);
	for (size_t i = 0; i < d->n_attr; i++)
		ws_perf_event_known(&roles, dict, meant_name(d, &d->attr[i]));
	for (size_t i = 0; i < d->n_attr; i++) {
		struct pd_attr *a = &d->attr[i];

		event = ws_perf_event_of(&roles, dict, meant_name(d, a));
		a->series = event.series;
		a->unit = (uint8_t)event.unit;
		if (a->type == PD_TRACEPOINT)
			set_point(d, a);
	}
}

/* The trailer is read from the end, as texts before it are padded. */
struct pd_trailer
pd_trailer_of(struct pd *d, const struct pd_rec *r)
{
	struct pd_trailer t = { .time = 0 };
	const struct pd_attr *a = d->n_attr > 0 ? &d->attr[0] : NULL;
	const unsigned char *end = r->p + r->n;
	size_t n;

	if (a == NULL || r->type >= PD_R_ATTR)
		return t;
	pd_has_time(d); /* lays them out */
	if (d->id_back > 0 && r->n >= (size_t)d->id_back * 8)
		a = pd_attr_of(
		    d, pd_load64(end - (size_t)d->id_back * 8, d->big));
	if (!(a->flags >> PD_F_SAMPLE_ID_ALL & 1))
		return t;
	n = 8 * (size_t)words(
		    a->sample_type & (PD_TID | PD_TIME | PD_ID | PD_STREAM_ID |
					 PD_CPU | PD_IDENTIFIER));
	if (n > r->n)
		return t;
	end -= n;
	if (a->sample_type & PD_TID) {
		t.pid = pd_load32(end, d->big);
		t.tid = pd_load32(end + 4, d->big);
		end += 8;
	}
	if (a->sample_type & PD_TIME)
		t.time = pd_load64(end, d->big);
	/* What perf made up at the start has no time. */
	if (t.time == UINT64_MAX)
		t.time = 0;
	return t;
}
