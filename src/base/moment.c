#include "base/moment.h"

/* Of captures of one process that follow each other; numbers may follow. */
static const char *const words[] = { "before", "after", "start", "end", "first",
	"last", "old", "new", "baseline", "idle", "load", "run", "round",
	"iteration", "sample", "capture", "step", "pass", "phase", "attempt",
	"interval", "snapshot", "t", "try" };

static bool
is_number(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool
ws_is_moment(struct ws_sv s)
{
	size_t digits = 0, others = 0, stem = s.n;

	while (stem > 0 && is_number(s.p[stem - 1]))
		stem--;
	for (size_t i = 0; i < WS_LEN(words); i++)
		if (ws_sv_is((struct ws_sv){ s.p, stem }, words[i]))
			return true;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		digits += c >= '0' && c <= '9';
		others += !is_number(c) && c != ':' && c != '.' && c != '+' &&
			  c != 'T' && c != 'Z' && c != 't';
	}
	return digits > 0 && others == 0;
}

bool
ws_differ_in_moment(struct ws_sv a, struct ws_sv b)
{
	size_t from = 0;

	while (from < a.n && from < b.n && a.p[from] == b.p[from])
		from++;
	/* Numbers begin together: "0009" and "0010". */
	while (from > 0 && is_number(a.p[from - 1]))
		from--;
	a = ws_sv_from(a, from);
	b = ws_sv_from(b, from);
	while (a.n > 0 && b.n > 0 && a.p[a.n - 1] == b.p[b.n - 1] &&
	       !is_number(a.p[a.n - 1])) {
		a.n--;
		b.n--;
	}
	return ws_is_moment(a) && ws_is_moment(b);
}
