#include "ingest/pairs.h"

#include <string.h>

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Blanks at the cursor; returns the number of line ends among them. */
static unsigned
skip_space(struct ws_pairs *s)
{
	unsigned lines = 0;

	while (s->at < s->in.n && is_space(s->in.p[s->at]))
		lines += s->in.p[s->at++] == '\n';
	return lines;
}

/* The string at the cursor without its quotes; false when it never ends.
 * Escapes stay as they are: names of devices have none. */
static bool
take_string(struct ws_pairs *s, struct ws_sv *out)
{
	size_t from = ++s->at;

	while (s->at < s->in.n && s->in.p[s->at] != '"')
		s->at += s->in.p[s->at] == '\\' ? 2 : 1;
	if (s->at >= s->in.n) {
		s->at = s->in.n;
		return false;
	}
	*out = (struct ws_sv){ s->in.p + from, s->at - from };
	s->at++;
	return true;
}

/* A number or a word; false when the file ends in it, so that it may go on. */
static bool
take_word(struct ws_pairs *s, struct ws_sv *out)
{
	size_t from = s->at;

	while (s->at < s->in.n && !is_space(s->in.p[s->at]) &&
	       strchr(",:{}[]\"", s->in.p[s->at]) == NULL)
		s->at++;
	/* A NUL byte is found by strchr; it may not stop the scan. */
	if (s->at == from)
		s->at++;
	*out = (struct ws_sv){ s->in.p + from, s->at - from };
	return s->at < s->in.n;
}

struct ws_sv
ws_pairs_find(const struct ws_pairs *s, const char *key)
{
	for (size_t i = 0; i < s->n; i++)
		if (ws_sv_is(s->pair[i].key, key))
			return s->pair[i].value;
	return (struct ws_sv){ 0 };
}

struct ws_sv
ws_pairs_list(const struct ws_pairs *s)
{
	return s->depth > 0 ? s->opened_by[s->depth - 1] : (struct ws_sv){ 0 };
}

static void
take_pair(struct ws_pairs *s, struct ws_sv value)
{
	if (!s->has_key) {
		s->spoilt = true;
		return;
	}
	s->has_key = false;
	if (s->n < WS_PAIRS_MAX)
		s->pair[s->n++] = (struct ws_pair){ s->key, value };
	else
		s->spoilt = true;
	if (s->ops->pair != NULL)
		s->ops->pair(s->ctx, s, value);
}

static void
open_container(struct ws_pairs *s, char bracket)
{
	struct ws_sv key = s->has_key ? s->key : (struct ws_sv){ 0 };

	s->in_list = ws_pairs_list(s);
	s->opened_by[s->depth++] = key;
	s->n = 0;
	s->spoilt = false;
	s->off = s->base + s->at;
	s->at++;
	s->has_key = false;
	if (s->ops->open == NULL)
		return;
	s->gap = 0;
	if (bracket == '[') {
		s->gap = skip_space(s);
		s->gap += s->at < s->in.n && s->in.p[s->at] == ',' ? 2 : 0;
	}
	s->ops->open(s->ctx, s, bracket);
}

static void
close_container(struct ws_pairs *s, char bracket)
{
	if (bracket == '}' && s->ops->close != NULL)
		s->ops->close(s->ctx, s);
	s->n = 0;
	s->has_key = false;
	if (s->depth > 0)
		s->depth--;
	s->at++;
}

/* A string is a key when a colon follows.  False at the end of the file. */
static bool
take_text(struct ws_pairs *s)
{
	struct ws_sv text;

	if (!take_string(s, &text))
		return false;
	skip_space(s);
	if (s->at == s->in.n)
		return false;
	if (s->in.p[s->at] != ':') {
		take_pair(s, text);
		return true;
	}
	s->at++;
	s->key = text;
	s->has_key = true;
	return true;
}

/* One token; false at the end. */
static bool
step(struct ws_pairs *s)
{
	struct ws_sv word;
	char c;

	skip_space(s);
	if (s->at >= s->in.n)
		return false;
	c = s->in.p[s->at];
	if (c == '{' || c == '[') {
		if (s->depth == WS_PAIRS_DEPTH)
			return false;
		open_container(s, c);
	} else if (c == '}' || c == ']') {
		close_container(s, c);
	} else if (c == ',' || c == ':') {
		s->at++;
	} else if (c == '"') {
		return take_text(s);
	} else {
		if (!take_word(s, &word))
			return false;
		take_pair(s, word);
	}
	return true;
}

bool
ws_pairs_read(struct ws_pairs *s, const struct ws_pairs_ops *ops, void *ctx,
    struct ws_cur all)
{
	memset(s, 0, sizeof(*s));
	s->ops = ops;
	s->ctx = ctx;
	s->base = all.off;
	s->in = (struct ws_sv){ (const char *)all.p, ws_cur_left(&all) };
	while (step(s))
		;
	return s->depth == 0 && s->at == s->in.n;
}
