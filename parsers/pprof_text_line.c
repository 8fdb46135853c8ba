/* The lines of profiles as text, one at a time. */
#include <string.h>

#include "base/num.h"
#include "pprof_text.h"

static struct ws_sv
left_of(struct ws_sv s, size_t n)
{
	return (struct ws_sv){ s.p, n < s.n ? n : s.n };
}

static void
skip_blanks(struct ws_sv *s)
{
	while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = ws_sv_from(*s, 1);
}

static bool
take_number(struct ws_sv *s, uint64_t *out)
{
	size_t n = 0;

	skip_blanks(s);
	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	if (!ws_num_u64(left_of(*s, n), 0, UINT64_MAX, out))
		return false;
	*s = ws_sv_from(*s, n);
	return true;
}

static bool
take_char(struct ws_sv *s, char c)
{
	skip_blanks(s);
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = ws_sv_from(*s, 1);
	return true;
}

/* 1: 2 [3: 4] */
static bool
take_four(struct ws_sv *s, uint64_t v[4])
{
	return take_number(s, &v[0]) && take_char(s, ':') &&
	       take_number(s, &v[1]) && take_char(s, '[') &&
	       take_number(s, &v[2]) && take_char(s, ':') &&
	       take_number(s, &v[3]) && take_char(s, ']');
}

static bool
take_hex(struct ws_sv *s, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 2;

	if (!ws_sv_starts(*s, "0x"))
		return false;
	for (; i < s->n; i++) {
		char c = s->p[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f'
				     ? (unsigned)(c - 'a' + 10)
				     : 16;

		if (digit == 16)
			break;
		if (v >> 60 != 0)
			return false;
		v = v << 4 | digit;
	}
	*s = ws_sv_from(*s, i);
	*out = v;
	return i > 2;
}

static const struct {
	const char *start, *what;
} foreign[] = {
	{ "heap_v2/", "heap profile of jemalloc" },
	{ "MAPPED_LIBRARIES:", "memory map of gperftools" },
};

static bool
heap_head(struct ws_sv s, struct pprof_text_head *h)
{
	if (!take_four(&s, h->total) || !take_char(&s, '@'))
		return false;
	skip_blanks(&s);
	/* The others, heap_v2/ and the like, are of gperftools. */
	if (!ws_sv_starts(s, "heap/"))
		return false;
	s = ws_sv_from(s, strlen("heap/"));
	if (!take_number(&s, &h->rate) || s.n > 0)
		return false;
	h->rate /= 2; /* Go prints it doubled, for the readers of gperftools */
	h->kind = PPROF_TEXT_HEAP;
	h->name = WS_SV("heap");
	h->n = 4;
	return true;
}

bool
pprof_text_head(struct ws_sv line, struct pprof_text_head *h)
{
	static const char of[] = " profile: total ", heap[] = "heap profile:";
	struct ws_sv s = ws_sv_trim(line), rest;
	size_t at = ws_sv_find(s, of);

	*h = (struct pprof_text_head){ .n = 2 };
	if (ws_sv_starts(s, heap))
		return heap_head(ws_sv_from(s, strlen(heap)), h);
	if (ws_sv_is(s, "--- contention:") || ws_sv_is(s, "--- mutex:")) {
		bool mutex = ws_sv_is(s, "--- mutex:");

		h->kind = mutex ? PPROF_TEXT_MUTEX : PPROF_TEXT_BLOCK;
		h->name = mutex ? WS_SV("mutex") : WS_SV("block");
		return true;
	}
	for (size_t i = 0; i < WS_LEN(foreign); i++)
		if (ws_sv_starts(s, foreign[i].start)) {
			h->kind = PPROF_TEXT_FOREIGN;
			h->what = foreign[i].what;
			return true;
		}
	rest = ws_sv_from(s, at + strlen(of));
	if (at == 0 || at == s.n || s.p[0] == '#' ||
	    !take_number(&rest, &h->total[0]) || rest.n > 0)
		return false;
	h->kind = PPROF_TEXT_COUNT;
	h->name = left_of(s, at);
	h->n = 1;
	return true;
}

bool
pprof_text_record(struct ws_sv line, unsigned n, struct pprof_text_record *r)
{
	struct ws_sv s = line;

	memset(r, 0, sizeof(*r));
	if (n == 4) {
		if (!take_four(&s, r->v))
			return false;
	} else if (!take_number(&s, &r->v[0]) ||
		   (n == 2 && !take_number(&s, &r->v[1]))) {
		return false;
	}
	if (!take_char(&s, '@'))
		return false;
	r->addresses = s;
	return true;
}

bool
pprof_text_address(struct ws_sv *s, uint64_t *address)
{
	skip_blanks(s);
	return take_hex(s, address);
}

bool
pprof_text_frame(struct ws_sv line, struct pprof_text_frame *f)
{
	struct ws_sv s = line, func, number;
	size_t at;
	uint64_t v;

	memset(f, 0, sizeof(*f));
	if (!take_char(&s, '#'))
		return false;
	skip_blanks(&s);
	if (!take_hex(&s, &f->pc))
		return false;
	skip_blanks(&s);
	if (s.n == 0)
		return true;
	func = left_of(s, ws_sv_find(s, "\t"));
	s = ws_sv_trim(ws_sv_from(s, func.n));
	for (at = func.n; at > 0 && func.p[at - 1] != '+';)
		at--;
	if (at < 2 || !ws_sv_starts(ws_sv_from(func, at), "0x"))
		return false;
	f->func = left_of(func, at - 1);
	for (at = s.n; at > 0 && s.p[at - 1] != ':';)
		at--;
	number = ws_sv_from(s, at);
	if (at < 2 || !ws_num_u64(number, 0, UINT32_MAX, &v))
		return false;
	f->file = left_of(s, at - 1);
	f->line = (uint32_t)v;
	return true;
}

/* "/usr/lib/go-1.26/src/sync/mutex.go", ".../go1.22.3/src/...": 26 and 22. */
static unsigned
release_of(struct ws_sv file)
{
	struct ws_sv s = left_of(file, ws_sv_find(file, "/src/"));
	uint64_t minor;

	if (s.n == file.n)
		return 0;
	while (s.n > 0) {
		if (ws_sv_starts(s, "go1.") || ws_sv_starts(s, "go-1.")) {
			s = ws_sv_from(s, s.p[2] == '-' ? 5 : 4);
			return take_number(&s, &minor) && minor < 1000
				   ? (unsigned)minor
				   : 0;
		}
		s = ws_sv_from(s, 1);
	}
	return 0;
}

/* Names that came with a release. */
static unsigned
release_by_name(struct ws_sv func)
{
	if (ws_sv_starts(func, "internal/sync."))
		return 24;
	if (ws_sv_is(func, "runtime._LostContendedRuntimeLock") ||
	    ws_sv_is(func, "runtime.unlock"))
		return 22;
	return 0;
}

unsigned
pprof_text_release(struct ws_cur all)
{
	struct ws_lines lines = { .cur = all };
	struct ws_line line;
	struct pprof_text_frame f;
	unsigned at_least = 0, exact = 0, v;

	while (exact == 0 && ws_lines_next(&lines, &line)) {
		if (!line.ended || !pprof_text_frame(line.text, &f))
			continue;
		v = release_by_name(f.func);
		at_least = v > at_least ? v : at_least;
		/* Only the standard library lies below GOROOT/src. */
		if (ws_sv_starts(f.func, "sync.") ||
		    ws_sv_starts(f.func, "runtime"))
			exact = release_of(f.file);
	}
	ws_lines_fini(&lines);
	return exact != 0 ? exact : at_least;
}

/* A Go string in quotes, without its escapes but the plain ones. */
static bool
take_quoted(struct ws_sv *s, struct ws_buf *out)
{
	size_t i = 0;

	if (!take_char(s, '"'))
		return false;
	for (; i < s->n && s->p[i] != '"'; i++) {
		if (s->p[i] == '\\' && i + 1 < s->n &&
		    (s->p[i + 1] == '"' || s->p[i + 1] == '\\'))
			i++;
		ws_buf_putc(out, s->p[i]);
	}
	if (i == s->n)
		return false;
	*s = ws_sv_from(*s, i + 1);
	return true;
}

bool
pprof_text_labels(struct ws_sv line, struct ws_buf *out)
{
	static const char start[] = "# labels: ";
	struct ws_sv s = ws_sv_trim(line);

	out->n = 0;
	if (!ws_sv_starts(s, start))
		return false;
	s = ws_sv_from(s, strlen(start));
	if (!take_char(&s, '{'))
		return false;
	do {
		if (out->n > 0)
			ws_buf_puts(out, ", ");
		if (!take_quoted(&s, out) || !take_char(&s, ':'))
			return false;
		ws_buf_putc(out, '=');
		if (!take_quoted(&s, out))
			return false;
	} while (take_char(&s, ','));
	return take_char(&s, '}');
}
