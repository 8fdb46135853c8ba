#include "perf_call.h"

#include <inttypes.h>

#include "base/compat.h"

#define NONE UINT64_MAX

enum { NR_MAX = 100000 }; /* above are flags of other ABIs, and -1 */

/* include/uapi/asm/unistd_64.h of x86, include/uapi/asm-generic/unistd.h for
 * 64-bit ARM. */
static const struct numbered {
	const char *name;
	uint64_t x86_64, aarch64; /* NONE: there is none */
} calls[] = {
	{ "read", 0, 63 },
	{ "write", 1, 64 },
	{ "close", 3, 57 },
	{ "poll", 7, NONE },
	{ "lseek", 8, 62 },
	{ "mmap", 9, 222 },
	{ "mprotect", 10, 226 },
	{ "munmap", 11, 215 },
	{ "brk", 12, 214 },
	{ "ioctl", 16, 29 },
	{ "pread64", 17, 67 },
	{ "pwrite64", 18, 68 },
	{ "readv", 19, 65 },
	{ "writev", 20, 66 },
	{ "select", 23, NONE },
	{ "sched_yield", 24, 124 },
	{ "msync", 26, 227 },
	{ "madvise", 28, 233 },
	{ "nanosleep", 35, 101 },
	{ "sendfile", 40, 71 },
	{ "connect", 42, 203 },
	{ "accept", 43, 202 },
	{ "sendto", 44, 206 },
	{ "recvfrom", 45, 207 },
	{ "sendmsg", 46, 211 },
	{ "recvmsg", 47, 212 },
	{ "wait4", 61, 260 },
	{ "fsync", 74, 82 },
	{ "fdatasync", 75, 83 },
	{ "ftruncate", 77, 46 },
	{ "futex", 202, 98 },
	{ "clock_nanosleep", 230, 115 },
	{ "epoll_wait", 232, NONE },
	{ "openat", 257, 56 },
	{ "newfstatat", 262, 79 },
	{ "pselect6", 270, 72 },
	{ "ppoll", 271, 73 },
	{ "sync_file_range", 277, 84 },
	{ "epoll_pwait", 281, 22 },
	{ "fallocate", 285, 47 },
	{ "accept4", 288, 242 },
	{ "preadv", 295, 69 },
	{ "pwritev", 296, 70 },
	{ "io_uring_enter", 426, 426 },
	{ "epoll_pwait2", 441, 441 },
};

struct ws_perf_call
ws_perf_call_of(struct ws_dict *d, struct ws_sv name)
{
	struct ws_perf_call c = { .is_named = true,
		.is_futex = ws_sv_is(name, "futex") };
	struct ws_buf b = { 0 };

	ws_buf_puts(&b, "sys_");
	ws_buf_putsv(&b, name);
	c.name = ws_dict_str(d, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return c;
}

struct ws_perf_call
ws_perf_call_nr(struct ws_dict *d, uint64_t nr, struct ws_sv arch)
{
	bool arm = ws_sv_is(arch, "aarch64"), x86 = ws_sv_is(arch, "x86_64");
	struct ws_perf_call c = { .name = 0 };
	struct ws_buf b = { 0 };

	if (nr > NR_MAX)
		return c;
	for (size_t i = 0; (arm || x86) && i < WS_LEN(calls); i++)
		if (nr == (arm ? calls[i].aarch64 : calls[i].x86_64))
			return ws_perf_call_of(d, ws_sv_of(calls[i].name));
	ws_buf_printf(&b, "nr_%" PRIu64, nr);
	c = ws_perf_call_of(d, ws_buf_sv(&b));
	c.is_named = false;
	ws_buf_fini(&b);
	return c;
}

bool
ws_perf_futex_waits(uint64_t op)
{
	enum {
		WAIT = 0,
		LOCK_PI = 6,
		WAIT_BITSET = 9,
		WAIT_REQUEUE_PI = 11,
		LOCK_PI2 = 13,
		COMMAND =
		    0x7f /* flags for private and for the clock are above */
	};

	op &= COMMAND;
	return op == WAIT || op == LOCK_PI || op == WAIT_BITSET ||
	       op == WAIT_REQUEUE_PI || op == LOCK_PI2;
}
