/* The first screen: what the benchmark says, and how far to trust it. */
#include <math.h>

#include "report/parts.h"
#include "report/text.h"

static const struct ws_fact *
fact_of(const struct ws_report *r, uint32_t def)
{
	const struct ws_fact *f = ws_facts_get(r->facts, def, NULL);

	return f != NULL && f->presence == WS_VALUE ? f : NULL;
}

static double
value_of(const struct ws_report *r, uint32_t def)
{
	const struct ws_fact *f = fact_of(r, def);

	return f != NULL && f->text == NULL ? f->value : NAN;
}

/* "before VALUE after", when there is a value. */
static void
put_fact(struct ws_buf *b, const struct ws_report *r, const char *before,
    uint32_t def, const char *after)
{
	const struct ws_fact *f = fact_of(r, def);

	if (f == NULL)
		return;
	ws_buf_puts(b, before);
	if (f->text != NULL)
		ws_buf_puts(b, f->text);
	else
		ws_fact_show(b, ws_fact_def_of(r, f), f->value);
	ws_buf_puts(b, after);
}

static void
put_row(const struct ws_page *p, const char *label, struct ws_buf *b)
{
	if (b->n > 0)
		ws_page_row(p,
		    (struct ws_cell[]){ { .text = label, .at = 2, .width = 9 },
			{ .text = b->p, .at = 12 } },
		    2);
	b->n = 0;
}

static void
put_point(const struct ws_report *r, struct ws_buf *b)
{
	put_fact(b, r, "", WS_F_BENCH_NAME, ":");
	put_fact(b, r, " ", WS_F_BENCH_THROUGHPUT, "");
	put_fact(b, r, ", p50 ", WS_F_BENCH_P50, "");
	put_fact(b, r, ", p95 ", WS_F_BENCH_P95, "");
	put_fact(b, r, ", p99 ", WS_F_BENCH_P99, "");
}

static void
put_trust(const struct ws_report *r, struct ws_buf *b)
{
	put_fact(b, r, "", WS_F_BENCH_RUNS,
	    value_of(r, WS_F_BENCH_RUNS) > 1 ? " runs" : " run");
	put_fact(b, r, ", ", WS_F_BENCH_STEADY_TIME, " in all");
	if (value_of(r, WS_F_BENCH_RUNS) > 1)
		put_fact(b, r, ", they differ by ", WS_F_BENCH_SPREAD, "");
	put_fact(b, r, ", median known to ", WS_F_BENCH_PRECISION, "");
	if (value_of(r, WS_F_BENCH_WARM) > 0) {
		put_fact(b, r, "; the first ", WS_F_BENCH_WARM, " is warm-up");
		put_fact(b, r, ", then ", WS_F_BENCH_STEADY_RATE, "");
	}
}

static void
put_scaling(const struct ws_report *r, struct ws_buf *b)
{
	if (!(value_of(r, WS_F_BENCH_LEVELS) > 1))
		return;
	put_fact(b, r, "", WS_F_BENCH_GAIN, " times the work of the fewest");
	put_fact(b, r, ", ", WS_F_BENCH_EFFICIENCY, " of what the CPUs allow");
	put_fact(b, r, "; ", WS_F_BENCH_BEST_LEVEL, " at once do as much as");
	put_fact(b, r, " any of ", WS_F_BENCH_LEVELS, " levels");
	if (value_of(r, WS_F_BENCH_RETROGRADE) > 0.1)
		put_fact(b, r, ", the most lose ", WS_F_BENCH_RETROGRADE, "");
	put_fact(b, r, "; p99 grows ", WS_F_BENCH_TAIL, " times");
}

static void
put_law(const struct ws_report *r, struct ws_buf *b)
{
	if (!(value_of(r, WS_F_BENCH_LEVELS) > 1))
		return;
	put_fact(b, r, "not fitted: ", WS_F_BENCH_USL_REFUSED, "");
	put_fact(b, r, "serial part ", WS_F_BENCH_USL_SIGMA, "");
	put_fact(b, r, ", cost of agreeing ", WS_F_BENCH_USL_KAPPA, "");
	put_fact(b, r, ", most at ", WS_F_BENCH_USL_PEAK, " at once");
}

static void
put_missing(const struct ws_report *r, struct ws_buf *b)
{
	put_fact(b, r, "", WS_F_BENCH_MISSING, "");
}

const char *
ws_bench_row(struct ws_buf *b, const struct ws_report *r, size_t i)
{
	static const struct {
		const char *label;
		void (*put)(const struct ws_report *r, struct ws_buf *b);
	} rows[] = { { "measured", put_point }, { "trust", put_trust },
		{ "scaling", put_scaling }, { "USL", put_law },
		{ "missing", put_missing } };

	if (i >= WS_LEN(rows) || fact_of(r, WS_F_BENCH_NAME) == NULL)
		return NULL;
	rows[i].put(r, b);
	return rows[i].label;
}

void
ws_text_bench(const struct ws_page *p, const struct ws_report *r)
{
	struct ws_buf b = { 0 };
	const char *label;

	for (size_t i = 0; (label = ws_bench_row(&b, r, i)) != NULL; i++) {
		if (i == 0)
			ws_page_title(p, "BENCHMARK");
		put_row(p, label, &b);
	}
	ws_buf_fini(&b);
}
