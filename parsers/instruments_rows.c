/* Rows to events: what each table means. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "instruments.h"

static const struct {
	const char *mnemonic;
	enum instr_role role;
} mnemonics[] = {
	{ "time", ROLE_TIME },
	{ "start", ROLE_TIME },
	{ "timestamp", ROLE_TIME },
	{ "duration", ROLE_DURATION },
	{ "thread", ROLE_THREAD },
	{ "process", ROLE_PROCESS },
	{ "core", ROLE_CORE },
	{ "cpu", ROLE_CORE },
	{ "core-index", ROLE_CORE },
	{ "thread-state", ROLE_STATE },
	{ "state", ROLE_STATE },
	{ "weight", ROLE_WEIGHT },
	{ "stack", ROLE_STACK },
	{ "backtrace", ROLE_STACK },
	{ "callstack", ROLE_STACK },
	{ "cp-user-callstack", ROLE_STACK },
	{ "user-stack", ROLE_STACK },
	{ "cp-kernel-callstack", ROLE_KERNEL_STACK },
	{ "kernel-stack", ROLE_KERNEL_STACK },
	{ "call", ROLE_CALL },
	{ "syscall", ROLE_CALL },
	{ "operation", ROLE_OPERATION },
	{ "cputime", ROLE_CPU_TIME },
	{ "waittime", ROLE_WAIT_TIME },
	{ "note", ROLE_NOTE },
	{ "address", ROLE_ADDRESS },
	{ "size", ROLE_SIZE },
	{ "bytes", ROLE_SIZE },
	{ "lreads", ROLE_READ },
	{ "lwrites", ROLE_WRITTEN },
	{ "type", ROLE_TYPE },
	{ "hang-type", ROLE_TYPE },
	{ "interval-type", ROLE_TYPE },
	{ "thermal-state", ROLE_TYPE },
	{ "class", ROLE_CLASS },
	{ "subclass", ROLE_SUBCLASS },
	{ "code", ROLE_CODE },
};

static const struct instr_cell nothing = { INSTR_SENTINEL, 0 };

static struct instr_cell
cell(const struct instr *t, enum instr_role role)
{
	int at = t->table.role[role];

	return at < 0 ? nothing : t->cell[at];
}

static int64_t
time_of(const struct instr *t, enum instr_role role)
{
	struct instr_cell c = cell(t, role);

	if (c.kind != INSTR_TIME && c.kind != INSTR_DURATION)
		return WS_T_NONE;
	return c.v > INT64_MAX ? WS_T_NONE : (int64_t)c.v;
}

/* A number whose largest value means that there is none. */
static double
number_of(const struct instr *t, enum instr_role role)
{
	struct instr_cell c = cell(t, role);

	return c.kind == INSTR_NUMBER && c.v != UINT64_MAX && c.v != UINT32_MAX
		   ? (double)c.v
		   : NAN;
}

static ws_id
text_of(const struct instr *t, enum instr_role role)
{
	struct instr_cell c = cell(t, role);

	return c.kind == INSTR_TEXT || c.kind == INSTR_SYSCALL ? (ws_id)c.v : 0;
}

static ws_id
stack_of(const struct instr *t)
{
	struct instr_cell c = cell(t, ROLE_STACK);

	return c.kind == INSTR_BACKTRACE ? (ws_id)c.v : 0;
}

/* Thread or else process of the row. */
static uint64_t
owner_of(const struct instr *t)
{
	struct instr_cell c = cell(t, ROLE_THREAD);

	if (c.kind != INSTR_THREAD)
		c = cell(t, ROLE_PROCESS);
	return c.kind == INSTR_THREAD || c.kind == INSTR_PROCESS ? c.v : 0;
}

/* An event of the row, at its time and on its thread. */
static struct ws_event
event_of(const struct instr *t, enum ws_event_kind kind, ws_id name)
{
	struct ws_event ev = WS_EVENT(kind);

	ev.t = time_of(t, ROLE_TIME);
	ev.clock = ev.t != WS_T_NONE ? t->clock : 0;
	ev.track = (ws_id)owner_of(t);
	ev.name = name;
	return ev;
}

static void
put_value(struct instr *t, struct ws_event *ev, ws_id name, double v)
{
	ev->name = name;
	ev->value = v;
	if (!(v > 0))
		return;
	if (t->main == 0 && ev->kind == WS_EV_SAMPLE)
		t->main = name;
	ws_batch_put(&t->out, ev);
}

/* A stack with one more leaf: a system call, an operation. */
static ws_id
with_leaf(struct instr *t, ws_id stack, ws_id func, ws_id mapping)
{
	struct instr_scratch *s = &t->s;
	struct ws_frame leaf = { .func = func, .mapping = mapping };
	struct instr_leaf *known =
	    &t->leaf[(stack * 31u + func * 7u + mapping) % INSTR_LEAVES];
	const ws_id *frame;
	size_t n, used = 0;
	ws_id before = 0;

	if (func == 0)
		return stack;
	if (known->stack == stack && known->func == func &&
	    known->mapping == mapping)
		return known->with;
	n = ws_dict_get_stack(t->sink->dict, stack, &frame);
	s->stack = ws_grow(s->stack, &s->cap_stack, n + 1, sizeof(*s->stack));
	for (size_t i = 0; i < n; i++) {
		/* The tracer saw a call twice, at addresses that differ. */
		if (frame[i] != before)
			s->stack[1 + used++] = frame[i];
		before = frame[i];
	}
	s->stack[0] = ws_dict_frame(t->sink->dict, &leaf);
	*known = (struct instr_leaf){ stack, func, mapping,
		ws_dict_stack(t->sink->dict, s->stack, used + 1) };
	return known->with;
}

static void
note_time(struct instr *t, int64_t at)
{
	if (at == WS_T_NONE)
		return;
	if (at < t->last)
		t->count.shuffled++;
	if (t->first == WS_T_NONE || at < t->first)
		t->first = at;
	if (t->last == WS_T_NONE || at > t->last)
		t->last = at;
}

/* time-profile, cpu-profile, counters-profile: the weight's element tells the
 * unit.  Threads that wait are in it only when they were asked for. */
static void
row_profile(struct instr *t)
{
	struct instr_cell w = cell(t, ROLE_WEIGHT);
	ws_id state = text_of(t, ROLE_STATE);
	bool runs = state == 0 || state == t->thread_state[0];
	struct ws_event ev = event_of(t, WS_EV_SAMPLE, 0);

	ev.stack = stack_of(t);
	ev.unit = WS_U_COUNT;
	note_time(t, ev.t);
	if (w.kind == INSTR_WEIGHT) {
		ev.unit = WS_U_TIME;
		put_value(t, &ev, runs ? WS_N_INSTR_CPU : WS_N_INSTR_WAITING,
		    (double)w.v);
		t->weight += runs ? (double)w.v : 0;
		t->weights += runs;
	} else if (w.kind == INSTR_CYCLES && runs) {
		put_value(t, &ev, WS_N_INSTR_CYCLES, (double)w.v);
	} else if (w.kind == INSTR_PMC && runs) {
		put_value(t, &ev, WS_N_INSTR_PMC, (double)w.v);
	} else if (w.kind == INSTR_SENTINEL) {
		t->count.untimed++;
	}
}

/* time-sample: user and kernel stacks apart, both without names. */
static void
row_sample(struct instr *t)
{
	struct instr_cell kernel = cell(t, ROLE_KERNEL_STACK);
	struct instr_scratch *s = &t->s;
	struct ws_event ev = event_of(t, WS_EV_SAMPLE, 0);
	ws_id state = text_of(t, ROLE_STATE);
	const ws_id *frame;
	size_t n, k;

	ev.stack = stack_of(t);
	if (kernel.kind == INSTR_BACKTRACE && kernel.v != 0) {
		k = ws_dict_get_stack(t->sink->dict, (ws_id)kernel.v, &frame);
		n = ws_dict_get_stack(t->sink->dict, ev.stack, &frame);
		s->stack = ws_grow(
		    s->stack, &s->cap_stack, n + k + 1, sizeof(*s->stack));
		memcpy(s->stack + k, frame, n * sizeof(*frame));
		ws_dict_get_stack(t->sink->dict, (ws_id)kernel.v, &frame);
		memcpy(s->stack, frame, k * sizeof(*frame));
		n = n + k < t->depth_max ? n + k : t->depth_max;
		ev.stack = ws_dict_stack(t->sink->dict, s->stack, n);
	}
	note_time(t, ev.t);
	ev.unit = WS_U_COUNT;
	put_value(t, &ev,
	    state == t->thread_state[0] ? WS_N_INSTR_SAMPLED_RUNNING
					: WS_N_INSTR_SAMPLED_WAITING,
	    1);
}

static void
put_span(struct instr *t, struct ws_event *ev)
{
	ev->dur = time_of(t, ROLE_DURATION);
	if (ev->t == WS_T_NONE || ev->dur == WS_T_NONE ||
	    ev->dur > INT64_MAX - ev->t) {
		t->count.untimed++;
		return;
	}
	note_time(t, ev->t);
	note_time(t, ev->t + ev->dur);
	ws_batch_put(&t->out, ev);
}

/* Its note says which thread made it runnable, if one did. */
static void
row_thread_state(struct instr *t)
{
	struct instr_cell note = cell(t, ROLE_NOTE);
	ws_id state = text_of(t, ROLE_STATE);
	struct ws_event ev = event_of(t, WS_EV_SPAN, WS_N_T_UNKNOWN);

	for (unsigned i = 0; i < INSTR_THREAD_STATES; i++)
		if (state == t->thread_state[i])
			ev.name = WS_N_T_RUNNING + i;
	put_span(t, &ev);
	if (note.kind != INSTR_NARRATIVE || (ws_id)note.v == 0 ||
	    (ws_id)note.v == ev.track || ev.t == WS_T_NONE)
		return;
	ev.kind = WS_EV_EDGE;
	ev.name = WS_N_INSTR_WAKE;
	ev.dur = WS_T_NONE;
	ev.peer = ev.track;
	ev.track = (ws_id)note.v;
	ws_batch_put(&t->out, &ev);
}

static void
row_cpu_state(struct instr *t)
{
	struct instr_cell core = cell(t, ROLE_CORE);
	ws_id state = text_of(t, ROLE_STATE);
	struct ws_event ev = event_of(t, WS_EV_SPAN, WS_N_CORE_UNKNOWN);
	char text[32];

	for (unsigned i = 0; i < 4; i++)
		if (state == t->core_state[i])
			ev.name = WS_N_CORE_RUNNING + i;
	if (core.kind != INSTR_CORE || core.v >= UINT16_MAX)
		return;
	snprintf(text, sizeof(text), "CPU %u", (unsigned)core.v);
	ev.peer = ev.track;
	ev.track = ws_dict_cstr(t->sink->dict, text);
	put_span(t, &ev);
}

/* Time, and the parts of it on and off the CPU where they are told. */
static void
put_times(struct instr *t, struct ws_event *ev, const ws_id *series)
{
	static const enum instr_role role[] = { ROLE_DURATION, ROLE_CPU_TIME,
		ROLE_WAIT_TIME };

	ev->unit = WS_U_TIME;
	if (time_of(t, ROLE_DURATION) == WS_T_NONE)
		t->count.untimed++;
	for (size_t i = 0; i < WS_LEN(role); i++) {
		int64_t v = time_of(t, role[i]);

		if (v != WS_T_NONE && series[i] != 0)
			put_value(t, ev, series[i], (double)v);
	}
}

static void
row_syscall(struct instr *t)
{
	static const ws_id series[] = { WS_N_INSTR_SYSCALL, 0,
		WS_N_INSTR_SYSCALL_WAIT };
	struct ws_event ev = event_of(t, WS_EV_SAMPLE, 0);

	note_time(t, ev.t);
	ev.stack = with_leaf(t, stack_of(t), text_of(t, ROLE_CALL), t->kernel);
	put_times(t, &ev, series);
}

/* Where Go on macOS has its heap: see the head of instruments.c. */
static bool
is_go_heap(uint64_t addr)
{
	return (addr >= UINT64_C(0xc000000000) &&
		   addr < UINT64_C(0xe000000000)) ||
	       (addr >= UINT64_C(0x14000000000) &&
		   addr < UINT64_C(0x18000000000));
}

static void
row_fault(struct instr *t)
{
	static const ws_id series[] = { WS_N_INSTR_FAULTS, WS_N_INSTR_FAULT_CPU,
		WS_N_INSTR_FAULT_WAIT };
	struct ws_event ev = event_of(t, WS_EV_SAMPLE, 0);
	double addr = number_of(t, ROLE_ADDRESS);
	double size = number_of(t, ROLE_SIZE);
	bool heap = !isnan(addr) && is_go_heap((uint64_t)addr);

	note_time(t, ev.t);
	ev.stack = with_leaf(t, stack_of(t), text_of(t, ROLE_OPERATION),
	    heap ? t->go_heap : t->kernel);
	put_times(t, &ev, series);
	ev.unit = WS_U_BYTES;
	put_value(t, &ev, WS_N_INSTR_FAULT_BYTES, size);
	ev.kind = WS_EV_COUNTER;
	ev.unit = WS_U_NONE;
	ev.stack = 0;
	put_value(t, &ev, WS_N_INSTR_FAULT_ADDRESS, addr);
}

static void
row_switch(struct instr *t)
{
	struct ws_event ev = event_of(t, WS_EV_SAMPLE, 0);

	note_time(t, ev.t);
	ev.unit = WS_U_COUNT;
	ev.stack = stack_of(t);
	put_value(t, &ev, WS_N_INSTR_SWITCHES, 1);
}

static void
row_fs(struct instr *t)
{
	static const ws_id series[] = { WS_N_INSTR_FS, 0, 0 };
	struct ws_event ev = event_of(t, WS_EV_SAMPLE, 0);
	double bytes = 0, part;

	note_time(t, ev.t);
	ev.stack = with_leaf(t, stack_of(t), text_of(t, ROLE_CALL), t->kernel);
	put_times(t, &ev, series);
	part = number_of(t, ROLE_READ);
	bytes += isnan(part) ? 0 : part;
	part = number_of(t, ROLE_WRITTEN);
	bytes += isnan(part) ? 0 : part;
	ev.unit = WS_U_BYTES;
	put_value(t, &ev, WS_N_INSTR_FS_BYTES, bytes);
}

static void
row_disk(struct instr *t)
{
	static const ws_id series[] = { WS_N_INSTR_DISK, 0, 0 };
	struct ws_event ev = event_of(t, WS_EV_SAMPLE, 0);
	ws_id what = text_of(t, ROLE_OPERATION);

	note_time(t, ev.t);
	ev.stack = with_leaf(t, stack_of(t),
	    what != 0 ? what : text_of(t, ROLE_TYPE), t->kernel);
	put_times(t, &ev, series);
	ev.unit = WS_U_BYTES;
	put_value(t, &ev, WS_N_INSTR_DISK_BYTES, number_of(t, ROLE_SIZE));
}

static void
row_pattern(struct instr *t)
{
	struct ws_event ev = event_of(t, WS_EV_MARK, WS_N_INSTR_FS_PATTERN);

	ev.peer = text_of(t, ROLE_TYPE);
	ev.stack = stack_of(t);
	if (ev.peer == 0)
		ev.peer = text_of(t, ROLE_CALL);
	ws_batch_put(&t->out, &ev);
}

/* The call or the class, subclass and code in hexadecimal. */
static void
row_kdebug(struct instr *t)
{
	struct ws_event ev = event_of(t, WS_EV_SAMPLE, 0);
	double a = number_of(t, ROLE_CLASS), b = number_of(t, ROLE_SUBCLASS);
	double c = number_of(t, ROLE_CODE);
	char text[64];

	note_time(t, ev.t);
	if (isnan(a) || isnan(b)) {
		t->count.untimed++;
		return;
	}
	snprintf(text, sizeof(text), "kdebug 0x%llx.0x%llx.0x%llx",
	    (unsigned long long)a, (unsigned long long)b,
	    isnan(c) ? 0 : (unsigned long long)c);
	ev.unit = WS_U_COUNT;
	ev.stack = with_leaf(
	    t, stack_of(t), ws_dict_cstr(t->sink->dict, text), t->kernel);
	put_value(t, &ev, WS_N_INSTR_KDEBUG, 1);
}

static void
row_runloop(struct instr *t)
{
	bool span = t->table.role[ROLE_DURATION] >= 0;
	struct ws_event ev =
	    event_of(t, span ? WS_EV_SPAN : WS_EV_MARK, WS_N_INSTR_RUNLOOP);

	ev.peer = text_of(t, ROLE_TYPE);
	if (span)
		put_span(t, &ev);
	else
		ws_batch_put(&t->out, &ev);
}

static void
row_hang(struct instr *t)
{
	struct ws_event ev = event_of(t, WS_EV_SPAN, WS_N_INSTR_HANG);

	ev.peer = text_of(t, ROLE_TYPE);
	put_span(t, &ev);
}

static void
row_thermal(struct instr *t)
{
	struct ws_event ev = event_of(t, WS_EV_SPAN, WS_N_INSTR_THERMAL);

	ev.peer = text_of(t, ROLE_TYPE);
	put_span(t, &ev);
}

static double
plain_number(struct instr_cell c)
{
	double real;

	if (c.kind == INSTR_REAL) {
		memcpy(&real, &c.v, sizeof(real));
		return real;
	}
	if (c.kind == INSTR_DURATION)
		return (double)c.v;
	return c.kind == INSTR_NUMBER && c.v != UINT64_MAX ? (double)c.v : NAN;
}

/* Any other table: its quantities as series, its stacks by time. */
static void
row_generic(struct instr *t)
{
	struct ws_event ev = event_of(t, WS_EV_COUNTER, 0);
	int64_t dur = time_of(t, ROLE_DURATION);

	for (size_t i = 0; i < t->table.columns; i++) {
		double v = plain_number(t->cell[i]);

		if (t->table.series[i] == 0 || isnan(v))
			continue;
		ev.name = t->table.series[i];
		ev.unit = t->table.unit[i];
		ev.value = v;
		ws_batch_put(&t->out, &ev);
	}
	if (stack_of(t) == 0)
		return;
	ev.kind = WS_EV_SAMPLE;
	ev.stack = stack_of(t);
	ev.unit = dur != WS_T_NONE ? WS_U_TIME : WS_U_COUNT;
	put_value(t, &ev, t->table.main, dur != WS_T_NONE ? (double)dur : 1);
}

static const struct {
	const char *schema;
	void (*row)(struct instr *);
} tables[] = {
	{ "time-profile", row_profile },
	{ "cpu-profile", row_profile },
	{ "counters-profile", row_profile },
	{ "time-sample", row_sample },
	{ "thread-state", row_thread_state },
	{ "cpu-state", row_cpu_state },
	{ "syscall", row_syscall },
	{ "virtual-memory", row_fault },
	{ "context-switch", row_switch },
	{ "fs-syscall", row_fs },
	{ "detected-fs-antipattern", row_pattern },
	{ "diskio", row_disk },
	{ "disk-io", row_disk },
	{ "diskio-intervals", row_disk },
	{ "kdebug", row_kdebug },
	{ "runloop-events", row_runloop },
	{ "runloop-intervals", row_runloop },
	{ "potential-hangs", row_hang },
	{ "hang-risks", row_hang },
	{ "device-thermal-state-intervals", row_thermal },
};

void
instr_table_begin(struct instr *t)
{
	t->table = (struct instr_table){ 0 };
	for (size_t i = 0; i < ROLES; i++)
		t->table.role[i] = -1;
}

static ws_id
series_name(struct instr *t, const char *schema, const char *column)
{
	char text[160];

	snprintf(text, sizeof(text), "instruments.%s%s%s", schema,
	    column[0] != '\0' ? "." : "", column);
	return ws_dict_cstr(t->sink->dict, text);
}

void
instr_table_schema(struct instr *t, struct ws_sv name)
{
	struct instr_table *table = &t->table;
	size_t n =
	    name.n < sizeof(table->schema) ? name.n : sizeof(table->schema) - 1;

	memcpy(table->schema, name.p, n);
	table->schema[n] = '\0';
	table->row = row_generic;
	for (size_t i = 0; i < WS_LEN(tables); i++)
		if (ws_sv_is(name, tables[i].schema))
			table->row = tables[i].row;
	if (table->row == row_generic)
		table->main = series_name(t, table->schema, "");
}

/* What can be added up or compared; addresses and numbers of things cannot. */
static enum ws_unit
quantity(struct ws_sv type)
{
	if (ws_sv_starts(type, "duration"))
		return WS_U_TIME;
	if (ws_sv_ends(type, "size-in-bytes"))
		return WS_U_BYTES;
	if (ws_sv_is(type, "event-count") || ws_sv_ends(type, "-count"))
		return WS_U_COUNT;
	return ws_sv_find(type, "percent") < type.n || ws_sv_ends(type, "-rate")
		   ? WS_U_NONE
		   : WS_U_COUNT_OF;
}

/* Columns of an old table may come in any order; the first of a meaning
 * counts. */
void
instr_table_column(struct instr *t)
{
	struct instr_table *table = &t->table;
	size_t at = table->columns++;
	enum ws_unit unit;

	if (at >= INSTR_COLUMNS)
		return;
	for (size_t i = 0; i < WS_LEN(mnemonics); i++)
		if (strcmp(mnemonics[i].mnemonic, table->mnemonic) == 0 &&
		    table->role[mnemonics[i].role] < 0)
			table->role[mnemonics[i].role] = (int8_t)at;
	if (table->row != row_generic)
		return;
	unit = quantity(ws_sv_of(table->type));
	if (unit == WS_U_COUNT_OF)
		return;
	table->series[at] = series_name(t, table->schema, table->mnemonic);
	table->unit[at] = (uint8_t)unit;
}

/* Of the other processes, when a table of contents before the tables says
 * which one was recorded. */
static bool
is_foreign(const struct instr *t)
{
	uint64_t owner = owner_of(t);

	return t->toc.pid != 0 && owner != 0 && owner >> 32 != t->toc.pid;
}

void
instr_row(struct instr *t)
{
	t->count.rows++;
	if (t->table.row == NULL)
		return;
	if (t->cells != t->table.columns || t->cells > INSTR_COLUMNS) {
		t->count.uneven++;
		return;
	}
	if (is_foreign(t))
		t->count.foreign++;
	else
		t->table.row(t);
}

struct detail {
	struct ws_sv size, what, library, caller;
	const char *size_name;
};

static bool
is_attribute(const xmlChar *name, const char *text)
{
	return strcmp((const char *)name, text) == 0;
}

/* The columns of a track's detail that are read. */
static void
read_detail(struct detail *d, int n, const xmlChar **a)
{
	static const char *const sizes[] = { "size", "resident-size",
		"persistent-bytes" };

	for (int i = 0; i < n; i++, a += 5) {
		struct ws_sv v = instr_sv(a[3], a[4]);

		for (size_t k = 0; k < WS_LEN(sizes); k++) {
			if (!is_attribute(a[0], sizes[k]))
				continue;
			d->size = v;
			d->size_name = sizes[k];
		}
		if (is_attribute(a[0], "responsible-library"))
			d->library = v;
		else if (is_attribute(a[0], "responsible-caller") ||
			 is_attribute(a[0], "responsible-frame"))
			d->caller = v;
		else if (is_attribute(a[0], "category") ||
			 is_attribute(a[0], "leaked-object") ||
			 is_attribute(a[0], "type"))
			d->what = v;
	}
}

/* Allocations and leaks are charged to the caller; regions of memory and
 * statistics are series of their kind. */
void
instr_detail(struct instr *t, int n, const xmlChar **attributes)
{
	struct ws_dict *dict = t->sink->dict;
	struct detail d = { 0 };
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	struct ws_frame f = { 0 };
	uint64_t size;
	ws_id frame;

	read_detail(&d, n, attributes);
	if (!ws_num_u64(d.size, 0, UINT64_MAX, &size))
		return;
	ev.unit = WS_U_BYTES;
	ev.value = (double)size;
	ev.track = ws_dict_str(dict, d.what);
	if (d.caller.p == NULL) {
		ev.name = series_name(t, "detail", d.size_name);
		ws_batch_put(&t->out, &ev);
		return;
	}
	ev.kind = WS_EV_SAMPLE;
	if (d.caller.n > 0 && d.caller.p[0] != '<')
		f.func = ws_dict_str(dict, d.caller);
	f.mapping = ws_dict_str(dict, d.library);
	frame = ws_dict_frame(dict, &f);
	ev.stack = f.func != 0 ? ws_dict_stack(dict, &frame, 1) : 0;
	put_value(t, &ev,
	    strcmp(d.size_name, "size") == 0 &&
		    is_attribute(attributes[0], "leaked-object")
		? WS_N_INSTR_LEAKS
		: WS_N_INSTR_MALLOC,
	    (double)size);
}

void
instr_rows_init(struct instr *t)
{
	static const char *const states[] = { "Running", "Runnable",
		"Preempted", "Blocked", "Idle", "Interrupted", "Throttled",
		"Terminated", "Unknown" };
	static const char *const cores[] = { "Running", "Idle",
		"Handling Interrupt", "Unknown" };
	struct ws_dict *d = t->sink->dict;

	for (size_t i = 0; i < WS_LEN(states); i++)
		t->thread_state[i] = ws_dict_cstr(d, states[i]);
	for (size_t i = 0; i < WS_LEN(cores); i++)
		t->core_state[i] = ws_dict_cstr(d, cores[i]);
	t->go_heap = ws_dict_cstr(d, "go-heap");
	t->kernel = ws_dict_cstr(d, "kernel");
	t->first = t->last = WS_T_NONE;
}

/* What the rows cover, and how far apart samples are on average. */
void
instr_rows_finish(struct instr *t)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);
	double covered = t->toc.duration;

	if (isnan(covered) && t->first != WS_T_NONE && t->last > t->first)
		covered = (double)(t->last - t->first);
	ev.track = t->weights > 0 ? WS_N_INSTR_CPU : t->main;
	ev.unit = WS_U_TIME;
	if (ev.track == 0)
		return;
	put_value(t, &ev, WS_N_CAPTURE_DURATION, covered);
	if (t->weights > 0)
		put_value(t, &ev, WS_N_CAPTURE_PERIOD,
		    t->weight / (double)t->weights);
}
