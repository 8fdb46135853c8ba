#include "rules/complain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is shown of a long line: bytes before and behind the place. */
enum { SHOWN_BEFORE = 100, SHOWN_BEHIND = 60 };

void
ws_problems_init(struct ws_problems *p, const struct ws_complain *to,
    const struct ws_texts *texts)
{
	*p = (struct ws_problems){ .to = to, .texts = texts };
}

/* The line around `off`, and how much of it is before. */
static struct ws_sv
line_at(struct ws_sv text, size_t off, size_t *before)
{
	size_t start = off, end = off;

	while (start > 0 && text.p[start - 1] != '\n')
		start--;
	while (end < text.n && text.p[end] != '\n')
		end++;
	*before = off - start;
	return (struct ws_sv){ text.p + start, end - start };
}

/* Columns count characters, as editors do. */
static size_t
characters(struct ws_sv s)
{
	size_t n = 0, len;
	uint32_t code;

	for (; s.n > 0; n++) {
		len = ws_sv_utf8(s, &code);
		s = ws_sv_from(s, len > 0 ? len : 1);
	}
	return n;
}

/* Tabs become one blank, so that the caret stands where it should. */
static void
put_part(struct ws_buf *b, struct ws_sv s)
{
	size_t i, start = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '\t')
			continue;
		ws_buf_put_safe(b, (struct ws_sv){ s.p + start, i - start });
		ws_buf_putc(b, ' ');
		start = i + 1;
	}
	ws_buf_put_safe(b, ws_sv_from(s, start));
}

static void
put_caret(struct ws_buf *b, struct ws_sv line, size_t before)
{
	size_t cut = before > SHOWN_BEFORE ? before - SHOWN_BEFORE : 0;
	size_t behind = line.n - before;
	size_t start = b->n, pad;

	if (behind > SHOWN_BEHIND)
		behind = SHOWN_BEHIND;
	ws_buf_puts(b, "    ");
	put_part(b, (struct ws_sv){ line.p + cut, before - cut });
	pad = characters(ws_sv_from(ws_buf_sv(b), start));
	put_part(b, (struct ws_sv){ line.p + before, behind });
	ws_buf_putc(b, '\n');
	while (pad-- > 0)
		ws_buf_putc(b, ' ');
	ws_buf_putc(b, '^');
}

static void
put_place(struct ws_buf *b, const struct ws_text *t, struct ws_pos at,
    const char *message)
{
	size_t off = at.off < t->text.n ? at.off : t->text.n;
	size_t before;
	struct ws_sv line;

	/* At the end of the text, show the last line that has something. */
	while (off == t->text.n && off > 0 && t->text.p[off - 1] == '\n' &&
	       at.off >= t->text.n) {
		off--;
		at.off = (uint32_t)off;
		at.line--;
	}
	line = line_at(t->text, off, &before);
	ws_buf_printf(b, "%s:%u:%zu: ", t->name, at.line,
	    1 + characters((struct ws_sv){ line.p, before }));
	ws_buf_put_safe(b, ws_sv_of(message));
	ws_buf_putc(b, '\n');
	put_caret(b, line, before);
}

static void
tell(struct ws_problems *p, struct ws_pos at, bool error, const char *message)
{
	void (*hear)(void *, const char *) = NULL;
	struct ws_buf b = { 0 };

	if (p->to != NULL)
		hear = error ? p->to->error : p->to->warning;
	if (hear == NULL)
		return;
	if (at.file < p->texts->n)
		put_place(&b, p->texts->v[at.file], at, message);
	else
		ws_buf_put_safe(&b, ws_sv_of(message));
	hear(p->to->arg, b.p);
	ws_buf_fini(&b);
}

static const struct ws_pos nowhere = { UINT32_MAX, 0, 0 };

void
ws_problems_error(struct ws_problems *p, struct ws_pos at, const char *fmt, ...)
{
	struct ws_buf b = { 0 };
	va_list ap;

	if (p->errors++ >= WS_COMPLAINTS_MAX)
		return;
	va_start(ap, fmt);
	ws_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	tell(p, at, true, b.p);
	ws_buf_fini(&b);
	if (p->errors == WS_COMPLAINTS_MAX)
		tell(p, nowhere, true, "too many errors, the rest is not told");
}

void
ws_problems_warning(
    struct ws_problems *p, struct ws_pos at, const char *fmt, ...)
{
	struct ws_buf b = { 0 };
	va_list ap;

	if (p->warnings++ >= WS_COMPLAINTS_MAX)
		return;
	va_start(ap, fmt);
	ws_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	tell(p, at, false, b.p);
	ws_buf_fini(&b);
}

void
ws_problems_plain(struct ws_problems *p, const char *fmt, ...)
{
	struct ws_buf b = { 0 };
	va_list ap;

	p->errors++;
	va_start(ap, fmt);
	ws_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	tell(p, nowhere, true, b.p);
	ws_buf_fini(&b);
}

void
ws_near_init(struct ws_near *n, struct ws_sv wrong)
{
	*n = (struct ws_near){ .wrong = wrong };
	/* A third of the letters may be wrong, but never all of them. */
	n->distance = 1 + (unsigned)(wrong.n < 48 ? wrong.n : 48) / 3;
	if (n->distance > wrong.n)
		n->distance = (unsigned)wrong.n;
}

/* Levenshtein's distance; both shorter than 72. */
static unsigned
distance(struct ws_sv a, struct ws_sv b)
{
	unsigned row[73], i, j, corner, cost;

	for (j = 0; j <= b.n; j++)
		row[j] = j;
	for (i = 1; i <= a.n; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= b.n; j++) {
			cost = corner + (a.p[i - 1] != b.p[j - 1]);
			corner = row[j];
			if (corner + 1 < cost)
				cost = corner + 1;
			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			row[j] = cost;
		}
	}
	return row[b.n];
}

void
ws_near_offer(struct ws_near *n, struct ws_sv name)
{
	size_t a = name.n, b = n->wrong.n;
	unsigned d;

	/* Right words are offered others, too, until their own comes. */
	if (a >= sizeof(n->best) || b >= sizeof(n->best) ||
	    (a > b ? a - b : b - a) >= n->distance)
		return;
	d = distance(n->wrong, name);
	if (d >= n->distance)
		return;
	n->distance = d;
	memcpy(n->best, name.p, name.n);
	n->best[name.n] = '\0';
}

const char *
ws_near_hint(struct ws_near *n)
{
	n->hint[0] = '\0';
	if (n->best[0] != '\0')
		snprintf(
		    n->hint, sizeof(n->hint), ", did you mean '%s'?", n->best);
	return n->hint;
}
