/* base/json: commas, indentation, escapes and numbers, byte for byte. */
#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "tap.h"

/* A writer into memory; done() returns the text, which the caller frees. */
struct memory {
	char *text;
	size_t n;
	FILE *f;
	struct ws_json j;
};

static struct ws_json *
begin(struct memory *m, bool pretty)
{
	m->f = open_memstream(&m->text, &m->n);
	if (m->f == NULL)
		abort();
	ws_json_init(&m->j, m->f, pretty);
	return &m->j;
}

static void
is_json(struct memory *m, const char *want, const char *name)
{
	fclose(m->f);
	is_str(m->text, want, name);
	free(m->text);
}

static void
write_document(struct ws_json *j)
{
	ws_json_open(j, '{');
	ws_json_key(j, "a");
	ws_json_u64(j, 1);
	ws_json_key(j, "list");
	ws_json_open(j, '[');
	ws_json_bool(j, true);
	ws_json_null(j);
	ws_json_open(j, '{');
	ws_json_close(j, '}');
	ws_json_open(j, '[');
	ws_json_i64(j, -2);
	ws_json_close(j, ']');
	ws_json_close(j, ']');
	ws_json_key(j, "none");
	ws_json_open(j, '[');
	ws_json_close(j, ']');
	ws_json_key(j, "z");
	ws_json_str(j, NULL);
	ws_json_close(j, '}');
	ws_json_end(j);
}

static void
test_shape(void)
{
	struct memory m;

	write_document(begin(&m, false));
	is_json(&m,
	    "{\"a\":1,\"list\":[true,null,{},[-2]],\"none\":[],\"z\":null}\n",
	    "compact");
	write_document(begin(&m, true));
	is_json(&m,
	    "{\n"
	    "  \"a\": 1,\n"
	    "  \"list\": [\n"
	    "    true,\n"
	    "    null,\n"
	    "    {},\n"
	    "    [\n"
	    "      -2\n"
	    "    ]\n"
	    "  ],\n"
	    "  \"none\": [],\n"
	    "  \"z\": null\n"
	    "}\n",
	    "pretty");
	begin(&m, true);
	for (uint64_t i = 0; i < 2; i++) {
		ws_json_u64(&m.j, i);
		ws_json_end(&m.j);
	}
	is_json(&m, "0\n1\n", "two documents, one a line");
}

static void
is_string(struct ws_sv in, const char *want, const char *name)
{
	struct memory m;

	ws_json_sv(begin(&m, false), in);
	is_json(&m, want, name);
}

static void
test_strings(void)
{
	struct memory m;

	is_string((struct ws_sv){ NULL, 0 }, "\"\"", "empty");
	is_string(WS_SV("a\"b\\c/"), "\"a\\\"b\\\\c/\"", "quote, backslash");
	is_string(WS_SV("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"", "short escapes");
	is_string(
	    WS_SV("\0\x01\x1f"), "\"\\u0000\\u0001\\u001f\"", "control bytes");
	is_string(WS_SV("</script>"), "\"\\u003c/script>\"", "less than");
	is_string(WS_SV("\xc3\xa9\xf0\x9f\x98\x80"),
	    "\"\xc3\xa9\xf0\x9f\x98\x80\"", "UTF-8 stays");
	is_string(WS_SV("a\xffz"), "\"a\xef\xbf\xbdz\"", "a bad byte");
	is_string(WS_SV("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"",
	    "a torn sequence at the end");
	is_string(WS_SV("\xed\xa0\x80"),
	    "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"", "a surrogate");
	is_string(WS_SV("x\nmiddle\ny"), "\"x\\nmiddle\\ny\"", "runs between");
	begin(&m, false);
	ws_json_open(&m.j, '{');
	ws_json_key(&m.j, "a\"<");
	ws_json_str(&m.j, "v");
	ws_json_close(&m.j, '}');
	is_json(&m, "{\"a\\\"\\u003c\":\"v\"}", "keys are escaped, too");
}

static void
test_numbers(void)
{
	static const struct {
		double v;
		const char *want;
	} cases[] = {
		{ 0, "0" },
		{ -0.0, "0" },
		{ 1, "1" },
		{ 0.1, "0.1" },
		{ -2.5, "-2.5" },
		{ 1.0 / 3, "0.333333333333" },
		{ 0.1 + 0.2, "0.3" },
		{ 1e6, "1000000" },
		{ 123456789012345680.0, "123456789012345680" },
		{ 1e17, "100000000000000000" },
		{ 1e18, "1e+18" },
		{ -4096, "-4096" },
		{ 1e-7, "1e-07" },
		{ NAN, "null" },
		{ INFINITY, "null" },
		{ -INFINITY, "null" },
	};
	struct memory m;

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		ws_json_num(begin(&m, false), cases[i].v);
		is_json(&m, cases[i].want, cases[i].want);
	}
	ws_json_u64(begin(&m, false), UINT64_MAX);
	is_json(&m, "18446744073709551615", "largest u64");
	ws_json_i64(begin(&m, false), INT64_MIN);
	is_json(&m, "-9223372036854775808", "smallest i64");
}

int
main(void)
{
	test_shape();
	test_strings();
	test_numbers();
	return tap_done();
}
