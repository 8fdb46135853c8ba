/*
 * A name goes through three tables: exact names (hash), prefixes (sorted, each
 * knowing the longest shorter prefix of itself, so that one search finds all)
 * and regular expressions.  Those are some hundred times dearer than the rest,
 * so literals that every match must contain are looked for first, and pairs of
 * bytes before those.
 */
#include "symbols/classify.h"

#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/regex.h"

/* Distinct texts, and the groups of each at the same index. */
struct terms {
	struct ws_htab *text;
	struct ws_gset *groups;
	size_t cap;
};

struct prefix {
	struct ws_sv text;
	uint32_t term;
	uint32_t shorter; /* the longest other entry it starts with */
};

/* The pairs of neighbouring bytes that a text has, by a hash of 8 bits: a text
 * that lacks one of another's does not contain it. */
struct pairs {
	uint64_t w[4];
};

struct regex {
	struct ws_regex *code;
	uint32_t group;
	struct ws_sv head;  /* every match starts with it; may be empty */
	struct ws_sv need;  /* every match contains it; may be empty */
	struct pairs pairs; /* of need */
	unsigned tried;     /* how often it was matched, up to OFTEN */
};

enum { OFTEN = 32 };

struct ws_symset {
	struct ws_arena *arena; /* literals */
	struct terms exact, starts;
	struct prefix *prefix; /* by text */
	struct regex *regex;
	size_t n_regex, cap_regex;
	struct ws_matcher *matcher;
	struct ws_buf scratch; /* a normalised name */
	uint64_t limited;
};

static void
gset_put(struct ws_gset *s, uint32_t group)
{
	s->w[group / 64] |= UINT64_C(1) << (group % 64);
}

static void
gset_join(struct ws_gset *s, const struct ws_gset *more)
{
	for (size_t i = 0; i < WS_GROUPS_MAX / 64; i++)
		s->w[i] |= more->w[i];
}

static bool
starts_with(struct ws_sv s, struct ws_sv prefix)
{
	return s.n >= prefix.n &&
	       (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static struct pairs
pairs_of(struct ws_sv s)
{
	struct pairs p = { { 0 } };

	for (size_t i = 1; i < s.n; i++) {
		unsigned a = (unsigned char)s.p[i - 1];
		unsigned h = (a * 31 + (unsigned char)s.p[i]) & 255;

		p.w[h / 64] |= UINT64_C(1) << (h % 64);
	}
	return p;
}

static bool
has_pairs(const struct pairs *p, const struct pairs *wanted)
{
	return ((wanted->w[0] & ~p->w[0]) | (wanted->w[1] & ~p->w[1]) |
		   (wanted->w[2] & ~p->w[2]) | (wanted->w[3] & ~p->w[3])) == 0;
}

/*
 * The prefilter.  Reads a regular expression from left to right and keeps the
 * longest run of plain characters outside groups, classes and options.  What
 * it is not sure of makes it give up: no prefilter is slow, a wrong one lies.
 */
struct literals {
	struct ws_sv re;
	size_t at;
	struct ws_buf run, head, need;
	bool anchored; /* the run began right after ^ */
	bool sure;
};

static void
run_end(struct literals *l)
{
	if (l->anchored)
		ws_buf_putsv(&l->head, ws_buf_sv(&l->run));
	l->anchored = false;
	if (l->run.n > l->need.n) {
		l->need.n = 0;
		ws_buf_putsv(&l->need, ws_buf_sv(&l->run));
	}
	l->run.n = 0;
}

static char
char_at(const struct literals *l, size_t at)
{
	return at < l->re.n ? l->re.p[at] : '\0';
}

/* Only escapes without arguments are known; an escaped mark is itself. */
static void
read_escape(struct literals *l)
{
	char c = char_at(l, l->at + 1);
	bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		     (c >= '0' && c <= '9');

	if (c == '\0' || (alnum && strchr("dDwWsSbBAzZhHvVR", c) == NULL)) {
		l->sure = false;
		return;
	}
	if (alnum)
		run_end(l);
	else
		ws_buf_putc(&l->run, c);
	l->at += 2;
}

static void
skip_class(struct literals *l)
{
	l->at++;
	if (char_at(l, l->at) == '^')
		l->at++;
	if (char_at(l, l->at) == ']')
		l->at++;
	while (l->at < l->re.n && l->re.p[l->at] != ']') {
		/* [:alpha:] has a bracket of its own, \] is none. */
		if (l->re.p[l->at] == '[')
			l->sure = false;
		l->at += l->re.p[l->at] == '\\' ? 2 : 1;
	}
	l->at++;
}

static void
skip_group(struct literals *l)
{
	unsigned depth = 0;

	while (l->at < l->re.n && l->sure) {
		char c = l->re.p[l->at];

		if (c == '[') {
			skip_class(l);
			continue;
		}
		/* Options, comments, conditions, recursion. */
		if (c == '(' && char_at(l, l->at + 1) == '?' &&
		    (char_at(l, l->at + 2) == '\0' ||
			strchr(":=!<", char_at(l, l->at + 2)) == NULL))
			l->sure = false;
		depth += c == '(';
		depth -= c == ')';
		l->at += c == '\\' ? 2 : 1;
		if (depth == 0)
			return;
	}
	l->sure = false;
}

/* A character that may be there no times is not mandatory. */
static void
read_optional(struct literals *l)
{
	if (l->run.n > 0)
		l->run.n--;
	run_end(l);
	if (l->re.p[l->at] == '{') {
		while (l->at < l->re.n && l->re.p[l->at] != '}')
			l->at++;
		l->sure = l->at < l->re.n;
	}
	l->at++;
}

static void
read_token(struct literals *l)
{
	char c = l->re.p[l->at];

	switch (c) {
	case '\\':
		read_escape(l);
		break;
	case '|':
		l->sure = false;
		break;
	case '(':
		run_end(l);
		skip_group(l);
		break;
	case '[':
		run_end(l);
		skip_class(l);
		break;
	case '*':
	case '?':
	case '{':
		read_optional(l);
		break;
	case '.':
	case '^':
	case '$':
	case '+':
		run_end(l);
		l->at++;
		break;
	default:
		ws_buf_putc(&l->run, c);
		l->at++;
	}
}

static void
find_literals(struct ws_symset *s, const char *pattern, struct regex *r)
{
	struct literals l = { .re = ws_sv_of(pattern), .sure = true };

	/* Verbs change what matching means, \Q what characters mean. */
	if (strstr(pattern, "(*") != NULL || strstr(pattern, "\\Q") != NULL)
		return;
	if (char_at(&l, 0) == '^') {
		l.anchored = true;
		l.at = 1;
		/* An anchor can be repeated, then it is none. */
		l.sure = l.re.n < 2 || strchr("*?{+", pattern[1]) == NULL;
	}
	while (l.at < l.re.n && l.sure)
		read_token(&l);
	run_end(&l);
	if (l.sure) {
		r->head = ws_arena_sv(s->arena, ws_buf_sv(&l.head));
		r->need = ws_arena_sv(s->arena, ws_buf_sv(&l.need));
		r->pairs = pairs_of(r->need);
	}
	ws_buf_fini(&l.run);
	ws_buf_fini(&l.head);
	ws_buf_fini(&l.need);
}

static enum ws_status
add_regex(struct ws_symset *s, const struct ws_group *g,
    const struct ws_pattern *p, uint32_t group, struct ws_err *err)
{
	struct ws_err why = { .off = WS_OFF_NONE };
	struct ws_regex *code = ws_regex_new(ws_sv_of(p->text), &why);
	struct regex *r;

	if (code == NULL)
		return ws_err_set(err, WS_CORRUPT, WS_OFF_NONE,
		    "%s:%u: regex: %s", g->file, p->line, why.text);
	s->regex =
	    ws_grow(s->regex, &s->cap_regex, s->n_regex + 1, sizeof(*s->regex));
	r = &s->regex[s->n_regex++];
	*r = (struct regex){ .code = code, .group = group };
	find_literals(s, p->text, r);
	return WS_OK;
}

static void
add_term(struct terms *t, const char *text, uint32_t group)
{
	bool is_new;
	uint32_t i = ws_htab_put(t->text, text, strlen(text), &is_new);

	if (is_new) {
		t->groups = ws_grow(
		    t->groups, &t->cap, (size_t)i + 1, sizeof(*t->groups));
		t->groups[i] = (struct ws_gset){ 0 };
	}
	gset_put(&t->groups[i], group);
}

static bool
in_release(const struct ws_pattern *p, uint32_t go_version)
{
	if (go_version == 0)
		return true;
	return (p->since == 0 || go_version >= p->since) &&
	       (p->until == 0 || go_version <= p->until);
}

static enum ws_status
add_group(struct ws_symset *s, const struct ws_group *g, uint32_t group,
    uint32_t go_version, struct ws_err *err)
{
	enum ws_status st = WS_OK;

	for (size_t i = 0; i < g->n_pat && st == WS_OK; i++) {
		const struct ws_pattern *p = &g->pat[i];

		if (!in_release(p, go_version))
			continue;
		switch (p->how) {
		case WS_MATCH_EXACT:
			add_term(&s->exact, p->text, group);
			break;
		case WS_MATCH_PREFIX:
			add_term(&s->starts, p->text, group);
			break;
		case WS_MATCH_REGEX:
			st = add_regex(s, g, p, group, err);
			break;
		}
	}
	return st;
}

static int
prefix_cmp(const void *a, const void *b)
{
	const struct prefix *x = a, *y = b;

	return ws_sv_cmp(x->text, y->text);
}

static void
sort_prefixes(struct ws_symset *s)
{
	uint32_t n = ws_htab_count(s->starts.text);

	s->prefix = ws_alloc_array((size_t)n + 1, sizeof(*s->prefix));
	for (uint32_t i = 0; i < n; i++)
		s->prefix[i] =
		    (struct prefix){ .text = ws_htab_key(s->starts.text, i),
			    .term = i };
	qsort(s->prefix, n, sizeof(*s->prefix), prefix_cmp);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t up = i > 0 ? i - 1 : WS_HTAB_NONE;

		while (up != WS_HTAB_NONE &&
		       !starts_with(s->prefix[i].text, s->prefix[up].text))
			up = s->prefix[up].shorter;
		s->prefix[i].shorter = up;
	}
}

struct ws_symset *
ws_symset_new(
    const struct ws_queries *q, uint32_t go_version, struct ws_err *err)
{
	struct ws_symset *s;

	if (q->n_group > WS_GROUPS_MAX) {
		ws_err_set(err, WS_LIMIT, WS_OFF_NONE,
		    "wanted at most %d symbol groups, found %zu", WS_GROUPS_MAX,
		    q->n_group);
		return NULL;
	}
	s = ws_alloc(sizeof(*s));
	s->arena = ws_arena_new();
	s->exact.text = ws_htab_new();
	s->starts.text = ws_htab_new();
	s->matcher = ws_matcher_new();
	for (size_t i = 0; i < q->n_group; i++)
		if (add_group(s, &q->group[i], (uint32_t)i, go_version, err) !=
		    WS_OK) {
			ws_symset_free(s);
			return NULL;
		}
	sort_prefixes(s);
	return s;
}

void
ws_symset_free(struct ws_symset *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_regex; i++)
		ws_regex_free(s->regex[i].code);
	ws_matcher_free(s->matcher);
	ws_htab_free(s->exact.text);
	ws_htab_free(s->starts.text);
	free(s->exact.groups);
	free(s->starts.groups);
	free(s->prefix);
	free(s->regex);
	ws_buf_fini(&s->scratch);
	ws_arena_free(s->arena);
	free(s);
}

/*
 * What assemblers, linkers and optimisers append: Go's ABI, the parts and
 * clones of GCC and LLVM, ELF symbol versions, variants of Darwin's libSystem.
 * A mark that ends in a dot counts only before a digit.
 */
static const char *const tails[] = { ".abi0", ".abiinternal", ".constprop.",
	".isra.", ".part.", ".llvm.", "@", "$NOCANCEL", "$VARIANT$", "$INODE64",
	"$UNIX2003", "$DARWIN_EXTSN" };

static struct ws_sv
cut_tail(struct ws_sv name)
{
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		size_t n = strlen(tails[i]);
		size_t at = ws_sv_find(name, tails[i]);
		char next = at + n < name.n ? name.p[at + n] : '\0';

		if (at == 0 || at >= name.n)
			continue;
		if (tails[i][n - 1] == '.' && !(next >= '0' && next <= '9'))
			continue;
		/* An ABI ends the name; `abi0` inside one is a word. */
		if (i < 2 && at + n != name.n)
			continue;
		name.n = at;
	}
	return name;
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

/* Offset past the bracket that closes the one at `at`; 0 without one. */
static size_t
bracket_end(struct ws_sv name, size_t at)
{
	size_t depth = 0;

	for (size_t i = at; i < name.n; i++) {
		depth += name.p[i] == '[';
		depth -= name.p[i] == ']';
		if (depth == 0)
			return i + 1;
	}
	return 0;
}

/*
 * Replaces type arguments by [...].  Go names may show the arguments of
 * another instance (issue 64528), so they mean nothing.  Arguments follow a
 * word: "[unknown]", "-[NSObject init]" and "operator new[]" have none.
 */
static struct ws_sv
normalise(struct ws_symset *s, struct ws_sv name)
{
	size_t done = 0, end;

	name = cut_tail(name);
	if (name.n == 0 || memchr(name.p, '[', name.n) == NULL)
		return name;
	s->scratch.n = 0;
	for (size_t i = 1; i < name.n; i++) {
		if (name.p[i] != '[' || !is_word(name.p[i - 1]))
			continue;
		end = bracket_end(name, i);
		if (end == 0)
			break;
		if (end == i + 2)
			continue;
		ws_buf_put(&s->scratch, name.p + done, i - done);
		ws_buf_puts(&s->scratch, "[...]");
		done = end;
		i = end - 1;
	}
	ws_buf_putsv(&s->scratch, ws_sv_from(name, done));
	return ws_buf_sv(&s->scratch);
}

/* Every prefix of a name sorts before it, and all that lies between the
 * longest and the name starts with that prefix too: so the last entry not
 * after the name is the longest prefix or leads to it. */
static void
match_prefixes(
    const struct ws_symset *s, struct ws_sv name, struct ws_gset *out)
{
	uint32_t lo = 0, hi = ws_htab_count(s->starts.text), i;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (ws_sv_cmp(s->prefix[mid].text, name) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (i = lo > 0 ? lo - 1 : WS_HTAB_NONE; i != WS_HTAB_NONE;
	     i = s->prefix[i].shorter)
		if (starts_with(name, s->prefix[i].text))
			gset_join(out, &s->starts.groups[s->prefix[i].term]);
}

/* False when a limit was hit. */
static bool
match_regex(const struct ws_symset *s, struct regex *r, struct ws_sv name,
    struct ws_gset *out)
{
	enum ws_found found;

	if (ws_gset_has(out, r->group) || !starts_with(name, r->head))
		return true;
	if (r->need.n > 0 &&
	    memmem(name.p, name.n, r->need.p, r->need.n) == NULL)
		return true;
	/* Most expressions meet few names, if any. */
	if (r->tried < OFTEN && ++r->tried == OFTEN)
		ws_regex_quicken(r->code);
	found = ws_regex_match(r->code, s->matcher, name);
	if (found == WS_FOUND_YES)
		gset_put(out, r->group);
	return found != WS_FOUND_LIMIT;
}

void
ws_symset_classify(struct ws_symset *s, struct ws_sv func, struct ws_gset *out)
{
	struct ws_sv name = normalise(s, func);
	struct pairs pairs;
	bool within = true;
	uint32_t i;

	*out = (struct ws_gset){ 0 };
	if (name.n == 0)
		return;
	i = ws_htab_get(s->exact.text, name.p, name.n);
	if (i != WS_HTAB_NONE)
		gset_join(out, &s->exact.groups[i]);
	match_prefixes(s, name, out);
	pairs = pairs_of(name);
	for (size_t k = 0; k < s->n_regex; k++)
		if (has_pairs(&pairs, &s->regex[k].pairs))
			within &= match_regex(s, &s->regex[k], name, out);
	s->limited += !within;
}

uint64_t
ws_symset_limited(const struct ws_symset *s)
{
	return s->limited;
}
