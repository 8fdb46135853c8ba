/* How much there was of what over time, one line a lane. */
#include <stdint.h>

#include "base/json.h"
#include "report/report.h"

/* ASCII: from nothing to full.  UTF-8: eighths of a block. */
static const char ascii[] = " .:-=+*#%@";
static const char *const blocks[] = { " ", "\xe2\x96\x81", "\xe2\x96\x82",
	"\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86",
	"\xe2\x96\x87", "\xe2\x96\x88" };

/* Level 0 is nothing at all: whatever there is shows. */
static size_t
level(double part, size_t levels)
{
	if (!(part > 0))
		return 0;
	if (part >= 1)
		return levels - 1;
	return 1 + (size_t)(part * (double)(levels - 2));
}

static void
put_lane(FILE *f, const struct ws_report_lane *l, const struct ws_style *s)
{
	char mean[32], full[32];
	size_t i;

	fprintf(f, "%-18s|", l->name);
	for (i = 0; i < l->n; i++) {
		double part = l->full > 0 ? l->value[i] / l->full : 0;

		if (s->utf8)
			fputs(blocks[level(part, WS_LEN(blocks))], f);
		else
			fputc(ascii[level(part, sizeof(ascii) - 1)], f);
	}
	ws_unit_format(mean, l->mean, l->unit);
	ws_unit_format(full, l->full, l->unit);
	fprintf(f, "| %9s %9s\n", mean, full);
}

void
ws_report_timeline(
    FILE *f, const struct ws_report_timeline *t, const struct ws_style *s)
{
	char duration[32], column[32];
	int columns = t->n > 0 ? (int)t->lane[0].n : 0;
	size_t i;

	ws_unit_format(duration, t->duration, WS_U_TIME);
	ws_unit_format(
	    column, columns > 0 ? t->duration / columns : 0, WS_U_TIME);
	fprintf(f, "%s: %s, %s a column\n", t->artifact, duration, column);
	fprintf(f, "%-18s %*s  %9s %9s\n", "", columns, "", "mean", "full");
	for (i = 0; i < t->n; i++)
		put_lane(f, &t->lane[i], s);
}

static void
put_lane_json(struct ws_json *j, const struct ws_report_lane *l)
{
	size_t i;

	ws_json_open(j, '{');
	ws_json_key(j, "name");
	ws_json_str(j, l->name);
	ws_json_key(j, "unit");
	ws_json_str(j, ws_unit_name(l->unit));
	ws_json_key(j, "mean");
	ws_json_num(j, l->mean);
	ws_json_key(j, "full");
	ws_json_num(j, l->full);
	ws_json_key(j, "values");
	ws_json_open(j, '[');
	for (i = 0; i < l->n; i++)
		ws_json_num(j, l->value[i]);
	ws_json_close(j, ']');
	ws_json_close(j, '}');
}

static void
put_time(struct ws_json *j, const char *key, int64_t t)
{
	ws_json_key(j, key);
	if (t == INT64_MIN)
		ws_json_null(j);
	else
		ws_json_i64(j, t);
}

void
ws_report_timeline_json(FILE *f, const struct ws_report_timeline *t)
{
	struct ws_json j;
	size_t i;

	ws_json_init(&j, f, false);
	ws_json_open(&j, '{');
	ws_json_key(&j, "artifact");
	ws_json_str(&j, t->artifact);
	ws_json_key(&j, "duration_ns");
	ws_json_num(&j, t->duration);
	put_time(&j, "start_ns", t->start);
	put_time(&j, "wall_start_ns", t->wall_start);
	ws_json_key(&j, "lanes");
	ws_json_open(&j, '[');
	for (i = 0; i < t->n; i++)
		put_lane_json(&j, &t->lane[i]);
	ws_json_close(&j, ']');
	ws_json_close(&j, '}');
	ws_json_end(&j);
}
