/* The frame of the parser: files, blocks, and getting over errors. */
#include "rules/parse.h"

#include <stdio.h>
#include <string.h>

bool
ws_p_error_at(struct ws_parser *p, struct ws_pos at, const char *fmt, ...)
{
	struct ws_buf b = { 0 };
	va_list ap;

	if (p->panic)
		return false;
	p->panic = true;
	va_start(ap, fmt);
	ws_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	ws_problems_error(&p->report, at, "%s", b.p);
	ws_buf_fini(&b);
	return false;
}

bool
ws_p_error(struct ws_parser *p, const char *fmt, ...)
{
	struct ws_buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	ws_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	ws_p_error_at(p, p->tok.pos, "%s", b.p);
	ws_buf_fini(&b);
	return false;
}

bool
ws_p_wanted(struct ws_parser *p, const char *what)
{
	struct ws_buf b = { 0 };

	ws_token_print(&b, &p->tok);
	ws_p_error(p, "wanted %s, found %s", what, b.p);
	ws_buf_fini(&b);
	return false;
}

/* What is no token is told here and left out. */
void
ws_p_next(struct ws_parser *p)
{
	do {
		p->tok = ws_lex_next(&p->lex);
		if (p->tok.kind == WS_T_BAD)
			ws_problems_error(&p->report, p->tok.pos, "%.*s",
			    WS_SV_ARG(p->tok.text));
	} while (p->tok.kind == WS_T_BAD);
}

bool
ws_p_accept(struct ws_parser *p, enum ws_token_kind k)
{
	if (p->tok.kind != k)
		return false;
	ws_p_next(p);
	return true;
}

bool
ws_p_want(struct ws_parser *p, enum ws_token_kind k)
{
	return ws_p_accept(p, k) || ws_p_wanted(p, ws_token_name(k));
}

bool
ws_p_is_word(const struct ws_parser *p, const char *word)
{
	return p->tok.kind == WS_T_WORD && ws_sv_is(p->tok.text, word);
}

bool
ws_p_accept_word(struct ws_parser *p, const char *word)
{
	if (!ws_p_is_word(p, word))
		return false;
	ws_p_next(p);
	return true;
}

bool
ws_p_want_word(struct ws_parser *p, const char *word)
{
	char what[40];

	if (ws_p_accept_word(p, word))
		return true;
	snprintf(what, sizeof(what), "'%s'", word);
	return ws_p_wanted(p, what);
}

bool
ws_p_ref(struct ws_parser *p, const char *what, struct ws_ref *out)
{
	if (p->tok.kind != WS_T_WORD)
		return ws_p_wanted(p, what);
	out->pos = p->tok.pos;
	out->name = ws_arena_dup(p->arena, p->tok.text);
	ws_p_next(p);
	return true;
}

bool
ws_p_name(struct ws_parser *p, const char *what, const char **out)
{
	struct ws_ref ref;

	if (!ws_p_ref(p, what, &ref))
		return false;
	*out = ref.name;
	return true;
}

static bool
put_escape(struct ws_parser *p, struct ws_buf *b, char c)
{
	static const char from[] = "nt\"\\", to[] = "\n\t\"\\";
	const char *at = c != '\0' ? strchr(from, c) : NULL;

	if (at == NULL)
		return ws_p_error(p,
		    "unknown escape in this string, known are \\n \\t \\\" "
		    "\\\\");
	ws_buf_putc(b, to[at - from]);
	return true;
}

static bool
put_string(struct ws_parser *p, struct ws_buf *b)
{
	struct ws_sv s = p->tok.text;
	size_t i;

	for (; s.n > 0; s = ws_sv_from(s, i)) {
		for (i = 0; i < s.n && s.p[i] != '\\' && s.p[i] != '\0';)
			i++;
		ws_buf_put(b, s.p, i);
		if (i == s.n)
			break;
		if (s.p[i] == '\0')
			return ws_p_error(p, "this string has a NUL byte");
		if (!put_escape(p, b, i + 1 < s.n ? s.p[i + 1] : '\0'))
			return false;
		i += 2;
	}
	return true;
}

bool
ws_p_one_string(struct ws_parser *p, const char **out)
{
	struct ws_buf b = { 0 };
	bool good = put_string(p, &b);

	*out = ws_arena_dup(p->arena, ws_buf_sv(&b));
	ws_buf_fini(&b);
	ws_p_next(p);
	return good;
}

bool
ws_p_string(struct ws_parser *p, const char *what, const char **out)
{
	struct ws_buf b = { 0 };
	bool good = true;

	if (p->tok.kind != WS_T_STRING)
		return ws_p_wanted(p, what);
	for (; p->tok.kind == WS_T_STRING; ws_p_next(p))
		good = put_string(p, &b) && good;
	*out = ws_arena_dup(p->arena, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return good;
}

bool
ws_p_literal(struct ws_parser *p, enum ws_unit want, double *out)
{
	bool negative = ws_p_accept(p, WS_T_MINUS);
	struct ws_pos at = p->tok.pos;
	const char *text;
	enum ws_unit unit;

	if (!negative)
		ws_p_accept(p, WS_T_PLUS);
	if (p->tok.kind != WS_T_NUMBER && p->tok.kind != WS_T_WORD)
		return ws_p_wanted(p, "a number");
	text = ws_arena_dup(p->arena, p->tok.text);
	ws_p_next(p);
	if (!ws_literal_read(text, want, out, &unit))
		return ws_p_error_at(
		    p, at, "'%s' is no %s literal", text, ws_unit_name(want));
	if (negative)
		*out = -*out;
	return true;
}

bool
ws_p_range(struct ws_parser *p, enum ws_unit want, double *lo, double *hi)
{
	struct ws_pos at = p->tok.pos;

	if (!ws_p_literal(p, want, lo) || !ws_p_want(p, WS_T_RANGE) ||
	    !ws_p_literal(p, want, hi))
		return false;
	return *lo <= *hi ||
	       ws_p_error_at(p, at, "this range ends before it starts");
}

bool
ws_p_node(struct ws_parser *p)
{
	return ++p->nodes <= WS_EXPR_NODES ||
	       ws_p_error(
		   p, "more than %d operands and operators", WS_EXPR_NODES);
}

bool
ws_p_deeper(struct ws_parser *p)
{
	return ++p->depth <= WS_NESTING_MAX ||
	       ws_p_error(p, "nested deeper than %d", WS_NESTING_MAX);
}

bool
ws_p_class(struct ws_parser *p, enum ws_class *out)
{
	struct ws_near near;

	if (p->tok.kind != WS_T_WORD)
		return ws_p_wanted(p, "a class");
	*out = ws_class_by_key(p->tok.text);
	if (*out == WS_CLASSES) {
		ws_near_init(&near, p->tok.text);
		for (size_t i = 0; i < WS_CLASSES; i++)
			ws_near_offer(&near, ws_sv_of(ws_class_defs[i].key));
		return ws_p_error(p, "no class '%.*s'%s",
		    WS_SV_ARG(p->tok.text), ws_near_hint(&near));
	}
	ws_p_next(p);
	return true;
}

bool
ws_p_add(struct ws_parser *p, enum ws_name_kind k, const struct ws_ref *name,
    void *decl)
{
	static const char *const kinds[WS_NAME_KINDS] = {
		[WS_NAME_RULE] = "rule",
		[WS_NAME_PARAM] = "param",
		[WS_NAME_GROUP] = "group",
		[WS_NAME_ADVICE] = "advice",
		[WS_NAME_DESIGN] = "design",
		[WS_NAME_SHARE] = "fact",
		[WS_NAME_ACCOUNT] = "account",
		[WS_NAME_WAITS] = "waits",
	};

	if (ws_decl_add(p->r, k, name->name, decl))
		return true;
	ws_p_error_at(
	    p, name->pos, "%s %s is declared twice", kinds[k], name->name);
	/* Its statement was sound: what follows is read as usual. */
	p->panic = false;
	return true;
}

static bool
parse_pack(struct ws_parser *p)
{
	struct ws_text *t = p->r->texts.v[p->lex.file];
	struct ws_pos at;
	double engine;

	if (t->pack != NULL)
		return ws_p_error(p, "a second pack statement");
	if (!ws_p_string(p, "the pack's name in quotes", &t->pack) ||
	    !ws_p_want_word(p, "version") ||
	    !ws_p_string(p, "the pack's version in quotes", &t->version) ||
	    !ws_p_want_word(p, "engine"))
		return false;
	at = p->tok.pos;
	if (!ws_p_literal(p, WS_U_NONE, &engine))
		return false;
	if (engine != 1)
		return ws_p_error_at(
		    p, at, "engine %g is wanted, this is engine 1", engine);
	return ws_p_want(p, WS_T_SEMI);
}

static bool
parse_vote(struct ws_parser *p)
{
	return ws_parse_rule(p, WS_RULE_VOTE);
}

static bool
parse_trap(struct ws_parser *p)
{
	return ws_parse_rule(p, WS_RULE_TRAP);
}

static bool
parse_quality(struct ws_parser *p)
{
	return ws_parse_rule(p, WS_RULE_QUALITY);
}

static const struct statement {
	const char *word;
	bool (*parse)(struct ws_parser *);
	bool in_tests; /* in *.test files, and only there */
} statements[] = {
	{ "pack", parse_pack, false },
	{ "param", ws_parse_param, false },
	{ "group", ws_parse_group, false },
	{ "share", ws_parse_share, false },
	{ "sum", ws_parse_sum, false },
	{ "sites", ws_parse_sites, false },
	{ "elsewhere", ws_parse_elsewhere, false },
	{ "account", ws_parse_account, false },
	{ "waits", ws_parse_waits, false },
	{ "rule", parse_vote, false },
	{ "trap", parse_trap, false },
	{ "quality", parse_quality, false },
	{ "advice", ws_parse_advice, false },
	{ "design", ws_parse_design, false },
	{ "override", ws_parse_override, false },
	{ "test", ws_parse_test, true },
};

static const struct statement *
find_statement(const struct ws_token *t)
{
	for (size_t i = 0; i < WS_LEN(statements); i++)
		if (t->kind == WS_T_WORD &&
		    ws_sv_is(t->text, statements[i].word))
			return &statements[i];
	return NULL;
}

/* Whether the token is a statement's first word at the start of a line. */
static bool
at_statement(const struct ws_parser *p)
{
	uint32_t off = p->tok.pos.off;

	return (off == 0 || p->lex.text.p[off - 1] == '\n') &&
	       find_statement(&p->tok) != NULL;
}

/* To behind the next ';' of this block, or to its '}'.  Nested blocks are
 * skipped whole.  False when a new statement seems to start before. */
static bool
recover(struct ws_parser *p)
{
	unsigned open = 0;

	for (;; ws_p_next(p)) {
		if (p->tok.kind == WS_T_END ||
		    (p->tok.kind == WS_T_RBRACE && open == 0))
			break;
		if (at_statement(p))
			return false;
		if (p->tok.kind == WS_T_LBRACE)
			open++;
		else if (p->tok.kind == WS_T_RBRACE)
			open--;
		else if (p->tok.kind == WS_T_SEMI && open == 0)
			break;
	}
	ws_p_accept(p, WS_T_SEMI);
	p->panic = false;
	return true;
}

/* `group` and `share` are keys of blocks as well. */
static bool
lacks_brace(const struct ws_parser *p)
{
	return at_statement(p) && !ws_p_is_word(p, "group") &&
	       !ws_p_is_word(p, "share");
}

bool
ws_p_block(struct ws_parser *p,
    bool (*field)(struct ws_parser *, const struct ws_token *, void *),
    void *arg)
{
	struct ws_token key;
	bool good;

	if (!ws_p_want(p, WS_T_LBRACE))
		return false;
	while (p->tok.kind != WS_T_RBRACE && p->tok.kind != WS_T_END &&
	       !lacks_brace(p)) {
		key = p->tok;
		good = key.kind == WS_T_WORD;
		if (good)
			ws_p_next(p);
		else
			ws_p_wanted(p, "a key or '}'");
		good = good && field(p, &key, arg) && ws_p_want(p, WS_T_SEMI);
		if (!good && !recover(p))
			return false;
	}
	return ws_p_want(p, WS_T_RBRACE);
}

/* To the next statement: behind a ';' or '}' outside of blocks, or at a
 * statement's word that starts a line, whatever was left open before it. */
static void
recover_statement(struct ws_parser *p)
{
	unsigned open = 0;

	for (; p->tok.kind != WS_T_END; ws_p_next(p)) {
		if (at_statement(p))
			break;
		if (p->tok.kind == WS_T_LBRACE)
			open++;
		else if (p->tok.kind == WS_T_RBRACE && open > 0)
			open--;
		else if (p->tok.kind != WS_T_SEMI && p->tok.kind != WS_T_RBRACE)
			continue;
		if (open > 0)
			continue;
		ws_p_next(p);
		break;
	}
	p->panic = false;
}

static bool
wrong_statement(struct ws_parser *p)
{
	struct ws_near near;

	if (p->tok.kind != WS_T_WORD)
		return ws_p_wanted(p, "a statement");
	ws_near_init(&near, p->tok.text);
	for (size_t i = 0; i < WS_LEN(statements); i++)
		ws_near_offer(&near, ws_sv_of(statements[i].word));
	return ws_p_error(p, "no statement '%.*s'%s", WS_SV_ARG(p->tok.text),
	    ws_near_hint(&near));
}

static bool
parse_statement(struct ws_parser *p)
{
	const struct statement *s = find_statement(&p->tok);
	struct ws_pos at = p->tok.pos;

	if (s == NULL)
		return wrong_statement(p);
	/* Taken first: getting over an error stops at such a word. */
	ws_p_next(p);
	if (s->in_tests != (p->suite != NULL))
		return ws_p_error_at(p, at, "a %s belongs in a *.%s file",
		    s->word, s->in_tests ? "test" : "rules");
	return s->parse(p);
}

bool
ws_parse(struct ws_rules *r, uint32_t file, struct ws_suite *suite,
    const struct ws_complain *c)
{
	struct ws_parser p = { .r = r, .arena = r->arena, .suite = suite };

	ws_problems_init(&p.report, c, &r->texts);
	ws_lex_init(&p.lex, r->texts.v[file]->text, file);
	ws_p_next(&p);
	while (p.tok.kind != WS_T_END)
		if (!parse_statement(&p))
			recover_statement(&p);
	return p.report.errors == 0;
}
