/*
 * tar (v7, ustar, pax, GNU) and zip through libarchive, which sees plain tar
 * or zip only: compression is undone before, under our limits.  Formats are
 * named, as archive_read_support_format_all() adds a dozen that nobody needs.
 *
 * A zip is read through its central directory, as members written by a stream
 * (Go's archive/zip) have no sizes in front of them.  Where that directory is
 * missing, the download was cut off, and the members are read one after the
 * other as far as they go.
 *
 * When a member was written, which may tell what its dates mean, tar says in
 * UTC.  Zip says it in an unknown zone unless an extra field has UTC; libarchive
 * takes it for the zone of the process, and main() makes that UTC.
 */
#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <locale.h>
#include <string.h>

#include "ingest/reader.h"

struct walk {
	struct ws_reader *r;
	const struct ws_place *at;
	struct ws_stream *from;
	const char *kind; /* "tar" or "zip" */
	struct archive *a;
	struct ws_feed feed;
	uint64_t total; /* bytes out of all members */
	uint64_t n;
	struct ws_err
	    err; /* what is wrong with the archive; the first counts */
};

/* The bytes of the member that the archive stands at. */
struct member {
	struct ws_stream stream;
	struct walk *w;
	struct ws_blocks blocks;
};

static const char *
reason(struct walk *w)
{
	const char *text = archive_error_string(w->a);

	return text != NULL ? text : "no reason given";
}

static size_t
read_member_data(struct ws_stream *s, unsigned char *p, size_t n)
{
	struct member *m = (struct member *)s;
	struct walk *w = m->w;
	long got = ws_blocks_read(&m->blocks, w->a, p, n);

	if (got >= 0) {
		n = ws_stream_charge(s, &s->budget->members, (size_t)got);
		/* Each limit here is one of all members together. */
		if (s->err.status == WS_LIMIT)
			w->err = s->err;
		return n;
	}
	if (w->from->err.status != WS_OK)
		ws_stream_damage(
		    s, w->from->err.status, "%s", w->from->err.text);
	else
		ws_stream_damage(
		    s, WS_PARTIAL, "%s member damaged: %s", w->kind, reason(w));
	return 0;
}

static struct ws_stream *
open_member(struct walk *w)
{
	static const struct ws_stream_ops ops = { .read = read_member_data };
	struct member *m = ws_alloc(sizeof *m);

	ws_stream_init(&m->stream, &ops, w->from->budget);
	m->stream.root = w->from->root;
	m->stream.total = &w->total;
	m->w = w;
	return &m->stream;
}

/* Its path in the bundle, without the "./" that tar likes. */
static void
put_name(struct walk *w, struct archive_entry *e, struct ws_buf *name)
{
	const char *own = archive_entry_pathname(e);

	if (own == NULL)
		own = archive_entry_pathname_utf8(e);
	if (own == NULL)
		own = "(a name that cannot be shown)";
	while (strncmp(own, "./", 2) == 0 && own[2] != '\0')
		own += 2;
	if (*w->at->name != '\0') {
		ws_buf_puts(name, w->at->name);
		ws_buf_putc(name, '/');
	}
	ws_buf_puts(name, own);
}

static void
read_member(struct walk *w, struct archive_entry *e, const char *name)
{
	struct ws_place at = { name, w->at->level + 1,
		w->at->is_member && *w->at->name == '\0',
		archive_entry_mtime(e) };
	unsigned type = archive_entry_filetype(e);

	if (type == AE_IFDIR)
		return;
	if (archive_entry_hardlink(e) != NULL)
		ws_reader_ignore(
		    w->r, name, WS_OK, "hard link to another member");
	else if (type == AE_IFLNK)
		ws_reader_ignore(
		    w->r, name, WS_OK, "symbolic link, not followed");
	else if (type != AE_IFREG && type != 0)
		ws_reader_ignore(w->r, name, WS_OK, "not a regular file");
	else if (archive_entry_is_encrypted(e))
		ws_reader_ignore(w->r, name, WS_UNSUPPORTED,
		    "encrypted; unpack the archive with its password first");
	else
		ws_read_stream(w->r, &at, open_member(w));
}

static void
damage(struct walk *w, const char *what)
{
	if (w->err.status == WS_OK)
		ws_err_set(&w->err, w->n > 0 ? WS_PARTIAL : WS_CORRUPT,
		    w->from->at,
		    "%s archive damaged after %" PRIu64 " members: %s", w->kind,
		    w->n, what);
}

static void
walk_members(struct walk *w)
{
	struct archive_entry *e;
	struct ws_buf name = { 0 };
	int ret;

	while ((ret = archive_read_next_header(w->a, &e)) != ARCHIVE_EOF) {
		if (ret != ARCHIVE_OK && ret != ARCHIVE_WARN) {
			damage(w, reason(w));
			break;
		}
		name.n = 0;
		put_name(w, e, &name);
		if (ws_reader_admit(w->r, name.p)) {
			read_member(w, e, name.p);
			w->n++;
		}
		if (w->r->stop || w->err.status != WS_OK)
			break;
	}
	ws_buf_fini(&name);
}

static void
open_archive(struct walk *w)
{
	archive_read_free(w->a); /* NULL is fine */
	w->a = archive_read_new();
	if (w->a == NULL)
		ws_out_of_memory(sizeof *w);
}

static void
read_tar(struct walk *w)
{
	open_archive(w);
	archive_read_support_format_tar(w->a);
	if (archive_read_open(w->a, &w->feed, NULL, ws_feed_read, NULL) !=
	    ARCHIVE_OK) {
		damage(w, reason(w));
		return;
	}
	walk_members(w);
	if (w->r->stop || w->err.status != WS_OK)
		return;
	/* Behind the last member there may still be a wrong checksum. */
	ws_stream_skip(w->from, w->feed.lent);
	ws_stream_drain(w->from);
}

/* Whether the end record is there, with at most 64 KiB of comment behind. */
static bool
has_directory(struct ws_sv zip)
{
	enum { RECORD = 22, COMMENT = 65535 };

	size_t stop = zip.n > RECORD + COMMENT ? zip.n - RECORD - COMMENT : 0;

	for (size_t i = zip.n < RECORD ? 0 : zip.n - RECORD + 1; i > stop; i--)
		if (memcmp(zip.p + i - 1, "PK\5\6", 4) == 0)
			return true;
	return false;
}

static void
read_directory(struct walk *w, struct ws_sv zip)
{
	open_archive(w);
	archive_read_support_format_zip_seekable(w->a);
	if (archive_read_open_memory(w->a, zip.p, zip.n) == ARCHIVE_OK)
		walk_members(w);
	else
		damage(w, reason(w));
}

static void
read_in_order(struct walk *w, struct ws_sv zip)
{
	open_archive(w);
	archive_read_support_format_zip_streamable(w->a);
	if (archive_read_open_memory(w->a, zip.p, zip.n) == ARCHIVE_OK)
		walk_members(w);
	if (w->err.status == WS_LIMIT)
		return;
	w->err.status = WS_OK;
	damage(w, "cut off, there is no sound central directory");
}

static void
read_zip_at(struct walk *w, struct ws_sv zip)
{
	bool is_whole = has_directory(zip);

	if (is_whole)
		read_directory(w, zip);
	if (!is_whole || (w->err.status != WS_OK && w->n == 0))
		read_in_order(w, zip);
}

static void
read_zip(struct walk *w)
{
	uint64_t max = w->r->limits.artifact;
	struct ws_buf b = { 0 };

	if (ws_stream_in_memory(w->from))
		read_zip_at(w, ws_stream_peek(w->from, 1));
	else if (ws_stream_slurp(w->from, max, &b))
		read_zip_at(w, ws_buf_sv(&b));
	else
		ws_err_set(&w->err, WS_LIMIT, max,
		    "more than %" PRIu64
		    " bytes of one zip archive in memory (max-artifact)",
		    max);
	ws_buf_fini(&b);
}

void
ws_read_archive(struct ws_reader *r, const struct ws_place *at,
    struct ws_stream *s, enum ws_packing packing)
{
	struct walk w = { .r = r, .at = at, .from = s, .feed.from = s };
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = (locale_t)0;

	/* libarchive drops names that the locale cannot show: that must not
	 * depend on the user's. */
	if (utf8 != (locale_t)0)
		before = uselocale(utf8);
	if (packing == WS_PACK_TAR) {
		w.kind = "tar";
		read_tar(&w);
	} else {
		w.kind = "zip";
		read_zip(&w);
	}
	archive_read_free(w.a);
	if (utf8 != (locale_t)0) {
		uselocale(before);
		freelocale(utf8);
	}
	/* Damage below the archive is the cause of its own. */
	if (s->err.status != WS_OK)
		w.err = s->err;
	if (w.err.status != WS_OK)
		ws_reader_damage(r, at->name, &w.err);
}
