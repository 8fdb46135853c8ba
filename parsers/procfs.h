/* Parts of the reader of /proc and cgroups: the file at hand, and what the
 * words in it mean. */
#ifndef WS_PROCFS_H
#define WS_PROCFS_H

#include "ingest/source.h"
#include "model/sink.h"

/* What a word of a "key value" file means. */
struct ws_procfs_key {
	const char *key;
	ws_id name;
	enum ws_unit unit;
	double factor;    /* to the base unit */
	bool colon;       /* the key ends in a colon */
	bool total;       /* a sum since the start */
	const char *file; /* only in files of that name, or NULL */
	bool over;        /* one of two that make a share */
};

/* One /proc/stat; open: its line of all CPUs was read. */
struct ws_procfs_stat {
	bool open;
	bool complete; /* other lines follow those of the CPUs */
	double v[8], cpus, switches;
};

struct ws_procfs {
	struct ws_source *src;
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id ticks, utc, clock; /* clocks; the last one is of t */
	int64_t t;               /* of the snapshot, or WS_T_NONE */
	ws_id track;
	bool total;
	struct ws_buf path; /* of the file, or as `head` names it */
	struct ws_procfs_stat stat;
	double periods; /* of the quota, NaN before they are known */
	struct ws_buf comm;
	uint64_t pid; /* of a status file, 0 when unknown */
	double switches[2];
	bool have_switches[2];
	bool damaged;
	uint64_t rows, known, unnamed, snapshots;
};

/* Another file begins. */
void ws_procfs_enter(struct ws_procfs *p, struct ws_sv path);
/* True when the last part of the path is or ends in that name. */
bool ws_procfs_is_named(const struct ws_procfs *p, const char *name);
/* The series of a line of pressure, by the name of the file; 0: unknown. */
ws_id ws_procfs_pressure(const struct ws_procfs *p, bool full);
const struct ws_procfs_key *ws_procfs_find(
    const struct ws_procfs *p, struct ws_sv key, bool colon);
void ws_procfs_put(
    struct ws_procfs *p, const struct ws_procfs_key *k, double v);
/* Words of PID/status and PID/io; values go out when the file ends, since
 * their order puts the name of the process anywhere. */
bool ws_procfs_task(struct ws_procfs *p, struct ws_sv key, struct ws_sv value);
void ws_procfs_end_task(struct ws_procfs *p);
/* A line that nothing but the kernel prints; f has its n fields. */
bool ws_procfs_is_sure(struct ws_sv line, const struct ws_sv *f, size_t n);
/* A short file that only its name tells: uptime, cpu.max. */
bool ws_procfs_is_named_file(const struct ws_artifact *a);

#endif
