/*
 * The words of /proc and cgroup files: which of them are series, and which
 * lines give such a file away.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "procfs.h"

#define KB   1024.0
#define PAGE 4096.0

static const struct ws_procfs_key keys[] = {
	/* stat */
	{ "ctxt", WS_N_SCHED_SWITCHES, WS_U_RATE, 1, false, true, NULL, false },
	{ "procs_running", WS_N_SCHED_RUNNABLE, WS_U_COUNT, 1, false, false,
	    NULL, false },
	{ "procs_blocked", WS_N_SCHED_BLOCKED, WS_U_COUNT, 1, false, false,
	    NULL, false },
	/* meminfo */
	{ "MemFree", WS_N_MEM_FREE, WS_U_BYTES, KB, true, false, NULL, false },
	{ "MemAvailable", WS_N_MEM_AVAILABLE, WS_U_BYTES, KB, true, false, NULL,
	    false },
	{ "MemTotal", WS_N_MEM_TOTAL, WS_U_BYTES, KB, true, false, NULL,
	    false },
	{ "Buffers", WS_N_MEM_BUFFERS, WS_U_BYTES, KB, true, false, NULL,
	    false },
	{ "Cached", WS_N_MEM_CACHE, WS_U_BYTES, KB, true, false, NULL, false },
	{ "Slab", WS_N_MEM_SLAB, WS_U_BYTES, KB, true, false, NULL, false },
	/* vmstat */
	{ "pgfault", WS_N_MEM_FAULTS, WS_U_RATE, 1, false, true, "vmstat",
	    false },
	{ "pgmajfault", WS_N_MEM_FAULTS_MAJOR, WS_U_RATE, 1, false, true,
	    "vmstat", false },
	{ "pgscan_direct", WS_N_MEM_SCAN_DIRECT, WS_U_RATE, 1, false, true,
	    "vmstat", false },
	{ "pgpgin", WS_N_BLOCK_IN, WS_U_BRATE, KB, false, true, "vmstat",
	    false },
	{ "pgpgout", WS_N_BLOCK_OUT, WS_U_BRATE, KB, false, true, "vmstat",
	    false },
	/* cpu.stat: v2 in us, v1 in ns */
	{ "usage_usec", WS_N_CGROUP_USAGE, WS_U_COUNT, 1e-6, false, true, NULL,
	    false },
	{ "throttled_usec", WS_N_CGROUP_THROTTLED_TIME, WS_U_COUNT, 1e-6, false,
	    true, NULL, false },
	{ "throttled_time", WS_N_CGROUP_THROTTLED_TIME, WS_U_COUNT, 1e-9, false,
	    true, NULL, false },
	{ "nr_periods", WS_N_CGROUP_THROTTLED, WS_U_RATIO, 1, false, true, NULL,
	    true },
	{ "nr_throttled", WS_N_CGROUP_THROTTLED, WS_U_RATIO, 1, false, true,
	    NULL, true },
	/* memory.events */
	{ "high", WS_N_CGROUP_MEM_HIGH, WS_U_RATE, 1, false, true,
	    "memory.events", false },
	{ "oom_kill", WS_N_CGROUP_OOM, WS_U_RATE, 1, false, true,
	    "memory.events", false },
};

bool
ws_procfs_number(struct ws_sv s, double *v)
{
	double number;

	if (!ws_num_decimal(s, &number) || number < 0)
		return false;
	*v = number;
	return true;
}

/* The folder below that of all cgroups, or, in a list of files, any that is no
 * time; empty when there is none. */
static struct ws_sv
group_of(struct ws_sv path, bool listed)
{
	static const char all[] = "sys/fs/cgroup/";
	size_t at = ws_sv_find(path, all);
	struct ws_sv group = path, rest;

	while (group.n > 0 && group.p[group.n - 1] != '/')
		group.n--;
	group.n -= group.n > 0;
	if (at < path.n)
		return ws_sv_from(group, at + sizeof(all) - 1);
	for (rest = group; listed && rest.n > 0;) {
		struct ws_sv part = ws_sv_split(&rest, '/');

		if (!ws_is_moment(part) || ws_is_bare_number(part))
			break;
		group = rest;
	}
	return listed ? group : ws_sv_of(NULL);
}

void
ws_procfs_enter(struct ws_procfs *p, struct ws_sv path, bool listed)
{
	ws_procfs_end_task(p);
	p->path.n = 0;
	ws_buf_putsv(&p->path, path);
	p->group = ws_dict_str(p->k.sink->dict, group_of(path, listed));
	p->periods = NAN;
}

static bool
ends_in(struct ws_sv path, const char *name)
{
	size_t n = strlen(name);

	/* "t0/uptime", "proc.uptime", "procvmstat", "cpu.max.txt" */
	if (ws_sv_ends(path, ".txt"))
		path.n -= 4;
	return path.n >= n && ws_sv_ends(path, name);
}

bool
ws_procfs_is_named(const struct ws_procfs *p, const char *name)
{
	return ends_in(ws_buf_sv(&p->path), name);
}

ws_id
ws_procfs_pressure(const struct ws_procfs *p, bool full)
{
	static const struct {
		const char *word;
		ws_id some, full;
	} resource[] = {
		{ "cpu", WS_N_PSI_CPU_SOME, WS_N_PSI_CPU_FULL },
		{ "io", WS_N_PSI_IO_SOME, WS_N_PSI_IO_FULL },
		{ "memory", WS_N_PSI_MEM_SOME, WS_N_PSI_MEM_FULL },
	};

	static const char *const form[] = { "pressure/%s", "pressure_%s",
		"pressure-%s", "pressure.%s", "%s.pressure", "psi/%s", "psi_%s",
		"psi-%s", "psi.%s" };
	char name[32];

	for (size_t i = 0; i < WS_LEN(resource); i++)
		for (size_t k = 0; k < WS_LEN(form); k++) {
			size_t at = strcspn(form[k], "%");

			snprintf(name, sizeof(name), "%.*s%s%s", (int)at,
			    form[k], resource[i].word, form[k] + at + 2);
			if (ws_procfs_is_named(p, name))
				return full ? resource[i].full
					    : resource[i].some;
		}
	return 0;
}

const struct ws_procfs_key *
ws_procfs_find(const struct ws_procfs *p, struct ws_sv key, bool colon)
{
	for (size_t i = 0; i < WS_LEN(keys); i++)
		if (keys[i].colon == colon && ws_sv_is(key, keys[i].key) &&
		    (keys[i].file == NULL ||
			ws_procfs_is_named(p, keys[i].file)))
			return &keys[i];
	return NULL;
}

bool
ws_procfs_is_sure(struct ws_sv line, const struct ws_sv *f, size_t n)
{
	static const char *const starts[] = { "MemTotal:", "nr_free_pages ",
		"usage_usec ", "nr_periods ", "nr_throttled ",
		"voluntary_ctxt_switches:", "some avg10=", "full avg10=",
		"rchar: ", "se.exec_start " };
	struct ws_sv comm, rest;
	uint64_t v;

	for (size_t i = 0; i < WS_LEN(starts); i++)
		if (ws_sv_starts(line, starts[i]))
			return true;
	if (ws_procfs_is_task(line, &v, &comm, &rest) ||
	    (n > 2 && ws_sv_starts(f[1], "rbytes=") &&
		ws_sv_starts(f[2], "wbytes=")))
		return true;
	if (n >= 8 && n <= 12 && ws_sv_is(f[0], "cpu") &&
	    ws_num_u64(f[1], 0, UINT64_MAX, &v))
		return ws_num_u64(f[n - 1], 0, UINT64_MAX, &v);
	if ((n != 14 && n != 18 && n != 20) || ws_num_u64(f[2], 0, 9, &v))
		return false;
	for (size_t i = 0; i < n; i++)
		if (i != 2 && !ws_num_u64(f[i], 0, UINT64_MAX, &v))
			return false;
	return true;
}

bool
ws_procfs_is_named_file(const struct ws_artifact *a)
{
	struct ws_sv f[4];
	size_t n = ws_row_split(a->head, f, WS_LEN(f));
	double v;

	if (n == 2 && ends_in(a->name, "uptime"))
		return ws_procfs_number(f[0], &v) && ws_procfs_number(f[1], &v);
	if (n >= 4 && ends_in(a->name, "schedstat"))
		return ws_sv_is(f[0], "version") &&
		       ws_procfs_number(f[1], &v) &&
		       ws_sv_is(f[2], "timestamp");
	if (n == 3 && ends_in(a->name, "schedstat"))
		return ws_procfs_number(f[0], &v) &&
		       ws_procfs_number(f[1], &v) && ws_procfs_number(f[2], &v);
	if (n == 2 && ends_in(a->name, "cpu.max"))
		return (ws_sv_is(f[0], "max") || ws_procfs_number(f[0], &v)) &&
		       ws_procfs_number(f[1], &v);
	return n >= 4 && ends_in(a->name, "memory.events") &&
	       ws_sv_is(f[0], "low") && ws_procfs_number(f[1], &v);
}
