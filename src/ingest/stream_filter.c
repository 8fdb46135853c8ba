/*
 * xz, zstd, bzip2 and lz4 through libarchive, as a "raw" archive of one
 * member.  Each filter is named: archive_read_support_filter_all() would add
 * some that run programs found in $PATH.
 */
#include <archive.h>

#include "base/mem.h"
#include "ingest/stream.h"

struct filter {
	struct ws_stream stream;
	struct archive *a;
	struct ws_feed feed;
	struct ws_blocks blocks;
	bool open;
	enum ws_filter kind;
};

static const struct {
	const char *name;
	int (*support)(struct archive *);
} filters[] = {
	[WS_FILTER_XZ] = { "xz", archive_read_support_filter_xz },
	[WS_FILTER_ZSTD] = { "zstd", archive_read_support_filter_zstd },
	[WS_FILTER_BZIP2] = { "bzip2", archive_read_support_filter_bzip2 },
	[WS_FILTER_LZ4] = { "lz4", archive_read_support_filter_lz4 },
};

static void
report(struct filter *f)
{
	const struct ws_err *below = &f->feed.from->err;
	const char *why = archive_error_string(f->a);

	if (below->status != WS_OK)
		ws_stream_damage(&f->stream, below->status, "%s", below->text);
	else
		ws_stream_damage(&f->stream, WS_PARTIAL, "%s data damaged: %s",
		    filters[f->kind].name, why != NULL ? why : "no data");
}

static bool
open_filter(struct filter *f)
{
	struct archive_entry *e;

	f->open = true;
	/* A warning means that an external program would have to be run. */
	if (filters[f->kind].support(f->a) != ARCHIVE_OK) {
		ws_stream_damage(&f->stream, WS_UNSUPPORTED,
		    "%s is not built into libarchive here; unpack it first",
		    filters[f->kind].name);
		return false;
	}
	archive_read_support_format_raw(f->a);
	if (archive_read_open(f->a, &f->feed, NULL, ws_feed_read, NULL) !=
		ARCHIVE_OK ||
	    archive_read_next_header(f->a, &e) != ARCHIVE_OK ||
	    archive_filter_code(f->a, 0) == ARCHIVE_FILTER_NONE) {
		report(f);
		return false;
	}
	return true;
}

static size_t
read_filter(struct ws_stream *s, unsigned char *p, size_t n)
{
	struct filter *f = (struct filter *)s;
	long got;

	if (!f->open && !open_filter(f))
		return 0;
	got = ws_blocks_read(&f->blocks, f->a, p, n);
	if (got < 0) {
		report(f);
		return 0;
	}
	return ws_stream_charge(s, &s->budget->unpacked, (size_t)got);
}

static void
free_filter(struct ws_stream *s)
{
	archive_read_free(((struct filter *)s)->a);
}

struct ws_stream *
ws_stream_new_filter(struct ws_stream *from, enum ws_filter kind)
{
	static const struct ws_stream_ops ops = { read_filter, free_filter };
	struct filter *f = ws_alloc(sizeof *f);

	ws_stream_init(&f->stream, &ops, from->budget);
	f->stream.from = from;
	f->stream.root = from->root;
	f->feed.from = from;
	f->kind = kind;
	f->a = archive_read_new();
	if (f->a == NULL)
		ws_out_of_memory(sizeof *f);
	return &f->stream;
}
