#include "ingest/dates.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	NEAR = 2,         /* days */
	DAY_2000 = 10957, /* 1 January */
	DAY_2201 = 84371,
};

#define DAY (INT64_C(86400) * 1000000000)

void
ws_dates_init(struct ws_dates *d, const char *name)
{
	*d = (struct ws_dates){ .name = name, .days = { 1, 0 } };
}

static void
widen(struct ws_days *d, int64_t day)
{
	bool none = d->first > d->last;

	d->first = none || day < d->first ? day : d->first;
	d->last = none || day > d->last ? day : d->last;
}

void
ws_dates_add(struct ws_dates *d, int64_t ns)
{
	const struct ws_days *v = &d->days;

	/* Most times are on the day of the one before. */
	if (v->first <= v->last && ns >= v->first * DAY &&
	    ns < v->last * DAY + DAY)
		return;
	if (ns >= DAY_2000 * DAY && ns < DAY_2201 * DAY)
		widen(&d->days, ws_when_day(ns));
}

void
ws_dates_show(struct ws_dates *d, const struct ws_when *w)
{
	if (!w->ambiguous) {
		d->shown[w->order] = true;
		ws_dates_add(d, w->ns);
	} else if (!d->ambiguous) {
		d->ambiguous = true;
		d->as[w->order] = ws_when_day(w->ns);
		d->as[WS_DAY_FIRST + WS_DAY_SECOND - w->order] =
		    ws_when_day(w->other);
	}
}

void
ws_dates_say(
    const struct ws_dates *d, const struct ws_dating *known, struct ws_buf *b)
{
	if (d->ambiguous && d->taken != WS_DAY_UNKNOWN)
		ws_buf_printf(b,
		    "which number of the dates is the day, %s tells",
		    known->by);
	else if (d->ambiguous)
		ws_buf_puts(b, "day and month of the dates may be swapped");
	if (d->ambiguous && known->against != NULL)
		ws_buf_printf(
		    b, "; %s and %s disagree", known->by, known->against);
	if (!d->undated)
		return;
	ws_buf_puts(b, d->ambiguous ? "; " : "");
	ws_buf_puts(b, "times of day without a date");
	if (known->day_by != NULL)
		ws_buf_printf(b, ", of the day that %s tells", known->day_by);
}

/* Who is for which order; NULL: nobody. */
struct ballot {
	const char *by[WS_DAY_ORDERS];
};

static bool
is_near(int64_t day, struct ws_days d)
{
	return d.first <= d.last && day >= d.first - NEAR &&
	       day <= d.last + NEAR;
}

/* Of several, the name that sorts first is kept, so that their order does not
 * matter. */
static void
vote(struct ballot *b, const struct ws_dates *d, struct ws_days days,
    const char *name)
{
	bool first = is_near(d->as[WS_DAY_FIRST], days);
	const char **by = &b->by[first ? WS_DAY_FIRST : WS_DAY_SECOND];

	if (first == is_near(d->as[WS_DAY_SECOND], days))
		return;
	if (*by == NULL || strcmp(name, *by) < 0)
		*by = name;
}

/* True when the ballot says anything, also when it says both. */
static bool
count(const struct ballot *b, struct ws_dating *out)
{
	const char *first = b->by[WS_DAY_FIRST];
	const char *second = b->by[WS_DAY_SECOND];

	out->by = first != NULL ? first : second;
	out->against = first != NULL ? second : NULL;
	if (out->by != NULL && out->against == NULL)
		out->order = first != NULL ? WS_DAY_FIRST : WS_DAY_SECOND;
	return out->by != NULL;
}

static bool
ask_itself(const struct ws_dates *d, struct ws_dating *out)
{
	struct ballot b = { 0 };

	for (int i = WS_DAY_FIRST; i < WS_DAY_ORDERS; i++)
		if (d->shown[i])
			b.by[i] = "another of its dates";
	if (b.by[WS_DAY_FIRST] == NULL && b.by[WS_DAY_SECOND] == NULL)
		vote(&b, d, d->days, "another of its dates");
	return count(&b, out);
}

static bool
ask_path(const struct ws_dates *d, struct ws_dating *out)
{
	struct ws_sv path = ws_sv_of(d->name);
	struct ballot b = { 0 };
	int64_t day;

	for (size_t at = 0; ws_when_in_path(path, &at, &day);)
		vote(&b, d, (struct ws_days){ day, day }, "a date in the path");
	return count(&b, out);
}

static void
ask_archive(const struct ws_dates *d, struct ws_dating *out)
{
	struct ballot b = { 0 };
	int64_t day = d->written / 86400;

	if (d->written > 0)
		vote(&b, d, (struct ws_days){ day, day },
		    "the time of the file in its archive");
	count(&b, out);
}

bool
ws_dates_are_unsure(const struct ws_dates *d)
{
	return d->ambiguous || d->undated;
}

void
ws_dates_judge_alone(const struct ws_dates *d, struct ws_dating *out)
{
	*out = (struct ws_dating){ 0 };
	if (d->ambiguous && !ask_itself(d, out))
		ask_path(d, out);
}

/* Days, and the name that sorts first of those whose they are. */
struct witness {
	struct ws_days days;
	const char *name;
};

struct court {
	const struct ws_dates *all;
	struct witness *v;
	size_t n, cap;
};

static void
call_witness(struct court *c, struct ws_days days, const char *name)
{
	c->v = ws_grow(c->v, &c->cap, c->n + 1, sizeof *c->v);
	c->v[c->n++] = (struct witness){ days, name };
}

static int
compare_days(const void *a, const void *b)
{
	const struct witness *x = a, *y = b;

	if (x->days.first != y->days.first)
		return x->days.first < y->days.first ? -1 : 1;
	if (x->days.last != y->days.last)
		return x->days.last < y->days.last ? -1 : 1;
	return strcmp(x->name, y->name);
}

static bool
is_same(const struct witness *a, const struct witness *b)
{
	return a->days.first == b->days.first && a->days.last == b->days.last;
}

/* Whoever tells the same days is heard once. */
static void
call_witnesses(struct court *c, size_t n)
{
	size_t kept = 0;
	int64_t day;

	for (size_t i = 0; i < n; i++) {
		const struct ws_dates *d = &c->all[i];
		struct ws_sv path = ws_sv_of(d->name);

		if (d->days.first <= d->days.last)
			call_witness(c, d->days, d->name);
		else
			for (size_t at = 0; ws_when_in_path(path, &at, &day);)
				call_witness(
				    c, (struct ws_days){ day, day }, d->name);
	}
	if (c->n > 0)
		qsort(c->v, c->n, sizeof *c->v, compare_days);
	for (size_t i = 0; i < c->n; i++)
		if (kept == 0 || !is_same(&c->v[kept - 1], &c->v[i]))
			c->v[kept++] = c->v[i];
	c->n = kept;
}

/* An artifact that comes here tells nothing of itself, so that it does not
 * matter that it is among the witnesses. */
static bool
ask_witnesses(
    const struct court *c, const struct ws_dates *d, struct ws_dating *out)
{
	struct ballot b = { 0 };

	for (size_t i = 0; i < c->n; i++)
		vote(&b, d, c->v[i].days, c->v[i].name);
	return count(&b, out);
}

/* By what both readings are: of equal ones others tell the same. */
static int
compare_readings(const void *a, const void *b)
{
	const struct ws_dates *x = *(const struct ws_dates *const *)a;
	const struct ws_dates *y = *(const struct ws_dates *const *)b;

	for (int i = WS_DAY_FIRST; i < WS_DAY_ORDERS; i++)
		if (x->as[i] != y->as[i])
			return x->as[i] < y->as[i] ? -1 : 1;
	return 0;
}

/* The n ambiguous ones, sorted by their readings. */
static void
judge_orders(const struct court *c, const struct ws_dates **v, size_t n,
    struct ws_dating *out)
{
	struct ws_dating told = { 0 }, *own;

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || compare_readings(&v[i - 1], &v[i]) != 0) {
			told = (struct ws_dating){ 0 };
			ask_witnesses(c, v[i], &told);
		}
		own = &out[v[i] - c->all];
		if (ask_itself(v[i], own) || ask_path(v[i], own))
			continue;
		if (told.by != NULL)
			*own = told;
		else
			ask_archive(v[i], own);
	}
}

/* The day, when it is the only one that anything tells. */
static void
judge_day(const struct court *c, struct ws_dating *out)
{
	const struct witness *w = c->v;

	if (c->n != 1 || w->days.first != w->days.last)
		return;
	out->day = w->days.first;
	out->day_by = w->name;
}

void
ws_dates_judge(const struct ws_dates *all, size_t n, struct ws_dating *out)
{
	struct court c = { .all = all };
	const struct ws_dates **v = ws_alloc_array(n + 1, sizeof(*v));
	size_t ambiguous = 0;

	call_witnesses(&c, n);
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct ws_dating){ 0 };
		if (all[i].ambiguous)
			v[ambiguous++] = &all[i];
	}
	if (ambiguous > 0)
		qsort(v, ambiguous, sizeof(*v), compare_readings);
	judge_orders(&c, v, ambiguous, out);
	for (size_t i = 0; i < n; i++)
		if (all[i].undated)
			judge_day(&c, &out[i]);
	free(v);
	free(c.v);
}
