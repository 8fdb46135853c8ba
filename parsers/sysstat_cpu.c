/*
 * Rows of CPU shares, as mpstat and sar -u print them.  The rows of all CPUs
 * become the series of vmstat and iostat, in which the kernel's share holds
 * interrupts too.  Rows of one CPU become "percpu.user" and so on, because a
 * single CPU is not the machine.
 */
#include <stdio.h>

#include "sysstat.h"

static const struct ws_column table[] = {
	{ "%usr", WS_N_CPU_USER, WS_U_RATIO, 0.01 },
	{ "%user", WS_N_CPU_USER, WS_U_RATIO, 0.01 },
	{ "%nice", WS_N_CPU_NICE, WS_U_RATIO, 0.01 },
	{ "%sys", WS_N_CPU_SYS, WS_U_RATIO, 0.01 },
	{ "%system", WS_N_CPU_SYS, WS_U_RATIO, 0.01 },
	{ "%irq", WS_N_CPU_SYS, WS_U_RATIO, 0.01 },
	{ "%soft", WS_N_CPU_SYS, WS_U_RATIO, 0.01 },
	{ "%iowait", WS_N_CPU_IOWAIT, WS_U_RATIO, 0.01 },
	{ "%steal", WS_N_CPU_STEAL, WS_U_RATIO, 0.01 },
	{ "%guest", WS_N_CPU_GUEST, WS_U_RATIO, 0.01 },
	{ "%gnice", WS_N_CPU_GUEST, WS_U_RATIO, 0.01 },
	{ "%idle", WS_N_CPU_IDLE, WS_U_RATIO, 0.01 },
};

/* The series of a row, each with the name of it for a single CPU. */
static const struct {
	ws_id name;
	const char *single;
} series[] = {
	{ WS_N_CPU_USER, "percpu.user" },
	{ WS_N_CPU_NICE, "percpu.nice" },
	{ WS_N_CPU_SYS, "percpu.sys" },
	{ WS_N_CPU_IOWAIT, "percpu.iowait" },
	{ WS_N_CPU_STEAL, "percpu.steal" },
	{ WS_N_CPU_GUEST, "percpu.guest" },
	{ WS_N_CPU_IDLE, "percpu.idle" },
};

size_t
ws_sysstat_cpu_layout(struct ws_layout *l, struct ws_sv columns)
{
	return ws_layout_read(l, columns, table, WS_LEN(table));
}

/* Adds up the columns of a series; false when there are none. */
static bool
sum_of(const struct ws_layout *l, const struct ws_sv *cell, ws_id name,
    double *sum)
{
	bool found = false;
	double v;

	*sum = 0;
	for (size_t i = 1; i < l->n; i++) {
		const struct ws_column *c = l->col[i];

		if (c == NULL || c->name != name ||
		    !ws_cell_value(c, cell[i], &v))
			continue;
		*sum += v;
		found = true;
	}
	return found;
}

bool
ws_sysstat_cpu_is_whole(const struct ws_layout *l, const struct ws_sv *cell)
{
	double sum = 0, v;

	for (size_t i = 1; i < l->n; i++) {
		if (l->col[i] == NULL)
			continue;
		if (!ws_cell_value(l->col[i], cell[i], &v) || v < 0 || v > 1.05)
			return false;
		sum += v;
	}
	return sum == 0 || (sum > 0.97 && sum < 1.03);
}

void
ws_sysstat_cpu_row(struct ws_sysstat *p, const struct ws_layout *l,
    const struct ws_sv *cell, bool since_boot)
{
	struct ws_event ev = ws_sysstat_counter(p, since_boot);
	bool all = ws_sv_is(cell[0], "all") || ws_sv_is(cell[0], "-1");
	char cpu[40];

	ev.unit = WS_U_RATIO;
	snprintf(cpu, sizeof(cpu), "cpu%.*s", WS_SV_ARG(cell[0]));
	if (!all)
		ev.track = ws_dict_cstr(p->sink->dict, cpu);
	for (size_t i = 0; i < WS_LEN(series); i++) {
		if (!sum_of(l, cell, series[i].name, &ev.value))
			continue;
		ev.name = all ? series[i].name
			      : ws_dict_cstr(p->sink->dict, series[i].single);
		ws_batch_put(&p->out, &ev);
	}
	p->rows++;
}
