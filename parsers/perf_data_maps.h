/*
 * Which file was mapped where in which process, and what a thread was called,
 * at any time.  Everything is collected first; then maps are asked in the
 * order in which samples come, which need not be that of time: of the maps
 * that cover an address and are not younger than the sample, the last counts.
 */
#ifndef WS_PARSERS_PERF_DATA_MAPS_H
#define WS_PARSERS_PERF_DATA_MAPS_H

#include "model/dict.h"

struct pd_maps;

enum { PD_KERNEL_PID = -1 };

/* One change; unused members are 0. */
struct pd_change {
	uint64_t time, seq; /* ordered by these */

	enum pd_change_kind {
		PD_C_MAP,
		PD_C_UNMAP, /* of a kernel symbol */
		PD_C_COMM,
		PD_C_FORK
	} kind;

	bool exec; /* of a COMM: the maps are gone; a FORK: none inherited */
	bool absolute; /* of a MAP: addresses stay as they are */
	uint32_t pid, tid, ppid, ptid;
	uint64_t start, end, pgoff;
	ws_id name; /* of the file or the thread */
	ws_id func; /* of a kernel symbol */
};

struct pd_maps *pd_maps_new(void);
void pd_maps_free(struct pd_maps *m);
void pd_maps_add(struct pd_maps *m, const struct pd_change *c);
/* Puts all changes in order.  Ask after this only. */
void pd_maps_finish(struct pd_maps *m, struct ws_dict *d);

/* The address space of a process at a time, and how many of its maps there
 * were: the same two mean the same answers. */
struct pd_space_at {
	uint32_t space, epoch;
};

struct pd_space_at pd_maps_space(
    struct pd_maps *m, uint32_t pid, uint64_t time);

/* Where an address is: the mapping and the offset in it; mapping 0 when
 * nothing is known to be there. */
struct pd_place {
	ws_id mapping, func;
	uint64_t addr;
};

struct pd_place pd_maps_find(
    struct pd_maps *m, struct pd_space_at at, uint64_t ip);
/* The name of a thread, or 0, and the process that it is of, or its own. */
ws_id pd_maps_comm(struct pd_maps *m, uint32_t tid, uint64_t time);
uint32_t pd_maps_pid(struct pd_maps *m, uint32_t tid);

#endif
