/* The pprof reader: frames that are dropped, samples that are added up, and
 * files that go by in pieces. */
#include "pprof_write.h"
#include "tap.h"

/* What google/pprof makes of the same stacks. */
static void
test_pruning(void)
{
	static const struct {
		uint64_t drop, keep;
		const char *stack;
	} cases[] = {
		{ S_RE_WORK, 0, "main.main:10" LABELS },
		{ S_RE_LEAF, 0, "main.work:20;main.main:10" LABELS },
		{ S_RE_MAIN, 0, STACK LABELS }, /* nothing stays above it */
		{ S_RE_ALL, 0, STACK LABELS },
		{ S_RE_ALL, S_RE_MAIN, "main.main:10" LABELS },
		{ S_RE_LEAF, S_RE_ALL, STACK LABELS },
		{ S_RE_BAD, 0, STACK LABELS },
	};
	struct caught c = { 0 };
	size_t i;

	for (i = 0; i < WS_LEN(cases); i++) {
		catch_form(&c, &(struct form){ .drop = cases[i].drop,
				   .keep = cases[i].keep });
		ok(c.status == WS_OK && c.samples == 4 &&
			c.sum[WS_N_PPROF_CPU] == CPU_SUM &&
			strcmp(first_stack(&c), cases[i].stack) == 0,
		    "drop %s, keep %s: %s", strings[cases[i].drop],
		    strings[cases[i].keep], first_stack(&c));
		caught_free(&c);
	}
}

static void
test_equal_samples(void)
{
	struct form f = { .times = 1000, .value = INT64_MAX };
	struct caught c = { 0 };

	catch_form(&c, &f);
	ok(c.status == WS_OK && c.samples == 4 &&
		c.sum[WS_N_PPROF_CPU_SAMPLES] == 4000,
	    "samples of one place are one event");
	ok(c.sum[WS_N_PPROF_CPU] == (double)INT64_MAX + 1000 * 10e6,
	    "and a sum stops at the largest number");
	caught_free(&c);
	f.value = 0;
	f.no_function = true;
	catch_form(&c, &f);
	ok(c.samples == 4 && c.faults == 1, "a fault is told once");
	caught_free(&c);
}

/* Past the most labels that are kept apart, and past one window. */
static void
test_large(void)
{
	enum { SAMPLES = 150000 };

	struct caught c = { 0 };
	struct ws_buf b = { 0 }, part = { 0 };
	uint64_t values[2] = { 1, 10 };
	uint64_t i, distinct = 0;

	put_places(&b, &(struct form){ 0 });
	for (i = 0; i < SAMPLES; i++) {
		put_number(&part, 1, 1);
		put_array(&part, 2, values, 2, PACKED);
		PUT_RECORD(&part, 3, S_ZONE, 0, i + 1);
		put_part(&b, 2, &part);
	}
	PUT_RECORD(&b, 1, S_SAMPLES, S_COUNT);
	PUT_RECORD(&b, 1, S_CPU, S_NS);
	put_strings(&b);
	for (i = 0; i < 300000; i++)
		ws_buf_putc(&part, 'x');
	for (i = 0; i < 4; i++) {
		put_varint(&b, 6 << 3 | 2);
		put_varint(&b, part.n);
		ws_buf_put(&b, part.p, part.n);
	}
	PUT_RECORD(&b, 11, S_CPU, S_NS);
	catch_bytes(&c, "x", ws_buf_sv(&b), 0);
	distinct = c.count[WS_N_PPROF_CPU];
	ok(b.n > 3 << 20 && c.status == WS_OK && c.faults == 0 &&
		c.sum[WS_N_PPROF_CPU] == SAMPLES * 10.0,
	    "%zu bytes in pieces", b.n);
	ok(distinct == 10001, "%llu labels, the rest is one",
	    (unsigned long long)distinct);
	caught_free(&c);
	catch_bytes(&c, "x", (struct ws_sv){ b.p, b.n - 400000 }, 0);
	ok(c.status == WS_PARTIAL && c.faults == 1 &&
		c.sum[WS_N_PPROF_CPU] == SAMPLES * 10.0,
	    "cut inside a string of a later piece");
	caught_free(&c);
	ws_buf_fini(&b);
	ws_buf_fini(&part);
}

static void
ends_in(struct ws_buf *b, enum ws_status want, uint64_t samples, const char *of)
{
	struct caught c = { 0 };

	catch_bytes(&c, "x", ws_buf_sv(b), 0);
	ok(c.status == want && c.samples >= samples && c.err.text[0] != '\0',
	    "%s: %s", of, c.err.text);
	caught_free(&c);
	b->n = 0;
}

/* One location of 4000 inlined functions, in ever other stacks. */
static void
put_inlining_bomb(struct ws_buf *b)
{
	struct ws_buf part = { 0 };
	uint64_t i;

	put_profile(b, &(struct form){ .no_samples = true });
	put_number(&part, 1, 9);
	for (i = 0; i < 4000; i++)
		PUT_RECORD(&part, 4, 1, i);
	put_part(b, 4, &part);
	for (i = 0; i < 2000; i++) {
		put_number(&part, 1, 1 + i % 2);
		put_number(&part, 1, 9);
		put_array(&part, 2, (uint64_t[]){ 1, 10 }, 2, PACKED);
		PUT_RECORD(&part, 3, S_ZONE, 0, i + 1);
		put_part(b, 2, &part);
	}
}

static void
test_bombs(void)
{
	enum { STRINGS = 17 << 20, TYPES = 300 };

	struct ws_buf b = { 0 };
	uint64_t i;

	put_profile(&b, &(struct form){ 0 });
	put_varint(&b, 6 << 3 | 2);
	put_varint(&b, UINT64_C(1) << 60);
	ends_in(&b, WS_PARTIAL, 4, "a string of an exbibyte");
	put_profile(&b, &(struct form){ 0 });
	put_varint(&b, 4 << 3 | 2);
	put_varint(&b, UINT64_MAX);
	ends_in(&b, WS_PARTIAL, 4, "a location of all bytes there are");
	put_inlining_bomb(&b);
	ends_in(&b, WS_LIMIT, 0, "frames out of nothing");
	put_profile(&b, &(struct form){ 0 });
	for (i = 0; i < STRINGS; i++)
		ws_buf_put(&b, "\x32\0", 2);
	ends_in(&b, WS_LIMIT, 0, "strings without end");
	for (i = 0; i < TYPES; i++)
		PUT_RECORD(&b, 1, S_SAMPLES, S_COUNT);
	put_profile(&b, &(struct form){ 0 });
	ends_in(&b, WS_LIMIT, 0, "sample types without end");
	ws_buf_fini(&b);
}

/* As eBPF profilers write it: nothing but the number of samples. */
static void
test_samples_alone(void)
{
	struct caught c = { 0 };
	struct ws_buf b = { 0 }, part = { 0 };

	PUT_RECORD(&b, 1, S_SAMPLES, S_COUNT);
	put_profile(&b, &(struct form){ .no_types = true, .no_samples = true });
	put_number(&part, 1, 1);
	put_number(&part, 2, 3);
	put_part(&b, 2, &part);
	catch_bytes(&c, "x", ws_buf_sv(&b), 0);
	ok(c.status == WS_OK && c.sum[WS_N_PPROF_CPU_SAMPLES] == 3 &&
		c.sum[WS_N_PPROF_CPU] == 30e6 && strcmp(c.version, "cpu") == 0,
	    "CPU time is samples times their period");
	caught_free(&c);
	ws_buf_fini(&b);
}

int
main(void)
{
	test_samples_alone();
	test_bombs();
	test_pruning();
	test_equal_samples();
	test_large();
	return tap_done();
}
