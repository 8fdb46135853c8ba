/* What the files of the perf.data reader share. */
#ifndef WS_PARSERS_PERF_DATA_H
#define WS_PARSERS_PERF_DATA_H

#include "base/htab.h"
#include "ingest/parser.h"
#include "perf_data_in.h"
#include "perf_data_maps.h"

/* Bits of sample_type: perf_event.h of Linux, enum perf_event_sample_format. */
#define PD_IP         (UINT64_C(1) << 0)
#define PD_TID        (UINT64_C(1) << 1)
#define PD_TIME       (UINT64_C(1) << 2)
#define PD_ADDR       (UINT64_C(1) << 3)
#define PD_READ       (UINT64_C(1) << 4)
#define PD_CALLCHAIN  (UINT64_C(1) << 5)
#define PD_ID         (UINT64_C(1) << 6)
#define PD_CPU        (UINT64_C(1) << 7)
#define PD_PERIOD     (UINT64_C(1) << 8)
#define PD_STREAM_ID  (UINT64_C(1) << 9)
#define PD_RAW        (UINT64_C(1) << 10)
#define PD_BRANCH     (UINT64_C(1) << 11)
#define PD_REGS_USER  (UINT64_C(1) << 12)
#define PD_STACK_USER (UINT64_C(1) << 13)
#define PD_IDENTIFIER (UINT64_C(1) << 16)

struct pd_attr {
	uint32_t type;
	uint64_t config, period, sample_type, read_format, flags;
	uint64_t branch_type, regs_user;
	uint32_t clockid;
	ws_id event;   /* its name as recorded, or 0 */
	ws_id series;  /* of its samples */
	uint8_t unit;  /* of their values */
	uint8_t point; /* enum pd_point */
	uint64_t samples;
};

/* Canonical bits of perf_event_attr.flags. */
enum { PD_F_FREQ = 10, PD_F_SAMPLE_ID_ALL = 18, PD_F_CLOCKID = 25 };

/* perf_event_attr.type */
enum { PD_HARDWARE, PD_SOFTWARE, PD_TRACEPOINT, PD_CACHE };

/* Tracepoints that more is made of than samples. */
enum pd_point {
	PD_P_NONE,
	PD_P_SWITCH,
	PD_P_WAKEUP,
	PD_P_SYS_ENTER,     /* of one call, whose name the event has */
	PD_P_SYS_EXIT,      /* likewise */
	PD_P_RAW_SYS_ENTER, /* of any, by number */
	PD_P_RAW_SYS_EXIT,
	PD_P_BLOCK_ISSUE,
	PD_P_BLOCK_COMPLETE,
	PD_P_LOCK_BEGIN,
	PD_P_LOCK_END,
	PD_P_SWITCHED_IN /* of SWITCH records */
};

struct pd_field {
	struct ws_sv name;
	uint32_t off, size;
};

/* A tracepoint, as the recording describes it. */
struct pd_format {
	uint64_t id;
	ws_id name;      /* "system:event" */
	size_t first, n; /* of pd.field */
};

enum { PD_TYPES = 87 }; /* one more than the highest known */

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
	size_t cap_id;
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
};

enum {
	PD_MISC_CPUMODE = 7,
	PD_MISC_DATA = 1 << 13, /* also: exec, of a COMM or FORK */
	PD_MISC_BUILD_ID = 1 << 14,
	PD_MISC_ID_SIZE = 1 << 15
};

enum pd_type {
	PD_R_MMAP = 1,
	PD_R_LOST,
	PD_R_COMM,
	PD_R_EXIT,
	PD_R_THROTTLE,
	PD_R_UNTHROTTLE,
	PD_R_FORK,
	PD_R_READ,
	PD_R_SAMPLE,
	PD_R_MMAP2,
	PD_R_AUX,
	PD_R_LOST_SAMPLES = 13,
	PD_R_SWITCH,
	PD_R_KSYMBOL = 17,
	PD_R_DEFERRED = 22,
	PD_R_ATTR = 64,
	PD_R_TRACING_DATA = 66,
	PD_R_BUILD_ID,
	PD_R_FINISHED_ROUND,
	PD_R_AUXTRACE = 71,
	PD_R_EVENT_UPDATE = 78,
	PD_R_FEATURE = 80,
	PD_R_COMPRESSED,
	PD_R_COMPRESSED2 = 83
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
