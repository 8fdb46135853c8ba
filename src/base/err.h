/* What became of an operation on untrusted input, and why. */
#ifndef WS_ERR_H
#define WS_ERR_H

#include <stdint.h>

#include "base/compat.h"

/* Ordered from good to bad, so that results combine with ws_status_worst(). */
enum ws_status {
	WS_OK,
	WS_PARTIAL,     /* what was sound counts; the rest was damaged or cut */
	WS_UNSUPPORTED, /* recognised, but not a version or kind we read */
	WS_CORRUPT,     /* not what it claims to be; nothing usable */
	WS_LIMIT,       /* a limit on untrusted input was reached */
	WS_IO           /* the operating system refused */
};

/* An offset that does not exist: the failure is not at any byte. */
#define WS_OFF_NONE UINT64_MAX

/* The failure of one call.  The text is one sentence: lower case, no full
 * stop, with what was wanted and what was found. */
struct ws_err {
	enum ws_status status;
	uint64_t off; /* byte offset in the (decompressed) artifact */
	char text[320];
};

/* Fills *err (which may be NULL) and returns the status, so that a caller can
 * write `return ws_err_set(err, WS_CORRUPT, off, "...")`. */
enum ws_status ws_err_set(struct ws_err *err, enum ws_status status,
    uint64_t off, const char *fmt, ...) WS_PRINTF(4, 5);

/* The worse of two results. */
enum ws_status ws_status_worst(enum ws_status a, enum ws_status b);

/* "ok", "partial", "unsupported", "corrupt", "limit", "io". */
const char *ws_status_name(enum ws_status status);

#endif
