/*
 * Fields of tracepoints as perf script prints them: "name=value name=value",
 * "name: 0xvalue, name: 0xvalue" of system calls, and the forms that
 * libtraceevent's plugins give sched_switch and sched_wakeup.
 */
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

/* "?/17 name": the process of a thread is not told. */
static ws_id
track_of(struct ws_dict *d, uint64_t tid, struct ws_sv comm)
{
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_printf(&b, "?/%llu ", (unsigned long long)tid);
	ws_buf_putsv(&b, comm);
	id = ws_dict_str(d, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
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
	struct ws_sv comm; /* of next */
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
		       read_side(right, &w->comm, &w->next, &none);
	w->state = state.p[0];
	w->comm = text_between(right, "next_comm=", " next_pid=");
	return read_tid(value_of(left, "prev_pid="), &w->prev) &&
	       read_tid(value_of(right, "next_pid="), &w->next);
}

static void
take_switch(struct ws_perf_waits *w, struct ws_dict *d,
    const struct ws_perf_at *at, struct ws_sv s)
{
	struct switched v;
	struct ws_perf_at prev = *at, next = { .t = at->t };

	if (!read_switch(s, &v))
		return;
	prev.tid = v.prev;
	next.tid = v.next;
	next.track = ws_perf_waits_track(w, v.next);
	if (next.track == 0)
		next.track = track_of(d, v.next, v.comm);
	ws_perf_waits_switch(w, &prev, v.state, &next);
}

static void
take_wakeup(struct ws_perf_waits *w, int64_t t, struct ws_sv s)
{
	struct ws_sv comm;
	uint64_t tid;
	char state;

	if (read_tid(value_of(s, " pid="), &tid) ||
	    read_side(s, &comm, &tid, &state))
		ws_perf_waits_wakeup(w, t, tid);
}

struct numbered {
	uint64_t x86_64, aarch64; /* UINT64_MAX: there is none */
	const char *name;
};

/* What blocks, and what costs; asm/unistd_64.h and asm-generic/unistd.h. */
static const struct numbered calls[] = {
	{ 0, 63, "read" },
	{ 1, 64, "write" },
	{ 7, UINT64_MAX, "poll" },
	{ 9, 222, "mmap" },
	{ 10, 226, "mprotect" },
	{ 11, 215, "munmap" },
	{ 17, 67, "pread64" },
	{ 18, 68, "pwrite64" },
	{ 19, 65, "readv" },
	{ 20, 66, "writev" },
	{ 23, UINT64_MAX, "select" },
	{ 24, 124, "sched_yield" },
	{ 26, 227, "msync" },
	{ 28, 233, "madvise" },
	{ 35, 101, "nanosleep" },
	{ 42, 203, "connect" },
	{ 44, 206, "sendto" },
	{ 45, 207, "recvfrom" },
	{ 46, 211, "sendmsg" },
	{ 47, 212, "recvmsg" },
	{ 74, 82, "fsync" },
	{ 75, 83, "fdatasync" },
	{ 202, 98, "futex" },
	{ 230, 115, "clock_nanosleep" },
	{ 232, UINT64_MAX, "epoll_wait" },
	{ 257, 56, "openat" },
	{ 270, 72, "pselect6" },
	{ 271, 73, "ppoll" },
	{ 277, 84, "sync_file_range" },
	{ 281, 22, "epoll_pwait" },
	{ 295, 69, "preadv" },
	{ 296, 70, "pwritev" },
	{ 441, 441, "epoll_pwait2" },
};

static struct ws_sv
name_of_call(uint64_t nr, struct ws_sv arch)
{
	bool arm = ws_sv_is(arch, "aarch64"), x86 = ws_sv_is(arch, "x86_64");

	for (size_t i = 0; (arm || x86) && i < WS_LEN(calls); i++)
		if (nr == (arm ? calls[i].aarch64 : calls[i].x86_64))
			return ws_sv_of(calls[i].name);
	return (struct ws_sv){ "", 0 };
}

/* FUTEX_WAIT, LOCK_PI, WAIT_BITSET, WAIT_REQUEUE_PI, LOCK_PI2; the flags for
 * private and for the clock are above them. */
static bool
is_wait(uint64_t op)
{
	op &= 0x7f;
	return op == 0 || op == 6 || op == 9 || op == 11 || op == 13;
}

static void
take_enter(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv call, struct ws_sv s)
{
	uint64_t op = 0;
	bool known = read_hex(value_of(s, "op:"), &op);

	ws_perf_waits_enter(w, at, call, known && is_wait(op));
}

/* "NR 202 (7f3c, 80, 0, 0, 0, 0)" */
static void
take_raw_enter(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv s, struct ws_sv arch)
{
	struct ws_sv nr = value_of(s, "NR "), call, op;
	struct ws_buf b = { 0 };
	uint64_t v = 0;

	if (!ws_num_u64(nr, 0, 100000, &v))
		return;
	call = name_of_call(v, arch);
	s = ws_sv_from(s, ws_sv_find(s, "(") + 1);
	ws_sv_split(&s, ',');
	op = ws_sv_trim(ws_sv_split(&s, ','));
	ws_buf_puts(&b, "0x");
	ws_buf_putsv(&b, op);
	if (call.n > 0)
		ws_perf_waits_enter(
		    w, at, call, read_hex(ws_buf_sv(&b), &v) && is_wait(v));
	ws_buf_fini(&b);
	if (call.n > 0)
		return;
	ws_buf_puts(&b, "nr_");
	ws_buf_putsv(&b, nr);
	ws_perf_waits_enter(w, at, ws_buf_sv(&b), false);
	ws_buf_fini(&b);
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

	if (!read_request(s, &device, &sector))
		return;
	if (ws_sv_is(name, "block_rq_issue"))
		ws_perf_waits_issue(w, at, device, sector);
	else if (ws_sv_is(name, "block_rq_complete"))
		ws_perf_waits_complete(w, at->t, device, sector);
}

static void
take_syscall(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv name, struct ws_sv s)
{
	if (ws_sv_starts(name, "sys_enter_"))
		take_enter(w, at, ws_sv_from(name, 10), s);
	else if (ws_sv_starts(name, "sys_exit_"))
		ws_perf_waits_exit(w, at);
}

void
ws_perf_trace_take(struct ws_perf_waits *w, const struct ws_perf_at *at,
    struct ws_sv event, struct ws_sv fields, struct ws_sv arch)
{
	struct ws_sv name = event, system = ws_sv_split(&name, ':');

	if (at->t == WS_T_NONE)
		return;
	if (ws_sv_is(name, "sched_switch"))
		take_switch(w, ws_perf_waits_dict(w), at, fields);
	else if (ws_sv_is(name, "sched_wakeup") ||
		 ws_sv_is(name, "sched_wakeup_new"))
		take_wakeup(w, at->t, fields);
	else if (ws_sv_is(system, "syscalls"))
		take_syscall(w, at, name, fields);
	else if (ws_sv_is(event, "raw_syscalls:sys_enter"))
		take_raw_enter(w, at, fields, arch);
	else if (ws_sv_is(event, "raw_syscalls:sys_exit"))
		ws_perf_waits_exit(w, at);
	else if (ws_sv_is(system, "block"))
		take_block(w, at, name, fields);
	else if (ws_sv_is(event, "lock:contention_begin"))
		ws_perf_waits_lock(w, at);
	else if (ws_sv_is(event, "lock:contention_end"))
		ws_perf_waits_locked(w, at);
}
