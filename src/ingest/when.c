#include <stddef.h>

#include "ingest/when.h"

/* Six runs of digits: three of a date, three of a time. */
enum { GROUPS = 6 };

struct groups {
	unsigned v[GROUPS], width[GROUPS];
	struct ws_sv sep[GROUPS]; /* what follows the group; of the last: all */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* U+0660.. and U+06F0.. are the decimal digits of Arabic and Persian. */
static size_t
foreign_digit(struct ws_sv s, unsigned *v)
{
	unsigned char a, b;

	if (s.n < 2)
		return 0;
	a = (unsigned char)s.p[0];
	b = (unsigned char)s.p[1];
	if (a == 0xd9 && b >= 0xa0 && b <= 0xa9)
		*v = b - 0xa0u;
	else if (a == 0xdb && b >= 0xb0 && b <= 0xb9)
		*v = b - 0xb0u;
	else
		return 0;
	return 2;
}

/* The digit at a place and its length in bytes; 0 when none is there. */
static inline size_t
digit_at(struct ws_sv s, size_t at, unsigned *v)
{
	unsigned char c = at < s.n ? (unsigned char)s.p[at] : 0;

	*v = c - (unsigned)'0';
	if (*v <= 9)
		return 1;
	return c < 0x80 ? 0 : foreign_digit(ws_sv_from(s, at), v);
}

static bool
take_group(struct ws_sv *s, unsigned *v, unsigned *width)
{
	unsigned d = 0;
	size_t n, at = 0;

	*v = 0;
	*width = 0;
	while ((n = digit_at(*s, at, &d)) > 0) {
		if (++*width > 4)
			return false;
		*v = *v * 10 + d;
		at += n;
	}
	*s = ws_sv_from(*s, at);
	return *width > 0;
}

/* Between two numbers of a date or time stand marks, blanks, a T, or a few
 * letters of another script. */
static bool
take_separator(struct ws_sv *s, struct ws_sv *sep)
{
	size_t i = 0;
	unsigned v;

	while (i < s->n && digit_at(*s, i, &v) == 0) {
		char c = s->p[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		if (i++ >= 8 || (letter && c != 'T'))
			return false;
	}
	*sep = (struct ws_sv){ s->p, i };
	*s = ws_sv_from(*s, i);
	return i > 0;
}

static bool
two_digits(const char *p, unsigned *v)
{
	unsigned a = (unsigned char)p[0] - (unsigned)'0';
	unsigned b = (unsigned char)p[1] - (unsigned)'0';

	*v = a * 10 + b;
	return a <= 9 && b <= 9;
}

/* What most logs have: "2026-11-23T00:29:12" and what may follow it. */
static bool
read_usual(struct ws_sv s, struct groups *g)
{
	static const unsigned char at[GROUPS] = { 2, 5, 8, 11, 14, 17 };
	static const char mark[] = "-- ::";
	unsigned century;

	if (s.n < 19 || s.p[4] != '-' || !two_digits(s.p, &century))
		return false;
	for (size_t i = 0; i < GROUPS; i++) {
		char c = i + 1 < GROUPS ? s.p[at[i] + 2] : 0;

		if (!two_digits(s.p + at[i], &g->v[i]) ||
		    (c != mark[i] && !(i == 2 && c == 'T')))
			return false;
		g->width[i] = 2;
		g->sep[i] = (struct ws_sv){ s.p + at[i] + 2, 1 };
	}
	g->v[0] += 100 * century;
	g->width[0] = 4;
	g->sep[GROUPS - 1] = ws_sv_from(s, 19);
	/* A third digit, of any script, would make it something else. */
	return s.n == 19 ||
	       ((unsigned char)s.p[19] < 0x80 && !is_digit(s.p[19]));
}

static bool
read_groups(struct ws_sv s, struct groups *g)
{
	if (read_usual(s, g))
		return true;
	for (size_t i = 0; i < GROUPS; i++) {
		if (!take_group(&s, &g->v[i], &g->width[i]))
			return false;
		if (i + 1 < GROUPS && !take_separator(&s, &g->sep[i]))
			return false;
	}
	g->sep[GROUPS - 1] = s;
	/* Only date and time may be apart; six numbers of a table are not. */
	for (size_t i = 0; i + 1 < GROUPS; i++)
		if (i != 2 && ws_sv_trim(g->sep[i]).n == 0)
			return false;
	return true;
}

#define DAY (INT64_C(86400) * 1000000000)

struct zone {
	bool am, pm, utc;
	int64_t offset; /* seconds east of UTC */
};

static bool
read_offset(struct ws_sv s, struct zone *z)
{
	unsigned v = 0, n = 0;

	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == ':' && i == 3)
			continue;
		if (!is_digit(s.p[i]) || ++n > 4)
			return false;
		v = v * 10 + (unsigned)(s.p[i] - '0');
	}
	if (n == 2)
		v *= 100;
	else if (n != 4)
		return false;
	z->utc = true;
	z->offset = (int64_t)(v / 100) * 3600 + (int64_t)(v % 100) * 60;
	if (s.p[0] == '-')
		z->offset = -z->offset;
	return true;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* "PM", "p.m.", after blanks that may be U+00A0 or U+202F. */
static bool
read_half_day(struct ws_sv s, struct zone *z)
{
	char word[4];
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = lower(s.p[i]);

		if (c == '.' || c == ' ' || (unsigned char)c >= 0x80)
			continue;
		if (n == 2)
			return false;
		word[n++] = c;
	}
	if (n != 2 || word[1] != 'm' || (word[0] != 'a' && word[0] != 'p'))
		return false;
	z->am = word[0] == 'a';
	z->pm = !z->am;
	return true;
}

/* What may follow the seconds: nothing, a fraction, Z or an offset, AM or PM,
 * or the sign for seconds of another script. */
static bool
read_zone(struct ws_sv s, struct zone *z)
{
	bool foreign = s.n > 0;

	*z = (struct zone){ 0 };
	if (s.n > 1 && (s.p[0] == '.' || s.p[0] == ',') && is_digit(s.p[1])) {
		s = ws_sv_from(s, 1);
		while (s.n > 0 && is_digit(s.p[0]))
			s = ws_sv_from(s, 1);
	}
	s = ws_sv_trim(s);
	if (s.n == 0)
		return true;
	if (ws_sv_is(s, "Z")) {
		z->utc = true;
		return true;
	}
	if (s.p[0] == '+' || s.p[0] == '-')
		return read_offset(s, z);
	if (read_half_day(s, z))
		return true;
	for (size_t i = 0; i < s.n; i++)
		foreign = foreign && (unsigned char)s.p[i] >= 0x80;
	return foreign && s.n <= 4;
}

struct date {
	unsigned y, m, d;
};

static bool
has(struct ws_sv s, char c)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == c)
			return true;
	return false;
}

/* Day and month first: which is which?  True when the day is. */
static bool
day_first(
    const struct groups *g, const struct zone *z, bool comma, struct ws_when *w)
{
	bool first = g->v[0] > 12;

	if (!has(g->sep[0], '/'))
		return true;
	if (!first && g->v[1] <= 12) {
		if (comma)
			return true;
		first = !z->am && !z->pm && g->width[2] == 4;
		w->ambiguous = g->v[0] != g->v[1];
		if (!w->ambiguous)
			return first;
	}
	w->order = first ? WS_DAY_FIRST : WS_DAY_SECOND;
	return first;
}

static bool
read_date(const struct groups *g, const struct zone *z, bool comma,
    struct date *out, struct ws_when *w)
{
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap;

	if (g->width[0] == 4)
		*out = (struct date){ g->v[0], g->v[1], g->v[2] };
	else if (day_first(g, z, comma, w))
		*out = (struct date){ g->v[2], g->v[1], g->v[0] };
	else
		*out = (struct date){ g->v[2], g->v[0], g->v[1] };
	if (g->width[0] != 4 && g->width[2] == 2)
		out->y += out->y < 70 ? 2000 : 1900;
	if (out->y < 1970 || out->y > 2200 || out->m < 1 || out->m > 12 ||
	    out->d < 1)
		return false;
	leap = out->y % 4 == 0 && (out->y % 100 != 0 || out->y % 400 == 0);
	return out->d <= days[out->m - 1] + (leap && out->m == 2);
}

/* Days since 1970 in the Gregorian calendar; years are counted from March, so
 * that the leap day is the last one. */
static int64_t
day_number(struct date d)
{
	int64_t y = d.m > 2 ? d.y : d.y - 1;
	int64_t m = d.m > 2 ? d.m - 3 : d.m + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d.d -
	       719469;
}

bool
ws_when_read(struct ws_sv text, bool decimal_comma, struct ws_when *out)
{
	struct ws_when w = { 0 };
	struct groups g;
	struct zone z;
	struct date d;
	unsigned hour;

	if (!read_groups(ws_sv_trim(text), &g) ||
	    !read_zone(g.sep[GROUPS - 1], &z) ||
	    !read_date(&g, &z, decimal_comma, &d, &w))
		return false;
	hour = g.v[3];
	if (z.am || z.pm) {
		if (hour < 1 || hour > 12)
			return false;
		hour = hour % 12 + (z.pm ? 12 : 0);
	}
	if (hour > 23 || g.v[4] > 59 || g.v[5] > 60 || g.width[3] > 2 ||
	    g.width[4] != 2 || g.width[5] != 2)
		return false;
	w.ns = (day_number(d) * 86400 + (int64_t)hour * 3600 +
		   (int64_t)g.v[4] * 60 + g.v[5] - z.offset) *
	       1000000000;
	w.utc = z.utc;
	w.other = w.ns;
	if (w.ambiguous)
		w.other += (day_number((struct date){ d.y, d.d, d.m }) -
			       day_number(d)) *
			   DAY;
	*out = w;
	return true;
}

/* "2026-02-03", "2026_02_03", "20260203" at the start of s. */
static bool
date_at(struct ws_sv s, struct date *d)
{
	static const unsigned width[] = { 4, 2, 2 };
	unsigned v[3] = { 0 };
	size_t at = 0;

	for (size_t i = 0; i < 3; i++) {
		for (unsigned k = 0; k < width[i]; k++, at++) {
			if (at >= s.n || !is_digit(s.p[at]))
				return false;
			v[i] = v[i] * 10 + (unsigned)(s.p[at] - '0');
		}
		if (i < 2 && at < s.n &&
		    (s.p[at] == '-' || s.p[at] == '_' || s.p[at] == '.'))
			at++;
	}
	*d = (struct date){ v[0], v[1], v[2] };
	return v[0] >= 1970 && v[0] <= 2200 && v[1] >= 1 && v[1] <= 12 &&
	       v[2] >= 1 && v[2] <= 31;
}

bool
ws_when_in_path(struct ws_sv path, size_t *at, int64_t *day)
{
	struct date d;

	for (size_t i = *at; i < path.n; i++) {
		if ((i > 0 && is_digit(path.p[i - 1])) ||
		    !date_at(ws_sv_from(path, i), &d))
			continue;
		*at = i + 1;
		*day = day_number(d);
		return true;
	}
	return false;
}

int64_t
ws_when_day(int64_t ns)
{
	return ns / DAY - (ns % DAY < 0);
}

void
ws_when_settle(struct ws_when *w, enum ws_day_order order)
{
	if (!w->ambiguous || order == WS_DAY_UNKNOWN)
		return;
	if (order != w->order)
		w->ns = w->other;
	w->order = order;
	w->ambiguous = false;
	w->settled = true;
}

ws_id
ws_when_clock(struct ws_dict *d, enum ws_clock_kind kind, uint64_t resolution)
{
	struct ws_clock c = { .kind = kind };

	if (kind != WS_CLOCK_TICKS) {
		c.ns_per_tick = 1;
		c.resolution = resolution;
	}
	if (kind == WS_CLOCK_WALL)
		c.how = WS_CLOCK_EXACT;
	return ws_dict_clock(d, &c);
}
