/*
 * Exports of Apple's Instruments: `xctrace export --toc` and `--xpath`, Xcode
 * 12 to 27; one or several nodes in a file, several exports appended to each
 * other, and exports of a track's details.  Apple documents the engineering
 * types (`xctrace help export`, Instruments Developer Help), not the XML.
 *
 * Columns mean what the schema of their own node says; the order changes from
 * release to release, and two columns may have elements of the same name.
 * Every value stands in the file once, with a number, and is referred to
 * afterwards, also from another table of the same document.  So all tables are
 * read, whoever wants them.
 *
 * Stacks have had five forms: frames in a backtrace, in a tagged backtrace, in
 * a backtrace in a tagged one; addresses in fragments (to Xcode 14.2); and
 * those of the kernel's sampler (kperf-bt), with the place of the thread apart.
 * The address of a frame is one behind a call, in the leaf as well, so one is
 * subtracted; the place of the thread in the last two forms is exact.  What the
 * link register held is not used: it may be stale.  A function that has a name
 * loses its address, so that stacks of the same functions are one.
 *
 * Rows with more or fewer cells than the schema has columns are left out, and
 * so are durations of 0, which mean that there is none.
 *
 * A fault in the ranges where Go on macOS reserves its heap (0xc000000000 on
 * Intel, 0x14000000000 on Apple silicon) has "go-heap" as mapping of its leaf.
 *
 * Rows in the plain form that xctrace writes do not go through libxml2, which
 * reads all else: see instruments_scan.c.
 *
 * VM Tracker writes an attribute "resident-%", which is no XML: '%' becomes a
 * letter before the parser sees it.  No DOCTYPE, no entities, no network.
 *
 * Not read: what narratives say beyond the waker of a thread; arguments and
 * results of system calls; the folder *.trace itself.
 */
#include "instruments.h"

#include <inttypes.h>
#include <libxml/parser.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ingest/parser.h"
#include "instruments_scan.h"

enum {
	CHUNK = 64 << 10,
	GAP_MAX = 256 << 10,     /* bytes of one tag or text, about */
	REFUSED_MAX = 8,         /* rows on end that are not plain */
	DOCUMENTS_MAX = 1 << 12, /* appended to each other */
};

/* What comes before an element: blanks, declaration, comments, a mark. */
static struct ws_sv
skip_prolog(struct ws_sv s)
{
	if (ws_sv_starts(s, "\xef\xbb\xbf"))
		s = ws_sv_from(s, 3);
	for (;;) {
		size_t end;

		s = ws_sv_trim((struct ws_sv){ s.p, s.n });
		if (ws_sv_starts(s, "<?"))
			end = ws_sv_find(s, "?>") + 2;
		else if (ws_sv_starts(s, "<!--"))
			end = ws_sv_find(s, "-->") + 3;
		else
			return s;
		s = ws_sv_from(s, end);
	}
}

static bool
is_root(struct ws_sv s, const char *name)
{
	struct ws_sv rest;

	if (s.n == 0 || s.p[0] != '<' || !ws_sv_starts(ws_sv_from(s, 1), name))
		return false;
	rest = ws_sv_from(s, 1 + strlen(name));
	return rest.n == 0 || strchr(" \t\r\n/>", rest.p[0]) != NULL;
}

/* Appended exports may begin with a short element of notes, and any of them may
 * have a DOCTYPE, which is then refused with a sentence. */
static enum ws_bid
bid(const struct ws_artifact *a)
{
	struct ws_sv s = skip_prolog(a->head);
	size_t at;

	if (is_root(s, "trace-query-result") || is_root(s, "trace-toc"))
		return WS_BID_SHAPE;
	if (!is_root(s, "info") && !is_root(s, "!DOCTYPE"))
		return WS_BID_NO;
	for (at = ws_sv_find(s, "<trace-"); at < s.n;) {
		s = ws_sv_from(s, at);
		if (is_root(s, "trace-query-result") || is_root(s, "trace-toc"))
			return WS_BID_SHAPE;
		s = ws_sv_from(s, 1);
		at = ws_sv_find(s, "<trace-");
	}
	return WS_BID_NO;
}

/* What is fed: a part of the input, or a mended copy of it. */
struct feed {
	struct instr *t;
	struct ws_sv part;
	uint64_t off; /* of the part in the file */
	char *copy;
	bool open;  /* a document has begun */
	bool ascii; /* and with a byte a character */
	bool torn;
	int lines;        /* before a document */
	uint64_t gap;     /* bytes without the end of a tag, in whole parts */
	unsigned refused; /* rows on end that libxml2 had to read */
};

static void
fault(struct instr *t, uint64_t off, const char *what)
{
	ws_sink_fault(t->sink, off, what);
}

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* The next '%' at the end of an attribute's name, or s.n. */
static size_t
find_percent(struct ws_sv s)
{
	const char *p = s.p, *end = s.p + s.n;

	while (p < end && (p = memchr(p, '%', (size_t)(end - p))) != NULL) {
		if (p > s.p && is_name_byte(p[-1]) && end - p > 2 &&
		    p[1] == '=' && (p[2] == '"' || p[2] == '\''))
			return (size_t)(p - s.p);
		p++;
	}
	return s.n;
}

/* Replaces each such byte in a copy, which is only made when there is one. */
static struct ws_sv
mend(struct feed *f, struct ws_sv s)
{
	size_t at = find_percent(s);

	if (at == s.n)
		return s;
	if (f->copy == NULL)
		f->copy = ws_alloc(CHUNK);
	memcpy(f->copy, s.p, s.n);
	s.p = f->copy;
	for (; at < s.n; at = find_percent(s))
		f->copy[at] = 'p';
	return s;
}

/* A name and its '%="' are not cut apart. */
static size_t
whole_names(struct ws_sv s)
{
	size_t n = s.n;

	for (unsigned back = 1; back <= 3 && back < n; back++)
		if (s.p[n - back] == '%')
			return n - back - 1 > 0 ? n - back - 1 : n;
	return n;
}

static void
begin_document(struct feed *f)
{
	struct instr *t = f->t;

	instr_xml_begin(t);
	t->count.documents++;
	f->open = true;
	/* UTF-16 has a mark or a zero there. */
	f->ascii = f->part.n > 1 && f->part.p[0] == '<' && f->part.p[1] > ' ';
	t->ctxt->input->line += f->lines;
	f->lines = 0;
}

static void
end_document(struct feed *f)
{
	xmlFreeParserCtxt(f->t->ctxt);
	f->t->ctxt = NULL;
	f->open = false;
}

static void
pass(struct feed *f, size_t n)
{
	f->off += n;
	f->part = ws_sv_from(f->part, n);
}

/* Blanks, a mark of the byte order and declarations between documents. */
static bool
skip_between(struct feed *f)
{
	size_t n;

	for (;;) {
		while (f->part.n > 0 && *f->part.p != '\0' &&
		       strchr(" \t\r\n\xef\xbb\xbf", *f->part.p) != NULL) {
			f->lines += *f->part.p == '\n';
			pass(f, 1);
		}
		if (!ws_sv_starts(f->part, "<?"))
			return f->part.n > 0;
		n = ws_sv_find(f->part, "?>");
		/* Cut by the end of the part: libxml2 reads it. */
		if (n == f->part.n)
			return true;
		pass(f, n + 2);
	}
}

static void
say_error(struct feed *f)
{
	struct instr *t = f->t;
	const xmlError *e = xmlCtxtGetLastError(t->ctxt);
	char text[200];
	size_t n = 0;

	if (t->stop != NULL) {
		fault(t, f->off, t->stop);
		return;
	}
	snprintf(text, sizeof(text), "line %d of the XML: %s",
	    e != NULL ? e->line : 0,
	    e != NULL && e->message != NULL ? e->message : "not well-formed");
	while (text[n] != '\0' && text[n] != '\n')
		n++;
	text[n] = '\0';
	fault(t, f->off, text);
}

/* Passes plain rows, when libxml2 is behind an end tag and waits for nothing. */
static void
take_rows(struct feed *f)
{
	struct instr *t = f->t;
	size_t n;

	if (!f->ascii || t->tag_end != t->fed)
		return;
	n = instr_scan_rows(t->scan, f->part);
	if (n > 0)
		f->refused = 0;
	pass(f, n);
}

/* How much libxml2 gets: up to a row that may be plain again. */
static size_t
to_next_row(struct feed *f)
{
	size_t n = 1 + ws_sv_find(ws_sv_from(f->part, 1), "<row");

	if (n == f->part.n || f->refused >= REFUSED_MAX) {
		f->refused = 0;
		return f->part.n;
	}
	f->refused++;
	while (n > 1 && strchr(" \t\n", f->part.p[n - 1]) != NULL)
		n--;
	return n;
}

/* Feeds the part to the open document, up to the end of its root. */
static void
feed_document(struct feed *f)
{
	struct instr *t = f->t;
	struct ws_sv s = { f->part.p, to_next_row(f) };
	size_t n = s.n;

	s = mend(f, s);
	if (xmlParseChunk(t->ctxt, s.p, (int)s.n, 0) != 0 && !t->root_ended) {
		say_error(f);
		f->torn = true;
		end_document(f);
	} else if (t->root_ended) {
		n = t->tag_end > t->fed ? (size_t)(t->tag_end - t->fed) : 1;
		n = n < s.n ? n : s.n;
		end_document(f);
	}
	t->fed += n;
	pass(f, n);
}

static void
over_limit(struct feed *f, const char *what)
{
	f->t->stop = what;
	f->t->stop_status = WS_LIMIT;
	f->torn = true;
	fault(f->t, f->off, what);
	if (f->open)
		end_document(f);
}

/* libxml2 compares each attribute of a tag with all others, and opens each
 * document at some cost. */
static bool
is_over_limit(struct feed *f)
{
	if (memchr(f->part.p, '>', f->part.n) != NULL)
		f->gap = 0;
	else
		f->gap += f->part.n;
	if (f->gap > GAP_MAX)
		over_limit(f, "a tag or text of more than 256 KiB");
	else if (f->t->count.documents > DOCUMENTS_MAX)
		over_limit(f, "more than 4096 documents in one file");
	return f->torn;
}

static void
feed_part(struct feed *f)
{
	struct instr *t = f->t;

	if (f->part.n > 0 && is_over_limit(f))
		return;
	while (f->part.n > 0 && !f->torn && t->out.status == WS_OK) {
		if (!f->open && !skip_between(f))
			return;
		if (!f->open)
			begin_document(f);
		take_rows(f);
		if (f->part.n > 0 && t->out.status == WS_OK)
			feed_document(f);
	}
}

static void
feed_all(struct feed *f)
{
	struct instr *t = f->t;
	struct ws_buf carry = { 0 };
	struct ws_sv chunk;
	size_t n, took;

	while (!f->torn && t->out.status == WS_OK) {
		chunk = ws_source_ahead(t->src, 1);
		if (chunk.n == 0)
			break;
		if (chunk.n > CHUNK - 64)
			chunk.n = CHUNK - 64;
		f->off = ws_source_at(t->src) - carry.n;
		took = chunk.n;
		if (carry.n > 0) {
			ws_buf_putsv(&carry, chunk);
			chunk = ws_buf_sv(&carry);
		}
		n = whole_names(chunk);
		f->part = (struct ws_sv){ chunk.p, n };
		feed_part(f);
		chunk = ws_sv_from(chunk, n);
		if (carry.n > 0)
			memmove(carry.p, chunk.p, chunk.n);
		else if (chunk.n > 0)
			ws_buf_putsv(&carry, chunk);
		carry.n = chunk.n;
		ws_source_skip(t->src, took);
	}
	f->part = ws_buf_sv(&carry);
	feed_part(f);
	ws_buf_fini(&carry);
}

static void
note(struct instr *t, uint64_t n, const char *what)
{
	struct ws_event ev = WS_EVENT(WS_EV_MARK);
	char text[128];

	if (n == 0)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 " %s", n, what);
	ev.name = WS_N_MARK_NOTE;
	ev.peer = ws_dict_cstr(t->sink->dict, text);
	ws_batch_put(&t->out, &ev);
}

static enum ws_status
result(struct feed *f, struct ws_err *err)
{
	struct instr *t = f->t;
	uint64_t rows = t->count.rows;

	if (t->stop != NULL)
		return ws_err_set(err, t->stop_status, f->off, "%s", t->stop);
	if (f->torn && rows == 0)
		return ws_err_set(err, WS_CORRUPT, f->off,
		    "no row before the XML ends or breaks");
	if (f->torn)
		return ws_err_set(err, WS_PARTIAL, f->off,
		    "%" PRIu64 " rows before the XML ends or breaks", rows);
	if (t->count.uneven > 0 || t->count.dangling > 0)
		return ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%" PRIu64 " rows do not fit their schema, %" PRIu64
		    " references to nothing",
		    t->count.uneven, t->count.dangling);
	return WS_OK;
}

static enum ws_status
finish(struct feed *f, struct ws_err *err)
{
	struct instr *t = f->t;
	enum ws_status status;

	if (f->open) {
		fault(t, f->off, "the export ends within a document");
		f->torn = true;
		end_document(f);
	}
	if (t->stop == NULL) {
		instr_rows_finish(t);
		instr_toc_finish(t);
	}
	note(t, t->count.foreign, "rows of other processes were left out");
	note(t, t->count.dangling, "references led nowhere");
	note(t, t->count.uneven, "rows do not fit their schema");
	ws_source_tally(t->src, "row", t->count.rows);
	ws_source_tally(t->src, "document", t->count.documents);
	if (t->count.untimed > 0)
		ws_source_tally(t->src, "row without time", t->count.untimed);
	status = ws_batch_flush(&t->out);
	return ws_status_worst(status, result(f, err));
}

static enum ws_status
parse(struct ws_source *src, struct ws_sink *sink, struct ws_err *err)
{
	struct instr *t = ws_alloc(sizeof(*t));
	struct feed f = { .t = t };
	struct ws_clock clock = {
		.kind = WS_CLOCK_MONOTONIC, .ns_per_tick = 1, .resolution = 1
	};
	enum ws_status status, read;

	t->src = src;
	t->sink = sink;
	t->depth_max = (size_t)ws_source_limits(src)->depth;
	t->toc.duration = NAN;
	t->toc.start = WS_T_NONE;
	ws_batch_init(&t->out, sink);
	t->clock = ws_dict_clock(sink->dict, &clock);
	t->scan = instr_scan_new(t);
	instr_rows_init(t);
	feed_all(&f);
	status = finish(&f, err);
	/* Damage of the stream says more than what it did to the XML. */
	read = ws_source_status(src, err);
	instr_xml_fini(t);
	free(f.copy);
	free(t);
	return ws_status_worst(status, read);
}

const struct ws_parser ws_parser_instruments = {
	.name = "instruments",
	.title = "Instruments (xctrace export) XML",
	.bid = bid,
	.parse = parse,
};
