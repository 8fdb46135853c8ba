/*
 * Internal to the reader of Instruments exports.  instruments.c feeds documents
 * to libxml2, instruments_xml.c makes cells of elements, instruments_rows.c
 * makes events of rows, instruments_toc.c reads tables of contents.
 */
#ifndef INSTRUMENTS_H
#define INSTRUMENTS_H

#include <libxml/parser.h>

#include "ingest/source.h"
#include "model/sink.h"

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
	INSTR_FAR = 0x80, /* added to the kind */
	INSTR_THREAD_STATES = 9
};

struct instr;

/* The table that the current node holds. */
struct instr_table {
	void (*row)(struct instr *); /* NULL: a track's detail */
	size_t columns;
	int8_t role[ROLES];          /* column, or -1 */
	ws_id series[INSTR_COLUMNS]; /* of a generic table's numbers, or 0 */
	uint8_t unit[INSTR_COLUMNS];
	ws_id main; /* series of a generic table's stacks */
	char schema[64];
	char mnemonic[64]; /* of the column that is being read */
	char type[64];
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

/* A stack and the same one with a leaf on top. */
struct instr_leaf {
	ws_id stack, func, mapping, with;
};

struct instr_counts {
	uint64_t rows, uneven, dangling, untimed, foreign, documents, shuffled;
};

struct instr {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	xmlParserCtxtPtr ctxt;
	xmlSAXHandler sax;
	/* Names of the document's dictionary. */
	const xmlChar *a_id, *a_ref, *a_fmt, *a_name, *a_addr, *a_line, *a_path;

	struct {
		const xmlChar *name;
		uint8_t kind;
	} cache[INSTR_CACHE];

	size_t cached;
	unsigned depth;
	struct instr_open open[INSTR_NESTING];
	bool in_toc, in_row, wants_text, root_ended;
	uint64_t root_end; /* offset in the document */
	const char *stop;  /* why the document was given up */
	enum ws_status stop_status;
	/* Ids of the document: a kind above INSTR_VALUE_BITS of value; what
	 * does not fit is an index of far[]. */
	uint64_t *value, *far;
	size_t ids, cap_value, n_far, cap_far;
	struct instr_leaf leaf[INSTR_LEAVES];
	struct instr_cell cell[INSTR_COLUMNS];
	size_t cells;
	struct instr_table table;
	struct instr_scratch s;
	struct instr_toc toc;
	struct instr_counts count;
	ws_id clock;
	ws_id thread_state[INSTR_THREAD_STATES], core_state[4];
	uint32_t go_heap, kernel; /* mappings */
	int64_t first, last;      /* times of rows of samples */
	double weight;            /* sum of CPU time */
	uint64_t weights;
	ws_id main;       /* first series of samples, or 0 */
	size_t depth_max; /* frames of a stack */
	uint64_t off;     /* of the document */
};

/* instruments_xml.c */
void instr_xml_init(struct instr *t);  /* once */
void instr_xml_begin(struct instr *t); /* of each document */
void instr_xml_fini(struct instr *t);
enum instr_kind instr_kind_of(const char *name, size_t n);
/* Puts bytes into a buffer, as many as fit. */
void instr_buf_put(struct instr_buf *b, const void *p, size_t n);

/* instruments_rows.c */
void instr_rows_init(struct instr *t);
/* A node begins, its schema has a column, its schema ended. */
void instr_table_begin(struct instr *t);
void instr_table_schema(struct instr *t, struct ws_sv name);
void instr_table_column(struct instr *t);
void instr_row(struct instr *t);
/* The attributes of a row in a track's detail, as libxml2 gives them. */
void instr_detail(struct instr *t, int n, const xmlChar **attributes);
/* What is known of all rows at the end. */
void instr_rows_finish(struct instr *t);

/* instruments_toc.c */
void instr_toc_begin(struct instr *t);
void instr_toc_element(
    struct instr *t, struct ws_sv name, int n, const xmlChar **attributes);
void instr_toc_end(struct instr *t, struct ws_sv name);
void instr_toc_finish(struct instr *t);

static inline struct ws_sv
instr_sv(const xmlChar *from, const xmlChar *to)
{
	return (struct ws_sv){ (const char *)from, (size_t)(to - from) };
}

#endif
