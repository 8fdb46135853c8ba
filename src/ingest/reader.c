#include "ingest/reader.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ingest/gate.h"
#include "ingest/source_open.h"

enum { NESTING_MAX = 64 }; /* whatever the limit says: it is recursion */

void
ws_entry_init(struct ws_entry *e, const char *name)
{
	*e = (struct ws_entry){
		.name = name,
		.version = "",
		.detail = "",
		.host = "",
		.program = "",
		.off = WS_OFF_NONE,
	};
}

static struct ws_entry *
add_entry(struct ws_reader *r, const char *name)
{
	struct ws_bundle *b = r->bundle;
	struct ws_entry *e;

	b->entries = ws_grow(b->entries, &b->cap, b->n + 1, sizeof *e);
	r->second.dates = ws_grow(
	    r->second.dates, &r->second.cap, b->n + 1, sizeof *r->second.dates);
	ws_dates_init(&r->second.dates[b->n], "");
	e = &b->entries[b->n++];
	ws_entry_init(e, ws_arena_dup(b->arena, ws_sv_of(name)));
	return e;
}

static void
explain(struct ws_reader *r, struct ws_entry *e, const struct ws_err *err)
{
	e->detail = ws_arena_dup(r->bundle->arena, ws_sv_of(err->text));
	e->off = err->off;
}

void
ws_reader_ignore(struct ws_reader *r, const char *name, enum ws_status status,
    const char *fmt, ...)
{
	struct ws_entry *e = add_entry(r, name);
	struct ws_buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	ws_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	e->status = status;
	e->detail = ws_arena_dup(r->bundle->arena, ws_buf_sv(&b));
	ws_buf_fini(&b);
}

void
ws_reader_damage(
    struct ws_reader *r, const char *name, const struct ws_err *err)
{
	struct ws_entry *e;

	if (*name != '\0') {
		e = add_entry(r, name);
		e->status = err->status;
		explain(r, e, err);
	} else if (err->status > r->bundle->err.status) {
		r->bundle->err = *err;
	}
}

/* Says once that a limit of the whole bundle has ended the reading. */
static void
stop_reading(struct ws_reader *r, const char *fmt, uint64_t limit)
{
	struct ws_buf b = { 0 };
	struct ws_err err;

	r->stop = true;
	ws_buf_printf(&b, "more than %" PRIu64 " %s", limit, fmt);
	ws_err_set(&err, WS_LIMIT, WS_OFF_NONE, "%s", b.p);
	ws_buf_fini(&b);
	ws_reader_damage(r, "", &err);
}

bool
ws_reader_admit(struct ws_reader *r, const char *name)
{
	enum { SHOWN = 64 };

	size_t n = strlen(name);
	char start[SHOWN + sizeof "..."];

	if (r->stop)
		return false;
	if (r->members == r->limits.members) {
		stop_reading(r, "members (max-members)", r->limits.members);
		return false;
	}
	r->members++;
	if (n <= r->limits.name)
		return ws_second_wants(r, name);
	snprintf(start, sizeof start, "%.*s...", SHOWN, name);
	ws_reader_ignore(r, start, WS_LIMIT,
	    "a name of %zu bytes, more than %" PRIu64 " (max-name)", n,
	    r->limits.name);
	return false;
}

static void
note_begin(struct ws_sink *s, const struct ws_origin *o)
{
	(void)o;
	((struct ws_first_fault *)s)->err.status = WS_OK;
}

static void
note_fault(struct ws_sink *s, uint64_t off, const char *what)
{
	struct ws_first_fault *f = (struct ws_first_fault *)s;

	if (f->err.status == WS_OK)
		ws_err_set(&f->err, WS_PARTIAL, off, "%s", what);
}

static const struct ws_sink_ops note_ops = {
	.begin = note_begin,
	.fault = note_fault,
};

static void
count_events(struct ws_entry *e, const struct ws_sink_counts *c)
{
	for (int k = 0; k < WS_EV_KINDS; k++)
		e->events += c->events[k];
	e->lost = c->lost;
}

/* Says in a mark what the detail says of the dates. */
static void
put_dates(struct ws_reader *r, const struct ws_source *src)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);

	ev.name = ws_dict_cstr(r->sink->dict, "note");
	ev.peer = ws_dict_cstr(r->sink->dict, ws_source_dates_text(src));
	if (ev.peer != 0)
		ws_sink_events(r->sink, &ev, 1);
}

/* Why an artifact is not fine. */
static void
explain_status(struct ws_reader *r, struct ws_entry *e,
    const struct ws_err *err, const struct ws_err *below)
{
	static const struct ws_err refused = { WS_LIMIT, WS_OFF_NONE,
		"more different counters than are kept of one bundle; cut the "
		"file to the devices or benchmarks in question" };

	/* A torn stream is the cause of what the parser missed in it. */
	if (below->status != WS_OK)
		explain(r, e, below);
	else if (err->text[0] != '\0')
		explain(r, e, err);
	else if (e->status == WS_LIMIT)
		explain(r, e, &refused);
	else if (r->fault.err.status != WS_OK)
		explain(r, e, &r->fault.err);
}

/* False when the events were withheld. */
static bool
parse_into(struct ws_reader *r, const struct ws_parser *p,
    struct ws_source *src, struct ws_entry *e)
{
	struct ws_err err = { .off = WS_OFF_NONE }, below = err;
	struct ws_origin origin = {
		.artifact = ws_dict_cstr(r->sink->dict, e->name),
		.format = ws_dict_cstr(r->sink->dict, p->name),
	};
	struct ws_gate gate;

	ws_gate_init(
	    &gate, r->sink, &origin, src, r->bundle->arena, r->second.may_wait);
	e->status = p->parse(src, &gate.sink, &err);
	e->status = ws_status_worst(e->status, ws_source_status(src, &below));
	e->format = p->name;
	ws_source_tell(src, e);
	if (!ws_gate_is_open(&gate))
		return false;
	if (r->limits.strict &&
	    (e->status == WS_PARTIAL || r->fault.err.status != WS_OK))
		e->status = ws_status_worst(e->status, WS_CORRUPT);
	put_dates(r, src);
	ws_sink_end(r->sink, e->status);
	count_events(e, ws_sink_counted(r->count));
	if (e->status != WS_OK)
		explain_status(r, e, &err, &below);
	return true;
}

static void
parse(struct ws_reader *r, const struct ws_parser *p, struct ws_source *src,
    int64_t written)
{
	const char *name = ws_source_artifact(src)->name.p;
	struct ws_entry *e;
	struct ws_dates *d;
	bool waits;

	if (r->second.first != NULL) {
		e = ws_second_entry(r, name, src);
		if (e != NULL)
			parse_into(r, p, src, e);
		return;
	}
	e = add_entry(r, name);
	waits = !parse_into(r, p, src, e);
	d = &r->second.dates[r->bundle->n - 1];
	*d = *ws_source_dates(src);
	d->written = written;
	d->waits = waits;
	r->second.waiting += waits;
}

/* Nothing came out of a damaged stream: then it is not partial. */
static enum ws_status
as_nothing(enum ws_status status)
{
	return status == WS_PARTIAL ? WS_CORRUPT : status;
}

static void
read_artifact(
    struct ws_reader *r, const struct ws_place *at, struct ws_stream *s)
{
	const char *name = at->name;
	struct ws_source *src =
	    ws_source_new(s, ws_sv_of(name), r->bundle->arena);
	const struct ws_parser *p = NULL;
	enum ws_status status;
	char why[sizeof((struct ws_err *)0)->text];

	if (s->out == 0 && s->err.status != WS_OK) {
		ws_reader_ignore(
		    r, name, as_nothing(s->err.status), "%s", s->err.text);
	} else {
		status = ws_detect_status(
		    ws_source_artifact(src), &p, why, sizeof why);
		if (p != NULL)
			parse(r, p, src, at->written);
		else if (status == WS_OK && s->err.status != WS_OK)
			ws_reader_ignore(
			    r, name, s->err.status, "%s", s->err.text);
		else
			ws_reader_ignore(r, name, status, "%s", why);
		if (p == NULL)
			r->bundle->entries[r->bundle->n - 1].bytes = s->out;
	}
	ws_source_free(src);
}

static void
read_unpacked(struct ws_reader *r, const struct ws_place *at,
    struct ws_stream *s, enum ws_packing packing)
{
	uint64_t max = r->limits.nesting;

	if (packing == WS_PACK_NONE)
		read_artifact(r, at, s);
	else if (packing != WS_PACK_TAR && packing != WS_PACK_ZIP)
		ws_reader_ignore(r, at->name, WS_LIMIT,
		    "more than three layers of compression");
	else if (at->level > max || at->level > NESTING_MAX)
		ws_reader_ignore(r, at->name, WS_LIMIT,
		    "an archive within %u archives, more than %" PRIu64
		    " (max-nesting)",
		    at->level, max < NESTING_MAX ? max : NESTING_MAX);
	else
		ws_read_archive(r, at, s, packing);
}

/* The digest of all bytes of a stream, also of those that no parser wants; of a
 * large file a second processor can make it without knowing of the rest. */
struct hash {
	struct sha256_ctx sha;
	struct ws_stream *stream;
	const unsigned char *mem;
	pthread_t thread;
	bool is_wanted;
	bool is_beside; /* the thread does it */
};

/* Pages of a mapped file are given back as they are hashed. */
static void *
hash_memory(void *hash)
{
	enum { CHUNK = 8 << 20 };

	struct hash *h = hash;
	size_t n = (size_t)h->stream->out, at, part;

	for (at = 0; at < n; at += part) {
		part = n - at < CHUNK ? n - at : CHUNK;
		sha256_update(&h->sha, part, h->mem + at);
		if (h->stream->is_mapped)
			madvise((void *)(h->mem + at), part, MADV_DONTNEED);
	}
	return NULL;
}

static void
hash_begin(struct hash *h, struct ws_stream *s)
{
	*h = (struct hash){
		.stream = s, .mem = s->p, .is_wanted = s->budget->limits->digest
	};
	sha256_init(&h->sha);
	s->hash = h->is_wanted ? &h->sha : NULL;
}

/* From here on hash_end() must be called. */
static void
hash_start(struct hash *h)
{
	enum { LARGE = 16 << 20 };

	h->is_beside = h->is_wanted && ws_stream_in_memory(h->stream) &&
		       h->stream->out >= LARGE && h->stream->passed == 0 &&
		       pthread_create(&h->thread, NULL, hash_memory, h) == 0;
	if (h->is_beside)
		h->stream->hash = NULL;
}

static void
hash_end(struct hash *h, uint8_t out[SHA256_DIGEST_SIZE])
{
	struct ws_stream *s = h->stream;

	if (h->is_beside)
		pthread_join(h->thread, NULL);
	else if (!ws_stream_in_memory(s))
		ws_stream_drain(s);
	else if (h->is_wanted)
		ws_stream_pass(s, (size_t)s->out);
	sha256_digest(&h->sha, SHA256_DIGEST_SIZE, out);
}

static void
set_digest(struct ws_reader *r, const uint8_t sha[SHA256_DIGEST_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *hex = r->bundle->sha256;

	if (!r->limits.digest)
		return;
	for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++) {
		hex[2 * i] = digits[sha[i] >> 4];
		hex[2 * i + 1] = digits[sha[i] & 15];
	}
}

static void
digest_member(struct ws_reader *r, const char *name, uint64_t size,
    const uint8_t sha[SHA256_DIGEST_SIZE])
{
	struct sha256_ctx c;
	uint8_t le[8];

	for (unsigned i = 0; i < sizeof le; i++)
		le[i] = (uint8_t)(size >> (8 * i));
	sha256_init(&c);
	sha256_update(&c, strlen(name) + 1, (const uint8_t *)name);
	sha256_update(&c, sizeof le, le);
	sha256_update(&c, SHA256_DIGEST_SIZE, sha);
	r->digests = ws_grow(
	    r->digests, &r->digest_cap, r->n_digest + 1, sizeof *r->digests);
	sha256_digest(&c, SHA256_DIGEST_SIZE, r->digests[r->n_digest++].sha);
}

static int
compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct ws_digest));
}

void
ws_reader_digest_members(struct ws_reader *r)
{
	uint8_t out[SHA256_DIGEST_SIZE];
	struct sha256_ctx c;

	if (r->n_digest > 0)
		qsort(r->digests, r->n_digest, sizeof *r->digests,
		    compare_digests);
	sha256_init(&c);
	for (size_t i = 0; i < r->n_digest; i++)
		sha256_update(&c, SHA256_DIGEST_SIZE, r->digests[i].sha);
	sha256_digest(&c, SHA256_DIGEST_SIZE, out);
	set_digest(r, out);
}

static void
check_budget(struct ws_reader *r)
{
	if (r->budget.spent && !r->stop)
		stop_reading(
		    r, "bytes out of one bundle (max-bytes)", r->limits.bytes);
}

void
ws_read_stream(
    struct ws_reader *r, const struct ws_place *at, struct ws_stream *s)
{
	uint8_t out[SHA256_DIGEST_SIZE];
	enum ws_packing packing;
	struct ws_stream *top;
	struct hash h;

	if (at->is_member) {
		hash_begin(&h, s);
		hash_start(&h);
	}
	top = ws_unpack(s, &packing);
	read_unpacked(r, at, top, packing);
	if (at->is_member) {
		hash_end(&h, out);
		digest_member(r, at->name, s->out, out);
	}
	ws_stream_free(top);
	check_budget(r);
}

void
ws_read_top(struct ws_reader *r, const char *name, struct ws_stream *s)
{
	bool again = r->second.first != NULL;
	struct ws_place file = { name, 0, false, 0 },
			archive = { "", 0, !again, 0 };
	uint8_t out[SHA256_DIGEST_SIZE];
	enum ws_packing packing;
	struct ws_stream *top;
	struct hash h;

	if (!again)
		hash_begin(&h, s);
	top = ws_unpack(s, &packing);
	if (packing == WS_PACK_TAR || packing == WS_PACK_ZIP) {
		s->hash = NULL;
		ws_read_archive(r, &archive, top, packing);
		ws_reader_digest_members(r);
	} else if (again) {
		read_unpacked(r, &file, top, packing);
	} else {
		hash_start(&h);
		read_unpacked(r, &file, top, packing);
		hash_end(&h, out);
		set_digest(r, out);
	}
	ws_stream_free(top);
	check_budget(r);
}

void
ws_reader_init(
    struct ws_reader *r, const struct ws_limits *l, struct ws_sink *sink)
{
	struct ws_sink *targets[3];

	*r = (struct ws_reader){ .limits = *l };
	r->bundle = ws_alloc(sizeof *r->bundle);
	r->bundle->arena = ws_arena_new();
	r->bundle->err.off = WS_OFF_NONE;
	r->budget.limits = &r->limits;
	r->fault.sink =
	    (struct ws_sink){ .ops = &note_ops, .dict = sink->dict };
	r->count = ws_sink_new_count(sink->dict);
	targets[0] = r->count;
	targets[1] = &r->fault.sink;
	targets[2] = sink;
	r->sink = ws_sink_new_fan(sink->dict, targets, WS_LEN(targets));
}

struct ws_bundle *
ws_reader_finish(struct ws_reader *r)
{
	ws_sink_free(r->sink);
	ws_sink_free(r->count);
	free(r->digests);
	free(r->second.dates);
	return r->bundle;
}
