/* Parts of the reader of /proc and cgroups: the file at hand, and what the
 * words in it mean. */
#ifndef WS_PROCFS_H
#define WS_PROCFS_H

#include "ingest/kernel.h"
#include "ingest/source.h"

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
	struct ws_kernel_cpu sums;
	int64_t t; /* of its first line, as in ws_kernel */
	ws_id clock;
};

enum ws_procfs_task_value {
	WS_TASK_USER, /* CPU time in s */
	WS_TASK_SYS,
	WS_TASK_MINOR, /* page faults */
	WS_TASK_MAJOR,
	WS_TASK_VOLUNTARY, /* switches */
	WS_TASK_INVOLUNTARY,
	WS_TASK_READ, /* bytes */
	WS_TASK_WRITE,
	WS_TASK_WAIT,  /* for a CPU, in s */
	WS_TASK_DELAY, /* for disks, in s */
	WS_TASK_RSS,   /* bytes; of the moment */
	WS_TASK_THREADS,
	WS_TASK_VALUES
};

/* What a file says of one process; its words come in any order. */
struct ws_procfs_task {
	struct ws_buf comm;
	uint64_t pid; /* 0 when the file does not say */
	double v[WS_TASK_VALUES];
	bool any;
};

struct ws_procfs {
	struct ws_source *src;
	struct ws_kernel k;
	size_t prefix;      /* fields with the time before each line */
	struct ws_buf path; /* of the file, or as `head` names it */
	ws_id group;        /* the cgroup that the path names, or 0 */
	struct ws_procfs_stat stat;
	double periods; /* of the quota, NaN before they are known */
	struct ws_procfs_task task;
	bool damaged;
	bool long_group; /* some disks are left out, see GROUP_MAX */
	uint64_t known, unnamed, ownerless, snapshots;
};

/* A sum or a level: none of those that are read is below 0. */
bool ws_procfs_number(struct ws_sv s, double *v);
/* Another file begins; listed: it is one of several in the text. */
void ws_procfs_enter(struct ws_procfs *p, struct ws_sv path, bool listed);
/* True when the last part of the path is or ends in that name. */
bool ws_procfs_is_named(const struct ws_procfs *p, const char *name);
/* The series of a line of pressure, by the name of the file; 0: unknown. */
ws_id ws_procfs_pressure(const struct ws_procfs *p, bool full);
const struct ws_procfs_key *ws_procfs_find(
    const struct ws_procfs *p, struct ws_sv key, bool colon);
void ws_procfs_put(
    struct ws_procfs *p, const struct ws_procfs_key *k, double v);
/* The process that the folder of the file names, or 0. */
uint64_t ws_procfs_pid(const struct ws_procfs *p);
/* A line of a file of one process; values go out when the file ends. */
bool ws_procfs_task(
    struct ws_procfs *p, struct ws_sv line, const struct ws_sv *f, size_t n);
void ws_procfs_end_task(struct ws_procfs *p);
/* PID/stat, which is one line: "12 (comm) S 1 ..."; *rest begins at the S. */
bool ws_procfs_is_task(
    struct ws_sv line, uint64_t *pid, struct ws_sv *comm, struct ws_sv *rest);
/* A line that nothing but the kernel prints; f has its n fields. */
bool ws_procfs_is_sure(struct ws_sv line, const struct ws_sv *f, size_t n);
/* A short file that only its name tells: uptime, cpu.max. */
bool ws_procfs_is_named_file(const struct ws_artifact *a);

#endif
