/* Words of the rules language. */
#ifndef WS_LEX_H
#define WS_LEX_H

#include "rules/complain.h"

#define WS_TOKENS(X)                                                           \
	X(END, "the end of the file")                                          \
	X(BAD, "an error")                                                     \
	X(WORD, "a name")                                                      \
	X(GLOB, "a name ending in '.*'")                                       \
	X(PARAM, "a parameter")                                                \
	X(NUMBER, "a number")                                                  \
	X(STRING, "a string")                                                  \
	X(LBRACE, "'{'")                                                       \
	X(RBRACE, "'}'")                                                       \
	X(LPAREN, "'('")                                                       \
	X(RPAREN, "')'")                                                       \
	X(LBRACKET, "'['")                                                     \
	X(RBRACKET, "']'")                                                     \
	X(SEMI, "';'")                                                         \
	X(COMMA, "','")                                                        \
	X(COLON, "':'")                                                        \
	X(EQ, "'='")                                                           \
	X(NE, "'!='")                                                          \
	X(LT, "'<'")                                                           \
	X(LE, "'<='")                                                          \
	X(GT, "'>'")                                                           \
	X(GE, "'>='")                                                          \
	X(PLUS, "'+'")                                                         \
	X(MINUS, "'-'")                                                        \
	X(STAR, "'*'")                                                         \
	X(SLASH, "'/'")                                                        \
	X(RANGE, "'..'")                                                       \
	X(TILDE, "'~'")

enum ws_token_kind {

#define X(id, name) WS_T_##id,
	WS_TOKENS(X)
#undef X
};

/* `text` is what stands in the file: a string without its quotes and with its
 * escapes, a parameter without '$'; of BAD, what is wrong. */
struct ws_token {
	enum ws_token_kind kind;
	struct ws_sv text;
	struct ws_pos pos;
};

struct ws_lexer {
	struct ws_sv text;
	size_t at;
	uint32_t file, line;
};

void ws_lex_init(struct ws_lexer *x, struct ws_sv text, uint32_t file);
struct ws_token ws_lex_next(struct ws_lexer *x);
const char *ws_token_name(enum ws_token_kind k);
/* The same for one token: "';'", "'weight'", "the end of the file". */
void ws_token_print(struct ws_buf *b, const struct ws_token *t);

#endif
