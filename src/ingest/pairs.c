#include "ingest/pairs.h"

#include <string.h>

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
take_value(struct ws_pairs *s, struct ws_sv value)
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
open_container(struct ws_pairs *s)
{
	struct ws_sv key = s->has_key ? s->key : (struct ws_sv){ 0 };
	struct ws_jscan *in = &s->in;
	char bracket = in->bracket;

	s->in_list = ws_pairs_list(s);
	s->opened_by[s->depth++] = key;
	s->n = 0;
	s->spoilt = false;
	s->off = ws_jscan_off(in) - 1;
	s->has_key = false;
	if (s->ops->open == NULL)
		return;
	s->gap = 0;
	if (bracket == '[') {
		s->gap = ws_jscan_blanks(in);
		s->gap += in->at < in->in.n && in->in.p[in->at] == ',' ? 2 : 0;
	}
	s->ops->open(s->ctx, s, bracket);
}

static void
close_container(struct ws_pairs *s)
{
	if (s->in.bracket == '}' && s->ops->close != NULL)
		s->ops->close(s->ctx, s);
	s->n = 0;
	s->has_key = false;
	if (s->depth > 0)
		s->depth--;
}

/* One token; false at the end. */
static bool
step(struct ws_pairs *s)
{
	struct ws_sv text;

	switch (ws_jscan_next(&s->in, &text)) {
	case WS_J_END:
		return false;
	case WS_J_OPEN:
		if (s->depth == WS_PAIRS_DEPTH)
			return false;
		open_container(s);
		return true;
	case WS_J_CLOSE:
		close_container(s);
		return true;
	case WS_J_KEY:
		s->key = text;
		s->has_key = true;
		return true;
	case WS_J_STRING:
	case WS_J_WORD:
		take_value(s, text);
		return true;
	}
	return false;
}

bool
ws_pairs_read(struct ws_pairs *s, const struct ws_pairs_ops *ops, void *ctx,
    struct ws_cur all)
{
	memset(s, 0, sizeof(*s));
	s->ops = ops;
	s->ctx = ctx;
	ws_jscan_init(&s->in, all);
	while (step(s))
		;
	return s->depth == 0 && !ws_jscan_is_cut(&s->in);
}
