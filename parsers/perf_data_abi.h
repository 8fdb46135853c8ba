/* Numbers of the kernel and of perf that the perf.data reader knows. */
#ifndef WS_PARSERS_PERF_DATA_ABI_H
#define WS_PARSERS_PERF_DATA_ABI_H

#include <stdint.h>

/* Bits of sample_type: perf_event.h of Linux, enum perf_event_sample_format. */
#define PD_IP         (UINT64_C(1) << 0)
#define PD_TID        (UINT64_C(1) << 1)
#define PD_TIME       (UINT64_C(1) << 2)
#define PD_ADDR       (UINT64_C(1) << 3)
#define PD_READ       (UINT64_C(1) << 4)
#define PD_CALLCHAIN  (UINT64_C(1) << 5)
#define PD_ID         (UINT64_C(1) << 6)
#define PD_CPU        (UINT64_C(1) << 7)
#define PD_PERIOD     (UINT64_C(1) << 8)
#define PD_STREAM_ID  (UINT64_C(1) << 9)
#define PD_RAW        (UINT64_C(1) << 10)
#define PD_BRANCH     (UINT64_C(1) << 11)
#define PD_REGS_USER  (UINT64_C(1) << 12)
#define PD_STACK_USER (UINT64_C(1) << 13)
#define PD_IDENTIFIER (UINT64_C(1) << 16)

/* Canonical bits of perf_event_attr.flags. */
enum { PD_F_FREQ = 10, PD_F_SAMPLE_ID_ALL = 18, PD_F_CLOCKID = 25 };

/* Of perf_event_attr.read_format: the event counts what was lost of it. */
#define PD_READ_LOST (UINT64_C(1) << 4)

/* perf_event_attr.type */
enum { PD_HARDWARE, PD_SOFTWARE, PD_TRACEPOINT, PD_CACHE };

enum {
	PD_MISC_CPUMODE = 7,
	PD_MISC_DATA = 1 << 13, /* also: exec, of a COMM or FORK */
	PD_MISC_BUILD_ID = 1 << 14,
	PD_MISC_ID_SIZE =
	    1 << 15, /* also: left out on purpose, of LOST_SAMPLES */
};

enum pd_type {
	PD_R_MMAP = 1,
	PD_R_LOST,
	PD_R_COMM,
	PD_R_EXIT,
	PD_R_THROTTLE,
	PD_R_UNTHROTTLE,
	PD_R_FORK,
	PD_R_READ,
	PD_R_SAMPLE,
	PD_R_MMAP2,
	PD_R_AUX,
	PD_R_LOST_SAMPLES = 13,
	PD_R_SWITCH,
	PD_R_SWITCH_CPU_WIDE,
	PD_R_KSYMBOL = 17,
	PD_R_DEFERRED = 22,
	PD_R_ATTR = 64,
	PD_R_TRACING_DATA = 66,
	PD_R_BUILD_ID,
	PD_R_FINISHED_ROUND,
	PD_R_AUXTRACE = 71,
	PD_R_EVENT_UPDATE = 78,
	PD_R_FEATURE = 80,
	PD_R_COMPRESSED,
	PD_R_COMPRESSED2 = 83
};

enum { PD_TYPES = 87 }; /* one more than the highest known */

#endif
