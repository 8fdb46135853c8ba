/*
 * Internal to the reader of Instruments exports: kinds of elements, the values
 * that they hold, and what the columns of a table mean.
 */
#ifndef INSTRUMENTS_CELL_H
#define INSTRUMENTS_CELL_H

#include "model/dict.h"

typedef unsigned char xmlChar; /* as libxml2 declares it */

/* What an element is, by its name; also what a cell holds. */
enum instr_kind {

#define KIND(id, name) INSTR_##id,
#include "instruments.def"
#undef KIND
	INSTR_KINDS
};

/* A value of the table of ids, or of a column. */
struct instr_cell {
	uint8_t kind; /* INSTR_UNSEEN: no such id */
	uint64_t v;   /* number, id of the dictionary, or see below */
};

/* The value of a thread or process: its number and the name of its track. */
static inline uint64_t
instr_owner(uint32_t pid, ws_id track)
{
	return (uint64_t)pid << 32 | track;
}

/* What columns mean, by their mnemonic. */
enum instr_role {
	ROLE_TIME,
	ROLE_DURATION,
	ROLE_THREAD,
	ROLE_PROCESS,
	ROLE_CORE,
	ROLE_STATE,
	ROLE_WEIGHT,
	ROLE_STACK,
	ROLE_KERNEL_STACK,
	ROLE_CALL,
	ROLE_OPERATION,
	ROLE_CPU_TIME,
	ROLE_WAIT_TIME,
	ROLE_NOTE,
	ROLE_ADDRESS,
	ROLE_SIZE,
	ROLE_READ,
	ROLE_WRITTEN,
	ROLE_TYPE,
	ROLE_CLASS,
	ROLE_SUBCLASS,
	ROLE_CODE,
	ROLES
};

enum {
	INSTR_COLUMNS = 64,
	INSTR_NESTING = 24,    /* open elements whose content matters */
	INSTR_CACHE = 1024,    /* names of elements */
	INSTR_TEXT_MAX = 4096, /* bytes of a text that are kept */
	INSTR_LEAVES = 4096,   /* results of with_leaf() that are kept */
	INSTR_VALUE_BITS = 56,
	INSTR_FAR = 0x80,     /* added to the kind */
	INSTR_PENDING = 0x40, /* a cell whose value is an id */
	INSTR_THREAD_STATES = 9
};

struct instr_buf {
	char p[INSTR_TEXT_MAX];
	size_t n;
};

/* What the element that is being read is made of. */
struct instr_scratch {
	struct ws_frame frame;
	ws_id *stack, *addresses;
	size_t n_stack, cap_stack, n_addresses, cap_addresses;
	ws_id inner; /* a backtrace within a tagged one */
	bool has_inner, from_addresses;
	uint64_t pc;               /* of a kperf-bt */
	uint64_t number;           /* text so far */
	bool digits, ended, other; /* of the number */
	struct instr_buf text, fmt, thread_fmt, process_fmt, plain;
	struct instr_cell thread_process, waker;
	uint64_t tid, pid;
};

struct instr_open {
	uint8_t kind;
	uint64_t id; /* INSTR_NO_ID when it has none */
};

#define INSTR_NO_ID UINT64_MAX

/* A table of contents: see instruments_toc.c. */
struct instr_toc {
	bool seen, in_target;
	uint64_t pid;    /* of the target, or 0 */
	double duration; /* ns of the last run, or NaN */
	int64_t start;   /* since 1970, or WS_T_NONE */
	struct instr_buf text;
	bool wants_text;
};

struct instr_counts {
	uint64_t rows, uneven, dangling, untimed, foreign, documents, shuffled;
};

static inline struct ws_sv
instr_buf_sv(const struct instr_buf *b)
{
	return (struct ws_sv){ b->p, b->n };
}

#endif
