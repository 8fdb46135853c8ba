/* What the files of the perf.data reader share. */
#ifndef WS_PARSERS_PERF_DATA_H
#define WS_PARSERS_PERF_DATA_H

#include "base/htab.h"
#include "ingest/parser.h"
#include "perf_data_abi.h"
#include "perf_data_event.h"
#include "perf_data_in.h"
#include "perf_data_maps.h"

/* What the features tell. */
struct pd_about {
	ws_id hostname, release, version, arch, cpu, cmdline;
	uint32_t cpus;
	uint64_t wall, wall_at; /* CLOCK_DATA: the same moment, 0 when none */
	uint32_t clockid;
	bool has_clock_data, is_dir;
};

struct samples;

struct pd {
	struct ws_source *src;
	struct ws_sink *sink;
	const struct ws_limits *limits;
	const unsigned char *base;
	size_t size;
	bool big, pipe;
	uint64_t data_off, data_end; /* where records are */
	const uint64_t *part;        /* ends of the files of a folder */
	size_t n_part;
	struct ws_err why; /* the first fault */
	unsigned faults;

	struct pd_attr *attr;
	size_t n_attr, cap_attr, laid_out;
	struct ws_htab *ids;
	uint32_t *id_attr; /* of an id's index */
	size_t cap_id, n_ids;
	int id_at;   /* word of the id in a sample, or -1 */
	int id_back; /* word from the end of a trailer, 1 is the last; or -1 */
	bool has_time;

	struct pd_about about;
	struct ws_htab *format_ids;
	struct pd_format *format; /* by index of the id */
	size_t n_format, cap_format;
	struct pd_field *field;
	size_t n_field, cap_field;
	struct pd_maps *maps;

	uint64_t count[PD_TYPES], unknown;
	uint64_t lost, lost_samples, throttled;
	uint64_t auxtrace, deferred, user_stacks, packed;
	int64_t first, last; /* times of samples, or WS_T_NONE */
	ws_id clock;
	struct ws_batch out;
	struct samples *samples; /* while the second walk goes on */
	uint64_t bad_samples;
};

/* One record; p is what follows its header. */
struct pd_rec {
	uint32_t type;
	uint16_t misc;
	const unsigned char *p;
	size_t n;
	uint64_t off; /* in the artifact; of what is packed, of its envelope */
	uint64_t seq; /* its number */
	bool is_packed; /* its bytes are gone with the next record */
};

/* Tells the sink, and keeps the first. */
void pd_fault(struct pd *d, uint64_t off, const char *fmt, ...) WS_PRINTF(3, 4);
struct pd_in pd_in(const struct pd *d, const void *p, size_t n);
struct pd_in pd_body(const struct pd *d, const struct pd_rec *r);

/* perf_data_walk.c: every record in the order of the file, unpacked.  Faults
 * are told in the first walk only. */
void pd_walk(struct pd *d, bool first,
    void (*visit)(struct pd *d, const struct pd_rec *r));

/* perf_data_attr.c */
bool pd_attr_add(struct pd *d, struct pd_in in, uint64_t *index);
void pd_attr_id(struct pd *d, uint64_t index, uint64_t id);
void pd_attrs_finish(struct pd *d); /* layouts and series, when all is known */
/* Whether samples have times, as far as the events so far say. */
bool pd_has_time(struct pd *d);
/* The attribute of an id; the first for 0 and unknown ones. */
struct pd_attr *pd_attr_of(struct pd *d, uint64_t id);
ws_id pd_attr_name(struct pd *d, const struct pd_attr *a);

/* The trailer of a record that is no sample. */
struct pd_trailer {
	uint32_t pid, tid;
	uint64_t time; /* 0 when there is none */
};
struct pd_trailer pd_trailer_of(struct pd *d, const struct pd_rec *r);

/* perf_data_feature.c: a feature, a section of the file or a record. */
void pd_feature(struct pd *d, uint64_t number, struct pd_in in);
void pd_features(struct pd *d, uint64_t table, const uint64_t bits[4]);
void pd_about_emit(struct pd *d);

/* perf_data_format.c: the tracing data. */
void pd_formats(struct pd *d, struct pd_in in);
const struct pd_format *pd_format_of(const struct pd *d, uint64_t id);
const struct pd_field *pd_format_field(
    const struct pd *d, const struct pd_format *f, const char *name);

/* perf_data_side.c: the first walk. */
void pd_build_id(struct pd *d, const struct pd_rec *r);
void pd_side(struct pd *d, const struct pd_rec *r);
const char *pd_type_name(uint32_t type);

/* perf_data_sample.c: the second walk. */
void pd_samples(struct pd *d);

#endif
