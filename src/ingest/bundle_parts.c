/*
 * perf record --threads writes a folder: "data" with the header, and the
 * records of each thread in "data.0", "data.1" and so on, which mean nothing
 * without it.  They become one artifact.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "ingest/reader.h"

enum { PARTS_MAX = 4096, MAGIC = 8 };

/* The number behind "data.", in *nth. */
static bool
is_part(const char *name, uint64_t *nth)
{
	struct ws_sv s = ws_sv_of(name);

	return ws_sv_starts(s, "data.") &&
	       ws_num_u64(ws_sv_from(s, 5), 0, PARTS_MAX - 1, nth);
}

/* Appends the file; false when it is none that can be read. */
static bool
slurp(struct ws_reader *r, int dir, const char *name, struct ws_buf *b)
{
	enum { FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

	int fd = openat(dir, name, FLAGS);
	struct ws_stream *s;
	struct stat st;
	bool fine;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return false;
	}
	s = ws_stream_new_fd(&r->budget, fd);
	fine =
	    ws_stream_slurp(s, r->limits.artifact, b) && s->err.status == WS_OK;
	ws_stream_free(s);
	close(fd);
	return fine;
}

static bool
is_recording(int dir)
{
	char magic[MAGIC];
	int fd =
	    openat(dir, "data", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool fits;

	if (fd < 0)
		return false;
	fits = read(fd, magic, MAGIC) == MAGIC &&
	       (memcmp(magic, "PERFILE2", MAGIC) == 0 ||
		   memcmp(magic, "2ELIFREP", MAGIC) == 0);
	close(fd);
	return fits;
}

static bool
has_name(const struct ws_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->v[i], name) == 0)
			return true;
	return false;
}

static void
drop_parts(struct ws_names *names)
{
	uint64_t nth;
	size_t n = 0;

	for (size_t i = 0; i < names->n; i++) {
		if (strcmp(names->v[i], "data") == 0 ||
		    is_part(names->v[i], &nth))
			free(names->v[i]);
		else
			names->v[n++] = names->v[i];
	}
	names->n = n;
}

/* "data", then the parts in the order of their numbers as far as they go. */
static size_t
join_parts(struct ws_reader *r, int dir, const struct ws_names *names,
    struct ws_buf *b, uint64_t *end)
{
	struct ws_buf name = { 0 };
	size_t n = 0;

	while (n <= PARTS_MAX && !r->stop) {
		name.n = 0;
		ws_buf_puts(&name, "data");
		if (n > 0)
			ws_buf_printf(&name, ".%zu", n - 1);
		if (!has_name(names, name.p) || !slurp(r, dir, name.p, b))
			break;
		end[n++] = b->n;
	}
	ws_buf_fini(&name);
	return n;
}

bool
ws_read_recording(
    struct ws_reader *r, int dir, struct ws_names *names, const char *path)
{
	struct ws_buf b = { 0 }, name = { 0 };
	struct ws_place at = { NULL, 0, true, 0 };
	struct ws_stream *s;
	uint64_t *end;
	size_t n;

	if (!has_name(names, "data") || !has_name(names, "data.0") ||
	    !is_recording(dir))
		return false;
	end = ws_alloc_array(PARTS_MAX + 1, sizeof(*end));
	n = join_parts(r, dir, names, &b, end);
	if (n > 0 && *path != '\0')
		ws_buf_printf(&name, "%s/", path);
	ws_buf_puts(&name, "data");
	at.name = name.p;
	if (n > 0 && ws_reader_admit(r, name.p)) {
		s = ws_stream_new_mem(&r->budget, b.p, b.n);
		s->part = end;
		s->n_part = n;
		ws_read_stream(r, &at, s);
	}
	if (n > 0)
		drop_parts(names);
	free(end);
	ws_buf_fini(&b);
	ws_buf_fini(&name);
	return n > 0;
}
