/*
 * Files of one process: PID/stat, status, io, sched and schedstat.  CPU time,
 * faults and bytes are of all its threads; switches, and the time that it
 * waited for a CPU or a disk, of the first one alone.
 */
#include <math.h>

#include "base/mem.h"
#include "base/num.h"
#include "ingest/columns.h"
#include "procfs.h"

/* "word value" or "word: value" or, in sched, "word : value". */
static const struct {
	const char *word;
	enum ws_procfs_task_value value;
	double factor;
} words[] = {
	{ "voluntary_ctxt_switches", WS_TASK_VOLUNTARY, 1 },
	{ "nonvoluntary_ctxt_switches", WS_TASK_INVOLUNTARY, 1 },
	{ "VmRSS", WS_TASK_RSS, 1024 },
	{ "Threads", WS_TASK_THREADS, 1 },
	{ "read_bytes", WS_TASK_READ, 1 },
	{ "write_bytes", WS_TASK_WRITE, 1 },
	{ "nr_voluntary_switches", WS_TASK_VOLUNTARY, 1 },
	{ "nr_involuntary_switches", WS_TASK_INVOLUNTARY, 1 },
	{ "se.statistics.wait_sum", WS_TASK_WAIT, 1e-3 },
	{ "wait_sum", WS_TASK_WAIT, 1e-3 },
};

/* Fields of PID/stat, as proc(5) numbers them; ticks are of 10 ms. */
static const struct {
	size_t field;
	enum ws_procfs_task_value value;
	double factor;
} fields[] = {
	{ 10, WS_TASK_MINOR, 1 },
	{ 12, WS_TASK_MAJOR, 1 },
	{ 14, WS_TASK_USER, 0.01 },
	{ 15, WS_TASK_SYS, 0.01 },
	{ 20, WS_TASK_THREADS, 1 },
	{ 42, WS_TASK_DELAY, 0.01 },
};

enum { STATE = 3, FIELDS_MAX = 60 };

static const struct {
	enum ws_procfs_task_value value;
	ws_id name;
	enum ws_unit unit;
	bool total;
} series[] = {
	{ WS_TASK_USER, WS_N_PROCESS_CPU_USER, WS_U_RATIO, true },
	{ WS_TASK_SYS, WS_N_PROCESS_CPU_SYS, WS_U_RATIO, true },
	{ WS_TASK_MINOR, WS_N_PROCESS_FAULTS_MINOR, WS_U_RATE, true },
	{ WS_TASK_MAJOR, WS_N_PROCESS_FAULTS_MAJOR, WS_U_RATE, true },
	{ WS_TASK_VOLUNTARY, WS_N_PROCESS_SWITCHES_VOLUNTARY, WS_U_RATE, true },
	{ WS_TASK_INVOLUNTARY, WS_N_PROCESS_SWITCHES_INVOLUNTARY, WS_U_RATE,
	    true },
	{ WS_TASK_READ, WS_N_PROCESS_IO_READ, WS_U_BRATE, true },
	{ WS_TASK_WRITE, WS_N_PROCESS_IO_WRITE, WS_U_BRATE, true },
	{ WS_TASK_WAIT, WS_N_PROCESS_CPU_WAIT, WS_U_RATIO, true },
	{ WS_TASK_DELAY, WS_N_PROCESS_IO_DELAY_SHARE, WS_U_RATIO, true },
	{ WS_TASK_RSS, WS_N_PROCESS_RSS, WS_U_BYTES, false },
	{ WS_TASK_THREADS, WS_N_PROCESS_THREADS, WS_U_COUNT, false },
};

/* Cuts the last part off a path. */
static struct ws_sv
last_part(struct ws_sv *path)
{
	size_t n = path->n;
	struct ws_sv part;

	while (n > 0 && path->p[n - 1] != '/')
		n--;
	part = ws_sv_from(*path, n);
	path->n = n > 0 ? n - 1 : 0;
	return part;
}

uint64_t
ws_procfs_pid(const struct ws_procfs *p)
{
	struct ws_sv path = ws_buf_sv(&p->path);
	struct ws_sv part;
	uint64_t pid;

	last_part(&path);
	part = last_part(&path);
	/* "0003" is the third capture. */
	if (ws_sv_starts(part, "0") || !ws_num_u64(part, 1, UINT32_MAX, &pid))
		return 0;
	return pid;
}

/* ".../self/stat" is of what copied it, ".../12/task/13/stat" of a thread. */
static bool
is_of_another(const struct ws_procfs *p)
{
	struct ws_sv path = ws_buf_sv(&p->path), part;

	last_part(&path);
	part = last_part(&path);
	return ws_sv_is(part, "self") || ws_sv_is(part, "thread-self") ||
	       ws_sv_is(last_part(&path), "task");
}

static void
begin(struct ws_procfs_task *t)
{
	t->comm.n = 0;
	t->pid = 0;
	t->any = false;
	for (size_t i = 0; i < WS_TASK_VALUES; i++)
		t->v[i] = NAN;
}

static void
set(struct ws_procfs_task *t, enum ws_procfs_task_value value, double v)
{
	t->any = true;
	t->v[value] = v;
}

static void
put(struct ws_procfs *p)
{
	struct ws_procfs_task *t = &p->task;

	ws_kernel_total(&p->k, WS_N_PROCESS_CPU_TOTAL, WS_U_RATIO,
	    t->v[WS_TASK_USER] + t->v[WS_TASK_SYS]);
	for (size_t i = 0; i < WS_LEN(series); i++)
		(series[i].total ? ws_kernel_total : ws_kernel_now)(&p->k,
		    series[i].name, series[i].unit, t->v[series[i].value]);
}

void
ws_procfs_end_task(struct ws_procfs *p)
{
	struct ws_procfs_task *t = &p->task;
	uint64_t pid = t->pid > 0 ? t->pid : ws_procfs_pid(p);
	struct ws_buf b = { 0 };

	if (t->any && (pid == 0 || is_of_another(p)))
		p->ownerless++;
	else if (t->any) {
		ws_buf_printf(&b, "%llu ", (unsigned long long)pid);
		ws_buf_putsv(
		    &b, t->comm.n > 0 ? ws_buf_sv(&t->comm) : WS_SV("?"));
		p->k.track = ws_dict_str(p->k.sink->dict, ws_buf_sv(&b));
		put(p);
		p->k.track = 0;
	}
	ws_buf_fini(&b);
	begin(t);
}

bool
ws_procfs_is_task(
    struct ws_sv line, uint64_t *pid, struct ws_sv *comm, struct ws_sv *rest)
{
	struct ws_sv f[FIELDS_MAX];
	size_t open = ws_sv_find(line, " ("), close = line.n, n;
	uint64_t v;

	/* The name may hold blanks and brackets. */
	while (close > 0 && line.p[close - 1] != ')')
		close--;
	if (open == line.n || close < open + 3 ||
	    !ws_num_u64((struct ws_sv){ line.p, open }, 1, UINT32_MAX, pid))
		return false;
	*comm = (struct ws_sv){ line.p + open + 2, close - open - 3 };
	*rest = ws_sv_trim(ws_sv_from(line, close));
	n = ws_row_split(*rest, f, FIELDS_MAX);
	return n >= 37 && n <= FIELDS_MAX && f[0].n == 1 &&
	       ws_num_u64(f[n - 1], 0, UINT64_MAX, &v);
}

static bool
take_stat(struct ws_procfs *p, struct ws_sv line)
{
	struct ws_procfs_task *t = &p->task;
	struct ws_sv comm, rest, f[FIELDS_MAX];
	uint64_t pid;
	size_t n;
	double v;

	if (!ws_procfs_is_task(line, &pid, &comm, &rest))
		return false;
	ws_procfs_end_task(p);
	t->pid = pid;
	ws_buf_putsv(&t->comm, comm);
	n = ws_row_split(rest, f, FIELDS_MAX);
	for (size_t i = 0; i < WS_LEN(fields); i++)
		if (fields[i].field - STATE < n &&
		    ws_procfs_number(f[fields[i].field - STATE], &v))
			set(t, fields[i].value, v * fields[i].factor);
	ws_procfs_end_task(p);
	return true;
}

/* schedstat: time on a CPU, time waited for one (ns), times that it ran. */
static bool
take_schedstat(struct ws_procfs *p, const struct ws_sv *f, size_t n)
{
	double ran, waited;

	if (n != 3 || !ws_procfs_is_named(p, "schedstat") ||
	    !ws_procfs_number(f[0], &ran) || !ws_procfs_number(f[1], &waited))
		return false;
	ws_procfs_end_task(p);
	set(&p->task, WS_TASK_WAIT, waited / 1e9);
	ws_procfs_end_task(p);
	return true;
}

/* The head of sched: "bash (2860, #threads: 1)". */
static bool
take_sched(struct ws_procfs *p, struct ws_sv line)
{
	size_t mark = ws_sv_find(line, ", #threads: "), open = mark;
	uint64_t pid;

	if (mark == line.n || !ws_sv_ends(line, ")"))
		return false;
	while (open > 0 && line.p[open - 1] != '(')
		open--;
	if (open < 3 ||
	    !ws_num_u64((struct ws_sv){ line.p + open, mark - open }, 1,
		UINT32_MAX, &pid))
		return false;
	ws_procfs_end_task(p);
	p->task.pid = pid;
	ws_buf_put(&p->task.comm, line.p, open - 2);
	return true;
}

bool
ws_procfs_task(
    struct ws_procfs *p, struct ws_sv line, const struct ws_sv *f, size_t n)
{
	struct ws_sv key = f[0], value;
	double v;

	if (n < 2)
		return false;
	if (take_stat(p, line) || take_schedstat(p, f, n) ||
	    take_sched(p, line))
		return true;
	key.n -= ws_sv_ends(key, ":");
	value = f[ws_sv_is(f[1], ":") && n > 2 ? 2 : 1];
	if (ws_sv_is(key, "Name")) {
		/* It may hold blanks. */
		value = ws_sv_trim(ws_sv_from(line, f[0].n));
		ws_procfs_end_task(p);
		ws_buf_putsv(&p->task.comm, value);
		return true;
	}
	if (ws_sv_is(key, "Pid"))
		return ws_num_u64(value, 1, UINT32_MAX, &p->task.pid);
	for (size_t i = 0; i < WS_LEN(words); i++)
		if (ws_sv_is(key, words[i].word) &&
		    ws_procfs_number(value, &v)) {
			set(&p->task, words[i].value, v * words[i].factor);
			return true;
		}
	return false;
}
