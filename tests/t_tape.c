/* A tape gives the lines and cells that are read one by one, whatever the text
 * is in and whoever reads it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "base/mem.h"
#include "ingest/source_open.h"
#include "ingest/tape.h"
#include "tap.h"

/* Enough for another thread. */
enum { LARGE = 24 << 20 };

static const char header[] = "Device   r/s   w/s   await  %util\n";

/* What logs consist of, and what they should not have. */
static const char *const odd[] = {
	"\xef\xbb\xbf"
	"1 2 3\n",
	"\xef\xbd\x91 1 2\n",
	"vda 1.00 2.00\r\n",
	"a\tb\t3.25\n",
	"\n",
	"\r\n",
	" \n",
	"\033[32m1.5\033[0m 2k\n",
	"1 \0012 3\n",
	"\r\r\n",
	"12345678.25 0.5 99999999999999999999\n",
	"1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
	"1 "
	"2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 "
	"2\n",
	"Device   r/s   w/s   await  %utiL\n",
	"Device   r/s   w/s   await  %util\r\n",
	"Device   r/s   w/s   await  %util \n",
};

/* A log of rows, headers and, one in `every` lines, what is odd. */
static void
write_log(struct ws_buf *b, size_t size, unsigned every)
{
	unsigned n = 0, x = 1;

	for (; b->n < size; n++) {
		x = x * 1103515245 + 12345;
		if (every > 0 && x / 65536 % every == 0)
			ws_buf_puts(b, odd[x / 65536 / every % WS_LEN(odd)]);
		else if (n % 8 == 0)
			ws_buf_puts(b, header);
		else
			ws_buf_printf(b, "vd%c %8u.%02u %u %u.%u %d\n",
			    'a' + x / 65536 % 4, x >> 20, x / 256 % 100,
			    x / 16 % 1000, x / 64 % 100, x % 10, (int)x);
	}
}

static bool
is_same_line(const struct ws_line *a, const struct ws_line *b)
{
	return ws_sv_eq(a->text, b->text) && a->off == b->off &&
	       a->ended == b->ended;
}

static bool
are_same_cells(const struct ws_cells *a, const struct ws_cells *b)
{
	bool same = a->n == b->n && a->n_cut == b->n_cut &&
		    a->good == b->good && a->bytes == b->bytes &&
		    a->whole == b->whole && a->small == b->small;

	for (size_t i = 0; same && i < a->n_cut; i++)
		same = ws_sv_eq(ws_cells_at(a, i), ws_cells_at(b, i)) &&
		       (a->v[i] == b->v[i] || isnan(a->v[i])) &&
		       isnan(a->v[i]) == isnan(b->v[i]);
	return same;
}

static bool
next_with_field(
    struct ws_lines *lines, struct ws_cells *c, struct ws_cells_room *room)
{
	while (ws_lines_next(lines, &c->line)) {
		ws_cells_read(c, room->edge, room->v);
		if (c->n > 0)
			return true;
		c->blank++;
	}
	return false;
}

/* How many lines of the tape are as they ought to be, up to one that is not. */
static size_t
compare(struct ws_tape *tape, struct ws_lines lines, bool *same)
{
	struct ws_cells want = { 0 };
	struct ws_cells_room *room = ws_alloc(sizeof(*room));
	const struct ws_cells *got;
	size_t n = 0;

	*same = true;
	while (*same && (got = ws_tape_next(tape)) != NULL) {
		want.blank = 0;
		*same = next_with_field(&lines, &want, room);
		*same = *same && got->blank == want.blank &&
			is_same_line(&got->line, &want.line) &&
			are_same_cells(got, &want);
		n++;
	}
	if (*same)
		*same = !next_with_field(&lines, &want, room) &&
			ws_tape_next(tape) == NULL;
	ws_lines_fini(&lines);
	free(room);
	return n;
}

static const struct ws_limits *
limits_of(uint64_t line)
{
	static struct ws_limits l;

	ws_limits_init(&l);
	l.line = line;
	return &l;
}

static void
pack(const struct ws_buf *text, struct ws_buf *out)
{
	z_stream z = { 0 };

	deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	out->cap = deflateBound(&z, text->n);
	out->p = ws_alloc(out->cap);
	z.next_in = (unsigned char *)text->p;
	z.avail_in = (unsigned)text->n;
	z.next_out = (unsigned char *)out->p;
	z.avail_out = (unsigned)out->cap;
	deflate(&z, Z_FINISH);
	out->n = out->cap - z.avail_out;
	deflateEnd(&z);
}

static struct ws_stream *
open_text(struct ws_budget *b, const struct ws_buf *text, bool packed)
{
	struct ws_stream *s = ws_stream_new_mem(b, text->p, text->n);

	return packed ? ws_stream_new_gunzip(s) : s;
}

/* How a text comes to the reader. */
enum way { IN_MEMORY, PACKED, AS_WINDOW, PACKED_WINDOW, WAYS };

static const char *const ways[WAYS] = { "in memory", "packed", "a window",
	"a window of what was packed" };

struct opened {
	struct ws_arena *arena;
	struct ws_stream *stream;
	struct ws_source *src;
	struct ws_cur all;
};

static struct opened
open_way(struct ws_budget *b, enum way way, const struct ws_buf *text,
    const struct ws_buf *gz)
{
	bool packed = way == PACKED || way == PACKED_WINDOW;
	struct opened o = { .arena = ws_arena_new(),
		.stream = open_text(b, packed ? gz : text, packed) };

	o.src = ws_source_new(o.stream, WS_SV("log"), o.arena);
	if (way >= AS_WINDOW)
		ws_source_all(o.src, &o.all, NULL);
	return o;
}

static void
close_way(struct opened *o)
{
	ws_source_free(o->src);
	ws_stream_free(o->stream);
	ws_arena_free(o->arena);
}

static size_t
compare_ways(struct opened *a, struct opened *b, enum way way, bool *same)
{
	struct ws_lines lines = { .src = b->src };
	struct ws_tape *tape;
	size_t n;

	if (way >= AS_WINDOW)
		lines = (struct ws_lines){ .cur = b->all };
	tape = way >= AS_WINDOW ? ws_tape_open_window(a->src, &a->all)
				: ws_tape_open(a->src);
	n = compare(tape, lines, same);
	ws_tape_close(tape);
	*same = *same && ws_source_status(a->src, NULL) ==
			     ws_source_status(b->src, NULL);
	return n;
}

static void
try_text(const char *what, const struct ws_buf *text, uint64_t line)
{
	struct ws_budget budget = { .limits = limits_of(line) };
	struct ws_buf gz = { 0 };

	pack(text, &gz);
	for (int way = 0; way < WAYS; way++) {
		struct opened a = open_way(&budget, way, text, &gz);
		struct opened b = open_way(&budget, way, text, &gz);
		bool same;
		size_t n = compare_ways(&a, &b, way, &same);

		ok(same, "%s, %s: %zu lines", what, ways[way], n);
		close_way(&a);
		close_way(&b);
	}
	ws_buf_fini(&gz);
}

static void
test_log(const char *what, size_t size, unsigned every, uint64_t line)
{
	struct ws_buf b = { 0 };

	write_log(&b, size, every);
	try_text(what, &b, line);
	ws_buf_puts(&b, "vdz 1.00 2.0");
	try_text(what, &b, line);
	ws_buf_fini(&b);
}

/* Lines of about as many bytes as one may have, among them headers that are cut
 * and come again as they were cut. */
static void
test_limit(void)
{
	enum { MAX = 40 };

	static const char *const end[] = { "\n", "\r\n", " \n" };
	struct ws_buf b = { 0 };

	for (size_t i = 0; i < 600; i++) {
		size_t n = MAX - 3 + i % 7;

		ws_buf_printf(&b, "%s%.*s%s", i % 11 == 0 ? "\xef\xbb\xbf" : "",
		    (int)n, "Device  r/s  w/s  await  aqu-sz  rareq-sz  %util",
		    end[i / 7 % WS_LEN(end)]);
	}
	try_text("lines about the limit", &b, MAX);
	ws_buf_fini(&b);
}

/* Bytes that are allocated now; 0 where nobody knows. */
static size_t
allocated(void)
{
#if defined(__GLIBC__)
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
#else
	return 0;
#endif
}

/* Long lines that have to be copied take no more memory than a few of them. */
static void
test_copies(void)
{
	enum { LONG = 1 << 20, COUNT = 64 };

	struct ws_budget budget = { .limits = limits_of(2 * LONG) };
	struct ws_buf b = { 0 }, gz = { 0 };
	struct opened o;
	struct ws_tape *tape;
	size_t n = 0, before, most = 0;

	for (int i = 0; i < COUNT; i++) {
		ws_buf_putc(&b, '\t');
		for (int k = 0; k < LONG; k += 16)
			ws_buf_puts(&b, "xxxxxxxxxxxxxxx ");
		ws_buf_putc(&b, '\n');
	}
	/* Without the thread, whose memory is not counted everywhere. */
	pack(&b, &gz);
	ws_buf_fini(&b);
	o = open_way(&budget, PACKED, NULL, &gz);
	before = allocated();
	tape = ws_tape_open(o.src);
	for (; ws_tape_next(tape) != NULL; n++)
		most = allocated() > most ? allocated() : most;
	ws_tape_close(tape);
	most = most > before ? most - before : 0;
	ok(n == COUNT && most < 16 * LONG,
	    "copies of %zu long lines: %zu bytes", n, most);
	close_way(&o);
	ws_buf_fini(&gz);
}

/* A line that no window gives whole. */
static void
test_long_line(void)
{
	struct ws_buf b = { 0 };

	ws_buf_puts(&b, header);
	for (size_t i = 0; i < WS_LINE_MAX; i++)
		ws_buf_puts(&b, "1 ");
	ws_buf_puts(&b, "\n2 3\n");
	try_text("a line over the limit of windows", &b, 8 << 20);
	ws_buf_fini(&b);
}

/* Each length of a short text, so that it ends everywhere. */
static void
test_cuts(void)
{
	struct ws_budget budget = { .limits = limits_of(1 << 20) };
	struct ws_buf b = { 0 };
	bool same = true;

	for (size_t i = 0; i < WS_LEN(odd); i++) {
		ws_buf_puts(&b, header);
		ws_buf_puts(&b, odd[i]);
	}
	for (size_t i = 0; same && i <= 2 * b.n; i++) {
		struct ws_buf text = { b.p, i / 2, 0 };
		enum way way = i % 2 == 0 ? IN_MEMORY : AS_WINDOW;
		struct opened x = open_way(&budget, way, &text, NULL);
		struct opened y = open_way(&budget, way, &text, NULL);

		compare_ways(&x, &y, way, &same);
		close_way(&x);
		close_way(&y);
		if (!same)
			printf("# cut at %zu\n", text.n);
	}
	ok(same, "a text that ends anywhere");
	ws_buf_fini(&b);
}

/* Closed when nobody wants the rest. */
static void
test_early(void)
{
	struct ws_budget budget = { .limits = limits_of(1 << 20) };
	struct ws_buf b = { 0 };
	size_t sum = 0;

	write_log(&b, LARGE, 0);
	for (size_t lines = 0; lines < 100000; lines = 5 * lines + 1) {
		struct ws_arena *a = ws_arena_new();
		struct ws_stream *s = open_text(&budget, &b, false);
		struct ws_source *src = ws_source_new(s, WS_SV("log"), a);
		struct ws_tape *tape = ws_tape_open(src);

		for (size_t i = 0; i < lines; i++)
			sum += ws_tape_next(tape)->n;
		ws_tape_close(tape);
		ws_source_free(src);
		ws_stream_free(s);
		ws_arena_free(a);
	}
	ok(sum > 0, "a tape may be closed early");
	ws_buf_fini(&b);
}

int
main(void)
{
	test_copies();
	test_cuts();
	test_limit();
	test_long_line();
	test_log("a short log", 100000, 0, 1 << 20);
	test_log("odd lines", 100000, 3, 1 << 20);
	test_log("odd lines alone", 100000, 1, 1 << 20);
	test_log("lines over the limit", 100000, 20, 40);
	test_log("a long log", LARGE, 0, 1 << 20);
	test_log("a long log with odd lines", LARGE, 50, 1 << 20);
	test_log("a long log of odd lines", LARGE, 1, 1 << 20);
	test_early();
	return tap_done();
}
