/* Borrowed strings, and a growable buffer. */
#ifndef WS_STR_H
#define WS_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compat.h"

/* Borrowed bytes, not NUL-terminated; may hold any byte. */
struct ws_sv {
	const char *p;
	size_t n;
};

#define WS_SV(literal) ((struct ws_sv){ (literal), sizeof(literal) - 1 })
/* For printf("%.*s", WS_SV_ARG(sv)). */
#define WS_SV_ARG(sv) (int)(sv).n, (sv).p

struct ws_sv ws_sv_of(const char *cstr); /* NULL gives an empty view */

static inline bool
ws_sv_eq(struct ws_sv a, struct ws_sv b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
ws_sv_is(struct ws_sv a, const char *cstr)
{
	if (cstr == NULL || a.n == 0)
		return a.n == 0 && (cstr == NULL || *cstr == '\0');
	/* Most words of a table differ in the first byte. */
	return a.p[0] == cstr[0] &&
	       ws_sv_eq(a, (struct ws_sv){ cstr, strlen(cstr) });
}

static inline bool
ws_sv_starts(struct ws_sv s, const char *prefix)
{
	size_t n = strlen(prefix);

	return n == 0 || (s.n >= n && memcmp(s.p, prefix, n) == 0);
}

/* s[at..], clamped. */
static inline struct ws_sv
ws_sv_from(struct ws_sv s, size_t at)
{
	if (at > s.n)
		at = s.n;
	/* The base may be NULL, which even + 0 must not touch in C11. */
	if (at == 0)
		return s;
	return (struct ws_sv){ s.p + at, s.n - at };
}

int ws_sv_cmp(struct ws_sv a, struct ws_sv b); /* bytewise, as strcmp */
bool ws_sv_ends(struct ws_sv s, const char *suffix);
/* Offset of the first `needle` in s, or s.n when there is none. */
size_t ws_sv_find(struct ws_sv s, const char *needle);
/* Without blanks (space, tab, CR, LF) at either end. */
struct ws_sv ws_sv_trim(struct ws_sv s);
/* Cuts the next field (a run without blanks) off *s; empty at the end. */
struct ws_sv ws_sv_field(struct ws_sv *s);
/* Cuts everything before `sep` off *s and swallows sep; without one, all. */
struct ws_sv ws_sv_split(struct ws_sv *s, char sep);
/* The length of the valid UTF-8 sequence at the start of s, its code point in
 * *code; 0 when there is none. */
size_t ws_sv_utf8(struct ws_sv s, uint32_t *code);

/* A growable byte string.  { 0 } is a valid empty one; p is NUL-terminated
 * once anything was put.  Freed with ws_buf_fini. */
struct ws_buf {
	char *p;
	size_t n, cap;
};

void ws_buf_fini(struct ws_buf *b);
void ws_buf_put(struct ws_buf *b, const void *p, size_t n);
void ws_buf_puts(struct ws_buf *b, const char *cstr);
void ws_buf_putsv(struct ws_buf *b, struct ws_sv s);
void ws_buf_putc(struct ws_buf *b, char c);
void ws_buf_printf(struct ws_buf *b, const char *fmt, ...) WS_PRINTF(2, 3);
void ws_buf_vprintf(struct ws_buf *b, const char *fmt, va_list ap)
    WS_PRINTF(2, 0);
/* Puts untrusted text so that it can be shown on a terminal: control bytes,
 * invalid UTF-8 and bidirectional controls become \xNN or \u{N}. */
void ws_buf_put_safe(struct ws_buf *b, struct ws_sv s);
struct ws_sv ws_buf_sv(const struct ws_buf *b);

#endif
