/* The second walk: samples, their stacks, and what follows from them. */
#ifndef WS_PARSERS_PERF_DATA_SAMPLE_H
#define WS_PARSERS_PERF_DATA_SAMPLE_H

#include "perf_data.h"

/* A sample as it stands in the record; what is not recorded is 0. */
struct pd_sample {
	struct pd_attr *attr;
	uint64_t off, seq, ip, time, period;
	uint32_t pid, tid;
	unsigned mode;     /* of the processor, as in misc */
	struct pd_in read; /* counts, when READ was sampled */
	struct pd_in chain;
	struct pd_in raw;
	uint64_t user_ip; /* from the dumped registers; 0 without */
};

/* False when the record is too short for what it says. */
bool pd_sample_read(struct pd *d, const struct pd_rec *r, struct pd_sample *s);

/* perf_data_stack.c: call chains to interned stacks; each distinct one once. */
struct pd_stacks;

/* A chain whose place in the table is on its way into the cache. */
struct pd_chain {
	const unsigned char *p; /* NULL when the stack is known already */
	size_t n;
	struct pd_space_at user, kernel;
	uint64_t a; /* its hash */
	uint32_t b;
	ws_id stack;
};

struct pd_stacks *pd_stacks_new(struct pd *d);
void pd_stacks_free(struct pd_stacks *t);
struct pd_chain pd_chain_of(struct pd_stacks *t, const struct pd_sample *s);
/* While the bytes of the sample are still there. */
ws_id pd_stack_of(struct pd_stacks *t, const struct pd_chain *c);

/* perf_data_defer.c: samples whose call chain is completed later. */
struct pd_defer;

/* What is done with a sample that is complete. */
struct pd_taker {
	void (*take)(struct pd_taker *to, const struct pd_sample *s,
	    struct ws_event *ev);
};

struct pd_defer *pd_defer_new(struct pd *d, struct pd_taker *to);
void pd_defer_free(struct pd_defer *f);
/* Keeps the sample when its chain is not complete; false when it is. */
bool pd_defer_put(
    struct pd_defer *f, const struct pd_sample *s, const struct ws_event *ev);
void pd_defer_chain(struct pd_defer *f, const struct pd_rec *r);
void pd_defer_finish(struct pd_defer *f);

/* perf_data_sched.c: tracepoints in the order of time, for perf_waits.h. */
struct pd_order *pd_order_new(struct pd *d);
void pd_order_free(struct pd_order *o);
void pd_order_put(
    struct pd_order *o, const struct pd_sample *s, ws_id stack, ws_id track);
/* A thread came on a CPU, as a SWITCH record says. */
void pd_order_in(struct pd_order *o, const struct pd_rec *r);
/* At the end of a round: what is older than the one before is complete. */
void pd_order_round(struct pd_order *o);
void pd_order_finish(struct pd_order *o);

/* "PID/TID COMM" */
ws_id pd_track(struct pd *d, uint32_t pid, uint32_t tid, ws_id comm);

#endif
