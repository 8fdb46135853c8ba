/* Profiles from before protobuf: forms of words, and every cut of each file. */
#include <dirent.h>

#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_gperftools;

/* Sums of samples by series, and their stacks as text. */
static double
sum_of(const struct parsed *r, const char *series)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SAMPLE &&
		    ws_sv_is(ws_dict_text(r->sink.dict, r->ev[i].name), series))
			sum += r->ev[i].value;
	return sum;
}

static bool
read_case(struct parsed *r, const char *name, const char *file)
{
	char path[256];
	size_t n;
	char *p;

	snprintf(path, sizeof(path), "gperftools/%s/%s", name, file);
	p = read_testdata(path, &n);
	ok(p != NULL, "%s is there", path);
	if (p == NULL)
		return false;
	parse_mem(r, &ws_parser_gperftools, file, p, n);
	free(p);
	return true;
}

static void
test_forms(void)
{
	static const char *const forms[] = { "cpu", "cpu-le32", "cpu-be32",
		"cpu-be64", "cpu-no-map" };
	const struct ws_frame *f;
	const ws_id *frame;
	struct parsed r;
	size_t i;

	for (i = 0; i < WS_LEN(forms); i++) {
		if (!read_case(&r, forms[i], "input.prof"))
			continue;
		ok(r.bid == WS_BID_MAGIC && r.status == WS_OK &&
			sum_of(&r, "pprof.cpu") == 80e6 &&
			sum_of(&r, "pprof.cpu.samples") == 8,
		    "%s: 8 samples", forms[i]);
		ok(ws_dict_get_stack(r.sink.dict, r.ev[1].stack, &frame) == 3,
		    "  without the frame of the signal handler");
		f = ws_dict_get_frame(r.sink.dict, frame[1]);
		ok(f->addr == 0x40201f && f->func == 0,
		    "  a caller is before its return address");
		ok(i == 4 ? f->mapping == 0
			  : ws_sv_is(ws_dict_text(r.sink.dict, f->mapping),
				"/srv/app/server"),
		    "  in its binary");
		parsed_fini(&r);
	}
}

static bool
cuts_are_less(const char *p, size_t n)
{
	static const char *const series[] = { "pprof.cpu", "pprof.inuse",
		"pprof.alloc", "pprof.contention", "pprof.growth",
		"pprof.thread" };
	struct parsed whole, part;
	bool good = true;
	size_t i, k;

	parse_mem(&whole, &ws_parser_gperftools, "x", p, n);
	for (i = 0; i < n; i++) {
		parse_mem(&part, &ws_parser_gperftools, "x", p, i);
		for (k = 0; k < WS_LEN(series); k++)
			good &= sum_of(&part, series[k]) <=
				sum_of(&whole, series[k]);
		good &= part.status <= WS_CORRUPT;
		parsed_fini(&part);
	}
	parsed_fini(&whole);
	return good;
}

static void
test_cuts(void)
{
	static const char *const cases[][2] = { { "cpu", "input.prof" },
		{ "cpu-be32", "input.prof" }, { "java-cpu", "input.prof" },
		{ "heap-alloc", "input.txt" },
		{ "contention-period", "input.txt" },
		{ "java-heap", "input.txt" }, { "threads", "input.txt" } };
	char path[256], *p;
	size_t i, n;

	for (i = 0; i < WS_LEN(cases); i++) {
		snprintf(path, sizeof(path), "gperftools/%s/%s", cases[i][0],
		    cases[i][1]);
		p = read_testdata(path, &n);
		ok(p != NULL && cuts_are_less(p, n),
		    "%s: no cut says more than the whole", cases[i][0]);
		free(p);
	}
}

static void
test_numbers(void)
{
	struct parsed r = { .n = 0 };

	if (read_case(&r, "contention-period", "input.txt"))
		ok(sum_of(&r, "pprof.contention") == 25e6 &&
			sum_of(&r, "pprof.contention.contentions") == 40,
		    "cycles over Hz times the period");
	parsed_fini(&r);
	if (read_case(&r, "heap", "input.txt"))
		ok(sum_of(&r, "pprof.inuse") == 528909 &&
			sum_of(&r, "pprof.inuse.objects") == 57,
		    "what one sample of 512 KiB stands for");
	parsed_fini(&r);
	if (read_case(&r, "threads", "input.txt"))
		ok(sum_of(&r, "pprof.thread") == 3, "a thread like the last");
	parsed_fini(&r);
}

/* As many objects in a few bytes as cannot be. */
static void
test_small_objects(void)
{
	static const char text[] =
	    "heap profile: 999999999999999: 1024 [999999999999999: 1024] @ "
	    "heap_v2/524288\n"
	    "999999999999999: 1024 [999999999999999: 1024] @ 0x10 0x20\n";
	struct parsed r;
	size_t bad = 0;

	parse_mem(&r, &ws_parser_gperftools, "t", text, sizeof(text) - 1);
	for (size_t i = 0; i < r.n; i++)
		bad += !isfinite(r.ev[i].value);
	ok(r.n > 0 && bad == 0 && sum_of(&r, "pprof.inuse") == 1024,
	    "they are taken as they are");
	parsed_fini(&r);
}

int
main(void)
{
	test_forms();
	test_numbers();
	test_cuts();
	test_small_objects();
	return tap_done();
}
