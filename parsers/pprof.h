/* What the files of the pprof reader share. */
#ifndef WS_PARSERS_PPROF_H
#define WS_PARSERS_PPROF_H

#include "ingest/parser.h"
#include "pprof_table.h"
#include "pprof_wire.h"

/* The file as it goes by: a window on it, and what of that is not read. */
struct pprof_tape {
	struct ws_source *src;
	struct pprof_in in;
	const unsigned char *window;
	uint64_t window_at; /* its offset in the artifact */
};

struct pprof {
	struct pprof_tape tape;
	struct ws_sink *sink;
	const struct ws_limits *limits;
	struct pprof_fault faults[PPROF_F_COUNT];
	PPROF_TABLE(struct pprof_type) types;
	PPROF_TABLE(struct pprof_string) strings;
	PPROF_TABLE(struct pprof_function) functions;
	PPROF_TABLE(struct pprof_mapping) mappings;
	PPROF_TABLE(struct pprof_location) locations;
	PPROF_TABLE(struct pprof_line) lines;
	PPROF_TABLE(uint64_t) comments;
	struct ws_buf text; /* of all strings, end to end */
	struct pprof_samples kept;
	struct pprof_ids function_ids, mapping_ids, location_ids;
	ws_id *frames;                   /* beside lines */
	uint64_t samples, fields, start; /* offset of the first field */
	uint32_t seen, before; /* field numbers: all, and before strings */
	uint64_t lost;         /* samples that were dropped */
	int64_t time, duration, period;
	uint64_t drop, keep, doc_url, default_type; /* string indexes */
	struct pprof_type period_type;
	bool has_period_type, heap, limit;
	bool cpu_of_period; /* CPU time is samples times the period */
	bool prunes;        /* drop_frames has something to cut */
	bool was_string;    /* the last field */
	bool more;          /* another profile follows in the file */
	const char *told;   /* how block and mutex were told apart, or NULL */
	uint64_t votes[2];  /* leaves of holders, of waiters */
	ws_id primary;      /* series that the capture is named by */
	ws_id clock;
	const char *limit_what;
};

/* `at` points into the window. */
void pprof_fault(struct pprof *p, enum pprof_fault_kind k, const void *at);
/* n of them, the first at an offset in the artifact or WS_OFF_NONE. */
void pprof_faults(
    struct pprof *p, enum pprof_fault_kind k, uint64_t off, uint64_t n);
/* Stops the parse with a `limit` result. */
bool pprof_over(struct pprof *p, const char *what);

/* pprof_index.c: the first pass, which fills the tables. */
void pprof_index(struct pprof *p);
void pprof_tables_fini(struct pprof *p);

/* pprof_samples.c: samples as they were written, equal ones added up, until
 * all tables are known. */
void pprof_samples_init(struct pprof_samples *s);
void pprof_samples_add(struct pprof *p, struct pprof_in in);
void pprof_samples_fini(struct pprof_samples *s);
/* The places and labels of one, as fields of a sample; not its values. */
struct pprof_in pprof_samples_get(const struct pprof_samples *s, size_t i);

/* pprof_table.c: looking things up. */
void pprof_ids_build(struct pprof *p);
uint32_t pprof_ids_get(const struct pprof_ids *ids, uint64_t id);
void pprof_ids_fini(struct pprof_ids *ids);
/* The bytes of a string; empty and a fault when there is none. */
struct ws_sv pprof_text(struct pprof *p, uint64_t index);
ws_id pprof_intern(struct pprof *p, uint64_t index);
/* The frames of a location, innermost first; NULL when it is not there. */
const struct pprof_location *pprof_location(struct pprof *p, uint64_t id);

/* pprof_prune.c: marks the locations that drop_frames cuts at. */
void pprof_prune(struct pprof *p);

/* pprof_kind.c: which series the values are of. */
void pprof_kind(struct pprof *p);
void pprof_describe(struct pprof *p);

/* pprof_emit.c: the second pass. */
enum ws_status pprof_emit(struct pprof *p);
/* Weighs the leaf of every sample: how many hold a lock, how many wait. */
void pprof_leaves(
    struct pprof *p, int (*side)(struct ws_sv function), uint64_t votes[2]);

#endif
