/* System calls, as perf's tracepoints tell them: by name or by number. */
#ifndef WS_PERF_CALL_H
#define WS_PERF_CALL_H

#include <stdbool.h>

#include "model/dict.h"

struct ws_perf_call {
	ws_id name; /* "sys_read"; "sys_nr_0" when only the number is known */
	bool is_named; /* else only the number is */
	bool is_futex;
};

/* "read" */
struct ws_perf_call ws_perf_call_of(struct ws_dict *d, struct ws_sv name);
/* Numbers are known for x86_64 and aarch64, of the calls in which programs wait
 * or spend time.  The name is 0 when it is no number of a call. */
struct ws_perf_call ws_perf_call_nr(
    struct ws_dict *d, uint64_t nr, struct ws_sv arch);
/* Whether a futex operation is one that waits. */
bool ws_perf_futex_waits(uint64_t op);

#endif
