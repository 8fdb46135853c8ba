#include "ingest/jscan.h"

#include <string.h>

void
ws_jscan_init(struct ws_jscan *j, struct ws_cur all)
{
	*j = (struct ws_jscan){ .base = all.off };
	j->in = (struct ws_sv){ (const char *)all.p, ws_cur_left(&all) };
}

unsigned
ws_jscan_blanks(struct ws_jscan *j)
{
	unsigned lines = 0;

	while (j->at < j->in.n &&
	       (j->in.p[j->at] == ' ' || j->in.p[j->at] == '\t' ||
		   j->in.p[j->at] == '\n' || j->in.p[j->at] == '\r'))
		lines += j->in.p[j->at++] == '\n';
	return lines;
}

static enum ws_jtoken
take_string(struct ws_jscan *j, struct ws_sv *text)
{
	size_t from = j->at + 1, to = from;

	while (to < j->in.n && j->in.p[to] != '"')
		to += j->in.p[to] == '\\' ? 2 : 1;
	if (to >= j->in.n)
		return WS_J_END;
	*text = (struct ws_sv){ j->in.p + from, to - from };
	from = j->at;
	j->at = to + 1;
	ws_jscan_blanks(j);
	if (j->at == j->in.n) {
		/* It may have been a key. */
		j->at = from;
		return WS_J_END;
	}
	if (j->in.p[j->at] != ':')
		return WS_J_STRING;
	j->at++;
	return WS_J_KEY;
}

static enum ws_jtoken
take_word(struct ws_jscan *j, struct ws_sv *text)
{
	size_t to = j->at;

	while (to < j->in.n && j->in.p[to] != '\0' &&
	       strchr(",:{}[]\" \t\r\n", j->in.p[to]) == NULL)
		to++;
	if (to == j->in.n)
		return WS_J_END;
	/* A NUL byte may not stop the scan. */
	to += to == j->at;
	*text = (struct ws_sv){ j->in.p + j->at, to - j->at };
	j->at = to;
	return WS_J_WORD;
}

enum ws_jtoken
ws_jscan_next(struct ws_jscan *j, struct ws_sv *text)
{
	char c;

	for (;;) {
		ws_jscan_blanks(j);
		if (j->at >= j->in.n)
			return WS_J_END;
		c = j->in.p[j->at];
		if (c != ',' && c != ':')
			break;
		j->at++;
	}
	if (c == '"')
		return take_string(j, text);
	if (strchr("{}[]", c) == NULL || c == '\0')
		return take_word(j, text);
	j->at++;
	j->bracket = c;
	return c == '{' || c == '[' ? WS_J_OPEN : WS_J_CLOSE;
}

uint64_t
ws_jscan_off(const struct ws_jscan *j)
{
	return j->base + j->at;
}

bool
ws_jscan_is_cut(const struct ws_jscan *j)
{
	return j->at < j->in.n;
}
