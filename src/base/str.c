#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct ws_sv
ws_sv_of(const char *cstr)
{
	if (cstr == NULL)
		return WS_SV("");
	return (struct ws_sv){ cstr, strlen(cstr) };
}

int
ws_sv_cmp(struct ws_sv a, struct ws_sv b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

bool
ws_sv_ends(struct ws_sv s, const char *suffix)
{
	size_t n = strlen(suffix);

	return n == 0 || (s.n >= n && memcmp(s.p + s.n - n, suffix, n) == 0);
}

size_t
ws_sv_find(struct ws_sv s, const char *needle)
{
	size_t n = strlen(needle);
	size_t at = 0;
	const char *hit;

	if (n == 0)
		return 0;
	while (s.n - at >= n) {
		hit = memchr(s.p + at, needle[0], s.n - at - n + 1);
		if (hit == NULL)
			break;
		if (memcmp(hit, needle, n) == 0)
			return (size_t)(hit - s.p);
		at = (size_t)(hit - s.p) + 1;
	}
	return s.n;
}

static bool
is_blank(char c)
{
	/* Most bytes are decided by the first question. */
	return (unsigned char)c <= ' ' &&
	       (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

static struct ws_sv
trim_left(struct ws_sv s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}

struct ws_sv
ws_sv_trim(struct ws_sv s)
{
	s = trim_left(s);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct ws_sv
ws_sv_field(struct ws_sv *s)
{
	struct ws_sv field;
	const char *p = s->p, *end;

	if (s->n == 0)
		return *s;
	end = p + s->n;
	while (p < end && is_blank(*p))
		p++;
	field.p = p;
	while (p < end && !is_blank(*p))
		p++;
	field.n = (size_t)(p - field.p);
	*s = (struct ws_sv){ p, (size_t)(end - p) };
	return field;
}

struct ws_sv
ws_sv_split(struct ws_sv *s, char sep)
{
	struct ws_sv head = *s;
	const char *hit = s->n > 0 ? memchr(s->p, sep, s->n) : NULL;

	if (hit == NULL) {
		*s = ws_sv_from(*s, s->n);
		return head;
	}
	head.n = (size_t)(hit - s->p);
	*s = ws_sv_from(*s, head.n + 1);
	return head;
}

static bool
is_tail(struct ws_sv s, size_t at)
{
	return ((unsigned char)s.p[at] & 0xc0) == 0x80;
}

/* How long a sequence the first byte announces; 0 if it cannot be first. */
static size_t
announced_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	if (first >= 0xf0 && first < 0xf5)
		return 4;
	return 0;
}

size_t
ws_sv_utf8(struct ws_sv s, uint32_t *code)
{
	/* The smallest code point that needs so many bytes. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t n = s.n > 0 ? announced_length((unsigned char)s.p[0]) : 0;
	uint32_t c;

	if (n == 0 || n > s.n)
		return 0;
	c = (unsigned char)s.p[0] & mask[n];
	for (size_t i = 1; i < n; i++) {
		if (!is_tail(s, i))
			return 0;
		c = c << 6 | ((unsigned char)s.p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*code = c;
	return n;
}

void
ws_buf_fini(struct ws_buf *b)
{
	free(b->p);
	*b = (struct ws_buf){ 0 };
}

/* Makes room for n more bytes and the NUL. */
static void
make_room(struct ws_buf *b, size_t n)
{
	size_t want;

	if (!ws_add_size(b->n, n, &want) || !ws_add_size(want, 1, &want))
		ws_out_of_memory(n);
	if (want > b->cap)
		b->p = ws_grow(b->p, &b->cap, want < 64 ? 64 : want, 1);
}

void
ws_buf_put(struct ws_buf *b, const void *p, size_t n)
{
	make_room(b, n);
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void
ws_buf_puts(struct ws_buf *b, const char *cstr)
{
	ws_buf_putsv(b, ws_sv_of(cstr));
}

void
ws_buf_putsv(struct ws_buf *b, struct ws_sv s)
{
	ws_buf_put(b, s.p, s.n);
}

void
ws_buf_putc(struct ws_buf *b, char c)
{
	ws_buf_put(b, &c, 1);
}

void
ws_buf_printf(struct ws_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ws_buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void
ws_buf_vprintf(struct ws_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	make_room(b, 0);
	n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
	if (n < 0) {
		b->p[b->n] = '\0';
	} else {
		if ((size_t)n >= b->cap - b->n) {
			make_room(b, (size_t)n);
			vsnprintf(b->p + b->n, b->cap - b->n, fmt, again);
		}
		b->n += (size_t)n;
	}
	va_end(again);
}

/* Characters that reorder what is around them on a terminal. */
static bool
is_bidi_control(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static void
put_hex(struct ws_buf *b, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ws_buf_printf(b, "\\x%02X", (unsigned char)p[i]);
}

void
ws_buf_put_safe(struct ws_buf *b, struct ws_sv s)
{
	size_t plain = 0; /* bytes that need no escape and were not yet put */
	uint32_t c = 0;
	size_t n;

	for (size_t at = 0; at < s.n; at += n) {
		n = ws_sv_utf8(ws_sv_from(s, at), &c);
		if (n > 0 && !is_control(c) && !is_bidi_control(c)) {
			plain += n;
			continue;
		}
		ws_buf_put(b, s.p + at - plain, plain);
		plain = 0;
		if (n == 0)
			put_hex(b, s.p + at, n = 1);
		else if (c == '\t')
			ws_buf_puts(b, "\\t");
		else if (c == '\n')
			ws_buf_puts(b, "\\n");
		else if (is_control(c))
			put_hex(b, s.p + at, n);
		else
			ws_buf_printf(b, "\\u{%04X}", (unsigned)c);
	}
	ws_buf_putsv(b, ws_sv_from(s, s.n - plain));
}

struct ws_sv
ws_buf_sv(const struct ws_buf *b)
{
	if (b->p == NULL)
		return WS_SV("");
	return (struct ws_sv){ b->p, b->n };
}
