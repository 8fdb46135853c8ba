/*
 * Internal to the reader of Instruments exports.  instruments.c feeds documents
 * to libxml2, instruments_scan.c reads plain rows, instruments_xml.c makes cells
 * of elements, instruments_rows.c makes events of rows, instruments_toc.c reads
 * tables of contents.
 */
#ifndef INSTRUMENTS_H
#define INSTRUMENTS_H

#include "ingest/source.h"
#include "instruments_cell.h"
#include "model/batch.h"

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

/* A stack and the same one with a leaf on top. */
struct instr_leaf {
	ws_id stack, func, mapping, with;
};

struct instr {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	struct _xmlParserCtxt *ctxt;
	struct instr_scan *scan;
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
	/* Bytes that libxml2 was given, and those up to an end tag. */
	uint64_t fed, tag_end;
	const char *stop; /* why the document was given up */
	enum ws_status stop_status;
	/* Ids of the document: a kind above INSTR_VALUE_BITS of value; what
	 * does not fit is an index of far[]. */
	uint64_t *value, *far;
	size_t ids, defined, cap_value, n_far, cap_far;
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
};

/* instruments_xml.c: handlers of libxml2 */
void instr_xml_begin(struct instr *t); /* opens a document */
void instr_xml_fini(struct instr *t);
/* Of a name in the document's dictionary. */
enum instr_kind instr_known_kind(struct instr *t, const xmlChar *name);
/* An element of a node begins, has text, ends. */
void instr_start(
    struct instr *t, enum instr_kind k, int n, const xmlChar **attributes);
void instr_text(struct instr *t, const xmlChar *p, int n);
void instr_end(struct instr *t);
/* Puts bytes into a buffer, as many as fit. */
void instr_buf_put(struct instr_buf *b, const void *p, size_t n);

/* instruments_cell.c: the value of an element that ended. */
struct instr_cell instr_end_cell(struct instr *t, unsigned kind);
void instr_push_frame(struct instr *t, ws_id frame);
void instr_end_address(struct instr *t); /* of a list */

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
