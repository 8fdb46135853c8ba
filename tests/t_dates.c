/* Dates settled by what else is known of days, and events withheld until it
 * is. */
#include <stdlib.h>
#include <unistd.h>

#include "ingest/dates.h"
#include "ingest/gate.h"
#include "ingest/source_open.h"
#include "tap.h"

enum { MOST = 6 };

/* One artifact of a bundle: dates in it (up to three, as printed), its path,
 * and the date that its archive has for it. */
struct artifact {
	const char *name, *date[3], *written;
};

/* The name, when it was written or NULL, and the dates. */
#define A(n, w, ...)                                                           \
	{                                                                      \
		.name = (n), .written = (w), .date = { __VA_ARGS__ }           \
	}

static int64_t
day_of(const char *date)
{
	struct ws_buf b = { 0 };
	struct ws_when w = { 0 };

	ws_buf_printf(&b, "%s 12:00:00", date);
	if (!ws_when_read(ws_buf_sv(&b), false, &w))
		printf("# '%s' is no date\n", date);
	ws_buf_fini(&b);
	return w.ns / 1000000000;
}

static void
show(struct ws_dates *d, const char *date)
{
	struct ws_buf b = { 0 };
	struct ws_when w;

	ws_buf_printf(&b, "%s 12:00:00", date);
	if (strcmp(date, "clock") == 0)
		d->undated = true;
	else if (ws_when_read(ws_buf_sv(&b), false, &w))
		ws_dates_show(d, &w);
	ws_buf_fini(&b);
}

static void
fill(struct ws_dates *d, const struct artifact *a)
{
	ws_dates_init(d, a->name);
	for (int i = 0; i < 3 && a->date[i] != NULL; i++)
		show(d, a->date[i]);
	if (a->written != NULL)
		d->written = day_of(a->written);
}

/* "ORDER by AGAINST" of the first of n, which is read as the shift-th, from the
 * front or from the back. */
static void
judge(const struct artifact *a, size_t n, size_t shift, bool back, char *out,
    size_t size)
{
	static const char *const words[] = { "-", "day/month", "month/day" };
	struct ws_dates d[MOST];
	struct ws_dating told[MOST];
	const struct ws_dating *t = &told[shift];

	for (size_t i = 0; i < n; i++)
		fill(&d[(back ? n - i + shift : i + shift) % n], &a[i]);
	ws_dates_judge(d, n, told);
	snprintf(out, size, "%s%s%s%s%s", words[t->order],
	    t->by != NULL ? ", " : "", t->by != NULL ? t->by : "",
	    t->against != NULL ? " against " : "",
	    t->against != NULL ? t->against : "");
	if (t->day_by != NULL)
		snprintf(
		    out, size, "day %lld, %s", (long long)t->day, t->day_by);
}

/* What all tell of the first one. */
static const struct {
	const char *what, *told;
	struct artifact a[MOST];
} cases[] = {
	{ "only an ambiguous one", "-", { A("io", NULL, "11/12/26") } },
	{ "only ambiguous ones", "-",
	    { A("io", NULL, "11/12/26"), A("mp", NULL, "11/12/26") } },
	{ "a sure one", "month/day, mp",
	    { A("io", NULL, "11/12/26"), A("mp", NULL, "12.11.2026") } },
	{ "the other reading", "day/month, mp",
	    { A("io", NULL, "11/12/26"), A("mp", NULL, "2026-12-11") } },
	{ "two days away", "month/day, mp",
	    { A("io", NULL, "11/12/26"), A("mp", NULL, "2026-11-10") } },
	{ "three days away", "-",
	    { A("io", NULL, "11/12/26"), A("mp", NULL, "2026-11-15") } },
	{ "near both", "-",
	    { A("io", NULL, "11/12/26"),
		A("mp", NULL, "2026-11-12", "2026-12-11") } },
	{ "sure ones that agree, by name", "month/day, a",
	    { A("io", NULL, "11/12/26"), A("c", NULL, "2026-11-12"),
		A("a", NULL, "2026-11-13"), A("b", NULL, "11/13/26") } },
	{ "sure ones that do not", "-, b against a",
	    { A("io", NULL, "11/12/26"), A("a", NULL, "2026-11-13"),
		A("b", NULL, "2026-12-12") } },
	{ "a path before others", "month/day, a date in the path",
	    { A("2026-11-12/io", NULL, "11/12/26"),
		A("a", NULL, "2026-12-11") } },
	{ "paths of others", "month/day, 20261112/cpu.pb",
	    { A("io", NULL, "11/12/26"), A("20261112/cpu.pb", NULL, NULL) } },
	{ "days of others before their paths", "day/month, 20261112/cpu.pb",
	    { A("io", NULL, "11/12/26"),
		A("20261112/cpu.pb", NULL, "2026-12-11") } },
	{ "a path that says both",
	    "-, a date in the path against a date in the path",
	    { A("2026-11-12/2026-12-11", NULL, "11/12/26"),
		A("a", NULL, "2026-12-11") } },
	{ "a number above 12 before the path",
	    "day/month, another of its dates",
	    { A("2026-11-12/io", NULL, "11/12/26", "13/12/26") } },
	{ "numbers above 12 on both sides",
	    "-, another of its dates against another of its dates",
	    { A("io", NULL, "11/12/26", "13/12/26", "12/13/26"),
		A("a", NULL, "2026-12-11") } },
	{ "a day of its own", "day/month, another of its dates",
	    { A("io", NULL, "11/12/26", "12/12/26"),
		A("a", NULL, "2026-11-12") } },
	{ "its archive", "month/day, the time of the file in its archive",
	    { A("io", "2026-11-13", "11/12/26") } },
	{ "others before its archive", "day/month, a",
	    { A("io", "2026-11-12", "11/12/26"), A("a", NULL, "2026-12-11") } },
	{ "no archive where others disagree", "-, b against a",
	    { A("io", "2026-11-12", "11/12/26"), A("a", NULL, "2026-11-12"),
		A("b", NULL, "2026-12-11") } },
	{ "not the archive of another", "-",
	    { A("io", NULL, "11/12/26"), A("a", "2026-11-12", "clock") } },
	{ "a clock", "day 20769, a",
	    { A("top", NULL, "clock"), A("a", NULL, "2026-11-12"),
		A("b", NULL, "2026-11-12") } },
	{ "a clock and two days", "-",
	    { A("top", NULL, "clock"), A("a", NULL, "2026-11-12"),
		A("b", NULL, "2026-11-13") } },
	{ "a clock and an ambiguous date", "-",
	    { A("top", NULL, "clock"), A("a", NULL, "11/12/26") } },
	{ "a clock that was never set", "-",
	    { A("top", NULL, "clock"), A("a", NULL, "1970-01-02") } },
};

static void
test_judge(void)
{
	for (size_t i = 0; i < WS_LEN(cases); i++) {
		char got[256], first[256];
		size_t n = 0;
		bool same = true;

		while (n < MOST && cases[i].a[n].name != NULL)
			n++;
		judge(cases[i].a, n, 0, false, first, sizeof first);
		is_str(first, cases[i].told, cases[i].what);
		for (size_t k = 0; k < 2 * n; k++) {
			judge(cases[i].a, n, k / 2, k % 2, got, sizeof got);
			same = same && strcmp(got, first) == 0;
		}
		ok(same, "  in any order");
	}
}

/* What a gate let through. */
struct heard {
	struct ws_sink sink;
	unsigned begins, faults, events;
};

static void
on_begin(struct ws_sink *s, const struct ws_origin *o)
{
	(void)o;
	((struct heard *)s)->begins++;
}

static enum ws_status
on_events(struct ws_sink *s, const struct ws_event *ev, size_t n)
{
	(void)ev;
	((struct heard *)s)->events += (unsigned)n;
	return WS_OK;
}

static void
on_fault(struct ws_sink *s, uint64_t off, const char *what)
{
	(void)off;
	((struct heard *)s)->faults += strcmp(what, "torn") == 0;
}

/* Faults, a date, events, another date, events. */
static void
check_gate(const char *date, const char *later, unsigned faults, bool may_shut,
    bool want)
{
	static const struct ws_sink_ops ops = {
		.begin = on_begin, .events = on_events, .fault = on_fault
	};
	struct ws_event ev = WS_EVENT(WS_EV_MARK);
	struct heard h = { .sink = { .ops = &ops, .dict = ws_dict_new() } };
	struct ws_limits limits;
	struct ws_budget budget = { .limits = &limits };
	struct ws_arena *arena = ws_arena_new();
	struct ws_stream *stream = ws_stream_new_mem(&budget, "", 0);
	struct ws_source *src;
	struct ws_origin origin = { 0 };
	struct ws_gate g;
	size_t n = 2;
	struct ws_when w;
	bool open;

	ws_limits_init(&limits);
	src = ws_source_new(stream, WS_SV("2026-11-12/x"), arena);
	ws_gate_init(&g, &h.sink, &origin, src, arena, may_shut);
	for (unsigned i = 0; i < faults; i++)
		ws_sink_fault(&g.sink, i, "torn");
	ws_source_date(src, ws_sv_of(date), false, &w);
	ws_sink_events(&g.sink, &ev, 1);
	ws_source_date(src, ws_sv_of(later), false, &w);
	ws_sink_events(&g.sink, &ev, 1);
	open = ws_gate_is_open(&g);
	while (!open && n < WS_GATE_LOOK &&
	       ws_sink_events(&g.sink, &ev, 1) == WS_OK)
		n++;
	ok(h.begins == open && h.events == (open ? 2 : 0) &&
		h.faults == (open ? faults : 0) && open == want &&
		n == (open ? 2 : WS_GATE_LOOK - 1),
	    "gate: '%s', then '%s', %u faults%s: %s", date, later, faults,
	    may_shut ? "" : ", kept open", open ? "open" : "shut");
	ws_source_free(src);
	ws_stream_free(stream);
	ws_arena_free(arena);
	ws_dict_free(h.sink.dict);
}

static void
test_gate(void)
{
	const char *sure = "2026-11-12 10:00:00", *maybe = "11/12/26 10:00:00";

	check_gate(sure, sure, 0, true, true);
	check_gate(maybe, sure, 0, true, false);
	check_gate(maybe, sure, 0, false, true);
	check_gate(sure, maybe, 0, true, true);
	check_gate("none", "none", 0, true, true);
	check_gate("none", maybe, 0, true, true);
	check_gate(maybe, maybe, WS_GATE_FAULTS, true, false);
	check_gate(sure, sure, WS_GATE_FAULTS + 1, true, true);
	check_gate(maybe, maybe, WS_GATE_FAULTS + 1, true, true);
}

/* Reads dates as an artifact of that name has them: their days, the note. */
static void
check_source(const char *name, const char *const *date, const char *want)
{
	struct ws_limits limits;
	struct ws_budget budget = { .limits = &limits };
	struct ws_arena *arena = ws_arena_new();
	struct ws_stream *stream = ws_stream_new_mem(&budget, "", 0);
	struct ws_source *src;
	struct ws_buf b = { 0 };
	struct ws_when w;

	ws_limits_init(&limits);
	src = ws_source_new(stream, ws_sv_of(name), arena);
	for (; *date != NULL; date++)
		if (ws_source_date(src, ws_sv_of(*date), false, &w) ||
		    ws_source_clock(src, ws_sv_of(*date), &w))
			ws_buf_printf(
			    &b, "%lld ", (long long)ws_when_day(w.ns));
	ws_buf_puts(&b, ws_source_dates_text(src));
	is_str(b.p, want, name);
	ws_buf_fini(&b);
	ws_source_free(src);
	ws_stream_free(stream);
	ws_arena_free(arena);
}

static void
test_source(void)
{
	check_source("sure",
	    (const char *const[]){ "2026-11-12 10:00:00", NULL }, "20769 ");
	check_source("ambiguous",
	    (const char *const[]){
		"11/12/26 10:00:00", "11/12/2026 10:00:00", NULL },
	    "20769 20798 day and month of the dates may be swapped");
	check_source("of 2026-12-11",
	    (const char *const[]){
		"11/12/26 10:00:00", "11/12/2026 10:00:00", NULL },
	    "20798 20798 which number of the dates is the day, a date in the "
	    "path tells");
	check_source("told by the date before",
	    (const char *const[]){
		"11/13/26 10:00:00", "11/12/2026 10:00:00", NULL },
	    "20770 20769 which number of the dates is the day, another of its "
	    "dates tells");
	check_source("undated", (const char *const[]){ "10:00:00 PM", NULL },
	    "times of day without a date");
	check_source("neither", (const char *const[]){ "10 PM", NULL }, "");
}

/* Times that are no wall clock's: of one that was never set, and of damage. */
static void
test_times(void)
{
	static const int64_t odd[] = { INT64_MIN, -1, 0, 86400, INT64_MAX - 1,
		INT64_MAX };
	struct ws_dates d;

	ws_dates_init(&d, "x");
	for (size_t i = 0; i < WS_LEN(odd); i++)
		ws_dates_add(&d, odd[i]);
	ok(d.days.first > d.days.last, "tell no day");
	ws_dates_add(&d, INT64_C(1794441600000000000));
	ok(d.days.first == 20769 && d.days.last == 20769, "others do");
}

static void
put_file(const char *path, const char *date)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return;
	fprintf(f,
	    "Linux 6.1.0 (vm) \t%s \t_x86_64_\t(2 CPU)\n\n%s 10:00:00\n"
	    "Device tps kB_read/s\nsda 5.00 1.00\n\n",
	    date, date);
	fclose(f);
}

/* Changes the file that waits, when the other one was read. */
struct meddler {
	struct ws_sink sink;
	const char *path;
	const char *date; /* that it has then; NULL: it is gone */
	unsigned ends;
};

static void
on_end(struct ws_sink *s, enum ws_status status)
{
	struct meddler *m = (struct meddler *)s;

	(void)status;
	if (m->ends++ > 0)
		return;
	unlink(m->path);
	if (m->date != NULL)
		put_file(m->path, m->date);
}

static void
check_change(const char *date, const char *want)
{
	static const struct ws_sink_ops ops = { .end = on_end };
	char dir[] = "t_dates.XXXXXX", a[64], b[64];
	struct meddler m = { .sink = { .ops = &ops, .dict = ws_dict_new() },
		.path = a,
		.date = date };
	const struct ws_entry *e;
	struct ws_limits limits;
	struct ws_bundle *bundle;
	struct ws_err err;
	size_t n;

	ws_limits_init(&limits);
	if (mkdtemp(dir) == NULL)
		return;
	snprintf(a, sizeof a, "%s/a", dir);
	snprintf(b, sizeof b, "%s/b", dir);
	put_file(a, "11/12/26");
	put_file(b, "2026-12-11");
	bundle = ws_bundle_read(dir, &limits, &m.sink, &err);
	e = ws_bundle_entries(bundle, &n);
	ok(n == 2 && strcmp(e[0].name, "a") == 0, "two entries");
	is_str(e[0].detail, want, date == NULL ? "gone" : date);
	ws_bundle_free(bundle);
	ws_dict_free(m.sink.dict);
	unlink(a);
	unlink(b);
	rmdir(dir);
}

static void
test_change(void)
{
	check_change(
	    "11/12/26", "which number of the dates is the day, b tells");
	check_change("2026-12-11", "");
	check_change(NULL, "changed while the bundle was read");
}

int
main(void)
{
	test_judge();
	test_gate();
	test_source();
	test_times();
	test_change();
	return tap_done();
}
