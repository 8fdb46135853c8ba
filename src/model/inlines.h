/*
 * What a compiler put into functions in place of calls, for a table of symbols:
 * calls, each inside another or in a function, and which of them code is of.
 */
#ifndef WS_INLINES_H
#define WS_INLINES_H

#include <stddef.h>
#include <stdint.h>

/* A call that became the called function's own code. */
struct ws_call {
	uint32_t name;   /* of the called function: an offset of the owner's */
	uint32_t parent; /* the call that this stands in, or 0 */
};

/* Code of a call, up to where the next range begins. */
struct ws_inline_range {
	uint32_t at;
	uint32_t call; /* 0: of none */
};

/* All zero: none. */
struct ws_inlines {
	struct ws_call *call; /* call k is at k - 1 */
	size_t n_call, cap_call;
	struct ws_inline_range *range; /* by rising place */
	size_t n_range, cap_range;
};

void ws_inlines_fini(struct ws_inlines *s);
/* Another call; 0 when there are too many, or its parent is none of those that
 * came before. */
uint32_t ws_inlines_call(struct ws_inlines *s, struct ws_call call);
/* From there on code is of the call, or of none; places never fall. */
void ws_inlines_put(struct ws_inlines *s, uint32_t at, uint32_t call);
/* The innermost call whose code is there, or 0. */
uint32_t ws_inlines_at(const struct ws_inlines *s, uint32_t at);

#endif
