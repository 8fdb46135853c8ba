/* Profiles, series, top, and the queries of rules files. */
#include "metrics/top.h"
#include "metrics_kit.h"

enum { S = 1000000000 };

static const char rules[] =
    "group t.leaf \"l\" { exact \"leaf\"; }\n"
    "group t.mid \"m\" { exact \"mid\"; }\n"
    "group t.root \"r\" { exact \"root\"; }\n"
    "group t.rt \"rt\" { prefix \"runtime.\"; }\n"
    "share q.any = pprof.cpu where any frame in group t.mid help \"h\";\n"
    "share q.leaf = pprof.cpu where leaf frame in group t.leaf help \"h\";\n"
    "share q.under = pprof.cpu where frame in group t.leaf under group t.mid "
    "help \"h\";\n"
    "share q.and = pprof.cpu where any frame in group t.leaf and any frame in "
    "group t.mid help \"h\";\n"
    "share q.or = pprof.cpu where any frame in group t.leaf or any frame in "
    "group t.mid help \"h\";\n"
    "share q.not = pprof.cpu where not any frame in group t.mid help \"h\";\n"
    "share q.of = pprof.cpu where any frame in group t.leaf of any frame in "
    "group t.mid help \"h\";\n"
    "share q.of_none = pprof.cpu where any frame in group t.leaf of any frame "
    "in group t.rt and any frame in group t.mid help \"h\";\n"
    "sum q.sum = pprof.cpu where any frame in group t.mid help \"h\";\n"
    "sum q.waits = pprof.mutex where any frame in group t.mid help \"h\";\n"
    "share q.wait = pprof.mutex where any frame in group t.mid help \"h\";\n"
    "share q.bytes = pprof.alloc where any frame in group t.mid help \"h\";\n"
    "sites q.site = pprof.cpu outside group t.rt help \"h\";\n"
    "sites q.mid_site = pprof.cpu where any frame in group t.mid outside "
    "group t.leaf, t.mid help \"h\";\n"
    "account cpu = pprof.cpu {\n"
    "\tleaf mid \"mid\" where any frame in group t.mid;\n"
    "\tleaf leaf \"leaf\" where any frame in group t.leaf;\n"
    "\tleaf rest \"rest\" rest;\n}\n";

/* 40 leaf/mid/root, 30 mid/leaf/root, 20 leaf/root, 10 runtime.x/other. */
static void
put_stacks(struct bench *b)
{
	sample(b, WS_N_PPROF_CPU, "leaf mid root", 40.0 * S);
	sample(b, WS_N_PPROF_CPU, "mid leaf root", 30.0 * S);
	sample(b, WS_N_PPROF_CPU, "leaf root", 20.0 * S);
	sample(b, WS_N_PPROF_CPU, "runtime.x other", 10.0 * S);
}

static void
test_queries(void)
{
	struct bench b;
	const struct ws_fact *f;
	const struct ws_fact *const *all;
	double lo, hi;

	bench_init(&b, rules);
	begin(&b, "cpu.pb.gz", "pprof");
	capture(&b, "pprof.cpu", 50.0 * S, S);
	put_stacks(&b);
	lost(&b, 3);
	end(&b, WS_OK);
	ok(finish(&b), "finished");
	is_named(&b, "q.any", 0.7);
	is_named(&b, "q.leaf", 0.6);
	is_named(&b, "q.under", 0.4);
	is_named(&b, "q.and", 0.7);
	is_named(&b, "q.or", 0.9);
	is_named(&b, "q.not", 0.3);
	is_named(&b, "q.of", 1);
	is_named(&b, "q.sum", 70.0 * S);
	is_named(&b, "account.cpu.mid", 0.7);
	is_named(&b, "account.cpu.leaf", 0.2);
	is_named(&b, "account.cpu.rest", 0.1);
	ok(ws_facts_presence(b.f, kit_fact_id(&b.kit, "q.of_none")) == WS_EMPTY,
	    "a part of nothing is empty");
	ok(ws_facts_get(b.f, kit_fact_id(&b.kit, "q.wait"), NULL) == NULL,
	    "no profile, no fact");
	f = ws_facts_get(b.f, kit_fact_id(&b.kit, "q.any"), NULL);
	ok(f->samples == 100 && f->lost == 3, "draws and losses");
	/* 70 of 100: (0.7 + 1.9207/100) / 1.038415 -+ ... */
	ok(fabs(f->lo - 0.6041515) < 1e-6 && fabs(f->hi - 0.7810511) < 1e-6,
	    "Wilson interval %f..%f", f->lo, f->hi);
	lo = f->lo;
	hi = f->hi;
	ok(lo < 0.7 && hi > 0.7, "around the value");
	ok(ws_facts_of(b.f, kit_fact_id(&b.kit, "q.site"), &all) == 3, "sites");
	is_str(all[0]->subject, "leaf", "the largest");
	ok(near(all[0]->value, 0.6) && near(all[2]->value, 0.1), "shares");
	is_str(all[2]->subject, "other", "the nearest outside the group");
	ok(ws_facts_of(b.f, kit_fact_id(&b.kit, "q.mid_site"), &all) == 1 &&
		strcmp(all[0]->subject, "root") == 0 && all[0]->value == 1,
	    "sites are shares of what was selected");
	is_fact(&b, WS_F_CPU_TOTAL, NULL, 100.0 * S);
	is_fact(&b, WS_F_CPU_CORES, NULL, 2);
	is_fact(&b, WS_F_CPU_UTILIZATION, NULL, NAN);
	bench_fini(&b);
}

static void
test_unsampled(void)
{
	struct bench b;
	const struct ws_fact *f;

	bench_init(&b, rules);
	begin(&b, "mutex.pb.gz", "pprof");
	sample(&b, WS_N_PPROF_MUTEX, "mid", 1);
	sample(&b, WS_N_PPROF_MUTEX, "leaf", 3);
	begin(&b, "allocs.pb.gz", "pprof");
	capture(&b, "pprof.alloc", NAN, 0);
	sample(&b, WS_N_PPROF_ALLOC, "mid", 512);
	finish(&b);
	is_named(&b, "q.wait", 0.25);
	f = ws_facts_get(b.f, kit_fact_id(&b.kit, "q.wait"), NULL);
	ok(isnan(f->lo) && isnan(f->hi), "delays are not draws");
	is_named(&b, "q.waits", 1);
	is_named(&b, "q.bytes", 1);
	f = ws_facts_get(b.f, kit_fact_id(&b.kit, "q.bytes"), NULL);
	ok(isnan(f->lo), "nor is anything with a period of 0");
	bench_fini(&b);
}

static void
test_empty(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin(&b, "mutex.pb.gz", "pprof");
	capture(&b, "pprof.mutex", NAN, 1);
	end(&b, WS_OK);
	begin(&b, "cpu.pb.gz", "pprof");
	capture(&b, "pprof.cpu", 10.0 * S, S);
	end(&b, WS_OK);
	finish(&b);
	ok(ws_facts_presence(b.f, kit_fact_id(&b.kit, "q.wait")) == WS_EMPTY &&
		ws_facts_presence(b.f, kit_fact_id(&b.kit, "q.waits")) ==
		    WS_EMPTY,
	    "an empty profile gives empty facts");
	is_fact(&b, WS_F_MUTEX_TOTAL, NULL, NAN);
	ok(ws_facts_presence(b.f, WS_F_MUTEX_TOTAL) == WS_EMPTY, "its total");
	is_fact(&b, WS_F_CPU_TOTAL, NULL, 0);
	is_fact(&b, WS_F_CPU_CORES, NULL, 0);
	is_named(&b, "q.any", NAN);
	bench_fini(&b);
}

/* 70 lines, each a group of its own: more than one word of a set. */
static void
test_many_groups(void)
{
	struct ws_buf text = { 0 };
	struct bench b;
	unsigned i;

	for (i = 0; i < 70; i++)
		ws_buf_printf(&text,
		    "group g%u \"g\" { exact \"f%u\"; }\nshare s%u = pprof.cpu "
		    "where frame in group g%u under group g%u help \"h\";\n",
		    i, i, i, i, i > 0 ? i - 1 : 0);
	bench_init(&b, text.p);
	begin(&b, "cpu", "pprof");
	sample(&b, WS_N_PPROF_CPU, "f69 x f68", 1);
	sample(&b, WS_N_PPROF_CPU, "f68 f69", 1);
	sample(&b, WS_N_PPROF_CPU, "f0", 1);
	sample(&b, WS_N_PPROF_CPU, "f0 f0", 1);
	finish(&b);
	is_named(&b, "s69", 0.25);
	is_named(&b, "s68", 0);
	is_named(&b, "s0", 0.25);
	bench_fini(&b);
	ws_buf_fini(&text);
}

static const struct ws_profile *
find(struct bench *b, ws_id series)
{
	return ws_profiles_find(ws_metrics_profiles(b->m), series);
}

static void
test_profiles(void)
{
	struct bench b;
	const struct ws_profile *p;

	bench_init(&b, rules);
	begin(&b, "one", "pprof");
	lost(&b, 2);
	capture(&b, "pprof.cpu", 10, 1);
	sample(&b, WS_N_PPROF_CPU, "a b", 1);
	sample(&b, WS_N_PPROF_CPU_SAMPLES, "a b", 10);
	sample(&b, WS_N_PPROF_CPU, "c", 2);
	sample(&b, WS_N_PPROF_CPU_SAMPLES, "c", 20);
	sample(&b, WS_N_PPROF_CPU, "a b", 3);
	lost(&b, 1);
	p = ws_profiles_get(ws_metrics_profiles(b.m), 0);
	ok(p->n == 2 && p->samples == 3 && p->total == 6, "sums a stack");
	ok(p->entry[0].value == 4 && p->entry[1].value == 2, "in order");
	ok(p->lost == 3, "losses before the first sample count too");
	p = find(&b, WS_N_PPROF_CPU_SAMPLES);
	ok(p->total == 30 && p->lost == 3, "the other series");
	begin(&b, "two", "pprof");
	capture(&b, "pprof.cpu", 20, 1);
	sample(&b, WS_N_PPROF_CPU, "c", 5);
	sample(&b, WS_N_PPROF_CPU, "d", 7);
	sample(&b, WS_N_PPROF_CPU_SAMPLES, "d", 50);
	begin(&b, "big", "pprof");
	sample(&b, WS_N_PPROF_CPU, "d", 1000);
	begin(&b, "difference", "pprof");
	capture(&b, "pprof.cpu", 20, 1);
	sample(&b, WS_N_PPROF_CPU, "d", -5000);
	p = find(&b, WS_N_PPROF_CPU);
	ok(p->n == 3 && p->total == 18 && p->duration == 30,
	    "windows are added up, and nothing else is");
	ok(p->entry[1].value == 7 && p->lost == 3, "stack by stack");
	ok(p == find(&b, WS_N_PPROF_CPU), "once");
	ok(find(&b, WS_N_PPROF_CPU_SAMPLES)->total == 80,
	    "a duration holds for all series of its artifact");
	begin(&b, "h1", "pprof");
	sample(&b, WS_N_PPROF_ALLOC, "a", 10);
	begin(&b, "h2", "pprof");
	sample(&b, WS_N_PPROF_ALLOC, "b", 30);
	begin(&b, "h3", "pprof");
	sample(&b, WS_N_PPROF_ALLOC, "c", 20);
	ok(find(&b, WS_N_PPROF_ALLOC)->total == 30, "largest since the start");
	ok(find(&b, WS_N_PPROF_BLOCK) == NULL, "none");
	bench_fini(&b);
}

static void
test_difference(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin(&b, "diff", "pprof");
	capture(&b, "pprof.cpu", 10, 1);
	sample(&b, WS_N_PPROF_CPU, "mid", 5);
	sample(&b, WS_N_PPROF_CPU, "leaf", -3);
	finish(&b);
	is_fact(&b, WS_F_CPU_TOTAL, NULL, NAN);
	is_fact(&b, WS_F_CPU_CORES, NULL, NAN);
	is_named(&b, "q.any", NAN);
	ok(ws_facts_source_presence(b.f, WS_S_PPROF_CPU) == WS_UNSUPPORTED_HERE,
	    "a difference is no evidence");
	ok(find(&b, WS_N_PPROF_CPU)->abs_total == 8, "but can be shown");
	bench_fini(&b);
}

static void
test_top(void)
{
	struct bench b;
	struct ws_top_ask ask = { .by = WS_TOP_FUNC };
	const struct ws_top_row *row;
	struct ws_top top;
	ws_id f[3];

	bench_init(&b, rules);
	begin(&b, "cpu", "pprof");
	sample(&b, WS_N_PPROF_CPU, "f f g f main", 4);
	sample(&b, WS_N_PPROF_CPU, "g main", 4);
	sample(&b, WS_N_PPROF_CPU, "a main", 1);
	sample(&b, WS_N_PPROF_CPU, "b main", -1);
	sample_at(&b, WS_N_PPROF_CPU, 0, 100);
	f[0] = ws_dict_frame(b.d,
	    &(struct ws_frame){
		.func = ws_dict_cstr(b.d, "inl"), .line = 7, .inlined = true });
	f[1] = ws_dict_frame(
	    b.d, &(struct ws_frame){ .addr = 0x1234,
		     .mapping = ws_dict_cstr(b.d, "/lib/libc.so.6") });
	f[2] = ws_dict_frame(b.d, &(struct ws_frame){ .line = 1 });
	sample_at(&b, WS_N_PPROF_CPU, ws_dict_stack(b.d, f, 3), 2);
	ws_top_init(&top, find(&b, WS_N_PPROF_CPU), b.d, &ask);
	row = top.row;
	ok(top.n == 8, "8 functions (%zu)", top.n);
	is_str(row[0].name, "g", "equal flat values: the larger cum first");
	ok(row[0].flat == 4 && row[0].cum == 8, "g");
	is_str(row[1].name, "f", "f");
	ok(row[1].flat == 4 && row[1].cum == 4, "recursion counts once");
	is_str(row[2].name, "inl", "an inlined frame is a function");
	ok(row[2].flat == 2 && row[2].cum == 2, "and a leaf");
	is_str(row[3].name, "a", "ties by name");
	is_str(row[4].name, "b", "of magnitudes");
	ok(row[4].flat == -1 && row[4].cum == -1, "negative values stay so");
	is_str(row[5].name, "main", "no flat value");
	ok(row[5].flat == 0 && row[5].cum == 8, "all of its callees");
	is_str(row[6].name, "<unknown>", "nothing is known of a frame");
	is_str(row[7].name, "[libc.so.6]", "its binary is");
	ws_top_fini(&top);
	bench_fini(&b);
}

static void
capture_at(struct bench *b, const char *series, ws_id name, int64_t t, double v)
{
	struct ws_event e = WS_EVENT(WS_EV_COUNTER);

	e.track = ws_dict_cstr(b->d, series);
	e.name = name;
	e.t = t;
	e.value = v;
	ws_sink_events(b->sink, &e, 1);
}

/* Stacks without names are possible parts; where they are most, shares are
 * missing and not 0. */
static void
test_nameless(void)
{
	struct ws_frame bare = { .addr = 0x1234 };
	struct bench b;
	ws_id frame, at;
	int i;

	for (i = 0; i < 2; i++) {
		bench_init(&b, rules);
		frame = ws_dict_frame(b.d, &bare);
		at = ws_dict_stack(b.d, &frame, 1);
		begin(&b, "cpu", "pprof");
		capture(&b, "pprof.cpu", 10, 1);
		sample(&b, WS_N_PPROF_CPU, "mid root", 300);
		sample_at(&b, WS_N_PPROF_CPU, at, i == 0 ? 100 : 400);
		finish(&b);
		is_named(&b, "q.any", i == 0 ? 0.75 : NAN);
		is_fact(&b, WS_F_CPU_NAMELESS, NULL, i == 0 ? 0.25 : 4.0 / 7);
		bench_fini(&b);
	}
}

/* A window that is there twice, under two names. */
static void
test_copies(void)
{
	static const char *const names[] = { "a", "b", "c" };
	struct bench b;
	size_t i;

	bench_init(&b, rules);
	for (i = 0; i < WS_LEN(names); i++) {
		begin(&b, names[i], "pprof");
		capture_at(&b, "pprof.cpu", WS_N_CAPTURE_DURATION,
		    i < 2 ? 1000 : 2000, 5);
		sample(&b, WS_N_PPROF_CPU, "f", 7);
	}
	ok(find(&b, WS_N_PPROF_CPU)->total == 14 &&
		find(&b, WS_N_PPROF_CPU)->duration == 10,
	    "a copy of a window does not count");
	bench_fini(&b);
}

/* Heap profiles at 0 s, 15 s and 20 s, or the last two alone. */
static void
test_growth(size_t first, double growth)
{
	static const struct {
		const char *name;
		int64_t t;
		double bytes;
	} heaps[] = { { "h1", 0, 100 }, { "h2", 15, 700 }, { "h3", 20, 500 } };
	struct bench b;
	size_t i;

	bench_init(&b, rules);
	for (i = first; i < WS_LEN(heaps); i++) {
		begin(&b, heaps[i].name, "pprof");
		capture_at(&b, "pprof.inuse", WS_N_CAPTURE_PERIOD,
		    heaps[i].t * S, 512);
		sample(&b, WS_N_PPROF_INUSE, "f", heaps[i].bytes);
	}
	finish(&b);
	is_fact(&b, WS_F_INUSE_GROWTH, NULL, growth);
	is_fact(&b, WS_F_INUSE_GROWTH_RATE, NULL, growth / 20);
	bench_fini(&b);
}

/* What a heap profile that was fetched with seconds= says. */
static void
test_heap_window(void)
{
	struct bench b;

	bench_init(&b, rules);
	begin(&b, "delta", "pprof");
	capture(&b, "pprof.inuse", 10.0 * S, 512);
	sample(&b, WS_N_PPROF_INUSE, "f", 3000);
	finish(&b);
	is_fact(&b, WS_F_INUSE_GROWTH, NULL, 3000);
	is_fact(&b, WS_F_INUSE_GROWTH_RATE, NULL, 300);
	is_fact(&b, WS_F_INUSE_TOTAL, NULL, NAN);
	bench_fini(&b);
}

/* Values by label, the base of a comparison, and what focus keeps. */
static void
test_top_labels(void)
{
	struct ws_event e = WS_EVENT(WS_EV_SAMPLE);
	struct ws_top_ask ask = { .by = WS_TOP_LABEL, .label = WS_SV("zone") };
	static const char *const tracks[] = { "tenant=a, zone=x", "zone=x",
		"pprof::base=true, zone=y", "" };
	const struct ws_profile *p;
	struct ws_err err;
	struct ws_top top;
	struct bench b;
	size_t i;

	bench_init(&b, rules);
	ws_profiles_keep_tracks(ws_metrics_profiles(b.m));
	begin(&b, "cpu", "pprof");
	e.name = WS_N_PPROF_CPU;
	e.unit = WS_U_TIME;
	for (i = 0; i < WS_LEN(tracks); i++) {
		e.stack = stack(&b, i == 0 ? "leaf main" : "main");
		e.track = ws_dict_cstr(b.d, tracks[i]);
		e.value = i == 2 ? -8 : 1;
		ws_sink_events(b.sink, &e, 1);
	}
	p = find(&b, WS_N_PPROF_CPU);
	ok(p->abs_total == 11 && ws_profile_whole(p) == 8,
	    "a comparison is measured by its base");
	ws_top_init(&top, p, b.d, &ask);
	ok(top.n == 3 && top.row[0].flat == -8 && top.row[1].flat == 2 &&
		top.row[2].flat == 1,
	    "values of a label");
	is_str(top.row[1].name, "x", "over all sets that have it");
	is_str(top.row[2].name, "(none)", "and what has none");
	ws_top_fini(&top);
	ask.by = WS_TOP_FUNC;
	ask.focus = ws_regex_new(WS_SV("^leaf$"), &err);
	ws_top_init(&top, p, b.d, &ask);
	ok(top.n == 2 && top.kept == 1, "whole samples are kept");
	ws_top_fini(&top);
	ws_regex_free((struct ws_regex *)(uintptr_t)ask.focus);
	bench_fini(&b);
}

static enum ws_status
put_one(struct ws_counters *c, ws_id track, double value)
{
	struct ws_event e = WS_EVENT(WS_EV_COUNTER);

	e.name = WS_N_CPU_IDLE;
	e.track = track;
	e.value = value;
	return ws_sink_events(ws_counters_sink(c), &e, 1);
}

/* Neither names nor values without number fill the memory. */
static void
test_many_series(void)
{
	enum { LONG = 1000, VALUES = 20000 };

	struct ws_dict *d = ws_dict_new();
	struct ws_counters *c = ws_counters_new(d);
	const struct ws_series *s;
	size_t i, k, kept = 0;
	bool even = true;

	for (i = 0; i < VALUES; i++)
		for (k = 0; k < LONG; k++)
			put_one(c, (ws_id)k, (double)i);
	for (k = 0; k < LONG; k++) {
		s = ws_counters_get(c, k);
		kept += s->n;
		for (i = 0; i < s->n; i++)
			even &= s->value[i] == (double)(i * s->every);
		even &= s->n * s->every >= VALUES && s->seen == VALUES;
	}
	ok(kept <= WS_SERIES_VALUES && kept > WS_SERIES_VALUES / 4,
	    "%zu values of %d million are kept", kept, LONG * VALUES / 1000000);
	ok(even, "evenly, to the end");
	for (k = LONG; k < WS_SERIES_ALL; k++)
		put_one(c, (ws_id)k, 1);
	ok(ws_counters_count(c) == WS_SERIES_ALL, "a million names");
	ok(put_one(c, 7, 1) == WS_OK, "one that is known may grow");
	ok(put_one(c, WS_SERIES_ALL, 1) == WS_LIMIT, "a new one may not");
	ok(ws_counters_count(c) == WS_SERIES_ALL, "and leaves nothing");
	ws_counters_free(c);
	ws_dict_free(d);
}

/* Two artifacts say the same of the program, in both orders. */
static void
test_order_of_artifacts(void)
{
	static const char *const name[] = { "a", "b", "a" };
	struct ws_dict *d = ws_dict_new();
	struct ws_event e = WS_EVENT(WS_EV_MARK);
	ws_id from;
	int i, k;

	e.name = ws_dict_cstr(d, "go");
	for (i = 0; i < 2; i++) {
		struct ws_counters *c = ws_counters_new(d);

		for (k = i; k < i + 2; k++) {
			struct ws_origin o = { ws_dict_cstr(d, name[k]), 0 };

			ws_sink_begin(ws_counters_sink(c), &o);
			e.peer = o.artifact;
			ws_sink_events(ws_counters_sink(c), &e, 1);
			put_one(c, 0, k);
		}
		ok(ws_sv_is(ws_counters_text(c, "go", &from), "b"),
		    "order %d: the mark of the last name", i);
		ok(ws_sv_is(
		       ws_dict_text(d,
			   ws_counters_find(c, WS_N_CPU_IDLE, 0, 0)->artifact),
		       "a"),
		    "order %d: the series of the first name", i);
		ws_counters_free(c);
	}
	ws_dict_free(d);
}

/* Two logs of a disk, one with all requests and one with reads and writes, and
 * two of a cgroup and of a process: facts are of one of them in any order. */
static void
put_one_of_two(struct bench *b, bool first)
{
	begin(b, first ? "a" : "b", "iostat");
	counter(b, "sda", first ? WS_N_DISK_OPS : WS_N_DISK_READS, 7);
	counter(b, "sda", WS_N_DISK_QUEUE, first ? 1 : 2);
	counter(b, "7 svc", WS_N_PROCESS_RSS, first ? 5 : 7);
	counter(b, NULL, WS_N_CGROUP_QUOTA, 3);
	counter(b, NULL, WS_N_PSI_CPU_SOME_MINUTE, first ? 0.1 : 0.2);
	end(b, WS_OK);
}

static const char *
artifact_of(struct bench *b, const char *id, const char *subject)
{
	const struct ws_fact *f =
	    ws_facts_get(b->f, kit_fact_id(&b->kit, id), subject);

	return f != NULL && f->artifact != NULL ? f->artifact : "none";
}

static void
test_one_of_two(void)
{
	for (int back = 0; back < 2; back++) {
		struct bench b;

		bench_init(&b, "");
		put_one_of_two(&b, back == 0);
		put_one_of_two(&b, back != 0);
		ok(finish(&b), "order %d", back);
		is_str(artifact_of(&b, "disk.ops", "sda"), "a", "requests");
		is_str(artifact_of(&b, "disk.queue", "sda"), "a",
		    "a queue of the same log");
		is_str(
		    artifact_of(&b, "process.rss", "7 svc"), "a", "a process");
		is_str(
		    artifact_of(&b, "cgroup.cpu.quota", NULL), "a", "a cgroup");
		is_str(artifact_of(&b, "host.psi.cpu.some", NULL), "a",
		    "pressure");
		bench_fini(&b);
	}
}

static void
test_series(void)
{
	enum { N = 300000 };

	struct ws_dict *d = ws_dict_new();
	struct ws_counters *c = ws_counters_new(d);
	struct ws_origin o = { ws_dict_cstr(d, "a"), ws_dict_cstr(d, "x") };
	struct ws_event e = WS_EVENT(WS_EV_COUNTER);
	const struct ws_series *s;
	ws_id from;
	size_t i;

	ws_sink_begin(ws_counters_sink(c), &o);
	e.name = WS_N_CPU_IDLE;
	e.peer = WS_N_SINCE_BOOT;
	ws_sink_events(ws_counters_sink(c), &e, 1);
	ok(ws_counters_find(c, WS_N_CPU_IDLE, 0, 0) == NULL &&
		ws_counters_get(c, 0)->boot == 1,
	    "averages since boot are no values");
	e.peer = 0;
	for (i = 0; i < N; i++) {
		e.value = (double)i;
		ws_sink_events(ws_counters_sink(c), &e, 1);
	}
	s = ws_counters_find(c, WS_N_CPU_IDLE, 0, 0);
	ok(s->seen == N && s->n <= WS_SERIES_MAX, "thinned to %zu", s->n);
	ok(s->n >= WS_SERIES_MAX / 2 && s->every == 8, "one in %d",
	    (int)s->every);
	ok(s->value[1] == 8 && s->value[s->n - 1] == 8.0 * (double)(s->n - 1),
	    "evenly");
	ok(fabs(ws_series_median(s) - N / 2.0) < 10, "the median stays");
	ok(fabs(ws_series_quantile(s, 0.9) - N * 0.9) < 10, "a quantile too");
	ok(isnan(ws_series_median(NULL)), "no series, no median");
	o.artifact = ws_dict_cstr(d, "b");
	ws_sink_begin(ws_counters_sink(c), &o);
	e.track = ws_dict_cstr(d, "t");
	ws_sink_events(ws_counters_sink(c), &e, 1);
	ok(ws_counters_find(c, WS_N_CPU_IDLE, 0, 0)->artifact != o.artifact,
	    "the longest of all");
	ok(ws_counters_find(c, WS_N_CPU_IDLE, o.artifact, 0)->n == 1,
	    "of an artifact");
	ok(ws_counters_find(c, WS_N_CPU_IDLE, 0, e.track)->n == 1, "a track");
	ok(ws_counters_find(c, WS_N_CPU_USER, 0, 0) == NULL, "none");
	e = WS_EVENT(WS_EV_MARK);
	e.name = ws_dict_cstr(d, "go");
	e.peer = ws_dict_cstr(d, "one");
	ws_sink_events(ws_counters_sink(c), &e, 1);
	e.peer = ws_dict_cstr(d, "two");
	ws_sink_events(ws_counters_sink(c), &e, 1);
	ok(ws_sv_is(ws_counters_text(c, "go", &from), "two") &&
		from == o.artifact,
	    "the last mark of a name");
	ok(ws_counters_text(c, "no", NULL).n == 0, "no mark");
	ws_counters_free(c);
	ws_dict_free(d);
}

/* The incident comes before the day that it was in. */
static void
test_archive(void)
{
	struct bench b;

	bench_init(&b, "");
	begin(&b, "a/sa23.txt", "sar");
	for (int i = 0; i < 144; i++) {
		counter(&b, NULL, WS_N_CPU_IDLE, 0.9);
		counter(&b, NULL, WS_N_SCHED_RUNNABLE, 1);
		counter(&b, "sda", WS_N_DISK_OPS, 5);
	}
	end(&b, WS_OK);
	begin(&b, "vmstat.txt", "vmstat");
	for (int i = 0; i < 10; i++) {
		counter(&b, NULL, WS_N_CPU_IDLE, 0.1);
		counter(&b, NULL, WS_N_SCHED_RUNNABLE, 7);
	}
	end(&b, WS_OK);
	begin(&b, "iostat.txt", "iostat");
	counter(&b, "sda", WS_N_DISK_OPS, 900);
	end(&b, WS_OK);
	ok(finish(&b), "facts of a day and of ten seconds");
	is_named(&b, "host.cpu.idle", 0.1);
	is_named(&b, "host.runnable", 7);
	is_fact(&b, kit_fact_id(&b.kit, "disk.ops"), "sda", 900);
	bench_fini(&b);
}

/* A bad minute in a good hour does not show in the median. */
static void
test_worst(void)
{
	struct bench b;

	bench_init(&b, "");
	begin(&b, "vmstat.txt", "vmstat");
	for (int i = 0; i < 60; i++) {
		counter(&b, NULL, WS_N_CPU_IDLE, 0.5);
		counter(
		    &b, NULL, WS_N_SCHED_RUNNABLE, i >= 20 && i < 25 ? 9 : 1);
		counter(&b, NULL, WS_N_CPU_STEAL, i == 59 ? 0.5 : 0);
	}
	for (int i = 0; i < 5; i++)
		counter(&b, NULL, WS_N_SCHED_BLOCKED, 4);
	end(&b, WS_OK);
	ok(finish(&b), "facts of an hour");
	is_named(&b, "host.runnable", 1);
	is_named(&b, "host.runnable.worst", 9);
	is_named(&b, "host.cpu.steal.worst", 0.1);
	is_named(&b, "host.blocked.worst", NAN);
	bench_fini(&b);
}

int
main(void)
{
	test_queries();
	test_unsampled();
	test_empty();
	test_many_groups();
	test_profiles();
	test_difference();
	test_top();
	test_top_labels();
	test_nameless();
	test_copies();
	test_growth(0, 400);
	test_growth(1, NAN); /* 5 s apart: one moment */
	test_heap_window();
	test_series();
	test_many_series();
	test_order_of_artifacts();
	test_one_of_two();
	test_archive();
	test_worst();
	return tap_done();
}
