#include "ingest/source.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bytes.h"
#include "ingest/source_open.h"

enum {
	TYPES_MAX = 256 /* distinct record types; the rest is "other" */
};

struct ws_source {
	struct ws_artifact artifact;
	struct ws_stream *stream;
	struct ws_arena *arena;
	char *head; /* a copy, as the stream moves on; NULL in memory */
	struct ws_buf all;
	bool is_read; /* by ws_source_all: all holds it, or the stream */
	size_t whole; /* bytes of it */
	bool in_long; /* the rest of a line over the limit is to be skipped */
	bool ended;   /* the last line had its line end */
	bool plain;   /* and no other control characters */
	const char *version, *detail, *host, *program;
	struct ws_dates dates;
	struct ws_dating known;
	bool is_known;
	struct ws_tally *records;
	size_t n_records, cap_records;
	struct ws_err err; /* of the source itself, beside the stream's */
};

struct ws_source *
ws_source_new(struct ws_stream *stream, struct ws_sv name, struct ws_arena *a)
{
	struct ws_source *s = ws_alloc(sizeof *s);
	struct ws_sv head = ws_stream_peek(stream, WS_HEAD + 1);

	s->stream = stream;
	s->arena = a;
	s->version = s->detail = s->host = s->program = "";
	s->err.off = WS_OFF_NONE;
	s->artifact.name = ws_arena_sv(a, name);
	ws_dates_init(&s->dates, s->artifact.name.p);
	s->artifact.whole = head.n <= WS_HEAD;
	s->artifact.head = head;
	if (!s->artifact.whole)
		s->artifact.head.n = WS_HEAD;
	if (!ws_stream_in_memory(stream)) {
		s->head = ws_alloc(s->artifact.head.n);
		memcpy(s->head, head.p, s->artifact.head.n);
		s->artifact.head.p = s->head;
	}
	return s;
}

void
ws_source_free(struct ws_source *s)
{
	ws_buf_fini(&s->all);
	free(s->head);
	free(s->records);
	free(s);
}

const struct ws_artifact *
ws_source_artifact(const struct ws_source *s)
{
	return &s->artifact;
}

const struct ws_limits *
ws_source_limits(const struct ws_source *s)
{
	return s->stream->budget->limits;
}

/* Reads the stream to its end into s->all. */
static void
read_all(struct ws_source *s)
{
	uint64_t max = ws_source_limits(s)->artifact;

	if (!ws_stream_slurp(s->stream, max, &s->all))
		ws_err_set(&s->err, WS_LIMIT, max,
		    "more than %" PRIu64
		    " bytes of one artifact in memory (max-artifact)",
		    max);
	s->whole = s->all.n;
}

enum ws_status
ws_source_all(struct ws_source *s, struct ws_cur *c, struct ws_err *err)
{
	enum ws_status status;
	const void *p;

	assert(s->is_read || s->stream->at == 0);
	if (!s->is_read && ws_stream_in_memory(s->stream))
		s->whole = s->stream->n;
	else if (!s->is_read)
		read_all(s);
	s->is_read = true;
	p = s->all.p != NULL ? s->all.p : (const char *)s->stream->p;
	status = ws_source_status(s, err);
	if (status > WS_PARTIAL)
		ws_cur_init(c, "", 0, 0);
	else
		ws_cur_init(c, s->whole > 0 ? p : "", s->whole, 0);
	return status;
}

void
ws_source_passed(struct ws_source *s, uint64_t off)
{
	if (s->is_read && s->all.p == NULL && ws_stream_in_memory(s->stream) &&
	    off <= s->stream->out)
		ws_stream_pass(s->stream, (size_t)off);
}

size_t
ws_source_parts(const struct ws_source *s, const uint64_t **end)
{
	*end = s->stream->part;
	return s->stream->n_part;
}

struct ws_sv
ws_source_ahead(struct ws_source *s, size_t want)
{
	uint64_t max = ws_source_limits(s)->artifact;

	assert(!s->is_read);
	if (want > max && want > s->stream->n) {
		ws_err_set(&s->err, WS_LIMIT, s->stream->at,
		    "more than %" PRIu64
		    " bytes of one artifact in memory (max-artifact)",
		    max);
		want = 0;
	}
	return ws_stream_peek(s->stream, want);
}

void
ws_source_skip(struct ws_source *s, size_t n)
{
	ws_stream_skip(s->stream, n);
}

struct ws_sv
ws_source_rest(const struct ws_source *s)
{
	if (!ws_stream_in_memory(s->stream) || s->in_long)
		return (struct ws_sv){ "", 0 };
	return (struct ws_sv){ (const char *)s->stream->p, s->stream->n };
}

uint64_t
ws_source_at(const struct ws_source *s)
{
	return s->stream->at;
}

/* The bytes ahead, and where the next line ends in them: at a newline, at
 * the end, or past max. */
static struct ws_sv
look_for_line(struct ws_stream *s, size_t max, size_t *end)
{
	struct ws_sv v = ws_stream_peek(s, 1);
	const char *nl = NULL;
	size_t seen = 0;

	while (nl == NULL && seen < v.n && seen <= max) {
		size_t n = v.n - seen;

		if (n > max + 1 - seen)
			n = max + 1 - seen;
		nl = memchr(v.p + seen, '\n', n);
		seen += n;
		if (nl == NULL && seen == v.n)
			v = ws_stream_peek(s, v.n < max ? 2 * v.n : v.n + 1);
	}
	*end = nl != NULL ? (size_t)(nl - v.p) : seen;
	return v;
}

/* Leaves the stream behind the newline of a line that was cut. */
static void
skip_rest(struct ws_stream *s)
{
	struct ws_sv v;
	const char *nl;

	do {
		v = ws_stream_peek(s, 1);
		nl = v.n > 0 ? memchr(v.p, '\n', v.n) : NULL;
		ws_stream_skip(s, nl != NULL ? (size_t)(nl - v.p) + 1 : v.n);
	} while (nl == NULL && v.n > 0);
}

/* Lets the memory of a large file go as it is read; who still looks at the last
 * line reads its page again. */
static void
pass_read(struct ws_stream *s)
{
	enum { CHUNK = 4 << 20 };

	if (s->is_mapped && s->at - s->passed >= CHUNK)
		ws_stream_pass(s, (size_t)s->at);
}

/* Most lines are whole, in memory, and all text. */
static inline bool
take_plain_line(struct ws_source *s, struct ws_sv *line, size_t max)
{
	struct ws_stream *from = s->stream;
	struct ws_sv ahead = { (const char *)from->p,
		from->n <= max ? from->n : max + 1 };

	line->p = ahead.p;
	line->n = ws_bytes_control(ahead);
	if (line->n == ahead.n || ahead.p[line->n] != '\n')
		return false;
	ws_stream_skip(from, line->n + 1);
	pass_read(from);
	return true;
}

bool
ws_source_line(struct ws_source *s, struct ws_sv *line, uint64_t *off)
{
	uint64_t limit = ws_source_limits(s)->line;
	size_t max = limit < SIZE_MAX / 4 ? (size_t)limit : SIZE_MAX / 4;
	size_t end;

	assert(!s->is_read);
	if (s->in_long)
		skip_rest(s->stream);
	s->in_long = false;
	*off = s->stream->at;
	s->plain = s->ended = take_plain_line(s, line, max);
	if (s->plain)
		return true;
	*line = look_for_line(s->stream, max, &end);
	if (line->n == 0)
		return false;
	if (end > max) {
		s->in_long = true;
		line->n = max;
		ws_stream_skip(s->stream, line->n);
		if (s->err.status == WS_OK)
			ws_err_set(&s->err, WS_PARTIAL, *off,
			    "a line of more than %zu bytes was cut (max-line)",
			    max);
		return true;
	}
	s->ended = end < line->n;
	ws_stream_skip(s->stream, s->ended ? end + 1 : end);
	pass_read(s->stream);
	line->n = end;
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

bool
ws_source_line_ended(const struct ws_source *s)
{
	return s->ended;
}

bool
ws_source_line_plain(const struct ws_source *s)
{
	return s->plain;
}

bool
ws_source_chunk(
    struct ws_source *s, size_t want, struct ws_sv *chunk, uint64_t *off)
{
	assert(!s->is_read && want > 0);
	pass_read(s->stream);
	*off = s->stream->at;
	*chunk = ws_stream_peek(s->stream, 1);
	if (chunk->n > want)
		chunk->n = want;
	ws_stream_skip(s->stream, chunk->n);
	return chunk->n > 0;
}

enum ws_status
ws_source_status(const struct ws_source *s, struct ws_err *err)
{
	const struct ws_err *e = &s->err;

	if (s->stream->err.status > e->status)
		e = &s->stream->err;
	if (err != NULL && e->status != WS_OK)
		*err = *e;
	return e->status;
}

void
ws_source_know(struct ws_source *s, const struct ws_dating *known)
{
	s->known = *known;
	s->is_known = true;
}

const struct ws_dates *
ws_source_dates(const struct ws_source *s)
{
	return &s->dates;
}

bool
ws_source_date(struct ws_source *s, struct ws_sv text, bool decimal_comma,
    struct ws_when *out)
{
	struct ws_dates *d = &s->dates;
	bool first = !d->ambiguous;

	if (!ws_when_read(text, decimal_comma, out))
		return false;
	ws_dates_show(d, out);
	if (!out->ambiguous)
		return true;
	if (first && !s->is_known)
		ws_dates_judge_alone(d, &s->known);
	d->taken = s->known.order;
	d->disputed = s->known.against != NULL;
	ws_when_settle(out, d->taken);
	return true;
}

void
ws_source_time(struct ws_source *s, int64_t ns)
{
	ws_dates_add(&s->dates, ns);
}

bool
ws_source_clock(struct ws_source *s, struct ws_sv clock, struct ws_when *out)
{
	struct ws_buf b = { 0 };
	bool good;

	ws_buf_puts(&b, "1970-01-01 ");
	ws_buf_putsv(&b, clock);
	good = ws_when_read(ws_buf_sv(&b), false, out);
	ws_buf_fini(&b);
	if (!good)
		return false;
	s->dates.undated = true;
	out->ns += s->known.day * INT64_C(86400000000000);
	out->settled = true;
	return s->known.day_by != NULL;
}

const char *
ws_source_dates_text(const struct ws_source *s)
{
	struct ws_buf b = { 0 };
	const char *text;

	ws_dates_say(&s->dates, &s->known, &b);
	text = ws_arena_dup(s->arena, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return text;
}

static const char *keep(struct ws_source *s, const char *fmt, va_list ap)
    WS_PRINTF(2, 0);

static const char *
keep(struct ws_source *s, const char *fmt, va_list ap)
{
	struct ws_buf b = { 0 };
	const char *text;

	ws_buf_vprintf(&b, fmt, ap);
	text = ws_arena_dup(s->arena, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return text;
}

void
ws_source_version(struct ws_source *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	s->version = keep(s, fmt, ap);
	va_end(ap);
}

void
ws_source_detail(struct ws_source *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	s->detail = keep(s, fmt, ap);
	va_end(ap);
}

void
ws_source_host(struct ws_source *s, struct ws_sv name)
{
	if (*s->host == '\0')
		s->host = ws_arena_dup(s->arena, name);
}

void
ws_source_program(struct ws_source *s, struct ws_sv name)
{
	if (*s->program == '\0')
		s->program = ws_arena_dup(s->arena, name);
}

void
ws_source_tally(struct ws_source *s, const char *type, uint64_t n)
{
	struct ws_tally *t;

	for (size_t i = 0; i < s->n_records; i++) {
		t = &s->records[i];
		if (t->type == type || strcmp(t->type, type) == 0) {
			t->n += n;
			return;
		}
	}
	if (s->n_records == TYPES_MAX) {
		s->records[TYPES_MAX - 1].n += n;
		return;
	}
	if (s->n_records == TYPES_MAX - 1)
		type = "other";
	s->records =
	    ws_grow(s->records, &s->cap_records, s->n_records + 1, sizeof *t);
	t = &s->records[s->n_records++];
	t->type = ws_arena_dup(s->arena, ws_sv_of(type));
	t->n = n;
}

/* What the parser said, and what is to be said of dates. */
static const char *
detail_of(const struct ws_source *s)
{
	const char *dates = ws_source_dates_text(s);
	struct ws_buf b = { 0 };

	if (*s->detail == '\0' || *dates == '\0')
		return *dates != '\0' ? dates : s->detail;
	ws_buf_printf(&b, "%s; %s", s->detail, dates);
	dates = ws_arena_dup(s->arena, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return dates;
}

void
ws_source_tell(const struct ws_source *s, struct ws_entry *e)
{
	size_t size = s->n_records * sizeof *s->records;
	struct ws_tally *records = ws_arena_alloc(s->arena, size);

	if (size > 0)
		memcpy(records, s->records, size);
	e->records = records;
	e->n_records = s->n_records;
	e->version = s->version;
	e->detail = detail_of(s);
	e->host = s->host;
	e->program = s->program;
	e->bytes = s->stream->out;
}
