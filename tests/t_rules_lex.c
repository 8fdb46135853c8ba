/* Words of the rules language: kinds, extents, places. */
#include <stdlib.h>

#include "rules/lex.h"
#include "tap.h"

/* "KIND:text" of all tokens, with blanks between. */
static char *
lexed(struct ws_sv text)
{
	static const char *const kinds[] = {
#define X(id, name) #id,
		WS_TOKENS(X)
#undef X
	};
	struct ws_lexer x;
	struct ws_token t;
	struct ws_buf b = { 0 };

	ws_lex_init(&x, text, 0);
	ws_buf_puts(&b, "");
	while ((t = ws_lex_next(&x)).kind != WS_T_END)
		ws_buf_printf(&b, "%s%s:%.*s", b.n > 0 ? " " : "",
		    kinds[t.kind], WS_SV_ARG(t.text));
	return b.p;
}

static void
test_kinds(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "# only a comment", "" },
		{ " \t\r\n", "" },
		{ "a # b\nc", "WORD:a WORD:c" },
		{ "A-BND-01", "WORD:A-BND-01" },
		{ "go.cpu.sprintf", "WORD:go.cpu.sprintf" },
		{ "a - b", "WORD:a MINUS:- WORD:b" },
		{ "a -b", "WORD:a MINUS:- WORD:b" },
		{ "a- b", "WORD:a MINUS:- WORD:b" },
		{ "a-b", "WORD:a-b" },
		{ "a.", "WORD:a BAD:this character means nothing here" },
		{ "vmstat.*, x", "GLOB:vmstat.* COMMA:, WORD:x" },
		{ "a * b", "WORD:a STAR:* WORD:b" },
		{ "a*b", "WORD:a STAR:* WORD:b" },
		{ "$cgo.min>1", "PARAM:cgo.min GT:> NUMBER:1" },
		{ "20%..60%", "NUMBER:20% RANGE:.. NUMBER:60%" },
		{ "5..60", "NUMBER:5 RANGE:.. NUMBER:60" },
		{ "1.5us", "NUMBER:1.5us" },
		{ "100k/s", "NUMBER:100k/s" },
		{ "1k/s..10M/s", "NUMBER:1k/s RANGE:.. NUMBER:10M/s" },
		{ "10/samples", "NUMBER:10 SLASH:/ WORD:samples" },
		{ "64MiB/s;", "NUMBER:64MiB/s SEMI:;" },
		{ "go1.26", "WORD:go1.26" },
		{ "+3 -3", "PLUS:+ NUMBER:3 MINUS:- NUMBER:3" },
		{ "< <= > >= = !=", "LT:< LE:<= GT:> GE:>= EQ:= NE:!=" },
		{ "{}()[];,:~/",
		    "LBRACE:{ RBRACE:} LPAREN:( RPAREN:) LBRACKET:[ "
		    "RBRACKET:] SEMI:; COMMA:, COLON:: TILDE:~ SLASH:/" },
		{ "\"a\" \"b\\\"c\"", "STRING:a STRING:b\\\"c" },
		{ "\"# no comment\"", "STRING:# no comment" },
		{ "\"open", "BAD:this string has no end" },
		{ "\"open\\", "BAD:this string has no end" },
		{ "!", "BAD:this character means nothing here" },
		{ "$1", "BAD:this character means nothing here NUMBER:1" },
		{ "@a", "BAD:this character means nothing here WORD:a" },
	};

	for (size_t i = 0; i < WS_LEN(cases); i++) {
		char *got = lexed(ws_sv_of(cases[i].text));

		is_str(got, cases[i].want,
		    cases[i].text[0] != '\0' ? "words" : "nothing");
		free(got);
	}
}

static void
test_places(void)
{
	struct ws_lexer x;
	struct ws_token t;

	ws_lex_init(&x, WS_SV("a\n# c\n  \"b\nb\" d"), 7);
	t = ws_lex_next(&x);
	ok(t.pos.file == 7 && t.pos.line == 1 && t.pos.off == 0,
	    "the first word");
	t = ws_lex_next(&x);
	ok(t.pos.line == 3 && t.pos.off == 8, "a string starts at its quote");
	t = ws_lex_next(&x);
	ok(t.pos.line == 4 && t.pos.off == 14, "lines in strings count");
	t = ws_lex_next(&x);
	ok(t.kind == WS_T_END && t.pos.off == 15, "the end is a place");
	t = ws_lex_next(&x);
	ok(t.kind == WS_T_END, "and stays the end");
}

static void
test_print(void)
{
	struct ws_token t = { WS_T_PARAM, WS_SV("x.y"), { 0, 0, 1 } };
	struct ws_buf b = { 0 };

	ws_token_print(&b, &t);
	is_str(b.p, "'$x.y'", "a parameter is named");
	t.kind = WS_T_SEMI;
	b.n = 0;
	ws_token_print(&b, &t);
	is_str(b.p, "';'", "a sign is quoted");
	ws_buf_fini(&b);
}

/* Every byte alone, and behind a name: one token at least, never a stop. */
static void
test_bytes(void)
{
	bool good = true;

	for (unsigned c = 0; c < 256; c++) {
		char text[3] = { 'a', (char)c, 'b' };
		struct ws_lexer x;
		unsigned n = 0;

		ws_lex_init(&x, (struct ws_sv){ text, 3 }, 0);
		while (ws_lex_next(&x).kind != WS_T_END && n < 9)
			n++;
		good = good && n >= 1 && n <= 3;
	}
	ok(good, "any byte can be read over");
}

int
main(void)
{
	test_kinds();
	test_places();
	test_print();
	test_bytes();
	return tap_done();
}
