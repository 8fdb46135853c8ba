/* The lines of a goroutine dump, one at a time. */
#include <string.h>

#include "base/num.h"
#include "goroutines.h"

enum { LABELS_TEXT = 512 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct ws_sv
left_of(struct ws_sv s, size_t n)
{
	return (struct ws_sv){ s.p, n < s.n ? n : s.n };
}

/* Cuts the number at the start off *s. */
static bool
take_number(struct ws_sv *s, uint64_t *out)
{
	size_t n = 0;

	while (n < s->n && is_digit(s->p[n]))
		n++;
	if (!ws_num_u64(left_of(*s, n), 0, INT64_MAX, out))
		return false;
	*s = ws_sv_from(*s, n);
	return true;
}

/* Where "goroutine " begins, at the start of the line or behind what a log
 * writer ended with a blank; s.n when nowhere. */
static size_t
find_word(struct ws_sv s)
{
	size_t at = 0;

	while (at < s.n) {
		size_t i = at + ws_sv_find(ws_sv_from(s, at), "goroutine ");

		if (i == 0 || i >= s.n || s.p[i - 1] == ' ' ||
		    s.p[i - 1] == '\t')
			return i < s.n ? i : s.n;
		at = i + 1;
	}
	return s.n;
}

static bool
cut_tail(struct ws_sv *s, const char *tail)
{
	if (!ws_sv_ends(*s, tail))
		return false;
	s->n -= strlen(tail);
	return true;
}

/* The notes behind the state, some in brackets and some behind commas. */
static void
read_note(struct goroutines_head *h, struct ws_sv note)
{
	struct ws_sv number = note;
	uint64_t v;

	if (ws_sv_is(note, "locked to thread"))
		h->locked = true;
	else if (ws_sv_starts(note, "synctest bubble "))
		h->bubble = ws_sv_from(note, strlen("synctest bubble "));
	else if (take_number(&number, &v) && ws_sv_is(number, " minutes"))
		h->minutes = v;
	else
		h->other = note;
}

static void
read_state(struct goroutines_head *h, struct ws_sv text)
{
	h->state = ws_sv_split(&text, ',');
	while (text.n > 0)
		read_note(h, ws_sv_trim(ws_sv_split(&text, ',')));
	for (bool more = true; more;) {
		more = cut_tail(&h->state, " (scan)");
		if (cut_tail(&h->state, " (leaked)"))
			more = h->leaked = true;
		if (cut_tail(&h->state, " (durable)"))
			more = h->durable = true;
	}
}

/* " gp=0xc000002380 m=0 mp=0x5d2be0" of crash dumps at higher levels. */
static void
skip_pointers(struct ws_sv *s)
{
	while (ws_sv_starts(*s, " gp=") || ws_sv_starts(*s, " m=") ||
	       ws_sv_starts(*s, " mp=")) {
		*s = ws_sv_from(*s, 1);
		while (s->n > 0 && s->p[0] != ' ')
			*s = ws_sv_from(*s, 1);
	}
}

bool
goroutines_head(struct ws_sv line, struct goroutines_head *h)
{
	struct ws_sv s, text;

	*h = (struct goroutines_head){ .prefix = find_word(line) };
	if (h->prefix == line.n)
		return false;
	s = ws_sv_from(line, h->prefix + strlen("goroutine "));
	s = ws_sv_trim(s);
	if (!take_number(&s, &h->id))
		return false;
	skip_pointers(&s);
	if (!ws_sv_starts(s, " [") || !ws_sv_ends(s, ":"))
		return false;
	s = ws_sv_from(s, 2);
	text = left_of(s, ws_sv_find(s, "]"));
	if (text.n == s.n || text.n == 0)
		return false;
	s = ws_sv_from(s, text.n + 1);
	s.n--;
	if (s.n > 0 && !(ws_sv_starts(s, " {") && ws_sv_ends(s, "}")))
		return false;
	if (s.n > 0)
		h->labels = (struct ws_sv){ s.p + 2, s.n - 3 };
	read_state(h, text);
	return h->state.n > 0;
}

/* A name of a function has no blanks but in brackets, and a dot, save for
 * panic and what C calls. */
static bool
is_function(struct ws_sv s)
{
	unsigned depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && depth > 0)
			depth--;
		else if (depth == 0 && (c == ' ' || c == '\t' || c == '"'))
			return false;
	}
	return s.n > 0 && (ws_sv_find(s, ".") < s.n || ws_sv_is(s, "panic"));
}

bool
goroutines_call(struct ws_sv line, struct goroutines_call *c)
{
	struct ws_sv s = ws_sv_trim(line);
	size_t i = s.n;

	if (!ws_sv_ends(s, ")"))
		return false;
	while (i > 0 && s.p[i - 1] != '(')
		i--;
	if (i < 2)
		return false;
	c->func = left_of(s, i - 1);
	c->inlined = ws_sv_is(ws_sv_from(s, i), "...)");
	if (!is_function(c->func))
		return false;
	/* The one name that the runtime replaces when it prints. */
	if (ws_sv_is(c->func, "panic"))
		c->func = WS_SV("runtime.gopanic");
	return true;
}

bool
goroutines_place(struct ws_sv line, struct goroutines_place *p)
{
	struct ws_sv s = ws_sv_trim(line), number;
	uint64_t v;
	size_t at;

	if (line.n == 0 || (line.p[0] != '\t' && line.p[0] != ' '))
		return false;
	p->all = s;
	at = ws_sv_find(s, " fp=0x");
	p->registers = at < s.n;
	s = left_of(s, at);
	at = ws_sv_find(s, " +0x");
	s = left_of(s, at);
	at = s.n;
	while (at > 0 && is_digit(s.p[at - 1]))
		at--;
	number = ws_sv_from(s, at);
	if (at < 2 || s.p[at - 1] != ':' ||
	    !ws_num_u64(number, 0, UINT32_MAX, &v))
		return false;
	p->file = left_of(s, at - 1);
	p->line = (uint32_t)v;
	return true;
}

bool
goroutines_creator(struct ws_sv line, struct ws_sv *func, uint64_t *parent)
{
	static const char in[] = " in goroutine ";
	struct ws_sv s = ws_sv_trim(line), number;
	size_t at;

	*parent = 0;
	if (!ws_sv_starts(s, "created by "))
		return false;
	s = ws_sv_from(s, strlen("created by "));
	at = ws_sv_find(s, in);
	*func = left_of(s, at);
	if (at == s.n)
		return is_function(*func);
	number = ws_sv_from(s, at + strlen(in));
	return take_number(&number, parent) && is_function(*func);
}

bool
goroutines_elided(struct ws_sv line)
{
	struct ws_sv s = ws_sv_trim(line);

	return ws_sv_starts(s, "...") && ws_sv_ends(s, " frames elided...");
}

/* From waitReasonStrings of runtime/runtime2.go, where they changed: a lock
 * waited in "semacquire" before 1.20, a WaitGroup before 1.24. */
static const struct {
	const char *state, *func;
} hidden[] = {
	{ "GC assist marking", "runtime.gcAssistAlloc" },
	{ "GC assist wait", "runtime.gcParkAssist" },
	{ "IO wait", "runtime.netpollblock" },
	{ "chan receive", "runtime.chanrecv" },
	{ "chan receive (nil chan)", "runtime.chanrecv" },
	{ "chan receive (synctest)", "runtime.chanrecv" },
	{ "chan send", "runtime.chansend" },
	{ "chan send (nil chan)", "runtime.chansend" },
	{ "chan send (synctest)", "runtime.chansend" },
	{ "select", "runtime.selectgo" },
	{ "select (no cases)", "runtime.block" },
	{ "select (synctest)", "runtime.selectgo" },
	{ "semacquire", "runtime.semacquire1" },
	{ "sync.Mutex.Lock", "runtime.semacquire1" },
	{ "sync.RWMutex.Lock", "runtime.semacquire1" },
	{ "sync.RWMutex.RLock", "runtime.semacquire1" },
	{ "sync.WaitGroup.Wait", "runtime.semacquire1" },
};

const char *
goroutines_hidden(struct ws_sv state)
{
	for (size_t i = 0; i < WS_LEN(hidden); i++)
		if (ws_sv_is(state, hidden[i].state))
			return hidden[i].func;
	return NULL;
}

bool
goroutines_is_vague(struct ws_sv state)
{
	static const char *const vague[] = { "runnable", "running", "waiting",
		"preempted", "copystack", "idle" };

	for (size_t i = 0; i < WS_LEN(vague); i++)
		if (ws_sv_is(state, vague[i]))
			return true;
	return false;
}

/* {"k": "v", k2: v2} as k=v. */
static void
put_labels(struct ws_buf *b, struct ws_sv s)
{
	bool quoted = false, key = true;

	s = left_of(s, LABELS_TEXT);
	if (s.n > 0)
		ws_buf_puts(b, ", ");
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && quoted && i + 1 < s.n) {
			ws_buf_putc(b, s.p[++i]);
		} else if (s.p[i] == '"') {
			quoted = !quoted;
		} else if (!quoted && key && s.p[i] == ':') {
			key = false;
			ws_buf_putc(b, '=');
			i += i + 1 < s.n && s.p[i + 1] == ' ';
		} else {
			key = key || (!quoted && s.p[i] == ',');
			ws_buf_putc(b, s.p[i]);
		}
	}
}

void
goroutines_track(struct ws_buf *b, const struct goroutines_head *h)
{
	b->n = 0;
	ws_buf_puts(b, "state=");
	ws_buf_putsv(b, h->state);
	if (h->leaked)
		ws_buf_puts(b, ", leaked=true");
	if (h->durable)
		ws_buf_puts(b, ", durable=true");
	if (h->locked)
		ws_buf_puts(b, ", locked=thread");
	if (h->bubble.n > 0) {
		ws_buf_puts(b, ", bubble=");
		ws_buf_putsv(b, h->bubble);
	}
	if (h->other.n > 0) {
		ws_buf_puts(b, ", note=");
		ws_buf_putsv(b, h->other);
	}
	put_labels(b, h->labels);
}
