/*
 * What an advice may bring, as factors of throughput.
 *
 * Let u be the part of the available CPU time that is used, f the share of the
 * used time that the remedy is aimed at, s the part of f at the sites that are
 * named, and k the share of the used time that surely remains.  A unit of work
 * costs 1 before.  A remedy that gets the part r of what it is aimed at leaves
 * 1 - u f s r (G. Amdahl, AFIPS 1967); that is the low end, with the least r
 * and f as low as sampling allows.  At best all but u k goes, the waiting too,
 * as CPUs that wait have nothing else to wait for: 1 / (u k) is the cap, by the
 * operational bound X <= 1 / D of Denning and Buzen (Computing Surveys 10,
 * 1978).  Where a bundle does not tell k, all but u (1 - f) may go.
 *
 * At the low end u is taken as measured: it is the part of the time that the CPU
 * clock ran, of which profiles lose some and make up none.
 *
 * A remedy that frees what the program waits for has the unused time to gain
 * as well: all but u (1 - f) is what it is aimed at.
 *
 * A remedy that lets throughput scale m times gains 1 + (m - 1) r, and no more
 * than the CPUs allow: 1 / (u k), or 1 / u where k is not told.  At least it is
 * what they allow when a unit of work costs as much as before: 1 / u.
 *
 * Ranges are rounded outward to two digits, but never beyond the cap.
 */
#include <math.h>

#include "diagnosis/parts.h"

#define LEFT_MIN   0.001 /* less is nothing: it bounds no gain */
#define CLOCK_FAIL 0.02  /* of a utilization: what two clocks differ by */

static double
round_to_two(double x, double (*how)(double))
{
	double unit = pow(10, floor(log10(x)) - 1);
	double near = round(x / unit);

	/* 1.3 / 0.1 is not quite 13, and must not become 12. */
	return (fabs(x / unit - near) < 1e-9 ? near : how(x / unit)) * unit;
}

/* The value of an optional expression, cut to 0..1. */
static bool
share_of(
    const struct ws_case *c, const struct ws_expr *x, struct ws_number *out)
{
	if (x == NULL || !ws_eval_number(c->rules, c->facts, x, out) ||
	    isnan(out->v))
		return false;
	out->v = fmin(1, fmax(0, out->v));
	out->lo = fmin(1, fmax(0, out->lo));
	out->hi = fmin(1, fmax(0, out->hi));
	return true;
}

static void
set_cap(struct ws_action *x, double left)
{
	x->cap = left >= LEFT_MIN ? 1 / left : INFINITY;
}

/* Sets the ends and sees that they are in order. */
static void
set_range(struct ws_action *x, double lo, double hi)
{
	x->has_impact = isfinite(lo) && isfinite(hi);
	x->lo = fmin(x->cap, fmax(1, round_to_two(lo, floor)));
	x->hi = fmin(x->cap, fmax(x->lo, round_to_two(hi, ceil)));
}

static void
say_basis(struct ws_case *c, struct ws_action *x, const struct ws_used_cpu *u,
    const char *what, double of)
{
	struct ws_buf b = { 0 };
	char text[32];

	ws_unit_format(text, of, WS_U_RATIO);
	if (x->advice->impact == WS_IMPACT_SCALES)
		ws_buf_printf(&b, "room to scale %.1f times", of);
	else if (x->advice->impact == WS_IMPACT_FREES)
		ws_buf_printf(&b,
		    "the waiting, and Amdahl over %s of the CPU time", text);
	else
		ws_buf_printf(&b, "Amdahl over %s of the CPU time", text);
	ws_unit_format(text, u->v, WS_U_RATIO);
	if (u->source != NULL)
		ws_buf_printf(
		    &b, ", %s of the CPUs used (%s)", text, u->source);
	else
		ws_buf_puts(&b, ", if CPUs are what limits");
	ws_buf_puts(
	    &b, isfinite(x->cap) ? what : "; no cap: nothing else was seen");
	x->basis = ws_text_keep(c, &b);
}

/* The part of what the remedy is aimed at that is at the sites named. */
static double
part_named(const struct ws_action *x)
{
	double sum = 0;

	for (size_t i = 0; i < x->n_target; i++)
		sum += x->target[i].share;
	return x->n_target > 0 ? fmin(1, sum) : 1;
}

static void
impact_of_removal(struct ws_case *c, struct ws_action *x)
{
	const struct ws_advice *a = x->advice;
	struct ws_used_cpu u = ws_used_cpu(c);
	struct ws_number f, k;
	bool told = share_of(c, a->leaving, &k);
	double left, aim;

	if (!share_of(c, a->of, &f))
		return;
	left = told ? u.lo * k.lo : u.lo * (1 - f.hi);
	aim = a->impact == WS_IMPACT_FREES ? 1 - u.hi * (1 - f.lo) : u.v * f.lo;
	set_cap(x, left);
	set_range(x, 1 / (1 - aim * part_named(x) * a->lo),
	    1 / (left + (1 - a->hi) * (1 - left)));
	say_basis(
	    c, x, &u, told ? "; the cap is the program's other code" : "", f.v);
}

static void
impact_of_scaling(struct ws_case *c, struct ws_action *x)
{
	const struct ws_advice *a = x->advice;
	struct ws_used_cpu u = ws_used_cpu(c);
	struct ws_number m, k = { 1, 1, 1 };
	double room = INFINITY, least = INFINITY;
	bool told = share_of(c, a->leaving, &k);

	if (a->of == NULL || !ws_eval_number(c->rules, c->facts, a->of, &m) ||
	    isnan(m.v))
		return;
	if (u.source != NULL)
		least = 1 / u.v;
	if (u.source != NULL && u.lo * k.lo >= LEFT_MIN)
		room = 1 / (u.lo * k.lo);
	x->cap = fmax(1, fmin(m.hi, room));
	m.lo = fmax(1, fmin(m.lo, least));
	set_range(x, 1 + (m.lo - 1) * a->lo, 1 + (x->cap - 1) * a->hi);
	say_basis(c, x, &u,
	    room < m.hi ? told ? "; the cap is what CPU time remains"
			       : "; the cap is the CPUs"
			: "",
	    m.v);
}

void
ws_impact_set(struct ws_case *c, struct ws_action *x)
{
	switch (x->advice->impact) {
	case WS_IMPACT_REMOVES:
	case WS_IMPACT_FREES:
		impact_of_removal(c, x);
		break;
	case WS_IMPACT_SCALES:
		impact_of_scaling(c, x);
		break;
	case WS_IMPACT_NONE:
		break;
	}
}

/* The first that the bundle tells, the best source first. */
struct ws_used_cpu
ws_used_cpu(const struct ws_case *c)
{
	static const struct {
		uint32_t fact;
		bool sampled; /* its samples are hits, not intervals */
	} sources[] = {
		{ WS_F_CPU_UTILIZATION, true },
		{ WS_F_BENCH_UTILIZATION, false },
		{ WS_F_PROCESS_CPU, false },
		{ WS_F_HOST_BUSY, false },
	};
	const struct ws_fact *const *list;
	struct ws_used_cpu u = { 1, 1, 1, NULL };
	double error = 0;

	for (size_t i = 0; i < WS_LEN(sources); i++) {
		if (ws_facts_of(c->facts, sources[i].fact, &list) == 0 ||
		    list[0]->presence != WS_VALUE || !(list[0]->value > 0))
			continue;
		u.source = ws_catalogue_get(
		    ws_facts_catalogue(c->facts), sources[i].fact)
			       ->name;
		u.v = fmin(1, list[0]->value);
		/* Of counts, 95 % are within two roots. */
		if (sources[i].sampled && list[0]->samples > 0)
			error = 1.96 / sqrt(list[0]->samples);
		error = fmin(0.5, fmax(CLOCK_FAIL, error));
		u.lo = u.v * (1 - error);
		u.hi = fmin(1, u.v * (1 + error));
		break;
	}
	return u;
}
