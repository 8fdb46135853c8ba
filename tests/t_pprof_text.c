/*
 * The parser of profiles as text: against the protobuf of the same program,
 * on what was made by hand, and on cuts.
 */
#include <zlib.h>

#include "base/htab.h"
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_pprof, ws_parser_pprof_text;

static void
parse_text(struct parsed *r, const char *name)
{
	char path[256];
	size_t n;
	char *p;

	snprintf(path, sizeof(path), "pprof-text/%s/input.txt", name);
	p = read_testdata(path, &n);
	parse_mem(r, &ws_parser_pprof_text, path, p == NULL ? "" : p, n);
	free(p);
}

static void
parse_protobuf(struct parsed *r, const char *name)
{
	enum { ROOM = 1 << 20 };

	const char *srcdir = getenv("srcdir");
	char path[1024], *p = ws_alloc(ROOM);
	gzFile f;
	int n;

	snprintf(path, sizeof(path), "%s/testdata/pprof/%s/input.pb.gz",
	    srcdir == NULL ? "." : srcdir, name);
	f = gzopen(path, "rb");
	n = f == NULL ? 0 : gzread(f, p, ROOM);
	if (f != NULL)
		gzclose(f);
	parse_mem(r, &ws_parser_pprof, path, p, n > 0 ? (size_t)n : 0);
	free(p);
}

/* Values of all samples by series and by the functions and lines of their
 * stacks. */
struct sums {
	struct ws_htab *keys;
	double *value;
	size_t cap;
};

static bool
is_named(const struct parsed *r, ws_id func)
{
	return ws_dict_text(r->sink.dict, func).n > 0;
}

static void
put_stack(const struct parsed *r, const struct ws_event *ev, struct ws_buf *b)
{
	const ws_id *ids;
	size_t n = ws_dict_get_stack(r->sink.dict, ev->stack, &ids);

	for (size_t i = 0; i < n; i++) {
		const struct ws_frame *f =
		    ws_dict_get_frame(r->sink.dict, ids[i]);

		if (is_named(r, f->func))
			ws_buf_printf(b, ";%s:%u",
			    ws_dict_text(r->sink.dict, f->func).p,
			    (unsigned)f->line);
	}
}

static void
sums_init(struct sums *s, const struct parsed *r, bool stacks)
{
	struct ws_buf b = { 0 };

	*s = (struct sums){ .keys = ws_htab_new() };
	for (size_t i = 0; i < r->n; i++) {
		uint32_t at;
		bool is_new;

		if (r->ev[i].kind != WS_EV_SAMPLE)
			continue;
		b.n = 0;
		ws_buf_putsv(&b, ws_dict_text(r->sink.dict, r->ev[i].name));
		if (stacks)
			put_stack(r, &r->ev[i], &b);
		at = ws_htab_put(s->keys, b.p, b.n, &is_new);
		s->value = ws_grow(
		    s->value, &s->cap, (size_t)at + 1, sizeof(*s->value));
		s->value[at] = (is_new ? 0 : s->value[at]) + r->ev[i].value;
	}
	ws_buf_fini(&b);
}

static void
sums_fini(struct sums *s)
{
	ws_htab_free(s->keys);
	free(s->value);
}

static bool
sums_same(const struct sums *a, const struct sums *b)
{
	uint32_t i, k, n = ws_htab_count(a->keys);

	for (i = 0; i < n; i++) {
		struct ws_sv key = ws_htab_key(a->keys, i);

		k = ws_htab_get(b->keys, key.p, key.n);
		if (k == WS_HTAB_NONE || a->value[i] != b->value[k]) {
			printf("# %.*s: %.17g and %.17g\n", WS_SV_ARG(key),
			    a->value[i], k == WS_HTAB_NONE ? 0 : b->value[k]);
			return false;
		}
	}
	return n == ws_htab_count(b->keys);
}

/* Both forms were written one after the other by the same program. */
static void
check_same(const char *name, bool stacks)
{
	struct parsed text, proto;
	struct sums a, b;

	parse_text(&text, name);
	parse_protobuf(&proto, name);
	sums_init(&a, &text, stacks);
	sums_init(&b, &proto, stacks);
	ok(text.status == WS_OK && ws_htab_count(a.keys) > 0 &&
		sums_same(&a, &b),
	    "%s: the text says what the protobuf says, %u sums", name,
	    (unsigned)ws_htab_count(a.keys));
	sums_fini(&a);
	sums_fini(&b);
	parsed_fini(&text);
	parsed_fini(&proto);
}

static double
total(const struct parsed *r, ws_id series)
{
	double sum = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SAMPLE && r->ev[i].name == series)
			sum += r->ev[i].value;
	return sum;
}

/* What the numbers of a mutex profile come to when they are multiplied by the
 * sampling period, as go tool pprof does whatever the release. */
static double
legacy_total(const char *name)
{
	char path[256];
	size_t n;
	char *p, *line, *end;
	double cycles = 0, hz = 0, period = 1;

	snprintf(path, sizeof(path), "pprof-text/%s/input.txt", name);
	p = read_testdata(path, &n);
	if (p == NULL)
		return NAN;
	p = ws_realloc(p, n + 1);
	p[n] = '\0';
	for (line = p; *line != '\0'; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		if (strncmp(line, "cycles/second=", 14) == 0)
			hz = strtod(line + 14, NULL);
		else if (strncmp(line, "sampling period=", 16) == 0)
			period = strtod(line + 16, NULL);
		else if (*line >= '0' && *line <= '9')
			cycles += strtod(line, NULL);
	}
	free(p);
	return cycles * period / (hz / 1e9);
}

static void
check_legacy(const char *name, double times)
{
	struct parsed text, proto;
	double ours, theirs;

	parse_text(&text, name);
	parse_protobuf(&proto, name);
	ours = total(&text, WS_N_PPROF_MUTEX);
	theirs = total(&proto, WS_N_PPROF_MUTEX);
	ok(ours > 1e6 && ours == theirs &&
		fabs(legacy_total(name) / theirs - times) < 1e-6,
	    "%s: %.0f ms as in the protobuf; go tool pprof says %g times that",
	    name, ours / 1e6, times);
	parsed_fini(&text);
	parsed_fini(&proto);
}

static void
test_same(void)
{
	static const char *const versions[] = { "1.19", "1.24", "1.26" };
	char name[64];

	for (size_t i = 0; i < WS_LEN(versions); i++) {
		snprintf(name, sizeof(name), "go%s-block", versions[i]);
		check_same(name, true);
		snprintf(name, sizeof(name), "go%s-mutex", versions[i]);
		check_same(name, true);
	}
	check_same("go1.24-heap", true);
	check_same("go1.26-heap", true);
	/* Of these the protobuf has the functions of the runtime as well. */
	check_same("go1.24-goroutine", false);
	check_same("go1.24-threadcreate", false);
	check_same("go1.26-threadcreate", false);
	check_legacy("go1.19-mutex", 1);
	check_legacy("go1.24-mutex", 5);
	check_legacy("go1.26-mutex", 5);
}

/* How many samples have that leaf. */
static size_t
leaves(const struct parsed *r, const char *func)
{
	size_t n = 0;
	const ws_id *ids;

	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SAMPLE &&
		    ws_dict_get_stack(r->sink.dict, r->ev[i].stack, &ids) > 0)
			n += ws_sv_is(
			    ws_dict_text(r->sink.dict,
				ws_dict_get_frame(r->sink.dict, ids[0])->func),
			    func);
	return n;
}

static double
hidden(const struct parsed *r)
{
	return parsed_value(r, "", WS_N_PPROF_GOROUTINE_HIDDEN, 0);
}

static void
test_goroutines(void)
{
	struct parsed r;

	parse_text(&r, "go1.26-goroutine-cgo");
	ok(r.bid == WS_BID_SHAPE && leaves(&r, "runtime.cgocall") == 2 &&
		hidden(&r) == 0,
	    "goroutines in C are told");
	parsed_fini(&r);
	parse_text(&r, "go1.26-goroutine");
	ok(total(&r, WS_N_PPROF_GOROUTINE) == 10 && hidden(&r) == 5,
	    "those in channel operations are counted as hidden");
	ok(ws_sv_is(
	       ws_dict_text(r.sink.dict, r.ev[1].track), "class=B, worker=1"),
	    "labels");
	parsed_fini(&r);
	parse_text(&r, "go1.26-goroutineleak");
	ok(r.n > 1 && ws_sv_is(ws_dict_text(r.sink.dict, r.ev[1].name),
			  "pprof.goroutineleak"),
	    "leaked goroutines are a series of their own");
	parsed_fini(&r);
	parse_text(&r, "custom");
	ok(r.status == WS_OK && r.n == 3 && r.ev[1].value == 2 &&
		ws_sv_is(ws_dict_text(r.sink.dict, r.ev[1].track),
		    "pool=a \"b\", zone=x"),
	    "a custom profile");
	parsed_fini(&r);
	parse_text(&r, "bare");
	ok(r.status == WS_OK && total(&r, WS_N_PPROF_THREADCREATE) == 4,
	    "addresses only");
	parsed_fini(&r);
	parse_text(&r, "mutex-no-release");
	ok(total(&r, WS_N_PPROF_MUTEX) == 5e6 &&
		strstr(parsed_mark(&r, "note", 0), "before 1.20") != NULL,
	    "of an unknown release as of a new one, with a note");
	parsed_fini(&r);
	parse_text(&r, "block-empty");
	ok(r.status == WS_OK && r.bid == WS_BID_MAGIC && r.n == 1 &&
		parsed_value(&r, "pprof.block", WS_N_CAPTURE_PERIOD, 0) == 1,
	    "an empty block profile is one");
	parsed_fini(&r);
}

static double
memstats(const struct parsed *r, const char *key)
{
	return parsed_value(r, "", ws_dict_cstr(r->sink.dict, key), 0);
}

static void
test_memstats(void)
{
	struct parsed r;

	parse_text(&r, "heap-busy");
	ok(memstats(&r, "memstats.GCCPUFraction") == 0.3125, "GCCPUFraction");
	ok(memstats(&r, "memstats.NumGC") == 412, "NumGC");
	ok(memstats(&r, "memstats.StackInuse") == 688128 &&
		memstats(&r, "memstats.StackSys") == 720896,
	    "a pair");
	/* Collection 412 is at (412 + 255) % 256 of the ring. */
	ok(memstats(&r, "memstats.PauseNs.last") == 1155 &&
		memstats(&r, "memstats.PauseNs.max") == 1255,
	    "the last pause and the longest");
	ok(isnan(memstats(&r, "memstats.LastGC")), "no dates");
	parsed_fini(&r);
}

static void
test_damage(void)
{
	struct parsed r;

	parse_text(&r, "jemalloc");
	ok(r.bid == WS_BID_MAGIC && r.status == WS_UNSUPPORTED,
	    "jemalloc is known and not read");
	parsed_fini(&r);
	parse_text(&r, "prose");
	ok(r.bid == WS_BID_NO, "another text");
	parsed_fini(&r);
	parse_text(&r, "heap-short");
	ok(r.status == WS_PARTIAL && r.faults == 1,
	    "less than the header says");
	parsed_fini(&r);
	parse_text(&r, "torn");
	ok(r.status == WS_PARTIAL && total(&r, WS_N_PPROF_GOROUTINE) == 2,
	    "a torn record is lost");
	parsed_fini(&r);
	parse_mem(&r, &ws_parser_pprof_text, "x", "1 @ 0x1\n", 8);
	ok(r.status == WS_CORRUPT, "a record without a header");
	parsed_fini(&r);
}

/* Every sum of a cut file is one of the whole. */
static void
check_cuts(const char *name)
{
	struct parsed whole, part;
	struct sums all, some;
	char path[256];
	size_t n, bad = 0;
	char *p;

	snprintf(path, sizeof(path), "pprof-text/%s/input.txt", name);
	p = read_testdata(path, &n);
	parse_mem(&whole, &ws_parser_pprof_text, path, p, n);
	sums_init(&all, &whole, true);
	for (size_t cut = 0; cut < n; cut++) {
		parse_mem(&part, &ws_parser_pprof_text, path, p, cut);
		sums_init(&some, &part, true);
		for (uint32_t i = 0; i < ws_htab_count(some.keys); i++) {
			struct ws_sv s = ws_htab_key(some.keys, i);
			uint32_t k = ws_htab_get(all.keys, s.p, s.n);

			bad +=
			    k == WS_HTAB_NONE || some.value[i] > all.value[k];
		}
		sums_fini(&some);
		parsed_fini(&part);
	}
	ok(n > 0 && bad == 0, "%s cut at each of %zu bytes", name, n);
	sums_fini(&all);
	parsed_fini(&whole);
	free(p);
}

/* As many objects in a few bytes as cannot be. */
static void
test_small_objects(void)
{
	static const char text[] =
	    "heap profile: 999999999999999: 1024 [999999999999999: 1024] @ "
	    "heap/1048576\n"
	    "999999999999999: 1024 [999999999999999: 1024] @ 0x10 0x20\n"
	    "#\t0xf\tmain.f+0x1\t/a.go:1\n\n# runtime.MemStats\n# Alloc = 1\n";
	struct parsed r;
	size_t bad = 0;

	parse_mem(&r, &ws_parser_pprof_text, "t", text, sizeof(text) - 1);
	for (size_t i = 0; i < r.n; i++)
		bad += !isfinite(r.ev[i].value);
	ok(parsed_count(&r, WS_EV_SAMPLE, WS_N_PPROF_INUSE) == 1 && bad == 0,
	    "they are taken as they are");
	parsed_fini(&r);
}

int
main(void)
{
	test_same();
	test_goroutines();
	test_memstats();
	test_damage();
	check_cuts("go1.19-mutex");
	check_cuts("go1.19-goroutine");
	check_cuts("go1.26-goroutine");
	check_cuts("go1.26-threadcreate");
	check_cuts("go1.24-block");
	check_cuts("heap-busy");
	check_cuts("custom");
	check_cuts("bare");
	test_small_objects();
	return tap_done();
}
