/*
 * Rows in the form that xctrace writes: few attributes in double quotes, plain
 * ASCII, nothing to decode.  They are nearly all of an export and need little of
 * what a parser of XML does.  A whole row is cut into tokens first, and those go
 * to the same functions as what libxml2 finds.  Any byte that is not expected
 * leaves the row to libxml2, which also judges what is wrong with it.
 *
 * libxml2 does not see the rows that are taken here.  Each is an element that is
 * well-formed by itself, so the rest is well-formed when the whole is.
 */
#include "instruments_scan.h"

#include <libxml/parser.h>
#include <string.h>

#include "base/mem.h"

enum {
	NAME_LONGEST = 64,
	NAMES = 256,
	TOKENS = 2048,
	ATTRIBUTES = 2048,
	STRIDE = 5, /* pointers of an attribute, as libxml2 hands them out */
	NESTED = 16 /* elements in each other, the row among them */
};

/* What a byte may be in. */
enum { NAME = 1, FIRST_OF_NAME = 2, VALUE = 4, TEXT = 8 };

/* A name and its first and last eight bytes. */
struct name {
	const xmlChar *name; /* of the document's dictionary */
	uint64_t head, tail;
	uint8_t n, kind; /* INSTR_UNSEEN: not asked yet */
};

enum what { START, EMPTY, END, CHARACTERS };

struct token {
	const xmlChar *text;
	const xmlChar **attributes;
	int n; /* bytes or attributes */
	uint8_t what, kind;
};

struct instr_scan {
	struct instr *t;
	const xmlChar *p, *end;
	const xmlChar *xmlns; /* of the document's dictionary */
	int lines;            /* ends of lines in what is taken next */
	size_t n, n_attributes, depth;
	struct ws_sv open[NESTED]; /* names */
	uint8_t class[256];
	uint64_t mask[9]; /* of the first bytes of a word */
	struct name names[NAMES];
	struct token token[TOKENS];
	const xmlChar *attribute[ATTRIBUTES * STRIDE];
};

static void
init_classes(uint8_t class[256])
{
	for (int c = ' '; c < 128; c++)
		class[c] = VALUE | TEXT;
	for (int c = 'a'; c <= 'z'; c++)
		class[c] |= NAME | FIRST_OF_NAME;
	for (int c = 'A'; c <= 'Z'; c++)
		class[c] |= NAME | FIRST_OF_NAME;
	for (int c = '0'; c <= '9'; c++)
		class[c] |= NAME;
	class['_'] |= NAME | FIRST_OF_NAME;
	class['-'] |= NAME;
	class['.'] |= NAME;
	class['"'] = TEXT;
	class['>'] = VALUE; /* of "]]>" */
	class['<'] = class['&'] = 0;
	class['\t'] = class['\n'] = TEXT;
}

struct instr_scan *
instr_scan_new(struct instr *t)
{
	struct instr_scan *s = ws_alloc(sizeof(*s));

	s->t = t;
	init_classes(s->class);
	for (size_t n = 0; n < WS_LEN(s->mask); n++)
		memset(&s->mask[n], 0xff, n);
	return s;
}

void
instr_scan_begin(struct instr_scan *s)
{
	memset(s->names, 0, sizeof(s->names));
	s->xmlns =
	    xmlDictLookup(s->t->ctxt->dict, (const xmlChar *)"xmlns", -1);
}

static uint64_t
load(const xmlChar *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* The name at p, which is passed; NULL when there is none of this kind. */
static struct name *
scan_name(struct instr_scan *s)
{
	const xmlChar *from = s->p, *p = from;
	struct name *known, new = { 0 };
	size_t n;

	if (s->end - p < 8 || !(s->class[*p] & FIRST_OF_NAME))
		return NULL;
	while (p < s->end && s->class[*p] & NAME)
		p++;
	n = (size_t)(p - from);
	if (n > NAME_LONGEST)
		return NULL;
	s->p = p;
	new.n = (uint8_t)n;
	new.head = load(from) & s->mask[n < 8 ? n : 8];
	new.tail = n > 8 ? load(p - 8) : 0;
	known = &s->names[(new.head ^ new.tail * 31) *
			      UINT64_C(0x9e3779b97f4a7c15) >>
			  56];
	if (known->n == n && known->head == new.head &&
	    known->tail == new.tail &&
	    (n <= 16 || memcmp(known->name, from, n) == 0))
		return known;
	new.name = xmlDictLookup(s->t->ctxt->dict, from, (int)n);
	if (new.name == NULL)
		return NULL;
	*known = new;
	return known;
}

static bool
is_taken(const struct token *k, const xmlChar *name)
{
	for (int i = 0; i < k->n; i++)
		if (k->attributes[i * STRIDE] == name)
			return true;
	return false;
}

/* The name of an attribute, which is passed; not one that declares a name
 * space. */
static const xmlChar *
scan_attribute(struct instr_scan *s)
{
	const struct name *name;

	if (s->end - s->p >= 4 && memcmp(s->p, "ref=", 4) == 0) {
		s->p += 3;
		return s->t->a_ref;
	}
	if (s->end - s->p >= 4 && memcmp(s->p, "fmt=", 4) == 0) {
		s->p += 3;
		return s->t->a_fmt;
	}
	name = scan_name(s);
	return name == NULL || name->name == s->xmlns ? NULL : name->name;
}

/* ="value" */
static bool
scan_value(struct instr_scan *s, const xmlChar **a)
{
	const xmlChar *p = s->p;

	if (s->end - p < 2 || p[0] != '=' || p[1] != '"')
		return false;
	p += 2;
	a[3] = p;
	while (p < s->end && s->class[*p] & VALUE)
		p++;
	if (p == s->end || *p != '"')
		return false;
	a[4] = p;
	s->p = p + 1;
	return true;
}

static bool
scan_attributes(struct instr_scan *s, struct token *k)
{
	const xmlChar **a;

	k->attributes = s->attribute + s->n_attributes * STRIDE;
	k->n = 0;
	while (s->p < s->end && *s->p == ' ') {
		if (s->n_attributes == ATTRIBUTES)
			return false;
		s->p++;
		a = s->attribute + s->n_attributes * STRIDE;
		a[0] = scan_attribute(s);
		if (a[0] == NULL || is_taken(k, a[0]) || !scan_value(s, a))
			return false;
		s->n_attributes++;
		k->n++;
	}
	return true;
}

static bool
scan_start(struct instr_scan *s)
{
	struct token *k = &s->token[s->n];
	struct ws_sv text = { (const char *)++s->p, 0 };
	struct name *name = scan_name(s);

	if (name == NULL)
		return false;
	if (name->kind == INSTR_UNSEEN)
		name->kind = (uint8_t)instr_known_kind(s->t, name->name);
	text.n = name->n;
	k->what = START;
	k->kind = name->kind;
	if (!scan_attributes(s, k) || s->end - s->p < 2)
		return false;
	if (s->p[0] == '/' && s->p[1] == '>') {
		k->what = EMPTY;
		s->p++;
	} else if (s->p[0] == '>' && s->depth < NESTED) {
		s->open[s->depth++] = text;
	} else {
		return false;
	}
	s->p++;
	s->n++;
	return true;
}

static bool
scan_end(struct instr_scan *s)
{
	struct ws_sv name = s->open[--s->depth];

	s->p += 2;
	if ((size_t)(s->end - s->p) <= name.n ||
	    memcmp(s->p, name.p, name.n) != 0 || s->p[name.n] != '>')
		return false;
	s->p += name.n + 1;
	s->token[s->n++].what = END;
	return true;
}

/* What comes after the end of an element is nobody's. */
static void
scan_text(struct instr_scan *s)
{
	const xmlChar *from = s->p, *p = from;

	for (; p < s->end && s->class[*p] & TEXT; p++)
		s->lines += *p == '\n';
	s->p = p;
	if (p > from && s->token[s->n - 1].what == START)
		s->token[s->n++] = (struct token){
			.what = CHARACTERS, .text = from, .n = (int)(p - from)
		};
}

/* The tokens of a whole row. */
static bool
scan_row(struct instr_scan *s)
{
	s->n = s->n_attributes = s->depth = 0;
	if (s->end - s->p < 2 || *s->p != '<' || !scan_start(s) ||
	    s->token[0].kind != INSTR_ROW)
		return false;
	while (s->depth > 0) {
		if (s->n + 2 > TOKENS)
			return false;
		scan_text(s);
		if (s->end - s->p < 2 || *s->p != '<')
			return false;
		if (!(s->p[1] == '/' ? scan_end(s) : scan_start(s)))
			return false;
	}
	return true;
}

static void
hand_over(const struct instr_scan *s)
{
	struct instr *t = s->t;

	for (size_t i = 0; i < s->n; i++) {
		const struct token *k = &s->token[i];

		if (k->what == CHARACTERS)
			instr_text(t, k->text, k->n);
		else if (k->what == END)
			instr_end(t);
		else
			instr_start(
			    t, (enum instr_kind)k->kind, k->n, k->attributes);
		if (k->what == EMPTY)
			instr_end(t);
	}
}

static void
skip_blanks(struct instr_scan *s)
{
	for (; s->p < s->end; s->p++) {
		if (*s->p != ' ' && *s->p != '\n' && *s->p != '\t')
			return;
		s->lines += *s->p == '\n';
	}
}

size_t
instr_scan_rows(struct instr_scan *s, struct ws_sv part)
{
	struct instr *t = s->t;
	const xmlChar *from = (const xmlChar *)part.p, *taken;

	if (t->in_row || t->in_toc || t->depth == 0 ||
	    t->depth + NESTED > INSTR_NESTING)
		return 0;
	s->p = from;
	s->end = from + part.n;
	s->lines = 0;
	for (;;) {
		skip_blanks(s);
		t->ctxt->input->line += s->lines;
		s->lines = 0;
		taken = s->p;
		if (t->out.status != WS_OK || !scan_row(s))
			return (size_t)(taken - from);
		hand_over(s);
	}
}
