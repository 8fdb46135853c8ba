/* Bundles: folders, single files, standard input, archives within archives,
 * whole, torn and hostile. */
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_parsers.h"
#include "ingest/bundle.h"
#include "tap.h"

/* A bundle that was read, with what came out as text. */
struct result {
	struct ws_dict *dict;
	struct ws_sink *sink;
	struct ws_bundle *b;
	const struct ws_entry *e;
	size_t n;
	enum ws_status status;
	struct ws_err err;
	char *events;
	size_t events_n;
	FILE *f;
};

static struct ws_limits limits;

static void
open_result(struct result *r)
{
	*r = (struct result){ .dict = ws_dict_new() };
	r->f = open_memstream(&r->events, &r->events_n);
	r->sink = ws_sink_new_dump(r->dict, r->f, 0);
}

static void
fill_result(struct result *r)
{
	fflush(r->f);
	if (r->b == NULL)
		return;
	r->e = ws_bundle_entries(r->b, &r->n);
	r->status = ws_bundle_status(r->b, &r->err);
}

static void
read_mem(struct result *r, const struct ws_buf *bytes)
{
	open_result(r);
	r->b =
	    ws_bundle_read_mem(bytes->p, bytes->n, &limits, r->sink, &r->err);
	fill_result(r);
}

static void
read_path(struct result *r, const char *path)
{
	open_result(r);
	r->b = ws_bundle_read(path, &limits, r->sink, &r->err);
	fill_result(r);
}

static void
close_result(struct result *r)
{
	ws_bundle_free(r->b);
	ws_sink_free(r->sink);
	ws_dict_free(r->dict);
	fclose(r->f);
	free(r->events);
}

/* "status format name detail" of one entry. */
static const char *
entry(const struct result *r, size_t i)
{
	static char text[1024];
	const struct ws_entry *e = &r->e[i];

	if (i >= r->n)
		return "(none)";
	snprintf(text, sizeof text, "%s %s %s %s", ws_status_name(e->status),
	    e->format != NULL ? e->format : "-", e->name, e->detail);
	return text;
}

enum kind { TAR, ZIP, ZIP_STREAM };

struct packer {
	struct archive *a;
	enum kind kind;
	struct ws_buf out;
};

static la_ssize_t
collect(struct archive *a, void *arg, const void *p, size_t n)
{
	(void)a;
	ws_buf_put(arg, p, n);
	return (la_ssize_t)n;
}

static void
pack_open(struct packer *p, enum kind kind)
{
	*p = (struct packer){ .a = archive_write_new(), .kind = kind };
	if (kind == TAR)
		archive_write_set_format_pax_restricted(p->a);
	else
		archive_write_set_format_zip(p->a);
	archive_write_set_bytes_per_block(p->a, 0);
	archive_write_open(p->a, &p->out, NULL, collect, NULL);
}

static void
pack(struct packer *p, const char *name, struct ws_sv bytes)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	/* Without a size, a zip gets data descriptors, as Go writes them. */
	if (p->kind != ZIP_STREAM)
		archive_entry_set_size(e, (la_int64_t)bytes.n);
	archive_write_header(p->a, e);
	archive_write_data(p->a, bytes.p, bytes.n);
	archive_entry_free(e);
}

static void
pack_link(struct packer *p, const char *name, bool is_hard)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, is_hard ? AE_IFREG : AE_IFLNK);
	if (is_hard)
		archive_entry_set_hardlink(e, "one");
	else
		archive_entry_set_symlink(e, "/etc/passwd");
	archive_write_header(p->a, e);
	archive_entry_free(e);
}

static struct ws_buf
pack_close(struct packer *p)
{
	archive_write_close(p->a);
	archive_write_free(p->a);
	return p->out;
}

/* Three members, of which the last is not evidence. */
static struct ws_buf
sample(enum kind kind)
{
	struct packer p;

	pack_open(&p, kind);
	pack(&p, "./one", WS_SV("LINES\nabc"));
	pack(&p, "dir/two", WS_SV("BLOB"));
	pack(&p, "three", WS_SV("hello"));
	return pack_close(&p);
}

static void
check_sample(struct ws_buf *bytes, const char *name)
{
	struct result r;

	read_mem(&r, bytes);
	ok(r.n == 3 && r.status == WS_OK, "%s: three entries", name);
	is_str(entry(&r, 0), "ok lines one ", "the first");
	ok(r.e[0].events == 2 && r.e[0].bytes == 9 && r.e[0].n_records == 1 &&
		r.e[0].records[0].n == 2 && strcmp(r.e[0].version, "7") == 0,
	    "its events, bytes, records and version");
	is_str(entry(&r, 1), "ok blob dir/two a blob", "the second");
	is_str(
	    entry(&r, 2), "ok - three text that no parser knows", "the third");
	is_str(r.events,
	    "begin artifact=one format=lines\n"
	    "mark peer=LINES t=0\nmark peer=abc t=6\nend status=ok\n"
	    "begin artifact=dir/two format=blob\n"
	    "sample value=287\nend status=ok\n",
	    "the events");
	is_str(ws_bundle_sha256(r.b),
	    "42a575dd999d9237cca50adb4a91e013"
	    "7af086ad70dab563d31560388b4ea387",
	    "the digest does not depend on the packing");
	close_result(&r);
}

static struct ws_buf
gzipped(struct ws_buf bytes)
{
	struct ws_buf gz = { 0 };

	put_gzip(&gz, ws_buf_sv(&bytes), 1);
	ws_buf_fini(&bytes);
	return gz;
}

/* Through another filter of libarchive. */
static struct ws_buf
filtered(struct ws_buf bytes, int (*filter)(struct archive *))
{
	struct packer p = { .a = archive_write_new() };
	struct archive_entry *e = archive_entry_new();

	archive_write_set_format_raw(p.a);
	filter(p.a);
	archive_write_set_bytes_per_block(p.a, 0);
	archive_write_open(p.a, &p.out, NULL, collect, NULL);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_write_header(p.a, e);
	archive_write_data(p.a, bytes.p, bytes.n);
	archive_entry_free(e);
	ws_buf_fini(&bytes);
	return pack_close(&p);
}

static void
test_packings(void)
{
	struct ws_buf b[] = { sample(TAR), sample(ZIP), sample(ZIP_STREAM),
		gzipped(sample(TAR)), gzipped(gzipped(sample(ZIP))),
		filtered(sample(TAR), archive_write_add_filter_xz),
		filtered(sample(TAR), archive_write_add_filter_bzip2),
		filtered(sample(TAR), archive_write_add_filter_zstd),
		filtered(sample(TAR), archive_write_add_filter_lz4) };
	static const char *const names[] = { "tar", "zip",
		"zip with data descriptors", "tar.gz", "zip.gz.gz", "tar.xz",
		"tar.bz2", "tar.zst", "tar.lz4" };

	for (size_t i = 0; i < WS_LEN(b); i++) {
		check_sample(&b[i], names[i]);
		ws_buf_fini(&b[i]);
	}
}

/* An archive around one member. */
static struct ws_buf
around(enum kind kind, const char *name, struct ws_buf inner)
{
	struct packer p;

	pack_open(&p, kind);
	pack(&p, name, ws_buf_sv(&inner));
	ws_buf_fini(&inner);
	return pack_close(&p);
}

static void
test_nesting(void)
{
	struct ws_buf b =
	    gzipped(around(TAR, "a.zip", around(ZIP, "b.tar", sample(TAR))));
	struct result r;

	read_mem(&r, &b);
	ok(r.n == 3 && r.status == WS_OK, "tar in zip in tar.gz");
	is_str(entry(&r, 1), "ok blob a.zip/b.tar/dir/two a blob", "its name");
	close_result(&r);
	b = around(TAR, "z.tgz", b);
	read_mem(&r, &b);
	ok(r.n == 1, "one deeper is refused");
	is_str(entry(&r, 0),
	    "limit - z.tgz/a.zip/b.tar an archive within 3 archives, more "
	    "than 2 (max-nesting)",
	    "and said");
	close_result(&r);
	ws_buf_fini(&b);
	b = gzipped(gzipped(gzipped(gzipped(sample(TAR)))));
	read_mem(&r, &b);
	is_str(entry(&r, 0), "limit - - more than three layers of compression",
	    "four times gzip");
	close_result(&r);
	ws_buf_fini(&b);
}

static void
test_odd_members(void)
{
	struct packer p;
	struct ws_buf b, inner = sample(ZIP);
	struct result r;
	char name[5000];

	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	inner.n -= 30;
	pack_open(&p, TAR);
	pack(&p, "one", WS_SV("LINES"));
	pack_link(&p, "link", false);
	pack_link(&p, "hard", true);
	pack(&p, name, WS_SV("LINES"));
	pack(&p, "\xc3\xa4 \xff", WS_SV("BLOB!!"));
	pack(&p, "torn.zip", ws_buf_sv(&inner));
	pack(&p, "empty", WS_SV(""));
	pack(&p, "lazy", WS_SV("LAZY bones"));
	b = pack_close(&p);
	read_mem(&r, &b);
	ok(r.n == 11 && r.status == WS_OK, "eleven entries");
	is_str(entry(&r, 1), "ok - link symbolic link, not followed",
	    "a symbolic link");
	is_str(entry(&r, 2), "ok - hard hard link to another member",
	    "a hard link");
	ok(r.e[3].status == WS_LIMIT && strlen(r.e[3].name) == 67, "%s",
	    r.e[3].detail);
	is_str(entry(&r, 4), "partial blob \xc3\xa4 \xff a cry",
	    "a name of any bytes, and the first fault");
	ok(r.e[4].off == 4, "where the first fault is");
	ok(r.e[5].status == WS_OK && r.e[7].status == WS_OK,
	    "the members of a torn zip");
	is_str(entry(&r, 8),
	    "partial - torn.zip zip archive damaged after 3 members: cut off, "
	    "there is no sound central directory",
	    "a torn archive within is an entry");
	is_str(entry(&r, 9), "ok - empty empty file", "an empty member");
	is_str(entry(&r, 10), "ok lazy lazy ",
	    "one that nobody reads to the "
	    "end");
	close_result(&r);
	ws_buf_fini(&b);
	ws_buf_fini(&inner);
}

static void
test_torn_archives(void)
{
	struct ws_buf b = sample(TAR), gz;
	struct result r;

	b.p[512 + 512 + 20] ^= 1; /* in the header of the second member */
	read_mem(&r, &b);
	ok(r.n == 1 && r.status == WS_PARTIAL, "damaged tar: %s", r.err.text);
	close_result(&r);
	b.n = 512 + 7;
	read_mem(&r, &b);
	ok(r.n == 1 && r.status == WS_PARTIAL && r.e[0].events == 2 &&
		r.e[0].status == WS_PARTIAL,
	    "torn tar: %s; %s", r.err.text, r.e[0].detail);
	close_result(&r);
	b.p[100] ^= 1;
	read_mem(&r, &b);
	ok(r.n == 0 && r.status == WS_CORRUPT, "nothing in it: %s", r.err.text);
	close_result(&r);
	ws_buf_fini(&b);
	gz = gzipped(sample(TAR));
	gz.n -= 6;
	read_mem(&r, &gz);
	ok(r.n == 3 && r.status == WS_PARTIAL, "tar.gz without its end: %s",
	    r.err.text);
	close_result(&r);
	gz.n = 60;
	read_mem(&r, &gz);
	ok(r.status >= WS_PARTIAL || r.e[0].status >= WS_PARTIAL,
	    "tar.gz with its first bytes only: %s%s", r.err.text,
	    r.n > 0 ? r.e[0].detail : "");
	close_result(&r);
	gz.n = 4;
	read_mem(&r, &gz);
	is_str(entry(&r, 0),
	    "corrupt - - gzip data cut off after 4 compressed bytes",
	    "gzip cut off before its first byte");
	close_result(&r);
	ws_buf_fini(&gz);
}

/* Every prefix of an archive is read, and said to be one. */
static void
test_prefixes(void)
{
	struct ws_buf b[] = { sample(TAR), sample(ZIP), sample(ZIP_STREAM),
		gzipped(sample(TAR)),
		filtered(sample(TAR), archive_write_add_filter_xz) };
	size_t right = 0, total = 0, whole;
	struct result r;

	for (size_t i = 0; i < WS_LEN(b); i++) {
		whole = b[i].n;
		for (b[i].n = 0; b[i].n < whole; b[i].n++) {
			/* Most of a tar is blocks of zeros. */
			if (b[i].n > 1024 && b[i].n % 61 != 0)
				continue;
			read_mem(&r, &b[i]);
			total++;
			right += strlen(ws_bundle_sha256(r.b)) == 64 &&
				 (r.n > 0 || r.status > WS_PARTIAL);
			close_result(&r);
		}
		ws_buf_fini(&b[i]);
	}
	ok(right == total && total > 500, "%zu of %zu prefixes", right, total);
}

static void
test_limits(void)
{
	enum { BIG = 3 << 20 };

	char *zeros = ws_alloc(BIG);
	struct ws_buf b, many;
	struct packer p;
	struct result r;

	memcpy(zeros, "BLOB", 4);
	pack_open(&p, ZIP);
	pack(&p, "a", WS_SV("LINES"));
	pack(&p, "b", (struct ws_sv){ zeros, BIG });
	pack(&p, "c", WS_SV("LINES"));
	b = pack_close(&p);
	limits.bytes = 1 << 20;
	read_mem(&r, &b);
	ok(r.n == 2 && r.status == WS_LIMIT, "max-bytes: %s", r.err.text);
	is_str(entry(&r, 0), "ok lines a ", "what came before stays");
	ok(r.e[1].status == WS_LIMIT && r.e[1].bytes == (1 << 20) - 5,
	    "the member: %s", r.e[1].detail);
	close_result(&r);
	ws_limits_init(&limits);
	limits.artifact = BIG - 1;
	read_mem(&r, &b);
	ok(r.n == 3 && r.status == WS_OK && r.e[1].status == WS_LIMIT &&
		r.e[2].status == WS_OK,
	    "max-artifact is of one member: %s", r.e[1].detail);
	close_result(&r);
	ws_limits_init(&limits);
	limits.members = 2;
	many = sample(TAR);
	read_mem(&r, &many);
	ok(r.n == 2 && r.status == WS_LIMIT, "max-members: %s", r.err.text);
	close_result(&r);
	ws_limits_init(&limits);
	ws_buf_fini(&many);
	ws_buf_fini(&b);
	free(zeros);
}

/* Many members that are each within the ratio, and together are not. */
static void
test_ratio(void)
{
	enum { SIZE = 1 << 20, TIMES = 100 };

	char *zeros = ws_alloc(SIZE), name[16];
	struct packer p;
	struct ws_buf b;
	struct result r;
	uint64_t sum = 0;

	memcpy(zeros, "BLOB", 4);
	pack_open(&p, ZIP);
	for (int i = 0; i < TIMES; i++) {
		snprintf(name, sizeof name, "%d", i);
		pack(&p, name, (struct ws_sv){ zeros, SIZE });
	}
	b = pack_close(&p);
	limits.ratio = 500;
	read_mem(&r, &b);
	for (size_t i = 0; i < r.n; i++)
		sum += r.e[i].bytes;
	ok(sum <= 65 << 20 && r.n == 65 && r.status == WS_LIMIT,
	    "%zu members, %llu bytes: %s", r.n, (unsigned long long)sum,
	    r.err.text);
	close_result(&r);
	ws_limits_init(&limits);
	read_mem(&r, &b);
	ok(r.n == TIMES && r.status == WS_OK, "2000 to 1 lets them in");
	close_result(&r);
	ws_buf_fini(&b);
	free(zeros);
}

/* A zip whose directory names its one member many times. */
static void
test_overlap(void)
{
	enum { TIMES = 100, END = 22 };
	struct ws_buf b, out = { 0 };
	struct packer p;
	struct result r;
	size_t dir, size;

	pack_open(&p, ZIP);
	pack(&p, "z", WS_SV("BLOB"));
	b = pack_close(&p);
	for (dir = 0; memcmp(b.p + dir, "PK\1\2", 4) != 0;)
		dir++;
	size = b.n - END - dir;
	ws_buf_put(&out, b.p, dir);
	for (int i = 0; i < TIMES; i++)
		ws_buf_put(&out, b.p + dir, size);
	ws_buf_put(&out, b.p + b.n - END, END);
	size *= TIMES;
	out.p[out.n - END + 8] = out.p[out.n - END + 10] = TIMES;
	for (size_t i = 0; i < 4; i++)
		out.p[out.n - END + 12 + i] = (char)(size >> (8 * i) & 255);
	read_mem(&r, &out);
	ok(r.n == 1 && r.e[0].events == 1, "is read once");
	close_result(&r);
	ws_buf_fini(&b);
	ws_buf_fini(&out);
}

/* A zip of one member with flags set in the local header and in the
 * directory. */
static struct ws_buf
zip_with_flags(const char *name, int flags)
{
	struct packer p;
	struct ws_buf b;

	pack_open(&p, ZIP);
	pack(&p, name, WS_SV("BLOB"));
	b = pack_close(&p);
	for (size_t i = 0; i + 10 < b.n; i++) {
		size_t at = memcmp(b.p + i, "PK\3\4", 4) == 0   ? 6
			    : memcmp(b.p + i, "PK\1\2", 4) == 0 ? 8
								: 0;

		if (at != 0) {
			b.p[i + at] |= flags & 255;
			b.p[i + at + 1] |= flags >> 8;
		}
	}
	return b;
}

static void
test_zip_flags(void)
{
	enum { ENCRYPTED = 1, UTF8 = 1 << 11 };
	struct ws_buf b = zip_with_flags("\xc3\xa4", UTF8);
	struct result r;

	/* In a locale that cannot show it. */
	read_mem(&r, &b);
	is_str(entry(&r, 0), "ok blob \xc3\xa4 a blob", "a name in UTF-8");
	close_result(&r);
	ws_buf_fini(&b);
	b = zip_with_flags("secret", ENCRYPTED);
	read_mem(&r, &b);
	is_str(entry(&r, 0),
	    "unsupported - secret encrypted; unpack the archive with its "
	    "password first",
	    "an encrypted member");
	close_result(&r);
	ws_buf_fini(&b);
}

/* Holes of a sparse file are zeros, also at its end. */
static void
test_sparse(void)
{
	struct archive_entry *e = archive_entry_new();
	char *data = ws_alloc(20000);
	struct packer p;
	struct ws_buf b;
	struct result r;

	pack_open(&p, TAR);
	archive_entry_set_pathname(e, "holes");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_size(e, 20000);
	archive_entry_sparse_add_entry(e, 0, 4);
	archive_entry_sparse_add_entry(e, 9000, 1);
	archive_write_header(p.a, e);
	memcpy(data, "BLOB", 4);
	data[9000] = 1;
	archive_write_data(p.a, data, 20000);
	free(data);
	archive_entry_free(e);
	b = pack_close(&p);
	read_mem(&r, &b);
	ok(r.n == 1 && r.e[0].bytes == 20000 &&
		strstr(r.events, "value=288\n") != NULL,
	    "a sparse file: %d bytes, %s", (int)r.e[0].bytes, r.events);
	close_result(&r);
	ws_buf_fini(&b);
}

static void
write_file(const char *path, struct ws_sv s)
{
	FILE *f = fopen(path, "wb");

	fwrite(s.p, 1, s.n, f);
	fclose(f);
}

static void
test_folder(void)
{
	const char *build = getenv("top_builddir");
	char dir[64], cwd[4096];
	struct ws_buf gz = { 0 };
	struct result r;

	snprintf(dir, sizeof dir, "t_bundle.%ld", (long)getpid());
	if (getcwd(cwd, sizeof cwd) == NULL ||
	    chdir(build != NULL ? build : ".") != 0 || mkdir(dir, 0755) != 0 ||
	    chdir(dir) != 0)
		abort();
	read_path(&r, ".");
	ok(r.b != NULL && r.n == 0 && r.status == WS_OK,
	    "an empty folder has no entries");
	is_str(ws_bundle_sha256(r.b),
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855",
	    "and the digest of nothing");
	close_result(&r);
	put_gzip(&gz, WS_SV("LINES\nz"), 1);
	mkdir("sub", 0755);
	write_file("b", WS_SV("BLOB"));
	write_file("a", ws_buf_sv(&gz));
	write_file("sub/c", WS_SV("LAZY"));
	write_file("e", WS_SV(""));
	if (symlink("a", "link") != 0 || mkfifo("pipe", 0644) != 0)
		abort();
	read_path(&r, ".");
	ok(r.n == 6, "six entries");
	is_str(entry(&r, 0), "ok lines a ", "gzip is undone");
	is_str(entry(&r, 1), "ok blob b a blob", "a plain file");
	is_str(entry(&r, 2), "ok - e empty file", "an empty file");
	is_str(entry(&r, 3), "ok - link symbolic link, not followed", "link");
	is_str(entry(&r, 4), "ok - pipe not a regular file", "pipe");
	is_str(entry(&r, 5), "ok lazy sub/c ", "in a folder within");
	close_result(&r);
	read_path(&r, "nothing");
	ok(r.b == NULL && r.err.status == WS_IO, "%s", r.err.text);
	close_result(&r);
	read_path(&r, "sub/c");
	is_str(entry(&r, 0), "ok lazy c ", "one file");
	is_str(ws_bundle_sha256(r.b),
	    "239cecd7e4a6b771fac1018f4019e66d"
	    "cbe81e0ad8ddd7fab663791491b8c4dc",
	    "its digest is what sha256sum says");
	close_result(&r);
	unlink("pipe");
	unlink("link");
	unlink("sub/c");
	rmdir("sub");
	unlink("a");
	unlink("b");
	unlink("e");
	ws_buf_fini(&gz);
	if (chdir("..") != 0 || rmdir(dir) != 0 || chdir(cwd) != 0)
		abort();
}

/* Standard input, with whole and with torn archives. */
static void
test_stdin(void)
{
	struct ws_buf b = sample(ZIP);
	struct result r;
	int fd[2];

	if (pipe(fd) != 0 || write(fd[1], b.p, b.n) != (ssize_t)b.n)
		abort();
	close(fd[1]);
	dup2(fd[0], STDIN_FILENO);
	close(fd[0]);
	read_path(&r, "-");
	ok(r.n == 3 && r.status == WS_OK, "a zip on standard input");
	close_result(&r);
	read_path(&r, "-");
	is_str(entry(&r, 0), "ok - - empty file", "then nothing more");
	close_result(&r);
	ws_buf_fini(&b);
	if (pipe(fd) != 0 || write(fd[1], "LAZY bones", 10) != 10)
		abort();
	close(fd[1]);
	dup2(fd[0], STDIN_FILENO);
	close(fd[0]);
	read_path(&r, "-");
	is_str(ws_bundle_sha256(r.b),
	    "5b570ba8de5e1469cf40c8caf0d0c98e"
	    "6d7f5204f9cf58cd20d31ac734b5dfd5",
	    "what nobody reads is hashed");
	close_result(&r);
}

int
main(void)
{
	ws_limits_init(&limits);
	test_packings();
	test_nesting();
	test_odd_members();
	test_torn_archives();
	test_prefixes();
	test_limits();
	test_ratio();
	test_overlap();
	test_zip_flags();
	test_sparse();
	test_folder();
	test_stdin();
	return tap_done();
}
