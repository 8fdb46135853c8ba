/* Exports of Instruments: test data, its cuts, any size of pieces. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_instruments;

static void
parse_file(struct parsed *r, const char *path)
{
	size_t n;
	char *p = read_testdata(path, &n);

	parse_mem(r, &ws_parser_instruments, path, p == NULL ? "" : p, n);
	free(p);
}

static void
parse_text(struct parsed *r, const char *text)
{
	parse_mem(r, &ws_parser_instruments, "x.xml", text, strlen(text));
}

/* The nth sample of a series. */
static const struct ws_event *
sample(const struct parsed *r, ws_id name, size_t nth)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->ev[i].kind == WS_EV_SAMPLE && r->ev[i].name == name &&
		    nth-- == 0)
			return &r->ev[i];
	return NULL;
}

/* The function of a sample's frame, or its address in hexadecimal. */
static const char *
frame_of(const struct parsed *r, const struct ws_event *ev, size_t at)
{
	static char text[32];
	const ws_id *frame;
	const struct ws_frame *f;

	if (ev == NULL ||
	    at >= ws_dict_get_stack(r->sink.dict, ev->stack, &frame))
		return "";
	f = ws_dict_get_frame(r->sink.dict, frame[at]);
	if (f->func != 0)
		return ws_dict_text(r->sink.dict, f->func).p;
	snprintf(text, sizeof(text), "%llx", (unsigned long long)f->addr);
	return text;
}

static void
test_profile(void)
{
	struct parsed r;
	const struct ws_event *ev;

	parse_file(&r, "instruments/time-profile/input.xml");
	ok(r.status == WS_OK && r.bid == WS_BID_SHAPE && r.faults == 0,
	    "a time profile");
	ev = sample(&r, WS_N_INSTR_CPU, 1);
	ok(ev != NULL && ev->value == 1127125 && ev->t == 51000000 &&
		ev->unit == WS_U_TIME,
	    "weights are taken, and rows not counted");
	is_str(ws_dict_text(r.sink.dict, ev->track).p, "42/6699 Main Thread",
	    "the thread");
	is_str(frame_of(&r, ev, 0), "runtime.mallocgc", "the leaf first");
	is_str(frame_of(&r, ev, 1), "main.(*Server).work", "then its caller");
	ok(sample(&r, WS_N_INSTR_CPU, 2) != NULL &&
		sample(&r, WS_N_INSTR_CPU, 2)->stack == 0 &&
		sample(&r, WS_N_INSTR_CPU, 3) == NULL,
	    "a row without a stack counts");
	ev = sample(&r, WS_N_INSTR_WAITING, 0);
	ok(ev != NULL && ev->value == 1000000, "who waits is no CPU time");
	is_str(frame_of(&r, ev, 1), "18d3df0f4", "an address is one less");
	parsed_fini(&r);
}

static void
test_stacks(void)
{
	static const char *const leaf[] = { "main.f[...]", "main.f[...]",
		"main.f[...]", "main.g", "main.g", "100001234", "100007bd8" };
	struct parsed r;

	parse_file(&r, "instruments/stacks/input.xml");
	ok(r.status == WS_OK, "the forms of stacks");
	for (size_t i = 0; i < WS_LEN(leaf); i++)
		is_str(frame_of(&r, sample(&r, WS_N_INSTR_CPU, i), 0), leaf[i],
		    "the leaf of a form");
	ok(sample(&r, WS_N_INSTR_CPU, 0)->stack ==
		sample(&r, WS_N_INSTR_CPU, 1)->stack,
	    "a reference to the wrapper is the stack");
	is_str(frame_of(&r, sample(&r, WS_N_INSTR_CPU, 5), 2), "100002db7",
	    "fragments follow each other");
	parsed_fini(&r);
	parse_file(&r, "instruments/time-sample/input.xml");
	is_str(frame_of(&r, sample(&r, WS_N_INSTR_SAMPLED_WAITING, 0), 3),
	    "192fc1cc8", "the kernel's part, then the program's");
	is_str(frame_of(&r, sample(&r, WS_N_INSTR_SAMPLED_RUNNING, 0), 1),
	    "192f8aa2b", "a place that is repeated is one frame");
	parsed_fini(&r);
}

static void
test_tables(void)
{
	struct parsed r;
	const struct ws_event *ev;

	parse_file(&r, "instruments/thread-state/input.xml");
	ok(parsed_count(&r, WS_EV_SPAN, WS_N_T_BLOCKED) == 1 &&
		parsed_count(&r, WS_EV_SPAN, WS_N_T_TERMINATED) == 0 &&
		parsed_count(&r, WS_EV_SPAN, WS_N_CORE_IDLE) == 1,
	    "states; one without a duration is left out");
	ok(parsed_count(&r, WS_EV_EDGE, WS_N_INSTR_WAKE) == 1,
	    "who made a thread runnable");
	parsed_fini(&r);
	parse_file(&r, "instruments/syscall/input.xml");
	ev = sample(&r, WS_N_INSTR_SYSCALL, 0);
	is_str(frame_of(&r, ev, 0), "psynch_mutexwait", "the call is a leaf");
	ok(ev->value == 2500000 && sample(&r, WS_N_INSTR_SYSCALL, 3) == NULL,
	    "its time; one without is left out");
	ok(sample(&r, WS_N_INSTR_SYSCALL_WAIT, 0)->value == 2490000,
	    "the part off the CPU");
	parsed_fini(&r);
	parse_file(&r, "instruments/virtual-memory/input.xml");
	ok(parsed_count(&r, WS_EV_SAMPLE, WS_N_INSTR_FAULTS) == 3 &&
		parsed_count(&r, WS_EV_COUNTER, WS_N_INSTR_FAULT_ADDRESS) == 2,
	    "faults; all ones are no address");
	ok(parsed_value(&r, "42/6699 Main Thread", WS_N_INSTR_FAULT_ADDRESS,
	       1) == 4297605120.0,
	    "an address");
	parsed_fini(&r);
	parse_file(&r, "instruments/details/input.xml");
	ok(r.status == WS_OK && r.n == 4, "an attribute that is no XML");
	parsed_fini(&r);
	parse_file(&r, "instruments/generic/input.xml");
	ok(r.status == WS_PARTIAL &&
		strstr(r.err.text, "1 rows do not fit") != NULL,
	    "short rows and references to nothing: %s", r.err.text);
	parsed_fini(&r);
}

static void
test_documents(void)
{
	struct parsed r;

	parse_file(&r, "instruments/appended/input.xml");
	ok(r.status == WS_OK &&
		parsed_count(&r, WS_EV_SAMPLE, WS_N_INSTR_CPU) == 3,
	    "four documents in a file; another process is left out");
	is_str(r.entry.version, "Instruments 16.0 (17E192)", "the version");
	ok(ws_dict_get_clock(r.sink.dict, sample(&r, WS_N_INSTR_CPU, 0)->clock)
		    ->how == WS_CLOCK_ANCHORED,
	    "times are anchored by the table of contents");
	parsed_fini(&r);
}

static void
test_hostile(void)
{
	struct ws_buf b = { 0 };
	struct parsed r;

	parse_file(&r, "instruments/doctype/input.xml");
	ok(r.status == WS_CORRUPT && r.n == 0, "a DOCTYPE: %s", r.err.text);
	parsed_fini(&r);
	ws_buf_puts(&b, "<trace-query-result>");
	for (int i = 0; i < 10000; i++)
		ws_buf_puts(&b, "<row>");
	ws_buf_putc(&b, '\0');
	parse_text(&r, b.p);
	ok(r.status == WS_LIMIT, "10000 levels: %s", r.err.text);
	parsed_fini(&r);
	b.n = 0;
	ws_buf_puts(&b, "<trace-query-result><row");
	for (int i = 0; i < 60000; i++)
		ws_buf_printf(&b, " a%d=''", i);
	ws_buf_putc(&b, '\0');
	parse_text(&r, b.p);
	ok(r.status == WS_LIMIT, "a tag without an end: %s", r.err.text);
	parsed_fini(&r);
	b.n = 0;
	ws_buf_puts(&b, "<trace-query-result><row");
	for (int i = 0; i < 300; i++)
		ws_buf_printf(&b, " a%d=''", i);
	ws_buf_puts(&b, "/></trace-query-result>");
	parse_mem(&r, &ws_parser_instruments, "x.xml", b.p, b.n);
	ok(r.status == WS_LIMIT, "300 attributes: %s", r.err.text);
	parsed_fini(&r);
	b.n = 0;
	for (int i = 0; i < 200000; i++)
		ws_buf_puts(&b, "<a/>");
	parse_mem(&r, &ws_parser_instruments, "x.xml", b.p, b.n);
	ok(r.status == WS_LIMIT, "200000 documents: %s", r.err.text);
	parsed_fini(&r);
	ws_buf_fini(&b);
	parse_text(&r, "<trace-query-result><node><schema name='time-profile'>"
		       "<col><mnemonic>time</mnemonic></col></schema><row>"
		       "<sample-time id='4000000000'>1</sample-time></row>"
		       "<row><sample-time ref='4000000000'/></row></node>"
		       "</trace-query-result>");
	ok(r.status == WS_PARTIAL, "an id out of order is nobody's: %s",
	    r.err.text);
	parsed_fini(&r);
	parse_text(&r, "<trace-query-result>&unknown;</trace-query-result>");
	ok(r.status == WS_CORRUPT, "an entity: %s", r.err.text);
	parsed_fini(&r);
}

/* A stream that gives `step` bytes at a time. */
struct slow {
	struct ws_stream stream;
	const char *p;
	size_t n, step;
};

static size_t
slow_read(struct ws_stream *stream, unsigned char *p, size_t n)
{
	struct slow *s = (struct slow *)stream;

	n = n < s->step ? n : s->step;
	n = n < s->n ? n : s->n;
	memcpy(p, s->p, n);
	s->p += n;
	s->n -= n;
	return n;
}

static size_t
count_slowly(const char *p, size_t n, size_t step)
{
	static const struct ws_stream_ops ops = { .read = slow_read };
	struct ws_limits limits;
	struct ws_budget budget = { .limits = &limits };
	struct slow *slow = ws_alloc(sizeof(*slow));
	struct ws_arena *arena = ws_arena_new();
	struct ws_dict *d = ws_dict_new();
	struct ws_sink *sink = ws_sink_new_count(d);
	struct ws_source *src;
	struct ws_err err;
	size_t events = 0;

	ws_limits_init(&limits);
	ws_stream_init(&slow->stream, &ops, &budget);
	slow->p = p;
	slow->n = n;
	slow->step = step;
	src = ws_source_new(&slow->stream, WS_SV("slow.xml"), arena);
	ws_parser_instruments.parse(src, sink, &err);
	for (int k = 0; k < WS_EV_KINDS; k++)
		events += ws_sink_counted(sink)->events[k];
	ws_source_free(src);
	ws_stream_free(&slow->stream);
	ws_sink_free(sink);
	ws_dict_free(d);
	ws_arena_free(arena);
	return events;
}

static void
test_pieces(const char *path)
{
	size_t n, whole, bad = 0;
	char *p = read_testdata(path, &n);

	whole = count_slowly(p, n, n);
	for (size_t step = 1; step < 40; step++)
		bad += count_slowly(p, n, step) != whole;
	ok(bad == 0 && whole > 0, "%s in pieces of any size", path);
	free(p);
}

/* What a cut file has of samples is what the whole begins with. */
static bool
begins(const struct parsed *part, const struct parsed *whole)
{
	size_t at = 0;

	for (size_t i = 0; i < part->n; i++) {
		const struct ws_event *a = &part->ev[i];

		if (a->kind != WS_EV_SAMPLE && a->kind != WS_EV_SPAN)
			continue;
		while (at < whole->n && whole->ev[at].kind != a->kind)
			at++;
		if (at == whole->n || whole->ev[at].value != a->value ||
		    whole->ev[at].t != a->t || whole->ev[at].dur != a->dur ||
		    !same_text(part, a->track, whole, whole->ev[at].track))
			return false;
		at++;
	}
	return true;
}

static void
test_cuts(const char *path)
{
	size_t n, bad = 0;
	char *p = read_testdata(path, &n);
	struct parsed whole, part;

	parse_mem(&whole, &ws_parser_instruments, path, p, n);
	for (size_t i = 0; i < n; i++) {
		parse_mem(&part, &ws_parser_instruments, path, p, i);
		bad += !begins(&part, &whole) ||
		       (part.status == WS_OK && part.n > 0 && i + 2 < n &&
			   part.n < whole.n && i < n / 2 &&
			   strstr(path, "appended") == NULL);
		parsed_fini(&part);
	}
	ok(bad == 0, "%s: no cut says anything new (%zu of %zu)", path, bad, n);
	parsed_fini(&whole);
	free(p);
}

int
main(void)
{
	static const char *const files[] = {
		"instruments/time-profile/input.xml",
		"instruments/stacks/input.xml",
		"instruments/syscall/input.xml",
		"instruments/thread-state/input.xml",
		"instruments/appended/input.xml",
		"instruments/details/input.xml",
	};

	test_profile();
	test_stacks();
	test_tables();
	test_documents();
	test_hostile();
	for (size_t i = 0; i < WS_LEN(files); i++) {
		test_pieces(files[i]);
		test_cuts(files[i]);
	}
	return tap_done();
}
