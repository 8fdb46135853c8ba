/* One object a line (perf stat -j, since 5.19). */
#include <jansson.h>
#include <string.h>

#include "base/num.h"
#include "perf_stat.h"

static struct ws_sv
text_of(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_string(v))
		return (struct ws_sv){ "", 0 };
	return (struct ws_sv){ json_string_value(v), json_string_length(v) };
}

/* A number, which newer releases put into quotes. */
static bool
number_of(const json_t *o, const char *key, double *out)
{
	const json_t *v = json_object_get(o, key);

	if (json_is_number(v)) {
		*out = json_number_value(v);
		return *out >= 0 && *out <= 1e18;
	}
	return ws_num_f64(ws_sv_trim(text_of(o, key)), 0, 1e18, out);
}

static struct ws_sv
label_of(const json_t *o)
{
	static const char *const key[] = { "cpu", "core", "die", "cluster",
		"socket", "cache", "node", "thread" };
	struct ws_sv s = { "", 0 };

	for (size_t i = 0; i < WS_LEN(key) && s.n == 0; i++)
		s = text_of(o, key[i]);
	return s;
}

static bool
read_object(const json_t *o, struct ws_perf_stat_row *r)
{
	struct ws_sv value = text_of(o, "counter-value");
	double v;

	*r = (struct ws_perf_stat_row){ .t = WS_T_NONE };
	r->event = text_of(o, "event");
	r->unit = text_of(o, "unit");
	r->label = label_of(o);
	if (number_of(o, "interval", &v) && v < 1e9)
		r->t = (int64_t)(v * 1e9 + 0.5);
	if (number_of(o, "pcnt-running", &v) && v <= 100)
		r->running = v / 100;
	if (ws_sv_is(text_of(o, "metric-unit"), "CPUs utilized") &&
	    number_of(o, "metric-value", &v))
		r->cpus_utilized = v;
	r->count = WS_PERF_COUNTED;
	if (ws_sv_is(value, "<not supported>"))
		r->count = WS_PERF_NOT_SUPPORTED;
	else if (ws_sv_is(value, "<not counted>"))
		r->count = WS_PERF_NOT_COUNTED;
	else if (!number_of(o, "counter-value", &r->value))
		return false;
	return r->event.n > 0;
}

bool
ws_perf_stat_json(struct ws_perf_stat *p, struct ws_sv line)
{
	struct ws_perf_stat_row r;
	json_t *o = json_loadb(line.p, line.n, 0, NULL);
	bool good = json_is_object(o) && read_object(o, &r);

	if (good)
		ws_perf_stat_put(p, &r);
	json_decref(o);
	return good;
}
