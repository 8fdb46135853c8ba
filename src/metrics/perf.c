/* Facts of perf's recordings that are no shares of symbol groups. */
#include <math.h>

#include "base/stat.h"
#include "metrics/family.h"

/* More CPUs than the machine has: the times were not those of a capture. */
#define CORES_MAX 1.2

static const struct kind {
	ws_id series;
	enum ws_source_id source;
} kinds[] = {
	{ WS_N_PERF_CPU, WS_S_PERF },
	{ WS_N_PERF_FAULTS, WS_S_PERF_FAULTS },
	{ WS_N_PERF_SWITCHES, WS_S_PERF_SCHED },
	{ WS_N_PERF_OFFCPU, WS_S_PERF_SCHED },
	{ WS_N_PERF_FUTEX, WS_S_PERF_CALLS },
	{ WS_N_PERF_SYSCALL, WS_S_PERF_CALLS },
	{ WS_N_PERF_BLOCK, WS_S_PERF_BLOCK },
	{ WS_N_PERF_LOCK, WS_S_PERF_LOCK },
};

static const struct ws_profile *
find(const struct ws_measured *m, ws_id series)
{
	const struct ws_profile *p = ws_profiles_find(m->profiles, series);

	return p != NULL && !ws_profile_is_difference(p) ? p : NULL;
}

static void
put(const struct ws_measured *m, uint32_t def, double value,
    const struct ws_profile *p)
{
	ws_measured_put(m, def, value, p->artifact, (double)p->samples);
}

static void
tell_sources(const struct ws_measured *m)
{
	size_t i;

	for (i = 0; i < WS_LEN(kinds); i++) {
		const struct ws_profile *p =
		    ws_profiles_find(m->profiles, kinds[i].series);

		if (p == NULL)
			continue;
		ws_facts_source(m->facts, kinds[i].source,
		    ws_profile_is_difference(p) ? WS_UNSUPPORTED_HERE
		    : p->samples > 0            ? WS_VALUE
						: WS_EMPTY,
		    ws_dict_text(m->dict, p->artifact).p, (double)p->samples);
	}
}

static void
put_cores(const struct ws_measured *m, const struct ws_profile *p)
{
	double cores = p->total / p->duration;
	double cpus = ws_measured_get(m, WS_F_HOST_CPUS);

	if (p->duration > 0)
		put(m, WS_F_PERF_CPU_DURATION, p->duration, p);
	if (p->unit != WS_U_TIME)
		return;
	put(m, WS_F_PERF_CPU_TOTAL, p->total, p);
	if (!(p->duration > 0) || cores > CORES_MAX * cpus)
		return;
	put(m, WS_F_PERF_CPU_CORES, cores, p);
	put(m, WS_F_PERF_CPU_UTILIZATION, cores / ws_measured_cpus(m), p);
}

static void
put_share(const struct ws_measured *m, uint32_t def, double share,
    const struct ws_profile *p)
{
	struct ws_fact f = WS_FACT_OF(def, share);

	f.artifact = ws_dict_text(m->dict, p->artifact).p;
	f.samples = (double)p->samples;
	if (p->rough == 0)
		ws_wilson(share * f.samples, f.samples, &f.lo, &f.hi);
	ws_facts_put(m->facts, &f);
}

/* By the binary where it is told ("[kernel.kallsyms]", "[xfs]", a module's
 * file, vmlinux), else by the half of the addresses that is the kernel's. */
static bool
is_kernel(const struct ws_dict *d, const struct ws_frame *f)
{
	struct ws_sv map = ws_dict_text(d, f->mapping);

	if (map.n == 0)
		return f->addr >> 63 != 0;
	if (ws_sv_starts(map, "[vdso") || ws_sv_starts(map, "[vsyscall"))
		return false;
	return map.p[0] == '[' || ws_sv_ends(map, "/vmlinux") ||
	       ws_sv_find(map, ".ko") < map.n || ws_sv_starts(map, "bpf_prog_");
}

/* Shares by the leaf, or by whether there is more. */
static void
put_leaves(const struct ws_measured *m, const struct ws_profile *p)
{
	double kernel = 0, unnamed = 0, callers = 0;
	bool told = false;
	size_t i;

	for (i = 0; i < p->n; i++) {
		const ws_id *frame;
		size_t n =
		    ws_dict_get_stack(m->dict, p->entry[i].stack, &frame);
		const struct ws_frame *f;

		if (n == 0) {
			unnamed += p->entry[i].value;
			continue;
		}
		f = ws_dict_get_frame(m->dict, frame[0]);
		told = told || f->mapping != 0 || f->addr != 0;
		callers += n > 1 ? p->entry[i].value : 0;
		if (is_kernel(m->dict, f))
			kernel += p->entry[i].value;
		if (f->func == 0)
			unnamed += p->entry[i].value;
	}
	if (told)
		put_share(m, WS_F_PERF_CPU_KERNEL, kernel / p->total, p);
	put_share(m, WS_F_PERF_CPU_UNNAMED, unnamed / p->total, p);
	put_share(m, WS_F_PERF_CPU_CALLERS, callers / p->total, p);
}

/* The raw profile that the service was chosen from. */
static const struct ws_profile *
raw_of(const struct ws_measured *m, const struct ws_profile *p)
{
	size_t i;

	for (i = 0; i < ws_profiles_count(m->profiles); i++) {
		const struct ws_profile *f = ws_profiles_get(m->profiles, i);

		if (f->series == p->series && f->artifact == p->artifact)
			return f;
	}
	return NULL;
}

static void
put_process(const struct ws_measured *m, const struct ws_profile *p)
{
	struct ws_fact fact = WS_FACT_OF(WS_F_PERF_CPU_PROCESS, NAN);
	const struct ws_profile *raw = raw_of(m, p);
	double busy = 0;
	size_t i, service;

	if (raw == NULL || raw->n_process == 0)
		return;
	service = ws_profiles_service(m->profiles, raw);
	for (i = 0; i < raw->n_process; i++)
		busy += raw->process[i].idle ? 0 : raw->process[i].value;
	if (service == raw->n_process || !(busy > 0))
		return;
	fact.text = ws_dict_text(m->dict, raw->process[service].comm).p;
	fact.artifact = ws_dict_text(m->dict, raw->artifact).p;
	ws_facts_put(m->facts, &fact);
	if (raw->rough == 0)
		put(m, WS_F_PERF_CPU_OTHERS, fmax(0, 1 - p->total / busy), p);
}

static void
put_cpu(const struct ws_measured *m)
{
	const struct ws_profile *p = find(m, WS_N_PERF_CPU);

	if (p == NULL || !(p->total > 0))
		return;
	put(m, WS_F_PERF_CPU_SAMPLES, (double)p->samples, p);
	put_cores(m, p);
	put_leaves(m, p);
	put_process(m, p);
}

/* The sum of a series over the length of its capture. */
static void
put_per_time(
    const struct ws_measured *m, ws_id series, uint32_t def, bool by_events)
{
	const struct ws_profile *p = find(m, series);
	double sum;

	if (p == NULL || !(p->duration > 0))
		return;
	sum = by_events ? (double)p->samples * 1e9 : p->total;
	put(m, def, sum / p->duration, p);
}

static void
put_faults(const struct ws_measured *m)
{
	const struct ws_profile *p = find(m, WS_N_PERF_FAULTS);

	if (p != NULL && p->duration > 0)
		put(m, WS_F_PERF_FAULTS_RATE, p->total * 1e9 / p->duration, p);
}

static void
put_offcpu(const struct ws_measured *m)
{
	const struct ws_profile *p = find(m, WS_N_PERF_OFFCPU), *d;

	if (p == NULL || !(p->total > 0) || p->unit != WS_U_TIME)
		return;
	d = find(m, WS_N_PERF_UNINTERRUPTIBLE);
	put(m, WS_F_PERF_OFFCPU_TOTAL, p->total, p);
	/* Not every form tells the state. */
	if (d != NULL)
		put(m, WS_F_PERF_OFFCPU_D, d->total / p->total, p);
}

static void
put_block(const struct ws_measured *m)
{
	const struct ws_profile *p = find(m, WS_N_PERF_BLOCK);

	if (p != NULL && p->samples > 0)
		put(m, WS_F_PERF_BLOCK_AWAIT, p->total / (double)p->samples, p);
	put_per_time(m, WS_N_PERF_BLOCK, WS_F_PERF_BLOCK_RATE, true);
	put_per_time(m, WS_N_PERF_BLOCK, WS_F_PERF_BLOCK_QUEUE, false);
}

static bool
has_series(const struct ws_measured *m, ws_id series, ws_id artifact)
{
	for (size_t i = 0; i < ws_profiles_count(m->profiles); i++) {
		const struct ws_profile *p = ws_profiles_get(m->profiles, i);

		if (p->series == series && p->artifact == artifact)
			return true;
	}
	return false;
}

/* The number of waits of a profile: of sums, what its artifact tells of the same
 * process; 0 when that is not known. */
static double
waits_in(const struct ws_measured *m, const struct ws_profile *p)
{
	const struct ws_profile *n;

	if (!has_series(m, WS_N_PERF_LOCK_COUNT, p->artifact))
		return (double)p->samples;
	n = find(m, WS_N_PERF_LOCK_COUNT);
	return n != NULL && n->artifact == p->artifact ? n->total : 0;
}

static void
put_lock(const struct ws_measured *m)
{
	const struct ws_profile *p = find(m, WS_N_PERF_LOCK);
	double waits;

	put_per_time(m, WS_N_PERF_LOCK, WS_F_PERF_LOCK_THREADS, false);
	if (p == NULL)
		return;
	waits = waits_in(m, p);
	put(m, WS_F_PERF_LOCK_TOTAL, p->total, p);
	if (waits > 0)
		put(m, WS_F_PERF_LOCK_MEAN, p->total / waits, p);
}

void
ws_family_perf(const struct ws_measured *m)
{
	tell_sources(m);
	put_cpu(m);
	put_faults(m);
	put_per_time(m, WS_N_PERF_SWITCHES, WS_F_PERF_SWITCHES_RATE, true);
	put_offcpu(m);
	put_per_time(m, WS_N_PERF_ONCPU, WS_F_PERF_SCHED_CORES, false);
	put_per_time(m, WS_N_PERF_RUNQUEUE, WS_F_PERF_RUNQUEUE_MEAN, false);
	put_per_time(m, WS_N_PERF_FUTEX, WS_F_PERF_FUTEX_THREADS, false);
	put_per_time(m, WS_N_PERF_SYSCALL, WS_F_PERF_CALLS_RATE, true);
	put_block(m);
	put_lock(m);
}
