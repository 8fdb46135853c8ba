/* Which profile of a series to reason about. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "metrics/profile_parts.h"

/* A Go program with less of the CPU time than this is not preferred to others:
 * it may be an agent that watches them. */
#define GO_SHARE 0.1

bool
ws_profile_is_difference(const struct ws_profile *p)
{
	/* Both are the same additions unless a value was negative. */
	return p->total != p->abs_total;
}

/* What a profile is good for; the best class of a series is reasoned about. */
enum class { DIFFERENCE, CUMULATIVE, WINDOW };

static enum class class_of(const struct ws_profile *p) {
	if (ws_profile_is_difference(p)) return DIFFERENCE;
	return isnan(p->duration) ? CUMULATIVE : WINDOW;
}

static int
compare_names(const struct ws_profiles *p, const struct ws_profile *a,
    const struct ws_profile *b)
{
	const struct ws_dict *d = p->sink.dict;

	return ws_sv_cmp(
	    ws_dict_text(d, a->artifact), ws_dict_text(d, b->artifact));
}

/* On a tie the name decides, not the order in an archive. */
static bool
is_larger(const struct ws_profiles *p, const struct ws_profile *a,
    const struct ws_profile *b)
{
	if (a->abs_total != b->abs_total)
		return a->abs_total > b->abs_total;
	return compare_names(p, a, b) < 0;
}

/* As good as the best so far but for its size: 0; better: 1; worse: -1. */
static int
compare(const struct ws_profile *f, const struct ws_profile *best)
{
	if (best == NULL || class_of(f) > class_of(best))
		return 1;
	if (class_of(f) < class_of(best) || f->rough > best->rough)
		return -1;
	return f->rough < best->rough;
}

/* Of the best class the largest, and how many there are of that class. */
static const struct ws_profile *
largest(const struct ws_profiles *p, ws_id series, size_t *same)
{
	const struct ws_profile *best = NULL;
	size_t i;

	for (i = 0, *same = 0; i < p->n; i++) {
		const struct ws_profile *f = p->profile[i];

		if (f->series != series)
			continue;
		if (compare(f, best) > 0)
			*same = 0;
		else if (compare(f, best) < 0)
			continue;
		if (++*same == 1 || is_larger(p, f, best))
			best = f;
	}
	return best;
}

/* Value of the stacks whose leaf has a name, over all. */
static double
named(const struct ws_profiles *p, const struct ws_profile *f)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < f->n; i++) {
		const ws_id *frame;

		if (ws_dict_get_stack(p->sink.dict, f->entry[i].stack, &frame) >
			0 &&
		    ws_dict_get_frame(p->sink.dict, frame[0])->func != 0)
			sum += f->entry[i].value;
	}
	return f->total > 0 ? sum / f->total : 0;
}

/* Of two forms of one recording, whether a is the better. */
static bool
is_better_form(const struct ws_profiles *p, const struct ws_profile *a,
    const struct ws_profile *b)
{
	double na, nb;

	if (a->rough != b->rough)
		return a->rough < b->rough;
	/* A part of a recording has less; a form of it at most loses the last
	 * samples. */
	if ((double)a->samples * 1.01 + 2 < (double)b->samples ||
	    (double)b->samples * 1.01 + 2 < (double)a->samples)
		return a->samples > b->samples;
	na = named(p, a);
	nb = named(p, b);
	if (fabs(na - nb) > 0.01)
		return na > nb;
	return a->samples != b->samples ? a->samples > b->samples
					: compare_names(p, a, b) < 0;
}

static bool
overlap(const struct ws_profile *a, const struct ws_profile *b)
{
	return a->from != WS_T_NONE && b->from != WS_T_NONE &&
	       a->clock == b->clock && a->from <= b->to && b->from <= a->to;
}

/* More recordings than anybody makes are not compared with each other. */
enum { FORMS_MAX = 2048 };

/* True when another form of the same recording stands for it.  Only Linux perf
 * has such forms: its profiles have processes. */
static bool
is_shadowed(const struct ws_profiles *p, const struct ws_profile *f)
{
	size_t i;

	if (f->n_process == 0 || p->n > FORMS_MAX)
		return false;
	for (i = 0; i < p->n; i++) {
		const struct ws_profile *g = p->profile[i];

		if (g != f && g->series == f->series && g->n_process > 0 &&
		    class_of(g) == WINDOW && overlap(f, g) &&
		    is_better_form(p, g, f))
			return true;
	}
	return false;
}

/* The same capture under another name: a bundle may have it twice. */
static bool
is_copy(const struct ws_profiles *p, size_t i)
{
	const struct ws_profile *f = p->profile[i], *g;
	size_t k;

	for (k = 0; k < i && f->time != WS_T_NONE; k++) {
		g = p->profile[k];
		if (g->series == f->series && g->time == f->time &&
		    g->duration == f->duration && g->total == f->total &&
		    g->n == f->n)
			return true;
	}
	return false;
}

static bool
is_of_go(const struct ws_dict *d, ws_id stack)
{
	const ws_id *frame;
	size_t i, n = ws_dict_get_stack(d, stack, &frame);

	for (i = 0; i < n; i++)
		if (ws_sv_starts(
			ws_dict_text(d, ws_dict_get_frame(d, frame[i])->func),
			"runtime."))
			return true;
	return false;
}

/* Marks the processes that run Go. */
static bool *
find_go(const struct ws_profiles *p, const struct ws_profile *f)
{
	bool *go = ws_alloc_array(f->n_process + 1, sizeof(*go));
	size_t i;

	for (i = 0; i < f->n; i++)
		if (!go[f->entry[i].process])
			go[f->entry[i].process] =
			    is_of_go(p->sink.dict, f->entry[i].stack);
	return go;
}

/* The busiest process; n_process when all are idle. */
static size_t
busiest(const struct ws_profiles *p, const struct ws_profile *f)
{
	bool *go = find_go(p, f);
	size_t i, best = f->n_process, best_go = f->n_process;
	double busy = 0;

	for (i = 0; i < f->n_process; i++) {
		const struct ws_profile_process *a = &f->process[i];

		if (a->idle)
			continue;
		busy += a->value;
		if (a->kernel)
			continue;
		if (best == f->n_process || a->value > f->process[best].value)
			best = i;
		if (go[i] && (best_go == f->n_process ||
				 a->value > f->process[best_go].value))
			best_go = i;
	}
	free(go);
	if (best_go < f->n_process &&
	    f->process[best_go].value >= GO_SHARE * busy)
		return best_go;
	return best;
}

static size_t
first_of_artifact(const struct ws_profiles *p, const struct ws_profile *f)
{
	size_t i = f->index;

	while (i > 0 && p->profile[i - 1]->artifact == f->artifact)
		i--;
	return i;
}

/* Another series of the same artifact, or NULL. */
static const struct ws_profile *
in_artifact(
    const struct ws_profiles *p, const struct ws_profile *f, ws_id series)
{
	size_t i = first_of_artifact(p, f);

	for (; i < p->n && p->profile[i]->artifact == f->artifact; i++)
		if (p->profile[i]->series == series &&
		    p->profile[i]->n_process > 0)
			return p->profile[i];
	return NULL;
}

static const struct ws_profile *
largest_cpu(struct ws_profiles *p)
{
	size_t same;

	if (p->cpu_of != p->n)
		p->cpu = largest(p, WS_N_PERF_CPU, &same);
	p->cpu_of = p->n;
	return p->cpu;
}

static size_t
find_process(const struct ws_profile *f, ws_id name, ws_id comm)
{
	size_t i;

	for (i = 0; i < f->n_process; i++)
		if (f->process[i].name == name && !f->process[i].idle)
			return i;
	for (i = 0; i < f->n_process; i++)
		if (f->process[i].comm == comm && !f->process[i].idle)
			return i;
	return f->n_process;
}

/* Of waits the most numerous: the longest are those of idle ones. */
static size_t
most_samples(const struct ws_profile *f)
{
	size_t i, best = f->n_process;

	for (i = 0; i < f->n_process; i++)
		if (!f->process[i].idle && !f->process[i].kernel &&
		    (best == f->n_process ||
			f->process[i].samples > f->process[best].samples))
			best = i;
	return best;
}

/* The busiest process of another profile; f->n_process when f has it not. */
static size_t
busiest_of(const struct ws_profiles *p, const struct ws_profile *other,
    const struct ws_profile *f)
{
	size_t i = other != NULL ? busiest(p, other) : 0;

	if (other == NULL || i == other->n_process)
		return f->n_process;
	if (other == f)
		return i;
	return find_process(f, other->process[i].name, other->process[i].comm);
}

size_t
ws_profiles_service(struct ws_profiles *p, const struct ws_profile *f)
{
	size_t i;
	const struct ws_profile *cpu = in_artifact(p, f, WS_N_PERF_CPU);

	if (cpu == NULL)
		cpu = largest_cpu(p);
	i = busiest_of(p, cpu, f);
	/* Who is often on a CPU often leaves it. */
	if (i == f->n_process)
		i = busiest_of(p, in_artifact(p, f, WS_N_PERF_SWITCHES), f);
	return i < f->n_process ? i : most_samples(f);
}

static bool
is_of_machine(const struct ws_profile *f)
{
	size_t i;

	for (i = 0; i < f->n_process; i++)
		if (f->process[i].numbered || f->process[i].idle ||
		    f->process[i].kernel)
			return true;
	return false;
}

/* A recording of one process whose number is not told has threads of several
 * names; that of a machine shows idle threads or the kernel's in some series. */
static bool
is_of_one_process(const struct ws_profiles *p, const struct ws_profile *f)
{
	size_t i = first_of_artifact(p, f);

	for (; i < p->n && p->profile[i]->artifact == f->artifact; i++)
		if (is_of_machine(p->profile[i]))
			return false;
	return true;
}

static void
add_totals(struct ws_profile *to, const struct ws_profile *from)
{
	to->unit = from->unit;
	to->lost += from->lost;
	to->duration = isnan(to->duration) ? from->duration
					   : to->duration + from->duration;
	to->period = fmax(to->period, from->period);
	to->rough = from->rough;
	to->base_total += from->base_total;
}

/* Processes do not matter in what is merged. */
static void
add_entry(struct ws_open_series *to, const struct ws_profile_entry *e)
{
	struct ws_profile_entry like = *e;

	like.process = 0;
	ws_profile_entry_of(to, &like)->value += e->value;
}

/* The service's part of it. */
static void
merge_service(struct ws_profiles *p, struct ws_open_series *to,
    const struct ws_profile *f)
{
	bool all = is_of_one_process(p, f);
	size_t i, service = ws_profiles_service(p, f);

	for (i = 0; i < f->n_process; i++) {
		if (!all && i != service)
			continue;
		to->profile->samples += f->process[i].samples;
		to->profile->total += f->process[i].value;
		to->profile->abs_total += f->process[i].value;
	}
	for (i = 0; i < f->n; i++)
		if (all || f->entry[i].process == service)
			add_entry(to, &f->entry[i]);
}

static void
merge(struct ws_profiles *p, struct ws_open_series *to,
    const struct ws_profile *from)
{
	struct ws_profile *f = to->profile;
	size_t i;

	add_totals(f, from);
	if (from->n_process > 0) {
		merge_service(p, to, from);
		return;
	}
	for (i = 0; i < from->n; i++)
		add_entry(to, &from->entry[i]);
	f->total += from->total;
	f->abs_total += from->abs_total;
	f->samples += from->samples;
}

/* The best profile, or all windows of its series, as one. */
static struct ws_profile *
merge_all(struct ws_profiles *p, const struct ws_profile *best)
{
	struct ws_open_series to = { .profile = ws_profile_new(
					 best->series, best->artifact),
		.pairs = p->tracks ? ws_htab_new() : NULL };
	bool first = true;
	size_t i;

	for (i = 0; i < p->n; i++) {
		const struct ws_profile *f = p->profile[i];

		if (f->series != best->series)
			continue;
		if (class_of(best) == WINDOW
			? class_of(f) != WINDOW || is_shadowed(p, f) ||
			      is_copy(p, i)
			: f != best)
			continue;
		if (first || compare_names(p, f, to.profile) < 0)
			to.profile->artifact = f->artifact;
		first = false;
		merge(p, &to, f);
	}
	to.profile->has_tracks = p->tracks;
	ws_open_series_fini(&to);
	return to.profile;
}

const struct ws_profile *
ws_profiles_find(struct ws_profiles *p, ws_id series)
{
	size_t i, same;
	const struct ws_profile *best = largest(p, series, &same);

	if (best == NULL ||
	    (best->n_process == 0 && (same < 2 || class_of(best) != WINDOW)))
		return best;
	for (i = 0; i < p->n_merged; i++)
		if (p->merged[i]->series == series)
			return p->merged[i];
	p->merged = ws_grow(p->merged, &p->cap_merged, p->n_merged + 1,
	    sizeof(struct ws_profile *));
	p->merged[p->n_merged] = merge_all(p, best);
	return p->merged[p->n_merged++];
}
