/* base/usl: curves with known parameters come back. */
#include <math.h>

#include "base/compat.h"
#include "base/usl.h"
#include "tap.h"

static const double levels[] = { 1, 2, 4, 8, 16, 32 };

enum { LEVELS = WS_LEN(levels) };

static void
curve(double lambda, double sigma, double kappa, double *x)
{
	for (int i = 0; i < LEVELS; i++) {
		double n = levels[i];

		x[i] = lambda * n / (1 + sigma * (n - 1) + kappa * n * (n - 1));
	}
}

static void
comes_back(double lambda, double sigma, double kappa)
{
	double x[LEVELS], peak = sqrt((1 - sigma) / kappa);
	struct ws_usl u = { 0 };
	bool good;

	curve(lambda, sigma, kappa, x);
	good = ws_usl_fit(levels, x, LEVELS, &u);
	ok(good && fabs(u.lambda / lambda - 1) < 1e-6 &&
		fabs(u.sigma - sigma) < 1e-6 && fabs(u.kappa - kappa) < 1e-8 &&
		u.error < 1e-9 &&
		(kappa > 0 ? fabs(u.peak / peak - 1) < 1e-3 : u.peak > 1000),
	    "lambda %g sigma %g kappa %g: %g %g %g peak %g", lambda, sigma,
	    kappa, u.lambda, u.sigma, u.kappa, u.peak);
}

static void
test_bounds(void)
{
	double better[LEVELS], flat[LEVELS], noisy[LEVELS];
	struct ws_usl u = { 0 };

	for (int i = 0; i < LEVELS; i++) {
		better[i] = levels[i] * (1 + levels[i] / 100);
		flat[i] = 1000;
		noisy[i] = i % 2 ? 100 : 1000;
	}
	ok(ws_usl_fit(levels, better, LEVELS, &u) && u.sigma >= 0 &&
		u.kappa >= 0 && u.error > 0,
	    "more than linear: no cost below 0");
	ok(ws_usl_fit(levels, flat, LEVELS, &u) && fabs(u.sigma - 1) < 1e-9,
	    "flat: all of it is serial (%g)", u.sigma);
	ok(ws_usl_fit(levels, noisy, LEVELS, &u) && u.error > 0.2,
	    "noise is off the curve (%g)", u.error);
	ok(!ws_usl_fit(levels, flat, 2, &u), "two levels are too few");
}

int
main(void)
{
	comes_back(1000, 0.05, 0.001);
	comes_back(995.6, 0.02, 0.0001);
	comes_back(1e7, 0.3, 0);
	comes_back(0.5, 0, 0.01);
	comes_back(42, 0, 0);
	test_bounds();
	return tap_done();
}
