#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/htab.h"
#include "base/infer.h"
#include "compare/compare.h"

/* Below so many samples of both together a function is not tested. */
enum { SAMPLES_MIN = 5 };

static int
by_difference(const void *va, const void *vb)
{
	const struct ws_share_change *a = va, *b = vb;
	double x = fabs(a->flat[1] - a->flat[0]);
	double y = fabs(b->flat[1] - b->flat[0]);

	if (x != y)
		return x > y ? -1 : 1;
	x = fabs(a->cum[1] - a->cum[0]);
	y = fabs(b->cum[1] - b->cum[0]);
	if (x != y)
		return x > y ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void
test_shares(struct ws_share_change *row, size_t n,
    const struct ws_profile_side side[2], double alpha)
{
	double *p = ws_alloc_array(n + 1, sizeof(*p));

	for (size_t i = 0; i < n; i++) {
		double x = row[i].flat[0] * side[0].samples;
		double y = row[i].flat[1] * side[1].samples;

		row[i].p = p[i] =
		    x + y < SAMPLES_MIN
			? NAN
			: ws_two_shares(x, side[0].samples, y, side[1].samples);
	}
	ws_holm(p, n);
	for (size_t i = 0; i < n; i++) {
		row[i].holm = p[i];
		row[i].moved = p[i] <= alpha;
	}
	free(p);
}

void
ws_compare_shares(struct ws_arena *a, const struct ws_profile_side side[2],
    double alpha, struct ws_share_changes *out)
{
	struct ws_htab *names = ws_htab_new();
	struct ws_share_change *row =
	    ws_arena_alloc(a, (side[0].n + side[1].n + 1) * sizeof(*row));

	for (int k = 0; k < 2; k++) {
		out->total[k] = side[k].total;
		out->samples[k] = side[k].samples;
		for (size_t i = 0; i < side[k].n; i++) {
			const struct ws_function *f = &side[k].function[i];
			uint32_t r =
			    ws_htab_put(names, f->name, strlen(f->name), NULL);

			row[r].name = f->name;
			row[r].flat[k] = f->flat / side[k].total;
			row[r].cum[k] = f->cum / side[k].total;
		}
	}
	out->n = ws_htab_count(names);
	out->row = row;
	ws_htab_free(names);
	test_shares(row, out->n, side, alpha);
	if (out->n > 1)
		qsort(row, out->n, sizeof(*row), by_difference);
}
