/*
 * Facts of processes, from series whose tracks are "PID COMMAND" for processes
 * and "PID/TID COMMAND" for threads.  All facts but the CPU time are of a
 * single process, so that rules never join one's faults and another's time.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/stat.h"
#include "metrics/family.h"

enum { SHOWN = 5 };

/* Faults, switches and CPU time of a run that was shorter are of its start, in
 * ns (formats of the operating system's counters, thresholds of faults). */
static const double start_up = 10e9;

/* A column of a log. */
struct column {
	ws_id name, artifact;
};

/* One column for one process. */
struct owner {
	uint64_t pid, name;
};

/* What there is of it: the longest series of the process itself, in any log, and
 * those of its threads, in the log with the longest of them. */
struct owned {
	const struct ws_series *self, *thread;
	double sum; /* of the means of the threads */
};

struct process {
	uint64_t pid;
	const struct ws_series *cpu;
	double total, switches;
};

struct processes {
	const struct ws_measured *m;
	/* How many intervals each column has: those of the process that has the
	 * most.  A process without a row in one of them did nothing in it. */
	struct ws_htab *columns;
	uint64_t *rows;
	size_t cap_rows;
	struct ws_htab *owners;
	struct owned *owned;
	size_t cap_owned;
	struct process top[SHOWN]; /* by falling CPU time, then switches */
	size_t n;
};

/* The process that a track is of, and whether it is a thread of it; 0 when
 * it is neither. */
static uint64_t
pid_of(const struct ws_measured *m, ws_id track, bool *thread)
{
	struct ws_sv s = ws_sv_of(NULL);
	size_t n = 0;
	uint64_t pid = 0;

	if (!ws_track_is_numbered(track))
		s = ws_dict_text(m->dict, track);
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (n == s.n || (s.p[n] != ' ' && s.p[n] != '/') ||
	    !ws_num_u64((struct ws_sv){ s.p, n }, 1, UINT32_MAX, &pid))
		return 0;
	*thread = s.p[n] == '/';
	return pid;
}

static bool
is_of_process(ws_id name)
{
	return name >= WS_N_PROCESS_CPU_USER && name <= WS_N_PROCESS_THREADS;
}

static struct owned *
owned_of(struct processes *p, uint64_t pid, ws_id name)
{
	struct owner key = { pid, name };
	bool is_new;
	uint32_t i = ws_htab_put(p->owners, &key, sizeof(key), &is_new);

	if (is_new) {
		p->owned = ws_grow(
		    p->owned, &p->cap_owned, (size_t)i + 1, sizeof(*p->owned));
		p->owned[i] = (struct owned){ .sum = 0 };
	}
	return &p->owned[i];
}

static void
count_rows(struct processes *p, const struct ws_series *s)
{
	struct column key = { s->name, s->artifact };
	bool is_new;
	uint32_t i = ws_htab_put(p->columns, &key, sizeof(key), &is_new);

	if (is_new) {
		p->rows = ws_grow(
		    p->rows, &p->cap_rows, (size_t)i + 1, sizeof(*p->rows));
		p->rows[i] = 0;
	}
	if (s->seen > p->rows[i])
		p->rows[i] = s->seen;
}

static uint64_t
rows_of(const struct processes *p, const struct ws_series *s)
{
	struct column key = { s->name, s->artifact };
	uint32_t i = ws_htab_get(p->columns, &key, sizeof(key));

	return i != WS_HTAB_NONE ? p->rows[i] : s->seen;
}

static void
own(struct processes *p, const struct ws_series *s)
{
	const struct ws_series **best;
	struct owned *o;
	bool thread;
	uint64_t pid = pid_of(p->m, s->track, &thread);

	if (pid == 0)
		return;
	o = owned_of(p, pid, s->name);
	best = thread ? &o->thread : &o->self;
	*best =
	    *best != NULL ? ws_counters_better(p->m->counters, *best, s) : s;
}

/* The median over all intervals, those without a row being 0. */
static double
median(const struct processes *p, const struct ws_series *s)
{
	double *all, v;
	size_t n;

	if (s == NULL || s->n == 0)
		return NAN;
	n = (size_t)(rows_of(p, s) / s->every);
	n = n < s->n ? s->n : n;
	all = ws_alloc_array(n, sizeof(*all));
	memset(all, 0, n * sizeof(*all));
	memcpy(all, s->value, s->n * sizeof(*all));
	v = ws_median(all, n);
	free(all);
	return v;
}

static double
mean(const struct processes *p, const struct ws_series *s)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < s->n; i++)
		sum += s->value[i];
	return sum / (double)s->n * (double)s->seen / (double)rows_of(p, s);
}

/* Nothing of what no process has. */
static const struct owned *
look_up(const struct processes *p, uint64_t pid, ws_id name)
{
	static const struct owned none;
	struct owner key = { pid, name };
	uint32_t i = ws_htab_get(p->owners, &key, sizeof(key));

	return i != WS_HTAB_NONE ? &p->owned[i] : &none;
}

static const struct ws_series *
find(const struct processes *p, uint64_t pid, ws_id name)
{
	return look_up(p, pid, name)->self;
}

/* Threads of the log that has the longest series of one. */
static void
add_thread(struct processes *p, const struct ws_series *s)
{
	bool thread;
	uint64_t pid = pid_of(p->m, s->track, &thread);
	struct owned *o;

	if (pid == 0 || !thread)
		return;
	o = owned_of(p, pid, s->name);
	if (o->thread != NULL && o->thread->artifact == s->artifact)
		o->sum += mean(p, s);
}

/* What the kernel counts for each thread: the sum over the threads, or without
 * them that of the first one, which is all that the process's row has.  *log
 * (may be NULL) is where it is from. */
static double
sum_of_threads(const struct processes *p, uint64_t pid, ws_id name, ws_id *log)
{
	const struct owned *o = look_up(p, pid, name);
	const struct ws_series *from = o->thread != NULL ? o->thread : o->self;

	if (log != NULL)
		*log = from != NULL ? from->artifact : 0;
	return o->thread != NULL ? o->sum : median(p, o->self);
}

static bool
is_before(const struct process *a, const struct process *b)
{
	if (a->total != b->total)
		return a->total > b->total;
	if (a->switches != b->switches)
		return a->switches > b->switches;
	return a->pid < b->pid;
}

static double
switches_of(const struct processes *p, uint64_t pid)
{
	double v =
	    sum_of_threads(p, pid, WS_N_PROCESS_SWITCHES_VOLUNTARY, NULL) +
	    sum_of_threads(p, pid, WS_N_PROCESS_SWITCHES_INVOLUNTARY, NULL);

	return isnan(v) ? 0 : v;
}

/* Keeps the process when it is one of the busiest. */
static void
consider(struct processes *p, uint64_t pid, const struct ws_series *cpu)
{
	struct process a = { pid, cpu, median(p, cpu), 0 };
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->top[i].pid == pid)
			return;
	if (cpu != find(p, pid, WS_N_PROCESS_CPU_TOTAL))
		return;
	if (p->n == SHOWN && p->top[SHOWN - 1].total > a.total)
		return;
	a.switches = switches_of(p, pid);
	i = p->n < SHOWN ? p->n++ : SHOWN;
	for (; i > 0 && is_before(&a, &p->top[i - 1]); i--)
		if (i < SHOWN)
			p->top[i] = p->top[i - 1];
	if (i < SHOWN)
		p->top[i] = a;
}

/* Without CPU time there is nothing to choose by: then the only process. */
static void
consider_only(struct processes *p)
{
	size_t i, n = ws_counters_count(p->m->counters);
	uint64_t only = 0;
	const struct ws_series *first = NULL;

	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(p->m->counters, i);
		bool thread;
		uint64_t pid;

		if (!is_of_process(s->name) || s->n == 0)
			continue;
		pid = pid_of(p->m, s->track, &thread);
		if (pid == 0)
			continue;
		if (only != 0 && pid != only)
			return;
		only = pid;
		first = first != NULL && thread ? first : s;
	}
	if (only == 0)
		return;
	p->top[0] = (struct process){ only, first, NAN, 0 };
	p->n = 1;
}

static void
put(const struct processes *p, const struct process *a, uint32_t def,
    double value, ws_id artifact)
{
	struct ws_fact fact = WS_FACT_OF(def, value);

	if (isnan(value) || isinf(value))
		return;
	fact.subject = ws_dict_text(p->m->dict, a->cpu->track).p;
	fact.artifact = ws_dict_text(p->m->dict, artifact).p;
	fact.samples = (double)rows_of(p, a->cpu);
	ws_facts_put(p->m->facts, &fact);
}

static void
put_memory(const struct processes *p, const struct process *a)
{
	const struct ws_series *s = find(p, a->pid, WS_N_PROCESS_RSS);

	if (s != NULL)
		put(p, a, WS_F_PROCESS_RSS, ws_series_quantile(s, 1),
		    s->artifact);
}

/* From the row of the process, which has the sum over its threads. */
static void
put_own(const struct processes *p, const struct process *a)
{
	static const struct {
		ws_id name;
		uint32_t fact;
	} rows[] = {
		{ WS_N_PROCESS_FAULTS_MINOR, WS_F_PROCESS_MINOR },
		{ WS_N_PROCESS_FAULTS_MAJOR, WS_F_PROCESS_MAJOR },
		{ WS_N_PROCESS_IO_READ, WS_F_PROCESS_READ },
		{ WS_N_PROCESS_IO_WRITE, WS_F_PROCESS_WRITE },
	};

	size_t i;

	for (i = 0; i < WS_LEN(rows); i++) {
		const struct ws_series *s = find(p, a->pid, rows[i].name);

		if (s != NULL)
			put(p, a, rows[i].fact, median(p, s), s->artifact);
	}
	put_memory(p, a);
}

static void
put_sum(const struct processes *p, const struct process *a, uint32_t def,
    ws_id name)
{
	ws_id log;
	double v = sum_of_threads(p, a->pid, name, &log);

	/* Kernels from 5.14 count no delays unless told to: 0 is no news. */
	if (def != WS_F_PROCESS_DELAY || v > 0)
		put(p, a, def, v, log);
}

static void
put_busiest(const struct processes *p, const struct process *a)
{
	const struct ws_series *sys = find(p, a->pid, WS_N_PROCESS_CPU_SYS);
	ws_id log;
	double wait = sum_of_threads(p, a->pid, WS_N_PROCESS_CPU_WAIT, &log);

	if (sys != NULL && a->total > 0)
		put(p, a, WS_F_PROCESS_SYS_SHARE,
		    mean(p, sys) / mean(p, a->cpu), sys->artifact);
	if (wait + a->total > 0)
		put(p, a, WS_F_PROCESS_WAIT, wait / (wait + a->total), log);
	put_sum(p, a, WS_F_PROCESS_VOLUNTARY, WS_N_PROCESS_SWITCHES_VOLUNTARY);
	put_sum(
	    p, a, WS_F_PROCESS_INVOLUNTARY, WS_N_PROCESS_SWITCHES_INVOLUNTARY);
	put_sum(p, a, WS_F_PROCESS_DELAY, WS_N_PROCESS_IO_DELAY_SHARE);
	put_own(p, a);
}

/* What `time` measured of a whole run: of the command with the most runs. */
static void
put_run(const struct processes *p, double cpus)
{
	static const struct {
		ws_id name;
		uint32_t fact;
	} rates[] = {
		{ WS_N_PROCESS_FAULTS_MINOR, WS_F_PROCESS_MINOR },
		{ WS_N_PROCESS_FAULTS_MAJOR, WS_F_PROCESS_MAJOR },
		{ WS_N_PROCESS_SWITCHES_VOLUNTARY, WS_F_PROCESS_VOLUNTARY },
		{ WS_N_PROCESS_SWITCHES_INVOLUNTARY, WS_F_PROCESS_INVOLUNTARY },
		{ WS_N_PROCESS_IO_READ, WS_F_PROCESS_READ },
		{ WS_N_PROCESS_IO_WRITE, WS_F_PROCESS_WRITE },
	};
	struct ws_counters *c = p->m->counters;
	const struct ws_series *run =
	    ws_counters_find(c, WS_N_PROCESS_RUN_TIME, 0, 0);
	struct process a = { 0, run, NAN, 0 };
	double cpu, sys;

	if (run == NULL)
		return;
	put(p, &a, WS_F_PROCESS_RUN_TIME, ws_series_median(run), run->artifact);
	put(p, &a, WS_F_PROCESS_RSS,
	    ws_series_median(ws_counters_find(
		c, WS_N_PROCESS_RSS, run->artifact, run->track)),
	    run->artifact);
	if (ws_series_median(run) < start_up)
		return;
	cpu = ws_series_median(ws_counters_find(
	    c, WS_N_PROCESS_CPU_TOTAL, run->artifact, run->track));
	sys = ws_series_median(ws_counters_find(
	    c, WS_N_PROCESS_CPU_SYS, run->artifact, run->track));
	put(p, &a, WS_F_PROCESS_CPU, cpu / cpus, run->artifact);
	put(p, &a, WS_F_PROCESS_SYS_SHARE, sys / cpu, run->artifact);
	for (size_t i = 0; i < WS_LEN(rates); i++)
		put(p, &a, rates[i].fact,
		    ws_series_median(ws_counters_find(
			c, rates[i].name, run->artifact, run->track)),
		    run->artifact);
}

static void
each_series(struct processes *p,
    void (*take)(struct processes *, const struct ws_series *))
{
	size_t i, n = ws_counters_count(p->m->counters);

	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(p->m->counters, i);

		if (is_of_process(s->name) && s->n > 0)
			take(p, s);
	}
}

/* The process with the most CPU time; of the next ones that time alone. */
void
ws_family_process(const struct ws_measured *m)
{
	struct processes p = {
		.m = m, .columns = ws_htab_new(), .owners = ws_htab_new()
	};
	size_t i, n = ws_counters_count(m->counters);
	double cpus = ws_measured_get(m, WS_F_HOST_CPUS);
	bool thread;

	each_series(&p, count_rows);
	each_series(&p, own);
	each_series(&p, add_thread);
	for (i = 0; i < n; i++) {
		const struct ws_series *s = ws_counters_get(m->counters, i);
		uint64_t pid;

		if (s->name != WS_N_PROCESS_CPU_TOTAL || s->n == 0)
			continue;
		pid = pid_of(m, s->track, &thread);
		if (pid != 0 && !thread)
			consider(&p, pid, s);
	}
	if (p.n == 0)
		consider_only(&p);
	for (i = 0; i < p.n; i++)
		if (i == 0 || p.top[i].total > 0)
			put(&p, &p.top[i], WS_F_PROCESS_CPU,
			    p.top[i].total / cpus, p.top[i].cpu->artifact);
	if (p.n > 0)
		put_busiest(&p, &p.top[0]);
	else
		put_run(&p, cpus);
	ws_htab_free(p.columns);
	ws_htab_free(p.owners);
	free(p.rows);
	free(p.owned);
}
