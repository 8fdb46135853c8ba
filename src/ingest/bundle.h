/*
 * A bundle: a folder, one file, standard input, or an archive (tar, plain or
 * with gz, xz, zst, bz2; zip) of artifacts.  Nothing is written to disk, run,
 * or looked up.  Folders are walked in bytewise order of names; archives in
 * their own order; archives inside archives to a limited depth.
 */
#ifndef WS_BUNDLE_H
#define WS_BUNDLE_H

#include "ingest/detect.h"
#include "ingest/source.h"

/* Records of one type, as counted by ws_source_tally(). */
struct ws_tally {
	const char *type;
	uint64_t n;
};

/* One artifact as `whyslow ls` shows it.  All strings live with the bundle. */
struct ws_entry {
	const char *name;    /* path in the bundle */
	const char *format;  /* parser, or NULL when ignored */
	const char *version; /* of the format or producer, or "" */
	const char *detail;  /* why ignored, what was wrong, or "" */
	const char *host;    /* machine that it is of, as it says, or "" */
	const char *program; /* same of the program */
	enum ws_status status;
	uint64_t bytes; /* after decompression, as far as read */
	uint64_t events, lost;
	uint64_t off; /* where it went wrong, or WS_OFF_NONE */
	const struct ws_tally *records;
	size_t n_records;
};

struct ws_bundle;

/*
 * Reads every artifact of the bundle at `path` ("-" is standard input) into
 * the sink, which may see many begin..end pairs.  Returns NULL when there is
 * nothing at path or it cannot be opened.  A damaged member is an entry, not
 * a failure of the bundle.
 *
 * Artifacts whose dates mean more with what the others tell (ingest/dates.h)
 * come last, for which the bundle is opened a second time, unless it is a pipe.
 */
struct ws_bundle *ws_bundle_read(const char *path, const struct ws_limits *l,
    struct ws_sink *sink, struct ws_err *err);
void ws_bundle_free(struct ws_bundle *b);
/* The same from bytes in memory, for fuzzing. */
struct ws_bundle *ws_bundle_read_mem(const void *p, size_t n,
    const struct ws_limits *l, struct ws_sink *sink, struct ws_err *err);

/* In the order in which they lie in the bundle. */
const struct ws_entry *ws_bundle_entries(const struct ws_bundle *b, size_t *n);
/* Worst status of the container itself (a torn tar, a limit), with *err. */
enum ws_status ws_bundle_status(const struct ws_bundle *b, struct ws_err *err);
/* SHA-256 in hex over the names and contents of all members, in whatever order
 * they lie; of a bundle that is one file, that file's.  "" without digest. */
const char *ws_bundle_sha256(const struct ws_bundle *b);

#endif
