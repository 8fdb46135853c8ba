/* For the tests of perf.data: writes a small recording record by record. */
#ifndef WS_TESTS_PERF_WRITE_H
#define WS_TESTS_PERF_WRITE_H

#include <string.h>

#include "base/str.h"

/* Bits of sample_type. */
enum {
	IP = 1 << 0,
	TID = 1 << 1,
	TIME = 1 << 2,
	ADDR = 1 << 3,
	READ = 1 << 4,
	CHAIN = 1 << 5,
	ID = 1 << 6,
	CPU = 1 << 7,
	PERIOD = 1 << 8,
	STREAM = 1 << 9,
	RAW = 1 << 10,
	BRANCH = 1 << 11,
	REGS = 1 << 12,
	STACK = 1 << 13,
	IDENTIFIER = 1 << 16
};

enum {
	MMAP = 1,
	LOST,
	COMM,
	THROTTLE = 5,
	FORK = 7,
	SAMPLE = 9,
	MMAP2,
	LOST_SAMPLES = 13
};

#define KERNEL_MARK ((uint64_t)-128)
#define USER_MARK   ((uint64_t)-512)

/* A recording in pipe mode that is being made. */
struct rec {
	struct ws_buf b;
	size_t at; /* of the record */
};

static inline void
u64(struct rec *r, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		ws_buf_putc(&r->b, (char)(v >> 8 * i));
}

static inline void
u32(struct rec *r, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		ws_buf_putc(&r->b, (char)(v >> 8 * i));
}

static inline void
text(struct rec *r, const char *s)
{
	size_t n = strlen(s) / 8 * 8 + 8;

	for (size_t i = 0; i < n; i++)
		ws_buf_putc(&r->b, i < strlen(s) ? s[i] : '\0');
}

static inline void
start(struct rec *r)
{
	*r = (struct rec){ 0 };
	ws_buf_puts(&r->b, "PERFILE2");
	u64(r, 16);
}

static inline void
begin(struct rec *r, uint32_t type, uint32_t misc)
{
	r->at = r->b.n;
	u32(r, type);
	u32(r, misc);
}

static inline void
end(struct rec *r)
{
	size_t n = r->b.n - r->at;

	r->b.p[r->at + 6] = (char)n;
	r->b.p[r->at + 7] = (char)(n >> 8);
}

/* An attribute of the size of version 1, with one id. */
static inline void
attr(struct rec *r, uint32_t type, uint64_t config, uint64_t samples,
    uint64_t read, uint64_t id)
{
	const uint64_t sample_id_all = 1 << 18;

	begin(r, 64, 0);
	u32(r, type);
	u32(r, 112);
	u64(r, config);
	u64(r, 1000);
	u64(r, samples);
	u64(r, read);
	u64(r, sample_id_all);
	for (int i = 0; i < 3; i++)
		u64(r, 0);
	u64(r, 1 << 17); /* branches have an index */
	u64(r, 1 << 8 | 1 << 3);
	for (int i = 0; i < 3; i++)
		u64(r, 0);
	u64(r, id);
	end(r);
}

static inline void
name_event(struct rec *r, uint64_t id, const char *name)
{
	begin(r, 78, 0);
	u64(r, 2);
	u64(r, id);
	text(r, name);
	end(r);
}

/* The trailer of TID | TIME | IDENTIFIER. */
static inline void
trailer(struct rec *r, uint32_t pid, uint64_t time, uint64_t id)
{
	u32(r, pid);
	u32(r, pid);
	u64(r, time);
	u64(r, id);
	end(r);
}

static inline void
map(struct rec *r, uint32_t pid, uint64_t from, uint64_t size, uint64_t off,
    const char *name, uint64_t time)
{
	begin(r, MMAP, pid == UINT32_MAX ? 1 : 2);
	u32(r, pid);
	u32(r, pid);
	u64(r, from);
	u64(r, size);
	u64(r, off);
	text(r, name);
	trailer(r, pid, time, 0);
}

static inline void
comm(struct rec *r, uint32_t pid, const char *name, uint64_t time, bool exec)
{
	begin(r, COMM, exec ? 1 << 13 : 0);
	u32(r, pid);
	u32(r, pid);
	text(r, name);
	trailer(r, pid, time, 0);
}

static inline void
fork_of(struct rec *r, uint32_t pid, uint32_t parent, uint64_t time)
{
	begin(r, FORK, 0);
	u32(r, pid);
	u32(r, parent);
	u32(r, pid);
	u32(r, parent);
	u64(r, time);
	trailer(r, pid, time, 0);
}

/* A sample of IDENTIFIER | IP | TID | TIME. */
static inline void
sample(struct rec *r, uint32_t pid, uint64_t ip, uint64_t time, uint64_t id)
{
	begin(r, SAMPLE, 2);
	u64(r, id);
	u64(r, ip);
	u32(r, pid);
	u32(r, pid);
	u64(r, time);
	end(r);
}

#endif
