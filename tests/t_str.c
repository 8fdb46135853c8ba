/* base/str: views, fields, UTF-8, buffers and what a terminal may see. */
#include <stdint.h>

#include "base/str.h"
#include "tap.h"

static const struct ws_sv none = { NULL, 0 };

static void
test_compare(void)
{
	ok(ws_sv_of(NULL).n == 0, "NULL is empty");
	ok(ws_sv_of("abc").n == 3, "of a C string");
	ok(ws_sv_eq(none, WS_SV("")), "empty is empty");
	ok(!ws_sv_eq(WS_SV("a"), WS_SV("ab")), "lengths differ");
	ok(ws_sv_eq(WS_SV("a\0b"), WS_SV("a\0b")), "NUL inside");
	ok(!ws_sv_eq(WS_SV("a\0b"), WS_SV("a\0c")), "after a NUL inside");
	ok(ws_sv_is(WS_SV("abc"), "abc") && !ws_sv_is(WS_SV("abc"), "ab"),
	    "is");
	ok(ws_sv_cmp(WS_SV("a"), WS_SV("b")) < 0, "a before b");
	ok(ws_sv_cmp(WS_SV("ab"), WS_SV("a")) > 0, "prefix first");
	ok(ws_sv_cmp(WS_SV("\xff"), WS_SV("a")) > 0, "bytes are unsigned");
	ok(ws_sv_cmp(none, WS_SV("")) == 0, "empty equals empty");
	ok(ws_sv_starts(WS_SV("go1.26"), "go"), "starts");
	ok(!ws_sv_starts(WS_SV("g"), "go"), "too short to start");
	ok(ws_sv_starts(none, "") && ws_sv_ends(none, ""), "empty affixes");
	ok(ws_sv_ends(WS_SV("a.gz"), ".gz"), "ends");
	ok(!ws_sv_ends(WS_SV("gz"), ".gz"), "too short to end");
}

static void
test_find(void)
{
	ok(ws_sv_find(WS_SV("abcabd"), "abd") == 3, "after a near miss");
	ok(ws_sv_find(WS_SV("aab"), "ab") == 1, "overlapping start");
	ok(ws_sv_find(WS_SV("abc"), "c") == 2, "at the end");
	ok(ws_sv_find(WS_SV("abc"), "d") == 3, "absent");
	ok(ws_sv_find(WS_SV("ab"), "abc") == 2, "longer than the text");
	ok(ws_sv_find((struct ws_sv){ "abc", 2 }, "bc") == 2,
	    "not beyond the end");
	ok(ws_sv_find(WS_SV("abc"), "") == 0, "nothing is at 0");
	ok(ws_sv_find(none, "a") == 0, "in nothing");
}

static void
test_cut(void)
{
	struct ws_sv s = WS_SV(" \t one  two\r\n");

	ok(ws_sv_is(ws_sv_trim(s), "one  two"), "trim");
	ok(ws_sv_trim(WS_SV(" \r\n\t")).n == 0, "trim blanks only");
	ok(ws_sv_trim(none).n == 0, "trim nothing");
	ok(ws_sv_is(ws_sv_from(WS_SV("abc"), 1), "bc"), "from 1");
	ok(ws_sv_from(WS_SV("abc"), 4).n == 0, "from beyond is clamped");
	ok(ws_sv_from(none, 9).n == 0, "from of nothing");
	ok(ws_sv_is(ws_sv_field(&s), "one"), "first field");
	ok(ws_sv_is(ws_sv_field(&s), "two"), "second field");
	ok(ws_sv_field(&s).n == 0 && s.n == 0, "no third, all consumed");
	s = WS_SV("a,,b,");
	ok(ws_sv_is(ws_sv_split(&s, ','), "a"), "split");
	ok(ws_sv_split(&s, ',').n == 0 && s.n == 2, "split an empty one");
	ok(ws_sv_is(ws_sv_split(&s, ','), "b") && s.n == 0, "split the last");
	ok(ws_sv_split(&s, ',').n == 0, "split nothing");
	s = WS_SV("whole");
	ok(ws_sv_is(ws_sv_split(&s, ','), "whole") && s.n == 0, "without sep");
}

static void
test_utf8(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		uint32_t code;
	} cases[] = {
		{ "a", 1, 'a' },
		{ "\xc2\x80", 2, 0x80 },
		{ "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 0xe000 },
		{ "\xf0\x90\x80\x80", 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		{ "\x80", 0, 0 },
		{ "\xc1\xbf", 0, 0 },
		{ "\xe0\x9f\xbf", 0, 0 },
		{ "\xed\xa0\x80", 0, 0 },
		{ "\xf0\x8f\xbf\xbf", 0, 0 },
		{ "\xf4\x90\x80\x80", 0, 0 },
		{ "\xf5\x80\x80\x80", 0, 0 },
		{ "\xff", 0, 0 },
		{ "\xe2\x82", 0, 0 },
		{ "\xe2\x28\xa1", 0, 0 },
	};

	uint32_t code;
	size_t n;

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		code = 0;
		n = ws_sv_utf8(ws_sv_of(cases[i].bytes), &code);
		ok(n == cases[i].n && code == cases[i].code,
		    "UTF-8 case %zu: %zu bytes, U+%04X", i, n, (unsigned)code);
	}
	ok(ws_sv_utf8(none, &code) == 0, "UTF-8 of nothing");
	ok(ws_sv_utf8((struct ws_sv){ "\xc3\xa9", 1 }, &code) == 0,
	    "UTF-8 is not read beyond the end");
}

static void
test_buf(void)
{
	struct ws_buf b = { 0 };

	ok(ws_buf_sv(&b).n == 0 && ws_buf_sv(&b).p != NULL, "empty view");
	ws_buf_putsv(&b, none);
	is_str(b.p, "", "NUL-terminated once anything was put");
	ws_buf_puts(&b, "ab");
	ws_buf_putc(&b, 'c');
	ws_buf_put(&b, "d\0e", 3);
	ok(ws_sv_eq(ws_buf_sv(&b), WS_SV("abcd\0e")), "puts, putc, put");
	ok(b.p[b.n] == '\0', "ended");
	b.n = 0;
	ws_buf_printf(&b, "%d-%0500d-%s", 1, 2, "x");
	ok(b.n == 504, "printf over the capacity: %zu", b.n);
	is_str(b.p + 499, "002-x", "its tail");
	ws_buf_printf(&b, "%s", "");
	ok(b.n == 504, "printf of nothing");
	ws_buf_fini(&b);
	ok(b.p == NULL && b.n == 0 && b.cap == 0, "fini");
	for (int i = 0; i < 100000; i++)
		ws_buf_putc(&b, (char)('a' + i % 26));
	ok(b.n == 100000 && b.p[99999] == 'a' + 99999 % 26, "100000 bytes");
	ws_buf_fini(&b);
}

static void
is_safe(struct ws_sv in, const char *want, const char *name)
{
	struct ws_buf b = { 0 };

	ws_buf_put_safe(&b, in);
	is_str(b.p, want, name);
	ok(b.n == strlen(want), "%s, length", name);
	ws_buf_fini(&b);
}

static void
test_safe(void)
{
	is_safe(none, "", "nothing");
	is_safe(WS_SV("main.run (x)~"), "main.run (x)~", "plain");
	is_safe(WS_SV("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
	    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "valid UTF-8");
	is_safe(WS_SV("a\tb\nc"), "a\\tb\\nc", "tab and newline");
	is_safe(WS_SV("\x1b[31m\r"), "\\x1B[31m\\x0D", "escape and CR");
	is_safe(WS_SV("a\0b"), "a\\x00b", "NUL");
	is_safe(WS_SV("\x7f"), "\\x7F", "DEL");
	is_safe(WS_SV("x\xc2\x9b"), "x\\xC2\\x9B", "C1 CSI");
	is_safe(WS_SV("\xc2\xa0"), "\xc2\xa0", "U+00A0 is no control");
	is_safe(WS_SV("a\xff\xe2\x82z"), "a\\xFF\\xE2\\x82z", "invalid UTF-8");
	is_safe(WS_SV("\x9b"), "\\x9B", "bare C1 byte");
	is_safe(WS_SV("a\xe2\x80\xae"
		      "b"),
	    "a\\u{202E}b", "U+202E");
	is_safe(WS_SV("\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9"),
	    "\\u{202A}\\u{2066}\\u{2069}", "ends of the ranges");
	is_safe(WS_SV("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"),
	    "\\u{200E}\\u{200F}\\u{061C}", "marks");
	is_safe(WS_SV("\xe2\x80\xaf\xe2\x81\xaa\xe2\x80\x8d"),
	    "\xe2\x80\xaf\xe2\x81\xaa\xe2\x80\x8d", "their neighbours");
}

int
main(void)
{
	test_compare();
	test_find();
	test_cut();
	test_utf8();
	test_buf();
	test_safe();
	return tap_done();
}
