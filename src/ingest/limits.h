/*
 * Limits on untrusted input, in one table.  Each can be overridden and each
 * gives a clear `limit` result.
 */
#ifndef WS_LIMITS_H
#define WS_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* X(field, option name, default, sentence) */
#define WS_LIMITS(X)                                                           \
	X(bytes, "max-bytes", 4ull << 30, "bytes out of one bundle")           \
	X(ratio, "max-ratio", 2000, "bytes out per byte in, past 64 MiB")      \
	X(members, "max-members", 100000, "members of a bundle")               \
	X(nesting, "max-nesting", 2, "archives within archives")               \
	X(name, "max-name", 4096, "bytes in the name of a member")             \
	X(artifact, "max-artifact", 2ull << 30,                                \
	    "bytes of one artifact in memory")                                 \
	X(line, "max-line", 1ull << 20, "bytes in one line of text")           \
	X(depth, "max-depth", 4096, "frames in one stack")                     \
	X(string, "max-string", 1ull << 20, "bytes in one string")             \
	X(alive, "max-alive", 4ull << 20,                                      \
	    "goroutines, tasks and regions alive at a time in one trace")

struct ws_limits {
#define X(field, option, value, help) uint64_t field;
	WS_LIMITS(X)
#undef X
	/* For tests: an artifact with any fault is corrupt. */
	bool strict;
	/* ws_bundle_sha256() will be asked for; reading all bytes once more for
	 * it is a third of the work of reading a long log. */
	bool digest;
};

void ws_limits_init(struct ws_limits *l); /* the defaults, and a digest */
/* Sets one by its option name; false when there is none of that name. */
bool ws_limits_set(struct ws_limits *l, struct ws_sv name, uint64_t value);

#endif
