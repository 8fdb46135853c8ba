/* What is remembered of each goroutine that lives, and nothing of others. */
#ifndef WS_GOROUTINES_H
#define WS_GOROUTINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/dict.h"

/* Whose goroutine it is, which may become known only later. */
enum ws_g_kind { WS_G_UNTOLD, WS_G_PROGRAM, WS_G_SYSTEM };

/* What its label says of its work until it stops running. */
enum ws_g_label { WS_G_NO_LABEL, WS_G_GC, WS_G_GC_IDLE, WS_G_LABELLED };

enum { WS_G_OFFS = 3 };

/* A time off the CPU; several times that were joined have a sum that is less
 * than to - from. */
struct ws_g_off {
	int64_t from, to, sum;
};

struct ws_goroutine {
	uint32_t number; /* plus 1; 0 is a free slot */
	ws_id entry;
	uint8_t kind, label, n_off;
	bool woken;     /* from a wait for another, and did not run since */
	ws_id maker;    /* the stack that made it */
	double running; /* ns, while its kind is untold */
	int64_t call_end, call_time; /* the last call that may go on */
	int64_t born;                /* INT64_MIN: before the trace */
	int64_t got; /* ran after it waited for another; INT64_MIN: did not */
	struct ws_g_off off[WS_G_OFFS];
};

/* Open addressing.  All zero is an empty one. */
struct ws_goroutines {
	struct ws_goroutine *slot;
	size_t n_slot, n; /* slots are a power of two, or 0 */
};

/* The rest of ws_goroutines_get. */
struct ws_goroutine *ws_goroutines_look(
    struct ws_goroutines *g, uint32_t number);

/* Where the search for a number plus 1 begins. */
static inline size_t
ws_goroutines_home(const struct ws_goroutines *g, uint32_t key)
{
	return (key * UINT32_C(0x9e3779b1) >> 5) & (g->n_slot - 1);
}

/* Makes it when it is new.  Valid until the next call for another. */
static inline struct ws_goroutine *
ws_goroutines_get(struct ws_goroutines *g, uint32_t number)
{
	struct ws_goroutine *s;

	if (g->n_slot == 0)
		return ws_goroutines_look(g, number);
	s = &g->slot[ws_goroutines_home(g, number + 1)];
	return s->number == number + 1 ? s : ws_goroutines_look(g, number);
}

/* NULL when it is not there. */
struct ws_goroutine *ws_goroutines_find(
    const struct ws_goroutines *g, uint32_t number);
void ws_goroutines_remove(struct ws_goroutines *g, struct ws_goroutine *which);
void ws_goroutines_fini(struct ws_goroutines *g);

/* It was off the CPU.  Times come in order; the oldest are joined. */
void ws_goroutine_off(struct ws_goroutine *g, int64_t from, int64_t to);
/* How long of from..to it was off, by what is remembered. */
int64_t ws_goroutine_off_within(
    const struct ws_goroutine *g, int64_t from, int64_t to);

#endif
