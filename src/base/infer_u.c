#include <math.h>
#include <stdlib.h>

#include "base/infer.h"
#include "base/mem.h"

/* As in go-moremath, so that p-values agree with benchstat's. */
enum { EXACT_MAX = 50, TIES_EXACT_MAX = 25, NEED_MAX = 9 };

/* What two samples look like when they are merged. */
struct merged {
	double rank_sum; /* of the first sample, ties by their mean rank */
	double ties;     /* sum of t^3 - t over groups of t equal values */
	size_t *group;   /* sizes of the groups of equal values, rising */
	size_t n_group;
};

static size_t
count_equal(const double *v, size_t n, size_t from, double value)
{
	size_t i = from;

	while (i < n && v[i] == value)
		i++;
	return i - from;
}

static struct merged
merge(const double *a, size_t na, const double *b, size_t nb)
{
	struct merged m = { .group =
				ws_alloc_array(na + nb, sizeof(*m.group)) };
	size_t i = 0, j = 0;

	while (i < na || j < nb) {
		double v = j >= nb || (i < na && a[i] <= b[j]) ? a[i] : b[j];
		size_t before = i + j, of_a = count_equal(a, na, i, v);
		size_t t = of_a + count_equal(b, nb, j, v);

		i += of_a;
		j += t - of_a;
		m.rank_sum +=
		    (double)of_a * ((double)before + ((double)t + 1) / 2);
		m.ties += (double)t * (double)t * (double)t - (double)t;
		m.group[m.n_group++] = t;
	}
	return m;
}

static double
choose(size_t n, size_t k)
{
	double c = 1;

	for (size_t i = 1; i <= k; i++)
		c = c * (double)(n - k + i) / (double)i;
	return round(c);
}

/*
 * The ways to label the merged values so that the first sample has na of them,
 * by 2U up to a limit.  One group of equal values after the other: a group of t
 * gives k to the first sample in C(t, k) ways, and each of those k is larger
 * than the values of the second sample before it, and ties with the t - k
 * beside it.
 */
struct ways {
	size_t na, limit;
	double *f; /* [number in the first sample][2U] */
};

static void
add_group(struct ways *w, size_t before, size_t t)
{
	size_t width = w->limit + 1, to, k, u;

	for (to = w->na; to > 0; to--)
		for (k = 1; k <= t && k <= to; k++) {
			double c = choose(t, k);
			double *row = w->f + to * width;
			const double *old = w->f + (to - k) * width;
			size_t add;

			if (to - k > before)
				continue;
			add = 2 * k * (before - (to - k)) + k * (t - k);
			for (u = 0; u + add <= w->limit; u++)
				row[u + add] += c * old[u];
		}
}

static struct ways
count_ways(const size_t *group, size_t n_group, size_t na, size_t limit)
{
	struct ways w = { na, limit,
		ws_alloc_array((na + 1) * (limit + 1), sizeof(*w.f)) };
	size_t before = 0, g;

	w.f[0] = 1;
	for (g = 0; g < n_group; before += group[g++])
		add_group(&w, before, group[g]);
	return w;
}

/*
 * Twice the tail of the sample with the smaller U.  With ties and samples of
 * different size U is not symmetric: go-moremath takes that tail of the first
 * sample then, and finds a p of 0 for one value against 20 equal ones, where
 * 2 in 21 is right.  Else the two are the same.
 */
static double
exact_p(const struct merged *m, size_t na, size_t nb, double u)
{
	double other = (double)na * (double)nb - u, sum = 0;
	size_t n = u < other ? na : nb;
	struct ways w;

	if (u == other)
		return 1;
	w = count_ways(m->group, m->n_group, n, (size_t)(2 * fmin(u, other)));
	for (size_t i = 0; i <= w.limit; i++)
		sum += w.f[n * (w.limit + 1) + i];
	free(w.f);
	return fmin(2 * sum / choose(na + nb, na), 1);
}

/* NaN when all values are equal. */
static double
normal_p(const struct merged *m, double na, double nb, double u)
{
	double n = na + nb, off = u - na * nb / 2, z;
	double var = na * nb / 12 * ((n + 1) - m->ties / (n * (n - 1)));

	if (!(var > 0))
		return NAN;
	off -= off > 0 ? 0.5 : off < 0 ? -0.5 : 0;
	z = off / sqrt(var);
	return 2 * fmin(ws_normal_below(z), ws_normal_below(-z));
}

void
ws_u_test(const double *a, size_t na, const double *b, size_t nb,
    struct ws_u_result *out)
{
	struct merged m;
	size_t most = na > nb ? na : nb;

	*out = (struct ws_u_result){ NAN, 1, NAN, WS_U_EMPTY };
	if (na == 0 || nb == 0)
		return;
	m = merge(a, na, b, nb);
	out->u = m.rank_sum - (double)na * ((double)na + 1) / 2;
	out->delta = 1 - 2 * out->u / ((double)na * (double)nb);
	out->method = WS_U_EXACT;
	if (m.n_group == 1)
		out->method = WS_U_ALL_EQUAL;
	else if (most <= (m.ties > 0 ? TIES_EXACT_MAX : EXACT_MAX))
		out->p = exact_p(&m, na, nb, out->u);
	else
		out->method = WS_U_NORMAL;
	if (out->method == WS_U_NORMAL)
		out->p = normal_p(&m, (double)na, (double)nb, out->u);
	free(m.group);
}

size_t
ws_u_need(double alpha)
{
	for (size_t n = 1; n <= NEED_MAX; n++)
		if (fmin(2 / choose(2 * n, n), 1) <= alpha)
			return n;
	return 0;
}

/* Without ties: the largest c for which P(U < c) is at most alpha. */
static size_t
exact_cut(size_t na, size_t nb, double alpha)
{
	size_t *single = ws_alloc_array(na + nb, sizeof(*single)), c;
	double most = alpha * choose(na + nb, na), sum = 0;
	const double *row;
	struct ways w;

	for (size_t i = 0; i < na + nb; i++)
		single[i] = 1;
	w = count_ways(single, na + nb, na, na * nb);
	row = w.f + na * (w.limit + 1);
	for (c = 0; 2 * c <= w.limit; c++) {
		sum += row[2 * c];
		if (sum > most)
			break;
	}
	free(single);
	free(w.f);
	return c;
}

/* How many of the least and of the largest differences bound the interval:
 * the c-th from either end do; 0 when even all of them have not the level. */
static size_t
cut_of(size_t na, size_t nb, double level)
{
	double n = (double)na, m = (double)nb, alpha = (1 - level) / 2, c;

	if (na <= TIES_EXACT_MAX && nb <= TIES_EXACT_MAX)
		return exact_cut(na, nb, alpha);
	c = n * m / 2 + ws_normal_point(alpha) * sqrt(n * m * (n + m + 1) / 12);
	return c > 0 ? (size_t)c : 0;
}

struct pair {
	const double *a, *b;
	size_t na, nb;
};

/* Differences b - a up to x.  They fall as a rises. */
static double
count_below(const struct pair *p, double x)
{
	double n = 0;
	size_t i, j = 0;

	for (i = 0; i < p->na; i++) {
		while (j < p->nb && p->b[j] - p->a[i] <= x)
			j++;
		n += (double)j;
	}
	return n;
}

/* The k-th least difference, counted from 1, without making them all. */
static double
difference(const struct pair *p, double k)
{
	double lo = p->b[0] - p->a[p->na - 1];
	double hi = p->b[p->nb - 1] - p->a[0], mid;
	/* Far below what any measurement resolves. */
	double near = 1e-13 * fmax(fabs(lo), fabs(hi));

	if (count_below(p, lo) >= k)
		return lo;
	while (hi - lo > near && (mid = lo + (hi - lo) / 2) > lo && mid < hi)
		if (count_below(p, mid) >= k)
			hi = mid;
		else
			lo = mid;
	return hi;
}

void
ws_shift(const double *a, size_t na, const double *b, size_t nb, double level,
    struct ws_interval *out)
{
	const struct pair p = { a, b, na, nb };
	double pairs = (double)na * (double)nb;
	double cut = (double)cut_of(na, nb, level);

	*out = (struct ws_interval){
		.lo = -INFINITY, .hi = INFINITY, .level = cut > 0 ? level : 1
	};
	out->mid = (difference(&p, floor((pairs + 1) / 2)) +
		       difference(&p, ceil((pairs + 1) / 2))) /
		   2;
	if (cut > 0) {
		out->lo = difference(&p, cut);
		out->hi = difference(&p, pairs + 1 - cut);
	}
}
