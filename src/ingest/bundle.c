#include "ingest/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/reader.h"

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Opens the bundle; -1 with *err. */
static int
open_path(const char *path, struct ws_err *err)
{
	int fd = STDIN_FILENO;

	if (strcmp(path, "-") != 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		ws_err_set(
		    err, WS_IO, WS_OFF_NONE, "%s: %s", path, strerror(errno));
	return fd;
}

static void
read_path(struct ws_reader *r, const char *path, int fd)
{
	struct ws_mapping m;
	struct stat st;
	bool known = fstat(fd, &st) == 0;

	r->second.may_wait = r->second.first == NULL && known &&
			     strcmp(path, "-") != 0 &&
			     (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode));
	if (known && S_ISDIR(st.st_mode)) {
		ws_read_folder(r, fd);
		ws_reader_digest_members(r);
		return;
	}
	ws_read_top(r, base_name(path), ws_mapping_open(&m, &r->budget, fd));
	ws_mapping_fini(&m);
	if (fd != STDIN_FILENO)
		close(fd);
}

struct ws_bundle *
ws_bundle_read(const char *path, const struct ws_limits *l,
    struct ws_sink *sink, struct ws_err *err)
{
	struct ws_reader r, rest;
	int fd = open_path(path, err);

	if (fd < 0)
		return NULL;
	ws_reader_init(&r, l, sink);
	read_path(&r, path, fd);
	ws_second_judge(&r);
	if (r.second.waiting > 0 && (fd = open_path(path, err)) >= 0) {
		ws_reader_init(&rest, l, sink);
		ws_second_begin(&rest, &r);
		read_path(&rest, path, fd);
		ws_second_end(&rest);
	}
	return ws_reader_finish(&r);
}

struct ws_bundle *
ws_bundle_read_mem(const void *p, size_t n, const struct ws_limits *l,
    struct ws_sink *sink, struct ws_err *err)
{
	struct ws_reader r;

	(void)err; /* memory can always be opened */
	ws_reader_init(&r, l, sink);
	ws_read_top(&r, "-", ws_stream_new_mem(&r.budget, p, n));
	ws_second_judge(&r);
	return ws_reader_finish(&r);
}

void
ws_bundle_free(struct ws_bundle *b)
{
	if (b == NULL)
		return;
	free(b->entries);
	ws_arena_free(b->arena);
	free(b);
}

const struct ws_entry *
ws_bundle_entries(const struct ws_bundle *b, size_t *n)
{
	*n = b->n;
	return b->entries;
}

enum ws_status
ws_bundle_status(const struct ws_bundle *b, struct ws_err *err)
{
	if (err != NULL)
		*err = b->err;
	return b->err.status;
}

const char *
ws_bundle_sha256(const struct ws_bundle *b)
{
	return b->sha256;
}
