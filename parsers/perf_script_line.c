#include "perf_script.h"

#include <ctype.h>
#include <string.h>

#include "base/num.h"

enum {
	WORDS = 3,   /* letters of -F misc and flags, between thread and time */
	ADDRESS = 16 /* columns of an address, with blanks in front */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static size_t
digits_before(struct ws_sv s, size_t end)
{
	size_t n = 0;

	while (n < end && is_digit(s.p[end - 1 - n]))
		n++;
	return n;
}

/* "920.506232" that ends at `colon`: where it begins, or the line's length. */
static size_t
time_before(struct ws_sv s, size_t colon, bool *fine)
{
	size_t fraction = digits_before(s, colon), whole, at;

	if (fraction < 6 || fraction > 9 || fraction + 1 >= colon ||
	    s.p[colon - fraction - 1] != '.')
		return s.n;
	*fine = fraction > 6;
	at = colon - fraction - 1;
	whole = digits_before(s, at);
	at -= whole;
	if (whole == 0 || (at > 0 && !is_blank(s.p[at - 1])))
		return s.n;
	return at;
}

/* The first time on the line. */
static bool
find_time(struct ws_sv s, struct ws_sv *time, bool *fine)
{
	const char *end = s.p + s.n, *c = s.p;

	while (c < end && (c = memchr(c, ':', (size_t)(end - c))) != NULL) {
		size_t colon = (size_t)(c - s.p);
		size_t at = time_before(s, colon, fine);

		if (at < s.n && (colon + 1 == s.n || is_blank(c[1]))) {
			*time = (struct ws_sv){ s.p + at, colon - at };
			return true;
		}
		c++;
	}
	return false;
}

static bool
read_time(struct ws_sv s, int64_t *ns)
{
	struct ws_sv whole = ws_sv_split(&s, '.');
	uint64_t sec, fraction;

	if (!ws_num_u64(whole, 0, INT64_MAX / 1000000000 - 1, &sec) ||
	    !ws_num_u64(s, 0, 999999999, &fraction))
		return false;
	for (size_t n = s.n; n < 9; n++)
		fraction *= 10;
	*ns = (int64_t)(sec * 1000000000 + fraction);
	return true;
}

/* Cuts the last field off. */
static struct ws_sv
last_field(struct ws_sv *s)
{
	struct ws_sv f = { s->p, 0 };

	while (s->n > 0 && is_blank(s->p[s->n - 1]))
		s->n--;
	while (s->n > 0 && !is_blank(s->p[s->n - 1]))
		s->n--, f.n++;
	f.p = s->p + s->n;
	return f;
}

static bool
is_cpu(struct ws_sv s)
{
	if (s.n < 3 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	return digits_before(s, s.n - 1) == s.n - 2;
}

/* "17", "12/17", "-1/0": perf prints -1 for what has no process. */
static bool
read_ids(struct ws_sv s, struct ws_perf_head *h)
{
	struct ws_sv first = ws_sv_split(&s, '/');
	bool both = s.p != NULL && s.n > 0;

	if (!ws_num_i64(both ? s : first, -1, UINT32_MAX, &h->tid))
		return false;
	h->pid = -1;
	return !both || ws_num_i64(first, -1, UINT32_MAX, &h->pid);
}

static bool
is_word(struct ws_sv s)
{
	size_t i = 0;

	while (i < s.n && (isalpha((unsigned char)s.p[i]) || s.p[i] == '+'))
		i++;
	return s.n > 0 && s.n <= 8 && i == s.n;
}

/* "2026-11-23 00:41:09.123456" of -F tod. */
static void
drop_date(struct ws_sv *s)
{
	struct ws_sv left = *s, clock = last_field(&left), date;

	if (clock.n < 15 || clock.p[2] != ':' || clock.p[5] != ':')
		return;
	date = last_field(&left);
	if (date.n == 10 && date.p[4] == '-' && date.p[7] == '-')
		*s = left;
}

/* What stands before the time: comm, ids, CPU, letters. */
static bool
read_who(struct ws_perf_head *h, struct ws_sv s)
{
	struct ws_sv left = s, f;

	drop_date(&left);
	s = left;
	for (int words = 0; words <= WORDS; words++) {
		f = last_field(&left);
		if (is_cpu(f))
			f = last_field(&left);
		if (read_ids(f, h)) {
			h->comm = ws_sv_trim(left);
			return true;
		}
		if (!is_word(f))
			break;
	}
	/* No ids: all is the comm, but for a CPU at its end. */
	left = s;
	f = last_field(&left);
	h->pid = h->tid = -1;
	h->comm = ws_sv_trim(is_cpu(f) ? left : s);
	return false;
}

/* A field that ends in a colon. */
static bool
is_event(struct ws_sv f)
{
	return f.n > 1 && f.p[f.n - 1] == ':';
}

/* What stands behind the time. */
static bool
read_what(struct ws_perf_head *h, struct ws_sv s)
{
	struct ws_sv all = ws_sv_trim(s), left = all, f;

	if (ws_sv_starts(all, "PERF_RECORD_")) {
		h->record = all;
		return true;
	}
	f = ws_sv_field(&left);
	if (f.n > 0 && ws_num_u64(f, 0, UINT64_MAX, &h->period)) {
		struct ws_sv behind = left;
		struct ws_sv next = ws_sv_field(&behind);

		/* An address can be all digits too. */
		if (next.n == 0 || is_event(next)) {
			h->has_period = true;
			f = next;
			left = behind;
			all = ws_sv_trim(behind);
		}
	}
	if (is_event(f)) {
		h->event = (struct ws_sv){ f.p, f.n - 1 };
		all = ws_sv_trim(left);
	}
	h->rest = all;
	return true;
}

/* "java 19983 cycles:", without a time: the event ends the line. */
static bool
read_timeless(struct ws_perf_head *h, struct ws_sv line)
{
	struct ws_sv left = ws_sv_trim(line), f = last_field(&left), before, n;

	if (!is_event(f) || is_blank(line.p[0]))
		return false;
	h->event = (struct ws_sv){ f.p, f.n - 1 };
	before = left;
	n = last_field(&before);
	if (read_who(h, before) && ws_num_u64(n, 0, UINT64_MAX, &h->period)) {
		h->has_period = true;
		return h->comm.n > 0;
	}
	h->period = 0;
	return read_who(h, left) && h->comm.n > 0;
}

bool
ws_perf_head_read(struct ws_perf_head *h, struct ws_sv line)
{
	struct ws_sv time, who;

	*h = (struct ws_perf_head){ .pid = -1, .tid = -1, .t = WS_T_NONE };
	if (line.n == 0)
		return false;
	if (!find_time(line, &time, &h->fine))
		return read_timeless(h, line);
	if (!read_time(time, &h->t))
		return false;
	who = (struct ws_sv){ line.p, (size_t)(time.p - line.p) };
	read_who(h, who);
	return read_what(h, ws_sv_from(line, who.n + time.n + 1));
}

/* Where "+0x1f" that ends at s.n begins, or s.n. */
static size_t
offset_in(struct ws_sv s)
{
	size_t n = s.n;

	while (n > 0 && is_hex(s.p[n - 1]))
		n--;
	if (n == s.n || n < 3 || memcmp(s.p + n - 3, "+0x", 3) != 0)
		return s.n;
	return n - 3;
}

/* The parenthesis of "(dso)" at the end of s, or s.n.  Symbols and paths can
 * hold blanks and parentheses: an offset in front of it is certain, else it is
 * what the last one closes, unless that is of a symbol: "f(int)". */
static size_t
find_dso(struct ws_sv s)
{
	size_t i, depth = 0;

	if (s.n < 2 || s.p[s.n - 1] != ')')
		return s.n;
	for (i = s.n; i-- > 1;)
		if (s.p[i] == '(' && s.p[i - 1] == ' ' &&
		    offset_in((struct ws_sv){ s.p, i - 1 }) < i - 1)
			return i;
	for (i = s.n; i-- > 0;) {
		depth += s.p[i] == ')';
		depth -= s.p[i] == '(';
		if (depth == 0)
			return i == 0 || s.p[i - 1] == ' ' ? i : s.n;
	}
	return s.n;
}

static struct ws_sv
unless_unknown(struct ws_sv s)
{
	return ws_sv_is(s, "[unknown]") ? (struct ws_sv){ s.p, 0 } : s;
}

void
ws_perf_frame_name(struct ws_perf_frame *f, struct ws_sv text)
{
	size_t open;

	text = ws_sv_trim(text);
	f->dso = (struct ws_sv){ text.p, 0 };
	f->inlined = false;
	open = find_dso(text);
	if (open < text.n) {
		f->dso = (struct ws_sv){ text.p + open + 1, text.n - open - 2 };
		f->dso.n = offset_in(f->dso); /* -F dsoff */
		text.n = ws_sv_trim((struct ws_sv){ text.p, open }).n;
	}
	if (ws_sv_is(f->dso, "inlined")) {
		f->inlined = true;
		f->dso.n = 0;
	}
	text.n = offset_in(text);
	f->func = unless_unknown(ws_sv_trim(text));
	f->dso = unless_unknown(f->dso);
}

bool
ws_perf_frame_read(struct ws_perf_frame *f, struct ws_sv line)
{
	struct ws_sv left = ws_sv_trim(line), ip = ws_sv_field(&left);
	uint64_t v = 0;

	if (ip.n == 0 || ip.n > 16)
		return false;
	for (size_t i = 0; i < ip.n; i++) {
		if (!is_hex(ip.p[i]))
			return false;
		v = v << 4 | (uint64_t)(is_digit(ip.p[i]) ? ip.p[i] - '0'
							  : ip.p[i] - 'a' + 10);
	}
	f->addr = v;
	ws_perf_frame_name(f, left);
	return true;
}

/* Blanks, then digits of an address up to the end, and nothing else. */
static bool
is_address(struct ws_sv s)
{
	size_t n = s.n;

	while (n > 0 && is_hex(s.p[n - 1]))
		n--;
	if (n == s.n)
		return false;
	while (n > 0 && s.p[n - 1] == ' ')
		n--;
	return n == 0;
}

bool
ws_perf_frame_cut(struct ws_sv *fields, struct ws_sv *frame)
{
	struct ws_sv s = ws_sv_trim(*fields);

	for (size_t i = find_dso(s); i < s.n && i > ADDRESS; i--) {
		size_t at = i - ADDRESS;

		if (s.p[i] != ' ' || s.p[at - 1] != ' ' ||
		    !is_address((struct ws_sv){ s.p + at, ADDRESS }))
			continue;
		*frame = ws_sv_from(s, at);
		*fields = (struct ws_sv){ s.p, at };
		return true;
	}
	return false;
}
