#include "base/usl.h"

#include <math.h>

enum { TERMS = 3, LEVELS_MIN = 3 };

/* Terms of n/X: 1/lambda, sigma/lambda and kappa/lambda. */
struct system {
	double m[TERMS][TERMS + 1]; /* normal equations, right side last */
};

static void
terms_of(double n, double x, double term[TERMS])
{
	term[0] = x / n;
	term[1] = (n - 1) * x / n;
	term[2] = n * (n - 1) * x / n;
}

static struct system
equations(const double *n, const double *x, size_t count)
{
	struct system s = { 0 };

	for (size_t i = 0; i < count; i++) {
		double t[TERMS];

		terms_of(n[i], x[i], t);
		for (int r = 0; r < TERMS; r++) {
			for (int c = 0; c < TERMS; c++)
				s.m[r][c] += t[r] * t[c];
			s.m[r][TERMS] += t[r];
		}
	}
	return s;
}

static void
swap_rows(struct system *s, int a, int b)
{
	for (int c = 0; c <= TERMS; c++) {
		double t = s->m[a][c];

		s->m[a][c] = s->m[b][c];
		s->m[b][c] = t;
	}
}

/* Terms outside the mask are 0.  False when the rest is not determined. */
static bool
solve(struct system s, unsigned mask, double out[TERMS])
{
	for (int r = 0; r < TERMS; r++)
		for (int c = 0; c <= TERMS; c++)
			if (!(mask >> r & 1) || (c < TERMS && !(mask >> c & 1)))
				s.m[r][c] = r == c;
	for (int k = 0; k < TERMS; k++) {
		int best = k;

		for (int r = k + 1; r < TERMS; r++)
			if (fabs(s.m[r][k]) > fabs(s.m[best][k]))
				best = r;
		swap_rows(&s, k, best);
		if (!(fabs(s.m[k][k]) > 1e-300))
			return false;
		for (int r = 0; r < TERMS; r++) {
			double f = s.m[r][k] / s.m[k][k];

			for (int c = k; c <= TERMS && r != k; c++)
				s.m[r][c] -= f * s.m[k][c];
		}
	}
	for (int k = 0; k < TERMS; k++)
		out[k] = mask >> k & 1 ? s.m[k][TERMS] / s.m[k][k] : 0;
	return true;
}

static double
error_of(const double *n, const double *x, size_t count, const double p[TERMS])
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		double t[TERMS], off = 1;

		terms_of(n[i], x[i], t);
		for (int k = 0; k < TERMS; k++)
			off -= t[k] * p[k];
		sum += off * off;
	}
	return sqrt(sum / (double)count);
}

bool
ws_usl_fit(const double *n, const double *x, size_t count, struct ws_usl *out)
{
	/* With both costs, with one of them, with none. */
	static const unsigned masks[] = { 7, 3, 5, 1 };
	struct system s;
	bool found = false;

	if (count < LEVELS_MIN)
		return false;
	s = equations(n, x, count);
	for (int i = 0; i < 4; i++) {
		double p[TERMS], error;

		if (!solve(s, masks[i], p) || !(p[0] > 0) || p[1] < 0 ||
		    p[2] < 0)
			continue;
		error = error_of(n, x, count, p);
		if (found && error >= out->error)
			continue;
		found = true;
		*out = (struct ws_usl){ 1 / p[0], p[1] / p[0], p[2] / p[0],
			INFINITY, error };
	}
	if (found && out->kappa > 0)
		out->peak = sqrt(fmax(1 - out->sigma, 0) / out->kappa);
	return found;
}
