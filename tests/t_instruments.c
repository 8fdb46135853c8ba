/* Exports of Instruments: test data, its cuts, any size of pieces. */
#include "parse_mem.h"
#include "tap.h"

extern const struct ws_parser ws_parser_instruments;

static const char *const files[] = {
	"instruments/time-profile/input.xml",
	"instruments/stacks/input.xml",
	"instruments/syscall/input.xml",
	"instruments/thread-state/input.xml",
	"instruments/appended/input.xml",
	"instruments/details/input.xml",
	"instruments/generic/input.xml",
	"instruments/virtual-memory/input.xml",
};

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

/* Copies s with `what` put before or behind each `at`. */
static void
put_beside(struct ws_buf *b, struct ws_sv s, const char *at, const char *what)
{
	size_t skip = at[1] == '/' ? 0 : strlen(at), n;

	for (;;) {
		n = ws_sv_find(s, at);
		if (n == s.n)
			break;
		ws_buf_putsv(b, (struct ws_sv){ s.p, n + skip });
		ws_buf_puts(b, what);
		ws_buf_putsv(
		    b, (struct ws_sv){ s.p + n + skip, strlen(at) - skip });
		s = ws_sv_from(s, n + strlen(at));
	}
	ws_buf_putsv(b, s);
}

/* The same so deep that all is left to libxml2. */
static void
put_deep(struct ws_buf *b, struct ws_sv s)
{
	struct ws_buf half = { 0 };

	put_beside(&half, s, "<trace-query-result>", "<a><a><a><a><a><a><a>");
	put_beside(b, ws_buf_sv(&half), "</trace-query-result>",
	    "</a></a></a></a></a></a></a>");
	ws_buf_fini(&half);
}

static bool
same_event(const struct ws_event *a, const struct ws_event *b)
{
	return a->kind == b->kind && a->unit == b->unit && a->t == b->t &&
	       a->dur == b->dur && a->value == b->value &&
	       a->track == b->track && a->peer == b->peer &&
	       a->name == b->name && a->stack == b->stack &&
	       a->clock == b->clock;
}

/* Ids are equal when all was interned in the same order. */
static bool
same_result(const struct parsed *a, const struct parsed *b)
{
	const struct ws_dict *x = a->sink.dict, *y = b->sink.dict;
	bool same = a->status == b->status && a->n == b->n &&
		    a->faults == b->faults &&
		    strcmp(a->err.text, b->err.text) == 0 &&
		    ws_dict_strings(x) == ws_dict_strings(y) &&
		    ws_dict_frames(x) == ws_dict_frames(y) &&
		    ws_dict_stacks(x) == ws_dict_stacks(y);

	for (size_t i = 0; same && i < a->n; i++)
		same = same_event(&a->ev[i], &b->ev[i]);
	for (ws_id i = 0; same && i <= ws_dict_strings(x); i++)
		same = same_text(a, i, b, i);
	return same;
}

static bool
reads_the_same(struct ws_sv text)
{
	struct ws_buf b = { 0 };
	struct parsed fast, slow;
	bool same;

	put_deep(&b, text);
	parse_mem(&fast, &ws_parser_instruments, "x.xml", text.p, text.n);
	parse_mem(&slow, &ws_parser_instruments, "x.xml", b.p, b.n);
	same = same_result(&fast, &slow);
	parsed_fini(&fast);
	parsed_fini(&slow);
	ws_buf_fini(&b);
	return same;
}

#define HEAD                                                                   \
	"<?xml version=\"1.0\"?><trace-query-result><node><schema name=\""     \
	"time-profile\"><col><mnemonic>time</mnemonic></col>"                  \
	"<col><mnemonic>weight</mnemonic></col></schema>\n"
#define ROW                                                                    \
	"<row><sample-time id=\"1\" fmt=\"0\">5</sample-time><weight id=\"2\"" \
	" fmt=\"1 ms\">1000000</weight></row>\n"

/* Rows that are not plain, or look so. */
static const char *const rows[] = {
	"<row><sample-time ref=\"1\"/><weight ref=\"2\"/></row>",
	"<row><sample-time ref='1'/><weight ref='2'/></row>",
	"<row ><sample-time\tref=\"1\" /><weight\nref=\"2\"/></row >",
	"<row a=\"b\"> <sample-time ref=\"1\"/>\n<weight> 7\n</weight></row>",
	"<row>\r\n<sample-time ref=\"1\"/><weight>7\r\n</weight></row>",
	"<row><sample-time ref=\"1\"/><weight>1<!-- -->2</weight></row>",
	"<row><sample-time ref=\"1\"/><weight>1<?x y?>2</weight></row>",
	"<row><sample-time ref=\"1\"/><weight><![CDATA[12]]></weight></row>",
	"<row><sample-time ref=\"1\"/><weight>&#49;2</weight></row>",
	"<row><sample-time ref=\"1\"/><weight>1<x/>2</weight></row>",
	"<row><sample-time ref=\"1\"/><weight>1</weight>2</row>",
	"<row><sample-time "
	"ref=\"1\"/><weight>12345678901234567890</weight></row>",
	"<row><sample-time "
	"ref=\"1\"/><weight>99999999999999999999</weight></row>",
	"<row><sample-time ref=\"1\"/><weight>]]&gt;</weight></row>",
	"<row><sample-time ref=\"1\"/><weight>]]></weight></row>",
	"<row><sample-time ref=\"1\"/><weight>1>0</weight></row>",
	"<row><sample-time ref=\"1\"/><weight fmt=\"a>b\">3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight fmt=\"a<b\">3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight fmt=\"a&amp;b\">3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight fmt=\"a&b\">3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight fmt=\"a\nb\">3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight fmt=\"1\" "
	"fmt=\"2\">3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight "
	"fmt=\"1\"id=\"9\">3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight fmt=1>3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight fmt>3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight "
	"fmt=\"\xc3\xa9\">3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight fmt=\"\xff\">3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight>\xc3\xa9</weight></row>",
	"<row><sample-time ref=\"1\"/><weight>\001</weight></row>",
	"<row><sample-time ref=\"1\"/><weight>\x7f</weight></row>",
	"<row><sample-time ref=\"1\"/><weight>3</wait></row>",
	"<row><sample-time ref=\"1\"/><weight>3</weight ></row>",
	"<row><sample-time ref=\"1\"/><weight>3</weights></row>",
	"<row><sample-time ref=\"1\"/><weight>3</row></weight>",
	"<row><sample-time ref=\"1\"/><a:weight>3</a:weight></row>",
	"<row xmlns=\"u\"><sample-time ref=\"1\"/><weight>3</weight></row>",
	"<row xmlns:a=\"u\"><a:sample-time ref=\"1\"/><weight>3</weight></row>",
	"<row><sample-time ref=\"1\"/><weight ref=\"7\"/></row>",
	"<row><sample-time ref=\"1\"/><weight ref=\"\"/></row>",
	"<row><sample-time ref=\"1\"/><weight ref=\"2\" fmt=\"\"/></row>",
	"<row><sample-time ref=\"1\"/><weight id=\"1\">4</weight></row>",
	"<row><sample-time ref=\"3\"/><weight id=\"3\">4</weight></row>",
	"<row><sample-time/><sentinel/></row>",
	"<row><1/><sentinel/></row>",
	"<row><sentinel/><.a/></row>",
	"<row><sentinel/></row>",
	"<row><row><sentinel/><weight>4</weight></row></row>",
	"<row><sample-time ref=\"1\"/><row><weight>4</weight></row>",
	"<row/><row /><row></row>",
	"<rows><sentinel/><weight>4</weight></rows>",
	"<!-- <row><sample-time ref=\"1\"/><weight>4</weight></row> -->",
	"<!-- </row> --><row><sentinel/><weight>4</weight></row><!-- -->",
	"<x/><![CDATA[<row><sentinel/><weight>4</weight></row>]]>",
	"<x a=\"></x><row><sentinel/><weight>4</weight></row>",
	"text<row><sentinel/><weight>4</weight></row>text",
	"</node><row><sentinel/><weight>4</weight></row><node>",
	"</node></trace-query-result><row><sentinel/></row>",
	"<row><sentinel/><weight>4</weight>",
	"<row><sentinel/><weight",
	"<row><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></"
	"a>"
	"</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a><sentinel/"
	">"
	"</row>",
};

static void
test_plain_rows(void)
{
	struct ws_buf b = { 0 };
	size_t n;
	char *p;

	for (size_t i = 0; i < WS_LEN(rows); i++) {
		b.n = 0;
		ws_buf_puts(&b, HEAD ROW);
		ws_buf_puts(&b, rows[i]);
		ws_buf_puts(&b, "\n" ROW ROW "</node></trace-query-result>\n");
		ok(reads_the_same(ws_buf_sv(&b)), "by either way: rows[%zu]",
		    i);
	}
	for (size_t many = 600; many <= 9600; many *= 4) {
		b.n = 0;
		ws_buf_puts(&b, HEAD ROW "<row>");
		for (size_t i = 0; i < many; i++)
			ws_buf_puts(&b, "<weight ref=\"2\"/>");
		ws_buf_puts(&b, "</row>" ROW "</node></trace-query-result>\n");
		ok(reads_the_same(ws_buf_sv(&b)), "a row of %zu cells", many);
	}
	for (size_t i = 0; i < WS_LEN(files); i++) {
		p = read_testdata(files[i], &n);
		ok(reads_the_same((struct ws_sv){ p, n }), "%s by either way",
		    files[i]);
		free(p);
	}
	ws_buf_fini(&b);
}

/* Ids that leave room for a table of gigabytes. */
static void
test_sparse_ids(void)
{
	enum { ROWS = 100, APART = 65536 };

	struct ws_buf b = { 0 };
	struct parsed r;

	ws_buf_puts(&b, "<trace-query-result><node><schema name='time-profile'>"
			"<col><mnemonic>time</mnemonic></col></schema>");
	for (int i = 1; i <= ROWS; i++)
		ws_buf_printf(&b,
		    "<row><sample-time id=\"%d\">1</sample-time></row>",
		    i * APART);
	ws_buf_printf(&b, "<row><sample-time ref=\"%d\"/></row>", ROWS * APART);
	ws_buf_puts(&b, "</node></trace-query-result>");
	parse_mem(&r, &ws_parser_instruments, "x.xml", b.p, b.n);
	ok(r.status == WS_PARTIAL && r.entry.records == NULL,
	    "ids far from each other are nobody's: %s", r.err.text);
	parsed_fini(&r);
	ws_buf_fini(&b);
}

int
main(void)
{
	test_profile();
	test_stacks();
	test_tables();
	test_documents();
	test_hostile();
	test_plain_rows();
	for (size_t i = 0; i < WS_LEN(files); i++) {
		test_pieces(files[i]);
		test_cuts(files[i]);
	}
	test_sparse_ids();
	return tap_done();
}
