/* What the files of the pprof reader share. */
#ifndef WS_PARSERS_PPROF_H
#define WS_PARSERS_PPROF_H

#include "ingest/parser.h"
#include "pprof_table.h"
#include "pprof_wire.h"

struct pprof {
	struct ws_source *src;
	struct ws_sink *sink;
	const struct ws_limits *limits;
	const unsigned char *base; /* of the window */
	struct pprof_in in;        /* the part of it that is one profile */
	struct pprof_fault faults[PPROF_F_COUNT];
	PPROF_TABLE(struct pprof_type) types;
	PPROF_TABLE(struct pprof_string) strings;
	PPROF_TABLE(struct pprof_function) functions;
	PPROF_TABLE(struct pprof_mapping) mappings;
	PPROF_TABLE(struct pprof_location) locations;
	PPROF_TABLE(struct pprof_line) lines;
	PPROF_TABLE(uint64_t) comments;
	struct pprof_ids function_ids, mapping_ids, location_ids;
	ws_id *frames; /* beside lines */
	uint64_t samples, fields;
	uint64_t lost; /* samples that were dropped */
	int64_t time, duration, period;
	uint64_t drop, keep, doc_url, default_type; /* string indexes */
	struct pprof_type period_type;
	bool has_period_type, heap, limit;
	bool is_part;      /* one of several in the file */
	const char *told;  /* how block and mutex were told apart, or NULL */
	uint64_t votes[2]; /* leaves of holders, of waiters */
	ws_id primary;     /* series that the capture is named by */
	ws_id clock;
	const char *limit_what;
};

void pprof_fault(struct pprof *p, enum pprof_fault_kind k, const void *at);
/* Stops the parse with a `limit` result. */
bool pprof_over(struct pprof *p, const char *what);

/* pprof_index.c: the first pass, which fills the tables. */
void pprof_index(struct pprof *p);
void pprof_tables_fini(struct pprof *p);

/* pprof_table.c: looking things up. */
void pprof_ids_build(struct pprof *p);
uint32_t pprof_ids_get(const struct pprof_ids *ids, uint64_t id);
void pprof_ids_fini(struct pprof_ids *ids);
/* The bytes of a string; empty and a fault when there is none. */
struct ws_sv pprof_text(struct pprof *p, uint64_t index);
ws_id pprof_intern(struct pprof *p, uint64_t index);
/* The frames of a location, innermost first; NULL when it is not there. */
const struct pprof_location *pprof_location(struct pprof *p, uint64_t id);

/* pprof_kind.c: which series the values are of. */
void pprof_kind(struct pprof *p);
void pprof_describe(struct pprof *p);

/* pprof_emit.c: the second pass. */
enum ws_status pprof_emit(struct pprof *p);
/* Weighs the leaf of every sample: how many hold a lock, how many wait. */
void pprof_leaves(
    struct pprof *p, int (*side)(struct ws_sv function), uint64_t votes[2]);

#endif
