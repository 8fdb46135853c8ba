#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/stat.h"
#include "metrics/family.h"

static double
median(const struct ws_measured *m, ws_id artifact, ws_id name)
{
	return ws_series_median(
	    ws_counters_find(m->counters, name, artifact, 0));
}

/* Columns of one log, row by row; missing ones are nothing to add. */
struct columns {
	const struct ws_series *col[3];
	size_t n;
};

static struct columns
columns(
    const struct ws_measured *m, ws_id artifact, const ws_id *name, size_t n)
{
	struct columns c = { .n = 0 };
	size_t i;

	for (i = 0; i < n; i++) {
		const struct ws_series *s =
		    ws_counters_find(m->counters, name[i], artifact, 0);

		if (s != NULL)
			c.col[c.n++] = s;
	}
	return c;
}

/* The median of the rows' sums, which the sum of the medians is not: that
 * serves only when rows are missing from a column.  NaN without columns. */
static double
median_sum(const struct columns *c)
{
	double *sum, v = 0;
	size_t i, k, n = c->n > 0 ? c->col[0]->n : 0;
	bool even = n > 0;

	for (k = 0; k < c->n; k++)
		even &= c->col[k]->seen == c->col[0]->seen;
	for (k = 0; k < c->n && !even; k++)
		v += ws_series_median(c->col[k]);
	if (!even)
		return c->n > 0 ? v : NAN;
	sum = ws_alloc_array(n, sizeof(*sum));
	for (i = 0; i < n; i++)
		for (k = 0; k < c->n; k++)
			sum[i] += c->col[k]->value[i];
	v = ws_median(sum, n);
	free(sum);
	return v;
}

static double
sum_of(const struct ws_measured *m, ws_id artifact, const ws_id *name, size_t n)
{
	struct columns c = columns(m, artifact, name, n);

	return median_sum(&c);
}

static const struct direct {
	ws_id series;
	uint32_t fact;
} direct[] = {
	{ WS_N_CPU_IDLE, WS_F_HOST_IDLE },
	{ WS_N_CPU_IOWAIT, WS_F_HOST_IOWAIT },
	{ WS_N_CPU_STEAL, WS_F_HOST_STEAL },
	{ WS_N_CPU_SYS, WS_F_HOST_SYS },
	{ WS_N_SCHED_RUNNABLE, WS_F_HOST_RUNNABLE },
	{ WS_N_SCHED_BLOCKED, WS_F_HOST_BLOCKED },
	{ WS_N_SCHED_SWITCHES, WS_F_HOST_SWITCHES },
	{ WS_N_BLOCK_IN, WS_F_HOST_BLOCK_IN },
	{ WS_N_BLOCK_OUT, WS_F_HOST_BLOCK_OUT },
};

/* Of these also the worst of all windows: what lasts for seconds does not show
 * in the median of minutes. */
static const struct direct worst[] = {
	{ WS_N_CPU_IOWAIT, WS_F_HOST_IOWAIT_WORST },
	{ WS_N_CPU_STEAL, WS_F_HOST_STEAL_WORST },
	{ WS_N_SCHED_RUNNABLE, WS_F_HOST_RUNNABLE_WORST },
	{ WS_N_SCHED_BLOCKED, WS_F_HOST_BLOCKED_WORST },
};

/* The artifact to believe about CPUs: one that also has a run queue (vmstat)
 * before one that has not (iostat), then the longer log. */
static const struct ws_series *
best_log(const struct ws_measured *m)
{
	const struct ws_series *runq =
	    ws_counters_find(m->counters, WS_N_SCHED_RUNNABLE, 0, 0);
	const struct ws_series *idle = NULL;

	if (runq != NULL)
		idle = ws_counters_find(
		    m->counters, WS_N_CPU_IDLE, runq->artifact, 0);
	return idle != NULL
		   ? idle
		   : ws_counters_find(m->counters, WS_N_CPU_IDLE, 0, 0);
}

static void
put_derived(const struct ws_measured *m, ws_id a, double rows)
{
	static const ws_id busy_of[] = { WS_N_CPU_USER, WS_N_CPU_NICE,
		WS_N_CPU_SYS };
	static const ws_id swap_of[] = { WS_N_SWAP_IN, WS_N_SWAP_OUT };
	double user = sum_of(m, a, busy_of, 2);
	double sys = median(m, a, WS_N_CPU_SYS);
	double busy = isnan(user + sys) ? NAN : sum_of(m, a, busy_of, 3);
	double switches = median(m, a, WS_N_SCHED_SWITCHES);

	ws_measured_put(m, WS_F_HOST_USER, user, a, rows);
	ws_measured_put(m, WS_F_HOST_BUSY, busy, a, rows);
	if (busy > 0)
		ws_measured_put(m, WS_F_HOST_SYS_SHARE, sys / busy, a, rows);
	ws_measured_put(m, WS_F_HOST_SWAP, sum_of(m, a, swap_of, 2), a, rows);
	ws_measured_put(m, WS_F_HOST_SWITCHES_CPU,
	    switches / ws_measured_get(m, WS_F_HOST_CPUS), a, rows);
	ws_measured_put(m, WS_F_HOST_ROWS, rows, a, rows);
}

/* CPU, run queue and paging of the machine. */
void
ws_family_host(const struct ws_measured *m)
{
	const struct ws_series *log = best_log(m);
	double rows;
	size_t i;

	if (log == NULL)
		return;
	rows = (double)log->seen;
	for (i = 0; i < WS_LEN(direct); i++)
		ws_measured_put(m, direct[i].fact,
		    median(m, log->artifact, direct[i].series), log->artifact,
		    rows);
	for (i = 0; i < WS_LEN(worst); i++)
		ws_measured_put(m, worst[i].fact,
		    ws_series_worst(ws_counters_find(
			m->counters, worst[i].series, log->artifact, 0)),
		    log->artifact, WS_WINDOW);
	put_derived(m, log->artifact, rows);
}
