#include "ingest/scan.h"

#include <string.h>

#include "base/num.h"

bool
ws_scan_is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

bool
ws_scan_text(struct ws_sv *s, const char *text)
{
	if (!ws_sv_starts(*s, text))
		return false;
	*s = ws_sv_from(*s, strlen(text));
	return true;
}

static size_t
digits(struct ws_sv s, size_t from)
{
	size_t n = from;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n - from;
}

bool
ws_scan_u64(struct ws_sv *s, uint64_t *v)
{
	size_t n = digits(*s, 0);

	if (!ws_num_u64((struct ws_sv){ s->p, n }, 0, UINT64_MAX, v))
		return false;
	*s = ws_sv_from(*s, n);
	return true;
}

bool
ws_scan_number(struct ws_sv *s, double *v)
{
	size_t n = digits(*s, 0), more;

	if (n > 0 && n < s->n && s->p[n] == '.') {
		more = digits(*s, n + 1);
		n += more > 0 ? more + 1 : 0;
	}
	if (!ws_num_f64((struct ws_sv){ s->p, n }, 0, 1e15, v))
		return false;
	*s = ws_sv_from(*s, n);
	return true;
}

bool
ws_scan_field(struct ws_sv s, const char *key, uint64_t *v)
{
	size_t at = ws_sv_find(s, key);

	while (at < s.n && at > 0 && ws_scan_is_word(s.p[at - 1]))
		at += 1 + ws_sv_find(ws_sv_from(s, at + 1), key);
	if (at >= s.n)
		return false;
	s = ws_sv_from(s, at);
	return ws_scan_text(&s, key) && ws_scan_text(&s, "=") &&
	       ws_scan_u64(&s, v);
}
