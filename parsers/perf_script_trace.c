/*
 * Fields of tracepoints as perf script prints them: "name=value name=value",
 * "name: 0xvalue, name: 0xvalue" of system calls, and the forms that
 * libtraceevent's plugins give sched_switch and sched_wakeup.
 */
#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "base/num.h"
#include "perf_script.h"

/* What follows "key" up to the next blank, comma or ')'. */
static struct ws_sv
value_of(struct ws_sv s, const char *key)
{
	size_t at = ws_sv_find(s, key), n = 0;

	if (at == s.n)
		return (struct ws_sv){ s.p, 0 };
	s = ws_sv_from(s, at + strlen(key));
	while (s.n > 0 && s.p[0] == ' ')
		s = ws_sv_from(s, 1);
	while (n < s.n && s.p[n] != ' ' && s.p[n] != ',' && s.p[n] != ')')
		n++;
	return (struct ws_sv){ s.p, n };
}

/* A comm, which may hold blanks: up to the next key. */
static struct ws_sv
text_between(struct ws_sv s, const char *key, const char *next)
{
	size_t at = ws_sv_find(s, key);
	struct ws_sv v = ws_sv_from(s, at == s.n ? at : at + strlen(key));

	v.n = ws_sv_find(v, next);
	return v;
}

static bool
read_hex(struct ws_sv s, uint64_t *v)
{
	*v = 0;
	if (!ws_sv_starts(s, "0x") || s.n < 3 || s.n > 18)
		return false;
	for (size_t i = 2; i < s.n; i++) {
		const char *digits = "0123456789abcdef";
		const char *d = memchr(digits, s.p[i], 16);

		if (d == NULL)
			return false;
		*v = *v << 4 | (uint64_t)(d - digits);
	}
	return true;
}

static bool
read_tid(struct ws_sv s, uint64_t *tid)
{
	return ws_num_u64(s, 0, UINT32_MAX, tid);
}

static ws_id
track_of(struct ws_dict *d, uint64_t tid, struct ws_sv comm)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)tid);
	return ws_dict_thread(d, ws_sv_of(digits), comm);
}

/* "name:17 [120] S": comm and thread of one side of the plugin's form. */
static bool
read_side(struct ws_sv s, struct ws_sv *comm, uint64_t *tid, char *state)
{
	size_t open = ws_sv_find(s, " [");
	struct ws_sv who = { s.p, open }, rest = ws_sv_from(s, open + 2);
	size_t colon = open;

	while (colon > 0 && who.p[colon - 1] != ':')
		colon--;
	if (open == s.n || colon == 0)
		return false;
	*comm = (struct ws_sv){ s.p, colon - 1 };
	rest = ws_sv_from(rest, ws_sv_find(rest, "] ") + 2);
	*state = rest.n > 0 ? rest.p[0] : 0;
	return read_tid(ws_sv_from(who, colon), tid);
}

struct switched {
	uint64_t prev, next;
	char state;
};

static bool
read_switch(struct ws_sv s, struct switched *w)
{
	size_t arrow = ws_sv_find(s, " ==> ");
	struct ws_sv left = { s.p, arrow }, right = ws_sv_from(s, arrow + 5);
	struct ws_sv state = value_of(left, "prev_state="), comm;
	char none;

	if (arrow == s.n)
		return false;
	if (state.n == 0)
		return read_side(left, &comm, &w->prev, &w->state) &&
		       read_side(right, &comm, &w->next, &none);
	w->state = state.p[0];
	return read_tid(value_of(left, "prev_pid="), &w->prev) &&
	       read_tid(value_of(right, "next_pid="), &w->next);
}

static void
take_switch(
    struct ws_perf_waits *w, const struct ws_perf_at *at, struct ws_sv s)
{
	struct switched v;
	struct ws_perf_at prev = *at;

	if (!read_switch(s, &v))
		return;
	prev.tid = v.prev;
	ws_perf_waits_switch(w, &prev, v.state, v.next);
}

/* "comm=name pid=17 prio=120 target_cpu=001", or the plugin's form. */
static void
take_wakeup(
    struct ws_perf_waits *w, const struct ws_perf_at *at, struct ws_sv s)
{
	struct ws_sv comm = text_between(s, "comm=", " pid=");
	uint64_t tid;
	ws_id peer;
	char state;

	if (!read_tid(value_of(s, " pid="), &tid) &&
	    !read_side(s, &comm, &tid, &state))
		return;
	peer = ws_perf_waits_track(w, tid);
	if (peer == 0)
		peer = track_of(ws_perf_waits_dict(w), tid, comm);
	ws_perf_waits_wakeup(w, at, tid, peer);
}

static void
take_enter(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv name, struct ws_sv s)
{
	struct ws_perf_call call = ws_perf_call_of(ws_perf_waits_dict(w), name);
	uint64_t op = 0;
	bool known = read_hex(value_of(s, "op:"), &op);

	ws_perf_waits_enter(
	    w, at, &call, call.is_futex && known && ws_perf_futex_waits(op));
}

/* "NR 202 (7f3c, 80, 0, 0, 0, 0)": whether the operation is one that waits. */
static bool
raw_waits(struct ws_sv s)
{
	struct ws_buf b = { 0 };
	uint64_t op;
	bool known;

	s = ws_sv_from(s, ws_sv_find(s, "(") + 1);
	ws_sv_split(&s, ',');
	ws_buf_puts(&b, "0x");
	ws_buf_putsv(&b, ws_sv_trim(ws_sv_split(&s, ',')));
	known = read_hex(ws_buf_sv(&b), &op);
	ws_buf_fini(&b);
	return known && ws_perf_futex_waits(op);
}

/* "NR 202 (7f3c, 80, 0, 0, 0, 0)" and "NR 202 = 0" */
static void
take_raw(struct ws_perf_waits *w, const struct ws_perf_at *at, struct ws_sv s,
    struct ws_sv arch)
{
	struct ws_perf_call call;
	uint64_t nr;

	if (!ws_num_u64(value_of(s, "NR "), 0, UINT64_MAX, &nr))
		return;
	call = ws_perf_call_nr(ws_perf_waits_dict(w), nr, arch);
	if (call.name == 0)
		return;
	if (ws_sv_find(s, "(") < s.n)
		ws_perf_waits_enter(
		    w, at, &call, call.is_futex && raw_waits(s));
	else
		ws_perf_waits_exit(w, at, &call);
}

/* "254,0 RS 16384 () 45650976 + 32 [dd]": device and first sector. */
static bool
read_request(struct ws_sv s, struct ws_sv *device, uint64_t *sector)
{
	size_t plus = ws_sv_find(s, " + ");
	struct ws_sv left = { s.p, plus }, number = { s.p + plus, 0 };

	while (number.p > s.p && number.p[-1] >= '0' && number.p[-1] <= '9')
		number.p--, number.n++;
	*device = ws_sv_field(&left);
	return plus < s.n && device->n > 0 &&
	       ws_num_u64(number, 0, UINT64_MAX, sector);
}

static void
take_block(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv name, struct ws_sv s)
{
	struct ws_sv device;
	uint64_t sector;
	ws_id id;

	if (!read_request(s, &device, &sector))
		return;
	id = ws_dict_str(ws_perf_waits_dict(w), device);
	if (ws_sv_is(name, "block_rq_issue"))
		ws_perf_waits_issue(w, at, id, sector);
	else if (ws_sv_is(name, "block_rq_complete"))
		ws_perf_waits_complete(w, at->t, id, sector);
}

static void
take_syscall(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv name, struct ws_sv s)
{
	struct ws_perf_call call;

	if (ws_sv_starts(name, "sys_enter_")) {
		take_enter(w, at, ws_sv_from(name, 10), s);
	} else if (ws_sv_starts(name, "sys_exit_")) {
		call =
		    ws_perf_call_of(ws_perf_waits_dict(w), ws_sv_from(name, 9));
		ws_perf_waits_exit(w, at, &call);
	}
}

/* "0xffff888103b2a600 (flags=SPIN)" */
static void
take_lock(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv event, struct ws_sv s)
{
	uint64_t lock;

	read_hex(ws_sv_field(&s), &lock);
	if (ws_sv_is(event, "lock:contention_begin"))
		ws_perf_waits_lock(w, at, lock);
	else if (ws_sv_is(event, "lock:contention_end"))
		ws_perf_waits_locked(w, at, lock);
}

void
ws_perf_trace_take(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv event, struct ws_sv fields, struct ws_sv arch)
{
	struct ws_sv name = event, system = ws_sv_split(&name, ':');

	if (at->t == WS_T_NONE)
		return;
	if (ws_sv_is(name, "sched_switch"))
		take_switch(w, at, fields);
	else if (ws_sv_is(name, "sched_wakeup") ||
		 ws_sv_is(name, "sched_wakeup_new"))
		take_wakeup(w, at, fields);
	else if (ws_sv_is(system, "syscalls"))
		take_syscall(w, at, name, fields);
	else if (ws_sv_is(event, "raw_syscalls:sys_enter") ||
		 ws_sv_is(event, "raw_syscalls:sys_exit"))
		take_raw(w, at, fields, arch);
	else if (ws_sv_is(system, "block"))
		take_block(w, at, name, fields);
	else if (ws_sv_is(system, "lock"))
		take_lock(w, at, event, fields);
}
