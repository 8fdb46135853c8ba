/* Records of Go execution traces of Go 1.5 to 1.21. */
#ifndef WS_PARSERS_GO_TRACE_V1_WIRE_H
#define WS_PARSERS_GO_TRACE_V1_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

enum v1_type {

#define V1_KIND(id, name, since, args, flags) V1_##id,
#include "go_trace_v1.def"
#undef V1_KIND
	V1_TYPES
};

/* OWN: the first argument is its goroutine, otherwise that of the P.
 * LEAVES: the P has no goroutine any more. */
enum { V1_PLAIN = 1, V1_STK = 2, V1_OWN = 4, V1_LEAVES = 8 };

struct v1_kind {
	const char *name;
	uint8_t since, args, flags;
};

extern const struct v1_kind v1_kinds[V1_TYPES];

enum { V1_ARGS = 8 };

struct v1_record {
	uint64_t off;
	uint8_t type, n;
	uint64_t a[V1_ARGS]; /* all of them, the time and the stack included */
	struct ws_sv text;   /* of STRING and LOG */
	struct ws_cur body;  /* of STACK: all arguments */
};

struct v1_wire {
	unsigned version, lead; /* arguments before the event's own */
	uint8_t want[V1_TYPES]; /* number of arguments */
};

void v1_wire_init(struct v1_wire *w, unsigned version);
/* The next record.  When it is damaged, the cursor fails. */
bool v1_read(const struct v1_wire *w, struct ws_cur *c, struct v1_record *r);

#endif
