/* Folders: regular files only, nothing is followed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/reader.h"

enum { DEPTH_MAX = 64 };

struct ws_stream *
ws_mapping_open(struct ws_mapping *m, struct ws_budget *b, int fd)
{
	struct stat st;
	struct ws_stream *s;
	void *p = MAP_FAILED;

	*m = (struct ws_mapping){ 0 };
	/* A size of 0 is also what /proc says of its files. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (uintmax_t)st.st_size <= SIZE_MAX)
		p = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return ws_stream_new_fd(b, fd);
	m->p = p;
	m->n = (size_t)st.st_size;
	s = ws_stream_new_mem(b, m->p, m->n);
	s->is_mapped = true;
	return s;
}

void
ws_mapping_fini(struct ws_mapping *m)
{
	if (m->p != NULL)
		munmap(m->p, m->n);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes over fd. */
static bool
list_names(struct ws_names *names, int fd)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *d;
	size_t n;

	if (dir == NULL) {
		close(fd);
		return false;
	}
	while ((d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		names->v = ws_grow(
		    names->v, &names->cap, names->n + 1, sizeof *names->v);
		n = strlen(d->d_name) + 1;
		names->v[names->n++] = memcpy(ws_alloc(n), d->d_name, n);
	}
	closedir(dir);
	if (names->n > 0)
		qsort(names->v, names->n, sizeof *names->v, compare);
	return true;
}

static void read_names(
    struct ws_reader *r, int dir, struct ws_buf *path, unsigned depth);

static void
read_file(struct ws_reader *r, const char *name, int fd)
{
	struct ws_place at = { name, 0, r->second.first == NULL, 0 };
	struct ws_mapping m;
	struct ws_stream *s = ws_mapping_open(&m, &r->budget, fd);

	ws_read_stream(r, &at, s);
	ws_mapping_fini(&m);
	close(fd);
}

/* `path` ends in the name of the entry, which begins at `from`. */
static void
read_name(struct ws_reader *r, int dir, struct ws_buf *path, size_t from,
    unsigned depth)
{
	struct stat st;
	int fd;

	/* O_NONBLOCK: a pipe that took the place of the file must not hang. */
	enum { FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

	if (fstatat(dir, path->p + from, &st, AT_SYMLINK_NOFOLLOW) != 0)
		ws_reader_ignore(r, path->p, WS_IO, "%s", strerror(errno));
	else if (S_ISLNK(st.st_mode))
		ws_reader_ignore(
		    r, path->p, WS_OK, "symbolic link, not followed");
	else if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		ws_reader_ignore(r, path->p, WS_OK, "not a regular file");
	else if ((fd = openat(dir, path->p + from, FLAGS)) < 0)
		ws_reader_ignore(r, path->p, WS_IO, "%s", strerror(errno));
	else if (S_ISDIR(st.st_mode))
		read_names(r, fd, path, depth + 1);
	else
		read_file(r, path->p, fd);
}

/* Everything in a folder; closes dir. */
static void
read_names(struct ws_reader *r, int dir, struct ws_buf *path, unsigned depth)
{
	struct ws_names names = { 0 };
	size_t before = path->n, from;

	if (depth > DEPTH_MAX)
		ws_reader_ignore(r, path->p, WS_LIMIT,
		    "folders within more than %d folders", DEPTH_MAX);
	else if (!list_names(&names, dup(dir)))
		ws_reader_ignore(r, path->p, WS_IO, "%s", strerror(errno));
	else if (r->second.first == NULL)
		ws_read_recording(r, dir, &names, path->p);
	for (size_t i = 0; i < names.n; i++) {
		if (before > 0)
			ws_buf_putc(path, '/');
		from = path->n;
		ws_buf_puts(path, names.v[i]);
		if (ws_reader_admit(r, path->p))
			read_name(r, dir, path, from, depth);
		path->n = before;
		free(names.v[i]);
	}
	if (path->p != NULL)
		path->p[before] = '\0';
	free(names.v);
	close(dir);
}

void
ws_read_folder(struct ws_reader *r, int fd)
{
	struct ws_buf path = { 0 };

	ws_buf_puts(&path, "");
	read_names(r, fd, &path, 0);
	ws_buf_fini(&path);
}
