/* The tables of a pprof profile, and what can be wrong with one. */
#ifndef WS_PARSERS_PPROF_TABLE_H
#define WS_PARSERS_PPROF_TABLE_H

#include "base/htab.h"
#include "base/units.h"
#include "model/dict.h"

/* What can be wrong.  Reported once each, with how often and where first. */
#define PPROF_FAULTS(X)                                                        \
	X(CUT, "no whole field from here on")                                  \
	X(BAD_FIELD, "fields whose bytes are not of their type")               \
	X(BAD_MESSAGE, "damaged entries left out")                             \
	X(CONCATENATED, "concatenated profiles (a second time_nanos)")         \
	X(FIRST_STRING, "string table that does not start with \"\"")          \
	X(BAD_STRING, "string indexes out of range")                           \
	X(LONG_STRING, "strings cut at the limit")                             \
	X(ZERO_ID, "entries with id 0 left out")                               \
	X(DUPLICATE_ID, "entries with an id seen before left out")             \
	X(NO_FUNCTION, "lines whose function is missing")                      \
	X(NO_MAPPING, "locations whose mapping is missing")                    \
	X(NO_LOCATION, "samples whose location is missing")                    \
	X(BAD_SAMPLE, "damaged samples")                                       \
	X(VALUE_COUNT, "samples with another number of values than types")     \
	X(BAD_LABEL, "labels left out or shortened")                           \
	X(DEEP, "stacks or locations cut at the depth limit")                  \
	X(SAME_TYPE, "sample types that repeat an earlier one")

enum pprof_fault_kind {

#define X(id, text) PPROF_F_##id,
	PPROF_FAULTS(X)
#undef X
	    PPROF_F_COUNT
};

struct pprof_fault {
	uint64_t n, off;
};

/* Ids to places in a table: an array while ids are dense. */
struct pprof_ids {
	uint32_t *place;
	uint64_t n_dense;  /* ids below this are found in place[] directly */
	struct ws_htab *h; /* else place[] goes by the index of this */
};

#define PPROF_NONE UINT32_MAX

/* A string of the table; interned when something uses it. */
struct pprof_string {
	uint64_t at; /* offset in the text of all strings */
	uint32_t n;
	ws_id id; /* PPROF_NONE: not interned yet */
};

struct pprof_function {
	uint64_t id;
	uint64_t name, file; /* string indexes */
};

struct pprof_mapping {
	uint64_t id, start, limit, offset;
	uint64_t file, build_id; /* string indexes */
	bool told;               /* to the symbol table */
};

struct pprof_line {
	uint64_t function; /* id, or 0 */
	uint32_t line;
};

struct pprof_location {
	uint64_t id, mapping, addr; /* mapping is an id */
	uint32_t first, n; /* lines, and frames once ready; n is never 0 */
	bool bare;         /* without lines: one stands in for them */
	bool cut, cut_all; /* drop_frames: what is called, or this as well */
	bool ready;
};

/* An array that grows. */
#define PPROF_TABLE(type)                                                      \
	struct {                                                               \
		type *v;                                                       \
		size_t n, cap;                                                 \
	}

/* All samples with the same places and labels. */
struct pprof_sample {
	uint64_t off; /* of the first in the artifact */
	size_t first; /* of its sums */
	uint32_t n_values;
	uint32_t count; /* stops at its largest value */
};

struct pprof_samples {
	struct ws_htab *keys; /* what pprof_samples_get() gives, and a byte */
	PPROF_TABLE(struct pprof_sample) v; /* by index of the key */
	PPROF_TABLE(int64_t) sums;
	struct ws_buf key;
	uint64_t key_bytes;
	struct ws_htab *labels; /* distinct ones */
	uint64_t folded;        /* samples with a label past the most */
};

/* The most values of one sample, and distinct labels of a profile; the text of
 * a label past that is "(other)", which this string index stands for. */
enum { PPROF_VALUES_MAX = 256, PPROF_LABELS_MAX = 10000 };

#define PPROF_OTHER UINT64_MAX

/* One value type, and the series that its values go to. */
struct pprof_type {
	uint64_t type, unit; /* string indexes */
	ws_id series;        /* 0: values are left out */
	enum ws_unit to;
	double scale;
};

#endif
