/* What an element was, once it ended: threads, stacks, texts, numbers. */
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "instruments.h"

/* 2^50 - 1 is "no time" (13 days). */
#define TIME_NONE UINT64_C(1125899906842623)

void
instr_push_frame(struct instr *t, ws_id frame)
{
	struct instr_scratch *s = &t->s;

	if (s->n_stack >= t->depth_max)
		return;
	if (s->n_stack == s->cap_stack)
		s->stack = ws_grow(
		    s->stack, &s->cap_stack, s->n_stack + 1, sizeof(*s->stack));
	s->stack[s->n_stack++] = frame;
}

/* "NAME  0xTID (PROC, pid: N)" and its two younger forms: what is before the
 * thread's number. */
static struct ws_sv
thread_name(struct ws_sv fmt)
{
	size_t at = 0, found = fmt.n;

	/* The last one, as names may hold anything. */
	for (; at < fmt.n; at++)
		if (ws_sv_starts(ws_sv_from(fmt, at), "0x") &&
		    (at == 0 || fmt.p[at - 1] == ' ' || fmt.p[at - 1] == '('))
			found = at;
	if (found == fmt.n)
		return fmt;
	if (found > 0 && fmt.p[found - 1] == '(')
		found--;
	return ws_sv_trim((struct ws_sv){ fmt.p, found });
}

/* "NAME (PID)" */
static struct ws_sv
process_name(struct ws_sv fmt)
{
	size_t n = fmt.n;

	while (n > 0 && fmt.p[n - 1] != '(')
		n--;
	return ws_sv_trim((struct ws_sv){ fmt.p, n > 0 ? n - 1 : fmt.n });
}

static uint64_t
make_process(struct instr *t)
{
	struct ws_buf b = { 0 };
	uint32_t pid = (uint32_t)t->s.pid;
	ws_id track;

	ws_buf_printf(&b, "%lu ", (unsigned long)pid);
	ws_buf_putsv(&b, process_name(instr_buf_sv(&t->s.process_fmt)));
	track = ws_dict_str(t->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return instr_owner(pid, track);
}

/* Threads without a name are called after their process. */
static uint64_t
make_thread(struct instr *t)
{
	struct ws_sv name = thread_name(instr_buf_sv(&t->s.thread_fmt)),
		     process;
	struct instr_cell of = t->s.thread_process;
	uint32_t pid = of.kind == INSTR_PROCESS ? (uint32_t)(of.v >> 32) : 0;
	struct ws_buf b = { 0 };
	ws_id track;

	if (name.n == 0 && of.kind == INSTR_PROCESS) {
		process = ws_dict_text(t->sink->dict, (ws_id)of.v);
		ws_sv_field(&process);
		name = ws_sv_trim(process);
	}
	if (of.kind == INSTR_PROCESS)
		ws_buf_printf(&b, "%lu", (unsigned long)pid);
	else
		ws_buf_putc(&b, '?');
	ws_buf_printf(&b, "/%llu ", (unsigned long long)t->s.tid);
	ws_buf_putsv(&b, name);
	track = ws_dict_str(t->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return instr_owner(pid, track);
}

static ws_id
address_frame(struct instr *t, uint64_t addr)
{
	struct ws_frame f = { .addr = addr };

	return ws_dict_frame(t->sink->dict, &f);
}

static uint64_t
address_of(struct instr *t, ws_id frame)
{
	return ws_dict_get_frame(t->sink->dict, frame)->addr;
}

/* A list holds return addresses; see the head of instruments.c. */
void
instr_end_address(struct instr *t)
{
	struct instr_scratch *s = &t->s;

	if (s->digits && s->n_addresses < t->depth_max) {
		s->addresses = ws_grow(s->addresses, &s->cap_addresses,
		    s->n_addresses + 1, sizeof(*s->addresses));
		s->addresses[s->n_addresses++] =
		    address_frame(t, s->number - (s->number > 0));
	}
	s->number = 0;
	s->digits = s->ended = s->other = false;
}

/* The place of the thread itself is exact: it is apart from the list, which may
 * repeat it, or first in the list. */
static void
mend_leaf(struct instr *t, bool apart)
{
	struct instr_scratch *s = &t->s;

	if (!apart && s->n_stack > 0)
		s->stack[0] = address_frame(t, address_of(t, s->stack[0]) + 1);
	if (!apart || s->pc == 0)
		return;
	if (s->n_stack > 0 && (address_of(t, s->stack[0]) + 1 == s->pc ||
				  address_of(t, s->stack[0]) == s->pc)) {
		s->stack[0] = address_frame(t, s->pc);
		return;
	}
	instr_push_frame(t, 0);
	if (s->n_stack == 0)
		return;
	memmove(s->stack + 1, s->stack, (s->n_stack - 1) * sizeof(ws_id));
	s->stack[0] = address_frame(t, s->pc);
}

static struct instr_cell
end_stack(struct instr *t, unsigned kind)
{
	struct instr_scratch *s = &t->s;
	ws_id id = s->inner;

	if (!s->has_inner) {
		if (s->from_addresses || s->pc != 0)
			mend_leaf(t, kind == INSTR_KPERF);
		id = ws_dict_stack(t->sink->dict, s->stack, s->n_stack);
	}
	s->has_inner = false;
	return (struct instr_cell){ INSTR_BACKTRACE, id };
}

static struct instr_cell
end_text(struct instr *t, unsigned kind)
{
	struct ws_sv v = ws_sv_trim(instr_buf_sv(&t->s.text));

	if (v.n == 0)
		v = ws_sv_trim(instr_buf_sv(&t->s.fmt));
	/* "BSC_read", "MSC_mach_msg2_trap" */
	if (kind == INSTR_SYSCALL &&
	    (ws_sv_starts(v, "BSC_") || ws_sv_starts(v, "MSC_")))
		v = ws_sv_from(v, 4);
	return (
	    struct instr_cell){ (uint8_t)kind, ws_dict_str(t->sink->dict, v) };
}

static struct instr_cell
end_other(struct instr *t)
{
	struct ws_sv v = ws_sv_trim(instr_buf_sv(&t->s.text));
	struct instr_cell c = { INSTR_NUMBER, 0 };
	double real;

	if (ws_num_u64(v, 0, UINT64_MAX, &c.v))
		return c;
	c.kind = INSTR_SKIP;
	if (ws_num_f64(v, -1e18, 1e18, &real)) {
		c.kind = INSTR_REAL;
		memcpy(&c.v, &real, sizeof(real));
	}
	return c;
}

static struct instr_cell
end_number(struct instr *t, unsigned kind)
{
	const struct instr_scratch *s = &t->s;

	if (!s->digits || s->other ||
	    (kind == INSTR_TIME && s->number == TIME_NONE) ||
	    (kind == INSTR_DURATION && s->number == 0))
		return (struct instr_cell){ INSTR_SENTINEL, 0 };
	return (struct instr_cell){ (uint8_t)kind, s->number };
}

struct instr_cell
instr_end_cell(struct instr *t, unsigned kind)
{
	struct instr_cell c = { (uint8_t)kind, 0 };

	switch (kind) {
	case INSTR_FRAME:
		c.v = ws_dict_frame(t->sink->dict, &t->s.frame);
		return c;
	case INSTR_BINARY:
		c.v = t->s.number;
		return c;
	case INSTR_TAGGED:
	case INSTR_KPERF:
	case INSTR_BACKTRACE:
		return end_stack(t, kind);
	case INSTR_ADDRESSES:
		instr_end_address(t);
		c.v = ws_dict_stack(
		    t->sink->dict, t->s.addresses, t->s.n_addresses);
		return c;
	case INSTR_THREAD:
		c.v = make_thread(t);
		return c;
	case INSTR_PROCESS:
		c.v = make_process(t);
		return c;
	case INSTR_NARRATIVE:
		c.v = t->s.waker.kind == INSTR_THREAD ? t->s.waker.v : 0;
		return c;
	case INSTR_TEXT:
	case INSTR_SYSCALL:
	case INSTR_PATH:
		return end_text(t, kind);
	case INSTR_OTHER:
		return end_other(t);
	case INSTR_SKIP:
	case INSTR_SENTINEL:
	case INSTR_SOURCE:
		return c;
	default:
		return end_number(t, kind);
	}
}
