/* Limits, the protobuf reader, streams, sources and detection. */
#include <fcntl.h>
#include <unistd.h>

#include "fake_parsers.h"
#include "ingest/detect.h"
#include "ingest/pb.h"
#include "ingest/source_open.h"
#include "ingest/stream.h"
#include "tap.h"

static struct ws_limits limits;
static struct ws_budget budget;

static void
fresh_budget(void)
{
	ws_limits_init(&limits);
	budget = (struct ws_budget){ .limits = &limits };
}

static void
test_limits(void)
{
	struct ws_limits l;

	ws_limits_init(&l);
	ok(l.bytes == 4ull << 30 && l.members == 100000, "defaults");
	ok(ws_limits_set(&l, WS_SV("max-line"), 99) && l.line == 99, "set");
	ok(!ws_limits_set(&l, WS_SV("max-lin"), 1), "no such limit");
}

static void
add(void *arg, uint64_t v)
{
	*(uint64_t *)arg += v;
}

static void
test_pb(void)
{
	static const char all[] = "\x08\x96\x01" /* 1: varint 150 */
				  "\x11\1\0\0\0\0\0\0\0"
				  "\x1a\3\1\2\3"
				  "\x25\4\0\0\0";
	static const char group[] = "\x0b";
	static const char zero[] = "\x00\x00";
	static const char cut[] = "\x12\x05zz";
	static const char bad_run[] = "\x0a\x02\x01\x80";
	struct ws_pb_field f;
	struct ws_cur c;
	uint64_t sum = 0;

	ws_cur_init(&c, all, sizeof all - 1, 0);
	ok(ws_pb_next(&c, &f) && f.number == 1 && f.wire == 0 &&
		f.value == 150 && ws_pb_each(&c, &f, add, &sum) && sum == 150,
	    "varint");
	ok(ws_pb_next(&c, &f) && f.number == 2 && f.wire == 1 && f.value == 1 &&
		!ws_pb_each(&c, &f, add, &sum),
	    "64 bit");
	ok(ws_pb_next(&c, &f) && f.number == 3 && f.wire == 2 &&
		ws_cur_left(&f.sub) == 3,
	    "bytes");
	sum = 0;
	ok(ws_pb_each(&c, &f, add, &sum) && sum == 6, "packed run");
	ok(ws_pb_next(&c, &f) && f.number == 4 && f.value == 4, "32 bit");
	ok(!ws_pb_next(&c, &f) && ws_cur_ok(&c), "end");
	ws_cur_init(&c, group, sizeof group - 1, 0);
	ok(!ws_pb_next(&c, &f) && !ws_cur_ok(&c), "a group is refused");
	ws_cur_init(&c, zero, sizeof zero - 1, 0);
	ok(!ws_pb_next(&c, &f) && !ws_cur_ok(&c), "field 0 is refused");
	ws_cur_init(&c, cut, sizeof cut - 1, 0);
	ok(!ws_pb_next(&c, &f) && !ws_cur_ok(&c), "a length past the end");
	ws_cur_init(&c, bad_run, sizeof bad_run - 1, 100);
	sum = 0;
	ok(ws_pb_next(&c, &f) && ws_pb_each(&c, &f, add, &sum) && sum == 1 &&
		!ws_cur_ok(&c) && c.bad_off >= 102,
	    "a torn packed run fails the parent where it is torn");
}

/* The whole stream as a string; frees it. */
static size_t
slurp(struct ws_stream *s, struct ws_buf *b, struct ws_err *err)
{
	b->n = 0;
	ws_buf_put(b, "", 0);
	ws_stream_slurp(s, UINT64_MAX, b);
	*err = s->err;
	ws_stream_free(s);
	return b->n;
}

static struct ws_stream *
gunzip(struct ws_sv s)
{
	return ws_stream_new_gunzip(ws_stream_new_mem(&budget, s.p, s.n));
}

static void
test_gzip(void)
{
	struct ws_buf gz = { 0 }, out = { 0 };
	struct ws_err err;
	size_t first, n;

	fresh_budget();
	put_gzip(&gz, WS_SV("hello "), 1);
	first = gz.n;
	put_gzip(&gz, WS_SV(""), 1);
	put_gzip(&gz, WS_SV("world"), 20000);
	ok(slurp(gunzip(ws_buf_sv(&gz)), &out, &err) == 100006 &&
		err.status == WS_OK && memcmp(out.p, "hello worldw", 12) == 0,
	    "members one after the other");
	n = slurp(gunzip((struct ws_sv){ gz.p, gz.n - 9 }), &out, &err);
	ok(n > 6 && err.status == WS_PARTIAL && err.off == n,
	    "torn in the last member: %zu bytes, %s", n, err.text);
	n = slurp(gunzip((struct ws_sv){ gz.p, first - 4 }), &out, &err);
	ok(n == 6 && err.status == WS_PARTIAL, "torn in the trailer: %s",
	    err.text);
	n = slurp(gunzip((struct ws_sv){ gz.p, 5 }), &out, &err);
	ok(n == 0 && err.status == WS_PARTIAL && err.off == 0,
	    "torn in the header: %s", err.text);
	gz.p[first - 6] ^= 1;
	n = slurp(gunzip(ws_buf_sv(&gz)), &out, &err);
	ok(n == 6 && err.status == WS_PARTIAL, "wrong checksum: %s", err.text);
	gz.p[first - 6] ^= 1;
	gz.n = first;
	ws_buf_put(&gz, "\0\0\0\0", 4);
	n = slurp(gunzip(ws_buf_sv(&gz)), &out, &err);
	ok(n == 6 && err.status == WS_OK, "padding with zeros is fine");
	ws_buf_puts(&gz, "junk");
	n = slurp(gunzip(ws_buf_sv(&gz)), &out, &err);
	ok(n == 6 && err.status == WS_PARTIAL, "junk behind: %s", err.text);
	ws_buf_fini(&gz);
	ws_buf_fini(&out);
}

static void
drain_bomb(struct ws_sv gz, struct ws_err *err, uint64_t *out)
{
	struct ws_stream *s = gunzip(gz);

	ws_stream_drain(s);
	*out = s->out;
	*err = s->err;
	ws_stream_free(s);
}

static void
test_bomb(void)
{
	enum { PIECE = 1 << 20 };

	char *zeros = ws_alloc(PIECE);
	struct ws_buf gz = { 0 }, twice = { 0 };
	struct ws_stream *s;
	struct ws_err err;
	uint64_t out;

	fresh_budget();
	put_gzip(&gz, (struct ws_sv){ zeros, PIECE }, 1024);
	limits.bytes = 100 << 20;
	drain_bomb(ws_buf_sv(&gz), &err, &out);
	ok(err.status == WS_LIMIT && out == limits.bytes && budget.spent,
	    "1 GiB of zeros in %zu bytes: %s", gz.n, err.text);
	fresh_budget();
	limits.ratio = 500;
	drain_bomb(ws_buf_sv(&gz), &err, &out);
	ok(err.status == WS_LIMIT && out < 600 * gz.n && !budget.spent,
	    "by ratio after %llu: %s", (unsigned long long)out, err.text);
	fresh_budget();
	put_gzip(&twice, ws_buf_sv(&gz), 1);
	s = ws_stream_new_gunzip(gunzip(ws_buf_sv(&twice)));
	ws_stream_drain(s);
	ok(s->err.status == WS_LIMIT && s->out < 66 << 20,
	    "packed twice, the ratio is to the outermost: %s", s->err.text);
	ws_stream_free(s);
	ws_buf_fini(&gz);
	ws_buf_fini(&twice);
	free(zeros);
}

static void
test_fd(void)
{
	struct ws_buf out = { 0 };
	struct ws_err err;
	int fd = open("/dev/zero", O_RDONLY);

	fresh_budget();
	limits.bytes = 1000000;
	ok(slurp(ws_stream_new_fd(&budget, fd), &out, &err) == 1000000 &&
		err.status == WS_LIMIT,
	    "an endless file: %s", err.text);
	close(fd);
	ok(slurp(ws_stream_new_fd(&budget, -1), &out, &err) == 0 &&
		err.status == WS_IO,
	    "read error: %s", err.text);
	ws_buf_fini(&out);
}

/* The lines of a text, each as "offset:line|". */
static void
lines_of(struct ws_stream *stream, struct ws_buf *out, struct ws_err *err)
{
	struct ws_arena *a = ws_arena_new();
	struct ws_source *s = ws_source_new(stream, WS_SV("x"), a);
	struct ws_sv line;
	uint64_t off;

	out->n = 0;
	ws_buf_puts(out, "");
	while (ws_source_line(s, &line, &off))
		ws_buf_printf(out, "%d:%.*s|", (int)off, WS_SV_ARG(line));
	err->status = WS_OK;
	ws_source_status(s, err);
	ws_source_free(s);
	ws_stream_free(stream);
	ws_arena_free(a);
}

static void
test_lines(void)
{
	struct ws_sv text = WS_SV("a\r\n\nbcdefghij\nxyz\nlast");
	struct ws_buf gz = { 0 }, out = { 0 };
	struct ws_err err;

	fresh_budget();
	put_gzip(&gz, text, 1);
	lines_of(ws_stream_new_mem(&budget, text.p, text.n), &out, &err);
	is_str(out.p, "0:a|3:|4:bcdefghij|14:xyz|18:last|", "lines in memory");
	lines_of(gunzip(ws_buf_sv(&gz)), &out, &err);
	is_str(out.p, "0:a|3:|4:bcdefghij|14:xyz|18:last|", "lines of gzip");
	ok(err.status == WS_OK, "nothing wrong");
	limits.line = 4;
	lines_of(gunzip(ws_buf_sv(&gz)), &out, &err);
	is_str(out.p, "0:a|3:|4:bcde|14:xyz|18:last|", "a long line is cut");
	ok(err.status == WS_PARTIAL && err.off == 4, "once: %s", err.text);
	lines_of(ws_stream_new_mem(&budget, text.p, text.n), &out, &err);
	is_str(out.p, "0:a|3:|4:bcde|14:xyz|18:last|", "also in memory");
	limits.line = UINT64_MAX;
	lines_of(ws_stream_new_mem(&budget, "", 0), &out, &err);
	is_str(out.p, "", "no bytes, no lines");
	ws_buf_fini(&gz);
	ws_buf_fini(&out);
}

/* Lines of all lengths across the window's edges. */
static void
test_many_lines(void)
{
	struct ws_buf text = { 0 }, gz = { 0 };
	struct ws_arena *a = ws_arena_new();
	struct ws_stream *stream;
	struct ws_source *s;
	struct ws_sv line;
	uint64_t off, want = 0;
	size_t n = 0, right = 0;

	fresh_budget();
	for (size_t i = 0; i < 800; i++) {
		for (size_t k = 0; k < i * i % 200000; k++)
			ws_buf_putc(&text, (char)('a' + i % 26));
		ws_buf_putc(&text, '\n');
	}
	put_gzip(&gz, ws_buf_sv(&text), 1);
	stream = gunzip(ws_buf_sv(&gz));
	s = ws_source_new(stream, WS_SV("x"), a);
	for (; ws_source_line(s, &line, &off); n++) {
		right +=
		    off == want && line.n == n * n % 200000 &&
		    (line.n == 0 || line.p[line.n - 1] == (char)('a' + n % 26));
		want += line.n + 1;
	}
	ok(right == 800 && n == 800 && want == text.n,
	    "800 lines of up to 200000 bytes, %zu bytes", text.n);
	ws_source_free(s);
	ws_stream_free(stream);
	ws_arena_free(a);
	ws_buf_fini(&text);
	ws_buf_fini(&gz);
}

static void
test_all(void)
{
	struct ws_buf gz = { 0 };
	struct ws_arena *a = ws_arena_new();
	struct ws_stream *stream;
	struct ws_source *s;
	struct ws_err err = { 0 };
	struct ws_cur c;

	fresh_budget();
	put_gzip(&gz, WS_SV("0123456789"), 100000);
	stream = gunzip(ws_buf_sv(&gz));
	s = ws_source_new(stream, WS_SV("x"), a);
	ok(!ws_source_artifact(s)->whole &&
		ws_source_artifact(s)->head.n == WS_HEAD,
	    "the head is not all of it");
	ok(ws_source_all(s, &c, &err) == WS_OK && ws_cur_left(&c) == 1000000,
	    "all of it");
	ok(ws_source_all(s, &c, &err) == WS_OK && ws_cur_left(&c) == 1000000,
	    "once more");
	ws_source_free(s);
	ws_stream_free(stream);
	limits.artifact = 999999;
	stream = gunzip(ws_buf_sv(&gz));
	s = ws_source_new(stream, WS_SV("x"), a);
	ok(ws_source_all(s, &c, &err) == WS_LIMIT && ws_cur_left(&c) == 0,
	    "over the limit: %s", err.text);
	ws_source_free(s);
	ws_stream_free(stream);
	stream = gunzip((struct ws_sv){ gz.p, gz.n / 2 });
	s = ws_source_new(stream, WS_SV("x"), a);
	ok(ws_source_all(s, &c, &err) == WS_PARTIAL && ws_cur_left(&c) > 0 &&
		ws_cur_left(&c) == err.off,
	    "torn: %s", err.text);
	ws_source_free(s);
	ws_stream_free(stream);
	stream = ws_stream_new_mem(&budget, gz.p, gz.n);
	s = ws_source_new(stream, WS_SV("x"), a);
	ok(ws_source_all(s, &c, &err) == WS_OK && (const char *)c.p == gz.p &&
		ws_cur_left(&c) == gz.n,
	    "what is in memory is not copied");
	ws_source_free(s);
	ws_stream_free(stream);
	ws_arena_free(a);
	ws_buf_fini(&gz);
}

static void
test_tally(void)
{
	struct ws_arena *a = ws_arena_new();
	struct ws_stream *stream;
	struct ws_source *s;
	struct ws_entry e = { 0 };
	char type[16];

	fresh_budget();
	stream = ws_stream_new_mem(&budget, "", 0);
	s = ws_source_new(stream, WS_SV("x"), a);
	for (int i = 0; i < 1000; i++) {
		snprintf(type, sizeof type, "t%d", i % 500);
		ws_source_tally(s, type, 2);
	}
	ws_source_tell(s, &e);
	ok(e.n_records == 256 && e.records[0].n == 4 &&
		strcmp(e.records[255].type, "other") == 0 &&
		e.records[255].n == 4 * (500 - 255),
	    "types of records are counted, the many as other");
	ws_source_free(s);
	ws_stream_free(stream);
	ws_arena_free(a);
}

static const struct {
	const char *name;
	struct ws_sv head;
	const char *why; /* begins so; the parser's name when read */
	enum ws_status status;
} cases[] = {

#define CASE(name, bytes, why, status)                                         \
	{                                                                      \
		name, { bytes, sizeof(bytes) - 1 }, why, status                \
	}
	CASE("x", "LINES 1", "lines", WS_OK),
	CASE("x", "LAZY", "lazy", WS_OK),
	CASE("x", "LINES TWIN",
	    "two parsers claim it, lines and twin (bid: shape)",
	    WS_UNSUPPORTED),
	CASE("cpu.pb", "any", "named", WS_OK),
	CASE("cpu.pb", "", "empty file", WS_OK),
	CASE("x", "go 1.5 is out", "text that no parser knows", WS_OK),
	CASE("sa14", "\x96\xd5\x75\x21\0", "sysstat data file", WS_UNSUPPORTED),
	CASE("cpu.pb", "\n <!DOCTYPE HTML><p>", "HTML page", WS_OK),
	CASE("cpu.pb", "<html><body>", "HTML page", WS_OK),
	CASE("x", "404 page not found\n", "404 page not found", WS_OK),
	CASE("x", "Could not enable CPU profiling: already in use",
	    "an error message of net/http/pprof: could not enable CPU", WS_OK),
	CASE("x", "\xff\xfeL\0i\0", "UTF-16 text; convert with iconv",
	    WS_UNSUPPORTED),
	CASE("x", "\xef\xbb\xbf<?xml version=", "XML", WS_UNSUPPORTED),
	CASE("README", "Read me.\n", "text that no parser knows", WS_OK),
	CASE("x", "\1\2\3\4", "binary data that no parser knows", WS_OK),
#undef CASE
};

static void
test_detect(void)
{
	const struct ws_parser *p;
	enum ws_status status;
	char why[320], again[320];

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		struct ws_artifact a = { ws_sv_of(cases[i].name), cases[i].head,
			true };

		status = ws_detect_status(&a, &p, why, sizeof why);
		if (p != NULL)
			snprintf(why, sizeof why, "%s", p->name);
		ok(status == cases[i].status &&
			ws_sv_starts(ws_sv_of(why), cases[i].why) &&
			ws_detect(&a, again, sizeof again) == p,
		    "%s: %s", ws_status_name(status), why);
	}
	ok(ws_parser_by_name(WS_SV("blob")) == &fake_blob &&
		ws_parser_by_name(WS_SV("blo")) == NULL,
	    "parsers by name");
	is_str(ws_bid_name(WS_BID_EXACT), "exact", "names of bids");
}

int
main(void)
{
	test_limits();
	test_pb();
	test_gzip();
	test_bomb();
	test_fd();
	test_lines();
	test_many_lines();
	test_all();
	test_tally();
	test_detect();
	return tap_done();
}
