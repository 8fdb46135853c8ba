#include <math.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "metrics/trace.h"

/* The name, the two numbers and what stands between them. */
enum { BESIDE = 42, COLUMNS_MIN = 20, COLUMNS_MAX = 200 };

/* Where a lane's values are from, and what fills it. */
static const struct lane {
	const char *name;
	enum ws_lane lane; /* WS_LANES: the heap */

	enum { OF_MOST, OF_PROCS, OF_ONE } full;
} lanes[] = {
	{ "running", WS_LANE_RUNNING, OF_PROCS },
	{ "runnable", WS_LANE_RUNNABLE, OF_MOST },
	{ "blocked", WS_LANE_BLOCKED, OF_MOST },
	{ "in calls", WS_LANE_CALL, OF_MOST },
	{ "Ps in use", WS_LANE_P, OF_PROCS },
	{ "GC active", WS_LANE_ACTIVE, OF_ONE },
	{ "GC work, in Ps", WS_LANE_GC, OF_PROCS },
	{ "world stopped", WS_LANE_STW, OF_ONE },
	{ "heap", WS_LANES, OF_MOST },
};

static double *
buckets_of(const struct ws_trace *t, enum ws_lane lane)
{
	double *v, last = 0;
	size_t i;

	if (lane != WS_LANES)
		return ws_lanes_levels(&t->lanes, lane);
	v = ws_alloc_array(t->lanes.n + 1, sizeof(*v));
	for (i = 0; i < t->lanes.n; i++) {
		if (t->lanes.bucket[i].heap > 0)
			last = t->lanes.bucket[i].heap;
		v[i] = last;
	}
	return v;
}

/* Buckets that hold the capture; behind it may be empty ones. */
static size_t
used_buckets(const struct ws_trace *t)
{
	double n = ceil(t->duration / ws_lanes_width(&t->lanes));

	return n >= 1 && n < (double)t->lanes.n ? (size_t)n : t->lanes.n;
}

/* Means of as many buckets as a column has, or the one that it is part of. */
static void
fill(struct ws_report_lane *to, const double *bucket, size_t n)
{
	double most = 0, sum = 0;
	size_t c, i;

	for (c = 0; c < to->n; c++) {
		size_t from = c * n / to->n, end = (c + 1) * n / to->n;

		end = end > from ? end : from + 1;
		for (i = from; i < end && i < n; i++)
			to->value[c] += bucket[i] / (double)(end - from);
		sum += to->value[c];
		most = fmax(most, to->value[c]);
	}
	to->mean = to->n > 0 ? sum / (double)to->n : 0;
	to->full = to->full > 0 ? to->full : most;
}

static struct ws_report_lane
make_lane(const struct ws_trace *t, const struct lane *l, size_t columns)
{
	struct ws_report_lane lane = { .name = l->name,
		.unit = l->lane == WS_LANES ? WS_U_BYTES : WS_U_COUNT,
		.n = columns };
	double *bucket = buckets_of(t, l->lane);

	if (l->full != OF_MOST)
		lane.full = l->full == OF_ONE ? 1 : t->procs;
	lane.value = ws_alloc_array(columns, sizeof(*lane.value));
	fill(&lane, bucket, used_buckets(t));
	free(bucket);
	return lane;
}

static const struct ws_opt own[] = {
	{ 0, "json", WS_OPT_FLAG, WS_OPT_AT(json), NULL,
	    "JSON instead, of 200 columns" },
	{ 0, NULL, WS_OPT_FLAG, 0, NULL, NULL },
};

static size_t
columns_of(const struct ws_style *s)
{
	size_t n =
	    s->width > BESIDE + COLUMNS_MIN ? s->width - BESIDE : COLUMNS_MIN;

	return n < COLUMNS_MAX ? n : COLUMNS_MAX;
}

/* When the first column begins; the wall's time is known where the clock of
 * the trace is tied to it, and else nothing is comparable. */
static void
set_start(struct ws_report_timeline *line, const struct ws_trace *t,
    const struct ws_dict *d)
{
	const struct ws_clock *c = ws_dict_get_clock(d, t->clock);

	line->start = line->wall_start = WS_T_NONE;
	if (t->lanes.n == 0)
		return;
	line->start = t->lanes.origin;
	if (c->how == WS_CLOCK_EXACT)
		line->wall_start = t->lanes.origin + c->offset;
}

/* As text when there is a style, else as JSON. */
static void
print_timeline(
    struct ws_run *run, const struct ws_trace *t, const struct ws_style *s)
{
	struct ws_report_lane lane[WS_LEN(lanes)];
	size_t i, columns = s != NULL ? columns_of(s) : COLUMNS_MAX;
	struct ws_report_timeline line = { .duration = t->duration,
		.artifact = ws_dict_text(ws_run_dict(run), t->artifact).p,
		.lane = lane,
		.n = WS_LEN(lanes) };

	set_start(&line, t, ws_run_dict(run));
	for (i = 0; i < WS_LEN(lanes); i++)
		lane[i] = make_lane(t, &lanes[i], columns);
	if (s != NULL)
		ws_report_timeline(stdout, &line, s);
	else
		ws_report_timeline_json(stdout, &line);
	for (i = 0; i < WS_LEN(lanes); i++)
		free(lane[i].value);
}

static int
timeline(struct ws_options *o, int argc, char **argv)
{
	struct ws_rules *rules = ws_cli_rules(o);
	struct ws_style style = ws_cli_style(o);
	const struct ws_traces *all;
	struct ws_run *run;
	size_t i;
	int status;

	if (rules == NULL)
		return WS_EXIT_RULES;
	run = ws_cli_run(o, rules, argc, argv, &status);
	if (run != NULL) {
		all = ws_run_traces(run);
		for (i = 0; i < ws_traces_count(all); i++)
			print_timeline(run, ws_traces_get(all, i),
			    o->json ? NULL : &style);
		status = ws_cli_status(run);
		if (status == WS_EXIT_OK && ws_traces_count(all) == 0) {
			ws_cli_warn("no execution trace in this bundle");
			status = WS_EXIT_DATA;
		}
	}
	ws_run_free(run);
	ws_rules_free(rules);
	return status;
}

static const struct ws_opt *const opts[] = { own, ws_opt_rules, ws_opt_common,
	ws_opt_choice, ws_opt_limits, NULL };

const struct ws_cmd ws_cmd_timeline = { "timeline", "BUNDLE",
	"draw what an execution trace holds over time", opts, timeline };
