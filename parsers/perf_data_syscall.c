/* Names of system calls: of tracepoints by their own, of raw_syscalls by the
 * number, for the calls in which programs wait or spend time. */
#include <inttypes.h>

#include "perf_data_sample.h"

/* include/uapi/asm/unistd_64.h of x86, include/uapi/asm-generic/unistd.h for
 * 64-bit ARM; -1: there is none. */
static const struct {
	const char *name;
	int x86_64, arm64;
} calls[] = {
	{ "read", 0, 63 },
	{ "write", 1, 64 },
	{ "close", 3, 57 },
	{ "poll", 7, -1 },
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
	{ "select", 23, -1 },
	{ "sched_yield", 24, 124 },
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
	{ "epoll_wait", 232, -1 },
	{ "clock_nanosleep", 230, 115 },
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

static ws_id
by_number(struct pd *d, uint64_t number)
{
	struct ws_sv arch = ws_dict_text(d->sink->dict, d->about.arch);
	bool arm = ws_sv_is(arch, "aarch64"), x86 = ws_sv_is(arch, "x86_64");
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_puts(&b, "sys_");
	for (size_t i = 0; i < WS_LEN(calls) && b.n == 4; i++)
		if ((x86 && number == (uint64_t)(int64_t)calls[i].x86_64) ||
		    (arm && number == (uint64_t)(int64_t)calls[i].arm64))
			ws_buf_puts(&b, calls[i].name);
	if (b.n == 4)
		ws_buf_printf(&b, "%" PRId64, (int64_t)number);
	id = ws_dict_str(d->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

/* "syscalls:sys_enter_futex" and "syscalls:sys_exit_futex" are sys_futex. */
ws_id
pd_syscall(struct pd *d, ws_id event, uint64_t number)
{
	static const char *const prefix[] = { "syscalls:sys_enter_",
		"syscalls:sys_exit_" };
	struct ws_sv name = ws_dict_text(d->sink->dict, event);
	struct ws_buf b = { 0 };
	ws_id id;

	for (size_t i = 0; i < WS_LEN(prefix); i++) {
		if (!ws_sv_starts(name, prefix[i]))
			continue;
		ws_buf_puts(&b, "sys_");
		ws_buf_putsv(&b, ws_sv_from(name, strlen(prefix[i])));
		id = ws_dict_str(d->sink->dict, ws_buf_sv(&b));
		ws_buf_fini(&b);
		return id;
	}
	return by_number(d, number);
}
