#include "rules/lex.h"

#include <string.h>

void
ws_lex_init(struct ws_lexer *x, struct ws_sv text, uint32_t file)
{
	*x = (struct ws_lexer){ .text = text, .file = file, .line = 1 };
}

/* The byte `ahead` of the next one; 0 at the end. */
static char
peek(const struct ws_lexer *x, size_t ahead)
{
	return x->text.n - x->at > ahead ? x->text.p[x->at + ahead] : '\0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_name(char c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

static const char *
end_of_line(const char *p, const char *end)
{
	const char *eol = memchr(p, '\n', (size_t)(end - p));

	return eol != NULL ? eol : end;
}

static void
skip_blanks(struct ws_lexer *x)
{
	const char *p = x->text.p + x->at, *end = x->text.p + x->text.n;

	for (; p < end; p++) {
		if (*p == '#')
			p = end_of_line(p, end);
		if (p < end && *p == '\n')
			x->line++;
		else if (p == end || (*p != ' ' && *p != '\t' && *p != '\r'))
			break;
	}
	x->at = (size_t)(p - x->text.p);
}

/* Dots and hyphens join parts of a name; a hyphen with a blank behind it is a
 * minus. */
static void
take_name(struct ws_lexer *x)
{
	const char *p = x->text.p + x->at, *end = x->text.p + x->text.n;

	while (p < end && (is_name(*p) || ((*p == '.' || *p == '-') &&
					      p + 1 < end && is_name(p[1]))))
		p++;
	x->at = (size_t)(p - x->text.p);
}

static enum ws_token_kind
take_word(struct ws_lexer *x)
{
	take_name(x);
	if (peek(x, 0) != '.' || peek(x, 1) != '*')
		return WS_T_WORD;
	x->at += 2;
	return WS_T_GLOB;
}

/* Digits, a fraction, then a unit: letters or '%', and "/s". */
static enum ws_token_kind
take_number(struct ws_lexer *x)
{
	while (
	    is_digit(peek(x, 0)) || (peek(x, 0) == '.' && is_digit(peek(x, 1))))
		x->at++;
	while (is_letter(peek(x, 0)) || peek(x, 0) == '%')
		x->at++;
	if (peek(x, 0) == '/' && peek(x, 1) == 's' && !is_name(peek(x, 2)))
		x->at += 2;
	return WS_T_NUMBER;
}

static struct ws_token
bad(struct ws_token t, const char *what)
{
	t.kind = WS_T_BAD;
	t.text = ws_sv_of(what);
	return t;
}

static struct ws_token
take_string(struct ws_lexer *x, struct ws_token t)
{
	t.kind = WS_T_STRING;
	t.text.p = x->text.p + ++x->at;
	for (; x->at < x->text.n; x->at++) {
		char c = x->text.p[x->at];

		if (c == '"') {
			t.text.n = (size_t)(x->text.p + x->at - t.text.p);
			x->at++;
			return t;
		}
		if (c == '\\' && x->at + 1 < x->text.n)
			c = x->text.p[++x->at];
		if (c == '\n')
			x->line++;
	}
	return bad(t, "this string has no end");
}

static const struct sign {
	char text[3];
	enum ws_token_kind kind;
} signs[] = { /* the longer ones first */
	{ "!=", WS_T_NE }, { "<=", WS_T_LE }, { ">=", WS_T_GE },
	{ "..", WS_T_RANGE }, { "{", WS_T_LBRACE }, { "}", WS_T_RBRACE },
	{ "(", WS_T_LPAREN }, { ")", WS_T_RPAREN }, { "[", WS_T_LBRACKET },
	{ "]", WS_T_RBRACKET }, { ";", WS_T_SEMI }, { ",", WS_T_COMMA },
	{ ":", WS_T_COLON }, { "=", WS_T_EQ }, { "<", WS_T_LT },
	{ ">", WS_T_GT }, { "+", WS_T_PLUS }, { "-", WS_T_MINUS },
	{ "*", WS_T_STAR }, { "/", WS_T_SLASH }, { "~", WS_T_TILDE }
};

static struct ws_token
take_sign(struct ws_lexer *x, struct ws_token t)
{
	for (size_t i = 0; i < WS_LEN(signs); i++) {
		const char *s = signs[i].text;

		if (peek(x, 0) != s[0] || (s[1] != '\0' && peek(x, 1) != s[1]))
			continue;
		t.kind = signs[i].kind;
		t.text = (struct ws_sv){ x->text.p + x->at, strlen(s) };
		x->at += t.text.n;
		return t;
	}
	x->at++;
	return bad(t, "this character means nothing here");
}

struct ws_token
ws_lex_next(struct ws_lexer *x)
{
	struct ws_token t = { .kind = WS_T_END };
	size_t start;
	char c;

	skip_blanks(x);
	start = x->at;
	t.pos = (struct ws_pos){ x->file, (uint32_t)start, x->line };
	if (start == x->text.n)
		return t;
	c = x->text.p[start];
	if (c == '"')
		return take_string(x, t);
	if (is_letter(c)) {
		t.kind = take_word(x);
	} else if (is_digit(c)) {
		t.kind = take_number(x);
	} else if (c == '$' && is_letter(peek(x, 1))) {
		x->at++;
		take_name(x);
		t.kind = WS_T_PARAM;
		start++;
	} else {
		return take_sign(x, t);
	}
	t.text = (struct ws_sv){ x->text.p + start, x->at - start };
	return t;
}

const char *
ws_token_name(enum ws_token_kind k)
{
	static const char *const names[] = {
#define X(id, name) name,
		WS_TOKENS(X)
#undef X
	};

	return names[k];
}

void
ws_token_print(struct ws_buf *b, const struct ws_token *t)
{
	enum { SHOWN = 40 };
	struct ws_sv s = t->text;

	if (s.n > SHOWN)
		s.n = SHOWN;
	switch (t->kind) {
	case WS_T_WORD:
	case WS_T_GLOB:
	case WS_T_NUMBER:
		ws_buf_printf(b, "'%.*s'", WS_SV_ARG(s));
		break;
	case WS_T_PARAM:
		ws_buf_printf(b, "'$%.*s'", WS_SV_ARG(s));
		break;
	default:
		ws_buf_puts(b, ws_token_name(t->kind));
	}
}
