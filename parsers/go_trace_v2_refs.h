/* How the strings, stacks and frames of a v2 execution trace are found. */
#ifndef WS_PARSERS_GO_TRACE_V2_REFS_H
#define WS_PARSERS_GO_TRACE_V2_REFS_H

#include "go_trace_table.h"
#include "model/dict.h"

/* A string or stack of this generation: where it lies, and once it was asked
 * for its id in the dictionary. */
struct v2_ref {
	const unsigned char *p; /* of a stack: its first frame */
	ws_id id;
	uint32_t gen; /* v2.table_gen, or it is of another generation */
	uint16_t n;   /* bytes, or frames */
	bool asked;
};

/* The tracer numbers from 1: a plain array, but for absurd numbers. */
struct v2_refs {
	struct v2_ref *near;
	size_t n, cap;
	struct ws_gt_table far;
};

/* A program counter: the same function wherever it stands, as long as the
 * program runs. */
struct v2_pc {
	uint64_t pc; /* its bytes, not decoded */
	ws_id frame; /* 0: free */
};

struct v2_pcs {
	struct v2_pc *slot; /* open addressing */
	size_t n, mask;     /* mask: slots, a power of two, less 1 */
	unsigned shift;     /* 64 less the power */
};

#endif
