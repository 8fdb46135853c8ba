/*
 * Internal to ingest: one reading of a bundle.  bundle.c decides what a stream
 * of bytes is; bundle_dir.c and bundle_archive.c find the streams.
 */
#ifndef WS_READER_H
#define WS_READER_H

#include "base/mem.h"
#include "ingest/bundle.h"
#include "ingest/second.h"
#include "ingest/stream.h"

struct ws_bundle {
	struct ws_arena *arena;
	struct ws_entry *entries;
	size_t n, cap;
	struct ws_err err;
	char sha256[2 * SHA256_DIGEST_SIZE + 1];
};

/* The first fault of the artifact that is being read. */
struct ws_first_fault {
	struct ws_sink sink;
	struct ws_err err;
};

struct ws_digest {
	uint8_t sha[SHA256_DIGEST_SIZE];
};

struct ws_reader {
	struct ws_bundle *bundle;
	struct ws_limits limits;
	struct ws_budget budget;
	struct ws_sink *sink; /* the caller's, with the next two before it */
	struct ws_sink *count;
	struct ws_first_fault fault;
	struct ws_digest *digests; /* of the members */
	size_t n_digest, digest_cap;
	uint64_t members;
	struct ws_second second;
	bool stop; /* a limit of the whole bundle was reached */
};

enum ws_packing {
	WS_PACK_NONE,
	WS_PACK_TAR,
	WS_PACK_ZIP,
	WS_PACK_GZIP,
	WS_PACK_XZ,
	WS_PACK_ZSTD,
	WS_PACK_BZIP2,
	WS_PACK_LZ4
};

/* Where a stream was found. */
struct ws_place {
	const char *name; /* in the bundle; "" for the bundle itself */
	unsigned level;   /* archives around it */
	bool is_member;   /* of the bundle itself: enters the digest */
	int64_t written;  /* as its archive says, s since 1970; 0: unknown */
};

void ws_reader_init(
    struct ws_reader *r, const struct ws_limits *l, struct ws_sink *sink);
struct ws_bundle *ws_reader_finish(struct ws_reader *r);
/* The bundle's digest from those of its members, in whatever order they came. */
void ws_reader_digest_members(struct ws_reader *r);

/* The bundle when it is one file: the archive of its members, or one artifact,
 * whose digest is that of the file.  Frees s. */
void ws_read_top(struct ws_reader *r, const char *name, struct ws_stream *s);
/* Reads what s gives, be it an artifact or an archive; frees s. */
void ws_read_stream(
    struct ws_reader *r, const struct ws_place *at, struct ws_stream *s);
/* Reads the members of an archive. */
void ws_read_archive(struct ws_reader *r, const struct ws_place *at,
    struct ws_stream *s, enum ws_packing packing);
/* Reads what is in the folder; closes fd. */
void ws_read_folder(struct ws_reader *r, int fd);

/* Names in a folder, sorted. */
struct ws_names {
	char **v;
	size_t n, cap;
};

/* Reads a recording that is a folder (perf record --threads): "data" and
 * "data.0" and so on, as one artifact.  False when it is no such folder.
 * Their names are taken out of the list. */
bool ws_read_recording(
    struct ws_reader *r, int dir, struct ws_names *names, const char *path);

/* A file in memory; p is NULL when it could not be mapped. */
struct ws_mapping {
	void *p;
	size_t n;
};

/* Maps a regular file; of anything else, gives what read() gives. */
struct ws_stream *ws_mapping_open(
    struct ws_mapping *m, struct ws_budget *b, int fd);
void ws_mapping_fini(struct ws_mapping *m);

/* Counts a member; false when its name or their number is over the limit. */
bool ws_reader_admit(struct ws_reader *r, const char *name);
/* An entry that no parser reads, and why. */
void ws_reader_ignore(struct ws_reader *r, const char *name,
    enum ws_status status, const char *fmt, ...) WS_PRINTF(4, 5);
/* What is wrong with a container: of the bundle itself when name is "". */
void ws_reader_damage(
    struct ws_reader *r, const char *name, const struct ws_err *err);

/* What the bytes ahead are packed with. */
enum ws_packing ws_packing_of(struct ws_stream *s);
/* Undoes up to three layers of compression.  *packing gets what is left. */
struct ws_stream *ws_unpack(struct ws_stream *s, enum ws_packing *packing);

#endif
