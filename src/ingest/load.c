#include "ingest/load.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"

void
ws_load_begin(struct ws_load *l, struct ws_sv title)
{
	struct ws_buf keep = l->title;

	*l = (struct ws_load){ .title = keep,
		.clients = NAN,
		.rate = NAN,
		.bytes_rate = NAN,
		.mean = NAN,
		.p50 = NAN,
		.p90 = NAN,
		.p95 = NAN,
		.p99 = NAN,
		.longest = NAN,
		.requests = NAN,
		.errors = NAN,
		.duration = NAN };
	l->title.n = 0;
	while (title.n > 1 && title.p[title.n - 1] == '/')
		title.n--;
	ws_buf_putsv(&l->title, title);
}

void
ws_load_fini(struct ws_load *l)
{
	ws_buf_fini(&l->title);
}

double *
ws_load_percentile(struct ws_load *l, double percent)
{
	if (percent == 50)
		return &l->p50;
	if (percent == 90)
		return &l->p90;
	if (percent == 95)
		return &l->p95;
	return percent == 99 ? &l->p99 : NULL;
}

void
ws_loads_init(struct ws_loads *all, struct ws_sink *sink)
{
	struct ws_clock ticks = { .kind = WS_CLOCK_TICKS };

	*all = (struct ws_loads){ .sink = sink };
	ws_batch_init(&all->out, sink);
	all->clock = ws_dict_clock(sink->dict, &ticks);
}

void
ws_loads_value(struct ws_loads *all, ws_id track, ws_id name, enum ws_unit unit,
    double value)
{
	struct ws_event ev = WS_EVENT(WS_EV_COUNTER);

	if (!isfinite(value) || value < 0)
		return;
	ev.t = (int64_t)all->runs;
	ev.clock = all->clock;
	ev.track = track;
	ev.name = name;
	ev.unit = (uint8_t)unit;
	ev.value = value;
	ws_batch_put(&all->out, &ev);
}

ws_id
ws_load_track(const struct ws_loads *all, const struct ws_load *l)
{
	struct ws_buf b = { 0 };
	ws_id id;

	ws_buf_putsv(&b, ws_buf_sv(&l->title));
	if (l->clients > 0)
		ws_buf_printf(&b, "/clients=%.0f", l->clients);
	id = ws_dict_str(all->sink->dict, ws_buf_sv(&b));
	ws_buf_fini(&b);
	return id;
}

void
ws_loads_put(struct ws_loads *all, const struct ws_load *l)
{
	const struct {
		ws_id name;
		enum ws_unit unit;
		double value;
	} values[] = {
		{ WS_N_BENCH_RATE, WS_U_RATE, l->rate },
		{ WS_N_BENCH_BYTES_RATE, WS_U_BRATE, l->bytes_rate },
		{ WS_N_BENCH_MEAN, WS_U_TIME, l->mean },
		{ WS_N_BENCH_P50, WS_U_TIME, l->p50 },
		{ WS_N_BENCH_P90, WS_U_TIME, l->p90 },
		{ WS_N_BENCH_P95, WS_U_TIME, l->p95 },
		{ WS_N_BENCH_P99, WS_U_TIME, l->p99 },
		{ WS_N_BENCH_LONGEST, WS_U_TIME, l->longest },
		{ WS_N_BENCH_REQUESTS, WS_U_COUNT, l->requests },
		{ WS_N_BENCH_ERRORS, WS_U_COUNT, l->errors },
		{ WS_N_BENCH_DURATION, WS_U_TIME, l->duration },
		{ WS_N_BENCH_CLIENTS, WS_U_COUNT, l->clients },
	};

	ws_id track = ws_load_track(all, l);

	for (size_t i = 0; i < WS_LEN(values); i++)
		ws_loads_value(all, track, values[i].name, values[i].unit,
		    values[i].value);
	all->runs++;
}

void
ws_loads_fault(struct ws_loads *all, uint64_t off, const char *what)
{
	all->damaged = true;
	ws_sink_fault(all->sink, off, what);
}

enum ws_status
ws_loads_end(struct ws_loads *all, struct ws_source *src, enum ws_status read,
    struct ws_err *err)
{
	enum ws_status status;

	ws_source_tally(src, "run", all->runs);
	status = ws_batch_flush(&all->out);
	if (status == WS_OK && read == WS_OK && all->damaged)
		status = ws_err_set(err, WS_PARTIAL, WS_OFF_NONE,
		    "%llu whole runs; what else is there was cut or damaged",
		    (unsigned long long)all->runs);
	return ws_status_worst(read, status);
}

enum { DOCUMENT_MAX = 32 << 20 };

enum ws_status
ws_load_document(struct ws_cur *c, size_t flags, const char *what,
    struct json_t **out, struct ws_err *err)
{
	size_t n = ws_cur_left(c);
	uint64_t off = c->off;
	struct ws_sv s = ws_cur_take(c, n);
	json_error_t why;

	*out = NULL;
	if (n > DOCUMENT_MAX)
		return ws_err_set(err, WS_LIMIT, off,
		    "%zu bytes of JSON are more than %s may have", n, what);
	*out = json_loadb(s.p, n, flags, &why);
	if (*out == NULL)
		return ws_err_set(err, WS_CORRUPT, off + (uint64_t)why.position,
		    "wanted %s: %s", what, why.text);
	return WS_OK;
}

enum { LATENCIES_MAX = 1 << 20 };

void
ws_load_times_add(struct ws_load_times *l, double ns)
{
	if (l->every == 0)
		l->every = 1;
	l->sum += ns;
	if (l->seen++ % l->every != 0)
		return;
	if (l->n == LATENCIES_MAX) {
		l->n /= 2;
		l->every *= 2;
		for (size_t i = 0; i < l->n; i++)
			l->ns[i] = l->ns[2 * i];
		if ((l->seen - 1) % l->every != 0)
			return;
	}
	l->ns = ws_grow(l->ns, &l->cap, l->n + 1, sizeof(*l->ns));
	l->ns[l->n++] = ns;
}

static int
by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void
ws_load_times_put(struct ws_load_times *l, struct ws_load *to)
{
	static const double percents[] = { 50, 90, 95, 99 };

	if (l->n == 0)
		return;
	qsort(l->ns, l->n, sizeof(*l->ns), by_time);
	for (size_t i = 0; i < WS_LEN(percents); i++) {
		size_t rank = (size_t)ceil((double)l->n * percents[i] / 100);

		*ws_load_percentile(to, percents[i]) =
		    l->ns[rank > 0 ? rank - 1 : 0];
	}
	to->mean = l->sum / (double)l->seen;
	to->longest = l->ns[l->n - 1];
}

void
ws_load_times_fini(struct ws_load_times *l)
{
	free(l->ns);
}

struct suffix {
	const char *text;
	double factor;
};

static const struct suffix times[] = { { "ns", 1 }, { "us", 1e3 },
	{ "\xc2\xb5s", 1e3 }, { "\xce\xbcs", 1e3 }, { "ms", 1e6 }, { "s", 1e9 },
	{ "m", 60e9 }, { "h", 3600e9 } };
static const struct suffix sizes[] = { { "B", 1 }, { "KB", 1024 },
	{ "MB", 1048576 }, { "GB", 1073741824 }, { "TB", 1099511627776 } };

static bool
factor_of(const struct suffix *table, size_t n, struct ws_sv text, double *out)
{
	for (size_t i = 0; i < n; i++)
		if (ws_sv_is(text, table[i].text)) {
			*out = table[i].factor;
			return true;
		}
	return false;
}

static bool
is_digit(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

/* Cuts "12.5" off *s. */
static bool
take_number(struct ws_sv *s, double *v)
{
	struct ws_sv digits = *s;

	for (digits.n = 0; digits.n < s->n && is_digit(s->p[digits.n]);
	     digits.n++)
		;
	*s = ws_sv_from(*s, digits.n);
	return ws_num_f64(digits, 0, 1e15, v);
}

bool
ws_duration_read(struct ws_sv s, double *ns)
{
	double sum = 0, v, factor;

	if (s.n == 0)
		return false;
	while (s.n > 0) {
		struct ws_sv unit;

		if (!take_number(&s, &v))
			return false;
		unit = s;
		for (unit.n = 0; unit.n < s.n && !is_digit(s.p[unit.n]);
		     unit.n++)
			;
		if (!factor_of(times, WS_LEN(times), unit, &factor))
			return false;
		sum += v * factor;
		s = ws_sv_from(s, unit.n);
	}
	*ns = sum;
	return true;
}

bool
ws_size_read(struct ws_sv s, double *bytes)
{
	double v, factor;

	if (!take_number(&s, &v) ||
	    !factor_of(sizes, WS_LEN(sizes), s, &factor))
		return false;
	*bytes = v * factor;
	return true;
}

bool
ws_label_read(struct ws_sv line, const char *label, struct ws_sv *rest)
{
	struct ws_sv s = ws_sv_trim(line);

	if (!ws_sv_starts(s, label))
		return false;
	*rest = ws_sv_trim(ws_sv_from(s, ws_sv_of(label).n));
	return true;
}
