/* base/cursor: every read at the end, and what a failure leaves behind. */
#include <stdint.h>

#include "base/cursor.h"
#include "tap.h"

static struct ws_cur
cursor(const char *bytes, size_t n)
{
	struct ws_cur c;

	ws_cur_init(&c, bytes, n, 1000);
	return c;
}

static void
test_fixed(void)
{
	static const char bytes[] = "\x01\x02\x03\x04\x05\x06\x07\x08"
				    "\x09\x0a\x0b\x0c\x0d\x0e\x8f";
	struct ws_cur c = cursor(bytes, 15);

	ok(ws_cur_u8(&c) == 1, "u8");
	ok(ws_cur_u16(&c) == 0x0302, "u16 little");
	ok(ws_cur_u32(&c) == 0x07060504, "u32 little");
	ok(ws_cur_u64(&c) == 0x8f0e0d0c0b0a0908, "u64 little, top bit set");
	ok(ws_cur_ok(&c) && ws_cur_left(&c) == 0, "all read, good");
	ok(c.off == 1015, "the offset follows");
	c = cursor(bytes, 15);
	c.big = true;
	ok(ws_cur_u8(&c) == 1, "u8 big");
	ok(ws_cur_u16(&c) == 0x0203, "u16 big");
	ok(ws_cur_u32(&c) == 0x04050607, "u32 big");
	ok(ws_cur_u64(&c) == 0x08090a0b0c0d0e8f, "u64 big");
	ok(ws_cur_ok(&c), "big-endian reads are good");
}

/* Reads of each kind; the bytes are ff, so that 0 is not by chance. */
static uint64_t
read_kind(struct ws_cur *c, int kind)
{
	switch (kind) {
	case 0:
		return ws_cur_u8(c);
	case 1:
		return ws_cur_u16(c);
	case 2:
		return ws_cur_u32(c);
	case 3:
		return ws_cur_u64(c);
	case 4:
		return ws_cur_uleb(c);
	case 5:
		return ws_cur_take(c, 9).n;
	case 6:
		ws_cur_skip(c, 9);
		return 0;
	case 7:
		return ws_cur_line(c).n;
	case 8:
		return ws_cur_count(c, 9, 1);
	default:
		return ws_cur_sub(c, 9).p != c->p;
	}
}

static void
test_ends(void)
{
	static const size_t short_by_one[] = { 0, 1, 3, 7, 9, 8, 8, 0, 8, 8 };
	struct ws_cur c;

	for (int kind = 0; kind < 10; kind++) {
		c = cursor(
		    "\xff\xff\xff\xff\xff\xff\xff\xff\xff", short_by_one[kind]);
		ok(read_kind(&c, kind) == 0, "kind %d cut short gives 0", kind);
		ok(!ws_cur_ok(&c), "kind %d cut short fails", kind);
		ok(c.bad_off == 1000, "kind %d fails at its start", kind);
		ok(ws_cur_left(&c) == 0, "kind %d leaves nothing", kind);
	}
}

static void
test_sticky(void)
{
	struct ws_cur c = cursor("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9);
	const char *first;

	ws_cur_u8(&c);
	ws_cur_fail(&c, "a magic number");
	first = c.bad;
	for (int kind = 0; kind < 10; kind++)
		ok(read_kind(&c, kind) == 0, "kind %d after failure", kind);
	ws_cur_fail(&c, "another thing");
	ok(c.bad == first, "the first failure sticks");
	ok(c.bad_off == 1001, "so does its offset");
	ok(ws_cur_take(&c, 0).n == 0 && !ws_cur_ok(&c), "take 0 stays failed");
}

static void
test_uleb(void)
{
	struct ws_cur c = cursor("\x7f\x80\x01\xe5\x8e\x26\x80\x80\x00", 9);

	ok(ws_cur_uleb(&c) == 127, "one byte");
	ok(ws_cur_uleb(&c) == 128, "two bytes");
	ok(ws_cur_uleb(&c) == 624485, "three bytes");
	ok(ws_cur_uleb(&c) == 0 && ws_cur_ok(&c), "padded zero");
	ok(c.off == 1009 && ws_cur_left(&c) == 0, "at the end");
	c = cursor("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
	ok(ws_cur_uleb(&c) == UINT64_MAX && ws_cur_ok(&c), "ten bytes, 2^64-1");
	ok(c.off == 1010, "ten bytes on");
	c = cursor("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
	ok(ws_cur_uleb(&c) == 0 && !ws_cur_ok(&c), "65 bits fail");
	ok(c.bad_off == 1000, "at the start of the number");
	c = cursor("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x00", 11);
	ok(ws_cur_uleb(&c) == 0 && !ws_cur_ok(&c), "eleven bytes fail");
	c = cursor("\x80\x80\x80\x80\x80\x80\x80\x80\x80", 9);
	ok(ws_cur_uleb(&c) == 0 && !ws_cur_ok(&c), "nine and no end fail");
	ok(strstr(c.bad, "rest") != NULL, "as cut, not as too large");
}

/* Every length of number, with 0 to 9 bytes of another behind it: the wide
 * read and the careful one must agree. */
static void
test_uleb_lengths(void)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < 64 * 10; i++) {
		unsigned char bytes[24];
		uint64_t want = UINT64_C(0x9e3779b97f4a7c15);
		uint64_t v = want >>= i / 10;
		struct ws_cur c;
		size_t n = 0;

		for (; v >= 0x80; v >>= 7)
			bytes[n++] = (unsigned char)(v | 0x80);
		bytes[n++] = (unsigned char)v;
		memset(bytes + n, 0xff, sizeof(bytes) - n);
		ws_cur_init(&c, bytes, n + i % 10, 0);
		wrong += ws_cur_uleb(&c) != want || !ws_cur_ok(&c);
		wrong += c.off != n || ws_cur_left(&c) != i % 10;
	}
	ok(wrong == 0, "64 widths, 10 rests: %u wrong", wrong);
}

static void
test_take(void)
{
	struct ws_cur c = cursor("abcdef", 6);
	struct ws_sv s = ws_cur_take(&c, 2);

	ok(ws_sv_is(s, "ab"), "take");
	ws_cur_skip(&c, 3);
	ok(c.off == 1005 && ws_cur_left(&c) == 1, "skip");
	s = ws_cur_take(&c, UINT64_MAX);
	ok(s.n == 0 && s.p != NULL && !ws_cur_ok(&c), "take 2^64-1 fails");
	c = cursor("abcdef", 6);
	ok(ws_cur_take(&c, 6).n == 6 && ws_cur_ok(&c), "take all is good");
	ok(ws_cur_take(&c, 0).n == 0 && ws_cur_ok(&c), "take 0 at the end");
	ws_cur_init(&c, NULL, 0, 7);
	ok(ws_cur_ok(&c) && ws_cur_left(&c) == 0, "an empty window of NULL");
	ok(ws_cur_u64(&c) == 0 && c.bad_off == 7, "fails where it stands");
}

static void
test_lines(void)
{
	struct ws_cur c = cursor("one\ntwo\r\n\n\r\na\rb\r\nlast\r", 25);

	c.end = c.p + strlen((const char *)c.p);
	ok(ws_sv_is(ws_cur_line(&c), "one"), "LF");
	ok(c.off == 1004, "the offset is past LF");
	ok(ws_sv_is(ws_cur_line(&c), "two"), "CR LF");
	ok(ws_cur_line(&c).n == 0 && ws_cur_ok(&c), "empty line");
	ok(ws_cur_line(&c).n == 0 && ws_cur_ok(&c), "empty line, CR LF");
	ok(ws_sv_is(ws_cur_line(&c), "a\rb"), "a CR inside stays");
	ok(ws_sv_is(ws_cur_line(&c), "last\r"), "the last without LF");
	ok(ws_cur_ok(&c) && ws_cur_left(&c) == 0, "the end is good");
	ok(ws_cur_line(&c).n == 0 && !ws_cur_ok(&c), "no line more");
}

static void
test_sub(void)
{
	struct ws_cur c = cursor("\x01\x02\x03\x04\x05", 5);
	struct ws_cur sub;

	c.big = true;
	sub = ws_cur_sub(&c, 3);
	ok(c.off == 1003 && ws_cur_left(&c) == 2, "the parent moved on");
	ok(ws_cur_left(&sub) == 3 && sub.off == 1000, "the child has its own");
	ok(ws_cur_u16(&sub) == 0x0102, "byte order is inherited");
	ok(ws_cur_u16(&sub) == 0 && !ws_cur_ok(&sub), "no reading neighbours");
	ok(sub.bad_off == 1002, "failed at its own offset");
	ok(ws_cur_ok(&c) && ws_cur_u8(&c) == 4, "the parent is still good");
	sub = ws_cur_sub(&c, 2);
	ok(!ws_cur_ok(&c) && !ws_cur_ok(&sub), "too long fails both");
	ok(ws_cur_left(&sub) == 0 && sub.bad_off == 1004, "child is empty");
	c = cursor("ab", 2);
	sub = ws_cur_sub(&c, 0);
	ok(ws_cur_ok(&sub) && ws_cur_left(&sub) == 0, "an empty child is good");
	sub = ws_cur_sub(&c, UINT64_MAX);
	ok(!ws_cur_ok(&sub) && !ws_cur_ok(&c), "2^64-1 bytes fail");
}

static void
test_count(void)
{
	struct ws_cur c = cursor("12345678901", 11);

	ok(ws_cur_count(&c, 2, 4) == 2 && ws_cur_left(&c) == 11, "2 of 4 fit");
	ok(ws_cur_count(&c, 11, 1) == 11, "11 of 1 fit");
	ok(ws_cur_count(&c, 0, 100) == 0 && ws_cur_ok(&c), "none always fit");
	ok(ws_cur_count(&c, 3, 4) == 0 && !ws_cur_ok(&c), "3 of 4 do not");
	c = cursor("12345678", 8);
	ok(ws_cur_count(&c, (UINT64_MAX / 4) + 2, 4) == 0 && !ws_cur_ok(&c),
	    "no overflow of the product");
	c = cursor("12345678", 8);
	ok(ws_cur_count(&c, 8, 0) == 8 && ws_cur_count(&c, 9, 0) == 0,
	    "items of no size cost a byte");
}

static void
test_err(void)
{
	struct ws_cur c = cursor("abc", 3);
	struct ws_err err = { .off = 5 };

	ok(ws_cur_err(&c, &err) == WS_OK && err.off == 5,
	    "no error, untouched");
	ws_cur_u8(&c);
	ws_cur_u32(&c);
	ok(ws_cur_err(&c, &err) == WS_CORRUPT, "an error is corrupt");
	ok(err.status == WS_CORRUPT && err.off == 1001, "with its offset");
	is_str(err.text, "wanted a 32-bit integer, 2 bytes were left", "text");
	ok(ws_cur_err(&c, NULL) == WS_CORRUPT, "without an err");
	memset(&err, 1, sizeof(err));
	ok(ws_err_set(&err, WS_IO, WS_OFF_NONE, "%0400d", 1) == WS_IO,
	    "a long text");
	ok(strlen(err.text) == sizeof(err.text) - 1, "is cut");
	ok(ws_status_worst(WS_PARTIAL, WS_OK) == WS_PARTIAL, "worst, left");
	ok(ws_status_worst(WS_PARTIAL, WS_IO) == WS_IO, "worst, right");
	is_str(ws_status_name(WS_OK), "ok", "first name");
	is_str(ws_status_name(WS_UNSUPPORTED), "unsupported", "middle name");
	is_str(ws_status_name(WS_IO), "io", "last name");
}

int
main(void)
{
	test_fixed();
	test_ends();
	test_sticky();
	test_uleb();
	test_uleb_lengths();
	test_take();
	test_lines();
	test_sub();
	test_count();
	test_err();
	return tap_done();
}
